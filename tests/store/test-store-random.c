/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-fixture.h"

#include "tern-error.h"

/* Hundreds of random steps, seeded by g_test (print it with --verbose, repeat it with --seed).
 * After each one, a list that was read once and kept up only by what the store told must equal what
 * the store would read now, and the counts must equal a count of the rows. */

#define STEPS 600

typedef struct
{
  Fixture *fixture;
  gint64 folders[3];
  GHashTable *mirrors[3]; /* gint64 id → nothing: the rows that a window would show */
  int counts[3][2];       /* total, unread that a window would show */
  GArray *operations;     /* gint64: pending ones */
  guint next;             /* the next remote id */
} World;

static gint64
pick_row (World *world, guint folder)
{
  g_autoptr (GPtrArray) page =
      tern_store_read_page (world->fixture->store, world->folders[folder], NULL, G_MAXINT, NULL);

  if (page->len == 0)
    return 0;
  return ((TernMessage *) g_ptr_array_index (page, g_test_rand_int_range (0, (int) page->len)))->id;
}

static void
take_id (const char *remote_id, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strdup (remote_id));
}

static char *
pick_remote_id (World *world, guint folder)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  tern_store_foreach_remote_id (world->fixture->store, world->folders[folder], take_id, ids, NULL);
  if (ids->len == 0)
    return g_strdup ("0");
  return g_strdup (g_ptr_array_index (ids, g_test_rand_int_range (0, (int) ids->len)));
}

static TernFlags
pick_flags (void)
{
  return (TernFlags) g_test_rand_int_range (0, 4);
}

static void
step_put (World *world, guint folder)
{
  guint n =
      g_test_rand_int_range (0, 3) > 0 ? world->next++ : (guint) g_test_rand_int_range (1, 40);
  g_autoptr (TernMessage) message = fixture_message (n, pick_flags ());

  if (n % 4 == 0)
    message->global_id = g_strdup_printf ("G%u", n);
  fixture_put_message (world->fixture, world->folders[folder], message);
}

static void
step_flags (World *world, guint folder)
{
  g_autofree char *name = pick_remote_id (world, folder);
  TernFlagsUpdate update = { name, pick_flags (), NULL, 0 };

  g_assert_true (tern_store_put_flags (world->fixture->store, world->folders[folder], &update, 1,
                                       world->fixture->changes, NULL));
}

static void
step_remove (World *world, guint folder)
{
  g_autofree char *name = pick_remote_id (world, folder);
  const char *names[] = { name };

  g_assert_true (tern_store_remove_messages (world->fixture->store, world->folders[folder], names,
                                             1, world->fixture->changes, NULL));
}

static void
step_log (World *world, guint folder)
{
  gint64 id = pick_row (world, folder);
  gint64 target = world->folders[(folder + 1) % 3];
  TernOperation *operation;

  if (id == 0)
    return;
  switch (g_test_rand_int_range (0, 6))
    {
    case 0:
      operation = tern_operation_new_move (&id, 1, target);
      operation->set = pick_flags ();
      break;
    case 1:
      operation = tern_operation_new (TERN_OPERATION_DELETE, &id, 1);
      break;
    case 2:
      operation = tern_operation_new_copy (&id, 1, target);
      break;
    default:
      operation = tern_operation_new_flags (&id, 1, 1 + pick_flags (), pick_flags ());
    }
  id = fixture_log (world->fixture, operation);
  if (id == 0)
    return; /* as it is already */
  g_array_append_val (world->operations, id);
  if (g_test_rand_bit ())
    g_assert_true (tern_store_count_attempt (world->fixture->store, id, NULL));
}

/* Ends the oldest operation, as the engine would. */
static void
step_end (World *world)
{
  g_autoptr (TernOutcome) outcome = tern_outcome_new ();
  TernStore *store = world->fixture->store;
  TernChanges *changes = world->fixture->changes;
  gint64 id;

  if (world->operations->len == 0)
    return;
  id = g_array_index (world->operations, gint64, 0);
  g_array_remove_index (world->operations, 0);
  if (g_test_rand_bit ())
    {
      g_assert_true (tern_store_undo_operation (store, id, changes, NULL));
      return;
    }
  for (guint i = 1; g_test_rand_bit () && i < world->next; i++)
    g_hash_table_insert (outcome->moved, g_strdup_printf ("%u", i),
                         g_strdup_printf ("%u", world->next + i));
  world->next *= g_hash_table_size (outcome->moved) > 0 ? 2 : 1;
  outcome->struck_out = g_test_rand_int_range (0, 4) == 0;
  g_assert_true (tern_store_confirm_operation (store, id, outcome, changes, NULL));
}

