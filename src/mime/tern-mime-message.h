/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-message.h"

G_BEGIN_DECLS

/* A whole message as it was sent, parsed by GMime: for the fallback where a server's BODYSTRUCTURE
 * is wrong, and for files. Part numbers are those of RFC 9051 section 6.4.5.1. */
typedef struct _TernMimeMessage TernMimeMessage;

TernMimeMessage *tern_mime_message_new (GBytes *raw, GError **error);
void             tern_mime_message_free (TernMimeMessage *self);
TernStructure   *tern_mime_message_get_structure (TernMimeMessage *self); /* transfer none */
/* The decoded content (text parts are not converted to UTF-8); TERN_ERROR_GONE where there is no
 * such part. */
GBytes          *tern_mime_message_get_part (TernMimeMessage *self, const char *part_id,
                                             GError **error);
/* Subject, addresses, dates, ids of the header; no remote id, flags or snippet. */
TernMessage     *tern_mime_message_make_summary (TernMimeMessage *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernMimeMessage, tern_mime_message_free)

G_END_DECLS
