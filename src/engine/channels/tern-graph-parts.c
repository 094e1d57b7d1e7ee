/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-channel-private.h"

#include <string.h>

#include "tern-error.h"
#include "tern-graph-convert.h"
#include "tern-mime-message.h"

/* What a part is by its name, and how it comes:
 *
 *   ""       the letter as it was sent, as a stream
 *   "body"   the text of a letter whose structure was made of its attachments
 *   "2.1"    a part of the letter as it was sent, which is fetched for it as a whole
 *   else     an attachment by its id, as a stream
 *
 * Nothing but the letter itself is in transfer encoding. */

/* Bytes of a letter that is held in memory for one of its parts. */
#define MAX_HELD (64 * 1024 * 1024)

typedef struct
{
  TernGraphChannel *channel;
  GPtrArray *parts; /* Part */
  TernPartFunc func;
  gpointer func_data;
  guint pending;
  gboolean is_seen; /* the server has one of the messages */
  GError *error;
} Parts;

typedef struct
{
  GTask *task; /* unowned: it lives until no part is under way */
  TernPartRequest request;
  char *remote_id;
  char *part_id;
  TernPartForm wanted;
  GByteArray *held;     /* for a part of the letter as it was sent */
  gboolean is_full;     /* all that was wanted was given */
  gboolean is_complete; /* the last call was made */
} Part;

static void
part_free (gpointer data)
{
  Part *part = data;

  g_free (part->remote_id);
  g_free (part->part_id);
  g_clear_pointer (&part->held, g_byte_array_unref);
  g_free (part);
}

static void
parts_free (gpointer data)
{
  Parts *self = data;

  g_object_unref (self->channel);
  g_ptr_array_unref (self->parts);
  g_clear_error (&self->error);
  g_free (self);
}

/* --- Bytes --- */

static guint64
get_end (const Part *part)
{
  return part->request.length > 0 ? part->request.offset + part->request.length : G_MAXUINT64;
}

static void
give (Part *part, const guint8 *bytes, gsize length, gboolean complete)
{
  Parts *self = g_task_get_task_data (part->task);

  if (part->is_complete || (length == 0 && !complete))
    return;
  part->is_complete = complete;
  self->func (&part->request, bytes, length, complete, self->func_data);
}

/* Gives what is wanted of bytes that begin at @offset. */
static gboolean
stream_cb (const guint8 *bytes, gsize length, guint64 offset, gpointer user_data)
{
  Part *part = user_data;
  guint64 begin = MAX (offset, part->request.offset);
  guint64 end = MIN (offset + length, get_end (part));

  part->request.is_overrun =
      part->request.is_overrun || offset < part->request.offset || offset + length > get_end (part);
  if (end > begin)
    give (part, bytes + (begin - offset), (gsize) (end - begin), FALSE);
  /* One more byte tells whether the server knows where to stop. */
  part->is_full = offset + length > get_end (part);
  return !part->is_full;
}

static gboolean
hold_cb (const guint8 *bytes, gsize length, guint64 offset, gpointer user_data)
{
  Part *part = user_data;

  if (part->held->len + length > MAX_HELD)
    return FALSE;
  g_byte_array_append (part->held, bytes, (guint) length);
  return TRUE;
}

static void
give_slice (Part *part, const guint8 *bytes, gsize length)
{
  guint64 begin = MIN (part->request.offset, length);
  guint64 end = MIN (get_end (part), length);

  part->request.is_overrun = part->request.length > 0 && end < length;
  give (part, bytes + begin, (gsize) (end - begin), TRUE);
}

/* --- Ends --- */

static void
part_done (Part *part, GError *error)
{
  GTask *task = part->task;
  Parts *self = g_task_get_task_data (task);

  if (error == NULL)
    self->is_seen = TRUE;
  else if (g_error_matches (error, TERN_ERROR, TERN_ERROR_GONE) || self->error != NULL)
    g_error_free (error);
  else
    self->error = error;
  if (--self->pending > 0)
    return;
  if (self->error != NULL)
    g_task_return_error (task, g_steal_pointer (&self->error));
  else if (!self->is_seen)
    g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_GONE, "the messages do not exist");
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
streamed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Part *part = user_data;
  GError *error = NULL;

  tern_graph_content_finish (TERN_GRAPH_SESSION (object), result, &error);
  /* Behind the end there is no range (RFC 9110 section 15.5.17). */
  if (part->request.offset > 0 && g_error_matches (error, TERN_ERROR, TERN_ERROR_REFUSED))
    g_clear_error (&error);
  if (error == NULL)
    give (part, NULL, 0, TRUE);
  part_done (part, error);
}

