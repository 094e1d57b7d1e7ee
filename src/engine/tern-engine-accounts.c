/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-private.h"

static void
add_account (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
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
  tern_engine_start (self,
                     (TernEngineCall){ .account = tern_account_ref (account),
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
  return tern_engine_finish_pointer (self, result, error);
}

static void
remove_account (TernCore *core, GTask *task)
{
  TernRunner *runner = tern_engine_get_runner (core, task);

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
  tern_engine_start (self, (TernEngineCall){ .id = account_id }, remove_account,
                     tern_engine_remove_account_async, cancellable, callback, user_data);
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
  return tern_engine_finish_boolean (self, result, error);
}

static void
set_password (TernCore *core, GTask *task)
{
  TernEngineCall *call = g_task_get_task_data (task);
  TernRunner *runner = tern_engine_get_runner (core, task);
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
  tern_engine_start (self, (TernEngineCall){ .id = account_id, .secret = g_strdup (password) },
                     set_password, tern_engine_set_password_async, cancellable, callback,
                     user_data);
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
  return tern_engine_finish_boolean (self, result, error);
}

static void
trust (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  TernRunner *runner = tern_engine_get_runner (core, task);

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
  tern_engine_start (self, (TernEngineCall){ .id = account_id, .text = g_strdup (fingerprint) },
                     trust, tern_engine_trust_async, cancellable, callback, user_data);
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
  return tern_engine_finish_boolean (self, result, error);
}

static void
probe (TernCore *core, GTask *task)
{
  TernRunner *runner = tern_engine_get_runner (core, task);

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
  tern_engine_start (self, (TernEngineCall){ .id = account_id }, probe, tern_engine_probe_async,
                     cancellable, callback, user_data);
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
  g_autoptr (TernStatus) status = tern_engine_finish_pointer (self, result, error);

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

static void
set_body_days (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  int days = call->days;
  TernRunner *runner = tern_engine_get_runner (core, task);

  if (runner != NULL)
    tern_runner_set_body_days (runner, days, task);
}

/**
 * tern_engine_set_body_days_async:
 * @self: the engine
 * @account_id: the account
 * @days: how many days back the text of letters is fetched in advance; -1 for all, 0 for none
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Changes the account's setting, and begins with what it asks for.
 */
void
tern_engine_set_body_days_async (TernEngine *self,
                                 gint64 account_id,
                                 int days,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  tern_engine_start (self, (TernEngineCall){ .id = account_id, .days = days }, set_body_days,
                     tern_engine_set_body_days_async, cancellable, callback, user_data);
}

/**
 * tern_engine_set_body_days_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for an error
 *
 * Returns: whether it is kept
 */
gboolean
tern_engine_set_body_days_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_boolean (self, result, error);
}
