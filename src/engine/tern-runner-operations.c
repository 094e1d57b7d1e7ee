/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"
#include "tern-mime-header.h"
#include "tern-trace.h"

/* Replaying the log. What the user did is on screen already (local); here the server is asked for
 * it (remote), oldest first, a batch at a time: operations that add up to one request are one.
 * Where the server says no, the operation is taken back with what rests on it (backout). What
 * cannot be done twice comes in steps, each of which is kept on the disk before the next is asked.
 */

/* A server that answers nonsense to a change so often will not take it. */
#define MAX_NONSENSE 3

static void replay_next (TernRunner *self);
static void replay_later (TernRunner *self);

/**
 * tern_runner_has_operations:
 * @self: a runner
 *
 * Returns: whether changes wait for the server
 */
gboolean
tern_runner_has_operations (TernRunner *self)
{
  return tern_store_has_operations (tern_runner_get_store (self), self->account->id);
}

/* --- Ends --- */

static void
answer_flushers (TernRunner *self, const GError *error)
{
  g_autoptr (GPtrArray) flushers = g_steal_pointer (&self->flushers);

  self->flushers = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < flushers->len; i++)
    {
      GTask *task = g_ptr_array_index (flushers, i);

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_boolean (task, TRUE);
    }
}

static void
forget_batch (TernRunner *self)
{
  self->asked = FALSE;
  g_clear_pointer (&self->batch, g_ptr_array_unref);
  g_clear_pointer (&self->requests, g_ptr_array_unref);
  self->next_request = 0;
}

static void
stop_replay (TernRunner *self, const GError *error)
{
  self->replaying = FALSE;
  forget_batch (self);
  if (self->core != NULL)
    tern_core_flush (self->core);
  answer_flushers (self, error);
}

static TernOperation *
get_first (TernRunner *self)
{
  return self->batch->pdata[0];
}

static void
trace (const char *event, const TernOperation *operation)
{
  tern_trace (event, TERN_TRACE_INT ("id", operation->id),
              TERN_TRACE_STR ("kind", tern_operation_kind_to_string (operation->kind)),
              TERN_TRACE_INT ("n", operation->messages->len));
}

static gboolean
is_final (TernRunner *self, const GError *error)
{
  if (g_error_matches (error, TERN_ERROR, TERN_ERROR_PROTOCOL))
    return ++self->refused_attempts >= MAX_NONSENSE;
  return error->domain == TERN_ERROR &&
         (error->code == TERN_ERROR_REFUSED || error->code == TERN_ERROR_PERMISSION ||
          error->code == TERN_ERROR_GONE || error->code == TERN_ERROR_UNSUPPORTED ||
          error->code == TERN_ERROR_INVALID || error->code == TERN_ERROR_LIMIT);
}

/**
 * tern_runner_invalidate:
 * @self: a runner
 * @operation: an operation
 * @changes: where to tell what changed
 * @why: for the trace
 *
 * Has the folders of an operation asked for anew when they are opened next.
 */
void
tern_runner_invalidate (TernRunner *self,
                        const TernOperation *operation,
                        TernChanges *changes,
                        const char *why)
{
  TernStore *store = tern_runner_get_store (self);

  tern_trace ("cache.invalidate", TERN_TRACE_STR ("what", "list"), TERN_TRACE_STR ("why", why));
  if (operation->folder_id != 0)
    tern_store_set_validated (store, operation->folder_id, 0, changes, NULL);
  if (operation->target_folder_id != 0)
    tern_store_set_validated (store, operation->target_folder_id, 0, changes, NULL);
}

/* --- Refusals --- */

static gboolean
contains (GPtrArray *operations, gint64 id)
{
  for (guint i = 0; operations != NULL && i < operations->len; i++)
    if (((TernOperation *) operations->pdata[i])->id == id)
      return TRUE;
  return FALSE;
}

