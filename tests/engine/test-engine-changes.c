/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

#include "tern-error.h"

/* What the user does to mail and folders: how often the server is asked, in which steps, and what
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
  g_autoptr (GError) error = NULL;

  fixture_set_up (fixture, NULL);
  if (capabilities != NULL)
    tern_mock_imap_server_set_capabilities (fixture->server, capabilities, capabilities);
  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  g_assert_no_error (error);
  fixture_forget (fixture);
  struck_out = 0;
  g_signal_connect (fixture->engine, "struck-out", G_CALLBACK (struck_out_cb), NULL);
}

static void
flush (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture_flush (fixture, &error);
  g_assert_no_error (error);
}

/* Until the server is back from what it was told to do to the connections. */
static void
flush_at_last (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 6; i++)
    {
      g_clear_error (&error);
      if (fixture_flush (fixture, &error))
        break;
    }
  g_assert_no_error (error);
}

static void
apply (Fixture *fixture, TernOperation *asked)
{
  g_autoptr (TernOperation) operation = fixture_apply (fixture, asked);
}

static void
undo (Fixture *fixture, TernOperation *operation)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_engine_undo_async (fixture->engine, operation, NULL, fixture_done_cb, &result);
  tern_engine_undo_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
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

static guint
count_on_server (Fixture *fixture, const char *folder)
{
  return tern_mock_imap_server_count_messages (fixture->server, folder);
}

static void
check_rows (Fixture *fixture, const char *folder, guint n)
{
  g_assert_cmpuint (fixture_count_rows (fixture, folder), ==, n);
  g_assert_cmpuint (count_on_server (fixture, folder), ==, n);
}

static gint64
folder_id (Fixture *fixture, const char *path)
{
  g_autoptr (TernFolder) folder = fixture_get_folder (fixture, path);

  return folder->id;
}

static gboolean
has_folder (Fixture *fixture, const char *path)
{
  g_autoptr (GPtrArray) folders =
      tern_engine_read_folders (fixture->engine, fixture->account_id, NULL);

  for (guint i = 0; i < folders->len; i++)
    if (g_strcmp0 (((TernFolder *) folders->pdata[i])->path, path) == 0)
      return TRUE;
  return FALSE;
}

static GArray *
all_ids (Fixture *fixture, const char *path)
{
  g_autoptr (GPtrArray) rows = NULL;
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  rows = tern_engine_read_page (fixture->engine, folder_id (fixture, path), NULL, 100000, NULL);
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

  apply (fixture, tern_operation_new_flags (&id, 1, TERN_FLAGS_ANSWERED, 0));
  flush (fixture);
  tern_mock_imap_server_clear_log (fixture->server);
  tern_mock_imap_server_hold (fixture->server);
  apply (fixture, tern_operation_new_flags (&id, 1, TERN_FLAGS_FLAGGED, 0));
  tern_mock_imap_server_wait_command (fixture->server, "UID STORE", 1);
}

static void
unblock (Fixture *fixture)
{
  tern_mock_imap_server_release (fixture->server);
  flush (fixture);
}

/* --- Joining --- */

static void
test_read_unread_read (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);

  block (fixture);
  apply (fixture, tern_operation_new_flags (&id, 1, TERN_FLAGS_SEEN, 0));
  apply (fixture, tern_operation_new_flags (&id, 1, 0, TERN_FLAGS_SEEN));
  apply (fixture, tern_operation_new_flags (&id, 1, TERN_FLAGS_SEEN, 0));
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
  apply (fixture, tern_operation_new_flags (&id, 1, TERN_FLAGS_FLAGGED, 0));
  apply (fixture, tern_operation_new_flags (&id, 1, 0, TERN_FLAGS_FLAGGED));
  apply (fixture, tern_operation_new_keywords (&id, 1, "work", NULL));
  apply (fixture, tern_operation_new_keywords (&id, 1, NULL, "work"));
  unblock (fixture);
  g_assert_cmpuint (count (fixture, "UID STORE"), ==, 1);
}

