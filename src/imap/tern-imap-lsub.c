/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

static gboolean
lsub_response (TernImapCommand *self, const TernImapResponse *response)
{
  if (!tern_imap_response_equal (response, 1, "LSUB"))
    return FALSE;
  tern_imap_mailboxes_take_lsub (self->data, response, tern_imap_session_is_utf8 (self->session));
  return TRUE;
}

static void
release_mailboxes (gpointer data)
{
  tern_imap_mailboxes_unref (data);
}

/**
 * tern_imap_lsub_async:
 * @self: a session that is signed in
 * @mailboxes: where the mailboxes are marked
 * @pattern: names in modified UTF-7, with `*` for anything and `%` for anything on one level
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks which mailboxes are subscribed to (RFC 3501 section 6.3.9), for servers whose LIST cannot
 * tell. Finish with tern_imap_command_finish().
 */
void
tern_imap_lsub_async (TernImapSession *self,
                      TernImapMailboxes *mailboxes,
                      const char *pattern,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_lsub_async, cancellable, callback, user_data);

  command->data = tern_imap_mailboxes_ref (mailboxes);
  command->free_data = release_mailboxes;
  command->response = lsub_response;
  tern_imap_command_add (command, "LSUB \"\" ");
  tern_imap_command_add_mailbox (command, pattern);
  tern_imap_command_queue (command);
}
