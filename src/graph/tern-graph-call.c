/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-session-private.h"

#include <string.h>

#include "tern-error.h"
#include "tern-trace.h"

/* Bytes read at once. */
#define CHUNK (32 * 1024)
/* Seconds to wait where a server that wants to be left alone names none, doubled each time. */
#define WAIT_FIRST 1
/* RFC 6585 section 4; libsoup has no name for it. */
#define TOO_MANY_REQUESTS 429

TernGraphCall *
tern_graph_call_ref (TernGraphCall *self)
{
  g_ref_count_inc (&self->refs);
  return self;
}

void
tern_graph_call_unref (TernGraphCall *self)
{
  if (!g_ref_count_dec (&self->refs))
    return;
  g_object_unref (self->session);
  g_clear_object (&self->task);
  g_free ((char *) self->request.url);
  g_free ((char *) self->request.prefer);
  g_clear_pointer (&self->request.body, g_bytes_unref);
  g_object_unref (self->cancellable);
  g_clear_object (&self->message);
  g_clear_object (&self->stream);
  g_free (self->token);
  g_byte_array_unref (self->body);
  g_free (self);
}

/* --- Notes --- */

static void
tell_sent (TernGraphCall *self)
{
  self->number = ++self->session->number;
  self->begin = g_get_monotonic_time ();
  self->received = 0;
  self->is_told = TRUE;
  tern_graph_session_tell (self->session, &(TernGraphNote){
                                              .kind = TERN_GRAPH_NOTE_REQUEST,
                                              .number = self->number,
                                              .text = self->request.text,
                                          });
}

static gint64
since (const TernGraphCall *self, guint64 time)
{
  return (gint64) time > self->begin ? (gint64) time - self->begin : 0;
}

static void
tell_answered (TernGraphCall *self, const GError *error)
{
  guint status = self->message != NULL ? soup_message_get_status (self->message) : 0;
  SoupMessageMetrics *metrics =
      self->message != NULL ? soup_message_get_metrics (self->message) : NULL;
  TernGraphNote note = {
    .kind = TERN_GRAPH_NOTE_ANSWER,
    .number = self->number,
    .text = self->request.text,
    .status = status,
    .error = error,
    .duration = g_get_monotonic_time () - self->begin,
    .size = self->received,
  };

  if (!self->is_told)
    return;
  self->is_told = FALSE;
  if (metrics != NULL)
    {
      note.sent = soup_message_metrics_get_request_header_bytes_sent (metrics) +
                  soup_message_metrics_get_request_body_bytes_sent (metrics);
      note.received = soup_message_metrics_get_response_header_bytes_received (metrics) +
                      soup_message_metrics_get_response_body_bytes_received (metrics);
      note.resolved = since (self, soup_message_metrics_get_dns_end (metrics));
      note.connected = since (self, soup_message_metrics_get_connect_end (metrics));
      note.secured = since (self, soup_message_metrics_get_tls_start (metrics)) > 0
                         ? since (self, soup_message_metrics_get_connect_end (metrics))
                         : 0;
    }
  tern_trace ("graph.request", TERN_TRACE_STR ("what", self->request.text),
              TERN_TRACE_INT ("status", status), TERN_TRACE_INT ("bytes", self->received),
              TERN_TRACE_MS ("ms", note.duration));
  tern_graph_session_tell (self->session, &note);
}

/* --- Ends --- */

/* Ends a call that waits or runs, once; takes @error over, or the body where that is NULL. */
static void
finish (TernGraphCall *self, GError *error)
{
  g_autoptr (TernGraphCall) alive = tern_graph_call_ref (self);
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  if (task == NULL)
    {
      g_clear_error (&error);
      return;
    }
  /* Whoever is told may close the session, which then has nothing to do with this call. */
  if (!self->is_running && g_queue_remove (&self->session->waiting[self->request.urgency], self))
    tern_graph_call_unref (self);
  tern_graph_session_call_done (self->session, self);
  tell_answered (self, error);
  g_cancellable_disconnect (g_task_get_cancellable (task), self->cancelled);
  g_source_destroy (self->cancel_source);
  g_clear_pointer (&self->cancel_source, g_source_unref);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_byte_array_free_to_bytes (g_steal_pointer (&self->body)),
                           (GDestroyNotify) g_bytes_unref);
  if (self->body == NULL)
    self->body = g_byte_array_new ();
}

