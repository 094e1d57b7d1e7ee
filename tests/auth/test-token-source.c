/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "auth-fixture.h"
#include "tern-error.h"

#define TOKENS "/token"
#define OTHER_TOKENS "/consumers/token"

static TernToken *
get (TernTokenSource *source, const char *resource, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_token_source_get_async (source, resource, NULL, auth_fixture_keep_result, &result);
  return tern_token_source_get_finish (source, auth_fixture_wait (&result), error);
}

static void
assert_token (AuthFixture *fixture, TernTokenSource *source, const char *resource)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernToken) token = get (source, resource, &error);

  g_assert_no_error (error);
  g_assert_true (tern_mock_oauth_server_accepts (fixture->server, token->access));
}

/* A source whose refresh token the keyring holds. */
static TernTokenSource *
signed_in (AuthFixture *fixture)
{
  g_autofree char *refresh = tern_mock_oauth_server_grant (fixture->server);

  auth_fixture_keep (fixture, refresh);
  return auth_fixture_new_source (fixture);
}

/* --- Failures --- */

typedef struct
{
  const char *name;
  TernMockOauthFault fault;
  GQuark (*domain) (void);
  int code;
  const char *detail;
  gboolean is_transport;
  gboolean is_final;
} Failure;

static const Failure failures[] = {
  { "invalid_grant asks for a sign-in and is not asked again", TERN_MOCK_OAUTH_INVALID_GRANT,
    tern_error_quark, TERN_ERROR_AUTH, AUTH_FIXTURE_EMAIL, FALSE, TRUE },
  { "interaction_required asks for a sign-in and is not asked again",
    TERN_MOCK_OAUTH_INTERACTION_REQUIRED, tern_error_quark, TERN_ERROR_AUTH, AUTH_FIXTURE_EMAIL,
    FALSE, TRUE },
  { "a scope that is refused is a lack of permission", TERN_MOCK_OAUTH_INVALID_SCOPE,
    tern_error_quark, TERN_ERROR_PERMISSION, NULL, FALSE, TRUE },
  { "429 is no refusal and says how long to wait", TERN_MOCK_OAUTH_THROTTLED, tern_error_quark,
    TERN_ERROR_BUSY, "17", FALSE, FALSE },
  { "503 is no refusal", TERN_MOCK_OAUTH_BROKEN, tern_error_quark, TERN_ERROR_BUSY, NULL, FALSE,
    FALSE },
  { "JSON that ends early is no refusal", TERN_MOCK_OAUTH_TRUNCATED, tern_error_quark,
    TERN_ERROR_PROTOCOL, NULL, TRUE, FALSE },
  { "an answer that is cut off is no refusal", TERN_MOCK_OAUTH_CUT, NULL, 0, NULL, TRUE, FALSE },
  { "a page of a wireless network is no refusal", TERN_MOCK_OAUTH_NO_JSON, tern_error_quark,
    TERN_ERROR_PROTOCOL, NULL, TRUE, FALSE },
  { "an answer of brackets does not exhaust the stack", TERN_MOCK_OAUTH_DEEP, tern_error_quark,
    TERN_ERROR_PROTOCOL, NULL, TRUE, FALSE },
  { "an answer without end is given up", TERN_MOCK_OAUTH_HUGE, tern_error_quark,
    TERN_ERROR_PROTOCOL, NULL, TRUE, FALSE },
  { "an answer that does not come on is given up", TERN_MOCK_OAUTH_SLOW, g_io_error_quark,
    G_IO_ERROR_TIMED_OUT, NULL, TRUE, FALSE },
  { "a refresh token follows no redirect", TERN_MOCK_OAUTH_ELSEWHERE, tern_error_quark,
    TERN_ERROR_PROTOCOL, NULL, TRUE, FALSE },
  { "an access token with a line feed is refused", TERN_MOCK_OAUTH_BAD_TOKEN, tern_error_quark,
    TERN_ERROR_PROTOCOL, NULL, TRUE, FALSE },
};

