/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-error.h"
#include "tern-imap-session-private.h"

typedef struct
{
  TernImapMailboxes *mailboxes;
  char *pattern;
  gboolean is_extended;
  gboolean is_xlist;
  guint before; /* mailboxes that were there already */
} List;

static void
list_free (gpointer data)
{
  List *self = data;

  tern_imap_mailboxes_unref (self->mailboxes);
  g_free (self->pattern);
  g_free (self);
}

static gboolean
list_response (TernImapCommand *self, const TernImapResponse *response)
{
  const List *list = self->data;
  gboolean is_utf8 = tern_imap_session_is_utf8 (self->session);

  if (tern_imap_response_equal (response, 1, "LIST") ||
      tern_imap_response_equal (response, 1, "XLIST"))
    tern_imap_mailboxes_take_list (list->mailboxes, response, is_utf8);
  else if (list->is_extended && tern_imap_response_equal (response, 1, "STATUS"))
    tern_imap_mailboxes_take_status (list->mailboxes, response, is_utf8);
  else
    return FALSE;
  return TRUE;
}

static void send_list (GTask *task, gboolean is_extended, gboolean may_xlist);

static void
list_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  const List *list = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  gboolean good = tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error);
  gboolean is_empty = tern_imap_mailboxes_get_all (list->mailboxes)->len == list->before;

  /* Some servers offer the extended form and then answer it with nothing (Strato), or with BAD. */
  if ((list->is_extended || list->is_xlist) &&
      tern_imap_session_is_alive (TERN_IMAP_SESSION (object)) &&
      (good ? is_empty : error->domain == TERN_ERROR))
    send_list (g_steal_pointer (&task), FALSE, list->is_extended);
  else if (!good)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
add_return_options (TernImapCommand *command)
{
  TernImapSession *session = command->session;

  tern_imap_command_add (command, " RETURN (SUBSCRIBED");
  if (tern_imap_session_has (session, "SPECIAL-USE"))
    tern_imap_command_add (command, " SPECIAL-USE");
  if (tern_imap_session_has (session, "LIST-STATUS"))
    {
      tern_imap_command_add (command, " STATUS ");
      tern_imap_command_add_status_items (command);
    }
  tern_imap_command_add (command, ")");
}

static void
lsub_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    g_debug ("no subscriptions: %s", error->message);
}

static void
send_list (GTask *task, gboolean is_extended, gboolean may_xlist)
{
  TernImapSession *self = g_task_get_source_object (task);
  List *list = g_task_get_task_data (task);
  TernImapCommand *command =
      tern_imap_command_new (self, send_list, g_task_get_cancellable (task), list_cb, task);

  list->is_extended = is_extended;
  list->is_xlist = !is_extended && may_xlist && tern_imap_session_has (self, "XLIST") &&
                   !tern_imap_session_has (self, "SPECIAL-USE");
  list->before = tern_imap_mailboxes_get_all (list->mailboxes)->len;
  command->data = list;
  command->response = list_response;
  if (!is_extended) /* which cannot tell what is subscribed to */
    tern_imap_lsub_async (self, list->mailboxes, list->pattern, NULL, lsub_cb, NULL);
  tern_imap_command_add (command, list->is_xlist ? "XLIST \"\" " : "LIST \"\" ");
  tern_imap_command_add_mailbox (command, list->pattern);
  if (is_extended)
    add_return_options (command);
  tern_imap_command_queue (command);
}

/**
 * tern_imap_list_async:
 * @self: a session that is signed in
 * @mailboxes: what the mailboxes are added to
 * @pattern: names in modified UTF-7, with `*` for anything and `%` for anything on one level
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists mailboxes with their roles (RFC 6154): where the server offers LIST-EXTENDED (RFC 5258)
 * with subscriptions, and with counts where it offers LIST-STATUS (RFC 5819); else with LSUB beside
 * it. Gmail of old has XLIST. Finish with tern_imap_command_finish().
 */
void
tern_imap_list_async (TernImapSession *self,
                      TernImapMailboxes *mailboxes,
                      const char *pattern,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  List *list = g_new0 (List, 1);

  g_task_set_source_tag (task, tern_imap_list_async);
  list->mailboxes = tern_imap_mailboxes_ref (mailboxes);
  list->pattern = g_strdup (pattern);
  g_task_set_task_data (task, list, list_free);
  send_list (task, tern_imap_session_has (self, "LIST-EXTENDED"), TRUE);
}
