/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-header.h"

#include <string.h>

#include "tern-mime-charset-private.h"

/* More pieces than this make no file name. */
#define MAX_PIECES 100
/* The longest name that every file system here takes, in bytes. */
#define MAX_FILENAME 200

typedef struct
{
  const char *value;
  gboolean is_encoded;
} Piece;

static void
append_percent_decoded (GByteArray *out, const char *p)
{
  for (; *p != '\0'; p++)
    {
      guint8 c = *p;

      if (c == '%' && g_ascii_isxdigit (p[1]) && g_ascii_isxdigit (p[2]))
        {
          c = g_ascii_xdigit_value (p[1]) << 4 | g_ascii_xdigit_value (p[2]);
          p += 2;
        }
      g_byte_array_append (out, &c, 1);
    }
}

/* Puts @value where its attribute says: `name`, `name*`, `name*1` or `name*1*`. */
static void
place_piece (Piece *pieces, const char *attribute, gsize name_length, const char *value)
{
  const char *p = attribute + name_length;
  guint64 index = 0;
  gboolean is_encoded;

  if (*p == '\0')
    {
      if (pieces[0].value == NULL) /* a plain form is for those who cannot read the other */
        pieces[0].value = value;
      return;
    }
  p++;
  if (g_ascii_isdigit (*p))
    index = g_ascii_strtoull (p, (char **) &p, 10);
  else if (*p != '\0')
    return;
  is_encoded = *p == '*' || attribute[name_length + 1] == '\0';
  if (index >= MAX_PIECES)
    return;
  pieces[index].value = value;
  pieces[index].is_encoded = is_encoded;
}

static char *
join_pieces (const Piece *pieces)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *charset = NULL;

  for (guint i = 0; i < MAX_PIECES && pieces[i].value != NULL; i++)
    {
      const char *value = pieces[i].value;
      const char *language, *rest;

      if (!pieces[i].is_encoded)
        {
          g_byte_array_append (bytes, (const guint8 *) value, strlen (value));
          continue;
        }
      if (i == 0 && (language = strchr (value, '\'')) != NULL &&
          (rest = strchr (language + 1, '\'')) != NULL)
        {
          charset = g_strndup (value, language - value);
          value = rest + 1;
        }
      append_percent_decoded (bytes, value);
    }
  tern_mime_charset_append (text, bytes->data, bytes->len, charset);
  return tern_mime_decode_header (text->str, text->len);
}

/**
 * tern_mime_decode_parameter:
 * @pairs: (array zero-terminated=1): attribute, value, attribute, value … of a Content-Type or a
 *   Content-Disposition, as an IMAP BODYSTRUCTURE lists them
 * @name: the attribute that is wanted
 *
 * Finds a parameter in all the forms of RFC 2231 (continued, with a charset, both), as encoded
 * words of RFC 2047, which are not allowed there and common, or as raw bytes.
 *
 * Returns: (transfer full) (nullable): the value as tern_mime_decode_header() gives it; %NULL where
 *   there is no such parameter
 */
char *
tern_mime_decode_parameter (const char *const *pairs, const char *name)
{
  Piece pieces[MAX_PIECES] = { 0 };
  gsize n = strlen (name);

  for (; pairs != NULL && pairs[0] != NULL && pairs[1] != NULL; pairs += 2)
    if (g_ascii_strncasecmp (pairs[0], name, n) == 0 && (pairs[0][n] == '\0' || pairs[0][n] == '*'))
      place_piece (pieces, pairs[0], n, pairs[1]);
  if (pieces[0].value == NULL)
    return NULL;
  /* Most values come in one plain piece. */
  if (!pieces[0].is_encoded && pieces[1].value == NULL)
    return tern_mime_decode_header (pieces[0].value, -1);
  return join_pieces (pieces);
}

/* Names that other systems keep for devices: a file that is passed on keeps its name. */
static gboolean
is_reserved (const char *name)
{
  static const char *const RESERVED[] = { "con", "prn", "aux", "nul", "com", "lpt" };
  gsize stem = strcspn (name, ".");

  for (gsize i = 0; i < G_N_ELEMENTS (RESERVED); i++)
    {
      gsize n = strlen (RESERVED[i]);

      if (g_ascii_strncasecmp (name, RESERVED[i], n) != 0)
        continue;
      if (stem == n || (i >= 4 && stem == n + 1 && g_ascii_isdigit (name[n])))
        return TRUE;
    }
  return FALSE;
}

/* Cuts the middle out of a name that is too long: its end says what kind of file it is. */
static void
shorten (GString *name)
{
  const char *dot = strrchr (name->str, '.');
  gsize tail = dot != NULL && strlen (dot) <= 16 ? strlen (dot) : 0;
  gsize keep = MAX_FILENAME - tail;

  if (name->len <= MAX_FILENAME)
    return;
  while (keep > 0 && ((guchar) name->str[keep] & 0xC0) == 0x80)
    keep--;
  g_string_erase (name, keep, name->len - tail - keep);
}

/**
 * tern_mime_clean_filename:
 * @name: (nullable): a file name from a peer, encoded words and all
 * @fallback: what to call a file without a name that can be used
 *
 * Makes a name that is safe as the last component of a path: without folders (of either kind of
 * slash), control characters, direction overrides (they disguise the extension), characters that
 * other file systems refuse, leading dots and dashes, trailing dots and spaces; not a device's
 * name; at most 200 bytes, the extension kept.
 *
 * Returns: (transfer full): valid UTF-8, never empty
 */
char *
tern_mime_clean_filename (const char *name, const char *fallback)
{
  g_autofree char *decoded = tern_mime_decode_header (name, -1);
  g_autoptr (GString) out = NULL;
  const char *base = decoded;

  if (decoded == NULL)
    return g_strdup (fallback);
  for (const char *p = decoded; *p != '\0'; p++)
    if (*p == '/' || *p == '\\')
      base = p + 1;
  while (*base == '.' || *base == ' ' || *base == '-' || *base == '~')
    base++;
  out = g_string_new (NULL);
  for (const char *p = base; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (strchr ("/\\:*?\"<>|", (int) MIN (c, 0x7F)) != NULL)
        g_string_append_c (out, '_');
      else if (c != 0x200E && c != 0x200F && c != 0x200B)
        g_string_append_unichar (out, c);
    }
  shorten (out);
  while (out->len > 0 && (out->str[out->len - 1] == '.' || out->str[out->len - 1] == ' '))
    g_string_truncate (out, out->len - 1);
  if (out->len == 0)
    return g_strdup (fallback);
  if (is_reserved (out->str))
    g_string_prepend_c (out, '_');
  return g_string_free (g_steal_pointer (&out), FALSE);
}
