/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-trace.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

static void
test_off (void)
{
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  g_unsetenv ("TERN_TRACE");
  tern_trace_init ();
  g_assert_false (tern_trace_is_enabled ());
  tern_trace ("nothing");
}

static void
test_unwritable (void)
{
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_stderr ("*Cannot write the trace*");
      return;
    }
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  g_setenv ("TERN_TRACE", "/proc/no/trace", TRUE);
  tern_trace_init ();
  g_assert_false (tern_trace_is_enabled ());
}

static void
test_lines (void)
{
  g_autofree char *dir = g_dir_make_tmp ("tern-trace-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "trace", NULL);
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;
  GStatBuf buffer;

  g_setenv ("TERN_TRACE", path, TRUE);
  tern_trace_init ();
  g_assert_true (tern_trace_is_enabled ());
  tern_trace ("plain");
  tern_trace ("full", TERN_TRACE_INT ("n", 3), TERN_TRACE_MS ("ms", 1500),
              TERN_TRACE_STR ("what", "a\"b\nc"), TERN_TRACE_STR ("none", NULL));
  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  lines = g_strsplit (contents, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_true (g_str_has_prefix (lines[0], "{\"t\":"));
  g_assert_nonnull (strstr (lines[0], "\"ev\":\"process.start\""));
  g_assert_true (g_str_has_suffix (lines[1], ",\"ev\":\"plain\"}"));
  g_assert_true (g_str_has_suffix (
      lines[2], ",\"ev\":\"full\",\"n\":3,\"ms\":1.500,\"what\":\"a\\\"b\\nc\",\"none\":\"\"}"));
  g_assert_cmpstr (lines[3], ==, "");
  g_assert_cmpint (g_stat (path, &buffer), ==, 0);
  g_assert_cmpuint (buffer.st_mode & 0777, ==, 0600);
  g_unlink (path);
  g_rmdir (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/trace/nothing is written where none was asked for", test_off);
  g_test_add_func ("/base/trace/a file that cannot be written is told, not fatal", test_unwritable);
  g_test_add_func ("/base/trace/an event is one line of JSON that nobody else can read",
                   test_lines);
  return g_test_run ();
}
