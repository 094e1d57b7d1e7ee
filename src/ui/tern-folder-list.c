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

static void
add_account (TernFolderList *self, GPtrArray *items, TernAccount *account)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = tern_engine_read_folders (self->engine, account->id, &error);
  g_autoptr (GPtrArray) subscribed = NULL;
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
  sort_folders (folders);
  if (!self->show_all && is_any_chosen (folders))
    subscribed = list_subscribed (folders);
  add_folders (items, account, subscribed != NULL ? subscribed : folders);
}

/* Rows that stay keep their objects, and only the range between them is exchanged. */
static void
take_items (TernFolderList *self, GPtrArray *items)
{
  g_autoptr (GHashTable) known =
      g_hash_table_new ((GHashFunc) tern_folder_item_hash, (GEqualFunc) tern_folder_item_equal);
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

  for (guint i = 0; i < old->len; i++)
    g_hash_table_add (known, g_ptr_array_index (old, i));
  for (guint i = 0; i < items->len; i++)
    {
      TernFolderItem *fresh = g_ptr_array_index (items, i);
      TernFolderItem *kept = g_hash_table_lookup (known, fresh);

      if (kept == NULL)
        continue;
      tern_folder_item_update (kept, tern_folder_item_get_account (fresh),
                               tern_folder_item_get_folder (fresh),
                               tern_folder_item_get_depth (fresh));
      items->pdata[i] = g_object_ref (kept);
      g_object_unref (fresh);
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
