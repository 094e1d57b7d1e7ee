/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-token.h"

static void
assert_grant (const char *scope, const char *asked, TernGrant expected)
{
  g_autoptr (TernToken) token = tern_token_new ("access", scope, 3600);

  g_assert_cmpint (tern_token_check_scope (token, asked), ==, expected);
}

static void
test_unknown (void)
{
  assert_grant (NULL, "Mail.Read", TERN_GRANT_UNKNOWN);
  assert_grant ("", "Mail.Read", TERN_GRANT_UNKNOWN);
  assert_grant ("  ", "Mail.Read", TERN_GRANT_UNKNOWN);
}

static void
test_whole_names (void)
{
  assert_grant ("Mail.ReadBasic", "Mail.Read", TERN_GRANT_MISSING);
  assert_grant ("Mail.ReadWrite", "Mail.Read", TERN_GRANT_MISSING);
  assert_grant ("Mail.Read.Shared", "Mail.Read", TERN_GRANT_MISSING);
  assert_grant ("Mail.Read", "Mail.ReadWrite", TERN_GRANT_MISSING);
}

static void
test_prefix_and_case (void)
{
  assert_grant ("https://graph.microsoft.com/mail.READ  offline_access", "Mail.Read",
                TERN_GRANT_GIVEN);
  assert_grant ("IMAP.AccessAsUser.All", "https://outlook.office.com/IMAP.AccessAsUser.All",
                TERN_GRANT_GIVEN);
  assert_grant ("https://mail.google.com/", "https://mail.google.com/", TERN_GRANT_GIVEN);
  assert_grant ("https://mail.google.com/", "Mail.Read", TERN_GRANT_MISSING);
}

static void
test_nothing_for_mail (void)
{
  assert_grant ("openid profile offline_access", "Mail.Read", TERN_GRANT_MISSING);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/auth/token/" name, func)
  ADD ("a scope that is not told is unknown, not missing", test_unknown);
  ADD ("scopes are compared by their whole names", test_whole_names);
  ADD ("neither the resource before a scope nor its case matters", test_prefix_and_case);
  ADD ("a token for the sign-in alone may be used for nothing", test_nothing_for_mail);
  return g_test_run ();
}
