/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

static gboolean
status_response (TernImapCommand *self, const TernImapResponse *response)
{
  if (!tern_imap_response_equal (response, 1, "STATUS"))
    return FALSE;
  return tern_imap_mailboxes_take_status (self->data, response,
                                          tern_imap_session_is_utf8 (self->session));
}

static void
release_mailboxes (gpointer data)
{
  tern_imap_mailboxes_unref (data);
}

/* Adds the list of what is asked of a mailbox, as far as the server knows it. */
void
tern_imap_command_add_status_items (TernImapCommand *self)
{
  TernImapSession *session = self->session;

  tern_imap_command_add (self, "(MESSAGES UIDNEXT UIDVALIDITY UNSEEN%s%s)",
                         tern_imap_session_has (session, "CONDSTORE") ||
                                 tern_imap_session_has (session, "QRESYNC")
                             ? " HIGHESTMODSEQ"
                             : "",
                         tern_imap_session_has (session, "OBJECTID") ? " MAILBOXID" : "");
}

/**
 * tern_imap_mailbox_status_async:
 * @self: a session that is signed in
 * @mailboxes: where the answer is kept
 * @mailbox: one of them
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks how full a mailbox is and what tells whether it changed, without selecting it (RFC 9051
 * section 6.3.11). Finish with tern_imap_command_finish(); an error says something of this mailbox
 * only.
 */
void
tern_imap_mailbox_status_async (TernImapSession *self,
                                TernImapMailboxes *mailboxes,
                                const char *mailbox,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  TernImapCommand *command = tern_imap_command_new (self, tern_imap_mailbox_status_async,
                                                    cancellable, callback, user_data);

  tern_imap_mailboxes_add (mailboxes, mailbox);
  command->data = tern_imap_mailboxes_ref (mailboxes);
  command->free_data = release_mailboxes;
  command->response = status_response;
  tern_imap_command_add (command, "STATUS ");
  tern_imap_command_add_mailbox (command, mailbox);
  tern_imap_command_add (command, " ");
  tern_imap_command_add_status_items (command);
  tern_imap_command_queue (command);
}
