/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-folder-tree.h"

#include <string.h>

/* Deeper folders are shown at this depth; it also bounds the walk where parents form a ring. */
#define MAX_DEPTH 16

static int
role_rank (TernFolderRole role)
{
  static const int ranks[] = {
    [TERN_FOLDER_ROLE_INBOX] = 0, [TERN_FOLDER_ROLE_FLAGGED] = 1, [TERN_FOLDER_ROLE_DRAFTS] = 2,
    [TERN_FOLDER_ROLE_SENT] = 3,  [TERN_FOLDER_ROLE_ARCHIVE] = 4, [TERN_FOLDER_ROLE_ALL] = 5,
    [TERN_FOLDER_ROLE_JUNK] = 6,  [TERN_FOLDER_ROLE_TRASH] = 7,   [TERN_FOLDER_ROLE_NONE] = 8,
  };

  return ranks[role];
}

/* The folders of one account. */
typedef struct
{
  TernAccount *account;
  GHashTable *names; /* remote id → TernFolder */
  GHashTable *below; /* remote id → GPtrArray of those below it, in the order of the list */
} Tree;

typedef struct
{
  TernFolder *folder;
  char *key;
} SortedFolder;

static int
compare_folders (gconstpointer a, gconstpointer b)
{
  const SortedFolder *left = a, *right = b;
  int order = role_rank (left->folder->role) - role_rank (right->folder->role);

  return order != 0 ? order : strcmp (left->key, right->key);
}

static void
sort_folders (GPtrArray *folders)
{
  g_autofree SortedFolder *sorted = g_new (SortedFolder, folders->len);

  for (guint i = 0; i < folders->len; i++)
    {
      sorted[i].folder = g_ptr_array_index (folders, i);
      sorted[i].key = g_utf8_collate_key (sorted[i].folder->path, -1);
    }
  qsort (sorted, folders->len, sizeof *sorted, compare_folders);
  for (guint i = 0; i < folders->len; i++)
    {
      folders->pdata[i] = sorted[i].folder;
      g_free (sorted[i].key);
    }
}

/* Where nothing at all is subscribed, nobody has ever chosen: then all are shown. */
static gboolean
is_any_chosen (GPtrArray *folders)
{
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i);

      if (folder->subscribed && folder->role == TERN_FOLDER_ROLE_NONE)
        return TRUE;
    }
  return FALSE;
}

/* (transfer container): those that are for something, those that are subscribed, and those without
 * letters that hold such a one. */
static GPtrArray *
list_subscribed (GPtrArray *folders)
{
  g_autoptr (GHashTable) parents = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *out = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_folder_unref);

  /* Sorted by path, what is below a folder is looked at before it, unless it is for something. */
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i);

      if (folder->role != TERN_FOLDER_ROLE_NONE && folder->parent != NULL)
        g_hash_table_add (parents, (gpointer) folder->parent);
    }
  for (guint i = folders->len; i > 0; i--)
    {
      TernFolder *folder = g_ptr_array_index (folders, i - 1);
      gboolean is_wanted = folder->selectable ? folder->subscribed
                                              : g_hash_table_contains (parents, folder->remote_id);

      if (folder->role == TERN_FOLDER_ROLE_NONE && !is_wanted)
        continue;
      if (folder->parent != NULL)
        g_hash_table_add (parents, (gpointer) folder->parent);
      g_ptr_array_add (out, tern_folder_ref (folder));
    }
  for (guint i = 0; i < out->len / 2; i++)
    {
      gpointer swapped = out->pdata[i];

      out->pdata[i] = out->pdata[out->len - 1 - i];
      out->pdata[out->len - 1 - i] = swapped;
    }
  return out;
}

/* Folders with a role stand at the top whatever is above them: that is where one looks for them. */
static gboolean
is_top (const Tree *tree, const TernFolder *folder)
{
  const TernFolder *parent =
      folder->parent != NULL ? g_hash_table_lookup (tree->names, folder->parent) : NULL;

  return folder->role != TERN_FOLDER_ROLE_NONE || parent == NULL || parent == folder;
}

static void
add_folder (GPtrArray *items, const Tree *tree, TernFolder *folder, guint depth)
{
  GPtrArray *children = g_hash_table_lookup (tree->below, folder->remote_id);

  g_ptr_array_add (items, tern_folder_item_new (tree->account, folder, depth));
  for (guint i = 0; depth < MAX_DEPTH && children != NULL && i < children->len; i++)
    add_folder (items, tree, g_ptr_array_index (children, i), depth + 1);
}

static void
add_folders (GPtrArray *items, TernAccount *account, GPtrArray *folders)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) below =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GPtrArray) top = g_ptr_array_new ();
  Tree tree = { account, names, below };

  for (guint i = 0; i < folders->len; i++)
    {
      TernFolder *folder = g_ptr_array_index (folders, i);

      g_hash_table_insert (names, (gpointer) folder->remote_id, folder);
    }
  for (guint i = 0; i < folders->len; i++)
    {
      TernFolder *folder = g_ptr_array_index (folders, i);
      GPtrArray *siblings = is_top (&tree, folder) ? top : NULL;

      if (siblings == NULL && (siblings = g_hash_table_lookup (below, folder->parent)) == NULL)
        {
          siblings = g_ptr_array_new ();
          g_hash_table_insert (below, (gpointer) folder->parent, siblings);
        }
      g_ptr_array_add (siblings, folder);
    }
  for (guint i = 0; i < top->len; i++)
    add_folder (items, &tree, g_ptr_array_index (top, i), 0);
}

/**
 * tern_folder_tree_make:
 * @account: an account
 * @folders: (element-type TernFolder): its folders; put in another order
 * @show_all: whether those are shown that the user has not subscribed
 *
 * Puts an account's folders into the order in which the sidebar shows them: those that are for
 * something first, children below their parents.
 *
 * Returns: (transfer full) (element-type TernFolderItem): a row for each
 */
GPtrArray *
tern_folder_tree_make (TernAccount *account, GPtrArray *folders, gboolean show_all)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) subscribed = NULL;

  sort_folders (folders);
  if (!show_all && is_any_chosen (folders))
    subscribed = list_subscribed (folders);
  add_folders (items, account, subscribed != NULL ? subscribed : folders);
  return items;
}
