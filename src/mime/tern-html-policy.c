/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-html-policy.h"

#include <string.h>

#include "tern-html-private.h"

/* A letter names this many pictures of its own at most; more are not shown. */
#define MAX_CIDS 500
#define MAX_ATTRIBUTE 2000
/* Tables and cells up to this width fit into the narrowest window. */
#define NARROW_PX 300

/* What an attribute's value may be. */
typedef enum
{
  VALUE_TEXT,   /* anything; it is escaped */
  VALUE_NAME,   /* for id, class and the like */
  VALUE_LENGTH, /* digits, "%", "*", "px" */
  VALUE_WORD,   /* letters */
  VALUE_COLOUR,
  VALUE_FLAG, /* its being there is its value */
} Value;

typedef struct
{
  const char *name;
  Value value;
} AttributeRule;

/* Attributes that every element may have. href, src, style and type have their own functions;
 * every other one is left out. */
static const AttributeRule ATTRIBUTES[] = {
  { "align", VALUE_WORD },
  { "alt", VALUE_TEXT },
  { "aria-label", VALUE_TEXT },
  { "bgcolor", VALUE_COLOUR },
  { "border", VALUE_LENGTH },
  { "bordercolor", VALUE_COLOUR },
  { "cellpadding", VALUE_LENGTH },
  { "cellspacing", VALUE_LENGTH },
  { "class", VALUE_NAME },
  { "clear", VALUE_WORD },
  { "color", VALUE_COLOUR },
  { "cols", VALUE_LENGTH },
  { "colspan", VALUE_LENGTH },
  { "compact", VALUE_FLAG },
  { "datetime", VALUE_TEXT },
  { "dir", VALUE_WORD },
  { "face", VALUE_TEXT },
  { "frame", VALUE_WORD },
  { "headers", VALUE_NAME },
  { "height", VALUE_LENGTH },
  { "hidden", VALUE_FLAG },
  { "hspace", VALUE_LENGTH },
  { "id", VALUE_NAME },
  { "lang", VALUE_NAME },
  { "name", VALUE_NAME },
  { "noshade", VALUE_FLAG },
  { "nowrap", VALUE_FLAG },
  { "open", VALUE_FLAG },
  { "reversed", VALUE_FLAG },
  { "role", VALUE_WORD },
  { "rowspan", VALUE_LENGTH },
  { "rules", VALUE_WORD },
  { "scope", VALUE_WORD },
  { "size", VALUE_LENGTH },
  { "span", VALUE_LENGTH },
  { "start", VALUE_LENGTH },
  { "summary", VALUE_TEXT },
  { "title", VALUE_TEXT },
  { "valign", VALUE_WORD },
  { "value", VALUE_LENGTH },
  { "vspace", VALUE_LENGTH },
  { "width", VALUE_LENGTH },
};

typedef struct
{
  GString *out;
  gboolean allow_remote;
  TernHtmlFindings *findings;
} Policy;

static void
append_escaped (GString *out, const char *text, gboolean in_attribute)
{
  for (; *text != '\0'; text++)
    switch (*text)
      {
      case '&':
        g_string_append (out, "&amp;");
        break;
      case '<':
        g_string_append (out, "&lt;");
        break;
      case '>':
        g_string_append (out, "&gt;");
        break;
      case '"':
        g_string_append (out, in_attribute ? "&quot;" : "\"");
        break;
      default:
        if ((guchar) *text >= 0x20 || *text == '\n' || *text == '\t')
          g_string_append_c (out, *text);
        break;
      }
}

static void
append_attribute (GString *out, const char *name, const char *value)
{
  g_string_append_printf (out, " %s=\"", name);
  append_escaped (out, value, TRUE);
  g_string_append_c (out, '"');
}

