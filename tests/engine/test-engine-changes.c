/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-changes-fixture.h"

#include "tern-error.h"

/* What the user does to mail: how often the server is asked, in which steps, and what
 * is taken back. */

#define PLAIN "IMAP4rev1 ID NAMESPACE"
#define LETTER "Message-ID: <draft@example.org>\nSubject: A draft\n\nHello"

static guint struck_out;

static void
struck_out_cb (TernEngine *engine, TernOperation *operation, gpointer user_data)
{
  struck_out++;
}

static void
set_up (Fixture *fixture, gconstpointer capabilities)
{
  changes_set_up (fixture, capabilities);
  struck_out = 0;
  g_signal_connect (fixture->engine, "struck-out", G_CALLBACK (struck_out_cb), NULL);
}

static TernMessage *
read_message (Fixture *fixture, gint64 id)
{
  g_autoptr (GError) error = NULL;
  TernMessage *message = tern_engine_read_message (fixture->engine, id, &error);

  g_assert_no_error (error);
  return message;
}

static TernFlags
flags_of (Fixture *fixture, gint64 id)
{
  g_autoptr (TernMessage) message = read_message (fixture, id);

  return message->flags;
}

static gboolean
server_has_flag (Fixture *fixture, const char *folder, guint32 uid, const char *flag)
{
  g_autofree char *flags = tern_mock_imap_server_dup_flags (fixture->server, folder, uid);

  return flags != NULL && strstr (flags, flag) != NULL;
}

static guint
count (Fixture *fixture, const char *name)
{
  return tern_mock_imap_server_count (fixture->server, name);
}

static GArray *
all_ids (Fixture *fixture, const char *path)
{
  g_autoptr (GPtrArray) rows = NULL;
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  rows = tern_engine_read_page (fixture->engine, changes_folder_id (fixture, path), NULL, 100000,
                                NULL);
  for (guint i = 0; i < rows->len; i++)
    g_array_append_val (ids, ((TernMessage *) rows->pdata[i])->id);
  return ids;
}

#define IDS(array) ((const gint64 *) (gpointer) (array)->data), (array)->len

/* A change of another message is on its way and unanswered: what follows waits behind it. */
static void
block (Fixture *fixture)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 4);

  changes_apply (fixture, tern_operation_new_flags (&id, 1, TERN_FLAGS_ANSWERED, 0));
  changes_flush (fixture);
  tern_mock_imap_server_clear_log (fixture->server);
  tern_mock_imap_server_hold (fixture->server);
  changes_apply (fixture, tern_operation_new_flags (&id, 1, TERN_FLAGS_FLAGGED, 0));
  tern_mock_imap_server_wait_command (fixture->server, "UID STORE", 1);
}

static void
unblock (Fixture *fixture)
{
  tern_mock_imap_server_release (fixture->server);
  changes_flush (fixture);
}

/* --- Joining --- */

static void
test_read_unread_read (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);

  block (fixture);
  changes_apply (fixture, tern_operation_new_flags (&id, 1, TERN_FLAGS_SEEN, 0));
  changes_apply (fixture, tern_operation_new_flags (&id, 1, 0, TERN_FLAGS_SEEN));
  changes_apply (fixture, tern_operation_new_flags (&id, 1, TERN_FLAGS_SEEN, 0));
  unblock (fixture);
  g_assert_cmpuint (count (fixture, "UID STORE"), ==, 2);
  g_assert_true (server_has_flag (fixture, "INBOX", 5, "\\Seen"));
  g_assert_true (flags_of (fixture, id) & TERN_FLAGS_SEEN);
}

static void
test_adds_up_to_nothing (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);

  block (fixture);
  changes_apply (fixture, tern_operation_new_flags (&id, 1, TERN_FLAGS_FLAGGED, 0));
  changes_apply (fixture, tern_operation_new_flags (&id, 1, 0, TERN_FLAGS_FLAGGED));
  changes_apply (fixture, tern_operation_new_keywords (&id, 1, "work", NULL));
  changes_apply (fixture, tern_operation_new_keywords (&id, 1, NULL, "work"));
  unblock (fixture);
  g_assert_cmpuint (count (fixture, "UID STORE"), ==, 1);
}

