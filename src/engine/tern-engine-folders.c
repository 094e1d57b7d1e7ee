/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-private.h"

#include "tern-store.h"

static void
refresh_folders (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  TernRunner *runner = tern_engine_get_runner (core, task);

  if (runner != NULL)
    tern_runner_refresh_folders (runner, call->policy, task);
}

/**
 * tern_engine_refresh_folders_async:
 * @self: the engine
 * @account_id: the account
 * @policy: whether the server is asked
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Brings an account's folder list up to date.
 */
void
tern_engine_refresh_folders_async (TernEngine *self,
                                   gint64 account_id,
                                   TernFetchPolicy policy,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  tern_engine_start (self, (TernEngineCall){ .id = account_id, .policy = policy }, refresh_folders,
                     tern_engine_refresh_folders_async, cancellable, callback, user_data);
}

/**
 * tern_engine_refresh_folders_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for an error
 *
 * Returns: whether the list is what the policy asks for
 */
gboolean
tern_engine_refresh_folders_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_boolean (self, result, error);
}

static void
sync_folder (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  TernRunner *runner = tern_engine_get_runner_of_folder (core, task);

  if (runner != NULL)
    tern_runner_sync_folder (runner, call->id, call->policy, TERN_URGENCY_USER, task);
}

/**
 * tern_engine_sync_folder_async:
 * @self: the engine
 * @folder_id: the folder
 * @policy: whether the server is asked
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Brings a folder up to date, newest messages first; they arrive by `changed` while it runs.
 */
void
tern_engine_sync_folder_async (TernEngine *self,
                               gint64 folder_id,
                               TernFetchPolicy policy,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  tern_engine_start (self, (TernEngineCall){ .id = folder_id, .policy = policy }, sync_folder,
                     tern_engine_sync_folder_async, cancellable, callback, user_data);
}

/**
 * tern_engine_sync_folder_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for an error
 *
 * Returns: whether the folder is what the policy asks for
 */
gboolean
tern_engine_sync_folder_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_boolean (self, result, error);
}

static void
fetch_bodies (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  TernRunner *runner = tern_engine_get_runner_of_folder (core, task);

  if (runner != NULL)
    tern_runner_fetch_bodies (runner, call->id, task);
}

/**
 * tern_engine_fetch_bodies_async:
 * @self: the engine
 * @folder_id: the folder
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Fetches the text of all letters of a folder as it is cached, newest first, whatever the account's
 * setting.
 */
void
tern_engine_fetch_bodies_async (TernEngine *self,
                                gint64 folder_id,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  tern_engine_start (self, (TernEngineCall){ .id = folder_id }, fetch_bodies,
                     tern_engine_fetch_bodies_async, cancellable, callback, user_data);
}

/**
 * tern_engine_fetch_bodies_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for an error; %TERN_ERROR_LIMIT where the cache has no room for all
 *
 * Returns: whether every letter of the folder can be read without the server
 */
gboolean
tern_engine_fetch_bodies_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_boolean (self, result, error);
}

static void
load_keys (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  GError *error = NULL;
  GBytes *keys;

  /* What the keys hold already must not be told again after them. */
  tern_core_flush (core);
  keys = tern_store_read_keys (tern_core_get_store (core), call->id, &error);
  if (keys == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, keys, (GDestroyNotify) g_bytes_unref);
  g_object_unref (task);
}

/**
 * tern_engine_load_keys_async:
 * @self: the engine
 * @folder_id: the folder
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Loads the places of all messages of a folder: 16 bytes a message, to which the `changed` signals
 * that come after the answer apply without a gap.
 */
void
tern_engine_load_keys_async (TernEngine *self,
                             gint64 folder_id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  tern_engine_start (self, (TernEngineCall){ .id = folder_id }, load_keys,
                     tern_engine_load_keys_async, cancellable, callback, user_data);
}

/**
 * tern_engine_load_keys_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (nullable): an array of #TernRowKey in list order
 */
GBytes *
tern_engine_load_keys_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_pointer (self, result, error);
}

static void
set_viewed_folder (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);

  tern_core_set_viewed_folder (core, call->id);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/**
 * tern_engine_set_viewed_folder:
 * @self: the engine
 * @folder_id: the folder that is on screen; 0 for none
 *
 * Says of which folder news are wanted first. From the first call on, the inboxes of the other
 * accounts are watched, too; what comes is told by `changed`.
 */
void
tern_engine_set_viewed_folder (TernEngine *self, gint64 folder_id)
{
  tern_engine_start (self, (TernEngineCall){ .id = folder_id }, set_viewed_folder,
                     tern_engine_set_viewed_folder, NULL, NULL, NULL);
}

static void
request_snippets (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  TernRunner *runner = tern_engine_get_runner_of_folder (core, task);

  if (runner == NULL)
    return;
  tern_runner_request_snippets (runner, call->id, call->ids, call->n_ids);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/**
 * tern_engine_request_snippets:
 * @self: the engine
 * @folder_id: the folder
 * @ids: (array length=n): messages on screen that have no snippet
 * @n: how many
 *
 * Asks for the beginnings of letters; they arrive by `changed`, or do not.
 */
void
tern_engine_request_snippets (TernEngine *self, gint64 folder_id, const gint64 *ids, gsize n)
{
  tern_engine_start (
      self,
      (TernEngineCall){ .id = folder_id, .ids = g_memdup2 (ids, n * sizeof *ids), .n_ids = n },
      request_snippets, tern_engine_request_snippets, NULL, NULL, NULL);
}