/* The part of a letter that was fetched as a whole. What is wanted in an encoding that it does not
 * come in is left out: the caller then takes the letter as a whole. */
static void
give_mime (Part *part)
{
  g_autoptr (GBytes) raw = g_byte_array_free_to_bytes (g_steal_pointer (&part->held));
  g_autoptr (TernMimeMessage) message = tern_mime_message_new (raw, NULL);
  const TernStructure *found =
      message != NULL
          ? tern_structure_find (tern_mime_message_get_structure (message), part->part_id)
          : NULL;
  g_autoptr (GBytes) content =
      found != NULL ? tern_mime_message_get_part (message, part->part_id, NULL) : NULL;

  if (content == NULL ||
      (part->wanted == TERN_PART_FORM_ENCODED && found->encoding != TERN_ENCODING_IDENTITY))
    return;
  give_slice (part, g_bytes_get_data (content, NULL), g_bytes_get_size (content));
}

static void
held_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Part *part = user_data;
  GError *error = NULL;

  if (tern_graph_content_finish (TERN_GRAPH_SESSION (object), result, &error))
    give_mime (part);
  part_done (part, error);
}

static void
body_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Part *part = user_data;
  GError *error = NULL;
  g_autofree char *text = tern_graph_body_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (text != NULL)
    give_slice (part, (const guint8 *) text, strlen (text));
  part_done (part, error);
}

/* --- Asking --- */

static gboolean
is_mime_part (const char *part_id)
{
  return strspn (part_id, "0123456789.") == strlen (part_id);
}

static void
ask (Part *part, TernGraphUrgency urgency)
{
  const Parts *self = g_task_get_task_data (part->task);
  TernGraphSession *session = self->channel->session;
  GCancellable *cancellable = g_task_get_cancellable (part->task);
  const char *id = tern_graph_parse_remote_id (part->remote_id);
  const TernPartRequest *request = &part->request;

  if (strcmp (part->part_id, TERN_GRAPH_BODY_PART) == 0)
    tern_graph_body_async (session, id, urgency, cancellable, body_cb, part);
  else if (*part->part_id != '\0' && is_mime_part (part->part_id))
    {
      part->held = g_byte_array_new ();
      tern_graph_content_async (session, id, NULL, 0, 0, urgency, hold_cb, part, cancellable,
                                held_cb, part);
    }
  else
    tern_graph_content_async (session, id, *part->part_id != '\0' ? part->part_id : NULL,
                              request->offset, request->length, urgency, stream_cb, part,
                              cancellable, streamed_cb, part);
}

static Part *
part_new (GTask *task, const TernPartRequest *request)
{
  Part *part = g_new0 (Part, 1);

  part->task = task;
  part->request = *request;
  part->request.remote_id = part->remote_id = g_strdup (request->remote_id);
  part->request.part_id = part->part_id = g_strdup (request->part_id);
  part->wanted = request->form;
  if (request->form == TERN_PART_FORM_ANY)
    part->request.form =
        *request->part_id != '\0' ? TERN_PART_FORM_DECODED : TERN_PART_FORM_ENCODED;
  return part;
}

/**
 * tern_graph_parts_async:
 * @channel: a channel
 * @requests: (array length=n): what to fetch; copied
 * @n: how many
 * @urgency: whether somebody waits for it
 * @func: takes the bytes while they arrive
 * @func_data: for @func
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Fetches parts of messages. The task returns a boolean.
 */
void
tern_graph_parts_async (TernGraphChannel *channel,
                        const TernPartRequest *requests,
                        gsize n,
                        TernUrgency urgency,
                        TernPartFunc func,
                        gpointer func_data,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (channel, cancellable, callback, user_data);
  Parts *self = g_new0 (Parts, 1);

  g_task_set_source_tag (task, tern_graph_parts_async);
  self->channel = g_object_ref (channel);
  self->parts = g_ptr_array_new_with_free_func (part_free);
  self->func = func;
  self->func_data = func_data;
  g_task_set_task_data (task, self, parts_free);
  for (gsize i = 0; i < n; i++)
    {
      if (tern_graph_parse_remote_id (requests[i].remote_id) == NULL)
        {
          g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_INVALID,
                                   "a message of another channel");
          g_object_unref (task);
          return;
        }
      g_ptr_array_add (self->parts, part_new (task, &requests[i]));
    }
  self->pending = self->parts->len;
  for (guint i = 0; i < self->parts->len; i++)
    ask (self->parts->pdata[i], tern_graph_convert_urgency (urgency));
}
