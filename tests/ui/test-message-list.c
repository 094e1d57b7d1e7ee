/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-message-list.h"

#include "store-fixture.h"

#define FIRST_PAGE 100

typedef struct
{
  Fixture store;
  TernEngine *engine;
  TernMessageList *list;
  GArray *mirror; /* gint64 ids, kept by what items-changed says and nothing else */
  guint ranges;
} Lists;

static gint64
id_at (Lists *lists, guint position)
{
  return tern_message_list_get_key (lists->list, position).id;
}

static void
items_changed_cb (GListModel *model, guint position, guint removed, guint added, Lists *lists)
{
  lists->ranges++;
  g_assert_cmpuint (removed + added, >, 0);
  g_array_remove_range (lists->mirror, position, removed);
  for (guint i = 0; i < added; i++)
    {
      gint64 id = id_at (lists, position + i);

      g_array_insert_val (lists->mirror, position + i, id);
    }
}

static void
check_mirror (Lists *lists)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (lists->list));

  g_assert_cmpuint (lists->mirror->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (g_array_index (lists->mirror, gint64, i), ==, id_at (lists, i));
      if (i > 0)
        {
          TernRowKey above = tern_message_list_get_key (lists->list, i - 1);
          TernRowKey here = tern_message_list_get_key (lists->list, i);

          g_assert_cmpint (tern_row_key_compare (&above, &here), <, 0);
        }
    }
}

/* A profile with @n messages, and the list of its inbox as it is before the main loop runs. */
static void
open_lists (Lists *lists, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_message_unref);

  fixture_set_up (&lists->store, NULL);
  tern_store_begin (lists->store.store, &error);
  for (guint i = 1; i <= n; i++)
    g_ptr_array_add (messages, fixture_message (i, TERN_FLAGS_NONE));
  tern_store_put_messages (lists->store.store, lists->store.inbox, messages, lists->store.changes,
                           &error);
  tern_store_commit (lists->store.store, &error);
  g_assert_no_error (error);
  g_clear_object (&lists->store.store); /* the engine is the one who writes from here on */

  lists->engine = tern_engine_new (lists->store.dir);
  lists->list = tern_message_list_new (lists->engine, lists->store.inbox);
  lists->mirror = g_array_new (FALSE, FALSE, sizeof (gint64));
  lists->ranges = 0;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (lists->list)); i++)
    {
      gint64 id = id_at (lists, i);

      g_array_append_val (lists->mirror, id);
    }
  g_signal_connect (lists->list, "items-changed", G_CALLBACK (items_changed_cb), lists);
}

static void
load_all (Lists *lists)
{
  while (!tern_message_list_is_loaded (lists->list))
    g_main_context_iteration (NULL, TRUE);
}

static void
close_lists (Lists *lists)
{
  g_signal_handlers_disconnect_by_func (lists->list, items_changed_cb, lists);
  g_clear_object (&lists->list);
  tern_engine_close (lists->engine);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&lists->engine);
  g_array_unref (lists->mirror);
  fixture_tear_down (&lists->store, NULL);
}

static void
test_unknown (void)
{
  Lists lists;
  g_autoptr (TernChanges) changes = tern_changes_new ();

  open_lists (&lists, 5);
  load_all (&lists);
  lists.ranges = 0;
  tern_changes_add (changes, lists.store.inbox, tern_message_list_get_key (lists.list, 2));
  tern_changes_remove (changes, lists.store.inbox, (TernRowKey){ 3, 12345 });
  tern_changes_change (changes, lists.store.inbox, (TernRowKey){ 4, 12346 });
  tern_changes_add (changes, lists.store.trash, (TernRowKey){ 4, 12347 });
  g_signal_emit_by_name (lists.engine, "changed", changes);
  g_assert_cmpuint (lists.ranges, ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (lists.list)), ==, 5);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (lists.list), 5));
  close_lists (&lists);
}

