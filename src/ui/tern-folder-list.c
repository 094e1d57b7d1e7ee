/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-folder-list.h"

#include <string.h>

#include "tern-error.h"
#include "tern-folder-tree.h"

/* With more accounts than these, only those show their folders whose heading was clicked. */
#define MAX_EXPANDED 20

/* An account, with a row for its heading and, once somebody wants them, for its folders. */
typedef struct
{
  TernFolderItem *heading;
  GPtrArray *folders; /* TernFolderItem; NULL until they are needed */
} Entry;

struct _TernFolderList
{
  GObject parent_instance;

  TernEngine *engine;
  GSettings *settings;
  GPtrArray *entries;       /* Entry, as they stand below each other */
  GHashTable *accounts;     /* gint64 account id → Entry, unowned */
  GHashTable *folder_items; /* gint64 folder id → TernFolderItem, unowned */
  GHashTable *groups;       /* utf8 → TernFolderItem */
  GHashTable *toggled;      /* gint64: accounts that are not as they are by themselves */
  GPtrArray *items;         /* TernFolderItem: what is shown */
  char **filter;            /* words that an account must have; NULL to show all */
  gboolean show_all;        /* those too that are not subscribed */
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

/* --- Entries --- */

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_object_unref (entry->heading);
  g_clear_pointer (&entry->folders, g_ptr_array_unref);
  g_free (entry);
}

static TernAccount *
account_of (const Entry *entry)
{
  return tern_folder_item_get_account (entry->heading);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const TernAccount *left = account_of (*(Entry *const *) a);
  const TernAccount *right = account_of (*(Entry *const *) b);
  int order;

  /* Accounts without a group stand above the groups. */
  if ((left->group == NULL) != (right->group == NULL))
    return left->group == NULL ? -1 : 1;
  /* Most are of the same group, and to compare as people do takes long. */
  order = g_strcmp0 (left->group, right->group);
  if (order != 0)
    order = g_utf8_collate (left->group, right->group) ?: order;
  return order != 0 ? order : (left->id > right->id) - (left->id < right->id);
}

static void
forget_folders (TernFolderList *self, Entry *entry)
{
  for (guint i = 0; entry->folders != NULL && i < entry->folders->len; i++)
    g_hash_table_remove (self->folder_items,
                         &tern_folder_item_get_folder (g_ptr_array_index (entry->folders, i))->id);
  g_clear_pointer (&entry->folders, g_ptr_array_unref);
}

/* Rows that stay keep their objects. */
static void
load_folders (TernFolderList *self, Entry *entry)
{
  TernAccount *account = account_of (entry);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = tern_engine_read_folders (self->engine, account->id, &error);
  g_autoptr (GPtrArray) items = NULL;

  if (folders == NULL)
    {
      g_warning ("Cannot read the folders: %s", error->message);
      return;
    }
  items = tern_folder_tree_make (account, folders, self->show_all);
  for (guint i = 0; i < items->len; i++)
    {
      TernFolderItem *fresh = g_ptr_array_index (items, i);
      TernFolder *folder = tern_folder_item_get_folder (fresh);
      TernFolderItem *kept = g_hash_table_lookup (self->folder_items, &folder->id);

      if (kept == NULL)
        continue;
      tern_folder_item_update (kept, account, folder, tern_folder_item_get_depth (fresh));
      items->pdata[i] = g_object_ref (kept);
      g_object_unref (fresh);
    }
  forget_folders (self, entry);
  entry->folders = g_steal_pointer (&items);
  for (guint i = 0; i < entry->folders->len; i++)
    {
      TernFolderItem *item = g_ptr_array_index (entry->folders, i);
      gint64 id = tern_folder_item_get_folder (item)->id;

      g_hash_table_insert (self->folder_items, g_memdup2 (&id, sizeof id), item);
    }
}

static Entry *
find_entry (TernFolderList *self, gint64 account_id)
{
  return g_hash_table_lookup (self->accounts, &account_id);
}

static Entry *
find_loaded_entry (TernFolderList *self, gint64 account_id)
{
  Entry *entry = find_entry (self, account_id);

  if (entry != NULL && entry->folders == NULL)
    load_folders (self, entry);
  return entry;
}

