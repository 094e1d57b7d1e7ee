/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-header.h"

#include <string.h>

#include "tern-mime-base64-private.h"
#include "tern-mime-charset-private.h"

/* No header value that a person reads is longer; the rest is left out. */
#define MAX_HEADER (64 * 1024)
/* RFC 2047 allows 75; senders go over it. A charset longer than this is none. */
#define MAX_WORD_CHARSET 64

/* One encoded word of RFC 2047 section 2, pointing into the raw value. */
typedef struct
{
  const char *charset;
  gsize charset_length;
  char encoding; /* 'B' or 'Q' */
  const char *text;
  gsize text_length;
  const char *end;
} Word;

/* Text that is not decoded yet: the bytes of neighbouring encoded words of one charset, because
 * senders cut characters in two, or raw bytes (charset ""). */
typedef struct
{
  GString *out;
  GByteArray *bytes;
  char charset[MAX_WORD_CHARSET + 1];
  gboolean is_word;
} Pending;

static void
flush (Pending *pending)
{
  tern_mime_charset_append (pending->out, pending->bytes->data, pending->bytes->len,
                            pending->charset[0] != '\0' ? pending->charset : NULL);
  g_byte_array_set_size (pending->bytes, 0);
}

static gboolean
parse_word (const char *p, const char *end, Word *word)
{
  const char *question;

  if (end - p < 6 || p[0] != '=' || p[1] != '?')
    return FALSE;
  p += 2;
  word->charset = p;
  question = memchr (p, '?', MIN (end - p, MAX_WORD_CHARSET + 1));
  if (question == NULL || question == p)
    return FALSE;
  word->charset_length = question - p;
  p = question + 1;
  if (end - p < 2 || p[1] != '?')
    return FALSE;
  word->encoding = g_ascii_toupper (*p);
  if (word->encoding != 'B' && word->encoding != 'Q')
    return FALSE;
  word->text = p + 2;
  /* Senders leave spaces in Q words; a line end or the next word is no part of one. */
  for (p = word->text; p + 1 < end; p++)
    {
      if (p[0] == '?' && p[1] == '=')
        {
          word->text_length = p - word->text;
          word->end = p + 2;
          return TRUE;
        }
      if (*p == '\n' || (p[0] == '=' && p[1] == '?' && !(p + 2 < end && p[2] == '=')))
        return FALSE;
    }
  return FALSE;
}

static void
append_q (GByteArray *out, const char *p, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      guint8 c = p[i];

      if (c == '_')
        c = ' ';
      else if (c == '=' && i + 2 < length && g_ascii_isxdigit (p[i + 1]) &&
               g_ascii_isxdigit (p[i + 2]))
        {
          c = g_ascii_xdigit_value (p[i + 1]) << 4 | g_ascii_xdigit_value (p[i + 2]);
          i += 2;
        }
      g_byte_array_append (out, &c, 1);
    }
}

static void
add_word (Pending *pending, const Word *word)
{
  /* RFC 2231 section 5: a language may follow the charset. */
  const char *star = memchr (word->charset, '*', word->charset_length);
  gsize n = star != NULL ? (gsize) (star - word->charset) : word->charset_length;

  if (!pending->is_word || strlen (pending->charset) != n ||
      g_ascii_strncasecmp (pending->charset, word->charset, n) != 0)
    flush (pending);
  memcpy (pending->charset, word->charset, n);
  pending->charset[n] = '\0';
  pending->is_word = TRUE;
  if (word->encoding == 'Q')
    append_q (pending->bytes, word->text, word->text_length);
  else
    {
      TernMimeBase64 state = { 0 };

      tern_mime_base64_step (&state, (const guint8 *) word->text, word->text_length,
                             pending->bytes);
    }
}

static void
add_raw (Pending *pending, const char *p, gsize length)
{
  if (pending->is_word)
    {
      /* RFC 2047 section 6.2: white space between two encoded words is not shown; here it is
       * not between two. */
      flush (pending);
      pending->charset[0] = '\0';
      pending->is_word = FALSE;
    }
  g_byte_array_append (pending->bytes, (const guint8 *) p, length);
}

static gsize
span_space (const char *p, const char *end)
{
  const char *start = p;

  while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
    p++;
  return p - start;
}

static void
decode_words (GString *out, const char *p, gsize length)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Pending pending = { .out = out, .bytes = bytes };
  const char *end = p + length;
  const char *raw = p;

  while (p < end)
    {
      const char *start = memmem (p, end - p, "=?", 2);
      Word word;

      if (start == NULL)
        break;
      if (!parse_word (start, end, &word))
        {
          p = start + 2;
          continue;
        }
      if (start > raw && !(pending.is_word && span_space (raw, start) == (gsize) (start - raw)))
        add_raw (&pending, raw, start - raw);
      add_word (&pending, &word);
      raw = p = word.end;
    }
  if (raw < end)
    add_raw (&pending, raw, end - raw);
  flush (&pending);
}

