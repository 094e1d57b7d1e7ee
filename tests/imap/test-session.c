/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-error.h"
#include "tern-session-fixture.h"

#define LETTERS 10

static void
set_up (SessionFixture *self, gconstpointer data)
{
  session_fixture_start (self, TERN_SECURITY_NONE, LETTERS);
}

static void
set_up_starttls (SessionFixture *self, gconstpointer data)
{
  session_fixture_start (self, TERN_SECURITY_STARTTLS, LETTERS);
}

static void
test_injection (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_reply (self->server, "STARTTLS",
                               "$TAG OK go\r\n* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n");
  g_assert_false (session_fixture_reach (self, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PROTOCOL);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "AUTHENTICATE"), ==, 0);
}

static void
test_no_starttls (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_reply (self->server, "STARTTLS", "$TAG NO not today\r\n");
  g_assert_false (session_fixture_reach (self, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "AUTHENTICATE"), ==, 0);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "LOGIN"), ==, 0);
}

static void
test_preauth (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_reply (self->server, "GREETING", "* PREAUTH welcome\r\n");
  g_assert_false (session_fixture_reach (self, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PROTOCOL);
}

static void
test_bye_greeting (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_reply (self->server, "GREETING", "* BYE too many connections\r\n");
  g_assert_false (session_fixture_reach (self, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_BUSY);
}

static void
test_starttls (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) commands = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (session_fixture_sign_in (self, "secret", &error));
  g_assert_no_error (error);
  commands = tern_mock_imap_server_dup_commands (self->server);
  for (guint i = 0; i < commands->len; i++)
    {
      const TernMockImapCommand *command = commands->pdata[i];

      g_assert_true (command->encrypted || strcmp (command->name, "STARTTLS") == 0);
    }
}

static void
test_login_disabled (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 LOGINDISABLED", "IMAP4rev1");
  g_assert_false (session_fixture_sign_in (self, "secret", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "LOGIN"), ==, 0);
}

static void
test_remembered_login_disabled (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_reply (self->server, "GREETING", "* OK ready\r\n");
  g_assert_true (session_fixture_reach (self, NULL));
  tern_imap_session_assume_capabilities (self->session, "IMAP4rev1 LOGINDISABLED");
  g_assert_true (session_fixture_sign_in (self, "secret", &error));
  g_assert_no_error (error);
}

static void
test_refused (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_reply (self->server, "AUTHENTICATE", "$TAG NO no such user\r\n");
  g_assert_false (session_fixture_sign_in (self, "secret", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
}

static void
test_unavailable (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_reply (self->server, "AUTHENTICATE", "$TAG NO [UNAVAILABLE] later\r\n");
  g_assert_false (session_fixture_sign_in (self, "secret", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_BUSY);
}

static void
test_without_initial_response (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 AUTH=PLAIN", "IMAP4rev1");
  g_assert_true (session_fixture_sign_in (self, "secret", &error));
  g_assert_no_error (error);
}

static void
test_login (SessionFixture *self, gconstpointer data)
{
  static const char *const passwords[] = { "with \"quotes\" and \\", "umlaut ä ☃" };

  for (guint i = 0; i < G_N_ELEMENTS (passwords); i++)
    {
      g_autoptr (GError) error = NULL;

      tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1", "IMAP4rev1");
      tern_mock_imap_server_set_login (self->server, "user", passwords[i]);
      g_assert_true (session_fixture_sign_in (self, passwords[i], &error));
      g_assert_no_error (error);
      session_fixture_hang_up (self);
    }
}

/* Selects INBOX and fetches all flags, in one flight; returns the results in order. */
static void
select_and_fetch (SessionFixture *self, GAsyncResult **selected, GAsyncResult **fetched)
{
  tern_imap_select_async (self->session, "INBOX", NULL, session_fixture_keep_result, selected);
  tern_imap_fetch_async (self->session, FALSE, "1:*", "UID FLAGS", NULL, &session_fixture_counter,
                         self, NULL, session_fixture_keep_result, fetched);
}

static void
test_bye_within_fetch (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) selected = NULL, fetched = NULL, after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (session_fixture_sign_in (self, "secret", NULL));
  tern_mock_imap_server_reply (self->server, "FETCH",
                               "* 1 FETCH (UID 1 FLAGS ())\r\n* BYE maintenance\r\n");
  select_and_fetch (self, &selected, &fetched);
  tern_mock_imap_server_wait_command (self->server, "FETCH", 1);
  while (self->fetched == 0)
    g_main_context_iteration (NULL, TRUE);
  tern_mock_imap_server_stop (self->server);
  g_assert_false (
      tern_imap_command_finish (self->session, session_fixture_wait (&fetched), &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "maintenance"));
  g_clear_error (&error);
  tern_imap_noop_async (self->session, NULL, session_fixture_keep_result, &after);
  g_assert_false (tern_imap_command_finish (self->session, session_fixture_wait (&after), &error));
  g_assert_nonnull (error);
}

static void
test_cut (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) selected = NULL, fetched = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (session_fixture_sign_in (self, "secret", NULL));
  tern_mock_imap_server_cut (self->server, "FETCH", 60);
  select_and_fetch (self, &selected, &fetched);
  g_assert_false (
      tern_imap_command_finish (self->session, session_fixture_wait (&fetched), &error));
  g_assert_true (tern_error_is_transport (error));
  g_assert_false (tern_imap_session_is_alive (self->session));
}

static void
test_cancel (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) selected = NULL, fetched = NULL, after = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (session_fixture_sign_in (self, "secret", NULL));
  tern_mock_imap_server_hold (self->server);
  tern_imap_select_async (self->session, "INBOX", NULL, session_fixture_keep_result, &selected);
  tern_imap_fetch_async (self->session, FALSE, "1:*", "UID FLAGS", NULL, &session_fixture_counter,
                         self, cancellable, session_fixture_keep_result, &fetched);
  tern_mock_imap_server_wait_command (self->server, "FETCH", 1);
  g_cancellable_cancel (cancellable);
  g_assert_false (
      tern_imap_command_finish (self->session, session_fixture_wait (&fetched), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tern_mock_imap_server_release (self->server);
  tern_imap_noop_async (self->session, NULL, session_fixture_keep_result, &after);
  g_assert_true (tern_imap_command_finish (self->session, session_fixture_wait (&after), NULL));
  g_assert_cmpuint (self->fetched, ==, 0);
}

static void
test_pipeline (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) selected = NULL, fetched = NULL;
  g_autoptr (GPtrArray) commands = NULL;
  guint flight = 0;

  g_assert_true (session_fixture_sign_in (self, "secret", NULL));
  select_and_fetch (self, &selected, &fetched);
  g_assert_true (tern_imap_command_finish (self->session, session_fixture_wait (&fetched), NULL));
  g_assert_cmpuint (self->fetched, ==, 10);
  g_assert_cmpuint (tern_imap_session_get_selected (self->session)->exists, ==, 10);
  commands = tern_mock_imap_server_dup_commands (self->server);
  for (guint i = 0; i < commands->len; i++)
    flight = MAX (flight, ((TernMockImapCommand *) commands->pdata[i])->flight);
  g_assert_cmpuint (flight, ==, 2);
  g_assert_cmpuint (tern_imap_session_get_flights (self->session), ==, 2);
}

static void
test_many (SessionFixture *self, gconstpointer data)
{
  GAsyncResult *results[100] = { NULL };

  g_assert_true (session_fixture_sign_in (self, "secret", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    tern_imap_noop_async (self->session, NULL, session_fixture_keep_result, &results[i]);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_assert_true (
          tern_imap_command_finish (self->session, session_fixture_wait (&results[i]), NULL));
      g_object_unref (results[i]);
    }
}

static void
test_chunks (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) selected = NULL, fetched = NULL;

  tern_mock_imap_server_set_chunk (self->server, 7);
  g_assert_true (session_fixture_sign_in (self, "secret", NULL));
  select_and_fetch (self, &selected, &fetched);
  g_assert_true (tern_imap_command_finish (self->session, session_fixture_wait (&fetched), NULL));
  g_assert_cmpuint (self->fetched, ==, 10);
}

/* RFC 6855 */
static void
test_utf8_names (SessionFixture *self, gconstpointer data)
{
  g_autoptr (TernImapMailboxes) mailboxes = tern_imap_mailboxes_new ();
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GAsyncResult) selected = NULL;
  g_autoptr (GAsyncResult) enabled = NULL;
  static const char *const extensions[] = { "UTF8=ACCEPT", NULL };
  g_autofree char *transcript = NULL;

  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 AUTH=PLAIN",
                                          "IMAP4rev1 ENABLE UTF8=ACCEPT");
  g_assert_true (session_fixture_sign_in (self, "secret", NULL));
  tern_imap_enable_async (self->session, extensions, NULL, session_fixture_keep_result, &enabled);
  tern_mock_imap_server_reply (self->server, "LIST",
                               "* LIST () \"/\" \"Entw\xc3\xbcrfe & mehr\"\r\n$TAG OK done\r\n");
  tern_mock_imap_server_reply (self->server, "SELECT", "$TAG OK done\r\n");
  tern_imap_list_async (self->session, mailboxes, "*", NULL, session_fixture_keep_result, &listed);
  g_assert_true (tern_imap_command_finish (self->session, session_fixture_wait (&listed), NULL));
  g_assert_nonnull (tern_imap_mailboxes_find (mailboxes, "Entw&APw-rfe &- mehr"));
  tern_imap_select_async (self->session, "Entw&APw-rfe &- mehr", NULL, session_fixture_keep_result,
                          &selected);
  g_assert_true (tern_imap_command_finish (self->session, session_fixture_wait (&selected), NULL));
  g_assert_cmpstr (tern_imap_session_get_selected (self->session)->name, ==,
                   "Entw&APw-rfe &- mehr");
  g_assert_true (tern_imap_command_finish (self->session, session_fixture_wait (&enabled), NULL));
  transcript = tern_mock_imap_server_dup_transcript (self->server);
  g_assert_nonnull (strstr (transcript, "SELECT \"Entw\xc3\xbcrfe & mehr\""));
}

