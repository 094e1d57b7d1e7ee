/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

#include <string.h>

/* Operations on folders. The rows say what the server has; what is shown of them is that with the
 * pending operations on top, computed when the list is read. Only a folder that is not made yet has
 * a row of its own, under a remote id that no channel gives. */

/* Bytes of a folder's name: longer ones do not fit into one short command. */
#define MAX_NAME 200

static gboolean
refuse (GError **error, TernError code, const char *why)
{
  g_set_error_literal (error, TERN_ERROR, code, why);
  return FALSE;
}

static TernFolder *
find_folder (GPtrArray *folders, gint64 id)
{
  for (guint i = 0; i < folders->len; i++)
    if (((TernFolder *) folders->pdata[i])->id == id)
      return folders->pdata[i];
  return NULL;
}

/* Whether @path is below @above; where, too, its rest begins. */
static gboolean
is_below (const char *path, const char *above)
{
  return g_str_has_prefix (path, above) && path[strlen (above)] == '/';
}

static char *
make_path (const TernFolder *parent, const char *name)
{
  return parent != NULL ? g_strconcat (parent->path, "/", name, NULL) : g_strdup (name);
}

static void
set_text (const char **field, char *text)
{
  g_free ((char *) *field);
  *field = text;
}

/* --- What is shown --- */

static void
show_renamed (GPtrArray *folders, TernFolder *folder, const TernFolder *parent, const char *name)
{
  g_autofree char *old = g_strdup (folder->path);
  g_autofree char *new_path = make_path (parent, name);

  for (guint i = 0; i < folders->len; i++)
    {
      TernFolder *other = folders->pdata[i];

      if (is_below (other->path, old))
        set_text (&other->path, g_strconcat (new_path, other->path + strlen (old), NULL));
    }
  set_text (&folder->path, g_steal_pointer (&new_path));
  set_text (&folder->name, g_strdup (name));
  set_text (&folder->parent, parent != NULL ? g_strdup (parent->remote_id) : NULL);
}

static void
show_operation (GPtrArray *folders, TernStatement *row, gboolean with_deleted)
{
  TernFolder *folder = find_folder (folders, sqlite3_column_int64 (row, 1));
  const char *name = (const char *) sqlite3_column_text (row, 3);

  if (folder == NULL)
    return;
  switch (sqlite3_column_int (row, 0))
    {
    case TERN_OPERATION_RENAME_FOLDER:
      if (name != NULL)
        show_renamed (folders, folder, find_folder (folders, sqlite3_column_int64 (row, 2)), name);
      break;
    case TERN_OPERATION_DELETE_FOLDER:
      if (!with_deleted)
        g_ptr_array_remove (folders, folder);
      break;
    case TERN_OPERATION_SUBSCRIBE:
      folder->subscribed = TRUE;
      break;
    case TERN_OPERATION_UNSUBSCRIBE:
      folder->subscribed = FALSE;
      break;
    default:
      break;
    }
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(TernFolder *const *) a)->path, (*(TernFolder *const *) b)->path);
}

