/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-text.h"

#include <string.h>

typedef struct
{
  const char *from;
  const char *to;
} Pair;

static void
test_html (void)
{
  static const Pair PAIRS[] = {
    { "", "" },
    { "<script>x</script><style>p{}</style><title>t</title>", "" },
    { "<p>one<p>two  three\nfour", "one\n\ntwo three four\n" },
    { "a<br>b<br><br>c", "a\nb\n\nc\n" },
    { "<div>a</div><div>b</div>", "a\nb\n" },
    { "<ul><li>a<li>b</ul>c", "\u2022 a\n\u2022 b\n\nc\n" },
    { "<ol><li>a<li>b</ol>", "1. a\n2. b\n" },
    { "<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc\n" },
    { "x<blockquote>y<blockquote>z</blockquote></blockquote>w", "x\n\n> y\n\n>> z\n\nw\n" },
    { "<pre>a  b\n c</pre>", "a  b\n c\n" },
    { "<a href=http://x.test>link</a>", "link\n" },
    { "<div style='display:none'>hidden</div>seen<span hidden>no</span>", "seen\n" },
    { "&lt;b&gt; &amp;", "<b> &\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (PAIRS); i++)
    {
      g_autofree char *text = tern_mime_html_to_text (PAIRS[i].from);

      g_assert_cmpstr (text, ==, PAIRS[i].to);
    }
}

static void
test_snippets (void)
{
  static const struct
  {
    const char *text;
    gboolean is_html;
    const char *snippet;
  } CASES[] = {
    { "", FALSE, "" },
    { "", TRUE, "" },
    { "<html><head><style>p{color", TRUE, "" },
    { "<p>Hello <b>wor", TRUE, "Hello wor" },
    { "<p>Hello <a href=\"http://x", TRUE, "Hello" },
    { "<p>Hello <!-- unfinished", TRUE, "Hello" },
    { "\xE3\x81\x82\xE3\x81", FALSE, "\u3042" },
    { "a\n\n  b\tc\n", FALSE, "a b c" },
    { "> quoted\nanswer", FALSE, "answer" },
    { "On Monday, Ana wrote:\n> hello\n\nYes", FALSE, "Yes" },
    { "Am 3. Mai schrieb Ana\n<ana@b.test>:\n\n> hallo\nJa", FALSE, "Ja" },
    { "\u5317\u6751\u3055\u3093\uFF1A\n> q\n\u306F\u3044", FALSE, "\u306F\u3044" },
    { "Two things:\n\nfirst", FALSE, "Two things: first" },
    { "> only a quote", FALSE, "only a quote" },
    { "text\n-- \nAna\n", FALSE, "text" },
    { "Yes\n-----Original Message-----\nFrom: x", FALSE, "Yes" },
    { "=====\nNews\n-----\n", FALSE, "News" },
    { "a\xC2\xA0\xC2\xA0"
      "b\xE2\x80\x8C\xE2\x80\x8C \xCD\x8F c",
      FALSE, "a b c" },
    { "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", FALSE,
      "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645" },
    { "<div style='display:none;max-height:0'>pre\xE2\x80\x8C</div><p>Real</p>", TRUE, "Real" },
    { "<p>Yes</p><div>On Monday Ana wrote:</div><blockquote>q</blockquote>", TRUE, "Yes" },
    { "0123456789012345678901234567890123456789", FALSE, "01234567890123456789" },
    { "\u6765\u9031\u306E\u706B\u66DC\u65E5\u306F\u3044\u304B\u304C\u3067\u3057\u3087\u3046"
      "\u304B\u3002\u3088\u308D\u3057\u304F\u304A\u9858\u3044\u3057\u307E\u3059",
      FALSE,
      "\u6765\u9031\u306E\u706B\u66DC\u65E5\u306F\u3044\u304B\u304C\u3067\u3057\u3087\u3046"
      "\u304B\u3002\u3088\u308D\u3057\u304F" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_autofree char *snippet = tern_mime_make_snippet (CASES[i].text, CASES[i].is_html, 20);

      g_assert_cmpstr (snippet, ==, CASES[i].snippet);
      g_assert_true (g_utf8_validate (snippet, -1, NULL));
    }
}

/* "QUOTE:text" of each block, "s" for a signature, parted by "|". */
static char *
describe (const char *text, gboolean flowed)
{
  g_autoptr (GPtrArray) blocks = tern_mime_split_text (text, flowed);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < blocks->len; i++)
    {
      const TernTextBlock *block = g_ptr_array_index (blocks, i);

      g_string_append_printf (out, "%s%u%s:%s", i > 0 ? "|" : "", block->quote,
                              block->is_signature ? "s" : "", block->text);
    }
  return g_string_free (out, FALSE);
}

static void
test_split (void)
{
  static const struct
  {
    const char *text;
    gboolean flowed;
    const char *blocks;
  } CASES[] = {
    { "", FALSE, "" },
    { "\n", FALSE, "0:" },
    { "a\nb\n", FALSE, "0:a\nb" },
    { "a\n> b\n> > c\n>> d\n>e\nf", FALSE, "0:a|1:b|2:c\nd|1:e|0:f" },
    { "a\n-- \nme\n", FALSE, "0:a|0s:me" },
    { "a \nb", FALSE, "0:a \nb" },
    /* broken by a program */
    { "The north hide finished its last sweep at first light, and with it we\n"
      "are at 9,214 birds for the season. That is the highest figure since\n"
      "counting began.\n\nAoife",
      FALSE,
      "0:The north hide finished its last sweep at first light, and with it we are at 9,214 "
      "birds for the season. That is the highest figure since counting began.\n\nAoife" },
    { "> The north hide finished its last sweep at first light, and with it we\n> are many\n",
      FALSE, "1:The north hide finished its last sweep at first light, and with it we are many" },
    /* broken by a person */
    { "Dear all,\nthe table is on the second page now, where it should have been.\nAna\nB.", FALSE,
      "0:Dear all,\nthe table is on the second page now, where it should have been.\nAna\nB." },
    { "- the table is on the second page now, where it should have been, too\n- the rest\n", FALSE,
      "0:- the table is on the second page now, where it should have been, too\n- the rest" },
    { "name            number of birds         number of nests        total\nhide\n", FALSE,
      "0:name            number of birds         number of nests        total\nhide" },
    /* RFC 3676 */
    { "a \nb\n", TRUE, "0:a b" },
    { "a \n\nb", TRUE, "0:a \n\nb" },
    { " >a\n  b\n", TRUE, "0:>a\n b" },
    { "> a \n> b\n>> c \n> d", TRUE, "1:a b|2:c |1:d" },
    { "> > a", TRUE, "1:> a" },
    { "a \n-- \nb", TRUE, "0:a |0s:b" },
    { ">>>>>>Thou art a villainous ill-breeding spongy dizzy-eyed \n"
      ">>>>>>reeky elf-skinned pigeon-egg!\n",
      TRUE,
      "6:Thou art a villainous ill-breeding spongy dizzy-eyed reeky elf-skinned pigeon-egg!" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_autofree char *blocks = describe (CASES[i].text, CASES[i].flowed);

      g_assert_cmpstr (blocks, ==, CASES[i].blocks);
    }
}

static void
test_links (void)
{
  static const struct
  {
    const char *text;
    const char *shown; /* NULL for no link */
    const char *url;
  } CASES[] = {
    { "", NULL, NULL },
    { "a@b @x.test x@ http:// https://. www. mailto:", NULL, NULL },
    { "javascript:alert(1) file:///x", NULL, NULL },
    { "xhttp://a.test", NULL, NULL },
    { "see http://a.test/x.", "http://a.test/x", "http://a.test/x" },
    { "(see https://a.test/x_(y))", "https://a.test/x_(y)", "https://a.test/x_(y)" },
    { "<https://a.test/?q=1&r=2>", "https://a.test/?q=1&r=2", "https://a.test/?q=1&r=2" },
    { "www.a.test, and", "www.a.test", "https://www.a.test" },
    { "write to ana.p@b.test!", "ana.p@b.test", "mailto:ana.p@b.test" },
    { "https://a.test/x\u3092\u3054\u89A7", "https://a.test/x", "https://a.test/x" },
    { "https://a.test/K\u00E4se", "https://a.test/K\u00E4se", "https://a.test/K\u00E4se" },
    { "\u201Chttps://a.test\u201D", "https://a.test", "https://a.test" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_autofree char *url = NULL;
      gsize start, length;
      gboolean found = tern_mime_find_link (CASES[i].text, &start, &length, &url);

      g_test_message ("%s", CASES[i].text);
      g_assert_cmpint (found, ==, CASES[i].shown != NULL);
      if (found)
        {
          g_autofree char *shown = g_strndup (CASES[i].text + start, length);

          g_assert_cmpstr (shown, ==, CASES[i].shown);
          g_assert_cmpstr (url, ==, CASES[i].url);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mime/text/a snippet is what the letter itself says, cut off or not",
                   test_snippets);
  g_test_add_func ("/mime/text/links end where the eye ends them", test_links);
  g_test_add_func ("/mime/text/HTML reads as plain text", test_html);
  g_test_add_func ("/mime/text/quotes, signatures and flowed paragraphs are told apart",
                   test_split);
  return g_test_run ();
}
