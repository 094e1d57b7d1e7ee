/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-charset-private.h"

#include <string.h>

/* A guess from this many bytes is as good as from all. */
#define MAX_LOOK (16 * 1024)

/* How the bytes above 0x7F lie in a text: words of a Latin script have them alone among ASCII
 * letters, Cyrillic words consist of them, and the multi-byte charsets pair them. */
typedef struct
{
  guint high;
  guint letters; /* where the single-byte charsets have accented or Cyrillic letters */
  guint in_runs; /* in runs of three or more */
} Shape;

static Shape
measure (const guint8 *bytes, gsize length)
{
  Shape shape = { 0 };
  guint run = 0;

  for (gsize i = 0; i <= length; i++)
    {
      guint8 c = i < length ? bytes[i] : 0;

      if (c >= 0x80)
        {
          run++;
          shape.high++;
          if (c >= 0xC0 || c == 0xA3 || c == 0xB3 || c == 0xA8 || c == 0xB8)
            shape.letters++;
          continue;
        }
      if (run >= 3)
        shape.in_runs += run;
      run = 0;
    }
  return shape;
}

/* Both Cyrillic charsets have their letters in 0xC0-0xFF, with the cases the other way round:
 * a word goes on in lower case, so what follows a letter tells. */
static const char *
guess_cyrillic (const guint8 *bytes, gsize length)
{
  int balance = 0;

  for (gsize i = 1; i < length; i++)
    if (bytes[i] >= 0xC0 && bytes[i - 1] >= 0xC0)
      balance += bytes[i] >= 0xE0 ? 1 : -1;
  return balance > 0 ? "CP1251" : "KOI8-R";
}

/* Scores text that consists of pairs whose first byte is in [@first, @last] where the charset keeps
 * its everyday characters. */
static int
score_pairs (const guint8 *bytes, gsize length, guint8 low_trail, guint8 first, guint8 last)
{
  int score = 0;

  for (gsize i = 0; i + 1 < length; i++)
    {
      guint8 a = bytes[i], b = bytes[i + 1];

      if (a < 0x80)
        continue;
      if (a < 0xA1 || b < low_trail || (b >= 0x7F && b < 0xA1) || b == 0xFF)
        score -= 4;
      else if (a >= first && a <= last)
        score += 2;
      else if (a > 0xA3)
        score -= 2;
      i++;
    }
  return score;
}

static int
score_kana_pairs (const guint8 *bytes, gsize length)
{
  int score = 0;

  for (gsize i = 0; i + 1 < length; i++)
    {
      if (bytes[i] < 0x80)
        continue;
      if (bytes[i] == 0xA4 || bytes[i] == 0xA5)
        score += 6;
      else if (bytes[i] < 0xA1 || bytes[i + 1] < 0xA1)
        score -= 8;
      i++;
    }
  return score;
}

static int
score_shift_jis (const guint8 *bytes, gsize length)
{
  int score = 0;

  for (gsize i = 0; i < length; i++)
    {
      guint8 a = bytes[i], b = i + 1 < length ? bytes[i + 1] : 0x40;

      if (a < 0x80)
        continue;
      if (a >= 0xA0 && a < 0xE0) /* half-width katakana: more often another charset's letters */
        {
          score -= 1;
          continue;
        }
      if (b < 0x40 || b == 0x7F || b > 0xFC || a == 0x80 || a > 0xFC)
        score -= 8;
      else if (a == 0x82 || a == 0x83) /* kana */
        score += 4;
      else if (a <= 0x9F)
        score += 1;
      i++;
    }
  return score;
}

static const char *
guess_east_asian (const guint8 *bytes, gsize length)
{
  const struct
  {
    const char *name;
    int score;
  } scores[] = {
    { "EUC-JP-MS", score_kana_pairs (bytes, length) },
    { "CP932", score_shift_jis (bytes, length) },
    /* Hangul fills fewer rows than everyday hanzi do: the narrower one first, it wins a tie. */
    { "CP949", score_pairs (bytes, length, 0xA1, 0xB0, 0xC8) },
    { "GB18030", score_pairs (bytes, length, 0xA1, 0xB0, 0xD7) },
    { "BIG5-HKSCS", score_pairs (bytes, length, 0x40, 0xA4, 0xC6) },
  };
  const char *best = NULL;
  int most = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (scores); i++)
    if (scores[i].score > most)
      {
        best = scores[i].name;
        most = scores[i].score;
      }
  return best;
}

/* Tells whether @bytes are UTF-8, the last character perhaps cut off; one that is cut off and has
 * no other beside it is rather an accented letter. */
static gboolean
is_utf8 (const guint8 *bytes, gsize length)
{
  const char *end;

  if (g_utf8_validate_len ((const char *) bytes, length, &end))
    return TRUE;
  if (g_utf8_get_char_validated (end, (const char *) bytes + length - end) != (gunichar) -2)
    return FALSE;
  for (const char *p = (const char *) bytes; p < end; p++)
    if ((guchar) *p >= 0x80)
      return TRUE;
  return FALSE;
}

/**
 * tern_mime_charset_guess:
 * @bytes: text without a charset that can be believed
 * @length: its bytes
 *
 * Guesses how a text was meant: UTF-8 where it is valid, ISO-2022-JP where it has its escapes,
 * otherwise by how the bytes above 0x7F lie. Western European where nothing speaks for another.
 *
 * Returns: a name for tern_mime_charset_append(); never %NULL
 */
const char *
tern_mime_charset_guess (const guint8 *bytes, gsize length)
{
  Shape shape;
  const char *east_asian;

  length = MIN (length, MAX_LOOK);
  if (memmem (bytes, length, "\033$", 2) != NULL || memmem (bytes, length, "\033(I", 3) != NULL)
    return "ISO-2022-JP";
  if (is_utf8 (bytes, length))
    return "UTF-8";
  shape = measure (bytes, length);
  if (shape.letters * 20 >= shape.high * 19)
    {
      if (shape.in_runs * 4 >= shape.high * 3 && shape.high >= 4)
        return guess_cyrillic (bytes, length);
      if (shape.in_runs * 2 < shape.high)
        return "CP1252";
    }
  east_asian = guess_east_asian (bytes, length);
  /* Umlauts and typographic quotes alone among ASCII are no pairs. */
  if (east_asian == NULL || (shape.in_runs == 0 && shape.letters * 2 > shape.high))
    return "CP1252";
  return east_asian;
}
