/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

/* Puts into the log what the user asks for, and shows it at once. */

/* Larger letters are refused: no server takes them. */
#define MAX_CONTENT (150 * 1024 * 1024)

static gboolean
refuse (GError **error, TernError code, const char *why)
{
  g_set_error_literal (error, TERN_ERROR, code, why);
  return FALSE;
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

/* --- Messages --- */

static gboolean
misses_keyword (const char *keywords, const char *wanted, gboolean present)
{
  g_auto (GStrv) words = g_strsplit (wanted != NULL ? wanted : "", " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && tern_keywords_contain (keywords, words[i]) != present)
      return TRUE;
  return FALSE;
}

/* Messages that would not change are left out, so that undoing cannot change them either. */
static gboolean
would_change (const TernOperation *operation, TernFlags flags, const char *keywords)
{
  return operation->kind != TERN_OPERATION_FLAGS || (flags & operation->set) != operation->set ||
         (flags & operation->clear) != 0 ||
         misses_keyword (keywords, operation->set_keywords, TRUE) ||
         misses_keyword (keywords, operation->clear_keywords, FALSE);
}

/* Leaves in the operation the messages that it is for, and tells where they are. */
static gboolean
take_targets (TernStore *self, TernOperation *operation, GError **error)
{
  g_autoptr (GArray) asked = g_steal_pointer (&operation->messages);

  operation->messages = g_array_new (FALSE, FALSE, sizeof (gint64));
  operation->folder_id = 0;
  for (guint i = 0; i < asked->len; i++)
    {
      gint64 id = g_array_index (asked, gint64, i);
      g_autoptr (TernStatement) statement = tern_store_prepare_ids (
          self, "SELECT folder, flags, keywords FROM placement WHERE id = ?1 AND state = 0",
          TERN_IDS (id), error);
      gint64 folder;
      gboolean row;

      if (statement == NULL || !tern_store_step (statement, &row, error))
        return FALSE;
      if (!row)
        continue;
      folder = sqlite3_column_int64 (statement, 0);
      if (operation->folder_id != 0 && folder != operation->folder_id)
        return refuse (error, TERN_ERROR_INVALID, "the messages are not in one folder");
      operation->folder_id = folder;
      if (would_change (operation, (TernFlags) sqlite3_column_int (statement, 1),
                        (const char *) sqlite3_column_text (statement, 2)))
        g_array_append_val (operation->messages, id);
    }
  return operation->folder_id != 0 ||
         refuse (error, TERN_ERROR_GONE, "none of the messages exists any more");
}

static TernOperation *log_operation (TernStore *self, const TernOperation *asked, GError **error);

static const char *
get_role_name (TernFolderRole role)
{
  static const char *const names[] = {
    [TERN_FOLDER_ROLE_DRAFTS] = "Drafts",   [TERN_FOLDER_ROLE_SENT] = "Sent",
    [TERN_FOLDER_ROLE_ARCHIVE] = "Archive", [TERN_FOLDER_ROLE_JUNK] = "Junk",
    [TERN_FOLDER_ROLE_TRASH] = "Trash",
  };

  return role < G_N_ELEMENTS (names) ? names[role] : NULL;
}

/* The folder of the account that has the role; made where there is none. */
static gboolean
find_role (TernStore *self, TernOperation *operation, GError **error)
{
  g_autoptr (GPtrArray) folders = tern_store_list_folders (self, operation->account_id, error);
  g_autoptr (TernOperation) create = NULL;
  g_autoptr (TernOperation) logged = NULL;
  const char *name = get_role_name (operation->role);

  if (folders == NULL)
    return FALSE;
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i);

      if (folder->role != operation->role)
        continue;
      operation->target_folder_id = folder->id;
      return TRUE;
    }
  if (name == NULL)
    return refuse (error, TERN_ERROR_GONE, "the account has no such folder");
  create = tern_operation_new_create_folder (operation->account_id, 0, name);
  create->role = operation->role;
  logged = log_operation (self, create, error);
  if (logged == NULL)
    return FALSE;
  operation->target_folder_id = logged->folder_id;
  return TRUE;
}

