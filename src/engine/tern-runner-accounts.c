/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"
#include "tern-secrets.h"
#include "tern-sign-in.h"

/* --- Adding: sign in first, keep afterwards --- */

typedef struct
{
  TernCore *core;
  TernAccount *account;
  char *password;          /* (nullable) */
  TernSignIn *sign_in;     /* (nullable) */
  TernTokenSource *tokens; /* (nullable): what the sign-in yielded */
  char *fingerprint;
  TernTrust *trust;
  TernRouter *router;
  TernRoutingResult *found;
  TernChanges *changes; /* told once the secret is kept: who hears of an account uses it */
} Adding;

static void
adding_free (gpointer data)
{
  Adding *adding = data;

  tern_account_unref (adding->account);
  tern_secrets_free (adding->password);
  g_clear_object (&adding->sign_in);
  g_clear_object (&adding->tokens);
  g_free (adding->fingerprint);
  g_clear_object (&adding->trust);
  if (adding->found != NULL)
    tern_channel_close (adding->found->channel);
  g_clear_pointer (&adding->found, tern_routing_result_free);
  g_clear_pointer (&adding->router, tern_router_free);
  g_clear_pointer (&adding->changes, tern_changes_unref);
  tern_core_release (adding->core);
  g_free (adding);
}

static void
return_error (GTask *task, GError *error)
{
  tern_runner_release_data (task);
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
take_back (Adding *adding)
{
  TernChanges *changes = tern_changes_new ();

  tern_store_remove_account (tern_core_get_store (adding->core), adding->account->id, changes,
                             NULL);
  tern_core_take_changes (adding->core, changes);
}

static void
secret_stored_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Adding *adding = g_task_get_task_data (task);
  TernRunner *runner;
  TernAccount *account;
  GError *error = NULL;
  gboolean stored = adding->tokens != NULL
                        ? tern_token_source_store_finish (adding->tokens, result, &error)
                        : tern_secrets_store_finish (result, &error);

  if (!stored)
    {
      /* An account whose password cannot be kept would ask for it at every start. */
      take_back (adding);
      return_error (task, error);
      return;
    }
  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    {
      take_back (adding);
      tern_secrets_clear_async (adding->account->uuid, NULL, NULL, NULL);
      return_error (task, error);
      return;
    }
  runner = tern_core_get_runner (adding->core, adding->account->id, NULL);
  if (runner != NULL)
    {
      if (adding->tokens != NULL)
        tern_runner_use_tokens (runner, adding->tokens);
      tern_runner_remember_endpoints (runner, adding->found->channel);
    }
  tern_core_take_changes (adding->core, g_steal_pointer (&adding->changes));
  tern_core_flush (adding->core);
  tern_core_account_added (adding->core, adding->account->id);
  account = tern_account_ref (adding->account);
  tern_runner_release_data (task);
  g_task_set_check_cancellable (task, FALSE); /* too late: it is kept */
  g_task_return_pointer (task, account, (GDestroyNotify) tern_account_unref);
  g_object_unref (task);
}

static gboolean
keep_trust (TernCore *core, TernAccount *account, const char *fingerprint, GError **error)
{
  for (guint i = 0; i < account->imap->len; i++)
    {
      const TernEndpoint *endpoint = g_ptr_array_index (account->imap, i);

      if (!tern_store_add_trust (tern_core_get_store (core), endpoint->host, endpoint->port,
                                 fingerprint, error))
        return FALSE;
      tern_trust_add (tern_core_get_trust (core), endpoint->host, endpoint->port, fingerprint);
    }
  return TRUE;
}

/* The account begins on the channel that has let it in. */
static TernAccount *
keep_account (Adding *adding, GError **error)
{
  TernStore *store = tern_core_get_store (adding->core);
  g_autoptr (GPtrArray) states = tern_router_list_states (adding->router);
  g_autoptr (TernAccount) kept =
      tern_store_add_account (store, adding->account, adding->changes, error);

  if (kept == NULL ||
      !tern_store_use_channel (store, kept->id, adding->found->name, NULL, NULL, error) ||
      !tern_store_put_channel_states (store, kept->id, states, error))
    return NULL;
  return g_steal_pointer (&kept);
}

