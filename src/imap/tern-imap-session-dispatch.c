/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-session-private.h"

#include <string.h>

#include "tern-error.h"
#include "tern-imap-limits.h"
#include "tern-trace.h"

static void
complete_command (TernImapSession *self, TernImapCommand *command, const TernImapStatus *status)
{
  gboolean is_sign_in = self->signing_in == command;

  g_queue_remove (&self->pending, command);
  if (self->blocked == command)
    self->blocked = NULL;
  if (self->streaming == command)
    self->streaming = NULL;
  tern_imap_session_schedule_flush (self);
  tern_imap_session_note_answer (self, command, status);

  if (status->kind != TERN_IMAP_STATUS_OK)
    {
      g_autoptr (GError) error = command->failed != NULL ? command->failed (command, status)
                                                         : tern_imap_status_to_error (status);

      if (error != NULL)
        {
          if (!is_sign_in && tern_imap_status_lacks_mailbox (status))
            {
              /* Before whoever sent the command decides what to do next. */
              self->has_no_mailbox = TRUE;
              tern_imap_session_fail (self, g_error_copy (error));
            }
          tern_imap_command_return_error (command, g_error_copy (error));
          if (is_sign_in && self->looks_ahead) /* what left with it fails with it */
            tern_imap_session_fail (self, g_steal_pointer (&error));
          return;
        }
    }
  if (command->done != NULL)
    command->done (command, status);
  if (command->task != NULL)
    {
      g_autoptr (GTask) task = g_steal_pointer (&command->task);

      if (command->done == NULL)
        g_task_return_boolean (task, TRUE);
    }
  tern_imap_command_free (command);
}

static void
handle_tagged (TernImapSession *self, const TernImapResponse *response)
{
  g_auto (TernImapStatus) status = { 0 };
  const char *tag = tern_imap_response_get_string (response, 0);

  if (tag == NULL || !tern_imap_status_parse (&status, response))
    {
      g_debug ("a line that is no response is left out");
      return;
    }
  for (GList *l = self->pending.head; l != NULL; l = l->next)
    {
      TernImapCommand *command = l->data;

      if (strcmp (command->tag, tag) != 0)
        continue;
      g_debug ("S: %s %s", tag, status.text);
      if (tern_imap_status_has_code (&status, "CAPABILITY"))
        tern_imap_session_set_capabilities (self, status.arguments);
      complete_command (self, command, &status);
      return;
    }
  g_debug ("an answer to a command that was never sent is left out");
  tern_imap_session_doubt_ahead (self);
}

static void
handle_greeting (TernImapSession *self, const TernImapStatus *status)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->greet);
  gboolean is_preauth = status->kind == TERN_IMAP_STATUS_PREAUTH;

  tern_imap_session_set_greeting (self, status->text);
  tern_trace ("imap.greeting", TERN_TRACE_MS ("ms", g_get_monotonic_time () - self->started));
  if (status->kind != TERN_IMAP_STATUS_OK && !is_preauth)
    {
      g_task_return_error (task, tern_imap_status_to_error (status));
      return;
    }
  /* Signed in before TLS: whoever answers keeps us from STARTTLS (RFC 9051 section 11.1). */
  if (is_preauth && !tern_transport_is_encrypted (self->transport) &&
      tern_transport_get_endpoint (self->transport)->security != TERN_SECURITY_NONE)
    {
      g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_PROTOCOL,
                               "the server leaves no way to encrypt the connection");
      return;
    }
  tern_imap_session_set_state (self, is_preauth ? TERN_IMAP_STATE_AUTHENTICATED
                                                : TERN_IMAP_STATE_NOT_AUTHENTICATED);
  if (tern_imap_status_has_code (status, "CAPABILITY"))
    tern_imap_session_set_capabilities (self, status->arguments);
  g_task_return_boolean (task, TRUE);
}

static void
handle_status (TernImapSession *self, const TernImapStatus *status)
{
  if (self->greet != NULL)
    {
      handle_greeting (self, status);
      return;
    }
  if (tern_imap_status_has_code (status, "CAPABILITY"))
    tern_imap_session_set_capabilities (self, status->arguments);
  if (tern_imap_status_has_code (status, "ALERT"))
    g_message ("The server says: %s", status->text);
  if (tern_imap_status_has_code (status, "NOTIFICATIONOVERFLOW"))
    tern_imap_session_end_notify (self);
  tern_imap_session_note_status (self, status);
  if (status->kind == TERN_IMAP_STATUS_BAD)
    tern_imap_session_doubt_ahead (self);
  if (status->kind == TERN_IMAP_STATUS_BYE && self->bye == NULL)
    self->bye = tern_imap_status_to_error (status);
  for (GList *l = self->pending.head; l != NULL; l = l->next)
    {
      TernImapCommand *command = l->data;

      if (command->status != NULL && command->status (command, status))
        return;
    }
}

static void
tell_news (TernImapSession *self)
{
  if (self->selected.name != NULL)
    g_signal_emit_by_name (self, "news");
}

/* A FETCH goes to the oldest command that wants it, for the server answers in order. */
static void
handle_fetch (TernImapSession *self)
{
  self->streaming = NULL;
  for (GList *l = self->pending.head; l != NULL; l = l->next)
    {
      TernImapCommand *command = l->data;

      if (command->fetch != NULL && command->fetch (command, self->fetch))
        return;
    }
  if ((self->fetch->items & TERN_IMAP_HAS_FLAGS) != 0)
    tell_news (self);
}