static void
test_one_after_another (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) ids = all_ids (fixture, "INBOX");

  block (fixture);
  for (guint i = 0; i < 4; i++)
    apply (fixture,
           tern_operation_new_flags (&g_array_index (ids, gint64, i), 1, TERN_FLAGS_FORWARDED, 0));
  for (guint i = 0; i < 4; i++)
    apply (fixture, tern_operation_new_move (&g_array_index (ids, gint64, i), 1,
                                             folder_id (fixture, "Archive")));
  unblock (fixture);
  g_assert_cmpuint (count (fixture, "UID STORE"), ==, 2);
  g_assert_cmpuint (count (fixture, "UID MOVE"), ==, 1);
  g_assert_true (server_has_flag (fixture, "Archive", 1, "$Forwarded"));
  check_rows (fixture, "Archive", 4);
  check_rows (fixture, "INBOX", 1);
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
  apply (fixture, tern_operation_new_flags (IDS (ids), TERN_FLAGS_FLAGGED, 0));
  apply (fixture, tern_operation_new_move (IDS (ids), folder_id (fixture, "Archive")));
  flush (fixture);
  g_assert_cmpuint (count (fixture, "UID STORE"), ==, 1);
  g_assert_cmpuint (count (fixture, "UID MOVE"), ==, 1);
  check_rows (fixture, "Archive", 500);
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
  flush (fixture);
  g_assert_true (server_has_flag (fixture, "INBOX", 5, "work"));
  undo (fixture, operation);
  flush (fixture);
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
  apply (fixture, tern_operation_new_keywords (&id, 1, "work", NULL));
  flush (fixture);
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

  flush (fixture);
  g_assert_true (server_has_flag (fixture, "Junk", 1, "$Junk"));
  check_rows (fixture, "Junk", 1);
  undo (fixture, operation);
  flush (fixture);
  g_assert_false (server_has_flag (fixture, "INBOX", 6, "$Junk"));
  check_rows (fixture, "INBOX", 5);
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
  tern_engine_mark_folder_read_async (fixture->engine, folder_id (fixture, "INBOX"), NULL,
                                      fixture_done_cb, &result);
  operation = tern_engine_apply_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  flush (fixture);
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
  operation =
      fixture_apply (fixture, tern_operation_new_copy (&id, 1, folder_id (fixture, "Archive")));
  g_assert_cmpuint (fixture_count_rows (fixture, "Archive"), ==, 1);
  tern_mock_imap_server_release (fixture->server);
  flush (fixture);
  check_rows (fixture, "Archive", 1);
  check_rows (fixture, "INBOX", 5);
  undo (fixture, operation);
  flush (fixture);
  check_rows (fixture, "Archive", 0);
  check_rows (fixture, "INBOX", 5);
}

static void
test_refused_copy (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);

  tern_mock_imap_server_reply (fixture->server, "UID COPY", "$TAG NO [OVERQUOTA] full\r\n");
  apply (fixture, tern_operation_new_copy (&id, 1, folder_id (fixture, "Archive")));
  flush (fixture);
  g_assert_error (fixture->failure, TERN_ERROR, TERN_ERROR_REFUSED);
  check_rows (fixture, "Archive", 0);
  check_rows (fixture, "INBOX", 5);
}

/* The answer to COPY is lost, the program ends, and a second copy is made by nobody. */
static void
test_copied_once (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_cut (fixture->server, "UID COPY", 0);
  tern_mock_imap_server_cut (fixture->server, "UID FETCH", 0);
  apply (fixture, tern_operation_new_move (&id, 1, folder_id (fixture, "Archive")));
  fixture_flush (fixture, NULL);
  fixture_restart (fixture);
  flush_at_last (fixture);
  g_assert_cmpuint (count (fixture, "UID COPY"), ==, 1);
  g_assert_cmpuint (count_on_server (fixture, "Archive"), ==, 1);
  g_assert_cmpuint (count_on_server (fixture, "INBOX"), ==, 4);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  g_assert_true (fixture_sync (fixture, "Archive", &error));
  check_rows (fixture, "Archive", 1);
  check_rows (fixture, "INBOX", 4);
}

/* The answers to the removal are lost: it is asked again, and nothing is copied. */
static void
test_removed_after_a_copy (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);

  for (guint i = 0; i < 2; i++)
    tern_mock_imap_server_cut (fixture->server, "UID STORE", 0);
  apply (fixture, tern_operation_new_move (&id, 1, folder_id (fixture, "Archive")));
  fixture_flush (fixture, NULL);
  fixture_restart (fixture);
  flush_at_last (fixture);
  g_assert_cmpuint (count (fixture, "UID COPY"), ==, 1);
  check_rows (fixture, "Archive", 1);
  check_rows (fixture, "INBOX", 4);
  g_assert_cmpint (fixture_nth_message (fixture, "Archive", 0), ==, id);
}

