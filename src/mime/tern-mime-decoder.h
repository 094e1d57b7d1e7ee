/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-structure.h"

G_BEGIN_DECLS

/* Undoes a content transfer encoding as the bytes arrive (RFC 2045 section 6). */
typedef struct _TernMimeDecoder TernMimeDecoder;

TernMimeDecoder *tern_mime_decoder_new (TernEncoding encoding);
void             tern_mime_decoder_free (TernMimeDecoder *self);
/* Appends what can be decoded so far to @out. */
void             tern_mime_decoder_push (TernMimeDecoder *self, const guint8 *bytes, gsize length,
                                         GByteArray *out);
void             tern_mime_decoder_finish (TernMimeDecoder *self, GByteArray *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernMimeDecoder, tern_mime_decoder_free)

/* Text of a part, transfer decoding undone, to valid UTF-8 with LF line ends. The declared charset
 * is used where it can be; labels lie (gb2312 is gb18030, iso-8859-1 is windows-1252, ks_c_5601 is
 * cp949 …), and undeclared 8-bit text is guessed. For text/html a <meta charset> counts where the
 * part declares none. */
char *tern_mime_decode_text (const guint8 *bytes, gsize length, const char *charset,
                             const char *mime_type);

G_END_DECLS
