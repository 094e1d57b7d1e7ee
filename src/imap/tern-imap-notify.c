/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

#define MESSAGE_EVENTS "MessageNew MessageExpunge FlagChange"

typedef struct
{
  TernImapNotifyScope scope;
  gboolean is_refused_event; /* the server does not know one of the events */
} Notify;

static void
notify_done (TernImapCommand *self, const TernImapStatus *status)
{
  const Notify *notify = self->data;

  self->session->notifies = notify->scope != TERN_IMAP_NOTIFY_SELECTED;
  g_task_return_boolean (self->task, TRUE);
}

static GError *
notify_failed (TernImapCommand *self, const TernImapStatus *status)
{
  Notify *notify = self->data;

  notify->is_refused_event = tern_imap_status_has_code (status, "BADEVENT");
  return tern_imap_status_to_error (status);
}

static void send_notify (GTask *task);

static void
notify_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Notify *notify = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    g_task_return_boolean (task, TRUE);
  else if (notify->is_refused_event && notify->scope == TERN_IMAP_NOTIFY_ALL)
    {
      notify->scope = TERN_IMAP_NOTIFY_MESSAGES;
      send_notify (g_steal_pointer (&task));
    }
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
send_notify (GTask *task)
{
  Notify *notify = g_task_get_task_data (task);
  TernImapCommand *command =
      tern_imap_command_new (g_task_get_source_object (task), send_notify, NULL, notify_cb, task);

  notify->is_refused_event = FALSE;
  command->data = notify;
  command->done = notify_done;
  command->failed = notify_failed;
  tern_imap_command_add (command, "NOTIFY SET (SELECTED-DELAYED (" MESSAGE_EVENTS "))");
  if (notify->scope != TERN_IMAP_NOTIFY_SELECTED)
    tern_imap_command_add (command, " (PERSONAL (" MESSAGE_EVENTS "%s))",
                           notify->scope == TERN_IMAP_NOTIFY_ALL ? " MailboxName SubscriptionChange"
                                                                 : "");
  tern_imap_command_queue (command);
}

/**
 * tern_imap_notify_async:
 * @self: a session that is signed in, with a server that offers NOTIFY
 * @scope: what the server is to tell of
 * @callback: called when done
 * @user_data: for @callback
 *
 * Has the server tell, from now on and whichever mailbox is selected, what happens in all of the
 * user's own (RFC 5465): #TernImapSession::heard says so. A server that does not know the events
 * of %TERN_IMAP_NOTIFY_ALL is asked for %TERN_IMAP_NOTIFY_MESSAGES instead. What is gone from the
 * selected mailbox is told only where a command allows it, such as IDLE (section 5.2). Finish with
 * tern_imap_command_finish().
 */
void
tern_imap_notify_async (TernImapSession *self,
                        TernImapNotifyScope scope,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Notify *notify = g_new0 (Notify, 1);

  g_task_set_source_tag (task, tern_imap_notify_async);
  notify->scope = scope;
  g_task_set_task_data (task, notify, g_free);
  send_notify (task);
}

/**
 * tern_imap_session_notifies:
 * @self: a session
 *
 * Returns: whether the server has agreed to tell of mailboxes that are not selected, and still does
 */
gboolean
tern_imap_session_notifies (TernImapSession *self)
{
  return self->notifies;
}

/* Takes a STATUS or LIST that no command had asked for. */
void
tern_imap_session_take_notification (TernImapSession *self, const TernImapResponse *response)
{
  gboolean is_status = tern_imap_response_equal (response, 1, "STATUS");
  g_autofree char *name = NULL;

  if (!self->notifies || (!is_status && !tern_imap_response_equal (response, 1, "LIST")))
    return;
  if (is_status && tern_imap_response_get_string (response, 2) == NULL)
    {
      tern_imap_session_fail_extension (self, "NOTIFY");
      return;
    }
  if (is_status)
    name = tern_imap_mailbox_dup_name (tern_imap_response_get_string (response, 2),
                                       tern_imap_session_is_utf8 (self));
  if (!is_status || name != NULL)
    g_signal_emit_by_name (self, "heard", name);
}

/* `[NOTIFICATIONOVERFLOW]`: too much has happened, and the server tells of nothing any more, not
 * even of the selected mailbox (RFC 5465 section 5.8). */
void
tern_imap_session_end_notify (TernImapSession *self)
{
  if (!self->notifies)
    return;
  self->notifies = FALSE;
  g_signal_emit_by_name (self, "overflown");
}
