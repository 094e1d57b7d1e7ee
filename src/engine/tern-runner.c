/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"
#include "tern-part-sink.h"
#include "tern-trace.h"

/* How long a server that could not be reached is left alone, in seconds: doubled each time. */
#define RETRY_FIRST 15
#define RETRY_MOST 600
/* The longest for which a server is left alone because it asked for that, in seconds. */
#define BUSY_MOST (4 * 60 * 60)

G_DEFINE_FINAL_TYPE (TernRunner, tern_runner, G_TYPE_OBJECT)

static void
tern_runner_dispose (GObject *object)
{
  TernRunner *self = TERN_RUNNER (object);

  if (self->retry_source != NULL)
    g_source_destroy (self->retry_source);
  g_clear_pointer (&self->retry_source, g_source_unref);
  g_clear_object (&self->tokens);
  g_clear_object (&self->channel);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (tern_runner_parent_class)->dispose (object);
}

static void
tern_runner_finalize (GObject *object)
{
  TernRunner *self = TERN_RUNNER (object);

  g_clear_pointer (&self->account, tern_account_unref);
  g_clear_pointer (&self->router, tern_router_free);
  g_free (self->channel_name);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_clear_error (&self->error);
  g_clear_pointer (&self->syncs, g_hash_table_unref);
  g_queue_clear_full (&self->unchecked, g_free);
  g_ptr_array_unref (self->checkers);
  g_queue_clear_full (&self->unsynced, g_free);
  g_queue_clear_full (&self->snippets, g_free);
  g_clear_pointer (&self->paused, g_ptr_array_unref);
  g_clear_pointer (&self->bodies_tried, g_hash_table_unref);
  g_clear_pointer (&self->batch, g_ptr_array_unref);
  g_clear_pointer (&self->requests, g_ptr_array_unref);
  g_clear_pointer (&self->new_steps, g_hash_table_unref);
  g_clear_pointer (&self->flushers, g_ptr_array_unref);

  G_OBJECT_CLASS (tern_runner_parent_class)->finalize (object);
}

static void
tern_runner_class_init (TernRunnerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tern_runner_dispose;
  object_class->finalize = tern_runner_finalize;
}

static void
tern_runner_init (TernRunner *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_free);
  self->cancellable = g_cancellable_new ();
  self->syncs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_queue_init (&self->unchecked);
  self->checkers = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->unsynced);
  g_queue_init (&self->snippets);
  self->paused = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_part_sink_free);
  g_queue_init (&self->bodies);
  self->bodies_tried = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->new_steps = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->flushers = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * tern_runner_new:
 * @core: the engine's side; it closes the runner before it goes
 * @account: the account
 *
 * Makes what does an account's work. Nothing is connected before the first request.
 *
 * Returns: (transfer full): a new runner
 */
TernRunner *
tern_runner_new (TernCore *core, TernAccount *account)
{
  TernRunner *self = g_object_new (TERN_TYPE_RUNNER, NULL);

  self->core = core;
  self->account = tern_account_ref (account);
  return self;
}

/**
 * tern_runner_get_store:
 * @self: a runner that is not closed
 *
 * Returns: (transfer none): the database
 */
TernStore *
tern_runner_get_store (TernRunner *self)
{
  return tern_core_get_store (self->core);
}

/**
 * tern_runner_get_account_id:
 * @self: a runner
 *
 * Returns: the account's id
 */
gint64
tern_runner_get_account_id (TernRunner *self)
{
  return self->account->id;
}

/**
 * tern_runner_dup_status:
 * @self: a runner
 *
 * Returns: (transfer full): how the account is doing
 */
TernStatus *
tern_runner_dup_status (TernRunner *self)
{
  g_autoptr (TernRoute) route = tern_runner_dup_route (self);
  TernStatus *status = tern_status_new (self->account->id, self->state, route, self->error);

  status->is_read_only = self->is_read_only;
  status->folder_id = self->shown_sync;
  status->done = self->done;
  status->total = self->total;
  return status;
}

/**
 * tern_runner_tell_status:
 * @self: a runner
 *
 * Hands the account's state to the core.
 */
void
tern_runner_tell_status (TernRunner *self)
{
  if (self->core != NULL)
    tern_core_take_status (self->core, tern_runner_dup_status (self));
}

