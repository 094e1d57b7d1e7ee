/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libsoup/soup.h>
#include <string.h>

#include "auth-fixture.h"
#include "tern-error.h"
#include "tern-sign-in.h"

#define DONE "You may close this page."
#define FAILED "That was no sign-in."

static TernSignIn *
new_sign_in (AuthFixture *fixture)
{
  TernSignIn *sign_in =
      tern_sign_in_new (fixture->client, fixture->provider, NULL, "ana@example.org");

  tern_sign_in_set_page (sign_in, DONE, FAILED);
  tern_sign_in_set_second (sign_in, 20);
  return sign_in;
}

static TernSignIn *
begin (AuthFixture *fixture)
{
  TernSignIn *sign_in = new_sign_in (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_true (tern_sign_in_begin_browser (sign_in, &error));
  g_assert_no_error (error);
  return sign_in;
}

/* What a browser does with a page: it follows where it is sent, and shows what comes last. */
static char *
browse (const char *method, const char *url, guint *status)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupMessage) message = soup_message_new (method, url);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL,
                                    auth_fixture_keep_result, &result);
  bytes = soup_session_send_and_read_finish (session, auth_fixture_wait (&result), &error);
  g_assert_no_error (error);
  *status = soup_message_get_status (message);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
assert_browses (const char *url, guint expected, const char *sentence)
{
  guint status;
  g_autofree char *page = browse ("GET", url, &status);

  g_assert_cmpuint (status, ==, expected);
  g_assert_nonnull (strstr (page, sentence));
}

static TernTokenAnswer *
finish (TernSignIn *sign_in, GAsyncResult **result, GError **error)
{
  return tern_sign_in_wait_finish (sign_in, auth_fixture_wait (result), error);
}

static void
start (TernSignIn *sign_in, GAsyncResult **result)
{
  tern_sign_in_wait_async (sign_in, NULL, auth_fixture_keep_result, result);
}

static char *
get_parameter (const char *url, const char *name)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  g_autoptr (GHashTable) query = soup_form_decode (g_uri_get_query (uri));

  return g_strdup (g_hash_table_lookup (query, name));
}

/* --- Failures --- */

static void
test_denied (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernSignIn) sign_in = begin (fixture);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_oauth_server_set_denial (fixture->server, TRUE);
  start (sign_in, &result);
  assert_browses (tern_sign_in_get_url (sign_in), 200, FAILED);
  g_assert_null (finish (sign_in, &result, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
  g_assert_cmpstr (error->message, ==, "The user said no");
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, "/token"), ==, 0);
}

static void
test_wrong_state (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernSignIn) sign_in = begin (fixture);
  g_autofree char *redirect = get_parameter (tern_sign_in_get_url (sign_in), "redirect_uri");
  g_autofree char *forged = g_strconcat (redirect, "/?code=theirs&state=guessed", NULL);
  g_autofree char *without = g_strconcat (redirect, "/?code=theirs", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernTokenAnswer) answer = NULL;

  start (sign_in, &result);
  assert_browses (forged, 400, FAILED);
  assert_browses (without, 400, FAILED);
  assert_browses (redirect, 400, FAILED);
  g_assert_null (result);
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, "/token"), ==, 0);

  /* It has not disturbed the one that is meant. */
  assert_browses (tern_sign_in_get_url (sign_in), 200, DONE);
  answer = finish (sign_in, &result, &error);
  g_assert_no_error (error);
}

static void
test_other_requests (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernSignIn) sign_in = begin (fixture);
  g_autofree char *redirect = get_parameter (tern_sign_in_get_url (sign_in), "redirect_uri");
  g_autofree char *state = get_parameter (tern_sign_in_get_url (sign_in), "state");
  g_autofree char *right = g_strdup_printf ("%s/?code=x&state=%s", redirect, state);
  g_autofree char *path = g_strdup_printf ("%s/other?code=x&state=%s", redirect, state);
  g_autofree char *page = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  guint status;

  start (sign_in, &result);
  assert_browses (path, 404, FAILED);
  page = browse ("POST", right, &status);
  g_assert_cmpuint (status, ==, 404);
  g_assert_null (result);
}

static void
assert_survives (guint16 port, const char *text, gsize length)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, NULL);
  GOutputStream *out;

  g_assert_nonnull (connection);
  out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  /* A server that has had enough may close before all of it is written. */
  (void) g_output_stream_write_all (out, text, length, NULL, NULL, NULL);
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
}