static gboolean
is_expanded (TernFolderList *self, const Entry *entry)
{
  const TernAccount *account = account_of (entry);
  gboolean by_itself = account->notify && self->entries->len <= MAX_EXPANDED;

  return by_itself != g_hash_table_contains (self->toggled, &account->id);
}

/* --- What is shown --- */

static TernFolderItem *
get_group (TernFolderList *self, const char *name)
{
  TernFolderItem *item = g_hash_table_lookup (self->groups, name);

  if (item == NULL)
    {
      item = tern_folder_item_new_group (name);
      g_hash_table_insert (self->groups, g_strdup (name), item);
    }
  return item;
}

static gboolean
is_collapsed (TernFolderList *self, const char *group)
{
  g_auto (GStrv) collapsed = g_settings_get_strv (self->settings, "collapsed-groups");

  return self->filter == NULL && g_strv_contains ((const char *const *) collapsed, group);
}

static void
show_entry (TernFolderList *self, GPtrArray *items, Entry *entry)
{
  /* Those that a filter finds stand close together. */
  gboolean expanded = self->filter == NULL && is_expanded (self, entry);

  g_ptr_array_add (items, g_object_ref (entry->heading));
  if (expanded && entry->folders == NULL)
    load_folders (self, entry);
  for (guint i = 0; expanded && entry->folders != NULL && i < entry->folders->len; i++)
    g_ptr_array_add (items, g_object_ref (g_ptr_array_index (entry->folders, i)));
  tern_folder_item_set_expanded (entry->heading, expanded);
}

static GPtrArray *
collect_items (TernFolderList *self)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);
  const char *group = NULL;
  TernFolderItem *heading = NULL;
  gboolean collapsed = FALSE;
  guint n = 0;

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);
      const TernAccount *account = account_of (entry);

      if (self->filter != NULL &&
          !tern_folder_item_matches (entry->heading, (const char *const *) self->filter))
        continue;
      if (account->group != NULL && g_strcmp0 (account->group, group) != 0)
        {
          if (heading != NULL)
            tern_folder_item_set_count (heading, n);
          n = 0;
          group = account->group;
          heading = get_group (self, group);
          collapsed = is_collapsed (self, group);
          tern_folder_item_set_expanded (heading, !collapsed);
          g_ptr_array_add (items, g_object_ref (heading));
        }
      n++;
      if (!collapsed)
        show_entry (self, items, entry);
    }
  if (heading != NULL)
    tern_folder_item_set_count (heading, n);
  return items;
}

/* Only the range between what stays is exchanged. */
static void
update_items (TernFolderList *self)
{
  GPtrArray *items = collect_items (self);
  g_autoptr (GPtrArray) old = self->items;
  guint head = 0, tail = 0, removed, added;

  while (head < old->len && head < items->len && old->pdata[head] == items->pdata[head])
    head++;
  while (tail < old->len - head && tail < items->len - head &&
         old->pdata[old->len - 1 - tail] == items->pdata[items->len - 1 - tail])
    tail++;
  removed = old->len - head - tail;
  added = items->len - head - tail;
  self->items = items;
  if (removed > 0 || added > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), head, removed, added);
}

/* --- What changes --- */

static Entry *
add_entry (TernFolderList *self, TernAccount *account)
{
  g_autoptr (TernStatus) status = tern_engine_dup_status (self->engine, account->id);
  Entry *entry = g_new0 (Entry, 1);

  entry->heading = tern_folder_item_new (account, NULL, 0);
  tern_folder_item_set_status (entry->heading, status);
  return entry;
}

static Entry *
take_account (TernFolderList *self, GHashTable *old, TernAccount *account)
{
  Entry *entry = g_hash_table_lookup (old, &account->id);

  if (entry != NULL)
    {
      g_hash_table_steal (old, &account->id);
      tern_folder_item_update (entry->heading, account, NULL, 0);
    }
  else
    entry = add_entry (self, account);
  return entry;
}

