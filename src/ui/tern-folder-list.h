/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-engine.h"
#include "tern-folder-item.h"

G_BEGIN_DECLS

#define TERN_TYPE_FOLDER_LIST (tern_folder_list_get_type ())
G_DECLARE_FINAL_TYPE (TernFolderList, tern_folder_list, TERN, FOLDER_LIST, GObject)

TernFolderList *tern_folder_list_new (TernEngine *engine, GSettings *settings);
void tern_folder_list_set_show_all (TernFolderList *self, gboolean show_all);
void tern_folder_list_set_filter (TernFolderList *self, const char *text);
void tern_folder_list_set_expanded (TernFolderList *self, TernFolderItem *item, gboolean expanded);
void tern_folder_list_reveal (TernFolderList *self, gint64 folder_id);
void tern_folder_list_reload (TernFolderList *self);
guint tern_folder_list_count_accounts (TernFolderList *self);
TernAccount *tern_folder_list_get_account (TernFolderList *self, gint64 account_id);
GPtrArray *tern_folder_list_get_folders (TernFolderList *self, gint64 account_id);
TernFolder *tern_folder_list_get_folder (TernFolderList *self, gint64 folder_id);
TernFolder *
tern_folder_list_find_role (TernFolderList *self, gint64 account_id, TernFolderRole role);
gboolean tern_folder_list_find (TernFolderList *self, gint64 folder_id, guint *position);

G_END_DECLS
