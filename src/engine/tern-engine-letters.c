/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-private.h"

static void
open_letter (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  TernFetchPolicy policy = call->policy;
  g_autoptr (TernMessage) message = NULL;
  TernRunner *runner = tern_engine_get_runner_of_message (core, task, call->id, &message);

  if (runner != NULL)
    tern_runner_open_letter (runner, message, policy, TERN_URGENCY_USER, task);
}

/**
 * tern_engine_open_letter_async:
 * @self: the engine
 * @message_id: the message
 * @policy: whether the server is asked for what is not kept
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Opens a letter: its text parts, and nothing that was sent along. It is not marked read by this.
 */
void
tern_engine_open_letter_async (TernEngine *self,
                               gint64 message_id,
                               TernFetchPolicy policy,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  tern_engine_start (self, (TernEngineCall){ .id = message_id, .policy = policy }, open_letter,
                     tern_engine_open_letter_async, cancellable, callback, user_data);
}

/**
 * tern_engine_open_letter_finish:
 * @self: the engine
 * @result: the result
 * @error: return location; %TERN_ERROR_GONE where the message is gone, %TERN_ERROR_OFFLINE where
 * its text is not kept and the server cannot be asked
 *
 * Returns: (transfer full) (nullable): the letter
 */
TernLetter *
tern_engine_open_letter_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_pointer (self, result, error);
}

static void
load_part (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  g_autofree char *part_id = g_strdup (call->text);
  g_autoptr (TernMessage) message = NULL;
  TernRunner *runner = tern_engine_get_runner_of_message (core, task, call->id, &message);

  if (runner != NULL)
    tern_runner_load_part (runner, message, part_id, task);
}

/**
 * tern_engine_load_part_async:
 * @self: the engine
 * @message_id: the message
 * @part_id: the part's number in its structure; "" for the whole message as it was sent
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Loads a part's decoded content into memory.
 */
void
tern_engine_load_part_async (TernEngine *self,
                             gint64 message_id,
                             const char *part_id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  tern_engine_start (self, (TernEngineCall){ .id = message_id, .text = g_strdup (part_id) },
                     load_part, tern_engine_load_part_async, cancellable, callback, user_data);
}

/**
 * tern_engine_load_part_finish:
 * @self: the engine
 * @result: the result
 * @error: return location; %TERN_ERROR_GONE where there is no such part, %TERN_ERROR_LIMIT where it
 * is too large for memory: save it to a file
 *
 * Returns: (transfer full) (nullable): the content
 */
GBytes *
tern_engine_load_part_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_pointer (self, result, error);
}

static void
save_part (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  g_autofree char *part_id = g_strdup (call->text);
  g_autoptr (GFile) file = g_object_ref (call->file);
  g_autoptr (TernMessage) message = NULL;
  GFileProgressCallback progress = tern_engine_keep_progress (task);
  TernRunner *runner = tern_engine_get_runner_of_message (core, task, call->id, &message);

  if (runner == NULL)
    return;
  tern_runner_save_part (runner, message, part_id, file, progress, task, task);
}

/**
 * tern_engine_save_part_async:
 * @self: the engine
 * @message_id: the message
 * @part_id: the part's number in its structure; "" for the whole message as it was sent
 * @file: where to
 * @cancellable: (nullable): a cancellable; what was at @file stays then
 * @progress: (nullable): called in the caller's context with bytes received and expected
 * @progress_data: for @progress
 * @callback: called when done
 * @user_data: for @callback
 *
 * Saves a part's decoded content, as it arrives; the file appears when it is complete.
 */
void
tern_engine_save_part_async (TernEngine *self,
                             gint64 message_id,
                             const char *part_id,
                             GFile *file,
                             GCancellable *cancellable,
                             GFileProgressCallback progress,
                             gpointer progress_data,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  tern_engine_start (self,
                     (TernEngineCall){ .id = message_id,
                                       .text = g_strdup (part_id),
                                       .file = g_object_ref (file),
                                       .progress = progress,
                                       .progress_data = progress_data },
                     save_part, tern_engine_save_part_async, cancellable, callback, user_data);
}

/**
 * tern_engine_save_part_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for an error
 *
 * Returns: whether the file is there and complete
 */
gboolean
tern_engine_save_part_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_boolean (self, result, error);
}
