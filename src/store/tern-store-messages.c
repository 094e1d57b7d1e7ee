/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

static TernRowKey
key_of (const TernPlacement *placement)
{
  return (TernRowKey){ placement->received, placement->id };
}

static int
is_unread (TernFlags flags)
{
  return (flags & TERN_FLAGS_SEEN) == 0;
}

/**
 * tern_store_show_placement:
 * @self: the writing store, inside a public function
 * @old: the placement as it is
 * @flags: the flags that it shows from now on
 * @state: the state that it has from now on
 * @by_user: whether the user did it
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Changes what lists and counts see of a placement, and notes it; nothing where nothing changes.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_show_placement (TernStore *self,
                           const TernPlacement *old,
                           TernFlags flags,
                           TernPlacementState state,
                           gboolean by_user,
                           GError **error)
{
  gboolean was = old->state == TERN_PLACEMENT_LISTED;
  gboolean is = state == TERN_PLACEMENT_LISTED;

  if (flags == old->flags && state == old->state)
    return TRUE;
  if (was && !is)
    tern_store_note (self, TERN_NOTE_REMOVED, old->folder, key_of (old));
  else if (!was && is)
    tern_store_note (self, TERN_NOTE_ADDED, old->folder, key_of (old));
  else if (is)
    tern_store_note (self, TERN_NOTE_CHANGED, old->folder, key_of (old));
  tern_store_count (self, old->folder, is - was,
                    (is ? is_unread (flags) : 0) - (was ? is_unread (old->flags) : 0), by_user);
  return tern_store_run_ids (self, "UPDATE placement SET flags = ?2, state = ?3 WHERE id = ?1",
                             TERN_IDS (old->id, flags, state), error);
}

/**
 * tern_store_remove_placement:
 * @self: the writing store, inside a public function
 * @placement: the placement
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Removes a placement, it as a target of pending operations, and its content where that has no
 * other place. Operations that are left without a target stay for
 * tern_store_drop_empty_operations().
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_remove_placement (TernStore *self, const TernPlacement *placement, GError **error)
{
  if (placement->state == TERN_PLACEMENT_LISTED)
    {
      tern_store_note (self, TERN_NOTE_REMOVED, placement->folder, key_of (placement));
      tern_store_count (self, placement->folder, -1, -is_unread (placement->flags), FALSE);
    }
  return tern_store_run_ids (self, "DELETE FROM placement WHERE id = ?1", TERN_IDS (placement->id),
                             error) &&
         tern_store_release_content (self, placement->message, error);
}

/* What a batch needs to know once. */
typedef struct
{
  gint64 account;
  gint64 folder;
  gboolean has_unnamed;
  gboolean has_unmatched;
  gboolean has_orphans;
  TernArrivals arrivals;
} Batch;

/* A message that the user moved here, or that was here before a reset, under a name that the
 * server has not told before now. */
static gboolean
find_unnamed (TernStore *self,
              gint64 folder,
              const TernMessage *message,
              TernPlacement *placement,
              gboolean *found,
              GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "SELECT p.id, p.message, p.folder, p.state, p.received, p.flags, p.server_flags "
      "FROM placement p JOIN message m ON m.id = p.message "
      "WHERE p.folder = ?1 AND p.remote_id IS NULL AND p.state <> 2 "
      "AND (m.global_id = ?3 OR (m.message_id = ?4 AND m.size = ?2)) ORDER BY p.id LIMIT 1",
      TERN_IDS (folder, (gint64) message->size), error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 3, message->global_id);
  tern_store_bind_text (statement, 4, message->message_id);
  if (!tern_store_step (statement, found, error))
    return FALSE;
  if (*found)
    tern_store_read_placement (statement, placement);
  return TRUE;
}

/* A message that was here by the names of another channel. Each channel has its own idea of a
 * message's size. */
static gboolean
find_unmatched (TernStore *self,
                const Batch *batch,
                const TernMessage *message,
                TernPlacement *placement,
                gboolean *found,
                GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "SELECT p.id, p.message, p.folder, p.state, p.received, p.flags, p.server_flags "
      "FROM message m JOIN placement p ON p.message = m.id "
      "WHERE m.unmatched = ?2 AND m.message_id = ?3 AND p.folder = ?1 AND p.remote_id IS NULL "
      "AND p.state <> 2 ORDER BY p.id LIMIT 1",
      TERN_IDS (batch->folder, batch->account), error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 3, message->message_id);
  if (!tern_store_step (statement, found, error))
    return FALSE;
  if (*found)
    tern_store_read_placement (statement, placement);
  return TRUE;
}