static void
tried_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Adding *adding = g_task_get_task_data (task);
  TernAccount *kept;
  GError *error = NULL;

  adding->found = tern_routing_find_finish (result, NULL, &error);
  if (adding->found == NULL ||
      (adding->fingerprint != NULL &&
       !keep_trust (adding->core, adding->account, adding->fingerprint, &error)))
    {
      return_error (task, error);
      return;
    }
  adding->changes = tern_changes_new ();
  kept = keep_account (adding, &error);
  if (kept == NULL)
    {
      return_error (task, error);
      return;
    }
  tern_account_unref (adding->account);
  adding->account = kept;
  if (adding->tokens != NULL)
    tern_token_source_keep_async (adding->tokens, kept->uuid, kept->email,
                                  tern_core_get_closing (adding->core), secret_stored_cb, task);
  else
    tern_secrets_store_async (TERN_SECRET_PASSWORD, kept->uuid, kept->email, adding->password,
                              tern_core_get_closing (adding->core), secret_stored_cb, task);
}

static gboolean
is_known (TernCore *core, TernAccount *account, GError **error)
{
  g_autoptr (GPtrArray) accounts = tern_store_list_accounts (tern_core_get_store (core), error);

  if (accounts == NULL)
    return TRUE;
  for (guint i = 0; i < accounts->len; i++)
    {
      const TernAccount *other = g_ptr_array_index (accounts, i);

      if (g_ascii_strcasecmp (other->email, account->email) == 0)
        {
          g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID, "%s has been added already",
                       account->email);
          return TRUE;
        }
    }
  return FALSE;
}

/* Returns NULL where the account cannot be added; the task is answered then. */
static Adding *
begin_adding (TernCore *core, TernAccount *account, const char *fingerprint, GTask *task)
{
  Adding *adding = g_new0 (Adding, 1);
  GError *error = NULL;

  adding->core = core;
  tern_core_hold (core);
  adding->account = tern_account_ref (account);
  adding->fingerprint = g_strdup (fingerprint);
  adding->trust = tern_trust_new ();
  g_task_set_task_data (task, adding, adding_free);

  if (!tern_account_validate (account, &error) || is_known (core, account, &error))
    {
      return_error (task, error);
      return NULL;
    }
  for (guint i = 0; fingerprint != NULL && i < account->imap->len; i++)
    {
      const TernEndpoint *endpoint = g_ptr_array_index (account->imap, i);

      tern_trust_add (adding->trust, endpoint->host, endpoint->port, fingerprint);
    }
  return adding;
}

static void
try_account (Adding *adding, GTask *task)
{
  TernRoutingWay way = {
    adding->core,
    adding->account,
    adding->password,
    adding->tokens,
    adding->fingerprint != NULL ? adding->trust : tern_core_get_trust (adding->core),
  };

  adding->router = tern_routing_new_router (adding->core, adding->account);
  tern_routing_find_async (adding->router, &way, NULL, TRUE, g_task_get_cancellable (task),
                           tried_cb, task);
}

/**
 * tern_core_add_account:
 * @core: the engine's side
 * @account: the account as it was entered
 * @password: its password
 * @fingerprint: (nullable): a certificate that the user trusts for the account's endpoints
 * @task: (transfer full): returns the kept #TernAccount
 *
 * Signs in, and keeps account, trust and password only where that works.
 */
void
tern_core_add_account (TernCore *core,
                       TernAccount *account,
                       const char *password,
                       const char *fingerprint,
                       GTask *task)
{
  Adding *adding = begin_adding (core, account, fingerprint, task);

  if (adding == NULL)
    return;
  adding->password = g_strdup (password);
  try_account (adding, task);
}

static void
tokens_taken_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  GError *error = NULL;

  if (tern_token_source_store_finish (TERN_TOKEN_SOURCE (object), result, &error))
    try_account (g_task_get_task_data (task), task);
  else
    return_error (task, error);
}

static void
signed_in_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Adding *adding = g_task_get_task_data (task);
  TernSignIn *sign_in = TERN_SIGN_IN (object);
  GError *error = NULL;
  g_autoptr (TernTokenAnswer) answer = tern_sign_in_wait_finish (sign_in, result, &error);

  tern_core_release (adding->core);
  if (answer == NULL)
    {
      return_error (task, error);
      return;
    }
  adding->tokens = tern_token_source_new (tern_core_get_token_client (adding->core),
                                          tern_sign_in_get_provider (sign_in), NULL, NULL,
                                          adding->account->client_id);
  tern_token_source_sign_in_async (adding->tokens, tern_sign_in_get_resource (sign_in), answer,
                                   NULL, tokens_taken_cb, task);
}

/**
 * tern_core_add_signed_in:
 * @core: the engine's side
 * @account: the account with its provider; where it names no servers, those of the provider are
 *   taken
 * @sign_in: the number of a sign-in that has begun
 * @fingerprint: (nullable): a certificate that the user trusts for the account's endpoints
 * @task: (transfer full): returns the kept #TernAccount
 *
 * Waits until the user has signed in with the provider, signs in at the server, and keeps the
 * account and its tokens only where that works.
 */
