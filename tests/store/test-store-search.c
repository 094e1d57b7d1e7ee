/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-fixture.h"
#include "tern-error.h"

#define ANY_ROW                                                                                    \
  {                                                                                                \
    G_MAXINT64, G_MAXINT64                                                                         \
  }

static TernStructure *
make_structure (void)
{
  TernStructure *structure = tern_structure_new ("", "multipart/alternative");

  tern_structure_add_child (structure, tern_structure_new ("1", "text/plain"));
  tern_structure_add_child (structure, tern_structure_new ("2", "text/html"));
  return structure;
}

static gint64
put (Fixture *f, gint64 folder, guint n, const char *subject, const char *snippet)
{
  g_autoptr (TernMessage) message = fixture_message (n, TERN_FLAGS_NONE);

  g_free ((char *) message->subject);
  message->subject = g_strdup (subject);
  g_free ((char *) message->snippet);
  message->snippet = g_strdup (snippet);
  g_clear_pointer (&message->structure, tern_structure_unref);
  message->structure = make_structure ();
  fixture_put_message (f, folder, message);
  return fixture_find (f, folder, message->remote_id);
}

static void
put_part (Fixture *f, gint64 id, const char *part_id, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  tern_store_put_part (f->store, id, part_id, bytes, &error);
  g_assert_no_error (error);
}

/* "id id …" in the order in which they are found, a row at a time */
static char *
find (Fixture *f, gint64 folder, const char *text)
{
  g_autoptr (TernQuery) query = tern_query_parse (text, NULL);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  TernRowKey next = ANY_ROW;

  while (tern_store_search (f->store, folder, query, &next, 1, found, &error) == 1)
    next.id--;
  g_assert_no_error (error);
  for (guint i = 0; i < found->len; i++)
    g_string_append_printf (out, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "",
                            g_array_index (found, gint64, i));
  return g_string_free (g_steal_pointer (&out), FALSE);
}

#define assert_finds(f, text, ...)                                                                 \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *found_ = find ((f), (f)->inbox, (text));                                      \
    g_autofree char *wanted_ = g_strdup_printf (__VA_ARGS__);                                      \
    g_assert_cmpstr (found_, ==, wanted_);                                                         \
  }                                                                                                \
  G_STMT_END

static void
test_nothing (Fixture *f, gconstpointer data)
{
  g_autofree char *none = find (f, 12345, "x");

  g_assert_cmpstr (none, ==, "");
  put (f, f->inbox, 1, "Hello", NULL);
  assert_finds (f, "goodbye", "%s", "");
  assert_finds (f, "subject:hello from:nobody", "%s", "");
}

static void
test_order (Fixture *f, gconstpointer data)
{
  gint64 old = put (f, f->inbox, 1, "Minutes of May", NULL);
  gint64 new = put (f, f->inbox, 3, "Minutes of July", NULL);
  gint64 middle = put (f, f->inbox, 2, "minutes of June", NULL);

  put (f, f->archive, 4, "Minutes elsewhere", NULL);
  put (f, f->inbox, 5, "Something else", NULL);
  assert_finds (f, "MINUTES", "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, new,
                middle, old);
  assert_finds (f, "minutes june", "%" G_GINT64_FORMAT, middle);
}

static void
test_bounded (Fixture *f, gconstpointer data)
{
  g_autoptr (TernQuery) query = tern_query_parse ("letter", NULL);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (gint64));
  TernRowKey next = ANY_ROW;

  for (guint i = 1; i <= 5; i++)
    put (f, f->inbox, i, "A letter", NULL);
  g_assert_cmpint (tern_store_search (f->store, f->inbox, query, &next, 3, found, NULL), ==, 3);
  g_assert_cmpuint (found->len, ==, 3);
  next.id--;
  g_assert_cmpint (tern_store_search (f->store, f->inbox, query, &next, 3, found, NULL), ==, 2);
  g_assert_cmpuint (found->len, ==, 5);
}

