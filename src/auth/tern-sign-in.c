/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-sign-in-private.h"

#include <string.h>

#include "tern-error.h"
#include "tern-provider-private.h"

/* A sign-in that nobody finishes in that time is given up, in seconds. */
#define LONGEST (20 * 60)

/* What tern_sign_in_wait_async() waits with. */
typedef struct
{
  GCancellable *cancellable; /* by the caller's, or by the clock */
  gulong cancelled_handler;
  GSource *clock;
  gboolean is_too_late;
} Waiting;

G_DEFINE_FINAL_TYPE (TernSignIn, tern_sign_in, G_TYPE_OBJECT)

static void
forget_secret (char **secret)
{
  if (*secret != NULL)
    explicit_bzero (*secret, strlen (*secret));
  g_clear_pointer (secret, g_free);
}

static void
tern_sign_in_dispose (GObject *object)
{
  TernSignIn *self = TERN_SIGN_IN (object);

  g_clear_object (&self->client);
  g_clear_object (&self->waiting);
  g_clear_object (&self->loopback);

  G_OBJECT_CLASS (tern_sign_in_parent_class)->dispose (object);
}

static void
tern_sign_in_finalize (GObject *object)
{
  TernSignIn *self = TERN_SIGN_IN (object);

  tern_provider_unref (self->provider);
  g_free (self->client_id);
  g_free (self->email);
  g_free (self->done);
  g_free (self->failed);
  g_free (self->url);
  g_free (self->state);
  forget_secret (&self->verifier);
  g_free (self->redirect);
  g_free (self->code);
  forget_secret (&self->device_code);

  G_OBJECT_CLASS (tern_sign_in_parent_class)->finalize (object);
}

static void
tern_sign_in_class_init (TernSignInClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tern_sign_in_dispose;
  object_class->finalize = tern_sign_in_finalize;
}

static void
tern_sign_in_init (TernSignIn *self)
{
  self->done = g_strdup ("");
  self->failed = g_strdup ("");
  self->second = 1000;
  self->ends = g_get_monotonic_time () + LONGEST * (gint64) G_USEC_PER_SEC;
}

/**
 * tern_sign_in_new:
 * @client: what speaks with token endpoints
 * @provider: where to sign in
 * @client_id: (nullable): what Tern is registered as; %NULL for the provider's
 * @email: (nullable): the address that the provider is to suggest
 *
 * Makes one attempt to sign in with OAuth 2.0 (RFC 6749). It begins in a browser on this machine or
 * on another device, and is over after 20 minutes.
 *
 * Returns: (transfer full): a new attempt
 */
TernSignIn *
tern_sign_in_new (TernTokenClient *client,
                  TernProvider *provider,
                  const char *client_id,
                  const char *email)
{
  TernSignIn *self = g_object_new (TERN_TYPE_SIGN_IN, NULL);

  self->client = g_object_ref (client);
  self->provider = tern_provider_ref (provider);
  self->client_id = g_strdup (client_id != NULL ? client_id : provider->client_id);
  self->email = g_strdup (email);
  return self;
}

/**
 * tern_sign_in_set_page:
 * @self: a sign-in that has not begun
 * @done: what the browser shows at the end
 * @failed: what it shows where that was none
 *
 * Sets the sentences that a person reads in the browser.
 */
void
tern_sign_in_set_page (TernSignIn *self, const char *done, const char *failed)
{
  g_free (self->done);
  self->done = g_strdup (done);
  g_free (self->failed);
  self->failed = g_strdup (failed);
}

/**
 * tern_sign_in_set_second:
 * @self: a sign-in
 * @ms: how long a second of the provider's is
 *
 * Makes the waiting between two questions shorter or longer.
 */
void
tern_sign_in_set_second (TernSignIn *self, guint ms)
{
  self->second = ms;
}

/**
 * tern_sign_in_get_url:
 * @self: a sign-in that has begun
 *
 * Returns: (transfer none): what to open in the user's browser
 */
const char *
tern_sign_in_get_url (TernSignIn *self)
{
  return self->url;
}

/**
 * tern_sign_in_get_code:
 * @self: a sign-in that has begun
 *
 * Returns: (transfer none) (nullable): what the user types there; %NULL for nothing
 */
const char *
tern_sign_in_get_code (TernSignIn *self)
{
  return self->code;
}

/**
 * tern_sign_in_get_provider:
 * @self: a sign-in
 *
 * Returns: (transfer none): where it signs in
 */
