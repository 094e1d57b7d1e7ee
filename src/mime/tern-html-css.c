/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-html-private.h"

#include <string.h>

/* A letter's style sheets together; what is beyond is left out. */
#define MAX_SHEET (512 * 1024)
#define MAX_VALUE 500
#define MAX_SELECTOR 500
#define MAX_NAME 40

/* What a letter may style. Left out is what takes an element out of the text's flow (position),
 * what has effects beyond looks (behavior, cursor), and what can only load. */
static const char *const PROPERTIES[] = {
  "align-items",
  "background",
  "background-color",
  "border",
  "border-bottom",
  "border-bottom-color",
  "border-bottom-left-radius",
  "border-bottom-right-radius",
  "border-bottom-style",
  "border-bottom-width",
  "border-collapse",
  "border-color",
  "border-left",
  "border-left-color",
  "border-left-style",
  "border-left-width",
  "border-radius",
  "border-right",
  "border-right-color",
  "border-right-style",
  "border-right-width",
  "border-spacing",
  "border-style",
  "border-top",
  "border-top-color",
  "border-top-left-radius",
  "border-top-right-radius",
  "border-top-style",
  "border-top-width",
  "border-width",
  "box-sizing",
  "caption-side",
  "clear",
  "color",
  "direction",
  "display",
  "empty-cells",
  "float",
  "font",
  "font-family",
  "font-size",
  "font-stretch",
  "font-style",
  "font-variant",
  "font-weight",
  "height",
  "hyphens",
  "letter-spacing",
  "line-height",
  "list-style-position",
  "list-style-type",
  "margin",
  "margin-bottom",
  "margin-left",
  "margin-right",
  "margin-top",
  "max-height",
  "max-width",
  "min-height",
  "min-width",
  "opacity",
  "outline",
  "overflow",
  "overflow-wrap",
  "overflow-x",
  "overflow-y",
  "padding",
  "padding-bottom",
  "padding-left",
  "padding-right",
  "padding-top",
  "table-layout",
  "text-align",
  "text-decoration",
  "text-indent",
  "text-overflow",
  "text-shadow",
  "text-transform",
  "unicode-bidi",
  "vertical-align",
  "visibility",
  "white-space",
  "width",
  "word-break",
  "word-spacing",
  "word-wrap",
};

static int
compare_property (const void *name, const void *entry)
{
  return strcmp (name, *(const char *const *) entry);
}

/* Copies @css without its comments, so that none can hide what stands in two halves around it. */
static char *
without_comments (const char *css, gsize length)
{
  GString *out = g_string_sized_new (length);
  const char *end = css + length;

  while (css < end)
    {
      const char *start = memmem (css, end - css, "/*", 2);
      const char *close;

      g_string_append_len (out, css, (start != NULL ? start : end) - css);
      if (start == NULL)
        break;
      close = memmem (start + 2, end - start - 2, "*/", 2);
      if (close == NULL)
        break;
      g_string_append_c (out, ' ');
      css = close + 2;
    }
  return g_string_free (out, FALSE);
}

/* The end of the run that starts at @p: the first of @stops outside quotes and brackets. */
static const char *
find_stop (const char *p, const char *end, const char *stops)
{
  guint depth = 0;
  char quote = '\0';

  for (; p < end; p++)
    {
      if (*p == '\\' && p + 1 < end)
        p++;
      else if (quote != '\0')
        quote = *p == quote || *p == '\n' ? '\0' : quote;
      else if (depth == 0 && strchr (stops, *p) != NULL)
        return p;
      else if (*p == '"' || *p == '\'')
        quote = *p;
      else if (*p == '(')
        depth++;
      else if (*p == ')' && depth > 0)
        depth--;
    }
  return end;
}

/* Tells whether something would be fetched for this value or rule, escapes or not: for the count
 * only, nothing rests on it. */
static gboolean
would_load (const char *text)
{
  return strstr (text, "url") != NULL || strstr (text, "image") != NULL ||
         strstr (text, "@import") != NULL || strchr (text, '\\') != NULL;
}

/* A function is let through only by its name: all others may fetch, compute, or be new. */
static gboolean
is_safe_function (const char *start, const char *bracket)
{
  static const char *const FUNCTIONS[] = { "rgb", "rgba", "hsl", "hsla" };
  gsize n = bracket - start;

  for (gsize i = 0; i < G_N_ELEMENTS (FUNCTIONS); i++)
    if (strlen (FUNCTIONS[i]) == n && strncmp (FUNCTIONS[i], start, n) == 0)
      return TRUE;
  return FALSE;
}

