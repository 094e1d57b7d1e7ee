/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char *tern_error_to_sentence (const GError *error, const char *server);
char *tern_error_to_technical (const GError *error);
char *tern_fingerprint_to_text (const char *fingerprint);

G_END_DECLS
