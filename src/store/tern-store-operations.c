/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

/* The log. A placement keeps the server's flags beside those that it shows, so the state from
 * before an operation needs no copy: what is shown is always the server's state with the pending
 * operations on top, and taking one off the log and computing anew is the exact undo. */

static gboolean
is_hiding (TernOperationKind kind)
{
  return kind == TERN_OPERATION_MOVE || kind == TERN_OPERATION_DELETE ||
         kind == TERN_OPERATION_EXPUNGE;
}

/**
 * tern_store_resolve_placement:
 * @self: the writing store, inside a public function
 * @id: the placement; one that does not exist is no error
 * @by_user: whether the user's doing made it necessary
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Computes what a placement shows from the server's state and the pending operations.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_resolve_placement (TernStore *self, gint64 id, gboolean by_user, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "SELECT " TERN_PLACEMENT_COLUMNS ", remote_id IS NULL, kind, set_flags, clear_flags "
      "FROM (SELECT * FROM placement WHERE id = ?1) p "
      "LEFT JOIN (SELECT placement, o.id AS number, kind, set_flags, clear_flags "
      "FROM operation_target t JOIN operation o ON o.id = t.operation WHERE t.placement = ?1) "
      "ON placement = p.id ORDER BY number",
      TERN_IDS (id), error);
  TernPlacement placement = { 0 };
  TernPlacementState state = TERN_PLACEMENT_LISTED;
  TernFlags flags = TERN_FLAGS_NONE;
  gboolean unnamed = FALSE;
  gboolean row;

  if (statement == NULL)
    return FALSE;
  while (TRUE)
    {
      if (!tern_store_step (statement, &row, error))
        return FALSE;
      if (!row)
        break;
      if (placement.id == 0)
        {
          tern_store_read_placement (statement, &placement);
          flags = placement.server_flags;
          unnamed = sqlite3_column_int (statement, 7) != 0;
        }
      if (sqlite3_column_type (statement, 8) == SQLITE_NULL)
        break;
      if (is_hiding ((TernOperationKind) sqlite3_column_int (statement, 8)))
        state = TERN_PLACEMENT_HIDDEN;
      flags &= ~(TernFlags) sqlite3_column_int (statement, 10);
      flags |= (TernFlags) sqlite3_column_int (statement, 9);
    }
  if (placement.id == 0)
    return TRUE;
  if (placement.state == TERN_PLACEMENT_LEFT || (placement.state == TERN_PLACEMENT_LOST && unnamed))
    state = placement.state;
  return tern_store_show_placement (self, &placement, flags, state, by_user, error);
}

/**
 * tern_store_drop_empty_operations:
 * @self: the writing store
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Takes operations off the log that have no message any more.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_drop_empty_operations (TernStore *self, GError **error)
{
  return tern_store_run_ids (self,
                             "DELETE FROM operation WHERE NOT EXISTS "
                             "(SELECT 1 FROM operation_target t WHERE t.operation = operation.id)",
                             NULL, 0, error);
}

static gboolean
find_account (TernStore *self, gint64 folder, gint64 *account, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "SELECT account FROM folder WHERE id = ?1", TERN_IDS (folder), error);
  gboolean row;

  if (statement == NULL || !tern_store_step (statement, &row, error))
    return FALSE;
  *account = row ? sqlite3_column_int64 (statement, 0) : 0;
  return TRUE;
}

static gboolean
refuse (GError **error, TernError code, const char *why)
{
  g_set_error_literal (error, TERN_ERROR, code, why);
  return FALSE;
}

/* Leaves in @targets the messages that the operation is for, and where they are. */
static gboolean
take_targets (TernStore *self,
              const TernOperation *operation,
              GArray *targets,
              gint64 *folder,
              GError **error)
{
  *folder = 0;
  for (guint i = 0; i < operation->messages->len; i++)
    {
      gint64 id = g_array_index (operation->messages, gint64, i);
      TernPlacement placement;
      gboolean found;

      if (!tern_store_get_placement (self, id, &placement, &found, error))
        return FALSE;
      if (!found || placement.state != TERN_PLACEMENT_LISTED)
        continue;
      if (*folder != 0 && placement.folder != *folder)
        return refuse (error, TERN_ERROR_INVALID, "the messages are not in one folder");
      *folder = placement.folder;
      g_array_append_val (targets, id);
    }
  if (targets->len == 0)
    return refuse (error, TERN_ERROR_GONE, "none of the messages exists any more");
  return TRUE;
}

