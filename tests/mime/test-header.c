/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-header.h"

#include <string.h>

typedef struct
{
  const char *raw;
  const char *expected;
} Pair;

static void
check_pairs (const Pair *pairs, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *decoded = tern_mime_decode_header (pairs[i].raw, -1);

      g_assert_cmpstr (decoded, ==, pairs[i].expected);
      g_assert_true (g_utf8_validate (decoded, -1, NULL));
    }
}

static void
test_broken_words (void)
{
  static const Pair PAIRS[] = {
    { "", "" },
    { "=?", "=?" },
    { "=?"
      "?=",
      "=?"
      "?=" },
    { "=?utf-8?=", "=?utf-8?=" },
    { "=?utf-8?Q?no end", "=?utf-8?Q?no end" },
    { "=?utf-8?X?what?=", "=?utf-8?X?what?=" },
    { "=??Q?none?=", "=??Q?none?=" },
    { "=?utf-8?Q?=ZZ=4?=", "=ZZ=4" },
    { "=?utf-8?B?4pyT?=", "\u2713" },
    { "=?utf-8?B?YW?=", "a" },       /* padding missing */
    { "=?utf-8?B?YW!Jj?=", "abc" },  /* a stray byte */
    { "=?utf-8?B?YQ==?= b", "a b" }, /* the padding's "=" before "?=" */
    { "=?utf-8?Q?=FF=FEa?=", "\u00FF\u00FEa" },
    { "=?utf-8?Q?=C3=A9=FF?=", "\u00E9\uFFFD" },
    { "=?no-such?Q?abc?=", "abc" },
    { "=?utf-8?Q?one two?=", "one two" }, /* spaces are not allowed, and common */
    { "a=?utf-8?Q?b?=c", "abc" },         /* no space around, as some senders do */
    { "=?utf-8?Q?a?=\r\n =?utf-8?Q?b", "a =?utf-8?Q?b" },
  };

  check_pairs (PAIRS, G_N_ELEMENTS (PAIRS));
  g_assert_null (tern_mime_decode_header (NULL, -1));
}

static void
test_hostile (void)
{
  static const Pair PAIRS[] = {
    { "a\r\nBcc: x@y", "a Bcc: x@y" },
    { "=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x" },
    { "a\033[31mred", "a[31mred" },
    { "=?utf-8?Q?a=00b=1Bc=7F?=", "abc" },
    { "invoice=?utf-8?Q?=E2=80=AEfdp.exe?=", "invoicefdp.exe" },
    { "\xE2\x81\xA6x\xE2\x81\xA9", "x" },
    { "  padded\t", "padded" },
  };
  g_autofree char *many = NULL;
  GString *words = g_string_new (NULL);

  check_pairs (PAIRS, G_N_ELEMENTS (PAIRS));
  for (guint i = 0; i < 200000; i++)
    g_string_append (words, "=?a?Q?");
  many = tern_mime_decode_header (words->str, words->len);
  g_assert_cmpuint (strlen (many), <=, 64 * 1024);
  g_string_free (words, TRUE);
}

static void
test_rfc2047_examples (void)
{
  static const Pair PAIRS[] = {
    { "=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>" },
    { "=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>",
      "Keld J\u00F8rn Simonsen <keld@dkuug.dk>" },
    { "=?ISO-8859-1?Q?Andr=E9?= Pirard <PIRARD@vm1.ulg.ac.be>",
      "Andr\u00E9 Pirard <PIRARD@vm1.ulg.ac.be>" },
    { "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n "
      "=?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
      "If you can read this you understand the example." },
    { "=?ISO-8859-8?b?7eXs+SDv4SDp7Oj08A==?=",
      "\u05DD\u05D5\u05DC\u05E9 \u05DF\u05D1 \u05D9\u05DC\u05D8\u05E4\u05E0" },
    { "(=?ISO-8859-1?Q?a?=)", "(a)" },
    { "(=?ISO-8859-1?Q?a?= b)", "(a b)" },
    { "(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)" },
    { "(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)" },
    { "(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)", "(ab)" },
    { "(=?ISO-8859-1?Q?a_b?=)", "(a b)" },
    { "(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)" },
    { "=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore" }, /* RFC 2231 section 5 */
  };

  check_pairs (PAIRS, G_N_ELEMENTS (PAIRS));
}