/* Ends a call whatever it is at; takes @error over. */
void
tern_graph_call_stop (TernGraphCall *self, GError *error)
{
  g_autoptr (TernGraphCall) alive = tern_graph_call_ref (self);

  finish (self, error);
  g_cancellable_cancel (self->cancellable);
}

/* A server that is not who it says it is cannot be reached, for all we know. */
static GError *
clean_error (GError *error)
{
  GError *clean;

  if (error->domain == G_IO_ERROR || error->domain == G_RESOLVER_ERROR ||
      (error->domain == G_TLS_ERROR && error->code != G_TLS_ERROR_BAD_CERTIFICATE))
    return error;
  clean = g_error_new_literal (
      TERN_ERROR, error->domain == G_TLS_ERROR ? TERN_ERROR_OFFLINE : TERN_ERROR_PROTOCOL,
      error->message);
  g_error_free (error);
  return clean;
}

/* --- The answer --- */

static gboolean
is_good (TernGraphCall *self)
{
  return SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (self->message));
}

static void
send_again (TernGraphCall *self)
{
  tell_answered (self, NULL);
  g_clear_object (&self->message);
  g_clear_object (&self->stream);
  g_byte_array_set_size (self->body, 0);
  self->position = 0;
}

/* What Retry-After says (RFC 9110 section 10.2.3). */
static guint
get_wait (TernGraphCall *self)
{
  const char *text = soup_message_headers_get_one (
      soup_message_get_response_headers (self->message), "Retry-After");
  g_autoptr (GDateTime) time = NULL;
  g_autoptr (GDateTime) now = NULL;
  guint64 seconds;

  if (text != NULL && g_ascii_string_to_unsigned (text, 10, 0, 24 * 60 * 60, &seconds, NULL))
    return (guint) seconds;
  time = text != NULL ? soup_date_time_new_from_http_string (text) : NULL;
  if (time == NULL)
    return WAIT_FIRST << self->waits;
  now = g_date_time_new_now_utc ();
  return (guint) CLAMP (g_date_time_difference (time, now) / G_USEC_PER_SEC, 0, 24 * 60 * 60);
}

static void
wait_for_server (TernGraphCall *self)
{
  guint seconds = get_wait (self);
  gboolean is_short = tern_graph_session_pause (self->session, seconds);

  if (!is_short || self->waits >= TERN_GRAPH_MAX_WAITS)
    {
      finish (self, tern_graph_busy_error (seconds));
      return;
    }
  self->waits++;
  send_again (self);
  tern_graph_session_call_again (self->session, self);
}

static void
ended (TernGraphCall *self)
{
  guint status = soup_message_get_status (self->message);
  g_autoptr (GBytes) body = NULL;
  g_autofree char *code = NULL;

  if (is_good (self))
    {
      finish (self, NULL);
      return;
    }
  if (status == TOO_MANY_REQUESTS || status == SOUP_STATUS_SERVICE_UNAVAILABLE)
    {
      wait_for_server (self);
      return;
    }
  if (status == SOUP_STATUS_UNAUTHORIZED)
    tern_graph_tokens_refuse (self->session->tokens, self->token);
  if (status == SOUP_STATUS_UNAUTHORIZED && !self->is_second)
    {
      self->is_second = TRUE;
      send_again (self);
      tern_graph_call_start (self);
      return;
    }
  body = g_bytes_new (self->body->data, self->body->len);
  code = tern_graph_status_dup_code (body);
  finish (self, tern_graph_status_to_error (status, code));
}

static void read_more (TernGraphCall *self);

/* Bytes of what was asked for; FALSE where the call has ended. */
static gboolean
take (TernGraphCall *self, const guint8 *bytes, gsize length)
{
  gsize most = is_good (self) ? TERN_GRAPH_MAX_JSON : TERN_GRAPH_MAX_COMPLAINT;
  guint64 from = self->position;

  self->received += length;
  self->position += length;
  if (is_good (self) && self->request.func != NULL)
    {
      if (self->request.func (bytes, length, from, self->request.func_data))
        return self->task != NULL;
      finish (self, NULL);
      g_cancellable_cancel (self->cancellable);
      return FALSE;
    }
  if (self->body->len + length <= most)
    {
      g_byte_array_append (self->body, bytes, (guint) length);
      return TRUE;
    }
  if (is_good (self))
    finish (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_LIMIT, "the answer is too long"));
  else
    ended (self);
  return FALSE;
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernGraphCall) self = user_data;
  GError *error = NULL;
  g_autoptr (GBytes) bytes =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);

  if (self->task == NULL)
    g_clear_error (&error);
  else if (bytes == NULL)
    finish (self, clean_error (error));
  else if (g_bytes_get_size (bytes) == 0)
    ended (self);
  else if (take (self, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)))
    read_more (self);
}

