/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-session.h"

#include "tern-error.h"
#include "tern-graph-session-private.h"
#include "tern-graph-url.h"

/* Seconds: without a byte, a connection is lost, which is soon, as the mail may come another way;
 * unused, it is kept so long. */
#define TIMEOUT 20
#define KEPT_WARM 300

G_DEFINE_FINAL_TYPE (TernGraphSession, tern_graph_session, G_TYPE_OBJECT)

static void
tern_graph_session_dispose (GObject *object)
{
  TernGraphSession *self = TERN_GRAPH_SESSION (object);

  if (self->pause != NULL)
    g_source_destroy (self->pause);
  g_clear_pointer (&self->pause, g_source_unref);
  g_clear_object (&self->tokens);
  g_clear_object (&self->soup);
  G_OBJECT_CLASS (tern_graph_session_parent_class)->dispose (object);
}

static void
tern_graph_session_finalize (GObject *object)
{
  TernGraphSession *self = TERN_GRAPH_SESSION (object);

  g_free (self->base);
  g_ptr_array_unref (self->running);
  G_OBJECT_CLASS (tern_graph_session_parent_class)->finalize (object);
}

static void
tern_graph_session_class_init (TernGraphSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tern_graph_session_dispose;
  G_OBJECT_CLASS (klass)->finalize = tern_graph_session_finalize;
}

static void
tern_graph_session_init (TernGraphSession *self)
{
  self->running = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_graph_call_unref);
  self->second = 1000;
}

/**
 * tern_graph_session_new:
 * @base: where the Graph is, without a slash at the end
 * @tokens: gives the tokens
 * @error: return location for %TERN_ERROR_INVALID
 *
 * Makes a session for one mailbox. It connects at the first request, keeps the connection warm,
 * and asks for four things at a time at most. It works in the caller's main context.
 *
 * Returns: (transfer full) (nullable): a new session
 */
TernGraphSession *
tern_graph_session_new (const char *base, TernGraphTokens *tokens, GError **error)
{
  TernGraphSession *self;

  if (!tern_graph_url_check_base (base, error))
    return NULL;
  self = g_object_new (TERN_TYPE_GRAPH_SESSION, NULL);
  self->base = g_strdup (base);
  self->tokens = g_object_ref (tokens);
  self->soup = soup_session_new_with_options ("timeout", TIMEOUT, "idle-timeout", KEPT_WARM,
                                              "max-conns-per-host", TERN_GRAPH_MAX_RUNNING,
                                              "user-agent", "Tern", NULL);
  return self;
}

/**
 * tern_graph_session_observe:
 * @self: a session
 * @func: told of all that is sent and answered
 * @user_data: for @func; outlives the session
 *
 * Has somebody look on.
 */
void
tern_graph_session_observe (TernGraphSession *self, TernGraphNoteFunc func, gpointer user_data)
{
  self->func = func;
  self->func_data = user_data;
}

/**
 * tern_graph_session_set_second:
 * @self: a session
 * @milliseconds: how long a second lasts
 *
 * Has the times that a server asks for pass faster: for tests.
 */
void
tern_graph_session_set_second (TernGraphSession *self, guint milliseconds)
{
  self->second = milliseconds;
}

/* Tells whoever looks on. */
void
tern_graph_session_tell (TernGraphSession *self, const TernGraphNote *note)
{
  if (self->func != NULL)
    self->func (note, self->func_data);
}

/* --- The queue --- */

static TernGraphCall *
take_next (TernGraphSession *self)
{
  if (self->running->len >= TERN_GRAPH_MAX_RUNNING)
    return NULL;
  if (!g_queue_is_empty (&self->waiting[TERN_GRAPH_URGENCY_USER]))
    return g_queue_pop_head (&self->waiting[TERN_GRAPH_URGENCY_USER]);
  if (self->background >= TERN_GRAPH_MAX_BACKGROUND)
    return NULL;
  return g_queue_pop_head (&self->waiting[TERN_GRAPH_URGENCY_BACKGROUND]);
}

static void pump (TernGraphSession *self);

