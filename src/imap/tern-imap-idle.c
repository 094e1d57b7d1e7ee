/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

/**
 * tern_imap_idle_async:
 * @self: a session with a mailbox
 * @callback: called when it has ended
 * @user_data: for @callback
 *
 * Has the server tell by itself what happens in the mailbox (RFC 2177, RFC 9051 section 6.3.13);
 * #TernImapSession::news says so. Any command that is queued ends it: DONE leaves in that command's
 * flight, so that nobody needs to know that the session idles. Finish with
 * tern_imap_command_finish(); %G_IO_ERROR_TIMED_OUT where the server never agreed to it.
 */
void
tern_imap_idle_async (TernImapSession *self, GAsyncReadyCallback callback, gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_idle_async, NULL, callback, user_data);

  command->holds_back = TRUE;
  tern_imap_command_add (command, "IDLE");
  tern_imap_command_wait (command);
  tern_imap_command_add (command, "DONE");
  tern_imap_command_queue (command);
}

/* The server's `+`: from now on it owes nothing, however long it is silent. */
void
tern_imap_session_begin_idle (TernImapSession *self)
{
  self->blocked->is_resting = TRUE;
  tern_imap_session_schedule_flush (self); /* for what waits already */
}

/* Whether the session idles and nothing has ended it yet. */
gboolean
tern_imap_session_is_resting (TernImapSession *self)
{
  return self->blocked != NULL && self->blocked->is_resting;
}
