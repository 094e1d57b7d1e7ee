/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

#include "tern-error.h"

static void
set_up_synced (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture_set_up (fixture, unused);
  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  g_assert_no_error (error);
  fixture_forget (fixture);
}

static TernFlags
flags_of (Fixture *fixture, gint64 id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernMessage) message = tern_engine_read_message (fixture->engine, id, &error);

  g_assert_no_error (error);
  return message->flags;
}

static gboolean
server_has_flag (Fixture *fixture, const char *folder, guint32 uid, const char *flag)
{
  g_autofree char *flags = tern_mock_imap_server_dup_flags (fixture->server, folder, uid);

  return flags != NULL && strstr (flags, flag) != NULL;
}

static void
wait_failure (Fixture *fixture)
{
  while (fixture->failure == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_refused_flag (Fixture *fixture, gconstpointer unused)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) operation = NULL;

  tern_mock_imap_server_reply (fixture->server, "UID STORE", "$TAG NO [NOPERM] not yours\r\n");
  tern_mock_imap_server_hold (fixture->server);
  operation = fixture_apply (fixture, tern_operation_new_flags (&id, 1, TERN_FLAGS_FLAGGED, 0));
  g_assert_true (flags_of (fixture, id) & TERN_FLAGS_FLAGGED);
  tern_mock_imap_server_release (fixture->server);
  wait_failure (fixture);
  g_assert_cmpint (fixture->failed_operation->id, ==, operation->id);
  g_assert_false (flags_of (fixture, id) & TERN_FLAGS_FLAGGED);
}

static void
test_refused_move (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernFolder) archive = fixture_get_folder (fixture, "Archive");
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) operation = NULL;

  tern_mock_imap_server_reply (fixture->server, "UID MOVE", "$TAG NO full\r\n");
  tern_mock_imap_server_reply (fixture->server, "UID COPY", "$TAG NO full\r\n");
  tern_mock_imap_server_hold (fixture->server);
  operation = fixture_apply (fixture, tern_operation_new_move (&id, 1, archive->id));
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 4);
  tern_mock_imap_server_release (fixture->server);
  wait_failure (fixture);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 5);
  g_assert_cmpint (fixture_nth_message (fixture, "INBOX", 0), ==, id);
  g_assert_cmpuint (tern_mock_imap_server_count_messages (fixture->server, "INBOX"), ==, 5);
}

static void
test_flag_reaches_the_server (Fixture *fixture, gconstpointer unused)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GError) error = NULL;

  operation = fixture_apply (fixture, tern_operation_new_flags (&id, 1, TERN_FLAGS_FLAGGED, 0));
  g_assert_true (flags_of (fixture, id) & TERN_FLAGS_FLAGGED);
  g_assert_true (fixture_flush (fixture, &error));
  g_assert_no_error (error);
  g_assert_true (server_has_flag (fixture, "INBOX", 5, "\\Flagged"));
}

static void
test_nothing_to_do (Fixture *fixture, gconstpointer unused)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) operation =
      fixture_apply (fixture, tern_operation_new_flags (&id, 1, 0, TERN_FLAGS_FLAGGED));

  g_assert_cmpint (operation->id, ==, 0);
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "UID STORE"), ==, 0);
}

