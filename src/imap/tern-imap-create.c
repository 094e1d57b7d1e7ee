/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-error.h"
#include "tern-imap-session-private.h"

static void send_create (GTask *task, const char *use);

/* A mailbox that is there already is what was asked for. A server that cannot give it the use may
 * still make it. */
static GError *
create_failed (TernImapCommand *self, const TernImapStatus *status)
{
  if (tern_imap_status_has_code (status, "ALREADYEXISTS"))
    return NULL;
  if (tern_imap_status_has_code (status, "USEATTR"))
    return g_error_new_literal (TERN_ERROR, TERN_ERROR_UNSUPPORTED, "no such use");
  return tern_imap_status_to_error (status);
}

static void
create_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;

  if (tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    g_task_return_boolean (task, TRUE);
  else if (g_error_matches (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED))
    send_create (g_steal_pointer (&task), NULL);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
send_create (GTask *task, const char *use)
{
  TernImapCommand *command = tern_imap_command_new (g_task_get_source_object (task), send_create,
                                                    g_task_get_cancellable (task), create_cb, task);

  command->failed = create_failed;
  tern_imap_command_add (command, "CREATE ");
  tern_imap_command_add_mailbox (command, g_task_get_task_data (task));
  if (use != NULL)
    tern_imap_command_add (command, " (USE (%s))", use);
  tern_imap_command_queue (command);
}

/**
 * tern_imap_create_async:
 * @self: a session that is signed in
 * @mailbox: the mailbox
 * @use: (nullable): its special use, such as `\Trash`
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Makes a mailbox by CREATE (RFC 9051 section 6.3.4), and tells its use where the server takes it
 * (RFC 6154 section 3). One that exists already is no error where the server says that it is that.
 * Finish with tern_imap_command_finish().
 */
void
tern_imap_create_async (TernImapSession *self,
                        const char *mailbox,
                        const char *use,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_imap_create_async);
  g_task_set_task_data (task, g_strdup (mailbox), g_free);
  send_create (task, tern_imap_session_has (self, "CREATE-SPECIAL-USE") ? use : NULL);
}
