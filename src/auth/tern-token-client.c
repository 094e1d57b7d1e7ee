/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-token-client-private.h"

#include <libsoup/soup.h>
#include <string.h>

#include "tern-error.h"
#include "tern-json-depth.h"
#include "tern-token-answer-private.h"

/* Resolve, connect, TLS, request and the whole answer together. */
#define TIMEOUT_MS 30000
/* Seconds that an unused connection is kept: for the next token of a start, and not until the
 * network is another one or the computer has slept. */
#define KEPT 5
#define MOST_BYTES (256 * 1024)
#define MOST_DEPTH 16
/* The longest for which a provider is left alone because it asked for that, in seconds. */
#define MOST_RETRY_AFTER (4 * 60 * 60)

struct _TernTokenClient
{
  GObject parent_instance;

  SoupSession *session;
  guint timeout;     /* ms */
  GHashTable *moved; /* utf8: registrations that have to ask at a provider's other pages */
};

typedef struct
{
  SoupMessage *message;
  GBytes *form;
  char *registration; /* (nullable): where there are other pages, whose it is */
  char *other_error;  /* (nullable) */
  char *other_page;   /* (nullable) */
  GByteArray *body;
  GCancellable *cancellable; /* of the request: by the caller's, or by the timeout */
  gulong cancelled_handler;
  GSource *timeout;
  gboolean has_timed_out;
} Posting;

G_DEFINE_FINAL_TYPE (TernTokenClient, tern_token_client, G_TYPE_OBJECT)

static void
tern_token_client_dispose (GObject *object)
{
  TernTokenClient *self = TERN_TOKEN_CLIENT (object);

  g_clear_object (&self->session);

  G_OBJECT_CLASS (tern_token_client_parent_class)->dispose (object);
}

static void
tern_token_client_finalize (GObject *object)
{
  g_hash_table_unref (TERN_TOKEN_CLIENT (object)->moved);

  G_OBJECT_CLASS (tern_token_client_parent_class)->finalize (object);
}

static void
tern_token_client_class_init (TernTokenClientClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tern_token_client_dispose;
  G_OBJECT_CLASS (klass)->finalize = tern_token_client_finalize;
}

static void
tern_token_client_init (TernTokenClient *self)
{
  self->session = soup_session_new_with_options ("user-agent", "Tern/" TERN_VERSION, "idle-timeout",
                                                 KEPT, NULL);
  self->timeout = TIMEOUT_MS;
  self->moved = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * tern_token_client_new:
 *
 * Makes what speaks with the token endpoints of all providers. It belongs to the thread-default
 * main context in which it is made.
 *
 * Returns: (transfer full): a new client
 */
TernTokenClient *
tern_token_client_new (void)
{
  return g_object_new (TERN_TYPE_TOKEN_CLIENT, NULL);
}

/**
 * tern_token_client_set_timeout:
 * @self: a client
 * @ms: for how long one request may take
 *
 * Changes the time after which an endpoint counts as dead.
 */
void
tern_token_client_set_timeout (TernTokenClient *self, guint ms)
{
  self->timeout = ms;
}

void
tern_token_reply_free (TernTokenReply *self)
{
  g_clear_pointer (&self->object, json_object_unref);
  g_free (self);
}

static void
posting_free (gpointer data)
{
  Posting *self = data;

  g_clear_object (&self->message);
  g_clear_pointer (&self->form, g_bytes_unref);
  g_free (self->registration);
  g_free (self->other_error);
  g_free (self->other_page);
  if (self->body->len > 0)
    explicit_bzero (self->body->data, self->body->len);
  g_byte_array_unref (self->body);
  g_clear_object (&self->cancellable);
  if (self->timeout != NULL)
    g_source_destroy (self->timeout);
  g_clear_pointer (&self->timeout, g_source_unref);
  g_free (self);
}

/* --- The answer --- */

static guint
get_retry_after (SoupMessage *message)
{
  const char *text =
      soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");
  g_autoptr (GDateTime) now = NULL;
  g_autoptr (GDateTime) then = NULL;
  guint64 seconds = 0;

  if (text == NULL)
    return 0;
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &seconds, NULL))
    return (guint) MIN (seconds, MOST_RETRY_AFTER);
  then = soup_date_time_new_from_http_string (text);
  if (then == NULL)
    return 0;
  now = g_date_time_new_now_utc ();
  return (guint) CLAMP (g_date_time_difference (then, now) / G_USEC_PER_SEC, 0, MOST_RETRY_AFTER);
}

