/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-error.h"
#include "tern-imap-commands.h"
#include "tern-mock-imap-server.h"

typedef struct
{
  TernMockImapServer *server;
  TernRace *race;
  TernImapSession *session;
  guint fetched;
} Fixture;

static void
keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static gboolean
finish (Fixture *self, GAsyncResult **result, GError **error)
{
  gboolean good = tern_imap_command_finish (self->session, wait_for (result), error);

  g_clear_object (result);
  return good;
}

/* Signs in at a server that offers COMPRESS. */
static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (TernTrust) trust = tern_trust_new ();
  g_autoptr (TernEndpoint) endpoint = NULL;
  GAsyncResult *result = NULL;

  self->server = tern_mock_imap_server_new (TERN_SECURITY_NONE);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 200);
  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 AUTH=PLAIN SASL-IR",
                                          "IMAP4rev1 COMPRESS=DEFLATE");
  tern_mock_imap_server_start (self->server);
  endpoint = tern_mock_imap_server_dup_endpoint (self->server);
  self->race = tern_race_new (&tern_imap_race_protocol, trust, 20000);
  tern_race_add_endpoint (self->race, endpoint, 0, FALSE);
  tern_race_next_async (self->race, NULL, keep_result, &result);
  self->session = (TernImapSession *) tern_race_next_finish (self->race, wait_for (&result), NULL);
  g_clear_object (&result);
  g_assert_nonnull (self->session);
  tern_race_settle (self->race, G_OBJECT (self->session));
  g_assert_false (tern_imap_session_can_compress (self->session));
  tern_imap_authenticate_async (self->session, "user", "secret", NULL, keep_result, &result);
  g_assert_true (finish (self, &result, NULL));
  g_assert_true (tern_imap_session_can_compress (self->session));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  tern_imap_session_close (self->session);
  g_clear_object (&self->session);
  g_clear_object (&self->race);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (self->server);
}

static gboolean
compress (Fixture *self, GError **error)
{
  GAsyncResult *result = NULL;

  tern_imap_compress_async (self->session, keep_result, &result);
  return finish (self, &result, error);
}

static gboolean
noop (Fixture *self, GError **error)
{
  GAsyncResult *result = NULL;

  tern_imap_noop_async (self->session, NULL, keep_result, &result);
  return finish (self, &result, error);
}

static gboolean
count_fetch (const TernImapFetch *fetch, gpointer user_data)
{
  Fixture *self = user_data;

  self->fetched++;
  return TRUE;
}

/* Returns how many bytes came for it over the wire. */
static guint64
fetch (Fixture *self)
{
  static const TernImapFetchHandler counter = { .fetch = count_fetch };
  guint64 before = tern_imap_session_get_received (self->session);
  GAsyncResult *result = NULL;

  self->fetched = 0;
  tern_imap_fetch_async (self->session, FALSE, "1:200", "UID ENVELOPE", NULL, &counter, self, NULL,
                         keep_result, &result);
  g_assert_true (finish (self, &result, NULL));
  g_assert_cmpuint (self->fetched, ==, 200);
  return tern_imap_session_get_received (self->session) - before;
}

static void
test_refused (Fixture *self, gconstpointer data)
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
test_damaged (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GAsyncResult *compressed = NULL, *answered = NULL;

  /* The small k keeps the scripted server from beginning to compress. */
  tern_mock_imap_server_reply (self->server, "COMPRESS", "$TAG Ok go\r\n\xff\xff\xff\xff");
  tern_imap_compress_async (self->session, keep_result, &compressed);
  tern_imap_noop_async (self->session, NULL, keep_result, &answered);
  g_assert_true (finish (self, &compressed, NULL));
  g_assert_false (finish (self, &answered, &error));
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
test_bomb (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (compress (self, NULL));
  tern_mock_imap_server_set_handler (self->server, "NOOP", explode, NULL);
  g_assert_false (noop (self, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PROTOCOL);
  g_assert_cmpuint (tern_imap_session_get_received (self->session), <, 1024 * 1024);
}

static void
test_nothing_behind (Fixture *self, gconstpointer data)
{
  GAsyncResult *compressed = NULL, *answered = NULL;

  tern_mock_imap_server_hold (self->server);
  tern_imap_compress_async (self->session, keep_result, &compressed);
  tern_imap_noop_async (self->session, NULL, keep_result, &answered);
  tern_mock_imap_server_wait_command (self->server, "COMPRESS", 1);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "NOOP"), ==, 0);
  tern_mock_imap_server_release (self->server);
  g_assert_true (finish (self, &compressed, NULL));
  g_assert_true (finish (self, &answered, NULL));
}

static void
test_continuation (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_prepend (self->server, "COMPRESS", "+ go on\r\n");
  g_assert_true (compress (self, NULL));
  g_assert_true (noop (self, NULL));
}

static void
test_behind_ok (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_reply (self->server, "COMPRESS",
                               "$TAG OK go\r\n* OK [CAPABILITY IMAP4rev1 XBEHIND] hello\r\n");
  g_assert_true (compress (self, NULL));
  while (!tern_imap_session_has (self->session, "XBEHIND"))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (noop (self, NULL));
}

static void
test_both_directions (Fixture *self, gconstpointer data)
{
  GAsyncResult *selected = NULL;
  guint64 plain;

  tern_imap_select_async (self->session, "INBOX", NULL, keep_result, &selected);
  g_assert_true (finish (self, &selected, NULL));
  plain = fetch (self);
  g_assert_true (compress (self, NULL));
  g_assert_cmpuint (fetch (self) * 4, <, plain);
  /* The server inflates what comes, and has understood it. */
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "FETCH"), ==, 2);
}

static void
test_pieces (Fixture *self, gconstpointer data)
{
  GAsyncResult *selected = NULL;

  tern_mock_imap_server_set_chunk (self->server, 7);
  g_assert_true (compress (self, NULL));
  tern_imap_select_async (self->session, "INBOX", NULL, keep_result, &selected);
  g_assert_true (finish (self, &selected, NULL));
  fetch (self);
}

static void
test_log_out (Fixture *self, gconstpointer data)
{
  g_assert_true (compress (self, NULL));
  tern_imap_session_log_out (self->session);
  tern_mock_imap_server_wait_command (self->server, "LOGOUT", 1);
}

#define ADD(name, func) g_test_add ("/imap/compress/" name, Fixture, NULL, set_up, func, tear_down)

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
