/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-graph-private.h"

#include <stdio.h>
#include <string.h>

/* Messages as JSON, in lists and lists of changes. */

#define LIST_PAGE 10

static void
add_string (JsonBuilder *builder, const char *member, const char *value)
{
  json_builder_set_member_name (builder, member);
  json_builder_add_string_value (builder, value);
}

static void
add_boolean (JsonBuilder *builder, const char *member, gboolean value)
{
  json_builder_set_member_name (builder, member);
  json_builder_add_boolean_value (builder, value);
}

static void
add_address (JsonBuilder *builder, const char *address)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "emailAddress");
  json_builder_begin_object (builder);
  add_string (builder, "name", address);
  add_string (builder, "address", address);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static void
add_properties (JsonBuilder *builder, const MockMessage *message)
{
  g_autofree char *size = g_strdup_printf ("%" G_GUINT64_FORMAT, message->size);

  json_builder_set_member_name (builder, "singleValueExtendedProperties");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  add_string (builder, "id", "Integer 0xe08");
  add_string (builder, "value", size);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
}

void
mock_build_message (TernMockGraph *self, JsonBuilder *builder, MockMessage *message)
{
  g_autoptr (GDateTime) received = g_date_time_new_from_unix_utc (message->received);
  g_autofree char *time = g_date_time_format (received, "%Y-%m-%dT%H:%M:%SZ");

  json_builder_begin_object (builder);
  add_string (builder, "id", message->id);
  add_string (builder, "receivedDateTime", time);
  add_string (builder, "sentDateTime", time);
  add_string (builder, "subject", message->subject);
  json_builder_set_member_name (builder, "from");
  add_address (builder, message->from);
  json_builder_set_member_name (builder, "toRecipients");
  json_builder_begin_array (builder);
  add_address (builder, "ana@example.org");
  json_builder_end_array (builder);
  add_string (builder, "internetMessageId", message->message_id);
  add_string (builder, "bodyPreview", message->preview);
  add_boolean (builder, "isRead", message->read);
  add_boolean (builder, "isDraft", message->draft);
  json_builder_set_member_name (builder, "flag");
  json_builder_begin_object (builder);
  add_string (builder, "flagStatus", message->flagged ? "flagged" : "notFlagged");
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "categories");
  json_builder_begin_array (builder);
  for (guint i = 0; i < message->categories->len; i++)
    json_builder_add_string_value (builder, message->categories->pdata[i]);
  json_builder_end_array (builder);
  add_boolean (builder, "hasAttachments", message->attachment != NULL);
  add_properties (builder, message);
  json_builder_end_object (builder);
}

static int
compare_newest (gconstpointer a, gconstpointer b)
{
  const MockMessage *left = *(MockMessage *const *) a;
  const MockMessage *right = *(MockMessage *const *) b;

  return left->received > right->received ? -1 : left->received < right->received;
}

static int
compare_oldest (gconstpointer a, gconstpointer b)
{
  return compare_newest (b, a);
}

/* The messages of a folder that changed since, in the order in which they are told. */
static GPtrArray *
collect (TernMockGraph *self, MockFolder *folder, guint64 since, gboolean ordered)
{
  GPtrArray *out = g_ptr_array_new ();

  for (guint i = 0; i < self->messages->len; i++)
    {
      MockMessage *message = self->messages->pdata[i];

      if (strcmp (message->folder, folder->id) == 0 && message->seq > since)
        g_ptr_array_add (out, message);
    }
  g_ptr_array_sort (out, ordered && !self->disorder ? compare_newest : compare_oldest);
  return out;
}

static void
begin_page (JsonBuilder *builder)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "value");
  json_builder_begin_array (builder);
}

