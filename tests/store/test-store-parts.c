/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-fixture.h"
#include "tern-error.h"

#include <glib/gstdio.h>
#include <unistd.h>

#define LARGE (300 * 1024)

static void
put (Fixture *f, gint64 id, const char *part_id, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_strnfill (size, *part_id), size);

  tern_store_put_part (f->store, id, part_id, bytes, &error);
  g_assert_no_error (error);
}

/* The part's size; -1 where it is not kept. */
static gssize
get (Fixture *f, gint64 id, const char *part_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = tern_store_get_part (f->store, id, part_id, &error);
  const char *content;
  gsize size;

  g_assert_no_error (error);
  if (bytes == NULL)
    return -1;
  content = g_bytes_get_data (bytes, &size);
  for (gsize i = 0; i < size; i++)
    g_assert_cmpint (content[i], ==, *part_id);
  return (gssize) size;
}

static void
evict (Fixture *f, guint64 capacity)
{
  g_autoptr (GError) error = NULL;

  tern_store_evict (f->store, capacity, &error);
  g_assert_no_error (error);
}

static guint
count_files (Fixture *f)
{
  g_autofree char *path = g_build_filename (f->dir, "parts", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_miss (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, 0);

  g_assert_cmpint (get (f, a, "1"), ==, -1);
  g_assert_cmpint (get (f, 4711, "1"), ==, -1);
}

static void
test_lost_file (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->dir, "parts", "1", NULL);
  gint64 a = fixture_put (f, f->inbox, 1, 0);

  put (f, a, "1", LARGE);
  g_assert_cmpint (truncate (path, 10), ==, 0);
  g_assert_cmpint (get (f, a, "1"), ==, -1);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (get (f, a, "1"), ==, -1);
  put (f, a, "1", LARGE);
  g_assert_cmpint (get (f, a, "1"), ==, LARGE);
}

static void
test_sizes (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  const char *hostile = "../../../x";

  put (f, a, "1", 0);
  put (f, a, "2", 256 * 1024);
  g_assert_cmpuint (count_files (f), ==, 0);
  put (f, a, "3", 256 * 1024 + 1);
  put (f, a, hostile, LARGE);
  g_assert_cmpuint (count_files (f), ==, 2);
  fixture_reopen (f);
  g_assert_cmpint (get (f, a, "1"), ==, 0);
  g_assert_cmpint (get (f, a, "2"), ==, 256 * 1024);
  g_assert_cmpint (get (f, a, "3"), ==, 256 * 1024 + 1);
  g_assert_cmpint (get (f, a, hostile), ==, LARGE);
}

static void
test_replace (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, 0);

  put (f, a, "1", LARGE);
  put (f, a, "1", LARGE + 1);
  g_assert_cmpint (get (f, a, "1"), ==, LARGE + 1);
  g_assert_cmpuint (count_files (f), ==, 1);
  put (f, a, "1", 10);
  g_assert_cmpint (get (f, a, "1"), ==, 10);
  g_assert_cmpuint (count_files (f), ==, 0);
}

static void
test_rolled_back (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const char *name = "1";
  gint64 a = fixture_put (f, f->inbox, 1, 0);

  put (f, a, "1", LARGE);
  tern_store_begin (f->store, &error);
  tern_store_remove_messages (f->store, f->inbox, &name, 1, NULL, &error);
  g_assert_no_error (error);
  tern_store_rollback (f->store);
  g_assert_cmpint (get (f, a, "1"), ==, LARGE);

  tern_store_remove_messages (f->store, f->inbox, &name, 1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (f), ==, 0);
}

static void
test_lru (Fixture *f, gconstpointer data)
{
  gint64 a = fixture_put (f, f->inbox, 1, 0);

  put (f, a, "1", 1000);
  put (f, a, "2", LARGE);
  put (f, a, "3", 1000);
  get (f, a, "1");
  evict (f, LARGE + 2000);
  g_assert_cmpint (get (f, a, "2"), ==, LARGE);
  get (f, a, "1");
  get (f, a, "3");
  /* Reopened, the order is still that of use. */
  evict (f, LARGE + 2000);
  fixture_reopen (f);
  evict (f, LARGE + 1000);
  g_assert_cmpint (get (f, a, "2"), ==, -1);
  g_assert_cmpint (get (f, a, "1"), ==, 1000);
  g_assert_cmpint (get (f, a, "3"), ==, 1000);
  g_assert_cmpuint (count_files (f), ==, 0);
  evict (f, 1000);
  g_assert_cmpint (get (f, a, "1"), ==, -1);
  g_assert_cmpint (get (f, a, "3"), ==, 1000);
}

