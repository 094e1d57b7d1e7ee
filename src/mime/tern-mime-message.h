/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-message.h"

G_BEGIN_DECLS

typedef struct _TernMimeMessage TernMimeMessage;

TernMimeMessage *tern_mime_message_new (GBytes *raw, GError **error);
void tern_mime_message_free (TernMimeMessage *self);
TernStructure *tern_mime_message_get_structure (TernMimeMessage *self);
GBytes *tern_mime_message_get_part (TernMimeMessage *self, const char *part_id, GError **error);
TernMessage *tern_mime_message_make_summary (TernMimeMessage *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernMimeMessage, tern_mime_message_free)

G_END_DECLS
