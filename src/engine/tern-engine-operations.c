/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-private.h"

#include "tern-error.h"
#include "tern-store.h"

static TernRunner *
get_runner_of_operation (TernCore *core, GTask *task, TernOperation *operation)
{
  GError *error = NULL;
  TernRunner *runner = NULL;

  if (operation->account_id != 0)
    runner = tern_core_get_runner (core, operation->account_id, &error);
  else if (operation->folder_id != 0)
    runner = tern_core_get_runner_of_folder (core, operation->folder_id, &error);
  for (guint i = 0; runner == NULL && error == NULL && i < operation->messages->len; i++)
    {
      g_autoptr (TernMessage) message = tern_store_get_message (
          tern_core_get_store (core), g_array_index (operation->messages, gint64, i), NULL);

      if (message != NULL)
        runner = tern_core_get_runner (core, message->account_id, &error);
    }
  if (runner == NULL)
    tern_engine_return_error (
        task, error != NULL
                  ? error
                  : g_error_new_literal (TERN_ERROR, TERN_ERROR_GONE, "the messages are gone"));
  return runner;
}

static void
apply (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  TernRunner *runner = get_runner_of_operation (core, task, call->operation);

  if (runner != NULL)
    tern_runner_apply (runner, call->operation, task);
}

/**
 * tern_engine_apply_async:
 * @self: the engine
 * @operation: what the user asks for; its messages are in one folder
 * @cancellable: (nullable): a cancellable
 * @callback: called when the change is on screen and in the durable log
 * @user_data: for @callback
 *
 * Changes messages. The server is asked in the background; where it refuses, the change is undone
 * and `operation-failed` says so.
 */
void
tern_engine_apply_async (TernEngine *self,
                         TernOperation *operation,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  tern_engine_start (self, (TernEngineCall){ .operation = tern_operation_ref (operation) }, apply,
                     tern_engine_apply_async, cancellable, callback, user_data);
}

/**
 * tern_engine_apply_finish:
 * @self: the engine
 * @result: the result
 * @error: return location; %TERN_ERROR_GONE, %TERN_ERROR_INVALID or %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (nullable): the operation as it is logged, for tern_engine_undo_async();
 *   its id is 0 where there was nothing to do
 */
TernOperation *
tern_engine_apply_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_pointer (self, result, error);
}

/* The operation that the call names, for all messages of its folder that show the flags of its
 * @set and none of its @clear. */
static void
apply_to_folder (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  const TernOperation *asked = call->operation;
  TernRunner *runner = get_runner_of_operation (core, task, call->operation);
  g_autoptr (TernFolder) folder = NULL;
  g_autoptr (GArray) ids = NULL;
  g_autoptr (TernOperation) operation = NULL;
  GError *error = NULL;

  if (runner == NULL)
    return;
  folder = tern_store_get_folder (tern_core_get_store (core), asked->folder_id, &error);
  if (folder != NULL && asked->kind == TERN_OPERATION_DELETE &&
      folder->role != TERN_FOLDER_ROLE_TRASH && folder->role != TERN_FOLDER_ROLE_JUNK)
    g_set_error_literal (&error, TERN_ERROR, TERN_ERROR_INVALID, "only Trash and Junk are emptied");
  if (error == NULL)
    ids = tern_store_list_ids (tern_core_get_store (core), asked->folder_id,
                               asked->kind == TERN_OPERATION_EXPUNGE ? TERN_FLAGS_DELETED : 0,
                               asked->set, &error);
  if (ids == NULL)
    {
      tern_engine_return_error (task, error);
      return;
    }
  operation = tern_operation_new (asked->kind, (const gint64 *) (gpointer) ids->data, ids->len);
  operation->set = asked->set;
  operation->folder_id = asked->folder_id;
  operation->account_id = folder->account_id;
  if (ids->len > 0)
    {
      tern_runner_apply (runner, operation, task);
      return;
    }
  g_task_return_pointer (task, g_steal_pointer (&operation), (GDestroyNotify) tern_operation_unref);
  g_object_unref (task);
}

static void
start_on_folder (TernEngine *self,
                 TernOperationKind kind,
                 TernFlags set,
                 gint64 folder_id,
                 gpointer source_tag,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  TernOperation *operation = tern_operation_new (kind, NULL, 0);

  operation->folder_id = folder_id;
  operation->set = set;
  tern_engine_start (self, (TernEngineCall){ .operation = operation }, apply_to_folder, source_tag,
                     cancellable, callback, user_data);
}

/**
 * tern_engine_mark_folder_read_async:
 * @self: the engine
 * @folder_id: the folder
 * @cancellable: (nullable): a cancellable
 * @callback: called when the change is on screen and in the durable log
 * @user_data: for @callback
 *
 * Marks all messages of a folder read that are cached, in one operation. Finish with
 * tern_engine_apply_finish().
 */
