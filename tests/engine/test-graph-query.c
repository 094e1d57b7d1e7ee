/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph-channel-fixture.h"

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
    g_ptr_array_add (taken->ids,
                     g_strdup_printf ("%s %s%s%s", hits[i].folder, hits[i].remote_id,
                                      hits[i].message != NULL ? " " : "",
                                      hits[i].message != NULL ? hits[i].message->subject : ""));
  return taken->ids->len < taken->wanted;
}

static gboolean
search (Fixture *fixture, const char *folder, const char *text, Taken *taken, GError **error)
{
  static const TernSearchHandler handler = { knows, found };
  g_autoptr (TernQuery) query = tern_query_parse (text, NULL);
  g_autoptr (GAsyncResult) result = NULL;

  if (taken->wanted == 0)
    taken->wanted = 1000;
  taken->ids = g_ptr_array_new_with_free_func (g_free);
  tern_channel_search_async (fixture->channel, folder, query, &handler, taken, NULL, done_cb,
                             &result);
  return tern_channel_search_finish (fixture->channel, wait_for (&result), error);
}

/* Lines, one a hit. */
static void
assert_found (Fixture *fixture, const char *folder, const char *text, const char *expected)
{
  Taken taken = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *list = NULL;

  g_assert_true (search (fixture, folder, text, &taken, &error));
  g_assert_no_error (error);
  g_ptr_array_add (taken.ids, NULL);
  list = g_strjoinv ("\n", (char **) taken.ids->pdata);
  g_assert_cmpstr (list, ==, expected);
  g_ptr_array_unref (taken.ids);
}

static void
assert_fails (Fixture *fixture, const char *folder, TernError code)
{
  Taken taken = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (search (fixture, folder, "letter", &taken, &error));
  g_assert_error (error, TERN_ERROR, (int) code);
  g_assert_cmpuint (taken.calls, ==, 0);
  g_ptr_array_unref (taken.ids);
}

static void
assert_asks (Fixture *fixture, const char *text, const char *expected)
{
  Taken taken = { 0 };
  g_autofree char *log = NULL;

  tern_mock_graph_forget (fixture->graph);
  g_assert_true (search (fixture, NULL, text, &taken, NULL));
  log = tern_mock_graph_dup_log (fixture->graph);
  if (strstr (log, expected) == NULL)
    g_error ("not asked: %s\n%s", expected, log);
  g_ptr_array_unref (taken.ids);
}

static void
test_failed (Fixture *fixture, gconstpointer unused)
{
  tern_mock_graph_add_letters (fixture->graph, "inbox", 3);
  tern_mock_graph_fail (fixture->graph, "$search", 400, "SearchInvalid", NULL);
  assert_fails (fixture, NULL, TERN_ERROR_REFUSED);
  tern_mock_graph_fail (fixture->graph, "$search", 403, "ErrorAccessDenied", NULL);
  assert_fails (fixture, NULL, TERN_ERROR_PERMISSION);
  tern_mock_graph_fail (fixture->graph, "$search", 500, NULL, NULL);
  assert_fails (fixture, NULL, TERN_ERROR_BUSY);
  tern_mock_graph_fail (fixture->graph, "$search", 429, NULL, "3600");
  assert_fails (fixture, NULL, TERN_ERROR_BUSY);
}

static void
test_damaged (Fixture *fixture, gconstpointer unused)
{
  tern_mock_graph_add_letters (fixture->graph, "inbox", 3);
  tern_mock_graph_reply (fixture->graph, "$search", "{\"value\": [{\"id\": \"a\"");
  assert_fails (fixture, NULL, TERN_ERROR_PROTOCOL);
  tern_mock_graph_reply (fixture->graph, "$search", "{\"error\": {}}");
  assert_fails (fixture, NULL, TERN_ERROR_PROTOCOL);
  tern_mock_graph_link (fixture->graph, "$search", "https://elsewhere.example/v1.0/me/messages");
  assert_fails (fixture, NULL, TERN_ERROR_PROTOCOL);
}

/* What was named must be had, or it would be missing without a word. */
static void
test_failed_fetch (Fixture *fixture, gconstpointer unused)
{
  tern_mock_graph_add_letters (fixture->graph, "inbox", 3);
  tern_mock_graph_fail (fixture->graph, "+ GET me/messages/message-2", 429, NULL, "3600");
  assert_fails (fixture, NULL, TERN_ERROR_BUSY);
}

static void
test_elsewhere (Fixture *fixture, gconstpointer unused)
{
  assert_fails (fixture, "INBOX", TERN_ERROR_GONE);
  assert_fails (fixture, "graph:no-such-folder", TERN_ERROR_GONE);
}

static void
test_all (Fixture *fixture, gconstpointer unused)
{
  tern_mock_graph_add_letters (fixture->graph, "inbox", 2);
  tern_mock_graph_add_letters (fixture->graph, "archive", 1);
  assert_found (fixture, NULL, "subject:letter",
                "graph:id-archive graph:message-3 Letter 1\n"
                "graph:id-inbox graph:message-2 Letter 2\n"
                "graph:id-inbox graph:message-1 Letter 1");
  assert_found (fixture, INBOX, "subject:letter",
                "graph:id-inbox graph:message-2 Letter 2\n"
                "graph:id-inbox graph:message-1 Letter 1");
  assert_found (fixture, NULL, "nothing of that kind", "");
}

