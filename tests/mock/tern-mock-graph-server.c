/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-graph-private.h"

#include <string.h>

/* The server, its thread, and what goes wrong on demand. */

#define PIECE 700

/* --- Scripts --- */

void
mock_graph_script_free (gpointer data)
{
  MockScript *script = data;

  g_free (script->line);
  g_free (script->text);
  g_free (script->retry_after);
  g_free (script);
}

static void
add_script (TernMockGraph *self, MockScript fields)
{
  MOCK_LOCKED (self);

  fields.line = g_strdup (fields.line);
  fields.text = g_strdup (fields.text);
  fields.retry_after = g_strdup (fields.retry_after);
  g_ptr_array_add (self->scripts, g_memdup2 (&fields, sizeof fields));
}

void
tern_mock_graph_fail (
    TernMockGraph *self, const char *line, guint status, const char *code, const char *retry_after)
{
  add_script (
      self, (MockScript){ MOCK_FAIL, (char *) line, status, (char *) code, (char *) retry_after });
}

void
tern_mock_graph_fail_all (TernMockGraph *self,
                          guint status,
                          const char *code,
                          const char *retry_after)
{
  MOCK_LOCKED (self);

  self->all_status = status;
  g_free (self->all_code);
  self->all_code = g_strdup (code);
  g_free (self->all_retry_after);
  self->all_retry_after = g_strdup (retry_after);
}

void
tern_mock_graph_reply (TernMockGraph *self, const char *line, const char *body)
{
  add_script (self, (MockScript){ MOCK_REPLY, (char *) line, 200, (char *) body, NULL });
}

void
tern_mock_graph_truncate (TernMockGraph *self, const char *line)
{
  add_script (self, (MockScript){ MOCK_TRUNCATE, (char *) line, 0, NULL, NULL });
}

void
tern_mock_graph_drop (TernMockGraph *self, const char *line)
{
  add_script (self, (MockScript){ MOCK_DROP, (char *) line, 0, NULL, NULL });
}

void
tern_mock_graph_trickle (TernMockGraph *self, const char *line)
{
  add_script (self, (MockScript){ MOCK_TRICKLE, (char *) line, 0, NULL, NULL });
}

void
tern_mock_graph_link (TernMockGraph *self, const char *line, const char *next)
{
  add_script (self, (MockScript){ MOCK_LINK, (char *) line, 0, (char *) next, NULL });
}

void
tern_mock_graph_duplicate (TernMockGraph *self, const char *line)
{
  add_script (self, (MockScript){ MOCK_DUPLICATE, (char *) line, 0, NULL, NULL });
}

/* The first script for a line, which is used up by that; NULL for none. */
MockScript *
mock_take_script (TernMockGraph *self, const char *line)
{
  for (guint i = 0; i < self->scripts->len; i++)
    if (strstr (line, ((MockScript *) self->scripts->pdata[i])->line) != NULL)
      return g_ptr_array_steal_index (self->scripts, i);
  return NULL;
}

static void
change_page (MockScript *script, MockAnswer *answer)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *page;
  char *json;

  if (!json_parser_load_from_data (parser, g_bytes_get_data (answer->body, NULL),
                                   (gssize) g_bytes_get_size (answer->body), NULL))
    g_error ("no page to change");
  page = json_node_get_object (json_parser_get_root (parser));
  if (script->kind == MOCK_LINK)
    {
      json_object_remove_member (page, "@odata.deltaLink");
      json_object_set_string_member (page, "@odata.nextLink", script->text);
    }
  else
    {
      JsonArray *list = json_object_get_array_member (page, "value");

      for (guint i = 0, n = json_array_get_length (list); i < n; i++)
        json_array_add_element (list, json_node_copy (json_array_get_element (list, i)));
    }
  json = json_to_string (json_parser_get_root (parser), FALSE);
  g_bytes_unref (answer->body);
  answer->body = g_bytes_new_take (json, strlen (json));
}

