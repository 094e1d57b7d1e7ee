/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-error.h"
#include "tern-outlook-fixture.h"

#include <string.h>

/* An account goes from one channel to the other and back: its mail and what waits in its log stay,
 * nothing is there twice, and nothing is lost. */

#define ALL "Letter 5:\nLetter 4:\nLetter 3:\nLetter 2:\nLetter 1:\n"

static void
assert_rows (Outlook *self, TernFolderRole role, const char *expected)
{
  g_autofree char *rows = outlook_describe (self, role);

  g_assert_cmpstr (rows, ==, expected);
}

/* The mail comes by IMAP from now on, or by Graph. */
static void
use_imap (Outlook *self)
{
  outlook_set_graph (self, OUTLOOK_UNREACHABLE);
  outlook_set_imap (self, OUTLOOK_HEALTHY);
}

static void
use_graph (Outlook *self)
{
  outlook_set_imap (self, OUTLOOK_UNREACHABLE);
  outlook_set_graph (self, OUTLOOK_HEALTHY);
}

static void
use_nothing (Outlook *self)
{
  outlook_set_imap (self, OUTLOOK_UNREACHABLE);
  outlook_set_graph (self, OUTLOOK_UNREACHABLE);
}

static void
assert_channel (Outlook *self, const char *expected)
{
  g_autofree char *channel = outlook_dup_channel (self);

  g_assert_cmpstr (channel, ==, expected);
}

static void
apply (Outlook *self, TernOperation *operation)
{
  g_autoptr (TernOperation) logged = fixture_apply (&self->base, operation);
}

static void
flush (Outlook *self)
{
  g_autoptr (GError) error = NULL;

  fixture_flush (&self->base, &error);
  g_assert_no_error (error);
}

static void
sync_folder (Outlook *self, TernFolderRole role)
{
  g_autoptr (GError) error = NULL;

  outlook_sync_folder (self, role, TERN_FETCH_FORCE, &error);
  g_assert_no_error (error);
}

static void
assert_opens_offline (Outlook *self, gint64 id, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernLetter) letter = outlook_open (self, id, TERN_FETCH_CACHED, &error);

  g_assert_no_error (error);
  g_assert_nonnull (strstr (letter->text, text));
}

static void
assert_imap (Outlook *self, const char *folder, const char *expected)
{
  g_autofree char *truth = tern_mock_imap_server_describe (self->base.server, folder);

  g_assert_cmpstr (truth, ==, expected);
}

static void
assert_graph (Outlook *self, const char *id, const char *expected)
{
  g_autofree char *truth = tern_mock_graph_describe (self->graph, id);

  g_assert_cmpstr (truth, ==, expected);
}

static void
start_by_graph (Outlook *self)
{
  outlook_add_account (self);
  outlook_assert_sync (self);
  sync_folder (self, TERN_FOLDER_ROLE_ARCHIVE);
  assert_channel (self, "graph");
}

/* --- Mail --- */

static void
test_mail (Outlook *self, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;
  gint64 ids[OUTLOOK_LETTERS];

  start_by_graph (self);
  for (guint i = 0; i < OUTLOOK_LETTERS; i++)
    ids[i] = fixture_nth_message (&self->base, "Inbox", i);
  letter = outlook_open (self, ids[3], TERN_FETCH_VALIDATE, NULL);
  g_assert_nonnull (letter);

  for (guint round = 0; round < 2; round++)
    {
      use_imap (self);
      outlook_assert_sync (self);
      assert_channel (self, "imap");
      assert_rows (self, TERN_FOLDER_ROLE_INBOX, ALL);
      assert_opens_offline (self, ids[3], "This is letter 2.");
      use_graph (self);
      outlook_restart (self, 61);
      outlook_assert_sync (self);
      assert_channel (self, "graph");
      assert_rows (self, TERN_FOLDER_ROLE_INBOX, ALL);
      assert_opens_offline (self, ids[3], "This is letter 2.");
      for (guint i = 0; i < OUTLOOK_LETTERS; i++)
        g_assert_cmpint (fixture_nth_message (&self->base, "Inbox", i), ==, ids[i]);
    }
  assert_rows (self, TERN_FOLDER_ROLE_ARCHIVE, "");
}

