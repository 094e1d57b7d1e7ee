/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-changes.h"

struct _TernChanges
{
  GHashTable *folders;  /* gint64 folder id → FolderLog */
  GHashTable *accounts; /* gint64 account ids whose folder list changed */
  GHashTable *changed;  /* gint64 account ids that are all that changed in the list of accounts */
  gboolean is_whole;    /* the list of accounts is to be read as a whole */
};

typedef enum
{
  KEY_ADDED,
  KEY_REMOVED,
  KEY_CHANGED,
} KeyState;

typedef struct
{
  TernRowKey key;
  KeyState state;
  gboolean is_new; /* it came in this batch, so that no list has it yet */
} KeyEntry;

/* The public face is made when it is first asked for, from the states. */
typedef struct
{
  TernFolderChanges changes;
  GHashTable *keys; /* gint64 row id → KeyEntry */
} FolderLog;

G_DEFINE_BOXED_TYPE (TernChanges, tern_changes, tern_changes_ref, tern_changes_unref)

static gint64 *
copy_id (gint64 id)
{
  return g_memdup2 (&id, sizeof id);
}

static void
folder_log_free (gpointer data)
{
  FolderLog *log = data;

  g_clear_pointer (&log->changes.added, g_array_unref);
  g_clear_pointer (&log->changes.removed, g_array_unref);
  g_clear_pointer (&log->changes.changed, g_array_unref);
  g_hash_table_unref (log->keys);
  g_free (log);
}

/**
 * tern_changes_new:
 *
 * Returns: (transfer full): an empty batch
 */
TernChanges *
tern_changes_new (void)
{
  TernChanges *self = g_atomic_rc_box_new0 (TernChanges);

  self->folders = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, folder_log_free);
  self->accounts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->changed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return self;
}

/**
 * tern_changes_ref:
 * @self: a batch
 *
 * Returns: (transfer full): @self
 */
