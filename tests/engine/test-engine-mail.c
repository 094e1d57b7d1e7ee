/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

#include "tern-error.h"

#define HTML_LETTER                                                                                \
  "From: Ana <ana@example.org>\r\n"                                                                \
  "Subject: two forms\r\n"                                                                         \
  "Message-ID: <two@example.org>\r\n"                                                              \
  "MIME-Version: 1.0\r\n"                                                                          \
  "Content-Type: multipart/alternative; boundary=b\r\n\r\n"                                        \
  "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain words\r\n"                          \
  "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>rich words</p>\r\n--b--\r\n"

#define ALTERNATIVE                                                                                \
  "((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" 13 1 NIL NIL NIL NIL)"            \
  "(\"text\" \"html\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" 19 1 NIL NIL NIL NIL) "             \
  "\"alternative\" (\"boundary\" \"b\") NIL NIL NIL)"

static TernLetter *
open_letter (Fixture *fixture, gint64 id, TernFetchPolicy policy, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_open_letter_async (fixture->engine, id, policy, NULL, fixture_done_cb, &result);
  return tern_engine_open_letter_finish (fixture->engine, fixture_wait (&result), error);
}

static void
test_rows_survive_a_cut (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  guint before;

  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 495);
  fixture_add_account (fixture);
  for (guint i = 0; i < 4; i++)
    tern_mock_imap_server_cut (fixture->server, "FETCH", 3000);
  g_assert_false (fixture_sync (fixture, "INBOX", &error));
  g_assert_true (tern_error_is_transport (error));
  g_clear_error (&error);
  before = fixture_count_rows (fixture, "INBOX");
  g_assert_cmpuint (before, >, 0);
  g_assert_cmpuint (before, <, 500);

  while (!fixture_sync (fixture, "INBOX", &error))
    g_clear_error (&error); /* what is left of the cuts */
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 500);
}

static void
test_gone_message (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (GError) error = NULL;

  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  tern_mock_imap_server_remove_message (fixture->server, "INBOX", 5);
  letter =
      open_letter (fixture, fixture_nth_message (fixture, "INBOX", 0), TERN_FETCH_VALIDATE, &error);
  g_assert_null (letter);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
}

static void
test_cached_only (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (GError) error = NULL;

  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  letter =
      open_letter (fixture, fixture_nth_message (fixture, "INBOX", 0), TERN_FETCH_CACHED, &error);
  g_assert_null (letter);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_OFFLINE);
}

static void
test_second_start_without_network (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  tern_mock_imap_server_stop (fixture->server);
  fixture_restart (fixture);

  /* Read by the very first call, before anything was asked of the engine's thread. */
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 5);
  g_assert_false (fixture_sync (fixture, "INBOX", &error));
  g_assert_true (tern_error_is_transport (error));
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 5);
}

static void
test_second_sync_is_small (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernFolder) inbox = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *transcript = NULL;

  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 1);
  tern_mock_imap_server_remove_message (fixture->server, "INBOX", 1);
  tern_mock_imap_server_set_flags (fixture->server, "INBOX", 2, "\\Flagged");
  fixture_restart (fixture);
  inbox = fixture_get_folder (fixture, "INBOX");
  fixture_forget (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->n_added, ==, 1);
  g_assert_cmpuint (fixture->n_removed, ==, 1);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 5);
}

static void
test_uidvalidity_change (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernLetter) letter = NULL;

  fixture_add_account (fixture);
  tern_mock_imap_server_add_message (
      fixture->server, "INBOX",
      &(TernMockImapMessage){ .raw = HTML_LETTER, .bodystructure = ALTERNATIVE });
  tern_mock_imap_server_set_section (fixture->server, "INBOX", 6, "1", "plain words\r\n", 13);
  tern_mock_imap_server_set_section (fixture->server, "INBOX", 6, "2", "<p>rich words</p>\r\n", 19);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  letter =
      open_letter (fixture, fixture_nth_message (fixture, "INBOX", 0), TERN_FETCH_VALIDATE, &error);
  g_assert_no_error (error);
  g_clear_pointer (&letter, tern_letter_unref);

  tern_mock_imap_server_set_uidvalidity (fixture->server, "INBOX", 77);
  fixture_restart (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 6);

  /* The letter was found again by its content, so its text is not fetched twice. */
  letter =
      open_letter (fixture, fixture_nth_message (fixture, "INBOX", 0), TERN_FETCH_CACHED, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (letter->text, "plain words"));
}

static void
test_letter_is_fetched_once (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (TernLetter) again = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id;

  tern_mock_imap_server_add_message (
      fixture->server, "INBOX",
      &(TernMockImapMessage){ .raw = HTML_LETTER, .bodystructure = ALTERNATIVE });
  tern_mock_imap_server_set_section (fixture->server, "INBOX", 6, "1", "plain words\r\n", 13);
  tern_mock_imap_server_set_section (fixture->server, "INBOX", 6, "2", "<p>rich words</p>\r\n", 19);
  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  id = fixture_nth_message (fixture, "INBOX", 0);
  letter = open_letter (fixture, id, TERN_FETCH_VALIDATE, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (letter->text, "plain words"));
  g_assert_nonnull (strstr (letter->html, "<p>rich words</p>"));

  tern_mock_imap_server_stop (fixture->server);
  again = open_letter (fixture, id, TERN_FETCH_VALIDATE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->html, ==, letter->html);
}

