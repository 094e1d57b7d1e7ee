/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-session-private.h"

#include <string.h>

#include "tern-error.h"
#include "tern-imap-limits.h"
#include "tern-log.h"
#include "tern-trace.h"

static void flush (TernImapSession *self);

static void
log_line (GBytes *line)
{
  gsize length;
  const char *text;
  g_autofree char *copy = NULL;
  g_autofree char *redacted = NULL;

  if (g_log_writer_default_would_drop (G_LOG_LEVEL_DEBUG, G_LOG_DOMAIN))
    return;
  text = g_bytes_get_data (line, &length);
  copy = g_strndup (text, length);
  redacted = tern_log_redact_command (copy);
  g_debug ("C: %s", redacted);
}

/* The next line, and those behind it that the server lets us send without asking. */
static void
append_line (TernImapSession *self, TernImapCommand *command)
{
  do
    {
      GBytes *line = g_ptr_array_index (command->lines, command->sent);
      gsize length;
      const guint8 *bytes = g_bytes_get_data (line, &length);

      if (command->sent == 0) /* what follows is literals and secrets */
        {
          log_line (line);
          tern_imap_session_note_command (self, command, line);
        }
      g_byte_array_append (self->outgoing, bytes, (guint) length);
      command->sent++;
    }
  while (command->sent < command->at_once);
  self->blocked = command->is_last || command->sent < command->lines->len ? command : NULL;
}

static void shake_hands (TernImapSession *self);
static void write_more (TernImapSession *self);

static void
write_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapSession) self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = g_output_stream_write_finish (G_OUTPUT_STREAM (object), result, &error);

  if (n >= 0 && self->written > 0) /* a letter that goes up slowly: somebody takes it */
    self->last_heard = g_get_monotonic_time ();
  self->written += n > 0 ? (gsize) n : 0;
  if (n >= 0 && self->written < self->writing->len && tern_imap_session_is_alive (self))
    {
      write_more (self);
      return;
    }
  self->is_writing = FALSE;
  g_byte_array_set_size (self->writing, 0);
  if (n < 0)
    tern_imap_session_fail (self, g_steal_pointer (&error));
  else if (self->tls != NULL && tern_imap_session_is_alive (self))
    shake_hands (self);
  else
    flush (self);
}

static void
write_more (TernImapSession *self)
{
  g_output_stream_write_async (tern_transport_get_output (self->transport),
                               self->writing->data + self->written,
                               self->writing->len - self->written, G_PRIORITY_DEFAULT, self->io,
                               write_cb, g_object_ref (self));
}

/* Whether the server owes an answer. Behind a command that rests nothing was sent. */
static gboolean
is_owed (TernImapSession *self)
{
  return self->pending.length > (tern_imap_session_is_resting (self) ? 1 : 0);
}

/* Looks now and then whether the server still speaks. Nothing is to be looked at once all is
 * answered: an idle session wakes nobody. */
