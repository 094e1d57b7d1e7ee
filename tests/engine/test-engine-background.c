/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

#include "tern-error.h"

#define WITHOUT_LIST_STATUS "IMAP4rev1 LITERAL+ UIDPLUS MOVE CONDSTORE ENABLE"

static void
refresh (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_engine_refresh_folders_async (fixture->engine, fixture->account_id, TERN_FETCH_FORCE, NULL,
                                     fixture_done_cb, &result);
  tern_engine_refresh_folders_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
}

static gboolean
sync_stale (Fixture *fixture, const char *path)
{
  g_autoptr (TernFolder) folder = fixture_get_folder (fixture, path);
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_sync_folder_async (fixture->engine, folder->id, TERN_FETCH_VALIDATE, NULL,
                                 fixture_done_cb, &result);
  return tern_engine_sync_folder_finish (fixture->engine, fixture_wait (&result), NULL);
}

static void
wait_until_synced (Fixture *fixture, const char *path)
{
  while (TRUE)
    {
      g_autoptr (TernFolder) folder = fixture_get_folder (fixture, path);

      if (folder->validated != 0 && !folder->stale)
        return;
      g_main_context_iteration (NULL, TRUE);
    }
}

static guint
count_opened (Fixture *fixture, const char *folder)
{
  g_autoptr (GPtrArray) commands = tern_mock_imap_server_dup_commands (fixture->server);
  g_autofree char *quoted = g_strconcat ("\"", folder, "\"", NULL);
  guint n = 0;

  for (guint i = 0; i < commands->len; i++)
    {
      const TernMockImapCommand *command = g_ptr_array_index (commands, i);

      n += g_str_equal (command->name, "SELECT") && g_str_has_prefix (command->args, quoted);
    }
  return n;
}

/* All folders are known; the program starts anew. */
static void
set_up_synced (Fixture *fixture, gconstpointer unused)
{
  static const char *const folders[] = { "INBOX", "Archive", "Drafts", "Junk", "Sent", "Trash" };

  fixture_set_up (fixture, unused);
  if (unused != NULL)
    tern_mock_imap_server_set_capabilities (fixture->server, "IMAP4rev1", unused);
  fixture_add_account (fixture);
  refresh (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    g_assert_true (fixture_sync (fixture, folders[i], NULL));
  fixture_restart (fixture);
  tern_mock_imap_server_clear_log (fixture->server);
}

static void
test_offline (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_stop (fixture->server);
  tern_engine_start_background (fixture->engine);
  tern_engine_refresh_folders_async (fixture->engine, fixture->account_id, TERN_FETCH_FORCE, NULL,
                                     fixture_done_cb, &result);
  g_assert_false (
      tern_engine_refresh_folders_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_true (tern_error_is_transport (error));
}

static void
test_refused_folder (Fixture *fixture, gconstpointer unused)
{
  tern_mock_imap_server_add_letters (fixture->server, "Drafts", 1);
  tern_mock_imap_server_add_letters (fixture->server, "Sent", 1);
  tern_mock_imap_server_reply (fixture->server, "STATUS", "* STATUS INBOX ()\r\n$TAG OK done\r\n");
  tern_engine_start_background (fixture->engine);
  refresh (fixture);
  wait_until_synced (fixture, "Drafts");
  wait_until_synced (fixture, "Sent");
  g_assert_cmpuint (fixture_count_rows (fixture, "Sent"), ==, 1);
}

static void
test_changed_only (Fixture *fixture, gconstpointer unused)
{
  tern_mock_imap_server_add_letters (fixture->server, "Sent", 3);
  tern_engine_start_background (fixture->engine);
  refresh (fixture);
  wait_until_synced (fixture, "Sent");
  g_assert_cmpuint (fixture_count_rows (fixture, "Sent"), ==, 3);
  g_assert_cmpuint (count_opened (fixture, "Sent"), ==, 1);
  g_assert_cmpuint (count_opened (fixture, "Archive"), ==, 0);
  g_assert_cmpuint (count_opened (fixture, "Drafts"), ==, 0);
}

static void
test_counts_first (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernFolder) before = NULL;
  g_autoptr (TernFolder) after = NULL;

  tern_mock_imap_server_add_letters (fixture->server, "Sent", 3);
  before = fixture_get_folder (fixture, "Sent");
  g_assert_cmpint (before->total, ==, 0);
  refresh (fixture);
  after = fixture_get_folder (fixture, "Sent");
  g_assert_true (after->stale);
  g_assert_cmpint (after->total, ==, 3);
  g_assert_cmpint (after->unread, ==, 2);
  g_assert_cmpuint (count_opened (fixture, "Sent"), ==, 0);
}

static void
test_unchanged (Fixture *fixture, gconstpointer unused)
{
  tern_mock_imap_server_set_flags (fixture->server, "INBOX", 1, "\\Seen \\Flagged");
  refresh (fixture);
  tern_mock_imap_server_clear_log (fixture->server);
  g_assert_true (sync_stale (fixture, "Sent"));
  g_assert_cmpuint (count_opened (fixture, "Sent"), ==, 0);
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "UID FETCH"), ==, 0);
  g_assert_true (sync_stale (fixture, "INBOX"));
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "UID FETCH"), >, 0);
}

