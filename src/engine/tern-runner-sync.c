/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"
#include "tern-folder-sink.h"
#include "tern-trace.h"

/* How long a list counts as fresh without asking (µs). What an earlier start of the program found
 * does not count: nobody has watched the folder since. */
#define LIST_TTL (2 * 60 * 60 * (gint64) G_USEC_PER_SEC)
/* How long it is believed that the server said the last time which folders changed (µs). */
#define CHECK_TTL (60 * (gint64) G_USEC_PER_SEC)
/* The folder list is not asked for again so soon (µs), whatever is gone. */
#define GONE_PAUSE (10 * (gint64) G_USEC_PER_SEC)
/* So many of the newest letters get their beginnings with the list. */
#define SCREENFUL 50

typedef struct
{
  TernRunner *runner;
  gint64 folder_id;
  TernFolder *folder;
  GPtrArray *tasks; /* GTask: all that wait for this sync */
  GCancellable *cancellable;
  TernFolderSink *sink;
  TernUrgency urgency;
  gboolean snippets_asked;
  gboolean has_changed; /* the server told of a change while it ran */
} Sync;

static void
sync_free (Sync *sync)
{
  g_clear_object (&sync->runner);
  g_clear_pointer (&sync->folder, tern_folder_unref);
  g_clear_pointer (&sync->tasks, g_ptr_array_unref);
  g_clear_object (&sync->cancellable);
  g_clear_object (&sync->sink);
  g_free (sync);
}

static void
ask_snippets (Sync *sync)
{
  g_autoptr (GPtrArray) rows = tern_store_read_page (tern_runner_get_store (sync->runner),
                                                     sync->folder_id, NULL, SCREENFUL, NULL);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const TernMessage *message = g_ptr_array_index (rows, i);

      if (message->snippet == NULL)
        g_array_append_val (ids, message->id);
    }
  if (ids->len > 0)
    tern_runner_request_snippets (sync->runner, sync->folder_id,
                                  (const gint64 *) (gpointer) ids->data, ids->len);
}

static void
progress_cb (guint done, guint total, gpointer user_data)
{
  Sync *sync = user_data;
  TernRunner *self = sync->runner;

  if (sync->urgency != TERN_URGENCY_USER)
    return;
  self->shown_sync = sync->folder_id;
  self->done = done;
  self->total = total;
  tern_runner_tell_status (self);

  if (!sync->snippets_asked && done >= MIN (SCREENFUL, total))
    {
      sync->snippets_asked = TRUE;
      ask_snippets (sync);
    }
}

static gboolean
is_network_error (const GError *error)
{
  return tern_error_is_transport (error) || g_error_matches (error, TERN_ERROR, TERN_ERROR_BUSY);
}

static void
refreshed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_debug ("%s", error->message);
}

/* A folder is not there any more: neither is it in the list, once that is asked for. */
static void
look_again (TernRunner *self)
{
  if (g_get_real_time () - self->folders_validated > GONE_PAUSE)
    tern_runner_refresh_folders (self, TERN_FETCH_FORCE,
                                 g_task_new (self, self->cancellable, refreshed_cb, NULL));
}

static void
sync_done (Sync *sync, const GError *error)
{
  TernRunner *self = sync->runner;

  g_hash_table_remove (self->syncs, &sync->folder_id);
  if (self->shown_sync == sync->folder_id)
    self->shown_sync = 0;
  if (error != NULL && is_network_error (error) && sync->urgency == TERN_URGENCY_USER)
    self->wanted_folder = sync->folder_id;
  if (error == NULL && self->wanted_folder == sync->folder_id)
    self->wanted_folder = 0;

  if (error == NULL && self->core != NULL)
    {
      TernChanges *changes = tern_changes_new ();

      tern_store_set_validated (tern_runner_get_store (self), sync->folder_id, g_get_real_time (),
                                changes, NULL);
      tern_store_set_synced_stamp (tern_runner_get_store (self), sync->folder_id,
                                   sync->folder->stamp, changes, NULL);
      tern_core_take_changes (self->core, changes);
      if (sync->urgency == TERN_URGENCY_USER)
        ask_snippets (sync);
    }
  tern_runner_end (self, error);
  if (self->core != NULL && g_error_matches (error, TERN_ERROR, TERN_ERROR_GONE))
    look_again (self);
  if (self->core != NULL)
    tern_core_flush (self->core);
  if (error == NULL)
    tern_runner_want_bodies (self, sync->folder_id);
  if (error == NULL && sync->has_changed && self->core != NULL)
    tern_runner_sync_changed (self, sync->folder_id);

  for (guint i = 0; i < sync->tasks->len; i++)
    {
      GTask *task = g_ptr_array_index (sync->tasks, i);

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_boolean (task, TRUE);
    }
  sync_free (sync);
}

/* What nobody may be kept from is denied by the channel; of any other folder the list may tell. */
static gboolean
may_go_elsewhere (const Sync *sync, const GError *error)
{
  return !g_error_matches (error, TERN_ERROR, TERN_ERROR_PERMISSION) ||
         sync->folder->role == TERN_FOLDER_ROLE_INBOX;
}

static void sync_with_channel (TernRunner *self,
                               TernChannel *channel,
                               const GError *channel_error,
                               gpointer user_data);