static void
test_one_after_another (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) ids = all_ids (fixture, "INBOX");

  block (fixture);
  for (guint i = 0; i < 4; i++)
    changes_apply (fixture, tern_operation_new_flags (&g_array_index (ids, gint64, i), 1,
                                                      TERN_FLAGS_FORWARDED, 0));
  for (guint i = 0; i < 4; i++)
    changes_apply (fixture, tern_operation_new_move (&g_array_index (ids, gint64, i), 1,
                                                     changes_folder_id (fixture, "Archive")));
  unblock (fixture);
  g_assert_cmpuint (count (fixture, "UID STORE"), ==, 2);
  g_assert_cmpuint (count (fixture, "UID MOVE"), ==, 1);
  g_assert_true (server_has_flag (fixture, "Archive", 1, "$Forwarded"));
  changes_check_rows (fixture, "Archive", 4);
  changes_check_rows (fixture, "INBOX", 1);
}

static void
test_many_are_one (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) ids = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 495);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  ids = all_ids (fixture, "INBOX");
  g_assert_cmpuint (ids->len, ==, 500);
  tern_mock_imap_server_clear_log (fixture->server);
  changes_apply (fixture, tern_operation_new_flags (IDS (ids), TERN_FLAGS_FLAGGED, 0));
  changes_apply (fixture,
                 tern_operation_new_move (IDS (ids), changes_folder_id (fixture, "Archive")));
  changes_flush (fixture);
  g_assert_cmpuint (count (fixture, "UID STORE"), ==, 1);
  g_assert_cmpuint (count (fixture, "UID MOVE"), ==, 1);
  changes_check_rows (fixture, "Archive", 500);
}

/* Which of two joined changes is refused shows, and only that one is taken back. */
static char *
refuse_flagged (TernMockImapServer *server, const TernMockImapCommand *command, gpointer data)
{
  return strstr (command->args, "Forwarded") != NULL ? g_strdup ("$TAG NO never\r\n") : NULL;
}

static void
test_refused_in_a_batch (Fixture *fixture, gconstpointer data)
{
  gint64 first = fixture_nth_message (fixture, "INBOX", 0);
  gint64 second = fixture_nth_message (fixture, "INBOX", 1);
  g_autoptr (TernOperation) good = NULL;
  g_autoptr (TernOperation) bad = NULL;

  tern_mock_imap_server_set_handler (fixture->server, "UID STORE", refuse_flagged, NULL);
  block (fixture);
  good = fixture_apply (fixture, tern_operation_new_flags (&first, 1, TERN_FLAGS_SEEN, 0));
  bad = fixture_apply (fixture, tern_operation_new_flags (&second, 1, TERN_FLAGS_FORWARDED, 0));
  unblock (fixture);
  g_assert_nonnull (fixture->failed_operation);
  g_assert_cmpint (fixture->failed_operation->id, ==, bad->id);
  g_assert_true (server_has_flag (fixture, "INBOX", 5, "\\Seen"));
  g_assert_true (flags_of (fixture, first) & TERN_FLAGS_SEEN);
  g_assert_false (flags_of (fixture, second) & TERN_FLAGS_FORWARDED);
}

/* --- Flags --- */

static void
test_keywords (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernMessage) with = NULL;
  g_autoptr (TernMessage) without = NULL;
  g_autoptr (TernOperation) operation =
      fixture_apply (fixture, tern_operation_new_keywords (&id, 1, "work", NULL));

  with = read_message (fixture, id);
  g_assert_cmpstr (with->keywords, ==, "work");
  changes_flush (fixture);
  g_assert_true (server_has_flag (fixture, "INBOX", 5, "work"));
  changes_undo (fixture, operation);
  changes_flush (fixture);
  g_assert_false (server_has_flag (fixture, "INBOX", 5, "work"));
  without = read_message (fixture, id);
  g_assert_null (without->keywords);
}

