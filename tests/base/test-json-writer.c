/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-json-writer.h"

#include <string.h>

static char *
write_string (const char *value)
{
  g_autoptr (TernJsonWriter) writer = tern_json_writer_new ();

  tern_json_writer_string (writer, value);
  return tern_json_writer_steal (writer, NULL);
}

static void
test_escapes (void)
{
  static const struct
  {
    const char *value, *written;
  } cases[] = {
    { NULL, "null" },
    { "", "\"\"" },
    { "a\"b\\c", "\"a\\\"b\\\\c\"" },
    { "a\nb\tc\rd", "\"a\\nb\\tc\\u000dd\"" },
    { "\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\"" },
    { "Grüße 你好", "\"Grüße 你好\"" },
    { "</script>", "\"</script>\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *written = write_string (cases[i].value);

      g_assert_cmpstr (written, ==, cases[i].written);
    }
}

static void
test_invalid (void)
{
  g_autofree char *written = write_string ("a\xff\xc3");

  g_assert_true (g_utf8_validate (written, -1, NULL));
  g_assert_true (g_str_has_prefix (written, "\"a"));
}

static void
test_nesting (void)
{
  g_autoptr (TernJsonWriter) writer = tern_json_writer_new ();
  g_autofree char *written = NULL;
  g_autofree char *again = NULL;
  gsize length;

  tern_json_writer_begin_object (writer);
  tern_json_writer_key (writer, "a\"");
  tern_json_writer_begin_array (writer);
  tern_json_writer_int (writer, G_MININT64);
  tern_json_writer_begin_object (writer);
  tern_json_writer_end_object (writer);
  tern_json_writer_boolean (writer, TRUE);
  tern_json_writer_end_array (writer);
  tern_json_writer_key (writer, "b");
  tern_json_writer_double (writer, 1.5);
  tern_json_writer_end_object (writer);
  written = tern_json_writer_steal (writer, &length);
  g_assert_cmpstr (written, ==, "{\"a\\\"\":[-9223372036854775808,{},true],\"b\":1.500}");
  g_assert_cmpuint (length, ==, strlen (written));

  tern_json_writer_int (writer, 1);
  again = tern_json_writer_steal (writer, NULL);
  g_assert_cmpstr (again, ==, "1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/json/bytes that are no UTF-8 do not break the value", test_invalid);
  g_test_add_func ("/base/json/every character that must be escaped is", test_escapes);
  g_test_add_func ("/base/json/values are parted by commas at every depth", test_nesting);
  return g_test_run ();
}
