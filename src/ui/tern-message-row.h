/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "tern-message-item.h"

G_BEGIN_DECLS

#define TERN_TYPE_MESSAGE_ROW (tern_message_row_get_type ())
G_DECLARE_FINAL_TYPE (TernMessageRow, tern_message_row, TERN, MESSAGE_ROW, GtkWidget)

GtkWidget *tern_message_row_new (void);
void tern_message_row_bind (TernMessageRow *self, TernMessageItem *item, gboolean show_recipients);
void tern_message_row_unbind (TernMessageRow *self);
TernMessageItem *tern_message_row_get_item (TernMessageRow *self);
void tern_message_row_set_compact (TernMessageRow *self, gboolean compact);

G_END_DECLS