static char *
keep_only_system_flags (TernMockImapServer *server,
                        const TernMockImapCommand *command,
                        gpointer data)
{
  return g_strdup ("* 5 EXISTS\r\n* OK [UIDVALIDITY 1] v\r\n* OK [UIDNEXT 6] n\r\n"
                   "* OK [PERMANENTFLAGS (\\Seen \\Flagged)] kept\r\n$TAG OK done\r\n");
}

static void
test_not_permanent (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernMessage) message = NULL;

  fixture_restart (fixture);
  tern_mock_imap_server_set_handler (fixture->server, "SELECT", keep_only_system_flags, NULL);
  tern_mock_imap_server_clear_log (fixture->server);
  changes_apply (fixture, tern_operation_new_keywords (&id, 1, "work", NULL));
  changes_flush (fixture);
  g_assert_error (fixture->failure, TERN_ERROR, TERN_ERROR_UNSUPPORTED);
  g_assert_cmpuint (count (fixture, "UID STORE"), ==, 0);
  message = read_message (fixture, id);
  g_assert_null (message->keywords);
}

static void
test_junk (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) operation =
      fixture_apply (fixture, tern_operation_new_junk (&id, 1, TRUE));

  changes_flush (fixture);
  g_assert_true (server_has_flag (fixture, "Junk", 1, "$Junk"));
  changes_check_rows (fixture, "Junk", 1);
  changes_undo (fixture, operation);
  changes_flush (fixture);
  g_assert_false (server_has_flag (fixture, "INBOX", 6, "$Junk"));
  changes_check_rows (fixture, "INBOX", 5);
  g_assert_cmpuint (fixture_count_rows (fixture, "Junk"), ==, 0);
}

static void
test_mark_folder_read (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernFolder) folder = NULL;
  g_autoptr (GError) error = NULL;

  /* Nobody has seen this one here. */
  tern_mock_imap_server_add_message (fixture->server, "INBOX", &(TernMockImapMessage){ 0 });
  tern_engine_mark_folder_read_async (fixture->engine, changes_folder_id (fixture, "INBOX"), NULL,
                                      fixture_done_cb, &result);
  operation = tern_engine_apply_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  changes_flush (fixture);
  folder = fixture_get_folder (fixture, "INBOX");
  g_assert_cmpint (folder->unread, ==, 0);
  g_assert_true (server_has_flag (fixture, "INBOX", 1, "\\Seen"));
  g_assert_false (server_has_flag (fixture, "INBOX", 6, "\\Seen"));
}

/* --- Copies and moves --- */

static void
test_copy (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) operation = NULL;

  tern_mock_imap_server_hold (fixture->server);
  operation = fixture_apply (
      fixture, tern_operation_new_copy (&id, 1, changes_folder_id (fixture, "Archive")));
  g_assert_cmpuint (fixture_count_rows (fixture, "Archive"), ==, 1);
  tern_mock_imap_server_release (fixture->server);
  changes_flush (fixture);
  changes_check_rows (fixture, "Archive", 1);
  changes_check_rows (fixture, "INBOX", 5);
  changes_undo (fixture, operation);
  changes_flush (fixture);
  changes_check_rows (fixture, "Archive", 0);
  changes_check_rows (fixture, "INBOX", 5);
}

static void
test_refused_copy (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);

  tern_mock_imap_server_reply (fixture->server, "UID COPY", "$TAG NO [OVERQUOTA] full\r\n");
  changes_apply (fixture, tern_operation_new_copy (&id, 1, changes_folder_id (fixture, "Archive")));
  changes_flush (fixture);
  g_assert_error (fixture->failure, TERN_ERROR, TERN_ERROR_REFUSED);
  changes_check_rows (fixture, "Archive", 0);
  changes_check_rows (fixture, "INBOX", 5);
}

