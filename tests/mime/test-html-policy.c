/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-html-policy.h"

#include <string.h>

#include "html-tricks.h"

/* The sanitizers make each byte dearer, and find as much in fewer of them. */
#ifdef __SANITIZE_ADDRESS__
#define HOSTILE_SIZE (256 * 1024)
#else
#define HOSTILE_SIZE (2 * 1024 * 1024)
#endif

/* What no trick may leave behind. */
static const char *const FORBIDDEN[] = {
  "evil",     "<script", "<iframe", "<object", "<embed",      "<form",    "<input", "<button",
  "<link",    "<meta",   "<base",   "<svg",    "<math",       "<video",   "<audio", "<source",
  "<track",   "<frame",  "<!",      "<?",      "url(",        "@import",  "@font",  "javascript",
  "position", " on",     "srcset",  "\\",      "expression(", "behavior",
};

static void
assert_harmless (const char *html, const char *output)
{
  for (gsize i = 0; i < G_N_ELEMENTS (FORBIDDEN); i++)
    if (strcasestr (output, FORBIDDEN[i]) != NULL)
      {
        g_test_message ("%s\ngave\n%s", html, output);
        g_test_fail ();
      }
}

static void
test_tricks (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (TRICKS); i++)
    {
      g_auto (TernHtmlFindings) first = { 0 };
      g_auto (TernHtmlFindings) second = { 0 };
      g_autofree char *output = tern_html_policy_apply (TRICKS[i], FALSE, &first);
      g_autofree char *again = NULL;

      /* A trick may rely on text in a title or alt being parsed once more. */
      if (strcasestr (output, "&lt;") == NULL)
        assert_harmless (TRICKS[i], output);
      again = tern_html_policy_apply (output, FALSE, &second);
      g_assert_cmpuint (second.remote, ==, 0);
      g_assert_null (strstr (again, "<img src=\"http"));
    }
}

static void
test_tricks_in_company (void)
{
  static const char *const AROUND[] = { "<table><tr><td>%s",
                                        "<div><p><b>%s</b>",
                                        "<ul><li>%s",
                                        "<a href=https://good.test>%s</a>",
                                        "<blockquote>%s</blockquote>",
                                        "<p title='<%s'>",
                                        "<style>p{color:red}</style>%s" };

  for (gsize i = 0; i < G_N_ELEMENTS (TRICKS); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (AROUND); k++)
      {
        g_auto (TernHtmlFindings) findings = { 0 };
        const char *hole = strstr (AROUND[k], "%s");
        g_autofree char *before = g_strndup (AROUND[k], hole - AROUND[k]);
        g_autofree char *html = g_strconcat (before, TRICKS[i], hole + 2, NULL);
        g_autofree char *output = tern_html_policy_apply (html, FALSE, &findings);

        if (strcasestr (output, "&lt;") == NULL && strstr (output, "title=") == NULL)
          assert_harmless (html, output);
      }
}

typedef struct
{
  const char *html;
  const char *inner; /* what stands inside the root and the body's <div> */
} Pair;

static void
check_pairs (const Pair *pairs, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_auto (TernHtmlFindings) findings = { 0 };
      g_autofree char *output = tern_html_policy_apply (pairs[i].html, FALSE, &findings);
      g_autofree char *expected =
          g_strdup_printf ("<div class=\"tern-letter-root\"><div>%s</div></div>", pairs[i].inner);

      g_assert_cmpstr (output, ==, expected);
    }
}

static void
test_kept (void)
{
  static const Pair PAIRS[] = {
    { "", "" },
    { "a < b & c", "a &lt; b &amp; c" },
    { "<p>one<p>two", "<p>one</p><p>two</p>" },
    { "<a href=\"https://x.test/?a=1&amp;b=2\" target=_blank>x</a>",
      "<a href=\"https://x.test/?a=1&amp;b=2\">x</a>" },
    { "<a href=#top name=a>x</a>", "<a href=\"#top\" name=\"a\">x</a>" },
    { "<a href='mailto:a@b.test?subject=x'>x</a>", "<a href=\"mailto:a@b.test?subject=x\">x</a>" },
    { "<img src=cid:a%40b alt='\"x\"'>", "<img src=\"cid:a%40b\" alt=\"&quot;x&quot;\">" },
    { "<img src='data:image/png;base64,iVBORw0KGgo='>",
      "<img src=\"data:image/png;base64,iVBORw0KGgo=\">" },
    { "<table width=100% bgcolor=#fff><tr><td align=center>x</table>",
      "<table width=\"100%\" bgcolor=\"#fff\"><tbody><tr><td align=\"center\">x</td></tr></tbody>"
      "</table>" },
    { "<p style=\"COLOR: Red; font-family:'Segoe UI',sans-serif; position:absolute\">x",
      "<p style=\"color:red;font-family:'segoe ui',sans-serif;\">x</p>" },
    { "<blockquote type=cite cite=mid:x>q</blockquote>",
      "<blockquote type=\"cite\">q</blockquote>" },
    { "<table width=600 style='width:600px'><tr><td width=500>x<td width=90>y</table>",
      "<table style=\"width:600px;width:100%;max-width:600px;\"><tbody><tr><td>x</td><td "
      "width=\"90\">y</td></tr></tbody></table>" },
    { "<o:p>office</o:p>", "office" },
    { "<ul><li>a<li>b<ul><li>c</ul><li>d</ul>",
      "<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>" },
    { "<pre>\n\nx</pre>", "<pre>\n\nx</pre>" },
    { "</div></div>after", "after" },
    { "<b><i>x</b>y</i>", "<b><i>x</i></b>y" },
    { "<td>cell without a table", "cell without a table" },
    { "<script>x</script>seen<title>no</title>", "seen" },
    { "cut <b>off</b> <a href=\"http://x", "cut <b>off</b> " },
    { "&eacute;&#233;&nbsp;", "\u00E9\u00E9\u00A0" },
  };

  check_pairs (PAIRS, G_N_ELEMENTS (PAIRS));
}