static gboolean
check_operation (
    TernStore *self, const TernOperation *operation, gint64 folder, gint64 account, GError **error)
{
  gint64 owner;

  if (!is_hiding (operation->kind) && operation->kind != TERN_OPERATION_FLAGS)
    return refuse (error, TERN_ERROR_UNSUPPORTED, "this is not done yet");
  if (operation->kind == TERN_OPERATION_FLAGS && (operation->set | operation->clear) == 0)
    return refuse (error, TERN_ERROR_INVALID, "no flag is to be changed");
  if (operation->kind != TERN_OPERATION_MOVE)
    return TRUE;
  if (operation->target_folder_id == folder)
    return refuse (error, TERN_ERROR_INVALID, "the messages are in that folder already");
  if (!find_account (self, operation->target_folder_id, &owner, error))
    return FALSE;
  if (owner == 0)
    return refuse (error, TERN_ERROR_GONE, "the target folder does not exist any more");
  if (owner != account)
    return refuse (error, TERN_ERROR_INVALID, "the target folder is of another account");
  return TRUE;
}

static gboolean
insert_operation (TernStore *self, TernOperation *operation, GError **error)
{
  gboolean is_flags = operation->kind == TERN_OPERATION_FLAGS;
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "INSERT INTO operation (account, kind, set_flags, clear_flags, created, target) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
      TERN_IDS (operation->account_id, operation->kind, is_flags ? operation->set : TERN_FLAGS_NONE,
                is_flags ? operation->clear : TERN_FLAGS_NONE, operation->created),
      error);

  if (statement == NULL)
    return FALSE;
  if (operation->kind == TERN_OPERATION_MOVE)
    sqlite3_bind_int64 (statement, 6, operation->target_folder_id);
  if (!tern_store_run (statement, error))
    return FALSE;
  operation->id = sqlite3_last_insert_rowid (self->db);
  for (guint i = 0; i < operation->messages->len; i++)
    {
      gint64 id = g_array_index (operation->messages, gint64, i);

      if (!tern_store_run_ids (
              self, "INSERT OR IGNORE INTO operation_target (operation, placement) VALUES (?1, ?2)",
              TERN_IDS (operation->id, id), error) ||
          !tern_store_resolve_placement (self, id, TRUE, error))
        return FALSE;
    }
  return TRUE;
}

static TernOperation *
log_operation (TernStore *self, const TernOperation *asked, GError **error)
{
  g_autoptr (GArray) targets = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (TernOperation) operation = NULL;
  gint64 folder, account;

  if (!take_targets (self, asked, targets, &folder, error) ||
      !find_account (self, folder, &account, error) ||
      !check_operation (self, asked, folder, account, error))
    return NULL;
  operation = tern_operation_new (asked->kind, (const gint64 *) targets->data, targets->len);
  operation->account_id = account;
  operation->folder_id = folder;
  operation->set = asked->set;
  operation->clear = asked->clear & ~asked->set;
  operation->target_folder_id = asked->target_folder_id;
  operation->created = asked->created != 0 ? asked->created : g_get_real_time ();
  if (!insert_operation (self, operation, error))
    return NULL;
  return g_steal_pointer (&operation);
}

/* The rest of the cache can be fetched again; what the user did is nowhere else, so it must survive
 * a power failure, too. Inside a transaction SQLite does not take the setting, and the caller's
 * commit decides. */
static gboolean
set_durable (TernStore *self, gboolean durable, GError **error)
{
  if (self->depth > 0)
    return TRUE;
  return tern_store_exec (
      self, durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", error);
}

/**
 * tern_store_log_operation:
 * @self: the writing store
 * @operation: what the user asked for; its id, account and attempts are ignored
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE; %TERN_ERROR_GONE where none of the messages, or
 *   not the target folder, exists any more; %TERN_ERROR_INVALID where the messages are not
 *   all in one folder, the target is of another account, or nothing is asked
 *
 * Shows the change at once and keeps it in the log, in one transaction: new flags, or messages
 * hidden from lists and counts. Outside of another transaction it is on the disk when this returns.
 * Messages that are gone, or hidden already, are left out.
 *
 * Returns: (transfer full) (nullable): the operation as it was logged
 */
TernOperation *
tern_store_log_operation (TernStore *self,
                          TernOperation *operation,
                          TernChanges *changes,
                          GError **error)
{
  g_autoptr (TernOperation) logged = NULL;
  gboolean success;

  if (!set_durable (self, TRUE, error) || !tern_store_enter (self, error))
    return NULL;
  logged = log_operation (self, operation, error);
  success = tern_store_leave (self, logged != NULL, changes, error);
  set_durable (self, FALSE, NULL);
  if (!success)
    return NULL;
  tern_trace ("cache.invalidate",
              TERN_TRACE_STR ("what", is_hiding (logged->kind) ? "placement" : "flags"),
              TERN_TRACE_STR ("why", "operation"), TERN_TRACE_INT ("n", logged->messages->len));
  return g_steal_pointer (&logged);
}

static gboolean
read_targets (TernStore *self, gint64 operation, GArray *targets, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self,
                              "SELECT placement FROM operation_target WHERE operation = ?1 "
                              "ORDER BY placement",
                              TERN_IDS (operation), error);
  gboolean row;

  if (statement == NULL)
    return FALSE;
  while (tern_store_step (statement, &row, error))
    {
      gint64 id;

      if (!row)
        return TRUE;
      id = sqlite3_column_int64 (statement, 0);
      g_array_append_val (targets, id);
    }
  return FALSE;
}