static void
test_struck_out (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);

  apply (fixture, tern_operation_new_move (&id, 1, folder_id (fixture, "Archive")));
  flush (fixture);
  g_assert_cmpuint (struck_out, ==, 1);
  g_assert_cmpuint (count (fixture, "EXPUNGE"), ==, 0);
  check_rows (fixture, "Archive", 1);
  check_rows (fixture, "INBOX", 5);
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
  g_assert_false (has_folder (fixture, "Trash"));
  apply (fixture, tern_operation_new_move_to_role (&id, 1, TERN_FOLDER_ROLE_TRASH));
  flush (fixture);
  trash = fixture_get_folder (fixture, "Trash");
  g_assert_cmpint (trash->role, ==, TERN_FOLDER_ROLE_TRASH);
  check_rows (fixture, "Trash", 1);
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
  tern_engine_empty_folder_async (fixture->engine, folder_id (fixture, "Trash"), NULL,
                                  fixture_done_cb, &emptied);
  operation = tern_engine_apply_finish (fixture->engine, fixture_wait (&emptied), &error);
  g_assert_no_error (error);
  flush (fixture);
  g_assert_cmpuint (count_on_server (fixture, "Trash"), ==, 1);
  g_assert_cmpuint (fixture_count_rows (fixture, "Trash"), ==, 0);

  tern_engine_empty_folder_async (fixture->engine, folder_id (fixture, "INBOX"), NULL,
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
  tern_engine_expunge_folder_async (fixture->engine, folder_id (fixture, "INBOX"), NULL,
                                    fixture_done_cb, &result);
  operation = tern_engine_apply_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  flush (fixture);
  g_assert_cmpuint (count_on_server (fixture, "INBOX"), ==, 4);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 4);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  check_rows (fixture, "INBOX", 4);
}

/* --- Folders --- */

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
  apply (fixture, tern_operation_new_move (&id, 1, inner->folder_id));
  g_assert_true (has_folder (fixture, "Clients/Büro"));
  tern_mock_imap_server_release (fixture->server);
  flush (fixture);
  g_assert_true (tern_mock_imap_server_has_folder (fixture->server, "Clients/B&APw-ro"));
  g_assert_cmpuint (count_on_server (fixture, "Clients/B&APw-ro"), ==, 1);
  g_assert_cmpuint (fixture_count_rows (fixture, "Clients/Büro"), ==, 1);
  g_assert_cmpint (folder_id (fixture, "Clients/Büro"), ==, inner->folder_id);
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
  apply (fixture, tern_operation_new_move (&id, 1, create->folder_id));
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 4);
  tern_mock_imap_server_release (fixture->server);
  flush (fixture);
  g_assert_nonnull (fixture->failure);
  g_assert_false (has_folder (fixture, "Clients"));
  check_rows (fixture, "INBOX", 5);
}

static void
test_undo_of_create (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TernOperation) create =
      fixture_apply (fixture, tern_operation_new_create_folder (fixture->account_id, 0, "Clients"));

  flush (fixture);
  g_assert_true (tern_mock_imap_server_has_folder (fixture->server, "Clients"));
  tern_mock_imap_server_add_letters (fixture->server, "Clients", 1);
  undo (fixture, create);
  flush (fixture);
  g_assert_nonnull (fixture->failure);
  g_assert_true (has_folder (fixture, "Clients"));
  tern_mock_imap_server_remove_message (fixture->server, "Clients", 1);
  undo (fixture, create);
  flush (fixture);
  g_assert_false (has_folder (fixture, "Clients"));
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
  id = folder_id (fixture, "Archive");
  rename = fixture_apply (fixture, tern_operation_new_rename_folder (id, 0, "Old"));
  g_assert_true (has_folder (fixture, "Old/2024"));
  g_assert_false (has_folder (fixture, "Archive"));
  flush (fixture);
  g_assert_true (tern_mock_imap_server_has_folder (fixture->server, "Old/2024"));
  g_assert_cmpint (folder_id (fixture, "Old"), ==, id);
  g_assert_true (fixture_sync (fixture, "Old/2024", &error));
  g_assert_cmpint (fixture_nth_message (fixture, "Old/2024", 0), ==, message);
  undo (fixture, rename);
  flush (fixture);
  g_assert_true (tern_mock_imap_server_has_folder (fixture->server, "Archive/2024"));
  g_assert_true (has_folder (fixture, "Archive/2024"));
}

