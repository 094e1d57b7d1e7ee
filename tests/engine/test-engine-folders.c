/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-changes-fixture.h"

#include "tern-error.h"

/* What the user does to folders: when it shows, what is asked, and what is taken back. */

static void
test_create (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) inner = NULL;
  g_autoptr (TernOperation) outer = NULL;

  tern_mock_imap_server_hold (fixture->server);
  outer =
      fixture_apply (fixture, tern_operation_new_create_folder (fixture->account_id, 0, "Clients"));
  inner = fixture_apply (
      fixture, tern_operation_new_create_folder (fixture->account_id, outer->folder_id, "Büro"));
  changes_apply (fixture, tern_operation_new_move (&id, 1, inner->folder_id));
  g_assert_true (changes_has_folder (fixture, "Clients/Büro"));
  tern_mock_imap_server_release (fixture->server);
  changes_flush (fixture);
  g_assert_true (tern_mock_imap_server_has_folder (fixture->server, "Clients/B&APw-ro"));
  g_assert_cmpuint (changes_count_on_server (fixture, "Clients/B&APw-ro"), ==, 1);
  g_assert_cmpuint (fixture_count_rows (fixture, "Clients/Büro"), ==, 1);
  g_assert_cmpint (changes_folder_id (fixture, "Clients/Büro"), ==, inner->folder_id);
}

static void
test_refused_create (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) create = NULL;

  tern_mock_imap_server_reply (fixture->server, "CREATE", "$TAG NO [NOPERM] no\r\n");
  tern_mock_imap_server_hold (fixture->server);
  create =
      fixture_apply (fixture, tern_operation_new_create_folder (fixture->account_id, 0, "Clients"));
  changes_apply (fixture, tern_operation_new_move (&id, 1, create->folder_id));
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 4);
  tern_mock_imap_server_release (fixture->server);
  changes_flush (fixture);
  g_assert_nonnull (fixture->failure);
  g_assert_false (changes_has_folder (fixture, "Clients"));
  changes_check_rows (fixture, "INBOX", 5);
}

static void
test_undo_of_create (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TernOperation) create =
      fixture_apply (fixture, tern_operation_new_create_folder (fixture->account_id, 0, "Clients"));

  changes_flush (fixture);
  g_assert_true (tern_mock_imap_server_has_folder (fixture->server, "Clients"));
  tern_mock_imap_server_add_letters (fixture->server, "Clients", 1);
  changes_undo (fixture, create);
  changes_flush (fixture);
  g_assert_nonnull (fixture->failure);
  g_assert_true (changes_has_folder (fixture, "Clients"));
  tern_mock_imap_server_remove_message (fixture->server, "Clients", 1);
  changes_undo (fixture, create);
  changes_flush (fixture);
  g_assert_false (changes_has_folder (fixture, "Clients"));
  g_assert_false (tern_mock_imap_server_has_folder (fixture->server, "Clients"));
}

static void
test_rename (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TernOperation) rename = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id, message;

  tern_mock_imap_server_add_folder (fixture->server, "Archive/2024", "");
  tern_mock_imap_server_add_letters (fixture->server, "Archive/2024", 2);
  tern_engine_refresh_folders_async (fixture->engine, fixture->account_id, TERN_FETCH_FORCE, NULL,
                                     fixture_done_cb, &result);
  g_assert_true (
      tern_engine_refresh_folders_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_true (fixture_sync (fixture, "Archive/2024", &error));
  message = fixture_nth_message (fixture, "Archive/2024", 0);
  id = changes_folder_id (fixture, "Archive");
  rename = fixture_apply (fixture, tern_operation_new_rename_folder (id, 0, "Old"));
  g_assert_true (changes_has_folder (fixture, "Old/2024"));
  g_assert_false (changes_has_folder (fixture, "Archive"));
  changes_flush (fixture);
  g_assert_true (tern_mock_imap_server_has_folder (fixture->server, "Old/2024"));
  g_assert_cmpint (changes_folder_id (fixture, "Old"), ==, id);
  g_assert_true (fixture_sync (fixture, "Old/2024", &error));
  g_assert_cmpint (fixture_nth_message (fixture, "Old/2024", 0), ==, message);
  changes_undo (fixture, rename);
  changes_flush (fixture);
  g_assert_true (tern_mock_imap_server_has_folder (fixture->server, "Archive/2024"));
  g_assert_true (changes_has_folder (fixture, "Archive/2024"));
}

/* The server has renamed it, its answer is lost, and the list of folders comes first. */
static void
test_rename_without_an_answer (Fixture *fixture, gconstpointer data)
{
  gint64 id = changes_folder_id (fixture, "Archive");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 message;

  tern_mock_imap_server_add_letters (fixture->server, "Archive", 2);
  g_assert_true (fixture_sync (fixture, "Archive", &error));
  message = fixture_nth_message (fixture, "Archive", 0);
  for (guint i = 0; i < 2; i++)
    tern_mock_imap_server_cut (fixture->server, "RENAME", 0);
  changes_apply (fixture, tern_operation_new_rename_folder (id, 0, "Old"));
  fixture_flush (fixture, NULL);
  fixture_restart (fixture);
  tern_engine_refresh_folders_async (fixture->engine, fixture->account_id, TERN_FETCH_FORCE, NULL,
                                     fixture_done_cb, &result);
  tern_engine_refresh_folders_finish (fixture->engine, fixture_wait (&result), NULL);
  changes_flush_at_last (fixture);
  g_assert_null (fixture->failure);
  g_assert_cmpint (changes_folder_id (fixture, "Old"), ==, id);
  g_assert_cmpint (fixture_nth_message (fixture, "Old", 0), ==, message);
}

