/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-graph-private.h"

#include <string.h>

void
mock_answer_clear (MockAnswer *answer)
{
  g_clear_pointer (&answer->body, g_bytes_unref);
  g_clear_pointer (&answer->retry_after, g_free);
  g_clear_pointer (&answer->content_range, g_free);
  answer->status = 0;
}

void
mock_set_json (MockAnswer *answer, guint status, JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  char *json = json_to_string (root, FALSE);

  answer->status = status;
  answer->type = "application/json";
  answer->body = g_bytes_new_take (json, strlen (json));
}

void
mock_answer_error (MockAnswer *answer, guint status, const char *code)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "error");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "code");
  json_builder_add_string_value (builder, code != NULL ? code : "generalException");
  json_builder_set_member_name (builder, "message");
  json_builder_add_string_value (builder, "ana@example.org may not do that.");
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  mock_set_json (answer, status, builder);
}

static void
not_found (MockAnswer *answer)
{
  mock_answer_error (answer, 404, "ErrorItemNotFound");
}

static JsonObject *
parse_body (const MockRequest *request)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  if (g_bytes_get_size (request->body) == 0 ||
      !json_parser_load_from_data (parser, g_bytes_get_data (request->body, NULL),
                                   (gssize) g_bytes_get_size (request->body), NULL))
    return json_object_new ();
  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

/* --- Folders --- */

static guint
count_unread (TernMockGraph *self, const MockFolder *folder)
{
  guint n = 0;

  for (guint i = 0; i < self->messages->len; i++)
    {
      const MockMessage *message = self->messages->pdata[i];

      n += strcmp (message->folder, folder->id) == 0 && !message->read;
    }
  return n;
}

static guint
count_children (TernMockGraph *self, const char *id)
{
  guint n = 0;

  for (guint i = 0; i < self->folders->len; i++)
    n += strcmp (((MockFolder *) self->folders->pdata[i])->parent, id) == 0;
  return n;
}

static void
add_int (JsonBuilder *builder, const char *member, guint value)
{
  json_builder_set_member_name (builder, member);
  json_builder_add_int_value (builder, value);
}

static void
build_folder (TernMockGraph *self, JsonBuilder *builder, const MockFolder *folder)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "id");
  json_builder_add_string_value (builder, folder->id);
  json_builder_set_member_name (builder, "displayName");
  json_builder_add_string_value (builder, folder->name);
  json_builder_set_member_name (builder, "parentFolderId");
  json_builder_add_string_value (builder, folder->parent);
  json_builder_set_member_name (builder, "isHidden");
  json_builder_add_boolean_value (builder, folder->hidden);
  add_int (builder, "childFolderCount", count_children (self, folder->id));
  add_int (builder, "totalItemCount", tern_mock_graph_count_messages (self, folder->id));
  add_int (builder, "unreadItemCount", count_unread (self, folder));
  json_builder_end_object (builder);
}

static void
answer_folder (TernMockGraph *self, const MockFolder *folder, guint status, MockAnswer *answer)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  build_folder (self, builder, folder);
  mock_set_json (answer, status, builder);
}

