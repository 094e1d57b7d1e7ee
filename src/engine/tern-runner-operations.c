/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"
#include "tern-trace.h"

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
  g_autoptr (TernOperation) first =
      tern_store_get_first_operation (tern_runner_get_store (self), self->account->id, NULL);

  return first != NULL;
}

/* --- Replaying the log, oldest first, one at a time --- */

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
stop_replay (TernRunner *self, const GError *error)
{
  self->replaying = self->asked = FALSE;
  g_clear_pointer (&self->running, tern_operation_unref);
  if (self->core != NULL)
    tern_core_flush (self->core);
  answer_flushers (self, error);
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

/* What is shown of the folders is asked for anew when they are opened next. */
static void
invalidate (TernRunner *self, const TernOperation *operation, TernChanges *changes, const char *why)
{
  TernStore *store = tern_runner_get_store (self);

  tern_trace ("cache.invalidate", TERN_TRACE_STR ("what", "list"), TERN_TRACE_STR ("why", why));
  tern_store_set_validated (store, operation->folder_id, 0, changes, NULL);
  if (operation->kind == TERN_OPERATION_MOVE)
    tern_store_set_validated (store, operation->target_folder_id, 0, changes, NULL);
}

/* The server said no: what the user sees goes back to what is true. Of many messages it may have
 * taken some, so the folders are not believed. */
static void
undo_refused (TernRunner *self, const GError *error)
{
  g_autoptr (TernOperation) operation = g_steal_pointer (&self->running);
  TernChanges *changes = tern_changes_new ();
  g_autoptr (GError) store_error = NULL;

  tern_trace ("op.undo", TERN_TRACE_INT ("id", operation->id),
              TERN_TRACE_STR ("kind", tern_operation_kind_to_string (operation->kind)));
  self->refused_attempts = 0;
  self->asked = FALSE;
  if (!tern_store_undo_operation (tern_runner_get_store (self), operation->id, changes,
                                  &store_error))
    {
      tern_changes_unref (changes);
      stop_replay (self, store_error);
      return;
    }
  invalidate (self, operation, changes, "refused");
  tern_core_take_changes (self->core, changes);
  tern_core_tell_operation_failed (self->core, operation, error);
  replay_later (self);
}

static void
confirm (TernRunner *self, GHashTable *moved)
{
  g_autoptr (TernOperation) operation = g_steal_pointer (&self->running);
  TernChanges *changes = tern_changes_new ();
  g_autoptr (GError) error = NULL;

  tern_trace ("op.confirm", TERN_TRACE_INT ("id", operation->id),
              TERN_TRACE_STR ("kind", tern_operation_kind_to_string (operation->kind)));
  self->refused_attempts = 0;
  self->asked = FALSE;
  if (!tern_store_confirm_operation (tern_runner_get_store (self), operation->id, moved, changes,
                                     &error))
    {
      tern_changes_unref (changes);
      stop_replay (self, error);
      return;
    }
  /* A server that does not tell the new ids is asked for them by the target's next sync. */
  if (operation->kind == TERN_OPERATION_MOVE && moved == NULL)
    {
      tern_trace ("cache.invalidate", TERN_TRACE_STR ("what", "list"),
                  TERN_TRACE_STR ("why", "move"));
      tern_store_set_validated (tern_runner_get_store (self), operation->target_folder_id, 0,
                                changes, NULL);
    }
  tern_core_take_changes (self->core, changes);
  replay_later (self);
}

static void
apply_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernRunner) self = TERN_RUNNER (user_data);
  g_autoptr (GHashTable) moved = NULL;
  g_autoptr (GError) error = NULL;
  gboolean applied = tern_channel_apply_finish (TERN_CHANNEL (object), result, &moved, &error);

  tern_runner_end (self, error);
  if (self->core == NULL)
    stop_replay (self, error);
  else if (applied)
    confirm (self, moved);
  else if (is_final (self, error))
    undo_refused (self, error);
  else
    stop_replay (self, error);
}

