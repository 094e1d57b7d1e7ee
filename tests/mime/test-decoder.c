/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-decoder.h"

#include <string.h>

/* Decodes @text in pieces of @step bytes. */
static char *
decode (TernEncoding encoding, const char *text, gsize step)
{
  g_autoptr (TernMimeDecoder) decoder = tern_mime_decoder_new (encoding);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gsize length = strlen (text);

  for (gsize i = 0; i < length; i += step)
    tern_mime_decoder_push (decoder, (const guint8 *) text + i, MIN (step, length - i), out);
  tern_mime_decoder_finish (decoder, out);
  g_byte_array_append (out, (const guint8 *) "", 1);
  return g_strdup ((const char *) out->data);
}

static void
check_any_cut (TernEncoding encoding, const char *text, const char *expected)
{
  for (gsize step = 1; step <= strlen (text) + 1; step++)
    {
      g_autofree char *decoded = decode (encoding, text, step);

      g_assert_cmpstr (decoded, ==, expected);
    }
}

static void
test_broken_base64 (void)
{
  check_any_cut (TERN_ENCODING_BASE64, "", "");
  check_any_cut (TERN_ENCODING_BASE64, "====", "");
  check_any_cut (TERN_ENCODING_BASE64, "SGVsbG8", "Hello");            /* no padding */
  check_any_cut (TERN_ENCODING_BASE64, "SGVs!bG8\r\n =\x80", "Hello"); /* strays */
  check_any_cut (TERN_ENCODING_BASE64, "SGVsbG8=\r\nSGVsbG8=", "HelloHello");
}

static void
test_broken_quoted_printable (void)
{
  check_any_cut (TERN_ENCODING_QUOTED_PRINTABLE, "", "");
  check_any_cut (TERN_ENCODING_QUOTED_PRINTABLE, "a=3Db", "a=b");
  check_any_cut (TERN_ENCODING_QUOTED_PRINTABLE, "a=3db=\r\nc", "a=bc");
  check_any_cut (TERN_ENCODING_QUOTED_PRINTABLE, "a=ZZb", "a=ZZb");
  check_any_cut (TERN_ENCODING_QUOTED_PRINTABLE, "a=\nb\n", "ab\n");
}

static void
test_uuencode (void)
{
  check_any_cut (TERN_ENCODING_UUENCODE, "begin 644 x\n#0V%T\n`\nend\n", "Cat");
  check_any_cut (TERN_ENCODING_UUENCODE, "no beginning\n", "");
}

static void
test_identity (void)
{
  check_any_cut (TERN_ENCODING_IDENTITY, "a=3D\r\n", "a=3D\r\n");
  check_any_cut (TERN_ENCODING_UNKNOWN, "a=3D\r\n", "a=3D\r\n");
}

static void
test_text (void)
{
  static const struct
  {
    const char *bytes;
    const char *charset;
    const char *mime_type;
    const char *expected;
  } CASES[] = {
    { "a\r\nb\rc\n", NULL, "text/plain", "a\nb\nc\n" },
    { "caf\xC3\xA9", "utf-8", "text/plain", "caf\u00E9" },
    { "caf\xC3\xA9 \xFF", "utf-8", "text/plain", "caf\u00E9 \uFFFD" },
    { "caf\xE9", "utf-8", "text/plain", "caf\u00E9" },
    { "caf\xE9", "\"ISO-8859-1\"", "text/plain", "caf\u00E9" },
    { "caf\xE9", "//TRANSLIT", "text/plain", "caf\u00E9" },
    { "\xEF\xBB\xBFx", "iso-8859-1", "text/plain", "x" },
    { "\xF0\xD2\xC9\xD7\xC5\xD4", "koi8-r", "text/plain", "\u041F\u0440\u0438\u0432\u0435\u0442" },
    { "\x81\x30\x86\x38", "gb18030", "text/plain", "\u00C0" },
    { "\033$B$\"\033(B\r\n\033$B$$", "iso-2022-jp", "text/plain", "\u3042\n\u3044" },
    { "\033$B$\"\033", "iso-2022-jp", "text/plain", "\u3042" },
    { "\033$B$", "iso-2022-jp", "text/plain", "$" },
    { "\033(I1\033(B", "iso-2022-jp", "text/plain", "\uFF71" },
    { "\x93\xFA\x96{\x8C\xEA\x82\xC5\x82\xB7", NULL, "text/plain",
      "\u65E5\u672C\u8A9E\u3067\u3059" },
    { "<meta charset=koi8-r>\xF0\xD2", NULL, "text/html", "<meta charset=koi8-r>\u041F\u0440" },
    { "<META http-equiv=x content='text/html; charset=koi8-r'>\xF0", "us-ascii", "text/html",
      "<META http-equiv=x content='text/html; charset=koi8-r'>\u041F" },
    { "<meta charset=utf-16>\xC3\xA9", NULL, "text/html", "<meta charset=utf-16>\u00E9" },
    { "<meta charset=koi8-r>\xE0", "iso-8859-5", "text/html", "<meta charset=koi8-r>\u0440" },
    { "<meta charset", NULL, "text/html", "<meta charset" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_autofree char *text =
          tern_mime_decode_text ((const guint8 *) CASES[i].bytes, strlen (CASES[i].bytes),
                                 CASES[i].charset, CASES[i].mime_type);

      g_assert_cmpstr (text, ==, CASES[i].expected);
      g_assert_true (g_utf8_validate (text, -1, NULL));
    }
}

static void
test_utf16 (void)
{
  static const guint8 LITTLE[] = { 0xFF, 0xFE, 'a', 0, 0x42, 0x30 };
  static const guint8 NULS[] = { 'a', 0, 'b' };
  g_autofree char *little = tern_mime_decode_text (LITTLE, sizeof LITTLE, NULL, "text/plain");
  g_autofree char *nuls = tern_mime_decode_text (NULS, sizeof NULS, NULL, "text/plain");
  g_autofree char *none = tern_mime_decode_text (NULL, 0, "utf-8", "text/plain");

  g_assert_cmpstr (little, ==, "a\u3042");
  g_assert_cmpstr (nuls, ==, "ab");
  g_assert_cmpstr (none, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mime/decoder/broken base64 gives what can be read of it", test_broken_base64);
  g_test_add_func ("/mime/decoder/broken quoted-printable gives what can be read of it",
                   test_broken_quoted_printable);
  g_test_add_func ("/mime/decoder/uuencode is undone wherever it is cut", test_uuencode);
  g_test_add_func ("/mime/decoder/other encodings pass through", test_identity);
  g_test_add_func ("/mime/decoder/text becomes UTF-8 by its true charset", test_text);
  g_test_add_func ("/mime/decoder/a byte order mark counts and NUL bytes vanish", test_utf16);
  return g_test_run ();
}
