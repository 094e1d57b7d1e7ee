/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-text.h"

#include <string.h>

#include "tern-html-private.h"

/* Deeper quotes are written like this one. */
#define MAX_QUOTE 20
#define MAX_LISTS 20

typedef struct
{
  GString *out;
  guint newlines; /* wanted before the next word */
  gboolean space; /* wanted before the next word */
  guint quote;
  guint preformatted;
  int lists[MAX_LISTS]; /* the next item's number; 0 for a bullet */
  guint n_lists;
  char marker[16]; /* of the list item that has no text yet */
} Writer;

static void
begin_line (Writer *writer)
{
  for (guint i = 0; i < MIN (writer->quote, MAX_QUOTE); i++)
    g_string_append_c (writer->out, '>');
  if (writer->quote > 0)
    g_string_append_c (writer->out, ' ');
}

/* Writes the line ends, the quote mark or the space that the next word needs before it. */
static void
prepare_word (Writer *writer)
{
  gboolean at_start = writer->out->len == 0;

  if (at_start || writer->newlines > 0)
    {
      for (guint i = 0; !at_start && i < writer->newlines; i++)
        g_string_append_c (writer->out, '\n');
      begin_line (writer);
      g_string_append (writer->out, writer->marker);
      writer->marker[0] = '\0';
    }
  else if (writer->space)
    g_string_append_c (writer->out, ' ');
  writer->newlines = 0;
  writer->space = FALSE;
}

static void
want_newlines (Writer *writer, guint n)
{
  writer->newlines = MAX (writer->newlines, n);
}

static void
write_text (Writer *writer, const char *text)
{
  while (*text != '\0')
    {
      gsize n = strcspn (text, writer->preformatted > 0 ? "\n" : " \t\n\f");

      if (n > 0)
        {
          prepare_word (writer);
          g_string_append_len (writer->out, text, n);
          text += n;
        }
      if (*text == '\0')
        break;
      if (writer->preformatted > 0)
        writer->newlines++;
      else
        writer->space = TRUE;
      text++;
    }
}

/* Line ends around an element: 2 for what stands apart, 1 for what only begins a line. */
static guint
margin_of (GumboTag tag)
{
  static const GumboTag APART[] = { GUMBO_TAG_P,     GUMBO_TAG_H1,         GUMBO_TAG_H2,
                                    GUMBO_TAG_H3,    GUMBO_TAG_H4,         GUMBO_TAG_H5,
                                    GUMBO_TAG_H6,    GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_UL,
                                    GUMBO_TAG_OL,    GUMBO_TAG_DL,         GUMBO_TAG_PRE,
                                    GUMBO_TAG_TABLE, GUMBO_TAG_HR };
  static const GumboTag LINES[] = { GUMBO_TAG_DIV,        GUMBO_TAG_LI,      GUMBO_TAG_TR,
                                    GUMBO_TAG_DT,         GUMBO_TAG_DD,      GUMBO_TAG_CENTER,
                                    GUMBO_TAG_ARTICLE,    GUMBO_TAG_SECTION, GUMBO_TAG_HEADER,
                                    GUMBO_TAG_FOOTER,     GUMBO_TAG_CAPTION, GUMBO_TAG_FIGURE,
                                    GUMBO_TAG_FIGCAPTION, GUMBO_TAG_ADDRESS, GUMBO_TAG_SUMMARY };

  for (gsize i = 0; i < G_N_ELEMENTS (APART); i++)
    if (APART[i] == tag)
      return 2;
  for (gsize i = 0; i < G_N_ELEMENTS (LINES); i++)
    if (LINES[i] == tag)
      return 1;
  return 0;
}

static void
begin_item (Writer *writer)
{
  int *number = writer->n_lists > 0 && writer->n_lists <= MAX_LISTS
                    ? &writer->lists[writer->n_lists - 1]
                    : NULL;

  if (number != NULL && *number > 0)
    g_snprintf (writer->marker, sizeof writer->marker, "%d. ", (*number)++);
  else
    g_strlcpy (writer->marker, "\u2022 ", sizeof writer->marker);
}

static void
begin_list (Writer *writer, gboolean numbered)
{
  if (writer->n_lists < MAX_LISTS)
    writer->lists[writer->n_lists] = numbered ? 1 : 0;
  writer->n_lists++;
}

static gboolean
enter_node (const GumboNode *node, gpointer data)
{
  Writer *writer = data;
  GumboTag tag;

  if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE)
    write_text (writer, node->v.text.text);
  if (node->type != GUMBO_NODE_ELEMENT)
    return FALSE;
  tag = node->v.element.tag;
  if (tag == GUMBO_TAG_STYLE || tern_html_get_attribute (node, "hidden") != NULL ||
      tern_css_hides (tern_html_get_attribute (node, "style")))
    return FALSE;
  if (tag == GUMBO_TAG_BR)
    writer->newlines++;
  want_newlines (writer, margin_of (tag));
  if (tag == GUMBO_TAG_BLOCKQUOTE)
    writer->quote++;
  else if (tag == GUMBO_TAG_PRE)
    writer->preformatted++;
  else if (tag == GUMBO_TAG_OL || tag == GUMBO_TAG_UL)
    begin_list (writer, tag == GUMBO_TAG_OL);
  else if (tag == GUMBO_TAG_LI)
    begin_item (writer);
  else if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH)
    writer->space = TRUE;
  return TRUE;
}

static void
leave_node (const GumboNode *node, gpointer data)
{
  Writer *writer = data;
  GumboTag tag = node->v.element.tag;

  want_newlines (writer, margin_of (tag));
  if (tag == GUMBO_TAG_BLOCKQUOTE)
    writer->quote--;
  else if (tag == GUMBO_TAG_PRE)
    writer->preformatted--;
  else if (tag == GUMBO_TAG_OL || tag == GUMBO_TAG_UL)
    writer->n_lists--;
  else if (tag == GUMBO_TAG_LI)
    writer->marker[0] = '\0';
  else if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH)
    writer->space = TRUE;
}

/**
 * tern_mime_html_to_text:
 * @html: a letter's HTML, UTF-8, as its sender wrote it
 *
 * Reads HTML out as plain text: paragraphs, list items, table rows on lines of their own, quotes
 * behind ">". What is not seen (scripts, styles, hidden preview lines) is left out.
 *
 * Returns: (transfer full): UTF-8 with LF line ends
 */
char *
tern_mime_html_to_text (const char *html)
{
  guint remote = 0;
  g_autoptr (TernHtmlTree) tree = tern_html_parse (html, &remote);
  Writer writer = { .out = g_string_new (NULL) };

  tern_html_walk (tree, enter_node, leave_node, &writer);
  if (writer.out->len > 0)
    g_string_append_c (writer.out, '\n');
  return g_string_free (writer.out, FALSE);
}
