/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

/* Of folders with one identity there is at most one, or it tells nothing: AMBIGUOUS stands for
 * that. */
static const TernFolder AMBIGUOUS;

static void
add_identity (GHashTable *table, const TernFolder *folder)
{
  if (folder->identity == NULL || !folder->selectable)
    return;
  g_hash_table_insert (
      table, (gpointer) folder->identity,
      (gpointer) (g_hash_table_contains (table, folder->identity) ? &AMBIGUOUS : folder));
}

static GHashTable *
index_names (GPtrArray *folders)
{
  GHashTable *names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i);

      if (folder->remote_id != NULL)
        g_hash_table_add (names, (gpointer) folder->remote_id);
    }
  return names;
}

/* Those of @folders that are not in @others, by what they are known by under another name. */
static GHashTable *
index_others (GPtrArray *folders, GPtrArray *others)
{
  g_autoptr (GHashTable) names = index_names (others);
  GHashTable *table = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i);

      if (folder->remote_id != NULL && !g_hash_table_contains (names, folder->remote_id))
        add_identity (table, folder);
    }
  return table;
}

static gboolean
rename_folder (TernStore *self, gint64 id, const char *remote_id, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "UPDATE folder SET remote_id = ?2 WHERE id = ?1", TERN_IDS (id), error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, remote_id);
  tern_trace ("cache.hit", TERN_TRACE_STR ("what", "folder"), TERN_TRACE_STR ("why", "renamed"));
  return tern_store_run (statement, error);
}

/**
 * tern_store_match_renamed:
 * @self: the writing store, inside a public function
 * @account: the account
 * @folders: (element-type TernFolder): its folders as the server lists them now
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Gives folders that are not listed any more the remote id of one that was not known and has the
 * same identity: they were renamed elsewhere, and what is cached of them is still true.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_match_renamed (TernStore *self, gint64 account, GPtrArray *folders, GError **error)
{
  g_autoptr (GPtrArray) known = tern_store_list_server_folders (self, account, error);
  g_autoptr (GHashTable) gone = NULL;
  g_autoptr (GHashTable) come = NULL;
  GHashTableIter iter;
  gpointer identity, folder;

  if (known == NULL)
    return FALSE;
  gone = index_others (known, folders);
  come = index_others (folders, known);
  g_hash_table_iter_init (&iter, gone);
  while (g_hash_table_iter_next (&iter, &identity, &folder))
    {
      const TernFolder *old = folder;
      const TernFolder *renamed = g_hash_table_lookup (come, identity);

      if (old != &AMBIGUOUS && renamed != NULL && renamed != &AMBIGUOUS &&
          !rename_folder (self, old->id, renamed->remote_id, error))
        return FALSE;
    }
  return TRUE;
}
