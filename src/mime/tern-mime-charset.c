/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-charset-private.h"

#include <string.h>

/* Converters that a thread keeps open. */
#define MAX_CONVERTERS 16

/* A label longer than this names nothing. */
#define MAX_LABEL 40

#define REPLACEMENT "\xEF\xBF\xBD"

/* What letters call a charset and what they mean by it. Only converters that are named here, or
 * that one of the patterns in tern_mime_charset_find() admits, are ever opened: a stranger does not
 * choose which of the C library's modules to load. */
static const struct
{
  const char *label;
  const char *iconv;
} LABELS[] = {
  { "utf-8", "UTF-8" },
  { "utf8", "UTF-8" },
  { "utf_8", "UTF-8" },
  { "x-utf-8", "UTF-8" },
  { "utf8mb4", "UTF-8" },
  { "cp65001", "UTF-8" },
  { "unicode-1-1-utf-8", "UTF-8" },
  { "utf-7", "UTF-7" },
  { "utf7", "UTF-7" },
  { "unicode-1-1-utf-7", "UTF-7" },
  { "x-unicode-2-0-utf-7", "UTF-7" },
  { "utf-16", "UTF-16" },
  { "utf-16le", "UTF-16LE" },
  { "utf-16be", "UTF-16BE" },
  { "utf-32", "UTF-32" },
  { "gb2312", "GB18030" },
  { "gb_2312-80", "GB18030" },
  { "gb2312-80", "GB18030" },
  { "gbk", "GB18030" },
  { "x-gbk", "GB18030" },
  { "cp936", "GB18030" },
  { "euc-cn", "GB18030" },
  { "gb18030", "GB18030" },
  { "gb-18030", "GB18030" },
  { "big5", "BIG5-HKSCS" },
  { "big5-hkscs", "BIG5-HKSCS" },
  { "cn-big5", "BIG5-HKSCS" },
  { "x-x-big5", "BIG5-HKSCS" },
  { "cp950", "BIG5-HKSCS" },
  { "ks_c_5601-1987", "CP949" },
  { "ks_c_5601-1989", "CP949" },
  { "ks_c_5601", "CP949" },
  { "ksc5601", "CP949" },
  { "ksc_5601", "CP949" },
  { "korean", "CP949" },
  { "euc-kr", "CP949" },
  { "cp949", "CP949" },
  { "uhc", "CP949" },
  { "windows-949", "CP949" },
  { "iso-2022-kr", "ISO-2022-KR" },
  { "shift_jis", "CP932" },
  { "shift-jis", "CP932" },
  { "sjis", "CP932" },
  { "x-sjis", "CP932" },
  { "ms_kanji", "CP932" },
  { "cp932", "CP932" },
  { "windows-31j", "CP932" },
  { "euc-jp", "EUC-JP-MS" },
  { "x-euc-jp", "EUC-JP-MS" },
  { "eucjp", "EUC-JP-MS" },
  { "iso-2022-jp", "ISO-2022-JP" },
  { "iso-2022-jp-1", "ISO-2022-JP" },
  { "iso-2022-jp-ms", "ISO-2022-JP" },
  { "csiso2022jp", "ISO-2022-JP" },
  { "cp50220", "ISO-2022-JP" },
  { "cp50221", "ISO-2022-JP" },
  { "iso-2022-jp-2", "ISO-2022-JP-2" },
  { "iso-8859-1", "CP1252" },
  { "iso8859-1", "CP1252" },
  { "iso_8859-1", "CP1252" },
  { "iso-8859-1-windows-3.1-latin-1", "CP1252" },
  { "latin1", "CP1252" },
  { "latin-1", "CP1252" },
  { "l1", "CP1252" },
  { "ansi", "CP1252" },
  { "iso-8859-8-i", "CP1255" },
  { "iso-8859-8", "CP1255" },
  { "iso-8859-9", "CP1254" },
  { "iso-8859-11", "CP874" },
  { "tis-620", "CP874" },
  { "windows-874", "CP874" },
  { "koi8-r", "KOI8-R" },
  { "koi8r", "KOI8-R" },
  { "koi8", "KOI8-R" },
  { "koi8-u", "KOI8-U" },
  { "win-1251", "CP1251" },
  { "x-cp1251", "CP1251" },
  { "cp866", "CP866" },
  { "ibm866", "CP866" },
  { "ibm850", "CP850" },
  { "cp850", "CP850" },
  { "ibm437", "CP437" },
  { "cp437", "CP437" },
  { "macintosh", "MACINTOSH" },
  { "x-mac-roman", "MACINTOSH" },
  { "x-mac-cyrillic", "MAC-CYRILLIC" },
};

