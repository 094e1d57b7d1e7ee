/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-error.h"
#include "tern-outlook-fixture.h"

static TernSearchResult *
search (Outlook *self, const char *text)
{
  g_autoptr (TernQuery) query = tern_query_parse (text, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  TernSearchResult *found;

  tern_engine_search_async (self->base.engine, self->base.account_id, 0, query, 100,
                            TERN_FETCH_VALIDATE, NULL, fixture_done_cb, &result);
  found = tern_engine_search_finish (self->base.engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  return found;
}

static void
assert_finds (Outlook *self, const char *text, const char *expected, guint problems)
{
  g_autoptr (TernSearchResult) found = search (self, text);
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < found->messages->len; i++)
    g_string_append_printf (list, "%s%s", i > 0 ? "|" : "",
                            ((TernMessage *) found->messages->pdata[i])->subject);
  g_assert_cmpstr (list->str, ==, expected);
  g_assert_cmpuint (found->problems->len, ==, problems);
}

static void
test_failed (Outlook *self, gconstpointer unused)
{
  outlook_add_account (self);
  outlook_assert_sync (self);
  tern_mock_graph_fail (self->graph, "$search", 400, "SearchInvalid", NULL);
  assert_finds (self, "\"letter 2\"", "Letter 2", 1);
  tern_mock_graph_fail (self->graph, "$search", 400, "SearchInvalid", NULL);
  assert_finds (self, "nothing", "", 1);
}

static void
test_both_gone (Outlook *self, gconstpointer unused)
{
  outlook_add_account (self);
  outlook_assert_sync (self);
  outlook_set_graph (self, OUTLOOK_CUT);
  outlook_set_imap (self, OUTLOOK_CUT);
  assert_finds (self, "\"letter 2\"", "Letter 2", 1);
}

static void
test_graph (Outlook *self, gconstpointer unused)
{
  outlook_add_account (self);
  tern_mock_graph_add_message (
      self->graph, "archive",
      &(TernMockGraphMessage){ .subject = "Letter from the archive", .received = 1000000000 });
  assert_finds (self, "subject:letter",
                "Letter 5|Letter 4|Letter 3|Letter 2|Letter 1|Letter from the archive", 0);
  g_assert_cmpuint (outlook_count (self).imap, ==, 0);
  g_assert_cmpuint (tern_mock_graph_count (self->graph, "$search"), ==, 1);
  /* The rows are those of the folder. */
  outlook_assert_sync (self);
  assert_finds (self, "\"letter 2\"", "Letter 2", 0);
}

static void
test_skipped (Outlook *self, gconstpointer unused)
{
  outlook_grant (self, OUTLOOK_BASIC, OUTLOOK_IMAP);
  outlook_add_account (self);
  outlook_forget (self);
  assert_finds (self, "\"letter 2\"", "Letter 2", 0);
  g_assert_cmpuint (outlook_count (self).graph, ==, 0);
}

/* The search goes on over the other channel, by that one's names, and shows no letter twice. */
static void
test_fails_over (Outlook *self, gconstpointer unused)
{
  outlook_add_account (self);
  outlook_assert_sync (self);
  outlook_set_graph (self, OUTLOOK_FORBIDDEN);
  assert_finds (self, "subject:letter", "Letter 5|Letter 4|Letter 3|Letter 2|Letter 1", 0);
  g_assert_cmpuint (outlook_count (self).imap, >, 0);
  outlook_assert_sync (self);
  assert_finds (self, "subject:letter", "Letter 5|Letter 4|Letter 3|Letter 2|Letter 1", 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/outlook/search/" name, Outlook, NULL, outlook_set_up, function, outlook_tear_down)
  ADD ("a failed search is never an empty mailbox", test_failed);
  ADD ("without any channel what is kept is found, and it is said", test_both_gone);
  ADD ("Graph searches all folders at once", test_graph);
  ADD ("a token without Mail.Read is searched over IMAP alone", test_skipped);
  ADD ("a search goes on over the other channel", test_fails_over);
  return g_test_run ();
}
