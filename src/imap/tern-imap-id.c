/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "config.h"

#include "tern-imap-session-private.h"

/**
 * tern_imap_id_async:
 * @self: a session
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Tells the server which program this is (RFC 2971). Some open no mailbox for a program that does
 * not, and some refuse an empty list. Finish with tern_imap_command_finish().
 */
void
tern_imap_id_async (TernImapSession *self,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_id_async, cancellable, callback, user_data);

  tern_imap_command_add (command, "ID (\"name\" \"Tern\" \"version\" \"%s\")", TERN_VERSION);
  tern_imap_command_queue (command);
}
