/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-imap-fetch-data.h"
#include "tern-imap-mailbox.h"
#include "tern-imap-ranges.h"
#include "tern-imap-session.h"

G_BEGIN_DECLS

/**
 * TernImapNamespaceKind:
 *
 * Whose mailboxes stand in a namespace, in the order of RFC 2342.
 */
typedef enum
{
  TERN_IMAP_NAMESPACE_PERSONAL,
  TERN_IMAP_NAMESPACE_OTHERS,
  TERN_IMAP_NAMESPACE_SHARED,
} TernImapNamespaceKind;

/**
 * TernImapNamespace:
 * @kind: whose it is
 * @prefix: what the names in it begin with, in modified UTF-7; "" for nothing
 * @delimiter: what parts the levels of a name, 0 for nothing
 */
typedef struct
{
  TernImapNamespaceKind kind;
  char *prefix;
  char delimiter;
} TernImapNamespace;

/**
 * TernImapNotifyScope:
 * @TERN_IMAP_NOTIFY_SELECTED: the selected mailbox, as without NOTIFY
 * @TERN_IMAP_NOTIFY_MESSAGES: the messages of all of the user's own mailboxes as well
 * @TERN_IMAP_NOTIFY_ALL: which of these there are, and are subscribed to, as well
 *
 * What NOTIFY is to tell of.
 */
typedef enum
{
  TERN_IMAP_NOTIFY_SELECTED,
  TERN_IMAP_NOTIFY_MESSAGES,
  TERN_IMAP_NOTIFY_ALL,
} TernImapNotifyScope;

/**
 * TernImapFetchHandler:
 * @fetch: takes FETCH data; returns whether this was for it, else the next command is asked
 * @literal_begin: (nullable): whether it wants a section's bytes as they arrive
 * @literal_data: (nullable): takes those bytes; @fetch follows when the response is done
 * @vanished: (nullable): takes UIDs that are gone, where the modifier asks for them
 */
typedef struct
{
  gboolean (*fetch) (const TernImapFetch *fetch, gpointer user_data);
  gboolean (*literal_begin) (const TernImapFetch *so_far,
                             const char *section,
                             guint64 origin,
                             guint64 size,
                             gpointer user_data);
  void (*literal_data) (const guint8 *bytes, gsize length, gpointer user_data);
  void (*vanished) (TernImapRanges *uids, gpointer user_data);
} TernImapFetchHandler;

/**
 * TernImapCopied:
 * @from: UIDs in the source mailbox
 * @to: UIDs in the target, in the same order
 * @uidvalidity: of the target
 *
 * What COPYUID tells (RFC 4315).
 */
typedef struct
{
  TernImapRanges *from;
  TernImapRanges *to;
  guint32 uidvalidity;
} TernImapCopied;

/**
 * TernImapSearchTerm:
 * @key: search keys of which the last takes a text, such as "FROM"
 * @text: what it looks for
 */
typedef struct
{
  const char *key;
  const char *text;
} TernImapSearchTerm;

/* Everything by its own file; _finish functions with a plain result share one. */
gboolean tern_imap_command_finish (TernImapSession *self, GAsyncResult *result, GError **error);

void tern_imap_capability_async (TernImapSession *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

void tern_imap_starttls_async (TernImapSession *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

void tern_imap_authenticate_async (TernImapSession *self,
                                   const char *user,
                                   const char *password,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
void tern_imap_authenticate_token_async (TernImapSession *self,
                                         const char *user,
                                         const char *token,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

void tern_imap_id_async (TernImapSession *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);

void tern_imap_enable_async (TernImapSession *self,
                             const char *const *extensions,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

void
tern_imap_compress_async (TernImapSession *self, GAsyncReadyCallback callback, gpointer user_data);

void tern_imap_list_async (TernImapSession *self,
                           TernImapMailboxes *mailboxes,
                           const char *pattern,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

void tern_imap_lsub_async (TernImapSession *self,
                           TernImapMailboxes *mailboxes,
                           const char *pattern,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

void tern_imap_mailbox_status_async (TernImapSession *self,
                                     TernImapMailboxes *mailboxes,
                                     const char *mailbox,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

void tern_imap_namespace_async (TernImapSession *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
GArray *tern_imap_namespace_finish (TernImapSession *self, GAsyncResult *result, GError **error);

void tern_imap_select_async (TernImapSession *self,
                             const char *mailbox,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

void tern_imap_fetch_async (TernImapSession *self,
                            gboolean by_uid,
                            const char *set,
                            const char *items,
                            const char *modifier,
                            const TernImapFetchHandler *handler,
                            gpointer handler_data,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

void tern_imap_store_async (TernImapSession *self,
                            const char *set,
                            const char *action,
                            const char *flags,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

void tern_imap_copy_async (TernImapSession *self,
                           const char *set,
                           const char *mailbox,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
void tern_imap_move_async (TernImapSession *self,
                           const char *set,
                           const char *mailbox,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
TernImapCopied *tern_imap_copy_finish (TernImapSession *self, GAsyncResult *result, GError **error);
guint32 tern_imap_copied_find (const TernImapCopied *self, guint32 uid);
void tern_imap_copied_free (TernImapCopied *self);

void tern_imap_expunge_async (TernImapSession *self,
                              const char *set,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);

void tern_imap_search_async (TernImapSession *self,
                             const char *criteria,
                             const TernImapSearchTerm *terms,
                             gsize n,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
TernImapRanges *
tern_imap_search_finish (TernImapSession *self, GAsyncResult *result, GError **error);

void tern_imap_idle_async (TernImapSession *self, GAsyncReadyCallback callback, gpointer user_data);
void tern_imap_notify_async (TernImapSession *self,
                             TernImapNotifyScope scope,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

void tern_imap_append_async (TernImapSession *self,
                             const char *mailbox,
                             const char *flags,
                             gint64 received,
                             GBytes *letter,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean tern_imap_append_finish (TernImapSession *self,
                                  GAsyncResult *result,
                                  guint32 *uidvalidity,
                                  guint32 *uid,
                                  GError **error);

void tern_imap_create_async (TernImapSession *self,
                             const char *mailbox,
                             const char *use,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
void tern_imap_rename_async (TernImapSession *self,
                             const char *mailbox,
                             const char *name,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
void tern_imap_delete_async (TernImapSession *self,
                             const char *mailbox,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
void tern_imap_unselect_async (TernImapSession *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
void tern_imap_subscribe_async (TernImapSession *self,
                                const char *mailbox,
                                gboolean subscribed,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

void tern_imap_delimiter_async (TernImapSession *self,
                                const char *mailbox,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean tern_imap_delimiter_finish (TernImapSession *self,
                                     GAsyncResult *result,
                                     char *delimiter,
                                     GError **error);

void tern_imap_noop_async (TernImapSession *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernImapCopied, tern_imap_copied_free)

G_END_DECLS