void
mock_answer_list (TernMockGraph *self,
                  MockFolder *folder,
                  const MockRequest *request,
                  MockAnswer *answer)
{
  const char *top = g_hash_table_lookup (request->query, "$top");
  const char *filter = g_hash_table_lookup (request->query, "$filter");
  g_autoptr (GPtrArray) messages =
      collect (self, folder, 0, g_hash_table_contains (request->query, "$orderby"));
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  guint most = top != NULL ? (guint) g_ascii_strtoull (top, NULL, 10) : LIST_PAGE;

  begin_page (builder);
  for (guint i = 0, n = 0; i < messages->len && n < most; i++)
    {
      MockMessage *message = messages->pdata[i];

      if (filter != NULL && strstr (filter, message->message_id) == NULL)
        continue;
      mock_build_message (self, builder, message);
      n++;
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  mock_set_json (answer, 200, builder);
}

/* --- Changes --- */

/* Where a round of changes stands: what it began from, where it ends, what was told of it. */
typedef struct
{
  guint generation;
  guint64 since;
  guint64 until;
  guint told;
} Place;

static gboolean
parse_place (const char *text, Place *place)
{
  return sscanf (text, "%u.%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT ".%u", &place->generation,
                 &place->since, &place->until, &place->told) == 4;
}

static guint
get_page_size (const MockRequest *request)
{
  const char *wish =
      request->prefer != NULL ? strstr (request->prefer, "odata.maxpagesize=") : NULL;

  return wish != NULL ? (guint) g_ascii_strtoull (wish + strlen ("odata.maxpagesize="), NULL, 10)
                      : LIST_PAGE;
}

static void
build_change (TernMockGraph *self, JsonBuilder *builder, MockMessage *message, guint64 since)
{
  if (!self->terse || message->made > since)
    {
      mock_build_message (self, builder, message);
      return;
    }
  json_builder_begin_object (builder);
  add_string (builder, "id", message->id);
  add_boolean (builder, "isRead", message->read);
  json_builder_end_object (builder);
}

static void
build_gone (JsonBuilder *builder, const MockFolder *folder, guint64 since)
{
  for (guint i = 0; since > 0 && i < folder->gone->len; i++)
    {
      const MockGone *gone = &g_array_index (folder->gone, MockGone, i);

      if (gone->seq <= since)
        continue;
      json_builder_begin_object (builder);
      add_string (builder, "id", gone->id);
      json_builder_set_member_name (builder, "@removed");
      json_builder_begin_object (builder);
      add_string (builder, "reason", "deleted");
      json_builder_end_object (builder);
      json_builder_end_object (builder);
    }
}

static void
add_link (const char *base,
          JsonBuilder *builder,
          const MockFolder *folder,
          const char *member,
          const char *parameter,
          Place place)
{
  g_autofree char *link = g_strdup_printf (
      "%s/me/mailFolders/%s/messages/delta?%s=%u.%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT ".%u",
      base, folder->id, parameter, place.generation, place.since, place.until, place.told);

  add_string (builder, member, link);
}

void
mock_answer_delta (TernMockGraph *self,
                   MockFolder *folder,
                   const MockRequest *request,
                   MockAnswer *answer)
{
  const char *skip = g_hash_table_lookup (request->query, "$skiptoken");
  const char *delta = g_hash_table_lookup (request->query, "$deltatoken");
  Place place = { self->generation, 0, self->seq, 0 };
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GPtrArray) messages = NULL;
  guint end;

  if (skip != NULL || delta != NULL)
    {
      if (!parse_place (skip != NULL ? skip : delta, &place) ||
          place.generation != self->generation)
        {
          mock_answer_error (answer, 410, "syncStateNotFound");
          return;
        }
      if (delta != NULL)
        place = (Place){ self->generation, place.until, self->seq, 0 };
    }
  messages = collect (self, folder, place.since, TRUE);
  end = MIN (messages->len, place.told + get_page_size (request));
  begin_page (builder);
  if (place.told == 0)
    build_gone (builder, folder, place.since);
  for (guint i = place.told; i < end; i++)
    build_change (self, builder, messages->pdata[i], place.since);
  json_builder_end_array (builder);
  place.told = end;
  if (end < messages->len)
    add_link (request->base, builder, folder, "@odata.nextLink", "$skiptoken", place);
  else
    add_link (request->base, builder, folder, "@odata.deltaLink", "$deltatoken", place);
  json_builder_end_object (builder);
  mock_set_json (answer, 200, builder);
}