static gboolean
pause_cb (gpointer user_data)
{
  TernGraphSession *self = user_data;

  g_clear_pointer (&self->pause, g_source_unref);
  self->paused_until = 0;
  pump (self);
  return G_SOURCE_REMOVE;
}

static void
pump (TernGraphSession *self)
{
  g_autoptr (TernGraphSession) alive = g_object_ref (self);
  gint64 now = g_get_monotonic_time ();
  TernGraphCall *call;

  if (self->paused_until > now)
    {
      if (self->pause != NULL)
        return;
      self->pause = g_timeout_source_new ((guint) ((self->paused_until - now) / 1000 + 1));
      g_source_set_callback (self->pause, pause_cb, self, NULL);
      g_source_attach (self->pause, g_main_context_get_thread_default ());
      return;
    }
  while (!self->is_closed && (call = take_next (self)) != NULL)
    {
      g_ptr_array_add (self->running, call);
      self->background += call->request.urgency == TERN_GRAPH_URGENCY_BACKGROUND;
      call->is_running = TRUE;
      tern_graph_call_start (call);
    }
}

/* Takes a call off what runs, without an answer. */
static void
leave (TernGraphSession *self, TernGraphCall *call)
{
  if (!call->is_running)
    return;
  call->is_running = FALSE;
  self->background -= call->request.urgency == TERN_GRAPH_URGENCY_BACKGROUND;
  g_ptr_array_remove (self->running, call);
}

/* A call is answered: another one may go. */
void
tern_graph_session_call_done (TernGraphSession *self, TernGraphCall *call)
{
  leave (self, call);
  pump (self);
}

/* A call is to be sent once more, before all others of its kind. */
void
tern_graph_session_call_again (TernGraphSession *self, TernGraphCall *call)
{
  tern_graph_call_ref (call);
  leave (self, call);
  g_queue_push_head (&self->waiting[call->request.urgency], call);
  pump (self);
}

static void
stop_waiting (TernGraphSession *self, const GError *error)
{
  g_autoptr (GPtrArray) calls =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_graph_call_unref);

  for (guint i = 0; i < G_N_ELEMENTS (self->waiting); i++)
    for (GList *l = self->waiting[i].head; l != NULL; l = l->next)
      g_ptr_array_add (calls, tern_graph_call_ref (l->data));
  for (guint i = 0; i < calls->len; i++)
    tern_graph_call_stop (calls->pdata[i], g_error_copy (error));
}

/**
 * tern_graph_session_pause:
 * @self: a session
 * @seconds: how long the server wants to be left alone
 *
 * Sends nothing for so long.
 *
 * Returns: whether that is so short that a request may wait for it; else all fail at once until
 *   then
 */
gboolean
tern_graph_session_pause (TernGraphSession *self, guint seconds)
{
  gint64 until = g_get_monotonic_time () + (gint64) seconds * self->second * 1000;

  tern_graph_session_tell (self, &(TernGraphNote){
                                     .kind = TERN_GRAPH_NOTE_WAIT,
                                     .text = "",
                                     .duration = (gint64) seconds * G_USEC_PER_SEC,
                                 });
  if (seconds > TERN_GRAPH_MAX_WAIT)
    {
      g_autoptr (GError) error = tern_graph_busy_error (seconds);

      self->busy_until = MAX (self->busy_until, until);
      stop_waiting (self, error);
      return FALSE;
    }
  if (until > self->paused_until)
    {
      self->paused_until = until;
      if (self->pause != NULL)
        g_source_destroy (self->pause);
      g_clear_pointer (&self->pause, g_source_unref);
    }
  return TRUE;
}

/* --- Requests --- */

static GError *
check_open (TernGraphSession *self, const TernGraphRequest *request)
{
  gint64 left = self->busy_until - g_get_monotonic_time ();
  GError *error = NULL;

  if (self->is_closed)
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "the session is closed");
  if (left > 0)
    return tern_graph_busy_error ((guint) (left / 1000 / MAX (1, self->second)) + 1);
  tern_graph_url_check_link (self->base, request->url, &error);
  return error;
}