static void
sync_folder_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Sync *sync = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) store_error = NULL;

  tern_channel_sync_folder_finish (TERN_CHANNEL (object), result, &error);
  /* That it could not be stored is why it was cancelled. */
  if (!tern_folder_sink_check (sync->sink, &store_error))
    sync_done (sync, store_error);
  else if (error == NULL || !may_go_elsewhere (sync, error) ||
           !tern_runner_fail_over (sync->runner, TERN_CHANNEL (object), &error, sync_with_channel,
                                   sync))
    sync_done (sync, error);
}

static void
sync_with_channel (TernRunner *self,
                   TernChannel *channel,
                   const GError *channel_error,
                   gpointer user_data)
{
  Sync *sync = user_data;
  g_autofree char *state = NULL;
  g_autoptr (GError) error = NULL;

  if (channel == NULL)
    {
      sync_done (sync, channel_error);
      return;
    }
  g_clear_pointer (&sync->folder, tern_folder_unref);
  sync->folder = tern_store_get_folder (tern_runner_get_store (self), sync->folder_id, &error);
  if (sync->folder != NULL)
    state = tern_store_dup_sync_state (tern_runner_get_store (self), sync->folder_id, &error);
  if (error != NULL)
    {
      sync_done (sync, error);
      return;
    }
  g_clear_object (&sync->sink);
  sync->sink =
      tern_folder_sink_new (self->core, sync->folder_id, sync->cancellable, progress_cb, sync);
  tern_channel_sync_folder_async (channel, sync->folder->remote_id, state, TERN_SINK (sync->sink),
                                  sync->urgency, sync->cancellable, sync_folder_cb, sync);
}

/* A sync serves all that asked for it, so it goes on when one of them loses interest. */
static Sync *
sync_new (TernRunner *self, TernFolder *folder, TernUrgency urgency)
{
  Sync *sync = g_new0 (Sync, 1);

  sync->runner = g_object_ref (self);
  sync->folder_id = folder->id;
  sync->folder = tern_folder_ref (folder);
  sync->urgency = urgency;
  sync->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  sync->cancellable = g_cancellable_new ();
  g_hash_table_insert (self->syncs, g_memdup2 (&folder->id, sizeof folder->id), sync);
  return sync;
}

/**
 * tern_runner_cancel_syncs:
 * @self: a runner that is being closed
 *
 * Cancels what runs; nothing is stored any more.
 */
void
tern_runner_cancel_syncs (TernRunner *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->syncs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Sync *sync = value;

      if (sync->sink != NULL)
        tern_folder_sink_disconnect (sync->sink);
      g_cancellable_cancel (sync->cancellable);
    }
}

/* Whether the cached list may be shown without asking: it was read not long ago by this start of
 * the program, or the server has just said that nothing changed since it was read. */
static gboolean
is_fresh (TernRunner *self, const TernFolder *folder)
{
  gint64 start = tern_core_get_start (self->core);
  gint64 now = g_get_real_time ();

  if (folder->stale)
    return FALSE;
  if (folder->validated >= start && folder->validated <= now && now - folder->validated < LIST_TTL)
    return TRUE;
  return folder->validated != 0 && folder->stamp != NULL && folder->checked >= start &&
         folder->checked <= now && now - folder->checked < CHECK_TTL;
}

/**
 * tern_runner_sync_folder:
 * @self: a runner
 * @folder_id: a folder of its account
 * @policy: whether the server is asked
 * @urgency: whether somebody waits for it
 * @task: (transfer full): returns a boolean
 *
 * Brings a folder up to date. Asked again while it runs, it answers with the sync that runs.
 */
void
tern_runner_sync_folder (
    TernRunner *self, gint64 folder_id, TernFetchPolicy policy, TernUrgency urgency, GTask *task)
{
  GError *error = NULL;
  g_autoptr (TernFolder) folder =
      tern_store_get_folder (tern_runner_get_store (self), folder_id, &error);
  Sync *sync = g_hash_table_lookup (self->syncs, &folder_id);

  if (folder == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  if (policy == TERN_FETCH_CACHED || (policy == TERN_FETCH_VALIDATE && is_fresh (self, folder)) ||
      !folder->selectable || tern_folder_is_pending (folder))
    {
      tern_trace ("cache.hit", TERN_TRACE_STR ("what", "list"));
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  if (sync != NULL)
    {
      g_ptr_array_add (sync->tasks, task);
      sync->urgency = MIN (sync->urgency, urgency);
      return;
    }

  tern_trace ("cache.miss", TERN_TRACE_STR ("what", "list"),
              TERN_TRACE_STR ("why", policy == TERN_FETCH_FORCE ? "forced"
                                     : folder->validated == 0   ? "absent"
                                                                : "stale"));
  sync = sync_new (self, folder, urgency);
  g_ptr_array_add (sync->tasks, task);
  tern_runner_begin (self);
  tern_runner_with_channel (self, sync_with_channel, sync);
}

static void
changed_synced_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  /* The account's status tells the outcome. */
}

/**
 * tern_runner_sync_changed:
 * @self: a runner
 * @folder_id: a folder of its account in which the server told of a change
 *
 * Brings the folder up to date, once more after a sync that runs. Nobody waits for it unless it is
 * on screen.
 */
void
tern_runner_sync_changed (TernRunner *self, gint64 folder_id)
{
  Sync *sync = g_hash_table_lookup (self->syncs, &folder_id);

  if (sync != NULL)
    sync->has_changed = TRUE;
  else
    tern_runner_sync_folder (self, folder_id, TERN_FETCH_FORCE,
                             folder_id == self->viewed_folder ? TERN_URGENCY_USER
                                                              : TERN_URGENCY_BACKGROUND,
                             g_task_new (self, self->cancellable, changed_synced_cb, NULL));
}
