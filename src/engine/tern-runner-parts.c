/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"
#include "tern-part-sink.h"
#include "tern-trace.h"

/* How long a piece may take (µs): its size follows from how fast the last one was. */
#define PIECE_TIME G_USEC_PER_SEC
#define PIECE_FIRST (256 * 1024)
#define PIECE_MOST (4 * 1024 * 1024)
/* The next piece is asked for before the last one has come. */
#define PIECES_AHEAD 2
/* Transfers that wait for a connection, to be taken up where they stopped. */
#define MAX_PAUSED 8

/* A part on its way here. */
typedef struct
{
  TernRunner *runner;
  TernMessage *message;
  char *folder; /* remote ids, as the channel at work calls them */
  char *remote_id;
  char *part_id;
  GFile *target; /* NULL: into memory */
  TernEncoding encoding;
  guint64 size; /* as the structure says, in transfer encoding */
  TernPartForm form;
  TernPartSink *sink;

  GQueue pieces; /* Piece: asked for, in order */
  guint64 piece_size;
  guint64 asked;   /* up to here */
  guint64 started; /* what had been received when the connection was asked for */
  gboolean is_ended;
  GError *error;

  GCancellable *cancellable; /* its own: it may have to stop by itself */
  GCancellable *caller;      /* NULL where the caller has none */
  gulong cancelled;
  GFileProgressCallback progress;
  gpointer progress_data;
} Transfer;

typedef struct
{
  GTask *task; /* the transfer's; unowned: it lives until no piece is under way */
  guint64 offset;
  guint64 length;
  guint64 received;
  GByteArray *early; /* came before all of the piece before it */
  gint64 begin;
  gboolean is_complete;
  gboolean is_done;
} Piece;

static void
piece_free (gpointer data)
{
  Piece *piece = data;

  g_byte_array_unref (piece->early);
  g_free (piece);
}

static void
transfer_free (gpointer data)
{
  Transfer *transfer = data;

  g_object_unref (transfer->runner);
  tern_message_unref (transfer->message);
  g_free (transfer->folder);
  g_free (transfer->remote_id);
  g_free (transfer->part_id);
  g_clear_object (&transfer->target);
  g_clear_pointer (&transfer->sink, tern_part_sink_free);
  g_queue_clear_full (&transfer->pieces, piece_free);
  g_clear_error (&transfer->error);
  g_cancellable_disconnect (transfer->caller, transfer->cancelled);
  g_object_unref (transfer->cancellable);
  g_clear_object (&transfer->caller);
  g_free (transfer);
}