static void
answer_folders (TernMockGraph *self, const char *parent, MockAnswer *answer)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "value");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->folders->len; i++)
    {
      const MockFolder *folder = self->folders->pdata[i];

      if (strcmp (folder->parent, parent) == 0)
        build_folder (self, builder, folder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  mock_set_json (answer, 200, builder);
}

static gboolean
has_child (TernMockGraph *self, const char *parent, const char *name)
{
  for (guint i = 0; i < self->folders->len; i++)
    {
      const MockFolder *folder = self->folders->pdata[i];

      if (strcmp (folder->parent, parent) == 0 && strcmp (folder->name, name) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
create_folder (TernMockGraph *self,
               const char *parent,
               const MockRequest *request,
               MockAnswer *answer)
{
  g_autoptr (JsonObject) body = parse_body (request);
  const char *name = json_object_get_string_member_with_default (body, "displayName", "");
  g_autofree char *id = g_strdup_printf ("folder-%u", self->folders->len);

  if (has_child (self, parent, name))
    {
      mock_answer_error (answer, 409, "ErrorFolderExists");
      return;
    }
  tern_mock_graph_add_folder (self, id, name, parent, FALSE);
  answer_folder (self, mock_find_folder (self, id), 201, answer);
}

static void
change_folder (TernMockGraph *self,
               MockFolder *folder,
               const char *action,
               const MockRequest *request,
               MockAnswer *answer)
{
  g_autoptr (JsonObject) body = parse_body (request);
  const char *name = json_object_get_string_member_with_default (body, "displayName", NULL);
  const char *target = json_object_get_string_member_with_default (body, "destinationId", NULL);
  MockFolder *above = mock_find_folder (self, target);

  if (name != NULL)
    {
      g_free (folder->name);
      folder->name = g_strdup (name);
    }
  if (action != NULL)
    {
      g_free (folder->parent);
      folder->parent = g_strdup (above != NULL ? above->id : "id-root");
    }
  answer_folder (self, folder, action != NULL ? 201 : 200, answer);
}

/* --- Messages --- */

static void
answer_message (TernMockGraph *self, MockMessage *message, guint status, MockAnswer *answer)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  mock_build_message (self, builder, message);
  mock_set_json (answer, status, builder);
}

static void
patch_message (TernMockGraph *self,
               MockMessage *message,
               const MockRequest *request,
               MockAnswer *answer)
{
  g_autoptr (JsonObject) body = parse_body (request);

  message->read = json_object_get_boolean_member_with_default (body, "isRead", message->read);
  if (json_object_has_member (body, "flag"))
    message->flagged =
        g_str_equal (json_object_get_string_member_with_default (
                         json_object_get_object_member (body, "flag"), "flagStatus", ""),
                     "flagged");
  if (json_object_has_member (body, "categories"))
    {
      JsonArray *list = json_object_get_array_member (body, "categories");

      g_ptr_array_set_size (message->categories, 0);
      for (guint i = 0; i < json_array_get_length (list); i++)
        g_ptr_array_add (message->categories, g_strdup (json_array_get_string_element (list, i)));
    }
  message->seq = ++self->seq;
  answer_message (self, message, 200, answer);
}

static void
copy_message (TernMockGraph *self, MockMessage *message, MockFolder *target, MockAnswer *answer)
{
  TernMockGraphMessage fields = {
    .subject = message->subject,
    .from = message->from,
    .received = message->received,
    .text = message->preview,
    .raw = message->raw,
    .message_id = message->message_id,
    .is_read = message->read,
    .attachment = message->attachment,
  };

  answer_message (self, mock_add (self, target, &fields), 201, answer);
}

static void
act_on_message (TernMockGraph *self,
                MockMessage *message,
                const char *action,
                const MockRequest *request,
                MockAnswer *answer)
{
  g_autoptr (JsonObject) body = parse_body (request);
  MockFolder *target = mock_find_folder (
      self, json_object_get_string_member_with_default (body, "destinationId", NULL));

  if (strcmp (action, "permanentDelete") == 0)
    {
      mock_remove (self, message);
      answer->status = 204;
    }
  else if (target == NULL)
    not_found (answer);
  else if (strcmp (action, "copy") == 0)
    copy_message (self, message, target, answer);
  else
    {
      mock_move (self, message, target);
      answer_message (self, message, 201, answer);
    }
}

static void
answer_bytes (TernMockGraph *self, GBytes *bytes, const MockRequest *request, MockAnswer *answer)
{
  gint64 size = (gint64) g_bytes_get_size (bytes);
  gint64 end = request->range_end >= 0 ? MIN (request->range_end, size - 1) : size - 1;

  answer->type = "application/octet-stream";
  answer->status = 200;
  if (!self->ranges || request->range_begin < 0)
    {
      answer->body = g_bytes_ref (bytes);
      return;
    }
  if (request->range_begin >= size)
    {
      answer->status = 416;
      return;
    }
  answer->status = 206;
  answer->body = g_bytes_new_from_bytes (bytes, (gsize) request->range_begin,
                                         (gsize) (end - request->range_begin + 1));
  answer->content_range =
      g_strdup_printf ("bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
                       request->range_begin, end, size);
}

static void
answer_attachments (const MockMessage *message, MockAnswer *answer)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "value");
  json_builder_begin_array (builder);
  if (message->attachment != NULL)
    {
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "@odata.type");
      json_builder_add_string_value (builder, "#microsoft.graph.fileAttachment");
      json_builder_set_member_name (builder, "id");
      json_builder_add_string_value (builder, "attachment=1");
      json_builder_set_member_name (builder, "name");
      json_builder_add_string_value (builder, "a.bin");
      json_builder_set_member_name (builder, "contentType");
      json_builder_add_string_value (builder, "application/octet-stream");
      add_int (builder, "size", (guint) g_bytes_get_size (message->attachment));
      json_builder_set_member_name (builder, "isInline");
      json_builder_add_boolean_value (builder, FALSE);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  mock_set_json (answer, 200, builder);
}

static void
answer_body (const MockMessage *message, MockAnswer *answer)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *html = g_strdup_printf ("<html><body><p>%s</p></body></html>", message->preview);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "body");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "contentType");
  json_builder_add_string_value (builder, "html");
  json_builder_set_member_name (builder, "content");
  json_builder_add_string_value (builder, html);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  mock_set_json (answer, 200, builder);
}