static void
test_offline (Outlook *self, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;
  gint64 id;

  start_by_graph (self);
  id = outlook_find (self, TERN_FOLDER_ROLE_INBOX, "Letter 2");
  letter = outlook_open (self, id, TERN_FETCH_VALIDATE, NULL);
  use_imap (self);
  g_assert_true (outlook_list_folders (self, NULL));
  /* Moved, and little or nothing is known of the letters by their new names yet. */
  use_nothing (self);
  outlook_sync (self, NULL);
  outlook_restart (self, 0);
  assert_rows (self, TERN_FOLDER_ROLE_INBOX, ALL);
  assert_opens_offline (self, id, "This is letter 2.");
}

/* --- What waits --- */

static void
test_pending (Outlook *self, gconstpointer unused)
{
  gint64 starred, archived, read;

  start_by_graph (self);
  starred = outlook_find (self, TERN_FOLDER_ROLE_INBOX, "Letter 3");
  archived = outlook_find (self, TERN_FOLDER_ROLE_INBOX, "Letter 4");
  read = outlook_find (self, TERN_FOLDER_ROLE_INBOX, "Letter 1");
  use_nothing (self);
  apply (self, tern_operation_new_flags (&starred, 1, TERN_FLAGS_FLAGGED, 0));
  apply (self, tern_operation_new_move_to_role (&archived, 1, TERN_FOLDER_ROLE_ARCHIVE));
  g_assert_false (fixture_flush (&self->base, NULL));
  outlook_restart (self, 0);

  use_imap (self);
  outlook_assert_sync (self);
  apply (self, tern_operation_new_flags (&read, 1, TERN_FLAGS_SEEN, 0));
  flush (self);
  assert_imap (self, "INBOX", "Letter 1: \\Seen\nLetter 2: \nLetter 3: \\Flagged\nLetter 5: \n");
  assert_imap (self, "Archive", "Letter 4: \n");
  assert_rows (self, TERN_FOLDER_ROLE_INBOX,
               "Letter 5:\nLetter 3: flagged\nLetter 2:\nLetter 1: seen\n");
  sync_folder (self, TERN_FOLDER_ROLE_ARCHIVE);
  assert_rows (self, TERN_FOLDER_ROLE_ARCHIVE, "Letter 4:\n");

  use_nothing (self);
  apply (self, tern_operation_new_flags (&archived, 1, TERN_FLAGS_FLAGGED, 0));
  apply (self, tern_operation_new_flags (&starred, 1, 0, TERN_FLAGS_FLAGGED));
  g_assert_false (fixture_flush (&self->base, NULL));
  outlook_mirror_to_graph (self);
  use_graph (self);
  outlook_assert_sync (self);
  sync_folder (self, TERN_FOLDER_ROLE_ARCHIVE);
  flush (self);
  assert_channel (self, "graph");
  assert_graph (self, "letter-4", "id-archive flagged");
  assert_graph (self, "letter-3", "id-inbox");
  assert_graph (self, "letter-1", "id-inbox read");
  assert_rows (self, TERN_FOLDER_ROLE_INBOX, "Letter 5:\nLetter 3:\nLetter 2:\nLetter 1: seen\n");
  assert_rows (self, TERN_FOLDER_ROLE_ARCHIVE, "Letter 4: flagged\n");
}

/* What was asked of Graph is done, but nobody hears of it; IMAP comes next. */
static void
lose_graph_answer (Outlook *self, const char *line, TernOperation *operation)
{
  outlook_set_imap (self, OUTLOOK_UNREACHABLE);
  tern_mock_graph_drop (self->graph, line);
  apply (self, operation);
  g_assert_false (fixture_flush (&self->base, NULL));
  g_assert_cmpuint (tern_mock_graph_count (self->graph, line), ==, 1);
  outlook_mirror_to_imap (self);
  use_imap (self);
}

static void
finish_by_imap (Outlook *self)
{
  outlook_assert_sync (self);
  flush (self);
  assert_channel (self, "imap");
  sync_folder (self, TERN_FOLDER_ROLE_INBOX);
  sync_folder (self, TERN_FOLDER_ROLE_ARCHIVE);
  assert_imap (self, "Archive", "Letter 4: \n");
  assert_rows (self, TERN_FOLDER_ROLE_ARCHIVE, "Letter 4:\n");
}

static void
test_lost_move (Outlook *self, gconstpointer unused)
{
  gint64 id;

  start_by_graph (self);
  id = outlook_find (self, TERN_FOLDER_ROLE_INBOX, "Letter 4");
  lose_graph_answer (self, "/move",
                     tern_operation_new_move_to_role (&id, 1, TERN_FOLDER_ROLE_ARCHIVE));
  finish_by_imap (self);
  assert_rows (self, TERN_FOLDER_ROLE_INBOX, "Letter 5:\nLetter 3:\nLetter 2:\nLetter 1:\n");
}

