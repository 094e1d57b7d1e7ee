/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-text.h"

#include <string.h>

/* Deeper quotes are treated like this one. */
#define MAX_QUOTE 50
#define MAX_LINK 2048
/* Characters that the longest line of a paragraph has which a program has broken into lines. */
#define MIN_WRAP 60
#define MAX_WRAP 100

static void
block_free (gpointer data)
{
  TernTextBlock *block = data;

  g_free (block->text);
  g_free (block);
}

/* Takes the quote marks off a line. In format=flowed (RFC 3676 section 4.5) only ">" in a row
 * counts; elsewhere people also write "> > ". */
static guint
take_quote_marks (const char **line, gsize *length, gboolean flowed)
{
  const char *p = *line, *end = *line + *length;
  guint quote = 0;

  while (p < end && *p == '>')
    {
      quote++;
      p++;
      if (!flowed && p + 1 < end && *p == ' ' && p[1] == '>')
        p++;
    }
  /* One space after the marks belongs to them; in flowed text one is stuffed into any line that
   * begins with a space (section 4.4). */
  if (p < end && *p == ' ' && (quote > 0 || flowed))
    p++;
  *line = p;
  *length = end - p;
  return MIN (quote, MAX_QUOTE);
}

/* Scripts that write words without spaces: their text goes on right behind an address. */
static gboolean
is_east_asian (gunichar c)
{
  return (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7FF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFF00 && c <= 0xFFEF);
}

/* Tells whether a line has a form of its own: a list's item, a table's row, code, a rule. */
static gboolean
is_shaped (const char *line, gsize length)
{
  gsize digits = strspn (line, "0123456789");

  if (length == 0 || strchr (" \t-*+#|=_~@>$%<{[", *line) != NULL)
    return TRUE;
  if (digits > 0 && (line[digits] == '.' || line[digits] == ')'))
    return TRUE;
  if (g_str_has_prefix (line, "\u2022") || g_str_has_prefix (line, "\u2013"))
    return TRUE;
  return g_strstr_len (line, (gssize) length, "   ") != NULL || memchr (line, '\t', length) != NULL;
}

/* Tells whether the line break between two lines is one that a program has put where the next word
 * would have gone over @width. */
static gboolean
is_wrapped (const char *line, gsize length, const char *next, gsize next_length, gsize width)
{
  gsize word = strcspn (next, " \n");
  const char *last;

  if (width < MIN_WRAP || width > MAX_WRAP || is_shaped (next, next_length) ||
      is_shaped (line, length) || memchr (line, ' ', length) == NULL)
    return FALSE;
  last = g_utf8_find_prev_char (line, line + length);
  if (strchr (".!?:", *last) != NULL) /* the end of a sentence may well be the end of a line */
    return FALSE;
  if (is_east_asian (g_utf8_get_char (last)) || is_east_asian (g_utf8_get_char (next)))
    return FALSE;
  return g_utf8_strlen (line, length) + 1 + g_utf8_strlen (next, word) > (glong) width;
}

/* The characters of the longest line of the paragraph that starts at @text. */
static gsize
paragraph_width (const char *text)
{
  gsize width = 0;

  while (*text != '\0' && *text != '\n')
    {
      gsize length = strcspn (text, "\n");
      glong chars = g_utf8_strlen (text, length);

      width = MAX (width, (gsize) chars);
      text += length + (text[length] == '\n');
    }
  return width;
}

/* Joins the lines that the sender's program has broken, in place: they would be broken once more in
 * a narrow window, at other places. */
static void
unwrap (char *text)
{
  gboolean at_paragraph = TRUE;
  gsize width = 0;

  while (*text != '\0')
    {
      gsize length = strcspn (text, "\n");
      char *next = text + length + 1;

      if (at_paragraph)
        width = paragraph_width (text);
      at_paragraph = length == 0;
      if (text[length] == '\0')
        return;
      if (is_wrapped (text, length, next, strcspn (next, "\n"), width))
        text[length] = ' ';
      text = next;
    }
}

typedef struct
{
  GPtrArray *blocks;
  GString *text;
  guint quote;
  gboolean flowed;
  gboolean is_signature;
  gboolean any;
} Splitter;

static void
finish_block (Splitter *splitter)
{
  TernTextBlock *block;

  if (!splitter->any)
    return;
  block = g_new0 (TernTextBlock, 1);
  block->quote = splitter->quote;
  block->is_signature = splitter->is_signature;
  block->text = g_strndup (splitter->text->str, splitter->text->len);
  if (!splitter->flowed && !block->is_signature)
    unwrap (block->text);
  g_ptr_array_add (splitter->blocks, block);
  g_string_truncate (splitter->text, 0);
  splitter->any = FALSE;
}

static gboolean
is_signature_mark (const char *line, gsize length)
{
  return length == 3 && memcmp (line, "-- ", 3) == 0;
}

