/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean tern_imap_parse_date_time (const char *text, gint64 *time);
gboolean tern_imap_parse_header_date (const char *text, gint64 *time);

G_END_DECLS