static void
get_of_message (TernMockGraph *self,
                MockMessage *message,
                const char *below,
                const MockRequest *request,
                MockAnswer *answer)
{
  g_autoptr (GBytes) raw = g_bytes_new_static (message->raw, strlen (message->raw));

  if (below == NULL && g_strcmp0 (g_hash_table_lookup (request->query, "$select"), "body") == 0)
    answer_body (message, answer);
  else if (below == NULL)
    answer_message (self, message, 200, answer);
  else if (strcmp (below, "$value") == 0)
    answer_bytes (self, raw, request, answer);
  else if (strcmp (below, "attachments") == 0)
    answer_attachments (message, answer);
  else if (strcmp (below, "attachments/attachment=1/$value") == 0 && message->attachment != NULL)
    answer_bytes (self, message->attachment, request, answer);
  else
    not_found (answer);
}

static void
append (TernMockGraph *self, MockFolder *folder, const MockRequest *request, MockAnswer *answer)
{
  g_autofree char *text =
      g_strndup (g_bytes_get_data (request->body, NULL), g_bytes_get_size (request->body));
  gsize length;
  g_autofree char *raw = (char *) g_base64_decode (text, &length);
  g_autofree char *letter = g_strndup (raw, length);
  const char *id = strstr (letter, "Message-ID: ");
  g_autofree char *message_id =
      id != NULL
          ? g_strndup (id + strlen ("Message-ID: "), strcspn (id + strlen ("Message-ID: "), "\r\n"))
          : NULL;
  MockMessage *message =
      mock_add (self, folder, &(TernMockGraphMessage){ .raw = letter, .message_id = message_id });

  message->draft = TRUE;
  answer_message (self, message, 201, answer);
}

/* --- Paths --- */

static void
answer_of_folder (TernMockGraph *self,
                  MockFolder *folder,
                  const char *below,
                  const MockRequest *request,
                  MockAnswer *answer)
{
  gboolean is_get = strcmp (request->method, "GET") == 0;

  if (below == NULL && is_get)
    answer_folder (self, folder, 200, answer);
  else if (below == NULL && strcmp (request->method, "DELETE") == 0)
    {
      g_free (folder->parent);
      folder->parent = g_strdup ("id-deleteditems");
      answer->status = 204;
    }
  else if (below == NULL || strcmp (below, "move") == 0)
    change_folder (self, folder, below, request, answer);
  else if (strcmp (below, "childFolders") == 0 && is_get)
    answer_folders (self, folder->id, answer);
  else if (strcmp (below, "childFolders") == 0)
    create_folder (self, folder->id, request, answer);
  else if (strcmp (below, "messages") == 0 && is_get && mock_is_search (request))
    mock_answer_search (self, folder, request, answer);
  else if (strcmp (below, "messages") == 0 && is_get)
    mock_answer_list (self, folder, request, answer);
  else if (strcmp (below, "messages") == 0)
    append (self, folder, request, answer);
  else if (strcmp (below, "messages/delta") == 0)
    mock_answer_delta (self, folder, request, answer);
  else
    not_found (answer);
}

static void
answer_of_message (TernMockGraph *self,
                   MockMessage *message,
                   const char *below,
                   const MockRequest *request,
                   MockAnswer *answer)
{
  if (strcmp (request->method, "GET") == 0)
    get_of_message (self, message, below, request, answer);
  else if (strcmp (request->method, "PATCH") == 0)
    patch_message (self, message, request, answer);
  else
    act_on_message (self, message, below, request, answer);
}