/**
 * tern_store_show_folder_operations:
 * @self: a store
 * @account: the account
 * @folders: (element-type TernFolder): all its folders as the server has them, not shared yet
 * @with_deleted: whether those stay that the user has removed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Makes of the server's folders those that are shown.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_show_folder_operations (
    TernStore *self, gint64 account, GPtrArray *folders, gboolean with_deleted, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self,
                              "SELECT kind, folder, parent, name FROM operation WHERE account = ?1 "
                              "AND folder IS NOT NULL AND kind > ?2 ORDER BY id",
                              TERN_IDS (account, TERN_OPERATION_CREATE_FOLDER), error);
  gboolean any = FALSE;
  gboolean row;

  if (statement == NULL)
    return FALSE;
  while (tern_store_step (statement, &row, error))
    {
      if (!row)
        {
          if (any)
            g_ptr_array_sort (folders, compare_paths);
          return TRUE;
        }
      any = TRUE;
      show_operation (folders, statement, with_deleted);
    }
  return FALSE;
}

/**
 * tern_store_has_folder_operations:
 * @self: a store
 * @account: the account
 * @pending: (out): whether tern_store_show_folder_operations() would change anything
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_has_folder_operations (TernStore *self,
                                  gint64 account,
                                  gboolean *pending,
                                  GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "SELECT 1 FROM operation WHERE account = ?1 AND folder IS NOT NULL AND kind > ?2 LIMIT 1",
      TERN_IDS (account, TERN_OPERATION_CREATE_FOLDER), error);

  return statement != NULL && tern_store_step (statement, pending, error);
}

/**
 * tern_store_is_kept_folder:
 * @self: a store
 * @folder: a folder that the server does not list
 * @kept: (out): whether a pending operation made or renamed it, or one above it
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_is_kept_folder (TernStore *self,
                           const TernFolder *folder,
                           gboolean *kept,
                           GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self,
                              "SELECT f.path FROM operation o JOIN folder f ON f.id = o.folder "
                              "WHERE o.account = ?1 AND o.kind = ?2 AND o.attempts > 0",
                              TERN_IDS (folder->account_id, TERN_OPERATION_RENAME_FOLDER), error);
  gboolean row = TRUE;

  *kept = tern_folder_is_pending (folder);
  if (statement == NULL)
    return FALSE;
  while (!*kept && row)
    {
      const char *path;

      if (!tern_store_step (statement, &row, error))
        return FALSE;
      path = row ? (const char *) sqlite3_column_text (statement, 0) : NULL;
      *kept = path != NULL && (strcmp (folder->path, path) == 0 || is_below (folder->path, path));
    }
  return TRUE;
}

/* --- Asking --- */

static gboolean
check_name (const char *name, const TernFolder *parent, GError **error)
{
  gsize length = name != NULL ? strlen (name) : 0;
  gboolean good = length > 0 && length <= MAX_NAME && g_utf8_validate (name, -1, NULL) &&
                  strpbrk (name, "/%*") == NULL && *name != ' ' && name[length - 1] != ' ' &&
                  (parent != NULL || g_ascii_strcasecmp (name, "INBOX") != 0);

  for (const char *p = name; good && *p != '\0'; p++)
    good = (guchar) *p >= ' ' && *p != 0x7f;
  return good || refuse (error, TERN_ERROR_INVALID, "this cannot be a folder's name");
}

/* The path that a folder gets is free. */
static gboolean
check_path (GPtrArray *folders, const TernOperation *operation, const char *path, GError **error)
{
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = folders->pdata[i];

      if (strcmp (folder->path, path) == 0 && folder->id != operation->folder_id)
        return refuse (error, TERN_ERROR_INVALID, "there is a folder of that name");
    }
  return TRUE;
}

static gboolean
prepare_create (TernStore *self,
                TernOperation *operation,
                const TernFolder *parent,
                const char *path,
                GError **error)
{
  g_autofree char *unique = g_uuid_string_random ();
  g_autofree char *remote_id = g_strconcat (TERN_FOLDER_PENDING, unique, NULL);
  g_autoptr (TernFolder) folder =
      tern_folder_new (remote_id, path, parent != NULL ? parent->remote_id : NULL);

  folder->role = operation->role;
  folder->selectable = folder->subscribed = TRUE;
  set_text (&folder->name, g_strdup (operation->name));
  if (!tern_store_insert_folder (self, operation->account_id, folder, error))
    return FALSE;
  operation->folder_id = sqlite3_last_insert_rowid (self->db);
  return TRUE;
}

static gboolean
prepare_rename (GPtrArray *folders,
                TernOperation *operation,
                const TernFolder *folder,
                const TernFolder *parent,
                GError **error)
{
  if (folder->role == TERN_FOLDER_ROLE_INBOX)
    return refuse (error, TERN_ERROR_INVALID, "the inbox keeps its name");
  if (parent != NULL && (parent->id == folder->id || is_below (parent->path, folder->path)))
    return refuse (error, TERN_ERROR_INVALID, "a folder cannot be put into itself");
  operation->old_name = g_strdup (folder->name);
  operation->old_parent_id = 0;
  for (guint i = 0; i < folders->len; i++)
    if (g_strcmp0 (((TernFolder *) folders->pdata[i])->remote_id, folder->parent) == 0)
      operation->old_parent_id = ((TernFolder *) folders->pdata[i])->id;
  return TRUE;
}

