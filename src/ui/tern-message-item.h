/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "tern-message.h"

G_BEGIN_DECLS

#define TERN_TYPE_MESSAGE_ITEM (tern_message_item_get_type ())
G_DECLARE_FINAL_TYPE (TernMessageItem, tern_message_item, TERN, MESSAGE_ITEM, GObject)

TernMessageItem *tern_message_item_new (TernRowKey key);
TernRowKey tern_message_item_get_key (TernMessageItem *self);
gint64 tern_message_item_get_id (TernMessageItem *self);
TernMessage *tern_message_item_get_message (TernMessageItem *self);
void tern_message_item_set_message (TernMessageItem *self, TernMessage *message);

G_END_DECLS
