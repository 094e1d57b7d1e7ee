/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

/* The log: what the user did and the server has not confirmed. */

static gboolean
read_targets (TernStore *self, TernOperation *operation, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self,
                              "SELECT placement, copy FROM operation_target WHERE operation = ?1 "
                              "ORDER BY placement",
                              TERN_IDS (operation->id), error);
  gboolean row;

  if (statement == NULL)
    return FALSE;
  if (operation->kind == TERN_OPERATION_COPY)
    operation->copies = g_array_new (FALSE, FALSE, sizeof (gint64));
  while (tern_store_step (statement, &row, error))
    {
      gint64 id, copy;

      if (!row)
        return TRUE;
      id = sqlite3_column_int64 (statement, 0);
      copy = sqlite3_column_int64 (statement, 1);
      g_array_append_val (operation->messages, id);
      if (operation->copies != NULL && copy != 0)
        g_array_append_val (operation->copies, copy);
    }
  return FALSE;
}

#define OPERATION_ROW                                                                              \
  "SELECT id, account, kind, set_flags, clear_flags, target, attempts, created, "                  \
  "coalesce(folder, (SELECT p.folder FROM operation_target t "                                     \
  "JOIN placement p ON p.id = t.placement WHERE t.operation = operation.id LIMIT 1)), "            \
  "parent, name, role, only_empty, received, set_keywords, clear_keywords FROM operation "

static TernOperation *
read_operation (TernStore *self, TernStatement *row, GError **error)
{
  g_autoptr (TernOperation) operation =
      tern_operation_new ((TernOperationKind) sqlite3_column_int (row, 2), NULL, 0);

  operation->id = sqlite3_column_int64 (row, 0);
  operation->account_id = sqlite3_column_int64 (row, 1);
  operation->set = (TernFlags) sqlite3_column_int (row, 3);
  operation->clear = (TernFlags) sqlite3_column_int (row, 4);
  operation->target_folder_id = sqlite3_column_int64 (row, 5);
  operation->attempts = (guint) sqlite3_column_int (row, 6);
  operation->created = sqlite3_column_int64 (row, 7);
  operation->folder_id = sqlite3_column_int64 (row, 8);
  operation->parent_id = sqlite3_column_int64 (row, 9);
  operation->name = tern_store_dup_text (row, 10);
  operation->role = (TernFolderRole) sqlite3_column_int (row, 11);
  operation->only_empty = sqlite3_column_int (row, 12) != 0;
  operation->received = sqlite3_column_int64 (row, 13);
  operation->set_keywords = tern_store_dup_text (row, 14);
  operation->clear_keywords = tern_store_dup_text (row, 15);
  if (!read_targets (self, operation, error))
    return NULL;
  return g_steal_pointer (&operation);
}

static GPtrArray *
read_operations (TernStore *self, TernStatement *statement, GError **error)
{
  g_autoptr (GPtrArray) out =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_operation_unref);
  gboolean row;

  if (statement == NULL)
    return NULL;
  while (tern_store_step (statement, &row, error))
    {
      TernOperation *operation;

      if (!row)
        return g_steal_pointer (&out);
      operation = read_operation (self, statement, error);
      if (operation == NULL)
        return NULL;
      g_ptr_array_add (out, operation);
    }
  return NULL;
}

/**
 * tern_store_list_operations:
 * @self: a store
 * @account_id: the account; 0 for all
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (element-type TernOperation) (nullable): the operations that the server
 *   has not confirmed, in the order in which the user asked for them
 */
GPtrArray *
tern_store_list_operations (TernStore *self, gint64 account_id, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, OPERATION_ROW "WHERE account = ?1 OR ?1 = 0 ORDER BY id", TERN_IDS (account_id), error);

  return read_operations (self, statement, error);
}

/**
 * tern_store_get_operation:
 * @self: a store
 * @operation_id: the operation
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (nullable): the operation as it stands in the log; %NULL without an
 * error where it is off it
 */
TernOperation *
tern_store_get_operation (TernStore *self, gint64 operation_id, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self, OPERATION_ROW "WHERE id = ?1", TERN_IDS (operation_id), error);
  gboolean row;

  if (statement == NULL || !tern_store_step (statement, &row, error) || !row)
    return NULL;
  return read_operation (self, statement, error);
}

