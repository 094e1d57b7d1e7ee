/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-html-private.h"

#include <string.h>

/* What is beyond this many bytes is not shown; the largest newsletters have a tenth of it. */
#define MAX_HTML (8 * 1024 * 1024)
/* Elements open at once: parsers walk them for each tag, and trees recurse. */
#define MAX_DEPTH 400
/* Tags beyond are left out; their text stays. */
#define MAX_TAGS 300000
#define MAX_NAME 16
#define MAX_ATTRIBUTES 64

typedef enum
{
  KIND_INLINE,
  KIND_BLOCK, /* ends an open paragraph */
  KIND_LIST,  /* a block that keeps its items apart from those around it */
  KIND_PARAGRAPH,
  KIND_ITEM, /* ends an open item of the same list */
  KIND_TABLE,
  KIND_ROWS,
  KIND_ROW,
  KIND_CELL,
  KIND_VOID,
  KIND_ROOT,    /* implied; `<body>` is kept for its attributes */
  KIND_RAW,     /* its content is no markup: kept as it is */
  KIND_SKIPPED, /* left out with its content */
  KIND_LOADER,  /* its tag is left out, and counts where it would load something */
} Kind;

typedef struct
{
  char name[MAX_NAME];
  Kind kind;
} Element;

static const Element ELEMENTS[] = {
  { "a", KIND_INLINE },          { "abbr", KIND_INLINE },      { "acronym", KIND_INLINE },
  { "address", KIND_BLOCK },     { "applet", KIND_LOADER },    { "article", KIND_BLOCK },
  { "aside", KIND_BLOCK },       { "audio", KIND_LOADER },     { "b", KIND_INLINE },
  { "bdi", KIND_INLINE },        { "bdo", KIND_INLINE },       { "bgsound", KIND_LOADER },
  { "big", KIND_INLINE },        { "blockquote", KIND_BLOCK }, { "body", KIND_ROOT },
  { "br", KIND_VOID },           { "caption", KIND_ROWS },     { "center", KIND_BLOCK },
  { "cite", KIND_INLINE },       { "code", KIND_INLINE },      { "col", KIND_VOID },
  { "colgroup", KIND_ROWS },     { "dd", KIND_ITEM },          { "del", KIND_INLINE },
  { "details", KIND_BLOCK },     { "dfn", KIND_INLINE },       { "dir", KIND_LIST },
  { "div", KIND_BLOCK },         { "dl", KIND_LIST },          { "dt", KIND_ITEM },
  { "em", KIND_INLINE },         { "embed", KIND_LOADER },     { "figcaption", KIND_BLOCK },
  { "figure", KIND_BLOCK },      { "font", KIND_INLINE },      { "footer", KIND_BLOCK },
  { "frame", KIND_LOADER },      { "h1", KIND_BLOCK },         { "h2", KIND_BLOCK },
  { "h3", KIND_BLOCK },          { "h4", KIND_BLOCK },         { "h5", KIND_BLOCK },
  { "h6", KIND_BLOCK },          { "head", KIND_ROOT },        { "header", KIND_BLOCK },
  { "hr", KIND_VOID },           { "html", KIND_ROOT },        { "i", KIND_INLINE },
  { "iframe", KIND_SKIPPED },    { "image", KIND_LOADER },     { "img", KIND_VOID },
  { "input", KIND_LOADER },      { "ins", KIND_INLINE },       { "kbd", KIND_INLINE },
  { "li", KIND_ITEM },           { "link", KIND_LOADER },      { "main", KIND_BLOCK },
  { "mark", KIND_INLINE },       { "menu", KIND_LIST },        { "nav", KIND_BLOCK },
  { "nobr", KIND_INLINE },       { "noembed", KIND_SKIPPED },  { "noframes", KIND_SKIPPED },
  { "object", KIND_LOADER },     { "ol", KIND_LIST },          { "p", KIND_PARAGRAPH },
  { "plaintext", KIND_SKIPPED }, { "pre", KIND_BLOCK },        { "q", KIND_INLINE },
  { "rp", KIND_ITEM },           { "rt", KIND_ITEM },          { "ruby", KIND_INLINE },
  { "s", KIND_INLINE },          { "samp", KIND_INLINE },      { "script", KIND_SKIPPED },
  { "section", KIND_BLOCK },     { "small", KIND_INLINE },     { "source", KIND_LOADER },
  { "span", KIND_INLINE },       { "strike", KIND_INLINE },    { "strong", KIND_INLINE },
  { "style", KIND_RAW },         { "sub", KIND_INLINE },       { "summary", KIND_BLOCK },
  { "sup", KIND_INLINE },        { "table", KIND_TABLE },      { "tbody", KIND_ROWS },
  { "td", KIND_CELL },           { "textarea", KIND_SKIPPED }, { "tfoot", KIND_ROWS },
  { "th", KIND_CELL },           { "thead", KIND_ROWS },       { "time", KIND_INLINE },
  { "title", KIND_SKIPPED },     { "tr", KIND_ROW },           { "track", KIND_LOADER },
  { "tt", KIND_INLINE },         { "u", KIND_INLINE },         { "ul", KIND_LIST },
  { "use", KIND_LOADER },        { "var", KIND_INLINE },       { "video", KIND_LOADER },
  { "wbr", KIND_VOID },          { "xmp", KIND_SKIPPED },
};