static void
test_sheets (void)
{
  static const struct
  {
    const char *css;
    const char *kept;
  } CASES[] = {
    { "p{color:red}", ".tern-letter-root p{color:red;}\n" },
    { "body,html{margin:0}", ".tern-letter-root,.tern-letter-root{margin:0;}\n" },
    { "body .x,a:hover{color:#123 !important}",
      ".tern-letter-root .x,.tern-letter-root a:hover{color:#123 !important;}\n" },
    { "html > body.dark p{color:red}", NULL },
    { "@media (max-width:600px){.x{width:100%}} p{color:red}",
      "@media (max-width:600px){.tern-letter-root .x{width:100%;}\n}.tern-letter-root "
      "p{color:red;}\n" },
    { "@media (prefers-color-scheme:dark){p{color:white}}", NULL },
    { "<!-- p{color:red} -->", ".tern-letter-root p{color:red;}\n" },
    { "p::before{color:red}", NULL },
    { "p{color:red", ".tern-letter-root p{color:red;}\n" },
    { "}p{color:red}", ".tern-letter-root p{color:red;}\n" },
    { "p{color:rgb(1,2,3);width:calc(1px + 2px)}", ".tern-letter-root p{color:rgb(1,2,3);}\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_auto (TernHtmlFindings) findings = { 0 };
      g_autofree char *html = g_strdup_printf ("<style>%s</style>x", CASES[i].css);
      g_autofree char *output = tern_html_policy_apply (html, FALSE, &findings);

      if (CASES[i].kept != NULL)
        {
          g_autofree char *expected = g_strdup_printf ("<style>%s</style>", CASES[i].kept);

          if (strstr (output, expected) == NULL)
            g_test_message ("%s", output);
          g_assert_nonnull (strstr (output, expected));
        }
      g_assert_null (strstr (output, "prefers"));
      g_assert_null (strstr (output, "::"));
    }
}

static void
test_findings (void)
{
  static const struct
  {
    const char *html;
    guint remote;
    guint cids;
    gboolean has_colours;
  } CASES[] = {
    { "plain", 0, 0, FALSE },
    { "<img src=http://a.test/1><img src=https://a.test/2>", 2, 0, FALSE },
    { "<img src=http://a.test/1 width=1 height=1>", 1, 0, FALSE },
    { "<img src=cid:a><img src=cid:a><img src=cid:b>", 0, 2, FALSE },
    { "<img src=cid:%00><img src=cid:><img src=cid:%FF>", 0, 0, FALSE },
    { "<link rel=stylesheet href=http://a.test/1>", 1, 0, FALSE },
    { "<video src=http://a.test/1></video>", 1, 0, FALSE },
    { "<iframe src=http://a.test/1></iframe>", 1, 0, FALSE },
    { "<td background=http://a.test/1>", 0, 0, FALSE },
    { "<table background=http://a.test/1>", 1, 0, FALSE },
    { "<p style='background:url(http://a.test/1)'>", 1, 0, FALSE },
    { "<style>@font-face{src:url(http://a.test)}</style>", 1, 0, FALSE },
    { "<table bgcolor=white>", 0, 0, TRUE },
    { "<p style=color:red>", 0, 0, TRUE },
    { "<style>p{background-color:red}</style>", 0, 0, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_auto (TernHtmlFindings) findings = { 0 };
      g_autofree char *output = tern_html_policy_apply (CASES[i].html, FALSE, &findings);

      g_test_message ("%s", CASES[i].html);
      g_assert_cmpuint (findings.remote, ==, CASES[i].remote);
      g_assert_cmpuint (findings.cids != NULL ? findings.cids->len : 0, ==, CASES[i].cids);
      g_assert_cmpint (findings.has_colours, ==, CASES[i].has_colours);
    }
}

static void
test_body (void)
{
  g_auto (TernHtmlFindings) findings = { 0 };
  g_autofree char *output = tern_html_policy_apply (
      "<body bgcolor=#eee text=red style='margin:0;position:fixed'>x", FALSE, &findings);

  g_assert_nonnull (strstr (output, "style=\"background-color:#eee;color:red;margin:0;\""));
  g_assert_true (findings.has_colours);
}

static void
test_allowed (void)
{
  static const char HTML[] = "<img src=http://a.test/1><img src=//a.test/2>"
                             "<img src=http://a.test/3 width=1 height=1>"
                             "<p style='background:url(http://a.test/4)'>"
                             "<video poster=http://a.test/5></video>";
  g_auto (TernHtmlFindings) findings = { 0 };
  g_autofree char *output = tern_html_policy_apply (HTML, TRUE, &findings);

  g_assert_nonnull (strstr (output, "<img src=\"http://a.test/1\">"));
  g_assert_nonnull (strstr (output, "<img src=\"https://a.test/2\">"));
  g_assert_null (strstr (output, "a.test/3"));
  g_assert_null (strstr (output, "a.test/4"));
  g_assert_null (strstr (output, "a.test/5"));
}

static char *
repeat (const char *what, gsize n)
{
  GString *out = g_string_sized_new (strlen (what) * n);

  for (gsize i = 0; i < n; i++)
    g_string_append (out, what);
  return g_string_free (out, FALSE);
}

/* The deepest nesting of tags in what the policy wrote, which is well nested. */
static guint
depth_of (const char *html)
{
  guint depth = 0, most = 0;

  for (const char *p = html; (p = strchr (p, '<')) != NULL; p++)
    if (p[1] == '/')
      depth--;
    else if (!g_str_has_prefix (p, "<br") && !g_str_has_prefix (p, "<img") &&
             !g_str_has_prefix (p, "<hr"))
      {
        depth++;
        most = MAX (most, depth);
      }
  return most;
}

static void
test_size (void)
{
  static const char *const UNITS[] = {
    "<div>",
    "<b>",
    "<table>",
    "<span><li>",
    "<b x=1><p>",
    "<font color=red><i>",
    "<a href=x><div></a>",
    "<b x=1><table><td></b></table>",
    "<div><table><td></div></table>",
    "<span><p></span><ul></ul>",
    "<table><tr><td>",
    "<table><caption><p>",
    "<p><b><i><u>",
    "<blockquote><p>",
    "<ul><li>",
    "<ruby><rt>",
    "<h1><h2>",
    "</p></div></b>",
    "<dl><dd><dl><dt>",
    "<p style='((((((('>",
    "<style>a{",
    "<!--",
    "<a b=c ",
    "<![",
    "&amp",
    "<style>@media x{</style>",
    "<nobr><nobr>",
    "<script>",
    "<p title='<",
  };
  gint64 start = g_get_monotonic_time ();

  for (gsize i = 0; i < G_N_ELEMENTS (UNITS); i++)
    {
      g_auto (TernHtmlFindings) findings = { 0 };
      g_autofree char *html = repeat (UNITS[i], HOSTILE_SIZE / strlen (UNITS[i]));
      g_autofree char *output = tern_html_policy_apply (html, FALSE, &findings);
      gint64 now = g_get_monotonic_time ();

      g_test_message ("%s: %.3f s", UNITS[i], (now - start) / 1e6);
      start = now;
      g_assert_cmpuint (depth_of (output), <, 850);
      g_assert_cmpuint (strlen (output), <, 100 * 1024 * 1024);
    }
}

static void
test_page (void)
{
  g_autofree char *blocked = tern_html_policy_make_page ("x", "p{}", FALSE);
  g_autofree char *allowed = tern_html_policy_make_page ("x", "p{}", TRUE);

  g_assert_nonnull (strstr (blocked, "default-src 'none'"));
  g_assert_null (strstr (blocked, "http:"));
  g_assert_nonnull (strstr (allowed, "img-src cid: data: http: https:"));
}

static void
test_links (void)
{
  static const char *const REFUSED[] = { "",          "x",       "javascript:x",
                                         "file:///x", "//x",     "tel:1",
                                         "http:x",    "data:,x", "\x01javascript:x" };
  g_autofree char *clean = tern_html_policy_check_link (" https://a.test/a b\n ");

  g_assert_cmpstr (clean, ==, "https://a.test/a%20b");
  for (gsize i = 0; i < G_N_ELEMENTS (REFUSED); i++)
    g_assert_null (tern_html_policy_check_link (REFUSED[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mime/html-policy/no trick loads or runs anything", test_tricks);
  g_test_add_func ("/mime/html-policy/no trick works inside other elements",
                   test_tricks_in_company);
  g_test_add_func ("/mime/html-policy/hostile size and nesting cost bounded depth and space",
                   test_size);
  g_test_add_func ("/mime/html-policy/links lead to the web or to mail and nowhere else",
                   test_links);
  g_test_add_func ("/mime/html-policy/what letters need is kept", test_kept);
  g_test_add_func ("/mime/html-policy/style sheets keep their harmless rules, scoped", test_sheets);
  g_test_add_func ("/mime/html-policy/a letter's own background is kept", test_body);
  g_test_add_func ("/mime/html-policy/what is remote is counted", test_findings);
  g_test_add_func ("/mime/html-policy/pictures stay where they are allowed and can be seen",
                   test_allowed);
  g_test_add_func ("/mime/html-policy/the page repeats the policy", test_page);
  return g_test_run ();
}
