/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-error.h"
#include "tern-server-fixture.h"

/* What the channel gave, and how much of it is wanted. */
typedef struct
{
  GPtrArray *ids;    /* utf8: "ID", or "ID Subject" where it was fetched */
  const char *known; /* nullable */
  guint wanted;
  guint calls;
} Taken;

static gboolean
knows (const char *folder, const char *remote_id, gpointer user_data)
{
  const Taken *taken = user_data;

  return g_strcmp0 (taken->known, remote_id) == 0;
}

static gboolean
found (const TernSearchHit *hits, gsize n, gpointer user_data)
{
  Taken *taken = user_data;

  taken->calls++;
  for (gsize i = 0; i < n; i++)
    {
      g_assert_cmpstr (hits[i].folder, ==, "INBOX");
      g_ptr_array_add (taken->ids,
                       hits[i].message != NULL
                           ? g_strdup_printf ("%s %s", hits[i].remote_id, hits[i].message->subject)
                           : g_strdup (hits[i].remote_id));
    }
  return taken->ids->len < taken->wanted;
}

static gboolean
search (ChannelFixture *self, const char *text, Taken *taken, GError **error)
{
  static const TernSearchHandler handler = { knows, found };
  g_autoptr (TernQuery) query = tern_query_parse (text, NULL);
  g_autoptr (GAsyncResult) result = NULL;

  if (taken->wanted == 0)
    taken->wanted = 1000;
  taken->ids = g_ptr_array_new_with_free_func (g_free);
  tern_channel_search_async (self->channel, "INBOX", query, &handler, taken, NULL,
                             channel_fixture_keep_result, &result);
  return tern_channel_search_finish (self->channel, channel_fixture_wait (&result), error);
}

static void
assert_found (ChannelFixture *self, const char *text, const char *expected)
{
  Taken taken = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *list = NULL;

  g_assert_true (search (self, text, &taken, &error));
  g_assert_no_error (error);
  g_ptr_array_add (taken.ids, NULL);
  list = g_strjoinv ("|", (char **) taken.ids->pdata);
  g_assert_cmpstr (list, ==, expected);
  g_ptr_array_unref (taken.ids);
}

static void
set_up (ChannelFixture *self, gconstpointer data)
{
  channel_fixture_set_up (self, data);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 3);
}

static void
assert_fails (ChannelFixture *self, const char *text, TernError code)
{
  Taken taken = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (search (self, text, &taken, &error));
  g_assert_error (error, TERN_ERROR, (gint) code);
  g_assert_cmpuint (taken.calls, ==, 0);
  g_ptr_array_unref (taken.ids);
}

static void
test_failed (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_reply (self->server, "UID SEARCH", "* SEARCH\r\n$TAG NO broken\r\n");
  assert_fails (self, "letter", TERN_ERROR_REFUSED);
  tern_mock_imap_server_reply (self->server, "UID SEARCH", "$TAG NO [BADCHARSET] ASCII\r\n");
  assert_fails (self, "发票", TERN_ERROR_UNSUPPORTED);
  tern_mock_imap_server_reply (self->server, "SELECT", "$TAG NO [NONEXISTENT] gone\r\n");
  channel_fixture_restart (self);
  assert_fails (self, "letter", TERN_ERROR_GONE);
}

static void
test_failed_fetch (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_reply (self->server, "UID FETCH", "$TAG BAD no\r\n");
  assert_fails (self, "letter", TERN_ERROR_PROTOCOL);
}

static void
test_all_folders (ChannelFixture *self, gconstpointer data)
{
  static const TernSearchHandler handler = { knows, found };
  g_autoptr (TernQuery) query = tern_query_parse ("x", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_channel_search_async (self->channel, NULL, query, &handler, NULL, NULL,
                             channel_fixture_keep_result, &result);
  g_assert_false (
      tern_channel_search_finish (self->channel, channel_fixture_wait (&result), &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 0);
}

static void
test_found (ChannelFixture *self, gconstpointer data)
{
  assert_found (self, "subject:letter", "1.3 Letter 3|1.2 Letter 2|1.1 Letter 1");
  assert_found (self, "subject:\"Letter 2\"", "1.2 Letter 2");
  assert_found (self, "nothing of that kind", "");
  /* The sign-in, SELECT with the first search, and what was found; then two and one. */
  g_assert_cmpuint (channel_fixture_last_flight (self), ==, 6);
}

static void
test_known (ChannelFixture *self, gconstpointer data)
{
  Taken taken = { .known = "1.2" };

  g_assert_true (search (self, "subject:letter", &taken, NULL));
  g_assert_cmpstr (taken.ids->pdata[1], ==, "1.2");
  g_assert_false (server_was_asked (self, "UID FETCH", "1:3"));
  g_ptr_array_unref (taken.ids);
}

/* The highest first, whatever the order and the repetitions of the answer. */
static void
test_order (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_reply (self->server, "UID SEARCH",
                               "* SEARCH 2 0 1\r\n* SEARCH 3 2\r\n$TAG OK done\r\n");
  assert_found (self, "letter", "1.3 Letter 3|1.2 Letter 2|1.1 Letter 1");
}

static void
test_gone (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_reply (self->server, "UID SEARCH", "* SEARCH 1 77 3\r\n$TAG OK done\r\n");
  assert_found (self, "letter", "1.3 Letter 3|1.1 Letter 1");
}

static void
test_bounded (ChannelFixture *self, gconstpointer data)
{
  Taken taken = { .wanted = 10 };

  tern_mock_imap_server_add_letters (self->server, "INBOX", 300);
  g_assert_true (search (self, "subject:letter", &taken, NULL));
  g_assert_cmpuint (taken.ids->len, ==, 50);
  g_assert_true (g_str_has_prefix (taken.ids->pdata[0], "1.303 "));
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "UID FETCH"), ==, 1);
  g_ptr_array_unref (taken.ids);
}