void
tern_core_add_signed_in (
    TernCore *core, TernAccount *account, guint sign_in, const char *fingerprint, GTask *task)
{
  GError *error = NULL;
  g_autoptr (TernSignIn) begun = tern_core_take_sign_in (core, sign_in, &error);
  const TernProvider *provider;
  Adding *adding;

  if (begun == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  provider = tern_sign_in_get_provider (begun);
  if (account->imap->len == 0)
    for (guint i = 0; i < provider->imap->len; i++)
      g_ptr_array_add (account->imap, tern_endpoint_ref (provider->imap->pdata[i]));
  g_free ((char *) account->provider);
  account->provider = g_strdup (provider->id);
  adding = begin_adding (core, account, fingerprint, task);
  if (adding == NULL)
    return;
  adding->sign_in = g_steal_pointer (&begun);
  tern_core_hold (core);
  tern_sign_in_wait_async (adding->sign_in, g_task_get_cancellable (task), signed_in_cb, task);
}

/* --- What changes an account --- */

typedef struct
{
  TernRunner *runner;
  TernRouter *router;
} Probe;

static void
probe_free (gpointer data)
{
  Probe *probe = data;

  g_object_unref (probe->runner);
  g_clear_pointer (&probe->router, tern_router_free);
  g_free (probe);
}

static void
probed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Probe *probe = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (TernRoute) route = NULL;
  g_autoptr (TernRoutingResult) found = tern_routing_find_finish (result, &route, &error);
  TernStatus *status;

  if (found != NULL)
    {
      if (probe->runner->core != NULL)
        tern_runner_remember_endpoints (probe->runner, found->channel);
      tern_channel_close (found->channel);
    }
  /* Route and error travel together: the route says what was tried also where all failed. */
  status = tern_status_new (probe->runner->account->id,
                            error == NULL ? TERN_ACCOUNT_STATE_ONLINE : TERN_ACCOUNT_STATE_TROUBLE,
                            route, error);
  tern_runner_release_data (task);
  g_task_return_pointer (task, status, (GDestroyNotify) tern_status_unref);
}

static void
probe_with (Probe *probe, const char *password, TernTokenSource *tokens, GTask *task)
{
  TernRunner *self = probe->runner;
  TernRoutingWay way = { self->core, self->account, password, tokens,
                         tern_core_get_trust (self->core) };

  probe->router = tern_routing_new_router (self->core, self->account);
  tern_routing_find_async (probe->router, &way, NULL, TRUE, g_task_get_cancellable (task),
                           probed_cb, task);
}

static void
probe_password_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Probe *probe = g_task_get_task_data (task);
  TernRunner *self = probe->runner;
  GError *error = NULL;
  char *password = tern_secrets_lookup_finish (result, &error);

  if (password == NULL || self->core == NULL)
    {
      tern_secrets_free (password);
      if (error == NULL)
        error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "the account is closed");
      return_error (task, error);
      return;
    }
  probe_with (probe, password, NULL, task);
  tern_secrets_free (password);
}

/**
 * tern_runner_probe:
 * @self: a runner
 * @task: (transfer full): returns a #TernStatus with the route, and the error where it failed
 *
 * Races the account's endpoints on a channel of its own and signs in.
 */
void
tern_runner_probe (TernRunner *self, GTask *task)
{
  Probe *probe = g_new0 (Probe, 1);
  TernTokenSource *tokens;
  GError *error = NULL;

  probe->runner = g_object_ref (self);
  g_task_set_task_data (task, probe, probe_free);
  if (self->account->provider == NULL)
    {
      tern_secrets_lookup_async (TERN_SECRET_PASSWORD, self->account->uuid, self->cancellable,
                                 probe_password_cb, task);
      return;
    }
  tokens = tern_runner_get_tokens (self, &error);
  if (tokens != NULL)
    probe_with (probe, NULL, tokens, task);
  else
    return_error (task, error);
}

/**
 * tern_runner_start_anew:
 * @self: a runner
 *
 * Forgets how the account was doing, for its sign-in has changed, and takes up what waits, what is
 * on screen and what is watched.
 */
void
tern_runner_start_anew (TernRunner *self)
{
  tern_runner_forget_routes (self);
  self->state = TERN_ACCOUNT_STATE_CACHED;
  self->failures = 0;
  g_clear_error (&self->error);
  tern_runner_tell_status (self);
  if (self->wanted_folder == 0)
    self->wanted_folder = self->viewed_folder;
  tern_runner_retry (self);
  if (self->is_watched)
    tern_runner_watch_again (self);
}

