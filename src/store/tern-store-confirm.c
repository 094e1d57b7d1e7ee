/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

/* What the server did becomes the state of the cache. */

static gboolean
confirm_keywords (TernStore *self, const TernOperation *operation, gint64 id, GError **error)
{
  g_autoptr (TernStatement) read = tern_store_prepare_ids (
      self, "SELECT server_keywords FROM placement WHERE id = ?1", TERN_IDS (id), error);
  g_autoptr (TernStatement) write = NULL;
  g_autofree char *keywords = NULL;
  gboolean row;

  if (operation->set_keywords == NULL && operation->clear_keywords == NULL)
    return TRUE;
  if (read == NULL || !tern_store_step (read, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  keywords = tern_keywords_change ((const char *) sqlite3_column_text (read, 0),
                                   operation->set_keywords, operation->clear_keywords);
  write = tern_store_prepare_ids (self, "UPDATE placement SET server_keywords = ?2 WHERE id = ?1",
                                  TERN_IDS (id), error);
  if (write == NULL)
    return FALSE;
  tern_store_bind_text (write, 2, keywords);
  return tern_store_run (write, error);
}

/* The server has the flags; what is shown is computed when all of the operation is true. */
static gboolean
confirm_flags (TernStore *self, const TernOperation *operation, gint64 id, GError **error)
{
  if (operation->set == 0 && operation->clear == 0 && operation->set_keywords == NULL &&
      operation->clear_keywords == NULL)
    return TRUE;
  return tern_store_run_ids (
             self, "UPDATE placement SET server_flags = (server_flags & ~?2) | ?3 WHERE id = ?1",
             TERN_IDS (id, operation->clear, operation->set), error) &&
         confirm_keywords (self, operation, id, error);
}

/* It stays where it is, struck out. */
static gboolean
strike_out (TernStore *self, gint64 id, GError **error)
{
  return tern_store_run_ids (self,
                             "UPDATE placement SET server_flags = server_flags | ?2 WHERE id = ?1",
                             TERN_IDS (id, TERN_FLAGS_DELETED), error) &&
         tern_store_resolve_placement (self, id, FALSE, error);
}

/* --- Into another folder --- */

/* A sync of the target may have seen the message there before the answer came: then its row there
 * is the message, and takes the content with its snippet and parts. */
static gboolean
join_seen (TernStore *self,
           const TernPlacement *placement,
           const TernPlacement *seen,
           GError **error)
{
  if (seen->message != placement->message)
    {
      if (!tern_store_run_ids (self, "UPDATE placement SET message = ?2 WHERE id = ?1",
                               TERN_IDS (seen->id, placement->message), error) ||
          !tern_store_release_content (self, seen->message, error))
        return FALSE;
      if (seen->state == TERN_PLACEMENT_LISTED)
        tern_store_note (self, TERN_NOTE_CHANGED, seen->folder,
                         (TernRowKey){ seen->received, seen->id });
    }
  return tern_store_run_ids (
             self, "UPDATE OR IGNORE operation_target SET placement = ?2 WHERE placement = ?1",
             TERN_IDS (placement->id, seen->id), error) &&
         tern_store_remove_placement (self, placement, error) &&
         tern_store_resolve_placement (self, seen->id, TRUE, error);
}

static gboolean
put_in_folder (TernStore *self,
               const TernPlacement *placement,
               gint64 folder,
               const char *name,
               GError **error)
{
  /* What shows there already, a copy, is counted. */
  TernPlacementState state = placement->folder == folder ? placement->state : TERN_PLACEMENT_HIDDEN;
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "UPDATE placement SET folder = ?2, modseq = 0, state = ?3, remote_id = ?4 WHERE id = ?1",
      TERN_IDS (placement->id, folder, state), error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 4, name);
  return tern_store_run (statement, error) &&
         tern_store_resolve_placement (self, placement->id, TRUE, error);
}

/* The message is in @folder as @name (nullable: not told), and @id is its row, here or there. */
static gboolean
place (TernStore *self, gint64 id, gint64 folder, const char *name, GError **error)
{
  TernPlacement placement, seen;
  gboolean found;

  if (!tern_store_get_placement (self, id, &placement, &found, error))
    return FALSE;
  if (!found)
    return TRUE;
  if (name != NULL)
    {
      if (!tern_store_find_placement (self, folder, name, &seen, &found, error))
        return FALSE;
      if (found && seen.id != id)
        return join_seen (self, &placement, &seen, error);
    }
  return put_in_folder (self, &placement, folder, name, error);
}

/* Copied, and the original stays. */
static gboolean
place_copy (TernStore *self, gint64 id, gint64 folder, const char *name, GError **error)
{
  TernPlacement placement, seen;
  gboolean found;

  if (name != NULL && !tern_store_find_placement (self, folder, name, &seen, &found, error))
    return FALSE;
  if ((name != NULL && found) || !tern_store_get_placement (self, id, &placement, &found, error) ||
      !found)
    return name != NULL && found;
  if (!tern_store_run_ids (self,
                           "INSERT INTO placement (folder, message, received, state, flags, "
                           "server_flags, keywords, server_keywords, modseq) SELECT ?2, message, "
                           "received, ?3, server_flags, server_flags, keywords, server_keywords, 0 "
                           "FROM placement WHERE id = ?1",
                           TERN_IDS (id, folder, TERN_PLACEMENT_HIDDEN), error))
    return FALSE;
  return place (self, sqlite3_last_insert_rowid (self->db), folder, name, error);
}

/* --- One message --- */

/* A message of the operation, with what the log knows of it. */
typedef struct
{
  gint64 id;
  gint64 copy;
  char *name;
} Target;

static void
clear_target (gpointer data)
{
  g_free (((Target *) data)->name);
}

/* The names that the server gave in the target: told now, or with an earlier step. */
static GArray *
read_targets (TernStore *self, gint64 operation, const TernOutcome *outcome, GError **error)
{
  g_autoptr (GArray) targets = g_array_new (FALSE, FALSE, sizeof (Target));
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self,
                              "SELECT p.id, t.copy, t.copy_id, p.remote_id FROM operation_target t "
                              "JOIN placement p ON p.id = t.placement WHERE t.operation = ?1",
                              TERN_IDS (operation), error);
  gboolean row;

  g_array_set_clear_func (targets, clear_target);
  if (statement == NULL)
    return NULL;
  while (tern_store_step (statement, &row, error))
    {
      Target target = { 0 };
      const char *remote_id;

      if (!row)
        return g_steal_pointer (&targets);
      remote_id = (const char *) sqlite3_column_text (statement, 3);
      target.id = sqlite3_column_int64 (statement, 0);
      target.copy = sqlite3_column_int64 (statement, 1);
      /* What is told last is true: a copy may have been given up for another one since. */
      if (outcome != NULL && remote_id != NULL)
        target.name = g_strdup (g_hash_table_lookup (outcome->moved, remote_id));
      if (target.name == NULL)
        target.name = tern_store_dup_text (statement, 2);
      g_array_append_val (targets, target);
    }
  return NULL;
}

