/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-error.h"
#include "tern-outlook-fixture.h"

#include <string.h>

/* Mistakes that clients of Outlook are known for. docs/servers.md lists all of them with their
 * tests; those that show in one layer alone have their test there. */

#define ALL "Letter 5:\nLetter 4:\nLetter 3:\nLetter 2:\nLetter 1:\n"

static void
assert_rows (Outlook *self, TernFolderRole role, const char *expected)
{
  g_autofree char *rows = outlook_describe (self, role);

  g_assert_cmpstr (rows, ==, expected);
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

/* --- The cache --- */

static void
test_never_invalidated (Outlook *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  gint64 read, deleted;

  /* Every request refreshes the token. */
  tern_mock_oauth_server_set_lifetime (self->provider, 30);
  outlook_add_account (self);
  outlook_assert_sync (self);
  g_assert_true (outlook_sync_folder (self, TERN_FOLDER_ROLE_TRASH, TERN_FETCH_FORCE, NULL));
  read = outlook_find (self, TERN_FOLDER_ROLE_INBOX, "Letter 2");
  deleted = outlook_find (self, TERN_FOLDER_ROLE_INBOX, "Letter 4");
  apply (self, tern_operation_new_flags (&read, 1, TERN_FLAGS_SEEN, 0));
  apply (self, tern_operation_new_move_to_role (&deleted, 1, TERN_FOLDER_ROLE_TRASH));
  flush (self);
  outlook_restart (self, 0);
  assert_rows (self, TERN_FOLDER_ROLE_INBOX, "Letter 5:\nLetter 3:\nLetter 2: seen\nLetter 1:\n");
  assert_rows (self, TERN_FOLDER_ROLE_TRASH, "Letter 4:\n");

  /* A list that is fresh is not asked for; with another token's scopes it is fresh no more. */
  outlook_assert_sync (self);
  outlook_forget (self);
  g_assert_true (outlook_sync_folder (self, TERN_FOLDER_ROLE_INBOX, TERN_FETCH_VALIDATE, NULL));
  g_assert_cmpuint (outlook_count (self).graph, ==, 0);
  outlook_mirror_to_imap (self);
  outlook_grant (self, OUTLOOK_BASIC, OUTLOOK_IMAP);
  outlook_sync_folder (self, TERN_FOLDER_ROLE_TRASH, TERN_FETCH_FORCE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (outlook_count (self).graph, ==, 0);
  tern_mock_imap_server_add_letters (self->base.server, "INBOX", 1);
  g_assert_true (outlook_sync_folder (self, TERN_FOLDER_ROLE_INBOX, TERN_FETCH_VALIDATE, NULL));
  assert_rows (self, TERN_FOLDER_ROLE_INBOX,
               "Letter 5:\nLetter 3:\nLetter 2: seen\nLetter 1:\nLetter 1:\n");
}

static void
test_hidden_cache (Outlook *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  outlook_add_account (self);
  outlook_assert_sync (self);
  tern_mock_graph_add_message (self->graph, "inbox", &(TernMockGraphMessage){ .subject = "Live" });
  g_assert_true (outlook_sync_folder (self, TERN_FOLDER_ROLE_INBOX, TERN_FETCH_VALIDATE, NULL));
  assert_rows (self, TERN_FOLDER_ROLE_INBOX, ALL);
  outlook_set_graph (self, OUTLOOK_CUT);
  outlook_set_imap (self, OUTLOOK_CUT);
  g_assert_false (outlook_sync_folder (self, TERN_FOLDER_ROLE_INBOX, TERN_FETCH_FORCE, &error));
  g_assert_true (tern_error_is_transport (error));
  outlook_set_graph (self, OUTLOOK_HEALTHY);
  outlook_assert_sync (self);
  g_assert_cmpint (outlook_find (self, TERN_FOLDER_ROLE_INBOX, "Live"), !=, 0);
}

static void
test_failed_search (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  tern_mock_imap_server_remove_message (fixture->server, "INBOX", 2);
  fixture_restart (fixture);
  tern_mock_imap_server_reply (fixture->server, "UID SEARCH", "$TAG NO SEARCH failed\r\n");
  g_assert_false (fixture_sync (fixture, "INBOX", &error));
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 5);
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 4);
}

