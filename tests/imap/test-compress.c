/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-error.h"
#include "tern-session-fixture.h"

/* Signs in at a server that offers COMPRESS. */
static void
set_up (SessionFixture *self, gconstpointer data)
{
  session_fixture_start (self, TERN_SECURITY_NONE, 200);
  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 AUTH=PLAIN SASL-IR",
                                          "IMAP4rev1 COMPRESS=DEFLATE");
  g_assert_true (session_fixture_reach (self, NULL));
  g_assert_false (tern_imap_session_can_compress (self->session));
  g_assert_true (session_fixture_sign_in (self, "secret", NULL));
  g_assert_true (tern_imap_session_can_compress (self->session));
}

static gboolean
compress (SessionFixture *self, GError **error)
{
  GAsyncResult *result = NULL;

  tern_imap_compress_async (self->session, session_fixture_keep_result, &result);
  return session_fixture_finish (self, &result, error);
}

static gboolean
noop (SessionFixture *self, GError **error)
{
  GAsyncResult *result = NULL;

  tern_imap_noop_async (self->session, NULL, session_fixture_keep_result, &result);
  return session_fixture_finish (self, &result, error);
}

/* Returns how many bytes came for it over the wire. */
static guint64
fetch (SessionFixture *self)
{
  guint64 before = tern_imap_session_get_received (self->session);
  GAsyncResult *result = NULL;

  self->fetched = 0;
  tern_imap_fetch_async (self->session, FALSE, "1:200", "UID ENVELOPE", NULL,
                         &session_fixture_counter, self, NULL, session_fixture_keep_result,
                         &result);
  g_assert_true (session_fixture_finish (self, &result, NULL));
  g_assert_cmpuint (self->fetched, ==, 200);
  return tern_imap_session_get_received (self->session) - before;
}

static void
test_refused (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_reply (self->server, "COMPRESS",
                               "$TAG NO [COMPRESSIONACTIVE] TLS does it\r\n");
  g_assert_false (compress (self, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_REFUSED);
  g_assert_false (tern_imap_session_can_compress (self->session));
  g_assert_true (noop (self, NULL));
}

static void
test_damaged (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GAsyncResult *compressed = NULL, *answered = NULL;

  /* The small k keeps the scripted server from beginning to compress. */
  tern_mock_imap_server_reply (self->server, "COMPRESS", "$TAG Ok go\r\n\xff\xff\xff\xff");
  tern_imap_compress_async (self->session, session_fixture_keep_result, &compressed);
  tern_imap_noop_async (self->session, NULL, session_fixture_keep_result, &answered);
  g_assert_true (session_fixture_finish (self, &compressed, NULL));
  g_assert_false (session_fixture_finish (self, &answered, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PROTOCOL);
  g_assert_true (tern_error_is_transport (error));
  g_assert_cmpstr (tern_imap_session_get_fault (self->session), ==, "COMPRESS=DEFLATE");
}

/* One line of 70 MB, which is more than the scanner reads to its end. */
static char *
explode (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  return g_strnfill (70 * 1024 * 1024, 'x');
}

static void
test_bomb (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (compress (self, NULL));
  tern_mock_imap_server_set_handler (self->server, "NOOP", explode, NULL);
  g_assert_false (noop (self, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PROTOCOL);
  g_assert_cmpuint (tern_imap_session_get_received (self->session), <, 1024 * 1024);
}

static void
test_nothing_behind (SessionFixture *self, gconstpointer data)
{
  GAsyncResult *compressed = NULL, *answered = NULL;

  tern_mock_imap_server_hold (self->server);
  tern_imap_compress_async (self->session, session_fixture_keep_result, &compressed);
  tern_imap_noop_async (self->session, NULL, session_fixture_keep_result, &answered);
  tern_mock_imap_server_wait_command (self->server, "COMPRESS", 1);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "NOOP"), ==, 0);
  tern_mock_imap_server_release (self->server);
  g_assert_true (session_fixture_finish (self, &compressed, NULL));
  g_assert_true (session_fixture_finish (self, &answered, NULL));
}

static void
test_continuation (SessionFixture *self, gconstpointer data)
{
  tern_mock_imap_server_prepend (self->server, "COMPRESS", "+ go on\r\n");
  g_assert_true (compress (self, NULL));
  g_assert_true (noop (self, NULL));
}

static void
test_behind_ok (SessionFixture *self, gconstpointer data)
{
  tern_mock_imap_server_reply (self->server, "COMPRESS",
                               "$TAG OK go\r\n* OK [CAPABILITY IMAP4rev1 XBEHIND] hello\r\n");
  g_assert_true (compress (self, NULL));
  while (!tern_imap_session_has (self->session, "XBEHIND"))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (noop (self, NULL));
}

static void
test_both_directions (SessionFixture *self, gconstpointer data)
{
  GAsyncResult *selected = NULL;
  guint64 plain;

  tern_imap_select_async (self->session, "INBOX", NULL, session_fixture_keep_result, &selected);
  g_assert_true (session_fixture_finish (self, &selected, NULL));
  plain = fetch (self);
  g_assert_true (compress (self, NULL));
  g_assert_cmpuint (fetch (self) * 4, <, plain);
  /* The server inflates what comes, and has understood it. */
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "FETCH"), ==, 2);
}

static void
test_pieces (SessionFixture *self, gconstpointer data)
{
  GAsyncResult *selected = NULL;

  tern_mock_imap_server_set_chunk (self->server, 7);
  g_assert_true (compress (self, NULL));
  tern_imap_select_async (self->session, "INBOX", NULL, session_fixture_keep_result, &selected);
  g_assert_true (session_fixture_finish (self, &selected, NULL));
  fetch (self);
}

static void
test_log_out (SessionFixture *self, gconstpointer data)
{
  g_assert_true (compress (self, NULL));
  tern_imap_session_log_out (self->session);
  tern_mock_imap_server_wait_command (self->server, "LOGOUT", 1);
}

#define ADD(name, func)                                                                            \
  g_test_add ("/imap/compress/" name, SessionFixture, NULL, set_up, func, session_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a refusal goes on without", test_refused);
  ADD ("damaged data ends the connection, and the extension is not used again", test_damaged);
  ADD ("a line without end ends the connection however well it is packed", test_bomb);
  ADD ("nothing is sent behind COMPRESS before its answer", test_nothing_behind);
  ADD ("a continuation that COMPRESS did not ask for does no harm", test_continuation);
  ADD ("bytes behind the OK are inflated", test_behind_ok);
  ADD ("what follows COMPRESS is deflated in both directions, and counted so",
       test_both_directions);
  ADD ("compressed answers in small pieces are whole", test_pieces);
  ADD ("the farewell is deflated too", test_log_out);
  return g_test_run ();
}
