/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-error.h"
#include "tern-imap-limits.h"
#include "tern-session-fixture.h"

/* Servers that stay within the grammar, and send more than anybody could mean. */

static void
set_up (SessionFixture *self, gconstpointer data)
{
  session_fixture_start (self, TERN_SECURITY_NONE, 3);
  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 AUTH=PLAIN", "IMAP4rev1");
}

static void
set_up_starttls (SessionFixture *self, gconstpointer data)
{
  session_fixture_start (self, TERN_SECURITY_STARTTLS, 0);
}

static gboolean
noop (SessionFixture *self, const char *before)
{
  GAsyncResult *result = NULL;

  tern_mock_imap_server_prepend (self->server, "NOOP", before);
  tern_imap_noop_async (self->session, NULL, session_fixture_keep_result, &result);
  return session_fixture_finish (self, &result, NULL);
}

static void
test_before_tls (SessionFixture *self, gconstpointer data)
{
  g_autofree char *known = NULL;

  tern_mock_imap_server_prepend (self->server, "STARTTLS",
                                 "* VANISHED never\r\n* 4294967295 EXISTS\r\n* 7 EXPUNGE\r\n");
  g_assert_true (session_fixture_sign_in (self, "secret", NULL));
  known = tern_imap_session_dup_capabilities (self->session);
  g_assert_null (strstr (known, "!QRESYNC"));
}

static void
test_capabilities (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GString) line = g_string_new ("* CAPABILITY IMAP4rev1 IDLE");
  g_autofree char *long_word = g_strnfill (TERN_IMAP_MAX_CAPABILITY + 1, 'X');
  g_autofree char *known = NULL;

  g_assert_true (session_fixture_sign_in (self, "secret", NULL));
  g_string_append_printf (line, " %s", long_word);
  for (guint i = 0; i < 100000; i++)
    g_string_append_printf (line, " X%u", i);
  g_string_append (line, "\r\n");
  g_assert_true (noop (self, line->str));
  g_assert_true (tern_imap_session_has (self->session, "IDLE"));
  g_assert_false (tern_imap_session_has (self->session, long_word));
  known = tern_imap_session_dup_capabilities (self->session);
  g_assert_cmpuint (strlen (known), <,
                    TERN_IMAP_MAX_CAPABILITIES * (TERN_IMAP_MAX_CAPABILITY + 1) + 1);
}

static void
test_mailbox_id (SessionFixture *self, gconstpointer data)
{
  g_autoptr (TernImapMailboxes) mailboxes = tern_imap_mailboxes_new ();
  g_autofree char *id = g_strnfill (TERN_IMAP_MAX_ID + 1, 'x');
  g_autofree char *list =
      g_strdup_printf ("* LIST () \"/\" a\r\n* LIST () \"/\" b\r\n* LIST () \"/\" c\r\n"
                       "* STATUS a (MAILBOXID (%s))\r\n* STATUS b (MAILBOXID (\xff))\r\n"
                       "* STATUS c (MAILBOXID (F1))\r\n$TAG OK done\r\n",
                       id);
  GAsyncResult *result = NULL;

  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 AUTH=PLAIN",
                                          "IMAP4rev1 LIST-EXTENDED LIST-STATUS");
  g_assert_true (session_fixture_sign_in (self, "secret", NULL));
  tern_mock_imap_server_reply (self->server, "LIST", list);
  tern_imap_list_async (self->session, mailboxes, "*", NULL, session_fixture_keep_result, &result);
  g_assert_true (session_fixture_finish (self, &result, NULL));
  g_assert_null (tern_imap_mailboxes_find (mailboxes, "a")->mailbox_id);
  g_assert_null (tern_imap_mailboxes_find (mailboxes, "b")->mailbox_id);
  g_assert_cmpstr (tern_imap_mailboxes_find (mailboxes, "c")->mailbox_id, ==, "F1");
}

/* Each response is within its cap; what is found adds up. */
static void
test_search (SessionFixture *self, gconstpointer data)
{
  g_autoptr (GString) reply = g_string_new (NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernImapRanges) found = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (session_fixture_sign_in (self, "secret", NULL));
  for (guint i = 0; i < 3; i++)
    {
      g_string_append (reply, "* SEARCH");
      for (guint n = 0; n < TERN_IMAP_MAX_NODES / 2; n++)
        g_string_append (reply, n % 2 == 0 ? " 1" : " 3");
      g_string_append (reply, "\r\n");
    }
  g_string_append (reply, "$TAG OK done\r\n");
  tern_mock_imap_server_reply (self->server, "UID SEARCH", reply->str);
  tern_imap_search_async (self->session, "ALL", NULL, 0, NULL, session_fixture_keep_result,
                          &result);
  found = tern_imap_search_finish (self->session, session_fixture_wait (&result), &error);
  g_assert_null (found);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PROTOCOL);
}

static gboolean
stream_begin (const TernImapFetch *so_far,
              const char *section,
              guint64 origin,
              guint64 size,
              gpointer user_data)
{
  return TRUE;
}

static void
stream_data (const guint8 *bytes, gsize length, gpointer user_data)
{
  SessionFixture *self = user_data;

  self->fetched++;
}

/* Time that grows with the square of what comes would outlast any test. */
static void
test_literals (SessionFixture *self, gconstpointer data)
{
  const TernImapFetchHandler handler = { .fetch = session_fixture_counter.fetch,
                                         .literal_begin = stream_begin,
                                         .literal_data = stream_data };
  g_autoptr (GString) reply = g_string_new ("* 1 FETCH (UID 1");
  GAsyncResult *result = NULL;

  g_assert_true (session_fixture_sign_in (self, "secret", NULL));
  for (guint i = 0; i < 400000; i++)
    g_string_append (reply, " BODY[1] {1}\r\nx");
  g_string_append (reply, ")\r\n$TAG OK done\r\n");
  tern_mock_imap_server_reply (self->server, "UID FETCH", reply->str);
  tern_imap_fetch_async (self->session, TRUE, "1", "UID BODY.PEEK[1]", NULL, &handler, self, NULL,
                         session_fixture_keep_result, &result);
  g_assert_true (session_fixture_finish (self, &result, NULL));
  g_assert_cmpuint (self->fetched, >, 1);
  g_assert_cmpuint (self->fetched, <=, TERN_IMAP_MAX_BEFORE_STREAM);
}

#define ADD(name, set_up_, func)                                                                   \
  g_test_add ("/imap/limits/" name, SessionFixture, NULL, set_up_, func, session_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("what is told before TLS spoils no extension", set_up_starttls, test_before_tls);
  ADD ("capabilities without number are not remembered", set_up, test_capabilities);
  ADD ("a mailbox is not named by what no server may name it", set_up, test_mailbox_id);
  ADD ("a search that finds more than there can be is none", set_up, test_search);
  ADD ("literals without number cost no more than their bytes", set_up, test_literals);
  return g_test_run ();
}
