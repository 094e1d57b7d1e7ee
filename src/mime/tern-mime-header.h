/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *tern_mime_decode_header (const char *raw, gssize n);
char *tern_mime_decode_parameter (const char *const *pairs, const char *name);
char *tern_mime_clean_references (const char *raw, gssize n);
char *tern_mime_clean_filename (const char *name, const char *fallback);

G_END_DECLS