static void
test_undo_of_a_move (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernFolder) trash = fixture_get_folder (fixture, "Trash");
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  operation = fixture_apply (fixture, tern_operation_new_move (&id, 1, trash->id));
  g_assert_true (fixture_flush (fixture, &error));
  g_assert_cmpuint (tern_mock_imap_server_count_messages (fixture->server, "Trash"), ==, 1);
  g_assert_cmpuint (fixture_count_rows (fixture, "Trash"), ==, 1);

  tern_engine_undo_async (fixture->engine, operation, NULL, fixture_done_cb, &result);
  g_assert_true (tern_engine_undo_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_true (fixture_flush (fixture, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (tern_mock_imap_server_count_messages (fixture->server, "Trash"), ==, 0);
  g_assert_cmpuint (tern_mock_imap_server_count_messages (fixture->server, "INBOX"), ==, 5);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 5);
}

/* The answer to the move told its UID there, which no list of the server has told yet. */
static void
check_moved_and_gone_again (Fixture *fixture)
{
  g_autoptr (TernFolder) trash = fixture_get_folder (fixture, "Trash");
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GError) error = NULL;

  operation = fixture_apply (fixture, tern_operation_new_move (&id, 1, trash->id));
  g_assert_true (fixture_flush (fixture, &error));
  g_assert_cmpuint (fixture_count_rows (fixture, "Trash"), ==, 1);

  tern_mock_imap_server_remove_message (fixture->server, "Trash", 1);
  g_assert_true (fixture_sync (fixture, "Trash", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture_count_rows (fixture, "Trash"), ==, 0);
}

static void
test_moved_and_gone_again (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (fixture_sync (fixture, "Trash", &error));
  check_moved_and_gone_again (fixture);
}

static void
test_moved_to_an_unknown_folder (Fixture *fixture, gconstpointer unused)
{
  check_moved_and_gone_again (fixture);
}

static void
test_undo_before_it_was_sent (Fixture *fixture, gconstpointer unused)
{
  gint64 first = fixture_nth_message (fixture, "INBOX", 0);
  gint64 second = fixture_nth_message (fixture, "INBOX", 1);
  g_autoptr (TernOperation) before = NULL;
  g_autoptr (TernOperation) sent = NULL;
  g_autoptr (TernOperation) waiting = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  /* A connection that has the folder open, so that the next change is sent without an answer. */
  before = fixture_apply (fixture, tern_operation_new_flags (&first, 1, TERN_FLAGS_ANSWERED, 0));
  g_assert_true (fixture_flush (fixture, &error));
  tern_mock_imap_server_hold (fixture->server);
  sent = fixture_apply (fixture, tern_operation_new_flags (&first, 1, TERN_FLAGS_FLAGGED, 0));
  tern_mock_imap_server_wait_command (fixture->server, "UID STORE", 2);
  waiting = fixture_apply (fixture, tern_operation_new_flags (&second, 1, TERN_FLAGS_FLAGGED, 0));
  tern_engine_undo_async (fixture->engine, waiting, NULL, fixture_done_cb, &result);
  g_assert_true (tern_engine_undo_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_false (flags_of (fixture, second) & TERN_FLAGS_FLAGGED);
  tern_mock_imap_server_release (fixture->server);
  g_assert_true (fixture_flush (fixture, &error));
  g_assert_true (server_has_flag (fixture, "INBOX", 5, "\\Flagged"));
  g_assert_false (server_has_flag (fixture, "INBOX", 4, "\\Flagged"));
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "UID STORE"), ==, 2);
}

static void
undo (Fixture *fixture, TernOperation *operation)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_engine_undo_async (fixture->engine, operation, NULL, fixture_done_cb, &result);
  g_assert_true (tern_engine_undo_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_no_error (error);
}

static guint
count_operations (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) operations = NULL;
  g_autoptr (GError) error = NULL;

  tern_engine_list_operations_async (fixture->engine, NULL, fixture_done_cb, &result);
  operations = tern_engine_list_operations_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  return operations->len;
}

static void
test_undo_offline (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernFolder) trash = fixture_get_folder (fixture, "Trash");
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_stop (fixture->server);
  operation = fixture_apply (fixture, tern_operation_new_move (&id, 1, trash->id));
  g_assert_false (fixture_flush (fixture, &error));
  g_assert_true (tern_error_is_transport (error));
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 4);
  undo (fixture, operation);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 5);
  g_assert_cmpuint (count_operations (fixture), ==, 0);
}

/* The server has moved it, and only its answer was lost. */
static void
test_undo_without_an_answer (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernFolder) trash = fixture_get_folder (fixture, "Trash");
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GError) error = NULL;

  /* More often than it can be tried until it is taken back. */
  for (guint i = 0; i < 10; i++)
    tern_mock_imap_server_cut (fixture->server, "UID MOVE", 0);
  operation = fixture_apply (fixture, tern_operation_new_move (&id, 1, trash->id));
  g_assert_false (fixture_flush (fixture, &error));
  g_clear_error (&error);
  undo (fixture, operation);
  g_assert_cmpuint (count_operations (fixture), ==, 0);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  g_assert_true (fixture_sync (fixture, "Trash", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==,
                    tern_mock_imap_server_count_messages (fixture->server, "INBOX"));
  g_assert_cmpuint (fixture_count_rows (fixture, "Trash"), ==,
                    tern_mock_imap_server_count_messages (fixture->server, "Trash"));
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX") + fixture_count_rows (fixture, "Trash"),
                    ==, 5);
}

static char *
refuse_from_the_third (TernMockImapServer *server,
                       const TernMockImapCommand *command,
                       gpointer user_data)
{
  return ++*(guint *) user_data >= 3 ? g_strdup ("$TAG NO [OVERQUOTA] full\r\n") : NULL;
}

