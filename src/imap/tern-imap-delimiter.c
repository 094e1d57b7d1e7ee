/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

/* `* LIST (\Noselect) "/" ""` */
static gboolean
list_response (TernImapCommand *self, const TernImapResponse *response)
{
  const char *delimiter;
  TernImapIter iter;

  if (!tern_imap_response_equal (response, 1, "LIST"))
    return FALSE;
  tern_imap_iter_init_root (&iter, response, 3);
  delimiter = tern_imap_response_get_string (response, tern_imap_iter_next (&iter));
  *(char *) self->data = delimiter != NULL ? *delimiter : '\0';
  return TRUE;
}

static void
delimiter_done (TernImapCommand *self, const TernImapStatus *status)
{
  g_task_return_int (self->task, *(const char *) self->data);
}

/**
 * tern_imap_delimiter_async:
 * @self: a session that is signed in
 * @mailbox: a mailbox; "" for the top
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks by LIST (RFC 9051 section 6.3.9) what parts the levels of names.
 */
void
tern_imap_delimiter_async (TernImapSession *self,
                           const char *mailbox,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_delimiter_async, cancellable, callback, user_data);

  command->data = g_new0 (char, 1);
  command->free_data = g_free;
  command->response = list_response;
  command->done = delimiter_done;
  tern_imap_command_add (command, "LIST \"\" ");
  tern_imap_command_add_mailbox (command, mailbox);
  tern_imap_command_queue (command);
}

/**
 * tern_imap_delimiter_finish:
 * @self: a session
 * @result: the result
 * @delimiter: (out): what parts the levels, 0 for nothing
 * @error: return location for an error
 *
 * Returns: whether the server answered
 */
gboolean
tern_imap_delimiter_finish (TernImapSession *self,
                            GAsyncResult *result,
                            char *delimiter,
                            GError **error)
{
  g_autoptr (GError) local = NULL;
  gssize answer = g_task_propagate_int (G_TASK (result), &local);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  *delimiter = (char) answer;
  return TRUE;
}
