/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph-fixture.h"

#include <string.h>

static void
assert_fails (Fixture *fixture, TernError code)
{
  g_autoptr (GError) error = NULL;
  TernGraphPage *page = list (fixture, &error);

  g_assert_null (page);
  g_assert_error (error, TERN_ERROR, (int) code);
}

static void
test_refused_token (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernGraphPage) page = NULL;

  tern_fake_tokens_set (fixture->tokens, "old", "token");
  page = list (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tern_fake_tokens_count_refused (fixture->tokens), ==, 1);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 2);
}

static void
test_permission (Fixture *fixture, gconstpointer unused)
{
  tern_fake_tokens_set (fixture->tokens, "old", "other");
  assert_fails (fixture, TERN_ERROR_PERMISSION);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 2);
  tern_fake_tokens_set (fixture->tokens, "token", "token");
  tern_mock_graph_fail (fixture->graph, "GET", 403, "ErrorAccessDenied", NULL);
  assert_fails (fixture, TERN_ERROR_PERMISSION);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 3);
}

static void
test_sign_in (Fixture *fixture, gconstpointer unused)
{
  tern_fake_tokens_set (fixture->tokens, NULL, NULL);
  assert_fails (fixture, TERN_ERROR_AUTH);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 0);
}

static void
test_gone (Fixture *fixture, gconstpointer unused)
{
  tern_mock_graph_fail (fixture->graph, "GET", 404, "ErrorItemNotFound", NULL);
  assert_fails (fixture, TERN_ERROR_GONE);
  tern_mock_graph_fail (fixture->graph, "GET", 410, NULL, NULL);
  assert_fails (fixture, TERN_ERROR_GONE);
}

static void
test_server_trouble (Fixture *fixture, gconstpointer unused)
{
  static const guint statuses[] = { 500, 502, 504 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      tern_mock_graph_fail (fixture->graph, "GET", statuses[i], NULL, NULL);
      assert_fails (fixture, TERN_ERROR_BUSY);
    }
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 3);
}

static void
test_redirect (Fixture *fixture, gconstpointer unused)
{
  tern_mock_graph_fail (fixture->graph, "GET", 302, NULL, NULL);
  assert_fails (fixture, TERN_ERROR_PROTOCOL);
}

static void
test_lost_connection (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernGraphPage) page = NULL;

  tern_mock_graph_stop (fixture->graph);
  page = list (fixture, &error);
  g_assert_null (page);
  g_assert_true (tern_error_is_transport (error));
  g_assert_false (g_error_matches (error, TERN_ERROR, TERN_ERROR_PERMISSION));
}

static void
test_truncated (Fixture *fixture, gconstpointer unused)
{
  tern_mock_graph_add_letters (fixture->graph, "inbox", 3);
  tern_mock_graph_truncate (fixture->graph, "GET");
  assert_fails (fixture, TERN_ERROR_PROTOCOL);
}

static void
test_slow_bytes (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernGraphPage) page = NULL;

  tern_mock_graph_add_letters (fixture->graph, "inbox", 20);
  tern_mock_graph_trickle (fixture->graph, "GET");
  page = list (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (page->messages->len, ==, 20);
}

static void
test_retry_after (Fixture *fixture, gconstpointer unused)
{
  static const guint statuses[] = { 429, 503 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TernGraphPage) page = NULL;

      tern_mock_graph_fail (fixture->graph, "GET", statuses[i], NULL, "7");
      page = list (fixture, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 4);
}

static void
test_long_retry_after (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;
  TernGraphPage *page;

  tern_graph_session_set_second (fixture->session, 1000);
  tern_mock_graph_fail (fixture->graph, "GET", 429, NULL, "3600");
  page = list (fixture, &error);
  g_assert_null (page);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_BUSY);
  g_assert_cmpstr (tern_error_get_detail (error), ==, "3600");
  page = list (fixture, &again);
  g_assert_null (page);
  g_assert_error (again, TERN_ERROR, TERN_ERROR_BUSY);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 1);
}

static void
test_busy_for_ever (Fixture *fixture, gconstpointer unused)
{
  for (guint i = 0; i < 10; i++)
    tern_mock_graph_fail (fixture->graph, "GET", 429, NULL, NULL);
  assert_fails (fixture, TERN_ERROR_BUSY);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), <, 10);
}

static void
wait_until_held (Fixture *fixture, guint n)
{
  while (tern_mock_graph_count_waiting (fixture->graph) < n)
    {
      g_main_context_iteration (NULL, FALSE);
      g_thread_yield ();
    }
}

