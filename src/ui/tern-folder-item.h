/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-account.h"
#include "tern-folder.h"
#include "tern-status.h"

G_BEGIN_DECLS

#define TERN_TYPE_FOLDER_ITEM (tern_folder_item_get_type ())
G_DECLARE_FINAL_TYPE (TernFolderItem, tern_folder_item, TERN, FOLDER_ITEM, GObject)

TernFolderItem *tern_folder_item_new (TernAccount *account, TernFolder *folder, guint depth);
TernAccount *tern_folder_item_get_account (TernFolderItem *self);
TernFolder *tern_folder_item_get_folder (TernFolderItem *self);
TernStatus *tern_folder_item_get_status (TernFolderItem *self);
guint tern_folder_item_get_depth (TernFolderItem *self);
gboolean tern_folder_item_equal (TernFolderItem *self, TernFolderItem *other);
guint tern_folder_item_hash (TernFolderItem *self);
void tern_folder_item_update (TernFolderItem *self,
                              TernAccount *account,
                              TernFolder *folder,
                              guint depth);
void tern_folder_item_set_status (TernFolderItem *self, TernStatus *status);

G_END_DECLS
