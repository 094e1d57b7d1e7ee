/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

/**
 * tern_imap_subscribe_async:
 * @self: a session that is signed in
 * @mailbox: the mailbox
 * @subscribed: whether it is to be on the user's list
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Changes the list of mailboxes that the user wants to see, by SUBSCRIBE or UNSUBSCRIBE (RFC 9051
 * sections 6.3.7 and 6.3.8). Finish with tern_imap_command_finish().
 */
void
tern_imap_subscribe_async (TernImapSession *self,
                           const char *mailbox,
                           gboolean subscribed,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_subscribe_async, cancellable, callback, user_data);

  tern_imap_command_add (command, "%s ", subscribed ? "SUBSCRIBE" : "UNSUBSCRIBE");
  tern_imap_command_add_mailbox (command, mailbox);
  tern_imap_command_queue (command);
}
