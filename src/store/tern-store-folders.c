/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

#include <string.h>

/* Counts. A folder that was completely known once (tern_store_set_validated()) shows the number of
 * its listed placements, which every change of them adjusts. Before, the cache holds only a part of
 * it, and when the server has told of a change since, it is behind: then the server's own counts
 * are shown, adjusted by what the user did meanwhile; where the server gave none, the placements so
 * far; where there are none of those either, -1. */

#define FOLDER_ROW                                                                                 \
  "SELECT id, account, remote_id, path, parent, role, selectable, subscribed, complete, "          \
  "total, unread, server_total, server_unread, coalesce(validated, 0), name, "                     \
  "folder.stamp, checked, folder.stamp IS NOT NULL AND folder.stamp IS NOT sync_state.stamp, "     \
  "identity "                                                                                      \
  "FROM folder LEFT JOIN sync_state ON sync_state.folder = folder.id "

static void
shown_counts (TernStatement *row, int *total, int *unread)
{
  gboolean stale = sqlite3_column_int (row, 17) != 0;
  gboolean complete = sqlite3_column_int (row, 8) != 0 && !stale;
  int own_total = sqlite3_column_int (row, 9);
  int own_unread = sqlite3_column_int (row, 10);
  int server_total = sqlite3_column_int (row, 11);
  int server_unread = sqlite3_column_int (row, 12);

  *total = own_total > 0 || sqlite3_column_int (row, 8) != 0 ? own_total : -1;
  *unread = own_total > 0 || sqlite3_column_int (row, 8) != 0 ? own_unread : -1;
  if (!complete && server_total >= 0)
    *total = server_total;
  if (!complete && server_unread >= 0)
    *unread = server_unread;
}

/* The columns of FOLDER_ROW in order. */
static TernFolder *
read_folder (TernStatement *row)
{
  TernFolder *folder = tern_folder_new ((const char *) sqlite3_column_text (row, 2),
                                        (const char *) sqlite3_column_text (row, 3),
                                        (const char *) sqlite3_column_text (row, 4));

  folder->id = sqlite3_column_int64 (row, 0);
  folder->account_id = sqlite3_column_int64 (row, 1);
  folder->role = (TernFolderRole) sqlite3_column_int (row, 5);
  folder->selectable = sqlite3_column_int (row, 6) != 0;
  folder->subscribed = sqlite3_column_int (row, 7) != 0;
  shown_counts (row, &folder->total, &folder->unread);
  folder->validated = sqlite3_column_int64 (row, 13);
  g_free ((char *) folder->name);
  folder->name = tern_store_dup_text (row, 14);
  folder->stamp = tern_store_dup_text (row, 15);
  folder->checked = sqlite3_column_int64 (row, 16);
  folder->stale = sqlite3_column_int (row, 17) != 0;
  folder->identity = tern_store_dup_text (row, 18);
  return folder;
}

static gboolean
read_counts (TernStore *self, gint64 folder, int counts[2], GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self, FOLDER_ROW "WHERE id = ?1", TERN_IDS (folder), error);
  gboolean row;

  counts[0] = counts[1] = -1;
  if (statement == NULL || !tern_store_step (statement, &row, error))
    return FALSE;
  if (row)
    shown_counts (statement, &counts[0], &counts[1]);
  return TRUE;
}

/* Runs one UPDATE of the folder and notes its counts where those that are shown changed. */
static gboolean
change_counts (
    TernStore *self, gint64 folder, const char *sql, const gint64 *ids, gsize n, GError **error)
{
  int before[2], after[2];

  if (!read_counts (self, folder, before, error) ||
      !tern_store_run_ids (self, sql, ids, n, error) || !read_counts (self, folder, after, error))
    return FALSE;
  if (memcmp (before, after, sizeof before) != 0)
    tern_store_note_list (self, TERN_NOTE_COUNTS, folder);
  return TRUE;
}

