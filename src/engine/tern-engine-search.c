/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-core-search.h"
#include "tern-engine-private.h"

static void
search (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  g_autoptr (TernQuery) query = tern_query_ref (call->query);

  tern_core_search (core, call->id, call->folder_id, query, call->limit, call->policy, task);
}

/**
 * tern_engine_search_async:
 * @self: the engine
 * @account_id: the account; 0 for all
 * @folder_id: a folder; 0 for all of the account
 * @query: what to look for
 * @limit: messages at most, at least 1
 * @policy: %TERN_FETCH_CACHED for what is kept alone, which needs no network; else the servers are
 *   asked as well
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Looks for messages in what is kept and on the servers. What a server finds that is not kept
 * becomes a row of its folder.
 */
void
tern_engine_search_async (TernEngine *self,
                          gint64 account_id,
                          gint64 folder_id,
                          TernQuery *query,
                          guint limit,
                          TernFetchPolicy policy,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  tern_engine_start (self,
                     (TernEngineCall){ .id = account_id,
                                       .folder_id = folder_id,
                                       .query = tern_query_ref (query),
                                       .limit = limit,
                                       .policy = policy },
                     search, tern_engine_search_async, cancellable, callback, user_data);
}

/**
 * tern_engine_search_finish:
 * @self: the engine
 * @result: the result
 * @error: return location; %TERN_ERROR_GONE where there is no such folder
 *
 * Returns: (transfer full) (nullable): what was found; of a server that could not be asked it has
 *   the reason, beside what is kept
 */
TernSearchResult *
tern_engine_search_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_pointer (self, result, error);
}