static void
test_failure (AuthFixture *fixture, gconstpointer data)
{
  const Failure *failure = data;
  g_autoptr (TernTokenSource) source = signed_in (fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) second = NULL;
  g_autoptr (TernToken) token = NULL;

  tern_mock_oauth_server_set_fault (fixture->server, failure->fault, 1);
  if (failure->fault == TERN_MOCK_OAUTH_SLOW)
    tern_token_client_set_timeout (fixture->client, 300);
  g_assert_null (get (source, "imap", &error));
  g_assert_nonnull (error);
  if (failure->domain != NULL)
    g_assert_error (error, failure->domain (), failure->code);
  g_assert_cmpstr (tern_error_get_detail (error), ==, failure->detail);
  g_assert_cmpint (tern_error_is_transport (error), ==, failure->is_transport);
  g_assert_null (strchr (error->message, '\n'));
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, "/elsewhere"), ==, 0);

  tern_token_client_set_timeout (fixture->client, 30000);
  token = get (source, "imap", &second);
  if (failure->is_final)
    {
      g_assert_error (second, error->domain, error->code);
      g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, TOKENS), ==, 1);
      assert_token (fixture, source, "graph"); /* that was not refused */
    }
  else
    g_assert_no_error (second);
}

static void
test_no_server (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernTokenSource) source = signed_in (fixture);
  g_autoptr (GError) error = NULL;

  g_clear_object (&fixture->server);
  g_assert_null (get (source, "imap", &error));
  g_assert_true (tern_error_is_transport (error));
}

static void
test_turned_away_everywhere (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernTokenSource) source = signed_in (fixture);
  g_autoptr (GError) error = NULL;

  tern_mock_oauth_server_set_turns_away (fixture->server, TRUE);
  tern_mock_oauth_server_set_fault (fixture->server, TERN_MOCK_OAUTH_INVALID_SCOPE, 1);
  g_assert_null (get (source, "imap", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PERMISSION);
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, TOKENS), ==, 1);
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, OTHER_TOKENS), ==, 1);
}

static void
test_turned_away (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernTokenSource) source = signed_in (fixture);
  g_autoptr (TernTokenSource) other = NULL;

  tern_mock_oauth_server_set_turns_away (fixture->server, TRUE);
  assert_token (fixture, source, "imap");
  assert_token (fixture, source, "graph");
  other = signed_in (fixture);
  assert_token (fixture, other, "imap");
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, TOKENS), ==, 1);
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, OTHER_TOKENS), ==, 3);
}

static void
test_missing (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernTokenSource) source = auth_fixture_new_source (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_null (get (source, "imap", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_SECRET);
  g_assert_cmpstr (tern_error_get_detail (error), ==, "missing");
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, TOKENS), ==, 0);
}

static void
test_unknown_resource (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernTokenSource) source = signed_in (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_null (get (source, "smtp", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED);
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, TOKENS), ==, 0);
}

static void
test_cancelled (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernTokenSource) source = signed_in (fixture);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernToken) token = NULL;

  tern_mock_oauth_server_set_rotation (fixture->server, TRUE);
  tern_mock_oauth_server_hold (fixture->server);
  tern_token_source_get_async (source, "imap", cancellable, auth_fixture_keep_result, &first);
  tern_token_source_get_async (source, "imap", NULL, auth_fixture_keep_result, &second);
  while (tern_mock_oauth_server_count (fixture->server, TOKENS) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  g_assert_null (tern_token_source_get_finish (source, auth_fixture_wait (&first), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (second);
  g_clear_error (&error);

  tern_mock_oauth_server_release (fixture->server);
  token = tern_token_source_get_finish (source, auth_fixture_wait (&second), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, TOKENS), ==, 1);
}

/* --- One request --- */

static void
test_cached (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernTokenSource) source = signed_in (fixture);

  assert_token (fixture, source, "imap");
  assert_token (fixture, source, "imap");
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, TOKENS), ==, 1);
  assert_token (fixture, source, "graph");
  assert_token (fixture, source, "imap");
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, TOKENS), ==, 2);
}

static void
test_last_minute (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernTokenSource) source = signed_in (fixture);

  tern_mock_oauth_server_set_lifetime (fixture->server, 60);
  assert_token (fixture, source, "imap");
  assert_token (fixture, source, "imap");
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, TOKENS), ==, 2);
}

