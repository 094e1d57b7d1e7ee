/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

/* A server that works on after its client was cut off: what it was asked for is done only when it
 * was looked for, not found, and asked for again. */

#define PLAIN "IMAP4rev1 ID NAMESPACE LITERAL+"
#define WITH_UIDPLUS PLAIN " UIDPLUS"
#define LETTER "Message-ID: <late@example.org>\r\nSubject: Late\r\n\r\nHello\r\n"

/* What is done late, just before the second time. */
static const char *late;
static guint n_asked;

static char *
do_late (TernMockImapServer *server, const TernMockImapCommand *command, gpointer folder)
{
  /* The first time, the connection ends before anything is done. */
  if (++n_asked == 1)
    return g_strdup ("* BYE cut off\r\n");
  if (late != NULL)
    tern_mock_imap_server_add_message (server, folder, &(TernMockImapMessage){ .raw = late });
  return NULL;
}

static void
set_up (Fixture *fixture, gconstpointer capabilities)
{
  g_autoptr (GError) error = NULL;

  fixture_set_up (fixture, NULL);
  tern_mock_imap_server_set_capabilities (fixture->server, capabilities, capabilities);
  tern_mock_imap_server_add_message (fixture->server, "INBOX",
                                     &(TernMockImapMessage){ .raw = LETTER });
  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  late = LETTER;
  n_asked = 0;
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

/* Asks for it, twice. */
static void
ask (Fixture *fixture, const char *name, const char *target, TernOperation *asked)
{
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;

  tern_mock_imap_server_set_handler (fixture->server, name, do_late, (gpointer) target);
  operation = fixture_apply (fixture, asked);
  for (guint i = 0; i < 4 && !done; i++)
    {
      g_clear_error (&error);
      done = fixture_flush (fixture, &error);
    }
  g_assert_no_error (error);
  g_assert_cmpuint (n_asked, ==, 2);
}

static void
move_or_copy (Fixture *fixture, TernOperationKind kind)
{
  g_autoptr (TernFolder) archive = fixture_get_folder (fixture, "Archive");
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);

  ask (fixture, "UID COPY", "Archive",
       kind == TERN_OPERATION_MOVE ? tern_operation_new_move (&id, 1, archive->id)
                                   : tern_operation_new_copy (&id, 1, archive->id));
}

/* Server and cache agree that there are so many. */
static void
check (Fixture *fixture, const char *folder, guint n)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (count_on_server (fixture, folder), ==, n);
  g_assert_true (fixture_sync (fixture, folder, &error));
  g_assert_cmpuint (fixture_count_rows (fixture, folder), ==, n);
}

static void
test_copy (Fixture *fixture, gconstpointer data)
{
  g_autofree char *flags = NULL;

  move_or_copy (fixture, TERN_OPERATION_COPY);
  /* Ours went, because it is known to be ours. */
  flags = tern_mock_imap_server_dup_flags (fixture->server, "Archive", 1);
  g_assert_nonnull (flags);
  check (fixture, "Archive", 1);
  check (fixture, "INBOX", 6);
}

static void
test_move (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);

  move_or_copy (fixture, TERN_OPERATION_MOVE);
  check (fixture, "Archive", 1);
  check (fixture, "INBOX", 5);
  g_assert_cmpint (fixture_nth_message (fixture, "Archive", 0), ==, id);
}

static void
test_append (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TernFolder) drafts = fixture_get_folder (fixture, "Drafts");
  g_autoptr (GBytes) letter = g_bytes_new_static (LETTER, strlen (LETTER));

  ask (fixture, "APPEND", "Drafts", tern_operation_new_append (drafts->id, letter, 0, 0));
  check (fixture, "Drafts", 1);
}

/* Killed after the second copy was made: the comparison is made up for. */
static void
test_cut_comparison (Fixture *fixture, gconstpointer data)
{
  tern_mock_imap_server_cut (fixture->server, "UID EXPUNGE", 0);
  move_or_copy (fixture, TERN_OPERATION_COPY);
  check (fixture, "Archive", 1);
}

static void
test_not_late (Fixture *fixture, gconstpointer data)
{
  late = NULL;
  move_or_copy (fixture, TERN_OPERATION_COPY);
  check (fixture, "Archive", 1);
  g_assert_cmpuint (count (fixture, "UID EXPUNGE"), ==, 0);
}

static void
test_there_before (Fixture *fixture, gconstpointer data)
{
  late = NULL;
  tern_mock_imap_server_add_message (fixture->server, "Archive",
                                     &(TernMockImapMessage){ .raw = LETTER });
  move_or_copy (fixture, TERN_OPERATION_COPY);
  check (fixture, "Archive", 2);
  g_assert_cmpuint (count (fixture, "UID EXPUNGE"), ==, 0);
}

static void
test_other_letter (Fixture *fixture, gconstpointer data)
{
  late = LETTER "and goodbye\r\n";
  move_or_copy (fixture, TERN_OPERATION_COPY);
  check (fixture, "Archive", 2);
  g_assert_cmpuint (count (fixture, "UID EXPUNGE"), ==, 0);
}

static void
test_without_uidplus (Fixture *fixture, gconstpointer data)
{
  move_or_copy (fixture, TERN_OPERATION_COPY);
  check (fixture, "Archive", 2);
  g_assert_cmpuint (count (fixture, "UID EXPUNGE"), ==, 0);
  g_assert_cmpuint (count (fixture, "EXPUNGE"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, capabilities, func)                                                              \
  g_test_add ("/engine/late/" name, Fixture, capabilities, set_up, func, fixture_tear_down)

  ADD ("a copy that is made late is not there twice", WITH_UIDPLUS, test_copy);
  ADD ("a move that is made late leaves one letter", WITH_UIDPLUS, test_move);
  ADD ("a letter that is put late is not there twice", WITH_UIDPLUS, test_append);
  ADD ("a cut while copies are compared is made up for", WITH_UIDPLUS, test_cut_comparison);
  ADD ("a copy that is there once stays", WITH_UIDPLUS, test_not_late);
  ADD ("what was there before is not touched", WITH_UIDPLUS, test_there_before);
  ADD ("a letter of another size is another one", WITH_UIDPLUS, test_other_letter);
  ADD ("where a copy has no name none is removed", PLAIN, test_without_uidplus);
  return g_test_run ();
}