static void
read_accounts (TernFolderList *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) accounts = tern_engine_read_accounts (self->engine, &error);
  g_autoptr (GHashTable) old = NULL;
  GHashTableIter iter;
  gpointer gone;

  if (accounts == NULL)
    {
      g_warning ("Cannot read the accounts: %s", error->message);
      return;
    }
  old = g_steal_pointer (&self->accounts);
  self->accounts = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_ptr_array_set_size (self->entries, 0);
  for (guint i = 0; i < accounts->len; i++)
    g_ptr_array_add (self->entries, take_account (self, old, g_ptr_array_index (accounts, i)));
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      g_hash_table_insert (self->accounts, &account_of (entry)->id, entry);
    }
  g_ptr_array_sort (self->entries, compare_entries);
  g_hash_table_iter_init (&iter, old);
  while (g_hash_table_iter_next (&iter, NULL, &gone))
    {
      forget_folders (self, gone);
      entry_free (gone);
    }
}

static void
remove_entry (TernFolderList *self, Entry *entry)
{
  g_hash_table_remove (self->accounts, &account_of (entry)->id);
  g_ptr_array_remove (self->entries, entry);
  forget_folders (self, entry);
  entry_free (entry);
}

/* Returns whether more than the account's own row changed. */
static gboolean
read_account (TernFolderList *self, gint64 id)
{
  Entry *entry = find_entry (self, id);
  g_autoptr (GError) error = NULL;
  g_autoptr (TernAccount) account = tern_engine_read_account (self->engine, id, &error);
  gboolean moves;

  if (account == NULL && entry != NULL && g_error_matches (error, TERN_ERROR, TERN_ERROR_GONE))
    {
      remove_entry (self, entry);
      return TRUE;
    }
  if (account == NULL)
    return FALSE;
  if (entry == NULL)
    {
      entry = add_entry (self, account);
      g_ptr_array_add (self->entries, entry);
      g_hash_table_insert (self->accounts, &account_of (entry)->id, entry);
      return TRUE;
    }
  moves = g_strcmp0 (account_of (entry)->group, account->group) != 0 ||
          account_of (entry)->notify != account->notify;
  /* The key lives in the account. */
  g_hash_table_remove (self->accounts, &id);
  tern_folder_item_update (entry->heading, account, NULL, 0);
  g_hash_table_insert (self->accounts, &account_of (entry)->id, entry);
  return moves || self->filter != NULL;
}

/* Returns whether other rows may be shown now. */
static gboolean
take_accounts (TernFolderList *self, TernChanges *changes)
{
  g_autoptr (GArray) ids = tern_changes_list_accounts (changes);
  gboolean any = FALSE;

  if (ids == NULL)
    {
      read_accounts (self);
      return TRUE;
    }
  for (guint i = 0; i < ids->len; i++)
    any |= read_account (self, g_array_index (ids, gint64, i));
  if (any)
    g_ptr_array_sort (self->entries, compare_entries);
  return any;
}

/**
 * tern_folder_list_reload:
 * @self: a list
 *
 * Reads accounts, and folders that were wanted, again from the cache.
 */
void
tern_folder_list_reload (TernFolderList *self)
{
  read_accounts (self);
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (entry->folders != NULL)
        load_folders (self, entry);
    }
  update_items (self);
}

static void
update_counts (TernFolderList *self, gint64 folder_id)
{
  TernFolderItem *item = g_hash_table_lookup (self->folder_items, &folder_id);
  g_autoptr (TernFolder) folder = NULL;

  if (item == NULL)
    return;
  folder = tern_engine_read_folder (self->engine, folder_id, NULL);
  if (folder == NULL)
    return;
  tern_folder_item_update (item, tern_folder_item_get_account (item), folder,
                           tern_folder_item_get_depth (item));
}

static gboolean
take_new_folders (TernFolderList *self, TernChanges *changes)
{
  gboolean any = FALSE;

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (entry->folders == NULL || !tern_changes_has_folder_list (changes, account_of (entry)->id))
        continue;
      load_folders (self, entry);
      any = TRUE;
    }
  return any;
}

