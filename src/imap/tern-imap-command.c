/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-session-private.h"

#include <string.h>

#include "tern-error.h"

#include "tern-imap-utf7.h"

/* The longest literal that LITERAL- lets pass without asking (RFC 7888 section 5). */
#define MAX_SHORT_LITERAL 4096
/* The longest letter whose upload is worth less than a round trip. */
#define MAX_UNASKED (64 * 1024)

/* Makes a command that ends a task of its session; the task is taken over. */
TernImapCommand *
tern_imap_command_new_for_task (GTask *task)
{
  TernImapCommand *self = g_new0 (TernImapCommand, 1);

  self->session = g_task_get_source_object (task);
  self->task = task;
  self->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->serial = ++self->session->last_tag;
  g_snprintf (self->tag, sizeof self->tag, "T%u", self->serial);
  self->line = g_string_new (self->tag);
  g_string_append_c (self->line, ' ');
  return self;
}

/* Makes a command with a task of its own. */
TernImapCommand *
tern_imap_command_new (TernImapSession *session,
                       gpointer source_tag,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  return tern_imap_command_new_for_task (task);
}

static void
clear_cancel_source (TernImapCommand *self)
{
  if (self->cancel_source != NULL)
    g_source_destroy (self->cancel_source);
  g_clear_pointer (&self->cancel_source, g_source_unref);
}

/* Frees a command whose task was returned or taken away. */
void
tern_imap_command_free (TernImapCommand *self)
{
  clear_cancel_source (self);
  if (self->session->signing_in == self)
    self->session->signing_in = NULL;
  g_clear_object (&self->task);
  g_ptr_array_unref (self->lines);
  if (self->line != NULL)
    g_string_free (self->line, TRUE);
  if (self->free_data != NULL)
    self->free_data (self->data);
  g_free (self);
}

/* Adds text as it is. */
void
tern_imap_command_add (TernImapCommand *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_string_append_vprintf (self->line, format, arguments);
  va_end (arguments);
}

/* What follows goes out only after the server's `+`. */
void
tern_imap_command_wait (TernImapCommand *self)
{
  gsize length;

  g_string_append (self->line, "\r\n");
  length = self->line->len;
  g_ptr_array_add (self->lines, g_bytes_new_take (g_string_free (self->line, FALSE), length));
  self->line = g_string_new (NULL);
}

static gboolean
can_quote (TernImapCommand *self, const char *string)
{
  gboolean is_utf8 =
      tern_imap_session_is_utf8 (self->session) && g_utf8_validate (string, -1, NULL);

  for (const guint8 *p = (const guint8 *) string; *p != '\0'; p++)
    if (*p < ' ' || *p == 0x7f || (*p > 0x7f && !is_utf8))
      return FALSE;
  return TRUE;
}

/* Adds a string argument (RFC 9051 section 4.3): quoted where that is possible, else a literal. */
void
tern_imap_command_add_string (TernImapCommand *self, const char *string)
{
  gsize length = strlen (string);

  if (can_quote (self, string))
    {
      g_string_append_c (self->line, '"');
      for (const char *p = string; *p != '\0'; p++)
        {
          if (*p == '"' || *p == '\\')
            g_string_append_c (self->line, '\\');
          g_string_append_c (self->line, *p);
        }
      g_string_append_c (self->line, '"');
      return;
    }
  if (tern_imap_session_has (self->session, "LITERAL+") ||
      (tern_imap_session_has (self->session, "LITERAL-") && length <= MAX_SHORT_LITERAL))
    tern_imap_command_add (self, "{%" G_GSIZE_FORMAT "+}\r\n", length);
  else
    {
      tern_imap_command_add (self, "{%" G_GSIZE_FORMAT "}", length);
      tern_imap_command_wait (self);
    }
  g_string_append (self->line, string);
}

/* Adds a mailbox's name, which comes in modified UTF-7, as the session has agreed to spell it. */
void
tern_imap_command_add_mailbox (TernImapCommand *self, const char *name)
{
  g_autofree char *utf8 =
      tern_imap_session_is_utf8 (self->session) ? tern_imap_utf7_decode (name) : NULL;

  tern_imap_command_add_string (self, utf8 != NULL ? utf8 : name);
}

/* Adds a letter as a literal, which is a line of its own so that no log takes it. A long one asks
 * first even where it need not: the server may refuse it (RFC 7888 section 4). */
void
tern_imap_command_add_literal (TernImapCommand *self, GBytes *bytes)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  gboolean at_once =
      (tern_imap_session_has (self->session, "LITERAL+") && length <= MAX_UNASKED) ||
      (tern_imap_session_has (self->session, "LITERAL-") && length <= MAX_SHORT_LITERAL);

  tern_imap_command_add (self, "{%" G_GSIZE_FORMAT "%s}", length, at_once ? "+" : "");
  tern_imap_command_wait (self);
  if (at_once)
    self->at_once = self->lines->len + 1;
  g_string_append_len (self->line, text, (gssize) length);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  TernImapCommand *self = user_data;

  tern_imap_session_forget (self->session, self);
  return G_SOURCE_REMOVE;
}

/* Hands the command to its session, which sends it with all others of this turn of the main loop.
 */
void
tern_imap_command_queue (TernImapCommand *self)
{
  TernImapSession *session = self->session;
  GCancellable *cancellable = g_task_get_cancellable (self->task);

  tern_imap_command_wait (self); /* ends the last line */
  if (!tern_imap_session_is_alive (session))
    {
      tern_imap_command_return_error (
          self, session->bye != NULL ? g_error_copy (session->bye)
                                     : g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED,
                                                            "the connection is closed"));
      return;
    }
  if (g_task_return_error_if_cancelled (self->task))
    {
      tern_imap_command_free (self);
      return;
    }
  if (cancellable != NULL)
    {
      self->cancel_source = g_cancellable_source_new (cancellable);
      g_source_set_callback (self->cancel_source, G_SOURCE_FUNC (on_cancelled), self, NULL);
      g_source_attach (self->cancel_source, g_main_context_get_thread_default ());
    }
  g_queue_push_tail (&session->waiting, self);
  tern_imap_session_schedule_flush (session);
}

/* For a command's done function: the answer came when it could not. The session has ended by it. */
void
tern_imap_command_return_disorder (TernImapCommand *self)
{
  g_task_return_new_error (self->task, TERN_ERROR, TERN_ERROR_PROTOCOL,
                           "the server's answers are out of order");
}

/* Ends the command without an answer; frees it. @error is taken over. */
void
tern_imap_command_return_error (TernImapCommand *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  clear_cancel_source (self);
  if (task != NULL)
    g_task_return_error (task, error);
  else
    g_error_free (error);
  tern_imap_command_free (self);
}