static gboolean
batch_init (TernStore *self, gint64 folder, Batch *batch, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "SELECT account, EXISTS "
      "(SELECT 1 FROM placement WHERE placement.folder = ?1 AND remote_id IS NULL), "
      "EXISTS (SELECT 1 FROM message WHERE unmatched = folder.account), "
      "EXISTS (SELECT 1 FROM message WHERE orphan_of = ?1) FROM folder WHERE id = ?1",
      TERN_IDS (folder), error);
  gboolean row;

  if (statement == NULL || !tern_store_step (statement, &row, error))
    return FALSE;
  if (!row)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_GONE, "there is no folder %" G_GINT64_FORMAT,
                   folder);
      return FALSE;
    }
  batch->account = sqlite3_column_int64 (statement, 0);
  batch->folder = batch->arrivals.folder = folder;
  batch->arrivals.n = 0;
  batch->has_unnamed = sqlite3_column_int (statement, 1) != 0;
  batch->has_unmatched = sqlite3_column_int (statement, 2) != 0;
  batch->has_orphans = sqlite3_column_int (statement, 3) != 0;
  return TRUE;
}

static gboolean
put_keywords (TernStore *self, const TernPlacement *placement, const char *keywords, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "UPDATE placement SET server_keywords = ?2 WHERE id = ?1 AND server_keywords IS NOT ?2",
      TERN_IDS (placement->id), error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, keywords);
  return tern_store_run (statement, error);
}

static gboolean
put_labels (TernStore *self, const TernPlacement *placement, const char *labels, GError **error)
{
  g_autoptr (TernStatement) statement = NULL;

  if (labels == NULL)
    return TRUE;
  statement = tern_store_prepare_ids (
      self, "UPDATE placement SET labels = ?2 WHERE id = ?1 AND labels IS NOT ?2",
      TERN_IDS (placement->id), error);
  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, labels);
  if (!tern_store_run (statement, error))
    return FALSE;
  if (sqlite3_changes (self->db) > 0 && placement->state == TERN_PLACEMENT_LISTED)
    tern_store_note (self, TERN_NOTE_CHANGED, placement->folder, key_of (placement));
  return TRUE;
}

static gboolean
put_server_state (TernStore *self,
                  const TernPlacement *placement,
                  const TernFlagsUpdate *update,
                  GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "UPDATE placement SET (server_flags, modseq, remote_id) = (?2, ?3, ?4) WHERE id = ?1 "
      "AND (server_flags, modseq, remote_id) IS NOT (?2, ?3, ?4)",
      TERN_IDS (placement->id, update->flags, (gint64) update->modseq), error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 4, update->remote_id);
  return tern_store_run (statement, error);
}

/* What the server says of a placement that is known: its flags, under the pending operations, and
 * its name where it had none. Its place in the list stays. */
static gboolean
update_placement (TernStore *self,
                  const TernPlacement *placement,
                  const TernFlagsUpdate *update,
                  GError **error)
{
  const char *keywords =
      update->keywords != NULL && *update->keywords != '\0' ? update->keywords : NULL;

  return put_server_state (self, placement, update, error) &&
         put_keywords (self, placement, keywords, error) &&
         put_labels (self, placement, update->labels, error) &&
         tern_store_resolve_placement (self, placement->id, FALSE, error);
}

static gboolean
share_flags (TernStore *self, gint64 content, const TernMessage *message, GError **error)
{
  return !message->shares_flags ||
         tern_store_run_ids (
             self, "UPDATE message SET shares_flags = 1 WHERE id = ?1 AND shares_flags = 0",
             TERN_IDS (content), error);
}

static gboolean
put_content (TernStore *self, gint64 content, const TernMessage *message, GError **error)
{
  gboolean changed;

  if (!tern_store_update_content (self, content, message, &changed, error))
    return FALSE;
  return !changed || tern_store_note_content (self, content, error);
}

/* Among many without a name, only the index of the unmatched finds one. */
static gboolean
find_known (TernStore *self,
            const Batch *batch,
            const TernMessage *message,
            TernPlacement *placement,
            gboolean *found,
            GError **error)
{
  if (!tern_store_find_placement (self, batch->folder, message->remote_id, placement, found, error))
    return FALSE;
  if (*found || !batch->has_unnamed)
    return TRUE;
  return batch->has_unmatched
             ? find_unmatched (self, batch, message, placement, found, error)
             : find_unnamed (self, batch->folder, message, placement, found, error);
}

