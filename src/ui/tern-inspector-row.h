/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "tern-inspector-item.h"

G_BEGIN_DECLS

/* Its property `narrow` puts the result under the text. */
#define TERN_TYPE_INSPECTOR_ROW (tern_inspector_row_get_type ())
G_DECLARE_FINAL_TYPE (TernInspectorRow, tern_inspector_row, TERN, INSPECTOR_ROW, GtkWidget)

GtkWidget *tern_inspector_row_new (void);
void tern_inspector_row_bind (TernInspectorRow *self, TernInspectorItem *item);
void tern_inspector_row_unbind (TernInspectorRow *self);

G_END_DECLS
