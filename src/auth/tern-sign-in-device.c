/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-sign-in-private.h"

#include <string.h>

#include "tern-error.h"
#include "tern-token-answer-private.h"

#define GRANT_TYPE "urn:ietf:params:oauth:grant-type:device_code"
/* RFC 8628 section 3.2 and 3.5, in seconds. */
#define USUAL_INTERVAL 5
#define SLOW_DOWN 5
#define MOST_INTERVAL 60

/* The user is sent there: over TLS, or to this machine in tests. */
static gboolean
is_web_page (const char *url)
{
  g_autoptr (GUri) uri = url != NULL ? g_uri_parse (url, G_URI_FLAGS_NONE, NULL) : NULL;
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  g_autoptr (TernEndpoint) endpoint = NULL;

  if (host == NULL || *host == '\0')
    return FALSE;
  endpoint = tern_endpoint_new (host, 1, TERN_SECURITY_NONE);
  return g_str_equal (g_uri_get_scheme (uri), "https") ||
         (g_str_equal (g_uri_get_scheme (uri), "http") && tern_endpoint_is_loopback (endpoint));
}

static gboolean
is_code (const char *text)
{
  gsize length = 0;

  for (; text != NULL && text[length] != '\0'; length++)
    if (!g_ascii_isgraph (text[length]))
      return FALSE;
  return length > 0 && length <= 1024;
}

static gboolean
take_codes (TernSignIn *self, const TernTokenReply *reply, GError **error)
{
  const char *url = tern_token_reply_get_text (reply, "verification_uri");
  const char *complete = tern_token_reply_get_text (reply, "verification_uri_complete");
  const char *code = tern_token_reply_get_text (reply, "user_code");
  const char *device_code = tern_token_reply_get_text (reply, "device_code");
  guint seconds = tern_token_reply_get_seconds (reply, "expires_in", G_MAXUINT);

  if (reply->status != 200 || tern_token_reply_get_text (reply, "error") != NULL)
    {
      g_propagate_error (error, tern_token_answer_make_error (reply));
      return FALSE;
    }
  if (url == NULL)
    url = tern_token_reply_get_text (reply, "verification_url"); /* Google's name for it */
  if (!is_web_page (url) || !is_code (code) || device_code == NULL || *device_code == '\0')
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_PROTOCOL,
                           "the provider's answer holds no code");
      return FALSE;
    }
  self->url = g_strdup (is_web_page (complete) ? complete : url);
  self->code = g_strdup (code);
  self->device_code = g_strdup (device_code);
  self->interval =
      CLAMP (tern_token_reply_get_seconds (reply, "interval", USUAL_INTERVAL), 1, MOST_INTERVAL);
  self->ends = MIN (self->ends, g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC);
  return TRUE;
}

static void
begun_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (TernTokenReply) reply =
      tern_token_client_post_finish (TERN_TOKEN_CLIENT (object), result, &error);

  if (reply != NULL && take_codes (g_task_get_source_object (task), reply, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * tern_sign_in_begin_device_async:
 * @self: a sign-in
 * @cancellable: (nullable): a cancellable
 * @callback: called when tern_sign_in_get_url() and tern_sign_in_get_code() are there to be shown
 * @user_data: for @callback
 *
 * Begins with a browser anywhere: the device authorization grant (RFC 8628).
 */
void
tern_sign_in_begin_device_async (TernSignIn *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  const char *form[] = {
    "client_id", self->client_id,
    "scope",     tern_provider_get_scope (self->provider, tern_sign_in_get_resource (self)),
    NULL,
  };
  GError *error = NULL;

  g_task_set_source_tag (task, tern_sign_in_begin_device_async);
  if (!tern_sign_in_check (self, self->provider->device, &error))
    g_task_return_error (task, error);
  else
    tern_token_client_post_async (self->client, self->provider, self->provider->device, form,
                                  cancellable, begun_cb, g_steal_pointer (&task));
}

/**
 * tern_sign_in_begin_device_finish:
 * @self: a sign-in
 * @result: the result
 * @error: return location, as tern_sign_in_begin_browser(), and for errors of the network
 *
 * Returns: whether it has begun
 */
gboolean
tern_sign_in_begin_device_finish (TernSignIn *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- Asking until the user has signed in --- */

static void ask_later (GTask *task);

/* Whether the question is to be asked again (RFC 8628 section 3.5). */
static gboolean
is_pending (TernSignIn *self, const TernTokenReply *reply, const GError *error)
{
  const char *code = reply != NULL ? tern_token_reply_get_text (reply, "error") : NULL;

  if (g_strcmp0 (code, "authorization_pending") == 0)
    return TRUE;
  if (g_strcmp0 (code, "slow_down") == 0 || g_error_matches (error, TERN_ERROR, TERN_ERROR_BUSY) ||
      tern_error_is_transport (error))
    {
      self->interval = MIN (self->interval + SLOW_DOWN, MOST_INTERVAL);
      return TRUE;
    }
  return FALSE;
}

static void
asked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  TernSignIn *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (TernTokenReply) reply =
      tern_token_client_post_finish (TERN_TOKEN_CLIENT (object), result, &error);
  TernTokenAnswer *answer = reply != NULL ? tern_token_answer_read (reply, &error) : NULL;

  if (answer != NULL)
    {
      g_task_return_pointer (task, answer, (GDestroyNotify) tern_token_answer_unref);
      g_object_unref (task);
      return;
    }
  if (is_pending (self, reply, error))
    {
      g_error_free (error);
      ask_later (task);
    }
  else
    tern_sign_in_return_error (task, error);
}

static gboolean
ask_cb (gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  TernSignIn *self = g_task_get_source_object (task);
  const char *form[] = {
    "grant_type",  GRANT_TYPE,        "client_id",     self->client_id,
    "device_code", self->device_code, "client_secret", self->provider->client_secret,
    NULL,
  };

  if (g_task_return_error_if_cancelled (task))
    g_object_unref (task);
  else
    tern_token_client_post_async (self->client, self->provider, self->provider->token, form,
                                  g_task_get_cancellable (task), asked_cb, task);
  return G_SOURCE_REMOVE;
}

static gboolean
hurry_cb (GCancellable *cancellable, gpointer user_data)
{
  return G_SOURCE_REMOVE;
}

static void
ask_later (GTask *task)
{
  TernSignIn *self = g_task_get_source_object (task);
  g_autoptr (GSource) source = g_timeout_source_new (self->interval * self->second);
  g_autoptr (GSource) cancelled = g_cancellable_source_new (g_task_get_cancellable (task));

  /* A cancelled sign-in ends at once and not with the next question. */
  g_source_set_callback (cancelled, G_SOURCE_FUNC (hurry_cb), NULL, NULL);
  g_source_add_child_source (source, cancelled);
  g_source_set_callback (source, ask_cb, task, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

void
tern_sign_in_run_device (GTask *task)
{
  ask_later (task);
}
