/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-utf7.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

static int
digit_value (char c)
{
  const char *p = c != '\0' ? strchr (alphabet, c) : NULL;

  return p != NULL ? (int) (p - alphabet) : -1;
}

/* Decodes the base64 between `&` and `-` as UTF-16BE; FALSE where it is none. */
static gboolean
decode_shifted (GString *out, const char *text, gsize length)
{
  guint32 bits = 0, n_bits = 0;
  gunichar2 high = 0;

  for (gsize i = 0; i < length; i++)
    {
      int value = digit_value (text[i]);
      gunichar2 unit;

      if (value < 0)
        return FALSE;
      bits = (bits << 6) | (guint32) value;
      n_bits += 6;
      if (n_bits < 16)
        continue;
      n_bits -= 16;
      unit = (gunichar2) (bits >> n_bits);
      bits &= (1u << n_bits) - 1;
      if (unit >= 0xd800 && unit < 0xdc00 && high == 0)
        high = unit;
      else if (unit >= 0xdc00 && unit < 0xe000 && high != 0)
        {
          g_string_append_unichar (out, 0x10000 + (((gunichar) high - 0xd800) << 10) +
                                            ((gunichar) unit - 0xdc00));
          high = 0;
        }
      else if (high != 0 || (unit >= 0xdc00 && unit < 0xe000) || unit == 0)
        return FALSE;
      else
        g_string_append_unichar (out, unit);
    }
  return high == 0 && n_bits < 6 && bits == 0;
}

/**
 * tern_imap_utf7_decode:
 * @wire: a mailbox name as the server spells it
 *
 * Decodes modified UTF-7 (RFC 3501 section 5.1.3). A name that is none, such as raw UTF-8, comes
 * back as it is, made valid.
 *
 * Returns: (transfer full): the name, UTF-8
 */
char *
tern_imap_utf7_decode (const char *wire)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (const char *p = wire; *p != '\0';)
    {
      const char *end;

      if (*p != '&')
        {
          g_string_append_c (out, *p++);
          continue;
        }
      end = strchr (++p, '-');
      if (end == p)
        g_string_append_c (out, '&');
      else if (end == NULL || !decode_shifted (out, p, (gsize) (end - p)))
        return g_utf8_make_valid (wire, -1);
      p = end + 1;
    }
  return g_utf8_make_valid (out->str, (gssize) out->len);
}

static void
encode_shifted (GString *out, const gunichar2 *units, glong n)
{
  guint32 bits = 0, n_bits = 0;

  g_string_append_c (out, '&');
  for (glong i = 0; i < n; i++)
    {
      bits = (bits << 16) | units[i];
      n_bits += 16;
      while (n_bits >= 6)
        {
          n_bits -= 6;
          g_string_append_c (out, alphabet[(bits >> n_bits) & 63]);
        }
      bits &= (1u << n_bits) - 1;
    }
  if (n_bits > 0)
    g_string_append_c (out, alphabet[(bits << (6 - n_bits)) & 63]);
  g_string_append_c (out, '-');
}

/**
 * tern_imap_utf7_encode:
 * @utf8: a mailbox name, UTF-8
 *
 * Encodes as modified UTF-7 (RFC 3501 section 5.1.3).
 *
 * Returns: (transfer full): the name for the wire, ASCII
 */
char *
tern_imap_utf7_encode (const char *utf8)
{
  GString *out = g_string_new (NULL);

  for (const char *p = utf8; *p != '\0';)
    {
      const char *start = p;
      g_autofree gunichar2 *units = NULL;
      glong n = 0;

      if (*p >= 0x20 && *p < 0x7f)
        {
          g_string_append (out, *p == '&' ? "&-" : (char[]){ *p, '\0' });
          p++;
          continue;
        }
      while (*p != '\0' && (*p < 0x20 || *p >= 0x7f))
        p++;
      units = g_utf8_to_utf16 (start, (glong) (p - start), NULL, &n, NULL);
      if (units != NULL)
        encode_shifted (out, units, n);
    }
  return g_string_free (out, FALSE);
}