static gboolean
put_message (TernStore *self, Batch *batch, const TernMessage *message, GError **error)
{
  TernPlacement placement;
  gint64 content;
  gboolean found;

  if (tern_store_has_arrival (&batch->arrivals, message->remote_id) &&
      !tern_store_place_arrivals (self, &batch->arrivals, error))
    return FALSE;
  if (!find_known (self, batch, message, &placement, &found, error))
    return FALSE;
  if (found)
    {
      TernFlagsUpdate update = { message->remote_id, message->flags, message->keywords,
                                 message->modseq, message->labels };

      return put_content (self, placement.message, message, error) &&
             share_flags (self, placement.message, message, error) &&
             update_placement (self, &placement, &update, error);
    }
  if (!tern_store_find_content (self, batch->account, batch->has_orphans ? batch->folder : 0,
                                message, &content, error))
    return FALSE;
  if (content != 0 ? !put_content (self, content, message, error)
                   : !tern_store_insert_content (self, batch->account, message, &content, error))
    return FALSE;
  return share_flags (self, content, message, error) &&
         tern_store_add_arrival (self, &batch->arrivals, message, content, error);
}

static gboolean
put_messages (TernStore *self, gint64 folder, GPtrArray *messages, GError **error)
{
  Batch batch;

  if (!batch_init (self, folder, &batch, error))
    return FALSE;
  for (guint i = 0; i < messages->len; i++)
    if (!put_message (self, &batch, g_ptr_array_index (messages, i), error))
      return FALSE;
  return tern_store_place_arrivals (self, &batch.arrivals, error);
}

/**
 * tern_store_put_messages:
 * @self: the writing store
 * @folder_id: the folder
 * @messages: (element-type TernMessage): messages that the server showed in it; their ids, account
 *   and folder are ignored
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE, or %TERN_ERROR_GONE where the folder does not
 *   exist any more
 *
 * Keeps messages. One whose remote id is known replaces what was known and keeps its id and its
 * received time; so does one that waited here without a remote id, which is known by its global id
 * or by Message-ID and size. Content is shared by global id, and found again by Message-ID and size
 * after tern_store_reset_folder(), so that snippet and parts are kept. A structure or snippet that
 * @messages do not give stays as it was. Pending operations of the user stay on top of the flags
 * that the server gives.
 *
 * Returns: whether all are kept
 */
gboolean
tern_store_put_messages (
    TernStore *self, gint64 folder_id, GPtrArray *messages, TernChanges *changes, GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = put_messages (self, folder_id, messages, error);
  return tern_store_leave (self, success, changes, error);
}

static gboolean
put_flags (TernStore *self, gint64 folder, const TernFlagsUpdate *updates, gsize n, GError **error)
{
  for (gsize i = 0; i < n; i++)
    {
      TernPlacement placement;
      gboolean found;

      if (!tern_store_find_placement (self, folder, updates[i].remote_id, &placement, &found,
                                      error))
        return FALSE;
      if (found && !update_placement (self, &placement, &updates[i], error))
        return FALSE;
    }
  return TRUE;
}

/**
 * tern_store_put_flags:
 * @self: the writing store
 * @folder_id: the folder
 * @updates: (array length=n): what the server says of flags; an unknown remote id is ignored
 * @n: how many
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Keeps the server's flags. What is shown has the user's pending operations on top, the newest
 * last; undoing them brings back what is given here.
 *
 * Returns: whether all are kept
 */
gboolean
tern_store_put_flags (TernStore *self,
                      gint64 folder_id,
                      const TernFlagsUpdate *updates,
                      gsize n,
                      TernChanges *changes,
                      GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = put_flags (self, folder_id, updates, n, error);
  success = tern_store_leave (self, success, changes, error);
  if (success)
    tern_trace ("cache.invalidate", TERN_TRACE_STR ("what", "flags"),
                TERN_TRACE_STR ("why", "server"), TERN_TRACE_INT ("n", n));
  return success;
}

/* A server tells that a message left the folder before it tells that the move is done. Until the
 * operation is confirmed or undone, such a message belongs to it. */
static gboolean
is_being_moved (TernStore *self, const TernPlacement *placement, gboolean *moved, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "SELECT 1 FROM operation_target t JOIN operation o ON o.id = t.operation "
      "WHERE t.placement = ?1 AND o.kind = ?2 AND o.attempts > 0",
      TERN_IDS (placement->id, TERN_OPERATION_MOVE), error);

  return statement != NULL && tern_store_step (statement, moved, error);
}

