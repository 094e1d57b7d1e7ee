/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"
#include "tern-mime-decoder.h"
#include "tern-mime-message.h"
#include "tern-part-buffer.h"
#include "tern-trace.h"

/* Up to this size a message is fetched as a whole where what its server tells of its parts is not
 * impossible, only hard to believe. */
#define MAX_DOUBTED (1024 * 1024)

/* A letter that is being opened. */
typedef struct
{
  TernRunner *runner;
  TernMessage *message;
  TernUrgency urgency;
  GPtrArray *parts; /* TernPartBuffer: those of its text that are not kept, or the whole message */
  gboolean is_whole;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *opening = data;

  g_object_unref (opening->runner);
  tern_message_unref (opening->message);
  g_ptr_array_unref (opening->parts);
  g_free (opening);
}

static void
return_error (GTask *task, GError *error)
{
  tern_runner_release_data (task);
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* Takes the message as it is kept now. */
static void
update_message (Opening *opening, TernChanges *changes)
{
  TernRunner *self = opening->runner;
  TernMessage *updated =
      tern_store_get_message (tern_runner_get_store (self), opening->message->id, NULL);

  if (updated != NULL)
    {
      tern_message_unref (opening->message);
      opening->message = updated;
    }
  tern_core_take_changes (self->core, changes);
}

static void
return_letter (GTask *task, const char *text, const char *html)
{
  Opening *opening = g_task_get_task_data (task);
  TernRunner *self = opening->runner;
  TernChanges *changes = tern_changes_new ();
  TernLetter *letter;

  if (self->core != NULL && tern_runner_search_letter (self, opening->message, text, html, changes))
    update_message (opening, changes);
  else
    tern_changes_unref (changes);
  letter = tern_letter_new (opening->message, text, html);
  tern_runner_release_data (task);
  g_task_return_pointer (task, letter, (GDestroyNotify) tern_letter_unref);
  g_object_unref (task);
}

/* --- What is kept --- */

/* A multipart without parts is what some servers make of one that they do not understand. */
static gboolean
has_empty_multipart (const TernStructure *part)
{
  if (!g_str_has_prefix (part->mime_type, "multipart/"))
    return FALSE;
  for (guint i = 0; part->children != NULL && i < part->children->len; i++)
    if (has_empty_multipart (g_ptr_array_index (part->children, i)))
      return TRUE;
  return part->children == NULL || part->children->len == 0;
}

static gboolean
is_doubtful (const TernMessage *message)
{
  return message->structure == NULL ||
         (message->size <= MAX_DOUBTED && has_empty_multipart (message->structure));
}

/**
 * tern_runner_get_kept_part:
 * @self: a runner that is not closed
 * @message: a cached message of its account
 * @part_id: a part's number; "" for the whole message
 *
 * Returns: (transfer full) (nullable): the part's decoded content, out of the whole message where
 *   that is kept; %NULL where it is not kept
 */
GBytes *
tern_runner_get_kept_part (TernRunner *self, const TernMessage *message, const char *part_id)
{
  TernStore *store = tern_runner_get_store (self);
  GBytes *content = tern_store_get_part (store, message->id, part_id, NULL);
  g_autoptr (GBytes) raw = NULL;
  g_autoptr (TernMimeMessage) whole = NULL;

  if (content != NULL || *part_id == '\0')
    return content;
  raw = tern_store_get_part (store, message->id, "", NULL);
  whole = raw != NULL ? tern_mime_message_new (raw, NULL) : NULL;
  return whole != NULL ? tern_mime_message_get_part (whole, part_id, NULL) : NULL;
}

/**
 * tern_runner_keep_part:
 * @self: a runner
 * @message: a cached message of its account
 * @part_id: a part's number; "" for the whole message
 * @content: its complete, decoded content; of the letter's text UTF-8
 *
 * Keeps a part that was asked for. Not kept is not lost: it is here, and the server has it.
 */
void
tern_runner_keep_part (TernRunner *self,
                       const TernMessage *message,
                       const char *part_id,
                       GBytes *content)
{
  g_autoptr (GError) error = NULL;
  TernStore *store;

  if (self->core == NULL)
    return;
  store = tern_runner_get_store (self);
  if (!tern_store_put_part (store, message->id, part_id, content, &error) ||
      !tern_store_evict (store, TERN_PART_CAPACITY, &error))
    g_debug ("Cannot keep a part: %s", error->message);
}

static char *
dup_kept_text (Opening *opening, const TernStructure *part)
{
  g_autoptr (GBytes) content = NULL;

  if (opening->runner->core == NULL)
    return NULL;
  content = tern_store_get_part (tern_runner_get_store (opening->runner), opening->message->id,
                                 part->part_id, NULL);
  if (content == NULL)
    return NULL;
  return g_strndup (g_bytes_get_data (content, NULL), g_bytes_get_size (content));
}

/* --- The way from the server --- */

static void fetch_whole (GTask *task);
static void texts_done (GTask *task, const GError *error);
static void whole_done (GTask *task, const GError *error);

static void
part_cb (const TernPartRequest *wanted,
         const guint8 *bytes,
         gsize length,
         gboolean complete,
         gpointer user_data)
{
  tern_part_buffer_take (wanted->data, bytes, length, complete);
}

static void
fetched (GTask *task, const GError *error)
{
  const Opening *opening = g_task_get_task_data (task);

  tern_runner_end (opening->runner, error);
  if (opening->is_whole)
    whole_done (task, error);
  else
    texts_done (task, error);
}

static void fetch_with_channel (TernRunner *self,
                                TernChannel *channel,
                                const GError *error,
                                gpointer user_data);

static void
fetch_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  const Opening *opening = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  tern_channel_fetch_parts_finish (TERN_CHANNEL (object), result, &error);
  if (error != NULL && !g_error_matches (error, TERN_ERROR, TERN_ERROR_PERMISSION) &&
      tern_runner_fail_over (opening->runner, TERN_CHANNEL (object), &error, fetch_with_channel,
                             task))
    return;
  fetched (task, error);
}