static void
changed_cb (TernEngine *engine, TernChanges *changes, TernFolderList *self)
{
  gboolean has_accounts =
      tern_changes_has_folder_list (changes, 0) && take_accounts (self, changes);
  g_autoptr (GPtrArray) folders = tern_changes_list (changes);

  if (take_new_folders (self, changes) || has_accounts)
    update_items (self);
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
  Entry *entry = find_entry (self, status->account_id);

  if (entry != NULL)
    tern_folder_item_set_status (entry->heading, status);
}

static void
tern_folder_list_dispose (GObject *object)
{
  g_clear_object (&TERN_FOLDER_LIST (object)->engine);
  g_clear_object (&TERN_FOLDER_LIST (object)->settings);
  G_OBJECT_CLASS (tern_folder_list_parent_class)->dispose (object);
}

static void
tern_folder_list_finalize (GObject *object)
{
  TernFolderList *self = TERN_FOLDER_LIST (object);

  for (guint i = 0; i < self->entries->len; i++)
    entry_free (g_ptr_array_index (self->entries, i));
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->accounts, g_hash_table_unref);
  g_clear_pointer (&self->folder_items, g_hash_table_unref);
  g_clear_pointer (&self->groups, g_hash_table_unref);
  g_clear_pointer (&self->toggled, g_hash_table_unref);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_strfreev (self->filter);
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
  self->entries = g_ptr_array_new ();
  self->accounts = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->folder_items = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->toggled = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
read_toggled (TernFolderList *self)
{
  g_autoptr (GVariant) ids = g_settings_get_value (self->settings, "toggled-accounts");
  GVariantIter iter;
  gint64 id;

  g_variant_iter_init (&iter, ids);
  while (g_variant_iter_next (&iter, "x", &id))
    g_hash_table_add (self->toggled, g_memdup2 (&id, sizeof id));
}

/**
 * tern_folder_list_new:
 * @engine: the engine
 * @settings: the preferences, which keep what the user has folded
 *
 * Makes the list of all accounts, in their groups, and of the folders of those that are unfolded,
 * as the sidebar shows it: read from the cache at once, and kept up to date in place. The folders
 * of an account are read when they are first wanted.
 *
 * Returns: (transfer full): a new list of #TernFolderItem
 */
TernFolderList *
tern_folder_list_new (TernEngine *engine, GSettings *settings)
{
  TernFolderList *self = g_object_new (TERN_TYPE_FOLDER_LIST, NULL);

  self->engine = g_object_ref (engine);
  self->settings = g_object_ref (settings);
  read_toggled (self);
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
 * tern_folder_list_set_filter:
 * @self: a list
 * @text: words; empty to show all
 *
 * Shows only accounts that have all of the words in their address, name, group or tags, without
 * their folders.
 */
void
tern_folder_list_set_filter (TernFolderList *self, const char *text)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);

  g_strfreev (self->filter);
  g_strstrip (folded);
  self->filter = *folded != '\0' ? g_strsplit (folded, " ", -1) : NULL;
  update_items (self);
}

static void
write_toggled (TernFolderList *self)
{
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer id;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("ax"));
  g_hash_table_iter_init (&iter, self->toggled);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (g_hash_table_contains (self->accounts, id))
      g_variant_builder_add (&builder, "x", *(gint64 *) id);
  g_settings_set_value (self->settings, "toggled-accounts", g_variant_builder_end (&builder));
}

/**
 * tern_folder_list_set_expanded:
 * @self: a list
 * @item: an account's heading, or a group's
 * @expanded: whether what belongs to it is shown
 *
 * Folds or unfolds it, for the next start too.
 */
void
tern_folder_list_set_expanded (TernFolderList *self, TernFolderItem *item, gboolean expanded)
{
  const TernAccount *account = tern_folder_item_get_account (item);

  if (account != NULL)
    {
      const Entry *entry = find_entry (self, account->id);

      if (entry == NULL || is_expanded (self, entry) == expanded)
        return;
      if (!g_hash_table_remove (self->toggled, &account->id))
        g_hash_table_add (self->toggled, g_memdup2 (&account->id, sizeof account->id));
      write_toggled (self);
    }
  else
    {
      const char *group = tern_folder_item_get_group (item);
      g_auto (GStrv) old = g_settings_get_strv (self->settings, "collapsed-groups");
      g_autoptr (GPtrArray) names = g_ptr_array_new ();

      for (guint i = 0; old[i] != NULL; i++)
        if (!g_str_equal (old[i], group) && g_hash_table_contains (self->groups, old[i]))
          g_ptr_array_add (names, old[i]);
      if (!expanded)
        g_ptr_array_add (names, (char *) group);
      g_ptr_array_add (names, NULL);
      g_settings_set_strv (self->settings, "collapsed-groups", (const char *const *) names->pdata);
    }
  update_items (self);
}