static void
test_first_page (void)
{
  Lists lists;
  g_autoptr (TernMessageItem) item = NULL;

  open_lists (&lists, 1000);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (lists.list)), ==, FIRST_PAGE);
  g_assert_false (tern_message_list_is_loaded (lists.list));
  item = g_list_model_get_item (G_LIST_MODEL (lists.list), 0);
  g_assert_cmpint (tern_message_item_get_message (item)->received, ==, 1000);
  close_lists (&lists);
}

static void
test_rest (void)
{
  Lists lists;
  g_autoptr (TernMessageItem) before = NULL, after = NULL;

  open_lists (&lists, 1000);
  before = g_list_model_get_item (G_LIST_MODEL (lists.list), 7);
  load_all (&lists);
  g_assert_cmpuint (lists.ranges, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (lists.list)), ==, 1000);
  after = g_list_model_get_item (G_LIST_MODEL (lists.list), 7);
  g_assert_true (before == after);
  check_mirror (&lists);
  close_lists (&lists);
}

static void
test_few_items (void)
{
  Lists lists;

  open_lists (&lists, 20000);
  load_all (&lists);
  for (guint i = 0; i < 20000; i += 7)
    {
      g_autoptr (TernMessageItem) item = g_list_model_get_item (G_LIST_MODEL (lists.list), i);

      g_assert_nonnull (tern_message_item_get_message (item));
      g_assert_cmpint (tern_message_item_get_message (item)->received, ==, 20000 - i);
    }
  g_assert_cmpuint (tern_message_list_count_items (lists.list), <=, 600);
  close_lists (&lists);
}

static void
test_runs (void)
{
  Lists lists;
  g_autoptr (TernChanges) add = tern_changes_new (), take = tern_changes_new ();

  open_lists (&lists, 50);
  load_all (&lists);
  lists.ranges = 0;
  for (guint i = 0; i < 30; i++)
    tern_changes_add (add, lists.store.inbox, (TernRowKey){ 1000 + i, 5000 + i });
  tern_changes_add (add, lists.store.inbox, (TernRowKey){ 20, 6000 });
  g_signal_emit_by_name (lists.engine, "changed", add);
  g_assert_cmpuint (lists.ranges, ==, 2);
  check_mirror (&lists);

  lists.ranges = 0;
  for (guint i = 10; i < 20; i++)
    tern_changes_remove (take, lists.store.inbox, tern_message_list_get_key (lists.list, i));
  tern_changes_remove (take, lists.store.inbox, tern_message_list_get_key (lists.list, 40));
  g_signal_emit_by_name (lists.engine, "changed", take);
  g_assert_cmpuint (lists.ranges, ==, 2);
  check_mirror (&lists);
  close_lists (&lists);
}

static void
test_random (void)
{
  Lists lists;
  gint64 next_id = 100000;

  open_lists (&lists, 300);
  load_all (&lists);
  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (TernChanges) changes = tern_changes_new ();
      g_autoptr (GHashTable) wanted = g_hash_table_new (g_int64_hash, g_int64_equal);
      guint n = g_list_model_get_n_items (G_LIST_MODEL (lists.list)), gone = 0, came = 0;

      for (guint i = 0; i < n; i++)
        if (g_test_rand_int_range (0, 10) == 0)
          {
            tern_changes_remove (changes, lists.store.inbox,
                                 tern_message_list_get_key (lists.list, i));
            gone++;
          }
      for (int i = g_test_rand_int_range (0, 60); i > 0; i--, came++)
        tern_changes_add (changes, lists.store.inbox,
                          (TernRowKey){ g_test_rand_int_range (0, 400), next_id++ });
      g_signal_emit_by_name (lists.engine, "changed", changes);
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (lists.list)), ==, n - gone + came);
      check_mirror (&lists);
    }
  close_lists (&lists);
}

static void
count_cb (TernMessageItem *item, GParamSpec *pspec, guint *count)
{
  (*count)++;
}