static void
fetch_located (TernRunner *self,
               TernMessage *message,
               const char *folder,
               const GError *error,
               gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  const Opening *opening = g_task_get_task_data (task);
  g_autofree TernPartRequest *wanted = NULL;

  if (message == NULL || self->channel == NULL)
    {
      fetched (task, error);
      return;
    }
  wanted = g_new0 (TernPartRequest, opening->parts->len);
  for (guint i = 0; i < opening->parts->len; i++)
    {
      TernPartBuffer *part = g_ptr_array_index (opening->parts, i);

      tern_part_buffer_reset (part);
      wanted[i].remote_id = message->remote_id;
      wanted[i].part_id = tern_part_buffer_get_id (part);
      wanted[i].data = part;
    }
  tern_channel_fetch_parts_async (self->channel, folder, wanted, opening->parts->len,
                                  opening->urgency, part_cb, NULL, g_task_get_cancellable (task),
                                  fetch_cb, task);
}

static void
fetch_with_channel (TernRunner *self, TernChannel *channel, const GError *error, gpointer user_data)
{
  const Opening *opening = g_task_get_task_data (G_TASK (user_data));

  if (channel != NULL)
    tern_runner_locate (self, opening->message, opening->urgency, fetch_located, user_data);
  else
    fetched (G_TASK (user_data), error);
}

static void
start_fetch (GTask *task)
{
  const Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;

  if (!tern_runner_may_ask (opening->runner, opening->message, &error))
    {
      return_error (task, error);
      return;
    }
  tern_runner_begin (opening->runner);
  tern_runner_with_channel (opening->runner, fetch_with_channel, task);
}

/* --- By the parts of its text --- */

static TernPartBuffer *
find_buffer (Opening *opening, const char *part_id)
{
  for (guint i = 0; i < opening->parts->len; i++)
    {
      TernPartBuffer *part = g_ptr_array_index (opening->parts, i);

      if (strcmp (tern_part_buffer_get_id (part), part_id) == 0)
        return part;
    }
  return NULL;
}

/* The text in a form, from what came now or was kept before. */
static char *
take_text (Opening *opening, const char *mime_type)
{
  const TernStructure *part = tern_structure_find_text (opening->message->structure, mime_type);
  TernPartBuffer *buffer = part != NULL ? find_buffer (opening, part->part_id) : NULL;
  g_autoptr (GBytes) content = NULL;
  char *text;

  if (buffer == NULL)
    return part != NULL ? dup_kept_text (opening, part) : NULL;
  text = tern_part_buffer_make_text (buffer);
  content = g_bytes_new (text, strlen (text));
  tern_runner_keep_part (opening->runner, opening->message, part->part_id, content);
  return text;
}

static gboolean
is_believable (const Opening *opening)
{
  for (guint i = 0; i < opening->parts->len; i++)
    {
      const TernPartBuffer *part = g_ptr_array_index (opening->parts, i);

      if (!tern_part_buffer_is_complete (part) ||
          (opening->message->size <= MAX_DOUBTED && !tern_part_buffer_is_plausible (part)))
        return FALSE;
    }
  return TRUE;
}

static void
texts_done (GTask *task, const GError *error)
{
  Opening *opening = g_task_get_task_data (task);
  g_autofree char *text = NULL;
  g_autofree char *html = NULL;

  /* Some servers answer OK, and with nothing, for a part that is not there. */
  if (error != NULL && !g_error_matches (error, TERN_ERROR, TERN_ERROR_GONE))
    {
      return_error (task, g_error_copy (error));
      return;
    }
  if (error != NULL || !is_believable (opening))
    {
      fetch_whole (task);
      return;
    }
  text = take_text (opening, "text/plain");
  html = take_text (opening, "text/html");
  return_letter (task, text, html);
}

/* --- As a whole --- */

