/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "tern-error.h"
#include "tern-store.h"
#include "tern-trace.h"

G_BEGIN_DECLS

struct _TernStore
{
  GObject parent_instance;

  char *dir;
  int lock; /* held open by the writer; -1 for none */
  sqlite3 *db;
  GHashTable *statements; /* address of the SQL → sqlite3_stmt */

  guint depth;     /* of nested transactions */
  gboolean broken; /* SQLite took the whole transaction back by itself */
  gint64 begin_time;
  gint64 begin_rows;

  GArray *notes;   /* Note: told to the caller when the function succeeds */
  GArray *deltas;  /* Delta: counts to change when the function succeeds */
  GArray *unlinks; /* gint64 part ids whose files go when the transaction is written */

  gint64 tick;         /* order of use of parts */
  GHashTable *touched; /* gint64 part id → gint64 tick, not written yet */
  gboolean swept;      /* stray files of parts were removed since the start */
};

/* The state of a placement; part of the database's format (see migrations/1.sql). */
typedef enum
{
  TERN_PLACEMENT_LISTED,
  TERN_PLACEMENT_HIDDEN,
  TERN_PLACEMENT_LEFT,
  TERN_PLACEMENT_LOST,
} TernPlacementState;

/* A placement without its content. */
typedef struct
{
  gint64 id;
  gint64 message;
  gint64 folder;
  TernPlacementState state;
  gint64 received;
  TernFlags flags;
  TernFlags server_flags;
} TernPlacement;

/* tern-store-database.c */
typedef sqlite3_stmt TernStatement;

gboolean tern_store_database_open (TernStore *self, gboolean writer, GError **error);
gboolean tern_store_exec (TernStore *self, const char *sql, GError **error);
TernStatement *tern_store_prepare (TernStore *self, const char *sql, GError **error);
gboolean tern_store_step (TernStatement *statement, gboolean *row, GError **error);
gboolean tern_store_run (TernStatement *statement, GError **error);
void tern_store_done (TernStatement *statement);
void tern_store_bind_text (TernStatement *statement, int index, const char *text);
char *tern_store_dup_text (TernStatement *statement, int column);

/* Binds the parameters ?1, ?2, … to whole numbers. */
#define TERN_IDS(...)                                                                              \
  ((const gint64[]){ __VA_ARGS__ }), (sizeof ((const gint64[]){ __VA_ARGS__ }) / sizeof (gint64))
TernStatement *tern_store_prepare_ids (
    TernStore *self, const char *sql, const gint64 *ids, gsize n, GError **error);
gboolean
tern_store_run_ids (TernStore *self, const char *sql, const gint64 *ids, gsize n, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernStatement, tern_store_done)

/* tern-store.c */
typedef enum
{
  TERN_NOTE_ADDED,
  TERN_NOTE_REMOVED,
  TERN_NOTE_CHANGED,
  TERN_NOTE_COUNTS,
  TERN_NOTE_FOLDERS,
  TERN_NOTE_ACCOUNT,
} TernNoteKind;

gboolean tern_store_enter (TernStore *self, GError **error);
gboolean tern_store_leave (TernStore *self, gboolean success, TernChanges *changes, GError **error);
void tern_store_note (TernStore *self, TernNoteKind kind, gint64 id, TernRowKey key);
void tern_store_note_list (TernStore *self, TernNoteKind kind, gint64 id);
void tern_store_count (TernStore *self, gint64 folder, int total, int unread, gboolean by_user);
void tern_store_unlink_later (TernStore *self, gint64 part);

/* tern-store-folders.c */
gboolean tern_store_apply_counts (
    TernStore *self, gint64 folder, const int own[2], const int by_user[2], GError **error);

/* tern-store-renames.c */
gboolean
tern_store_match_renamed (TernStore *self, gint64 account, GPtrArray *folders, GError **error);

/* tern-store-content.c */
gboolean tern_store_find_content (TernStore *self,
                                  gint64 account,
                                  gint64 folder,
                                  const TernMessage *message,
                                  gint64 *content,
                                  GError **error);
gboolean tern_store_insert_content (
    TernStore *self, gint64 account, const TernMessage *message, gint64 *content, GError **error);
gboolean tern_store_update_content (
    TernStore *self, gint64 content, const TernMessage *message, gboolean *changed, GError **error);
