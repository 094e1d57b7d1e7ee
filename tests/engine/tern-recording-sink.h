/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-sink.h"

G_BEGIN_DECLS

#define TERN_TYPE_RECORDING_SINK (tern_recording_sink_get_type ())
G_DECLARE_FINAL_TYPE (TernRecordingSink, tern_recording_sink, TERN, RECORDING_SINK, GObject)

/* A sink that keeps what it is given, as a store would. */
TernRecordingSink *tern_recording_sink_new (void);
guint tern_recording_sink_count (TernRecordingSink *self);
TernMessage *tern_recording_sink_get (TernRecordingSink *self, const char *remote_id);
void tern_recording_sink_forget (TernRecordingSink *self, const char *remote_id);
const char *tern_recording_sink_get_state (TernRecordingSink *self);
/* "messages 50", "flags 2", "removed 1", "reset", "checkpoint", one a line, since the last call. */
char *tern_recording_sink_take_log (TernRecordingSink *self);
/* The remote ids in the order in which they came; owned by the sink. */
GPtrArray *tern_recording_sink_get_order (TernRecordingSink *self);

G_END_DECLS