/* A server without the codes of RFC 5530; a command that is cut does not come here. */
static char *
refuse_without_a_code (TernMockImapServer *server,
                       const TernMockImapCommand *command,
                       gpointer user_data)
{
  ++*(guint *) user_data;
  return g_strdup ("$TAG NO no\r\n");
}

static void
test_folder_without_an_answer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TernOperation) create = NULL;
  guint created = 0, removed = 0;

  tern_mock_imap_server_set_handler (fixture->server, "CREATE", refuse_without_a_code, &created);
  tern_mock_imap_server_cut (fixture->server, "CREATE", 0);
  create =
      fixture_apply (fixture, tern_operation_new_create_folder (fixture->account_id, 0, "Clients"));
  changes_flush_at_last (fixture);
  g_assert_null (fixture->failure);
  g_assert_cmpuint (created, ==, 1);
  g_assert_true (changes_has_folder (fixture, "Clients"));

  tern_mock_imap_server_set_handler (fixture->server, "DELETE", refuse_without_a_code, &removed);
  tern_mock_imap_server_cut (fixture->server, "DELETE", 0);
  changes_apply (fixture, tern_operation_new_delete_folder (create->folder_id));
  changes_flush_at_last (fixture);
  g_assert_null (fixture->failure);
  g_assert_cmpuint (removed, ==, 1);
  g_assert_false (changes_has_folder (fixture, "Clients"));
}

static void
test_refused_rename (Fixture *fixture, gconstpointer data)
{
  tern_mock_imap_server_reply (fixture->server, "RENAME", "$TAG NO [CANNOT] no\r\n");
  changes_apply (
      fixture, tern_operation_new_rename_folder (changes_folder_id (fixture, "Archive"), 0, "Old"));
  changes_flush (fixture);
  g_assert_error (fixture->failure, TERN_ERROR, TERN_ERROR_REFUSED);
  g_assert_true (changes_has_folder (fixture, "Archive"));
  g_assert_false (changes_has_folder (fixture, "Old"));
}

static void
refuse (Fixture *fixture, TernOperation *asked, TernError code)
{
  g_autoptr (TernOperation) operation = asked;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_engine_apply_async (fixture->engine, operation, NULL, fixture_done_cb, &result);
  g_assert_null (tern_engine_apply_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_error (error, TERN_ERROR, (int) code);
}

static void
test_impossible_names (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "", " ", "a/b", "a*", "in\nbox", "inbox", "Trash", "\xff" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    refuse (fixture, tern_operation_new_create_folder (fixture->account_id, 0, names[i]),
            TERN_ERROR_INVALID);
  refuse (fixture, tern_operation_new_delete_folder (changes_folder_id (fixture, "INBOX")),
          TERN_ERROR_INVALID);
  refuse (fixture, tern_operation_new_rename_folder (changes_folder_id (fixture, "INBOX"), 0, "x"),
          TERN_ERROR_INVALID);
  refuse (fixture,
          tern_operation_new_rename_folder (changes_folder_id (fixture, "Junk"),
                                            changes_folder_id (fixture, "Junk"), "x"),
          TERN_ERROR_INVALID);
}

static void
test_delete_folder (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TernOperation) operation = NULL;
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);

  changes_apply (fixture, tern_operation_new_move (&id, 1, changes_folder_id (fixture, "Archive")));
  changes_flush (fixture);
  changes_apply (fixture,
                 tern_operation_new_subscribe (changes_folder_id (fixture, "Archive"), FALSE));
  operation = fixture_apply (
      fixture, tern_operation_new_delete_folder (changes_folder_id (fixture, "Archive")));
  g_assert_false (changes_has_folder (fixture, "Archive"));
  changes_flush (fixture);
  g_assert_false (tern_mock_imap_server_has_folder (fixture->server, "Archive"));
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "UNSUBSCRIBE"), ==, 2);
  g_assert_null (tern_engine_read_message (fixture->engine, id, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func)                                                                            \
  g_test_add ("/engine/folders/" name, Fixture, NULL, changes_set_up, func, fixture_tear_down)

  ADD ("a refused folder takes back what was moved into it", test_refused_create);
  ADD ("a refused name is taken back", test_refused_rename);
  ADD ("a name that was given without an answer is kept", test_rename_without_an_answer);
  ADD ("a folder that was made or removed without an answer is not called refused",
       test_folder_without_an_answer);
  ADD ("names and places that cannot be are refused at once", test_impossible_names);
  ADD ("folders can be made, and moved into, before the server knows", test_create);
  ADD ("a new folder goes again, but not with mail in it", test_undo_of_create);
  ADD ("a renamed folder keeps its mail", test_rename);
  ADD ("a removed folder is gone with its mail", test_delete_folder);
  return g_test_run ();
}
