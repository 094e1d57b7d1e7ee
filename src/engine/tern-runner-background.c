/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"
#include "tern-trace.h"

/* Folders that are asked about in one flight, and syncs that run beside each other. */
#define CHECK_FOLDERS 20
#define MOST_SYNCS 2
/* After so long a folder of which the server tells nothing is looked at (µs). */
#define UNTOLD_AGE (2 * 60 * 60 * (gint64) G_USEC_PER_SEC)

static gboolean
is_broken_way (const GError *error)
{
  return tern_error_is_transport (error) || g_error_matches (error, TERN_ERROR, TERN_ERROR_BUSY) ||
         g_error_matches (error, TERN_ERROR, TERN_ERROR_AUTH) ||
         g_error_matches (error, TERN_ERROR, TERN_ERROR_SECRET) ||
         g_error_matches (error, TERN_ERROR, TERN_ERROR_CERTIFICATE);
}

/* --- Which folders changed --- */

static int
role_rank (const TernFolder *folder)
{
  static const int ranks[] = {
    [TERN_FOLDER_ROLE_INBOX] = 0, [TERN_FOLDER_ROLE_DRAFTS] = 1,  [TERN_FOLDER_ROLE_SENT] = 2,
    [TERN_FOLDER_ROLE_NONE] = 3,  [TERN_FOLDER_ROLE_FLAGGED] = 4, [TERN_FOLDER_ROLE_ARCHIVE] = 5,
    [TERN_FOLDER_ROLE_ALL] = 6,   [TERN_FOLDER_ROLE_TRASH] = 7,   [TERN_FOLDER_ROLE_JUNK] = 8,
  };

  return ranks[folder->role];
}

static int
compare_folders (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const TernFolder *left = *(TernFolder *const *) a, *right = *(TernFolder *const *) b;
  const TernRunner *self = user_data;

  if (left->role != TERN_FOLDER_ROLE_INBOX && right->role != TERN_FOLDER_ROLE_INBOX &&
      (left->id == self->viewed_folder || right->id == self->viewed_folder))
    return left->id == self->viewed_folder ? -1 : 1;
  return role_rank (left) - role_rank (right);
}

static gboolean
is_behind (const TernFolder *folder)
{
  if (folder->validated == 0 || folder->stale)
    return TRUE;
  return folder->stamp == NULL && g_get_real_time () - folder->validated > UNTOLD_AGE;
}

/* What is behind the server: INBOX first, then what is on screen, then by role. */
static void
queue_stale (TernRunner *self)
{
  g_autoptr (GPtrArray) folders =
      tern_store_list_folders (tern_runner_get_store (self), self->account->id, NULL);
  guint n = 0;

  g_queue_clear_full (&self->unsynced, g_free);
  if (folders == NULL)
    return;
  g_ptr_array_sort_with_data (folders, compare_folders, self);
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i);

      if (!folder->selectable || !folder->subscribed || !is_behind (folder))
        continue;
      g_queue_push_tail (&self->unsynced, g_memdup2 (&folder->id, sizeof folder->id));
      n++;
    }
  tern_trace ("cache.invalidate", TERN_TRACE_STR ("what", "folders"),
              TERN_TRACE_STR ("why", "stamp"), TERN_TRACE_INT ("n", n));
}

static void
answer_checkers (TernRunner *self, const GError *error)
{
  g_autoptr (GPtrArray) checkers = g_steal_pointer (&self->checkers);

  self->checkers = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < checkers->len; i++)
    if (error != NULL)
      g_task_return_error (g_ptr_array_index (checkers, i), g_error_copy (error));
    else
      g_task_return_boolean (g_ptr_array_index (checkers, i), TRUE);
}

static void
check_ended (TernRunner *self)
{
  if (self->core != NULL)
    tern_core_flush (self->core);
  answer_checkers (self, NULL);
  if (self->core == NULL || !tern_core_is_background (self->core))
    return;
  queue_stale (self);
  tern_runner_continue_background (self);
}

static void check_more (TernRunner *self);