static void
answer_inner (TernMockGraph *self,
              const MockRequest *outer,
              JsonObject *inner,
              JsonBuilder *builder)
{
  const char *url = json_object_get_string_member (inner, "url");
  const char *question = strchr (url, '?');
  g_autofree char *escaped =
      question != NULL ? g_strndup (url + 1, (gsize) (question - url - 1)) : g_strdup (url + 1);
  g_autofree char *path = g_uri_unescape_string (escaped, NULL);
  g_autofree char *plain = g_uri_unescape_string (url + 1, NULL);
  g_autoptr (GHashTable) query = mock_parse_query (question != NULL ? question + 1 : NULL);
  const char *method = json_object_get_string_member (inner, "method");
  g_autofree char *line = g_strdup_printf ("+ %s %s", method, plain);
  JsonNode *node = json_object_get_member (inner, "body");
  g_autofree char *json = node != NULL ? json_to_string (node, FALSE) : g_strdup ("");
  g_autoptr (GBytes) body = g_bytes_new (json, strlen (json));
  g_autoptr (JsonParser) parser = json_parser_new ();
  MockRequest request = {
    .method = method,
    .base = outer->base,
    .path = path,
    .query = query,
    .range_begin = -1,
    .range_end = -1,
    .body = body,
  };
  MockAnswer answer = { 0 };
  MockScript *script = mock_take_script (self, line);

  g_ptr_array_add (self->log, g_strdup (line));
  if (script == NULL || script->kind != MOCK_FAIL)
    mock_answer (self, &request, &answer);
  if (script != NULL)
    mock_apply_script (self, script, &answer);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "id");
  json_builder_add_string_value (builder, json_object_get_string_member (inner, "id"));
  add_int (builder, "status", answer.status);
  if (answer.retry_after != NULL)
    {
      json_builder_set_member_name (builder, "headers");
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "Retry-After");
      json_builder_add_string_value (builder, answer.retry_after);
      json_builder_end_object (builder);
    }
  if (answer.body != NULL &&
      json_parser_load_from_data (parser, g_bytes_get_data (answer.body, NULL),
                                  (gssize) g_bytes_get_size (answer.body), NULL))
    {
      json_builder_set_member_name (builder, "body");
      json_builder_add_value (builder, json_parser_steal_root (parser));
    }
  json_builder_end_object (builder);
  mock_answer_clear (&answer);
}

/* The last answer comes first: the order says nothing. */
static void
answer_batch (TernMockGraph *self, const MockRequest *request, MockAnswer *answer)
{
  g_autoptr (JsonObject) body = parse_body (request);
  JsonArray *list = json_object_get_array_member (body, "requests");
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (json_array_get_length (list) > 20)
    {
      mock_answer_error (answer, 400, "TooManyRequestsInBatch");
      return;
    }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "responses");
  json_builder_begin_array (builder);
  for (guint i = json_array_get_length (list); i > 0; i--)
    answer_inner (self, request, json_array_get_object_element (list, i - 1), builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  mock_set_json (answer, 200, builder);
}

/* Answers a request as Graph would. */
void
mock_answer (TernMockGraph *self, const MockRequest *request, MockAnswer *answer)
{
  g_auto (GStrv) parts = g_strsplit (request->path, "/", 4);
  guint n = g_strv_length (parts);
  MockFolder *folder = n > 2 ? mock_find_folder (self, parts[2]) : NULL;
  MockMessage *message = n > 2 ? mock_find_message (self, parts[2]) : NULL;

  if (strcmp (request->path, "$batch") == 0)
    answer_batch (self, request, answer);
  else if (strcmp (request->path, "me/mailFolders") == 0)
    {
      if (strcmp (request->method, "GET") == 0)
        answer_folders (self, "id-root", answer);
      else
        create_folder (self, "id-root", request, answer);
    }
  else if (strcmp (request->path, "me/messages") == 0 && mock_is_search (request))
    mock_answer_search (self, NULL, request, answer);
  else if (n > 2 && strcmp (parts[1], "mailFolders") == 0 && folder != NULL)
    answer_of_folder (self, folder, parts[3], request, answer);
  else if (n > 2 && strcmp (parts[1], "messages") == 0 && message != NULL)
    answer_of_message (self, message, parts[3], request, answer);
  else
    not_found (answer);
}