/* --- Requests --- */

static void
test_password (Outlook *self, gconstpointer unused)
{
  g_autofree char *commands = NULL;

  tern_mock_imap_server_set_capabilities (self->base.server, "IMAP4rev1 SASL-IR AUTH=XOAUTH2",
                                          "IMAP4rev1 ID");
  fixture_add_account (&self->base);
  outlook_assert_sync (self);
  commands = tern_mock_imap_server_dup_transcript (self->base.server);
  g_assert_nonnull (strstr (commands, "LOGIN"));
  g_assert_null (strstr (commands, "AUTHENTICATE"));
  g_assert_cmpuint (tern_mock_oauth_server_count (self->provider, "/token"), ==, 0);
  g_assert_cmpuint (outlook_count (self).graph, ==, 0);
}

static void
test_one_at_a_time (Outlook *self, gconstpointer unused)
{
  tern_mock_graph_add_letters (self->graph, "archive", 200);
  tern_mock_imap_server_add_letters (self->base.server, "Archive", 200);
  outlook_add_account (self);
  outlook_assert_sync (self);
  outlook_forget (self);
  g_assert_true (outlook_sync_folder (self, TERN_FOLDER_ROLE_ARCHIVE, TERN_FETCH_FORCE, NULL));
  g_assert_cmpuint (outlook_count (self).graph, <=, 3);

  outlook_set_graph (self, OUTLOOK_UNREACHABLE);
  outlook_assert_sync (self);
  tern_mock_imap_server_clear_log (self->base.server);
  g_assert_true (outlook_sync_folder (self, TERN_FOLDER_ROLE_ARCHIVE, TERN_FETCH_FORCE, NULL));
  g_assert_cmpuint (tern_mock_imap_server_count (self->base.server, "FETCH") +
                        tern_mock_imap_server_count (self->base.server, "UID FETCH"),
                    <=, 4);
}

/* --- What the account is said to be --- */

static void
test_timeouts (Outlook *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  outlook_add_account (self);
  outlook_set_graph (self, OUTLOOK_CUT);
  outlook_set_imap (self, OUTLOOK_CUT);
  g_assert_false (outlook_sync (self, &error));
  g_assert_true (tern_error_is_transport (error));
  g_assert_cmpint (outlook_get_state (self), ==, TERN_ACCOUNT_STATE_OFFLINE);
  outlook_set_graph (self, OUTLOOK_HEALTHY);
  outlook_forget (self);
  outlook_assert_sync (self);
  g_assert_cmpuint (outlook_count (self).graph, >, 0);
  g_assert_cmpint (outlook_get_state (self), ==, TERN_ACCOUNT_STATE_ONLINE);
}

static void
test_empty (Outlook *self, gconstpointer unused)
{
  for (guint n = 1; n <= OUTLOOK_LETTERS; n++)
    {
      g_autofree char *id = g_strdup_printf ("letter-%u", n);

      tern_mock_graph_remove_message (self->graph, id);
    }
  outlook_mirror_to_imap (self);
  outlook_add_account (self);
  outlook_assert_sync (self);
  assert_rows (self, TERN_FOLDER_ROLE_INBOX, "");
  g_assert_cmpint (outlook_get_state (self), ==, TERN_ACCOUNT_STATE_ONLINE);

  outlook_set_graph (self, OUTLOOK_UNREACHABLE);
  outlook_assert_sync (self);
  assert_rows (self, TERN_FOLDER_ROLE_INBOX, "");
  g_assert_cmpint (outlook_get_state (self), ==, TERN_ACCOUNT_STATE_ONLINE);
}

