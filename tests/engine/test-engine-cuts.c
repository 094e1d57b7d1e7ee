/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-engine-fixture.h"

#include "tern-error.h"

/* A session that reads and changes mail, cut after a byte of it: afterwards everything is done,
 * once each. The test of one byte is told to pass by what the session leaves behind where nothing
 * cuts it. */

/* How many places of each direction an ordinary run tries. */
#define SAMPLE 12
/* A cut may fail what is under way on each connection, and nothing more than that. */
#define MAX_ATTEMPTS 6

static const char *const folders[] = { "INBOX", "Archive", "Trash" };

typedef struct
{
  const char *capabilities; /* after the sign-in; %NULL for the mock server's own */
  guint n_letters;
} Kind;

typedef struct
{
  guint64 sent;
  guint64 received;
  char *end; /* what the folders hold */
} Outcome;

static void
try_folders (Fixture *fixture)
{
  for (guint i = 0; i < MAX_ATTEMPTS; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      tern_engine_refresh_folders_async (fixture->engine, fixture->account_id, TERN_FETCH_FORCE,
                                         NULL, fixture_done_cb, &result);
      if (tern_engine_refresh_folders_finish (fixture->engine, fixture_wait (&result), &error))
        return;
      g_assert_true (tern_error_is_transport (error));
    }
  g_assert_not_reached ();
}

static void
try_sync (Fixture *fixture, const char *path)
{
  for (guint i = 0; i < MAX_ATTEMPTS; i++)
    {
      g_autoptr (GError) error = NULL;

      if (fixture_sync (fixture, path, &error))
        return;
      g_assert_true (tern_error_is_transport (error));
    }
  g_assert_not_reached ();
}

static void
try_flush (Fixture *fixture)
{
  for (guint i = 0; i < MAX_ATTEMPTS; i++)
    {
      g_autoptr (GError) error = NULL;

      if (fixture_flush (fixture, &error))
        return;
      g_assert_true (tern_error_is_transport (error));
    }
  g_assert_not_reached ();
}

static void
try_open (Fixture *fixture, gint64 id)
{
  for (guint i = 0; i < MAX_ATTEMPTS; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (TernLetter) letter = NULL;

      tern_engine_open_letter_async (fixture->engine, id, TERN_FETCH_VALIDATE, NULL,
                                     fixture_done_cb, &result);
      letter = tern_engine_open_letter_finish (fixture->engine, fixture_wait (&result), &error);
      if (letter != NULL)
        return;
      g_assert_true (tern_error_is_transport (error));
    }
  g_assert_not_reached ();
}

static void
apply (Fixture *fixture, TernOperation *operation)
{
  tern_operation_unref (fixture_apply (fixture, operation));
}

static void
change (Fixture *fixture)
{
  g_autoptr (TernFolder) archive = fixture_get_folder (fixture, "Archive");
  g_autoptr (TernFolder) trash = fixture_get_folder (fixture, "Trash");
  gint64 ids[8];
  gint64 gone;

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = fixture_nth_message (fixture, "INBOX", i);
  try_open (fixture, ids[0]);
  apply (fixture, tern_operation_new_flags (&ids[0], 2, TERN_FLAGS_SEEN | TERN_FLAGS_FLAGGED, 0));
  apply (fixture, tern_operation_new_move (&ids[2], 2, archive->id));
  apply (fixture, tern_operation_new_move (&ids[4], 2, trash->id));
  apply (fixture, tern_operation_new_flags (&ids[0], 1, 0, TERN_FLAGS_FLAGGED));
  apply (fixture, tern_operation_new_delete (&ids[6], 1));
  try_open (fixture, ids[7]);
  try_flush (fixture);
  try_sync (fixture, "Archive");
  try_sync (fixture, "Trash");
  gone = fixture_nth_message (fixture, "Trash", 0);
  apply (fixture, tern_operation_new_delete (&gone, 1));
  try_flush (fixture);
}

static int
compare_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* What the cache shows of a folder, as tern_mock_imap_server_describe() tells it. */
static char *
describe_cache (Fixture *fixture, const char *path)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  guint n = fixture_count_rows (fixture, path);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (TernMessage) message =
          tern_engine_read_message (fixture->engine, fixture_nth_message (fixture, path, i), NULL);
      gboolean both = (message->flags & TERN_FLAGS_SEEN) && (message->flags & TERN_FLAGS_FLAGGED);

      g_ptr_array_add (lines,
                       g_strdup_printf ("%s: %s%s%s\n", message->subject,
                                        (message->flags & TERN_FLAGS_FLAGGED) ? "\\Flagged" : "",
                                        both ? " " : "",
                                        (message->flags & TERN_FLAGS_SEEN) ? "\\Seen" : ""));
    }
  g_ptr_array_sort (lines, compare_text);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("", (char **) lines->pdata);
}