/* The operation in the server's names. A message that the server has not named yet is left out. */
static GPtrArray *
list_remote_ids (TernRunner *self, const TernOperation *operation, gboolean *unnamed)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  *unnamed = FALSE;
  for (guint i = 0; i < operation->messages->len; i++)
    {
      g_autoptr (TernMessage) message = tern_store_get_message (
          tern_runner_get_store (self), g_array_index (operation->messages, gint64, i), NULL);

      if (message == NULL)
        continue;
      if (message->remote_id != NULL)
        g_ptr_array_add (ids, g_strdup (message->remote_id));
      else
        *unnamed = TRUE;
    }
  return ids;
}

static gboolean
make_change (TernRunner *self,
             const TernOperation *operation,
             GPtrArray *ids,
             TernRemoteChange *change,
             TernFolder **folder,
             TernFolder **target,
             GError **error)
{
  TernStore *store = tern_runner_get_store (self);

  if (ids->len == 0)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_GONE, "the messages are gone");
      return FALSE;
    }
  *folder = tern_store_get_folder (store, operation->folder_id, error);
  if (*folder == NULL)
    return FALSE;
  if (operation->kind == TERN_OPERATION_MOVE)
    {
      *target = tern_store_get_folder (store, operation->target_folder_id, error);
      if (*target == NULL)
        return FALSE;
    }
  change->kind = operation->kind;
  change->folder = (*folder)->remote_id;
  change->messages = ids;
  change->set = operation->set;
  change->clear = operation->clear;
  change->target = *target != NULL ? (*target)->remote_id : NULL;
  return tern_store_count_attempt (store, operation->id, error);
}

/* A connection stands. From here on the server may have done it, whatever becomes of the answer. */
static void
ask (TernRunner *self, TernChannel *channel)
{
  const TernOperation *operation = self->running;
  gboolean unnamed;
  g_autoptr (GPtrArray) ids = list_remote_ids (self, operation, &unnamed);
  g_autoptr (TernFolder) folder = NULL;
  g_autoptr (TernFolder) target = NULL;
  g_autoptr (GError) error = NULL;
  TernRemoteChange change = { 0 };

  if (!make_change (self, operation, ids, &change, &folder, &target, &error))
    {
      tern_runner_end (self, NULL);
      if (is_final (self, error))
        undo_refused (self, error);
      else
        stop_replay (self, error);
      return;
    }
  self->asked = TRUE;
  tern_trace ("op.apply", TERN_TRACE_INT ("id", operation->id),
              TERN_TRACE_STR ("kind", tern_operation_kind_to_string (operation->kind)),
              TERN_TRACE_INT ("n", ids->len));
  tern_channel_apply_async (channel, &change, self->cancellable, apply_cb, g_object_ref (self));
}

static void
connected_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernRunner) self = TERN_RUNNER (user_data);
  g_autoptr (TernOperation) first = NULL;
  g_autoptr (GError) error = NULL;
  gboolean connected =
      tern_channel_connect_finish (TERN_CHANNEL (object), result, &error) && self->core != NULL;

  if (connected)
    first =
        tern_store_get_first_operation (tern_runner_get_store (self), self->account->id, &error);
  if (error != NULL || !connected)
    {
      tern_runner_end (self, error);
      stop_replay (self, error);
    }
  else if (first == NULL || first->id != self->running->id)
    {
      /* Taken back while the connection was made. */
      tern_runner_end (self, NULL);
      replay_next (self);
    }
  else
    {
      tern_operation_unref (self->running);
      self->running = g_steal_pointer (&first);
      ask (self, TERN_CHANNEL (object));
    }
}

static void
connect_with_channel (TernRunner *self,
                      TernChannel *channel,
                      const GError *error,
                      gpointer user_data)
{
  if (channel != NULL)
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
  g_autoptr (TernOperation) last = g_steal_pointer (&self->running);
  g_autoptr (GPtrArray) ids = NULL;
  g_autoptr (GError) error = NULL;
  gboolean unnamed;

  if (self->core != NULL)
    self->running =
        tern_store_get_first_operation (tern_runner_get_store (self), self->account->id, &error);
  if (self->running == NULL)
    {
      stop_replay (self, error);
      return;
    }
  ids = list_remote_ids (self, self->running, &unnamed);
  if (unnamed && (last == NULL || last->id != self->running->id))
    {
      tern_runner_sync_folder (self, self->running->folder_id, TERN_FETCH_FORCE, TERN_URGENCY_USER,
                               g_task_new (NULL, NULL, named_cb, g_object_ref (self)));
      return;
    }
  tern_runner_begin (self);
  tern_runner_with_channel (g_object_ref (self), connect_with_channel, NULL);
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
  replay_next (self);
}