/**
 * tern_runner_tell_taken_back:
 * @self: a runner that is not closed
 * @before: (element-type TernOperation): the account's log before something was undone
 * @error: why
 *
 * Tells of all that is off the log since: the operation, and what rested on it.
 */
void
tern_runner_tell_taken_back (TernRunner *self, GPtrArray *before, const GError *error)
{
  g_autoptr (GPtrArray) after =
      tern_store_list_operations (tern_runner_get_store (self), self->account->id, NULL);

  for (guint i = 0; after != NULL && i < before->len; i++)
    {
      TernOperation *operation = before->pdata[i];

      if (contains (after, operation->id))
        continue;
      trace ("op.undo", operation);
      tern_core_tell_operation_failed (self->core, operation, error);
    }
}

/* The server said no: what the user sees goes back to what is true. Of many messages it may have
 * taken some, so the folders are not believed. */
static void
undo_refused (TernRunner *self, const GError *error)
{
  TernStore *store = tern_runner_get_store (self);
  g_autoptr (TernOperation) operation = tern_operation_ref (get_first (self));
  g_autoptr (GPtrArray) before = NULL;
  TernChanges *changes = tern_changes_new ();
  g_autoptr (GError) store_error = NULL;

  self->refused_attempts = 0;
  forget_batch (self);
  before = tern_store_list_operations (store, self->account->id, &store_error);
  if (before == NULL || !tern_store_undo_operation (store, operation->id, changes, &store_error))
    {
      tern_changes_unref (changes);
      stop_replay (self, store_error);
      return;
    }
  tern_runner_invalidate (self, operation, changes, "refused");
  tern_core_take_changes (self->core, changes);
  tern_runner_tell_taken_back (self, before, error);
  replay_later (self);
}

/* The server took some messages of the batch and not these. */
static gboolean
take_refused (TernRunner *self, const TernOutcome *outcome, GError **error)
{
  for (guint i = 0; outcome->refused->len > 0 && i < self->batch->len; i++)
    {
      TernOperation *operation = self->batch->pdata[i];
      TernChanges *changes = tern_changes_new ();
      g_autoptr (TernOperation) failed = tern_operation_copy (operation);
      g_autoptr (GArray) ids = tern_store_refuse_messages (
          tern_runner_get_store (self), operation->id, outcome->refused, changes, error);

      if (ids == NULL)
        {
          tern_changes_unref (changes);
          return FALSE;
        }
      if (ids->len > 0)
        tern_runner_invalidate (self, operation, changes, "refused");
      tern_core_take_changes (self->core, changes);
      if (ids->len == 0)
        continue;
      g_array_unref (failed->messages);
      failed->messages = g_steal_pointer (&ids);
      trace ("op.undo", failed);
      tern_core_tell_operation_failed (self->core, failed, outcome->error);
    }
  return TRUE;
}

/* --- Confirmation --- */

static void
synced_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  /* The sync has told its outcome by the account's status. */
}

/* What the server did not name is found by a sync of where it is now. */
static void
look_after (TernRunner *self, const TernOperation *operation, TernChanges *changes, gboolean named)
{
  gboolean is_placed =
      operation->kind == TERN_OPERATION_MOVE || operation->kind == TERN_OPERATION_COPY;

  if (is_placed && !named)
    tern_runner_invalidate (self, operation, changes, "unnamed");
  if (operation->kind == TERN_OPERATION_APPEND)
    tern_runner_sync_folder (self, operation->folder_id, TERN_FETCH_FORCE, TERN_URGENCY_USER,
                             g_task_new (self, self->cancellable, synced_cb, NULL));
}

static gboolean
confirm_all (TernRunner *self, const TernOutcome *outcome, TernChanges *changes, GError **error)
{
  TernStore *store = tern_runner_get_store (self);

  if (!tern_store_begin (store, error))
    return FALSE;
  for (guint i = 0; i < self->batch->len; i++)
    if (!tern_store_confirm_operation (store, ((TernOperation *) self->batch->pdata[i])->id,
                                       outcome, changes, error))
      {
        tern_store_rollback (store);
        return FALSE;
      }
  return tern_store_commit (store, error);
}