/* Both sides show the same; returns what. */
static char *
agree (Fixture *fixture)
{
  g_autoptr (GString) all = g_string_new (NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) waiting = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *here = NULL;
      g_autofree char *there = NULL;

      try_sync (fixture, folders[i]);
      here = describe_cache (fixture, folders[i]);
      there = tern_mock_imap_server_describe (fixture->server, folders[i]);
      g_assert_cmpstr (here, ==, there);
      g_string_append_printf (all, "[%s]\n%s", folders[i], there);
    }
  tern_engine_list_operations_async (fixture->engine, NULL, fixture_done_cb, &result);
  waiting = tern_engine_list_operations_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (waiting->len, ==, 0);
  g_assert_no_error (fixture->failure);
  return g_string_free (g_steal_pointer (&all), FALSE);
}

/* Every session adds an account; a keyring that keeps the passwords of them all gets slow. */
static void
forget_account (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_engine_remove_account_async (fixture->engine, fixture->account_id, NULL, fixture_done_cb,
                                    &result);
  g_assert_true (
      tern_engine_remove_account_finish (fixture->engine, fixture_wait (&result), &error));
}

/* One session on a fresh profile and a fresh server, cut after so many bytes. */
static void
run (const Kind *kind, guint64 sent, guint64 received, Outcome *outcome)
{
  Fixture fixture = { 0 };

  fixture_set_up (&fixture, NULL);
  if (kind->capabilities != NULL)
    tern_mock_imap_server_set_capabilities (
        fixture.server, "IMAP4rev1 SASL-IR LITERAL+ ID ENABLE AUTH=PLAIN", kind->capabilities);
  tern_mock_imap_server_add_letters (fixture.server, "INBOX", kind->n_letters);
  fixture_add_account (&fixture);
  tern_mock_imap_server_break_after (fixture.server, sent, received);
  try_folders (&fixture);
  try_sync (&fixture, "INBOX");
  change (&fixture);
  tern_mock_imap_server_get_traffic (fixture.server, &outcome->sent, &outcome->received);
  outcome->end = agree (&fixture);
  forget_account (&fixture);
  fixture_tear_down (&fixture, NULL);
}

static void
cut_at (const Kind *kind, const Outcome *whole, guint64 sent, guint64 received)
{
  Outcome outcome = { 0 };

  g_test_message ("cut after %" G_GUINT64_FORMAT " bytes of %s", MIN (sent, received),
                  sent < received ? "the server" : "the client");
  run (kind, sent, received, &outcome);
  g_assert_cmpstr (outcome.end, ==, whole->end);
  g_free (outcome.end);
}

static void
test_cuts (gconstpointer data)
{
  const Kind *kind = data;
  Outcome whole = { 0 };
  gboolean full = g_getenv ("TERN_TEST_FULL") != NULL;
  guint64 step, begin;

  run (kind, G_MAXUINT64, G_MAXUINT64, &whole);
  g_test_message ("the server sends %" G_GUINT64_FORMAT " bytes, the client %" G_GUINT64_FORMAT,
                  whole.sent, whole.received);
  step = full ? 1 : whole.sent / SAMPLE;
  begin = full ? 1 : 1 + (guint64) g_test_rand_int_range (0, (gint32) step);
  for (guint64 n = begin; n < whole.sent; n += step)
    cut_at (kind, &whole, n, G_MAXUINT64);
  step = full ? 1 : whole.received / SAMPLE;
  begin = full ? 1 : 1 + (guint64) g_test_rand_int_range (0, (gint32) step);
  for (guint64 n = begin; n < whole.received; n += step)
    cut_at (kind, &whole, G_MAXUINT64, n);
  g_free (whole.end);
}

int
main (int argc, char **argv)
{
  static const Kind usual = { NULL, 12 };
  static const Kind plain = { "IMAP4rev1 UIDPLUS MOVE", 12 };
  static const Kind copies = { "IMAP4rev1 UIDPLUS", 12 };

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/engine/cuts/a session that is cut anywhere is made up for", &usual,
                        test_cuts);
  g_test_add_data_func ("/engine/cuts/so is one with a server that can do little", &plain,
                        test_cuts);
  g_test_add_data_func ("/engine/cuts/without MOVE nothing is moved twice", &copies, test_cuts);
  return g_test_run ();
}