TernChanges *
tern_changes_ref (TernChanges *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
changes_clear (gpointer data)
{
  TernChanges *self = data;

  g_hash_table_unref (self->folders);
  g_hash_table_unref (self->accounts);
  g_hash_table_unref (self->changed);
}

/**
 * tern_changes_unref:
 * @self: (transfer full): a batch
 *
 * Gives up a reference.
 */
void
tern_changes_unref (TernChanges *self)
{
  g_atomic_rc_box_release_full (self, changes_clear);
}

/**
 * tern_changes_is_empty:
 * @self: a batch
 *
 * Returns: whether nothing was noted in it
 */
gboolean
tern_changes_is_empty (const TernChanges *self)
{
  return g_hash_table_size (self->folders) == 0 && g_hash_table_size (self->accounts) == 0;
}

static FolderLog *
get_log (TernChanges *self, gint64 folder_id)
{
  FolderLog *log = g_hash_table_lookup (self->folders, &folder_id);

  if (log == NULL)
    {
      log = g_new0 (FolderLog, 1);
      log->changes.folder_id = folder_id;
      log->changes.added = g_array_new (FALSE, FALSE, sizeof (TernRowKey));
      log->changes.removed = g_array_new (FALSE, FALSE, sizeof (TernRowKey));
      log->changes.changed = g_array_new (FALSE, FALSE, sizeof (TernRowKey));
      log->keys = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
      g_hash_table_insert (self->folders, copy_id (folder_id), log);
    }
  return log;
}

static void
note (TernChanges *self, gint64 folder_id, TernRowKey key, KeyState state)
{
  FolderLog *log = get_log (self, folder_id);
  KeyEntry *entry = g_hash_table_lookup (log->keys, &key.id);

  if (entry == NULL)
    {
      entry = g_new (KeyEntry, 1);
      *entry = (KeyEntry){ key, state, state == KEY_ADDED };
      g_hash_table_insert (log->keys, &entry->key.id, entry);
      return;
    }
  if (entry->state == KEY_ADDED && state == KEY_CHANGED)
    return;
  /* A row that went and came again before anybody looked is a changed row where it was. */
  if (entry->state == KEY_REMOVED && state == KEY_ADDED && !entry->is_new)
    state = KEY_CHANGED;
  entry->state = state;
}

/**
 * tern_changes_add:
 * @self: a batch that is still being filled
 * @folder_id: the folder
 * @key: the row that came
 *
 * Notes a new row. A row added and removed in one batch is told as removed, which a list that never
 * had it may ignore.
 */
void
tern_changes_add (TernChanges *self, gint64 folder_id, TernRowKey key)
{
  note (self, folder_id, key, KEY_ADDED);
}

/**
 * tern_changes_remove:
 * @self: a batch that is still being filled
 * @folder_id: the folder
 * @key: the row that went
 *
 * Notes a row that is gone.
 */
void
tern_changes_remove (TernChanges *self, gint64 folder_id, TernRowKey key)
{
  note (self, folder_id, key, KEY_REMOVED);
}

/**
 * tern_changes_change:
 * @self: a batch that is still being filled
 * @folder_id: the folder
 * @key: the row
 *
 * Notes a row that must be read again.
 */
void
tern_changes_change (TernChanges *self, gint64 folder_id, TernRowKey key)
{
  note (self, folder_id, key, KEY_CHANGED);
}

/**
 * tern_changes_counts:
 * @self: a batch that is still being filled
 * @folder_id: the folder
 *
 * Notes that the folder's total, unread or time of validation changed.
 */
void
tern_changes_counts (TernChanges *self, gint64 folder_id)
{
  get_log (self, folder_id)->changes.counts = TRUE;
}

/**
 * tern_changes_folders:
 * @self: a batch that is still being filled
 * @account_id: the account; 0 for the list of accounts itself
 *
 * Notes that folders came, went, or changed their names or roles.
 */
void
tern_changes_folders (TernChanges *self, gint64 account_id)
{
  g_hash_table_add (self->accounts, copy_id (account_id));
  self->is_whole = self->is_whole || account_id == 0;
}

/**
 * tern_changes_account:
 * @self: a batch that is still being filled
 * @account_id: an account
 *
 * Notes that the account came, went, or is not what it was: the list of accounts changed in that.
 */
void
tern_changes_account (TernChanges *self, gint64 account_id)
{
  g_hash_table_add (self->accounts, copy_id (0));
  g_hash_table_add (self->changed, copy_id (account_id));
}

/**
 * tern_changes_merge:
 * @self: a batch that is still being filled
 * @later: a batch that came after it; not changed
 *
 * Notes all that @later holds, as if it had been noted in @self.
 */
void
tern_changes_merge (TernChanges *self, const TernChanges *later)
{
  GHashTableIter folders, keys;
  gpointer id, value;

  g_hash_table_iter_init (&folders, later->folders);
  while (g_hash_table_iter_next (&folders, &id, &value))
    {
      const FolderLog *log = value;
      gint64 folder_id = *(gint64 *) id;

      if (log->changes.counts)
        tern_changes_counts (self, folder_id);
      g_hash_table_iter_init (&keys, log->keys);
      while (g_hash_table_iter_next (&keys, NULL, &value))
        {
          const KeyEntry *entry = value;

          if (entry->is_new && entry->state != KEY_ADDED)
            note (self, folder_id, entry->key, KEY_ADDED);
          note (self, folder_id, entry->key, entry->state);
        }
    }
  g_hash_table_iter_init (&folders, later->accounts);
  while (g_hash_table_iter_next (&folders, &id, NULL))
    g_hash_table_add (self->accounts, copy_id (*(gint64 *) id));
  g_hash_table_iter_init (&folders, later->changed);
  while (g_hash_table_iter_next (&folders, &id, NULL))
    g_hash_table_add (self->changed, copy_id (*(gint64 *) id));
  self->is_whole = self->is_whole || later->is_whole;
}

static void
publish (FolderLog *log)
{
  TernFolderChanges *changes = &log->changes;
  GHashTableIter iter;
  gpointer value;

  if (changes->added->len + changes->removed->len + changes->changed->len ==
      g_hash_table_size (log->keys))
    return;
  g_array_set_size (changes->added, 0);
  g_array_set_size (changes->removed, 0);
  g_array_set_size (changes->changed, 0);
  g_hash_table_iter_init (&iter, log->keys);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const KeyEntry *entry = value;
      GArray *array = entry->state == KEY_ADDED     ? changes->added
                      : entry->state == KEY_REMOVED ? changes->removed
                                                    : changes->changed;

      g_array_append_val (array, entry->key);
    }
}

/**
 * tern_changes_get_folder:
 * @self: a batch that nobody fills any more
 * @folder_id: the folder
 *
 * Returns: (transfer none) (nullable): what changed there; %NULL for nothing
 */
const TernFolderChanges *
tern_changes_get_folder (const TernChanges *self, gint64 folder_id)
{
  FolderLog *log = g_hash_table_lookup (self->folders, &folder_id);

  if (log == NULL)
    return NULL;
  publish (log);
  return &log->changes;
}

/**
 * tern_changes_list:
 * @self: a batch that nobody fills any more
 *
 * Returns: (transfer container) (element-type TernFolderChanges): the changes of each folder, owned
 *   by @self
 */
GPtrArray *
tern_changes_list (const TernChanges *self)
{
  GPtrArray *out = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->folders);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      publish (value);
      g_ptr_array_add (out, &((FolderLog *) value)->changes);
    }
  return out;
}

/**
 * tern_changes_has_folder_list:
 * @self: a batch
 * @account_id: the account; 0 for the list of accounts itself
 *
 * Returns: whether the account's folder list must be read again
 */
gboolean
tern_changes_has_folder_list (const TernChanges *self, gint64 account_id)
{
  return g_hash_table_contains (self->accounts, &account_id);
}

/**
 * tern_changes_list_accounts:
 * @self: a batch in which the list of accounts changed
 *
 * Returns: (transfer full) (element-type gint64) (nullable): the accounts that came, went, or
 *   changed; %NULL where that may be any
 */
GArray *
tern_changes_list_accounts (const TernChanges *self)
{
  GArray *ids;
  GHashTableIter iter;
  gpointer id;

  if (self->is_whole)
    return NULL;
  ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_hash_table_iter_init (&iter, self->changed);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_array_append_val (ids, *(gint64 *) id);
  return ids;
}
