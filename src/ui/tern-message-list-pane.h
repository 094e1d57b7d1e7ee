/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "tern-folder-list.h"
#include "tern-message-list.h"

G_BEGIN_DECLS

#define TERN_TYPE_MESSAGE_LIST_PANE (tern_message_list_pane_get_type ())
G_DECLARE_FINAL_TYPE (
    TernMessageListPane, tern_message_list_pane, TERN, MESSAGE_LIST_PANE, GtkWidget)

/* Signals: message-selected (TernMessageItem or NULL), message-activated (TernMessageItem).
 * Properties: starts-window and ends-window, where its header bar stands; compact. */
void tern_message_list_pane_set_up (TernMessageListPane *self,
                                    TernEngine *engine,
                                    TernFolderList *folders);
void tern_message_list_pane_open (TernMessageListPane *self, gint64 folder_id);
void tern_message_list_pane_expect (TernMessageListPane *self, gint64 account_id);
TernFolder *tern_message_list_pane_get_folder (TernMessageListPane *self);
gint64 tern_message_list_pane_get_account_id (TernMessageListPane *self);
TernStatus *tern_message_list_pane_get_status (TernMessageListPane *self);
void tern_message_list_pane_refresh (TernMessageListPane *self);
void tern_message_list_pane_begin_search (TernMessageListPane *self);
gboolean tern_message_list_pane_end_search (TernMessageListPane *self);
void tern_message_list_pane_update (TernMessageListPane *self);

/* Selection. */
GPtrArray *tern_message_list_pane_dup_selected (TernMessageListPane *self);
gboolean tern_message_list_pane_is_selected (TernMessageListPane *self, gint64 id);
void tern_message_list_pane_step (TernMessageListPane *self, int by, gboolean focus);
void tern_message_list_pane_toggle (TernMessageListPane *self);
void tern_message_list_pane_select_all (TernMessageListPane *self);
void tern_message_list_pane_activate (TernMessageListPane *self);
void tern_message_list_pane_advance (TernMessageListPane *self);
void tern_message_list_pane_grab_focus (TernMessageListPane *self);

G_END_DECLS
