/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-json-private.h"

#include <string.h>

#include "tern-error.h"
#include "tern-graph-limits.h"

/* The parser of json-glib calls itself for what stands within each other, and it takes more than
 * JSON (RFC 8259): so what goes into it is looked through before. */

typedef struct
{
  guint depth;
  guint values;
} Scan;

/* The byte behind a string that begins at @p; NULL where it does not end. */
static const char *
skip_string (const char *p, const char *end)
{
  for (p++; p < end; p++)
    if (*p == '\\')
      p++;
    else if (*p == '"')
      return p + 1;
    else if ((guchar) *p < 0x20)
      return NULL;
  return NULL;
}

static gboolean
scan_byte (Scan *scan, char c)
{
  switch (c)
    {
    case '{':
    case '[':
      scan->values++;
      return ++scan->depth <= TERN_GRAPH_MAX_DEPTH;
    case '}':
    case ']':
      return scan->depth-- > 0;
    case ',':
    case ':':
      return ++scan->values <= TERN_GRAPH_MAX_VALUES;
    default:
      return g_ascii_isalnum (c) || strchr (" \t\r\n+-.", c) != NULL;
    }
}

static gboolean
is_bounded (const char *text, gsize length)
{
  Scan scan = { 0 };

  for (const char *p = text, *end = text + length; p < end;)
    if (*p == '"')
      {
        p = skip_string (p, end);
        if (p == NULL)
          return FALSE;
      }
    else if (*p == '\0' || !scan_byte (&scan, *p++))
      return FALSE;
  return scan.depth == 0;
}

/**
 * tern_graph_json_parse:
 * @body: the body of an answer
 * @error: return location; %TERN_ERROR_PROTOCOL where it is no JSON object (RFC 8259), or one with
 *   more in it than is sensible
 *
 * Returns: (transfer full) (nullable): the object
 */
JsonObject *
tern_graph_json_parse (GBytes *body, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (body, &length);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (JsonNode) root = NULL;

  if (length > 0 && length <= TERN_GRAPH_MAX_JSON && is_bounded (text, length) &&
      g_utf8_validate_len (text, length, NULL) &&
      json_parser_load_from_data (parser, text, (gssize) length, NULL))
    root = json_parser_steal_root (parser);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    return json_object_ref (json_node_get_object (root));
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_PROTOCOL, "the answer is no JSON");
  return NULL;
}

/* A member of an object, and NULL where it is not there or of another type. */
JsonObject *
tern_graph_json_object (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
tern_graph_json_array (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/* An object in an array; NULL where something else stands there. */
JsonObject *
tern_graph_json_element (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonNode *
get_value (JsonObject *object, const char *member, GType type)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type
             ? node
             : NULL;
}

const char *
tern_graph_json_string (JsonObject *object, const char *member)
{
  JsonNode *node = get_value (object, member, G_TYPE_STRING);

  return node != NULL ? json_node_get_string (node) : NULL;
}

/* UTF-8 of @most bytes: an escape can stand for half of a character. */
char *
tern_graph_json_make_valid (const char *text, gsize most)
{
  g_autofree char *cut = g_strndup (text, most);

  return g_utf8_make_valid (cut, -1);
}

/* A text for people; NULL where there is none. */
char *
tern_graph_json_dup_text (JsonObject *object, const char *member)
{
  const char *text = tern_graph_json_string (object, member);

  return text != NULL ? tern_graph_json_make_valid (text, TERN_GRAPH_MAX_TEXT) : NULL;
}

/* An id, which is never cut; NULL where there is none that can be one. */
char *
tern_graph_json_dup_id (JsonObject *object, const char *member)
{
  const char *id = tern_graph_json_string (object, member);

  if (id == NULL || *id == '\0' || strlen (id) > TERN_GRAPH_MAX_ID)
    return NULL;
  for (const char *p = id; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return NULL;
  return g_strdup (id);
}

gint64
tern_graph_json_int (JsonObject *object, const char *member, gint64 fallback)
{
  JsonNode *node = get_value (object, member, G_TYPE_INT64);

  return node != NULL ? json_node_get_int (node) : fallback;
}

gboolean
tern_graph_json_boolean (JsonObject *object, const char *member)
{
  JsonNode *node = get_value (object, member, G_TYPE_BOOLEAN);

  return node != NULL && json_node_get_boolean (node);
}

/* Seconds since 1970; 0 for none. */
gint64
tern_graph_json_time (JsonObject *object, const char *member)
{
  const char *text = tern_graph_json_string (object, member);
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;

  return time != NULL ? g_date_time_to_unix (time) : 0;
}
