/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One header value as it stands in the message (or in an IMAP ENVELOPE): RFC 2047 words decoded,
 * raw 8-bit bytes understood as UTF-8 where they are, else by a guess; unfolded, one line, no
 * control or bidi-override characters; always valid UTF-8. NULL for NULL. @n is -1 for a string. */
char *tern_mime_decode_header (const char *raw, gssize n);

/* "<a@b> <c@d> garbage" → "<a@b> <c@d>": the message ids of References or In-Reply-To, parted by
 * single spaces, duplicates left out; NULL where there is none. */
char *tern_mime_clean_references (const char *raw, gssize n);

/* A file name from a peer: decoded, without folders, control characters, leading dots, reserved
 * names; never empty (then @fallback). Fit to be the last component of a path. */
char *tern_mime_clean_filename (const char *name, const char *fallback);

G_END_DECLS
