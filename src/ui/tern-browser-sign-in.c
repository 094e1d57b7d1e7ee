/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-browser-sign-in.h"

#include <glib/gi18n.h>

typedef struct
{
  TernEngine *engine;
  TernAccount *account;
  char *fingerprint; /* (nullable) */
  GtkWindow *parent;
  GError *no_browser; /* (nullable) */
} SignIn;

static void
sign_in_free (gpointer data)
{
  SignIn *self = data;

  g_object_unref (self->engine);
  tern_account_unref (self->account);
  g_free (self->fingerprint);
  g_object_unref (self->parent);
  g_clear_error (&self->no_browser);
  g_free (self);
}

/* Without a browser the waiting was ended, and that says less. */
static void
return_error (GTask *task, GError *error)
{
  SignIn *self = g_task_get_task_data (task);

  if (self->no_browser != NULL)
    {
      g_error_free (error);
      error = g_steal_pointer (&self->no_browser);
      g_task_set_check_cancellable (task, FALSE);
    }
  g_task_return_error (task, error);
}

static void
added_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (TernAccount) account =
      tern_engine_add_account_finish (TERN_ENGINE (object), result, &error);

  if (account != NULL)
    g_task_return_boolean (task, TRUE);
  else
    return_error (task, error);
}

static void
again_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;

  if (tern_engine_sign_in_again_finish (TERN_ENGINE (object), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    return_error (task, error);
}

static void
launched_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  SignIn *self = g_task_get_task_data (task);

  if (!g_app_info_launch_default_for_uri_finish (result, &self->no_browser))
    g_cancellable_cancel (g_task_get_cancellable (task));
}

static void
begun_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  SignIn *self = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;
  g_autoptr (TernSignInOffer) offer =
      tern_engine_begin_sign_in_finish (TERN_ENGINE (object), result, &error);
  g_autoptr (GAppLaunchContext) context = NULL;

  if (offer == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  if (self->account->id == 0)
    tern_engine_add_signed_in_async (self->engine, tern_account_ref (self->account), offer,
                                     self->fingerprint, cancellable, added_cb, task);
  else
    tern_engine_sign_in_again_async (self->engine, self->account->id, offer, cancellable, again_cb,
                                     task);
  context = G_APP_LAUNCH_CONTEXT (
      gdk_display_get_app_launch_context (gtk_widget_get_display (GTK_WIDGET (self->parent))));
  g_app_info_launch_default_for_uri_async (offer->url, context, NULL, launched_cb,
                                           g_object_ref (task));
}

/**
 * tern_browser_sign_in_async:
 * @parent: the window
 * @engine: the engine
 * @account: an account of a provider: one that is kept signs in again, another one is added
 * @fingerprint: (nullable): as for tern_engine_add_account_async()
 * @cancellable: ends the waiting; also cancelled where there is no browser
 * @callback: called when the user has signed in, or will not
 * @user_data: for @callback
 *
 * Opens the provider's page in the user's browser and waits until the user has signed in there.
 */
void
tern_browser_sign_in_async (GtkWindow *parent,
                            TernEngine *engine,
                            TernAccount *account,
                            const char *fingerprint,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  SignIn *self = g_new0 (SignIn, 1);

  g_task_set_source_tag (task, tern_browser_sign_in_async);
  self->engine = g_object_ref (engine);
  self->account = tern_account_ref (account);
  self->fingerprint = g_strdup (fingerprint);
  self->parent = g_object_ref (parent);
  g_task_set_task_data (task, self, sign_in_free);
  tern_engine_begin_sign_in_async (
      engine, account, _ ("You are signed in. You can close this page and go back to Tern."),
      _ ("This did not sign you in. Go back to Tern and begin again."), cancellable, begun_cb,
      task);
}

/**
 * tern_browser_sign_in_finish:
 * @result: the result
 * @error: return location: as tern_engine_sign_in_again_finish(), and where there is no browser
 *
 * Returns: whether the account is signed in
 */
gboolean
tern_browser_sign_in_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
