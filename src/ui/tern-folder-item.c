/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-folder-item.h"

#include <string.h>

struct _TernFolderItem
{
  GObject parent_instance;

  TernAccount *account; /* NULL in a group's heading */
  TernFolder *folder;   /* NULL in an account's heading */
  TernStatus *status;   /* of an account's heading only */
  char *group;          /* of a group's heading only */
  guint count;          /* of accounts in a group */
  gboolean is_expanded; /* of headings: what belongs to them is shown */
  guint depth;
  char *key; /* of an account's heading: what a search looks at; NULL until it does */
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TernFolderItem, tern_folder_item, G_TYPE_OBJECT)

static void
tern_folder_item_finalize (GObject *object)
{
  TernFolderItem *self = TERN_FOLDER_ITEM (object);

  g_clear_pointer (&self->account, tern_account_unref);
  g_clear_pointer (&self->folder, tern_folder_unref);
  g_clear_pointer (&self->status, tern_status_unref);
  g_free (self->group);
  g_free (self->key);
  G_OBJECT_CLASS (tern_folder_item_parent_class)->finalize (object);
}

static void
tern_folder_item_class_init (TernFolderItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_folder_item_finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", TERN_TYPE_FOLDER_ITEM, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tern_folder_item_init (TernFolderItem *self)
{
}

/**
 * tern_folder_item_new:
 * @account: the account
 * @folder: (nullable): one of its folders; %NULL for the heading above them
 * @depth: how many folders stand above it
 *
 * Makes a row of the sidebar. Its signal `changed` says that it must be shown anew.
 *
 * Returns: (transfer full): a new item
 */
TernFolderItem *
tern_folder_item_new (TernAccount *account, TernFolder *folder, guint depth)
{
  TernFolderItem *self = g_object_new (TERN_TYPE_FOLDER_ITEM, NULL);

  self->account = tern_account_ref (account);
  self->folder = folder != NULL ? tern_folder_ref (folder) : NULL;
  self->depth = depth;
  return self;
}

/**
 * tern_folder_item_new_group:
 * @group: the name of a group of accounts
 *
 * Makes the row above the accounts of a group.
 *
 * Returns: (transfer full): a new item
 */
TernFolderItem *
tern_folder_item_new_group (const char *group)
{
  TernFolderItem *self = g_object_new (TERN_TYPE_FOLDER_ITEM, NULL);

  self->group = g_strdup (group);
  return self;
}

/**
 * tern_folder_item_get_group:
 * @self: an item
 *
 * Returns: (transfer none) (nullable): the group whose heading it is; %NULL for any other row
 */
const char *
tern_folder_item_get_group (TernFolderItem *self)
{
  return self->group;
}

/**
 * tern_folder_item_set_expanded:
 * @self: a heading
 * @expanded: whether what belongs to it is shown
 */
void
tern_folder_item_set_expanded (TernFolderItem *self, gboolean expanded)
{
  if (self->is_expanded == expanded)
    return;
  self->is_expanded = expanded;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * tern_folder_item_is_expanded:
 * @self: a heading
 *
 * Returns: whether what belongs to it is shown
 */
gboolean
tern_folder_item_is_expanded (TernFolderItem *self)
{
  return self->is_expanded;
}

/**
 * tern_folder_item_set_count:
 * @self: a group's heading
 * @count: how many accounts are in it
 */
void
tern_folder_item_set_count (TernFolderItem *self, guint count)
{
  if (self->count == count)
    return;
  self->count = count;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * tern_folder_item_get_count:
 * @self: a group's heading
 *
 * Returns: how many accounts are in it
 */
guint
tern_folder_item_get_count (TernFolderItem *self)
{
  return self->count;
}

/**
 * tern_folder_item_get_account:
 * @self: an item
 *
 * Returns: (transfer none) (nullable): its account; %NULL for a group's heading
 */
TernAccount *
tern_folder_item_get_account (TernFolderItem *self)
{
  return self->account;
}

/**
 * tern_folder_item_get_folder:
 * @self: an item
 *
 * Returns: (transfer none) (nullable): its folder; %NULL for an account's heading
 */
TernFolder *
tern_folder_item_get_folder (TernFolderItem *self)
{
  return self->folder;
}

/**
 * tern_folder_item_get_status:
 * @self: an account's heading
 *
 * Returns: (transfer none) (nullable): how the account is doing
 */
TernStatus *
tern_folder_item_get_status (TernFolderItem *self)
{
  return self->status;
}

/**
 * tern_folder_item_get_depth:
 * @self: an item
 *
 * Returns: how many folders stand above it
 */
guint
tern_folder_item_get_depth (TernFolderItem *self)
{
  return self->depth;
}

/**
 * tern_folder_item_update:
 * @self: an item
 * @account: the account as it is now
 * @folder: (nullable): the folder as it is now
 * @depth: how many folders stand above it
 *
 * Shows another state of the same folder or account.
 */
void
tern_folder_item_update (TernFolderItem *self,
                         TernAccount *account,
                         TernFolder *folder,
                         guint depth)
{
  tern_account_ref (account);
  tern_account_unref (self->account);
  self->account = account;
  if (folder != NULL)
    tern_folder_ref (folder);
  g_clear_pointer (&self->folder, tern_folder_unref);
  self->folder = folder;
  self->depth = depth;
  g_clear_pointer (&self->key, g_free);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * tern_folder_item_matches:
 * @self: an account's heading
 * @words: (array zero-terminated=1): words as g_utf8_casefold() makes them
 *
 * Returns: whether the account has all of them in its address, name, group or tags
 */
gboolean
tern_folder_item_matches (TernFolderItem *self, const char *const *words)
{
  const TernAccount *account = self->account;

  if (self->key == NULL)
    {
      g_autofree char *text =
          g_strjoin ("\n", account->email, account->name != NULL ? account->name : "",
                     account->group != NULL ? account->group : "", account->tags, NULL);

      self->key = g_utf8_casefold (text, -1);
    }
  for (guint i = 0; words[i] != NULL; i++)
    if (strstr (self->key, words[i]) == NULL)
      return FALSE;
  return TRUE;
}

/**
 * tern_folder_item_set_status:
 * @self: an account's heading
 * @status: how the account is doing
 */
void
tern_folder_item_set_status (TernFolderItem *self, TernStatus *status)
{
  tern_status_ref (status);
  g_clear_pointer (&self->status, tern_status_unref);
  self->status = status;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}