static void
check_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernRunner) self = TERN_RUNNER (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders =
      tern_channel_check_folders_finish (TERN_CHANNEL (object), result, &error);

  self->is_checking = FALSE;
  if (folders != NULL && self->core != NULL)
    {
      TernChanges *changes = tern_changes_new ();

      tern_store_put_folder_states (tern_runner_get_store (self), self->account->id, folders,
                                    changes, NULL);
      tern_core_take_changes (self->core, changes);
    }
  if (error != NULL)
    g_queue_clear_full (&self->unchecked, g_free);
  tern_runner_end (self, error);
  check_more (self);
}

static void
check_with_channel (TernRunner *self, TernChannel *channel, const GError *error, gpointer user_data)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);

  if (channel == NULL)
    {
      self->is_checking = FALSE;
      g_queue_clear_full (&self->unchecked, g_free);
      tern_runner_end (self, error);
      check_more (self);
      return;
    }
  while (folders->len < CHECK_FOLDERS && !g_queue_is_empty (&self->unchecked))
    g_ptr_array_add (folders, g_queue_pop_head (&self->unchecked));
  g_ptr_array_add (folders, NULL);
  tern_channel_check_folders_async (channel, (const char *const *) folders->pdata,
                                    self->cancellable, check_cb, g_object_ref (self));
}

static void
check_more (TernRunner *self)
{
  if (self->is_checking)
    return;
  if (self->core == NULL || g_queue_is_empty (&self->unchecked))
    {
      check_ended (self);
      return;
    }
  self->is_checking = TRUE;
  tern_runner_begin (self);
  tern_runner_with_channel (self, check_with_channel, NULL);
}

/**
 * tern_runner_check_folders:
 * @self: a runner that is not closed
 * @folders: (element-type TernFolder): the account's folders as the server has just listed them
 * @task: (transfer full): returns %TRUE once the counts are known, as far as they can be told
 *
 * Asks for the state of those folders of which the list did not tell it, a few at a time. In a
 * program that stays, the folders that changed are then brought up to date in the background.
 */
void
tern_runner_check_folders (TernRunner *self, GPtrArray *folders, GTask *task)
{
  g_queue_clear_full (&self->unchecked, g_free);
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i);

      if (folder->selectable && folder->total < 0)
        g_queue_push_tail (&self->unchecked, g_strdup (folder->remote_id));
    }
  g_ptr_array_add (self->checkers, task);
  check_more (self);
}

/* --- Bringing them up to date --- */

static void
sync_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernRunner *self = TERN_RUNNER (object);
  g_autofree gint64 *folder_id = user_data;
  g_autoptr (GError) error = NULL;

  self->background--;
  g_task_propagate_boolean (G_TASK (result), &error);
  if (self->core == NULL)
    return;
  if (error != NULL && is_broken_way (error))
    g_queue_push_head (&self->unsynced, g_steal_pointer (&folder_id));
  else if (error != NULL)
    g_message ("A folder cannot be brought up to date: %s", error->message);
  tern_runner_continue_background (self);
}

/* Nobody waits for it, so it waits for all that somebody waits for, for a network that costs
 * nothing, and for a server that did not ask to be left alone. */
static gboolean
has_leisure (TernRunner *self)
{
  return self->core != NULL && self->pending == self->background && self->retry_source == NULL &&
         !tern_core_is_metered (self->core) && self->state != TERN_ACCOUNT_STATE_SIGN_IN &&
         self->state != TERN_ACCOUNT_STATE_CERTIFICATE;
}

/**
 * tern_runner_continue_background:
 * @self: a runner
 *
 * Begins to bring the next folder that changed up to date, if there is one and the account is idle.
 */
void
tern_runner_continue_background (TernRunner *self)
{
  while (self->background < MOST_SYNCS && has_leisure (self) && !g_queue_is_empty (&self->unsynced))
    {
      gint64 *folder_id = g_queue_pop_head (&self->unsynced);

      self->background++;
      tern_runner_sync_folder (self, *folder_id, TERN_FETCH_VALIDATE, TERN_URGENCY_BACKGROUND,
                               g_task_new (self, NULL, sync_cb, folder_id));
    }
}

/**
 * tern_runner_cancel_background:
 * @self: a runner that is being closed
 *
 * Forgets what was still to be done, and answers those who wait for it.
 */
void
tern_runner_cancel_background (TernRunner *self)
{
  g_autoptr (GError) error =
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "the account is closed");

  g_queue_clear_full (&self->unchecked, g_free);
  g_queue_clear_full (&self->unsynced, g_free);
  answer_checkers (self, error);
}