static void
test_changed (void)
{
  Lists lists;
  g_autoptr (TernChanges) changes = tern_changes_new ();
  g_autoptr (TernMessageItem) item = NULL, again = NULL;
  guint told = 0;

  open_lists (&lists, 20);
  load_all (&lists);
  lists.ranges = 0;
  item = g_list_model_get_item (G_LIST_MODEL (lists.list), 3);
  g_signal_connect (item, "notify::message", G_CALLBACK (count_cb), &told);
  tern_changes_change (changes, lists.store.inbox, tern_message_item_get_key (item));
  g_signal_emit_by_name (lists.engine, "changed", changes);
  g_assert_cmpuint (told, ==, 1);
  g_assert_cmpuint (lists.ranges, ==, 0);
  again = g_list_model_get_item (G_LIST_MODEL (lists.list), 3);
  g_assert_true (item == again);
  close_lists (&lists);
}

static void
test_find (void)
{
  Lists lists;
  TernRowKey key;
  guint position;

  open_lists (&lists, 20);
  load_all (&lists);
  key = tern_message_list_get_key (lists.list, 4);
  g_assert_true (tern_message_list_find (lists.list, key, &position));
  g_assert_cmpuint (position, ==, 4);
  key.id += 100000; /* newer than the one at its time */
  g_assert_false (tern_message_list_find (lists.list, key, &position));
  g_assert_cmpuint (position, ==, 4);
  key.received = 0;
  g_assert_false (tern_message_list_find (lists.list, key, &position));
  g_assert_cmpuint (position, ==, 20);
  close_lists (&lists);
}

/* Shows what a search has found in place of what was shown. */
static void
show_found (Lists *lists, guint first, guint n)
{
  g_autoptr (GPtrArray) found =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_message_unref);
  g_autoptr (GPtrArray) page =
      tern_engine_read_page (lists->engine, lists->store.inbox, NULL, 50, NULL);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (found, tern_message_ref (page->pdata[first + 2 * i]));
  tern_message_list_show_found (lists->list, found);
}

static void
test_found (void)
{
  Lists lists;
  g_autoptr (TernChanges) changes = tern_changes_new ();
  g_autoptr (TernMessageItem) item = NULL;
  TernRowKey other;

  open_lists (&lists, 50);
  load_all (&lists);
  other = tern_message_list_get_key (lists.list, 3);
  g_signal_handlers_disconnect_by_func (lists.list, items_changed_cb, &lists);
  g_object_unref (lists.list);
  lists.list = tern_message_list_new_found (lists.engine, lists.store.inbox);
  g_array_set_size (lists.mirror, 0);
  g_signal_connect (lists.list, "items-changed", G_CALLBACK (items_changed_cb), &lists);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (lists.list)), ==, 0);
  g_assert_false (tern_message_list_is_loaded (lists.list));

  show_found (&lists, 10, 5);
  check_mirror (&lists);
  g_assert_true (tern_message_list_is_loaded (lists.list));
  item = g_list_model_get_item (G_LIST_MODEL (lists.list), 1);
  g_assert_cmpint (tern_message_item_get_id (item), ==, id_at (&lists, 1));
  g_assert_nonnull (tern_message_item_get_message (item));
  show_found (&lists, 12, 3);
  check_mirror (&lists);

  /* What is new in the folder was not looked for; what goes is not there any more. */
  tern_changes_add (changes, lists.store.inbox, other);
  tern_changes_remove (changes, lists.store.inbox, tern_message_list_get_key (lists.list, 0));
  g_signal_emit_by_name (lists.engine, "changed", changes);
  check_mirror (&lists);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (lists.list)), ==, 2);
  close_lists (&lists);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/list/what it has or never had changes nothing", test_unknown);
  g_test_add_func ("/ui/list/the first page is there before anything else runs", test_first_page);
  g_test_add_func ("/ui/list/the rest comes in one range and leaves the first page alone",
                   test_rest);
  g_test_add_func ("/ui/list/looking at many rows keeps few objects", test_few_items);
  g_test_add_func ("/ui/list/neighbours come and go in one range", test_runs);
  g_test_add_func ("/ui/list/any mixture of changes is told exactly", test_random);
  g_test_add_func ("/ui/list/a changed row keeps its object and says so once", test_changed);
  g_test_add_func ("/ui/list/a row that is gone is looked for where it was", test_find);
  g_test_add_func ("/ui/list/what a search has found is shown alone, and as it changes",
                   test_found);
  return g_test_run ();
}