static void
check_totals (Fixture *fixture)
{
  g_autoptr (TernFolder) source = fixture_get_folder (fixture, "INBOX");
  g_autoptr (TernFolder) target = fixture_get_folder (fixture, "Archive");

  g_assert_cmpint (source->total, ==,
                   tern_mock_imap_server_count_messages (fixture->server, "INBOX"));
  g_assert_cmpint (target->total, ==,
                   tern_mock_imap_server_count_messages (fixture->server, "Archive"));
  g_assert_cmpint (target->total, >, 0);
}

/* More messages than one command takes: the server moves some and refuses the rest. */
static void
test_move_refused_half_way (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernFolder) archive = fixture_get_folder (fixture, "Archive");
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (TernFolder) inbox = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  /* Every second one, so that the UIDs make no ranges. */
  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 6000);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  inbox = fixture_get_folder (fixture, "INBOX");
  {
    g_autoptr (GPtrArray) rows =
        tern_engine_read_page (fixture->engine, inbox->id, NULL, 10000, &error);

    for (guint i = 0; i < rows->len; i += 2)
      g_array_append_val (ids, ((TernMessage *) g_ptr_array_index (rows, i))->id);
  }
  tern_mock_imap_server_set_handler (fixture->server, "UID MOVE", refuse_from_the_third, &n);
  operation =
      fixture_apply (fixture, tern_operation_new_move ((const gint64 *) (gpointer) ids->data,
                                                       ids->len, archive->id));
  fixture_flush (fixture, NULL);
  g_assert_cmpuint (n, >, 3);
  g_assert_nonnull (fixture->failure);
  g_assert_cmpint (fixture->failed_operation->id, ==, operation->id);
  g_assert_cmpuint (fixture->failed_operation->messages->len, <, ids->len);
  {
    g_autoptr (GAsyncResult) result = NULL;

    /* Archive was never listed before; INBOX is right without being asked. */
    tern_engine_sync_folder_async (fixture->engine, archive->id, TERN_FETCH_FORCE, NULL,
                                   fixture_done_cb, &result);
    g_assert_true (
        tern_engine_sync_folder_finish (fixture->engine, fixture_wait (&result), &error));
  }
  check_totals (fixture);

  /* Folders that look fresh are asked for all the same. */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;

      tern_engine_sync_folder_async (fixture->engine, i == 0 ? inbox->id : archive->id,
                                     TERN_FETCH_VALIDATE, NULL, fixture_done_cb, &result);
      g_assert_true (
          tern_engine_sync_folder_finish (fixture->engine, fixture_wait (&result), &error));
    }
  check_totals (fixture);
}

static void
test_offline_change_is_sent_later (Fixture *fixture, gconstpointer unused)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GError) error = NULL;

  /* The connection breaks before the answer, each time it is tried. */
  for (guint i = 0; i < 4; i++)
    tern_mock_imap_server_cut (fixture->server, "UID STORE", 0);
  operation = fixture_apply (fixture, tern_operation_new_flags (&id, 1, TERN_FLAGS_FLAGGED, 0));
  g_assert_false (fixture_flush (fixture, &error));
  g_assert_true (tern_error_is_transport (error));
  g_clear_error (&error);
  g_assert_true (flags_of (fixture, id) & TERN_FLAGS_FLAGGED);

  /* A later start sends it without being asked. */
  fixture_restart (fixture);
  for (guint i = 0; i < 4; i++)
    {
      g_clear_error (&error);
      if (fixture_flush (fixture, &error))
        break;
    }
  g_assert_no_error (error);
  g_assert_true (server_has_flag (fixture, "INBOX", 5, "\\Flagged"));
  g_assert_true (flags_of (fixture, id) & TERN_FLAGS_FLAGGED);
}

static void
test_pending_change_outlives_a_sync (Fixture *fixture, gconstpointer unused)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    tern_mock_imap_server_cut (fixture->server, "UID STORE", 0);
  tern_mock_imap_server_set_handler (fixture->server, "UID STORE", NULL, NULL);
  operation = fixture_apply (fixture, tern_operation_new_flags (&id, 1, TERN_FLAGS_FLAGGED, 0));
  fixture_flush (fixture, NULL);
  tern_mock_imap_server_set_flags (fixture->server, "INBOX", 5, "\\Answered");
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  /* What the server says of other flags is taken; the user's own is kept. */
  g_assert_cmpuint (flags_of (fixture, id) & (TERN_FLAGS_FLAGGED | TERN_FLAGS_ANSWERED), ==,
                    TERN_FLAGS_FLAGGED | TERN_FLAGS_ANSWERED);
}

