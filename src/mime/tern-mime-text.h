/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TernTextBlock:
 * @quote: how many times the lines are quoted
 * @is_signature: whether it is what follows "-- "
 * @text: the lines, quote marks taken off, without the last line end
 *
 * Lines of a plain text letter that belong together.
 */
typedef struct
{
  guint quote;
  gboolean is_signature;
  char *text;
} TernTextBlock;

char *tern_mime_html_to_text (const char *html);
char *tern_mime_make_snippet (const char *text, gboolean is_html, gsize max_chars);
GPtrArray *tern_mime_split_text (const char *text, gboolean flowed);
gboolean tern_mime_find_link (const char *text, gsize *start, gsize *length, char **url);

G_END_DECLS
