/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-private.h"

#include "tern-error.h"
#include "tern-providers.h"
#include "tern-sign-in.h"

/* Signing in with a provider: it begins, the user is sent to a page, and somebody waits. */

static void
return_offer (TernCore *core, GTask *task, TernSignIn *sign_in)
{
  guint id = tern_core_add_sign_in (core, sign_in);

  g_task_return_pointer (task,
                         tern_sign_in_offer_new (id, tern_sign_in_get_provider (sign_in)->name,
                                                 tern_sign_in_get_url (sign_in),
                                                 tern_sign_in_get_code (sign_in)),
                         (GDestroyNotify) tern_sign_in_offer_unref);
}

static void
begun_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (TernSignIn) sign_in = TERN_SIGN_IN (object);
  TernCore *core = g_object_get_data (object, "core");
  GError *error = NULL;

  tern_core_release (core);
  if (tern_sign_in_begin_device_finish (sign_in, result, &error))
    return_offer (core, task, sign_in);
  else
    g_task_return_error (task, error);
}

/* The provider of the account, of that name, or of the address. */
static TernProvider *
find_provider (TernCore *core, const TernEngineCall *call, GError **error)
{
  TernProviders *providers = tern_core_get_providers (core);
  const TernAccount *account = call->account;
  TernProvider *provider = account->provider != NULL
                               ? tern_providers_get (providers, account->provider)
                               : tern_providers_find (providers, account->email);

  if (provider == NULL && tern_core_check_providers (core, error))
    g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID, "there is no provider “%s”",
                 account->provider != NULL ? account->provider : account->email);
  return provider;
}

static void
check_providers (TernCore *core, GTask *task)
{
  GError *error = NULL;

  if (tern_core_check_providers (core, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

/**
 * tern_engine_check_providers_async:
 * @self: the engine
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Looks whether the user's own files of providers are used. The others work all the same.
 */
void
tern_engine_check_providers_async (TernEngine *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  tern_engine_start (self, (TernEngineCall){ 0 }, check_providers,
                     tern_engine_check_providers_async, cancellable, callback, user_data);
}

/**
 * tern_engine_check_providers_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for %TERN_ERROR_INVALID, whose message names file and member, with the
 *   detail "providers"
 *
 * Returns: whether they are, as far as there are any
 */
gboolean
tern_engine_check_providers_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_boolean (self, result, error);
}

static void
find_service (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  const TernProvider *provider = tern_providers_find (tern_core_get_providers (core), call->text);

  if (provider != NULL && tern_provider_can_sign_in (provider) && provider->authorize != NULL)
    g_task_return_pointer (task, tern_service_new (provider->id, provider->name),
                           (GDestroyNotify) tern_service_unref);
  else
    g_task_return_pointer (task, NULL, NULL);
  g_object_unref (task);
}

static void
list_services (TernCore *core, GTask *task)
{
  GPtrArray *providers = tern_providers_list (tern_core_get_providers (core));
  GPtrArray *services = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_service_unref);

  for (guint i = 0; i < providers->len; i++)
    {
      const TernProvider *provider = g_ptr_array_index (providers, i);

      if (tern_provider_can_sign_in (provider))
        g_ptr_array_add (services, tern_service_new (provider->id, provider->name));
    }
  g_task_return_pointer (task, services, (GDestroyNotify) g_ptr_array_unref);
  g_object_unref (task);
}

/**
 * tern_engine_list_services_async:
 * @self: the engine
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists the providers with whom an account can sign in without giving its password away.
 */
void
tern_engine_list_services_async (TernEngine *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  tern_engine_start (self, (TernEngineCall){ 0 }, list_services, tern_engine_list_services_async,
                     cancellable, callback, user_data);
}

/**
 * tern_engine_list_services_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for an error
 *
 * Returns: (transfer full) (element-type TernService) (nullable): the providers
 */
GPtrArray *
tern_engine_list_services_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_pointer (self, result, error);
}

/**
 * tern_engine_find_service_async:
 * @self: the engine
 * @email: an address, complete or not
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Looks whether the address is of a provider with whom one signs in by a browser.
 */
void
tern_engine_find_service_async (TernEngine *self,
                                const char *email,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  tern_engine_start (self, (TernEngineCall){ .text = g_strdup (email) }, find_service,
                     tern_engine_find_service_async, cancellable, callback, user_data);
}

/**
 * tern_engine_find_service_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the provider; %NULL without an error where there is none
 */
TernService *
tern_engine_find_service_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_pointer (self, result, error);
}

