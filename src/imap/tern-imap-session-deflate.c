/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-session-private.h"

#include "tern-imap-limits.h"

/* What goes out is deflated in pieces of so many bytes. */
#define PIECE 4096

/* The server agreed to COMPRESS (RFC 4978): from the next byte on all is raw DEFLATE. */
void
tern_imap_session_begin_deflate (TernImapSession *self)
{
  self->inflater = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW));
  self->deflater = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, -1));
  self->inflated = g_malloc (TERN_IMAP_READ_SIZE);
  tern_imap_scanner_pause (self->scanner); /* what came with the OK is deflated already */
}

/* Turns @bytes, the whole of what is to be written next, into what goes over the wire. It is
 * flushed: the server can read all of it. */
void
tern_imap_session_deflate (TernImapSession *self, GByteArray *bytes)
{
  g_autofree guint8 *plain = NULL;
  g_autoptr (GError) error = NULL;
  GConverterResult result = G_CONVERTER_CONVERTED;
  gsize length, done = 0;

  if (self->deflater == NULL || bytes->len == 0)
    return;
  plain = g_byte_array_steal (bytes, &length);
  while (result == G_CONVERTER_CONVERTED)
    {
      guint8 piece[PIECE];
      gsize taken, made;

      result = g_converter_convert (self->deflater, plain + done, length - done, piece,
                                    sizeof piece, G_CONVERTER_FLUSH, &taken, &made, &error);
      if (result == G_CONVERTER_ERROR)
        {
          tern_imap_session_fail (self, g_steal_pointer (&error));
          return;
        }
      done += taken;
      g_byte_array_append (bytes, piece, (guint) made);
    }
}

/* Inflates what was read, and takes it in pieces of a fixed size: however much the server has
 * packed into it, it meets the same caps as if it had been sent plainly. */
void
tern_imap_session_inflate (TernImapSession *self, const guint8 *bytes, gsize length)
{
  GConverterResult result = G_CONVERTER_CONVERTED;

  tern_imap_scanner_resume (self->scanner);
  while (result == G_CONVERTER_CONVERTED)
    {
      g_autoptr (GError) error = NULL;
      gsize taken, made;

      result =
          g_converter_convert (self->inflater, bytes, length, self->inflated, TERN_IMAP_READ_SIZE,
                               G_CONVERTER_NO_FLAGS, &taken, &made, &error);
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
        return;
      if (result == G_CONVERTER_ERROR)
        {
          tern_imap_session_fail_extension (self, "COMPRESS=DEFLATE");
          return;
        }
      bytes += taken;
      length -= taken;
      tern_imap_session_take (self, self->inflated, made);
      if (!tern_imap_session_is_alive (self))
        return;
    }
  /* A server that is about to close may end its data properly. */
  tern_imap_session_fail (self, self->bye != NULL
                                    ? g_error_copy (self->bye)
                                    : g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                                                           "the server closed the connection"));
}