typedef struct
{
  GString *out;
  const char *end;
  guint *remote;
  const Element *open[MAX_DEPTH];
  guint depth;
  guint n_open[KIND_VOID]; /* of each kind that stays open */
  guint tags;
} Scan;

static int
compare_name (const void *name, const void *element)
{
  return strcmp (name, element); /* the name is the element's first member */
}

/* Returns: (nullable): what is known of an element; %NULL for one that is not let through */
static const Element *
find_element (const char *name, gsize length)
{
  char lower[MAX_NAME];

  if (length >= MAX_NAME)
    return NULL;
  for (gsize i = 0; i < length; i++)
    lower[i] = g_ascii_tolower (name[i]);
  lower[length] = '\0';
  return bsearch (lower, ELEMENTS, G_N_ELEMENTS (ELEMENTS), sizeof ELEMENTS[0], compare_name);
}

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

typedef struct
{
  const char *name;
  gsize name_length;
  const char *value;
  gsize value_length;
} Attribute;

/* Reads the attribute at @p as the HTML standard's tokenizer does (section 13.2.5.32 and on).
 * Returns where the next one starts; a %NULL name in @attribute is the tag's end. */
static const char *
read_attribute (const char *p, const char *end, Attribute *attribute)
{
  memset (attribute, 0, sizeof *attribute);
  while (p < end && (is_space (*p) || *p == '/'))
    p++;
  if (p == end || *p == '>')
    return p;
  attribute->name = p++;
  while (p < end && !is_space (*p) && *p != '=' && *p != '/' && *p != '>')
    p++;
  attribute->name_length = p - attribute->name;
  while (p < end && is_space (*p))
    p++;
  if (p == end || *p != '=')
    return p;
  p++;
  while (p < end && is_space (*p))
    p++;
  if (p < end && (*p == '"' || *p == '\''))
    {
      char quote = *p++;

      attribute->value = p;
      while (p < end && *p != quote)
        p++;
      attribute->value_length = p - attribute->value;
      return p < end ? p + 1 : p;
    }
  attribute->value = p;
  while (p < end && !is_space (*p) && *p != '>')
    p++;
  attribute->value_length = p - attribute->value;
  return p;
}

static gboolean
is_plain_name (const char *name, gsize length)
{
  if (length > 32)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (name[i]) && name[i] != '-' && name[i] != '_')
      return FALSE;
  return TRUE;
}

static void
append_attribute (GString *out, const Attribute *attribute)
{
  if (!is_plain_name (attribute->name, attribute->name_length))
    return;
  g_string_append_c (out, ' ');
  g_string_append_len (out, attribute->name, attribute->name_length);
  if (attribute->value == NULL)
    return;
  g_string_append (out, "=\"");
  for (gsize i = 0; i < attribute->value_length; i++)
    if (attribute->value[i] == '"')
      g_string_append (out, "&quot;");
    else
      g_string_append_c (out, attribute->value[i]);
  g_string_append_c (out, '"');
}

static gboolean
would_load (const Attribute *attribute)
{
  static const char *const NAMES[] = { "src",  "srcset",     "data", "poster",
                                       "href", "xlink:href", "code", "archive" };

  if (attribute->value_length == 0 ||
      (attribute->value_length >= 4 && g_ascii_strncasecmp (attribute->value, "cid:", 4) == 0))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (NAMES); i++)
    if (strlen (NAMES[i]) == attribute->name_length &&
        g_ascii_strncasecmp (NAMES[i], attribute->name, attribute->name_length) == 0)
      return TRUE;
  return FALSE;
}