static void
test_letters (Fixture *f, gconstpointer data)
{
  gint64 ferry = put (f, f->inbox, 1, "Die FÄHRE fällt aus", "Grüße aus Århus");
  gint64 bill = put (f, f->inbox, 2, "增值税发票", "您的发票在附件中，请查收。");
  gint64 japan = put (f, f->inbox, 3, "打ち合わせの件", "来週の火曜日はいかがでしょうか。");

  assert_finds (f, "fähre", "%" G_GINT64_FORMAT, ferry);
  assert_finds (f, "GRÜSSE", "%" G_GINT64_FORMAT, ferry);
  assert_finds (f, "发票", "%" G_GINT64_FORMAT, bill);
  assert_finds (f, "查收", "%" G_GINT64_FORMAT, bill);
  assert_finds (f, "火曜", "%" G_GINT64_FORMAT, japan);
  assert_finds (f, "票发", "%s", "");
}

static void
test_text (Fixture *f, gconstpointer data)
{
  gint64 plain = put (f, f->inbox, 1, "One", "The beginning");
  gint64 html = put (f, f->inbox, 2, "Two", "The beginning");

  assert_finds (f, "needle", "%s", "");
  put_part (f, plain, "1", "Far below the beginning is a Needle.\n");
  put_part (f, html, "2",
            "<html><style>p.hidden { color: red }</style><body><p class=\"inside\">A "
            "<b>needle</b> and a 针.</p><script>var secret = 1 </script></body>");
  assert_finds (f, "needle", "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, html, plain);
  assert_finds (f, "body:needle two", "%" G_GINT64_FORMAT, html);
  assert_finds (f, "subject:needle", "%s", "");
  assert_finds (f, "针", "%" G_GINT64_FORMAT, html);
  /* What is not shown is not found. */
  assert_finds (f, "inside", "%s", "");
  assert_finds (f, "hidden", "%s", "");
  assert_finds (f, "secret", "%s", "");
}

static void
test_hostile (Fixture *f, gconstpointer data)
{
  gint64 id = put (f, f->inbox, 1, "One", NULL);

  put_part (f, id, "1", "\xff\xfe\xff needle");
  assert_finds (f, "needle", "%s", "");
  put_part (f, id, "1", "");
  put_part (f, id, "2", "needle <b <style>< <!-- needles");
  assert_finds (f, "needle", "%" G_GINT64_FORMAT, id);
  assert_finds (f, "%", "%s", "");
  assert_finds (f, "_ne", "%s", "");
  assert_finds (f, "' OR 1 --", "%s", "");
}

static void
test_removed (Fixture *f, gconstpointer data)
{
  gint64 gone = put (f, f->inbox, 1, "A needle", NULL);
  gint64 hidden = put (f, f->inbox, 2, "Another needle", NULL);
  gint64 left = put (f, f->inbox, 3, "The last needle", NULL);

  assert_finds (f, "needle", "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, left,
                hidden, gone);
  tern_store_remove_messages (f->store, f->inbox, (const char *const[]){ "1" }, 1, NULL, NULL);
  fixture_log (f, tern_operation_new_move (&hidden, 1, f->trash));
  assert_finds (f, "needle", "%" G_GINT64_FORMAT, left);
}

static void
test_find (Fixture *f, gconstpointer data)
{
  gint64 id = put (f, f->inbox, 1, "One", NULL);
  g_autoptr (TernMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_known;

  g_assert_null (tern_store_find_message (f->store, f->archive, "1", &is_known, &error));
  g_assert_no_error (error);
  g_assert_false (is_known);
  message = tern_store_find_message (f->store, f->inbox, "1", &is_known, &error);
  g_assert_true (is_known);
  g_assert_cmpint (message->id, ==, id);
  fixture_log (f, tern_operation_new_move (&id, 1, f->trash));
  g_assert_null (tern_store_find_message (f->store, f->inbox, "1", &is_known, &error));
  g_assert_no_error (error);
  g_assert_true (is_known);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/store/search/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD ("what is nowhere is not found", test_nothing);
  ADD ("all words have to be found, the newest first", test_order);
  ADD ("no more rows are looked at than allowed", test_bounded);
  ADD ("letters of all scripts are found, capitals or not", test_letters);
  ADD ("the text that is kept is looked through as it is shown", test_text);
  ADD ("a broken text, or signs of SQL, do no harm", test_hostile);
  ADD ("what was removed or hidden is not found", test_removed);
  ADD ("a message is found by the server's name", test_find);
  return g_test_run ();
}
