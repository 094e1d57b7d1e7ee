/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-mime-decoder.h"
#include "tern-mime-text.h"

/* So many bytes of a letter's text make a snippet; HTML starts with what nobody reads. */
#define PLAIN_BYTES 1024
#define HTML_BYTES 12288
/* Messages asked for at once. */
#define MAX_BATCH 50
/* Rows that were scrolled past are not worth a round trip. */
#define MAX_WAITING 200

typedef struct
{
  gint64 folder_id;
  gint64 id;
} SnippetRequest;

typedef struct
{
  gint64 id;
  char *remote_id;
  char *subject;
  TernStructure *part;
  TernMimeDecoder *decoder;
  GByteArray *content;
  gboolean complete;
} Snippet;

typedef struct
{
  TernRunner *runner;
  char *folder;
  GPtrArray *snippets; /* Snippet */
} Batch;

static void
snippet_free (gpointer data)
{
  Snippet *snippet = data;

  g_free (snippet->remote_id);
  g_free (snippet->subject);
  tern_structure_unref (snippet->part);
  tern_mime_decoder_free (snippet->decoder);
  g_byte_array_unref (snippet->content);
  g_free (snippet);
}

static void
batch_free (Batch *batch)
{
  g_object_unref (batch->runner);
  g_free (batch->folder);
  g_ptr_array_unref (batch->snippets);
  g_free (batch);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Batch, batch_free)

static void run_next (TernRunner *self);

static gboolean
is_html (const Snippet *snippet)
{
  return strcmp (snippet->part->mime_type, "text/html") == 0;
}

static void
keep_snippet (TernRunner *self, Snippet *snippet, TernChanges *changes)
{
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;

  tern_mime_decoder_finish (snippet->decoder, snippet->content);
  text = tern_mime_decode_text (snippet->content->data, snippet->content->len,
                                snippet->part->charset, snippet->part->mime_type);
  line = tern_mime_make_snippet (text, is_html (snippet), TERN_SNIPPET_CHARS);
  if (!tern_store_set_snippet (tern_runner_get_store (self), snippet->id, line, changes, &error))
    g_debug ("Cannot keep the beginning of a letter: %s", error->message);
  tern_runner_search_beginning (self, snippet->id, snippet->subject, text, is_html (snippet),
                                changes);
}

static void
fetch_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Batch) batch = user_data;
  TernRunner *self = batch->runner;
  g_autoptr (GError) error = NULL;

  tern_channel_fetch_parts_finish (TERN_CHANNEL (object), result, &error);
  if (self->core != NULL)
    {
      TernChanges *changes = tern_changes_new ();

      if (tern_store_begin (tern_runner_get_store (self), NULL))
        {
          for (guint i = 0; i < batch->snippets->len; i++)
            {
              Snippet *snippet = g_ptr_array_index (batch->snippets, i);

              /* What the server has no text for has no beginning either. */
              if (snippet->complete || error == NULL)
                keep_snippet (self, snippet, changes);
            }
          tern_store_commit (tern_runner_get_store (self), NULL);
        }
      tern_core_take_changes (self->core, changes);
    }
  tern_runner_end (self, error);
  self->snippets_running = FALSE;
  /* A way that is broken is not tried again for the sake of snippets. */
  if (error != NULL)
    g_queue_clear_full (&self->snippets, g_free);
  run_next (self);
}

static void
part_cb (const TernPartRequest *request,
         const guint8 *bytes,
         gsize length,
         gboolean complete,
         gpointer user_data)
{
  Snippet *snippet = request->data;
  tern_mime_decoder_push (snippet->decoder, bytes, length, snippet->content);
  snippet->complete = complete;
}

static void
batch_with_channel (TernRunner *self, TernChannel *channel, const GError *error, gpointer user_data)
{
  Batch *batch = user_data;
  g_autofree TernPartRequest *requests = NULL;
  guint n = batch->snippets->len;

  if (channel == NULL)
    {
      self->snippets_running = FALSE;
      tern_runner_end (self, error);
      batch_free (batch);
      return;
    }
  requests = g_new0 (TernPartRequest, n);
  for (guint i = 0; i < n; i++)
    {
      Snippet *snippet = g_ptr_array_index (batch->snippets, i);

      requests[i].remote_id = snippet->remote_id;
      requests[i].part_id = snippet->part->part_id;
      requests[i].length = is_html (snippet) ? HTML_BYTES : PLAIN_BYTES;
      requests[i].data = snippet;
    }
  tern_channel_fetch_parts_async (channel, batch->folder, requests, n, TERN_URGENCY_USER, part_cb,
                                  NULL, self->cancellable, fetch_cb, batch);
}

static const TernStructure *
find_text (const TernMessage *message)
{
  const TernStructure *part = NULL;

  if (message->structure != NULL)
    part = tern_structure_find_text (message->structure, "text/plain");
  if (part == NULL && message->structure != NULL)
    part = tern_structure_find_text (message->structure, "text/html");
  return part;
}

static Snippet *
snippet_new (const TernMessage *message)
{
  const TernStructure *part = find_text (message);
  Snippet *snippet;

  if (part == NULL)
    return NULL;

  snippet = g_new0 (Snippet, 1);
  snippet->id = message->id;
  snippet->remote_id = g_strdup (message->remote_id);
  snippet->subject = g_strdup (message->subject);
  snippet->part = tern_structure_ref ((TernStructure *) part);
  snippet->decoder = tern_mime_decoder_new (part->encoding);
  snippet->content = g_byte_array_new ();
  return snippet;
}

