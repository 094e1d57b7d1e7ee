/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"
#include "tern-mime-decoder.h"
#include "tern-mime-message.h"
#include "tern-part-buffer.h"
#include "tern-trace.h"

/* One part on its way here: decoded as it arrives, into memory or a file. */
typedef struct
{
  char *part_id;
  TernMimeDecoder *decoder;
  GByteArray *buffer;
  GOutputStream *file; /* NULL: the buffer is the result */
  GFile *partial;      /* what it is written to, beside the target */
  GFile *target;
  guint64 written;
  gboolean complete;
  GError *error;
} Download;

/* A request for parts of one message. */
typedef struct
{
  TernRunner *runner;
  TernMessage *message;
  char *folder;
  GPtrArray *downloads;      /* Download */
  GCancellable *cancellable; /* the request's own: it may have to stop by itself */
  GCancellable *caller;      /* NULL where the caller has none */
  gulong cancelled;
  GFileProgressCallback progress;
  gpointer progress_data;
  guint64 expected;
  void (*done) (GTask *task, GError *error);
} Request;

static void
download_free (gpointer data)
{
  Download *download = data;

  g_free (download->part_id);
  tern_mime_decoder_free (download->decoder);
  g_byte_array_unref (download->buffer);
  g_clear_object (&download->file);
  g_clear_object (&download->partial);
  g_clear_object (&download->target);
  g_clear_error (&download->error);
  g_free (download);
}

static void
request_free (gpointer data)
{
  Request *request = data;

  g_object_unref (request->runner);
  tern_message_unref (request->message);
  g_free (request->folder);
  g_ptr_array_unref (request->downloads);
  g_cancellable_disconnect (request->caller, request->cancelled);
  g_clear_object (&request->caller);
  g_object_unref (request->cancellable);
  g_free (request);
}

static void
cancelled_cb (GCancellable *caller, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

/* A download that cannot be written is cancelled, too; that must not look as if the caller did it.
 */
static Request *
request_new (TernRunner *self, TernMessage *message, GTask *task)
{
  Request *request = g_new0 (Request, 1);
  GCancellable *cancellable = g_task_get_cancellable (task);

  request->runner = g_object_ref (self);
  request->message = tern_message_ref (message);
  request->downloads = g_ptr_array_new_with_free_func (download_free);
  request->cancellable = g_cancellable_new ();
  if (cancellable != NULL)
    {
      request->caller = g_object_ref (cancellable);
      request->cancelled =
          g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb),
                                 g_object_ref (request->cancellable), g_object_unref);
    }
  g_task_set_task_data (task, request, request_free);
  return request;
}

static Download *
add_download (Request *request, const char *part_id)
{
  const TernStructure *part = NULL;
  Download *download = g_new0 (Download, 1);

  if (*part_id != '\0' && request->message->structure != NULL)
    part = tern_structure_find (request->message->structure, part_id);
  download->part_id = g_strdup (part_id);
  download->decoder =
      tern_mime_decoder_new (part != NULL ? part->encoding : TERN_ENCODING_IDENTITY);
  download->buffer = g_byte_array_new ();
  request->expected += part != NULL ? part->size : request->message->size;
  g_ptr_array_add (request->downloads, download);
  return download;
}

/* --- The way from the server --- */

static void
write_out (Request *request, Download *download)
{
  if (download->file == NULL)
    {
      if (download->buffer->len > TERN_PART_BUFFER_MOST)
        g_set_error_literal (&download->error, TERN_ERROR, TERN_ERROR_LIMIT,
                             "the part is too large to be held in memory");
    }
  else if (g_output_stream_write_all (download->file, download->buffer->data, download->buffer->len,
                                      NULL, NULL, &download->error))
    g_byte_array_set_size (download->buffer, 0);

  if (download->error != NULL)
    g_cancellable_cancel (request->cancellable);
}