static gboolean
confirm_move (TernStore *self,
              const TernOperation *operation,
              const Target *target,
              gboolean struck_out,
              GError **error)
{
  if (!confirm_flags (self, operation, target->id, error))
    return FALSE;
  if (!struck_out)
    return place (self, target->id, operation->target_folder_id, target->name, error);
  return place_copy (self, target->id, operation->target_folder_id, target->name, error) &&
         strike_out (self, target->id, error);
}

static gboolean
confirm_delete (TernStore *self, gint64 id, gboolean struck_out, GError **error)
{
  TernPlacement placement;
  gboolean found;

  if (struck_out)
    return strike_out (self, id, error);
  if (!tern_store_get_placement (self, id, &placement, &found, error))
    return FALSE;
  return !found || tern_store_remove_placement (self, &placement, error);
}

static gboolean
confirm_message (TernStore *self,
                 const TernOperation *operation,
                 const Target *target,
                 gboolean struck_out,
                 GError **error)
{
  if (operation->kind == TERN_OPERATION_FLAGS)
    return confirm_flags (self, operation, target->id, error) &&
           tern_store_resolve_placement (self, target->id, FALSE, error);
  if (operation->kind == TERN_OPERATION_MOVE)
    return confirm_move (self, operation, target, struck_out, error);
  if (operation->kind == TERN_OPERATION_COPY)
    return target->copy == 0 ||
           place (self, target->copy, operation->target_folder_id, target->name, error);
  return confirm_delete (self, target->id, struck_out, error);
}

