/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-session-private.h"

#include "tern-error.h"
#include "tern-imap-commands.h"
#include "tern-imap-limits.h"

G_DEFINE_FINAL_TYPE (TernImapSession, tern_imap_session, G_TYPE_OBJECT)

/* Signals. */
enum
{
  DRAINED,
  LEARNT,
  VANISHED,
  CLOSED,
  NEWS,
  HEARD,
  OVERFLOWN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
tern_imap_session_dispose (GObject *object)
{
  TernImapSession *self = TERN_IMAP_SESSION (object);

  tern_imap_session_close (self);
  g_clear_object (&self->transport);
  g_clear_object (&self->io);
  G_OBJECT_CLASS (tern_imap_session_parent_class)->dispose (object);
}

static void
tern_imap_session_finalize (GObject *object)
{
  TernImapSession *self = TERN_IMAP_SESSION (object);

  tern_imap_scanner_free (self->scanner);
  g_free (self->buffer);
  g_clear_object (&self->inflater);
  g_clear_object (&self->deflater);
  g_free (self->inflated);
  g_byte_array_unref (self->outgoing);
  g_byte_array_unref (self->writing);
  tern_imap_fetch_data_free (self->fetch);
  g_clear_error (&self->bye);
  g_hash_table_unref (self->capabilities);
  g_hash_table_unref (self->enabled);
  g_hash_table_unref (self->distrusted);
  g_free (self->greeting);
  g_free (self->server_name);
  g_free (self->server_version);
  g_free (self->before);
  tern_imap_session_clear_selected (self);
  tern_imap_session_observe (self, NULL, NULL, NULL);
  G_OBJECT_CLASS (tern_imap_session_parent_class)->finalize (object);
}

static void
tern_imap_session_class_init (TernImapSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tern_imap_session_dispose;
  object_class->finalize = tern_imap_session_finalize;

  /**
   * TernImapSession::drained:
   * @session: the session
   *
   * All that has arrived was given to the commands; the session waits for more.
   */
  signals[DRAINED] = g_signal_new ("drained", TERN_TYPE_IMAP_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);

  /**
   * TernImapSession::learnt:
   * @session: the session
   *
   * What tern_imap_session_dup_capabilities() gives has changed by what the server said of itself,
   * or got wrong: worth being remembered.
   */
  signals[LEARNT] = g_signal_new ("learnt", TERN_TYPE_IMAP_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);

  /**
   * TernImapSession::vanished:
   * @session: the session
   * @uids: a #TernImapRanges, as the server wrote it: it may name what never was
   *
   * Messages of the selected mailbox are gone (RFC 7162 section 3.2.10.1).
   */
  signals[VANISHED] = g_signal_new ("vanished", TERN_TYPE_IMAP_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);

  /**
   * TernImapSession::closed:
   * @session: the session
   *
   * The session has ended; the commands on their way are about to fail.
   */
  signals[CLOSED] = g_signal_new ("closed", TERN_TYPE_IMAP_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);

  /**
   * TernImapSession::news:
   * @session: the session
   *
   * The server told of something in the selected mailbox that no command had asked for.
   */
  signals[NEWS] = g_signal_new ("news", TERN_TYPE_IMAP_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);

  /**
   * TernImapSession::heard:
   * @session: the session
   * @mailbox: (nullable): a mailbox's name in modified UTF-7; %NULL for their list
   *
   * The server told, because of NOTIFY, of something in a mailbox that is not selected, or of a
   * mailbox that came, went or was renamed.
   */
  signals[HEARD] = g_signal_new ("heard", TERN_TYPE_IMAP_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * TernImapSession::overflown:
   * @session: the session
   *
   * The server has ended NOTIFY: what happened went unheard, and what happens will.
   */
  signals[OVERFLOWN] = g_signal_new ("overflown", TERN_TYPE_IMAP_SESSION, G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tern_imap_session_init (TernImapSession *self)
{
  static const TernImapScannerHandler handler = {
    tern_imap_session_dispatch,
    tern_imap_session_literal_begin,
    tern_imap_session_literal_data,
  };

  self->scanner = tern_imap_scanner_new (&handler, self);
  self->buffer = g_malloc (TERN_IMAP_READ_SIZE);
  self->outgoing = g_byte_array_new ();
  self->writing = g_byte_array_new ();
  self->fetch = tern_imap_fetch_data_new ();
  self->capabilities = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->distrusted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->enabled = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->io = g_cancellable_new ();
  self->started = self->last_heard = g_get_monotonic_time ();
  self->times = (TernImapTimes){ TERN_IMAP_PATIENCE, TERN_IMAP_SHORT_PATIENCE, TERN_IMAP_DOUBT };
  self->patience = self->times.patience;
}

/**
 * tern_imap_session_new:
 * @transport: a connected transport, nothing of it read
 *
 * Makes an IMAP session (RFC 9051) on a connection. It must be closed by
 * tern_imap_session_close(): while it waits for the server it holds itself alive.
 *
 * Returns: (transfer full): a new session
 */
TernImapSession *
tern_imap_session_new (TernTransport *transport)
{
  TernImapSession *self = g_object_new (TERN_TYPE_IMAP_SESSION, NULL);

  self->transport = g_object_ref (transport);
  tern_imap_session_set_greeting (self, NULL);
  return self;
}

/* Moves to another state (RFC 9051 section 3); what the table does not allow is an error. */
gboolean
tern_imap_session_set_state (TernImapSession *self, TernImapState state)
{
  static const gboolean allowed[][5] = {
    [TERN_IMAP_STATE_GREETING] = { FALSE, TRUE, TRUE, FALSE, TRUE },
    [TERN_IMAP_STATE_NOT_AUTHENTICATED] = { FALSE, TRUE, TRUE, FALSE, TRUE },
    [TERN_IMAP_STATE_AUTHENTICATED] = { FALSE, FALSE, TRUE, TRUE, TRUE },
    [TERN_IMAP_STATE_SELECTED] = { FALSE, FALSE, TRUE, TRUE, TRUE },
    [TERN_IMAP_STATE_LOGOUT] = { FALSE, FALSE, FALSE, FALSE, TRUE },
  };

  if (!allowed[self->state][state])
    {
      tern_imap_session_fail (self, g_error_new (TERN_ERROR, TERN_ERROR_PROTOCOL,
                                                 "the session went from state %d to %d",
                                                 (int) self->state, (int) state));
      return FALSE;
    }
  self->state = state;
  return TRUE;
}

/* Ends the session: all commands fail with @error, which is taken over. */
void
tern_imap_session_fail (TernImapSession *self, GError *error)
{
  g_autoptr (TernImapSession) alive = g_object_ref (self);
  g_autoptr (GError) owned = error;
  g_autoptr (GTask) greet = g_steal_pointer (&self->greet);
  g_autoptr (GTask) tls = g_steal_pointer (&self->tls);
  GQueue commands = self->pending;
  TernImapCommand *command;

  if (!tern_imap_session_is_alive (self))
    return;
  while ((command = g_queue_pop_head (&self->waiting)) != NULL)
    g_queue_push_tail (&commands, command);
  g_queue_init (&self->pending);
  self->state = TERN_IMAP_STATE_LOGOUT;
  self->blocked = self->streaming = NULL;
  if (self->flush_source != NULL)
    g_source_destroy (self->flush_source);
  g_clear_pointer (&self->flush_source, g_source_unref);
  if (self->watch != NULL)
    g_source_destroy (self->watch);
  g_clear_pointer (&self->watch, g_source_unref);
  if (self->doubt != NULL)
    g_source_destroy (self->doubt);
  g_clear_pointer (&self->doubt, g_source_unref);
  tern_imap_scanner_pause (self->scanner);
  g_cancellable_cancel (self->io);
  tern_transport_close (self->transport);
  g_debug ("session ended: %s", error->message);
  tern_imap_session_note_closed (self, error);
  g_signal_emit (self, signals[CLOSED], 0);

  if (greet != NULL)
    g_task_return_error (greet, g_error_copy (error));
  if (tls != NULL)
    g_task_return_error (tls, g_error_copy (error));
  while ((command = g_queue_pop_head (&commands)) != NULL)
    tern_imap_command_return_error (command, g_error_copy (error));
}

/**
 * tern_imap_session_close:
 * @self: a session
 *
 * Gives up the connection without waiting; what runs fails with %G_IO_ERROR_CLOSED.
 */
void
tern_imap_session_close (TernImapSession *self)
{
  if (tern_imap_session_is_alive (self) && self->transport != NULL)
    tern_imap_session_fail (
        self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "the connection is closed"));
}

/* Takes a cancelled command from whoever waits for it. What is on the way already is read to its
 * end and dropped; a sign-in or STARTTLS that is cut short ends the session. */
void
tern_imap_session_forget (TernImapSession *self, TernImapCommand *command)
{
  g_autoptr (TernImapSession) alive = g_object_ref (self);
  g_autoptr (GTask) task = g_steal_pointer (&command->task);
  gboolean is_vital = command == self->signing_in || command == self->blocked ||
                      (self->state == TERN_IMAP_STATE_NOT_AUTHENTICATED && !self->looks_ahead);

  if (g_queue_remove (&self->waiting, command))
    tern_imap_command_free (command);
  else if (is_vital)
    tern_imap_session_close (self);
  else
    {
      command->response = NULL;
      command->status = NULL;
      command->fetch = NULL;
      command->literal_begin = NULL;
      command->done = NULL;
      command->failed = NULL;
      if (self->streaming == command)
        self->streaming = NULL;
    }
  if (task != NULL)
    g_task_return_error_if_cancelled (task);
}

/**
 * tern_imap_session_get_transport:
 * @self: a session
 *
 * Returns: (transfer none): its connection
 */
TernTransport *
tern_imap_session_get_transport (TernImapSession *self)
{
  return self->transport;
}

/**
 * tern_imap_session_get_state:
 * @self: a session
 *
 * Returns: where the server stands as far as its answers tell
 */
TernImapState
tern_imap_session_get_state (TernImapSession *self)
{
  return self->state;
}

/**
 * tern_imap_session_is_alive:
 * @self: a session
 *
 * Returns: whether it was neither closed nor lost
 */
gboolean
tern_imap_session_is_alive (TernImapSession *self)
{
  return self->state != TERN_IMAP_STATE_LOGOUT;
}

/**
 * tern_imap_session_set_times:
 * @self: a session
 * @times: its times from now on
 *
 * Has the session wait for longer or shorter than it does by itself.
 */
void
tern_imap_session_set_times (TernImapSession *self, const TernImapTimes *times)
{
  self->times = *times;
  tern_imap_session_set_patience (self, times->patience);
}

/**
 * tern_imap_session_get_silence:
 * @self: a session
 *
 * Returns: µs since something was last read or written
 */
gint64
tern_imap_session_get_silence (TernImapSession *self)
{
  return g_get_monotonic_time () - self->last_heard;
}

/**
 * tern_imap_session_get_flights:
 * @self: a session
 *
 * Returns: how often it wrote after it had read: the round trips since the greeting
 */
guint
tern_imap_session_get_flights (TernImapSession *self)
{
  return self->flights;
}

/**
 * tern_imap_session_get_received:
 * @self: a session
 *
 * Returns: bytes read so far, as they were on the wire
 */
guint64
tern_imap_session_get_received (TernImapSession *self)
{
  return self->received;
}

/**
 * tern_imap_session_get_selected:
 * @self: a session
 *
 * Returns: (transfer none): the selected mailbox, its name %NULL where none is
 */
const TernImapSelected *
tern_imap_session_get_selected (TernImapSession *self)
{
  return &self->selected;
}

/**
 * tern_imap_session_offer_selection:
 * @self: a session that has just selected a mailbox beforehand
 *
 * Lets whoever wants that mailbox next, and soon, do without a SELECT.
 */
void
tern_imap_session_offer_selection (TernImapSession *self)
{
  self->selected_at = g_get_monotonic_time ();
}

/**
 * tern_imap_session_take_selection:
 * @self: a session
 * @mailbox: a mailbox as the server spells it
 *
 * Takes what tern_imap_session_offer_selection() offered. Only the first one gets it, and not for
 * long: later, only a new SELECT shows what has come since.
 *
 * Returns: whether a SELECT can be spared
 */
gboolean
tern_imap_session_take_selection (TernImapSession *self, const char *mailbox)
{
  gint64 at = self->selected_at;

  self->selected_at = 0;
  return at != 0 && g_strcmp0 (self->selected.name, mailbox) == 0 &&
         g_get_monotonic_time () - at < 5 * G_USEC_PER_SEC;
}

/* Forgets the selected mailbox. */
void
tern_imap_session_clear_selected (TernImapSession *self)
{
  g_free (self->selected.name);
  g_free (self->selected.permanent_flags);
  self->selected = (TernImapSelected){ 0 };
}

/**
 * tern_imap_session_is_utf8:
 * @self: a session
 *
 * Returns: whether both sides spell strings and mailbox names in UTF-8 (RFC 6855), as is agreed on
 *   by tern_imap_enable_async() with UTF8=ACCEPT
 */
gboolean
tern_imap_session_is_utf8 (TernImapSession *self)
{
  return g_hash_table_contains (self->enabled, "UTF8=ACCEPT");
}

static void
starttls_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
greeting_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapSession *self = TERN_IMAP_SESSION (object);
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      tern_imap_session_close (self);
      g_task_return_error (task, g_steal_pointer (&error));
    }
  else if (tern_transport_get_endpoint (self->transport)->security == TERN_SECURITY_STARTTLS)
    tern_imap_starttls_async (self, g_task_get_cancellable (task), starttls_cb,
                              g_object_ref (task));
  else
    g_task_return_boolean (task, TRUE);
}

/**
 * tern_imap_session_greet_async:
 * @self: a new session
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Waits for the greeting (RFC 9051 section 7.1.4), and begins TLS where the endpoint asks for
 * STARTTLS. A server that cannot is an error: nothing goes over a connection in plain text that
 * should not be one.
 */
void
tern_imap_session_greet_async (TernImapSession *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_imap_session_greet_async);
  self->greet = g_task_new (self, cancellable, greeting_cb, task);
  tern_imap_session_start_reading (self);
}

