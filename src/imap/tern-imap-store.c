/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

/**
 * tern_imap_store_async:
 * @self: a session with a mailbox
 * @set: UIDs
 * @action: `+FLAGS.SILENT` or `-FLAGS.SILENT`
 * @flags: flags, parted by spaces
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Changes flags by UID STORE (RFC 9051 section 6.4.9). UIDs that are gone are no error. Finish with
 * tern_imap_command_finish().
 */
void
tern_imap_store_async (TernImapSession *self,
                       const char *set,
                       const char *action,
                       const char *flags,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_store_async, cancellable, callback, user_data);

  tern_imap_command_add (command, "UID STORE %s %s (%s)", set, action, flags);
  tern_imap_command_queue (command);
}