static gboolean
consists_of (const char *text, const char *extra)
{
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr (extra, *text) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_value (const char *text, Value kind)
{
  switch (kind)
    {
    case VALUE_NAME:
      return consists_of (text, " -_:.");
    case VALUE_LENGTH:
      return consists_of (text, " %*.+-");
    case VALUE_WORD:
      return consists_of (text, "-");
    case VALUE_COLOUR:
      return consists_of (text, "#(),. %");
    case VALUE_TEXT:
    case VALUE_FLAG:
    default:
      return TRUE;
    }
}

static void
append_link (Policy *policy, const char *url)
{
  g_autofree char *clean = NULL;

  if (*url == '#' && consists_of (url + 1, "-_:."))
    {
      append_attribute (policy->out, "href", url);
      return;
    }
  clean = tern_html_policy_check_link (url);
  if (clean != NULL)
    append_attribute (policy->out, "href", clean);
}

static void
note_cid (TernHtmlFindings *findings, char *id)
{
  if (findings->cids == NULL)
    findings->cids = g_ptr_array_new_with_free_func (g_free);
  if (findings->cids->len >= MAX_CIDS ||
      g_ptr_array_find_with_equal_func (findings->cids, id, g_str_equal, NULL))
    g_free (id);
  else
    g_ptr_array_add (findings->cids, id);
}

/* A picture that nobody can see is there to tell its sender that the letter was opened. */
static gboolean
is_invisible (const GumboNode *image)
{
  const char *width = tern_html_get_attribute (image, "width");
  const char *height = tern_html_get_attribute (image, "height");

  if (width != NULL && height != NULL && g_ascii_strtoull (width, NULL, 10) <= 1 &&
      g_ascii_strtoull (height, NULL, 10) <= 1)
    return TRUE;
  return tern_html_get_attribute (image, "hidden") != NULL ||
         tern_css_hides (tern_html_get_attribute (image, "style"));
}

static void
append_source (Policy *policy, const GumboNode *image, const char *url)
{
  g_autofree char *clean = NULL;
  char *id = NULL;

  switch (tern_html_check_source (url, &clean, &id))
    {
    case TERN_HTML_SOURCE_PART:
      note_cid (policy->findings, id);
      break;
    case TERN_HTML_SOURCE_INSIDE:
      break;
    case TERN_HTML_SOURCE_REMOTE:
      if (!policy->allow_remote)
        policy->findings->remote++;
      if (!policy->allow_remote || is_invisible (image))
        return;
      break;
    case TERN_HTML_SOURCE_NONE:
    default:
      return;
    }
  append_attribute (policy->out, "src", clean);
}

static void
append_style (Policy *policy, const char *css)
{
  g_autoptr (GString) clean = g_string_new (NULL);

  tern_css_append_declarations (clean, css, strlen (css), policy->findings);
  if (clean->len > 0)
    append_attribute (policy->out, "style", clean->str);
}

static int
compare_attribute (const void *name, const void *entry)
{
  return strcmp (name, ((const AttributeRule *) entry)->name);
}

static void
append_listed (Policy *policy, const char *name, const char *value)
{
  const AttributeRule *rule = bsearch (name, ATTRIBUTES, G_N_ELEMENTS (ATTRIBUTES),
                                       sizeof ATTRIBUTES[0], compare_attribute);

  if (rule == NULL)
    {
      /* Counted, because the reader may miss the picture. */
      if ((strcmp (name, "background") == 0 || strcmp (name, "srcset") == 0 ||
           strcmp (name, "poster") == 0 || strcmp (name, "dynsrc") == 0 ||
           strcmp (name, "lowsrc") == 0) &&
          *value != '\0')
        policy->findings->remote++;
      return;
    }
  if (strlen (value) > MAX_ATTRIBUTE || !is_value (value, rule->value))
    return;
  if (rule->value == VALUE_COLOUR)
    policy->findings->has_colours = TRUE;
  append_attribute (policy->out, name, rule->value == VALUE_FLAG ? "" : value);
}

/* The width in pixels of what is wider than a narrow window, as its attribute says it; 0 for other
 * widths. */
static guint
wide_pixels (const GumboNode *node)
{
  const char *width = tern_html_get_attribute (node, "width");
  guint64 pixels = width != NULL ? g_ascii_strtoull (width, NULL, 10) : 0;

  return pixels > NARROW_PX && pixels < 10000 && strchr (width, '%') == NULL ? pixels : 0;
}

/* Writes the style of an element, and what must be said as style because a <div> does not take
 * <body>'s colour attributes, and because a table of a fixed width would stand out of a narrow
 * window. */
static void
append_whole_style (Policy *policy, const GumboNode *node)
{
  const char *style = tern_html_get_attribute (node, "style");
  g_autoptr (GString) css = g_string_new (NULL);

  if (node->v.element.tag == GUMBO_TAG_BODY)
    {
      const char *background = tern_html_get_attribute (node, "bgcolor");
      const char *colour = tern_html_get_attribute (node, "text");

      if (background != NULL && is_value (background, VALUE_COLOUR))
        g_string_append_printf (css, "background-color:%s;", background);
      if (colour != NULL && is_value (colour, VALUE_COLOUR))
        g_string_append_printf (css, "color:%s;", colour);
    }
  if (style != NULL)
    g_string_append (css, style);
  if (node->v.element.tag == GUMBO_TAG_TABLE && wide_pixels (node) > 0)
    g_string_append_printf (css, ";width:100%%;max-width:%upx", wide_pixels (node));
  if (css->len > 0)
    append_style (policy, css->str);
}

static gboolean
is_table_part (GumboTag tag)
{
  return tag == GUMBO_TAG_TABLE || tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH;
}

static void
append_attributes (Policy *policy, const GumboNode *node)
{
  const GumboVector *attributes = &node->v.element.attributes;
  GumboTag tag = node->v.element.tag;

  for (guint i = 0; i < attributes->length; i++)
    {
      const GumboAttribute *attribute = attributes->data[i];
      const char *name = attribute->name, *value = attribute->value;

      if (strcmp (name, "style") == 0 ||
          (strcmp (name, "width") == 0 && is_table_part (tag) && wide_pixels (node) > 0))
        continue;
      if (strcmp (name, "href") == 0)
        {
          if (tag == GUMBO_TAG_A)
            append_link (policy, value);
        }
      else if (strcmp (name, "src") == 0)
        {
          if (tag == GUMBO_TAG_IMG)
            append_source (policy, node, value);
        }
      else if (strcmp (name, "type") == 0)
        {
          if ((tag == GUMBO_TAG_OL || tag == GUMBO_TAG_UL || tag == GUMBO_TAG_LI ||
               (tag == GUMBO_TAG_BLOCKQUOTE && strcmp (value, "cite") == 0)) &&
              is_value (value, VALUE_WORD))
            append_attribute (policy->out, name, value);
        }
      else
        append_listed (policy, name, value);
    }
}

static void
append_style_element (Policy *policy, const GumboNode *node)
{
  const GumboVector *children = &node->v.element.children;
  g_autoptr (GString) sheet = g_string_new (NULL);

  for (guint i = 0; i < children->length; i++)
    {
      const GumboNode *child = children->data[i];

      if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_WHITESPACE)
        tern_css_append_sheet (sheet, child->v.text.text, policy->findings);
    }
  if (sheet->len > 0 && strchr (sheet->str, '<') == NULL)
    g_string_append_printf (policy->out, "<style>%s</style>", sheet->str);
}