/**
 * tern_folder_list_reveal:
 * @self: a list without a filter
 * @folder_id: a folder
 *
 * Unfolds what hides a folder.
 */
void
tern_folder_list_reveal (TernFolderList *self, gint64 folder_id)
{
  g_autoptr (TernFolder) folder = tern_engine_read_folder (self->engine, folder_id, NULL);
  const Entry *entry = folder != NULL ? find_entry (self, folder->account_id) : NULL;

  if (entry == NULL)
    return;
  if (account_of (entry)->group != NULL && is_collapsed (self, account_of (entry)->group))
    tern_folder_list_set_expanded (self, get_group (self, account_of (entry)->group), TRUE);
  tern_folder_list_set_expanded (self, entry->heading, TRUE);
}

/**
 * tern_folder_list_count_accounts:
 * @self: a list
 *
 * Returns: how many accounts there are
 */
guint
tern_folder_list_count_accounts (TernFolderList *self)
{
  return self->entries->len;
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
  const Entry *entry = find_entry (self, account_id);

  return entry != NULL ? account_of (entry) : NULL;
}

/**
 * tern_folder_list_find:
 * @self: a list
 * @folder_id: a folder
 * @position: (out): where it stands
 *
 * Returns: whether it is shown
 */
gboolean
tern_folder_list_find (TernFolderList *self, gint64 folder_id, guint *position)
{
  TernFolderItem *item = g_hash_table_lookup (self->folder_items, &folder_id);

  return item != NULL && g_ptr_array_find (self->items, item, position);
}

/**
 * tern_folder_list_get_folder:
 * @self: a list
 * @folder_id: a folder
 *
 * Returns: (transfer none) (nullable): the folder as it is now, where its account's were wanted
 */
TernFolder *
tern_folder_list_get_folder (TernFolderList *self, gint64 folder_id)
{
  TernFolderItem *item = g_hash_table_lookup (self->folder_items, &folder_id);

  return item != NULL ? tern_folder_item_get_folder (item) : NULL;
}

/**
 * tern_folder_list_get_folders:
 * @self: a list
 * @account_id: an account
 *
 * Returns: (transfer none) (nullable) (element-type TernFolderItem): the account's folders, whether
 *   they are shown or not; %NULL where there is no such account
 */
GPtrArray *
tern_folder_list_get_folders (TernFolderList *self, gint64 account_id)
{
  const Entry *entry = find_loaded_entry (self, account_id);

  return entry != NULL ? entry->folders : NULL;
}

static TernFolder *
find_role (const Entry *entry, TernFolderRole role)
{
  for (guint i = 0; entry->folders != NULL && i < entry->folders->len; i++)
    {
      TernFolder *folder = tern_folder_item_get_folder (g_ptr_array_index (entry->folders, i));

      if (folder->role == role)
        return folder;
    }
  return NULL;
}

/**
 * tern_folder_list_find_role:
 * @self: a list
 * @account_id: an account; 0 for the first that has such a folder, of those that are unfolded
 * @role: what the folder is for
 *
 * Returns: (transfer none) (nullable): the account's folder for that
 */
TernFolder *
tern_folder_list_find_role (TernFolderList *self, gint64 account_id, TernFolderRole role)
{
  const Entry *entry = account_id != 0 ? find_loaded_entry (self, account_id) : NULL;
  TernFolder *folder = NULL;

  if (account_id != 0)
    return entry != NULL ? find_role (entry, role) : NULL;
  for (guint i = 0; folder == NULL && i < self->entries->len; i++)
    folder = find_role (g_ptr_array_index (self->entries, i), role);
  return folder;
}