/* The whole batch is done; @outcome (nullable) is what the server told last. */
static void
confirm (TernRunner *self, const TernOutcome *outcome)
{
  g_autoptr (GPtrArray) batch = g_ptr_array_ref (self->batch);
  TernChanges *changes = tern_changes_new ();
  g_autoptr (GError) error = NULL;
  guint n = 0;

  self->refused_attempts = 0;
  if (!confirm_all (self, outcome, changes, &error))
    {
      tern_changes_unref (changes);
      stop_replay (self, error);
      return;
    }
  forget_batch (self);
  for (guint i = 0; i < batch->len; i++)
    n += ((TernOperation *) batch->pdata[i])->messages->len;
  for (guint i = 0; i < batch->len; i++)
    {
      trace ("op.confirm", batch->pdata[i]);
      look_after (self, batch->pdata[i], changes,
                  outcome != NULL && g_hash_table_size (outcome->moved) >= n);
    }
  tern_core_take_changes (self->core, changes);
  for (guint i = 0; outcome != NULL && outcome->struck_out && i < batch->len; i++)
    tern_core_tell_struck_out (self->core, batch->pdata[i]);
  replay_later (self);
}

/* --- Asking --- */

static void ask (TernRunner *self, TernChannel *channel);

static gboolean
keep_step (TernRunner *self, const TernOutcome *outcome, GError **error)
{
  for (guint i = 0; i < self->batch->len; i++)
    {
      gint64 id = ((TernOperation *) self->batch->pdata[i])->id;

      if (!tern_store_keep_step (tern_runner_get_store (self), id, outcome, error))
        return FALSE;
      g_hash_table_add (self->new_steps, g_memdup2 (&id, sizeof id));
    }
  return TRUE;
}

static void
take_error (TernRunner *self, const GError *error)
{
  if (!is_final (self, error))
    stop_replay (self, error);
  else if (self->batch->len > 1)
    {
      /* Which one it was shows when they are asked for one by one. */
      self->alone_until = ((TernOperation *) self->batch->pdata[self->batch->len - 1])->id;
      forget_batch (self);
      replay_later (self);
    }
  else
    undo_refused (self, error);
}

static void connect_with_channel (TernRunner *self,
                                  TernChannel *channel,
                                  const GError *error,
                                  gpointer user_data);

/* Has the batch done by another channel, where there is one. What is not allowed is the user's to
 * know. */
static gboolean
go_elsewhere (TernRunner *self, TernChannel *channel, GError **error)
{
  if (*error == NULL || g_error_matches (*error, TERN_ERROR, TERN_ERROR_PERMISSION))
    return FALSE;
  if (!tern_runner_fail_over (g_object_ref (self), channel, error, connect_with_channel, NULL))
    {
      g_object_unref (self);
      return FALSE;
    }
  self->asked = FALSE;
  return TRUE;
}

static void
apply_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernRunner) self = TERN_RUNNER (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (TernOutcome) outcome =
      tern_channel_apply_finish (TERN_CHANNEL (object), result, &error);
  gboolean has_more =
      outcome != NULL && self->requests != NULL && ++self->next_request < self->requests->len;

  if (outcome != NULL && self->core != NULL &&
      (!take_refused (self, outcome, &error) ||
       (outcome->step != NULL && !keep_step (self, outcome, &error))))
    g_clear_pointer (&outcome, tern_outcome_free);
  if (outcome != NULL && self->core != NULL && has_more)
    {
      ask (self, TERN_CHANNEL (object));
      return;
    }
  if (outcome == NULL && go_elsewhere (self, TERN_CHANNEL (object), &error))
    return;
  tern_runner_end (self, error);
  if (self->core == NULL)
    stop_replay (self, error);
  else if (outcome == NULL)
    take_error (self, error);
  else if (outcome->step != NULL)
    {
      forget_batch (self);
      replay_later (self);
    }
  else
    confirm (self, outcome);
}