#define ADD(name, set_up_, func)                                                                   \
  g_test_add (name, SessionFixture, NULL, set_up_, func, session_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/imap/session/what is injected before TLS ends the connection", set_up_starttls,
       test_injection);
  ADD ("/imap/session/a refused STARTTLS sends no password", set_up_starttls, test_no_starttls);
  ADD ("/imap/session/PREAUTH in place of STARTTLS is refused", set_up_starttls, test_preauth);
  ADD ("/imap/session/a server that says BYE is busy", set_up, test_bye_greeting);
  ADD ("/imap/session/LOGINDISABLED sends no password", set_up, test_login_disabled);
  ADD ("/imap/session/a LOGINDISABLED of last time is asked for again", set_up,
       test_remembered_login_disabled);
  ADD ("/imap/session/a refused sign-in is an authentication error", set_up, test_refused);
  ADD ("/imap/session/an unavailable sign-in is none", set_up, test_unavailable);
  ADD ("/imap/session/BYE within a FETCH says why", set_up, test_bye_within_fetch);
  ADD ("/imap/session/a cut connection fails what runs", set_up, test_cut);
  ADD ("/imap/session/a cancelled command leaves the session in use", set_up, test_cancel);
  ADD ("/imap/session/STARTTLS encrypts all that follows", set_up_starttls, test_starttls);
  ADD ("/imap/session/PLAIN works without an initial response", set_up,
       test_without_initial_response);
  ADD ("/imap/session/LOGIN quotes what it can and sends the rest as literals", set_up, test_login);
  ADD ("/imap/session/commands of one turn leave in one flight", set_up, test_pipeline);
  ADD ("/imap/session/more commands than a server takes at once wait", set_up, test_many);
  ADD ("/imap/session/answers in small pieces are whole", set_up, test_chunks);
  ADD ("/imap/session/mailbox names are UTF-8 on the wire where that is agreed", set_up,
       test_utf8_names);
  return g_test_run ();
}
