/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-batch-private.h"

#include "tern-error.h"
#include "tern-graph-json-private.h"
#include "tern-graph-url.h"

/* Several requests in one (JSON batching): up to twenty, each of which is answered for itself. One
 * alone goes as it is. */

typedef struct
{
  const char *text;
  GPtrArray *items;   /* TernGraphBatchItem */
  GPtrArray *answers; /* TernGraphBatchAnswer, one for each item */
  GArray *left;       /* guint: items that are not answered yet, in order */
  guint asked;        /* of these, how many are in the request under way */
  guint waits;
  TernGraphUrgency urgency;
} Batch;

static void
item_free (gpointer data)
{
  TernGraphBatchItem *item = data;

  g_free (item->path);
  g_clear_pointer (&item->body, json_node_unref);
  g_free (item);
}

static void
answer_free (gpointer data)
{
  TernGraphBatchAnswer *answer = data;

  g_clear_pointer (&answer->body, json_object_unref);
  g_clear_error (&answer->error);
  g_free (answer);
}

static void
batch_free (gpointer data)
{
  Batch *batch = data;

  g_ptr_array_unref (batch->items);
  g_clear_pointer (&batch->answers, g_ptr_array_unref);
  g_array_unref (batch->left);
  g_free (batch);
}

/* An empty list of requests. */
GPtrArray *
tern_graph_batch_items_new (void)
{
  return g_ptr_array_new_with_free_func (item_free);
}

/* Adds a request; takes @path and @body over. */
void
tern_graph_batch_items_add (GPtrArray *items, const char *method, char *path, JsonNode *body)
{
  TernGraphBatchItem *item = g_new0 (TernGraphBatchItem, 1);

  item->method = method;
  item->path = path;
  item->body = body;
  g_ptr_array_add (items, item);
}

static void ask (GTask *task);

static TernGraphBatchAnswer *
get_answer (const Batch *batch, guint place)
{
  return batch->answers->pdata[g_array_index (batch->left, guint, place)];
}

static void
drop_asked (Batch *batch)
{
  g_array_remove_range (batch->left, 0, batch->asked);
  batch->asked = 0;
}

/* --- One alone --- */

/* Whether it says something of this one request, and not of the way to the server. */
static gboolean
is_about_item (const GError *error)
{
  return error->domain == TERN_ERROR &&
         (error->code == TERN_ERROR_GONE || error->code == TERN_ERROR_REFUSED ||
          error->code == TERN_ERROR_PERMISSION || error->code == TERN_ERROR_UNSUPPORTED ||
          error->code == TERN_ERROR_LIMIT || error->code == TERN_ERROR_INVALID);
}