/**
 * tern_store_apply_counts:
 * @self: the writing store, inside a public function
 * @folder: the folder
 * @own: (array fixed-size=2): total and unread to add to the folder's own counts
 * @by_user: (array fixed-size=2): the share of them that the server's counts do not contain yet
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Adjusts the counts and notes them where what is shown changed.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_apply_counts (
    TernStore *self, gint64 folder, const int own[2], const int by_user[2], GError **error)
{
  if (own[0] == 0 && own[1] == 0 && by_user[0] == 0 && by_user[1] == 0)
    return TRUE;
  return change_counts (
      self, folder,
      "UPDATE folder SET total = total + ?2, unread = unread + ?3, "
      "server_total = iif(server_total < 0, -1, max(0, server_total + ?4)), "
      "server_unread = iif(server_unread < 0, -1, max(0, server_unread + ?5)) WHERE id = ?1",
      TERN_IDS (folder, own[0], own[1], by_user[0], by_user[1]), error);
}

/* What the server tells of a folder's state; what it does not tell stays. */
static gboolean
put_state (TernStore *self, gint64 id, const TernFolder *folder, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "UPDATE folder SET server_total = iif(?2 < 0, server_total, ?2), "
      "server_unread = iif(?3 < 0, server_unread, ?3), checked = iif(?5 IS NULL, checked, ?4), "
      "stamp = coalesce(?5, stamp), identity = iif(?5 IS NULL, identity, ?6) WHERE id = ?1",
      TERN_IDS (id, folder->total, folder->unread, g_get_real_time ()), error);
  int before[2], after[2];

  if (statement == NULL || !read_counts (self, id, before, error))
    return FALSE;
  tern_store_bind_text (statement, 5, folder->stamp);
  tern_store_bind_text (statement, 6, folder->identity);
  if (!tern_store_run (statement, error) || !read_counts (self, id, after, error))
    return FALSE;
  if (memcmp (before, after, sizeof before) != 0)
    tern_store_note_list (self, TERN_NOTE_COUNTS, id);
  return TRUE;
}

static gboolean
find_folder (TernStore *self, gint64 account, const char *remote_id, gint64 *id, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self, "SELECT id FROM folder WHERE account = ?1 AND remote_id = ?2",
                              TERN_IDS (account), error);
  gboolean row;

  *id = 0;
  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, remote_id);
  if (!tern_store_step (statement, &row, error))
    return FALSE;
  if (row)
    *id = sqlite3_column_int64 (statement, 0);
  return TRUE;
}

static void
bind_folder (TernStatement *statement, const TernFolder *folder)
{
  tern_store_bind_text (statement, 2, folder->path);
  tern_store_bind_text (statement, 3, folder->name);
  tern_store_bind_text (statement, 4, folder->parent);
  sqlite3_bind_int (statement, 5, (int) folder->role);
  sqlite3_bind_int (statement, 6, folder->selectable != FALSE);
  sqlite3_bind_int (statement, 7, folder->subscribed != FALSE);
}

/**
 * tern_store_insert_folder:
 * @self: the writing store, inside a public function
 * @account: the account
 * @folder: a folder that is new to it
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: whether it was added
 */
gboolean
tern_store_insert_folder (TernStore *self, gint64 account, const TernFolder *folder, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "INSERT INTO folder (account, path, name, parent, role, selectable, subscribed, remote_id) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      TERN_IDS (account), error);

  if (statement == NULL)
    return FALSE;
  bind_folder (statement, folder);
  tern_store_bind_text (statement, 8, folder->remote_id);
  tern_store_note_list (self, TERN_NOTE_FOLDERS, account);
  return tern_store_run (statement, error) &&
         put_state (self, sqlite3_last_insert_rowid (self->db), folder, error);
}

static gboolean
update_folder (TernStore *self, gint64 account, gint64 id, const TernFolder *folder, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "UPDATE folder SET (path, name, parent, role, selectable, subscribed) = "
      "(?2, ?3, ?4, ?5, ?6, ?7) WHERE id = ?1 AND "
      "(path, name, parent, role, selectable, subscribed) IS NOT (?2, ?3, ?4, ?5, ?6, ?7)",
      TERN_IDS (id), error);

  if (statement == NULL)
    return FALSE;
  bind_folder (statement, folder);
  if (!tern_store_run (statement, error))
    return FALSE;
  if (sqlite3_changes (self->db) > 0)
    tern_store_note_list (self, TERN_NOTE_FOLDERS, account);
  return put_state (self, id, folder, error);
}

