/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-private.h"

#include "tern-error.h"
#include "tern-store.h"
#include "tern-trace.h"

/* The arguments of a request on its way to the engine's thread. */
typedef struct
{
  gint64 id;
  gint64 *ids;
  gsize n_ids;
  TernFetchPolicy policy;
  char *text;
  char *secret;
  TernAccount *account;
  TernOperation *operation;
  GFile *file;
  GFileProgressCallback progress;
  gpointer progress_data;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_free (call->ids);
  g_free (call->text);
  if (call->secret != NULL)
    explicit_bzero (call->secret, strlen (call->secret));
  g_free (call->secret);
  g_clear_pointer (&call->account, tern_account_unref);
  g_clear_pointer (&call->operation, tern_operation_unref);
  g_clear_object (&call->file);
  g_free (call);
}

static void
start (TernEngine *self,
       Call call,
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

/* The work below gives the task data of its own; what it needs of the call must not go with it. */
static void
return_error (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

static TernRunner *
get_runner (TernCore *core, GTask *task)
{
  const Call *call = g_task_get_task_data (task);
  GError *error = NULL;
  TernRunner *runner = tern_core_get_runner (core, call->id, &error);

  if (runner == NULL)
    return_error (task, error);
  return runner;
}

static TernRunner *
get_runner_of_folder (TernCore *core, GTask *task)
{
  const Call *call = g_task_get_task_data (task);
  GError *error = NULL;
  TernRunner *runner = tern_core_get_runner_of_folder (core, call->id, &error);

  if (runner == NULL)
    return_error (task, error);
  return runner;
}

static TernRunner *
get_runner_of_message (TernCore *core, GTask *task, gint64 id, TernMessage **message)
{
  GError *error = NULL;
  TernRunner *runner = NULL;

  *message = tern_store_get_message (tern_core_get_store (core), id, &error);
  if (*message != NULL)
    runner = tern_core_get_runner (core, (*message)->account_id, &error);
  if (runner == NULL)
    {
      g_clear_pointer (message, tern_message_unref);
      return_error (task, error);
    }
  return runner;
}

static gboolean
finish_boolean (TernEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static gpointer
finish_pointer (TernEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- Accounts --- */

static void
add_account (TernCore *core, GTask *task)
{
  const Call *call = g_task_get_task_data (task);
  g_autoptr (TernAccount) account = tern_account_ref (call->account);
  g_autofree char *fingerprint = g_strdup (call->text);
  char *password = g_strdup (call->secret);

  tern_core_add_account (core, account, password, fingerprint, task);
  explicit_bzero (password, strlen (password));
  g_free (password);
}

/**
 * tern_engine_add_account_async:
 * @self: the engine
 * @account: the account as it was entered
 * @password: its password
 * @trust_fingerprint: (nullable): SHA-256 of a certificate to trust for the account's endpoints, 64
 *   lower-case hexadecimal digits
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Signs in with a new account, and keeps it only where that works.
 */
void
tern_engine_add_account_async (TernEngine *self,
                               TernAccount *account,
                               const char *password,
                               const char *trust_fingerprint,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  start (self,
         (Call){ .account = tern_account_ref (account),
                 .secret = g_strdup (password),
                 .text = g_strdup (trust_fingerprint) },
         add_account, tern_engine_add_account_async, cancellable, callback, user_data);
}

/**
 * tern_engine_add_account_finish:
 * @self: the engine
 * @result: the result
 * @error: return location; %TERN_ERROR_CERTIFICATE carries the fingerprint as detail
 *
 * Returns: (transfer full) (nullable): the account as it is kept
 */
TernAccount *
tern_engine_add_account_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return finish_pointer (self, result, error);
}

static void
remove_account (TernCore *core, GTask *task)
{
  TernRunner *runner = get_runner (core, task);

  if (runner != NULL)
    {
      g_object_ref (runner);
      tern_runner_remove_account (runner, task);
      g_object_unref (runner);
    }
}

/**
 * tern_engine_remove_account_async:
 * @self: the engine
 * @account_id: the account
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Forgets an account, what is cached of it, changes that wait, and its password.
 */
void
tern_engine_remove_account_async (TernEngine *self,
                                  gint64 account_id,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  start (self, (Call){ .id = account_id }, remove_account, tern_engine_remove_account_async,
         cancellable, callback, user_data);
}

/**
 * tern_engine_remove_account_finish:
 * @self: the engine
 * @result: the result
 * @error: return location; with %TERN_ERROR_SECRET the account is gone, but not its password
 *
 * Returns: whether all of it is forgotten
 */
gboolean
tern_engine_remove_account_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return finish_boolean (self, result, error);
}

static void
set_password (TernCore *core, GTask *task)
{
  Call *call = g_task_get_task_data (task);
  TernRunner *runner = get_runner (core, task);
  char *password;

  if (runner == NULL)
    return;
  password = g_steal_pointer (&call->secret);
  tern_runner_set_password (runner, password, task);
  explicit_bzero (password, strlen (password));
  g_free (password);
}

/**
 * tern_engine_set_password_async:
 * @self: the engine
 * @account_id: the account
 * @password: the new password
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Keeps another password and signs in with it when it is next needed, at once where something
 * waits.
 */
void
tern_engine_set_password_async (TernEngine *self,
                                gint64 account_id,
                                const char *password,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  start (self, (Call){ .id = account_id, .secret = g_strdup (password) }, set_password,
         tern_engine_set_password_async, cancellable, callback, user_data);
}

/**
 * tern_engine_set_password_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for %TERN_ERROR_SECRET
 *
 * Returns: whether the password is kept
 */
gboolean
tern_engine_set_password_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return finish_boolean (self, result, error);
}

static void
trust (TernCore *core, GTask *task)
{
  const Call *call = g_task_get_task_data (task);
  TernRunner *runner = get_runner (core, task);

  if (runner != NULL)
    tern_runner_trust (runner, call->text, task);
}

/**
 * tern_engine_trust_async:
 * @self: the engine
 * @account_id: the account
 * @fingerprint: SHA-256 of the certificate, as %TERN_ERROR_CERTIFICATE told it
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Trusts a certificate for the endpoints of an account, and for nothing else.
 */
void
tern_engine_trust_async (TernEngine *self,
                         gint64 account_id,
                         const char *fingerprint,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  start (self, (Call){ .id = account_id, .text = g_strdup (fingerprint) }, trust,
         tern_engine_trust_async, cancellable, callback, user_data);
}

/**
 * tern_engine_trust_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: whether the trust is kept
 */
gboolean
tern_engine_trust_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return finish_boolean (self, result, error);
}

