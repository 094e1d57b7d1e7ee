/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include <string.h>

#include "tern-imap-session-private.h"

/* Commands that leave in one flight with the sign-in: nothing in RFC 9051 forbids it, and yet some
 * servers throw away what they have read when they hand a connection over to the user's process. */

/**
 * tern_imap_session_can_look_ahead:
 * @self: a session that waits for its sign-in
 * @by_token: whether it signs in by a token, and not by a password
 *
 * Returns: whether tern_imap_authenticate_async() needs no answer of the server in between, so that
 *   commands can follow it at once
 */
gboolean
tern_imap_session_can_look_ahead (TernImapSession *self, gboolean by_token)
{
  if (self->state != TERN_IMAP_STATE_NOT_AUTHENTICATED || self->signing_in != NULL ||
      g_hash_table_size (self->capabilities) == 0)
    return FALSE;
  if (by_token ? tern_imap_session_get_token_mechanism (self) != NULL
               : tern_imap_session_uses_plain (self))
    return tern_imap_session_has (self, "SASL-IR") &&
           (self->quirks.flags & TERN_IMAP_QUIRK_LOGIN_AHEAD) == 0;
  return !by_token && !tern_imap_session_has (self, "LOGINDISABLED");
}

/**
 * tern_imap_session_look_ahead:
 * @self: a session whose sign-in is queued
 * @capabilities: what the server offered after the sign-in the last time
 *
 * Works with those capabilities until the server tells them anew: what is queued from now on leaves
 * with the sign-in, and fails with it.
 */
void
tern_imap_session_look_ahead (TernImapSession *self, const char *capabilities)
{
  tern_imap_session_assume_capabilities (self, capabilities);
  self->looks_ahead = TRUE;
}

/**
 * tern_imap_session_looks_ahead:
 * @self: a session
 *
 * Returns: whether tern_imap_session_look_ahead() was used on it
 */
gboolean
tern_imap_session_looks_ahead (TernImapSession *self)
{
  return self->looks_ahead;
}

/**
 * tern_imap_session_has_lost_input:
 * @self: a session
 *
 * Returns: whether the server was seen to lose what was sent behind the sign-in; the session is
 *   closed then
 */
gboolean
tern_imap_session_has_lost_input (TernImapSession *self)
{
  return self->has_lost_input;
}

/**
 * tern_imap_session_has_no_mailbox:
 * @self: a session
 *
 * Returns: whether the server signed in somebody for whom it has no mailbox; the session is closed
 *   then
 */
gboolean
tern_imap_session_has_no_mailbox (TernImapSession *self)
{
  return self->has_no_mailbox;
}

static gboolean
is_unanswered (TernImapSession *self)
{
  const TernImapCommand *oldest = g_queue_peek_head (&self->pending);

  return oldest != NULL && oldest->serial <= self->last_ahead;
}

static void
fail_lost (TernImapSession *self)
{
  self->has_lost_input = TRUE;
  tern_imap_session_fail (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                                                     "the server lost what was sent to it"));
}

/* The server has complained of what was never sent. While commands that left with the sign-in are
 * open, it may have read them wrongly, and what it answers next cannot be told apart. */
void
tern_imap_session_doubt_ahead (TernImapSession *self)
{
  if (self->looks_ahead && is_unanswered (self))
    fail_lost (self);
}

/* Answers come in order (RFC 9051 section 5.5): what is still open when the later command is
 * answered never reached the server. */
static void
probe_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapSession *self = TERN_IMAP_SESSION (object);
  g_autoptr (GError) error = NULL;

  tern_imap_command_finish (self, result, &error);
  if (tern_imap_session_is_alive (self) && is_unanswered (self))
    fail_lost (self);
}

static gboolean
doubt_cb (gpointer user_data)
{
  TernImapSession *self = user_data;

  g_clear_pointer (&self->doubt, g_source_unref);
  if (is_unanswered (self))
    tern_imap_noop_async (self, NULL, probe_cb, NULL);
  return G_SOURCE_REMOVE;
}

/* The sign-in is answered: looks in a while whether what left with it is answered too. Time alone
 * proves nothing, so a command of later is sent then and its answer compared. */
void
tern_imap_session_check_ahead (TernImapSession *self)
{
  const TernImapCommand *last = g_queue_peek_tail (&self->pending);

  if (last == NULL || self->doubt != NULL)
    return;
  self->last_ahead = last->serial;
  self->doubt = g_timeout_source_new (self->times.doubt);
  g_source_set_callback (self->doubt, doubt_cb, self, NULL);
  g_source_attach (self->doubt, g_main_context_get_thread_default ());
}