static void
set_structure (Opening *opening, TernStructure *structure)
{
  TernRunner *self = opening->runner;
  TernChanges *changes = tern_changes_new ();

  if (tern_store_set_structure (tern_runner_get_store (self), opening->message->id, structure,
                                changes, NULL))
    update_message (opening, changes);
  else
    tern_changes_unref (changes);
}

static char *
text_of_whole (Opening *opening, TernMimeMessage *whole, const char *mime_type)
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
  tern_runner_keep_part (opening->runner, opening->message, part->part_id, kept);
  return text;
}

/* What the server said of the structure is replaced by what is true. */
static void
return_whole (GTask *task, GBytes *raw)
{
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (TernMimeMessage) whole = tern_mime_message_new (raw, &error);
  g_autofree char *text = NULL;
  g_autofree char *html = NULL;

  if (whole == NULL)
    {
      return_error (task, error);
      return;
    }
  set_structure (opening, tern_mime_message_get_structure (whole));
  text = text_of_whole (opening, whole, "text/plain");
  html = text_of_whole (opening, whole, "text/html");
  return_letter (task, text, html);
}

static void
gone_synced_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  /* The list is right now, or the account's status tells why it is not. */
}

/* The server does not know the message any more: its list says which others are gone as well. */
static void
return_gone (GTask *task)
{
  const Opening *opening = g_task_get_task_data (task);
  TernRunner *self = opening->runner;

  if (self->core != NULL)
    tern_runner_sync_folder (self, opening->message->folder_id, TERN_FETCH_FORCE, opening->urgency,
                             g_task_new (self, self->cancellable, gone_synced_cb, NULL));
  return_error (task, g_error_new_literal (TERN_ERROR, TERN_ERROR_GONE, "the message is gone"));
}

static void
whole_done (GTask *task, const GError *error)
{
  Opening *opening = g_task_get_task_data (task);
  TernPartBuffer *buffer = g_ptr_array_index (opening->parts, 0);
  g_autoptr (GBytes) raw = NULL;

  if (error != NULL && !g_error_matches (error, TERN_ERROR, TERN_ERROR_GONE))
    {
      return_error (task, g_error_copy (error));
      return;
    }
  if (error != NULL || !tern_part_buffer_is_complete (buffer) || opening->runner->core == NULL)
    {
      return_gone (task);
      return;
    }
  raw = tern_part_buffer_steal_content (buffer);
  tern_runner_keep_part (opening->runner, opening->message, "", raw);
  return_whole (task, raw);
}

static void
fetch_whole (GTask *task)
{
  Opening *opening = g_task_get_task_data (task);
  g_autoptr (TernStructure) whole = tern_structure_new ("", "message/rfc822");

  whole->size = opening->message->size;
  opening->is_whole = TRUE;
  g_ptr_array_set_size (opening->parts, 0);
  g_ptr_array_add (opening->parts, tern_part_buffer_new (whole));
  start_fetch (task);
}

/* --- Opening --- */

static void
want_text (Opening *opening, const char *mime_type, char **kept)
{
  const TernStructure *part = tern_structure_find_text (opening->message->structure, mime_type);

  if (part == NULL)
    return;
  *kept = dup_kept_text (opening, part);
  if (*kept == NULL)
    g_ptr_array_add (opening->parts, tern_part_buffer_new (part));
}

/* Answers from what is kept, where that is enough. */
static gboolean
return_kept (GTask *task)
{
  Opening *opening = g_task_get_task_data (task);
  g_autofree char *text = NULL;
  g_autofree char *html = NULL;
  g_autoptr (GBytes) raw = NULL;

  if (!is_doubtful (opening->message))
    {
      want_text (opening, "text/plain", &text);
      want_text (opening, "text/html", &html);
      if (opening->parts->len == 0)
        {
          return_letter (task, text, html);
          return TRUE;
        }
    }
  raw =
      tern_store_get_part (tern_runner_get_store (opening->runner), opening->message->id, "", NULL);
  if (raw != NULL)
    return_whole (task, raw);
  return raw != NULL;
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
 * structure is missing or wrong the whole message is, and the structure is set right by it. Where
 * the message is gone its folder is asked what else is.
 */
void
tern_runner_open_letter (TernRunner *self,
                         TernMessage *message,
                         TernFetchPolicy policy,
                         TernUrgency urgency,
                         GTask *task)
{
  Opening *opening = g_new0 (Opening, 1);

  opening->runner = g_object_ref (self);
  opening->message = tern_message_ref (message);
  opening->urgency = urgency;
  opening->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_part_buffer_free);
  g_task_set_task_data (task, opening, opening_free);
  if (return_kept (task))
    {
      tern_trace ("cache.hit", TERN_TRACE_STR ("what", "letter"));
      return;
    }
  tern_trace ("cache.miss", TERN_TRACE_STR ("what", "letter"));
  if (policy == TERN_FETCH_CACHED)
    return_error (task, g_error_new_literal (TERN_ERROR, TERN_ERROR_OFFLINE,
                                             "the letter is not kept on this computer"));
  else if (is_doubtful (message))
    fetch_whole (task);
  else
    start_fetch (task);
}
