/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-folder-list.h"

#include <string.h>

/* Deeper folders are shown at this depth; it also bounds the walk where parents form a ring. */
#define MAX_DEPTH 16

struct _TernFolderList
{
  GObject parent_instance;

  TernEngine *engine;
  GPtrArray *items;  /* TernFolderItem: each account's heading, then its folders */
  gboolean show_all; /* those too that are not subscribed */
};

static void tern_folder_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernFolderList,
                               tern_folder_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      tern_folder_list_model_init))

static GType
tern_folder_list_get_item_type (GListModel *model)
{
  return TERN_TYPE_FOLDER_ITEM;
}

static guint
tern_folder_list_get_n_items (GListModel *model)
{
  return TERN_FOLDER_LIST (model)->items->len;
}

static gpointer
tern_folder_list_get_item (GListModel *model, guint position)
{
  TernFolderList *self = TERN_FOLDER_LIST (model);

  return position < self->items->len ? g_object_ref (g_ptr_array_index (self->items, position))
                                     : NULL;
}

static void
tern_folder_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = tern_folder_list_get_item_type;
  iface->get_n_items = tern_folder_list_get_n_items;
  iface->get_item = tern_folder_list_get_item;
}

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

static void
add_account (TernFolderList *self, GPtrArray *items, TernAccount *account)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = tern_engine_read_folders (self->engine, account->id, &error);
  g_autoptr (TernStatus) status = tern_engine_dup_status (self->engine, account->id);
  TernFolderItem *heading = tern_folder_item_new (account, NULL, 0);

  g_ptr_array_add (items, heading);
  if (status != NULL)
    tern_folder_item_set_status (heading, status);
  if (folders == NULL)
    {
      g_warning ("Cannot read the folders: %s", error->message);
      return;
    }
  g_ptr_array_sort (folders, compare_folders);
  if (!self->show_all)
    leave_out_unsubscribed (folders);
  for (guint i = 0; i < folders->len; i++)
    if (is_top (folders, g_ptr_array_index (folders, i)))
      add_folder (items, account, folders, g_ptr_array_index (folders, i), 0);
}

/* Rows that stay keep their objects, and only the range between them is exchanged. */
static void
take_items (TernFolderList *self, GPtrArray *items)
{
  GPtrArray *old = self->items;
  guint head = 0, tail = 0, removed, added;

#define SAME(i, j) tern_folder_item_equal (g_ptr_array_index (old, i), g_ptr_array_index (items, j))

  while (head < old->len && head < items->len && SAME (head, head))
    head++;
  while (tail < old->len - head && tail < items->len - head &&
         SAME (old->len - 1 - tail, items->len - 1 - tail))
    tail++;
  removed = old->len - head - tail;
  added = items->len - head - tail;

  for (guint i = 0; i < items->len; i++)
    for (guint j = 0; j < old->len; j++)
      if (SAME (j, i))
        {
          TernFolderItem *fresh = g_ptr_array_index (items, i);
          TernFolderItem *kept = g_ptr_array_index (old, j);

          tern_folder_item_update (kept, tern_folder_item_get_account (fresh),
                                   tern_folder_item_get_folder (fresh),
                                   tern_folder_item_get_depth (fresh));
          items->pdata[i] = g_object_ref (kept);
          g_object_unref (fresh);
          break;
        }
#undef SAME

  self->items = g_ptr_array_ref (items);
  if (removed > 0 || added > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), head, removed, added);
  g_ptr_array_unref (old);
}

/**
 * tern_folder_list_reload:
 * @self: a list
 *
 * Reads accounts and folders again from the cache.
 */
void
tern_folder_list_reload (TernFolderList *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) accounts = tern_engine_read_accounts (self->engine, &error);

  if (accounts == NULL)
    {
      g_warning ("Cannot read the accounts: %s", error->message);
      return;
    }
  for (guint i = 0; i < accounts->len; i++)
    add_account (self, items, g_ptr_array_index (accounts, i));
  take_items (self, items);
}

static void
update_counts (TernFolderList *self, gint64 folder_id)
{
  g_autoptr (TernFolder) folder = NULL;
  TernFolderItem *item;
  guint position;

  if (!tern_folder_list_find (self, folder_id, &position))
    return;
  folder = tern_engine_read_folder (self->engine, folder_id, NULL);
  if (folder == NULL)
    return;
  item = g_ptr_array_index (self->items, position);
  tern_folder_item_update (item, tern_folder_item_get_account (item), folder,
                           tern_folder_item_get_depth (item));
}

static gboolean
has_new_folders (TernFolderList *self, TernChanges *changes)
{
  if (tern_changes_has_folder_list (changes, 0))
    return TRUE;
  for (guint i = 0; i < self->items->len; i++)
    {
      TernAccount *account = tern_folder_item_get_account (g_ptr_array_index (self->items, i));

      if (tern_changes_has_folder_list (changes, account->id))
        return TRUE;
    }
  return FALSE;
}

