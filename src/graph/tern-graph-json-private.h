/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

JsonObject *tern_graph_json_parse (GBytes *body, GError **error);

JsonObject *tern_graph_json_object (JsonObject *object, const char *member);
JsonArray *tern_graph_json_array (JsonObject *object, const char *member);
JsonObject *tern_graph_json_element (JsonArray *array, guint index);
const char *tern_graph_json_string (JsonObject *object, const char *member);
char *tern_graph_json_dup_text (JsonObject *object, const char *member);
char *tern_graph_json_dup_id (JsonObject *object, const char *member);
gint64 tern_graph_json_int (JsonObject *object, const char *member, gint64 fallback);
gboolean tern_graph_json_boolean (JsonObject *object, const char *member);
gint64 tern_graph_json_time (JsonObject *object, const char *member);
char *tern_graph_json_make_valid (const char *text, gsize most);

G_END_DECLS