static void
test_single_flight (AuthFixture *fixture, gconstpointer data)
{
  static const char *const resources[] = { "imap", "graph", "imap", "graph", "imap", "imap" };
  g_autoptr (TernTokenSource) source = signed_in (fixture);
  GAsyncResult *results[G_N_ELEMENTS (resources)] = { NULL };

  tern_mock_oauth_server_set_rotation (fixture->server, TRUE);
  tern_mock_oauth_server_hold (fixture->server);
  for (guint i = 0; i < G_N_ELEMENTS (resources); i++)
    tern_token_source_get_async (source, resources[i], NULL, auth_fixture_keep_result, &results[i]);
  for (guint i = 1; i <= 2; i++)
    {
      while (tern_mock_oauth_server_count (fixture->server, TOKENS) < i)
        g_main_context_iteration (NULL, TRUE);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      tern_mock_oauth_server_release (fixture->server);
      if (i == 1)
        tern_mock_oauth_server_hold (fixture->server);
    }
  for (guint i = 0; i < G_N_ELEMENTS (resources); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TernToken) token =
          tern_token_source_get_finish (source, auth_fixture_wait (&results[i]), &error);

      g_assert_no_error (error);
      g_assert_cmpstr (token->scopes[0], ==,
                       strcmp (resources[i], "imap") == 0 ? "IMAP.AccessAsUser.All"
                                                          : "Mail.ReadWrite");
      g_object_unref (results[i]);
    }
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, TOKENS), ==, 2);
  g_assert_cmpuint (tern_mock_oauth_server_count_most_at_once (fixture->server), ==, 1);
}

static void
test_invalidate (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernTokenSource) source = signed_in (fixture);
  g_autoptr (TernToken) first = get (source, "imap", NULL);
  g_autoptr (TernToken) second = NULL;
  g_autoptr (TernToken) third = NULL;

  tern_token_source_invalidate (source, first->access);
  second = get (source, "imap", NULL);
  g_assert_cmpstr (second->access, !=, first->access);
  /* The news that the first was refused may come twice. */
  tern_token_source_invalidate (source, first->access);
  third = get (source, "imap", NULL);
  g_assert_cmpstr (third->access, ==, second->access);
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, TOKENS), ==, 2);
}

/* --- Rotation --- */

static void
check_kept_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  AuthFixture *fixture = user_data;
  g_autoptr (TernToken) token =
      tern_token_source_get_finish (TERN_TOKEN_SOURCE (object), result, NULL);
  g_autofree char *kept = NULL;

  g_assert_nonnull (token);
  kept = auth_fixture_dup_kept (fixture);
  g_assert_true (g_str_has_prefix (kept, "refresh-2-")); /* number 1 was granted, 2 came with it */
  g_clear_pointer (&fixture->uuid, g_free);
}

static void
test_rotation (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernTokenSource) source = signed_in (fixture);

  tern_mock_oauth_server_set_rotation (fixture->server, TRUE);
  tern_token_source_get_async (source, "imap", NULL, check_kept_cb, fixture);
  while (fixture->uuid != NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_crash (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernTokenSource) source = signed_in (fixture);
  g_autoptr (TernTokenSource) next = NULL;

  tern_mock_oauth_server_set_rotation (fixture->server, TRUE);
  for (guint i = 0; i < 3; i++)
    {
      assert_token (fixture, source, "imap");
      next = auth_fixture_new_source (fixture); /* it knows what the keyring knows */
      g_set_object (&source, next);
      g_clear_object (&next);
    }
  assert_token (fixture, source, "graph");
}

static void
test_crash_before_storing (AuthFixture *fixture, gconstpointer data)
{
  g_autofree char *refresh = tern_mock_oauth_server_grant (fixture->server);
  g_autoptr (TernTokenSource) next = NULL;
  g_autoptr (TernTokenSource) source = NULL;

  auth_fixture_keep (fixture, refresh);
  source = auth_fixture_new_source (fixture);
  tern_mock_oauth_server_set_rotation (fixture->server, TRUE);
  assert_token (fixture, source, "imap");
  auth_fixture_keep (fixture, refresh); /* as if it had ended before it stored the second one */
  next = auth_fixture_new_source (fixture);
  assert_token (fixture, next, "imap");
}

