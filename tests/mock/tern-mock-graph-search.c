/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-graph-private.h"

#include <string.h>

/* Searches, in as much of KQL and OData as Tern speaks: terms with a quoted text, parted by AND
 * and, in parentheses, by OR; conditions parted by and. */

/* Of a page, however many are asked for. */
#define PAGE 10

gboolean
mock_is_search (const MockRequest *request)
{
  const char *filter = g_hash_table_lookup (request->query, "$filter");

  return g_hash_table_contains (request->query, "$search") ||
         (filter != NULL && strstr (filter, "internetMessageId") == NULL);
}

static gboolean
contains (const char *text, const char *wanted)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_autofree char *needle = g_utf8_casefold (wanted, -1);

  return strstr (folded, needle) != NULL;
}

/* `from:"x"`, `"x"` or `hasAttachments:true` */
static gboolean
has_term (const MockMessage *message, const char *term)
{
  const char *quote = strchr (term, '"');
  g_autofree char *wanted = quote != NULL ? g_strndup (quote + 1, strcspn (quote + 1, "\"")) : NULL;

  if (wanted == NULL)
    return strcmp (term, "hasAttachments:true") == 0 && message->attachment != NULL;
  if (g_str_has_prefix (term, "subject:"))
    return contains (message->subject, wanted);
  if (g_str_has_prefix (term, "from:"))
    return contains (message->from, wanted);
  if (g_str_has_prefix (term, "to:") || g_str_has_prefix (term, "cc:"))
    return contains ("ana@example.org", wanted);
  return contains (message->raw, wanted) || contains (message->subject, wanted);
}

static gboolean
has_any (const MockMessage *message, const char *terms)
{
  g_autofree char *inner =
      *terms == '(' ? g_strndup (terms + 1, strlen (terms) - 2) : g_strdup (terms);
  g_auto (GStrv) list = g_strsplit (inner, " OR ", -1);

  for (guint i = 0; list[i] != NULL; i++)
    if (has_term (message, list[i]))
      return TRUE;
  return FALSE;
}

/* The text stands in quotes, within which quotes and backslashes are escaped. */
static gboolean
has_text (const MockMessage *message, const char *search)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GStrv) list = NULL;

  for (const char *p = search + 1; p[0] != '\0' && p[1] != '\0'; p++)
    g_string_append_c (text, *p == '\\' ? *++p : *p);
  list = g_strsplit (text->str, " AND ", -1);
  for (guint i = 0; list[i] != NULL; i++)
    if (!has_any (message, list[i]))
      return FALSE;
  return TRUE;
}

static gboolean
meets (const MockMessage *message, const char *filter)
{
  return (strstr (filter, "isRead eq true") == NULL || message->read) &&
         (strstr (filter, "isRead eq false") == NULL || !message->read) &&
         (strstr (filter, "flagStatus eq 'flagged'") == NULL || message->flagged) &&
         (strstr (filter, "hasAttachments eq true") == NULL || message->attachment != NULL);
}

static void
add_hit (JsonBuilder *builder, const MockMessage *message)
{
  g_autoptr (GDateTime) received = g_date_time_new_from_unix_utc (message->received);
  g_autofree char *time = g_date_time_format (received, "%Y-%m-%dT%H:%M:%SZ");

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "id");
  json_builder_add_string_value (builder, message->id);
  json_builder_set_member_name (builder, "parentFolderId");
  json_builder_add_string_value (builder, message->folder);
  json_builder_set_member_name (builder, "receivedDateTime");
  json_builder_add_string_value (builder, time);
  json_builder_end_object (builder);
}

static void
add_next (JsonBuilder *builder, const MockRequest *request, guint skip)
{
  const char *search = g_hash_table_lookup (request->query, "$search");
  const char *value = search != NULL ? search : g_hash_table_lookup (request->query, "$filter");
  g_autofree char *escaped = g_uri_escape_string (value, NULL, FALSE);
  g_autofree char *link =
      g_strdup_printf ("%s/%s?%s=%s&$skiptoken=%u", request->base, request->path,
                       search != NULL ? "$search" : "$filter", escaped, skip);

  json_builder_set_member_name (builder, "@odata.nextLink");
  json_builder_add_string_value (builder, link);
}

/* As it does where it likes: in no order. */
void
mock_answer_search (TernMockGraph *self,
                    MockFolder *folder,
                    const MockRequest *request,
                    MockAnswer *answer)
{
  const char *search = g_hash_table_lookup (request->query, "$search");
  const char *filter = g_hash_table_lookup (request->query, "$filter");
  const char *token = g_hash_table_lookup (request->query, "$skiptoken");
  guint skip = token != NULL ? (guint) g_ascii_strtoull (token, NULL, 10) : 0, n = 0;
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (search != NULL && (filter != NULL || g_hash_table_contains (request->query, "$orderby")))
    {
      mock_answer_error (answer, 400, "SearchWithOrderBy");
      return;
    }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "value");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->messages->len; i++)
    {
      const MockMessage *message = self->messages->pdata[i];

      if ((folder != NULL && strcmp (message->folder, folder->id) != 0) ||
          (search != NULL ? !has_text (message, search) : !meets (message, filter)))
        continue;
      if (n >= skip && n < skip + PAGE)
        add_hit (builder, message);
      n++;
    }
  json_builder_end_array (builder);
  if (n > skip + PAGE)
    add_next (builder, request, skip + PAGE);
  json_builder_end_object (builder);
  mock_set_json (answer, 200, builder);
}
