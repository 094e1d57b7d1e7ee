/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include <string.h>

#include "tern-imap-session-private.h"

/* `* ENABLED QRESYNC` takes off the list what the server agrees to. */
static gboolean
enable_response (TernImapCommand *self, const TernImapResponse *response)
{
  GPtrArray *missing = self->data;
  TernImapIter iter;
  guint node;

  if (!tern_imap_response_equal (response, 1, "ENABLED"))
    return FALSE;
  tern_imap_iter_init_root (&iter, response, 2);
  while ((node = tern_imap_iter_next (&iter)) != 0)
    for (guint i = missing->len; i > 0; i--)
      if (tern_imap_response_equal (response, node, missing->pdata[i - 1]))
        g_ptr_array_remove_index (missing, i - 1);
  return TRUE;
}

/* What was sent behind this command counts on the extension. */
static void
drop_missing (TernImapCommand *self)
{
  const GPtrArray *missing = self->data;

  if (missing->len > 0)
    tern_imap_session_fail_extension (self->session, missing->pdata[0]);
}

static void
enable_done (TernImapCommand *self, const TernImapStatus *status)
{
  drop_missing (self);
  g_task_return_boolean (self->task, TRUE);
}

static GError *
enable_failed (TernImapCommand *self, const TernImapStatus *status)
{
  drop_missing (self);
  return tern_imap_status_to_error (status);
}

/**
 * tern_imap_enable_async:
 * @self: a session, signed in or soon to be, that has no mailbox selected
 * @extensions: (array zero-terminated=1): capabilities, upper case, at least one
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Switches extensions on (RFC 5161). They count as enabled from now on, for what is sent behind
 * this command; where the server does not agree, the session is ended by
 * tern_imap_session_fail_extension(). Finish with tern_imap_command_finish().
 */
void
tern_imap_enable_async (TernImapSession *self,
                        const char *const *extensions,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_enable_async, cancellable, callback, user_data);
  GPtrArray *missing = g_ptr_array_new_with_free_func (g_free);

  command->data = missing;
  command->free_data = (GDestroyNotify) g_ptr_array_unref;
  command->response = enable_response;
  command->done = enable_done;
  command->failed = enable_failed;
  tern_imap_command_add (command, "ENABLE");
  for (guint i = 0; extensions[i] != NULL; i++)
    {
      tern_imap_command_add (command, " %s", extensions[i]);
      g_ptr_array_add (missing, g_strdup (extensions[i]));
      g_hash_table_add (self->enabled, g_strdup (extensions[i]));
    }
  tern_imap_command_queue (command);
}
