/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-structure.h"

G_BEGIN_DECLS

/* Where one part goes as it arrives: decoded, into memory or into a file that appears when it is
 * complete. It outlives a lost connection. */
typedef struct _TernPartSink TernPartSink;

TernPartSink *tern_part_sink_new (
    gint64 message_id, const char *part_id, TernEncoding encoding, GFile *target, GError **error);
void tern_part_sink_free (TernPartSink *self);
gboolean tern_part_sink_is_for (const TernPartSink *self,
                                gint64 message_id,
                                const char *part_id,
                                GFile *target);
guint64 tern_part_sink_get_received (const TernPartSink *self);
gboolean tern_part_sink_is_decoded (const TernPartSink *self);
void tern_part_sink_set_decoded (TernPartSink *self);
gboolean
tern_part_sink_take (TernPartSink *self, const guint8 *bytes, gsize length, GError **error);
gboolean tern_part_sink_finish (TernPartSink *self, GError **error);
GBytes *tern_part_sink_steal_content (TernPartSink *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernPartSink, tern_part_sink_free)

G_END_DECLS
