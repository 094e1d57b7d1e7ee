/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

#include "tern-error.h"

#define GMAIL "IMAP4rev1 LITERAL+ UIDPLUS MOVE CONDSTORE ENABLE SPECIAL-USE X-GM-EXT-1 ID"
#define OBJECTID "IMAP4rev1 LITERAL+ UIDPLUS MOVE CONDSTORE ENABLE SPECIAL-USE OBJECTID"
#define ALL "[Gmail]/All Mail"

static void
set_item (Fixture *fixture, const char *folder, guint32 uid, const char *item, const char *value)
{
  tern_mock_imap_server_set_section (fixture->server, folder, uid, item, value, strlen (value));
}

static void
name_letter (Fixture *fixture, const char *folder, guint32 uid, guint number, const char *labels)
{
  g_autofree char *id = g_strdup_printf ("1278455344230334%03u", number);
  g_autofree char *email = g_strdup_printf ("(M%u)", number);

  set_item (fixture, folder, uid, "X-GM-MSGID", id);
  set_item (fixture, folder, uid, "X-GM-THRID", "99");
  set_item (fixture, folder, uid, "X-GM-LABELS", labels);
  set_item (fixture, folder, uid, "EMAILID", email);
  set_item (fixture, folder, uid, "THREADID", "NIL");
}

/* Five letters in INBOX, and the same five in the folder of all mail. */
static void
set_up (Fixture *fixture, gconstpointer capabilities)
{
  fixture_set_up (fixture, NULL);
  tern_mock_imap_server_set_capabilities (fixture->server, "IMAP4rev1", capabilities);
  if (g_str_equal (capabilities, GMAIL))
    tern_mock_imap_server_set_identity (fixture->server, "Gimap ready for requests",
                                        "(\"name\" \"GImap\" \"vendor\" \"Google, Inc.\")");
  tern_mock_imap_server_add_folder (fixture->server, "[Gmail]", "\\Noselect \\HasChildren");
  tern_mock_imap_server_add_folder (fixture->server, ALL, "\\All \\HasNoChildren");
  tern_mock_imap_server_add_letters (fixture->server, ALL, 5);
  for (guint i = 1; i <= 5; i++)
    {
      name_letter (fixture, "INBOX", i, i, "(\"\\\\Important\" Work \"Zwei W&APY-rter\")");
      name_letter (fixture, ALL, i, i, "(\"\\\\Inbox\" Work)");
    }
  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  g_assert_true (fixture_sync (fixture, ALL, NULL));
}

static TernMessage *
get_message (Fixture *fixture, const char *path, guint n)
{
  g_autoptr (TernFolder) folder = fixture_get_folder (fixture, path);
  g_autoptr (GPtrArray) rows =
      tern_engine_read_page (fixture->engine, folder->id, NULL, 1000, NULL);

  g_assert_cmpuint (n, <, rows->len);
  return tern_message_ref (g_ptr_array_index (rows, n));
}

static TernFlags
get_flags (Fixture *fixture, const char *path, guint n)
{
  g_autoptr (TernMessage) message = get_message (fixture, path, n);

  return message->flags;
}

static gint
get_unread (Fixture *fixture, const char *path)
{
  g_autoptr (TernFolder) folder = fixture_get_folder (fixture, path);

  return folder->unread;
}

static void
test_refused_flag (Fixture *fixture, gconstpointer unused)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) flag = NULL;

  tern_mock_imap_server_reply (fixture->server, "UID STORE", "$TAG NO [CANNOT] no\r\n");
  flag = fixture_apply (fixture,
                        tern_operation_new_flags (&id, 1, TERN_FLAGS_FLAGGED, TERN_FLAGS_NONE));
  while (fixture->failed_operation == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (get_flags (fixture, "INBOX", 0) & TERN_FLAGS_FLAGGED, ==, 0);
  g_assert_cmpuint (get_flags (fixture, ALL, 0) & TERN_FLAGS_FLAGGED, ==, 0);
}

static void
test_own_flag (Fixture *fixture, gconstpointer unused)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  gint unread = get_unread (fixture, ALL);
  g_autoptr (TernOperation) flag = NULL;

  g_assert_cmpuint (get_flags (fixture, ALL, 0) & TERN_FLAGS_SEEN, ==, 0);
  tern_mock_imap_server_hold (fixture->server);
  flag =
      fixture_apply (fixture, tern_operation_new_flags (&id, 1, TERN_FLAGS_SEEN, TERN_FLAGS_NONE));
  g_assert_cmpuint (get_flags (fixture, ALL, 0) & TERN_FLAGS_SEEN, !=, 0);
  g_assert_cmpint (get_unread (fixture, ALL), ==, unread - 1);
  tern_mock_imap_server_release (fixture->server);
  g_assert_true (fixture_flush (fixture, NULL));
  g_assert_cmpuint (get_flags (fixture, ALL, 0) & TERN_FLAGS_SEEN, !=, 0);
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "UID STORE"), ==, 1);
}

