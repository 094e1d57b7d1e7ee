/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

#include "tern-error.h"

static void
test_lost (Fixture *fixture, gconstpointer unused)
{
  tern_mock_imap_server_cut (fixture->server, "IDLE", 100);
  fixture_view (fixture, "INBOX");
  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 1);
  fixture_wait_for_added (fixture, 1);
}

static void
test_new_mail (Fixture *fixture, gconstpointer unused)
{
  fixture_view (fixture, "INBOX");
  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 1);
  fixture_wait_for_added (fixture, 1);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 6);
  tern_mock_imap_server_remove_message (fixture->server, "INBOX", 6);
  while (fixture->n_removed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 5);
}

static void
test_inbox (Fixture *fixture, gconstpointer unused)
{
  tern_mock_imap_server_add_letters (fixture->server, "Archive", 1);
  fixture_view (fixture, "Archive");
  tern_mock_imap_server_wait_command (fixture->server, "IDLE", 2);
  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 1);
  while (fixture_count_rows (fixture, "INBOX") < 6)
    g_main_context_iteration (NULL, TRUE);
}

/* As the fixture's account, at another server. */
static gint64
add_account_at (Fixture *fixture, TernMockImapServer *server)
{
  g_autoptr (GPtrArray) endpoints =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (TernAccount) kept = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (endpoints, tern_mock_imap_server_dup_endpoint (server));
  account = tern_account_new (0, NULL, "ben@example.org", "Ben", "user", endpoints);
  tern_engine_add_account_async (fixture->engine, account, "secret", NULL, NULL, fixture_done_cb,
                                 &result);
  kept = tern_engine_add_account_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  return kept->id;
}

static void
test_added_account (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernMockImapServer) server = tern_mock_imap_server_new (TERN_SECURITY_NONE);
  g_autoptr (GAsyncResult) result = NULL;
  gint64 id;

  fixture_view (fixture, "INBOX");
  tern_mock_imap_server_start (server);
  id = add_account_at (fixture, server);
  tern_engine_refresh_folders_async (fixture->engine, id, TERN_FETCH_FORCE, NULL, fixture_done_cb,
                                     &result);
  g_assert_true (
      tern_engine_refresh_folders_finish (fixture->engine, fixture_wait (&result), NULL));
  tern_mock_imap_server_wait_command (server, "IDLE", 1);
  fixture_forget (fixture);
  tern_mock_imap_server_add_letters (server, "INBOX", 1);
  fixture_wait_for_added (fixture, 1);
  g_clear_object (&result);
  tern_engine_remove_account_async (fixture->engine, id, NULL, fixture_done_cb, &result);
  g_assert_true (tern_engine_remove_account_finish (fixture->engine, fixture_wait (&result), NULL));
  tern_mock_imap_server_wait_closed (server);
}

static void
set_notify (Fixture *fixture, gint64 id, gboolean notify)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_set_notify_async (fixture->engine, &id, 1, notify, NULL, fixture_done_cb, &result);
  g_assert_true (tern_engine_label_finish (fixture->engine, fixture_wait (&result), NULL));
}

static void
test_switched_on (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernMockImapServer) server = tern_mock_imap_server_new (TERN_SECURITY_NONE);
  g_autoptr (GAsyncResult) result = NULL;
  gint64 id;

  tern_mock_imap_server_start (server);
  id = add_account_at (fixture, server);
  set_notify (fixture, id, FALSE);
  tern_engine_set_viewed_folder (fixture->engine, 0);
  set_notify (fixture, id, TRUE);
  tern_mock_imap_server_wait_command (server, "IDLE", 1);
  tern_mock_imap_server_add_letters (server, "INBOX", 1);
  fixture_wait_for_added (fixture, 1);
  tern_engine_remove_account_async (fixture->engine, id, NULL, fixture_done_cb, &result);
  g_assert_true (tern_engine_remove_account_finish (fixture->engine, fixture_wait (&result), NULL));
  tern_mock_imap_server_wait_closed (server);
}

static char *
throttle_cb (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  if (!g_str_has_prefix (command->args, "\"Archive\""))
    return NULL;
  return g_strdup ("$TAG BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n");
}

static void
test_busy (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  tern_mock_imap_server_set_handler (fixture->server, "SELECT", throttle_cb, NULL);
  g_assert_false (fixture_sync (fixture, "Archive", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_BUSY);
  g_assert_cmpstr (tern_error_get_detail (error), ==, "93");
}

#define ADD(name, func)                                                                            \
  g_test_add ("/engine/watch/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("what came while the connection was lost is fetched", test_lost);
  ADD ("new and removed letters of the folder on screen are seen at once", test_new_mail);
  ADD ("new letters of the inbox are seen while another folder is on screen", test_inbox);
  ADD ("new letters of an account that was added later are seen at once", test_added_account);
  ADD ("an account that nobody looked at is watched as soon as that is switched on",
       test_switched_on);
  ADD ("a server that wants to be left alone names its time", test_busy);
  return g_test_run ();
}
