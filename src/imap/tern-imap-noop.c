/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

/**
 * tern_imap_noop_async:
 * @self: a session
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Sends NOOP (RFC 9051 section 6.1.2). Finish with tern_imap_command_finish().
 */
void
tern_imap_noop_async (TernImapSession *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_noop_async, cancellable, callback, user_data);

  tern_imap_command_add (command, "NOOP");
  tern_imap_command_queue (command);
}

static void
life_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  /* A session without life fails as a whole. */
}

/**
 * tern_imap_session_ask_life:
 * @self: a session that has stood silent for long
 *
 * Sends NOOP in the flight of what is sent next, and takes the session for lost where nothing comes
 * back soon: a NAT or a sleeping laptop forgets connections without a word.
 */
void
tern_imap_session_ask_life (TernImapSession *self)
{
  tern_imap_session_be_impatient (self);
  tern_imap_noop_async (self, NULL, life_cb, NULL);
}

/**
 * tern_imap_command_finish:
 * @self: a session
 * @result: the result of a command without a value
 * @error: return location for an error
 *
 * Returns: whether the server said OK
 */
gboolean
tern_imap_command_finish (TernImapSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