/* The answer to COPY is lost, the program ends, and a second copy is made by nobody. */
static void
test_copied_once (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_cut (fixture->server, "UID COPY", 0);
  tern_mock_imap_server_cut (fixture->server, "UID FETCH", 0);
  changes_apply (fixture, tern_operation_new_move (&id, 1, changes_folder_id (fixture, "Archive")));
  fixture_flush (fixture, NULL);
  fixture_restart (fixture);
  changes_flush_at_last (fixture);
  g_assert_cmpuint (count (fixture, "UID COPY"), ==, 1);
  g_assert_cmpuint (changes_count_on_server (fixture, "Archive"), ==, 1);
  g_assert_cmpuint (changes_count_on_server (fixture, "INBOX"), ==, 4);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  g_assert_true (fixture_sync (fixture, "Archive", &error));
  changes_check_rows (fixture, "Archive", 1);
  changes_check_rows (fixture, "INBOX", 4);
}

/* The answers to the removal are lost: it is asked again, and nothing is copied. */
static void
test_removed_after_a_copy (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);

  for (guint i = 0; i < 2; i++)
    tern_mock_imap_server_cut (fixture->server, "UID STORE", 0);
  changes_apply (fixture, tern_operation_new_move (&id, 1, changes_folder_id (fixture, "Archive")));
  fixture_flush (fixture, NULL);
  fixture_restart (fixture);
  changes_flush_at_last (fixture);
  g_assert_cmpuint (count (fixture, "UID COPY"), ==, 1);
  changes_check_rows (fixture, "Archive", 1);
  changes_check_rows (fixture, "INBOX", 4);
  g_assert_cmpint (fixture_nth_message (fixture, "Archive", 0), ==, id);
}

static void
test_struck_out (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);

  changes_apply (fixture, tern_operation_new_move (&id, 1, changes_folder_id (fixture, "Archive")));
  changes_flush (fixture);
  g_assert_cmpuint (struck_out, ==, 1);
  g_assert_cmpuint (count (fixture, "EXPUNGE"), ==, 0);
  changes_check_rows (fixture, "Archive", 1);
  changes_check_rows (fixture, "INBOX", 5);
  g_assert_true (flags_of (fixture, id) & TERN_FLAGS_DELETED);
  g_assert_true (server_has_flag (fixture, "INBOX", 5, "\\Deleted"));
}

static void
test_no_trash (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernFolder) trash = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_remove_folder (fixture->server, "Trash");
  tern_engine_refresh_folders_async (fixture->engine, fixture->account_id, TERN_FETCH_FORCE, NULL,
                                     fixture_done_cb, &result);
  g_assert_true (
      tern_engine_refresh_folders_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_false (changes_has_folder (fixture, "Trash"));
  changes_apply (fixture, tern_operation_new_move_to_role (&id, 1, TERN_FOLDER_ROLE_TRASH));
  changes_flush (fixture);
  trash = fixture_get_folder (fixture, "Trash");
  g_assert_cmpint (trash->role, ==, TERN_FOLDER_ROLE_TRASH);
  changes_check_rows (fixture, "Trash", 1);
}

static void
test_empty_trash (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) emptied = NULL;
  g_autoptr (GAsyncResult) refused = NULL;
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_add_letters (fixture->server, "Trash", 3);
  g_assert_true (fixture_sync (fixture, "Trash", &error));
  tern_mock_imap_server_add_letters (fixture->server, "Trash", 1);
  tern_engine_empty_folder_async (fixture->engine, changes_folder_id (fixture, "Trash"), NULL,
                                  fixture_done_cb, &emptied);
  operation = tern_engine_apply_finish (fixture->engine, fixture_wait (&emptied), &error);
  g_assert_no_error (error);
  changes_flush (fixture);
  g_assert_cmpuint (changes_count_on_server (fixture, "Trash"), ==, 1);
  g_assert_cmpuint (fixture_count_rows (fixture, "Trash"), ==, 0);

  tern_engine_empty_folder_async (fixture->engine, changes_folder_id (fixture, "INBOX"), NULL,
                                  fixture_done_cb, &refused);
  g_assert_null (tern_engine_apply_finish (fixture->engine, fixture_wait (&refused), &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID);
}

