/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-account.h"
#include "tern-changes.h"
#include "tern-channel-state.h"
#include "tern-folder.h"
#include "tern-message.h"
#include "tern-operation.h"
#include "tern-outcome.h"
#include "tern-query.h"
#include "tern-sink.h"

G_BEGIN_DECLS

#define TERN_TYPE_STORE (tern_store_get_type ())
G_DECLARE_FINAL_TYPE (TernStore, tern_store, TERN, STORE, GObject)

/* The writer: makes DIR (0700) and DIR/tern.db (0600), migrates. One per profile at a time. */
TernStore *tern_store_open (const char *dir, GError **error);
/* A second connection that cannot write, for another thread. TERN_ERROR_GONE where there is no
 * database of this version yet. */
TernStore *tern_store_open_reader (const char *dir, GError **error);

/* Nestable; the outermost commit writes. Every function below is its own transaction outside one.
 */
gboolean tern_store_begin (TernStore *self, GError **error);
gboolean tern_store_commit (TernStore *self, GError **error);
void tern_store_rollback (TernStore *self);

/* tern-store-accounts.c */
TernAccount *tern_store_add_account (TernStore *self,
                                     TernAccount *account,
                                     TernChanges *changes,
                                     GError **error);
gboolean tern_store_set_sign_in (TernStore *self,
                                 gint64 account_id,
                                 const TernAccount *account,
                                 TernChanges *changes,
                                 GError **error);
gboolean tern_store_remove_account (TernStore *self,
                                    gint64 account_id,
                                    TernChanges *changes,
                                    GError **error);
GPtrArray *tern_store_list_accounts (TernStore *self, GError **error);
TernAccount *tern_store_get_account (TernStore *self, gint64 account_id, GError **error);
gboolean tern_store_set_body_days (
    TernStore *self, gint64 account_id, int days, TernChanges *changes, GError **error);
gboolean tern_store_set_group (TernStore *self,
                               const gint64 *ids,
                               gsize n,
                               const char *group,
                               TernChanges *changes,
                               GError **error);
gboolean tern_store_change_tags (TernStore *self,
                                 const gint64 *ids,
                                 gsize n,
                                 const char *add,
                                 const char *remove,
                                 TernChanges *changes,
                                 GError **error);
gboolean tern_store_set_notify (TernStore *self,
                                const gint64 *ids,
                                gsize n,
                                gboolean notify,
                                TernChanges *changes,
                                GError **error);
TernFolder *tern_store_find_inbox (TernStore *self, GError **error);

typedef struct
{
  char *host;
  guint16 port;
  char *fingerprint;
} TernStoreTrust;

gboolean tern_store_add_trust (
    TernStore *self, const char *host, guint16 port, const char *fingerprint, GError **error);
GPtrArray *tern_store_list_trust (TernStore *self, GError **error);

typedef struct
{
  TernEndpoint *endpoint;
  guint usual_ms;     /* 0: unknown */
  gboolean favourite; /* won last; one per account */
  char *memory;       /* nullable: what the channel wants to remember of it; opaque */
} TernStoreEndpointStat;

gboolean tern_store_put_endpoint_stat (TernStore *self,
                                       gint64 account_id,
                                       const TernStoreEndpointStat *stat,
                                       GError **error);
GPtrArray *tern_store_list_endpoint_stats (TernStore *self, gint64 account_id, GError **error);

/* tern-store-channels.c */
gboolean
tern_store_dup_channel (TernStore *self, gint64 account_id, char **channel, GError **error);
gboolean tern_store_use_channel (TernStore *self,
                                 gint64 account_id,
                                 const char *channel,
                                 GPtrArray *folders,
                                 TernChanges *changes,
                                 GError **error);
gboolean tern_store_invalidate_lists (TernStore *self,
                                      gint64 account_id,
                                      TernChanges *changes,
                                      GError **error);
gboolean tern_store_put_channel_states (TernStore *self,
                                        gint64 account_id,
                                        GPtrArray *states,
                                        GError **error);
GPtrArray *tern_store_list_channel_states (TernStore *self, gint64 account_id, GError **error);

/* tern-store-folders.c */
gboolean tern_store_put_folders (
    TernStore *self, gint64 account_id, GPtrArray *folders, TernChanges *changes, GError **error);
gboolean tern_store_put_folder_states (
    TernStore *self, gint64 account_id, GPtrArray *folders, TernChanges *changes, GError **error);
GPtrArray *tern_store_list_folders (TernStore *self, gint64 account_id, GError **error);
TernFolder *tern_store_get_folder (TernStore *self, gint64 folder_id, GError **error);
char *tern_store_dup_sync_state (TernStore *self, gint64 folder_id, GError **error);
gboolean
tern_store_set_sync_state (TernStore *self, gint64 folder_id, const char *state, GError **error);
gboolean tern_store_set_synced_stamp (
    TernStore *self, gint64 folder_id, const char *stamp, TernChanges *changes, GError **error);
gboolean tern_store_set_validated (
    TernStore *self, gint64 folder_id, gint64 validated, TernChanges *changes, GError **error);

/* tern-store-messages.c: what the server says. Snippet, structure and part of a message that is
 * gone meanwhile are no error. */
gboolean tern_store_put_messages (
    TernStore *self, gint64 folder_id, GPtrArray *messages, TernChanges *changes, GError **error);
gboolean tern_store_put_flags (TernStore *self,
                               gint64 folder_id,
                               const TernFlagsUpdate *updates,
                               gsize n,
                               TernChanges *changes,
                               GError **error);
gboolean tern_store_remove_messages (TernStore *self,
                                     gint64 folder_id,
                                     const char *const *remote_ids,
                                     gsize n,
                                     TernChanges *changes,
                                     GError **error);
