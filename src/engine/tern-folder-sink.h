/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-core.h"
#include "tern-sink.h"

G_BEGIN_DECLS

/* Takes what a channel learns of a folder, into the database and on to those who watch. */
#define TERN_TYPE_FOLDER_SINK (tern_folder_sink_get_type ())
G_DECLARE_FINAL_TYPE (TernFolderSink, tern_folder_sink, TERN, FOLDER_SINK, GObject)

typedef void (*TernFolderSinkProgress) (guint done, guint total, gpointer user_data);

TernFolderSink *tern_folder_sink_new (TernCore *core,
                                      gint64 folder_id,
                                      GCancellable *sync,
                                      TernFolderSinkProgress progress,
                                      gpointer user_data);
void tern_folder_sink_disconnect (TernFolderSink *self);
gboolean tern_folder_sink_check (TernFolderSink *self, GError **error);

G_END_DECLS
