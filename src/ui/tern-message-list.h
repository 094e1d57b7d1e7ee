/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-engine.h"
#include "tern-message-item.h"

G_BEGIN_DECLS

#define TERN_TYPE_MESSAGE_LIST (tern_message_list_get_type ())
G_DECLARE_FINAL_TYPE (TernMessageList, tern_message_list, TERN, MESSAGE_LIST, GObject)

/* Signal: loaded (), when all keys of the folder are there. */
TernMessageList *tern_message_list_new (TernEngine *engine, gint64 folder_id);
TernMessageList *tern_message_list_new_found (TernEngine *engine, gint64 folder_id);
void tern_message_list_show_found (TernMessageList *self, GPtrArray *messages);
gint64 tern_message_list_get_folder_id (TernMessageList *self);
gboolean tern_message_list_is_loaded (TernMessageList *self);
gboolean tern_message_list_find (TernMessageList *self, TernRowKey key, guint *position);
TernRowKey tern_message_list_get_key (TernMessageList *self, guint position);
guint tern_message_list_count_items (TernMessageList *self);
void tern_message_list_apply (TernMessageList *self, const TernFolderChanges *changes);

G_END_DECLS