/* Takes the waiting requests of one folder, as many as go into a batch. */
static Batch *
take_batch (TernRunner *self)
{
  SnippetRequest *first = g_queue_peek_head (&self->snippets);
  g_autoptr (TernFolder) folder = NULL;
  g_autoptr (Batch) batch = NULL;
  gint64 folder_id = first->folder_id;

  batch = g_new0 (Batch, 1);
  batch->runner = g_object_ref (self);
  batch->snippets = g_ptr_array_new_with_free_func (snippet_free);
  folder = tern_store_get_folder (tern_runner_get_store (self), folder_id, NULL);
  batch->folder = folder != NULL ? g_strdup (folder->remote_id) : NULL;

  while (batch->snippets->len < MAX_BATCH &&
         (first = g_queue_peek_head (&self->snippets)) != NULL && first->folder_id == folder_id)
    {
      g_autofree SnippetRequest *request = g_queue_pop_head (&self->snippets);
      g_autoptr (TernMessage) message =
          tern_store_get_message (tern_runner_get_store (self), request->id, NULL);
      Snippet *snippet = NULL;

      if (message != NULL && message->snippet == NULL && message->remote_id != NULL)
        snippet = snippet_new (message);
      if (snippet != NULL)
        g_ptr_array_add (batch->snippets, snippet);
    }
  return batch->snippets->len > 0 && batch->folder != NULL ? g_steal_pointer (&batch) : NULL;
}

static void
run_next (TernRunner *self)
{
  while (self->core != NULL && !self->snippets_running && !g_queue_is_empty (&self->snippets))
    {
      Batch *batch = take_batch (self);

      if (batch == NULL)
        continue;
      self->snippets_running = TRUE;
      tern_runner_begin (self);
      tern_runner_with_channel (self, batch_with_channel, batch);
    }
}

static gboolean
is_waiting (TernRunner *self, gint64 id)
{
  for (GList *l = self->snippets.head; l != NULL; l = l->next)
    if (((SnippetRequest *) l->data)->id == id)
      return TRUE;
  return FALSE;
}

/* A letter whose text is here needs no server for its beginning. */
static void
make_from_kept (TernRunner *self, const TernMessage *message, TernChanges *changes)
{
  TernStore *store = tern_runner_get_store (self);
  const TernStructure *part = find_text (message);
  g_autoptr (GBytes) content =
      part != NULL ? tern_store_peek_part (store, message->id, part->part_id, NULL) : NULL;
  g_autofree char *beginning = NULL;
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  gboolean html;
  gsize length;

  if (content == NULL)
    return;
  beginning =
      g_strndup (g_bytes_get_data (content, NULL), MIN (g_bytes_get_size (content), HTML_BYTES));
  text = g_utf8_make_valid (beginning, -1);
  length = strlen (text);
  if (g_str_has_suffix (text, "\357\277\275")) /* cut inside a character */
    text[length - 3] = '\0';
  html = strcmp (part->mime_type, "text/html") == 0;
  line = tern_mime_make_snippet (text, html, TERN_SNIPPET_CHARS);
  tern_store_set_snippet (store, message->id, line, changes, NULL);
  tern_runner_search_beginning (self, message->id, message->subject, text, html, changes);
}

/* Makes what can be made from what is kept; the rest is left to be asked for. */
static void
make_all_from_kept (TernRunner *self, const gint64 *ids, gsize n)
{
  TernStore *store = tern_runner_get_store (self);
  TernChanges *changes = tern_changes_new ();

  if (tern_store_begin (store, NULL))
    {
      for (gsize i = 0; i < n; i++)
        {
          g_autoptr (TernMessage) message = tern_store_get_message (store, ids[i], NULL);

          if (message != NULL && message->snippet == NULL)
            make_from_kept (self, message, changes);
        }
      tern_store_commit (store, NULL);
    }
  tern_core_take_changes (self->core, changes);
}

/**
 * tern_runner_request_snippets:
 * @self: a runner
 * @folder_id: a folder of its account
 * @ids: (array length=n): messages in it
 * @n: how many
 *
 * Makes the beginnings of letters that have none yet, from what is kept of them, and asks the
 * server for the others, a screenful in one flight. What was asked for last is on screen now, so
 * the oldest of too many wishes are dropped. An account that cannot be reached is left alone.
 */
void
tern_runner_request_snippets (TernRunner *self, gint64 folder_id, const gint64 *ids, gsize n)
{
  if (self->core == NULL)
    return;
  make_all_from_kept (self, ids, n);
  if (self->state == TERN_ACCOUNT_STATE_OFFLINE || self->state == TERN_ACCOUNT_STATE_SIGN_IN ||
      self->state == TERN_ACCOUNT_STATE_CERTIFICATE)
    return;

  for (gsize i = 0; i < n; i++)
    {
      SnippetRequest request = { folder_id, ids[i] };

      if (!is_waiting (self, ids[i]))
        g_queue_push_tail (&self->snippets, g_memdup2 (&request, sizeof request));
    }
  while (g_queue_get_length (&self->snippets) > MAX_WAITING)
    g_free (g_queue_pop_head (&self->snippets));
  run_next (self);
}