static void
test_expunge (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_set_flags (fixture->server, "INBOX", 1, "\\Deleted");
  tern_mock_imap_server_set_flags (fixture->server, "INBOX", 2, "\\Deleted");
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  /* Meanwhile one is restored, and another struck out, by somebody else. */
  tern_mock_imap_server_set_flags (fixture->server, "INBOX", 1, "");
  tern_mock_imap_server_set_flags (fixture->server, "INBOX", 3, "\\Deleted");
  tern_engine_expunge_folder_async (fixture->engine, changes_folder_id (fixture, "INBOX"), NULL,
                                    fixture_done_cb, &result);
  operation = tern_engine_apply_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  changes_flush (fixture);
  g_assert_cmpuint (changes_count_on_server (fixture, "INBOX"), ==, 4);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 4);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  changes_check_rows (fixture, "INBOX", 4);
}

/* --- Letters --- */

static void
test_append (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) letter = g_bytes_new_static (LETTER, strlen (LETTER));
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_cut (fixture->server, "APPEND", 0);
  tern_mock_imap_server_cut (fixture->server, "UID FETCH", 0);
  changes_apply (fixture,
                 tern_operation_new_append (changes_folder_id (fixture, "Drafts"), letter,
                                            TERN_FLAGS_DRAFT | TERN_FLAGS_SEEN, 1700000000));
  fixture_flush (fixture, NULL);
  fixture_restart (fixture);
  changes_flush_at_last (fixture);
  g_assert_cmpuint (count (fixture, "APPEND"), ==, 1);
  g_assert_true (fixture_sync (fixture, "Drafts", &error));
  changes_check_rows (fixture, "Drafts", 1);
  {
    g_autoptr (TernMessage) message =
        read_message (fixture, fixture_nth_message (fixture, "Drafts", 0));

    g_assert_cmpstr (message->subject, ==, "A draft");
    g_assert_cmpint (message->received, ==, 1700000000);
    g_assert_true (message->flags & TERN_FLAGS_DRAFT);
    g_assert_cmpuint (message->size, ==, strlen (LETTER) + 3 + 2);
  }
}

static void
test_append_over_the_limit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) letter = g_bytes_new_static (LETTER, strlen (LETTER));

  changes_apply (fixture,
                 tern_operation_new_append (changes_folder_id (fixture, "Drafts"), letter, 0, 0));
  changes_flush (fixture);
  g_assert_error (fixture->failure, TERN_ERROR, TERN_ERROR_LIMIT);
  g_assert_cmpuint (count (fixture, "APPEND"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, capabilities, func)                                                              \
  g_test_add ("/engine/changes/" name, Fixture, capabilities, set_up, func, fixture_tear_down)

  ADD ("one refused change of two joined ones is taken back", NULL, test_refused_in_a_batch);
  ADD ("a flag that the server does not keep is not set", NULL, test_not_permanent);
  ADD ("a refused copy goes from the screen", PLAIN " UIDPLUS", test_refused_copy);
  ADD ("a copy whose answer is lost is not made twice", PLAIN " UIDPLUS", test_copied_once);
  ADD ("a removal whose answer is lost copies nothing", PLAIN " UIDPLUS",
       test_removed_after_a_copy);
  ADD ("without UIDPLUS the original stays, struck out", PLAIN, test_struck_out);
  ADD ("a letter larger than the server takes is not sent", PLAIN " APPENDLIMIT=20",
       test_append_over_the_limit);
  ADD ("a letter whose answer is lost is not put twice", PLAIN " UIDPLUS LITERAL+", test_append);
  ADD ("read, unread, read is one STORE", NULL, test_read_unread_read);
  ADD ("what adds up to nothing is not asked for", NULL, test_adds_up_to_nothing);
  ADD ("changes one after another are one command", NULL, test_one_after_another);
  ADD ("500 messages are one command", NULL, test_many_are_one);
  ADD ("keywords are set and taken back", NULL, test_keywords);
  ADD ("junk is marked beside the move", NULL, test_junk);
  ADD ("a folder is read but for what nobody has seen", NULL, test_mark_folder_read);
  ADD ("a copy is there at once, and goes again", NULL, test_copy);
  ADD ("an account without a Trash gets one", NULL, test_no_trash);
  ADD ("an emptied Trash keeps what came meanwhile", NULL, test_empty_trash);
  ADD ("compacting takes what is struck out here and there", NULL, test_expunge);
  return g_test_run ();
}