static gboolean
prepare_delete (GPtrArray *folders, const TernFolder *folder, GError **error)
{
  if (folder->role == TERN_FOLDER_ROLE_INBOX)
    return refuse (error, TERN_ERROR_INVALID, "the inbox cannot be removed");
  for (guint i = 0; i < folders->len; i++)
    if (is_below (((TernFolder *) folders->pdata[i])->path, folder->path))
      return refuse (error, TERN_ERROR_INVALID, "there are folders in this folder");
  return TRUE;
}

static gboolean
prepare (TernStore *self, GPtrArray *folders, TernOperation *operation, GError **error)
{
  const TernFolder *folder = find_folder (folders, operation->folder_id);
  const TernFolder *parent = find_folder (folders, operation->parent_id);
  g_autofree char *path = NULL;

  if ((folder == NULL && operation->kind != TERN_OPERATION_CREATE_FOLDER) ||
      (parent == NULL && operation->parent_id != 0))
    return refuse (error, TERN_ERROR_GONE, "the folder does not exist any more");
  if (operation->kind == TERN_OPERATION_APPEND)
    return folder->selectable || refuse (error, TERN_ERROR_INVALID, "the folder holds no messages");
  if (operation->kind == TERN_OPERATION_DELETE_FOLDER)
    return prepare_delete (folders, folder, error);
  if (operation->kind != TERN_OPERATION_CREATE_FOLDER &&
      operation->kind != TERN_OPERATION_RENAME_FOLDER)
    return TRUE;
  if (!check_name (operation->name, parent, error))
    return FALSE;
  path = make_path (parent, operation->name);
  if (!check_path (folders, operation, path, error))
    return FALSE;
  return operation->kind == TERN_OPERATION_CREATE_FOLDER
             ? prepare_create (self, operation, parent, path, error)
             : prepare_rename (folders, operation, folder, parent, error);
}

/**
 * tern_store_prepare_folder_operation:
 * @self: the writing store, inside a public function
 * @operation: an operation on a folder, to be logged next
 * @error: return location for %TERN_ERROR_STORAGE, %TERN_ERROR_GONE or %TERN_ERROR_INVALID
 *
 * Checks an operation and fills in what the log keeps of it; makes the row of a new folder.
 *
 * Returns: whether it can be logged
 */
gboolean
tern_store_prepare_folder_operation (TernStore *self, TernOperation *operation, GError **error)
{
  g_autoptr (GPtrArray) folders = NULL;

  if (operation->kind != TERN_OPERATION_CREATE_FOLDER)
    {
      g_autoptr (TernFolder) folder = tern_store_get_folder (self, operation->folder_id, error);

      if (folder == NULL)
        return FALSE;
      operation->account_id = folder->account_id;
    }
  folders = tern_store_list_folders (self, operation->account_id, error);
  if (folders == NULL || !prepare (self, folders, operation, error))
    return FALSE;
  if (operation->kind != TERN_OPERATION_APPEND)
    tern_store_note_list (self, TERN_NOTE_FOLDERS, operation->account_id);
  return TRUE;
}

/**
 * tern_store_undo_folder_operation:
 * @self: the writing store, inside a public function
 * @operation: an operation on a folder that was just taken off the log
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Shows the folders without it.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_undo_folder_operation (TernStore *self, const TernOperation *operation, GError **error)
{
  if (operation->kind == TERN_OPERATION_APPEND)
    return TRUE;
  tern_store_note_list (self, TERN_NOTE_FOLDERS, operation->account_id);
  return operation->kind != TERN_OPERATION_CREATE_FOLDER ||
         tern_store_forget_folder (self, operation->account_id, operation->folder_id, error);
}

/* --- Confirmation --- */