static void
test_lost_copy (Outlook *self, gconstpointer unused)
{
  g_autoptr (TernFolder) archive = NULL;
  gint64 id;

  start_by_graph (self);
  archive = outlook_get_folder (self, TERN_FOLDER_ROLE_ARCHIVE);
  id = outlook_find (self, TERN_FOLDER_ROLE_INBOX, "Letter 4");
  lose_graph_answer (self, "/copy", tern_operation_new_copy (&id, 1, archive->id));
  outlook_add_to_imap (self, "Archive", 4);
  finish_by_imap (self);
  assert_rows (self, TERN_FOLDER_ROLE_INBOX, ALL);
}

static void
test_lost_copy_back (Outlook *self, gconstpointer unused)
{
  g_autoptr (TernFolder) archive = NULL;
  gint64 id;

  outlook_set_graph (self, OUTLOOK_UNREACHABLE);
  outlook_add_account (self);
  outlook_assert_sync (self);
  archive = outlook_get_folder (self, TERN_FOLDER_ROLE_ARCHIVE);
  id = outlook_find (self, TERN_FOLDER_ROLE_INBOX, "Letter 4");
  tern_mock_imap_server_hold_from (self->base.server, "UID COPY");
  apply (self, tern_operation_new_copy (&id, 1, archive->id));
  tern_mock_imap_server_wait_command (self->base.server, "UID COPY", 1);
  use_nothing (self);
  g_assert_false (fixture_flush (&self->base, NULL));
  assert_imap (self, "Archive", "Letter 4: \n");
  tern_mock_graph_add_message (
      self->graph, "archive",
      &(TernMockGraphMessage){ .subject = "Letter 4", .message_id = "<letter-4@example.com>" });
  use_graph (self);
  outlook_assert_sync (self);
  flush (self);
  assert_channel (self, "graph");
  g_assert_cmpuint (tern_mock_graph_count_messages (self->graph, "archive"), ==, 1);
  sync_folder (self, TERN_FOLDER_ROLE_ARCHIVE);
  assert_rows (self, TERN_FOLDER_ROLE_ARCHIVE, "Letter 4:\n");
}

static void
test_lost_draft (Outlook *self, gconstpointer unused)
{
  static const char draft[] = "From: ana@outlook.com\r\nTo: bob@example.com\r\n"
                              "Subject: To be written\r\nMessage-ID: <draft@outlook.com>\r\n"
                              "Content-Type: text/plain\r\n\r\nDear Bob,\r\n";
  g_autoptr (GBytes) content = g_bytes_new_static (draft, strlen (draft));
  g_autoptr (TernFolder) drafts = NULL;

  start_by_graph (self);
  drafts = outlook_get_folder (self, TERN_FOLDER_ROLE_DRAFTS);
  lose_graph_answer (self, "POST me/mailFolders/id-drafts/messages",
                     tern_operation_new_append (drafts->id, content, TERN_FLAGS_DRAFT, 0));
  g_assert_cmpuint (tern_mock_graph_count_messages (self->graph, "drafts"), ==, 1);
  tern_mock_imap_server_add_message (self->base.server, "Drafts",
                                     &(TernMockImapMessage){ .raw = draft, .flags = "\\Draft" });
  outlook_assert_sync (self);
  flush (self);
  assert_channel (self, "imap");
  sync_folder (self, TERN_FOLDER_ROLE_DRAFTS);
  assert_imap (self, "Drafts", "To be written: \\Draft\n");
  assert_rows (self, TERN_FOLDER_ROLE_DRAFTS, "To be written:\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(sentence, function)                                                                    \
  g_test_add ("/outlook/moves/" sentence, Outlook, NULL, outlook_set_up, function,                 \
              outlook_tear_down)
  ADD ("a move whose answer is lost is not done twice by the other channel", test_lost_move);
  ADD ("a copy whose answer is lost is not made twice by the other channel", test_lost_copy);
  ADD ("a copy whose answer is lost is not made twice on the way back", test_lost_copy_back);
  ADD ("a draft whose answer is lost is not kept twice by the other channel", test_lost_draft);
  ADD ("what is cached stays when both channels fail right after the move", test_offline);
  ADD ("letters keep their place and their text there and back, and none is there twice",
       test_mail);
  ADD ("what waits is done by the channel that comes next, there and back", test_pending);
  return g_test_run ();
}