static void
test_four_at_a_time (Fixture *fixture, gconstpointer unused)
{
  GAsyncResult *results[10] = { NULL };

  tern_mock_graph_hold (fixture->graph);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    tern_graph_list_async (fixture->session, "id-inbox", 50, TERN_GRAPH_URGENCY_USER, NULL, done_cb,
                           &results[i]);
  wait_until_held (fixture, 4);
  tern_mock_graph_release (fixture->graph);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr (TernGraphPage) page =
          tern_graph_list_finish (fixture->session, wait_for (&results[i]), NULL);

      g_assert_nonnull (page);
      g_object_unref (results[i]);
    }
  g_assert_cmpuint (tern_mock_graph_get_most_at_once (fixture->graph), ==, 4);
}

static void
test_user_first (Fixture *fixture, gconstpointer unused)
{
  GAsyncResult *background[6] = { NULL };
  g_autoptr (GAsyncResult) user = NULL;
  g_autoptr (TernGraphPage) page = NULL;
  guint done = 0;

  tern_mock_graph_hold (fixture->graph);
  for (guint i = 0; i < G_N_ELEMENTS (background); i++)
    tern_graph_list_async (fixture->session, "id-archive", 50, TERN_GRAPH_URGENCY_BACKGROUND, NULL,
                           done_cb, &background[i]);
  tern_graph_list_async (fixture->session, "id-inbox", 50, TERN_GRAPH_URGENCY_USER, NULL, done_cb,
                         &user);
  /* Three that nobody waits for are under way; the one that somebody waits for passes the rest. */
  wait_until_held (fixture, 4);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, "id-inbox"), ==, 1);
  tern_mock_graph_release (fixture->graph);
  page = tern_graph_list_finish (fixture->session, wait_for (&user), NULL);
  g_assert_nonnull (page);
  for (guint i = 0; i < G_N_ELEMENTS (background); i++)
    {
      g_autoptr (TernGraphPage) other =
          tern_graph_list_finish (fixture->session, wait_for (&background[i]), NULL);

      done += other != NULL;
      g_object_unref (background[i]);
    }
  g_assert_cmpuint (done, ==, G_N_ELEMENTS (background));
}

static void
test_cancelled (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) none = NULL;
  g_autoptr (TernGraphPage) page = NULL;
  TernGraphPage *cancelled;

  tern_mock_graph_hold (fixture->graph);
  tern_graph_list_async (fixture->session, "id-inbox", 50, TERN_GRAPH_URGENCY_USER, cancellable,
                         done_cb, &result);
  wait_until_held (fixture, 1);
  g_cancellable_cancel (cancellable);
  cancelled = tern_graph_list_finish (fixture->session, wait_for (&result), &error);
  g_assert_null (cancelled);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tern_mock_graph_release (fixture->graph);
  page = list (fixture, &none);
  g_assert_no_error (none);
}

static void
test_abort_and_close (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) closed = NULL;
  g_autoptr (GError) none = NULL;
  g_autoptr (TernGraphPage) page = NULL;
  TernGraphPage *lost;

  tern_mock_graph_hold (fixture->graph);
  tern_graph_list_async (fixture->session, "id-inbox", 50, TERN_GRAPH_URGENCY_USER, NULL, done_cb,
                         &result);
  wait_until_held (fixture, 1);
  tern_graph_session_abort (fixture->session);
  lost = tern_graph_list_finish (fixture->session, wait_for (&result), &error);
  g_assert_null (lost);
  g_assert_true (tern_error_is_transport (error));
  tern_mock_graph_release (fixture->graph);
  page = list (fixture, &none);
  g_assert_no_error (none);
  tern_graph_session_close (fixture->session);
  lost = list (fixture, &closed);
  g_assert_null (lost);
  g_assert_error (closed, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

/* Lists folders, which goes in one POST. */
static void
assert_folders (Fixture *fixture)
{
  static const char *const ids[] = { "inbox", "drafts", NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = NULL;

  tern_graph_get_folders_async (fixture->session, ids, NULL, done_cb, &result);
  folders = tern_graph_get_folders_finish (fixture->session, wait_for (&result), &error);
  g_assert_no_error (error);
}

static void
test_one_connection (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernGraphPage) page = list (fixture, NULL);

  g_assert_nonnull (page);
  assert_folders (fixture);
  assert_folders (fixture);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, "POST"), ==, 2);
  g_assert_cmpuint (tern_mock_graph_count_connections (fixture->graph), ==, 1);
}

