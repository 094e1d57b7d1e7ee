/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

#include "tern-error.h"

static TernSearchResult *
search_in (
    Fixture *fixture, const char *path, const char *text, guint limit, TernFetchPolicy policy)
{
  g_autoptr (TernQuery) query = tern_query_parse (text, NULL);
  g_autoptr (TernFolder) folder = path != NULL ? fixture_get_folder (fixture, path) : NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  TernSearchResult *found;

  tern_engine_search_async (fixture->engine, fixture->account_id, folder != NULL ? folder->id : 0,
                            query, limit, policy, NULL, fixture_done_cb, &result);
  found = tern_engine_search_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  return found;
}

/* "Subject|Subject", and "!" where something may be missing, "+" where there may be more */
static char *
describe (const TernSearchResult *found)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < found->messages->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? "|" : "",
                            ((TernMessage *) found->messages->pdata[i])->subject);
  if (found->problems->len > 0)
    g_string_append_c (out, '!');
  if (found->is_truncated)
    g_string_append_c (out, '+');
  return g_string_free (out, FALSE);
}

static void
assert_finds (Fixture *fixture, const char *text, TernFetchPolicy policy, const char *expected)
{
  g_autoptr (TernSearchResult) found = search_in (fixture, NULL, text, 100, policy);
  g_autofree char *list = describe (found);

  g_assert_cmpstr (list, ==, expected);
}

static void
assert_problem (Fixture *fixture, const char *text, const char *expected, TernError code)
{
  g_autoptr (TernSearchResult) found = search_in (fixture, NULL, text, 100, TERN_FETCH_VALIDATE);
  g_autofree char *list = describe (found);
  const TernSearchProblem *problem;

  g_assert_cmpstr (list, ==, expected);
  problem = found->problems->pdata[0];
  g_assert_cmpint (problem->account_id, ==, fixture->account_id);
  g_assert_error (problem->error, TERN_ERROR, (gint) code);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture_set_up (fixture, data);
  fixture_add_account (fixture);
}

static void
test_failed (Fixture *fixture, gconstpointer unused)
{
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  for (guint i = 0; i < 6; i++)
    tern_mock_imap_server_reply (fixture->server, "UID SEARCH", "* SEARCH\r\n$TAG NO broken\r\n");
  assert_problem (fixture, "\"letter 2\"", "Letter 2!", TERN_ERROR_REFUSED);
  tern_mock_imap_server_reply (fixture->server, "UID SEARCH", "$TAG NO [BADCHARSET] ASCII\r\n");
  assert_problem (fixture, "发票", "!", TERN_ERROR_UNSUPPORTED);
  /* Asked again, it is not what was remembered of the failure. */
  assert_finds (fixture, "\"letter 2\"", TERN_FETCH_VALIDATE, "Letter 2");
}

/* One folder that cannot be searched keeps nobody from the others. */
static void
test_one_folder (Fixture *fixture, gconstpointer unused)
{
  tern_mock_imap_server_add_letters (fixture->server, "Archive", 1);
  tern_mock_imap_server_reply (fixture->server, "UID SEARCH", "$TAG NO broken\r\n");
  assert_problem (fixture, "subject:letter", "Letter 1!", TERN_ERROR_REFUSED);
}

static void
test_offline (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernSearchResult) found = NULL;
  g_autofree char *list = NULL;

  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  fixture_restart (fixture);
  tern_mock_imap_server_clear_log (fixture->server);
  assert_finds (fixture, "\"letter 2\"", TERN_FETCH_CACHED, "Letter 2");
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "UID SEARCH"), ==, 0);
  tern_mock_imap_server_stop (fixture->server);
  found = search_in (fixture, NULL, "\"letter 2\"", 100, TERN_FETCH_VALIDATE);
  list = describe (found);
  g_assert_cmpstr (list, ==, "Letter 2!");
  g_assert_true (
      tern_error_is_transport (((TernSearchProblem *) found->problems->pdata[0])->error));
}

static void
test_no_folder (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernQuery) query = tern_query_parse ("x", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_engine_search_async (fixture->engine, 0, 12345, query, 1, TERN_FETCH_VALIDATE, NULL,
                            fixture_done_cb, &result);
  g_assert_null (tern_engine_search_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
}

static void
test_rows (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *asked = NULL;

  assert_finds (fixture, "\"letter 4\"", TERN_FETCH_CACHED, "");
  assert_finds (fixture, "\"letter 4\"", TERN_FETCH_VALIDATE, "Letter 4");
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 1);
  assert_finds (fixture, "\"letter 4\"", TERN_FETCH_CACHED, "Letter 4");
  /* A row that stands alone is no reason to believe that the folder is known. */
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 5);
  /* What is known is not fetched again. */
  tern_mock_imap_server_clear_log (fixture->server);
  assert_finds (fixture, "subject:letter", TERN_FETCH_VALIDATE,
                "Letter 5|Letter 4|Letter 3|Letter 2|Letter 1");
  asked = tern_mock_imap_server_dup_transcript (fixture->server);
  g_assert_null (strstr (asked, "ENVELOPE"));
}

