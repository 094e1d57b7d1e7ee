/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-structure.h"

G_BEGIN_DECLS

/* A part larger than this is streamed to a file and never held in memory or kept in the cache. */
#define TERN_PART_BUFFER_MOST (64 * 1024 * 1024)

/* A part of a message on its way into memory: decoded as it arrives. */
typedef struct _TernPartBuffer TernPartBuffer;

TernPartBuffer *tern_part_buffer_new (const TernStructure *part);
void tern_part_buffer_free (TernPartBuffer *self);
void tern_part_buffer_reset (TernPartBuffer *self);
const char *tern_part_buffer_get_id (const TernPartBuffer *self);
guint64 tern_part_buffer_get_size (const TernPartBuffer *self);
void
tern_part_buffer_take (TernPartBuffer *self, const guint8 *bytes, gsize length, gboolean complete);
gboolean tern_part_buffer_is_complete (const TernPartBuffer *self);
gboolean tern_part_buffer_is_plausible (const TernPartBuffer *self);
GBytes *tern_part_buffer_steal_content (TernPartBuffer *self);
char *tern_part_buffer_make_text (const TernPartBuffer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernPartBuffer, tern_part_buffer_free)

G_END_DECLS