static gboolean
is_void (GumboTag tag)
{
  return tag == GUMBO_TAG_BR || tag == GUMBO_TAG_HR || tag == GUMBO_TAG_IMG ||
         tag == GUMBO_TAG_COL || tag == GUMBO_TAG_WBR;
}

/* The letter's own root and head are not written: the page has its own. */
static const char *
written_name (const GumboNode *node)
{
  GumboTag tag = node->v.element.tag;

  if (tag == GUMBO_TAG_BODY)
    return "div";
  if (tag == GUMBO_TAG_HTML || tag == GUMBO_TAG_HEAD || tag == GUMBO_TAG_UNKNOWN)
    return NULL;
  return gumbo_normalized_tagname (tag);
}

static gboolean
enter_node (const GumboNode *node, gpointer data)
{
  Policy *policy = data;
  const char *name;

  if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE)
    append_escaped (policy->out, node->v.text.text, FALSE);
  if (node->type != GUMBO_NODE_ELEMENT)
    return FALSE;
  if (node->v.element.tag == GUMBO_TAG_STYLE)
    {
      append_style_element (policy, node);
      return FALSE;
    }
  name = written_name (node);
  if (name == NULL)
    return TRUE;
  g_string_append_printf (policy->out, "<%s", name);
  append_attributes (policy, node);
  append_whole_style (policy, node);
  g_string_append_c (policy->out, '>');
  /* A parser drops the first line end after <pre>; one more keeps what the letter has. */
  if (node->v.element.tag == GUMBO_TAG_PRE)
    g_string_append_c (policy->out, '\n');
  return !is_void (node->v.element.tag);
}