static void
password_set_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  TernRunner *self = g_task_get_task_data (task);
  GError *error = NULL;
  gboolean stored = tern_secrets_store_finish (result, &error);

  if (stored && self->core != NULL)
    tern_runner_start_anew (self);
  tern_runner_release_data (task);
  if (stored)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * tern_runner_set_password:
 * @self: a runner
 * @password: the new password
 * @task: (transfer full): returns a boolean
 *
 * Keeps another password and takes up what waits for the sign-in.
 */
void
tern_runner_set_password (TernRunner *self, const char *password, GTask *task)
{
  g_task_set_task_data (task, g_object_ref (self), g_object_unref);
  tern_secrets_store_async (TERN_SECRET_PASSWORD, self->account->uuid, self->account->email,
                            password, self->cancellable, password_set_cb, task);
}

typedef struct
{
  TernRunner *runner;
  TernCore *core;
} Again;

static void
again_free (gpointer data)
{
  g_object_unref (((Again *) data)->runner);
  g_free (data);
}

static void
signed_in_again_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Again *again = g_task_get_task_data (task);
  GError *error = NULL;
  gboolean stored = tern_token_source_store_finish (TERN_TOKEN_SOURCE (object), result, &error);

  if (stored && again->runner->core != NULL)
    tern_runner_start_anew (again->runner);
  tern_runner_release_data (task);
  if (stored)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
waited_again_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Again *again = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (TernSignIn) sign_in = TERN_SIGN_IN (object);
  g_autoptr (TernTokenAnswer) answer = tern_sign_in_wait_finish (sign_in, result, &error);
  TernTokenSource *tokens;

  tern_core_release (again->core);
  if (answer != NULL && again->runner->core == NULL)
    error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "the account is closed");
  tokens = error == NULL ? tern_runner_get_tokens (again->runner, &error) : NULL;
  if (tokens == NULL)
    return_error (task, error);
  else
    tern_token_source_sign_in_async (tokens, tern_sign_in_get_resource (sign_in), answer, NULL,
                                     signed_in_again_cb, task);
}

/**
 * tern_runner_sign_in_again:
 * @self: a runner of an account that signs in with a provider
 * @sign_in: the number of a sign-in that has begun
 * @task: (transfer full): returns a boolean
 *
 * Waits until the user has signed in with the provider, keeps the new tokens and takes up what
 * waits for the sign-in.
 */
void
tern_runner_sign_in_again (TernRunner *self, guint sign_in, GTask *task)
{
  Again *again = g_new0 (Again, 1);
  GError *error = NULL;
  TernSignIn *begun = tern_core_take_sign_in (self->core, sign_in, &error);

  again->runner = g_object_ref (self);
  again->core = self->core;
  g_task_set_task_data (task, again, again_free);
  if (begun == NULL)
    {
      return_error (task, error);
      return;
    }
  tern_core_hold (self->core);
  tern_sign_in_wait_async (begun, g_task_get_cancellable (task), waited_again_cb, task);
}

/**
 * tern_runner_trust:
 * @self: a runner
 * @fingerprint: SHA-256 of the certificate, 64 lower-case hexadecimal digits
 * @task: (transfer full): returns a boolean
 *
 * Trusts a certificate for the account's endpoints, and takes up what waits for it.
 */
void
tern_runner_trust (TernRunner *self, const char *fingerprint, GTask *task)
{
  GError *error = NULL;

  if (!keep_trust (self->core, self->account, fingerprint, &error))
    {
      return_error (task, error);
      return;
    }
  tern_runner_start_anew (self);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
cleared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;

  if (!tern_secrets_clear_finish (result, &error))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/**
 * tern_runner_remove_account:
 * @self: a runner; closed by this
 * @task: (transfer full): returns a boolean
 *
 * Forgets the account: what is cached of it, its log, and its password. Nothing changes on the
 * server.
 */
void
tern_runner_remove_account (TernRunner *self, GTask *task)
{
  g_autoptr (TernAccount) account = tern_account_ref (self->account);
  TernCore *core = self->core;
  TernChanges *changes = tern_changes_new ();
  GError *error = NULL;

  if (!tern_store_remove_account (tern_core_get_store (core), account->id, changes, &error))
    {
      tern_changes_unref (changes);
      return_error (task, error);
      return;
    }
  tern_core_drop_runner (core, account->id);
  tern_core_take_changes (core, changes);
  tern_core_flush (core);
  tern_secrets_clear_async (account->uuid, g_task_get_cancellable (task), cleared_cb, task);
}
