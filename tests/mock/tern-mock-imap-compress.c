/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-imap-private.h"

/* COMPRESS=DEFLATE (RFC 4978). */

/* From @plain on, what is to be sent is deflated; what comes is inflated. */
void
mock_session_begin_deflate (MockSession *self, guint plain)
{
  if (self->deflater != NULL)
    return;
  self->plain = plain;
  self->deflater = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, -1));
  self->inflater = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW));
  if (self->in->len > 0) /* sent before this answer */
    self->closing = TRUE;
}

/* Appends to @out; FALSE for what is damaged. */
static gboolean
convert (GConverter *converter, const guint8 *bytes, gsize length, gboolean flush, GByteArray *out)
{
  GConverterResult result = G_CONVERTER_CONVERTED;

  while (result == G_CONVERTER_CONVERTED)
    {
      g_autoptr (GError) error = NULL;
      guint8 piece[4096];
      gsize taken, made;

      result = g_converter_convert (converter, bytes, length, piece, sizeof piece,
                                    flush ? G_CONVERTER_FLUSH : G_CONVERTER_NO_FLAGS, &taken, &made,
                                    &error);
      if (result == G_CONVERTER_ERROR)
        return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
      bytes += taken;
      length -= taken;
      g_byte_array_append (out, piece, (guint) made);
    }
  return TRUE;
}

/* What is to be sent becomes what goes over the wire. */
void
mock_session_deflate (MockSession *self)
{
  g_autoptr (GByteArray) all = NULL;
  guint plain = self->plain;

  if (self->deflater == NULL)
    return;
  all = g_steal_pointer (&self->out);
  self->out = g_byte_array_new ();
  self->plain = 0;
  g_byte_array_append (self->out, all->data, plain);
  if (all->len > plain)
    convert (self->deflater, all->data + plain, all->len - plain, TRUE, self->out);
}

/* Takes what came over the wire. */
void
mock_session_take_input (MockSession *self, const guint8 *bytes, gsize length)
{
  if (self->inflater == NULL)
    g_byte_array_append (self->in, bytes, (guint) length);
  else if (!convert (self->inflater, bytes, length, FALSE, self->in))
    self->closing = TRUE;
}

void
mock_do_compress (MockSession *self, const TernMockImapCommand *command)
{
  mock_ok (self, command);
  mock_session_begin_deflate (self, self->out->len);
}
