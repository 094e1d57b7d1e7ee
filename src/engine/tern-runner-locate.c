/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"

/* Where to ask for a message, by the names of the channel at work. */

typedef struct
{
  TernRunner *runner;
  gint64 message_id;
  TernRunnerPlaceFunc func;
  gpointer user_data;
} Locating;

static void
set_unnamed (GError **error)
{
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_GONE,
                       "the server has not named the moved message yet");
}

/* Returns FALSE where the message has no name. */
static gboolean
tell_place (const Locating *locating, GError **error)
{
  TernRunner *self = locating->runner;
  g_autoptr (TernMessage) message =
      tern_store_get_message (tern_runner_get_store (self), locating->message_id, error);
  g_autoptr (TernFolder) folder = NULL;

  if (message == NULL || message->remote_id == NULL)
    return FALSE;
  folder = tern_store_get_folder (tern_runner_get_store (self), message->folder_id, error);
  if (folder == NULL)
    return FALSE;
  locating->func (self, message, folder->remote_id, NULL, locating->user_data);
  return TRUE;
}

static void
named_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Locating *locating = user_data;
  g_autoptr (TernRunner) self = locating->runner;
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error) && self->core == NULL)
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the account is closed");
  if (error == NULL && tell_place (locating, &error))
    return;
  if (error == NULL)
    set_unnamed (&error);
  locating->func (self, NULL, NULL, error, locating->user_data);
}

/**
 * tern_runner_locate:
 * @self: a runner that is not closed and has a channel
 * @message: a cached message of its account
 * @urgency: whether somebody waits for it
 * @func: called with the message as it is kept now and with the remote id of its folder; or with
 *   an error, %TERN_ERROR_GONE where the server has no name for the message, or not yet
 * @user_data: for @func
 *
 * Tells where to ask for a message. After a move to another channel its folder is brought up to
 * date first, if that was not done yet, for that names the messages in it.
 */
void
tern_runner_locate (TernRunner *self,
                    const TernMessage *message,
                    TernUrgency urgency,
                    TernRunnerPlaceFunc func,
                    gpointer user_data)
{
  Locating locating = { self, message->id, func, user_data };
  g_autoptr (GError) error = NULL;

  if (tell_place (&locating, &error))
    return;
  if (error == NULL && tern_router_has_choice (self->router))
    {
      g_object_ref (self);
      tern_runner_sync_folder (
          self, message->folder_id, TERN_FETCH_FORCE, urgency,
          g_task_new (NULL, NULL, named_cb, g_memdup2 (&locating, sizeof locating)));
      return;
    }
  if (error == NULL)
    set_unnamed (&error);
  func (self, NULL, NULL, error, user_data);
}

/**
 * tern_runner_may_ask:
 * @self: a runner
 * @message: a cached message of its account
 * @error: return location; %TERN_ERROR_AUTH where the server has refused the credentials: they are
 *   not tried again for each letter that is opened, but with the next synchronisation that somebody
 *   asks for; %TERN_ERROR_GONE where the server has no name for the message, or not yet
 *
 * Returns: whether the server may be asked for the message
 */
gboolean
tern_runner_may_ask (TernRunner *self, const TernMessage *message, GError **error)
{
  if (self->core == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the account is closed");
  else if (self->state == TERN_ACCOUNT_STATE_SIGN_IN &&
           g_error_matches (self->error, TERN_ERROR, TERN_ERROR_AUTH))
    g_propagate_error (error, g_error_copy (self->error));
  else if (message->remote_id == NULL && self->account->provider == NULL)
    set_unnamed (error);
  else
    return TRUE;
  return FALSE;
}
