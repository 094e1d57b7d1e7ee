/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"
#include "tern-mime-decoder.h"
#include "tern-mime-message.h"
#include "tern-mime-text.h"
#include "tern-trace.h"

/* A part larger than this is streamed to a file and never held in memory or kept in the cache. */
#define MAX_PART_BYTES (64 * 1024 * 1024)

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
  TernUrgency urgency;
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
      if (download->buffer->len > MAX_PART_BYTES)
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
                                  request->urgency, part_cb, request, request->cancellable,
                                  fetch_cb, task);
}

static void
start_fetch (GTask *task)
{
  Request *request = g_task_get_task_data (task);
  TernRunner *self = request->runner;
  g_autoptr (TernFolder) folder = NULL;
  GError *error = NULL;

  if (self->core == NULL)
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the account is closed");
  else
    folder =
        tern_store_get_folder (tern_runner_get_store (self), request->message->folder_id, &error);
  if (folder == NULL || request->message->remote_id == NULL)
    {
      if (error == NULL)
        g_set_error_literal (&error, TERN_ERROR, TERN_ERROR_GONE,
                             "the server has not named the moved message yet");
      request->done (task, error);
      return;
    }
  g_free (request->folder);
  request->folder = g_strdup (folder->remote_id);
  tern_runner_begin (self);
  tern_runner_with_channel (self, fetch_with_channel, task);
}

static void
keep_part (Request *request, const char *part_id, GBytes *content)
{
  g_autoptr (GError) error = NULL;
  TernStore *store;

  if (request->runner->core == NULL)
    return;
  store = tern_runner_get_store (request->runner);
  /* Not kept is not lost: the letter is here, and the server has it. */
  if (!tern_store_put_part (store, request->message->id, part_id, content, &error) ||
      !tern_store_evict (store, TERN_PART_CAPACITY, &error))
    g_debug ("Cannot keep a part: %s", error->message);
}

/* --- A letter --- */

static char *
cached_text (TernStore *store, TernMessage *message, const TernStructure *part)
{
  g_autoptr (GBytes) content = tern_store_get_part (store, message->id, part->part_id, NULL);

  if (content == NULL)
    return NULL;
  return g_strndup (g_bytes_get_data (content, NULL), g_bytes_get_size (content));
}

static void
return_letter (GTask *task, const char *text, const char *html)
{
  Request *request = g_task_get_task_data (task);

  TernLetter *letter = tern_letter_new (request->message, text, html);

  tern_runner_release_data (task);
  g_task_return_pointer (task, letter, (GDestroyNotify) tern_letter_unref);
  g_object_unref (task);
}

static void
return_error (GTask *task, GError *error)
{
  tern_runner_release_data (task);
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* The text in a form, from what came now or was kept before. */
static char *
take_text (Request *request, const char *mime_type)
{
  const TernStructure *part = tern_structure_find_text (request->message->structure, mime_type);

  if (part == NULL)
    return NULL;
  for (guint i = 0; i < request->downloads->len; i++)
    {
      Download *download = g_ptr_array_index (request->downloads, i);

      if (strcmp (download->part_id, part->part_id) == 0 && download->complete)
        {
          char *text = tern_mime_decode_text (download->buffer->data, download->buffer->len,
                                              part->charset, part->mime_type);
          g_autoptr (GBytes) content = g_bytes_new (text, strlen (text));

          keep_part (request, part->part_id, content);
          return text;
        }
    }
  return request->runner->core != NULL
             ? cached_text (tern_runner_get_store (request->runner), request->message, part)
             : NULL;
}

static void
set_structure (Request *request, TernStructure *structure)
{
  TernChanges *changes = tern_changes_new ();
  TernStore *store = tern_runner_get_store (request->runner);
  TernMessage *updated;

  if (tern_store_set_structure (store, request->message->id, structure, changes, NULL) &&
      (updated = tern_store_get_message (store, request->message->id, NULL)) != NULL)
    {
      tern_message_unref (request->message);
      request->message = updated;
    }
  tern_core_take_changes (request->runner->core, changes);
}

static char *
text_of_whole (Request *request, TernMimeMessage *whole, const char *mime_type)
{
  const TernStructure *part =
      tern_structure_find_text (tern_mime_message_get_structure (whole), mime_type);
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GBytes) kept = NULL;
  char *text;

  if (part == NULL)
    return NULL;
  content = tern_mime_message_get_part (whole, part->part_id, NULL);
  if (content == NULL)
    return NULL;
  text = tern_mime_decode_text (g_bytes_get_data (content, NULL), g_bytes_get_size (content),
                                part->charset, part->mime_type);
  kept = g_bytes_new (text, strlen (text));
  keep_part (request, part->part_id, kept);
  return text;
}

