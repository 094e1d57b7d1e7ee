/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-decoder.h"

#include <gmime/gmime.h>
#include <string.h>

#include "tern-mime-base64-private.h"
#include "tern-mime-charset-private.h"

/* How far into an HTML part its <meta charset> is looked for. */
#define META_WINDOW 4096
/* A decoding step's input, so that the scratch buffer stays small. */
#define STEP (32 * 1024)
/* A uuencoded line is 61 characters; the "begin" line has a file name. What is longer is cut. */
#define UU_LINE 128

/* Where in a uuencoded file the bytes are. */
typedef enum
{
  UU_BEFORE,
  UU_INSIDE,
  UU_AFTER,
} UuState;

struct _TernMimeDecoder
{
  TernEncoding encoding;
  TernMimeBase64 base64;
  GMimeEncoding gmime;
  char *scratch;
  UuState uu;
  GByteArray *uu_line;
};

/**
 * tern_mime_decoder_new:
 * @encoding: the part's content transfer encoding
 *
 * Makes a decoder (RFC 2045 section 6) that takes a part's bytes as they arrive, cut anywhere.
 * %TERN_ENCODING_UNKNOWN passes them on as they are.
 *
 * Returns: (transfer full): a new decoder
 */
TernMimeDecoder *
tern_mime_decoder_new (TernEncoding encoding)
{
  TernMimeDecoder *self = g_new0 (TernMimeDecoder, 1);

  self->encoding = encoding;
  if (encoding == TERN_ENCODING_QUOTED_PRINTABLE)
    g_mime_encoding_init_decode (&self->gmime, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  else if (encoding == TERN_ENCODING_UUENCODE)
    self->uu_line = g_byte_array_new ();
  return self;
}

/**
 * tern_mime_decoder_free:
 * @self: (transfer full): a decoder
 *
 * Frees it; what it still holds back is lost without tern_mime_decoder_finish().
 */
void
tern_mime_decoder_free (TernMimeDecoder *self)
{
  g_free (self->scratch);
  g_clear_pointer (&self->uu_line, g_byte_array_unref);
  g_free (self);
}

static void
step_quoted_printable (TernMimeDecoder *self, const guint8 *bytes, gsize length, GByteArray *out)
{
  if (self->scratch == NULL)
    self->scratch = g_malloc (g_mime_encoding_outlen (&self->gmime, STEP));
  while (length > 0)
    {
      gsize n = MIN (length, STEP);
      gsize made = g_mime_encoding_step (&self->gmime, (const char *) bytes, n, self->scratch);

      g_byte_array_append (out, (const guint8 *) self->scratch, made);
      bytes += n;
      length -= n;
    }
}

/* GMime's uudecoder wants to be told where the "begin" line ends; a line at a time is simpler. */
static void
take_uu_line (TernMimeDecoder *self, GByteArray *out)
{
  const guint8 *line = self->uu_line->data;
  gsize length = self->uu_line->len;

  if (self->uu == UU_BEFORE && length > 6 && memcmp (line, "begin ", 6) == 0)
    self->uu = UU_INSIDE;
  else if (self->uu == UU_INSIDE && length >= 3 && memcmp (line, "end", 3) == 0)
    self->uu = UU_AFTER;
  else if (self->uu == UU_INSIDE && length > 0)
    {
      guint expected = (line[0] - ' ') & 0x3F;
      guint32 bits = 0;

      for (gsize i = 1; i < length && expected > 0; i++)
        {
          guint n = (i - 1) % 4;

          bits = bits << 6 | ((line[i] - ' ') & 0x3F);
          if (n > 0)
            {
              guint8 byte = bits >> (6 - 2 * n);

              g_byte_array_append (out, &byte, 1);
              expected--;
            }
        }
    }
  g_byte_array_set_size (self->uu_line, 0);
}

static void
step_uuencode (TernMimeDecoder *self, const guint8 *bytes, gsize length, GByteArray *out)
{
  for (gsize i = 0; i < length; i++)
    if (bytes[i] == '\n')
      take_uu_line (self, out);
    else if (bytes[i] != '\r' && self->uu_line->len < UU_LINE)
      g_byte_array_append (self->uu_line, bytes + i, 1);
}

/**
 * tern_mime_decoder_push:
 * @self: a decoder
 * @bytes: the part's next bytes
 * @length: their number
 * @out: where decoded bytes go
 *
 * Decodes what can be decoded so far and appends it. Broken input never fails: what is no code is
 * passed over (base64) or passed on (quoted-printable).
 */
void
tern_mime_decoder_push (TernMimeDecoder *self, const guint8 *bytes, gsize length, GByteArray *out)
{
  switch (self->encoding)
    {
    case TERN_ENCODING_BASE64:
      tern_mime_base64_step (&self->base64, bytes, length, out);
      break;
    case TERN_ENCODING_QUOTED_PRINTABLE:
      step_quoted_printable (self, bytes, length, out);
      break;
    case TERN_ENCODING_UUENCODE:
      step_uuencode (self, bytes, length, out);
      break;
    case TERN_ENCODING_IDENTITY:
    case TERN_ENCODING_UNKNOWN:
    default:
      g_byte_array_append (out, bytes, length);
      break;
    }
}

/**
 * tern_mime_decoder_finish:
 * @self: a decoder that got all bytes
 * @out: where decoded bytes go
 *
 * Appends what was held back in case more would come.
 */
void
tern_mime_decoder_finish (TernMimeDecoder *self, GByteArray *out)
{
  char rest[64];
  gsize n;

  if (self->encoding == TERN_ENCODING_UUENCODE)
    take_uu_line (self, out);
  if (self->encoding != TERN_ENCODING_QUOTED_PRINTABLE)
    return;
  n = g_mime_encoding_flush (&self->gmime, "", 0, rest);
  g_byte_array_append (out, (const guint8 *) rest, n);
}

static const char *
charset_from_bom (const guint8 **bytes, gsize *length)
{
  static const struct
  {
    const char *mark;
    gsize length;
    const char *charset;
  } MARKS[] = { { "\xEF\xBB\xBF", 3, "utf-8" },
                { "\xFF\xFE", 2, "utf-16le" },
                { "\xFE\xFF", 2, "utf-16be" } };

  for (gsize i = 0; i < G_N_ELEMENTS (MARKS); i++)
    if (*length >= MARKS[i].length && memcmp (*bytes, MARKS[i].mark, MARKS[i].length) == 0)
      {
        *bytes += MARKS[i].length;
        *length -= MARKS[i].length;
        return MARKS[i].charset;
      }
  return NULL;
}

/* The value of the first charset= in a <meta>, as far as it is a label's characters. */
static char *
charset_from_meta (const guint8 *bytes, gsize length)
{
  g_autofree char *head = g_ascii_strdown ((const char *) bytes, MIN (length, META_WINDOW));
  const char *p = head;

  while ((p = strstr (p, "<meta")) != NULL)
    {
      const char *end = strchr (p, '>');
      const char *value = strstr (p, "charset=");

      if (end == NULL)
        return NULL;
      if (value != NULL && value < end)
        {
          value += strlen ("charset=");
          value += strspn (value, "\"' ");
          return g_strndup (value, strcspn (value, "\"' ;/>"));
        }
      p = end;
    }
  return NULL;
}

static void
make_line_ends_lf (GString *text)
{
  gsize to = 0;

  for (gsize from = 0; from < text->len; from++)
    {
      char c = text->str[from];

      if (c == '\0') /* nothing shows it, and it would end a C string early */
        continue;
      if (c == '\r')
        {
          if (from + 1 < text->len && text->str[from + 1] == '\n')
            continue;
          c = '\n';
        }
      text->str[to++] = c;
    }
  g_string_truncate (text, to);
}

/**
 * tern_mime_decode_text:
 * @bytes: (nullable): a text part, transfer encoding undone
 * @length: its bytes
 * @charset: (nullable): the charset that the part declares
 * @mime_type: (nullable): `text/…`
 *
 * Makes a part's text readable. A byte order mark outranks the declaration; labels that are
 * habitually false are understood as what is meant; undeclared text is guessed, for text/html after
 * its own `<meta charset>` was asked. Bytes that mean nothing become U+FFFD.
 *
 * Returns: (transfer full): valid UTF-8 with LF line ends
 */
char *
tern_mime_decode_text (const guint8 *bytes,
                       gsize length,
                       const char *charset,
                       const char *mime_type)
{
  g_autoptr (GString) text = NULL;
  g_autofree char *meta = NULL;
  const char *marked;

  if (bytes == NULL || length == 0)
    return g_strdup ("");
  marked = charset_from_bom (&bytes, &length);
  if (marked != NULL)
    charset = marked;
  else if (tern_mime_charset_find (charset) == NULL && mime_type != NULL &&
           g_ascii_strcasecmp (mime_type, "text/html") == 0)
    charset = meta = charset_from_meta (bytes, length);
  /* A <meta> that can be read as ASCII is not UTF-16, whatever it says. */
  if (meta != NULL && g_ascii_strncasecmp (meta, "utf-16", 6) == 0)
    charset = "utf-8";
  text = g_string_sized_new (length);
  tern_mime_charset_append (text, bytes, length, charset);
  make_line_ends_lf (text);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
