/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* How many bytes went and came in each second of the last minute. */
#define TERN_TYPE_INSPECTOR_GRAPH (tern_inspector_graph_get_type ())
G_DECLARE_FINAL_TYPE (TernInspectorGraph, tern_inspector_graph, TERN, INSPECTOR_GRAPH, GtkWidget)

void
tern_inspector_graph_add (TernInspectorGraph *self, gint64 time, guint64 sent, guint64 received);
void tern_inspector_graph_clear (TernInspectorGraph *self);

G_END_DECLS