static void
part_cb (const TernPartRequest *wanted,
         const guint8 *bytes,
         gsize length,
         gboolean complete,
         gpointer user_data)
{
  Request *request = user_data;
  Download *download = wanted->data;

  if (download->error != NULL)
    return;
  tern_mime_decoder_push (download->decoder, bytes, length, download->buffer);
  if (complete)
    {
      tern_mime_decoder_finish (download->decoder, download->buffer);
      download->complete = TRUE;
    }
  download->written += length;
  write_out (request, download);
  if (request->progress != NULL)
    request->progress ((goffset) download->written,
                       (goffset) MAX (request->expected, download->written),
                       request->progress_data);
}

static GError *
first_error (Request *request)
{
  for (guint i = 0; i < request->downloads->len; i++)
    {
      const Download *download = g_ptr_array_index (request->downloads, i);

      if (download->error != NULL)
        return g_error_copy (download->error);
    }
  return NULL;
}

static void
fetch_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Request *request = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  GError *own;

  tern_channel_fetch_parts_finish (TERN_CHANNEL (object), result, &error);
  tern_runner_end (request->runner, error);
  own = first_error (request);
  request->done (task, own != NULL ? own : g_steal_pointer (&error));
}

static void
fetch_with_channel (TernRunner *self, TernChannel *channel, const GError *error, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Request *request = g_task_get_task_data (task);
  g_autofree TernPartRequest *wanted = NULL;

  if (channel == NULL)
    {
      tern_runner_end (self, error);
      request->done (task, g_error_copy (error));
      return;
    }
  wanted = g_new0 (TernPartRequest, request->downloads->len);
  for (guint i = 0; i < request->downloads->len; i++)
    {
      Download *download = g_ptr_array_index (request->downloads, i);

      wanted[i].remote_id = request->message->remote_id;
      wanted[i].part_id = download->part_id;
      wanted[i].data = download;
    }
  tern_channel_fetch_parts_async (channel, request->folder, wanted, request->downloads->len,
                                  TERN_URGENCY_USER, part_cb, request, request->cancellable,
                                  fetch_cb, task);
}

static void
start_fetch (GTask *task)
{
  Request *request = g_task_get_task_data (task);
  TernRunner *self = request->runner;
  GError *error = NULL;

  g_free (request->folder);
  request->folder = tern_runner_dup_place (self, request->message, &error);
  if (request->folder == NULL)
    {
      request->done (task, error);
      return;
    }
  tern_runner_begin (self);
  tern_runner_with_channel (self, fetch_with_channel, task);
}

static void
return_error (GTask *task, GError *error)
{
  tern_runner_release_data (task);
  g_task_return_error (task, error);
  g_object_unref (task);
}

static gboolean
is_text (Request *request, const char *part_id)
{
  const TernStructure *part = request->message->structure != NULL
                                  ? tern_structure_find (request->message->structure, part_id)
                                  : NULL;

  return part != NULL && *part_id != '\0' &&
         (part == tern_structure_find_text (request->message->structure, "text/plain") ||
          part == tern_structure_find_text (request->message->structure, "text/html"));
}

static void
part_done (GTask *task, GError *error)
{
  Request *request = g_task_get_task_data (task);
  Download *download = g_ptr_array_index (request->downloads, 0);
  GBytes *content;

  if (error == NULL && !download->complete)
    error = g_error_new_literal (TERN_ERROR, TERN_ERROR_GONE, "there is no such part");
  if (error != NULL)
    {
      return_error (task, error);
      return;
    }
  content = g_bytes_new (download->buffer->data, download->buffer->len);
  if (!is_text (request, download->part_id))
    tern_runner_keep_part (request->runner, request->message, download->part_id, content);
  tern_runner_release_data (task);
  g_task_return_pointer (task, content, (GDestroyNotify) g_bytes_unref);
  g_object_unref (task);
}

/* What is kept of the letter's own text is UTF-8; as a file the sender's bytes are wanted. */
static GBytes *
get_cached_part (Request *request, const char *part_id)
{
  if (is_text (request, part_id))
    return NULL;
  return tern_runner_get_kept_part (request->runner, request->message, part_id);
}

/* Some servers answer for a part that is not there as if it were empty, so the structure is asked.
 */
static gboolean
check_part (const TernMessage *message, const char *part_id, GError **error)
{
  if (*part_id == '\0' || message->structure == NULL ||
      tern_structure_find (message->structure, part_id) != NULL)
    return TRUE;
  g_set_error (error, TERN_ERROR, TERN_ERROR_GONE, "the letter has no part %s", part_id);
  return FALSE;
}