static gboolean
watch_cb (gpointer user_data)
{
  TernImapSession *self = user_data;

  if (!is_owed (self))
    {
      g_clear_pointer (&self->watch, g_source_unref);
      return G_SOURCE_REMOVE;
    }
  if (g_get_monotonic_time () - self->last_heard < self->patience * G_TIME_SPAN_MILLISECOND)
    return G_SOURCE_CONTINUE;
  tern_imap_session_fail (
      self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the server does not answer"));
  return G_SOURCE_REMOVE;
}

static void
start_watch (TernImapSession *self)
{
  if (self->watch != NULL)
    return;
  self->watch = g_timeout_source_new (self->patience / 4);
  g_source_set_callback (self->watch, watch_cb, self, NULL);
  g_source_attach (self->watch, g_main_context_get_thread_default ());
}

/* How long the next answer may take from now on, in ms. */
void
tern_imap_session_set_patience (TernImapSession *self, guint patience)
{
  self->patience = patience;
  self->last_heard = g_get_monotonic_time ();
  if (self->watch == NULL)
    return;
  g_source_destroy (self->watch);
  g_clear_pointer (&self->watch, g_source_unref);
  start_watch (self);
}

/* The next answer is due soon: a connection that has stood silent may be dead without this side
 * knowing. */
void
tern_imap_session_be_impatient (TernImapSession *self)
{
  tern_imap_session_set_patience (self, self->times.short_patience);
}

/* Something is sent. What is sent while an answer is due gives nobody more time: a user who clicks
 * on and on would never learn that the connection is dead. */
static void
expect_answer (TernImapSession *self, gboolean was_owed)
{
  if (!was_owed)
    self->last_heard = g_get_monotonic_time ();
  start_watch (self);
}

/* What waits ends an IDLE. The answer to DONE comes at once if anybody is there. */
static void
end_idle (TernImapSession *self)
{
  if (!tern_imap_session_is_resting (self) || g_queue_is_empty (&self->waiting))
    return;
  self->blocked->is_resting = FALSE;
  append_line (self, self->blocked);
  tern_imap_session_be_impatient (self);
}

/* Sends what waits, in one write, as far as the server's pending answers allow. */
static void
flush (TernImapSession *self)
{
  TernImapCommand *command;
  GByteArray *buffer;
  gboolean was_owed = is_owed (self);

  if (self->is_writing || !tern_imap_session_is_alive (self))
    return;
  end_idle (self);
  while (self->blocked == NULL && self->tls == NULL &&
         self->pending.length < self->quirks.max_pipeline &&
         (command = g_queue_pop_head (&self->waiting)) != NULL)
    {
      g_queue_push_tail (&self->pending, command);
      append_line (self, command);
      if (command->holds_back) /* a server that does not know it may never say so */
        tern_imap_session_be_impatient (self);
    }
  if (self->outgoing->len == 0)
    return;

  tern_imap_session_deflate (self, self->outgoing);
  if (!tern_imap_session_is_alive (self))
    return;
  if (self->has_heard)
    {
      self->flights++;
      tern_trace ("imap.flight", TERN_TRACE_INT ("n", self->flights),
                  TERN_TRACE_INT ("bytes", self->outgoing->len));
      tern_imap_session_note_flight (self, self->outgoing->len);
    }
  self->sent += self->outgoing->len;
  self->has_heard = FALSE;
  self->is_writing = TRUE;
  expect_answer (self, was_owed);
  buffer = self->writing;
  self->writing = self->outgoing;
  self->outgoing = buffer;
  self->written = 0;
  write_more (self);
}

static gboolean
flush_cb (gpointer user_data)
{
  TernImapSession *self = user_data;

  g_clear_pointer (&self->flush_source, g_source_unref);
  flush (self);
  return G_SOURCE_REMOVE;
}

/* Sends before the main loop waits again: commands of one turn share one flight. */
void
tern_imap_session_schedule_flush (TernImapSession *self)
{
  if (self->flush_source != NULL)
    return;
  self->flush_source = g_idle_source_new ();
  g_source_set_priority (self->flush_source, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->flush_source, flush_cb, self, NULL);
  g_source_attach (self->flush_source, g_main_context_get_thread_default ());
}

/* Sends what a command has added since it was sent. */
void
tern_imap_session_send_next_line (TernImapSession *self, TernImapCommand *command)
{
  append_line (self, command);
  tern_imap_session_schedule_flush (self);
}

/* The server's `+`: the blocked command goes on. */
void
tern_imap_session_continue (TernImapSession *self, const TernImapResponse *response)
{
  if (self->blocked == NULL || self->blocked->sent == self->blocked->lines->len)
    {
      if (self->signing_in == NULL || self->signing_in->challenge == NULL ||
          !self->signing_in->challenge (self->signing_in, response))
        g_debug ("a continuation that nobody asked for");
      return;
    }
  if (self->blocked->holds_back)
    {
      tern_imap_session_begin_idle (self);
      return;
    }
  tern_imap_session_send_next_line (self, self->blocked);
}

static void
start_tls_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapSession) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTask) task = NULL;

  if (!tern_transport_start_tls_finish (TERN_TRANSPORT (object), result, &error))
    {
      tern_imap_session_fail (self, g_steal_pointer (&error));
      return;
    }
  task = g_steal_pointer (&self->tls);
  if (task == NULL) /* closed meanwhile */
    return;
  tern_imap_scanner_resume (self->scanner);
  tern_imap_session_start_reading (self);
  g_task_return_boolean (task, TRUE);
}

