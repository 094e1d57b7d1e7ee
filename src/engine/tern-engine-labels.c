/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-private.h"

#include "tern-check.h"
#include "tern-store.h"

static void
finish_change (TernCore *core, GTask *task, gboolean success, TernChanges *changes, GError *error)
{
  tern_core_take_changes (core, changes);
  tern_core_flush (core);
  if (success)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

static void
set_group (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  TernChanges *changes = tern_changes_new ();
  GError *error = NULL;
  gboolean success = tern_store_set_group (tern_core_get_store (core), call->ids, call->n_ids,
                                           call->text, changes, &error);

  finish_change (core, task, success, changes, error);
}

/**
 * tern_engine_set_group_async:
 * @self: the engine
 * @ids: accounts
 * @n: their number
 * @group: (nullable): the name of their group; %NULL for none
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Puts accounts into a group, which is there as long as one of them is in it.
 */
void
tern_engine_set_group_async (TernEngine *self,
                             const gint64 *ids,
                             gsize n,
                             const char *group,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  tern_engine_start (self,
                     (TernEngineCall){ .ids = g_memdup2 (ids, n * sizeof *ids),
                                       .n_ids = n,
                                       .text = g_strdup (group) },
                     set_group, tern_engine_set_group_async, cancellable, callback, user_data);
}

static void
change_tags (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  TernChanges *changes = tern_changes_new ();
  GError *error = NULL;
  gboolean success = tern_store_change_tags (tern_core_get_store (core), call->ids, call->n_ids,
                                             call->text, call->removed, changes, &error);

  finish_change (core, task, success, changes, error);
}

/**
 * tern_engine_change_tags_async:
 * @self: the engine
 * @ids: accounts
 * @n: their number
 * @add: (nullable): a tag that they get
 * @remove: (nullable): a tag that they lose
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Changes by what accounts are found; their other tags stay.
 */
void
tern_engine_change_tags_async (TernEngine *self,
                               const gint64 *ids,
                               gsize n,
                               const char *add,
                               const char *remove,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  tern_engine_start (self,
                     (TernEngineCall){ .ids = g_memdup2 (ids, n * sizeof *ids),
                                       .n_ids = n,
                                       .text = g_strdup (add),
                                       .removed = g_strdup (remove) },
                     change_tags, tern_engine_change_tags_async, cancellable, callback, user_data);
}

static void
set_notify (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  TernChanges *changes = tern_changes_new ();
  GError *error = NULL;
  gboolean success = tern_store_set_notify (tern_core_get_store (core), call->ids, call->n_ids,
                                            call->flag, changes, &error);

  if (success)
    tern_core_update_watch (core);
  finish_change (core, task, success, changes, error);
}

/**
 * tern_engine_set_notify_async:
 * @self: the engine
 * @ids: accounts
 * @n: their number
 * @notify: whether their inboxes are watched while nobody looks at them
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Keeps the setting, and begins with what it asks for.
 */
void
tern_engine_set_notify_async (TernEngine *self,
                              const gint64 *ids,
                              gsize n,
                              gboolean notify,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  tern_engine_start (
      self, (TernEngineCall){ .ids = g_memdup2 (ids, n * sizeof *ids), .n_ids = n, .flag = notify },
      set_notify, tern_engine_set_notify_async, cancellable, callback, user_data);
}

/**
 * tern_engine_label_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: whether the change of group, tags or setting is kept
 */
gboolean
tern_engine_label_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_boolean (self, result, error);
}

static void
check_accounts (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  g_autofree gint64 *ids = g_memdup2 (call->ids, call->n_ids * sizeof *call->ids);
  gsize n = call->n_ids;
  GFileProgressCallback progress = tern_engine_keep_progress (task);

  tern_core_check_accounts (core, ids, n, progress, task, task);
}

/**
 * tern_engine_check_accounts_async:
 * @self: the engine
 * @ids: accounts
 * @n: their number
 * @cancellable: (nullable): ends it; the answer has those that were come to
 * @progress: (nullable): called in the caller's context with accounts that are done, and all
 * @progress_data: for @progress
 * @callback: called when done
 * @user_data: for @callback
 *
 * Signs in with each of them, a few at a time and fewer at one server.
 */
void
tern_engine_check_accounts_async (TernEngine *self,
                                  const gint64 *ids,
                                  gsize n,
                                  GCancellable *cancellable,
                                  GFileProgressCallback progress,
                                  gpointer progress_data,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  tern_engine_start (self,
                     (TernEngineCall){ .ids = g_memdup2 (ids, n * sizeof *ids),
                                       .n_ids = n,
                                       .progress = progress,
                                       .progress_data = progress_data },
                     check_accounts, tern_engine_check_accounts_async, cancellable, callback,
                     user_data);
}

/**
 * tern_engine_check_accounts_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for an error
 *
 * Returns: (transfer full) (element-type TernStatus) (nullable): how each account is doing, in no
 *   order
 */
GPtrArray *
tern_engine_check_accounts_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_pointer (self, result, error);
}
