/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "tern-folder-item.h"

G_BEGIN_DECLS

#define TERN_TYPE_SIDEBAR_ROW (tern_sidebar_row_get_type ())
G_DECLARE_FINAL_TYPE (TernSidebarRow, tern_sidebar_row, TERN, SIDEBAR_ROW, GtkWidget)

GtkWidget *tern_sidebar_row_new (void);
void tern_sidebar_row_bind (TernSidebarRow *self, TernFolderItem *item);
void tern_sidebar_row_unbind (TernSidebarRow *self);

G_END_DECLS