/* Goes over a tag's attributes, to @out where it is given. Returns the place after its ">", or
 * %NULL where the text ends inside the tag. */
static const char *
take_attributes (Scan *scan, const char *p, GString *out, gboolean count_loads)
{
  gboolean loads = FALSE;

  for (guint n = 0;; n++)
    {
      Attribute attribute;

      p = read_attribute (p, scan->end, &attribute);
      if (p == scan->end)
        return NULL;
      if (attribute.name == NULL)
        break;
      loads |= would_load (&attribute);
      if (out != NULL && n < MAX_ATTRIBUTES)
        append_attribute (out, &attribute);
    }
  if (loads && count_loads)
    (*scan->remote)++;
  return p + 1;
}

/* The place of "</name" at or after @p, or the end of all. */
static const char *
find_end_tag (const char *p, const char *end, const char *name)
{
  gsize n = strlen (name);

  while ((p = memchr (p, '<', end - p)) != NULL)
    {
      if ((gsize) (end - p) >= n + 3 && p[1] == '/' && g_ascii_strncasecmp (p + 2, name, n) == 0 &&
          (is_space (p[n + 2]) || p[n + 2] == '/' || p[n + 2] == '>'))
        return p;
      p++;
    }
  return end;
}

#define BIT(kind) (1u << (kind))

/* Ends the open elements down to and with the one at @index. */
static void
close_to (Scan *scan, guint index)
{
  while (scan->depth > index)
    {
      const Element *element = scan->open[--scan->depth];

      scan->n_open[element->kind]--;
      g_string_append (scan->out, "</");
      g_string_append (scan->out, element->name);
      g_string_append_c (scan->out, '>');
    }
}

/* Ends the innermost open element of @kind and what is in it, unless one of @borders lies between.
 */
static void
close_kind (Scan *scan, Kind kind, guint borders)
{
  for (guint i = scan->depth; i-- > 0 && scan->n_open[kind] > 0;)
    {
      if (scan->open[i]->kind == kind)
        {
          close_to (scan, i);
          return;
        }
      if (BIT (scan->open[i]->kind) & borders)
        return;
    }
}

/* Ends what stands between the innermost of @kinds and a part of a table. FALSE without a table. */
static gboolean
unwind_table (Scan *scan, guint kinds)
{
  for (guint i = scan->depth; i-- > 0 && scan->n_open[KIND_TABLE] > 0;)
    if (BIT (scan->open[i]->kind) & (kinds | BIT (KIND_TABLE)))
      {
        close_to (scan, i + 1);
        return TRUE;
      }
  return FALSE;
}

#define CELL_BORDERS (BIT (KIND_TABLE) | BIT (KIND_CELL) | BIT (KIND_ROWS))

/* Ends what @element's start tag ends (HTML standard, section 13.2.6.4), in writing, so that no
 * parser has to find out. FALSE where the tag does not count here. */
static gboolean
prepare_for (Scan *scan, const Element *element)
{
  switch (element->kind)
    {
    case KIND_BLOCK:
    case KIND_LIST:
    case KIND_PARAGRAPH:
    case KIND_TABLE:
      close_kind (scan, KIND_PARAGRAPH, CELL_BORDERS);
      return TRUE;
    case KIND_ITEM:
      close_kind (scan, KIND_ITEM, CELL_BORDERS | BIT (KIND_LIST));
      close_kind (scan, KIND_PARAGRAPH, CELL_BORDERS | BIT (KIND_LIST));
      return TRUE;
    case KIND_ROWS:
      return unwind_table (scan, 0);
    case KIND_ROW:
      return unwind_table (scan, BIT (KIND_ROWS));
    case KIND_CELL:
      return unwind_table (scan, BIT (KIND_ROWS) | BIT (KIND_ROW));
    case KIND_VOID:
      if (strcmp (element->name, "hr") == 0)
        close_kind (scan, KIND_PARAGRAPH, CELL_BORDERS);
      return TRUE;
    case KIND_INLINE:
    case KIND_ROOT:
    case KIND_RAW:
    case KIND_SKIPPED:
    case KIND_LOADER:
    default:
      return TRUE;
    }
}

static gboolean
stays_open (const Element *element)
{
  return element->kind < KIND_VOID;
}