static JsonObject *
parse (GByteArray *body)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  const char *text = (const char *) body->data;
  JsonNode *root;

  if (body->len == 0 || !g_utf8_validate_len (text, body->len, NULL) ||
      !tern_json_is_shallow (text, body->len, MOST_DEPTH) ||
      !json_parser_load_from_data (parser, text, body->len, NULL))
    return NULL;
  root = json_parser_get_root (parser);
  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_dup_object (root) : NULL;
}

static void
stop_clock (GTask *task)
{
  Posting *posting = g_task_get_task_data (task);

  g_cancellable_disconnect (g_task_get_cancellable (task), posting->cancelled_handler);
  posting->cancelled_handler = 0;
  g_source_destroy (posting->timeout);
}

static void
return_error (GTask *task, GError *error)
{
  Posting *posting = g_task_get_task_data (task);

  stop_clock (task);
  if (posting->has_timed_out)
    {
      g_clear_error (&error);
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the provider did not answer");
    }
  else if (error->domain == SOUP_SESSION_ERROR)
    {
      GError *reason = error;

      error = g_error_new_literal (TERN_ERROR, TERN_ERROR_PROTOCOL, reason->message);
      g_error_free (reason);
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static gboolean send_to (GTask *task, const char *url);

/* Whether the answer is that this registration is served at the provider's other pages; the error
 * that says so begins the provider's words. */
static gboolean
is_sent_away (const Posting *posting, const TernTokenReply *reply)
{
  const char *words = tern_token_reply_get_text (reply, "error_description");
  gsize length;

  if (posting->other_page == NULL || words == NULL || reply->status == 200)
    return FALSE;
  length = strlen (posting->other_error);
  return strncmp (words, posting->other_error, length) == 0 && !g_ascii_isalnum (words[length]);
}

static void
take_reply (GTask *task)
{
  TernTokenClient *self = g_task_get_source_object (task);
  Posting *posting = g_task_get_task_data (task);
  g_autoptr (TernTokenReply) reply = g_new0 (TernTokenReply, 1);

  reply->status = soup_message_get_status (posting->message);
  reply->retry_after = get_retry_after (posting->message);
  reply->object = parse (posting->body);
  if (is_sent_away (posting, reply))
    {
      g_autofree char *url = g_steal_pointer (&posting->other_page);

      g_hash_table_add (self->moved, g_strdup (posting->registration));
      if (send_to (task, url))
        return;
    }
  stop_clock (task);
  g_task_return_pointer (task, g_steal_pointer (&reply), (GDestroyNotify) tern_token_reply_free);
  g_object_unref (task);
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Posting *posting = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) bytes =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);

  if (bytes == NULL)
    return_error (task, error);
  else if (g_bytes_get_size (bytes) == 0)
    take_reply (task);
  else if (posting->body->len + g_bytes_get_size (bytes) > MOST_BYTES)
    return_error (task, g_error_new_literal (TERN_ERROR, TERN_ERROR_PROTOCOL,
                                             "the provider's answer is too long"));
  else
    {
      g_byte_array_append (posting->body, g_bytes_get_data (bytes, NULL),
                           (guint) g_bytes_get_size (bytes));
      g_input_stream_read_bytes_async (G_INPUT_STREAM (object), 16384, G_PRIORITY_DEFAULT,
                                       posting->cancellable, read_cb, task);
    }
}

static void
sent_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Posting *posting = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GInputStream) stream =
      soup_session_send_finish (SOUP_SESSION (object), result, &error);

  if (stream == NULL)
    return_error (task, error);
  else
    g_input_stream_read_bytes_async (stream, 16384, G_PRIORITY_DEFAULT, posting->cancellable,
                                     read_cb, task);
}