#define OPERATION_ROW                                                                              \
  "SELECT id, account, kind, set_flags, clear_flags, target, attempts, created, "                  \
  "(SELECT p.folder FROM operation_target t JOIN placement p ON p.id = t.placement "               \
  "WHERE t.operation = operation.id LIMIT 1) FROM operation "

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
  if (!read_targets (self, operation->id, operation->messages, error))
    return NULL;
  return g_steal_pointer (&operation);
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
  g_autoptr (GPtrArray) out =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_operation_unref);
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, OPERATION_ROW "WHERE account = ?1 OR ?1 = 0 ORDER BY id", TERN_IDS (account_id), error);
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
 * tern_store_get_first_operation:
 * @self: a store
 * @account_id: the account
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (nullable): the oldest operation that the server has not confirmed;
 * %NULL without an error where there is none
 */
TernOperation *
tern_store_get_first_operation (TernStore *self, gint64 account_id, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, OPERATION_ROW "WHERE account = ?1 ORDER BY id LIMIT 1", TERN_IDS (account_id), error);
  gboolean row;

  if (statement == NULL || !tern_store_step (statement, &row, error) || !row)
    return NULL;
  return read_operation (self, statement, error);
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

/* Takes an operation off the log; %NULL without an error where it is off already. */
static TernOperation *
take_operation (TernStore *self, gint64 id, GError **error)
{
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self, OPERATION_ROW "WHERE id = ?1", TERN_IDS (id), error);
  gboolean row;

  if (statement == NULL || !tern_store_step (statement, &row, error) || !row)
    return NULL;
  operation = read_operation (self, statement, error);
  sqlite3_reset (statement);
  if (operation == NULL ||
      !tern_store_run_ids (self, "DELETE FROM operation WHERE id = ?1", TERN_IDS (id), error))
    return NULL;
  return g_steal_pointer (&operation);
}

static gboolean
confirm_flags (TernStore *self, const TernOperation *operation, gint64 id, GError **error)
{
  return tern_store_run_ids (
             self, "UPDATE placement SET server_flags = (server_flags & ~?2) | ?3 WHERE id = ?1",
             TERN_IDS (id, operation->clear, operation->set), error) &&
         tern_store_resolve_placement (self, id, FALSE, error);
}

static gboolean
confirm_delete (TernStore *self, gint64 id, GError **error)
{
  TernPlacement placement;
  gboolean found;

  if (!tern_store_get_placement (self, id, &placement, &found, error))
    return FALSE;
  return !found || tern_store_remove_placement (self, &placement, error);
}

/* The name that the server gave the message in the target; %NULL where it did not say. */
static char *
dup_new_name (TernStore *self, gint64 id, GHashTable *moved)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "SELECT remote_id FROM placement WHERE id = ?1", TERN_IDS (id), NULL);
  const char *name = NULL;
  gboolean row;

  if (moved == NULL || statement == NULL || !tern_store_step (statement, &row, NULL) || !row)
    return NULL;
  name = (const char *) sqlite3_column_text (statement, 0);
  return name != NULL ? g_strdup (g_hash_table_lookup (moved, name)) : NULL;
}

/* A sync of the target may have seen the message there before the move was confirmed: then its row
 * there is the message, and takes the content with its snippet and parts. */
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
find_seen (TernStore *self,
           gint64 folder,
           const char *name,
           TernPlacement *seen,
           gboolean *found,
           GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "SELECT " TERN_PLACEMENT_COLUMNS " FROM placement WHERE folder = ?1 AND remote_id = ?2",
      TERN_IDS (folder), error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, name);
  if (!tern_store_step (statement, found, error))
    return FALSE;
  if (*found)
    tern_store_read_placement (statement, seen);
  return TRUE;
}

static gboolean
put_in_folder (TernStore *self,
               const TernPlacement *placement,
               gint64 folder,
               const char *name,
               GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "UPDATE placement SET folder = ?2, modseq = 0, state = ?3, remote_id = ?4 WHERE id = ?1",
      TERN_IDS (placement->id, folder, TERN_PLACEMENT_HIDDEN), error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 4, name);
  return tern_store_run (statement, error) &&
         tern_store_resolve_placement (self, placement->id, TRUE, error);
}

