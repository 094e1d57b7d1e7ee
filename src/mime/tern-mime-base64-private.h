/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Between two steps; starts zeroed. */
typedef struct
{
  guint32 bits;
  guint n_bits;
} TernMimeBase64;

void
tern_mime_base64_step (TernMimeBase64 *self, const guint8 *bytes, gsize length, GByteArray *out);

G_END_DECLS
