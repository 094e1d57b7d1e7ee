/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-structure.h"

G_BEGIN_DECLS

/* Undoes a content transfer encoding as the bytes arrive (RFC 2045 section 6). */
typedef struct _TernMimeDecoder TernMimeDecoder;

TernMimeDecoder *tern_mime_decoder_new (TernEncoding encoding);
void tern_mime_decoder_free (TernMimeDecoder *self);
void
tern_mime_decoder_push (TernMimeDecoder *self, const guint8 *bytes, gsize length, GByteArray *out);
void tern_mime_decoder_finish (TernMimeDecoder *self, GByteArray *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernMimeDecoder, tern_mime_decoder_free)

char *tern_mime_decode_text (const guint8 *bytes,
                             gsize length,
                             const char *charset,
                             const char *mime_type);

G_END_DECLS