static gboolean
is_direction_override (gunichar c)
{
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* Makes valid UTF-8 one line: a fold (RFC 5322 section 2.2.3) or tab is a space, what would steer
 * a terminal or turn the text around is left out. */
static char *
make_one_line (const char *text, gsize length)
{
  GString *out = g_string_sized_new (length);
  const char *end = text + length;

  for (const char *p = text; p < end;)
    {
      gunichar c = (guchar) *p < 0x80 ? (gunichar) (guchar) *p : g_utf8_get_char (p);
      const char *next = g_utf8_next_char (p);

      if (c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029)
        {
          next += span_space (next, end);
          while (out->len > 0 && out->str[out->len - 1] == ' ')
            g_string_truncate (out, out->len - 1);
          c = ' ';
        }
      else if (c == '\t')
        c = ' ';
      if (c == ' ')
        g_string_append_c (out, ' ');
      else if (c >= 0x20 && !(c >= 0x7F && c < 0xA0) && !is_direction_override (c) && c != 0xFEFF)
        g_string_append_len (out, p, next - p);
      p = next;
    }
  g_strstrip (out->str);
  return g_string_free (out, FALSE);
}

/**
 * tern_mime_decode_header:
 * @raw: (nullable): one header value as it stands in the message, or in an IMAP ENVELOPE
 * @n: its bytes, or -1 for a string
 *
 * Decodes a header value for a person: the encoded words of RFC 2047 (wherever they stand, cut
 * through characters or not), raw 8-bit bytes as UTF-8 where they are, else by a guess. The result
 * is unfolded, one line, stripped, without control characters and without those that turn the
 * direction of text; what cannot be decoded is U+FFFD. Plain ASCII, which most values are, is
 * copied.
 *
 * Returns: (transfer full) (nullable): valid UTF-8; %NULL for %NULL
 */
char *
tern_mime_decode_header (const char *raw, gssize n)
{
  g_autoptr (GString) text = NULL;
  const char *end;
  gboolean plain = TRUE;

  if (raw == NULL)
    return NULL;
  if (n < 0)
    n = strlen (raw);
  n = MIN (n, MAX_HEADER);
  end = raw + n;
  for (const char *p = raw; p < end && plain; p++)
    plain = *p >= 0x20 && *p < 0x7F && !(*p == '=' && p + 1 < end && p[1] == '?');
  if (plain)
    {
      while (n > 0 && *raw == ' ')
        raw++, n--;
      while (n > 0 && raw[n - 1] == ' ')
        n--;
      return g_strndup (raw, n);
    }
  text = g_string_sized_new (n);
  decode_words (text, raw, n);
  return make_one_line (text->str, text->len);
}

/* RFC 5322 section 3.6.4, as loosely as they come: "<", no space or bracket, an "@", ">". */
static gboolean
is_message_id (const char *id, gsize length)
{
  if (length < 5 || memchr (id, '@', length) == NULL)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if ((guchar) id[i] <= 0x20 || (guchar) id[i] >= 0x7F)
      return FALSE;
  return TRUE;
}

/* Adds @id to @out where it is not among @seen, which is made for the second id: most values hold
 * one. */
static void
add_message_id (GString *out, GHashTable **seen, const char *id, gsize length)
{
  char *copy;

  if (out->len == 0)
    {
      g_string_append_len (out, id, length);
      return;
    }
  if (*seen == NULL)
    {
      *seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_add (*seen, g_strdup (out->str));
    }
  copy = g_strndup (id, length);
  if (!g_hash_table_contains (*seen, copy))
    g_string_append_printf (out, " %s", copy);
  g_hash_table_add (*seen, copy);
}

/**
 * tern_mime_clean_references:
 * @raw: (nullable): the value of References, In-Reply-To or Message-ID
 * @n: its bytes, or -1 for a string
 *
 * Picks the message ids out of @raw (RFC 5322 section 3.6.4), each once, in their order.
 *
 * Returns: (transfer full) (nullable): the ids in angle brackets, parted by single spaces; %NULL
 *   where there is none
 */
char *
tern_mime_clean_references (const char *raw, gssize n)
{
  g_autoptr (GHashTable) seen = NULL;
  g_autoptr (GString) out = NULL;
  const char *p = raw, *end;

  if (raw == NULL)
    return NULL;
  end = raw + MIN (n < 0 ? (gssize) strlen (raw) : n, MAX_HEADER);
  while (p < end && (p = memchr (p, '<', end - p)) != NULL)
    {
      const char *close = memchr (p, '>', end - p);

      if (close == NULL)
        break;
      for (const char *inner = p + 1; inner < close; inner++)
        if (*inner == '<')
          p = inner;
      if (is_message_id (p, close + 1 - p))
        {
          if (out == NULL)
            out = g_string_sized_new (close + 1 - p);
          add_message_id (out, &seen, p, close + 1 - p);
        }
      p = close + 1;
    }
  return out != NULL ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}