static void
single_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Batch *batch = g_task_get_task_data (task);
  TernGraphBatchAnswer *answer = get_answer (batch, 0);
  GError *error = NULL;
  g_autoptr (GBytes) body =
      tern_graph_session_send_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (body == NULL && !is_about_item (error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  answer->error = error;
  if (body != NULL && g_bytes_get_size (body) > 0)
    answer->body = tern_graph_json_parse (body, &answer->error);
  drop_asked (batch);
  ask (task);
}

static void
ask_single (GTask *task)
{
  TernGraphSession *session = g_task_get_source_object (task);
  Batch *batch = g_task_get_task_data (task);
  const TernGraphBatchItem *item = batch->items->pdata[g_array_index (batch->left, guint, 0)];
  g_autofree char *url = tern_graph_url_join (session->base, item->path);
  g_autofree char *json = item->body != NULL ? json_to_string (item->body, FALSE) : NULL;
  g_autoptr (GBytes) body = json != NULL ? g_bytes_new (json, strlen (json)) : NULL;
  TernGraphRequest request = {
    .text = batch->text,
    .method = item->method,
    .url = url,
    .type = "application/json",
    .body = body,
    .urgency = batch->urgency,
  };

  batch->asked = 1;
  tern_graph_session_send_async (session, &request, g_task_get_cancellable (task), single_cb, task);
}

/* --- Several --- */

static guint
get_wait (JsonObject *response)
{
  JsonObject *headers = tern_graph_json_object (response, "headers");
  const char *text = headers != NULL ? tern_graph_json_string (headers, "Retry-After") : NULL;
  guint64 seconds = 1;

  if (text != NULL)
    g_ascii_string_to_unsigned (text, 10, 0, 24 * 60 * 60, &seconds, NULL);
  return (guint) seconds;
}

static void
take_response (TernGraphBatchAnswer *answer, guint status, JsonObject *body)
{
  JsonObject *error = body != NULL ? tern_graph_json_object (body, "error") : NULL;
  const char *code = error != NULL ? tern_graph_json_string (error, "code") : NULL;

  if (status >= 200 && status < 300)
    answer->body = body != NULL ? json_object_ref (body) : NULL;
  else
    answer->error =
        tern_graph_status_to_error (status, code != NULL && *code != '\0' ? code : NULL);
}

/* Takes the answer to one; gives the seconds to wait where it has to be asked again, -1 else. */
static gint
take_one (Batch *batch, JsonObject *response, gboolean *answered)
{
  const char *id = tern_graph_json_string (response, "id");
  guint status = (guint) CLAMP (tern_graph_json_int (response, "status", 0), 0, 999);
  guint64 place;

  if (id == NULL || !g_ascii_string_to_unsigned (id, 10, 0, batch->asked - 1, &place, NULL) ||
      answered[place])
    return -1;
  if (status == 429 || status == 503)
    return (gint) get_wait (response);
  answered[place] = TRUE;
  take_response (get_answer (batch, (guint) place), status,
                 tern_graph_json_object (response, "body"));
  return -1;
}

static void
fail (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* What is not answered is asked again, where the server said so. */
static void
keep_unanswered (Batch *batch, const gboolean *answered)
{
  g_autoptr (GArray) again = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < batch->asked; i++)
    if (!answered[i])
      g_array_append_val (again, g_array_index (batch->left, guint, i));
  drop_asked (batch);
  g_array_prepend_vals (batch->left, again->data, again->len);
}

static void
take_responses (GTask *task, JsonArray *responses)
{
  TernGraphSession *session = g_task_get_source_object (task);
  Batch *batch = g_task_get_task_data (task);
  gboolean answered[TERN_GRAPH_MAX_BATCH] = { FALSE };
  gint wait = -1;
  guint n = 0;

  for (guint i = 0; i < json_array_get_length (responses); i++)
    {
      JsonObject *response = tern_graph_json_element (responses, i);

      if (response != NULL)
        wait = MAX (wait, take_one (batch, response, answered));
    }
  for (guint i = 0; i < batch->asked; i++)
    n += answered[i];
  if (n < batch->asked && wait < 0)
    {
      fail (task, g_error_new_literal (TERN_ERROR, TERN_ERROR_PROTOCOL,
                                       "the server answered a part of the batch"));
      return;
    }
  if (n < batch->asked &&
      (!tern_graph_session_pause (session, (guint) wait) || ++batch->waits > TERN_GRAPH_MAX_WAITS))
    {
      fail (task, tern_graph_busy_error ((guint) wait));
      return;
    }
  keep_unanswered (batch, answered);
  ask (task);
}

static void
batch_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GBytes) body =
      tern_graph_session_send_finish (TERN_GRAPH_SESSION (object), result, &error);
  g_autoptr (JsonObject) root = body != NULL ? tern_graph_json_parse (body, &error) : NULL;
  JsonArray *responses = root != NULL ? tern_graph_json_array (root, "responses") : NULL;

  if (responses == NULL && error == NULL)
    error = g_error_new_literal (TERN_ERROR, TERN_ERROR_PROTOCOL, "the answer is no batch");
  if (responses == NULL)
    fail (task, error);
  else
    take_responses (task, responses);
}