/* --- What the user asks for --- */

/* Messages that would not change are left out, so that undoing cannot change them either. */
static GArray *
list_affected (TernStore *store, const TernOperation *operation, gint64 *folder_id, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  *folder_id = 0;
  for (guint i = 0; i < operation->messages->len; i++)
    {
      gint64 id = g_array_index (operation->messages, gint64, i);
      g_autoptr (TernMessage) message = tern_store_get_message (store, id, NULL);

      if (message == NULL)
        continue;
      if (*folder_id == 0)
        *folder_id = message->folder_id;
      if (message->folder_id != *folder_id)
        {
          g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID,
                               "the messages are not in one folder");
          return NULL;
        }
      if (operation->kind == TERN_OPERATION_FLAGS &&
          (message->flags & operation->set) == operation->set &&
          (message->flags & operation->clear) == 0)
        continue;
      g_array_append_val (ids, id);
    }
  if (*folder_id == 0)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_GONE, "the messages are gone");
      return NULL;
    }
  return g_steal_pointer (&ids);
}

static TernOperation *
narrow (const TernOperation *operation, GArray *ids)
{
  TernOperation *narrowed = tern_operation_copy (operation);

  g_array_unref (narrowed->messages);
  narrowed->messages = g_array_ref (ids);
  return narrowed;
}

static gint64
find_role (TernRunner *self, TernFolderRole role, GError **error)
{
  g_autoptr (GPtrArray) folders =
      tern_store_list_folders (tern_runner_get_store (self), self->account->id, error);

  if (folders == NULL)
    return 0;
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i);

      if (folder->role == role)
        return folder->id;
    }
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_GONE, "the account has no such folder");
  return 0;
}

static TernOperation *
log_operation (TernRunner *self, TernOperation *operation, GError **error)
{
  g_autoptr (GArray) ids = NULL;
  g_autoptr (TernOperation) narrowed = NULL;
  TernOperation *logged;
  TernChanges *changes;
  gint64 folder_id;

  ids = list_affected (tern_runner_get_store (self), operation, &folder_id, error);
  if (ids == NULL)
    return NULL;
  narrowed = narrow (operation, ids);
  if (operation->kind == TERN_OPERATION_MOVE && operation->target_folder_id == 0)
    {
      narrowed->target_folder_id = find_role (self, operation->role, error);
      if (narrowed->target_folder_id == 0)
        return NULL;
    }
  if (ids->len == 0 ||
      (operation->kind == TERN_OPERATION_MOVE && narrowed->target_folder_id == folder_id))
    return g_steal_pointer (&narrowed); /* already so: nothing to log */

  changes = tern_changes_new ();
  logged = tern_store_log_operation (tern_runner_get_store (self), narrowed, changes, error);
  if (logged == NULL)
    {
      tern_changes_unref (changes);
      return NULL;
    }
  logged->folder_id = folder_id;
  tern_trace ("op.log", TERN_TRACE_INT ("id", logged->id),
              TERN_TRACE_STR ("kind", tern_operation_kind_to_string (logged->kind)),
              TERN_TRACE_INT ("n", ids->len));
  tern_core_take_changes (self->core, changes);
  tern_core_flush (self->core);
  return logged;
}

/**
 * tern_runner_apply:
 * @self: a runner
 * @operation: what the user asks for; its messages are in one folder
 * @task: (transfer full): returns the logged #TernOperation; its id is 0 where nothing was to be
 * done
 *
 * Puts a change on screen and into the log in one transaction, and sends it in the background.
 */
