/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-folder-list.h"

#include "store-fixture.h"
#include "tern-settings.h"

#define MANY 20000

typedef struct
{
  Fixture store;
  GPtrArray *folders; /* TernFolder */
  TernEngine *engine;
  GSettings *settings;
  TernFolderList *list;
} Lists;

static TernFolder *
add_folder (Lists *lists, const char *path, const char *parent)
{
  TernFolder *folder = tern_folder_new (path, path, parent);

  g_ptr_array_add (lists->folders, folder);
  return folder;
}

static void
set_up (Lists *lists, gconstpointer data)
{
  fixture_set_up (&lists->store, NULL);
  lists->folders = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_folder_unref);
  add_folder (lists, "INBOX", NULL)->role = TERN_FOLDER_ROLE_INBOX;
}

/* The list of the folders that were added. */
static void
open_list (Lists *lists)
{
  g_autoptr (GError) error = NULL;

  tern_store_put_folders (lists->store.store, lists->store.account->id, lists->folders,
                          lists->store.changes, &error);
  g_assert_no_error (error);
  g_clear_object (&lists->store.store); /* the engine is the one who writes from here on */
  lists->engine = tern_engine_new (lists->store.dir);
  lists->settings = tern_settings_new (lists->store.dir);
  lists->list = tern_folder_list_new (lists->engine, lists->settings);
}

static void
tear_down (Lists *lists, gconstpointer data)
{
  g_clear_object (&lists->list);
  g_clear_object (&lists->settings);
  tern_engine_close (lists->engine);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&lists->engine);
  g_ptr_array_unref (lists->folders);
  fixture_tear_down (&lists->store, NULL);
}

/* The rows below the account's heading as "path depth, …". */
static char *
describe (Lists *lists)
{
  GString *out = g_string_new (NULL);

  for (guint i = 1; i < g_list_model_get_n_items (G_LIST_MODEL (lists->list)); i++)
    {
      g_autoptr (TernFolderItem) item = g_list_model_get_item (G_LIST_MODEL (lists->list), i);

      g_string_append_printf (out, "%s%s %u", i > 1 ? ", " : "",
                              tern_folder_item_get_folder (item)->path,
                              tern_folder_item_get_depth (item));
    }
  return g_string_free (out, FALSE);
}

#define assert_rows(lists, rows)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *rows_ = describe (lists);                                                     \
    g_assert_cmpstr (rows_, ==, rows);                                                             \
  }                                                                                                \
  G_STMT_END

static void
test_ring (Lists *lists, gconstpointer data)
{
  add_folder (lists, "a", "b");
  add_folder (lists, "b", "a");
  add_folder (lists, "self", "self");
  add_folder (lists, "stray", "nowhere");
  open_list (lists);
  assert_rows (lists, "INBOX 0, self 0, stray 0");
}

static void
test_order (Lists *lists, gconstpointer data)
{
  add_folder (lists, "work/b", "work");
  add_folder (lists, "work", NULL);
  add_folder (lists, "work/a", "work");
  add_folder (lists, "work/a/deep", "work/a");
  add_folder (lists, "work/bin", "work")->role = TERN_FOLDER_ROLE_TRASH;
  add_folder (lists, "home", NULL);
  open_list (lists);
  assert_rows (lists, "INBOX 0, work/bin 0, home 0, work 0, work/a 1, work/a/deep 2, work/b 1");
}

static void
test_subscribed (Lists *lists, gconstpointer data)
{
  add_folder (lists, "full", NULL)->selectable = FALSE;
  add_folder (lists, "full/chosen", "full");
  add_folder (lists, "full/other", "full")->subscribed = FALSE;
  add_folder (lists, "empty", NULL)->selectable = FALSE;
  add_folder (lists, "empty/other", "empty")->subscribed = FALSE;
  add_folder (lists, "system", NULL)->selectable = FALSE;
  add_folder (lists, "system/bin", "system")->role = TERN_FOLDER_ROLE_TRASH;
  open_list (lists);
  assert_rows (lists, "INBOX 0, system/bin 0, full 0, full/chosen 1, system 0");
  tern_folder_list_set_show_all (lists->list, TRUE);
  assert_rows (lists, "INBOX 0, system/bin 0, empty 0, empty/other 1, full 0, full/chosen 1, "
                      "full/other 1, system 0");
}

/* Work that grows with the square of their number does not end within the test's time. */
static void
test_many (Lists *lists, gconstpointer data)
{
  GListModel *model;
  g_autoptr (GPtrArray) before = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *parent = g_strdup_printf ("f%u", (i - 1) / 3);
      g_autofree char *path = g_strdup_printf ("f%u", i);

      add_folder (lists, path, i > 0 ? parent : NULL);
    }
  open_list (lists);
  model = G_LIST_MODEL (lists->list);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, MANY + 2);
  for (guint i = 0; i < MANY + 2; i++)
    g_ptr_array_add (before, g_list_model_get_item (model, i));
  tern_folder_list_reload (lists->list);
  for (guint i = 0; i < MANY + 2; i++)
    {
      g_autoptr (TernFolderItem) item = g_list_model_get_item (model, i);

      g_assert_true (item == g_ptr_array_index (before, i));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/ui/folder-list/" name, Lists, NULL, set_up, func, tear_down)
  ADD ("folders that are above themselves hang nothing", test_ring);
  ADD ("folders stand below their parents by name, those with a role at the top", test_order);
  ADD ("what is not subscribed is left out, but for what holds others", test_subscribed);
  ADD ("twenty thousand folders are listed, and keep their rows", test_many);
  return g_test_run ();
}