static gboolean
check_target (TernStore *self, TernOperation *operation, GError **error)
{
  gint64 owner;

  if (operation->target_folder_id == 0 && operation->kind == TERN_OPERATION_MOVE &&
      operation->role != TERN_FOLDER_ROLE_NONE && !find_role (self, operation, error))
    return FALSE;
  if (!find_account (self, operation->target_folder_id, &owner, error))
    return FALSE;
  if (owner == 0)
    return refuse (error, TERN_ERROR_GONE, "the target folder does not exist any more");
  return owner == operation->account_id ||
         refuse (error, TERN_ERROR_INVALID, "the target folder is of another account");
}

static gboolean
prepare_messages (TernStore *self, TernOperation *operation, GError **error)
{
  operation->clear &= ~operation->set;
  if (operation->kind == TERN_OPERATION_FLAGS && (operation->set | operation->clear) == 0 &&
      operation->set_keywords == NULL && operation->clear_keywords == NULL)
    return refuse (error, TERN_ERROR_INVALID, "no flag is to be changed");
  if (!tern_keywords_are_valid (operation->set_keywords) ||
      !tern_keywords_are_valid (operation->clear_keywords))
    return refuse (error, TERN_ERROR_INVALID, "a keyword that no server can keep");
  if (!take_targets (self, operation, error) ||
      !find_account (self, operation->folder_id, &operation->account_id, error))
    return FALSE;
  if (operation->kind != TERN_OPERATION_MOVE && operation->kind != TERN_OPERATION_COPY)
    return TRUE;
  if (!check_target (self, operation, error))
    return FALSE;
  /* They are there already: nothing is left to do. */
  if (operation->kind == TERN_OPERATION_MOVE && operation->target_folder_id == operation->folder_id)
    g_array_set_size (operation->messages, 0);
  return TRUE;
}

/* What a copy shows in the target until the server has made it: it has no name there yet. */
static gboolean
insert_copy (TernStore *self, TernOperation *operation, gint64 id, gint64 *copy, GError **error)
{
  TernPlacement placement;
  gboolean found;

  if (!tern_store_get_placement (self, id, &placement, &found, error) ||
      !tern_store_run_ids (self,
                           "INSERT INTO placement (folder, message, received, flags, "
                           "server_flags, keywords, server_keywords, modseq) "
                           "SELECT ?2, message, received, flags, flags, keywords, keywords, 0 "
                           "FROM placement WHERE id = ?1",
                           TERN_IDS (id, operation->target_folder_id), error))
    return FALSE;
  *copy = sqlite3_last_insert_rowid (self->db);
  tern_store_note (self, TERN_NOTE_ADDED, operation->target_folder_id,
                   (TernRowKey){ placement.received, *copy });
  tern_store_count (self, operation->target_folder_id, 1, (placement.flags & TERN_FLAGS_SEEN) == 0,
                    TRUE);
  g_array_append_val (operation->copies, *copy);
  return TRUE;
}

static gboolean
insert_targets (TernStore *self, TernOperation *operation, GError **error)
{
  if (operation->kind == TERN_OPERATION_COPY)
    operation->copies = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < operation->messages->len; i++)
    {
      gint64 id = g_array_index (operation->messages, gint64, i);
      gint64 copy = 0;

      if (operation->copies != NULL && !insert_copy (self, operation, id, &copy, error))
        return FALSE;
      if (!tern_store_run_ids (self,
                               "INSERT OR IGNORE INTO operation_target "
                               "(operation, placement, copy) VALUES (?1, ?2, nullif(?3, 0))",
                               TERN_IDS (operation->id, id, copy), error) ||
          !tern_store_resolve_placement (self, id, TRUE, error))
        return FALSE;
    }
  return TRUE;
}

/* --- The log --- */

static void
bind_id (TernStatement *statement, int index, gint64 id)
{
  if (id != 0)
    sqlite3_bind_int64 (statement, index, id);
}