/* --- Order and names --- */

static void
test_newest_of_a_batch (Outlook *self, gconstpointer unused)
{
  outlook_add_account (self);
  outlook_assert_sync (self);
  tern_mock_graph_set_disorder (self->graph, TRUE);
  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *subject = g_strdup_printf ("New %u", i);

      tern_mock_graph_add_message (
          self->graph, "inbox",
          &(TernMockGraphMessage){ .subject = subject, .received = 1800000000 - (gint64) i });
    }
  outlook_assert_sync (self);
  assert_rows (self, TERN_FOLDER_ROLE_INBOX, "New 1:\nNew 2:\nNew 3:\n" ALL);
}

static void
test_sequence_numbers (Outlook *self, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *truth = NULL;
  gint64 starred, opened;

  outlook_grant (self, OUTLOOK_BASIC, OUTLOOK_IMAP);
  outlook_add_account (self);
  outlook_assert_sync (self);
  starred = outlook_find (self, TERN_FOLDER_ROLE_INBOX, "Letter 3");
  opened = outlook_find (self, TERN_FOLDER_ROLE_INBOX, "Letter 4");
  /* All others are numbered anew, and nobody has told us. */
  tern_mock_imap_server_remove_message (
      self->base.server, "INBOX",
      tern_mock_imap_server_find (self->base.server, "INBOX", "Letter 1"));
  apply (self, tern_operation_new_flags (&starred, 1, TERN_FLAGS_FLAGGED, 0));
  flush (self);
  letter = outlook_open (self, opened, TERN_FETCH_VALIDATE, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (letter->text, "This is letter 4."));
  truth = tern_mock_imap_server_describe (self->base.server, "INBOX");
  g_assert_cmpstr (truth, ==, "Letter 2: \nLetter 3: \\Flagged\nLetter 4: \nLetter 5: \n");
}

static void
test_listed_elsewhere (Outlook *self, gconstpointer unused)
{
  g_autoptr (TernLetter) early = NULL;
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *commands = NULL;
  gint64 id;

  outlook_add_account (self);
  outlook_assert_sync (self);
  id = outlook_find (self, TERN_FOLDER_ROLE_INBOX, "Letter 2");
  outlook_set_graph (self, OUTLOOK_UNREACHABLE);
  early = outlook_open (self, id, TERN_FETCH_VALIDATE, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (early->text, "This is letter 2."));
  outlook_assert_sync (self);
  letter = outlook_open (self, id, TERN_FETCH_VALIDATE, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (letter->text, "This is letter 2."));
  commands = tern_mock_imap_server_dup_transcript (self->base.server);
  g_assert_null (strstr (commands, "graph:"));
  g_assert_null (strstr (commands, "letter-"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(sentence, function)                                                                    \
  g_test_add ("/outlook/mistakes/" sentence, Outlook, NULL, outlook_set_up, function,              \
              outlook_tear_down)
  ADD ("a delete, a read mark and a refreshed token invalidate the cache", test_never_invalidated);
  ADD ("a forced read is never answered from the cache", test_hidden_cache);
  ADD ("an account with a password is never sent to a provider", test_password);
  ADD ("letters are streamed by the page and not one at a time", test_one_at_a_time);
  ADD ("a timeout of every channel is no sign-out, and the next try asks", test_timeouts);
  ADD ("an empty mailbox is not signed out", test_empty);
  ADD ("the newest of a batch is not its first but the newest by date", test_newest_of_a_batch);
  ADD ("letters have UIDs for names and no sequence numbers", test_sequence_numbers);
  ADD ("a letter that one channel listed is not opened by the other", test_listed_elsewhere);
  g_test_add ("/outlook/mistakes/a failed SEARCH is not kept as an empty mailbox", Fixture, NULL,
              fixture_set_up, test_failed_search, fixture_tear_down);
  return g_test_run ();
}
