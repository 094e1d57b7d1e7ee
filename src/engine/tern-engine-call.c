/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-private.h"

#include "tern-store.h"

static void
call_free (gpointer data)
{
  TernEngineCall *call = data;

  g_free (call->ids);
  g_free (call->text);
  g_free (call->removed);
  if (call->secret != NULL)
    explicit_bzero (call->secret, strlen (call->secret));
  g_free (call->secret);
  g_clear_pointer (&call->account, tern_account_unref);
  g_clear_pointer (&call->operation, tern_operation_unref);
  g_clear_pointer (&call->query, tern_query_unref);
  g_clear_object (&call->file);
  g_clear_pointer (&call->lines, g_ptr_array_unref);
  g_free (call);
}

/**
 * tern_engine_start:
 * @self: the engine
 * @call: the arguments; what they own goes with the task
 * @func: what to do on the engine's thread
 * @source_tag: the public function
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called in the caller's context
 * @user_data: for @callback
 *
 * Sends a request to the engine's thread, with @call as its task's data until @func sets its own.
 */
void
tern_engine_start (TernEngine *self,
                   TernEngineCall call,
                   TernEngineFunc func,
                   gpointer source_tag,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  g_task_set_task_data (task, g_memdup2 (&call, sizeof call), call_free);
  tern_engine_dispatch (self, task, func);
}

/**
 * tern_engine_return_error:
 * @task: (transfer full): a request
 * @error: (transfer full): why it failed
 *
 * Answers a request with an error.
 */
void
tern_engine_return_error (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* Progress is for the caller, so it goes to the caller's context. */
typedef struct
{
  GFileProgressCallback callback;
  gpointer user_data;
  goffset done;
  goffset total;
} Progress;

static gboolean
progress_idle_cb (gpointer user_data)
{
  const Progress *progress = user_data;

  progress->callback (progress->done, progress->total, progress->user_data);
  return G_SOURCE_REMOVE;
}

static void
progress_cb (goffset done, goffset total, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  const Progress *caller = g_object_get_data (G_OBJECT (task), "progress");
  Progress progress = { caller->callback, caller->user_data, done, total };

  g_main_context_invoke_full (g_task_get_context (task), G_PRIORITY_DEFAULT, progress_idle_cb,
                              g_memdup2 (&progress, sizeof progress), g_free);
}

/**
 * tern_engine_keep_progress:
 * @task: a request, whose call is its data still
 *
 * Lets progress be told by what is returned, with the task as its data, until the task ends.
 *
 * Returns: (nullable): what tells the caller, in its context; %NULL where it does not want to know
 */
GFileProgressCallback
tern_engine_keep_progress (GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  Progress progress = { call->progress, call->progress_data, 0, 0 };

  if (progress.callback == NULL)
    return NULL;
  g_object_set_data_full (G_OBJECT (task), "progress", g_memdup2 (&progress, sizeof progress),
                          g_free);
  return progress_cb;
}

/**
 * tern_engine_get_runner:
 * @core: the engine's side
 * @task: a request whose call names an account; answered where there is none
 *
 * Returns: (transfer none) (nullable): what does the account's work
 */
TernRunner *
tern_engine_get_runner (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  GError *error = NULL;
  TernRunner *runner = tern_core_get_runner (core, call->id, &error);

  if (runner == NULL)
    tern_engine_return_error (task, error);
  return runner;
}

/**
 * tern_engine_get_runner_of_folder:
 * @core: the engine's side
 * @task: a request whose call names a folder; answered where there is none
 *
 * Returns: (transfer none) (nullable): what does the work of the folder's account
 */
TernRunner *
tern_engine_get_runner_of_folder (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  GError *error = NULL;
  TernRunner *runner = tern_core_get_runner_of_folder (core, call->id, &error);

  if (runner == NULL)
    tern_engine_return_error (task, error);
  return runner;
}

/**
 * tern_engine_get_runner_of_message:
 * @core: the engine's side
 * @task: a request; answered where there is no such message
 * @id: the message
 * @message: (out) (transfer full) (nullable): the message as it is cached
 *
 * Returns: (transfer none) (nullable): what does the work of the message's account
 */
TernRunner *
tern_engine_get_runner_of_message (TernCore *core, GTask *task, gint64 id, TernMessage **message)
{
  GError *error = NULL;
  TernRunner *runner = NULL;

  *message = tern_store_get_message (tern_core_get_store (core), id, &error);
  if (*message != NULL)
    runner = tern_core_get_runner (core, (*message)->account_id, &error);
  if (runner == NULL)
    {
      g_clear_pointer (message, tern_message_unref);
      tern_engine_return_error (task, error);
    }
  return runner;
}

/**
 * tern_engine_finish_boolean:
 * @self: the engine
 * @result: the result of a request
 * @error: return location for an error
 *
 * Returns: the answer
 */
gboolean
tern_engine_finish_boolean (TernEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * tern_engine_finish_pointer:
 * @self: the engine
 * @result: the result of a request
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the answer
 */
gpointer
tern_engine_finish_pointer (TernEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