/**
 * tern_store_has_operations:
 * @self: a store
 * @account_id: the account
 *
 * Returns: whether there are operations that the server has not confirmed
 */
gboolean
tern_store_has_operations (TernStore *self, gint64 account_id)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "SELECT 1 FROM operation WHERE account = ?1 LIMIT 1", TERN_IDS (account_id), NULL);
  gboolean row;

  return statement != NULL && tern_store_step (statement, &row, NULL) && row;
}

/* Whether the server can be asked for @next together with @first. Flags may be asked for again, so
 * only their sum matters; the others are asked for once, and alike. */
static gboolean
goes_with (TernStore *self, const TernOperation *first, const TernOperation *next)
{
  g_autofree char *step = NULL;

  if (first->kind != next->kind || first->folder_id != next->folder_id ||
      !tern_operation_is_for_messages (first) || first->kind == TERN_OPERATION_COPY)
    return FALSE;
  if (first->kind == TERN_OPERATION_FLAGS)
    return TRUE;
  step = tern_store_dup_step (self, first->id, NULL);
  return step == NULL && first->attempts == 0 && next->attempts == 0 &&
         first->target_folder_id == next->target_folder_id && first->set == next->set &&
         first->clear == next->clear && g_strcmp0 (first->set_keywords, next->set_keywords) == 0 &&
         g_strcmp0 (first->clear_keywords, next->clear_keywords) == 0;
}

/**
 * tern_store_list_batch:
 * @self: a store
 * @account_id: the account
 * @alone: whether operations are not to be joined
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Reads what is to be asked next: the oldest operation with those that follow it and can be asked
 * for together with it.
 *
 * Returns: (transfer full) (element-type TernOperation) (nullable): the operations, oldest first;
 *   none where the log is empty
 */
GPtrArray *
tern_store_list_batch (TernStore *self, gint64 account_id, gboolean alone, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self, OPERATION_ROW "WHERE account = ?1 ORDER BY id LIMIT ?2",
                              TERN_IDS (account_id, alone ? 1 : TERN_STORE_MAX_BATCH), error);
  g_autoptr (GPtrArray) batch = read_operations (self, statement, error);

  for (guint i = 1; batch != NULL && i < batch->len; i++)
    if (!goes_with (self, batch->pdata[0], batch->pdata[i]))
      g_ptr_array_set_size (batch, (gint) i);
  return g_steal_pointer (&batch);
}

/**
 * tern_store_dup_step:
 * @self: a store
 * @operation_id: the operation
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (nullable): how far the server came with an operation, as
 *   tern_store_keep_step() kept it; %NULL without an error where it did not begin
 */
char *
tern_store_dup_step (TernStore *self, gint64 operation_id, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "SELECT step FROM operation WHERE id = ?1", TERN_IDS (operation_id), error);
  gboolean row;

  if (statement == NULL || !tern_store_step (statement, &row, error) || !row)
    return NULL;
  return tern_store_dup_text (statement, 0);
}

/**
 * tern_store_get_operation_content:
 * @self: a store
 * @operation_id: an APPEND
 * @error: return location for %TERN_ERROR_STORAGE, or %TERN_ERROR_GONE where there is none
 *
 * Returns: (transfer full) (nullable): the letter that it puts into its folder
 */
GBytes *
tern_store_get_operation_content (TernStore *self, gint64 operation_id, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self, "SELECT content FROM operation_content WHERE operation = ?1",
                              TERN_IDS (operation_id), error);
  gboolean row;

  if (statement == NULL || !tern_store_step (statement, &row, error))
    return NULL;
  if (row)
    return g_bytes_new (sqlite3_column_blob (statement, 0),
                        (gsize) sqlite3_column_bytes (statement, 0));
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_GONE, "the letter is not kept");
  return NULL;
}