static void
count_expunged (TernImapSession *self, guint64 n)
{
  guint32 gone = (guint32) MIN (n, self->selected.exists);

  self->selected.exists -= gone;
  self->selected.expunged += gone;
}

/* `* VANISHED (EARLIER) 3,7:9` answers a command; without EARLIER it takes the place of EXPUNGE. */
static void
handle_vanished (TernImapSession *self, const TernImapResponse *response)
{
  gboolean is_earlier = tern_imap_response_is_list (response, 2);
  TernImapIter iter;
  g_autoptr (TernImapRanges) uids = NULL;

  if (self->state == TERN_IMAP_STATE_NOT_AUTHENTICATED) /* of nothing; before TLS, by anybody */
    return;
  tern_imap_iter_init_root (&iter, response, 2);
  if (is_earlier)
    tern_imap_iter_next (&iter);
  uids = tern_imap_ranges_parse (
      tern_imap_response_get_string (response, tern_imap_iter_next (&iter)));
  if (uids == NULL)
    {
      tern_imap_session_fail_extension (self, "QRESYNC");
      return;
    }
  if (!is_earlier)
    {
      count_expunged (self, tern_imap_ranges_count (uids));
      g_signal_emit_by_name (self, "vanished", uids);
      tell_news (self);
      return;
    }
  for (GList *l = self->pending.head; l != NULL; l = l->next)
    {
      TernImapCommand *command = l->data;

      if (command->vanished != NULL && command->vanished (command, uids))
        return;
    }
}

static void
handle_data (TernImapSession *self, const TernImapResponse *response)
{
  if (tern_imap_response_equal (response, 1, "CAPABILITY"))
    {
      g_autoptr (GString) words = g_string_new (NULL);
      TernImapIter iter;
      guint node;

      tern_imap_iter_init_root (&iter, response, 2);
      while ((node = tern_imap_iter_next (&iter)) != 0)
        g_string_append_printf (words, "%s ", tern_imap_response_get_string (response, node) ?: "");
      tern_imap_session_set_capabilities (self, words->str);
    }
  else if (tern_imap_response_equal (response, 2, "EXPUNGE"))
    {
      guint32 seq = tern_imap_response_get_uint32 (response, 1);

      if (seq > 0 && seq <= self->selected.exists) /* some servers tell of more than they have */
        count_expunged (self, 1);
      tell_news (self);
    }
  else if (tern_imap_response_equal (response, 1, "VANISHED"))
    {
      handle_vanished (self, response);
      return;
    }
  for (GList *l = self->pending.head; l != NULL; l = l->next)
    {
      TernImapCommand *command = l->data;

      if (command->response != NULL && command->response (command, response))
        return;
    }
  if (tern_imap_response_equal (response, 2, "EXISTS"))
    {
      guint32 before = self->selected.exists;

      self->selected.exists = tern_imap_response_get_uint32 (response, 1);
      if (self->selected.exists == before) /* some repeat it with every answer */
        return;
      tern_imap_session_note_exists (self, self->selected.exists);
      tell_news (self);
    }
  else
    tern_imap_session_take_notification (self, response);
}

/* Takes a response from the scanner. */
void
tern_imap_session_dispatch (const TernImapResponse *response, gpointer user_data)
{
  TernImapSession *self = user_data;
  g_auto (TernImapStatus) status = { 0 };
  const char *tag = tern_imap_response_get_string (response, 0);

  if (g_strcmp0 (tag, "+") == 0)
    tern_imap_session_continue (self, response);
  else if (g_strcmp0 (tag, "*") != 0)
    handle_tagged (self, response);
  else if (tern_imap_status_parse (&status, response))
    handle_status (self, &status);
  else if (tern_imap_fetch_data_parse (self->fetch, response))
    handle_fetch (self);
  else if (response->n_nodes > 1)
    handle_data (self, response);
}

/* Offers a literal of a FETCH to the command that it answers. */
gboolean
tern_imap_session_literal_begin (const TernImapResponse *so_far, guint64 size, gpointer user_data)
{
  TernImapSession *self = user_data;
  g_autofree char *section = NULL;
  const char *item;
  guint64 origin;
  guint takers = 0;

  for (GList *l = self->pending.head; l != NULL; l = l->next)
    takers += ((TernImapCommand *) l->data)->literal_begin != NULL;
  if (takers == 0)
    return FALSE;
  if (so_far->n_nodes < 5 || so_far->n_nodes > TERN_IMAP_MAX_BEFORE_STREAM ||
      !tern_imap_response_equal (so_far, 2, "FETCH"))
    return FALSE;
  item = tern_imap_response_get_string (so_far, so_far->n_nodes - 1);
  if (item == NULL || !tern_imap_fetch_data_parse_section (item, &section, &origin))
    return FALSE;
  tern_imap_fetch_data_parse (self->fetch, so_far);
  if (self->fetch->uid == 0 && takers > 1)
    return FALSE; /* whose it is will be known when the UID has come */
  for (GList *l = self->pending.head; l != NULL; l = l->next)
    {
      TernImapCommand *command = l->data;

      if (command->literal_begin != NULL &&
          command->literal_begin (command, self->fetch, section, origin, size))
        {
          self->streaming = command;
          return TRUE;
        }
    }
  return FALSE;
}

/* Hands on the bytes of a literal that a command takes as they arrive. */
void
tern_imap_session_literal_data (const guint8 *bytes, gsize length, gpointer user_data)
{
  TernImapSession *self = user_data;

  if (self->streaming != NULL)
    self->streaming->literal_data (self->streaming, bytes, length);
}