static void
changed_cb (TernEngine *engine, TernChanges *changes, TernFolderList *self)
{
  g_autoptr (GPtrArray) folders = NULL;

  if (has_new_folders (self, changes))
    {
      tern_folder_list_reload (self);
      return;
    }
  folders = tern_changes_list (changes);
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolderChanges *folder = g_ptr_array_index (folders, i);

      if (folder->counts)
        update_counts (self, folder->folder_id);
    }
}

static void
status_cb (TernEngine *engine, TernStatus *status, TernFolderList *self)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      TernFolderItem *item = g_ptr_array_index (self->items, i);

      if (tern_folder_item_get_folder (item) == NULL &&
          tern_folder_item_get_account (item)->id == status->account_id)
        tern_folder_item_set_status (item, status);
    }
}

static void
tern_folder_list_dispose (GObject *object)
{
  g_clear_object (&TERN_FOLDER_LIST (object)->engine);
  G_OBJECT_CLASS (tern_folder_list_parent_class)->dispose (object);
}

static void
tern_folder_list_finalize (GObject *object)
{
  g_clear_pointer (&TERN_FOLDER_LIST (object)->items, g_ptr_array_unref);
  G_OBJECT_CLASS (tern_folder_list_parent_class)->finalize (object);
}

static void
tern_folder_list_class_init (TernFolderListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tern_folder_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = tern_folder_list_finalize;
}

static void
tern_folder_list_init (TernFolderList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * tern_folder_list_new:
 * @engine: the engine
 *
 * Makes the list of all accounts and their folders, as the sidebar shows it: read from the cache at
 * once, and kept up to date in place.
 *
 * Returns: (transfer full): a new list of #TernFolderItem
 */
TernFolderList *
tern_folder_list_new (TernEngine *engine)
{
  TernFolderList *self = g_object_new (TERN_TYPE_FOLDER_LIST, NULL);

  self->engine = g_object_ref (engine);
  g_signal_connect_object (engine, "changed", G_CALLBACK (changed_cb), self, 0);
  g_signal_connect_object (engine, "status", G_CALLBACK (status_cb), self, 0);
  tern_folder_list_reload (self);
  return self;
}

/**
 * tern_folder_list_set_show_all:
 * @self: a list
 * @show_all: whether folders are in it that the user has not subscribed
 *
 * Folders that are for something, such as the inbox, are always in it.
 */
void
tern_folder_list_set_show_all (TernFolderList *self, gboolean show_all)
{
  if (self->show_all == show_all)
    return;
  self->show_all = show_all;
  tern_folder_list_reload (self);
}

/**
 * tern_folder_list_has_accounts:
 * @self: a list
 *
 * Returns: whether there is any account
 */
gboolean
tern_folder_list_has_accounts (TernFolderList *self)
{
  return self->items->len > 0;
}

/**
 * tern_folder_list_get_account:
 * @self: a list
 * @account_id: an account
 *
 * Returns: (transfer none) (nullable): the account
 */
TernAccount *
tern_folder_list_get_account (TernFolderList *self, gint64 account_id)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      TernAccount *account = tern_folder_item_get_account (g_ptr_array_index (self->items, i));

      if (account->id == account_id)
        return account;
    }
  return NULL;
}

/**
 * tern_folder_list_find:
 * @self: a list
 * @folder_id: a folder
 * @position: (out): where it stands
 *
 * Returns: whether it is there
 */
gboolean
tern_folder_list_find (TernFolderList *self, gint64 folder_id, guint *position)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      TernFolder *folder = tern_folder_item_get_folder (g_ptr_array_index (self->items, i));

      if (folder != NULL && folder->id == folder_id)
        {
          *position = i;
          return TRUE;
        }
    }
  return FALSE;
}

/**
 * tern_folder_list_get_folder:
 * @self: a list
 * @folder_id: a folder
 *
 * Returns: (transfer none) (nullable): the folder as it is now
 */
TernFolder *
tern_folder_list_get_folder (TernFolderList *self, gint64 folder_id)
{
  guint position;

  if (!tern_folder_list_find (self, folder_id, &position))
    return NULL;
  return tern_folder_item_get_folder (g_ptr_array_index (self->items, position));
}

/**
 * tern_folder_list_find_role:
 * @self: a list
 * @account_id: an account; 0 for the first that has such a folder
 * @role: what the folder is for
 *
 * Returns: (transfer none) (nullable): the account's folder for that
 */
TernFolder *
tern_folder_list_find_role (TernFolderList *self, gint64 account_id, TernFolderRole role)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      TernFolder *folder = tern_folder_item_get_folder (g_ptr_array_index (self->items, i));

      if (folder != NULL && folder->role == role &&
          (account_id == 0 || folder->account_id == account_id))
        return folder;
    }
  return NULL;
}