static void
probe (TernCore *core, GTask *task)
{
  TernRunner *runner = get_runner (core, task);

  if (runner != NULL)
    tern_runner_probe (runner, task);
}

/**
 * tern_engine_probe_async:
 * @self: the engine
 * @account_id: the account
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Races the account's endpoints anew and signs in, beside what runs.
 */
void
tern_engine_probe_async (TernEngine *self,
                         gint64 account_id,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  start (self, (Call){ .id = account_id }, probe, tern_engine_probe_async, cancellable, callback,
         user_data);
}

/**
 * tern_engine_probe_finish:
 * @self: the engine
 * @result: the result
 * @route: (out) (transfer full) (nullable): what was tried, also where the sign-in failed; %NULL
 *   where it did not come to that
 * @error: return location for an error
 *
 * Returns: whether the sign-in worked
 */
gboolean
tern_engine_probe_finish (TernEngine *self, GAsyncResult *result, TernRoute **route, GError **error)
{
  g_autoptr (TernStatus) status = finish_pointer (self, result, error);

  *route = status != NULL && status->route != NULL ? tern_route_ref (status->route) : NULL;
  if (status == NULL)
    return FALSE;
  if (status->error != NULL)
    {
      if (error != NULL)
        *error = g_error_copy (status->error);
      return FALSE;
    }
  return TRUE;
}

/* --- Folders --- */

