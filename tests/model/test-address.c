/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-address.h"

static void
check (GPtrArray *list, guint i, const char *name, const char *address, const char *display)
{
  const TernAddress *a = g_ptr_array_index (list, i);

  g_assert_cmpstr (a->name, ==, name);
  g_assert_cmpstr (a->address, ==, address);
  g_assert_cmpstr (tern_address_get_display (a), ==, display);
}

static void
test_malformed (void)
{
  static const char *const malformed[] = { "", "no tab", "\n\n\n", "x\ny" };
  g_autoptr (GPtrArray) none = tern_address_list_from_string (NULL);

  g_assert_cmpuint (none->len, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autoptr (GPtrArray) list = tern_address_list_from_string (malformed[i]);

      g_assert_cmpuint (list->len, ==, 0);
    }
}

static void
test_round_trip (void)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_address_unref);
  g_autoptr (GPtrArray) read = NULL;
  g_autofree char *text = NULL;

  g_ptr_array_add (list, tern_address_new ("Ada Lovelace", "ada@example.org"));
  g_ptr_array_add (list, tern_address_new ("", "grace@example.org"));
  g_ptr_array_add (list, tern_address_new ("陈", NULL));
  g_ptr_array_add (list, tern_address_new ("a\tb\nc", "d\te"));
  text = tern_address_list_to_string (list);
  read = tern_address_list_from_string (text);
  g_assert_cmpuint (read->len, ==, 4);
  check (read, 0, "Ada Lovelace", "ada@example.org", "Ada Lovelace");
  check (read, 1, NULL, "grace@example.org", "grace@example.org");
  check (read, 2, "陈", "", "陈");
  check (read, 3, "a b c", "d e", "a b c");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/address/what is no list is an empty one", test_malformed);
  g_test_add_func ("/model/address/a list is read as it was written, whatever the names",
                   test_round_trip);
  return g_test_run ();
}