static void
test_keyring_fails (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernTokenSource) source = signed_in (fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *kept = NULL;

  tern_mock_oauth_server_set_rotation (fixture->server, TRUE);
  tern_mock_oauth_server_hold (fixture->server);
  {
    g_autoptr (GAsyncResult) result = NULL;

    tern_token_source_get_async (source, "imap", NULL, auth_fixture_keep_result, &result);
    while (tern_mock_oauth_server_count (fixture->server, TOKENS) == 0)
      g_main_context_iteration (NULL, TRUE);
    auth_fixture_break_keyring (TRUE);
    tern_mock_oauth_server_release (fixture->server);
    g_assert_null (tern_token_source_get_finish (source, auth_fixture_wait (&result), &error));
  }
  g_assert_error (error, TERN_ERROR, TERN_ERROR_SECRET);
  auth_fixture_break_keyring (FALSE);

  /* What was answered is not asked for again: it is stored, and then used. */
  assert_token (fixture, source, "imap");
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, TOKENS), ==, 1);
  kept = auth_fixture_dup_kept (fixture);
  g_assert_true (g_str_has_prefix (kept, "refresh-2-"));
}

/* --- Scopes --- */

static void
count_cb (TernTokenSource *source, const char *resource, guint *count)
{
  g_assert_cmpstr (resource, ==, "imap");
  (*count)++;
}

static void
refresh (AuthFixture *fixture, TernTokenSource *source, const char *scope)
{
  g_autoptr (TernToken) before = get (source, "imap", NULL);

  tern_token_source_invalidate (source, before->access);
  tern_mock_oauth_server_set_scope (fixture->server, scope);
  assert_token (fixture, source, "imap");
}

static void
test_scopes_change (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernTokenSource) source = signed_in (fixture);
  guint count = 0;

  g_signal_connect (source, "scopes-changed", G_CALLBACK (count_cb), &count);
  tern_mock_oauth_server_set_scope (fixture->server, "https://mail.test/A https://mail.test/B");
  assert_token (fixture, source, "imap");
  refresh (fixture, source, "b offline_access a");
  g_assert_cmpuint (count, ==, 0);
  refresh (fixture, source, "a");
  g_assert_cmpuint (count, ==, 1);
  refresh (fixture, source, "");
  g_assert_cmpuint (count, ==, 2);
  refresh (fixture, source, "a b");
  g_assert_cmpuint (count, ==, 3);
}

/* --- Signing in --- */

static gboolean
sign_in (TernTokenSource *source, const char *refresh_token, const char *access, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernToken) token = access != NULL ? tern_token_new (access, NULL, 3600) : NULL;
  g_autoptr (TernTokenAnswer) answer = tern_token_answer_new (token, refresh_token);

  tern_token_source_sign_in_async (source, token != NULL ? "imap" : NULL, answer, NULL,
                                   auth_fixture_keep_result, &result);
  return tern_token_source_store_finish (source, auth_fixture_wait (&result), error);
}

