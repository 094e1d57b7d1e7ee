/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *tern_mime_charset_find (const char *label);
const char *tern_mime_charset_guess (const guint8 *bytes, gsize length);
void tern_mime_charset_append (GString *out, const guint8 *bytes, gsize length, const char *label);

G_END_DECLS
