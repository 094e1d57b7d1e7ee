/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-base64-private.h"

static int
digit (guint8 c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  if (c == '+' || c == '-')
    return 62;
  if (c == '/' || c == '_')
    return 63;
  return -1;
}

/**
 * tern_mime_base64_step:
 * @self: the state
 * @bytes: base64 text, cut anywhere
 * @length: its bytes
 * @out: where the decoded bytes go
 *
 * Decodes base64 (RFC 2045 section 6.8) as broken as it comes: characters outside the alphabet are
 * passed over, padding may be missing, and after padding a new text begins (mailing lists append
 * one). There is nothing to flush: every whole byte is given out at once.
 */
void
tern_mime_base64_step (TernMimeBase64 *self, const guint8 *bytes, gsize length, GByteArray *out)
{
  guint8 buffer[1024];
  gsize n = 0;

  for (gsize i = 0; i < length; i++)
    {
      int value = digit (bytes[i]);

      if (bytes[i] == '=')
        self->n_bits = 0;
      if (value < 0)
        continue;
      self->bits = (self->bits << 6 | (guint32) value) & 0xFFFF;
      self->n_bits += 6;
      if (self->n_bits < 8)
        continue;
      self->n_bits -= 8;
      buffer[n++] = (self->bits >> self->n_bits) & 0xFF;
      if (n == sizeof buffer)
        {
          g_byte_array_append (out, buffer, n);
          n = 0;
        }
    }
  g_byte_array_append (out, buffer, n);
}