/**
 * tern_mime_charset_find:
 * @label: (nullable): a charset parameter, in any case
 *
 * Finds the converter for what a letter calls its charset. Labels that are habitually wrong give
 * the superset that is meant (gb2312 is GB18030, iso-8859-1 is windows-1252 …).
 *
 * Returns: (nullable): a name for iconv; %NULL for US-ASCII, for labels that say nothing
 *   (x-unknown, unknown-8bit) and for those that nobody knows: the text is to be guessed
 */
const char *
tern_mime_charset_find (const char *label)
{
  static const struct
  {
    const char *prefix;
    const char *iconv;
    guint first, last;
  } PATTERNS[] = {
    { "iso-8859-", "ISO-8859-", 2, 16 }, { "iso8859-", "ISO-8859-", 2, 16 },
    { "iso_8859-", "ISO-8859-", 2, 16 }, { "windows-", "CP", 1250, 1258 },
    { "cp", "CP", 1250, 1258 },          { "cp-", "CP", 1250, 1258 },
  };
  char clean[MAX_LABEL + 1];
  gsize n = 0;

  for (const char *p = label; p != NULL && *p != '\0'; p++)
    {
      if (g_ascii_isspace (*p) || *p == '"' || *p == '\'')
        continue;
      if (n == MAX_LABEL)
        return NULL;
      clean[n++] = g_ascii_tolower (*p);
    }
  if (n == 0)
    return NULL;
  clean[n] = '\0';
  for (gsize i = 0; i < G_N_ELEMENTS (LABELS); i++)
    if (strcmp (clean, LABELS[i].label) == 0)
      return LABELS[i].iconv;
  for (gsize i = 0; i < G_N_ELEMENTS (PATTERNS); i++)
    {
      guint64 number;

      if (g_str_has_prefix (clean, PATTERNS[i].prefix) &&
          g_ascii_string_to_unsigned (clean + strlen (PATTERNS[i].prefix), 10, PATTERNS[i].first,
                                      PATTERNS[i].last, &number, NULL))
        {
          g_autofree char *name =
              g_strdup_printf ("%s%" G_GUINT64_FORMAT, PATTERNS[i].iconv, number);

          return g_intern_string (name); /* at most a few dozen names */
        }
    }
  return NULL;
}

static void
append_utf8 (GString *out, const guint8 *bytes, gsize length)
{
  const char *p = (const char *) bytes;

  while (length > 0)
    {
      const char *end;

      if (g_utf8_validate_len (p, length, &end))
        {
          g_string_append_len (out, p, length);
          return;
        }
      g_string_append_len (out, p, end - p);
      g_string_append (out, REPLACEMENT);
      length -= end - p + 1;
      p = end + 1;
    }
}

static void
close_converter (gpointer converter)
{
  g_iconv_close (converter);
}

/* Opening a converter loads a module of the C library, and closing it unloads that again: for a
 * list of letters it costs more than all the rest. Each thread keeps the few that it has used. */
static GIConv
get_converter (const char *iconv_name)
{
  static GPrivate converters = G_PRIVATE_INIT ((GDestroyNotify) g_hash_table_unref);
  GHashTable *table = g_private_get (&converters);
  GIConv converter;

  if (table == NULL)
    {
      table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, close_converter);
      g_private_set (&converters, table);
    }
  converter = g_hash_table_lookup (table, iconv_name);
  if (converter != NULL)
    {
      g_iconv (converter, NULL, NULL, NULL, NULL); /* back to the initial state */
      return converter;
    }
  converter = g_iconv_open ("UTF-8", iconv_name);
  if (converter == (GIConv) -1) /* a C library without this module */
    return NULL;
  if (g_hash_table_size (table) >= MAX_CONVERTERS)
    g_hash_table_remove_all (table);
  g_hash_table_insert (table, g_strdup (iconv_name), converter);
  return converter;
}

static void
append_iconv (GString *out, const guint8 *bytes, gsize length, const char *iconv_name)
{
  GIConv converter = get_converter (iconv_name);
  char *in = (char *) bytes;
  gsize left = length;
  char buffer[4096];

  if (converter == NULL)
    {
      append_utf8 (out, bytes, length);
      return;
    }
  while (left > 0)
    {
      char *to = buffer;
      gsize room = sizeof buffer;
      gsize rc = g_iconv (converter, &in, &left, &to, &room);

      g_string_append_len (out, buffer, to - buffer);
      if (rc != (gsize) -1)
        continue;
      if (to == buffer) /* no progress: not a full buffer, but a byte that means nothing here */
        {
          g_string_append (out, REPLACEMENT);
          in++;
          left--;
        }
    }
  {
    char *to = buffer;
    gsize room = sizeof buffer;

    /* Some converters hold the last character back, to see what combines with it. */
    g_iconv (converter, NULL, NULL, &to, &room);
    g_string_append_len (out, buffer, to - buffer);
  }
}

