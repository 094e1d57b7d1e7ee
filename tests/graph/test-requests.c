/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph-fixture.h"

#include <string.h>

static GPtrArray *
folders (Fixture *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_graph_folders_async (fixture->session, NULL, done_cb, &result);
  return tern_graph_folders_finish (fixture->session, wait_for (&result), error);
}

static const TernGraphFolder *
find (GPtrArray *list, const char *id)
{
  for (guint i = 0; i < list->len; i++)
    if (strcmp (((TernGraphFolder *) list->pdata[i])->id, id) == 0)
      return list->pdata[i];
  return NULL;
}

static void
test_folders (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = NULL;

  tern_mock_graph_add_folder (fixture->graph, "f1", "Work", NULL, FALSE);
  tern_mock_graph_add_folder (fixture->graph, "f2", "Plans", "f1", FALSE);
  tern_mock_graph_add_folder (fixture->graph, "f3", "Secret", NULL, TRUE);
  tern_mock_graph_add_letters (fixture->graph, "inbox", 3);
  found = folders (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 9);
  g_assert_cmpstr (find (found, "id-inbox")->well_known, ==, "inbox");
  g_assert_cmpint (find (found, "id-inbox")->total, ==, 3);
  g_assert_cmpint (find (found, "id-inbox")->unread, ==, 3);
  g_assert_null (find (found, "f1")->well_known);
  g_assert_cmpstr (find (found, "f2")->parent, ==, "f1");
  g_assert_null (find (found, "f3"));
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 2);
}

static void
test_no_mailbox (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = NULL;

  tern_mock_graph_fail (fixture->graph, "GET me/mailFolders?", 404, "MailboxNotEnabledForRESTAPI",
                        NULL);
  found = folders (fixture, &error);
  g_assert_null (found);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PERMISSION);
}

static void
test_unknown_folder (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  TernGraphPage *page;

  tern_mock_graph_add_letters (fixture->graph, "inbox", 3);
  tern_graph_list_async (fixture->session, "no/such folder", 50, TERN_GRAPH_URGENCY_USER, NULL,
                         done_cb, &result);
  page = tern_graph_list_finish (fixture->session, wait_for (&result), &error);
  g_assert_null (page);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
}

static void
test_delta (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *link = NULL;
  guint n = 0;

  tern_mock_graph_add_letters (fixture->graph, "inbox", 7);
  do
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (TernGraphPage) page = NULL;

      tern_graph_delta_async (fixture->session, "id-inbox", link, 3, TERN_GRAPH_URGENCY_USER, NULL,
                              done_cb, &result);
      page = tern_graph_delta_finish (fixture->session, wait_for (&result), &error);
      g_assert_no_error (error);
      n += page->messages->len;
      g_free (link);
      link = g_steal_pointer (&page->next);
    }
  while (link != NULL);
  g_assert_cmpuint (n, ==, 7);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 3);
}

static GPtrArray *
mark_all (Fixture *fixture, guint n, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autofree TernGraphPatch *patches = g_new0 (TernGraphPatch, n);

  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (ids, g_strdup_printf ("message-%u", i + 1));
      patches[i] = (TernGraphPatch){ ids->pdata[i], 1, -1, -1, NULL };
    }
  tern_graph_patch_async (fixture->session, patches, n, NULL, done_cb, &result);
  return tern_graph_results_finish (fixture->session, wait_for (&result), error);
}

static void
test_batch (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) results = NULL;

  tern_mock_graph_add_letters (fixture->graph, "inbox", 45);
  tern_mock_graph_fail (fixture->graph, "+ PATCH me/messages/message-7", 403, "ErrorAccessDenied",
                        NULL);
  tern_mock_graph_fail (fixture->graph, "+ PATCH me/messages/message-9", 429, "TooMany", "3");
  results = mark_all (fixture, 46, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (results->len, ==, 46);
  for (guint i = 0; i < results->len; i++)
    {
      const TernGraphResult *result = results->pdata[i];

      if (i == 6)
        g_assert_error (result->error, TERN_ERROR, TERN_ERROR_PERMISSION);
      else if (i == 45)
        g_assert_error (result->error, TERN_ERROR, TERN_ERROR_GONE);
      else
        g_assert_no_error (result->error);
    }
  /* Twenty, then the one that had to wait with nineteen more, then the rest. */
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 3);
}

static void
test_partial_batch (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) results = NULL;

  tern_mock_graph_add_letters (fixture->graph, "inbox", 2);
  tern_mock_graph_reply (fixture->graph, "$batch",
                         "{\"responses\":[{\"id\":\"0\",\"status\":200},{\"id\":\"0\","
                         "\"status\":200},{\"id\":\"77\",\"status\":200}]}");
  results = mark_all (fixture, 2, &error);
  g_assert_null (results);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PROTOCOL);
}

static void
test_single (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) results = NULL;
  g_autofree char *state = NULL;

  tern_mock_graph_add_letters (fixture->graph, "inbox", 1);
  results = mark_all (fixture, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, "$batch"), ==, 0);
  state = tern_mock_graph_describe (fixture->graph, "message-1");
  g_assert_cmpstr (state, ==, "id-inbox read");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a mailbox that is not there is about permission", test_no_mailbox);
  ADD ("an unknown folder is an error and never the inbox", test_unknown_folder);
  ADD ("a batch that is answered in part is an error", test_partial_batch);
  ADD ("folders come with their roles, a level in one request, without hidden ones", test_folders);
  ADD ("changes come page by page", test_delta);
  ADD ("each of a batch has its own outcome", test_batch);
  ADD ("one alone is no batch", test_single);
  return g_test_run ();
}
