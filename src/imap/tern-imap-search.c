/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

/* `* SEARCH 1 2 3` */
static void
take_search (TernImapRanges *found, const TernImapResponse *response)
{
  TernImapIter iter;
  guint node;

  tern_imap_iter_init_root (&iter, response, 2);
  while ((node = tern_imap_iter_next (&iter)) != 0)
    {
      guint32 uid = tern_imap_response_get_uint32 (response, node);

      if (uid != 0)
        tern_imap_ranges_add (found, uid, uid);
    }
}

static gboolean
search_response (TernImapCommand *self, const TernImapResponse *response)
{
  TernImapIter iter;
  guint node;

  if (tern_imap_response_equal (response, 1, "SEARCH"))
    {
      take_search (self->data, response);
      return TRUE;
    }
  if (!tern_imap_response_equal (response, 1, "ESEARCH"))
    return FALSE;

  /* `* ESEARCH (TAG "T7") UID ALL 1:9,12` (RFC 9051 section 7.3.4) */
  tern_imap_iter_init_root (&iter, response, 2);
  while ((node = tern_imap_iter_next (&iter)) != 0)
    if (tern_imap_response_equal (response, node, "ALL"))
      {
        TernImapRanges *all = tern_imap_ranges_parse (
            tern_imap_response_get_string (response, tern_imap_iter_next (&iter)));

        if (all != NULL)
          {
            tern_imap_ranges_free (self->data);
            self->data = all;
          }
      }
  return TRUE;
}

static void
search_done (TernImapCommand *self, const TernImapStatus *status)
{
  g_task_return_pointer (self->task, g_steal_pointer (&self->data),
                         (GDestroyNotify) tern_imap_ranges_free);
  self->free_data = NULL;
}

/**
 * tern_imap_search_async:
 * @self: a session with a mailbox
 * @criteria: ASCII search keys
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Searches by UID SEARCH (RFC 9051 section 6.4.4), with the short form of the answer where ESEARCH
 * is offered.
 */
void
tern_imap_search_async (TernImapSession *self,
                        const char *criteria,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_search_async, cancellable, callback, user_data);

  command->data = tern_imap_ranges_new ();
  command->free_data = (GDestroyNotify) tern_imap_ranges_free;
  command->response = search_response;
  command->done = search_done;
  tern_imap_command_add (command, "UID SEARCH %s%s",
                         tern_imap_session_has (self, "ESEARCH") ? "RETURN (ALL) " : "", criteria);
  tern_imap_command_queue (command);
}

/**
 * tern_imap_search_finish:
 * @self: a session
 * @result: the result
 * @error: return location for an error
 *
 * Returns: (transfer full): the UIDs found
 */
TernImapRanges *
tern_imap_search_finish (TernImapSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
