/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"

/* How long the folder list counts as fresh without asking (µs). */
#define LIST_TTL (2 * 60 * 60 * (gint64) G_USEC_PER_SEC)
/* So many folders that are new are asked whether they are old ones under another name. */
#define MAX_RENAMED 200

/* One question for the folder list. */
typedef struct
{
  TernRunner *runner;
  GPtrArray *folders; /* TernFolder: as listed */
} Refresh;

static void
refresh_free (gpointer data)
{
  Refresh *refresh = data;

  g_object_unref (refresh->runner);
  g_clear_pointer (&refresh->folders, g_ptr_array_unref);
  g_free (refresh);
}

static void
refresh_done (TernRunner *self, GTask *task, GError *error)
{
  if (self->core != NULL)
    tern_core_flush (self->core);
  tern_runner_release_data (task);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/**
 * tern_runner_keep_folders:
 * @self: a runner that is not closed
 * @channel: (nullable): the channel to which the account goes over; %NULL to stay
 * @folders: (nullable) (element-type TernFolder): its folders as they are now; %NULL for an account
 *   that was on no channel
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Takes over the folder list. What the user wanted to do in a folder that is gone is undone and
 * told.
 *
 * Returns: whether it is kept
 */
gboolean
tern_runner_keep_folders (TernRunner *self, const char *channel, GPtrArray *folders, GError **error)
{
  TernStore *store = tern_runner_get_store (self);
  gint64 id = self->account->id;
  g_autoptr (GPtrArray) before = tern_store_list_operations (store, self->account->id, error);
  g_autoptr (GError) gone =
      g_error_new_literal (TERN_ERROR, TERN_ERROR_GONE, "the folder was removed on the server");
  TernChanges *changes;

  if (before == NULL)
    return FALSE;
  changes = tern_changes_new ();
  if (channel != NULL ? !tern_store_use_channel (store, id, channel, folders, changes, error)
                      : !tern_store_put_folders (store, id, folders, changes, error))
    {
      tern_changes_unref (changes);
      return FALSE;
    }
  tern_core_take_changes (self->core, changes);
  tern_runner_tell_taken_back (self, before, gone);
  tern_runner_update_watch (self); /* a new account's inbox */
  return TRUE;
}

/* Takes the task over. */
static void
take_folders (GTask *task)
{
  Refresh *refresh = g_task_get_task_data (task);
  g_autoptr (TernRunner) self = g_object_ref (refresh->runner);
  g_autoptr (GPtrArray) folders = g_steal_pointer (&refresh->folders);
  GError *error = NULL;

  if (self->core == NULL)
    error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "the account is closed");
  if (error != NULL || !tern_runner_keep_folders (self, NULL, folders, &error))
    {
      tern_runner_end (self, error);
      refresh_done (self, task, error);
      return;
    }
  self->folders_validated = g_get_real_time ();
  tern_core_flush (self->core);
  tern_runner_release_data (task);
  tern_runner_check_folders (self, folders, task);
  tern_runner_end (self, NULL);
}

static TernFolder *
find_folder (GPtrArray *folders, const char *remote_id)
{
  for (guint i = 0; i < folders->len; i++)
    if (g_strcmp0 (((TernFolder *) g_ptr_array_index (folders, i))->remote_id, remote_id) == 0)
      return g_ptr_array_index (folders, i);
  return NULL;
}

static void
identities_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Refresh *refresh = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) checked =
      tern_channel_check_folders_finish (TERN_CHANNEL (object), result, &error);

  /* Without an answer a folder that was renamed is fetched anew. */
  for (guint i = 0; checked != NULL && i < checked->len; i++)
    {
      TernFolder *told = g_ptr_array_index (checked, i);
      TernFolder *folder = find_folder (refresh->folders, told->remote_id);

      if (folder == NULL)
        continue;
      folder->total = told->total;
      folder->unread = told->unread;
      g_free ((char *) folder->stamp);
      folder->stamp = g_steal_pointer (&told->stamp);
      g_free ((char *) folder->identity);
      folder->identity = g_steal_pointer (&told->identity);
    }
  take_folders (task);
}

