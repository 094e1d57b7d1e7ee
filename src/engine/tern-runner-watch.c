/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"

static TernFolder *
find_folder (TernRunner *self, const char *remote_id)
{
  g_autoptr (GPtrArray) folders =
      tern_store_list_folders (tern_runner_get_store (self), self->account->id, NULL);

  for (guint i = 0; folders != NULL && i < folders->len; i++)
    {
      TernFolder *folder = g_ptr_array_index (folders, i);

      if (g_strcmp0 (folder->remote_id, remote_id) == 0)
        return tern_folder_ref (folder);
    }
  return NULL;
}

static void
ignore_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  /* The account's status tells the outcome. */
}

/**
 * tern_runner_take_change:
 * @self: a runner that is not closed
 * @folder: (nullable): the remote id of a folder in which something changed; %NULL where folders
 *   came or went
 *
 * Brings the folder up to date, as what the user waits for where it is on screen. While the server
 * cannot be reached it is noted for later.
 */
void
tern_runner_take_change (TernRunner *self, const char *folder)
{
  g_autoptr (TernFolder) changed = NULL;

  if (folder == NULL)
    {
      tern_runner_refresh_folders (self, TERN_FETCH_FORCE,
                                   g_task_new (self, self->cancellable, ignore_cb, NULL));
      return;
    }
  changed = find_folder (self, folder);
  if (changed == NULL)
    return;
  if (self->retry_source != NULL && self->state != TERN_ACCOUNT_STATE_ONLINE)
    {
      if (self->wanted_folder == 0 || changed->id == self->viewed_folder)
        self->wanted_folder = changed->id;
      return;
    }
  tern_runner_sync_changed (self, changed->id);
}

/**
 * tern_runner_update_watch:
 * @self: a runner
 *
 * Tells the channel, where there is one, which folders matter: the one on screen, then the inbox.
 */
void
tern_runner_update_watch (TernRunner *self)
{
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  if (self->channel == NULL || self->core == NULL || tern_runner_get_store (self) == NULL)
    return;
  folders = tern_store_list_folders (tern_runner_get_store (self), self->account->id, NULL);
  for (guint i = 0; self->is_watched && folders != NULL && i < folders->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i);

      if (!folder->selectable)
        continue;
      if (folder->id == self->viewed_folder)
        g_ptr_array_insert (names, 0, (char *) folder->remote_id);
      else if (folder->role == TERN_FOLDER_ROLE_INBOX)
        g_ptr_array_add (names, (char *) folder->remote_id);
    }
  g_ptr_array_add (names, NULL);
  tern_channel_watch (self->channel, (const char *const *) names->pdata);
}

/* Whether the account was looked at before: without its folders nobody knows what to watch. */
static gboolean
has_folders (TernRunner *self)
{
  g_autoptr (GPtrArray) folders =
      tern_store_list_folders (tern_runner_get_store (self), self->account->id, NULL);

  return folders != NULL && folders->len > 0;
}

static void
watch_with_channel (TernRunner *self, TernChannel *channel, const GError *error, gpointer user_data)
{
  /* A new channel is told by itself. */
}

/**
 * tern_runner_watch_again:
 * @self: a runner whose channel was left
 *
 * Has a channel found, if only for the sake of what is watched.
 */
void
tern_runner_watch_again (TernRunner *self)
{
  tern_runner_with_channel (self, watch_with_channel, NULL);
}

/**
 * tern_runner_watch:
 * @self: a runner
 * @viewed_folder: the folder of the account that is on screen; 0 for none
 *
 * Has the account's mail watched from now on.
 */
void
tern_runner_watch (TernRunner *self, gint64 viewed_folder)
{
  self->is_watched = TRUE;
  self->viewed_folder = viewed_folder;
  if (self->state == TERN_ACCOUNT_STATE_SIGN_IN || self->state == TERN_ACCOUNT_STATE_CERTIFICATE)
    return;
  if (!has_folders (self))
    tern_runner_refresh_folders (self, TERN_FETCH_VALIDATE,
                                 g_task_new (self, self->cancellable, ignore_cb, NULL));
  else if (self->channel != NULL)
    tern_runner_update_watch (self);
  else
    tern_runner_with_channel (self, watch_with_channel, NULL);
}

/**
 * tern_runner_unwatch:
 * @self: a runner
 *
 * The account's mail is watched no longer; connections that nobody uses are given up in a while.
 */
void
tern_runner_unwatch (TernRunner *self)
{
  self->is_watched = FALSE;
  self->viewed_folder = 0;
  tern_runner_update_watch (self);
}

/**
 * tern_runner_suspend:
 * @self: a runner
 *
 * Gives up the account's connections: the network goes, or the computer is about to sleep.
 */
void
tern_runner_suspend (TernRunner *self)
{
  if (self->channel != NULL)
    tern_channel_suspend (self->channel);
}

/**
 * tern_runner_resume:
 * @self: a runner
 *
 * There is a network, perhaps another one: what waits for the server is tried at once.
 */
void
tern_runner_resume (TernRunner *self)
{
  self->failures = 0;
  if (self->channel != NULL)
    tern_channel_resume (self->channel);
  tern_runner_retry (self);
}
