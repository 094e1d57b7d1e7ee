/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-event.h"

G_BEGIN_DECLS

/* A line of the timeline: what began, and how it ended once that is told. Emits `changed`. */
#define TERN_TYPE_INSPECTOR_ITEM (tern_inspector_item_get_type ())
G_DECLARE_FINAL_TYPE (TernInspectorItem, tern_inspector_item, TERN, INSPECTOR_ITEM, GObject)

TernInspectorItem *tern_inspector_item_new (TernEvent *event, gint64 origin);
void tern_inspector_item_end (TernInspectorItem *self, TernEvent *end);
TernEvent *tern_inspector_item_get_event (TernInspectorItem *self);
gboolean tern_inspector_item_has_ended (TernInspectorItem *self);
gboolean tern_inspector_item_has_failed (TernInspectorItem *self);

const char *tern_inspector_item_get_icon (TernInspectorItem *self);
const char *tern_inspector_item_get_kind (TernInspectorItem *self);
char *tern_inspector_item_dup_time (TernInspectorItem *self);
char *tern_inspector_item_dup_text (TernInspectorItem *self);
char *tern_inspector_item_dup_result (TernInspectorItem *self);
char *tern_inspector_item_dup_size (TernInspectorItem *self);
char *tern_inspector_item_dup_duration (TernInspectorItem *self);
char *tern_inspector_item_dup_line (TernInspectorItem *self);

G_END_DECLS