/**
 * tern_runner_release_data:
 * @task: a task that is about to be returned
 *
 * Frees what the task carries. The task itself ends on the thread of whoever asked, where nothing
 * of the engine may be touched: neither a runner nor a channel.
 */
void
tern_runner_release_data (GTask *task)
{
  g_task_set_task_data (task, NULL, NULL);
}

/**
 * tern_runner_close:
 * @self: a runner
 *
 * Ends the account's work without waiting; what is asked of it from now on fails.
 */
void
tern_runner_close (TernRunner *self)
{
  g_autoptr (GPtrArray) flushers = g_steal_pointer (&self->flushers);

  self->flushers = g_ptr_array_new_with_free_func (g_object_unref);
  /* First of all: what fails below is no news of the account any more. */
  self->core = NULL;
  tern_runner_cancel_syncs (self);
  tern_runner_cancel_background (self);
  tern_runner_cancel_bodies (self);
  g_cancellable_cancel (self->cancellable);
  tern_runner_forget_channel (self);
  if (self->retry_source != NULL)
    g_source_destroy (self->retry_source);
  g_clear_pointer (&self->retry_source, g_source_unref);

  for (guint i = 0; i < flushers->len; i++)
    g_task_return_new_error (g_ptr_array_index (flushers, i), G_IO_ERROR, G_IO_ERROR_CLOSED,
                             "the account is closed");
}

/* --- State --- */

static gboolean
retry_cb (gpointer user_data)
{
  TernRunner *self = TERN_RUNNER (user_data);

  g_clear_pointer (&self->retry_source, g_source_unref);
  tern_runner_retry (self);
  return G_SOURCE_REMOVE;
}

static void
stop_retry (TernRunner *self)
{
  if (self->retry_source != NULL)
    g_source_destroy (self->retry_source);
  g_clear_pointer (&self->retry_source, g_source_unref);
}

static void
schedule_retry (TernRunner *self, const GError *error)
{
  const char *detail = tern_error_get_detail (error);
  guint64 wait = MIN (RETRY_MOST, (guint64) RETRY_FIRST << MIN (self->failures, 8));
  guint64 asked = 0;
  g_autofree char *reason = tern_event_dup_reason (error);
  gboolean is_asked = g_error_matches (error, TERN_ERROR, TERN_ERROR_BUSY);

  if (self->retry_source != NULL && (self->is_asked_to_wait || !is_asked))
    return;
  stop_retry (self);
  self->is_asked_to_wait = is_asked;
  /* A server that names its time is believed, and left alone for longer when it says so again. */
  if (is_asked && detail != NULL &&
      g_ascii_string_to_unsigned (detail, 10, 1, BUSY_MOST, &asked, NULL))
    wait = MIN (BUSY_MOST, asked << MIN (self->failures, 4));
  self->failures++;
  wait += (guint64) g_random_int_range (0, (gint32) wait / 4 + 1);
  tern_runner_tell_event (self, (TernEvent){
                                    .kind = TERN_EVENT_WAIT,
                                    .state = TERN_EVENT_FAILED,
                                    .duration = (gint64) wait * G_USEC_PER_SEC,
                                    .result = reason,
                                });
  self->retry_source = g_timeout_source_new_seconds ((guint) wait);
  g_source_set_callback (self->retry_source, retry_cb, self, NULL);
  g_source_attach (self->retry_source, g_main_context_get_thread_default ());
}

/**
 * tern_runner_begin:
 * @self: a runner
 *
 * Notes that a request to the server starts; tern_runner_end() goes with it.
 */
void
tern_runner_begin (TernRunner *self)
{
  g_object_ref (self);
  /* That it must be signed in anew holds until that worked, or each change would try it again; a
   * server that wants to be left alone may not be asked at all. */
  if (self->pending++ == 0 && self->state != TERN_ACCOUNT_STATE_ONLINE &&
      self->state != TERN_ACCOUNT_STATE_SIGN_IN && self->state != TERN_ACCOUNT_STATE_CERTIFICATE &&
      (self->state != TERN_ACCOUNT_STATE_TROUBLE || self->retry_source == NULL))
    {
      self->state = TERN_ACCOUNT_STATE_CONNECTING;
      tern_runner_tell_status (self);
    }
}