/* The server has renamed it, its answer is lost, and the list of folders comes first. */
static void
test_rename_without_an_answer (Fixture *fixture, gconstpointer data)
{
  gint64 id = folder_id (fixture, "Archive");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 message;

  tern_mock_imap_server_add_letters (fixture->server, "Archive", 2);
  g_assert_true (fixture_sync (fixture, "Archive", &error));
  message = fixture_nth_message (fixture, "Archive", 0);
  for (guint i = 0; i < 2; i++)
    tern_mock_imap_server_cut (fixture->server, "RENAME", 0);
  apply (fixture, tern_operation_new_rename_folder (id, 0, "Old"));
  fixture_flush (fixture, NULL);
  fixture_restart (fixture);
  tern_engine_refresh_folders_async (fixture->engine, fixture->account_id, TERN_FETCH_FORCE, NULL,
                                     fixture_done_cb, &result);
  tern_engine_refresh_folders_finish (fixture->engine, fixture_wait (&result), NULL);
  flush_at_last (fixture);
  g_assert_null (fixture->failure);
  g_assert_cmpint (folder_id (fixture, "Old"), ==, id);
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
  flush_at_last (fixture);
  g_assert_null (fixture->failure);
  g_assert_cmpuint (created, ==, 1);
  g_assert_true (has_folder (fixture, "Clients"));

  tern_mock_imap_server_set_handler (fixture->server, "DELETE", refuse_without_a_code, &removed);
  tern_mock_imap_server_cut (fixture->server, "DELETE", 0);
  apply (fixture, tern_operation_new_delete_folder (create->folder_id));
  flush_at_last (fixture);
  g_assert_null (fixture->failure);
  g_assert_cmpuint (removed, ==, 1);
  g_assert_false (has_folder (fixture, "Clients"));
}

static void
test_refused_rename (Fixture *fixture, gconstpointer data)
{
  tern_mock_imap_server_reply (fixture->server, "RENAME", "$TAG NO [CANNOT] no\r\n");
  apply (fixture, tern_operation_new_rename_folder (folder_id (fixture, "Archive"), 0, "Old"));
  flush (fixture);
  g_assert_error (fixture->failure, TERN_ERROR, TERN_ERROR_REFUSED);
  g_assert_true (has_folder (fixture, "Archive"));
  g_assert_false (has_folder (fixture, "Old"));
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
  refuse (fixture, tern_operation_new_delete_folder (folder_id (fixture, "INBOX")),
          TERN_ERROR_INVALID);
  refuse (fixture, tern_operation_new_rename_folder (folder_id (fixture, "INBOX"), 0, "x"),
          TERN_ERROR_INVALID);
  refuse (fixture,
          tern_operation_new_rename_folder (folder_id (fixture, "Junk"),
                                            folder_id (fixture, "Junk"), "x"),
          TERN_ERROR_INVALID);
}

static void
test_delete_folder (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TernOperation) operation = NULL;
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);

  apply (fixture, tern_operation_new_move (&id, 1, folder_id (fixture, "Archive")));
  flush (fixture);
  apply (fixture, tern_operation_new_subscribe (folder_id (fixture, "Archive"), FALSE));
  operation =
      fixture_apply (fixture, tern_operation_new_delete_folder (folder_id (fixture, "Archive")));
  g_assert_false (has_folder (fixture, "Archive"));
  flush (fixture);
  g_assert_false (tern_mock_imap_server_has_folder (fixture->server, "Archive"));
  g_assert_cmpuint (count (fixture, "UNSUBSCRIBE"), ==, 2);
  g_assert_null (tern_engine_read_message (fixture->engine, id, NULL));
}

/* --- Letters --- */

static void
test_append (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) letter = g_bytes_new_static (LETTER, strlen (LETTER));
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_cut (fixture->server, "APPEND", 0);
  tern_mock_imap_server_cut (fixture->server, "UID FETCH", 0);
  apply (fixture, tern_operation_new_append (folder_id (fixture, "Drafts"), letter,
                                             TERN_FLAGS_DRAFT | TERN_FLAGS_SEEN, 1700000000));
  fixture_flush (fixture, NULL);
  fixture_restart (fixture);
  flush_at_last (fixture);
  g_assert_cmpuint (count (fixture, "APPEND"), ==, 1);
  g_assert_true (fixture_sync (fixture, "Drafts", &error));
  check_rows (fixture, "Drafts", 1);
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

  apply (fixture, tern_operation_new_append (folder_id (fixture, "Drafts"), letter, 0, 0));
  flush (fixture);
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
  ADD ("a refused folder takes back what was moved into it", NULL, test_refused_create);
  ADD ("a refused name is taken back", NULL, test_refused_rename);
  ADD ("a name that was given without an answer is kept", NULL, test_rename_without_an_answer);
  ADD ("a folder that was made or removed without an answer is not called refused", NULL,
       test_folder_without_an_answer);
  ADD ("names and places that cannot be are refused at once", NULL, test_impossible_names);
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
  ADD ("folders can be made, and moved into, before the server knows", NULL, test_create);
  ADD ("a new folder goes again, but not with mail in it", NULL, test_undo_of_create);
  ADD ("a renamed folder keeps its mail", NULL, test_rename);
  ADD ("a removed folder is gone with its mail", NULL, test_delete_folder);
  return g_test_run ();
}
