/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* HTML to readable plain text (gumbo): paragraphs, lists, links' texts; no scripts, styles, hidden
 * preheader padding. */
char *tern_mime_html_to_text (const char *html);

/* The first @max_chars characters of what a letter says, one line: no quoted lines, no signature,
 * no "On … wrote:", no invisible characters. @is_html: @text is HTML, perhaps cut off anywhere. */
char *tern_mime_make_snippet (const char *text, gboolean is_html, gsize max_chars);

/* Plain text to safe HTML: escaped, URLs and addresses as links, runs of ">" as nested quotes
 * (blockquote type="cite"), format=flowed (RFC 3676) joined where @flowed. */
char *tern_mime_text_to_html (const char *text, gboolean flowed);

G_END_DECLS