/**
 * tern_store_forget_folder:
 * @self: the writing store, inside a public function
 * @account: the account
 * @id: a folder that is gone; one that does not exist is no error
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Removes a folder with all that it held, and undoes what the user wanted to do with it.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_forget_folder (TernStore *self, gint64 account, gint64 id, GError **error)
{
  if (!tern_store_undo_operations_of (self, id, error) ||
      !tern_store_run_ids (self, "DELETE FROM placement WHERE folder = ?1", TERN_IDS (id), error) ||
      !tern_store_drop_empty_operations (self, error) ||
      !tern_store_drop_orphans (self, id, error) ||
      !tern_store_sweep_contents (self, account, error) ||
      !tern_store_run_ids (self, "DELETE FROM folder WHERE id = ?1", TERN_IDS (id), error))
    return FALSE;
  tern_store_note_list (self, TERN_NOTE_FOLDERS, account);
  tern_trace ("cache.invalidate", TERN_TRACE_STR ("what", "folder"),
              TERN_TRACE_STR ("why", "removed"));
  return TRUE;
}

static gboolean
delete_other_folders (TernStore *self, gint64 account, GHashTable *kept, GError **error)
{
  g_autoptr (GPtrArray) known = tern_store_list_server_folders (self, account, error);

  if (known == NULL)
    return FALSE;
  for (guint i = 0; i < known->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (known, i);
      gboolean is_kept;

      if (g_hash_table_contains (kept, folder->remote_id))
        continue;
      if (!tern_store_is_kept_folder (self, folder, &is_kept, error) ||
          (!is_kept && !tern_store_forget_folder (self, account, folder->id, error)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_folders (TernStore *self, gint64 account, GPtrArray *folders, GError **error)
{
  g_autoptr (GHashTable) kept = g_hash_table_new (g_str_hash, g_str_equal);

  if (!tern_store_match_renamed (self, account, folders, error))
    return FALSE;
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i);
      gint64 id;

      if (!g_hash_table_add (kept, (gpointer) folder->remote_id))
        continue;
      if (!find_folder (self, account, folder->remote_id, &id, error))
        return FALSE;
      if (id == 0 ? !tern_store_insert_folder (self, account, folder, error)
                  : !update_folder (self, account, id, folder, error))
        return FALSE;
    }
  return delete_other_folders (self, account, kept, error);
}

/**
 * tern_store_put_folders:
 * @self: the writing store
 * @account_id: the account
 * @folders: (element-type TernFolder): all folders of the account, as the server lists them now
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Takes over the account's folder list. A folder is known by its remote id and keeps its id; so
 * does one that is missing where another has come with the same identity. Any other that is missing
 * is forgotten with all that it held, and moves into it that were not confirmed are undone. The
 * rows of a forgotten folder are not told one by one.
 *
 * The @total and @unread of each are the server's counts, -1 where it gave none. They are shown
 * until the folder was completely synced once; from then on the cache counts by itself.
 *
 * Returns: whether the list is kept
 */
gboolean
tern_store_put_folders (
    TernStore *self, gint64 account_id, GPtrArray *folders, TernChanges *changes, GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = put_folders (self, account_id, folders, error);
  return tern_store_leave (self, success, changes, error);
}

static gboolean
put_folder_states (TernStore *self, gint64 account, GPtrArray *folders, GError **error)
{
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i);
      gint64 id;

      if (!find_folder (self, account, folder->remote_id, &id, error) ||
          (id != 0 && !put_state (self, id, folder, error)))
        return FALSE;
    }
  return TRUE;
}

/**
 * tern_store_put_folder_states:
 * @self: the writing store
 * @account_id: the account
 * @folders: (element-type TernFolder): folders with what the server tells of their state; one that
 * is not known is ignored
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Takes over counts and stamps, and nothing else. A folder whose stamp is not that of its last sync
 * (tern_store_set_synced_stamp()) is stale.
 *
 * Returns: whether they are kept
 */