/* Tells whether a value, lower case, consists of numbers, colours, names and quoted names. */
static gboolean
is_safe_value (const char *value)
{
  const char *word = value;
  char quote = '\0';
  guint depth = 0;

  for (const char *p = value; *p != '\0'; p++)
    {
      if ((guchar) *p < 0x20 || *p == 0x7F || strchr ("\\<>{}@;&`", *p) != NULL)
        return FALSE;
      if (quote != '\0')
        {
          if (*p == quote)
            quote = '\0';
          continue;
        }
      if (*p == '"' || *p == '\'')
        quote = *p;
      else if (*p == '(')
        {
          if (!is_safe_function (word, p))
            return FALSE;
          depth++;
        }
      else if (*p == ')' && depth-- == 0)
        return FALSE;
      if (!g_ascii_isalnum (*p) && *p != '-' && *p != '_' && (guchar) *p < 0x80)
        word = p + 1;
    }
  return quote == '\0' && depth == 0;
}

static gboolean
sets_colour (const char *name)
{
  return strcmp (name, "color") == 0 || g_str_has_prefix (name, "background");
}

static void
append_declaration (GString *out, const char *p, const char *end, TernHtmlFindings *findings)
{
  const char *colon = memchr (p, ':', end - p);
  g_autofree char *name = NULL;
  g_autofree char *value = NULL;

  if (colon == NULL || colon - p > MAX_NAME)
    return;
  name = g_ascii_strdown (p, colon - p);
  value = g_ascii_strdown (colon + 1, end - colon - 1);
  g_strstrip (name);
  g_strdelimit (value, "\t\n\r\f", ' ');
  g_strstrip (value);
  if (would_load (value))
    {
      findings->remote++;
      return;
    }
  if (*value == '\0' || strlen (value) > MAX_VALUE || !is_safe_value (value) ||
      bsearch (name, PROPERTIES, G_N_ELEMENTS (PROPERTIES), sizeof PROPERTIES[0],
               compare_property) == NULL)
    return;
  findings->has_colours |= sets_colour (name);
  g_string_append_printf (out, "%s:%s;", name, value);
}

/**
 * tern_css_append_declarations:
 * @out: where the declarations go
 * @css: the value of a style attribute, or what stands in a rule's braces
 * @length: its bytes
 * @findings: (inout): what would have been loaded is counted
 *
 * Appends the declarations whose property is on the allow-list and whose value consists of plain
 * words, numbers, quoted names and colours. A value with a function other than a colour's, an
 * escape or a bracket of a rule is left out, so nothing in the result can fetch, compute, or end
 * the place where it stands.
 */
void
tern_css_append_declarations (GString *out,
                              const char *css,
                              gsize length,
                              TernHtmlFindings *findings)
{
  g_autofree char *clean = without_comments (css, length);
  const char *p = clean, *end = clean + strlen (clean);

  while (p < end)
    {
      const char *stop = find_stop (p, end, ";");

      append_declaration (out, p, stop, findings);
      p = stop < end ? stop + 1 : end;
    }
}

static gboolean
is_safe_selector (const char *selector)
{
  for (const char *p = selector; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr (" -_.#>+~*:()[]=\"'^$|", *p) == NULL && (guchar) *p < 0x80)
      return FALSE;
  /* No pseudo-elements: they have no content without the content property, and ::selection and
   * the like are the reader's. */
  return strstr (selector, "::") == NULL && strlen (selector) <= MAX_SELECTOR;
}

/* The length of the name of the document's root that @p begins with; 0 for none. */
static gsize
root_length (const char *p)
{
  static const char *const ROOTS[] = { "html", "body", ":root" };

  for (gsize i = 0; i < G_N_ELEMENTS (ROOTS); i++)
    {
      gsize n = strlen (ROOTS[i]);

      if (g_ascii_strncasecmp (p, ROOTS[i], n) == 0 && !g_ascii_isalnum (p[n]) && p[n] != '-' &&
          p[n] != '_')
        return n;
    }
  return 0;
}

/* Puts a selector below the letter's own root, which stands for both html and body. */
static void
append_scoped (GString *out, const char *selector)
{
  gsize n = root_length (selector);
  gboolean has_root = n > 0;

  while (n > 0)
    {
      gsize gap;

      selector += n;
      gap = strspn (selector, " >"); /* "html body" is one root too */
      n = root_length (selector + gap);
      if (n > 0)
        selector += gap;
    }
  g_string_append (out, "." TERN_HTML_ROOT_CLASS);
  if (!has_root)
    g_string_append_c (out, ' ');
  g_string_append (out, selector);
}

static gboolean
append_selectors (GString *out, const char *p, const char *end)
{
  gboolean any = FALSE;

  while (p < end)
    {
      const char *stop = find_stop (p, end, ",");
      g_autofree char *selector = g_strndup (p, stop - p);

      g_strdelimit (selector, "\t\n\r\f", ' ');
      g_strstrip (selector);
      if (*selector != '\0' && is_safe_selector (selector))
        {
          if (any)
            g_string_append_c (out, ',');
          append_scoped (out, selector);
          any = TRUE;
        }
      p = stop < end ? stop + 1 : end;
    }
  return any;
}