/* The server tells the oldest first, ten a page; those that are wanted are the newest. */
static void
test_order (Fixture *fixture, gconstpointer unused)
{
  Taken taken = { .wanted = 3 };

  tern_mock_graph_add_letters (fixture->graph, "inbox", 75);
  g_assert_true (search (fixture, NULL, "subject:letter", &taken, NULL));
  g_assert_cmpuint (taken.ids->len, ==, 50);
  g_assert_cmpstr (taken.ids->pdata[0], ==, "graph:id-inbox graph:message-75 Letter 75");
  /* Eight pages, and three batches for the first screenful. */
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 11);
  g_ptr_array_unref (taken.ids);
}

static void
test_known (Fixture *fixture, gconstpointer unused)
{
  Taken taken = { .known = "graph:message-1" };

  tern_mock_graph_add_letters (fixture->graph, "inbox", 2);
  g_assert_true (search (fixture, NULL, "subject:letter", &taken, NULL));
  g_assert_cmpstr (taken.ids->pdata[1], ==, "graph:id-inbox graph:message-1");
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, "me/messages/message-"), ==, 1);
  g_ptr_array_unref (taken.ids);
}

static void
test_duplicates (Fixture *fixture, gconstpointer unused)
{
  tern_mock_graph_add_letters (fixture->graph, "inbox", 1);
  tern_mock_graph_duplicate (fixture->graph, "$search");
  assert_found (fixture, NULL, "subject:letter", "graph:id-inbox graph:message-1 Letter 1");
}

/* A page that leads to itself, for ever. */
static void
test_circle (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *base = tern_mock_graph_dup_base (fixture->graph);
  g_autofree char *link = g_strconcat (base, "/me/messages?$search=%22x%22", NULL);
  Taken taken = { 0 };
  g_autoptr (GError) error = NULL;

  tern_mock_graph_add_letters (fixture->graph, "inbox", 1);
  for (guint i = 0; i < 200; i++)
    tern_mock_graph_link (fixture->graph, "$search", link);
  g_assert_false (search (fixture, NULL, "letter", &taken, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_LIMIT);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, "$search"), <=, 100);
  g_ptr_array_unref (taken.ids);
}

static void
test_text (Fixture *fixture, gconstpointer unused)
{
  assert_asks (fixture, "a from:b to:c subject:d body:e",
               "$search=\"\\\"a\\\" AND from:\\\"b\\\" AND (to:\\\"c\\\" OR cc:\\\"c\\\") AND "
               "subject:\\\"d\\\" AND body:\\\"e\\\"\"");
  assert_asks (fixture, "x has:attachment is:unread",
               "$search=\"\\\"x\\\" AND hasAttachments:true\"");
  /* Neither ends the string, nor begins a parameter. */
  assert_asks (fixture, "a\"b&$top=1000000\\", "\\\"a b&$top=1000000\\\\\\\"\"");
  assert_asks (fixture, "发票 Grüße", "\\\"发票\\\" AND \\\"Grüße\\\"");
}

static void
test_conditions (Fixture *fixture, gconstpointer unused)
{
  assert_asks (fixture, "is:unread is:starred has:attachment",
               "$filter=receivedDateTime ge 1970-01-01T00:00:00Z and isRead eq false and "
               "flag/flagStatus eq 'flagged' and hasAttachments eq true&"
               "$orderby=receivedDateTime desc");
  assert_asks (fixture, "after:2024-03-10 before:2024-03-11",
               "$filter=receivedDateTime ge 2024-03-10T00:00:00Z and "
               "receivedDateTime lt 2024-03-11T00:00:00Z&");
}

static void
test_found_conditions (Fixture *fixture, gconstpointer unused)
{
  tern_mock_graph_add_letters (fixture->graph, "inbox", 2);
  tern_mock_graph_mark (fixture->graph, "message-2", TRUE, TRUE);
  assert_found (fixture, NULL, "is:unread", "graph:id-inbox graph:message-1 Letter 1");
  assert_found (fixture, NULL, "is:starred", "graph:id-inbox graph:message-2 Letter 2");
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("query/a failed search is never an empty mailbox", test_failed);
  ADD ("query/a damaged answer is never an empty mailbox", test_damaged);
  ADD ("query/what was named and cannot be had is an error", test_failed_fetch);
  ADD ("query/an unknown folder is an error", test_elsewhere);
  ADD ("query/all folders are searched by one request", test_all);
  ADD ("query/the newest come first, whatever the server's order", test_order);
  ADD ("query/what is known is not fetched again", test_known);
  ADD ("query/duplicates are found once", test_duplicates);
  ADD ("query/pages without end are left", test_circle);
  ADD ("query/all that is looked for is said", test_text);
  ADD ("query/conditions alone are a filter", test_conditions);
  ADD ("query/conditions alone find messages", test_found_conditions);
  return g_test_run ();
}
