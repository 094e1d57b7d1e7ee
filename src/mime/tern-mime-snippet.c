/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-text.h"

#include <string.h>

/* How much of a text is looked at for its beginning. */
#define MAX_LOOK (64 * 1024)
/* Lines that an attribution ("On … wrote:") may be folded into. */
#define MAX_ATTRIBUTION 3

/* Characters without a look of their own. Senders pad the line that lists show with them. */
static gboolean
is_invisible (gunichar c)
{
  return c == 0xAD || c == 0x34F || c == 0x61C || (c >= 0x115F && c <= 0x1160) || c == 0x180E ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || c == 0xFFFD || c == 0xFFFC || c < 0x20 ||
         (c >= 0x7F && c < 0xA0);
}

/* The joiners shape Persian and Indic words and pictographs, where they stand inside one. */
static gboolean
is_joiner_in_word (const char *p, gboolean after_letter)
{
  gunichar c = g_utf8_get_char (p);
  gunichar next = g_utf8_get_char (g_utf8_next_char (p));

  return (c == 0x200C || c == 0x200D) && after_letter && next > 0x7F && !g_unichar_isspace (next) &&
         !is_invisible (next);
}

/* Appends a line's words, one space between them, up to @max_chars. Returns how many fit. */
static gsize
append_words (GString *out, const char *line, gsize length, gsize max_chars)
{
  const char *end = line + length;
  gboolean space = out->len > 0;
  gboolean after_letter = FALSE;
  gsize n = 0;

  for (const char *p = line; p < end && n < max_chars; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == ' ' || c == '\t' || g_unichar_isspace (c))
        {
          space = out->len > 0;
          after_letter = FALSE;
          continue;
        }
      if (is_invisible (c) && !is_joiner_in_word (p, after_letter))
        continue;
      if (space && ++n < max_chars)
        g_string_append_c (out, ' ');
      if (n >= max_chars)
        break;
      space = FALSE;
      after_letter = TRUE;
      g_string_append_unichar (out, c);
      n++;
    }
  return n;
}

/* Rules of dashes, stars and the like say nothing. */
static gboolean
is_rule (const char *line, gsize length)
{
  return length >= 3 && strspn (line, "-_=*~#+|. \t") >= length;
}

static gboolean
is_quoted (const char *line)
{
  return *line == '>';
}

/* Tells whether the line at @line, in any language, introduces a quote: it, or one of the next few,
 * ends in a colon, and quoted text follows. */
static gboolean
is_attribution (const char *line)
{
  for (guint i = 0; i < MAX_ATTRIBUTION; i++)
    {
      gsize n = strcspn (line, "\n");
      gboolean ends = (n > 0 && line[n - 1] == ':') ||
                      (n > 2 && memcmp (line + n - 3, "\uFF1A", 3) == 0); /* full-width colon */

      if (n == 0 || is_quoted (line))
        return FALSE;
      line += n + (line[n] == '\n');
      if (ends)
        {
          while (*line == '\n')
            line++;
          return is_quoted (line);
        }
    }
  return FALSE;
}

/* From here on the text is another's, or nobody's. */
static gboolean
ends_letter (const char *line, gsize length)
{
  if (length <= 3 && strncmp (line, "-- ", length) == 0 && length >= 2)
    return TRUE;
  return length > 12 && strncmp (line, "-----", 5) == 0 &&
         g_str_has_prefix (line + strspn (line, "- "), "Original Message");
}

static void
collect (GString *out, const char *text, gsize max_chars, gboolean with_quotes)
{
  gsize left = max_chars;

  while (*text != '\0' && left > 0)
    {
      gsize length = strcspn (text, "\n");
      const char *line = text;

      if (!with_quotes && ends_letter (line, length))
        return;
      if (with_quotes)
        {
          gsize marks = strspn (line, "> ");

          marks = MIN (marks, length);
          left -= append_words (out, line + marks, length - marks, left);
        }
      else if (!is_quoted (line) && !is_rule (line, length) && !is_attribution (line))
        left -= append_words (out, line, length, left);
      else if (is_attribution (line))
        while (*text != '\0' && !is_quoted (text))
          text += strcspn (text, "\n") + (text[strcspn (text, "\n")] == '\n');
      if (text == line)
        text += length + (text[length] == '\n');
    }
}

/**
 * tern_mime_make_snippet:
 * @text: a letter's text, UTF-8, perhaps cut off anywhere
 * @is_html: whether it is HTML
 * @max_chars: how many characters to give out at most
 *
 * Makes the line that a list shows below the subject: the first words of what the letter itself
 * says. Quoted lines, what introduces them, the signature, rules and invisible padding are left
 * out; of a letter that only quotes, the quote is shown.
 *
 * Returns: (transfer full): one line, UTF-8, "" where the text says nothing
 */
char *
tern_mime_make_snippet (const char *text, gboolean is_html, gsize max_chars)
{
  g_autofree char *plain = NULL;
  g_autofree char *head = NULL;
  GString *out = g_string_new (NULL);
  const char *end;

  if (is_html)
    text = plain = tern_mime_html_to_text (text);
  head = g_strndup (text, strnlen (text, MAX_LOOK));
  if (!g_utf8_validate (head, -1, &end))
    head[end - head] = '\0'; /* cut inside a character */
  collect (out, head, max_chars, FALSE);
  if (out->len == 0)
    collect (out, head, max_chars, TRUE);
  return g_string_free (out, FALSE);
}