/* Does to an answer what a script says; frees the script. */
void
mock_apply_script (TernMockGraph *self, MockScript *script, MockAnswer *answer)
{
  g_autoptr (GBytes) whole = NULL;

  switch (script->kind)
    {
    case MOCK_FAIL:
      mock_answer_clear (answer);
      mock_answer_error (answer, script->status, script->text);
      answer->retry_after = g_strdup (script->retry_after);
      break;
    case MOCK_REPLY:
      mock_answer_clear (answer);
      answer->status = 200;
      answer->type = "application/json";
      answer->body = g_bytes_new (script->text, strlen (script->text));
      break;
    case MOCK_TRUNCATE:
      whole = g_steal_pointer (&answer->body);
      answer->body = g_bytes_new_from_bytes (whole, 0, g_bytes_get_size (whole) / 2);
      break;
    case MOCK_LINK:
    case MOCK_DUPLICATE:
      change_page (script, answer);
      break;
    case MOCK_DROP:
    case MOCK_TRICKLE:
    default:
      break;
    }
  mock_graph_script_free (script);
}

/* --- Answers --- */

static void
next_piece (SoupServerMessage *message, gpointer user_data)
{
  GBytes *left = g_object_get_data (G_OBJECT (message), "left");
  SoupMessageBody *body = soup_server_message_get_response_body (message);
  gsize n = MIN (PIECE, g_bytes_get_size (left));
  g_autoptr (GBytes) piece = g_bytes_new_from_bytes (left, 0, n);

  if (n == 0)
    {
      soup_message_body_complete (body);
      return;
    }
  soup_message_body_append_bytes (body, piece);
  g_object_set_data_full (G_OBJECT (message), "left",
                          g_bytes_new_from_bytes (left, n, g_bytes_get_size (left) - n),
                          (GDestroyNotify) g_bytes_unref);
}

static void
trickle (SoupServerMessage *message, GBytes *body)
{
  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message),
                                     SOUP_ENCODING_CHUNKED);
  g_object_set_data_full (G_OBJECT (message), "left", g_bytes_ref (body),
                          (GDestroyNotify) g_bytes_unref);
  g_signal_connect (message, "wrote-chunk", G_CALLBACK (next_piece), NULL);
  next_piece (message, NULL);
}

static void
fill (SoupServerMessage *message, const MockAnswer *answer, gboolean slowly)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_server_message_set_status (message, answer->status, NULL);
  if (answer->retry_after != NULL)
    soup_message_headers_replace (headers, "Retry-After", answer->retry_after);
  if (answer->content_range != NULL)
    soup_message_headers_replace (headers, "Content-Range", answer->content_range);
  if (answer->body == NULL)
    return;
  soup_message_headers_set_content_type (headers, answer->type, NULL);
  if (slowly)
    trickle (message, answer->body);
  else
    soup_message_body_append_bytes (soup_server_message_get_response_body (message), answer->body);
}

static void
drop (SoupServerMessage *message)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

  g_io_stream_close (stream, NULL, NULL);
}

/* Whether a provider says that a token is good. */
static gboolean
ask_provider (TernMockGraph *self, const char *provider, const char *token)
{
  g_autofree char *escaped = g_uri_escape_string (token, NULL, FALSE);
  g_autofree char *url = g_strconcat (provider, "/introspect?access_token=", escaped, NULL);
  g_autoptr (SoupMessage) question = soup_message_new (SOUP_METHOD_GET, url);
  g_autoptr (GBytes) answer = NULL;

  if (self->session == NULL)
    self->session = soup_session_new ();
  answer = soup_session_send_and_read (self->session, question, NULL, NULL);
  return answer != NULL && soup_message_get_status (question) == SOUP_STATUS_OK;
}

/* Not to be called locked: the provider may need the thread that waits for the lock. */
static gboolean
has_token (TernMockGraph *self, SoupServerMessage *message)
{
  const char *shown = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Authorization");
  g_autofree char *provider = NULL;

  if (shown == NULL || !g_str_has_prefix (shown, "Bearer "))
    return FALSE;
  shown += strlen ("Bearer ");
  {
    MOCK_LOCKED (self);

    if (self->provider == NULL)
      return strcmp (shown, self->token) == 0;
    provider = g_strdup (self->provider);
  }
  return ask_provider (self, provider, shown);
}