/* The Message-ID in the header of a letter; "" for none. */
static char *
find_message_id (GBytes *letter)
{
  gsize length;
  const char *text = g_bytes_get_data (letter, &length);
  const char *end = g_strstr_len (text, (gssize) length, "\r\n\r\n");
  g_autofree char *header = g_strndup (text, end != NULL ? (gsize) (end - text) : length);
  g_auto (GStrv) lines = g_strsplit (header, "\r\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_ascii_strncasecmp (lines[i], "Message-ID:", 11) == 0)
      {
        g_autofree char *value = g_strconcat (
            lines[i] + 11,
            lines[i + 1] != NULL && g_ascii_isspace (*lines[i + 1]) ? lines[i + 1] : "", NULL);
        char *id = tern_mime_clean_references (value, -1);

        return id != NULL ? id : g_strdup ("");
      }
  return g_strdup ("");
}

/* A change in the channel's names, with all that it points to. */
typedef struct
{
  TernRemoteChange change;
  TernFolder *folder;
  TernFolder *target;
  TernFolder *parent;
  char *step;
  GPtrArray *none;
  GPtrArray *letter; /* the Message-ID of an APPEND */
  GPtrArray *below;  /* remote ids of the folders below one that is renamed */
} Remote;

static void
remote_clear (Remote *self)
{
  g_clear_pointer (&self->folder, tern_folder_unref);
  g_clear_pointer (&self->target, tern_folder_unref);
  g_clear_pointer (&self->parent, tern_folder_unref);
  g_free (self->step);
  g_clear_pointer (&self->change.content, g_bytes_unref);
  g_clear_pointer (&self->none, g_ptr_array_unref);
  g_clear_pointer (&self->letter, g_ptr_array_unref);
  g_clear_pointer (&self->below, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Remote, remote_clear)

static gboolean
add_letter (TernRunner *self, Remote *remote, GError **error)
{
  remote->change.content =
      tern_store_get_operation_content (tern_runner_get_store (self), get_first (self)->id, error);
  if (remote->change.content == NULL)
    return FALSE;
  remote->letter = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (remote->letter, find_message_id (remote->change.content));
  remote->change.message_ids = remote->letter;
  return TRUE;
}

static gboolean
add_below (TernRunner *self, Remote *remote, GError **error)
{
  g_autoptr (GPtrArray) folders =
      tern_store_list_folders (tern_runner_get_store (self), self->account->id, error);
  g_autofree char *prefix = g_strconcat (remote->folder->path, "/", NULL);

  if (folders == NULL)
    return FALSE;
  remote->below = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = folders->pdata[i];

      if (g_str_has_prefix (folder->path, prefix) && !tern_folder_is_pending (folder))
        g_ptr_array_add (remote->below, g_strdup (folder->remote_id));
    }
  remote->change.messages = remote->below;
  return TRUE;
}

static gboolean
find_folder (TernRunner *self, gint64 id, TernFolder **folder, GError **error)
{
  if (id == 0)
    return TRUE;
  *folder = tern_store_get_folder (tern_runner_get_store (self), id, error);
  return *folder != NULL;
}

static gboolean
make_change (TernRunner *self, Remote *remote, GError **error)
{
  const TernOperation *first = get_first (self);
  const TernStoreRequest *request =
      self->requests != NULL ? self->requests->pdata[self->next_request] : NULL;
  TernRemoteChange *change = &remote->change;

  if (!find_folder (self, first->folder_id, &remote->folder, error) ||
      !find_folder (self, first->target_folder_id, &remote->target, error) ||
      !find_folder (self, first->parent_id, &remote->parent, error))
    return FALSE;
  remote->step = tern_store_dup_step (tern_runner_get_store (self), first->id, error);
  remote->none = g_ptr_array_new ();
  change->kind = first->kind;
  if (first->kind != TERN_OPERATION_CREATE_FOLDER)
    change->folder = remote->folder->remote_id;
  change->target = remote->target != NULL ? remote->target->remote_id : NULL;
  change->parent = remote->parent != NULL ? remote->parent->remote_id : NULL;
  change->messages = request != NULL ? request->remote_ids : remote->none;
  change->message_ids = request != NULL ? request->message_ids : NULL;
  change->set = request != NULL ? request->set : first->set;
  change->clear = request != NULL ? request->clear : first->clear;
  change->set_keywords = request != NULL ? request->set_keywords : first->set_keywords;
  change->clear_keywords = request != NULL ? request->clear_keywords : first->clear_keywords;
  change->role = first->role;
  change->name = first->name;
  change->subscribed = remote->folder != NULL && remote->folder->subscribed;
  change->only_empty = first->only_empty;
  change->received = first->received;
  change->step = remote->step;
  change->is_resumed = first->attempts > 0 && !g_hash_table_remove (self->new_steps, &first->id);
  if (first->kind == TERN_OPERATION_APPEND)
    return add_letter (self, remote, error);
  return first->kind != TERN_OPERATION_RENAME_FOLDER || add_below (self, remote, error);
}

static gboolean
count_attempts (TernRunner *self, GError **error)
{
  for (guint i = 0; self->next_request == 0 && i < self->batch->len; i++)
    if (!tern_store_count_attempt (tern_runner_get_store (self),
                                   ((TernOperation *) self->batch->pdata[i])->id, error))
      return FALSE;
  return TRUE;
}

/* A connection stands. From here on the server may have done it, whatever becomes of the answer. */
static void
ask (TernRunner *self, TernChannel *channel)
{
  g_auto (Remote) remote = { 0 };
  g_autoptr (GError) error = NULL;

  if (!make_change (self, &remote, &error) || !count_attempts (self, &error))
    {
      tern_runner_end (self, NULL);
      take_error (self, error);
      return;
    }
  self->asked = TRUE;
  tern_trace ("op.apply", TERN_TRACE_INT ("id", get_first (self)->id),
              TERN_TRACE_STR ("kind", tern_operation_kind_to_string (remote.change.kind)),
              TERN_TRACE_INT ("n", remote.change.messages->len));
  tern_channel_apply_async (channel, &remote.change, self->cancellable, apply_cb,
                            g_object_ref (self));
}

/* --- The next batch --- */

/* Reads the next batch and what the server has to be asked for it; @unnamed tells whether a message
 * in it has no name yet. */
static gboolean
read_batch (TernRunner *self, gboolean *unnamed, GError **error)
{
  TernStore *store = tern_runner_get_store (self);

  forget_batch (self);
  *unnamed = FALSE;
  self->batch = tern_store_list_batch (store, self->account->id, FALSE, error);
  if (self->batch == NULL || self->batch->len == 0)
    return self->batch != NULL;
  if (get_first (self)->id <= self->alone_until)
    g_ptr_array_set_size (self->batch, 1);
  if (!tern_operation_is_for_messages (get_first (self)))
    return TRUE;
  self->requests = tern_store_plan (store, self->batch, unnamed, error);
  return self->requests != NULL;
}

/* Flags may add up to what the server has already; of all else nothing is left. */
static void
finish_without_asking (TernRunner *self, gboolean unnamed)
{
  g_autoptr (GError) gone =
      g_error_new_literal (TERN_ERROR, TERN_ERROR_GONE, "the messages are gone");

  if (get_first (self)->kind == TERN_OPERATION_FLAGS && !unnamed)
    confirm (self, NULL);
  else
    take_error (self, gone);
}

static gboolean
has_nothing_to_ask (TernRunner *self)
{
  return self->requests != NULL && self->requests->len == 0;
}

static void
connected_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernRunner) self = TERN_RUNNER (user_data);
  gint64 expected = get_first (self)->id;
  g_autoptr (GError) error = NULL;
  gboolean unnamed;

  if (!tern_channel_connect_finish (TERN_CHANNEL (object), result, &error) &&
      go_elsewhere (self, TERN_CHANNEL (object), &error))
    return;
  if (error != NULL || self->core == NULL || !read_batch (self, &unnamed, &error))
    {
      tern_runner_end (self, error);
      stop_replay (self, error);
    }
  else if (self->batch->len == 0 || get_first (self)->id != expected || has_nothing_to_ask (self))
    {
      /* Taken back while the connection was made. */
      tern_runner_end (self, NULL);
      replay_next (self);
    }
  else
    ask (self, TERN_CHANNEL (object));
}

