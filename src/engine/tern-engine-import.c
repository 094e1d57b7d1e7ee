/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-private.h"

#include "tern-import.h"

static void
import_accounts (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  g_autoptr (GPtrArray) lines = g_ptr_array_ref (call->lines);
  g_autofree char *group = g_strdup (call->text);
  gboolean replace = call->flag;
  GFileProgressCallback progress = tern_engine_keep_progress (task);

  tern_core_import_accounts (core, lines, replace, group, progress, task, task);
}

/**
 * tern_engine_import_accounts_async:
 * @self: the engine
 * @lines: (element-type TernAccountLine): a list of accounts, not changed any more
 * @replace: whether accounts that there are get what the list says they sign in with; else they
 * stay
 * @group: (nullable): the group of those that are new
 * @cancellable: (nullable): stops it between two steps; the report tells what was done
 * @progress: (nullable): called in the caller's context with lines that are done, and all
 * @progress_data: for @progress
 * @callback: called when done
 * @user_data: for @callback
 *
 * Keeps the good ones of a list of accounts, their secrets in the keyring. No server is asked: an
 * account signs in when it is first looked at.
 */
void
tern_engine_import_accounts_async (TernEngine *self,
                                   GPtrArray *lines,
                                   gboolean replace,
                                   const char *group,
                                   GCancellable *cancellable,
                                   GFileProgressCallback progress,
                                   gpointer progress_data,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  tern_engine_start (self,
                     (TernEngineCall){ .lines = g_ptr_array_ref (lines),
                                       .flag = replace,
                                       .text = g_strdup (group),
                                       .progress = progress,
                                       .progress_data = progress_data },
                     import_accounts, tern_engine_import_accounts_async, cancellable, callback,
                     user_data);
}

/**
 * tern_engine_import_accounts_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for %TERN_ERROR_STORAGE or %TERN_ERROR_SECRET; what was kept before stays
 *
 * Returns: (transfer full) (nullable): what became of the list
 */
TernImportReport *
tern_engine_import_accounts_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_pointer (self, result, error);
}
