/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-error.h"
#include "tern-session-fixture.h"

#define BEFORE "IMAP4rev1 AUTH=PLAIN"

static void
set_up (SessionFixture *self, gconstpointer capabilities)
{
  session_fixture_start (self, TERN_SECURITY_NONE, 3);
  if (capabilities != NULL)
    tern_mock_imap_server_set_capabilities (self->server, BEFORE, capabilities);
  g_assert_true (session_fixture_sign_in (self, "secret", NULL));
  tern_mock_imap_server_clear_log (self->server);
}

static TernImapRanges *
search (
    SessionFixture *self, const char *criteria, const char *key, const char *text, GError **error)
{
  const TernImapSearchTerm term = { key, text };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) selected = NULL;

  tern_imap_select_async (self->session, "INBOX", NULL, session_fixture_keep_result, &selected);
  tern_imap_search_async (self->session, criteria, &term, text != NULL ? 1 : 0, NULL,
                          session_fixture_keep_result, &result);
  session_fixture_wait (&selected);
  return tern_imap_search_finish (self->session, session_fixture_wait (&result), error);
}

/* What was asked, after the command's name. */
static char *
dup_asked (SessionFixture *self)
{
  g_autoptr (GPtrArray) commands = tern_mock_imap_server_dup_commands (self->server);

  for (guint i = 0; i < commands->len; i++)
    {
      const TernMockImapCommand *command = commands->pdata[i];

      if (g_str_equal (command->name, "UID SEARCH"))
        return g_strdup (command->args);
    }
  return NULL;
}

static void
assert_asks (SessionFixture *self, const char *key, const char *text, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernImapRanges) found = NULL;
  g_autofree char *asked = NULL;

  tern_mock_imap_server_clear_log (self->server);
  tern_mock_imap_server_reply (self->server, "UID SEARCH", "* SEARCH\r\n$TAG OK done\r\n");
  found = search (self, "UNSEEN", key, text, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tern_imap_ranges_count (found), ==, 0);
  asked = dup_asked (self);
  g_assert_cmpstr (asked, ==, expected);
}

static void
assert_fails (SessionFixture *self, const char *reply, const char *text, TernError code)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_reply (self->server, "UID SEARCH", reply);
  g_assert_null (search (self, "", "TEXT", text, &error));
  g_assert_error (error, TERN_ERROR, (gint) code);
}

static void
test_failed (SessionFixture *self, gconstpointer data)
{
  assert_fails (self, "* SEARCH 1 2\r\n$TAG NO [SERVERBUG] no\r\n", "x", TERN_ERROR_BUSY);
  assert_fails (self, "$TAG NO the index is broken\r\n", "x", TERN_ERROR_REFUSED);
  assert_fails (self, "$TAG BAD what\r\n", "x", TERN_ERROR_PROTOCOL);
}

static void
test_cut (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_cut (self->server, "UID SEARCH", 12);
  g_assert_null (search (self, "", "SUBJECT", "Letter", &error));
  g_assert_true (tern_error_is_transport (error));
}

static void
test_charset (SessionFixture *self, gconstpointer data)
{
  assert_fails (self, "$TAG NO [BADCHARSET (US-ASCII)] no\r\n", "发票", TERN_ERROR_UNSUPPORTED);
  assert_fails (self, "$TAG BAD what is CHARSET\r\n", "发票", TERN_ERROR_UNSUPPORTED);
}

static void
test_too_long (SessionFixture *self, gconstpointer data)
{
  g_autofree char *text = g_strnfill (990, 'x');
  g_autoptr (GError) error = NULL;

  g_assert_null (search (self, "", "TEXT", text, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_LIMIT);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "UID SEARCH"), ==, 0);
}

static void
test_quoted (SessionFixture *self, gconstpointer data)
{
  assert_asks (self, "TEXT", "a b", "UNSEEN TEXT \"a b\"");
  assert_asks (self, "TEXT", "say \"hi\" \\o/", "UNSEEN TEXT \"say \\\"hi\\\" \\\\o/\"");
  assert_asks (self, "FROM", "", "UNSEEN FROM \"\"");
}

/* A line end never ends the command. The mock shows a literal as a quoted string. */
static void
test_literal (SessionFixture *self, gconstpointer data)
{
  assert_asks (self, "TEXT", "发票", "CHARSET UTF-8 UNSEEN TEXT \"发票\"");
  assert_asks (self, "TEXT", "a\r\nT9 LOGOUT", "UNSEEN TEXT \"a\r\nT9 LOGOUT\"");
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "LOGOUT"), ==, 0);
}

static void
test_esearch (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernImapRanges) found = search (self, "", "SUBJECT", "Letter", &error);
  g_autofree char *asked = dup_asked (self);

  g_assert_no_error (error);
  g_assert_cmpstr (asked, ==, "RETURN (ALL) SUBJECT \"Letter\"");
  g_assert_cmpuint (tern_imap_ranges_count (found), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, capabilities, function)                                                          \
  g_test_add ("/imap/search/" name, SessionFixture, capabilities, set_up, function,                \
              session_fixture_tear_down)
  ADD ("a search that failed is an error, whatever came before", NULL, test_failed);
  ADD ("a search that is cut off is an error", NULL, test_cut);
  ADD ("a server that looks for ASCII only is told apart", NULL, test_charset);
  ADD ("a text that fits into no command is not sent", NULL, test_too_long);
  ADD ("quotes and backslashes are escaped", NULL, test_quoted);
  ADD ("what cannot be quoted is a literal that waits", "IMAP4rev1", test_literal);
  ADD ("what cannot be quoted is a literal at once", "IMAP4rev1 LITERAL+", test_literal);
  ADD ("the short form of the answer is asked for", "IMAP4rev1 ESEARCH", test_esearch);
  return g_test_run ();
}