static void
test_without_background (Fixture *fixture, gconstpointer unused)
{
  tern_mock_imap_server_add_letters (fixture->server, "Sent", 3);
  refresh (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  g_assert_cmpuint (count_opened (fixture, "Sent"), ==, 0);
}

static void
test_unsubscribed (Fixture *fixture, gconstpointer unused)
{
  tern_mock_imap_server_reply (fixture->server, "LSUB",
                               "* LSUB () \"/\" Sent\r\n* LSUB () \"/\" News\r\n$TAG OK done\r\n");
  tern_mock_imap_server_add_folder (fixture->server, "News", "");
  tern_mock_imap_server_add_folder (fixture->server, "Attic", "");
  tern_mock_imap_server_add_letters (fixture->server, "News", 2);
  tern_mock_imap_server_add_letters (fixture->server, "Attic", 2);
  tern_engine_start_background (fixture->engine);
  refresh (fixture);
  wait_until_synced (fixture, "News");
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  g_assert_cmpuint (count_opened (fixture, "Attic"), ==, 0);
}

static void
test_gone_folder (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernFolder) work = NULL;
  g_autoptr (TernOperation) move = NULL;
  gint64 id;

  tern_mock_imap_server_add_folder (fixture->server, "Work", "");
  refresh (fixture);
  work = fixture_get_folder (fixture, "Work");
  id = fixture_nth_message (fixture, "INBOX", 0);
  tern_mock_imap_server_reply (fixture->server, "UID MOVE", "$TAG NO [UNAVAILABLE] later\r\n");
  move = fixture_apply (fixture, tern_operation_new_move (&id, 1, work->id));
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 4);
  tern_mock_imap_server_wait_command (fixture->server, "UID MOVE", 1);
  tern_mock_imap_server_remove_folder (fixture->server, "Work");
  refresh (fixture);
  while (fixture->failed_operation == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (fixture->failure, TERN_ERROR, TERN_ERROR_GONE);
  g_assert_cmpint (fixture->failed_operation->id, ==, move->id);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 5);
}

static void
test_two_alike (Fixture *fixture, gconstpointer unused)
{
  tern_mock_imap_server_add_folder (fixture->server, "A", "");
  tern_mock_imap_server_add_folder (fixture->server, "B", "");
  tern_mock_imap_server_add_letters (fixture->server, "A", 3);
  tern_mock_imap_server_add_letters (fixture->server, "B", 3);
  refresh (fixture);
  g_assert_true (fixture_sync (fixture, "A", NULL));
  g_assert_true (fixture_sync (fixture, "B", NULL));
  tern_mock_imap_server_rename_folder (fixture->server, "A", "C");
  tern_mock_imap_server_rename_folder (fixture->server, "B", "D");
  refresh (fixture);
  g_assert_cmpuint (fixture_count_rows (fixture, "C"), ==, 0);
}

static void
test_renamed (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernFolder) before = NULL;
  g_autoptr (TernFolder) after = NULL;

  tern_mock_imap_server_add_folder (fixture->server, "Plans", "");
  tern_mock_imap_server_add_letters (fixture->server, "Plans", 3);
  refresh (fixture);
  g_assert_true (fixture_sync (fixture, "Plans", NULL));
  before = fixture_get_folder (fixture, "Plans");
  tern_mock_imap_server_rename_folder (fixture->server, "Plans", "Done/Plans 2026");
  tern_mock_imap_server_clear_log (fixture->server);
  refresh (fixture);
  after = fixture_get_folder (fixture, "Done/Plans 2026");
  g_assert_cmpint (after->id, ==, before->id);
  g_assert_cmpstr (after->name, ==, "Plans 2026");
  g_assert_cmpuint (fixture_count_rows (fixture, "Done/Plans 2026"), ==, 3);
  g_assert_true (fixture_sync (fixture, "Done/Plans 2026", NULL));
  g_assert_cmpuint (fixture_count_rows (fixture, "Done/Plans 2026"), ==, 3);
  g_assert_cmpuint (fixture->n_removed, ==, 0);
}

#define ADD(sentence, capabilities, function)                                                      \
  g_test_add ("/engine/background/" sentence, Fixture, capabilities, set_up_synced, function,      \
              fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("offline nothing is looked for", NULL, test_offline);
  ADD ("a folder that tells nothing does not hinder the others", WITHOUT_LIST_STATUS,
       test_refused_folder);
  ADD ("what was to be done in a folder that is gone is undone and told", NULL, test_gone_folder);
  ADD ("folders that cannot be told apart are not taken for renamed ones", NULL, test_two_alike);
  ADD ("a folder that was renamed elsewhere keeps what is cached", NULL, test_renamed);
  ADD ("a folder that was renamed elsewhere keeps what is cached without LIST-STATUS",
       WITHOUT_LIST_STATUS, test_renamed);
  ADD ("only the folders that changed are opened", NULL, test_changed_only);
  ADD ("only the folders that changed are opened without LIST-STATUS", WITHOUT_LIST_STATUS,
       test_changed_only);
  ADD ("counts are the server's until the folder is brought up to date", NULL, test_counts_first);
  ADD ("a folder that did not change is not asked for", NULL, test_unchanged);
  ADD ("a program that does not stay fetches what it was asked for", NULL, test_without_background);
  ADD ("folders that are not subscribed to are left alone", WITHOUT_LIST_STATUS, test_unsubscribed);
  return g_test_run ();
}
