/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

/* A mailbox that is gone is what was asked for. */
static GError *
delete_failed (TernImapCommand *self, const TernImapStatus *status)
{
  return tern_imap_status_has_code (status, "NONEXISTENT") ? NULL
                                                           : tern_imap_status_to_error (status);
}

/**
 * tern_imap_delete_async:
 * @self: a session that is signed in
 * @mailbox: the mailbox
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Removes a mailbox with its messages by DELETE (RFC 9051 section 6.3.5). Finish with
 * tern_imap_command_finish().
 */
void
tern_imap_delete_async (TernImapSession *self,
                        const char *mailbox,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_delete_async, cancellable, callback, user_data);

  command->failed = delete_failed;
  tern_imap_command_add (command, "DELETE ");
  tern_imap_command_add_mailbox (command, mailbox);
  tern_imap_command_queue (command);
}