static gboolean
confirm_operation (TernStore *self,
                   const TernOperation *operation,
                   const TernOutcome *outcome,
                   GError **error)
{
  g_autoptr (GArray) targets = read_targets (self, operation->id, outcome, error);
  gboolean struck_out = outcome != NULL && outcome->struck_out;

  if (targets == NULL || !tern_store_run_ids (self, "DELETE FROM operation WHERE id = ?1",
                                              TERN_IDS (operation->id), error))
    return FALSE;
  if (!tern_operation_is_for_messages (operation))
    return tern_store_confirm_folder_operation (self, operation, outcome, error);
  for (guint i = 0; i < targets->len; i++)
    if (!confirm_message (self, operation, &g_array_index (targets, Target, i), struck_out, error))
      return FALSE;
  return tern_store_drop_empty_operations (self, error);
}

/**
 * tern_store_confirm_operation:
 * @self: the writing store
 * @operation_id: the operation; one that is off the log is no error
 * @outcome: (nullable): what the server told; %NULL for nothing
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Makes an operation that the server carried out final, and takes it off the log. Moved and copied
 * messages appear in the target with their ids; one that the server did not name has no remote id
 * until the target's next sync, and goes when that does not find it. Deleted messages go with their
 * content.
 *
 * Returns: whether it is final
 */
gboolean
tern_store_confirm_operation (TernStore *self,
                              gint64 operation_id,
                              const TernOutcome *outcome,
                              TernChanges *changes,
                              GError **error)
{
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GError) local = NULL;
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  operation = tern_store_get_operation (self, operation_id, &local);
  success =
      local == NULL && (operation == NULL || confirm_operation (self, operation, outcome, error));
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return tern_store_leave (self, success, changes, error);
}

/* --- On the way --- */

/* The folder in which the messages of an operation are. */
static gboolean
find_source (TernStore *self, gint64 operation, gint64 *folder, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self,
                              "SELECT p.folder FROM operation_target t JOIN placement p "
                              "ON p.id = t.placement WHERE t.operation = ?1 LIMIT 1",
                              TERN_IDS (operation), error);
  gboolean row;

  if (statement == NULL || !tern_store_step (statement, &row, error))
    return FALSE;
  *folder = row ? sqlite3_column_int64 (statement, 0) : 0;
  return TRUE;
}