gboolean
tern_store_put_folder_states (
    TernStore *self, gint64 account_id, GPtrArray *folders, TernChanges *changes, GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = put_folder_states (self, account_id, folders, error);
  return tern_store_leave (self, success, changes, error);
}

/**
 * tern_store_list_server_folders:
 * @self: a store
 * @account_id: the account
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (element-type TernFolder) (nullable): the account's folders by path,
 *   without what the user has done to them since
 */
GPtrArray *
tern_store_list_server_folders (TernStore *self, gint64 account_id, GError **error)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_folder_unref);
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, FOLDER_ROW "WHERE account = ?1 ORDER BY path", TERN_IDS (account_id), error);
  gboolean row;

  if (statement == NULL)
    return NULL;
  while (tern_store_step (statement, &row, error))
    {
      if (!row)
        return g_steal_pointer (&out);
      g_ptr_array_add (out, read_folder (statement));
    }
  return NULL;
}

/**
 * tern_store_list_folders:
 * @self: a store
 * @account_id: the account; one that does not exist has no folders
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Lists an account's folders with what the user has done to them, whether the server has confirmed
 * it or not. One that the server has not made yet is among them (tern_folder_is_pending()).
 *
 * Returns: (transfer full) (element-type TernFolder) (nullable): the account's folders by path
 */
GPtrArray *
tern_store_list_folders (TernStore *self, gint64 account_id, GError **error)
{
  g_autoptr (GPtrArray) out = tern_store_list_server_folders (self, account_id, error);

  if (out == NULL || !tern_store_show_folder_operations (self, account_id, out, FALSE, error))
    return NULL;
  return g_steal_pointer (&out);
}

/**
 * tern_store_get_folder:
 * @self: a store
 * @folder_id: the folder
 * @error: return location for %TERN_ERROR_STORAGE, or %TERN_ERROR_GONE where there is none
 *
 * Reads a folder as tern_store_list_folders() shows it; also one that the user has removed while
 * the server has it still.
 *
 * Returns: (transfer full) (nullable): the folder
 */
TernFolder *
tern_store_get_folder (TernStore *self, gint64 folder_id, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self, FOLDER_ROW "WHERE id = ?1", TERN_IDS (folder_id), error);
  g_autoptr (TernFolder) folder = NULL;
  g_autoptr (GPtrArray) all = NULL;
  gboolean pending, row;

  if (statement == NULL || !tern_store_step (statement, &row, error))
    return NULL;
  if (!row)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_GONE, "there is no folder %" G_GINT64_FORMAT,
                   folder_id);
      return NULL;
    }
  folder = read_folder (statement);
  if (!tern_store_has_folder_operations (self, folder->account_id, &pending, error))
    return NULL;
  if (!pending)
    return g_steal_pointer (&folder);
  all = tern_store_list_server_folders (self, folder->account_id, error);
  if (all == NULL ||
      !tern_store_show_folder_operations (self, folder->account_id, all, TRUE, error))
    return NULL;
  for (guint i = 0; i < all->len; i++)
    if (((TernFolder *) all->pdata[i])->id == folder_id)
      return tern_folder_ref (all->pdata[i]);
  return g_steal_pointer (&folder);
}

/**
 * tern_store_dup_sync_state:
 * @self: a store
 * @folder_id: the folder
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (nullable): what tern_store_set_sync_state() kept last; %NULL without an
 *   error where there is nothing
 */
char *
tern_store_dup_sync_state (TernStore *self, gint64 folder_id, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "SELECT state FROM sync_state WHERE folder = ?1", TERN_IDS (folder_id), error);
  gboolean row;

  if (statement == NULL || !tern_store_step (statement, &row, error) || !row)
    return NULL;
  return tern_store_dup_text (statement, 0);
}