gboolean tern_store_release_content (TernStore *self, gint64 content, GError **error);
gboolean tern_store_sweep_contents (TernStore *self, gint64 account, GError **error);
gboolean tern_store_drop_orphans (TernStore *self, gint64 folder, GError **error);
gboolean tern_store_note_content (TernStore *self, gint64 content, GError **error);

/* tern-store-parts.c */
gboolean tern_store_write_part (TernStore *self,
                                gint64 message,
                                const char *part_id,
                                gint64 used,
                                GBytes *bytes,
                                GError **error);

/* tern-store-rows.c */
gboolean tern_store_get_placement (
    TernStore *self, gint64 id, TernPlacement *placement, gboolean *found, GError **error);
gboolean tern_store_find_placement (TernStore *self,
                                    gint64 folder,
                                    const char *remote_id,
                                    TernPlacement *placement,
                                    gboolean *found,
                                    GError **error);
GArray *tern_store_read_ids (TernStatement *statement, GError **error);
void tern_store_read_placement (TernStatement *statement, TernPlacement *placement);
#define TERN_PLACEMENT_COLUMNS "id, message, folder, state, received, flags, server_flags"

/* tern-store-arrivals.c */
#define TERN_STORE_MAX_ARRIVALS 16

/* Messages that are new to a folder: their contents are kept, their placements are not yet. */
typedef struct
{
  gint64 folder;
  guint n;
  struct
  {
    const TernMessage *message;
    gint64 content;
  } rows[TERN_STORE_MAX_ARRIVALS];
} TernArrivals;

gboolean tern_store_has_arrival (const TernArrivals *arrivals, const char *remote_id);
gboolean tern_store_add_arrival (TernStore *self,
                                 TernArrivals *arrivals,
                                 const TernMessage *message,
                                 gint64 content,
                                 GError **error);
gboolean tern_store_place_arrivals (TernStore *self, TernArrivals *arrivals, GError **error);

/* tern-store-messages.c */
gboolean tern_store_show_placement (TernStore *self,
                                    const TernPlacement *old,
                                    TernFlags flags,
                                    TernPlacementState state,
                                    gboolean by_user,
                                    GError **error);
gboolean
tern_store_remove_placement (TernStore *self, const TernPlacement *placement, GError **error);
gboolean tern_store_drop_unnamed (TernStore *self, gint64 folder, GError **error);

GPtrArray *tern_store_list_server_folders (TernStore *self, gint64 account_id, GError **error);
gboolean tern_store_insert_folder (TernStore *self,
                                   gint64 account,
                                   const TernFolder *folder,
                                   GError **error);
gboolean tern_store_forget_folder (TernStore *self, gint64 account, gint64 id, GError **error);

/* tern-store-folder-operations.c */
gboolean tern_store_show_folder_operations (
    TernStore *self, gint64 account, GPtrArray *folders, gboolean with_deleted, GError **error);
gboolean tern_store_has_folder_operations (TernStore *self,
                                           gint64 account,
                                           gboolean *pending,
                                           GError **error);
gboolean tern_store_is_kept_folder (TernStore *self,
                                    const TernFolder *folder,
                                    gboolean *kept,
                                    GError **error);
gboolean
tern_store_prepare_folder_operation (TernStore *self, TernOperation *operation, GError **error);
gboolean
tern_store_undo_folder_operation (TernStore *self, const TernOperation *operation, GError **error);
gboolean tern_store_confirm_folder_operation (TernStore *self,
                                              const TernOperation *operation,
                                              const TernOutcome *outcome,
                                              GError **error);

/* tern-store-resolve.c */
gboolean
tern_store_resolve_placement (TernStore *self, gint64 id, gboolean by_user, GError **error);
gboolean tern_store_drop_empty_operations (TernStore *self, GError **error);

/* tern-store-operations.c */
#define TERN_STORE_MAX_BATCH 100 /* operations that are read at a time */
gboolean tern_store_set_durable (TernStore *self, gboolean durable, GError **error);
gboolean tern_store_take_back (TernStore *self, const TernOperation *operation, GError **error);
gboolean tern_store_undo_message (TernStore *self, gint64 id, GError **error);
gboolean tern_store_undo_operations_of (TernStore *self, gint64 folder, GError **error);

G_END_DECLS