static gboolean
waiting_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  TernGraphCall *call = user_data;

  tern_graph_call_stop (call, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled"));
  return G_SOURCE_REMOVE;
}

static void
cancelled_cb (GCancellable *caller, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

static TernGraphCall *
call_new (TernGraphSession *self, const TernGraphRequest *request, GTask *task)
{
  TernGraphCall *call = g_new0 (TernGraphCall, 1);
  GCancellable *caller = g_task_get_cancellable (task);

  g_ref_count_init (&call->refs);
  call->session = g_object_ref (self);
  call->task = task;
  call->request = *request;
  call->request.url = g_strdup (request->url);
  call->request.prefer = g_strdup (request->prefer);
  call->request.body = request->body != NULL ? g_bytes_ref (request->body) : NULL;
  call->cancellable = g_cancellable_new ();
  call->body = g_byte_array_new ();
  if (caller == NULL)
    return call;
  call->cancelled = g_cancellable_connect (caller, G_CALLBACK (cancelled_cb),
                                           g_object_ref (call->cancellable), g_object_unref);
  return call;
}

/**
 * tern_graph_session_send_async:
 * @self: a session
 * @request: what to ask; copied
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks, when it is this request's turn. A token that is refused is replaced once; a server that
 * wants to be left alone for a moment is.
 */
void
tern_graph_session_send_async (TernGraphSession *self,
                               const TernGraphRequest *request,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  GError *error = check_open (self, request);
  TernGraphCall *call;

  g_task_set_source_tag (task, tern_graph_session_send_async);
  if (error != NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  call = call_new (self, request, task);
  call->cancel_source = g_cancellable_source_new (call->cancellable);
  g_source_set_callback (call->cancel_source, G_SOURCE_FUNC (waiting_cancelled_cb), call, NULL);
  g_source_attach (call->cancel_source, g_main_context_get_thread_default ());
  g_queue_push_tail (&self->waiting[request->urgency], call);
  pump (self);
}

/**
 * tern_graph_session_send_finish:
 * @self: a session
 * @result: the result
 * @error: return location; %TERN_ERROR_PERMISSION where the server does not allow it whatever the
 *   token, %TERN_ERROR_BUSY with the seconds to wait, %TERN_ERROR_GONE, %TERN_ERROR_REFUSED, what
 *   the tokens' source says, or a transport error
 *
 * Returns: (transfer full) (nullable): the answer's body; empty where it went to a function
 */
GBytes *
tern_graph_session_send_finish (TernGraphSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
prepared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!soup_session_preconnect_finish (SOUP_SESSION (object), result, &error))
    g_debug ("%s", error->message);
}

/**
 * tern_graph_session_prepare:
 * @self: a session
 *
 * Connects, for a request that is about to come, and asks for nothing.
 */
void
tern_graph_session_prepare (TernGraphSession *self)
{
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, self->base);

  if (!self->is_closed)
    soup_session_preconnect_async (self->soup, message, G_PRIORITY_DEFAULT, NULL, prepared_cb,
                                   NULL);
}

static void
stop_all (TernGraphSession *self, GIOErrorEnum code, const char *why)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, (int) code, why);

  stop_waiting (self, error);
  while (self->running->len > 0)
    tern_graph_call_stop (self->running->pdata[0], g_error_copy (error));
  if (self->soup != NULL)
    soup_session_abort (self->soup);
}

/**
 * tern_graph_session_abort:
 * @self: a session
 *
 * Gives up the connection and what runs, with %G_IO_ERROR_CONNECTION_CLOSED. What is asked for
 * later makes a new one.
 */
void
tern_graph_session_abort (TernGraphSession *self)
{
  stop_all (self, G_IO_ERROR_CONNECTION_CLOSED, "the connection was given up");
}

/**
 * tern_graph_session_close:
 * @self: a session
 *
 * Gives up the connection for good. What runs, and what is asked for later, fails with
 * %G_IO_ERROR_CLOSED.
 */
void
tern_graph_session_close (TernGraphSession *self)
{
  self->is_closed = TRUE;
  stop_all (self, G_IO_ERROR_CLOSED, "the session is closed");
}