/**
 * tern_store_count_attempt:
 * @self: the writing store
 * @operation_id: the operation; one that is off the log is no error
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Keeps that the server is being asked. Call it before the asking: from then on the server may have
 * done it, whatever becomes of the answer.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_count_attempt (TernStore *self, gint64 operation_id, GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = tern_store_run_ids (self, "UPDATE operation SET attempts = attempts + 1 WHERE id = ?1",
                                TERN_IDS (operation_id), error);
  return tern_store_leave (self, success, NULL, error);
}

/**
 * tern_store_set_durable:
 * @self: the writing store
 * @durable: whether what is committed from now on survives a power failure
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * The rest of the cache can be fetched again; what the user did, and how far the server came with
 * it, is nowhere else. Inside a transaction SQLite does not take the setting, and the caller's
 * commit decides.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_set_durable (TernStore *self, gboolean durable, GError **error)
{
  if (self->depth > 0)
    return TRUE;
  return tern_store_exec (
      self, durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", error);
}

/**
 * tern_store_undo_message:
 * @self: the writing store, inside a public function
 * @id: a message of which an operation was taken back; one that does not exist is no error
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Shows it as it then is.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_undo_message (TernStore *self, gint64 id, GError **error)
{
  TernPlacement placement;
  gboolean found;

  if (!tern_store_get_placement (self, id, &placement, &found, error))
    return FALSE;
  if (!found)
    return TRUE;
  /* Where the server took the message away meanwhile there is nothing to bring back. */
  return placement.state == TERN_PLACEMENT_LEFT
             ? tern_store_remove_placement (self, &placement, error)
             : tern_store_resolve_placement (self, id, TRUE, error);
}

static gboolean
remove_copies (TernStore *self, const GArray *copies, GError **error)
{
  for (guint i = 0; copies != NULL && i < copies->len; i++)
    {
      TernPlacement placement;
      gboolean found;

      if (!tern_store_get_placement (self, g_array_index (copies, gint64, i), &placement, &found,
                                     error) ||
          (found && !tern_store_remove_placement (self, &placement, error)))
        return FALSE;
    }
  return TRUE;
}

/**
 * tern_store_take_back:
 * @self: the writing store, inside a public function
 * @operation: an operation that is in the log
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Takes an operation off the log, and with it what rests on it; shows what is then true.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_take_back (TernStore *self, const TernOperation *operation, GError **error)
{
  if (!tern_store_run_ids (self, "DELETE FROM operation WHERE id = ?1", TERN_IDS (operation->id),
                           error))
    return FALSE;
  for (guint i = 0; i < operation->messages->len; i++)
    if (!tern_store_undo_message (self, g_array_index (operation->messages, gint64, i), error))
      return FALSE;
  if (!remove_copies (self, operation->copies, error) ||
      (!tern_operation_is_for_messages (operation) &&
       !tern_store_undo_folder_operation (self, operation, error)))
    return FALSE;
  return tern_store_drop_empty_operations (self, error);
}

/**
 * tern_store_undo_operation:
 * @self: the writing store
 * @operation_id: the operation; one that is off the log is no error
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Takes an operation off the log and brings back what was shown before it, with what the server
 * said meanwhile and with the other operations that are pending. What rests on it goes with it:
 * moves into a folder that is not made, changes of a copy that is not there.
 *
 * Returns: whether it is undone
 */
gboolean
tern_store_undo_operation (TernStore *self,
                           gint64 operation_id,
                           TernChanges *changes,
                           GError **error)
{
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GError) local = NULL;
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  operation = tern_store_get_operation (self, operation_id, &local);
  success = local == NULL && (operation == NULL || tern_store_take_back (self, operation, error));
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return tern_store_leave (self, success, changes, error);
}

/**
 * tern_store_undo_operations_of:
 * @self: the writing store, inside a public function
 * @folder: a folder that is gone
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Undoes what was to be done to a folder, in it or into it, because no server will confirm it.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_undo_operations_of (TernStore *self, gint64 folder, GError **error)
{
  g_autoptr (GPtrArray) operations = NULL;

  operations = tern_store_list_operations (self, 0, error);
  if (operations == NULL)
    return FALSE;
  for (guint i = operations->len; i > 0; i--)
    {
      const TernOperation *operation = g_ptr_array_index (operations, i - 1);

      if ((operation->target_folder_id == folder || operation->parent_id == folder ||
           (!tern_operation_is_for_messages (operation) && operation->folder_id == folder)) &&
          !tern_store_take_back (self, operation, error))
        return FALSE;
    }
  return TRUE;
}
