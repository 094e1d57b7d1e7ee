/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-error.h"
#include "tern-outlook-fixture.h"

#include <string.h>

/* Mistakes that clients of Outlook are known for; those that show in one layer alone have their
 * test there. */

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

/* --- Order and names --- */

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(sentence, function)                                                                    \
  g_test_add ("/outlook/mistakes/" sentence, Outlook, NULL, outlook_set_up, function,              \
              outlook_tear_down)
  ADD ("an account with a password is never sent to a provider", test_password);
  ADD ("letters have UIDs for names and no sequence numbers", test_sequence_numbers);
  g_test_add ("/outlook/mistakes/a failed SEARCH is not kept as an empty mailbox", Fixture, NULL,
              fixture_set_up, test_failed_search, fixture_tear_down);
  return g_test_run ();
}
