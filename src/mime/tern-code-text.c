/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-code-private.h"

#include <string.h>

/* How much of a text is searched. */
#define MAX_LOOK (64 * 1024)
/* Stands for an address, whose digits are no codes. */
#define ADDRESS_MARK 0xFFFC

static gboolean
is_invisible (gunichar c)
{
  return c == 0xAD || c == 0x34F || c == 0x61C || c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

/* Full-width letters, digits of any script and the many dashes count as the plain ones. */
static gunichar
make_plain (gunichar c)
{
  if (c < 0x80)
    return c;
  if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
    return '-';
  if (g_unichar_type (c) == G_UNICODE_DECIMAL_NUMBER)
    return '0' + (gunichar) g_unichar_digit_value (c);
  if (c >= 0xFF01 && c <= 0xFF5E && g_ascii_isalpha ((char) (c - 0xFEE0)))
    return c - 0xFEE0;
  return c;
}

static gboolean
is_graphic (gunichar c)
{
  return c > 0x20 && c < 0x7F;
}

static gboolean
is_local_part (gunichar c)
{
  return c < 0x80 && (g_ascii_isalnum ((char) c) || c == '.' || c == '_' || c == '+' || c == '-');
}

static gboolean
starts_with (const gunichar *chars, gsize length, const char *prefix)
{
  gsize i;

  for (i = 0; prefix[i] != '\0'; i++)
    if (i >= length || (chars[i] | 0x20) != ((gunichar) prefix[i] | 0x20))
      return FALSE;
  return TRUE;
}

/* Where in a run without spaces a web or mail address begins; its end where there is none. */
static gsize
find_address (const gunichar *chars, gsize start, gsize end)
{
  for (gsize i = start; i < end; i++)
    {
      gsize first = i;

      if (starts_with (chars + i, end - i, "://"))
        {
          while (first > start && g_ascii_isalpha ((char) chars[first - 1]))
            first--;
          return first;
        }
      if (starts_with (chars + i, end - i, "www."))
        return i;
      if (chars[i] == '@' && i + 1 < end)
        {
          while (first > start && is_local_part (chars[first - 1]))
            first--;
          return first < i ? first : end;
        }
    }
  return end;
}

/* Appends white space: a run of it is one character, a line end where it has one. */
static void
append_space (TernCodeText *self, gunichar c)
{
  gunichar *last = self->length > 0 ? &self->chars[self->length - 1] : NULL;

  if (last == NULL)
    return;
  if (*last != ' ' && *last != '\n')
    self->chars[self->length++] = c;
  else if (c == '\n')
    *last = '\n';
}

static void
append_char (TernCodeText *self, gunichar c)
{
  gunichar composed;

  /* Quote marks at the beginning of a line are none of the text's. */
  if (c == '>' && (self->length == 0 || self->chars[self->length - 1] == '\n'))
    return;
  if (g_unichar_ismark (c) && self->length > 0 &&
      g_unichar_compose (self->chars[self->length - 1], c, &composed))
    self->chars[self->length - 1] = composed;
  else
    self->chars[self->length++] = c;
}

/* Puts a mark in place of the address in the characters since @run, if there is one. */
static void
end_run (TernCodeText *self, gsize run)
{
  gsize stop = self->length;
  gsize address;

  while (stop > run && !is_graphic (self->chars[stop - 1]))
    stop--;
  address = find_address (self->chars, run, stop);
  if (address >= stop)
    return;
  self->chars[address] = ADDRESS_MARK;
  for (gsize i = stop; i < self->length; i++)
    self->chars[address + 1 + i - stop] = self->chars[i];
  self->length -= stop - address - 1;
}

/**
 * tern_code_text_init:
 * @self: what to fill in
 * @text: UTF-8; only its beginning is searched
 *
 * Makes a text comparable: white space is one character, quote marks and invisible characters are
 * left out, digits of all scripts are ASCII, and an address is one character that is no letter.
 */
void
tern_code_text_init (TernCodeText *self, const char *text)
{
  const char *end = text + strnlen (text, MAX_LOOK);
  gsize run = 0; /* where the last characters without a space between them begin */

  self->chars = g_new (gunichar, (gsize) (end - text) + 1);
  self->length = 0;
  for (const char *p = text; p < end; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char_validated (p, end - p);

      if (c >= (gunichar) -2)
        break; /* cut inside a character */
      if (is_invisible (c))
        continue;
      c = make_plain (c);
      if (c <= 0x20 || g_unichar_isspace (c))
        append_space (self, c == '\n' || c == 0x2028 || c == 0x2029 ? '\n' : ' ');
      else
        append_char (self, c);
      if (!is_graphic (c))
        {
          end_run (self, run);
          run = self->length;
        }
    }
  end_run (self, run);
}

/**
 * tern_code_text_clear:
 * @self: a text
 *
 * Frees what it holds.
 */
void
tern_code_text_clear (TernCodeText *self)
{
  g_clear_pointer (&self->chars, g_free);
  self->length = 0;
}

/**
 * tern_code_text_get:
 * @self: a text
 * @at: a place, (gsize) -1 for the one before the first
 *
 * Returns: the character there; a line end outside of the text
 */
gunichar
tern_code_text_get (const TernCodeText *self, gsize at)
{
  return at < self->length ? self->chars[at] : '\n';
}
