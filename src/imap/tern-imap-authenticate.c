/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include <string.h>

#include "tern-error.h"
#include "tern-imap-session-private.h"
#include "tern-trace.h"

typedef struct
{
  char *user;
  char *password; /* (nullable) */
  char *token;    /* (nullable): in place of a password */
} Credentials;

static void
credentials_free (gpointer data)
{
  Credentials *self = data;

  g_free (self->user);
  g_free (self->password);
  g_free (self->token);
  g_free (self);
}

static void
authenticate_done (TernImapCommand *self, const TernImapStatus *status)
{
  TernImapSession *session = self->session;

  tern_trace ("imap.auth", TERN_TRACE_MS ("ms", g_get_monotonic_time () - session->started));
  if (!tern_imap_session_set_state (session, TERN_IMAP_STATE_AUTHENTICATED))
    {
      tern_imap_command_return_disorder (self);
      return;
    }
  if (session->looks_ahead)
    tern_imap_session_check_ahead (session);
  g_task_return_boolean (self->task, TRUE);
}

static GError *
authenticate_failed (TernImapCommand *self, const TernImapStatus *status)
{
  GError *error = tern_imap_status_to_error (status);

  if (error->code == TERN_ERROR_REFUSED)
    error->code = TERN_ERROR_AUTH;
  if (self->data != NULL) /* what a mechanism was told says more than the answer behind it */
    g_prefix_error (&error, "%s: ", (const char *) self->data);
  return error;
}

static char *
make_plain (const Credentials *credentials)
{
  gsize user = strlen (credentials->user);
  gsize password = strlen (credentials->password);
  g_autofree char *message = g_malloc0 (user + password + 2);

  memcpy (message + 1, credentials->user, user);
  memcpy (message + 2 + user, credentials->password, password);
  return g_base64_encode ((guchar *) message, user + password + 2);
}

/* Whether the password is sent by AUTHENTICATE PLAIN; by LOGIN otherwise. */
gboolean
tern_imap_session_uses_plain (TernImapSession *self)
{
  return tern_imap_session_has (self, "AUTH=PLAIN") &&
         (tern_imap_session_has (self, "LOGINDISABLED") ||
          (self->quirks.flags & TERN_IMAP_QUIRK_LOGIN_AHEAD) == 0);
}

static void
add_password (TernImapCommand *command, const Credentials *credentials)
{
  TernImapSession *self = command->session;
  g_autofree char *plain = make_plain (credentials);

  if (tern_imap_session_uses_plain (self))
    {
      tern_imap_command_add (command, "AUTHENTICATE PLAIN");
      if (tern_imap_session_has (self, "SASL-IR"))
        tern_imap_command_add (command, " ");
      else
        tern_imap_command_wait (command);
      tern_imap_command_add (command, "%s", plain);
    }
  else
    {
      tern_imap_command_add (command, "LOGIN ");
      tern_imap_command_add_string (command, credentials->user);
      tern_imap_command_add (command, " ");
      tern_imap_command_add_string (command, credentials->password);
    }
}

static void
sign_in (GTask *task)
{
  TernImapSession *self = g_task_get_source_object (task);
  const Credentials *credentials = g_task_get_task_data (task);
  TernImapCommand *command = tern_imap_command_new_for_task (task);

  command->done = authenticate_done;
  command->failed = authenticate_failed;
  if (credentials->token != NULL)
    tern_imap_command_add_token (command, credentials->user, credentials->token);
  else
    add_password (command, credentials);
  if (self->knows_capabilities)
    {
      g_free (self->before);
      self->before = tern_imap_session_dup_capabilities (self);
    }
  /* What was offered before the sign-in is the best guess from here on, but no more than that. */
  self->knows_capabilities = FALSE;
  self->signing_in = command;
  tern_imap_command_queue (command);
}

static gboolean
is_login_disabled (TernImapSession *self)
{
  return !tern_imap_session_has (self, "AUTH=PLAIN") &&
         tern_imap_session_has (self, "LOGINDISABLED");
}

/* Whether, by what is known, the server takes what there is to sign in with. */
static gboolean
is_taken (TernImapSession *self, const Credentials *credentials)
{
  return credentials->token != NULL ? tern_imap_session_get_token_mechanism (self) != NULL
                                    : !is_login_disabled (self);
}

static void
check_and_sign_in (GTask *task)
{
  const Credentials *credentials = g_task_get_task_data (task);

  if (is_taken (g_task_get_source_object (task), credentials))
    {
      sign_in (task);
      return;
    }
  g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_UNSUPPORTED, "the server takes no %s",
                           credentials->token != NULL ? "token" : "password");
  g_object_unref (task);
}

static void
capability_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    check_and_sign_in (g_steal_pointer (&task));
}

static void
authenticate (GTask *task, Credentials *credentials)
{
  TernImapSession *self = g_task_get_source_object (task);

  g_task_set_task_data (task, credentials, credentials_free);
  if (self->state == TERN_IMAP_STATE_AUTHENTICATED) /* PREAUTH */
    g_task_return_boolean (task, TRUE);
  else if (!tern_transport_is_encrypted (self->transport) &&
           tern_transport_get_endpoint (self->transport)->security != TERN_SECURITY_NONE)
    g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_UNSUPPORTED,
                             "the connection is not encrypted");
  else
    {
      if (g_hash_table_size (self->capabilities) == 0 ||
          /* What is remembered may be from after a sign-in, which some servers then disable. */
          (!self->knows_capabilities && !is_taken (self, credentials)))
        tern_imap_capability_async (self, g_task_get_cancellable (task), capability_cb, task);
      else
        check_and_sign_in (task);
      return;
    }
  g_object_unref (task);
}

/**
 * tern_imap_authenticate_async:
 * @self: a session
 * @user: who signs in
 * @password: the password
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Signs in by AUTHENTICATE PLAIN (RFC 9051 section 6.2.2, RFC 4616), with the initial response
 * where SASL-IR is offered, else by LOGIN. Nothing is sent over a connection in plain text unless
 * the endpoint says that it is one. Fails with %TERN_ERROR_AUTH where the server refuses. Finish
 * with tern_imap_command_finish().
 */
void
tern_imap_authenticate_async (TernImapSession *self,
                              const char *user,
                              const char *password,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Credentials *credentials = g_new0 (Credentials, 1);

  g_task_set_source_tag (task, tern_imap_authenticate_async);
  credentials->user = g_strdup (user);
  credentials->password = g_strdup (password);
  authenticate (task, credentials);
}

/**
 * tern_imap_authenticate_token_async:
 * @self: a session
 * @user: who signs in
 * @token: an access token of OAuth 2.0
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Signs in by AUTHENTICATE XOAUTH2, or else OAUTHBEARER (RFC 7628), with the initial response where
 * SASL-IR is offered. Fails as tern_imap_authenticate_async() does; what the server says of the
 * token stands in the error's message. Finish with tern_imap_command_finish().
 */
void
tern_imap_authenticate_token_async (TernImapSession *self,
                                    const char *user,
                                    const char *token,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Credentials *credentials = g_new0 (Credentials, 1);

  g_task_set_source_tag (task, tern_imap_authenticate_token_async);
  credentials->user = g_strdup (user);
  credentials->token = g_strdup (token);
  authenticate (task, credentials);
}