static void
test_lying_labels (void)
{
  static const Pair PAIRS[] = {
    { "=?gb2312?B?s8yS+w==?=", "\u7A0B\u63BB" }, /* the second is in GBK only */
    { "=?iso-8859-1?Q?=93quoted=94_=80?=", "\u201Cquoted\u201D \u20AC" },
    { "=?ks_c_5601-1987?B?vsiz58fPvLy/5A==?=", "\uC548\uB155\uD558\uC138\uC694" },
    { "=?shift_jis?B?h0CCoA==?=", "\u2460\u3042" }, /* NEC's row 13 */
    { "=?utf8?Q?=C3=A9?=", "\u00E9" },
    { "=?unicode-1-1-utf-7?Q?Hi_Mom_+Jjo--!?=", "Hi Mom \u263A-!" },
    { "=?x-unknown?Q?=C3=A9?=", "\u00E9" },
    { "=?us-ascii?Q?M=FCller?=", "M\u00FCller" },
    { "=?iso-2022-jp?B?GyRCLSEbKEI=?=", "\u2460" },
  };

  check_pairs (PAIRS, G_N_ELEMENTS (PAIRS));
}

static void
test_cut_characters (void)
{
  static const Pair PAIRS[] = {
    { "=?utf-8?Q?=E2=9C?= =?utf-8?Q?=93?=", "\u2713" },
    { "=?UTF-8?B?44GC44E=?=\r\n\t=?utf-8?B?hA==?=", "\u3042\u3044" },
    { "=?iso-2022-jp?B?GyRCJCIbKEI=?= =?iso-2022-jp?B?GyRCJCQbKEI=?=", "\u3042\u3044" },
  };

  check_pairs (PAIRS, G_N_ELEMENTS (PAIRS));
}

static void
test_raw_bytes (void)
{
  static const Pair PAIRS[] = {
    { "Zo\xC3\xAB", "Zo\u00EB" },
    { "M\xFCller \xFC"
      "ber uns",
      "M\u00FCller \u00FCber uns" },
    { "\xF0\xD2\xC9\xD7\xC5\xD4, \xCB\xC1\xCB \xC4\xC5\xCC\xC1",
      "\u041F\u0440\u0438\u0432\u0435\u0442, \u043A\u0430\u043A \u0434\u0435\u043B\u0430" },
    { "\xCF\xF0\xE8\xE2\xE5\xF2, \xEA\xE0\xEA \xE4\xE5\xEB\xE0",
      "\u041F\u0440\u0438\u0432\u0435\u0442, \u043A\u0430\u043A \u0434\u0435\u043B\u0430" },
    { "\xC4\xE3\xBA\xC3\xA3\xAC\xCA\xC0\xBD\xE7", "\u4F60\u597D\uFF0C\u4E16\u754C" },
    { "\x83\x65\x83\x58\x83\x67\x82\xC5\x82\xB7", "\u30C6\u30B9\u30C8\u3067\u3059" },
    { "\xA5\xC6\xA5\xB9\xA5\xC8\xA4\xC7\xA4\xB9", "\u30C6\u30B9\u30C8\u3067\u3059" },
    { "\xBE\xC8\xB3\xE7\xC7\xCF\xBC\xBC\xBF\xE4", "\uC548\uB155\uD558\uC138\uC694" },
    { "\033$B$\"$$\033(B", "\u3042\u3044" },
    { "caf\xE9 =?utf-8?Q?=C3=A9?=", "caf\u00E9 \u00E9" },
  };

  check_pairs (PAIRS, G_N_ELEMENTS (PAIRS));
}

static void
test_references (void)
{
  static const Pair PAIRS[] = {
    { "<a@b> <c@d> garbage", "<a@b> <c@d>" },
    { "<a@b>\r\n\t<c@d><a@b>", "<a@b> <c@d>" },
    { "Your message of Monday <x@y> (Re: <broken)", "<x@y>" },
    { "<<a@b>", "<a@b>" },
  };
  static const char *const NONE[] = { "", "hello", "<>", "<a b@c>", "<no-at>", "<a@b", "a@b>" };

  for (gsize i = 0; i < G_N_ELEMENTS (NONE); i++)
    g_assert_null (tern_mime_clean_references (NONE[i], -1));
  g_assert_null (tern_mime_clean_references (NULL, -1));
  for (gsize i = 0; i < G_N_ELEMENTS (PAIRS); i++)
    {
      g_autofree char *clean = tern_mime_clean_references (PAIRS[i].raw, -1);

      g_assert_cmpstr (clean, ==, PAIRS[i].expected);
    }
}