/* Where the sign-in allows to read only, the log waits for another one. */
static void
connect_with_channel (TernRunner *self,
                      TernChannel *channel,
                      const GError *channel_error,
                      gpointer user_data)
{
  g_autoptr (GError) read_only = NULL;
  const GError *error = channel_error;

  if (channel != NULL && self->is_read_only)
    {
      tern_runner_set_read_only (&read_only);
      error = read_only;
    }
  else if (channel != NULL)
    {
      tern_channel_connect_async (channel, self->cancellable, connected_cb, self);
      return;
    }
  tern_runner_end (self, error);
  stop_replay (self, error);
  g_object_unref (self);
}

static void
named_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernRunner) self = TERN_RUNNER (user_data);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error) || self->core == NULL)
    stop_replay (self, error);
  else
    replay_next (self);
}

static void
replay_next (TernRunner *self)
{
  g_autoptr (GError) error = NULL;
  gboolean unnamed;

  if (self->core == NULL || !read_batch (self, &unnamed, &error) || self->batch->len == 0)
    stop_replay (self, error);
  else if (unnamed && self->named_for != get_first (self)->id)
    {
      self->named_for = get_first (self)->id;
      tern_runner_sync_folder (self, get_first (self)->folder_id, TERN_FETCH_FORCE,
                               TERN_URGENCY_USER,
                               g_task_new (NULL, NULL, named_cb, g_object_ref (self)));
    }
  else if (has_nothing_to_ask (self))
    finish_without_asking (self, unnamed);
  else
    {
      tern_runner_begin (self);
      tern_runner_with_channel (g_object_ref (self), connect_with_channel, NULL);
    }
}