/**
 * tern_mime_split_text:
 * @text: a plain text letter, UTF-8 with LF line ends
 * @flowed: whether the part says format=flowed
 *
 * Splits a letter into runs of lines that are quoted equally often, and its signature. The lines of
 * a flowed paragraph (RFC 3676 section 4) are joined; stuffed spaces are taken out. In other text
 * lines are joined where it is plain that a program has broken them.
 *
 * Returns: (transfer container) (element-type TernTextBlock): the blocks in their order
 */
GPtrArray *
tern_mime_split_text (const char *text, gboolean flowed)
{
  Splitter splitter = { .blocks = g_ptr_array_new_with_free_func (block_free),
                        .text = g_string_new (NULL),
                        .flowed = flowed };
  gboolean joins = FALSE;

  while (*text != '\0')
    {
      const char *line = text;
      gsize length = strcspn (text, "\n");
      gboolean starts_signature;
      guint quote;

      text += length + (text[length] == '\n');
      quote = take_quote_marks (&line, &length, flowed);
      starts_signature = quote == 0 && is_signature_mark (line, length);
      if (quote != splitter.quote || starts_signature)
        {
          finish_block (&splitter);
          splitter.quote = quote;
          splitter.is_signature = starts_signature || (splitter.is_signature && quote == 0);
          joins = FALSE;
        }
      if (starts_signature)
        continue;
      /* An empty line parts paragraphs also where the one before forgot to end. */
      if (splitter.any && (!joins || length == 0))
        g_string_append_c (splitter.text, '\n');
      g_string_append_len (splitter.text, line, length);
      splitter.any = TRUE;
      joins = flowed && length > 0 && line[length - 1] == ' ' && !is_signature_mark (line, length);
    }
  finish_block (&splitter);
  g_string_free (splitter.text, TRUE);
  return splitter.blocks;
}

static gsize
url_length (const char *url)
{
  const char *p = url;
  guint open = 0;

  while (*p != '\0' && p - url < MAX_LINK)
    {
      gunichar c = g_utf8_get_char (p);

      if (c <= 0x20 || c == 0x7F || strchr ("<>\"`{}|\\^", (int) MIN (c, 0x7F)) != NULL ||
          g_unichar_isspace (c) || is_east_asian (c) || (c >= 0x2010 && c <= 0x206F))
        break;
      if (c == '(')
        open++;
      if (c == ')' && open-- == 0)
        break;
      p = g_utf8_next_char (p);
    }
  /* Punctuation at the end is the sentence's. */
  while (p > url && strchr (".,;:!?'*(_", p[-1]) != NULL)
    p--;
  return p - url;
}

static gboolean
is_local_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr (".!#$%&'*+/=?^_{|}~-", c) != NULL);
}

/* Finds the mail address around the "@" at @at, in [@text, …). */
static gboolean
find_address (const char *text, const char *at, const char **start, gsize *length)
{
  const char *first = at;
  const char *last = at + 1;
  gboolean dot = FALSE;

  while (first > text && at - first < 64 && is_local_char (first[-1]))
    first--;
  while (*first == '.' || *first == '\'' || *first == '*' || *first == '=')
    first++;
  while (g_ascii_isalnum (*last) || (*last == '-') || (*last == '.' && g_ascii_isalnum (last[1])))
    dot |= *last++ == '.';
  if (first >= at || !dot || last - at > 255)
    return FALSE;
  *start = first;
  *length = last - first;
  return TRUE;
}

/**
 * tern_mime_find_link:
 * @text: UTF-8
 * @start: (out): where the first link in it begins, in bytes
 * @length: (out): its bytes
 * @url: (out) (transfer full): where it leads: http, https or mailto
 *
 * Finds the first web or mail address in plain text, as far as it goes by the eye: without the
 * sentence's punctuation.
 *
 * Returns: whether there is one
 */
gboolean
tern_mime_find_link (const char *text, gsize *start, gsize *length, char **url)
{
  for (const char *p = text; *p != '\0'; p++)
    {
      gboolean at_word = p == text || !g_ascii_isalnum (p[-1]);
      const char *prefix = "";
      gsize scheme = 0;
      const char *first = p;

      if (*p == '@' && find_address (text, p, &first, length))
        prefix = "mailto:";
      else if (at_word && g_ascii_strncasecmp (p, "https://", 8) == 0)
        scheme = 8;
      else if (at_word && g_ascii_strncasecmp (p, "http://", 7) == 0)
        scheme = 7;
      else if (at_word && g_ascii_strncasecmp (p, "mailto:", 7) == 0)
        scheme = 7;
      else if (at_word && g_ascii_strncasecmp (p, "www.", 4) == 0)
        {
          scheme = 4;
          prefix = "https://";
        }
      else
        continue;
      if (scheme > 0)
        {
          *length = url_length (p);
          if (*length <= scheme)
            continue;
        }
      *start = first - text;
      *url = g_strdup_printf ("%s%.*s", prefix, (int) *length, first);
      return TRUE;
    }
  return FALSE;
}
