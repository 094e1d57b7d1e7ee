/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "store-fixture.h"

/* Prints what the cache's bounds in docs/performance.md rest on. */

#define BATCH 200
#define SMALL 10000
#define LARGE 100000

static TernMessage *
full_message (guint n)
{
  TernMessage *message = fixture_message (n, n % 3 == 0 ? TERN_FLAGS_SEEN : 0);
  TernStructure *text = tern_structure_new ("1", "text/plain");
  TernStructure *html = tern_structure_new ("2", "text/html");

  g_free ((char *) message->subject);
  message->subject = g_strdup_printf ("Re: the minutes of meeting %u and what follows", n);
  message->to = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_address_unref);
  g_ptr_array_add (message->to, tern_address_new ("Ada Lovelace", "ada@example.org"));
  g_ptr_array_add (message->to, tern_address_new (NULL, "list@example.org"));
  message->references = g_strdup_printf ("<%u@example.org> <%u@example.org>", n / 7, n / 3);
  message->in_reply_to = g_strdup_printf ("<%u@example.org>", n / 3);
  text->charset = g_strdup ("utf-8");
  html->charset = g_strdup ("utf-8");
  message->structure = tern_structure_new ("", "multipart/alternative");
  tern_structure_add_child (message->structure, text);
  tern_structure_add_child (message->structure, html);
  message->snippet = g_strdup ("Dear all, please find below what we agreed on last Tuesday, and");
  return message;
}

static void
report (const char *what, gint64 started, guint rounds)
{
  printf ("%-44s %9.3f ms\n", what, (double) (g_get_monotonic_time () - started) / 1000.0 / rounds);
}

static void
put_many (Fixture *f, gint64 folder, guint from, guint n)
{
  for (guint i = from; i < from + n; i += BATCH)
    {
      g_autoptr (GPtrArray) batch =
          g_ptr_array_new_with_free_func ((GDestroyNotify) tern_message_unref);
      g_autoptr (TernChanges) changes = tern_changes_new ();
      g_autoptr (GError) error = NULL;

      for (guint k = i; k < i + BATCH; k++)
        g_ptr_array_add (batch, full_message (k));
      tern_store_put_messages (f->store, folder, batch, changes, &error);
      g_assert_no_error (error);
    }
}

static void
bench_flags (Fixture *f)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree TernFlagsUpdate *updates = g_new0 (TernFlagsUpdate, 1000);
  g_autoptr (GError) error = NULL;
  gint64 started;

  for (guint i = 0; i < 1000; i++)
    {
      g_ptr_array_add (names, g_strdup_printf ("%u", i * 97));
      updates[i].remote_id = g_ptr_array_index (names, i);
      updates[i].flags = TERN_FLAGS_FLAGGED;
    }
  started = g_get_monotonic_time ();
  tern_store_put_flags (f->store, f->archive, updates, 1000, NULL, &error);
  report ("put_flags: 1,000 of 100,000", started, 1);
  g_assert_no_error (error);

  started = g_get_monotonic_time ();
  tern_store_remove_messages (f->store, f->archive, (const char *const *) names->pdata, 1000, NULL,
                              &error);
  report ("remove_messages: 1,000 of 100,000", started, 1);
  g_assert_no_error (error);
}

/* What no row has, so that all are looked at. */
static void
bench_search (Fixture *f, gint64 folder, const char *what, const char *text)
{
  g_autoptr (TernQuery) query = tern_query_parse (text, NULL);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (gint64));
  TernRowKey next = { G_MAXINT64, G_MAXINT64 };
  gint64 started = g_get_monotonic_time ();
  guint slices = 0;

  while (tern_store_search (f->store, folder, query, &next, 1000, found, NULL) == 1000)
    {
      next.id--;
      slices++;
    }
  report (what, started, 1);
  report ("  each slice of 1,000", started, slices);
}

static void
keep_texts (Fixture *f, gint64 folder)
{
  g_autofree char *text = g_strnfill (20 * 1024, 'x');
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GPtrArray) rows = tern_store_read_page (f->store, folder, NULL, SMALL, NULL);

  tern_store_begin (f->store, NULL);
  for (guint i = 0; i < rows->len; i++)
    tern_store_put_part (f->store, ((TernMessage *) rows->pdata[i])->id, "1", bytes, NULL);
  tern_store_commit (f->store, NULL);
}

int
main (int argc, char **argv)
{
  Fixture f = { NULL };
  TernRowKey middle = { LARGE / 2, G_MAXINT64 };
  gint64 started;

  fixture_set_up (&f, NULL);
  started = g_get_monotonic_time ();
  put_many (&f, f.inbox, 0, SMALL);
  report ("put_messages: 10,000 in batches of 200", started, 1);
  started = g_get_monotonic_time ();
  put_many (&f, f.inbox, 0, SMALL);
  report ("put_messages: the same again", started, 1);

  put_many (&f, f.archive, 0, LARGE);
  started = g_get_monotonic_time ();
  for (guint i = 0; i < 100; i++)
    g_ptr_array_unref (tern_store_read_page (f.store, f.archive, &middle, 100, NULL));
  report ("read_page: 100 rows of 100,000", started, 100);
  started = g_get_monotonic_time ();
  for (guint i = 0; i < 10; i++)
    g_bytes_unref (tern_store_read_keys (f.store, f.archive, NULL));
  report ("read_keys: 100,000 rows", started, 10);
  bench_search (&f, f.archive, "search: 100,000 rows for a word", "nowhere");
  bench_search (&f, f.archive, "search: 100,000 rows for three",
                "subject:minutes from:sender nowhere");
  bench_search (&f, f.archive, "search: 100,000 rows for Chinese", "发票");
  keep_texts (&f, f.inbox);
  bench_search (&f, f.inbox, "search: 10,000 rows with texts of 20 KiB", "nowhere");
  bench_flags (&f);
  started = g_get_monotonic_time ();
  tern_store_reset_folder (f.store, f.archive, NULL, NULL);
  report ("reset_folder: 99,000 rows", started, 1);
  fixture_tear_down (&f, NULL);
  return 0;
}
