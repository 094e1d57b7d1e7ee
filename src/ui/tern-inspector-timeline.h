/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-engine.h"
#include "tern-inspector-item.h"

G_BEGIN_DECLS

/* What happened with one account, as a list of TernInspectorItem, the oldest first and no more than
 * the engine keeps. Its signal `traffic` (gint64 time, guint64 sent, guint64 received) tells of
 * bytes. */
#define TERN_TYPE_INSPECTOR_TIMELINE (tern_inspector_timeline_get_type ())
G_DECLARE_FINAL_TYPE (
    TernInspectorTimeline, tern_inspector_timeline, TERN, INSPECTOR_TIMELINE, GObject)

TernInspectorTimeline *tern_inspector_timeline_new (void);
GListModel *tern_inspector_timeline_get_items (TernInspectorTimeline *self);
void
tern_inspector_timeline_open (TernInspectorTimeline *self, TernEngine *engine, gint64 account_id);
gboolean tern_inspector_timeline_update (TernInspectorTimeline *self);
void tern_inspector_timeline_clear (TernInspectorTimeline *self);
char *tern_inspector_timeline_dup_report (TernInspectorTimeline *self);

G_END_DECLS