static gboolean
insert_operation (TernStore *self, TernOperation *operation, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "INSERT INTO operation (account, kind, set_flags, clear_flags, created, role, only_empty, "
      "received, target, folder, parent, name, set_keywords, clear_keywords) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
      TERN_IDS (operation->account_id, operation->kind, operation->set, operation->clear,
                operation->created, operation->role, operation->only_empty != FALSE,
                operation->received),
      error);

  if (statement == NULL)
    return FALSE;
  bind_id (statement, 9, operation->target_folder_id);
  bind_id (statement, 10, tern_operation_is_for_messages (operation) ? 0 : operation->folder_id);
  bind_id (statement, 11, operation->parent_id);
  tern_store_bind_text (statement, 12, operation->name);
  tern_store_bind_text (statement, 13, operation->set_keywords);
  tern_store_bind_text (statement, 14, operation->clear_keywords);
  if (!tern_store_run (statement, error))
    return FALSE;
  operation->id = sqlite3_last_insert_rowid (self->db);
  return TRUE;
}

static gboolean
insert_content (TernStore *self, TernOperation *operation, GError **error)
{
  g_autoptr (TernStatement) statement = NULL;
  const void *bytes;
  gsize length;

  if (operation->kind != TERN_OPERATION_APPEND)
    return TRUE;
  if (operation->content == NULL || g_bytes_get_size (operation->content) == 0)
    return refuse (error, TERN_ERROR_INVALID, "there is no letter");
  if (g_bytes_get_size (operation->content) > MAX_CONTENT)
    return refuse (error, TERN_ERROR_LIMIT, "the letter is too large");
  statement = tern_store_prepare_ids (
      self, "INSERT INTO operation_content (operation, content) VALUES (?1, ?2)",
      TERN_IDS (operation->id), error);
  if (statement == NULL)
    return FALSE;
  bytes = g_bytes_get_data (operation->content, &length);
  sqlite3_bind_blob64 (statement, 2, bytes, length, SQLITE_STATIC);
  return tern_store_run (statement, error);
}

static TernOperation *
log_operation (TernStore *self, const TernOperation *asked, GError **error)
{
  g_autoptr (TernOperation) operation = tern_operation_copy (asked);
  gboolean is_for_messages = tern_operation_is_for_messages (operation);

  operation->id = 0;
  operation->attempts = 0;
  if (operation->created == 0)
    operation->created = g_get_real_time ();
  if (is_for_messages ? !prepare_messages (self, operation, error)
                      : !tern_store_prepare_folder_operation (self, operation, error))
    return NULL;
  if (is_for_messages && operation->messages->len == 0)
    return g_steal_pointer (&operation);
  if (!insert_operation (self, operation, error) || !insert_content (self, operation, error) ||
      !insert_targets (self, operation, error))
    return NULL;
  g_clear_pointer (&operation->content, g_bytes_unref);
  return g_steal_pointer (&operation);
}

/**
 * tern_store_log_operation:
 * @self: the writing store
 * @operation: what the user asked for; its id and attempts are ignored
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE; %TERN_ERROR_GONE where none of the messages, or
 *   not the folder, exists any more; %TERN_ERROR_INVALID where the messages are not all in one
 *   folder, the target is of another account, a name cannot be, or nothing is asked
 *
 * Shows the change at once and keeps it in the log, in one transaction: new flags, messages hidden
 * from lists and counts, copies, folders under other names. Outside of another transaction it is on
 * the disk when this returns. Messages that are gone, hidden or as wanted already are left out;
 * where none is left, nothing is logged and the id is 0.
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

  if (!tern_store_set_durable (self, TRUE, error) || !tern_store_enter (self, error))
    return NULL;
  logged = log_operation (self, operation, error);
  success = tern_store_leave (self, logged != NULL, changes, error);
  tern_store_set_durable (self, FALSE, NULL);
  if (!success)
    return NULL;
  if (logged->id != 0)
    tern_trace ("cache.invalidate",
                TERN_TRACE_STR ("what", !tern_operation_is_for_messages (logged) ? "folder"
                                        : tern_operation_hides_messages (logged) ? "placement"
                                                                                 : "flags"),
                TERN_TRACE_STR ("why", "operation"), TERN_TRACE_INT ("n", logged->messages->len));
  return g_steal_pointer (&logged);
}
