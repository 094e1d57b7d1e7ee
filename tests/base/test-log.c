/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-log.h"

static void
check (const char *line, const char *expected)
{
  g_autofree char *redacted = tern_log_redact_command (line);

  g_assert_cmpstr (redacted, ==, expected);
}

static void
test_secrets (void)
{
  check ("a1 LOGIN ada secret\r\n", "a1 LOGIN ***");
  check ("a1 login \"ada\" \"sec ret\"\r\n", "a1 login ***");
  check ("a1 LOGIN {3}\r\n", "a1 LOGIN ***");
  check ("a2 AUTHENTICATE PLAIN AGFkYQBzZWNyZXQ=\r\n", "a2 AUTHENTICATE PLAIN ***");
  check ("AUTH PLAIN AGFkYQBzZWNyZXQ=", "AUTH PLAIN ***");
  check ("auth xoauth2 dXNlcj0=", "auth xoauth2 ***");
  check ("PASS secret", "PASS ***");
}

static void
test_harmless (void)
{
  check ("a3 AUTHENTICATE PLAIN\r\n", "a3 AUTHENTICATE PLAIN");
  check ("a4 SELECT INBOX\r\n", "a4 SELECT INBOX");
  check ("a5 SELECT x LOGIN y\r\n", "a5 SELECT x LOGIN y");
  check ("a6 NOOP", "a6 NOOP");
  check ("", "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/log/no secret of any sign-in command is left", test_secrets);
  g_test_add_func ("/base/log/other commands stay readable", test_harmless);
  return g_test_run ();
}