static void
begin_sign_in (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  GError *error = NULL;
  TernProvider *provider = find_provider (core, call, &error);
  g_autoptr (TernSignIn) sign_in = NULL;

  if (provider == NULL)
    {
      tern_engine_return_error (task, error);
      return;
    }
  sign_in = tern_sign_in_new (tern_core_get_token_client (core), provider, call->account->client_id,
                              call->account->email);
  if (call->is_device)
    {
      g_object_set_data (G_OBJECT (sign_in), "core", core);
      tern_core_hold (core);
      tern_sign_in_begin_device_async (sign_in, tern_core_get_closing (core), begun_cb, task);
      g_steal_pointer (&sign_in);
      return;
    }
  tern_sign_in_set_page (sign_in, call->text, call->secret);
  if (!tern_sign_in_begin_browser (sign_in, &error))
    {
      tern_engine_return_error (task, error);
      return;
    }
  return_offer (core, task, sign_in);
  g_object_unref (task);
}

/**
 * tern_engine_begin_sign_in_async:
 * @self: the engine
 * @account: whose sign-in it is: address, and provider where it is not that of the address
 * @done: (nullable): what the browser shows at the end; %NULL to have a code typed in on any device
 * @failed: (nullable): what the browser shows where that was none
 * @cancellable: (nullable): a cancellable
 * @callback: called when there is a page to open
 * @user_data: for @callback
 *
 * Begins to sign in with a provider. One sign-in at a time: another one that nobody waits for yet
 * is given up.
 */
void
tern_engine_begin_sign_in_async (TernEngine *self,
                                 TernAccount *account,
                                 const char *done,
                                 const char *failed,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  tern_engine_start (self,
                     (TernEngineCall){ .account = tern_account_ref (account),
                                       .text = g_strdup (done),
                                       .secret = g_strdup (failed),
                                       .is_device = done == NULL },
                     begin_sign_in, tern_engine_begin_sign_in_async, cancellable, callback,
                     user_data);
}

/**
 * tern_engine_begin_sign_in_finish:
 * @self: the engine
 * @result: the result
 * @error: return location: %TERN_ERROR_UNSUPPORTED where the provider has no such sign-in,
 *   %TERN_ERROR_INVALID where it is unknown, or with the detail "client-id" where Tern is not
 *   registered there; an error of the network
 *
 * Returns: (transfer full) (nullable): where to send the user
 */
TernSignInOffer *
tern_engine_begin_sign_in_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_pointer (self, result, error);
}

static void
add_signed_in (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  g_autoptr (TernAccount) account = tern_account_ref (call->account);
  g_autofree char *fingerprint = g_strdup (call->text);

  tern_core_add_signed_in (core, account, (guint) call->id, fingerprint, task);
}

/**
 * tern_engine_add_signed_in_async:
 * @self: the engine
 * @account: (transfer full): the account; without servers it takes the provider's
 * @offer: a sign-in that has begun
 * @trust_fingerprint: (nullable): as for tern_engine_add_account_async()
 * @cancellable: (nullable): a cancellable
 * @callback: called when the user has signed in, or will not
 * @user_data: for @callback
 *
 * Waits for the user and adds the account, and keeps it only where its server lets it in. Finish
 * with tern_engine_add_account_finish().
 */
void
tern_engine_add_signed_in_async (TernEngine *self,
                                 TernAccount *account,
                                 const TernSignInOffer *offer,
                                 const char *trust_fingerprint,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  tern_engine_start (
      self,
      (TernEngineCall){ .id = offer->id, .account = account, .text = g_strdup (trust_fingerprint) },
      add_signed_in, tern_engine_add_signed_in_async, cancellable, callback, user_data);
}

static void
sign_in_again (TernCore *core, GTask *task)
{
  const TernEngineCall *call = g_task_get_task_data (task);
  guint sign_in = (guint) call->days;
  TernRunner *runner = tern_engine_get_runner (core, task);

  if (runner != NULL)
    tern_runner_sign_in_again (runner, sign_in, task);
}

/**
 * tern_engine_sign_in_again_async:
 * @self: the engine
 * @account_id: an account that signs in with a provider
 * @offer: a sign-in that has begun
 * @cancellable: (nullable): a cancellable
 * @callback: called when the user has signed in, or will not
 * @user_data: for @callback
 *
 * Waits for the user, keeps the new sign-in in place of the old one, and takes up what waits for
 * it.
 */
void
tern_engine_sign_in_again_async (TernEngine *self,
                                 gint64 account_id,
                                 const TernSignInOffer *offer,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  tern_engine_start (self, (TernEngineCall){ .id = account_id, .days = (int) offer->id },
                     sign_in_again, tern_engine_sign_in_again_async, cancellable, callback,
                     user_data);
}

/**
 * tern_engine_sign_in_again_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for %TERN_ERROR_AUTH where the user or the provider said no, and others
 *
 * Returns: whether there is a new sign-in
 */
gboolean
tern_engine_sign_in_again_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  return tern_engine_finish_boolean (self, result, error);
}