/**
 * tern_store_set_sync_state:
 * @self: the writing store
 * @folder_id: the folder; where it does not exist any more, nothing is kept
 * @state: (nullable): from where the channel can go on; opaque. %NULL forgets it
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Keeps how far a folder is synced. Do it in the transaction of what it speaks of.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_set_sync_state (TernStore *self, gint64 folder_id, const char *state, GError **error)
{
  gboolean success = FALSE;

  if (!tern_store_enter (self, error))
    return FALSE;
  {
    g_autoptr (TernStatement) statement = tern_store_prepare_ids (
        self,
        "INSERT INTO sync_state (folder, state) SELECT id, ?2 FROM folder WHERE id = ?1 "
        "ON CONFLICT (folder) DO UPDATE SET state = ?2",
        TERN_IDS (folder_id), error);

    if (statement != NULL)
      {
        tern_store_bind_text (statement, 2, state);
        success = tern_store_run (statement, error);
      }
  }
  return tern_store_leave (self, success, NULL, error);
}

static gboolean
set_validated (TernStore *self, gint64 folder, gint64 validated, GError **error)
{
  if (!tern_store_run_ids (self,
                           "INSERT INTO sync_state (folder, validated) "
                           "SELECT id, ?2 FROM folder WHERE id = ?1 "
                           "ON CONFLICT (folder) DO UPDATE SET validated = ?2 "
                           "WHERE validated <> ?2",
                           TERN_IDS (folder, validated), error))
    return FALSE;
  if (sqlite3_changes (self->db) > 0)
    tern_store_note_list (self, TERN_NOTE_COUNTS, folder);
  if (validated == 0)
    return TRUE;
  return tern_store_drop_orphans (self, folder, error) &&
         tern_store_drop_unnamed (self, folder, error) &&
         tern_store_run_ids (self,
                             "UPDATE message SET unmatched = NULL WHERE unmatched IS NOT NULL "
                             "AND EXISTS (SELECT 1 FROM placement p WHERE p.message = message.id "
                             "AND p.folder = ?1)",
                             TERN_IDS (folder), error) &&
         change_counts (self, folder,
                        "UPDATE folder SET complete = 1 WHERE id = ?1 AND complete = 0",
                        TERN_IDS (folder), error);
}

/**
 * tern_store_set_validated:
 * @self: the writing store
 * @folder_id: the folder; where it does not exist any more, nothing is kept
 * @validated: when the cached list was found equal to the server's, µs of real time; 0 to have it
 *   asked again at the next chance
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Keeps that the folder is completely known. What was still waiting to be found in it (moved here
 * without a remote id, or left over from before tern_store_reset_folder()) is not on the server and
 * goes; the counts are the cache's own from now on.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_set_validated (
    TernStore *self, gint64 folder_id, gint64 validated, TernChanges *changes, GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = set_validated (self, folder_id, validated, error);
  return tern_store_leave (self, success, changes, error);
}

static gboolean
set_synced_stamp (TernStore *self, gint64 folder, const char *stamp, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "INSERT INTO sync_state (folder, stamp) SELECT id, ?2 FROM folder WHERE id = ?1 "
      "ON CONFLICT (folder) DO UPDATE SET stamp = ?2",
      TERN_IDS (folder), error);
  int before[2], after[2];

  if (statement == NULL || !read_counts (self, folder, before, error))
    return FALSE;
  tern_store_bind_text (statement, 2, stamp);
  if (!tern_store_run (statement, error) || !read_counts (self, folder, after, error))
    return FALSE;
  if (memcmp (before, after, sizeof before) != 0)
    tern_store_note_list (self, TERN_NOTE_COUNTS, folder);
  return TRUE;
}

/**
 * tern_store_set_synced_stamp:
 * @self: the writing store
 * @folder_id: the folder; where it does not exist any more, nothing is kept
 * @stamp: (nullable): what its @stamp was when the sync began that has ended
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Keeps up to which of the server's states the folder is known.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_set_synced_stamp (
    TernStore *self, gint64 folder_id, const char *stamp, TernChanges *changes, GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = set_synced_stamp (self, folder_id, stamp, error);
  return tern_store_leave (self, success, changes, error);
}