/* --- The request --- */

static gboolean
timeout_cb (gpointer user_data)
{
  Posting *posting = user_data;

  posting->has_timed_out = TRUE;
  g_cancellable_cancel (posting->cancellable);
  return G_SOURCE_REMOVE;
}

static void
cancelled_cb (GCancellable *cancellable, GCancellable *inner)
{
  g_cancellable_cancel (inner);
}

static GBytes *
encode (const char *const *form)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; form[i] != NULL && form[i + 1] != NULL; i += 2)
    {
      if (text->len > 0)
        g_string_append_c (text, '&');
      g_string_append_uri_escaped (text, form[i], NULL, FALSE);
      g_string_append_c (text, '=');
      g_string_append_uri_escaped (text, form[i + 1], NULL, FALSE);
    }
  return g_string_free_to_bytes (text);
}

/* Sends the form to a page. No redirect is followed: what is sent is meant for that host alone. */
static gboolean
send_to (GTask *task, const char *url)
{
  TernTokenClient *self = g_task_get_source_object (task);
  Posting *posting = g_task_get_task_data (task);
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_POST, url);

  if (message == NULL)
    return FALSE;
  g_set_object (&posting->message, message);
  g_byte_array_set_size (posting->body, 0);
  /* The connection that is there will do, though this is a POST; libsoup does not repeat it. */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT);
  soup_message_set_request_body_from_bytes (message, "application/x-www-form-urlencoded",
                                            posting->form);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept",
                                "application/json");
  soup_session_send_async (self->session, message, G_PRIORITY_DEFAULT, posting->cancellable,
                           sent_cb, task);
  return TRUE;
}

static const char *
get_value (const char *const *form, const char *name)
{
  for (guint i = 0; form[i] != NULL && form[i + 1] != NULL; i += 2)
    if (strcmp (form[i], name) == 0)
      return form[i + 1];
  return NULL;
}

/* Notes where to ask where the provider turns this registration away. Returns whether that is known
 * already. */
static gboolean
find_other_page (TernTokenClient *self,
                 Posting *posting,
                 const TernProvider *provider,
                 const char *url,
                 const char *client_id)
{
  if (client_id != NULL)
    posting->other_page = tern_provider_dup_other_page (provider, url);
  if (posting->other_page == NULL)
    return FALSE;
  posting->other_error = g_strdup (provider->other_error);
  posting->registration = g_strconcat (provider->id, "\n", client_id, NULL);
  return g_hash_table_contains (self->moved, posting->registration);
}

/* Posts a form, names and values in turn up to the first NULL, to one of the provider's pages, and
 * takes whatever JSON object comes back, with whatever status. Where the provider says that this
 * registration is served at its other pages, these are asked, from then on at once. */
void
tern_token_client_post_async (TernTokenClient *self,
                              const TernProvider *provider,
                              const char *url,
                              const char *const *form,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Posting *posting = g_new0 (Posting, 1);
  g_autofree char *known = NULL;

  g_task_set_source_tag (task, tern_token_client_post_async);
  posting->body = g_byte_array_new ();
  posting->cancellable = g_cancellable_new ();
  posting->form = encode (form);
  g_task_set_task_data (task, posting, posting_free);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (find_other_page (self, posting, provider, url, get_value (form, "client_id")))
    known = g_steal_pointer (&posting->other_page);
  if (!send_to (task, known != NULL ? known : url))
    {
      g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_INVALID,
                               "the provider's address is malformed");
      return;
    }
  posting->timeout = g_timeout_source_new (self->timeout);
  g_source_set_callback (posting->timeout, timeout_cb, posting, NULL);
  g_source_attach (posting->timeout, g_main_context_get_thread_default ());
  if (cancellable != NULL)
    posting->cancelled_handler =
        g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb),
                               g_object_ref (posting->cancellable), g_object_unref);
  g_steal_pointer (&task); /* goes on with the answer */
}

TernTokenReply *
tern_token_client_post_finish (TernTokenClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