static void
test_wrong_structure (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (GError) error = NULL;

  /* The server tells of parts that it then does not have: no section is set. */
  tern_mock_imap_server_add_message (
      fixture->server, "INBOX",
      &(TernMockImapMessage){ .raw = HTML_LETTER, .bodystructure = ALTERNATIVE });
  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  letter =
      open_letter (fixture, fixture_nth_message (fixture, "INBOX", 0), TERN_FETCH_VALIDATE, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (letter->text, "plain words"));
  g_assert_nonnull (strstr (letter->html, "rich words"));
}

static void
test_cut_part_leaves_no_file (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (fixture->dir, "saved", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;
  gint64 id;

  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  id = fixture_nth_message (fixture, "INBOX", 0);
  /* What got through is taken up again; then nothing gets through any more. */
  tern_mock_imap_server_cut (fixture->server, "UID FETCH", 40);
  for (guint i = 0; i < 8; i++)
    tern_mock_imap_server_cut (fixture->server, "UID FETCH", 10);
  tern_engine_save_part_async (fixture->engine, id, "", file, NULL, NULL, NULL, fixture_done_cb,
                               &result);
  g_assert_false (tern_engine_save_part_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_part_that_is_not_there (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (fixture->dir, "saved", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  tern_mock_imap_server_set_section (fixture->server, "INBOX", 5, "9", "", 0);
  tern_engine_save_part_async (fixture->engine, fixture_nth_message (fixture, "INBOX", 0), "9",
                               file, NULL, NULL, NULL, fixture_done_cb, &result);
  g_assert_false (tern_engine_save_part_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_policy_within_ttl (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernFolder) folder = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint before;

  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  folder = fixture_get_folder (fixture, "INBOX");
  tern_mock_imap_server_wait_command (fixture->server, "UID FETCH", 1); /* for their beginnings */
  before = tern_mock_imap_server_count (fixture->server, "UID FETCH") +
           tern_mock_imap_server_count (fixture->server, "FETCH");
  tern_engine_sync_folder_async (fixture->engine, folder->id, TERN_FETCH_VALIDATE, NULL,
                                 fixture_done_cb, &result);
  g_assert_true (tern_engine_sync_folder_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "UID FETCH") +
                        tern_mock_imap_server_count (fixture->server, "FETCH"),
                    ==, before);

  /* What an earlier start found may be an hour old, and letters gone since. */
  g_clear_object (&result); /* holds the engine */
  fixture_restart (fixture);
  tern_mock_imap_server_remove_message (fixture->server, "INBOX", 5);
  tern_engine_sync_folder_async (fixture->engine, folder->id, TERN_FETCH_VALIDATE, NULL,
                                 fixture_done_cb, &result);
  g_assert_true (tern_engine_sync_folder_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 4);
}

static void
test_too_large_is_told (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *data = g_malloc (65 * 1024 * 1024);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id;

  memset (data, 'x', 65 * 1024 * 1024);
  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  id = fixture_nth_message (fixture, "INBOX", 0);
  tern_mock_imap_server_set_section (fixture->server, "INBOX", 5, "", data, 65 * 1024 * 1024);
  tern_engine_load_part_async (fixture->engine, id, "", cancellable, fixture_done_cb, &result);
  content = tern_engine_load_part_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_null (content);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_LIMIT);
  g_assert_false (g_cancellable_is_cancelled (cancellable));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define TEST(sentence, function)                                                                   \
  g_test_add ("/engine/mail/" sentence, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

  TEST ("rows that came before a cut stay, and the next sync brings the rest",
        test_rows_survive_a_cut);
  TEST ("a part that is too large is no cancellation", test_too_large_is_told);
  TEST ("a letter that is gone meanwhile is told as gone", test_gone_message);
  TEST ("a letter that is not kept is not fetched where that was not asked for", test_cached_only);
  TEST ("a second start lists the mail without a network", test_second_start_without_network);
  TEST ("a second sync tells what changed and no more", test_second_sync_is_small);
  TEST ("a new UIDVALIDITY renews the list and keeps the texts", test_uidvalidity_change);
  TEST ("a letter opened twice is fetched once", test_letter_is_fetched_once);
  TEST ("a letter whose structure is wrong is read from the whole message", test_wrong_structure);
  TEST ("a part that was cut off leaves no file", test_cut_part_leaves_no_file);
  TEST ("a part that is not there is told as gone, whatever the server says",
        test_part_that_is_not_there);
  TEST ("a list that is fresh is not asked for again until the next start", test_policy_within_ttl);

  return g_test_run ();
}