static void
take_range (SoupServerMessage *message, MockRequest *request)
{
  const char *range =
      soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Range");
  char *end;

  request->range_begin = request->range_end = -1;
  if (range == NULL || !g_str_has_prefix (range, "bytes="))
    return;
  request->range_begin = g_ascii_strtoll (range + 6, &end, 10);
  if (*end == '-' && end[1] != '\0')
    request->range_end = g_ascii_strtoll (end + 1, NULL, 10);
}

GHashTable *
mock_parse_query (const char *query)
{
  return query != NULL ? soup_form_decode (query)
                       : g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* What the client takes for the Graph's address: a proxy may stand before it. */
static char *
dup_base_of (SoupServerMessage *message)
{
  GUri *uri = soup_server_message_get_uri (message);

  return g_strdup_printf ("%s://%s:%d/v1.0", g_uri_get_scheme (uri), g_uri_get_host (uri),
                          g_uri_get_port (uri));
}

static void
answer_request (TernMockGraph *self,
                SoupServerMessage *message,
                const char *path,
                gboolean allowed,
                char **line)
{
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autofree char *base = dup_base_of (message);
  g_autofree char *plain = query != NULL ? g_uri_unescape_string (query, NULL) : NULL;
  g_autoptr (GHashTable) fields = mock_parse_query (query);
  g_autoptr (GBytes) body =
      soup_message_body_flatten (soup_server_message_get_request_body (message));
  MockAnswer answer = { 0 };
  MockRequest request = {
    .method = soup_server_message_get_method (message),
    .base = base,
    .path = path,
    .query = fields,
    .prefer =
        soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Prefer"),
    .body = body,
  };
  MockScript *script;
  gboolean is_slow, is_dropped;

  *line = g_strdup_printf ("%s %s%s%s", request.method, path, plain != NULL ? "?" : "",
                           plain != NULL ? plain : "");
  g_ptr_array_add (self->log, g_strdup (*line));
  script = mock_take_script (self, *line);
  take_range (message, &request);
  /* libsoup's server would give pieces by itself. */
  soup_message_headers_remove (soup_server_message_get_request_headers (message), "Range");
  is_slow = script != NULL && script->kind == MOCK_TRICKLE;
  is_dropped = self->cutting || (script != NULL && script->kind == MOCK_DROP);
  if (self->all_status != 0)
    {
      mock_answer_error (&answer, self->all_status, self->all_code);
      answer.retry_after = g_strdup (self->all_retry_after);
    }
  else if (!allowed)
    mock_answer_error (&answer, 401, "InvalidAuthenticationToken");
  else if (script == NULL || (script->kind != MOCK_FAIL && script->kind != MOCK_REPLY))
    mock_answer (self, &request, &answer);
  if (script != NULL)
    mock_apply_script (self, script, &answer);
  if (is_dropped)
    drop (message);
  else
    fill (message, &answer, is_slow);
  mock_answer_clear (&answer);
}

static void
finished_cb (SoupServerMessage *message, gpointer user_data)
{
  TernMockGraph *self = user_data;
  MOCK_LOCKED (self);

  self->at_once--;
}

static guint
get_port (SoupServerMessage *message)
{
  GSocketAddress *address = soup_server_message_get_remote_address (message);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

static void
request_cb (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  TernMockGraph *self = user_data;
  gboolean allowed = has_token (self, message);
  MOCK_LOCKED (self);
  g_autofree char *line = NULL;

  g_hash_table_add (self->ports, GUINT_TO_POINTER (get_port (message)));
  self->at_once++;
  self->most_at_once = MAX (self->most_at_once, self->at_once);
  g_signal_connect (message, "finished", G_CALLBACK (finished_cb), self);
  answer_request (self, message, path + strlen ("/v1.0/"), allowed, &line);
  if (!self->is_held || soup_server_message_get_socket (message) == NULL)
    return;
  soup_server_message_pause (message);
  g_queue_push_tail (&self->held, g_object_ref (message));
}

/* --- The thread --- */

static gboolean
release_cb (gpointer user_data)
{
  TernMockGraph *self = user_data;
  SoupServerMessage *message;
  MOCK_LOCKED (self);

  while ((message = g_queue_pop_head (&self->released)) != NULL)
    {
      soup_server_message_unpause (message);
      g_object_unref (message);
    }
  return G_SOURCE_REMOVE;
}

void
tern_mock_graph_hold (TernMockGraph *self)
{
  MOCK_LOCKED (self);

  self->is_held = TRUE;
}

void
tern_mock_graph_release (TernMockGraph *self)
{
  MOCK_LOCKED (self);
  SoupServerMessage *message;

  self->is_held = FALSE;
  while ((message = g_queue_pop_head (&self->held)) != NULL)
    g_queue_push_tail (&self->released, message);
  g_main_context_invoke (self->context, release_cb, self);
}

/* At the port of last time. */
static void
begin_listening (TernMockGraph *self)
{
  SoupServerListenOptions options =
      SOUP_SERVER_LISTEN_IPV4_ONLY |
      (soup_server_get_tls_certificate (self->server) != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  soup_server_listen_local (self->server, self->port, options, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->port = (guint) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

typedef struct
{
  TernMockGraph *graph;
  gboolean refusing;
  GMutex lock;
  GCond cond;
  gboolean done;
} Refusing;

static gboolean
set_refusing_cb (gpointer user_data)
{
  Refusing *data = user_data;

  g_autoptr (GSList) listeners = soup_server_get_listeners (data->graph->server);

  if (data->refusing)
    soup_server_disconnect (data->graph->server);
  else if (listeners == NULL)
    begin_listening (data->graph);
  g_mutex_lock (&data->lock);
  data->done = TRUE;
  g_cond_signal (&data->cond);
  g_mutex_unlock (&data->lock);
  return G_SOURCE_REMOVE;
}

/* It is so when this returns. */
void
tern_mock_graph_set_refusing (TernMockGraph *self, gboolean refusing)
{
  Refusing data = { .graph = self, .refusing = refusing };

  g_mutex_init (&data.lock);
  g_cond_init (&data.cond);
  g_main_context_invoke (self->context, set_refusing_cb, &data);
  g_mutex_lock (&data.lock);
  while (!data.done)
    g_cond_wait (&data.cond, &data.lock);
  g_mutex_unlock (&data.lock);
  g_mutex_clear (&data.lock);
  g_cond_clear (&data.cond);
}

static gpointer
run (gpointer data)
{
  TernMockGraph *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_queue_clear_full (&self->held, g_object_unref);
  g_queue_clear_full (&self->released, g_object_unref);
  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  g_clear_object (&self->session);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

TernMockGraph *
tern_mock_graph_new (void)
{
  return tern_mock_graph_new_secure (NULL);
}

TernMockGraph *
tern_mock_graph_new_secure (GTlsCertificate *certificate)
{
  TernMockGraph *self = g_object_new (TERN_TYPE_MOCK_GRAPH, NULL);

  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  g_main_context_push_thread_default (self->context);
  self->server = g_object_new (SOUP_TYPE_SERVER, "tls-certificate", certificate, NULL);
  soup_server_add_handler (self->server, "/v1.0/", request_cb, self, NULL);
  begin_listening (self);
  g_main_context_pop_thread_default (self->context);
  self->base = g_strdup_printf ("%s://127.0.0.1:%u/v1.0", certificate != NULL ? "https" : "http",
                                self->port);
  self->thread = g_thread_new ("mock-graph", run, self);
  return self;
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

void
tern_mock_graph_stop (TernMockGraph *self)
{
  if (self->thread == NULL)
    return;
  g_main_context_invoke (self->context, quit_cb, self->loop);
  g_thread_join (g_steal_pointer (&self->thread));
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
}

char *
tern_mock_graph_dup_base (TernMockGraph *self)
{
  return g_strdup (self->base);
}