static gboolean
remove_message (TernStore *self, gint64 folder, const char *remote_id, GError **error)
{
  TernPlacement placement;
  gboolean found, moved;

  if (!tern_store_find_placement (self, folder, remote_id, &placement, &found, error))
    return FALSE;
  if (!found)
    return TRUE;
  if (!is_being_moved (self, &placement, &moved, error))
    return FALSE;
  if (moved)
    return tern_store_show_placement (self, &placement, placement.flags, TERN_PLACEMENT_LEFT, FALSE,
                                      error);
  return tern_store_remove_placement (self, &placement, error);
}

/**
 * tern_store_remove_messages:
 * @self: the writing store
 * @folder_id: the folder
 * @remote_ids: (array length=n): messages that are gone from it; an unknown one is ignored
 * @n: how many
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Forgets messages that the server does not have any more. They leave the operations that are
 * pending on them, and an operation that has none left goes. But a message whose move the server
 * was asked for already (tern_store_count_attempt()) waits for that operation's end.
 *
 * Returns: whether all are forgotten
 */
gboolean
tern_store_remove_messages (TernStore *self,
                            gint64 folder_id,
                            const char *const *remote_ids,
                            gsize n,
                            TernChanges *changes,
                            GError **error)
{
  gboolean success = TRUE;

  if (!tern_store_enter (self, error))
    return FALSE;
  for (gsize i = 0; success && i < n; i++)
    success = remove_message (self, folder_id, remote_ids[i], error);
  success = success && tern_store_drop_empty_operations (self, error);
  success = tern_store_leave (self, success, changes, error);
  if (success)
    tern_trace ("cache.invalidate", TERN_TRACE_STR ("what", "placement"),
                TERN_TRACE_STR ("why", "removed"), TERN_TRACE_INT ("n", n));
  return success;
}

static gboolean
note_all_removed (TernStore *self, gint64 folder, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "SELECT " TERN_PLACEMENT_COLUMNS " FROM placement WHERE folder = ?1 AND state = 0",
      TERN_IDS (folder), error);
  gboolean row;

  if (statement == NULL)
    return FALSE;
  while (tern_store_step (statement, &row, error))
    {
      TernPlacement placement;

      if (!row)
        return TRUE;
      tern_store_read_placement (statement, &placement);
      tern_store_note (self, TERN_NOTE_REMOVED, folder, key_of (&placement));
      tern_store_count (self, folder, -1, -is_unread (placement.flags), FALSE);
    }
  return FALSE;
}

/* Placements with a pending operation stay without a name, so that what the user asked for is not
 * lost when the server only renumbered the folder. */
static gboolean
reset_placements (TernStore *self, gint64 folder, GError **error)
{
  return tern_store_run_ids (
             self,
             "UPDATE message SET orphan_of = ?1 "
             "WHERE id IN (SELECT message FROM placement WHERE folder = ?1) AND NOT EXISTS "
             "(SELECT 1 FROM placement p WHERE p.message = message.id AND (p.folder <> ?1 "
             "OR p.id IN (SELECT placement FROM operation_target)))",
             TERN_IDS (folder), error) &&
         tern_store_run_ids (self,
                             "DELETE FROM placement WHERE folder = ?1 "
                             "AND id NOT IN (SELECT placement FROM operation_target)",
                             TERN_IDS (folder), error) &&
         tern_store_run_ids (self,
                             "UPDATE placement SET remote_id = NULL, modseq = 0, "
                             "state = iif(state = ?2, ?2, ?3) WHERE folder = ?1",
                             TERN_IDS (folder, TERN_PLACEMENT_LEFT, TERN_PLACEMENT_LOST), error);
}

static gboolean
reset_folder (TernStore *self, gint64 folder, GError **error)
{
  if (!note_all_removed (self, folder, error) || !reset_placements (self, folder, error) ||
      !tern_store_run_ids (self, "DELETE FROM sync_state WHERE folder = ?1", TERN_IDS (folder),
                           error))
    return FALSE;
  if (sqlite3_changes (self->db) > 0)
    tern_store_note_list (self, TERN_NOTE_COUNTS, folder);
  return tern_store_run_ids (self, "UPDATE folder SET complete = 0 WHERE id = ?1",
                             TERN_IDS (folder), error);
}