static gboolean
set_remote_id (
    TernStore *self, gint64 account, gint64 folder, const char *remote_id, GError **error)
{
  g_autoptr (TernStatement) other = tern_store_prepare_ids (
      self, "SELECT id FROM folder WHERE account = ?1 AND id <> ?2 AND remote_id = ?3",
      TERN_IDS (account, folder), error);
  g_autoptr (TernStatement) statement = NULL;
  gint64 seen;
  gboolean row;

  if (other == NULL)
    return FALSE;
  tern_store_bind_text (other, 3, remote_id);
  if (!tern_store_step (other, &row, error))
    return FALSE;
  /* A list of folders was faster than the answer, and showed it as a new one. */
  seen = row ? sqlite3_column_int64 (other, 0) : 0;
  sqlite3_reset (other);
  if (seen != 0 && !tern_store_forget_folder (self, account, seen, error))
    return FALSE;
  statement = tern_store_prepare_ids (self, "UPDATE folder SET remote_id = ?2 WHERE id = ?1",
                                      TERN_IDS (folder), error);
  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, remote_id);
  return tern_store_run (statement, error);
}

static gboolean
set_place (TernStore *self, const TernFolder *folder, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "UPDATE folder SET (path, name, parent) = (?2, ?3, ?4) WHERE id = ?1",
      TERN_IDS (folder->id), error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, folder->path);
  tern_store_bind_text (statement, 3, folder->name);
  tern_store_bind_text (statement, 4, folder->parent);
  return tern_store_run (statement, error);
}

/* The server's rows follow: the folder, and all below it. */
static gboolean
confirm_rename (TernStore *self,
                const TernOperation *operation,
                const TernOutcome *outcome,
                GError **error)
{
  g_autoptr (GPtrArray) folders =
      tern_store_list_server_folders (self, operation->account_id, error);
  TernFolder *renamed = folders != NULL ? find_folder (folders, operation->folder_id) : NULL;

  if (folders == NULL)
    return FALSE;
  if (renamed == NULL)
    return TRUE;
  show_renamed (folders, renamed, find_folder (folders, operation->parent_id), operation->name);
  for (guint i = 0; i < folders->len; i++)
    {
      TernFolder *folder = folders->pdata[i];
      const char *remote_id = g_hash_table_lookup (outcome->moved, folder->remote_id);
      const char *parent =
          folder->parent != NULL ? g_hash_table_lookup (outcome->moved, folder->parent) : NULL;

      if (remote_id == NULL)
        continue;
      if (parent != NULL && folder != renamed)
        set_text (&folder->parent, g_strdup (parent));
      if (!set_remote_id (self, operation->account_id, folder->id, remote_id, error) ||
          !set_place (self, folder, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * tern_store_confirm_folder_operation:
 * @self: the writing store, inside a public function
 * @operation: an operation on a folder that the server carried out, off the log already
 * @outcome: (nullable): what the server told
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Makes it the state of the folders.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_confirm_folder_operation (TernStore *self,
                                     const TernOperation *operation,
                                     const TernOutcome *outcome,
                                     GError **error)
{
  gboolean subscribed = operation->kind == TERN_OPERATION_SUBSCRIBE;

  if (operation->kind == TERN_OPERATION_APPEND)
    return TRUE;
  tern_store_note_list (self, TERN_NOTE_FOLDERS, operation->account_id);
  if (operation->kind == TERN_OPERATION_CREATE_FOLDER)
    return outcome == NULL || outcome->created == NULL ||
           set_remote_id (self, operation->account_id, operation->folder_id, outcome->created,
                          error);
  if (operation->kind == TERN_OPERATION_RENAME_FOLDER)
    return outcome == NULL || confirm_rename (self, operation, outcome, error);
  if (operation->kind == TERN_OPERATION_DELETE_FOLDER)
    return tern_store_forget_folder (self, operation->account_id, operation->folder_id, error);
  return tern_store_run_ids (self, "UPDATE folder SET subscribed = ?2 WHERE id = ?1",
                             TERN_IDS (operation->folder_id, subscribed), error);
}