gboolean
tern_store_reset_folder (TernStore *self, gint64 folder_id, TernChanges *changes, GError **error);
gboolean tern_store_foreach_remote_id (
    TernStore *self, gint64 folder_id, TernSinkKnownFunc func, gpointer user_data, GError **error);
gboolean
tern_store_count_remote_ids (TernStore *self, gint64 folder_id, guint *count, GError **error);
gboolean tern_store_set_snippet (
    TernStore *self, gint64 message_id, const char *snippet, TernChanges *changes, GError **error);
gboolean tern_store_set_code (TernStore *self,
                              gint64 message_id,
                              const char *code,
                              gboolean is_certain,
                              const char *link,
                              TernChanges *changes,
                              GError **error);
gboolean tern_store_set_structure (TernStore *self,
                                   gint64 message_id,
                                   TernStructure *structure,
                                   TernChanges *changes,
                                   GError **error);

/* tern-store-rows.c: what lists read; bounded by their limit */
GPtrArray *tern_store_read_page (
    TernStore *self, gint64 folder_id, const TernRowKey *from, guint limit, GError **error);
GBytes *tern_store_read_keys (TernStore *self, gint64 folder_id, GError **error);
TernMessage *tern_store_get_message (TernStore *self, gint64 message_id, GError **error);
GArray *tern_store_list_ids (
    TernStore *self, gint64 folder_id, TernFlags with, TernFlags without, GError **error);

/* tern-store-search.c */
int tern_store_search (TernStore *self,
                       gint64 folder_id,
                       const TernQuery *query,
                       TernRowKey *next,
                       guint rows,
                       GArray *found,
                       GError **error);
TernMessage *tern_store_find_message (
    TernStore *self, gint64 folder_id, const char *remote_id, gboolean *is_known, GError **error);

/* tern-store-parts.c; get: NULL without an error where the part is not kept. Evict outside of any
 * transaction. */
gboolean tern_store_put_part (
    TernStore *self, gint64 message_id, const char *part_id, GBytes *content, GError **error);
GBytes *
tern_store_get_part (TernStore *self, gint64 message_id, const char *part_id, GError **error);
GBytes *
tern_store_peek_part (TernStore *self, gint64 message_id, const char *part_id, GError **error);
gboolean tern_store_evict (TernStore *self, guint64 capacity, GError **error);

/* tern-store-bodies.c: parts kept before anybody asks for them */
typedef struct
{
  TernRowKey key;
  char *remote_id;          /* nullable: the server has not told it yet */
  guint64 size;             /* of the whole message */
  TernStructure *structure; /* nullable: not known */
  char *kept;               /* nullable: the part ids that are kept, parted by single spaces */
} TernStoreBody;

GPtrArray *tern_store_read_bodies (TernStore *self,
                                   gint64 folder_id,
                                   const TernRowKey *below,
                                   gint64 since,
                                   guint limit,
                                   GError **error);
gboolean tern_store_has_room (TernStore *self,
                              gint64 received,
                              guint64 size,
                              guint64 capacity,
                              gboolean *has_room,
                              GError **error);
gboolean tern_store_put_part_in_advance (TernStore *self,
                                         gint64 message_id,
                                         const char *part_id,
                                         gint64 received,
                                         GBytes *content,
                                         GError **error);

/* tern-store-log.c, tern-store-operations.c; account 0 lists all. */
TernOperation *tern_store_log_operation (TernStore *self,
                                         TernOperation *operation,
                                         TernChanges *changes,
                                         GError **error);
GPtrArray *tern_store_list_operations (TernStore *self, gint64 account_id, GError **error);
TernOperation *tern_store_get_operation (TernStore *self, gint64 operation_id, GError **error);
gboolean tern_store_has_operations (TernStore *self, gint64 account_id);
gboolean tern_store_undo_operation (TernStore *self,
                                    gint64 operation_id,
                                    TernChanges *changes,
                                    GError **error);

/**
 * TernStoreRequest:
 * @set: flags to set
 * @clear: flags to clear
 * @set_keywords: (nullable): keywords to set
 * @clear_keywords: (nullable): keywords to clear
 * @remote_ids: (element-type utf8): the messages
 * @message_ids: (nullable) (element-type utf8): the Message-ID of each, "" for none
 *
 * What a server has to be asked for.
 */
typedef struct
{
  TernFlags set;
  TernFlags clear;
  char *set_keywords;
  char *clear_keywords;
  GPtrArray *remote_ids;
  GPtrArray *message_ids;
} TernStoreRequest;

/* Replaying: a batch, its requests, an attempt counted before each asking, then a step, a refusal
 * or the confirmation. */
GPtrArray *
tern_store_list_batch (TernStore *self, gint64 account_id, gboolean alone, GError **error);
GPtrArray *tern_store_plan (TernStore *self, GPtrArray *batch, gboolean *unnamed, GError **error);
void tern_store_request_free (TernStoreRequest *self);
GBytes *tern_store_get_operation_content (TernStore *self, gint64 operation_id, GError **error);
gboolean tern_store_count_attempt (TernStore *self, gint64 operation_id, GError **error);
char *tern_store_dup_step (TernStore *self, gint64 operation_id, GError **error);
gboolean tern_store_keep_step (TernStore *self,
                               gint64 operation_id,
                               const TernOutcome *outcome,
                               GError **error);
GArray *tern_store_refuse_messages (TernStore *self,
                                    gint64 operation_id,
                                    GPtrArray *remote_ids,
                                    TernChanges *changes,
                                    GError **error);
gboolean tern_store_confirm_operation (TernStore *self,
                                       gint64 operation_id,
                                       const TernOutcome *outcome,
                                       TernChanges *changes,
                                       GError **error);

G_END_DECLS