void
tern_engine_mark_folder_read_async (TernEngine *self,
                                    gint64 folder_id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  start_on_folder (self, TERN_OPERATION_FLAGS, TERN_FLAGS_SEEN, folder_id,
                   tern_engine_mark_folder_read_async, cancellable, callback, user_data);
}

/**
 * tern_engine_empty_folder_async:
 * @self: the engine
 * @folder_id: Trash or Junk
 * @cancellable: (nullable): a cancellable
 * @callback: called when the change is on screen and in the durable log
 * @user_data: for @callback
 *
 * Removes all messages of a folder for good that are cached, in one operation: what arrives
 * meanwhile, or was never shown here, stays. Finish with tern_engine_apply_finish();
 * %TERN_ERROR_INVALID where the folder is another one.
 */
void
tern_engine_empty_folder_async (TernEngine *self,
                                gint64 folder_id,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  start_on_folder (self, TERN_OPERATION_DELETE, 0, folder_id, tern_engine_empty_folder_async,
                   cancellable, callback, user_data);
}

/**
 * tern_engine_expunge_folder_async:
 * @self: the engine
 * @folder_id: the folder
 * @cancellable: (nullable): a cancellable
 * @callback: called when the change is on screen and in the durable log
 * @user_data: for @callback
 *
 * Removes the messages of a folder for good that are cached and struck out. A message that somebody
 * has restored meanwhile stays. Finish with tern_engine_apply_finish(). A server that can only
 * remove all that anybody struck out (no UIDPLUS) is not asked: the operation fails with
 * %TERN_ERROR_UNSUPPORTED.
 */
void
tern_engine_expunge_folder_async (TernEngine *self,
                                  gint64 folder_id,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  start_on_folder (self, TERN_OPERATION_EXPUNGE, 0, folder_id, tern_engine_expunge_folder_async,
                   cancellable, callback, user_data);
}

static void
undo (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  g_autoptr (TernOperation) operation = tern_operation_ref (call->operation);
  TernRunner *runner = get_runner_of_operation (core, task, operation);

  if (runner != NULL)
    tern_runner_undo (runner, operation, task);
}

/**
 * tern_engine_undo_async:
 * @self: the engine
 * @operation: what tern_engine_apply_finish() returned
 * @cancellable: (nullable): a cancellable
 * @callback: called when the messages are as before on screen and in the log
 * @user_data: for @callback
 *
 * Takes a change back.
 */
void
tern_engine_undo_async (TernEngine *self,
                        TernOperation *operation,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  tern_engine_start (self, (TernEngineCall){ .operation = tern_operation_ref (operation) }, undo,
                     tern_engine_undo_async, cancellable, callback, user_data);
}

/**
 * tern_engine_undo_finish:
 * @self: the engine
 * @result: the result
 * @error: return location; %TERN_ERROR_UNSUPPORTED for what was deleted for good
 *
 * Returns: whether the change is taken back
 */
gboolean
tern_engine_undo_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_boolean (self, result, error);
}

static void
list_operations (TernCore *core, GTask *task)
{
  GError *error = NULL;
  GPtrArray *operations = tern_store_list_operations (tern_core_get_store (core), 0, &error);

  if (operations == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, operations, (GDestroyNotify) g_ptr_array_unref);
  g_object_unref (task);
}

/**
 * tern_engine_list_operations_async:
 * @self: the engine
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists the changes of all accounts that the servers have not confirmed.
 */
void
tern_engine_list_operations_async (TernEngine *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  tern_engine_start (self, (TernEngineCall){ 0 }, list_operations,
                     tern_engine_list_operations_async, cancellable, callback, user_data);
}

/**
 * tern_engine_list_operations_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (element-type TernOperation) (nullable): the operations, oldest first
 */
GPtrArray *
tern_engine_list_operations_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_pointer (self, result, error);
}

static void
flush (TernCore *core, GTask *task)
{
  TernRunner *runner = tern_engine_get_runner (core, task);

  if (runner != NULL)
    tern_runner_flush (runner, task);
}

/**
 * tern_engine_flush_async:
 * @self: the engine
 * @account_id: the account
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Waits until the servers have confirmed an account's changes, or until that cannot happen now.
 */
void
tern_engine_flush_async (TernEngine *self,
                         gint64 account_id,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  tern_engine_start (self, (TernEngineCall){ .id = account_id }, flush, tern_engine_flush_async,
                     cancellable, callback, user_data);
}

/**
 * tern_engine_flush_finish:
 * @self: the engine
 * @result: the result
 * @error: return location; why the rest of the log has to wait
 *
 * Returns: whether the log is empty
 */
gboolean
tern_engine_flush_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_boolean (self, result, error);
}