/* A letter that was found and removed before its folder was ever read. */
static void
test_gone (Fixture *fixture, gconstpointer unused)
{
  assert_finds (fixture, "\"letter 4\"", TERN_FETCH_VALIDATE, "Letter 4");
  tern_mock_imap_server_remove_message (fixture->server, "INBOX", 4);
  fixture_restart (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 4);
  assert_finds (fixture, "\"letter 4\"", TERN_FETCH_CACHED, "");
}

static void
test_renumbered (Fixture *fixture, gconstpointer unused)
{
  assert_finds (fixture, "\"letter 4\"", TERN_FETCH_VALIDATE, "Letter 4");
  tern_mock_imap_server_set_uidvalidity (fixture->server, "INBOX", 7);
  fixture_restart (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 5);
  assert_finds (fixture, "subject:\"letter 4\"", TERN_FETCH_VALIDATE, "Letter 4");
}

/* The user's own changes hold, whatever the server still says. */
static void
test_pending (Fixture *fixture, gconstpointer unused)
{
  gint64 read, moved;
  g_autoptr (TernOperation) seen = NULL;
  g_autoptr (TernOperation) away = NULL;

  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  read = fixture_nth_message (fixture, "INBOX", 0);
  moved = fixture_nth_message (fixture, "INBOX", 1);
  tern_mock_imap_server_stall (fixture->server, "UID STORE");
  seen = fixture_apply (fixture, tern_operation_new_flags (&read, 1, TERN_FLAGS_SEEN, 0));
  away =
      fixture_apply (fixture, tern_operation_new_move_to_role (&moved, 1, TERN_FOLDER_ROLE_TRASH));
  assert_finds (fixture, "is:unread subject:letter", TERN_FETCH_CACHED, "Letter 2|Letter 1");
}

static void
test_all_folders (Fixture *fixture, gconstpointer unused)
{
  tern_mock_imap_server_add_message (
      fixture->server, "Archive",
      &(TernMockImapMessage){ .raw = "Subject: A letter from long ago\r\n\r\nx\r\n",
                              .internaldate = "01-Jan-2001 00:00:00 +0000" });
  tern_mock_imap_server_add_message (
      fixture->server, "Trash",
      &(TernMockImapMessage){ .raw = "Subject: The newest letter\r\n\r\nx\r\n",
                              .internaldate = "01-Jan-2030 00:00:00 +0000" });
  assert_finds (fixture, "subject:letter", TERN_FETCH_VALIDATE,
                "The newest letter|Letter 5|Letter 4|Letter 3|Letter 2|Letter 1|"
                "A letter from long ago");
}

static void
test_bounded (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernSearchResult) found = NULL;
  g_autofree char *list = NULL;

  tern_mock_imap_server_add_letters (fixture->server, "Archive", 300);
  found = search_in (fixture, NULL, "subject:letter", 2, TERN_FETCH_VALIDATE);
  g_assert_cmpuint (found->messages->len, ==, 2);
  g_assert_true (found->is_truncated);
  /* A screenful of each folder at most, however much it has. */
  g_assert_cmpuint (fixture_count_rows (fixture, "Archive"), <=, 50);
}

static void
test_conditions (Fixture *fixture, gconstpointer unused)
{
  tern_mock_imap_server_add_message (
      fixture->server, "INBOX",
      &(TernMockImapMessage){
          .raw = "Subject: A letter with a file\r\n\r\nx\r\n",
          .internaldate = "01-Jan-2001 12:00:00 +0000",
          .bodystructure = "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 3 1)"
                           "(\"application\" \"pdf\" (\"name\" \"a.pdf\") NIL NIL \"base64\" 9 NIL "
                           "(\"attachment\" (\"filename\" \"a.pdf\"))) \"mixed\")" });
  assert_finds (fixture, "has:attachment", TERN_FETCH_VALIDATE, "A letter with a file");
  /* The server looks at whole days of its own. */
  assert_finds (fixture, "before:2001-01-01", TERN_FETCH_VALIDATE, "");
  assert_finds (fixture, "before:2001-01-02", TERN_FETCH_VALIDATE, "A letter with a file");
}

static void
test_damaged (Fixture *fixture, gconstpointer unused)
{
  /* A structure that cannot be understood costs the structure, not the hit. */
  tern_mock_imap_server_reply (fixture->server, "UID FETCH",
                               "* 4 FETCH (UID 4 FLAGS () ENVELOPE oops)\r\n$TAG OK done\r\n");
  assert_finds (fixture, "\"letter 4\"", TERN_FETCH_VALIDATE, "Letter 4");
}

