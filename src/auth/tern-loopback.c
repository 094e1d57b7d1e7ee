/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-loopback.h"

#include <libsoup/soup.h>
#include <string.h>

#include "tern-error.h"

/* A browser that is told to come here knows a code or an error, and the state. */
#define MOST_QUERY_BYTES (16 * 1024)

struct _TernLoopback
{
  GObject parent_instance;

  SoupServer *server;
  char *state;
  char *done;
  char *failed;
  GHashTable *answer;   /* (nullable): name → value, once the browser was here */
  gboolean is_answered; /* and has its page */
  GTask *waiting;       /* (nullable) */
  GSource *cancelled;
};

G_DEFINE_FINAL_TYPE (TernLoopback, tern_loopback, G_TYPE_OBJECT)

static void
tern_loopback_dispose (GObject *object)
{
  TernLoopback *self = TERN_LOOPBACK (object);

  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->server);

  G_OBJECT_CLASS (tern_loopback_parent_class)->dispose (object);
}

static void
tern_loopback_finalize (GObject *object)
{
  TernLoopback *self = TERN_LOOPBACK (object);

  g_free (self->state);
  g_free (self->done);
  g_free (self->failed);
  g_clear_pointer (&self->answer, g_hash_table_unref);

  G_OBJECT_CLASS (tern_loopback_parent_class)->finalize (object);
}

static void
tern_loopback_class_init (TernLoopbackClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tern_loopback_dispose;
  object_class->finalize = tern_loopback_finalize;
}

static void
tern_loopback_init (TernLoopback *self)
{
}

/* --- Answering the browser --- */

static void
answer_browser (SoupServerMessage *message, guint status, const char *sentence)
{
  g_autofree char *text = g_markup_escape_text (sentence, -1);
  g_autofree char *page =
      g_strdup_printf ("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Tern</title>"
                       "</head><body><p>%s</p></body></html>\n",
                       text);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  /* The address of the page holds the code: it goes nowhere from here. */
  soup_message_headers_replace (headers, "Content-Security-Policy", "default-src 'none'");
  soup_message_headers_replace (headers, "Referrer-Policy", "no-referrer");
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_headers_replace (headers, "Connection", "close");
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "text/html", SOUP_MEMORY_COPY, page, strlen (page));
}

/* Whether two texts are the same, in a time that does not tell where they differ. */
static gboolean
is_same (const char *a, const char *b)
{
  gsize length = strlen (a);
  guint difference = 0;

  if (strlen (b) != length)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    difference |= (guint) (guchar) (a[i] ^ b[i]);
  return difference == 0;
}

/* Whether the request was meant for this machine by name: a page from elsewhere that has its own
 * name lead here is not. */
static gboolean
is_for_here (SoupServerMessage *message)
{
  static const char *const names[] = { "localhost", "127.0.0.1", "::1", NULL };
  const char *host = g_uri_get_host (soup_server_message_get_uri (message));

  return host != NULL && g_strv_contains (names, host);
}

static void
return_answer (TernLoopback *self, GTask *task)
{
  g_task_return_pointer (task, g_hash_table_ref (self->answer),
                         (GDestroyNotify) g_hash_table_unref);
}

static gboolean
return_waiting_cb (gpointer user_data)
{
  TernLoopback *self = TERN_LOOPBACK (user_data);
  g_autoptr (GTask) task = g_steal_pointer (&self->waiting);

  if (task == NULL)
    return G_SOURCE_REMOVE;
  if (self->cancelled != NULL)
    g_source_destroy (self->cancelled);
  g_clear_pointer (&self->cancelled, g_source_unref);
  return_answer (self, task);
  return G_SOURCE_REMOVE;
}

