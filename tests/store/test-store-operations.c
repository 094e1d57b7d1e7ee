/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-fixture.h"
#include "tern-error.h"

#define ID G_GINT64_FORMAT

static void
test_flags (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 op;

  fixture_check_counts (f, f->inbox, 1, 1);
  fixture_reset_changes (f);
  op = fixture_log (f, tern_operation_new_flags (&a, 1, TERN_FLAGS_SEEN, 0));
  fixture_assert_changes (f, f->inbox, "# ~%" ID, a);
  fixture_check_counts (f, f->inbox, 1, 0);

  fixture_reset_changes (f);
  tern_store_undo_operation (f->store, op, f->changes, &error);
  g_assert_no_error (error);
  fixture_assert_changes (f, f->inbox, "# ~%" ID, a);
  fixture_check_counts (f, f->inbox, 1, 1);
}

static void
test_move (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) moved = g_hash_table_new (g_str_hash, g_str_equal);
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 b = fixture_put (f, f->inbox, 2, 0);
  gint64 op;

  fixture_reset_changes (f);
  op = fixture_log (f, tern_operation_new_move (&a, 1, f->trash));
  fixture_assert_list (f, f->inbox, "%" ID, b);
  fixture_assert_changes (f, f->inbox, "# -%" ID, a);
  fixture_check_counts (f, f->inbox, 1, 1);
  fixture_assert_changes (f, f->trash, "%s", "");

  fixture_reset_changes (f);
  g_hash_table_insert (moved, (gpointer) "1", (gpointer) "77");
  tern_store_confirm_operation (f->store, op, moved, f->changes, &error);
  g_assert_no_error (error);
  fixture_assert_changes (f, f->inbox, "%s", "");
  fixture_assert_changes (f, f->trash, "# +%" ID, a);
  g_assert_cmpint (fixture_find (f, f->trash, "77"), ==, a);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
  g_test_add ("/store/operations/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
  ADD ("a flag shows at once and its undo brings back the state before", test_flags);
  ADD ("a moved message leaves at once and keeps its id in the target", test_move);
  return g_test_run ();
}