static void
leave_node (const GumboNode *node, gpointer data)
{
  Policy *policy = data;
  const char *name = written_name (node);

  if (name != NULL)
    g_string_append_printf (policy->out, "</%s>", name);
}

/**
 * tern_html_findings_clear:
 * @self: findings
 *
 * Frees what they hold.
 */
void
tern_html_findings_clear (TernHtmlFindings *self)
{
  g_clear_pointer (&self->cids, g_ptr_array_unref);
}

/**
 * tern_html_policy_apply:
 * @html: a letter's HTML as its sender wrote it, UTF-8
 * @allow_remote: whether pictures from http and https stay
 * @findings: (out): what was seen; free with tern_html_findings_clear()
 *
 * Makes a stranger's HTML fit to be shown. Everything is let through by an allow-list: elements,
 * attributes, addresses (http, https, mailto in links; cid, and data with a PNG, JPEG, GIF or WebP
 * in pictures), CSS properties and what their values consist of. There is no script, form, frame,
 * object, media, meta, base, link, SVG or MathML, no event handler, no url() in styles. With
 * @allow_remote pictures stay, but for those that nobody can see. The result is written anew from
 * the parsed tree with every value escaped, one `<div class="tern-letter-root">`; the work is
 * linear in the input and its depth bounded.
 *
 * Returns: (transfer full): a body's inner HTML, not a page: see tern_html_policy_make_page()
 */
char *
tern_html_policy_apply (const char *html, gboolean allow_remote, TernHtmlFindings *findings)
{
  Policy policy = { .out = g_string_new (NULL),
                    .allow_remote = allow_remote,
                    .findings = findings };
  g_autoptr (TernHtmlTree) tree = NULL;

  memset (findings, 0, sizeof *findings);
  tree = tern_html_parse (html, &findings->remote);
  g_string_append (policy.out, "<div class=\"" TERN_HTML_ROOT_CLASS "\">");
  tern_html_walk (tree, enter_node, leave_node, &policy);
  g_string_append (policy.out, "</div>");
  return g_string_free (policy.out, FALSE);
}

/**
 * tern_html_policy_make_page:
 * @inner: what tern_html_policy_apply() made
 * @css: a trusted style sheet
 * @allow_remote: as for tern_html_policy_apply()
 *
 * Wraps a letter into a whole page whose Content-Security-Policy repeats the policy, in case
 * something got through it.
 *
 * Returns: (transfer full): an HTML page
 */
char *
tern_html_policy_make_page (const char *inner, const char *css, gboolean allow_remote)
{
  return g_strconcat (
      "<!DOCTYPE html><html><head><meta charset=\"utf-8\">"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "script-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
      "img-src cid: data:",
      allow_remote ? " http: https:" : "",
      "\"><meta name=\"referrer\" content=\"no-referrer\">"
      "<meta http-equiv=\"x-dns-prefetch-control\" content=\"off\"><style>",
      css, "</style></head><body>", inner, "</body></html>", NULL);
}