/**
 * tern_store_reset_folder:
 * @self: the writing store
 * @folder_id: the folder
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Forgets where everything stood in a folder, and its sync state, because the server's names in it
 * mean something else now (RFC 9051 section 2.3.1.1). Content waits for tern_store_put_messages()
 * to find it again, until tern_store_set_validated(); so do messages with pending operations, which
 * then keep their ids.
 *
 * Returns: whether it is forgotten
 */
gboolean
tern_store_reset_folder (TernStore *self, gint64 folder_id, TernChanges *changes, GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = reset_folder (self, folder_id, error);
  success = tern_store_leave (self, success, changes, error);
  if (success)
    tern_trace ("cache.invalidate", TERN_TRACE_STR ("what", "folder"),
                TERN_TRACE_STR ("why", "reset"));
  return success;
}

/**
 * tern_store_foreach_remote_id:
 * @self: a store
 * @folder_id: the folder
 * @func: called with each remote id, in no order; must not write to the store
 * @user_data: for @func
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Tells what the server is known to have in a folder, with what pending operations hide.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_foreach_remote_id (
    TernStore *self, gint64 folder_id, TernSinkKnownFunc func, gpointer user_data, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self,
                              "SELECT remote_id FROM placement WHERE folder = ?1 "
                              "AND remote_id IS NOT NULL AND state <> ?2",
                              TERN_IDS (folder_id, TERN_PLACEMENT_LEFT), error);
  gboolean row;

  if (statement == NULL)
    return FALSE;
  while (tern_store_step (statement, &row, error))
    {
      if (!row)
        return TRUE;
      func ((const char *) sqlite3_column_text (statement, 0), user_data);
    }
  return FALSE;
}

/**
 * tern_store_count_remote_ids:
 * @self: a store
 * @folder_id: the folder
 * @count: (out): how many tern_store_foreach_remote_id() would tell
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Counts what the server is known to have in a folder.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_count_remote_ids (TernStore *self, gint64 folder_id, guint *count, GError **error)
{
  /* Each of the two is read from an index alone, or has few rows. */
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "SELECT (SELECT count(*) FROM placement WHERE folder = ?1 AND remote_id IS NOT NULL) - "
      "(SELECT count(*) FROM placement WHERE folder = ?1 AND state = ?2 AND remote_id IS NOT NULL)",
      TERN_IDS (folder_id, TERN_PLACEMENT_LEFT), error);
  gboolean row;

  if (statement == NULL || !tern_store_step (statement, &row, error))
    return FALSE;
  *count = (guint) sqlite3_column_int64 (statement, 0);
  return TRUE;
}

static gboolean
list_unnamed (TernStore *self, gint64 folder, GArray *placements, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self,
                              "SELECT " TERN_PLACEMENT_COLUMNS " FROM placement "
                              "WHERE folder = ?1 AND remote_id IS NULL AND state <> ?2 "
                              "AND id NOT IN (SELECT copy FROM operation_target "
                              "WHERE copy IS NOT NULL)",
                              TERN_IDS (folder, TERN_PLACEMENT_LEFT), error);
  gboolean row;

  if (statement == NULL)
    return FALSE;
  while (tern_store_step (statement, &row, error))
    {
      TernPlacement placement;

      if (!row)
        return TRUE;
      tern_store_read_placement (statement, &placement);
      g_array_append_val (placements, placement);
    }
  return FALSE;
}

/**
 * tern_store_drop_unnamed:
 * @self: the writing store, inside a public function
 * @folder: a folder that is completely known
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Removes the messages that were expected in the folder and did not appear. Their content stays
 * until the folder is validated once more: the list may have been made just before the server
 * moved them.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_drop_unnamed (TernStore *self, gint64 folder, GError **error)
{
  g_autoptr (GArray) placements = g_array_new (FALSE, FALSE, sizeof (TernPlacement));

  if (!list_unnamed (self, folder, placements, error))
    return FALSE;
  if (placements->len == 0)
    return TRUE;
  for (guint i = 0; i < placements->len; i++)
    {
      const TernPlacement *placement = &g_array_index (placements, TernPlacement, i);

      if (!tern_store_run_ids (self,
                               "UPDATE message SET orphan_of = ?2 WHERE id = ?1 "
                               "AND 1 = (SELECT count(*) FROM placement WHERE message = ?1)",
                               TERN_IDS (placement->message, folder), error) ||
          !tern_store_remove_placement (self, placement, error))
        return FALSE;
    }
  return tern_store_drop_empty_operations (self, error);
}