static gboolean
keep_copy_ids (TernStore *self, gint64 operation, const TernOutcome *outcome, GError **error)
{
  GHashTableIter iter;
  gpointer from, to;
  gint64 folder;

  if (!find_source (self, operation, &folder, error))
    return FALSE;
  g_hash_table_iter_init (&iter, outcome->moved);
  while (g_hash_table_iter_next (&iter, &from, &to))
    {
      g_autoptr (TernStatement) statement = tern_store_prepare_ids (
          self,
          "UPDATE operation_target SET copy_id = ?3 WHERE operation = ?1 AND placement = "
          "(SELECT id FROM placement WHERE folder = ?2 AND remote_id = ?4)",
          TERN_IDS (operation, folder), error);

      if (statement == NULL)
        return FALSE;
      tern_store_bind_text (statement, 3, to);
      tern_store_bind_text (statement, 4, from);
      if (!tern_store_run (statement, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
keep_step (TernStore *self, gint64 operation, const TernOutcome *outcome, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "UPDATE operation SET step = ?2 WHERE id = ?1", TERN_IDS (operation), error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, outcome->step);
  return tern_store_run (statement, error) && keep_copy_ids (self, operation, outcome, error);
}

/**
 * tern_store_keep_step:
 * @self: the writing store
 * @operation_id: the operation; one that is off the log is no error
 * @outcome: how far the server came
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Keeps how far the server came with an operation, on the disk when this returns, so that it is
 * gone on with from there whatever happens.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_keep_step (TernStore *self,
                      gint64 operation_id,
                      const TernOutcome *outcome,
                      GError **error)
{
  gboolean success;

  if (!tern_store_set_durable (self, TRUE, error) || !tern_store_enter (self, error))
    return FALSE;
  success = keep_step (self, operation_id, outcome, error);
  success = tern_store_leave (self, success, NULL, error);
  tern_store_set_durable (self, FALSE, NULL);
  return success;
}

/* The row of an operation that the server knows as @remote_id in @folder, and its copy. */
static gboolean
find_target (TernStore *self,
             gint64 operation,
             gint64 folder,
             const char *remote_id,
             gint64 ids[2],
             GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "SELECT p.id, t.copy FROM placement p JOIN operation_target t "
      "ON t.placement = p.id AND t.operation = ?1 WHERE p.folder = ?2 AND p.remote_id = ?3",
      TERN_IDS (operation, folder), error);
  gboolean row;

  ids[0] = ids[1] = 0;
  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 3, remote_id);
  if (!tern_store_step (statement, &row, error))
    return FALSE;
  if (row)
    {
      ids[0] = sqlite3_column_int64 (statement, 0);
      ids[1] = sqlite3_column_int64 (statement, 1);
    }
  return TRUE;
}

static gboolean
refuse_message (TernStore *self, gint64 operation, const gint64 ids[2], GError **error)
{
  TernPlacement copy;
  gboolean found = FALSE;

  if (!tern_store_run_ids (self,
                           "DELETE FROM operation_target WHERE operation = ?1 AND placement = ?2",
                           TERN_IDS (operation, ids[0]), error) ||
      (ids[1] != 0 && !tern_store_get_placement (self, ids[1], &copy, &found, error)) ||
      (found && !tern_store_remove_placement (self, &copy, error)))
    return FALSE;
  return tern_store_undo_message (self, ids[0], error);
}

/**
 * tern_store_refuse_messages:
 * @self: the writing store
 * @operation_id: the operation
 * @remote_ids: (element-type utf8): messages that the server would not change
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Takes messages out of an operation and shows them as they were; the others stay in it.
 *
 * Returns: (transfer full) (element-type gint64) (nullable): their ids
 */
GArray *
tern_store_refuse_messages (TernStore *self,
                            gint64 operation_id,
                            GPtrArray *remote_ids,
                            TernChanges *changes,
                            GError **error)
{
  g_autoptr (GArray) refused = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean success;
  gint64 folder;

  if (!tern_store_enter (self, error))
    return NULL;
  success = find_source (self, operation_id, &folder, error);
  for (guint i = 0; success && i < remote_ids->len; i++)
    {
      gint64 ids[2];

      success = find_target (self, operation_id, folder, remote_ids->pdata[i], ids, error) &&
                (ids[0] == 0 || refuse_message (self, operation_id, ids, error));
      if (success && ids[0] != 0)
        g_array_append_val (refused, ids[0]);
    }
  success = success && tern_store_drop_empty_operations (self, error);
  if (!tern_store_leave (self, success, changes, error))
    return NULL;
  return g_steal_pointer (&refused);
}