static gboolean
confirm_move (
    TernStore *self, const TernOperation *operation, gint64 id, GHashTable *moved, GError **error)
{
  g_autofree char *name = dup_new_name (self, id, moved);
  TernPlacement placement, seen;
  gboolean found;

  if (!tern_store_get_placement (self, id, &placement, &found, error))
    return FALSE;
  if (!found)
    return TRUE;
  if (name != NULL)
    {
      if (!find_seen (self, operation->target_folder_id, name, &seen, &found, error))
        return FALSE;
      if (found)
        return join_seen (self, &placement, &seen, error);
    }
  return put_in_folder (self, &placement, operation->target_folder_id, name, error);
}

static gboolean
confirm_operation (TernStore *self, gint64 operation_id, GHashTable *moved, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (TernOperation) operation = take_operation (self, operation_id, &local);
  gboolean success = TRUE;

  if (operation == NULL)
    {
      if (local != NULL)
        g_propagate_error (error, g_steal_pointer (&local));
      return local == NULL;
    }
  for (guint i = 0; success && i < operation->messages->len; i++)
    {
      gint64 id = g_array_index (operation->messages, gint64, i);

      switch (operation->kind)
        {
        case TERN_OPERATION_FLAGS:
          success = confirm_flags (self, operation, id, error);
          break;
        case TERN_OPERATION_MOVE:
          success = confirm_move (self, operation, id, moved, error);
          break;
        case TERN_OPERATION_DELETE:
        case TERN_OPERATION_EXPUNGE:
          success = confirm_delete (self, id, error);
          break;
        case TERN_OPERATION_COPY:
        case TERN_OPERATION_APPEND:
        case TERN_OPERATION_CREATE_FOLDER:
        case TERN_OPERATION_RENAME_FOLDER:
        case TERN_OPERATION_DELETE_FOLDER:
        case TERN_OPERATION_SUBSCRIBE:
        case TERN_OPERATION_UNSUBSCRIBE:
        default:
          success = refuse (error, TERN_ERROR_STORAGE, "an operation of no known kind");
        }
    }
  return success && tern_store_drop_empty_operations (self, error);
}

/**
 * tern_store_confirm_operation:
 * @self: the writing store
 * @operation_id: the operation; one that is off the log is no error
 * @moved: (nullable) (element-type utf8 utf8): for MOVE: old remote id → new remote id
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Makes an operation that the server carried out final, and takes it off the log. Moved messages
 * appear in the target with their ids; one that @moved does not name has no remote id until the
 * target's next sync, and goes when that does not find it. Deleted messages go with their content.
 *
 * Returns: whether it is final
 */
gboolean
tern_store_confirm_operation (
    TernStore *self, gint64 operation_id, GHashTable *moved, TernChanges *changes, GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = confirm_operation (self, operation_id, moved, error);
  return tern_store_leave (self, success, changes, error);
}

static gboolean
undo_operation (TernStore *self, gint64 operation_id, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (TernOperation) operation = take_operation (self, operation_id, &local);

  if (operation == NULL)
    {
      if (local != NULL)
        g_propagate_error (error, g_steal_pointer (&local));
      return local == NULL;
    }
  for (guint i = 0; i < operation->messages->len; i++)
    {
      gint64 id = g_array_index (operation->messages, gint64, i);
      TernPlacement placement;
      gboolean found;

      if (!tern_store_get_placement (self, id, &placement, &found, error))
        return FALSE;
      /* Where the server took the message away meanwhile there is nothing to bring back. */
      if (found && (placement.state == TERN_PLACEMENT_LEFT
                        ? !tern_store_remove_placement (self, &placement, error)
                        : !tern_store_resolve_placement (self, id, TRUE, error)))
        return FALSE;
    }
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
 * said meanwhile and with the other operations that are pending.
 *
 * Returns: whether it is undone
 */
gboolean
tern_store_undo_operation (TernStore *self,
                           gint64 operation_id,
                           TernChanges *changes,
                           GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = undo_operation (self, operation_id, error);
  return tern_store_leave (self, success, changes, error);
}

/**
 * tern_store_undo_moves_to:
 * @self: the writing store, inside a public function
 * @folder: a folder that is gone
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Undoes the moves into a folder, because no server will confirm them.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_undo_moves_to (TernStore *self, gint64 folder, GError **error)
{
  g_autoptr (GPtrArray) operations = tern_store_list_operations (self, 0, error);

  if (operations == NULL)
    return FALSE;
  for (guint i = 0; i < operations->len; i++)
    {
      const TernOperation *operation = g_ptr_array_index (operations, i);

      if (operation->target_folder_id == folder && !undo_operation (self, operation->id, error))
        return FALSE;
    }
  return TRUE;
}
