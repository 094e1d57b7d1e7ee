/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-part-sink.h"

#include <string.h>

#include "tern-error.h"
#include "tern-mime-decoder.h"
#include "tern-part-buffer.h"

struct _TernPartSink
{
  gint64 message_id;
  char *part_id;
  GFile *target;       /* NULL: into memory */
  GFile *partial;      /* beside the target, until it takes its place */
  GOutputStream *file; /* open on it */
  gboolean is_decoded; /* by the server */
  TernMimeDecoder *decoder;
  GByteArray *content; /* decoded, and not in the file yet */
  guint64 received;
};

/* A new file beside the target: in the same file system, so that it can take the target's place. */
static gboolean
open_partial (TernPartSink *self, GError **error)
{
  g_autofree char *name = g_file_get_basename (self->target);
  g_autofree char *partial_name = g_strdup_printf (".%.100s.%08x.part", name, g_random_int ());
  g_autoptr (GFile) folder = g_file_get_parent (self->target);
  g_autoptr (GFile) partial = NULL;
  GFileOutputStream *stream;

  if (folder == NULL)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID, "that is no name for a file");
      return FALSE;
    }
  partial = g_file_get_child (folder, partial_name);
  stream = g_file_create (partial, G_FILE_CREATE_NONE, NULL, error);
  if (stream == NULL)
    return FALSE;
  self->file = G_OUTPUT_STREAM (stream);
  self->partial = g_steal_pointer (&partial);
  return TRUE;
}

/**
 * tern_part_sink_new:
 * @message_id: the message
 * @part_id: the part's number; "" for the whole message
 * @encoding: the part's transfer encoding
 * @target: (nullable): the file to save it as; %NULL for memory
 * @error: return location
 *
 * Returns: (transfer full) (nullable): where the part can go
 */
TernPartSink *
tern_part_sink_new (
    gint64 message_id, const char *part_id, TernEncoding encoding, GFile *target, GError **error)
{
  g_autoptr (TernPartSink) self = g_new0 (TernPartSink, 1);

  self->message_id = message_id;
  self->part_id = g_strdup (part_id);
  self->target = target != NULL ? g_object_ref (target) : NULL;
  self->decoder = tern_mime_decoder_new (encoding);
  self->content = g_byte_array_new ();
  if (target != NULL && !open_partial (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * tern_part_sink_free:
 * @self: (transfer full): a sink
 *
 * Frees it. What was not finished leaves nothing behind.
 */
void
tern_part_sink_free (TernPartSink *self)
{
  if (self->file != NULL)
    g_output_stream_close (self->file, NULL, NULL);
  if (self->partial != NULL)
    g_file_delete (self->partial, NULL, NULL);
  g_free (self->part_id);
  g_clear_object (&self->target);
  g_clear_object (&self->partial);
  g_clear_object (&self->file);
  tern_mime_decoder_free (self->decoder);
  g_byte_array_unref (self->content);
  g_free (self);
}

/**
 * tern_part_sink_is_for:
 * @self: a sink
 * @message_id: a message
 * @part_id: a part of it
 * @target: a file
 *
 * Returns: whether that part goes into that file by this sink
 */
gboolean
tern_part_sink_is_for (const TernPartSink *self,
                       gint64 message_id,
                       const char *part_id,
                       GFile *target)
{
  return self->message_id == message_id && strcmp (self->part_id, part_id) == 0 &&
         self->target != NULL && g_file_equal (self->target, target);
}

/**
 * tern_part_sink_get_received:
 * @self: a sink
 *
 * Returns: the bytes that it took, as they came: where to go on
 */
guint64
tern_part_sink_get_received (const TernPartSink *self)
{
  return self->received;
}

/**
 * tern_part_sink_is_decoded:
 * @self: a sink
 *
 * Returns: whether the bytes are those that the server decoded
 */
gboolean
tern_part_sink_is_decoded (const TernPartSink *self)
{
  return self->is_decoded;
}

/**
 * tern_part_sink_set_decoded:
 * @self: a sink that has taken nothing yet
 *
 * From the first byte on the server does the decoding.
 */
void
tern_part_sink_set_decoded (TernPartSink *self)
{
  self->is_decoded = TRUE;
}

static gboolean
write_out (TernPartSink *self, GError **error)
{
  if (self->file == NULL)
    {
      if (self->content->len <= TERN_PART_BUFFER_MOST)
        return TRUE;
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_LIMIT,
                           "the part is too large to be held in memory");
      return FALSE;
    }
  if (!g_output_stream_write_all (self->file, self->content->data, self->content->len, NULL, NULL,
                                  error))
    return FALSE;
  g_byte_array_set_size (self->content, 0);
  return TRUE;
}

/**
 * tern_part_sink_take:
 * @self: a sink
 * @bytes: the part's next bytes
 * @length: how many
 * @error: return location: what the disk says, or %TERN_ERROR_LIMIT
 *
 * Returns: whether they are taken
 */
gboolean
tern_part_sink_take (TernPartSink *self, const guint8 *bytes, gsize length, GError **error)
{
  self->received += length;
  if (self->is_decoded)
    g_byte_array_append (self->content, bytes, (guint) length);
  else
    tern_mime_decoder_push (self->decoder, bytes, length, self->content);
  return write_out (self, error);
}

/**
 * tern_part_sink_finish:
 * @self: a sink that took all of the part
 * @error: return location
 *
 * Has the file appear, in place of what was there.
 *
 * Returns: whether it did
 */
gboolean
tern_part_sink_finish (TernPartSink *self, GError **error)
{
  if (!self->is_decoded)
    tern_mime_decoder_finish (self->decoder, self->content);
  if (self->file == NULL)
    return TRUE;
  if (!write_out (self, error) || !g_output_stream_close (self->file, NULL, error) ||
      !g_file_move (self->partial, self->target, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, error))
    return FALSE;
  g_clear_object (&self->partial);
  return TRUE;
}

/**
 * tern_part_sink_steal_content:
 * @self: a finished sink into memory, of no use afterwards
 *
 * Returns: (transfer full): the decoded part
 */
GBytes *
tern_part_sink_steal_content (TernPartSink *self)
{
  GByteArray *content = g_steal_pointer (&self->content);

  self->content = g_byte_array_new ();
  return g_byte_array_free_to_bytes (content);
}