TernProvider *
tern_sign_in_get_provider (TernSignIn *self)
{
  return self->provider;
}

/**
 * tern_sign_in_get_resource:
 * @self: a sign-in
 *
 * Returns: (transfer none): what the access token is for that it yields
 */
const char *
tern_sign_in_get_resource (TernSignIn *self)
{
  return tern_provider_get_first_resource (self->provider);
}

/* Whether there is what a sign-in by one of the provider's addresses takes. */
gboolean
tern_sign_in_check (TernSignIn *self, const char *address, GError **error)
{
  const TernProvider *provider = self->provider;

  GError *problem = NULL;

  if (address == NULL || !tern_provider_can_sign_in (provider))
    problem = g_error_new (TERN_ERROR, TERN_ERROR_UNSUPPORTED, "%s does not offer this sign-in",
                           provider->name);
  else if (self->client_id == NULL)
    problem = tern_provider_make_unregistered_error (provider);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, problem);
  return FALSE;
}

/* --- Waiting --- */

static void
waiting_free (gpointer data)
{
  Waiting *self = data;

  g_clear_object (&self->cancellable);
  g_source_destroy (self->clock);
  g_source_unref (self->clock);
  g_free (self);
}

static gboolean
clock_cb (gpointer user_data)
{
  Waiting *waiting = user_data;

  waiting->is_too_late = TRUE;
  g_cancellable_cancel (waiting->cancellable);
  return G_SOURCE_REMOVE;
}

static void
cancelled_cb (GCancellable *cancellable, GCancellable *inner)
{
  g_cancellable_cancel (inner);
}

static void
ran_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Waiting *waiting = g_task_get_task_data (task);
  GError *error = NULL;
  TernTokenAnswer *answer = g_task_propagate_pointer (G_TASK (result), &error);

  g_cancellable_disconnect (g_task_get_cancellable (task), waiting->cancelled_handler);
  if (answer != NULL && answer->refresh == NULL)
    {
      g_clear_pointer (&answer, tern_token_answer_unref);
      error = g_error_new_literal (TERN_ERROR, TERN_ERROR_PERMISSION,
                                   "the provider gives no permission to stay signed in");
    }
  if (answer == NULL && waiting->is_too_late)
    {
      g_error_free (error);
      error = g_error_new_literal (TERN_ERROR, TERN_ERROR_AUTH, "the sign-in took too long");
    }
  if (answer != NULL)
    g_task_return_pointer (task, answer, (GDestroyNotify) tern_token_answer_unref);
  else
    g_task_return_error (task, error);
}

/**
 * tern_sign_in_wait_async:
 * @self: a sign-in that has begun
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Waits until the user has signed in, and fetches the tokens. Called once.
 */
void
tern_sign_in_wait_async (TernSignIn *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Waiting *waiting = g_new0 (Waiting, 1);
  gint64 left = MAX (0, self->ends - g_get_monotonic_time ()) / 1000;
  GTask *run;

  g_task_set_source_tag (task, tern_sign_in_wait_async);
  waiting->cancellable = g_cancellable_new ();
  g_set_object (&self->waiting, waiting->cancellable);
  waiting->clock = g_timeout_source_new ((guint) (left * self->second / 1000));
  g_source_set_callback (waiting->clock, clock_cb, waiting, NULL);
  g_source_attach (waiting->clock, g_main_context_get_thread_default ());
  g_task_set_task_data (task, waiting, waiting_free);
  if (cancellable != NULL)
    waiting->cancelled_handler =
        g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb),
                               g_object_ref (waiting->cancellable), g_object_unref);

  run = g_task_new (self, waiting->cancellable, ran_cb, task);
  if (self->loopback != NULL)
    tern_sign_in_run_browser (run);
  else
    tern_sign_in_run_device (run);
}

/**
 * tern_sign_in_cancel:
 * @self: a sign-in
 *
 * Ends the waiting, as the cancellable given to it does.
 */
void
tern_sign_in_cancel (TernSignIn *self)
{
  if (self->waiting != NULL)
    g_cancellable_cancel (self->waiting);
}

/**
 * tern_sign_in_wait_finish:
 * @self: a sign-in
 * @result: the result
 * @error: return location: %TERN_ERROR_AUTH where the user, the provider or the clock said no; else
 *   as tern_token_source_get_finish()
 *
 * Returns: (transfer full) (nullable): the tokens, with a refresh token
 */
TernTokenAnswer *
tern_sign_in_wait_finish (TernSignIn *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
tern_sign_in_return_error (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}