static void
shake_hands (TernImapSession *self)
{
  tern_transport_start_tls_async (self->transport, self->io, start_tls_cb, g_object_ref (self));
}

/* RFC 9051 section 6.2.1: what came in plain text behind the OK was put there by somebody else. */
static void
start_tls (TernImapSession *self, gboolean has_leftover)
{
  if (has_leftover || !tern_imap_scanner_is_idle (self->scanner))
    {
      tern_imap_session_fail (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_PROTOCOL,
                                                         "data was injected before STARTTLS"));
      return;
    }
  tern_imap_session_clear_capabilities (self);
  /* A quick server answers before this side has learnt that its command is written. */
  if (!self->is_writing)
    shake_hands (self);
}

/* Takes what the server says, plainly; returns how much of it, as tern_imap_scanner_push(). */
gsize
tern_imap_session_take (TernImapSession *self, const guint8 *bytes, gsize length)
{
  gsize taken = tern_imap_scanner_push (self->scanner, bytes, length);

  if (tern_imap_scanner_is_endless (self->scanner) ||
      (self->greet != NULL && self->received > TERN_IMAP_MAX_GREETING))
    tern_imap_session_fail (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_PROTOCOL,
                                                       "the server sends a line without end"));
  return taken;
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapSession) self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (object), result, &error);
  gsize taken = 0;

  self->is_reading = FALSE;
  if (!tern_imap_session_is_alive (self))
    return;
  if (n <= 0)
    {
      if (self->bye != NULL)
        error = (g_clear_error (&error), g_error_copy (self->bye));
      else if (n == 0)
        error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                                     "the server closed the connection");
      tern_imap_session_fail (self, g_steal_pointer (&error));
      return;
    }
  self->has_heard = TRUE;
  self->last_heard = g_get_monotonic_time ();
  /* What follows an IDLE that is not agreed on yet says nothing of that one. */
  self->patience = self->blocked != NULL && self->blocked->holds_back ? self->times.short_patience
                                                                      : self->times.patience;
  self->received += (guint64) n;
  if (self->inflater == NULL)
    taken = tern_imap_session_take (self, self->buffer, (gsize) n);
  if (self->inflater != NULL && tern_imap_session_is_alive (self))
    tern_imap_session_inflate (self, self->buffer + taken, (gsize) n - taken);
  if (!tern_imap_session_is_alive (self))
    return;
  if (self->tls != NULL)
    {
      start_tls (self, taken < (gsize) n);
      return;
    }
  tern_imap_session_note_traffic (self);
  if (self->bye != NULL) /* not all that say so close the connection */
    {
      tern_imap_session_fail (self, g_error_copy (self->bye));
      return;
    }
  g_signal_emit_by_name (self, "drained");
  tern_imap_session_start_reading (self);
}

/* Asks for the next bytes. */
void
tern_imap_session_start_reading (TernImapSession *self)
{
  if (self->is_reading || !tern_imap_session_is_alive (self))
    return;
  self->is_reading = TRUE;
  g_input_stream_read_async (tern_transport_get_input (self->transport), self->buffer,
                             self->inflater == NULL ? TERN_IMAP_READ_SIZE : TERN_IMAP_READ_DEFLATED,
                             G_PRIORITY_DEFAULT, self->io, read_cb, g_object_ref (self));
}

/* The server agreed to STARTTLS: not one byte more is read as plain text. */
void
tern_imap_session_begin_tls (TernImapSession *self, TernImapCommand *command)
{
  self->tls = g_steal_pointer (&command->task);
  tern_imap_scanner_pause (self->scanner);
}