void
tern_runner_apply (TernRunner *self, TernOperation *operation, GTask *task)
{
  GError *error = NULL;
  TernOperation *logged = log_operation (self, operation, &error);

  if (logged == NULL)
    g_task_return_error (task, error);
  else
    {
      g_task_return_pointer (task, logged, (GDestroyNotify) tern_operation_unref);
      tern_runner_replay (self);
    }
  g_object_unref (task);
}

static void
return_error (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* Off the log. Where the answer of the server was lost it may have been done all the same; what the
 * folders hold then is what their next sync says, and is lost in neither case. */
static void
undo_logged (TernRunner *self, const TernOperation *operation, GTask *task)
{
  TernChanges *changes = tern_changes_new ();
  GError *error = NULL;

  tern_trace ("op.undo", TERN_TRACE_INT ("id", operation->id),
              TERN_TRACE_STR ("kind", tern_operation_kind_to_string (operation->kind)));
  if (!tern_store_undo_operation (tern_runner_get_store (self), operation->id, changes, &error))
    {
      tern_changes_unref (changes);
      return_error (task, error);
      return;
    }
  if (operation->attempts > 0)
    invalidate (self, operation, changes, "undone");
  tern_core_take_changes (self->core, changes);
  tern_core_flush (self->core);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
undo_by_contrary (TernRunner *self, const TernOperation *operation, GTask *task)
{
  const gint64 *ids = (const gint64 *) (gpointer) operation->messages->data;
  gsize n = operation->messages->len;
  g_autoptr (TernOperation) contrary = NULL;
  g_autoptr (TernOperation) logged = NULL;
  GError *error = NULL;

  if (operation->kind == TERN_OPERATION_FLAGS)
    contrary = tern_operation_new_flags (ids, n, operation->clear, operation->set);
  else if (operation->kind == TERN_OPERATION_MOVE)
    contrary = tern_operation_new_move (ids, n, operation->folder_id);
  else
    error = g_error_new_literal (TERN_ERROR, TERN_ERROR_UNSUPPORTED,
                                 "what is deleted for good does not come back");

  if (contrary != NULL)
    logged = log_operation (self, contrary, &error);
  if (logged == NULL)
    g_task_return_error (task, error);
  else
    {
      g_task_return_boolean (task, TRUE);
      tern_runner_replay (self);
    }
  g_object_unref (task);
}

static void
undo_after_flush_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  TernRunner *self = TERN_RUNNER (object);
  TernOperation *operation = g_task_get_task_data (task);

  /* Whether the log could be emptied does not matter here: what is left of it is undone in place.
   */
  g_task_propagate_boolean (G_TASK (result), NULL);
  tern_runner_undo (self, operation, task);
}

/**
 * tern_runner_undo:
 * @self: a runner
 * @operation: a logged operation, as tern_runner_apply() returned it
 * @task: (transfer full): returns a boolean
 *
 * Takes a change back: off the log while the server has not confirmed it; while it is being asked,
 * after its answer; else by the contrary operation. Flags for which the server was asked without an
 * answer are set back by the contrary operation, too.
 */
void
tern_runner_undo (TernRunner *self, TernOperation *operation, GTask *task)
{
  g_autoptr (GPtrArray) operations = NULL;
  const TernOperation *logged = NULL;
  GError *error = NULL;

  if (self->core == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "the account is closed");
      g_object_unref (task);
      return;
    }
  if (self->asked && self->running->id == operation->id)
    {
      g_task_set_task_data (task, tern_operation_ref (operation),
                            (GDestroyNotify) tern_operation_unref);
      tern_runner_flush (self, g_task_new (self, NULL, undo_after_flush_cb, task));
      return;
    }

  operations = tern_store_list_operations (tern_runner_get_store (self), self->account->id, &error);
  for (guint i = 0; operations != NULL && i < operations->len; i++)
    {
      const TernOperation *other = g_ptr_array_index (operations, i);

      if (other->id == operation->id)
        logged = other;
    }
  if (error != NULL)
    return_error (task, error);
  else if (logged == NULL || (logged->attempts > 0 && operation->kind == TERN_OPERATION_FLAGS))
    undo_by_contrary (self, operation, task);
  else
    undo_logged (self, logged, task);
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