static void
take_error (TernRunner *self, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return; /* by ourselves: says nothing of the server */
  if (tern_error_is_transport (error))
    self->state = TERN_ACCOUNT_STATE_OFFLINE;
  else if (g_error_matches (error, TERN_ERROR, TERN_ERROR_AUTH) ||
           g_error_matches (error, TERN_ERROR, TERN_ERROR_SECRET))
    {
      self->state = TERN_ACCOUNT_STATE_SIGN_IN;
      /* The next request asks the keyring again. */
      tern_runner_forget_channel (self);
    }
  else if (g_error_matches (error, TERN_ERROR, TERN_ERROR_CERTIFICATE))
    self->state = TERN_ACCOUNT_STATE_CERTIFICATE;
  else if (g_error_matches (error, TERN_ERROR, TERN_ERROR_BUSY))
    self->state = TERN_ACCOUNT_STATE_TROUBLE;
  else
    return; /* one request's own trouble */

  /* Where the network fails, any answer proves that it works. */
  self->outdated = self->state == TERN_ACCOUNT_STATE_OFFLINE ? 0 : self->pending;
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
  if (self->state == TERN_ACCOUNT_STATE_OFFLINE || self->state == TERN_ACCOUNT_STATE_TROUBLE)
    schedule_retry (self, error);
}

/* The server serves the account. What waited for a way to it goes now; what it asked to wait for
 * waits on. */
static void
take_success (TernRunner *self)
{
  gboolean waits = self->retry_source != NULL;

  self->state = TERN_ACCOUNT_STATE_ONLINE;
  g_clear_error (&self->error);
  if (waits && self->is_asked_to_wait)
    return;
  self->is_asked_to_wait = FALSE;
  self->failures = 0;
  if (waits)
    tern_runner_retry (self);
}

/* Whether the end of a request says nothing of how the account is doing now: it was begun before
 * another one was refused. Those that began before are taken to end first, as which they are is not
 * kept. */
static gboolean
is_outdated (TernRunner *self, const GError *error)
{
  gboolean needs_sign_in =
      self->state == TERN_ACCOUNT_STATE_SIGN_IN || self->state == TERN_ACCOUNT_STATE_CERTIFICATE;

  if (self->outdated == 0)
    return FALSE;
  self->outdated--;
  if (error == NULL)
    return TRUE;
  if (tern_error_is_transport (error))
    return needs_sign_in || self->state == TERN_ACCOUNT_STATE_TROUBLE;
  return needs_sign_in && g_error_matches (error, TERN_ERROR, TERN_ERROR_BUSY);
}

/**
 * tern_runner_end:
 * @self: a runner
 * @error: (nullable): how the request failed
 *
 * Notes that a request to the server ended, and draws from it how the account is doing.
 */
void
tern_runner_end (TernRunner *self, const GError *error)
{
  self->pending--;
  if (self->core != NULL)
    {
      gboolean is_old = is_outdated (self, error);

      if (error == NULL && !is_old)
        take_success (self);
      else if (!is_old)
        take_error (self, error);
      if (self->state == TERN_ACCOUNT_STATE_CONNECTING && self->pending == 0)
        self->state = TERN_ACCOUNT_STATE_CACHED;
      tern_runner_tell_status (self);
      tern_runner_continue_background (self);
      tern_runner_continue_bodies (self);
    }
  g_object_unref (self);
}

static void
wanted_folder_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  /* The sync has told its outcome by the account's status. */
}

/**
 * tern_runner_retry:
 * @self: a runner
 *
 * Takes up what waits for the server: the operation log, and the sync that failed last.
 */
void
tern_runner_retry (TernRunner *self)
{
  gint64 folder_id = self->wanted_folder;

  if (self->core == NULL || self->state == TERN_ACCOUNT_STATE_SIGN_IN ||
      self->state == TERN_ACCOUNT_STATE_CERTIFICATE)
    return;
  stop_retry (self);

  tern_runner_replay (self);
  tern_runner_continue_background (self);
  tern_runner_continue_bodies (self);
  if (folder_id != 0)
    {
      self->wanted_folder = 0;
      tern_runner_sync_folder (self, folder_id, TERN_FETCH_FORCE, TERN_URGENCY_USER,
                               g_task_new (self, self->cancellable, wanted_folder_cb, NULL));
    }
}
