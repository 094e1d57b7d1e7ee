/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "tern-folder-list.h"

G_BEGIN_DECLS

#define TERN_TYPE_SIDEBAR (tern_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (TernSidebar, tern_sidebar, TERN, SIDEBAR, GtkWidget)

/* Signals: folder-selected (gint64 folder_id), folder-activated (gint64 folder_id).
 * Property: folded, whether its header bar ends the window. */
void tern_sidebar_set_folders (TernSidebar *self, TernFolderList *folders);
gboolean tern_sidebar_select (TernSidebar *self, gint64 folder_id);
void tern_sidebar_search (TernSidebar *self);
void tern_sidebar_open_menu (TernSidebar *self);

G_END_DECLS
