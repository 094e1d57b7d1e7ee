/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

static void
unselect_done (TernImapCommand *self, const TernImapStatus *status)
{
  TernImapSession *session = self->session;

  if (session->state != TERN_IMAP_STATE_SELECTED ||
      tern_imap_session_set_state (session, TERN_IMAP_STATE_AUTHENTICATED))
    g_task_return_boolean (self->task, TRUE);
  else
    tern_imap_command_return_disorder (self);
}

/**
 * tern_imap_unselect_async:
 * @self: a session with a mailbox that nobody uses
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Leaves the mailbox by UNSELECT (RFC 3691), or by going to INBOX where that is not offered: CLOSE
 * would remove what anybody has marked as deleted. Whoever asks for the mailbox next selects it
 * anew. Finish with tern_imap_command_finish().
 */
void
tern_imap_unselect_async (TernImapSession *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  TernImapCommand *command;

  tern_imap_session_clear_selected (self);
  if (!tern_imap_session_has (self, "UNSELECT"))
    {
      tern_imap_select_async (self, "INBOX", cancellable, callback, user_data);
      return;
    }
  command =
      tern_imap_command_new (self, tern_imap_unselect_async, cancellable, callback, user_data);
  command->done = unselect_done;
  tern_imap_command_add (command, "UNSELECT");
  tern_imap_command_queue (command);
}
