/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

/**
 * tern_imap_rename_async:
 * @self: a session that is signed in
 * @mailbox: the mailbox
 * @name: its new name
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Renames a mailbox with all below it by RENAME (RFC 9051 section 6.3.6). Finish with
 * tern_imap_command_finish().
 */
void
tern_imap_rename_async (TernImapSession *self,
                        const char *mailbox,
                        const char *name,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_rename_async, cancellable, callback, user_data);

  tern_imap_command_add (command, "RENAME ");
  tern_imap_command_add_mailbox (command, mailbox);
  tern_imap_command_add (command, " ");
  tern_imap_command_add_mailbox (command, name);
  tern_imap_command_queue (command);
}