static void
test_cancelled (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TernQuery) query = tern_query_parse ("x", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_stall (fixture->server, "UID SEARCH");
  tern_engine_search_async (fixture->engine, 0, 0, query, 10, TERN_FETCH_VALIDATE, cancellable,
                            fixture_done_cb, &result);
  tern_mock_imap_server_wait_command (fixture->server, "UID SEARCH", 1);
  g_cancellable_cancel (cancellable);
  g_assert_null (tern_engine_search_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
ended_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernSearchResult) found =
      tern_engine_search_finish (TERN_ENGINE (object), result, NULL);

  /* What was kept, and that the server did not answer. */
  g_assert_cmpuint (found->problems->len, ==, 1);
  *(gboolean *) user_data = TRUE;
}

static void
test_closed (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernQuery) query = tern_query_parse ("x", NULL);
  gboolean has_ended = FALSE;

  tern_mock_imap_server_stall (fixture->server, "UID SEARCH");
  tern_engine_search_async (fixture->engine, 0, 0, query, 10, TERN_FETCH_VALIDATE, NULL, ended_cb,
                            &has_ended);
  tern_mock_imap_server_wait_command (fixture->server, "UID SEARCH", 1);
  fixture_restart (fixture);
  g_assert_true (has_ended);
}

/* --- Gmail --- */

#define GMAIL "IMAP4rev1 LITERAL+ UIDPLUS MOVE SPECIAL-USE X-GM-EXT-1"
#define ALL_MAIL "[Gmail]/All Mail"

static void
name_letters (Fixture *fixture, const char *folder)
{
  for (guint32 uid = 1; uid <= 5; uid++)
    {
      g_autofree char *id = g_strdup_printf ("1278455344230334%03u", uid);

      tern_mock_imap_server_set_section (fixture->server, folder, uid, "X-GM-MSGID", id,
                                         strlen (id));
      tern_mock_imap_server_set_section (fixture->server, folder, uid, "X-GM-THRID", "99", 2);
      tern_mock_imap_server_set_section (fixture->server, folder, uid, "X-GM-LABELS", "()", 2);
    }
}

static void
test_all_mail (Fixture *fixture, gconstpointer unused)
{
  fixture_set_up (fixture, NULL);
  tern_mock_imap_server_set_capabilities (fixture->server, "IMAP4rev1", GMAIL);
  tern_mock_imap_server_add_folder (fixture->server, ALL_MAIL, "\\All \\HasNoChildren");
  tern_mock_imap_server_add_letters (fixture->server, ALL_MAIL, 5);
  name_letters (fixture, "INBOX");
  name_letters (fixture, ALL_MAIL);
  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  tern_mock_imap_server_clear_log (fixture->server);
  for (guint i = 0; i < 3; i++)
    tern_mock_imap_server_reply (fixture->server, "UID SEARCH",
                                 i == 2 ? "* SEARCH 2 4\r\n$TAG OK done\r\n"
                                        : "* SEARCH\r\n$TAG OK done\r\n");
  assert_finds (fixture, "subject:letter from:nobody", TERN_FETCH_VALIDATE, "Letter 4|Letter 2");
  /* Junk, Trash and All Mail. */
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "UID SEARCH"), ==, 3);
  for (guint i = 0; i < 3; i++)
    tern_mock_imap_server_reply (fixture->server, "UID SEARCH",
                                 i == 2 ? "* SEARCH 2 4\r\n$TAG OK done\r\n"
                                        : "* SEARCH\r\n$TAG OK done\r\n");
  assert_finds (fixture, "subject:letter", TERN_FETCH_VALIDATE,
                "Letter 5|Letter 4|Letter 3|Letter 2|Letter 1");
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/engine/search/" name, Fixture, NULL, set_up, function, fixture_tear_down)
  ADD ("a failed SEARCH is never an empty mailbox", test_failed);
  ADD ("a folder that cannot be searched hides no other", test_one_folder);
  ADD ("without a server what is kept is found, and it is said", test_offline);
  ADD ("a folder that does not exist is an error", test_no_folder);
  ADD ("what was found becomes a row, once", test_rows);
  ADD ("what was found and is gone leaves with the first sync", test_gone);
  ADD ("what was found before the server renumbered is there once", test_renumbered);
  ADD ("changes that wait count as done", test_pending);
  ADD ("all folders are searched, the newest first", test_all_folders);
  ADD ("a search is bounded, and says so", test_bounded);
  ADD ("attachments and days are looked at here", test_conditions);
  ADD ("what cannot be understood is asked for again", test_damaged);
  ADD ("a search can be cancelled", test_cancelled);
  ADD ("a search ends with the engine", test_closed);
  g_test_add ("/engine/search/a message in several folders of Gmail is found once", Fixture, NULL,
              NULL, test_all_mail, fixture_tear_down);
  return g_test_run ();
}
