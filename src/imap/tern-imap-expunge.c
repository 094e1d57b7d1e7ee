/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

/**
 * tern_imap_expunge_async:
 * @self: a session with a mailbox; the server must offer UIDPLUS
 * @set: UIDs
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Removes those of @set that are marked `\Deleted`, by UID EXPUNGE (RFC 4315 section 2.1): a bare
 * EXPUNGE would take what another client has marked. Finish with tern_imap_command_finish().
 */
void
tern_imap_expunge_async (TernImapSession *self,
                         const char *set,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_expunge_async, cancellable, callback, user_data);

  tern_imap_command_add (command, "UID EXPUNGE %s", set);
  tern_imap_command_queue (command);
}