/* The whole message is here: what the server said of its structure is replaced by what is true. */
static void
whole_done (GTask *task, GError *error)
{
  Request *request = g_task_get_task_data (task);
  Download *download = g_ptr_array_index (request->downloads, 0);
  g_autoptr (TernMimeMessage) whole = NULL;
  g_autoptr (GBytes) raw = NULL;
  g_autofree char *text = NULL;
  g_autofree char *html = NULL;

  if (error == NULL && (!download->complete || request->runner->core == NULL))
    error = g_error_new_literal (TERN_ERROR, TERN_ERROR_GONE, "the message is gone");
  if (error == NULL)
    {
      raw = g_bytes_new (download->buffer->data, download->buffer->len);
      whole = tern_mime_message_new (raw, &error);
    }
  if (whole == NULL)
    {
      return_error (task, error);
      return;
    }
  keep_part (request, "", raw);
  set_structure (request, tern_mime_message_get_structure (whole));
  text = text_of_whole (request, whole, "text/plain");
  html = text_of_whole (request, whole, "text/html");
  return_letter (task, text, html);
}

static void
fetch_whole (GTask *task)
{
  Request *request = g_task_get_task_data (task);

  g_ptr_array_set_size (request->downloads, 0);
  request->expected = 0;
  add_download (request, "");
  request->done = whole_done;
  start_fetch (task);
}

static void
texts_done (GTask *task, GError *error)
{
  Request *request = g_task_get_task_data (task);
  gboolean complete = TRUE;
  g_autofree char *text = NULL;
  g_autofree char *html = NULL;

  if (error != NULL)
    {
      return_error (task, error);
      return;
    }
  for (guint i = 0; i < request->downloads->len; i++)
    complete = complete && ((Download *) g_ptr_array_index (request->downloads, i))->complete;
  if (!complete)
    {
      /* The server knows the message but not the part that it told of. */
      fetch_whole (task);
      return;
    }
  text = take_text (request, "text/plain");
  html = take_text (request, "text/html");
  return_letter (task, text, html);
}

static void
want_text (Request *request, const char *mime_type, char **cached)
{
  const TernStructure *part = tern_structure_find_text (request->message->structure, mime_type);

  if (part == NULL)
    return;
  *cached = cached_text (tern_runner_get_store (request->runner), request->message, part);
  if (*cached == NULL)
    add_download (request, part->part_id);
}

/**
 * tern_runner_open_letter:
 * @self: a runner
 * @message: a cached message of its account
 * @policy: %TERN_FETCH_CACHED never asks the server; a letter's text does not change, so the others
 *   ask only for what is not kept
 * @urgency: whether somebody waits for it
 * @task: (transfer full): returns a #TernLetter
 *
 * Opens a letter by its structure: only the text parts are fetched, in one flight. Where the
 * structure is missing or wrong the whole message is.
 */
void
tern_runner_open_letter (TernRunner *self,
                         TernMessage *message,
                         TernFetchPolicy policy,
                         TernUrgency urgency,
                         GTask *task)
{
  Request *request = request_new (self, message, task);
  g_autofree char *text = NULL;
  g_autofree char *html = NULL;

  request->urgency = urgency;

  if (message->structure != NULL)
    {
      want_text (request, "text/plain", &text);
      want_text (request, "text/html", &html);
      if (request->downloads->len == 0)
        {
          tern_trace ("cache.hit", TERN_TRACE_STR ("what", "letter"));
          return_letter (task, text, html);
          return;
        }
    }
  tern_trace ("cache.miss", TERN_TRACE_STR ("what", "letter"));
  if (policy == TERN_FETCH_CACHED)
    {
      return_error (task, g_error_new_literal (TERN_ERROR, TERN_ERROR_OFFLINE,
                                               "the letter is not kept on this computer"));
      return;
    }
  if (message->structure == NULL)
    {
      fetch_whole (task);
      return;
    }
  request->done = texts_done;
  start_fetch (task);
}

/* --- One part --- */

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
    keep_part (request, download->part_id, content);
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
  return tern_store_get_part (tern_runner_get_store (request->runner), request->message->id,
                              part_id, NULL);
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