static const char *
take_start_tag (Scan *scan, const char *p)
{
  const char *name = p + 1;
  const Element *element;
  gsize mark, n = 0;

  while (name + n < scan->end && !is_space (name[n]) && name[n] != '/' && name[n] != '>')
    n++;
  element = find_element (name, n);
  if (element == NULL)
    return take_attributes (scan, name + n, NULL, FALSE);
  if (element->kind == KIND_LOADER)
    return take_attributes (scan, name + n, NULL, TRUE);
  if (element->kind == KIND_SKIPPED)
    {
      p = take_attributes (scan, name + n, NULL, TRUE);
      return p != NULL ? find_end_tag (p, scan->end, element->name) : NULL;
    }
  if (scan->tags >= MAX_TAGS || !prepare_for (scan, element) ||
      (stays_open (element) && scan->depth == MAX_DEPTH))
    return take_attributes (scan, name + n, NULL, FALSE);
  scan->tags++;
  mark = scan->out->len;
  g_string_append_printf (scan->out, "<%s", element->name);
  p = take_attributes (scan, name + n, scan->out, FALSE);
  if (p == NULL)
    {
      g_string_truncate (scan->out, mark);
      return NULL;
    }
  g_string_append_c (scan->out, '>');
  if (stays_open (element))
    {
      scan->open[scan->depth++] = element;
      scan->n_open[element->kind]++;
    }
  if (element->kind == KIND_RAW)
    {
      const char *stop = find_end_tag (p, scan->end, element->name);

      g_string_append_len (scan->out, p, stop - p);
      g_string_append_printf (scan->out, "</%s>", element->name);
      p = stop;
    }
  return p;
}

static const char *
take_end_tag (Scan *scan, const char *p)
{
  const char *name = p + 2;
  const Element *element;
  guint borders;
  gsize n = 0;

  while (name + n < scan->end && !is_space (name[n]) && name[n] != '/' && name[n] != '>')
    n++;
  element = find_element (name, n);
  p = take_attributes (scan, name + n, NULL, FALSE);
  if (p == NULL || element == NULL || !stays_open (element))
    return p;
  borders = element->kind >= KIND_TABLE ? BIT (KIND_TABLE) : CELL_BORDERS;
  for (guint i = scan->depth; i-- > 0 && scan->n_open[element->kind] > 0;)
    {
      if (scan->open[i] == element)
        {
          close_to (scan, i);
          break;
        }
      if (BIT (scan->open[i]->kind) & borders)
        break;
    }
  return p;
}

/* Comments, conditional or not, doctypes, processing instructions. */
static const char *
skip_declaration (const char *p, const char *end)
{
  const char *close;

  if (end - p >= 4 && memcmp (p, "<!--", 4) == 0)
    {
      close = memmem (p + 2, end - p - 2, "-->", 3);
      return close != NULL ? close + 3 : NULL;
    }
  close = memchr (p, '>', end - p);
  return close != NULL ? close + 1 : NULL;
}

/**
 * tern_html_simplify:
 * @html: HTML from a stranger
 * @remote: (inout): what would have been loaded by the tags that are left out is added
 *
 * Rewrites HTML so that a parser has bounded work with it: only elements of the allow-list, every
 * attribute's value in quotes, no comment, no foreign content, no raw text but that of `<style>`;
 * a bounded number of open elements and of nodes that a parser can make of them. Text that is cut
 * off inside a tag ends before that tag.
 *
 * Returns: (transfer full): HTML that means the same as far as it is let through
 */
char *
tern_html_simplify (const char *html, guint *remote)
{
  Scan scan = { .remote = remote };
  gsize length = strnlen (html, MAX_HTML);
  const char *p = html;

  scan.end = html + length;
  scan.out = g_string_sized_new (length + 64);
  g_string_append (scan.out, "<!DOCTYPE html>");
  while (p != NULL && p < scan.end)
    {
      const char *tag = memchr (p, '<', scan.end - p);
      char next;

      if (tag == NULL)
        tag = scan.end;
      g_string_append_len (scan.out, p, tag - p);
      if (tag + 1 >= scan.end)
        break;
      next = tag[1];
      if (g_ascii_isalpha (next))
        p = take_start_tag (&scan, tag);
      else if (next == '/' && tag + 2 < scan.end && g_ascii_isalpha (tag[2]))
        p = take_end_tag (&scan, tag);
      else if (next == '!' || next == '?' || next == '/')
        p = skip_declaration (tag, scan.end);
      else
        {
          g_string_append (scan.out, "&lt;");
          p = tag + 1;
        }
    }
  close_to (&scan, 0);
  return g_string_free (scan.out, FALSE);
}