/* "@media" conditions on width and medium are let through; those on the reader's colour scheme are
 * not, because a letter with colours of its own is shown on white paper. */
static gboolean
is_safe_media (const char *condition)
{
  for (const char *p = condition; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr (" -:(),.", *p) == NULL)
      return FALSE;
  return strstr (condition, "prefers") == NULL && strlen (condition) <= MAX_SELECTOR;
}

static const char *
find_block_end (const char *p, const char *end)
{
  guint depth = 0;

  while ((p = find_stop (p, end, "{}")) < end)
    {
      if (*p == '{')
        depth++;
      else if (depth-- == 0)
        return p;
      p++;
    }
  return end;
}

static void append_rules (
    GString *out, const char *p, const char *end, gboolean in_media, TernHtmlFindings *findings);

/* Takes the at-rule at @p; returns where the next rule starts. */
static const char *
take_at_rule (
    GString *out, const char *p, const char *end, gboolean in_media, TernHtmlFindings *findings)
{
  const char *stop = find_stop (p, end, ";{");
  const char *close = stop < end && *stop == '{' ? find_block_end (stop + 1, end) : stop;
  g_autofree char *whole = g_ascii_strdown (p, close - p);
  g_autofree char *condition = NULL;

  if (g_str_has_prefix (whole, "@media") && stop < end && *stop == '{' && !in_media)
    {
      condition = g_strndup (whole + strlen ("@media"), stop - p - strlen ("@media"));
      g_strdelimit (condition, "\t\n\r\f", ' ');
      if (is_safe_media (condition))
        {
          g_string_append_printf (out, "@media%s{", condition);
          append_rules (out, stop + 1, close, TRUE, findings);
          g_string_append_c (out, '}');
        }
    }
  else if (would_load (whole))
    findings->remote++;
  return close < end ? close + 1 : end;
}

static void
append_rules (
    GString *out, const char *p, const char *end, gboolean in_media, TernHtmlFindings *findings)
{
  while (p < end)
    {
      const char *open, *close;
      gsize mark = out->len;

      while (p < end && (g_ascii_isspace (*p) || *p == ';' || *p == '}'))
        p++;
      /* Old style sheets hide in a comment. */
      if (end - p >= 4 && strncmp (p, "<!--", 4) == 0)
        p += 4;
      else if (end - p >= 3 && strncmp (p, "-->", 3) == 0)
        p += 3;
      else if (p < end && *p == '@')
        p = take_at_rule (out, p, end, in_media, findings);
      else if (p < end)
        {
          open = find_stop (p, end, "{");
          if (open == end)
            return;
          close = find_block_end (open + 1, end);
          if (append_selectors (out, p, open))
            {
              g_string_append_c (out, '{');
              tern_css_append_declarations (out, open + 1, close - open - 1, findings);
              g_string_append (out, "}\n");
            }
          else
            g_string_truncate (out, mark);
          p = close < end ? close + 1 : end;
        }
    }
}

/**
 * tern_css_append_sheet:
 * @out: where the rules go
 * @css: the content of a `<style>`
 * @findings: (inout): what would have been loaded is counted
 *
 * Appends a style sheet's rules: selectors put below the letter's root, declarations as
 * tern_css_append_declarations() lets them through, at-rules left out but `@media` on the medium
 * and the width. The result has no "<" and so cannot end the `<style>` that it is put in.
 */
void
tern_css_append_sheet (GString *out, const char *css, TernHtmlFindings *findings)
{
  g_autofree char *clean = without_comments (css, strnlen (css, MAX_SHEET));

  append_rules (out, clean, clean + strlen (clean), FALSE, findings);
}

/**
 * tern_css_hides:
 * @css: (nullable): the value of a style attribute
 *
 * Tells whether what has this style is not seen: senders put a preview line for mail lists there,
 * and padding behind it.
 */
gboolean
tern_css_hides (const char *css)
{
  static const char *const HIDING[] = { "display:none",  "visibility:hidden", "mso-hide:all",
                                        "font-size:0;",  "font-size:0px",     "max-height:0;",
                                        "max-height:0p", "opacity:0;" };
  g_autoptr (GString) tight = NULL;

  if (css == NULL)
    return FALSE;
  tight = g_string_new (NULL);
  for (; *css != '\0' && tight->len < 4096; css++)
    if (!g_ascii_isspace (*css))
      g_string_append_c (tight, g_ascii_tolower (*css));
  g_string_append_c (tight, ';');
  for (gsize i = 0; i < G_N_ELEMENTS (HIDING); i++)
    if (strstr (tight->str, HIDING[i]) != NULL)
      return TRUE;
  return FALSE;
}