static void
test_filenames (void)
{
  static const Pair PAIRS[] = {
    { "", "file" },
    { "..", "file" },
    { "/", "file" },
    { "../../.bashrc", "bashrc" },
    { "..\\..\\autoexec.bat", "autoexec.bat" },
    { "C:\\x\\report.pdf", "report.pdf" },
    { "=?utf-8?Q?..=2F..=2Fetc=2Fpasswd?=", "passwd" },
    { "CON", "_CON" },
    { "nul.txt", "_nul.txt" },
    { "com1.log", "_com1.log" },
    { "console.txt", "console.txt" },
    { "photo\xE2\x80\xAEgpj.exe", "photogpj.exe" },
    { "a\nb\tc.txt", "a b c.txt" },
    { "-rf", "rf" },
    { "~root", "root" },
    { "what?*.txt", "what__.txt" },
    { "trailing. . ", "trailing" },
    { "\u5831\u544A\u66F8.pdf", "\u5831\u544A\u66F8.pdf" },
  };
  g_autofree char *missing = tern_mime_clean_filename (NULL, "file");
  g_autofree char *name = g_strnfill (5000, 'x');
  g_autofree char *with_end = g_strconcat (name, "\u00E9.tar", NULL);
  g_autofree char *cut = tern_mime_clean_filename (with_end, "file");

  g_assert_cmpstr (missing, ==, "file");
  g_assert_cmpuint (strlen (cut), <=, 200);
  g_assert_true (g_str_has_suffix (cut, "x.tar"));
  for (gsize i = 0; i < G_N_ELEMENTS (PAIRS); i++)
    {
      g_autofree char *clean = tern_mime_clean_filename (PAIRS[i].raw, "file");

      g_assert_cmpstr (clean, ==, PAIRS[i].expected);
    }
}

static void
test_parameters (void)
{
  static const struct
  {
    const char *pairs[9];
    const char *expected;
  } CASES[] = {
    { { NULL }, NULL },
    { { "name", "x", NULL }, NULL },
    { { "filename*5", "lost", NULL }, NULL },
    { { "filename*99999999999999999999", "x", "filename", "a", NULL }, "a" },
    { { "filename*0*", "no-quotes%41", NULL }, "no-quotesA" },
    { { "FileName", "=?utf-8?Q?caf=C3=A9.txt?=", NULL }, "caf\u00E9.txt" },
    { { "filename", "fallback.txt", "filename*", "UTF-8''%e2%82%ac.txt", NULL }, "\u20AC.txt" },
    { { "filename*", "UTF-8''%e2%82%ac.txt", "filename", "fallback.txt", NULL }, "\u20AC.txt" },
    /* RFC 2231 sections 3 and 4 */
    { { "filename*0", "ftp://", "filename*1", "cs.utk.edu/pub/moore.tar", NULL },
      "ftp://cs.utk.edu/pub/moore.tar" },
    { { "filename*0*", "us-ascii'en'This%20is%20even%20more%20", "filename*1*",
        "%2A%2A%2Afun%2A%2A%2A%20", "filename*2", "isn't it!", NULL },
      "This is even more ***fun*** isn't it!" },
    /* pieces out of order, a character cut in two */
    { { "filename*1*", "%82%ac", "filename*0*", "utf-8''%e2", NULL }, "\u20AC" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_autofree char *value = tern_mime_decode_parameter (CASES[i].pairs, "filename");

      g_assert_cmpstr (value, ==, CASES[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mime/header/broken encoded words are shown as far as they go",
                   test_broken_words);
  g_test_add_func ("/mime/header/a value cannot steer a terminal, a parser or the text direction",
                   test_hostile);
  g_test_add_func ("/mime/header/the examples of RFC 2047 decode", test_rfc2047_examples);
  g_test_add_func ("/mime/header/a charset label means what senders mean by it", test_lying_labels);
  g_test_add_func ("/mime/header/a character cut in two by encoded words is whole again",
                   test_cut_characters);
  g_test_add_func ("/mime/header/raw 8-bit bytes are understood", test_raw_bytes);
  g_test_add_func ("/mime/header/message ids are picked out once and in order", test_references);
  g_test_add_func ("/mime/header/a file name cannot leave its folder or hide its kind",
                   test_filenames);
  g_test_add_func ("/mime/header/parameters are joined as RFC 2231 says", test_parameters);
  return g_test_run ();
}