/**
 * tern_imap_session_greet_finish:
 * @self: a session
 * @result: the result
 * @error: return location for an error
 *
 * Returns: whether the server is ready for the sign-in; else the session is closed
 */
gboolean
tern_imap_session_greet_finish (TernImapSession *self, GAsyncResult *result, GError **error)
{
  if (g_task_propagate_boolean (G_TASK (result), error))
    return TRUE;
  tern_imap_session_close (self);
  return FALSE;
}

static void
ready_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;

  if (!tern_imap_session_greet_finish (TERN_IMAP_SESSION (object), result, &error))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, g_object_ref (object), g_object_unref);
}

static gboolean
ready_cancelled (GCancellable *cancellable, gpointer user_data)
{
  tern_imap_session_close (user_data);
  return G_SOURCE_REMOVE;
}

static void
destroy_source (gpointer source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static void
ready_async (TernTransport *transport,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  g_autoptr (TernImapSession) session = tern_imap_session_new (transport);
  GTask *task = g_task_new (session, cancellable, callback, user_data);

  g_task_set_source_tag (task, ready_async);
  if (cancellable != NULL)
    {
      GSource *source = g_cancellable_source_new (cancellable);

      g_source_set_callback (source, G_SOURCE_FUNC (ready_cancelled), session, NULL);
      g_source_attach (source, g_main_context_get_thread_default ());
      g_task_set_task_data (task, source, destroy_source);
    }
  tern_imap_session_greet_async (session, cancellable, ready_cb, task);
}

static GObject *
ready_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
discard (GObject *connection)
{
  tern_imap_session_close (TERN_IMAP_SESSION (connection));
}

/* How TernRace learns that an endpoint serves IMAP. */
const TernRaceProtocol tern_imap_race_protocol = { ready_async, ready_finish, discard };