static void
step_folder (World *world, guint folder)
{
  TernStore *store = world->fixture->store;
  TernChanges *changes = world->fixture->changes;
  gint64 id = world->folders[folder];

  switch (g_test_rand_int_range (0, 8))
    {
    case 0:
      g_assert_true (tern_store_reset_folder (store, id, changes, NULL));
      break;
    case 1:
      fixture_reopen (world->fixture);
      break;
    default:
      g_assert_true (tern_store_set_validated (store, id, g_get_real_time (), changes, NULL));
    }
}

static void
take_step (World *world)
{
  guint folder = (guint) g_test_rand_int_range (0, 3);

  switch (g_test_rand_int_range (0, 12))
    {
    case 0:
      step_flags (world, folder);
      break;
    case 1:
      step_remove (world, folder);
      break;
    case 2:
    case 3:
    case 4:
      step_log (world, folder);
      break;
    case 5:
    case 6:
      step_end (world);
      break;
    case 7:
      step_folder (world, folder);
      break;
    default:
      step_put (world, folder);
    }
}

static void
apply_changes (World *world, guint folder)
{
  const TernFolderChanges *changes =
      tern_changes_get_folder (world->fixture->changes, world->folders[folder]);
  GHashTable *mirror = world->mirrors[folder];

  if (changes == NULL)
    return;
  for (guint i = 0; i < changes->added->len; i++)
    {
      gint64 id = g_array_index (changes->added, TernRowKey, i).id;

      g_assert_true (g_hash_table_add (mirror, g_memdup2 (&id, sizeof id)));
    }
  for (guint i = 0; i < changes->removed->len; i++)
    g_assert_true (
        g_hash_table_remove (mirror, &g_array_index (changes->removed, TernRowKey, i).id));
  for (guint i = 0; i < changes->changed->len; i++)
    g_assert_true (
        g_hash_table_contains (mirror, &g_array_index (changes->changed, TernRowKey, i).id));
}

static void
check (World *world, guint folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) page =
      tern_store_read_page (world->fixture->store, world->folders[folder], NULL, G_MAXINT, &error);
  g_autoptr (TernFolder) kept =
      tern_store_get_folder (world->fixture->store, world->folders[folder], &error);
  const TernFolderChanges *changes =
      tern_changes_get_folder (world->fixture->changes, world->folders[folder]);
  int unread = 0;

  g_assert_no_error (error);
  g_free (fixture_list (world->fixture, world->folders[folder])); /* checks both ways to read */
  g_assert_cmpuint (page->len, ==, g_hash_table_size (world->mirrors[folder]));
  for (guint i = 0; i < page->len; i++)
    {
      const TernMessage *message = g_ptr_array_index (page, i);

      g_assert_true (g_hash_table_contains (world->mirrors[folder], &message->id));
      unread += (message->flags & TERN_FLAGS_SEEN) == 0;
    }
  if (kept->total >= 0)
    {
      g_assert_cmpint (kept->total, ==, (int) page->len);
      g_assert_cmpint (kept->unread, ==, unread);
    }
  if (kept->total != world->counts[folder][0] || kept->unread != world->counts[folder][1])
    g_assert_true (changes != NULL && changes->counts);
  world->counts[folder][0] = kept->total;
  world->counts[folder][1] = kept->unread;
}

static void
test_random (Fixture *f, gconstpointer data)
{
  World world = { .fixture = f,
                  .folders = { f->inbox, f->archive, f->trash },
                  .counts = { { -1, -1 }, { -1, -1 }, { -1, -1 } },
                  .operations = g_array_new (FALSE, FALSE, sizeof (gint64)),
                  .next = 41 };

  for (guint i = 0; i < 3; i++)
    world.mirrors[i] = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  for (guint step = 0; step < STEPS; step++)
    {
      fixture_reset_changes (f);
      take_step (&world);
      for (guint i = 0; i < 3; i++)
        {
          apply_changes (&world, i);
          check (&world, i);
        }
    }
  for (guint i = 0; i < 3; i++)
    g_hash_table_unref (world.mirrors[i]);
  g_array_unref (world.operations);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/random/a list kept up by the told changes is what the store would read",
              Fixture, NULL, fixture_set_up, test_random, fixture_tear_down);
  return g_test_run ();
}