/**
 * tern_runner_load_part:
 * @self: a runner
 * @message: a cached message of its account
 * @part_id: a part's number; "" for the whole message
 * @task: (transfer full): returns a #GBytes with the decoded content
 *
 * Loads a part into memory, from the cache where it is kept.
 */
void
tern_runner_load_part (TernRunner *self, TernMessage *message, const char *part_id, GTask *task)
{
  Request *request = request_new (self, message, task);
  GBytes *content = get_cached_part (request, part_id);
  GError *error = NULL;

  if (!check_part (message, part_id, &error))
    {
      return_error (task, error);
      return;
    }
  if (content != NULL)
    {
      tern_trace ("cache.hit", TERN_TRACE_STR ("what", "part"));
      tern_runner_release_data (task);
      g_task_return_pointer (task, content, (GDestroyNotify) g_bytes_unref);
      g_object_unref (task);
      return;
    }
  tern_trace ("cache.miss", TERN_TRACE_STR ("what", "part"));
  add_download (request, part_id);
  request->done = part_done;
  start_fetch (task);
}

static void
save_done (GTask *task, GError *error)
{
  Request *request = g_task_get_task_data (task);
  Download *download = g_ptr_array_index (request->downloads, 0);
  gboolean closed = g_output_stream_close (download->file, NULL, error == NULL ? &error : NULL);

  if (error == NULL && !download->complete)
    error = g_error_new_literal (TERN_ERROR, TERN_ERROR_GONE, "there is no such part");
  if (error == NULL && closed)
    g_file_move (download->partial, download->target, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL,
                 &error);
  if (error != NULL)
    {
      g_file_delete (download->partial, NULL, NULL);
      return_error (task, error);
      return;
    }
  tern_runner_release_data (task);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/* A new file beside the target: in the same file system, so that it can take the target's place. */
static GFile *
make_partial (GFile *target, GFileOutputStream **stream, GError **error)
{
  g_autofree char *name = g_file_get_basename (target);
  g_autofree char *partial_name = g_strdup_printf (".%.100s.%08x.part", name, g_random_int ());
  g_autoptr (GFile) folder = g_file_get_parent (target);
  g_autoptr (GFile) partial = NULL;

  if (folder == NULL)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID, "that is no name for a file");
      return NULL;
    }
  partial = g_file_get_child (folder, partial_name);
  *stream = g_file_create (partial, G_FILE_CREATE_NONE, NULL, error);
  return *stream != NULL ? g_steal_pointer (&partial) : NULL;
}

/**
 * tern_runner_save_part:
 * @self: a runner
 * @message: a cached message of its account
 * @part_id: a part's number; "" for the whole message
 * @file: where to; what is there is replaced once the part is complete, and not before
 * @progress: (nullable): called with bytes received and expected, in transfer encoding
 * @progress_data: for @progress
 * @task: (transfer full): returns a boolean
 *
 * Saves a part's decoded content. It is written as it arrives and not held in memory.
 */
void
tern_runner_save_part (TernRunner *self,
                       TernMessage *message,
                       const char *part_id,
                       GFile *file,
                       GFileProgressCallback progress,
                       gpointer progress_data,
                       GTask *task)
{
  Request *request = request_new (self, message, task);
  g_autoptr (GBytes) cached = get_cached_part (request, part_id);
  Download *download = add_download (request, part_id);
  GFileOutputStream *stream = NULL;
  GError *error = NULL;

  if (check_part (message, part_id, &error))
    download->partial = make_partial (file, &stream, &error);
  if (download->partial == NULL)
    {
      return_error (task, error);
      return;
    }
  download->target = g_object_ref (file);
  download->file = G_OUTPUT_STREAM (stream);
  request->progress = progress;
  request->progress_data = progress_data;
  request->done = save_done;
  if (cached != NULL)
    {
      download->complete =
          g_output_stream_write_all (download->file, g_bytes_get_data (cached, NULL),
                                     g_bytes_get_size (cached), NULL, NULL, &error);
      save_done (task, error);
      return;
    }
  start_fetch (task);
}
