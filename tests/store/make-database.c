/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-fixture.h"

#include <glib/gstdio.h>

/* Writes the database that test-store-database upgrades, as this version of the program makes it:
 *   make-database tests/store/data/vN.db
 * Run once when version N of the schema is final, and never again for it. */
int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *contents = NULL;
  Fixture f = { NULL };
  gint64 a, b;
  gsize length;

  if (argc != 2)
    return 2;
  fixture_set_up (&f, NULL);
  a = fixture_put (&f, f.inbox, 1, 0);
  b = fixture_put (&f, f.inbox, 2, TERN_FLAGS_SEEN);
  tern_store_set_sync_state (f.store, f.inbox, "state", &error);
  tern_store_set_validated (f.store, f.inbox, 1000, NULL, &error);
  fixture_log (&f, tern_operation_new_flags (&a, 1, TERN_FLAGS_FLAGGED, 0));
  fixture_log (&f, tern_operation_new_move (&b, 1, f.trash));
  g_clear_object (&f.store);

  path = g_build_filename (f.dir, "tern.db", NULL);
  g_file_get_contents (path, &contents, &length, &error);
  g_assert_no_error (error);
  g_file_set_contents (argv[1], contents, (gssize) length, &error);
  g_assert_no_error (error);
  fixture_tear_down (&f, NULL);
  return 0;
}