static void
refresh_folders (TernCore *core, GTask *task)
{
  const Call *call = g_task_get_task_data (task);
  TernRunner *runner = get_runner (core, task);

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
  start (self, (Call){ .id = account_id, .policy = policy }, refresh_folders,
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
  return finish_boolean (self, result, error);
}

static void
sync_folder (TernCore *core, GTask *task)
{
  const Call *call = g_task_get_task_data (task);
  TernRunner *runner = get_runner_of_folder (core, task);

  if (runner != NULL)
    tern_runner_sync_folder (runner, call->id, call->policy, task);
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
  start (self, (Call){ .id = folder_id, .policy = policy }, sync_folder,
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
  return finish_boolean (self, result, error);
}

static void
load_keys (TernCore *core, GTask *task)
{
  const Call *call = g_task_get_task_data (task);
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
  start (self, (Call){ .id = folder_id }, load_keys, tern_engine_load_keys_async, cancellable,
         callback, user_data);
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
  return finish_pointer (self, result, error);
}

static void
request_snippets (TernCore *core, GTask *task)
{
  const Call *call = g_task_get_task_data (task);
  TernRunner *runner = get_runner_of_folder (core, task);

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
  start (self, (Call){ .id = folder_id, .ids = g_memdup2 (ids, n * sizeof *ids), .n_ids = n },
         request_snippets, tern_engine_request_snippets, NULL, NULL, NULL);
}

/* --- Letters --- */

static void
open_letter (TernCore *core, GTask *task)
{
  const Call *call = g_task_get_task_data (task);
  TernFetchPolicy policy = call->policy;
  g_autoptr (TernMessage) message = NULL;
  TernRunner *runner = get_runner_of_message (core, task, call->id, &message);

  if (runner != NULL)
    tern_runner_open_letter (runner, message, policy, task);
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
  start (self, (Call){ .id = message_id, .policy = policy }, open_letter,
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
  return finish_pointer (self, result, error);
}

static void
load_part (TernCore *core, GTask *task)
{
  const Call *call = g_task_get_task_data (task);
  g_autofree char *part_id = g_strdup (call->text);
  g_autoptr (TernMessage) message = NULL;
  TernRunner *runner = get_runner_of_message (core, task, call->id, &message);

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
  start (self, (Call){ .id = message_id, .text = g_strdup (part_id) }, load_part,
         tern_engine_load_part_async, cancellable, callback, user_data);
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
  return finish_pointer (self, result, error);
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

static void
save_part (TernCore *core, GTask *task)
{
  const Call *call = g_task_get_task_data (task);
  g_autofree char *part_id = g_strdup (call->text);
  g_autoptr (GFile) file = g_object_ref (call->file);
  g_autoptr (TernMessage) message = NULL;
  Progress progress = { call->progress, call->progress_data, 0, 0 };
  TernRunner *runner = get_runner_of_message (core, task, call->id, &message);

  if (runner == NULL)
    return;
  if (progress.callback != NULL)
    g_object_set_data_full (G_OBJECT (task), "progress", g_memdup2 (&progress, sizeof progress),
                            g_free);
  tern_runner_save_part (runner, message, part_id, file,
                         progress.callback != NULL ? progress_cb : NULL, task, task);
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
  start (self,
         (Call){ .id = message_id,
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
  return finish_boolean (self, result, error);
}

/* --- Changes --- */

static TernRunner *
get_runner_of_operation (TernCore *core, GTask *task, TernOperation *operation)
{
  GError *error = NULL;
  TernRunner *runner = NULL;

  if (operation->account_id != 0)
    runner = tern_core_get_runner (core, operation->account_id, &error);
  for (guint i = 0; runner == NULL && error == NULL && i < operation->messages->len; i++)
    {
      g_autoptr (TernMessage) message = tern_store_get_message (
          tern_core_get_store (core), g_array_index (operation->messages, gint64, i), NULL);

      if (message != NULL)
        runner = tern_core_get_runner (core, message->account_id, &error);
    }
  if (runner == NULL)
    return_error (task, error != NULL ? error
                                      : g_error_new_literal (TERN_ERROR, TERN_ERROR_GONE,
                                                             "the messages are gone"));
  return runner;
}

static void
apply (TernCore *core, GTask *task)
{
  const Call *call = g_task_get_task_data (task);
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
  start (self, (Call){ .operation = tern_operation_ref (operation) }, apply,
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
  return finish_pointer (self, result, error);
}

static void
undo (TernCore *core, GTask *task)
{
  const Call *call = g_task_get_task_data (task);
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
  start (self, (Call){ .operation = tern_operation_ref (operation) }, undo, tern_engine_undo_async,
         cancellable, callback, user_data);
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
  return finish_boolean (self, result, error);
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
  start (self, (Call){ 0 }, list_operations, tern_engine_list_operations_async, cancellable,
         callback, user_data);
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
  return finish_pointer (self, result, error);
}

static void
flush (TernCore *core, GTask *task)
{
  TernRunner *runner = get_runner (core, task);

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
  start (self, (Call){ .id = account_id }, flush, tern_engine_flush_async, cancellable, callback,
         user_data);
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
  return finish_boolean (self, result, error);
}
