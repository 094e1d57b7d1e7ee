/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *tern_imap_utf7_decode (const char *wire);
char *tern_imap_utf7_encode (const char *utf8);

G_END_DECLS
