/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

/**
 * tern_imap_capability_async:
 * @self: a session
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks what the server can do (RFC 9051 section 6.1.1). Finish with tern_imap_command_finish().
 */
void
tern_imap_capability_async (TernImapSession *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_capability_async, cancellable, callback, user_data);

  tern_imap_command_add (command, "CAPABILITY");
  tern_imap_command_queue (command);
}
