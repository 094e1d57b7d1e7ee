/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

static void
compress_done (TernImapCommand *self, const TernImapStatus *status)
{
  tern_imap_session_begin_deflate (self->session);
  g_task_return_boolean (self->task, TRUE);
}

/**
 * tern_imap_session_can_compress:
 * @self: a session
 *
 * Returns: whether tern_imap_compress_async() may be tried: the server has let us in and offers it,
 *   and it was not asked for before. No password is ever compressed.
 */
gboolean
tern_imap_session_can_compress (TernImapSession *self)
{
  return !self->has_asked_compress && tern_imap_session_is_alive (self) &&
         self->state >= TERN_IMAP_STATE_AUTHENTICATED &&
         tern_imap_session_has (self, "COMPRESS=DEFLATE");
}

/**
 * tern_imap_compress_async:
 * @self: a session for which tern_imap_session_can_compress() holds
 * @callback: called when done
 * @user_data: for @callback
 *
 * Has all that follows compressed in both directions (RFC 4978). Commands that were queued before
 * are answered first; those behind it are not sent before the answer. A refusal is an error that
 * leaves the session as it was. Once sent it cannot be taken back, so there is nothing to cancel.
 * Finish with tern_imap_command_finish().
 */
void
tern_imap_compress_async (TernImapSession *self, GAsyncReadyCallback callback, gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_compress_async, NULL, callback, user_data);

  self->has_asked_compress = TRUE;
  command->is_last = TRUE;
  command->done = compress_done;
  tern_imap_command_add (command, "COMPRESS DEFLATE");
  tern_imap_command_queue (command);
}
