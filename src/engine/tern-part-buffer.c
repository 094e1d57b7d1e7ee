/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-part-buffer.h"

#include <string.h>

#include "tern-mime-decoder.h"

/* So much of a part, as it came, tells whether its encoding is what its structure says. */
#define SAMPLE 4096
/* Less than this can look like anything. */
#define LEAST_SAMPLE 256

struct _TernPartBuffer
{
  char *part_id;
  char *mime_type;
  char *charset;
  guint64 size; /* as the structure says, in transfer encoding */
  TernEncoding encoding;
  TernMimeDecoder *decoder;
  GByteArray *sample; /* the beginning, not decoded */
  GByteArray *content;
  guint64 received;
  gboolean is_complete;
};

/**
 * tern_part_buffer_new:
 * @part: the part, as the message's structure tells of it
 *
 * Returns: (transfer full): an empty buffer for it
 */
TernPartBuffer *
tern_part_buffer_new (const TernStructure *part)
{
  TernPartBuffer *self = g_new0 (TernPartBuffer, 1);

  self->part_id = g_strdup (part->part_id);
  self->mime_type = g_strdup (part->mime_type);
  self->charset = g_strdup (part->charset);
  self->size = part->size;
  self->encoding = part->encoding;
  self->sample = g_byte_array_new ();
  self->decoder = tern_mime_decoder_new (part->encoding);
  self->content = g_byte_array_new ();
  return self;
}

/**
 * tern_part_buffer_free:
 * @self: (transfer full): a buffer
 *
 * Frees it with what it holds.
 */
void
tern_part_buffer_free (TernPartBuffer *self)
{
  g_free (self->part_id);
  g_free (self->mime_type);
  g_free (self->charset);
  tern_mime_decoder_free (self->decoder);
  g_byte_array_unref (self->sample);
  g_byte_array_unref (self->content);
  g_free (self);
}

/**
 * tern_part_buffer_reset:
 * @self: a buffer
 *
 * Empties it: the part is asked for from its beginning.
 */
void
tern_part_buffer_reset (TernPartBuffer *self)
{
  tern_mime_decoder_free (self->decoder);
  self->decoder = tern_mime_decoder_new (self->encoding);
  g_byte_array_set_size (self->sample, 0);
  g_byte_array_set_size (self->content, 0);
  self->received = 0;
  self->is_complete = FALSE;
}

/**
 * tern_part_buffer_get_id:
 * @self: a buffer
 *
 * Returns: the part's number
 */
const char *
tern_part_buffer_get_id (const TernPartBuffer *self)
{
  return self->part_id;
}

/**
 * tern_part_buffer_get_size:
 * @self: a buffer
 *
 * Returns: the bytes that are expected, in transfer encoding
 */
guint64
tern_part_buffer_get_size (const TernPartBuffer *self)
{
  return self->size;
}

/**
 * tern_part_buffer_take:
 * @self: a buffer
 * @bytes: the part's next bytes, in transfer encoding
 * @length: how many
 * @complete: whether the part ends with these
 *
 * Decodes what has arrived. A part that grows beyond %TERN_PART_BUFFER_MOST, whatever its structure
 * said, is dropped and never complete.
 */
void
tern_part_buffer_take (TernPartBuffer *self, const guint8 *bytes, gsize length, gboolean complete)
{
  self->received += length;
  if (self->received > TERN_PART_BUFFER_MOST)
    {
      g_byte_array_set_size (self->content, 0);
      return;
    }
  if (self->sample->len < SAMPLE)
    g_byte_array_append (self->sample, bytes, (guint) MIN (length, SAMPLE - self->sample->len));
  tern_mime_decoder_push (self->decoder, bytes, length, self->content);
  if (!complete)
    return;
  tern_mime_decoder_finish (self->decoder, self->content);
  self->is_complete = TRUE;
}

/**
 * tern_part_buffer_is_complete:
 * @self: a buffer
 *
 * Returns: whether the part is here. One that came empty though its structure told of content is
 *   not: some servers answer so for a part that is not where their structure says.
 */
gboolean
tern_part_buffer_is_complete (const TernPartBuffer *self)
{
  return self->is_complete && (self->received > 0 || self->size == 0);
}

static gboolean
looks_like_base64 (const GByteArray *sample)
{
  guint foreign = 0;

  for (guint i = 0; i < sample->len; i++)
    {
      char c = (char) sample->data[i];

      foreign += !g_ascii_isalnum (c) && strchr ("+/=\r\n", c) == NULL;
    }
  return foreign * 8 < sample->len;
}

/* Soft line breaks, and no equals sign that means itself. */
static gboolean
looks_like_quoted_printable (const GByteArray *sample)
{
  guint breaks = 0;

  for (guint i = 0; i + 2 < sample->len; i++)
    {
      const char *p = (const char *) sample->data + i;

      if (*p != '=')
        continue;
      if (p[1] == '\r' || p[1] == '\n')
        breaks++;
      else if (!g_ascii_isxdigit (p[1]) || !g_ascii_isxdigit (p[2]))
        return FALSE;
    }
  return breaks >= 3;
}

/**
 * tern_part_buffer_is_plausible:
 * @self: a complete buffer of a text part
 *
 * Returns: whether what came can be in the encoding that the structure names: some servers name a
 *   wrong one, or none
 */
gboolean
tern_part_buffer_is_plausible (const TernPartBuffer *self)
{
  if (self->sample->len < LEAST_SAMPLE)
    return TRUE;
  if (self->encoding == TERN_ENCODING_BASE64)
    return looks_like_base64 (self->sample);
  if (self->encoding == TERN_ENCODING_IDENTITY)
    return !looks_like_quoted_printable (self->sample) &&
           !(looks_like_base64 (self->sample) &&
             memchr (self->sample->data, ' ', self->sample->len) == NULL);
  return TRUE;
}

/**
 * tern_part_buffer_steal_content:
 * @self: a complete buffer, of no use afterwards
 *
 * Returns: (transfer full): the decoded part
 */
GBytes *
tern_part_buffer_steal_content (TernPartBuffer *self)
{
  GByteArray *content = g_steal_pointer (&self->content);

  self->content = g_byte_array_new ();
  return g_byte_array_free_to_bytes (content);
}

/**
 * tern_part_buffer_make_text:
 * @self: a complete buffer of a text part
 *
 * Returns: (transfer full): the part as UTF-8
 */
char *
tern_part_buffer_make_text (const TernPartBuffer *self)
{
  return tern_mime_decode_text (self->content->data, self->content->len, self->charset,
                                self->mime_type);
}