static void
test_malformed (AuthFixture *fixture, gconstpointer data)
{
  static const char *const texts[] = {
    "",
    "\r\n\r\n\r\n",
    "GET\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "GET /?code=%ZZ&state=%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /?%00%ff=&&&=&state HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET http:// HTTP/1.1\r\nHost: [\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\nabc",
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  };
  g_autoptr (TernSignIn) sign_in = begin (fixture);
  g_autofree char *redirect = get_parameter (tern_sign_in_get_url (sign_in), "redirect_uri");
  g_autofree char *long_line = g_strnfill (1024 * 1024, 'a');
  guint16 port = (guint16) g_ascii_strtoull (strrchr (redirect, ':') + 1, NULL, 10);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernTokenAnswer) answer = NULL;

  start (sign_in, &result);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_survives (port, texts[i], strlen (texts[i]));
  assert_survives (port, long_line, 100000);
  g_assert_null (result);
  assert_browses (tern_sign_in_get_url (sign_in), 200, DONE);
  answer = finish (sign_in, &result, &error);
  g_assert_no_error (error);
}

static void
test_second_use (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernSignIn) sign_in = begin (fixture);
  g_autofree char *redirect = get_parameter (tern_sign_in_get_url (sign_in), "redirect_uri");
  g_autofree char *state = get_parameter (tern_sign_in_get_url (sign_in), "state");
  g_autofree char *again = g_strdup_printf ("%s/?code=theirs&state=%s", redirect, state);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernTokenAnswer) answer = NULL;

  start (sign_in, &result);
  assert_browses (tern_sign_in_get_url (sign_in), 200, DONE);
  assert_browses (again, 410, FAILED);
  answer = finish (sign_in, &result, &error);
  g_assert_no_error (error);
  assert_browses (again, 410, FAILED);
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, "/token"), ==, 1);
}

static void
test_too_late (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernSignIn) sign_in = begin (fixture);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_sign_in_set_second (sign_in, 0);
  start (sign_in, &result);
  g_assert_null (finish (sign_in, &result, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
}

static void
test_cancelled (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernSignIn) sign_in = begin (fixture);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_sign_in_wait_async (sign_in, cancellable, auth_fixture_keep_result, &result);
  g_cancellable_cancel (cancellable);
  g_assert_null (finish (sign_in, &result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_no_refresh (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernSignIn) sign_in = begin (fixture);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_oauth_server_set_fault (fixture->server, TERN_MOCK_OAUTH_NO_REFRESH, 1);
  start (sign_in, &result);
  assert_browses (tern_sign_in_get_url (sign_in), 200, DONE);
  g_assert_null (finish (sign_in, &result, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PERMISSION);
}

static void
test_no_client_id (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const char *files[] = { NULL };
  g_autoptr (TernProviders) providers = tern_providers_load (files, &error);
  g_autoptr (TernSignIn) sign_in =
      tern_sign_in_new (fixture->client, tern_providers_get (providers, "yahoo"), NULL, NULL);

  g_assert_false (tern_sign_in_begin_browser (sign_in, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID);
  g_assert_cmpstr (tern_error_get_detail (error), ==, "client-id");
}

/* --- Success --- */

static void
test_browser (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernSignIn) sign_in = begin (fixture);
  g_autofree char *scope = get_parameter (tern_sign_in_get_url (sign_in), "scope");
  g_autofree char *hint = get_parameter (tern_sign_in_get_url (sign_in), "login_hint");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernTokenAnswer) answer = NULL;

  g_assert_nonnull (strstr (scope, "IMAP.AccessAsUser.All"));
  g_assert_cmpstr (hint, ==, "ana@example.org");
  start (sign_in, &result);
  assert_browses (tern_sign_in_get_url (sign_in), 200, DONE);
  answer = finish (sign_in, &result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (answer->refresh);
  g_assert_true (tern_mock_oauth_server_accepts (fixture->server, answer->token->access));
  g_assert_cmpint (tern_token_check_scope (answer->token, "Mail.ReadWrite"), ==, TERN_GRANT_GIVEN);
  g_assert_cmpstr (tern_sign_in_get_resource (sign_in), ==, "graph");
}

static void
test_verifier (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernSignIn) mine = begin (fixture);
  g_autoptr (TernSignIn) theirs = begin (fixture);
  g_autofree char *redirect = get_parameter (tern_sign_in_get_url (mine), "redirect_uri");
  g_autofree char *their_redirect = get_parameter (tern_sign_in_get_url (theirs), "redirect_uri");
  g_autoptr (GString) url = g_string_new (tern_sign_in_get_url (theirs));
  g_autofree char *state = get_parameter (tern_sign_in_get_url (mine), "state");
  g_autofree char *their_state = get_parameter (tern_sign_in_get_url (theirs), "state");
  g_autofree char *port = g_strdup (strrchr (redirect, ':') + 1);
  g_autofree char *their_port = g_strdup (strrchr (their_redirect, ':') + 1);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  /* A code that was given out for another challenge reaches our port, with our state. */
  g_string_replace (url, their_port, port, 1);
  g_string_replace (url, their_state, state, 1);
  start (mine, &result);
  assert_browses (url->str, 200, DONE);
  g_assert_null (finish (mine, &result, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, "/token"), ==, 1);
}

/* --- Device code --- */

static TernSignIn *
begin_device (AuthFixture *fixture)
{
  TernSignIn *sign_in = new_sign_in (fixture);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_sign_in_begin_device_async (sign_in, NULL, auth_fixture_keep_result, &result);
  g_assert_true (tern_sign_in_begin_device_finish (sign_in, auth_fixture_wait (&result), &error));
  g_assert_no_error (error);
  g_assert_cmpstr (tern_sign_in_get_code (sign_in), ==, "WDJB-MJHT");
  g_assert_true (g_str_has_suffix (tern_sign_in_get_url (sign_in), "/activate"));
  return sign_in;
}

static void
test_device_turned_away (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernSignIn) sign_in = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernTokenAnswer) answer = NULL;

  tern_mock_oauth_server_set_turns_away (fixture->server, TRUE);
  sign_in = begin_device (fixture);
  start (sign_in, &result);
  answer = finish (sign_in, &result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (answer->refresh);
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, "/device"), ==, 1);
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, "/token"), ==, 0);
}

