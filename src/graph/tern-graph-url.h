/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean tern_graph_url_check_base (const char *base, GError **error);
char *tern_graph_url_join (const char *base, const char *path);
char *tern_graph_url_escape (const char *id);
gboolean tern_graph_url_check_link (const char *base, const char *link, GError **error);

G_END_DECLS