/* Ranges are never expanded, however many UIDs they claim. */
static void
test_claims (ChannelFixture *self, gconstpointer data)
{
  Taken taken = { .wanted = 10 };

  tern_mock_imap_server_set_capabilities (self->server, SERVER_BEFORE, "IMAP4rev1 ESEARCH");
  tern_mock_imap_server_reply (self->server, "UID SEARCH",
                               "* ESEARCH (TAG \"$TAG\") UID ALL 1:4294967295\r\n$TAG OK done\r\n");
  taken.known = "1.4294967295";
  taken.wanted = 1;
  g_assert_true (search (self, "letter", &taken, NULL));
  g_assert_cmpuint (taken.calls, ==, 1);
  g_ptr_array_unref (taken.ids);
}

static void
test_cut (ChannelFixture *self, gconstpointer data)
{
  assert_found (self, "\"letter 1\"", "1.1 Letter 1");
  tern_mock_imap_server_hang_up (self->server);
  tern_mock_imap_server_wait_closed (self->server);
  assert_found (self, "\"letter 1\"", "1.1 Letter 1");
}

static void
assert_asked (ChannelFixture *self, const char *text, const char *expected)
{
  Taken taken = { 0 };

  tern_mock_imap_server_reply (self->server, "UID SEARCH", "* SEARCH\r\n$TAG OK done\r\n");
  g_assert_true (search (self, text, &taken, NULL));
  if (!server_was_asked (self, "UID SEARCH", expected))
    {
      g_autofree char *transcript = tern_mock_imap_server_dup_transcript (self->server);

      g_error ("not asked: %s\n%s", expected, transcript);
    }
  g_ptr_array_unref (taken.ids);
}

static void
test_keys (ChannelFixture *self, gconstpointer data)
{
  assert_asked (self, "a from:b to:c subject:d body:e",
                "TEXT \"a\" FROM \"b\" OR TO \"c\" CC \"c\" SUBJECT \"d\" BODY \"e\"");
  assert_asked (self, "is:unread is:starred", "UNSEEN FLAGGED");
  assert_asked (self, "is:read is:unstarred x", "SEEN UNFLAGGED TEXT \"x\"");
  assert_asked (self, "has:attachment", "ALL");
  assert_asked (self, "Grüße", "CHARSET UTF-8 TEXT");
}

/* The server's days may begin up to a day from ours. */
static void
test_days (ChannelFixture *self, gconstpointer data)
{
  assert_asked (self, "after:2024-03-10 before:2024-03-10", "SINCE 9-Mar-2024 BEFORE 12-Mar-2024");
}

static void
test_gmail (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->server, SERVER_BEFORE,
                                          "IMAP4rev1 LITERAL+ X-GM-EXT-1");
  assert_asked (self, "a\"b from:c is:unread has:attachment",
                "UNSEEN X-GM-RAW \"has:attachment \\\"a b\\\" from:\\\"c\\\"\"");
  assert_asked (self, "发票", "CHARSET UTF-8 X-GM-RAW");
  assert_asked (self, "is:starred", "FLAGGED");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("TZ", "UTC", TRUE);
#define ADD(name, function)                                                                        \
  g_test_add ("/engine/imap/query/" name, ChannelFixture, NULL, set_up, function,                  \
              channel_fixture_tear_down)
  ADD ("a failed SEARCH is never an empty mailbox", test_failed);
  ADD ("a failed FETCH of what was found is an error", test_failed_fetch);
  ADD ("what searches all folders at once is not asked for", test_all_folders);
  ADD ("what was found is fetched, the newest first", test_found);
  ADD ("what is known is not fetched again", test_known);
  ADD ("the order of the answer means nothing", test_order);
  ADD ("what went away meanwhile is left out", test_gone);
  ADD ("no more is fetched than is wanted", test_bounded);
  ADD ("a range of all UIDs is not expanded", test_claims);
  ADD ("a connection that was lost is replaced", test_cut);
  ADD ("all that is looked for is said", test_keys);
  ADD ("days are asked for with room on both sides", test_days);
  ADD ("Gmail is asked in its own language", test_gmail);
  return g_test_run ();
}