static void
test_sign_in_again (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernTokenSource) source = signed_in (fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *fresh = NULL;
  g_autofree char *kept = NULL;

  tern_mock_oauth_server_revoke (fixture->server);
  g_assert_null (get (source, "imap", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
  g_assert_cmpstr (tern_error_get_detail (error), ==, AUTH_FIXTURE_EMAIL);
  g_clear_error (&error);

  fresh = tern_mock_oauth_server_grant (fixture->server);
  g_assert_true (sign_in (source, fresh, NULL, &error));
  g_assert_no_error (error);
  kept = auth_fixture_dup_kept (fixture);
  g_assert_cmpstr (kept, ==, fresh);
  assert_token (fixture, source, "imap");
}

static void
test_sign_in_meanwhile (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernTokenSource) source = signed_in (fixture);
  g_autofree char *fresh = tern_mock_oauth_server_grant (fixture->server);
  g_autofree char *kept = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) stored = NULL;
  g_autoptr (TernTokenAnswer) answer = tern_token_answer_new (NULL, fresh);
  g_autoptr (TernToken) token = NULL;
  g_autoptr (GError) error = NULL;

  /* An answer to the old credentials arrives when there are new ones. */
  tern_mock_oauth_server_set_rotation (fixture->server, TRUE);
  tern_mock_oauth_server_hold (fixture->server);
  tern_token_source_get_async (source, "imap", NULL, auth_fixture_keep_result, &result);
  while (tern_mock_oauth_server_count (fixture->server, TOKENS) == 0)
    g_main_context_iteration (NULL, TRUE);
  tern_mock_oauth_server_set_rotation (fixture->server, FALSE);
  tern_token_source_sign_in_async (source, NULL, answer, NULL, auth_fixture_keep_result, &stored);
  tern_mock_oauth_server_release (fixture->server);
  g_assert_true (tern_token_source_store_finish (source, auth_fixture_wait (&stored), &error));
  token = tern_token_source_get_finish (source, auth_fixture_wait (&result), &error);
  g_assert_no_error (error);
  kept = auth_fixture_dup_kept (fixture);
  g_assert_cmpstr (kept, ==, fresh);
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, TOKENS), ==, 2);
}

static void
test_unkept (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernTokenSource) source =
      tern_token_source_new (fixture->client, fixture->provider, NULL, NULL, NULL);
  g_autofree char *fresh = tern_mock_oauth_server_grant (fixture->server);
  g_autofree char *kept = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (get (source, "imap", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
  g_clear_error (&error);
  g_assert_true (sign_in (source, fresh, "access", &error));
  g_assert_no_error (error);
  tern_mock_oauth_server_set_rotation (fixture->server, TRUE);
  assert_token (fixture, source, "graph");
  kept = auth_fixture_dup_kept (fixture);
  g_assert_null (kept);

  tern_token_source_keep_async (source, fixture->uuid, "Tern", NULL, auth_fixture_keep_result,
                                &result);
  g_assert_true (tern_token_source_store_finish (source, auth_fixture_wait (&result), &error));
  g_assert_no_error (error);
  kept = auth_fixture_dup_kept (fixture);
  g_assert_nonnull (kept);
  g_assert_cmpstr (kept, !=, fresh);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  auth_fixture_open_keyring ();
#define ADD(name, func)                                                                            \
  g_test_add ("/auth/token source/" name, AuthFixture, NULL, auth_fixture_set_up, func,            \
              auth_fixture_tear_down)
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path = g_strconcat ("/auth/token source/", failures[i].name, NULL);

      g_test_add (path, AuthFixture, &failures[i], auth_fixture_set_up, test_failure,
                  auth_fixture_tear_down);
    }
  ADD ("a provider that is not there is a failure of the network", test_no_server);
  ADD ("what the other pages refuse is refused", test_turned_away_everywhere);
  ADD ("a registration that is turned away once asks at the other pages from then on",
       test_turned_away);
  ADD ("an account that never signed in is told as missing, without a request", test_missing);
  ADD ("a resource that the provider does not know is not asked for", test_unknown_resource);
  ADD ("who gives up waiting ends at once, and the request goes on for the others", test_cancelled);
  ADD ("a token is used again for its own resource", test_cached);
  ADD ("a token in its last minute is not used", test_last_minute);
  ADD ("requests of one account go one after the other, one for each resource", test_single_flight);
  ADD ("a refused token is replaced once", test_invalidate);
  ADD ("a new refresh token is in the keyring before its access token is used", test_rotation);
  ADD ("a crash after each rotation loses no sign-in", test_crash);
  ADD ("a crash before the rotation is stored loses no sign-in", test_crash_before_storing);
  ADD ("a keyring that fails keeps the token back until it is stored", test_keyring_fails);
  ADD ("scopes that change are told, their order and spelling are not", test_scopes_change);
  ADD ("a new sign-in ends the refusal", test_sign_in_again);
  ADD ("an answer to the old credentials does not replace the new ones", test_sign_in_meanwhile);
  ADD ("an account that is not kept leaves nothing in the keyring", test_unkept);
  return auth_fixture_close_keyring (g_test_run ());
}