static void
test_foreign_link (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *base = tern_mock_graph_dup_base (fixture->graph);
  g_autofree char *above = g_strconcat (base, "/../other", NULL);
  g_autofree char *beside = g_strconcat (base, "x/me/messages", NULL);
  const char *const links[] = { "https://example.com/v1.0/me/messages",
                                above,
                                beside,
                                "http://127.0.0.1:1/v1.0/me/messages",
                                "/v1.0/me/messages",
                                "http://127.0.0.1@example.com/v1.0/me" };

  for (guint i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      TernGraphPage *page;

      tern_mock_graph_link (fixture->graph, "GET", links[i]);
      assert_fails (fixture, TERN_ERROR_PROTOCOL);
      tern_mock_graph_forget (fixture->graph);
      tern_graph_delta_async (fixture->session, "id-inbox", links[i], 50, TERN_GRAPH_URGENCY_USER,
                              NULL, done_cb, &result);
      page = tern_graph_delta_finish (fixture->session, wait_for (&result), &error);
      g_assert_null (page);
      g_assert_error (error, TERN_ERROR, TERN_ERROR_PROTOCOL);
      g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 0);
    }
}

static void
test_base (Fixture *fixture, gconstpointer unused)
{
  static const char *const bad[] = {
    "http://graph.example.com/v1.0", "ftp://127.0.0.1/v1.0",      "",
    "https://user@example.com/v1.0", "https://example.com/v1.0/", "https:///v1.0"
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TernGraphSession) session =
          tern_graph_session_new (bad[i], TERN_GRAPH_TOKENS (fixture->tokens), &error);

      g_assert_null (session);
      g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID);
    }
}

static void
note_cb (const TernGraphNote *note, gpointer user_data)
{
  GString *out = user_data;

  g_string_append_printf (out, "%d %s %u %s\n", note->kind, note->text, note->status,
                          note->error != NULL ? note->error->message : "");
}

static void
test_notes (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GString) notes = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  TernGraphPage *page;

  tern_graph_session_observe (fixture->session, note_cb, notes);
  tern_mock_graph_fail (fixture->graph, "GET", 403, "ErrorAccessDenied", NULL);
  page = list (fixture, &error);
  g_assert_null (page);
  g_assert_null (strstr (notes->str, "token"));
  g_assert_null (strstr (notes->str, "inbox"));
  g_assert_null (strstr (notes->str, "ana@"));
  g_assert_null (strstr (error->message, "ana@"));
  g_assert_nonnull (strstr (notes->str, "403"));
}

static void
close_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  tern_graph_session_close (TERN_GRAPH_SESSION (object));
  done_cb (object, result, user_data);
}

static void
test_closed_by_answer (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) other = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernGraphPage) page = NULL;

  tern_graph_list_async (fixture->session, "id-inbox", 50, TERN_GRAPH_URGENCY_USER, NULL, close_cb,
                         &result);
  tern_graph_list_async (fixture->session, "id-inbox", 50, TERN_GRAPH_URGENCY_USER, NULL, close_cb,
                         &other);
  page = tern_graph_list_finish (fixture->session, wait_for (&result), NULL);
  g_clear_pointer (&page, tern_graph_page_free);
  page = tern_graph_list_finish (fixture->session, wait_for (&other), NULL);
  g_assert_null (list (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("an old token is replaced and the request is asked once more", test_refused_token);
  ADD ("a 401 after a fresh token and a 403 are about permission", test_permission);
  ADD ("without a token nothing is asked", test_sign_in);
  ADD ("404 and 410 mean gone", test_gone);
  ADD ("a server in trouble is asked again later", test_server_trouble);
  ADD ("a redirect is not followed", test_redirect);
  ADD ("a lost network is an error of transport", test_lost_connection);
  ADD ("a truncated answer is an error", test_truncated);
  ADD ("slow bytes are waited for", test_slow_bytes);
  ADD ("a short Retry-After is waited for", test_retry_after);
  ADD ("a long Retry-After fails at once and nothing is asked until then", test_long_retry_after);
  ADD ("a server that is always busy is given up", test_busy_for_ever);
  ADD ("there are four requests at a time", test_four_at_a_time);
  ADD ("what somebody waits for passes what nobody waits for", test_user_first);
  ADD ("a request is cancelled at once", test_cancelled);
  ADD ("what runs is lost by an abort, and all by a close", test_abort_and_close);
  ADD ("whatever is asked goes over the connection that is there", test_one_connection);
  ADD ("no token goes where a foreign link leads", test_foreign_link);
  ADD ("a Graph is reached over TLS or on this machine only", test_base);
  ADD ("notes name nobody", test_notes);
  ADD ("a session may be closed by whoever takes an answer", test_closed_by_answer);
  return g_test_run ();
}
