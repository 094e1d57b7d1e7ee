/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "config.h"

#include "tern-imap-session-private.h"

/* `* ID ("name" "Cyrus IMAPD" "version" "2.4.17" …)`, or NIL. */
static gboolean
id_response (TernImapCommand *self, const TernImapResponse *response)
{
  const char *name = NULL, *version = NULL;
  TernImapIter iter;
  guint field, value;

  if (!tern_imap_response_equal (response, 1, "ID"))
    return FALSE;
  tern_imap_iter_init (&iter, response, 2);
  while ((field = tern_imap_iter_next (&iter)) != 0 && (value = tern_imap_iter_next (&iter)) != 0)
    if (tern_imap_response_equal (response, field, "name"))
      name = tern_imap_response_get_string (response, value);
    else if (tern_imap_response_equal (response, field, "version"))
      version = tern_imap_response_get_string (response, value);
  tern_imap_session_set_identity (self->session, name, version);
  return TRUE;
}

/**
 * tern_imap_id_async:
 * @self: a session
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Tells the server which program this is (RFC 2971), and takes what it says of itself for
 * tern_imap_session_get_quirks(). Some open no mailbox for a program that does not tell, and some
 * refuse an empty list. Finish with tern_imap_command_finish().
 */
void
tern_imap_id_async (TernImapSession *self,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_id_async, cancellable, callback, user_data);

  command->response = id_response;
  tern_imap_command_add (command, "ID (\"name\" \"Tern\" \"version\" \"%s\")", TERN_VERSION);
  tern_imap_command_queue (command);
}
