/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-body-step-private.h"

#include <string.h>

#include "tern-part-buffer.h"
#include "tern-trace.h"

/* One step of a pass: what to ask for at once, and what becomes of it. */

/* How long a step may keep its connection (µs); its size follows from how fast the last one was. */
#define STEP_TIME (G_USEC_PER_SEC / 2)
#define STEP_FIRST (256 * 1024)
#define STEP_LEAST (64 * 1024)
#define STEP_MOST (8 * 1024 * 1024)
#define STEP_LETTERS 500
/* Rows read at once, and looked at before anything else gets its turn. */
#define PAGE 250
#define MAX_LOOKED_AT 1000

typedef struct
{
  TernRowKey key;
  guint64 size; /* of the whole message */
  char *remote_id;
  GPtrArray *parts; /* TernPartBuffer */
} Letter;

static void
letter_free (gpointer data)
{
  Letter *letter = data;

  g_free (letter->remote_id);
  g_ptr_array_unref (letter->parts);
  g_free (letter);
}

/* Frees it. */
void
tern_body_step_free (TernBodyStep *step)
{
  g_object_unref (step->runner);
  g_free (step->folder);
  g_ptr_array_unref (step->letters);
  g_free (step);
}

/* (transfer full): a step of a pass, from where that stands; @folder is nullable */
TernBodyStep *
tern_body_step_new (TernRunner *runner, TernFolder *folder, const TernBodyPass *pass)
{
  TernBodyStep *step = g_new0 (TernBodyStep, 1);

  step->runner = g_object_ref (runner);
  step->folder_id = pass->folder_id;
  step->folder = folder != NULL ? g_strdup (folder->remote_id) : NULL;
  step->begin = pass->below;
  step->letters = g_ptr_array_new_with_free_func (letter_free);
  return step;
}

/* --- What to ask for --- */

static gboolean
is_kept (const char *kept, const char *part_id)
{
  gsize length = strlen (part_id);

  for (const char *p = kept; p != NULL && *p != '\0'; p += strspn (p, " "))
    {
      gsize n = strcspn (p, " ");

      if (n == length && memcmp (p, part_id, n) == 0)
        return TRUE;
      p += n;
    }
  return FALSE;
}

static void
want_text (Letter *letter, const TernStoreBody *body, const char *mime_type, guint64 *size)
{
  const TernStructure *part = tern_structure_find_text (body->structure, mime_type);

  if (part == NULL || is_kept (body->kept, part->part_id))
    return;
  *size += part->size;
  g_ptr_array_add (letter->parts, tern_part_buffer_new (part));
}

static void
consider (TernBodyStep *step, TernBodyPass *pass, const TernStoreBody *body)
{
  TernRunner *self = step->runner;
  guint64 size = 0;
  Letter *letter;

  if (body->remote_id == NULL || g_hash_table_contains (self->bodies_tried, &body->key.id))
    return;
  if (body->structure == NULL)
    {
      tern_body_pass_want_single (self, pass, body->key.id, body->size);
      return;
    }
  letter = g_new0 (Letter, 1);
  letter->key = body->key;
  letter->size = body->size;
  letter->remote_id = g_strdup (body->remote_id);
  letter->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_part_buffer_free);
  want_text (letter, body, "text/plain", &size);
  want_text (letter, body, "text/html", &size);
  if (letter->parts->len == 0 || size > TERN_PART_BUFFER_MOST)
    {
      letter_free (letter);
      return;
    }
  step->expected += size;
  g_ptr_array_add (step->letters, letter);
}

static guint64
get_step_size (TernRunner *self)
{
  return self->bodies_step > 0 ? self->bodies_step : STEP_FIRST;
}

static gint64
get_since (TernRunner *self, const TernBodyPass *pass)
{
  if (pass->tasks->len > 0 || self->account->body_days < 0)
    return G_MININT64;
  return g_get_real_time () / G_USEC_PER_SEC - (gint64) self->account->body_days * 24 * 60 * 60;
}

/* Goes down the list until the step is full; sets @is_end where nothing stands below. */
gboolean
tern_body_step_fill (TernBodyStep *step, TernBodyPass *pass, gboolean *is_end, GError **error)
{
  TernStore *store = tern_runner_get_store (step->runner);
  guint looked_at = 0;

  *is_end = FALSE;
  while (!*is_end && looked_at < MAX_LOOKED_AT)
    {
      g_autoptr (GPtrArray) rows = tern_store_read_bodies (
          store, step->folder_id, &pass->below, get_since (step->runner, pass), PAGE, error);

      if (rows == NULL)
        return FALSE;
      for (guint i = 0; i < rows->len; i++)
        {
          const TernStoreBody *body = g_ptr_array_index (rows, i);

          if (step->letters->len >= STEP_LETTERS || step->expected >= get_step_size (step->runner))
            return TRUE;
          consider (step, pass, body);
          pass->below = body->key;
        }
      looked_at += rows->len;
      *is_end = rows->len < PAGE;
    }
  return TRUE;
}

/* Whether what the step wants may be kept. */
gboolean
tern_body_step_has_room (TernBodyStep *step, GError **error)
{
  const Letter *oldest = g_ptr_array_index (step->letters, step->letters->len - 1);
  gboolean room = FALSE;

  return tern_store_has_room (tern_runner_get_store (step->runner), oldest->key.received,
                              step->expected, TERN_PART_CAPACITY, &room, error) &&
         room;
}