static gboolean
is_graphic (guint8 c)
{
  return c > 0x20 && c < 0x7F;
}

/* ISO-2022-JP is 7-bit: an escape sequence says how to read what follows. Real letters use more
 * than RFC 1468 allows (NEC's row 13, half-width katakana, JIS X 0212), so it is rewritten as
 * EUC-JP, whose Microsoft variant has all of them. */
static void
append_iso2022jp (GString *out, const guint8 *bytes, gsize length)
{
  static const struct
  {
    const char *escape;
    guint8 lead;  /* EUC's single shift */
    guint8 width; /* bytes a character; 0 for ASCII */
  } SETS[] = {
    { "(B", 0, 0 },  { "(J", 0, 0 },  { "(H", 0, 0 }, { "$@", 0, 2 },    { "$B", 0, 2 },
    { "$(@", 0, 2 }, { "$(B", 0, 2 }, { "&@", 0, 2 }, { "(I", 0x8E, 1 }, { "$(D", 0x8F, 2 },
  };
  g_autoptr (GByteArray) euc = g_byte_array_sized_new (length + length / 2 + 8);
  guint8 lead = 0, width = 0;

  for (gsize i = 0; i < length; i++)
    {
      guint8 c = bytes[i];

      if (c == 0x1B)
        {
          for (gsize s = 0; s < G_N_ELEMENTS (SETS); s++)
            {
              gsize n = strlen (SETS[s].escape);

              if (length - i > n && memcmp (bytes + i + 1, SETS[s].escape, n) == 0)
                {
                  lead = SETS[s].lead;
                  width = SETS[s].width;
                  i += n;
                  break;
                }
            }
          continue;
        }
      if (c == '\n')
        width = 0; /* each line starts in ASCII, whatever the one before forgot to close */
      if (width == 0 || !is_graphic (c) ||
          (width == 2 && (i + 1 == length || !is_graphic (bytes[i + 1]))))
        {
          g_byte_array_append (euc, &c, 1);
          continue;
        }
      if (lead != 0)
        g_byte_array_append (euc, &lead, 1);
      for (guint8 k = 0; k < width; k++)
        {
          guint8 high = bytes[i + k] | 0x80;

          g_byte_array_append (euc, &high, 1);
        }
      i += width - 1;
    }
  append_iconv (out, euc->data, euc->len, "EUC-JP-MS");
}

static gboolean
has_utf8_sequence (const guint8 *bytes, gsize length)
{
  const char *p = (const char *) bytes;
  const char *stop = p + length;

  for (; p < stop; p++)
    {
      gunichar c;

      if ((guchar) *p < 0xC2)
        continue;
      c = g_utf8_get_char_validated (p, stop - p);
      if (c != (gunichar) -1 && c != (gunichar) -2)
        return TRUE;
    }
  return FALSE;
}

static GByteArray *
without_nuls (const guint8 *bytes, gsize length)
{
  GByteArray *out = g_byte_array_sized_new (length);

  for (gsize i = 0; i < length; i++)
    if (bytes[i] != 0)
      g_byte_array_append (out, bytes + i, 1);
  return out;
}

/**
 * tern_mime_charset_append:
 * @out: where the text goes
 * @bytes: text in some charset
 * @length: its bytes
 * @label: (nullable): the charset that was declared for it
 *
 * Appends @bytes as valid UTF-8. What the declared charset cannot mean becomes U+FFFD; nothing is
 * left out but NUL, which no charset but UTF-16 and UTF-32 has a use for. A declaration that is
 * plainly false (US-ASCII or UTF-8 for bytes without one UTF-8 sequence among them) counts as none,
 * and undeclared text is guessed.
 */
void
tern_mime_charset_append (GString *out, const guint8 *bytes, gsize length, const char *label)
{
  g_autoptr (GByteArray) clean = NULL;
  const char *name;

  if (length == 0)
    return;
  name = tern_mime_charset_find (label);
  if ((name == NULL || !(g_str_has_prefix (name, "UTF-16") || g_str_has_prefix (name, "UTF-32"))) &&
      memchr (bytes, 0, length) != NULL)
    {
      clean = without_nuls (bytes, length);
      bytes = clean->data;
      length = clean->len;
    }
  if (name == NULL ||
      (strcmp (name, "UTF-8") == 0 && !g_utf8_validate_len ((const char *) bytes, length, NULL) &&
       !has_utf8_sequence (bytes, length)))
    name = tern_mime_charset_guess (bytes, length);
  if (strcmp (name, "UTF-8") == 0)
    append_utf8 (out, bytes, length);
  else if (strcmp (name, "ISO-2022-JP") == 0)
    append_iso2022jp (out, bytes, length);
  else
    append_iconv (out, bytes, length, name);
}
