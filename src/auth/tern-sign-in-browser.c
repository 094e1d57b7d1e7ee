/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-sign-in-private.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "tern-error.h"
#include "tern-token-answer-private.h"

#define RANDOM_BYTES 32
#define MOST_MESSAGE_BYTES 400

/* base64url without padding (RFC 4648 section 5). */
static char *
encode (const guchar *bytes, gsize length)
{
  char *text = g_base64_encode (bytes, length);

  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';
  return text;
}

static char *
make_random (GError **error)
{
  guchar bytes[RANDOM_BYTES];

  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "getrandom: %s",
                   g_strerror (errno));
      return NULL;
    }
  return encode (bytes, sizeof bytes);
}

/* The S256 challenge of RFC 7636 section 4.2. */
static char *
make_challenge (const char *verifier)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guchar digest[32];
  gsize length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) verifier, (gssize) strlen (verifier));
  g_checksum_get_digest (checksum, digest, &length);
  return encode (digest, length);
}

static void
add_parameter (GString *url, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_c (url, strchr (url->str, '?') != NULL ? '&' : '?');
  g_string_append_printf (url, "%s=", name);
  g_string_append_uri_escaped (url, value, NULL, FALSE);
}

static char *
make_url (TernSignIn *self)
{
  const TernProvider *provider = self->provider;
  GString *url = g_string_new (provider->authorize);
  g_autofree char *challenge = make_challenge (self->verifier);
  const char *scope = tern_provider_get_scope (provider, "sign-in");

  add_parameter (url, "response_type", "code");
  add_parameter (url, "client_id", self->client_id);
  add_parameter (url, "redirect_uri", self->redirect);
  add_parameter (url, "scope",
                 scope ?: tern_provider_get_scope (provider, tern_sign_in_get_resource (self)));
  add_parameter (url, "state", self->state);
  add_parameter (url, "code_challenge", challenge);
  add_parameter (url, "code_challenge_method", "S256");
  add_parameter (url, "login_hint", self->email);
  return g_string_free (url, FALSE);
}

/**
 * tern_sign_in_begin_browser:
 * @self: a sign-in
 * @error: return location: %TERN_ERROR_UNSUPPORTED where the provider has no such sign-in,
 *   %TERN_ERROR_INVALID with the detail "client-id" where Tern is not registered there
 *
 * Begins with the user's browser on this machine: authorization code with PKCE (RFC 6749 section
 * 4.1, RFC 7636), the answer by a loopback port (RFC 8252 section 7.3).
 *
 * Returns: whether tern_sign_in_get_url() is there to be opened
 */
gboolean
tern_sign_in_begin_browser (TernSignIn *self, GError **error)
{
  if (!tern_sign_in_check (self, self->provider->authorize, error))
    return FALSE;
  self->state = make_random (error);
  self->verifier = self->state != NULL ? make_random (error) : NULL;
  self->loopback = self->verifier != NULL ? tern_loopback_new (self->state, error) : NULL;
  if (self->loopback == NULL)
    return FALSE;
  tern_loopback_set_page (self->loopback, self->done, self->failed);
  self->redirect = tern_loopback_dup_address (self->loopback);
  self->url = make_url (self);
  return TRUE;
}

static void
posted_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (TernTokenReply) reply =
      tern_token_client_post_finish (TERN_TOKEN_CLIENT (object), result, &error);
  g_autoptr (TernTokenAnswer) answer = reply ? tern_token_answer_read (reply, &error) : NULL;

  if (answer == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&answer),
                           (GDestroyNotify) tern_token_answer_unref);
}

static GError *
make_refusal (GHashTable *query)
{
  const char *code = g_hash_table_lookup (query, "error");
  const char *words = g_hash_table_lookup (query, "error_description");
  g_autofree char *line = NULL;

  if (words == NULL || *words == '\0')
    words = code != NULL ? code : "the provider sent no code";
  line = g_utf8_make_valid (words, (gssize) MIN (strcspn (words, "\r\n"), MOST_MESSAGE_BYTES));
  return g_error_new_literal (TERN_ERROR,
                              g_strcmp0 (code, "temporarily_unavailable") == 0 ||
                                      g_strcmp0 (code, "server_error") == 0
                                  ? TERN_ERROR_BUSY
                                  : TERN_ERROR_AUTH,
                              line);
}

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  TernSignIn *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (GHashTable) query = tern_loopback_wait_finish (TERN_LOOPBACK (object), result, &error);
  const char *code = query != NULL ? g_hash_table_lookup (query, "code") : NULL;
  const char *form[] = {
    "grant_type",
    "authorization_code",
    "client_id",
    self->client_id,
    "code",
    code,
    "redirect_uri",
    self->redirect,
    "code_verifier",
    self->verifier,
    "scope",
    tern_provider_get_scope (self->provider, tern_sign_in_get_resource (self)),
    "client_secret",
    self->provider->client_secret,
    NULL,
  };

  if (code == NULL || g_hash_table_contains (query, "error"))
    tern_sign_in_return_error (task, error != NULL ? error : make_refusal (query));
  else
    tern_token_client_post_async (self->client, self->provider, self->provider->token, form,
                                  g_task_get_cancellable (task), posted_cb, task);
}

void
tern_sign_in_run_browser (GTask *task)
{
  TernSignIn *self = g_task_get_source_object (task);

  tern_loopback_wait_async (self->loopback, g_task_get_cancellable (task), answered_cb, task);
}