/* --- The way from the server --- */

static void
part_cb (const TernPartRequest *request,
         const guint8 *bytes,
         gsize length,
         gboolean complete,
         gpointer user_data)
{
  TernBodyStep *step = user_data;

  step->received += length;
  tern_part_buffer_take (request->data, bytes, length, complete);
}

/* What is here but cannot be true is left to the way on which a letter is opened. */
static gboolean
is_complete (const Letter *letter)
{
  for (guint i = 0; i < letter->parts->len; i++)
    {
      const TernPartBuffer *part = g_ptr_array_index (letter->parts, i);

      if (!tern_part_buffer_is_complete (part) || !tern_part_buffer_is_plausible (part))
        return FALSE;
    }
  return TRUE;
}

static gboolean
keep_letter (TernStore *store, const Letter *letter, GError **error)
{
  for (guint i = 0; i < letter->parts->len; i++)
    {
      const TernPartBuffer *part = g_ptr_array_index (letter->parts, i);
      char *text = tern_part_buffer_make_text (part);
      g_autoptr (GBytes) content = g_bytes_new_take (text, strlen (text));

      if (!tern_store_put_part_in_advance (store, letter->key.id, tern_part_buffer_get_id (part),
                                           letter->key.received, content, error))
        return FALSE;
    }
  return TRUE;
}

/* All of a step in one transaction: a letter is kept with all of its text or not at all. */
static gboolean
keep_step (const TernBodyStep *step, TernChanges *changes, GError **error)
{
  TernStore *store = tern_runner_get_store (step->runner);

  if (!tern_store_begin (store, error))
    return FALSE;
  for (guint i = 0; i < step->letters->len; i++)
    {
      const Letter *letter = g_ptr_array_index (step->letters, i);

      if (is_complete (letter) && !keep_letter (store, letter, error))
        {
          tern_store_rollback (store);
          return FALSE;
        }
      tern_runner_search_kept (step->runner, letter->key.id, changes);
    }
  return tern_store_commit (store, error) && tern_store_evict (store, TERN_PART_CAPACITY, error);
}

static void
measure (TernRunner *self, const TernBodyStep *step)
{
  gint64 time = MAX (1, g_get_monotonic_time () - step->started);
  guint64 bytes = step->received * STEP_TIME / (guint64) time;

  tern_trace ("fetch.bodies", TERN_TRACE_INT ("n", step->letters->len),
              TERN_TRACE_INT ("bytes", step->received), TERN_TRACE_MS ("ms", time));
  /* What was small because little is left says nothing of the way. */
  if (step->expected >= get_step_size (self))
    self->bodies_step = CLAMP (bytes, STEP_LEAST, STEP_MOST);
}

static void
fetch_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernBodyStep) step = user_data;
  TernRunner *self = step->runner;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) store_error = NULL;

  tern_channel_fetch_parts_finish (TERN_CHANNEL (object), result, &error);
  tern_runner_end (self, error);
  if (self->core != NULL)
    {
      TernChanges *changes = tern_changes_new ();

      measure (self, step);
      if (keep_step (step, changes, &store_error))
        tern_core_take_changes (self->core, changes);
      else
        tern_changes_unref (changes);
    }
  tern_body_pass_take_step (step, store_error != NULL ? store_error : error);
}

static void
step_with_channel (TernRunner *self, TernChannel *channel, const GError *error, gpointer user_data)
{
  g_autoptr (TernBodyStep) step = user_data;
  g_autoptr (GArray) requests = g_array_new (FALSE, TRUE, sizeof (TernPartRequest));

  if (channel == NULL)
    {
      g_autoptr (GError) own = g_error_copy (error);

      tern_runner_end (self, error);
      tern_body_pass_take_step (step, own);
      return;
    }
  for (guint i = 0; i < step->letters->len; i++)
    {
      const Letter *letter = g_ptr_array_index (step->letters, i);

      for (guint k = 0; k < letter->parts->len; k++)
        {
          TernPartBuffer *part = g_ptr_array_index (letter->parts, k);
          TernPartRequest request = { .remote_id = letter->remote_id,
                                      .part_id = tern_part_buffer_get_id (part),
                                      .data = part };

          g_array_append_val (requests, request);
        }
    }
  step->started = g_get_monotonic_time ();
  tern_channel_fetch_parts_async (
      channel, step->folder, (const TernPartRequest *) (gpointer) requests->data, requests->len,
      TERN_URGENCY_BACKGROUND, part_cb, step, self->cancellable, fetch_cb, step);
  g_steal_pointer (&step);
}

/* Asks for what the step wants; @step is taken over, and ends in tern_body_pass_take_step(). */
void
tern_body_step_send (TernBodyStep *step)
{
  tern_runner_begin (step->runner);
  tern_runner_with_channel (step->runner, step_with_channel, step);
}

/* Leaves to be asked for alone what did not come as told. */
void
tern_body_step_want_singles (const TernBodyStep *step, TernBodyPass *pass)
{
  for (guint i = 0; i < step->letters->len; i++)
    {
      const Letter *letter = g_ptr_array_index (step->letters, i);

      if (!is_complete (letter))
        tern_body_pass_want_single (step->runner, pass, letter->key.id, letter->size);
    }
}