static void
build_request (JsonBuilder *builder, const TernGraphBatchItem *item, guint number)
{
  g_autofree char *id = g_strdup_printf ("%u", number);
  g_autofree char *url = g_strconcat ("/", item->path, NULL);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "id");
  json_builder_add_string_value (builder, id);
  json_builder_set_member_name (builder, "method");
  json_builder_add_string_value (builder, item->method);
  json_builder_set_member_name (builder, "url");
  json_builder_add_string_value (builder, url);
  json_builder_set_member_name (builder, "headers");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "Prefer");
  json_builder_add_string_value (builder, "IdType=\"ImmutableId\"");
  if (item->body != NULL)
    {
      json_builder_set_member_name (builder, "Content-Type");
      json_builder_add_string_value (builder, "application/json");
    }
  json_builder_end_object (builder);
  if (item->body != NULL)
    {
      json_builder_set_member_name (builder, "body");
      json_builder_add_value (builder, json_node_copy (item->body));
    }
  json_builder_end_object (builder);
}

static GBytes *
build (Batch *batch)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  char *json;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "requests");
  json_builder_begin_array (builder);
  for (guint i = 0; i < batch->asked; i++)
    build_request (builder, batch->items->pdata[g_array_index (batch->left, guint, i)], i);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json = json_to_string (root, FALSE);
  return g_bytes_new_take (json, strlen (json));
}

static void
ask_several (GTask *task)
{
  TernGraphSession *session = g_task_get_source_object (task);
  Batch *batch = g_task_get_task_data (task);
  g_autofree char *url = tern_graph_url_join (session->base, "$batch");
  g_autoptr (GBytes) body = NULL;
  TernGraphRequest request = {
    .text = batch->text,
    .method = "POST",
    .url = url,
    .type = "application/json",
    .urgency = batch->urgency,
  };

  batch->asked = MIN (batch->left->len, TERN_GRAPH_MAX_BATCH);
  request.body = body = build (batch);
  tern_graph_session_send_async (session, &request, g_task_get_cancellable (task), batch_cb, task);
}

static void
ask (GTask *task)
{
  Batch *batch = g_task_get_task_data (task);

  if (batch->left->len > 1)
    ask_several (task);
  else if (batch->left->len == 1)
    ask_single (task);
  else
    {
      g_task_return_pointer (task, g_steal_pointer (&batch->answers),
                             (GDestroyNotify) g_ptr_array_unref);
      g_object_unref (task);
    }
}

/**
 * tern_graph_batch_async:
 * @session: a session
 * @text: what the requests are, for whoever looks on; a static string
 * @items: (element-type TernGraphBatchItem) (transfer full): the requests
 * @urgency: whether somebody waits for them
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks for several things, twenty in one request. Those that the server had no time for are asked
 * for again.
 */
void
tern_graph_batch_async (TernGraphSession *session,
                        const char *text,
                        GPtrArray *items,
                        TernGraphUrgency urgency,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  Batch *batch = g_new0 (Batch, 1);

  g_task_set_source_tag (task, tern_graph_batch_async);
  batch->text = text;
  batch->items = items;
  batch->urgency = urgency;
  batch->answers = g_ptr_array_new_with_free_func (answer_free);
  batch->left = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < items->len; i++)
    {
      g_array_append_val (batch->left, i);
      g_ptr_array_add (batch->answers, g_new0 (TernGraphBatchAnswer, 1));
    }
  g_task_set_task_data (task, batch, batch_free);
  ask (task);
}

/**
 * tern_graph_batch_finish:
 * @session: a session
 * @result: the result
 * @error: return location: why the server could not be asked for all of it
 *
 * Returns: (transfer full) (element-type TernGraphBatchAnswer) (nullable): the answers, in the
 *   order of the requests
 */
GPtrArray *
tern_graph_batch_finish (TernGraphSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
