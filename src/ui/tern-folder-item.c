/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-folder-item.h"

struct _TernFolderItem
{
  GObject parent_instance;

  TernAccount *account;
  TernFolder *folder; /* NULL in an account's heading */
  TernStatus *status; /* of a heading only */
  guint depth;
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
 * tern_folder_item_get_account:
 * @self: an item
 *
 * Returns: (transfer none): its account
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
 * tern_folder_item_equal:
 * @self: an item
 * @other: another
 *
 * Returns: whether both stand for the same folder, or for the same account
 */
gboolean
tern_folder_item_equal (TernFolderItem *self, TernFolderItem *other)
{
  if (self->folder == NULL || other->folder == NULL)
    return self->folder == other->folder && self->account->id == other->account->id;
  return self->folder->id == other->folder->id;
}

/**
 * tern_folder_item_hash:
 * @self: an item
 *
 * Returns: a hash value that goes with tern_folder_item_equal()
 */
guint
tern_folder_item_hash (TernFolderItem *self)
{
  return self->folder != NULL ? g_int64_hash (&self->folder->id)
                              : ~g_int64_hash (&self->account->id);
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
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
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
