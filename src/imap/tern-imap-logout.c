/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

/**
 * tern_imap_logout_async:
 * @self: a session
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Sends LOGOUT (RFC 9051 section 6.1.3). Finish with tern_imap_command_finish(); the session is to
 * be closed then.
 */
void
tern_imap_logout_async (TernImapSession *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_logout_async, cancellable, callback, user_data);

  tern_imap_command_add (command, "LOGOUT");
  tern_imap_command_queue (command);
}