static gboolean
is_any_gone (GPtrArray *known, GPtrArray *folders)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < folders->len; i++)
    g_hash_table_add (names, (gpointer) ((TernFolder *) g_ptr_array_index (folders, i))->remote_id);
  for (guint i = 0; i < known->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (known, i);

      if (folder->identity != NULL && folder->remote_id != NULL &&
          !g_hash_table_contains (names, folder->remote_id))
        return TRUE;
    }
  return FALSE;
}

/* The folders that may be known ones under another name and of which the list did not tell. */
static GPtrArray *
list_unidentified (TernRunner *self, GPtrArray *folders)
{
  g_autoptr (GPtrArray) known =
      tern_store_list_folders (tern_runner_get_store (self), self->account->id, NULL);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *unidentified = g_ptr_array_new ();

  if (known == NULL || !is_any_gone (known, folders))
    return unidentified;
  for (guint i = 0; i < known->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (known, i);

      if (folder->remote_id != NULL)
        g_hash_table_add (names, (gpointer) folder->remote_id);
    }
  for (guint i = 0; i < folders->len && unidentified->len < MAX_RENAMED; i++)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i);

      if (folder->selectable && folder->total < 0 &&
          !g_hash_table_contains (names, folder->remote_id))
        g_ptr_array_add (unidentified, (gpointer) folder->remote_id);
    }
  return unidentified;
}

static void refresh_with_channel (TernRunner *self,
                                  TernChannel *channel,
                                  const GError *error,
                                  gpointer user_data);

static void
list_folders_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Refresh *refresh = g_task_get_task_data (task);
  g_autoptr (TernRunner) self = g_object_ref (refresh->runner);
  g_autoptr (GPtrArray) unidentified = NULL;
  GError *error = NULL;

  refresh->folders = tern_channel_list_folders_finish (TERN_CHANNEL (object), result, &error);
  if (error != NULL &&
      tern_runner_fail_over (self, TERN_CHANNEL (object), &error, refresh_with_channel, task))
    {
      g_error_free (error);
      return;
    }
  if (refresh->folders == NULL)
    {
      tern_runner_end (self, error);
      refresh_done (self, task, error);
      return;
    }
  if (self->core != NULL)
    unidentified = list_unidentified (self, refresh->folders);
  if (unidentified == NULL || unidentified->len == 0)
    {
      take_folders (task);
      return;
    }
  g_ptr_array_add (unidentified, NULL);
  tern_channel_check_folders_async (TERN_CHANNEL (object),
                                    (const char *const *) unidentified->pdata,
                                    g_task_get_cancellable (task), identities_cb, task);
}

static void
refresh_with_channel (TernRunner *self,
                      TernChannel *channel,
                      const GError *error,
                      gpointer user_data)
{
  GTask *task = G_TASK (user_data);

  if (channel == NULL)
    {
      tern_runner_end (self, error);
      refresh_done (self, task, g_error_copy (error));
      return;
    }
  tern_channel_list_folders_async (channel, g_task_get_cancellable (task), list_folders_cb, task);
}

/**
 * tern_runner_refresh_folders:
 * @self: a runner
 * @policy: whether the server is asked
 * @task: (transfer full): returns a boolean
 *
 * Brings the account's folder list up to date, with the counts. What the user wanted to do in a
 * folder that is gone is undone and told.
 */
void
tern_runner_refresh_folders (TernRunner *self, TernFetchPolicy policy, GTask *task)
{
  gint64 age = g_get_real_time () - self->folders_validated;
  Refresh *refresh;

  if (policy == TERN_FETCH_CACHED || (policy == TERN_FETCH_VALIDATE && age >= 0 && age < LIST_TTL))
    {
      refresh_done (self, task, NULL);
      return;
    }
  refresh = g_new0 (Refresh, 1);
  refresh->runner = g_object_ref (self);
  g_task_set_task_data (task, refresh, refresh_free);
  tern_runner_begin (self);
  tern_runner_with_channel (self, refresh_with_channel, task);
}
