/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-account.h"
#include "tern-error.h"
#include "tern-flags.h"

static gboolean
is_valid (const char *email, const char *user, gboolean with_server)
{
  g_autoptr (GPtrArray) endpoints =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (GError) error = NULL;
  gboolean valid;

  if (with_server)
    g_ptr_array_add (endpoints, tern_endpoint_new ("imap.example.org", 993, TERN_SECURITY_TLS));
  account = tern_account_new (0, NULL, email, "", user, endpoints);
  g_assert_null (account->name);
  valid = tern_account_validate (account, &error);
  if (!valid)
    g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID);
  return valid;
}

static void
test_malformed (void)
{
  static const char *const malformed[] = { "",        "ada",        "@example.org", "ada@",
                                           "a b@c.d", "ada@\nc.d",  "<ada@c.d>",    "a@b,c@d",
                                           "\"a\"@b", "ada\xff@c.d" };

  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    g_assert_false (is_valid (malformed[i], "ada", TRUE));
  g_assert_false (is_valid ("ada@example.org", "ada\r\nx", TRUE));
  g_assert_false (is_valid ("ada@example.org", NULL, FALSE));
}

static void
test_valid (void)
{
  g_assert_true (is_valid ("ada@example.org", NULL, TRUE));
  g_assert_true (is_valid ("grüße@example.org", "DOMAIN\\ada", TRUE));
}

static void
test_flags (void)
{
  g_autofree char *none = tern_flags_to_string (TERN_FLAGS_NONE);
  g_autofree char *two = tern_flags_to_string (TERN_FLAGS_SEEN | TERN_FLAGS_JUNK);
  TernFlags flag = TERN_FLAGS_NONE;

  g_assert_false (tern_flags_from_name ("starred", &flag));
  g_assert_cmpstr (none, ==, "");
  g_assert_cmpstr (two, ==, "seen junk");
  g_assert_true (tern_flags_from_name ("Flagged", &flag));
  g_assert_cmpint (flag, ==, TERN_FLAGS_FLAGGED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/account/what cannot be an account is refused", test_malformed);
  g_test_add_func ("/model/account/addresses of every script and any user name are taken",
                   test_valid);
  g_test_add_func ("/model/flags/a flag is read by the name it is written with", test_flags);
  return g_test_run ();
}