static void
cancelled_cb (GCancellable *caller, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

/* What cannot be written is cancelled, too; that must not look as if the caller did it. */
static Transfer *
transfer_new (
    TernRunner *self, TernMessage *message, const char *part_id, GFile *target, GTask *task)
{
  Transfer *transfer = g_new0 (Transfer, 1);
  GCancellable *caller = g_task_get_cancellable (task);
  const TernStructure *part = NULL;

  if (*part_id != '\0' && message->structure != NULL)
    part = tern_structure_find (message->structure, part_id);
  transfer->runner = g_object_ref (self);
  transfer->message = tern_message_ref (message);
  transfer->part_id = g_strdup (part_id);
  transfer->target = target != NULL ? g_object_ref (target) : NULL;
  transfer->encoding = part != NULL ? part->encoding : TERN_ENCODING_IDENTITY;
  transfer->size = part != NULL ? part->size : message->size;
  transfer->form = part != NULL && (part->encoding == TERN_ENCODING_BASE64 ||
                                    part->encoding == TERN_ENCODING_QUOTED_PRINTABLE)
                       ? TERN_PART_FORM_ANY
                       : TERN_PART_FORM_ENCODED;
  transfer->piece_size = PIECE_FIRST;
  transfer->cancellable = g_cancellable_new ();
  if (caller != NULL)
    {
      transfer->caller = g_object_ref (caller);
      transfer->cancelled = g_cancellable_connect (
          caller, G_CALLBACK (cancelled_cb), g_object_ref (transfer->cancellable), g_object_unref);
    }
  g_task_set_task_data (task, transfer, transfer_free);
  return transfer;
}

static void
return_error (GTask *task, GError *error)
{
  tern_runner_release_data (task);
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* --- What has come --- */

static gboolean
is_letter_text (const Transfer *transfer)
{
  const TernStructure *structure = transfer->message->structure;
  const TernStructure *part = structure != NULL && *transfer->part_id != '\0'
                                  ? tern_structure_find (structure, transfer->part_id)
                                  : NULL;

  return part != NULL && (part == tern_structure_find_text (structure, "text/plain") ||
                          part == tern_structure_find_text (structure, "text/html"));
}

static void
return_content (GTask *task, GBytes *content)
{
  tern_runner_release_data (task);
  g_task_return_pointer (task, content, (GDestroyNotify) g_bytes_unref);
  g_object_unref (task);
}

static void
finish (GTask *task)
{
  Transfer *transfer = g_task_get_task_data (task);
  GBytes *content;
  GError *error = NULL;

  if (!tern_part_sink_finish (transfer->sink, &error))
    {
      return_error (task, error);
      return;
    }
  if (transfer->target != NULL)
    {
      tern_runner_release_data (task);
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  content = tern_part_sink_steal_content (transfer->sink);
  /* What is kept of the letter's own text is UTF-8; here it is as its sender wrote it. */
  if (!is_letter_text (transfer))
    tern_runner_keep_part (transfer->runner, transfer->message, transfer->part_id, content);
  return_content (task, content);
}

static void
fail (Transfer *transfer, GError *error)
{
  if (transfer->error == NULL)
    transfer->error = error;
  else
    g_error_free (error); /* follows from the first */
}

static void
take (Transfer *transfer, const guint8 *bytes, gsize length)
{
  GError *error = NULL;
  guint64 received;

  if (transfer->error != NULL || length == 0)
    return;
  if (!tern_part_sink_take (transfer->sink, bytes, length, &error))
    {
      fail (transfer, error);
      g_cancellable_cancel (transfer->cancellable);
      return;
    }
  received = tern_part_sink_get_received (transfer->sink);
  if (transfer->progress != NULL)
    transfer->progress ((goffset) received, (goffset) MAX (transfer->size, received),
                        transfer->progress_data);
}

static void
part_cb (const TernPartRequest *request,
         const guint8 *bytes,
         gsize length,
         gboolean complete,
         gpointer user_data)
{
  Piece *piece = user_data;
  Transfer *transfer = g_task_get_task_data (piece->task);

  if (transfer->form == TERN_PART_FORM_ANY)
    {
      transfer->form = request->form;
      if (request->form == TERN_PART_FORM_DECODED)
        {
          tern_part_sink_set_decoded (transfer->sink);
          if (transfer->encoding == TERN_ENCODING_BASE64)
            transfer->size = transfer->size / 4 * 3;
        }
    }
  if (request->is_overrun) /* it sends all for each piece: better for one that asks for all */
    transfer->piece_size = G_MAXUINT64;
  piece->received += length;
  piece->is_complete = complete;
  if (transfer->is_ended)
    return;
  if (g_queue_peek_head (&transfer->pieces) == piece)
    take (transfer, bytes, length);
  else if (piece->early->len <= 2 * PIECE_MOST)
    g_byte_array_append (piece->early, bytes, (guint) length);
  else
    g_cancellable_cancel (transfer->cancellable);
}

/* --- Asking --- */

static void ask (GTask *task, TernChannel *channel);
static void start (GTask *task);
static void
with_channel (TernRunner *self, TernChannel *channel, const GError *error, gpointer user_data);

/* A connection that was lost after something had come is worth another try; what came stays. */
static gboolean
take_up (GTask *task)
{
  Transfer *transfer = g_task_get_task_data (task);
  guint64 received = tern_part_sink_get_received (transfer->sink);
  gboolean is_lost = tern_error_is_transport (transfer->error) && received > transfer->started;
  gboolean is_unknown_code = g_error_matches (transfer->error, TERN_ERROR, TERN_ERROR_REFUSED) &&
                             received == 0 && transfer->form == TERN_PART_FORM_ANY;

  if (g_cancellable_is_cancelled (transfer->cancellable) || transfer->runner->core == NULL ||
      !(is_lost || is_unknown_code))
    return FALSE;
  if (is_unknown_code) /* RFC 3516 section 4.3 */
    transfer->form = TERN_PART_FORM_ENCODED;
  g_clear_error (&transfer->error);
  transfer->is_ended = FALSE;
  start (task);
  return TRUE;
}

/* Another channel has its own idea of where a part's bytes stand, so it takes over at the beginning
 * only. */
static gboolean
go_elsewhere (GTask *task, TernChannel *channel)
{
  Transfer *transfer = g_task_get_task_data (task);

  if (tern_part_sink_get_received (transfer->sink) > 0 || transfer->started > 0 ||
      g_cancellable_is_cancelled (transfer->cancellable) ||
      g_error_matches (transfer->error, TERN_ERROR, TERN_ERROR_PERMISSION))
    return FALSE;
  g_queue_clear_full (&transfer->pieces, piece_free);
  transfer->asked = 0;
  if (!tern_runner_fail_over (transfer->runner, channel, &transfer->error, with_channel, task))
    return FALSE;
  g_clear_error (&transfer->error);
  transfer->is_ended = FALSE;
  return TRUE;
}

static void
found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Transfer *transfer = g_task_get_task_data (task);
  GError *error = NULL;
  GBytes *content = g_task_propagate_pointer (G_TASK (result), &error);
  gsize length;
  const guint8 *bytes;

  if (content == NULL)
    return_error (task, error);
  else if (transfer->target == NULL)
    return_content (task, content);
  else
    {
      bytes = g_bytes_get_data (content, &length);
      tern_part_sink_set_decoded (transfer->sink);
      if (tern_part_sink_take (transfer->sink, bytes, length, &error))
        finish (task);
      else
        return_error (task, error);
      g_bytes_unref (content);
    }
}

/* What another channel has named is looked for in the letter as a whole. */
static gboolean
search_whole (GTask *task)
{
  Transfer *transfer = g_task_get_task_data (task);

  if (!g_error_matches (transfer->error, TERN_ERROR, TERN_ERROR_GONE) ||
      tern_part_sink_get_received (transfer->sink) > 0 ||
      !tern_runner_can_search_whole (transfer->runner, transfer->message, transfer->part_id))
    return FALSE;
  g_clear_error (&transfer->error);
  tern_runner_search_whole (transfer->runner, transfer->message, transfer->part_id,
                            g_task_new (NULL, transfer->cancellable, found_cb, task));
  return TRUE;
}

static void
give_up (GTask *task)
{
  Transfer *transfer = g_task_get_task_data (task);
  TernRunner *self = transfer->runner;
  GError *error = g_steal_pointer (&transfer->error);

  if (tern_error_is_transport (error) && self->core != NULL && transfer->target != NULL &&
      !g_cancellable_is_cancelled (transfer->cancellable))
    {
      if (self->paused->len == MAX_PAUSED)
        g_ptr_array_remove_index (self->paused, 0);
      g_ptr_array_add (self->paused, g_steal_pointer (&transfer->sink));
    }
  return_error (task, error);
}

/* The pieces at the front that are done, in order, with what came early of the next. */
static void
advance (Transfer *transfer)
{
  Piece *piece;

  while ((piece = g_queue_peek_head (&transfer->pieces)) != NULL && piece->is_done)
    {
      transfer->is_ended = transfer->is_ended || piece->received != piece->length;
      piece_free (g_queue_pop_head (&transfer->pieces));
      piece = g_queue_peek_head (&transfer->pieces);
      if (piece != NULL && !transfer->is_ended)
        take (transfer, piece->early->data, piece->early->len);
      if (piece != NULL)
        g_byte_array_set_size (piece->early, 0);
    }
}

static void
measure (Transfer *transfer, const Piece *piece)
{
  gint64 time = MAX (1, g_get_monotonic_time () - piece->begin);

  if (piece->received == piece->length && transfer->piece_size != G_MAXUINT64)
    transfer->piece_size =
        CLAMP (piece->received * PIECE_TIME / (guint64) time, PIECE_FIRST / 4, PIECE_MOST);
}

static void
piece_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Piece *piece = user_data;
  GTask *task = piece->task;
  Transfer *transfer = g_task_get_task_data (task);
  gboolean is_beyond = piece->offset > 0 && piece->offset >= transfer->size;
  GError *error = NULL;

  tern_channel_fetch_parts_finish (TERN_CHANNEL (object), result, &error);
  tern_runner_end (transfer->runner, error);
  piece->is_done = TRUE;
  measure (transfer, piece);
  /* Behind the end some answer with nothing at all. */
  if (error == NULL && !piece->is_complete && !is_beyond && !transfer->is_ended)
    error = g_error_new_literal (TERN_ERROR, TERN_ERROR_GONE, "there is no such part");
  if (error != NULL &&
      (transfer->is_ended || (is_beyond && g_error_matches (error, TERN_ERROR, TERN_ERROR_GONE))))
    g_clear_error (&error);
  if (error != NULL)
    fail (transfer, error);
  else
    advance (transfer);

  if (transfer->error == NULL && !transfer->is_ended)
    ask (task, TERN_CHANNEL (object));
  else if (transfer->error != NULL)
    {
      for (GList *l = transfer->pieces.head; l != NULL; l = l->next)
        if (!((Piece *) l->data)->is_done)
          return;
      if (!take_up (task) && !go_elsewhere (task, TERN_CHANNEL (object)) && !search_whole (task))
        give_up (task);
    }
  else if (g_queue_is_empty (&transfer->pieces))
    finish (task);
}

static void
ask_piece (GTask *task, TernChannel *channel)
{
  Transfer *transfer = g_task_get_task_data (task);
  Piece *piece = g_new0 (Piece, 1);
  TernPartRequest request = { .remote_id = transfer->remote_id,
                              .part_id = transfer->part_id,
                              .form = transfer->form };

  piece->task = task;
  piece->offset = request.offset = transfer->asked;
  piece->length = transfer->piece_size;
  request.length = piece->length == G_MAXUINT64 ? 0 : piece->length;
  piece->early = g_byte_array_new ();
  piece->begin = g_get_monotonic_time ();
  transfer->asked += MIN (piece->length, G_MAXUINT64 - transfer->asked);
  g_queue_push_tail (&transfer->pieces, piece);
  tern_runner_begin (transfer->runner);
  tern_channel_fetch_parts_async (channel, transfer->folder, &request, 1, TERN_URGENCY_USER,
                                  part_cb, piece, transfer->cancellable, piece_cb, piece);
}

/* Nothing is asked for ahead before the first piece has shown what the server makes of it. */
static void
ask (GTask *task, TernChannel *channel)
{
  Transfer *transfer = g_task_get_task_data (task);
  guint ahead = tern_part_sink_get_received (transfer->sink) > transfer->started ? PIECES_AHEAD : 1;

  while (transfer->pieces.length < ahead &&
         (transfer->pieces.length == 0 || transfer->asked < transfer->size))
    ask_piece (task, channel);
}

static void
fail_start (GTask *task, const GError *error)
{
  Transfer *transfer = g_task_get_task_data (task);

  g_clear_error (&transfer->error);
  transfer->error = g_error_copy (error);
  give_up (task);
}

static void
located (TernRunner *self,
         TernMessage *message,
         const char *folder,
         const GError *error,
         gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Transfer *transfer = g_task_get_task_data (task);
  if (message == NULL || self->channel == NULL)
    {
      fail_start (task, error);
      return;
    }
  g_free (transfer->folder);
  transfer->folder = g_strdup (folder);
  g_free (transfer->remote_id);
  transfer->remote_id = g_strdup (message->remote_id);
  ask (task, self->channel);
}

static void
with_channel (TernRunner *self, TernChannel *channel, const GError *error, gpointer user_data)
{
  const Transfer *transfer = g_task_get_task_data (G_TASK (user_data));

  if (channel != NULL)
    {
      tern_runner_locate (self, transfer->message, TERN_URGENCY_USER, located, user_data);
      return;
    }
  tern_runner_begin (self);
  tern_runner_end (self, error);
  fail_start (G_TASK (user_data), error);
}

/* Begins, or goes on, where the sink stands. */
static void
start (GTask *task)
{
  Transfer *transfer = g_task_get_task_data (task);

  g_queue_clear_full (&transfer->pieces, piece_free);
  transfer->started = transfer->asked = tern_part_sink_get_received (transfer->sink);
  tern_runner_with_channel (transfer->runner, with_channel, task);
}

/* Some servers answer for a part that is not there as if it were empty, so the structure is asked.
 */
static gboolean
check_part (const Transfer *transfer, GError **error)
{
  const TernMessage *message = transfer->message;

  if (*transfer->part_id == '\0' || message->structure == NULL ||
      tern_structure_find (message->structure, transfer->part_id) != NULL)
    return TRUE;
  g_set_error (error, TERN_ERROR, TERN_ERROR_GONE, "the letter has no part %s", transfer->part_id);
  return FALSE;
}

static TernPartSink *
take_paused (Transfer *transfer)
{
  GPtrArray *paused = transfer->runner->paused;

  for (guint i = 0; transfer->target != NULL && i < paused->len; i++)
    if (tern_part_sink_is_for (paused->pdata[i], transfer->message->id, transfer->part_id,
                               transfer->target))
      return g_ptr_array_steal_index (paused, i);
  return NULL;
}

/* Finds where the part goes, and begins to fetch it. */
static void
begin (GTask *task)
{
  Transfer *transfer = g_task_get_task_data (task);
  GError *error = NULL;

  if (check_part (transfer, &error) &&
      tern_runner_may_ask (transfer->runner, transfer->message, &error))
    {
      transfer->sink = take_paused (transfer);
      if (transfer->sink != NULL && tern_part_sink_get_received (transfer->sink) > 0)
        transfer->form = tern_part_sink_is_decoded (transfer->sink) ? TERN_PART_FORM_DECODED
                                                                    : TERN_PART_FORM_ENCODED;
      if (transfer->sink == NULL)
        transfer->sink = tern_part_sink_new (transfer->message->id, transfer->part_id,
                                             transfer->encoding, transfer->target, &error);
    }
  if (transfer->sink == NULL)
    {
      return_error (task, error);
      return;
    }
  tern_trace ("cache.miss", TERN_TRACE_STR ("what", "part"));
  start (task);
}

static GBytes *
get_kept (const Transfer *transfer)
{
  if (is_letter_text (transfer))
    return NULL;
  return tern_runner_get_kept_part (transfer->runner, transfer->message, transfer->part_id);
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
  Transfer *transfer = transfer_new (self, message, part_id, NULL, task);
  GBytes *content = get_kept (transfer);

  if (content == NULL)
    {
      begin (task);
      return;
    }
  tern_trace ("cache.hit", TERN_TRACE_STR ("what", "part"));
  return_content (task, content);
}

/**
 * tern_runner_save_part:
 * @self: a runner
 * @message: a cached message of its account
 * @part_id: a part's number; "" for the whole message
 * @file: where to; what is there is replaced once the part is complete, and not before
 * @progress: (nullable): called with bytes received and expected
 * @progress_data: for @progress
 * @task: (transfer full): returns a boolean
 *
 * Saves a part's decoded content: fetched in pieces, written as they arrive, and not held in
 * memory. A lost connection is made anew, and the transfer goes on where it stood; where that
 * fails, a later call with the same arguments takes it up. One that is cancelled leaves nothing.
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
  Transfer *transfer = transfer_new (self, message, part_id, file, task);
  g_autoptr (GBytes) kept = get_kept (transfer);
  GError *error = NULL;
  gsize length;
  const guint8 *bytes;

  transfer->progress = progress;
  transfer->progress_data = progress_data;
  if (kept == NULL)
    {
      begin (task);
      return;
    }
  bytes = g_bytes_get_data (kept, &length);
  transfer->sink = tern_part_sink_new (message->id, part_id, TERN_ENCODING_IDENTITY, file, &error);
  if (transfer->sink == NULL || !tern_part_sink_take (transfer->sink, bytes, length, &error))
    return_error (task, error);
  else
    finish (task);
}