static void
test_waiting (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 b = fixture_put (f, f->inbox, 2, 0);
  gint64 op;

  put (f, a, "1", 1000);
  put (f, b, "1", 1000);
  op = fixture_log (f, tern_operation_new_move (&a, 1, f->trash));
  evict (f, 0);
  g_assert_cmpint (get (f, a, "1"), ==, 1000);
  g_assert_cmpint (get (f, b, "1"), ==, -1);
  tern_store_confirm_operation (f->store, op, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (get (f, a, "1"), ==, 1000);
  evict (f, 0);
  g_assert_cmpint (get (f, a, "1"), ==, -1);
}

static void
put_in_advance (Fixture *f, gint64 id, gint64 received, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_strnfill (size, '1'), size);

  tern_store_put_part_in_advance (f->store, id, "1", received, bytes, &error);
  g_assert_no_error (error);
}

static gboolean
has_room (Fixture *f, gint64 received, guint64 size, guint64 capacity)
{
  g_autoptr (GError) error = NULL;
  gboolean room = FALSE;

  tern_store_has_room (f->store, received, size, capacity, &room, &error);
  g_assert_no_error (error);
  return room;
}

static void
test_in_advance (Fixture *f, gconstpointer data)
{
  gint64 old = fixture_put (f, f->inbox, 1, 0);
  gint64 middle = fixture_put (f, f->inbox, 2, 0);
  gint64 new = fixture_put (f, f->inbox, 3, 0);

  put (f, old, "1", 100);
  put_in_advance (f, new, 3, 100);
  put_in_advance (f, middle, 2, 100);
  evict (f, 200);
  g_assert_cmpint (get (f, middle, "1"), ==, -1);
  g_assert_cmpint (get (f, new, "1"), ==, 100); /* and so it was used */
  put_in_advance (f, middle, 2, 100);
  evict (f, 200);
  g_assert_cmpint (get (f, middle, "1"), ==, -1);
  g_assert_cmpint (get (f, old, "1"), ==, 100);
}

static void
test_room (Fixture *f, gconstpointer data)
{
  gint64 used = fixture_put (f, f->inbox, 1, 0);
  gint64 old = fixture_put (f, f->inbox, 2, 0);
  gint64 new = fixture_put (f, f->inbox, 4, 0);

  put (f, used, "1", 100);
  put_in_advance (f, old, 2, 100);
  put_in_advance (f, new, 4, 100);
  g_assert_false (has_room (f, 3, 101, 300)); /* the older one could go, no other */
  g_assert_true (has_room (f, 3, 100, 300));
  g_assert_false (has_room (f, 1, 1, 300));
  g_assert_true (has_room (f, 5, 200, 300));
  g_assert_false (has_room (f, 5, 201, 300));
  g_assert_false (has_room (f, 5, G_MAXUINT64, 300));
}

static void
test_bodies (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) bodies = NULL;
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 b = fixture_put (f, f->inbox, 2, 0);
  gint64 c = fixture_put (f, f->inbox, 3, 0);
  const TernStoreBody *body;

  put (f, b, "1", 10);
  put (f, b, "2", 10);
  bodies = tern_store_read_bodies (f->store, f->inbox, &(TernRowKey){ 3, c }, 2, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (bodies->len, ==, 1);
  body = g_ptr_array_index (bodies, 0);
  g_assert_cmpint (body->key.id, ==, b);
  g_assert_cmpstr (body->kept, ==, "1 2");

  g_clear_pointer (&bodies, g_ptr_array_unref);
  bodies = tern_store_read_bodies (f->store, f->inbox, NULL, G_MININT64, 10, &error);
  g_assert_cmpuint (bodies->len, ==, 3);
  body = g_ptr_array_index (bodies, 2);
  g_assert_cmpint (body->key.id, ==, a);
  g_assert_null (body->kept);
}

static void
test_stray (Fixture *f, gconstpointer data)
{
  g_autofree char *stray = g_build_filename (f->dir, "parts", "999", NULL);
  g_autofree char *cut = g_build_filename (f->dir, "parts", "1.XYZ123", NULL);
  gint64 a = fixture_put (f, f->inbox, 1, 0);

  put (f, a, "1", LARGE);
  g_assert_true (g_file_set_contents (stray, "x", 1, NULL));
  g_assert_true (g_file_set_contents (cut, "x", 1, NULL));
  evict (f, G_MAXINT64);
  g_assert_cmpuint (count_files (f), ==, 1);
  g_assert_cmpint (get (f, a, "1"), ==, LARGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
  g_test_add ("/store/parts/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
  ADD ("a part that is not kept is a miss, not an error", test_miss);
  ADD ("a file that was lost or cut is a miss", test_lost_file);
  ADD ("small parts are in the database, large ones in files of their own", test_sizes);
  ADD ("a part is replaced with its file", test_replace);
  ADD ("a file goes when its removal is written, not before", test_rolled_back);
  ADD ("the cache has a capacity, and what was used last is evicted last", test_lru);
  ADD ("what waits for the server is never evicted", test_waiting);
  ADD ("what was fetched in advance goes first, the oldest before all", test_in_advance);
  ADD ("nothing newer or used is given up for what is fetched in advance", test_room);
  ADD ("what is kept of letters is read down the list", test_bodies);
  ADD ("files that a crash left are swept away", test_stray);
  return g_test_run ();
}
