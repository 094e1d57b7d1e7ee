/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"
#include "tern-trace.h"

/* Only the oldest command is being answered: what comes before belongs to another mailbox. */
static gboolean
is_running (TernImapCommand *self)
{
  return g_queue_peek_head (&self->session->pending) == self;
}

static gboolean
select_response (TernImapCommand *self, const TernImapResponse *response)
{
  TernImapSelected *selected = self->data;

  if (!is_running (self))
    return FALSE;
  if (tern_imap_response_equal (response, 2, "EXISTS"))
    selected->exists = tern_imap_response_get_uint32 (response, 1);
  else
    return tern_imap_response_equal (response, 1, "FLAGS");
  return TRUE;
}

static gboolean
select_status (TernImapCommand *self, const TernImapStatus *status)
{
  TernImapSelected *selected = self->data;
  guint64 number = 0;

  if (is_running (self) && tern_imap_status_has_code (status, "PERMANENTFLAGS"))
    {
      g_free (selected->permanent_flags);
      selected->permanent_flags = g_strdup (status->arguments);
      return TRUE;
    }
  if (!is_running (self) || !tern_imap_parse_number (status->arguments, &number))
    return FALSE;
  if (tern_imap_status_has_code (status, "UIDVALIDITY") && number <= G_MAXUINT32)
    selected->uidvalidity = (guint32) number;
  else if (tern_imap_status_has_code (status, "UIDNEXT") && number <= G_MAXUINT32)
    selected->uidnext = (guint32) number;
  else if (tern_imap_status_has_code (status, "HIGHESTMODSEQ"))
    selected->highestmodseq = number;
  else
    return FALSE;
  return TRUE;
}

static void
select_done (TernImapCommand *self, const TernImapStatus *status)
{
  TernImapSession *session = self->session;
  TernImapSelected *selected = self->data;

  tern_imap_session_clear_selected (session);
  session->selected = *selected;
  selected->name = selected->permanent_flags = NULL;
  tern_trace ("imap.select", TERN_TRACE_INT ("exists", session->selected.exists));
  if (tern_imap_session_set_state (session, TERN_IMAP_STATE_SELECTED))
    g_task_return_boolean (self->task, TRUE);
  else
    tern_imap_command_return_disorder (self);
}

/* A failed SELECT leaves no mailbox selected (RFC 9051 section 6.3.2). */
static GError *
select_failed (TernImapCommand *self, const TernImapStatus *status)
{
  tern_imap_session_clear_selected (self->session);
  if (self->session->state == TERN_IMAP_STATE_SELECTED)
    tern_imap_session_set_state (self->session, TERN_IMAP_STATE_AUTHENTICATED);
  return tern_imap_status_to_error (status);
}

static void
selected_free (gpointer data)
{
  TernImapSelected *selected = data;

  g_free (selected->name);
  g_free (selected->permanent_flags);
  g_free (selected);
}

/**
 * tern_imap_select_async:
 * @self: a session that is signed in, or will be by the commands before this one
 * @mailbox: the mailbox as the server spells it
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Selects a mailbox (RFC 9051 section 6.3.2), with CONDSTORE (RFC 7162) where it is offered. What
 * the server says of it is in tern_imap_session_get_selected(). Finish with
 * tern_imap_command_finish().
 */
void
tern_imap_select_async (TernImapSession *self,
                        const char *mailbox,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_select_async, cancellable, callback, user_data);
  TernImapSelected *selected = g_new0 (TernImapSelected, 1);

  selected->name = g_strdup (mailbox);
  command->data = selected;
  command->free_data = selected_free;
  command->response = select_response;
  command->status = select_status;
  command->done = select_done;
  command->failed = select_failed;
  tern_imap_command_add (command, "SELECT ");
  tern_imap_command_add_mailbox (command, mailbox);
  if (tern_imap_session_has (self, "CONDSTORE"))
    tern_imap_command_add (command, " (CONDSTORE)");
  tern_imap_command_queue (command);
}