/* The browser has its page: the server may go, but not from within its own signal. */
static void
finished_cb (SoupServerMessage *message, TernLoopback *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  self->is_answered = TRUE;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, return_waiting_cb, g_object_ref (self), g_object_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
request_cb (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  TernLoopback *self = TERN_LOOPBACK (user_data);
  const char *text = g_uri_get_query (soup_server_message_get_uri (message));
  const char *state = query != NULL ? g_hash_table_lookup (query, "state") : NULL;

  if (soup_server_message_get_method (message) != SOUP_METHOD_GET || strcmp (path, "/") != 0 ||
      !is_for_here (message))
    answer_browser (message, SOUP_STATUS_NOT_FOUND, self->failed);
  else if (text == NULL || strlen (text) > MOST_QUERY_BYTES || state == NULL ||
           !is_same (state, self->state))
    answer_browser (message, SOUP_STATUS_BAD_REQUEST, self->failed);
  else if (self->answer != NULL)
    answer_browser (message, SOUP_STATUS_GONE, self->failed);
  else
    {
      gboolean is_done = g_hash_table_contains (query, "code");

      answer_browser (message, SOUP_STATUS_OK, is_done ? self->done : self->failed);
      self->answer = g_hash_table_ref (query);
      g_signal_connect_object (message, "finished", G_CALLBACK (finished_cb), self, 0);
    }
}

/* Nobody who is meant to come here sends a body, and one that is sent is not kept. */
static void
early_request_cb (SoupServer *server,
                  SoupServerMessage *message,
                  const char *path,
                  GHashTable *query,
                  gpointer user_data)
{
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
}

/* --- Public --- */

/**
 * tern_loopback_new:
 * @state: what an answer must carry to be taken
 * @error: return location for an error
 *
 * Listens on a port of this machine's loopback addresses for the browser that a sign-in sends back
 * (RFC 8252 section 7.3). One answer is taken; what does not carry the state is refused and counts
 * for nothing.
 *
 * Returns: (transfer full) (nullable): a new listener
 */
TernLoopback *
tern_loopback_new (const char *state, GError **error)
{
  g_autoptr (TernLoopback) self = g_object_new (TERN_TYPE_LOOPBACK, NULL);

  self->state = g_strdup (state);
  self->done = g_strdup ("");
  self->failed = g_strdup ("");
  self->server = soup_server_new ("server-header", NULL, NULL);
  soup_server_add_early_handler (self->server, NULL, early_request_cb, NULL, NULL);
  soup_server_add_handler (self->server, NULL, request_cb, self, NULL);
  /* Where there is no IPv6, a browser takes `localhost` for the IPv4 address. */
  if (!soup_server_listen_local (self->server, 0, 0, NULL) &&
      !soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * tern_loopback_dup_address:
 * @self: a listener
 *
 * Returns: (transfer full): the redirect URI that leads to it
 */
char *
tern_loopback_dup_address (TernLoopback *self)
{
  GSList *uris = soup_server_get_uris (self->server);
  char *address = g_strdup_printf ("http://localhost:%d", g_uri_get_port (uris->data));

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return address;
}

/**
 * tern_loopback_set_page:
 * @self: a listener
 * @done: what the browser shows when it brought a code
 * @failed: what it shows otherwise
 *
 * Sets the sentences that a person reads.
 */
void
tern_loopback_set_page (TernLoopback *self, const char *done, const char *failed)
{
  g_free (self->done);
  self->done = g_strdup (done);
  g_free (self->failed);
  self->failed = g_strdup (failed);
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  TernLoopback *self = TERN_LOOPBACK (user_data);
  g_autoptr (GTask) task = g_steal_pointer (&self->waiting);

  g_clear_pointer (&self->cancelled, g_source_unref);
  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

/**
 * tern_loopback_wait_async:
 * @self: a listener
 * @cancellable: (nullable): a cancellable
 * @callback: called when the browser was here
 * @user_data: for @callback
 *
 * Waits for the answer. Called once.
 */
void
tern_loopback_wait_async (TernLoopback *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_loopback_wait_async);
  if (self->is_answered)
    {
      return_answer (self, task);
      return;
    }
  self->waiting = g_steal_pointer (&task);
  if (cancellable == NULL)
    return;
  self->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (self->cancelled, G_SOURCE_FUNC (cancelled_cb), self, NULL);
  g_source_attach (self->cancelled, g_main_context_get_thread_default ());
}

/**
 * tern_loopback_wait_finish:
 * @self: a listener
 * @result: the result
 * @error: return location for %G_IO_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): names and values of the query that the browser brought
 */
GHashTable *
tern_loopback_wait_finish (TernLoopback *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
