/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-changes.h"

static const TernRowKey row = { 100, 7 };

static void
check (TernChanges *changes, guint added, guint removed, guint changed)
{
  const TernFolderChanges *folder = tern_changes_get_folder (changes, 1);

  g_assert_nonnull (folder);
  g_assert_cmpuint (folder->added->len, ==, added);
  g_assert_cmpuint (folder->removed->len, ==, removed);
  g_assert_cmpuint (folder->changed->len, ==, changed);
}

static void
test_empty (void)
{
  g_autoptr (TernChanges) changes = tern_changes_new ();
  g_autoptr (GPtrArray) list = tern_changes_list (changes);

  g_assert_true (tern_changes_is_empty (changes));
  g_assert_null (tern_changes_get_folder (changes, 1));
  g_assert_cmpuint (list->len, ==, 0);
}

/* Notes @steps on one row, "+", "-" and "~", and checks what is told of it then. */
static void
check_steps (const char *steps, guint added, guint removed, guint changed)
{
  g_autoptr (TernChanges) changes = tern_changes_new ();

  for (; *steps != '\0'; steps++)
    if (*steps == '+')
      tern_changes_add (changes, 1, row);
    else if (*steps == '-')
      tern_changes_remove (changes, 1, row);
    else
      tern_changes_change (changes, 1, row);
  check (changes, added, removed, changed);
}

static void
test_added (void)
{
  check_steps ("+", 1, 0, 0);
  check_steps ("+~", 1, 0, 0);
  check_steps ("+~-", 0, 1, 0);
  check_steps ("+-+", 1, 0, 0);
}

static void
test_removed (void)
{
  check_steps ("~", 0, 0, 1);
  check_steps ("-", 0, 1, 0);
  check_steps ("~-", 0, 1, 0);
  check_steps ("~-+", 0, 0, 1);
  check_steps ("-+-", 0, 1, 0);
}

static void
test_folders (void)
{
  g_autoptr (TernChanges) changes = tern_changes_new ();

  tern_changes_add (changes, 2, row);
  tern_changes_counts (changes, 1);
  check (changes, 0, 0, 0);
  g_assert_true (tern_changes_get_folder (changes, 1)->counts);
  g_assert_false (tern_changes_get_folder (changes, 2)->counts);
  g_assert_false (tern_changes_has_folder_list (changes, 5));
  tern_changes_folders (changes, 5);
  g_assert_true (tern_changes_has_folder_list (changes, 5));
  g_assert_false (tern_changes_has_folder_list (changes, 0));
}

static void
test_merge (void)
{
  g_autoptr (TernChanges) changes = tern_changes_new ();
  g_autoptr (TernChanges) later = tern_changes_new ();

  tern_changes_remove (changes, 1, row);
  tern_changes_add (later, 1, row);
  tern_changes_counts (later, 1);
  tern_changes_folders (later, 5);
  tern_changes_merge (changes, later);
  check (changes, 0, 0, 1);
  g_assert_true (tern_changes_get_folder (changes, 1)->counts);
  g_assert_true (tern_changes_has_folder_list (changes, 5));
}

static void
test_accounts (void)
{
  g_autoptr (TernChanges) changes = tern_changes_new ();
  g_autoptr (TernChanges) later = tern_changes_new ();
  g_autoptr (TernChanges) last = tern_changes_new ();
  g_autoptr (GArray) ids = NULL;

  tern_changes_account (changes, 5);
  tern_changes_account (later, 5);
  tern_changes_account (later, 6);
  tern_changes_merge (changes, later);
  g_assert_true (tern_changes_has_folder_list (changes, 0));
  g_assert_false (tern_changes_has_folder_list (changes, 5));
  ids = tern_changes_list_accounts (changes);
  g_assert_cmpuint (ids->len, ==, 2);
  tern_changes_folders (last, 0);
  tern_changes_merge (changes, last);
  g_assert_null (tern_changes_list_accounts (changes));
}

static void
test_merge_passing (void)
{
  g_autoptr (TernChanges) changes = tern_changes_new ();
  g_autoptr (TernChanges) later = tern_changes_new ();

  tern_changes_add (later, 1, row);
  tern_changes_remove (later, 1, row);
  tern_changes_merge (changes, later);
  tern_changes_add (changes, 1, row);
  check (changes, 1, 0, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/changes/nothing noted is nothing told", test_empty);
  g_test_add_func ("/model/changes/a new row is told as new, or as gone", test_added);
  g_test_add_func ("/model/changes/a row that went and came again is a changed one", test_removed);
  g_test_add_func ("/model/changes/folders and accounts are told apart", test_folders);
  g_test_add_func ("/model/changes/a merged batch is as if it had been one", test_merge);
  g_test_add_func (
      "/model/changes/single accounts are told until the list is to be read as a whole",
      test_accounts);
  g_test_add_func ("/model/changes/what came and went in a merged batch is new when it comes again",
                   test_merge_passing);
  return g_test_run ();
}