static void
test_device_expired (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernSignIn) sign_in = begin_device (fixture);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_oauth_server_set_fault (fixture->server, TERN_MOCK_OAUTH_EXPIRED_CODE, 1);
  start (sign_in, &result);
  g_assert_null (finish (sign_in, &result, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
}

static void
test_device_waits (AuthFixture *fixture, gconstpointer data)
{
  const TernMockOauthFault *fault = data;
  g_autoptr (TernSignIn) sign_in = begin_device (fixture);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernTokenAnswer) answer = NULL;

  tern_mock_oauth_server_set_fault (fixture->server, *fault, 2);
  start (sign_in, &result);
  answer = finish (sign_in, &result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (answer->refresh);
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, "/token"), ==, 3);
}

static void
test_device_cancelled (AuthFixture *fixture, gconstpointer data)
{
  g_autoptr (TernSignIn) sign_in = begin_device (fixture);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_sign_in_set_second (sign_in, 600000);
  tern_sign_in_wait_async (sign_in, cancellable, auth_fixture_keep_result, &result);
  g_cancellable_cancel (cancellable);
  g_assert_null (finish (sign_in, &result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (tern_mock_oauth_server_count (fixture->server, "/token"), ==, 0);
}

int
main (int argc, char **argv)
{
  static const TernMockOauthFault pending = TERN_MOCK_OAUTH_PENDING;
  static const TernMockOauthFault slow_down = TERN_MOCK_OAUTH_SLOW_DOWN;
  static const TernMockOauthFault broken = TERN_MOCK_OAUTH_BROKEN;

  g_test_init (&argc, &argv, NULL);
  auth_fixture_open_keyring ();
#define ADD_WITH(name, func, data)                                                                 \
  g_test_add ("/auth/sign-in/" name, AuthFixture, data, auth_fixture_set_up, func,                 \
              auth_fixture_tear_down)
#define ADD(name, func) ADD_WITH (name, func, NULL)
  ADD ("who says no at the provider's page is told so, and nothing is asked", test_denied);
  ADD ("an answer with another state, or none, is refused and disturbs nothing", test_wrong_state);
  ADD ("another page and another method are refused", test_other_requests);
  ADD ("malformed requests on the port disturb nothing", test_malformed);
  ADD ("a second answer is refused", test_second_use);
  ADD ("a sign-in that nobody finishes comes to an end", test_too_late);
  ADD ("a cancelled sign-in ends at once", test_cancelled);
  ADD ("a sign-in that would be asked for again in an hour is refused", test_no_refresh);
  ADD ("without a client id nothing is begun", test_no_client_id);
  ADD ("a browser that follows the pages signs in", test_browser);
  ADD ("a code that was given out for another challenge is worth nothing", test_verifier);
  ADD ("a device whose registration is turned away asks at the other pages",
       test_device_turned_away);
  ADD ("a device code that has ended is told", test_device_expired);
  ADD_WITH ("a device code is asked about until the user is done", test_device_waits, &pending);
  ADD_WITH ("a provider that wants to be asked more slowly is", test_device_waits, &slow_down);
  ADD_WITH ("a provider in trouble does not end a device code", test_device_waits, &broken);
  ADD ("a cancelled device code ends between two questions", test_device_cancelled);
  return auth_fixture_close_keyring (g_test_run ());
}