static void
test_flag_elsewhere (Fixture *fixture, gconstpointer unused)
{
  gint unread = get_unread (fixture, ALL);

  tern_mock_imap_server_set_flags (fixture->server, "INBOX", 5, "\\Seen \\Flagged");
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  g_assert_cmpuint (get_flags (fixture, ALL, 0), ==, TERN_FLAGS_SEEN | TERN_FLAGS_FLAGGED);
  g_assert_cmpint (get_unread (fixture, ALL), ==, unread - 1);
}

static void
test_marked_for_removal (Fixture *fixture, gconstpointer unused)
{
  tern_mock_imap_server_set_flags (fixture->server, "INBOX", 5, "\\Deleted");
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  g_assert_cmpuint (get_flags (fixture, ALL, 0) & TERN_FLAGS_DELETED, ==, 0);
}

static void
test_labels (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernMessage) before = get_message (fixture, "INBOX", 0);
  g_autoptr (TernMessage) after = NULL;

  g_assert_cmpstr (before->labels, ==, "Work\nZwei Wörter");
  g_assert_cmpstr (before->thread, ==, "gm 99");
  set_item (fixture, "INBOX", 5, "X-GM-LABELS", "(\"A \\\"B\\\"\")");
  tern_mock_imap_server_set_flags (fixture->server, "INBOX", 5, "\\Seen");
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  after = get_message (fixture, "INBOX", 0);
  g_assert_cmpstr (after->labels, ==, "A \"B\"");
}

static void
test_one_body (Fixture *fixture, gconstpointer unused)
{
  static const char *const folders[] = { "INBOX", ALL };
  guint asked = 0;

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (TernLetter) letter = NULL;

      tern_engine_open_letter_async (fixture->engine, fixture_nth_message (fixture, folders[i], 2),
                                     TERN_FETCH_VALIDATE, NULL, fixture_done_cb, &result);
      letter = tern_engine_open_letter_finish (fixture->engine, fixture_wait (&result), NULL);
      g_assert_nonnull (letter);
      if (i > 0)
        g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "UID FETCH"), ==, asked);
      asked = tern_mock_imap_server_count (fixture->server, "UID FETCH");
    }
}

static void
test_trash (Fixture *fixture, gconstpointer unused)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernFolder) trash = fixture_get_folder (fixture, "Trash");
  g_autoptr (TernOperation) move = NULL;

  move = fixture_apply (fixture, tern_operation_new_move (&id, 1, trash->id));
  g_assert_true (fixture_flush (fixture, NULL));
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "UID MOVE"), ==, 0);
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "UID COPY"), ==, 1);
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "UID EXPUNGE"), ==, 0);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 4);
  g_assert_cmpuint (fixture_count_rows (fixture, "Trash"), ==, 1);
}

/* RFC 8474: the content is the same, the flags are each mailbox's own. */
static void
test_objectid (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernMessage) here = get_message (fixture, "INBOX", 0);
  g_autoptr (TernMessage) there = get_message (fixture, ALL, 0);

  g_assert_cmpstr (here->global_id, ==, "id M5");
  g_assert_cmpstr (there->global_id, ==, here->global_id);
  g_assert_null (here->labels);
  tern_mock_imap_server_set_flags (fixture->server, "INBOX", 5, "\\Seen \\Flagged");
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  g_assert_cmpuint (get_flags (fixture, ALL, 0), ==, TERN_FLAGS_NONE);
}

#define ADD(sentence, capabilities, function)                                                      \
  g_test_add ("/engine/gmail/" sentence, Fixture, capabilities, set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a flag that is refused is taken back in all folders", GMAIL, test_refused_flag);
  ADD ("a flag shows in all folders of its letter at once", GMAIL, test_own_flag);
  ADD ("a flag that was set elsewhere shows in all folders of its letter", GMAIL,
       test_flag_elsewhere);
  ADD ("what is marked for removal is so in its folder only", GMAIL, test_marked_for_removal);
  ADD ("labels are the user's own, decoded", GMAIL, test_labels);
  ADD ("a letter in two folders is fetched once", GMAIL, test_one_body);
  ADD ("a letter goes to Trash by a copy", GMAIL, test_trash);
  ADD ("by OBJECTID a letter is one and its flags are each folder's own", OBJECTID, test_objectid);
  ADD ("by OBJECTID a letter in two folders is fetched once", OBJECTID, test_one_body);
  return g_test_run ();
}