static gboolean
replay_cb (gpointer user_data)
{
  replay_next (user_data);
  return G_SOURCE_REMOVE;
}

/* In a turn of its own, so that a log of many operations that end at once takes no stack. */
static void
replay_later (TernRunner *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, replay_cb, g_object_ref (self), g_object_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
}

/**
 * tern_runner_replay:
 * @self: a runner
 *
 * Asks the server for what the log holds, oldest first, until it is empty or an answer does not
 * come.
 */
void
tern_runner_replay (TernRunner *self)
{
  if (self->core == NULL || self->replaying)
    return;
  /* A refused sign-in is not repeated for every change: some servers lock accounts for that. */
  if (self->state == TERN_ACCOUNT_STATE_SIGN_IN || self->state == TERN_ACCOUNT_STATE_CERTIFICATE)
    {
      answer_flushers (self, self->error);
      return;
    }
  self->replaying = TRUE;
  self->named_for = 0;
  replay_next (self);
}

/**
 * tern_runner_is_asking:
 * @self: a runner
 * @operation_id: an operation
 *
 * Returns: whether the server is being asked for it, so that its answer has to be waited for
 */
gboolean
tern_runner_is_asking (TernRunner *self, gint64 operation_id)
{
  return self->asked && contains (self->batch, operation_id);
}

/**
 * tern_runner_flush:
 * @self: a runner
 * @task: (transfer full): returns a boolean
 *
 * Answers when the log is empty, or with why it cannot be emptied now.
 */
void
tern_runner_flush (TernRunner *self, GTask *task)
{
  if (self->core == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "the account is closed");
      g_object_unref (task);
      return;
    }
  g_ptr_array_add (self->flushers, task);
  tern_runner_replay (self);
}