static void
test_refused_sign_in (Fixture *fixture, gconstpointer unused)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GError) error = NULL;
  guint n;

  tern_mock_imap_server_set_login (fixture->server, "user", "changed");
  fixture_restart (fixture);
  tern_mock_imap_server_clear_log (fixture->server);
  operation = fixture_apply (fixture, tern_operation_new_flags (&id, 1, TERN_FLAGS_FLAGGED, 0));
  g_assert_false (fixture_flush (fixture, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
  g_clear_error (&error);
  n = tern_mock_imap_server_count_connections (fixture->server);
  g_assert_false (fixture_flush (fixture, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
  g_clear_error (&error);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (fixture->server), ==, n);

  /* The user refreshes, and this time it works. */
  tern_mock_imap_server_set_login (fixture->server, "user", "secret");
  {
    g_autoptr (GPtrArray) folders =
        tern_engine_read_folders (fixture->engine, fixture->account_id, &error);
    g_autoptr (GAsyncResult) result = NULL;

    tern_engine_sync_folder_async (fixture->engine,
                                   ((TernFolder *) g_ptr_array_index (folders, 0))->id,
                                   TERN_FETCH_FORCE, NULL, fixture_done_cb, &result);
    g_assert_true (
        tern_engine_sync_folder_finish (fixture->engine, fixture_wait (&result), &error));
  }
  tern_mock_imap_server_wait_command (fixture->server, "UID STORE", 1);
  g_assert_true (fixture_flush (fixture, &error));
  g_assert_true (server_has_flag (fixture, "INBOX", 5, "\\Flagged"));
}

static void
test_messages_of_two_folders (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernFolder) trash = NULL;
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernOperation) logged = NULL;
  g_autoptr (GError) error = NULL;
  gint64 ids[2];

  tern_mock_imap_server_add_letters (fixture->server, "Trash", 1);
  g_assert_true (fixture_sync (fixture, "Trash", &error));
  ids[0] = fixture_nth_message (fixture, "INBOX", 0);
  ids[1] = fixture_nth_message (fixture, "Trash", 0);
  operation = tern_operation_new_flags (ids, 2, TERN_FLAGS_FLAGGED, 0);
  tern_engine_apply_async (fixture->engine, operation, NULL, fixture_done_cb, &result);
  logged = tern_engine_apply_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_null (logged);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID);
}

static void
test_delete_for_good (Fixture *fixture, gconstpointer unused)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  operation = fixture_apply (fixture, tern_operation_new (TERN_OPERATION_DELETE, &id, 1));
  g_assert_true (fixture_flush (fixture, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (tern_mock_imap_server_count_messages (fixture->server, "INBOX"), ==, 4);
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "EXPUNGE"), ==, 0);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 4);

  tern_engine_undo_async (fixture->engine, operation, NULL, fixture_done_cb, &result);
  g_assert_false (tern_engine_undo_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define TEST(sentence, function)                                                                   \
  g_test_add ("/engine/operations/" sentence, Fixture, NULL, set_up_synced, function,              \
              fixture_tear_down)

  TEST ("a flag that the server refuses is undone and told", test_refused_flag);
  TEST ("a move that the server refuses brings the row back", test_refused_move);
  TEST ("a change is kept offline and sent by a later start", test_offline_change_is_sent_later);
  TEST ("a change that waits outlives a sync, and other flags follow the server",
        test_pending_change_outlives_a_sync);
  TEST ("an undo without a network brings the row back", test_undo_offline);
  TEST ("an undo of what may have been done loses nothing", test_undo_without_an_answer);
  TEST ("a move that is refused half way is shown as far as it went", test_move_refused_half_way);
  TEST ("a refused sign-in is not repeated, and what waits goes with the next connection",
        test_refused_sign_in);
  TEST ("messages of two folders are no one operation", test_messages_of_two_folders);
  TEST ("a flag is on screen at once and on the server afterwards", test_flag_reaches_the_server);
  TEST ("a change that changes nothing asks nobody", test_nothing_to_do);
  TEST ("a move is taken back by the contrary move", test_undo_of_a_move);
  TEST ("a letter that was moved here and is gone again is gone", test_moved_and_gone_again);
  TEST ("so it is where the folder was never looked into", test_moved_to_an_unknown_folder);
  TEST ("a change that waits is taken back without the server", test_undo_before_it_was_sent);
  TEST ("what is deleted for good is expunged by its UID", test_delete_for_good);

  return g_test_run ();
}
