/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-error.h"
#include "tern-imap-session-private.h"

static void
starttls_done (TernImapCommand *self, const TernImapStatus *status)
{
  tern_imap_session_begin_tls (self->session, self);
}

static GError *
starttls_failed (TernImapCommand *self, const TernImapStatus *status)
{
  return g_error_new (TERN_ERROR, TERN_ERROR_UNSUPPORTED, "no STARTTLS: %s", status->text);
}

/**
 * tern_imap_starttls_async:
 * @self: a session that is not signed in
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Begins TLS (RFC 9051 section 6.2.1). It is asked for whether the server offers it or not, for
 * what came in plain text is not to be believed. Capabilities are forgotten. Fails with
 * %TERN_ERROR_UNSUPPORTED where the server refuses. Finish with tern_imap_command_finish().
 */
void
tern_imap_starttls_async (TernImapSession *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_starttls_async, cancellable, callback, user_data);

  command->done = starttls_done;
  command->failed = starttls_failed;
  tern_imap_command_add (command, "STARTTLS");
  tern_imap_command_queue (command);
}
