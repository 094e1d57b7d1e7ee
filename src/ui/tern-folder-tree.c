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

static int
compare_folders (gconstpointer a, gconstpointer b)
{
  const TernFolder *left = *(TernFolder *const *) a, *right = *(TernFolder *const *) b;
  int order = role_rank (left->role) - role_rank (right->role);

  return order != 0 ? order : g_utf8_collate (left->path, right->path);
}

static gboolean
has_parent (GPtrArray *folders, const TernFolder *folder)
{
  for (guint i = 0; folder->parent != NULL && i < folders->len; i++)
    {
      const TernFolder *other = g_ptr_array_index (folders, i);

      if (other != folder && strcmp (other->remote_id, folder->parent) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Folders with a role stand at the top whatever is above them: that is where one looks for them. */
static gboolean
is_top (GPtrArray *folders, const TernFolder *folder)
{
  return folder->role != TERN_FOLDER_ROLE_NONE || !has_parent (folders, folder);
}

static void
add_folder (
    GPtrArray *items, TernAccount *account, GPtrArray *folders, TernFolder *folder, guint depth)
{
  g_ptr_array_add (items, tern_folder_item_new (account, folder, depth));
  for (guint i = 0; depth < MAX_DEPTH && i < folders->len; i++)
    {
      TernFolder *child = g_ptr_array_index (folders, i);

      if (child->parent != NULL && !is_top (folders, child) &&
          strcmp (child->parent, folder->remote_id) == 0)
        add_folder (items, account, folders, child, depth + 1);
    }
}

/* A folder that holds nothing but others is there for their sake. */
static gboolean
holds_others (GPtrArray *folders, const TernFolder *folder)
{
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *other = g_ptr_array_index (folders, i);

      if (other != folder && g_strcmp0 (other->parent, folder->remote_id) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Where nothing at all is subscribed, nobody has ever chosen: then all are shown. */
static void
leave_out_unsubscribed (GPtrArray *folders)
{
  gboolean any = FALSE;

  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i);

      any = any || (folder->subscribed && folder->role == TERN_FOLDER_ROLE_NONE);
    }
  for (guint i = folders->len; any && i > 0; i--)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i - 1);

      if (folder->role != TERN_FOLDER_ROLE_NONE)
        continue;
      /* Sorted by path, what is below a folder has been looked at before it. */
      if (folder->selectable ? !folder->subscribed : !holds_others (folders, folder))
        g_ptr_array_remove_index (folders, i - 1);
    }
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

  g_ptr_array_sort (folders, compare_folders);
  if (!show_all)
    leave_out_unsubscribed (folders);
  for (guint i = 0; i < folders->len; i++)
    if (is_top (folders, g_ptr_array_index (folders, i)))
      add_folder (items, account, folders, g_ptr_array_index (folders, i), 0);
  return items;
}