static void
read_more (TernGraphCall *self)
{
  g_input_stream_read_bytes_async (self->stream, CHUNK, G_PRIORITY_DEFAULT, self->cancellable,
                                   read_cb, tern_graph_call_ref (self));
}

/* Where the body begins of which the server sends a piece. */
static guint64
get_origin (TernGraphCall *self)
{
  goffset start = 0, end, total;

  if (soup_message_get_status (self->message) != SOUP_STATUS_PARTIAL_CONTENT)
    return 0;
  if (!soup_message_headers_get_content_range (soup_message_get_response_headers (self->message),
                                               &start, &end, &total))
    return self->request.offset;
  return (guint64) MAX (0, start);
}

static void
sent_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernGraphCall) self = user_data;
  GError *error = NULL;
  g_autoptr (GInputStream) stream =
      soup_session_send_finish (SOUP_SESSION (object), result, &error);

  if (self->task == NULL)
    g_clear_error (&error);
  else if (stream == NULL)
    finish (self, clean_error (error));
  else
    {
      g_set_object (&self->stream, stream);
      self->position = get_origin (self);
      read_more (self);
    }
}

/* --- Sending --- */

static void
set_headers (TernGraphCall *self)
{
  const TernGraphRequest *request = &self->request;
  SoupMessageHeaders *headers = soup_message_get_request_headers (self->message);
  g_autofree char *authorization = g_strconcat ("Bearer ", self->token, NULL);
  g_autofree char *prefer =
      g_strconcat ("IdType=\"ImmutableId\"", request->prefer != NULL ? ", " : "",
                   request->prefer != NULL ? request->prefer : "", NULL);

  soup_message_headers_replace (headers, "Authorization", authorization);
  soup_message_headers_replace (headers, "Prefer", prefer);
  if (request->func == NULL)
    soup_message_headers_replace (headers, "Accept", "application/json");
  else
    {
      /* Offsets count what is sent. */
      soup_message_disable_feature (self->message, SOUP_TYPE_CONTENT_DECODER);
      if (request->offset > 0 || request->length > 0)
        soup_message_headers_set_range (
            headers, (goffset) request->offset,
            request->length > 0 ? (goffset) (request->offset + request->length - 1) : -1);
    }
  if (request->body != NULL)
    soup_message_set_request_body_from_bytes (self->message, request->type, request->body);
}

static gboolean
is_token (const char *token)
{
  for (const char *p = token; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return FALSE;
  return *token != '\0';
}

static void
send (TernGraphCall *self)
{
  if (!is_token (self->token))
    {
      finish (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_AUTH, "that is no token"));
      return;
    }
  self->message = soup_message_new (self->request.method, self->request.url);
  if (self->message == NULL)
    {
      finish (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_INVALID, "that is no URL"));
      return;
    }
  /* The token goes to this server and to no other. Any method may use the connection that is there,
   * or libsoup would make a new one for each POST and PATCH; it sends neither twice for that. */
  soup_message_add_flags (self->message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_COLLECT_METRICS |
                                             SOUP_MESSAGE_IDEMPOTENT);
  soup_message_disable_feature (self->message, SOUP_TYPE_AUTH_MANAGER);
  soup_message_set_priority (self->message, self->request.urgency == TERN_GRAPH_URGENCY_USER
                                                ? SOUP_MESSAGE_PRIORITY_HIGH
                                                : SOUP_MESSAGE_PRIORITY_LOW);
  set_headers (self);
  tell_sent (self);
  soup_session_send_async (self->session->soup, self->message, G_PRIORITY_DEFAULT,
                           self->cancellable, sent_cb, tern_graph_call_ref (self));
}

static void
token_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernGraphCall) self = user_data;
  GError *error = NULL;

  g_free (self->token);
  self->token = tern_graph_tokens_get_finish (TERN_GRAPH_TOKENS (object), result, &error);
  if (self->task == NULL)
    g_clear_error (&error);
  else if (self->token == NULL)
    finish (self, error);
  else
    send (self);
}

/* Asks for a token, then the server; it is this call's turn. */
void
tern_graph_call_start (TernGraphCall *self)
{
  tern_graph_tokens_get_async (self->session->tokens, self->cancellable, token_cb,
                               tern_graph_call_ref (self));
}
