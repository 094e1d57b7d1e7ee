/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include <string.h>

#include "tern-error.h"
#include "tern-part-buffer.h"
#include "tern-trace.h"

/* How long a step may keep its connection (µs); its size follows from how fast the last one was. */
#define STEP_TIME (G_USEC_PER_SEC / 2)
#define STEP_FIRST (256 * 1024)
#define STEP_LEAST (64 * 1024)
#define STEP_MOST (8 * 1024 * 1024)
#define STEP_LETTERS 500
/* While somebody waits the next step is asked for before the last one has come. */
#define STEPS_AT_ONCE 2
/* Rows read at once, and looked at before anything else gets its turn. */
#define PAGE 250
#define MAX_LOOKED_AT 1000
/* A letter that can be had only as a whole is fetched in advance up to this size. */
#define MAX_WHOLE (1024 * 1024)
/* So many letters refused one after the other mean that it is not the letters' fault. */
#define MAX_REFUSED 3

static const TernRowKey TOP = { G_MAXINT64, G_MAXINT64 };

/* One walk through a folder, newest letters first. */
typedef struct
{
  gint64 folder_id;
  TernRowKey below; /* what stands below this is still to be looked at */
  GArray *singles;  /* gint64 message ids: letters of which the parts did not come as told */
  guint refused;    /* of those, one after the other */
  GPtrArray *tasks; /* GTask: wait for all letters of the folder; empty for the window only */
  GError *error;    /* the first letter that could not be had */
} Pass;

typedef struct
{
  TernRowKey key;
  guint64 size; /* of the whole message */
  char *remote_id;
  GPtrArray *parts; /* TernPartBuffer */
} Letter;

/* What is asked for at once. */
typedef struct
{
  TernRunner *runner;
  gint64 folder_id;
  char *folder;
  TernRowKey begin;   /* where the pass stood before */
  GPtrArray *letters; /* Letter */
  guint64 expected;
  guint64 received;
  gint64 started;
} Step;

static void
pass_free (gpointer data)
{
  Pass *pass = data;

  g_array_unref (pass->singles);
  g_ptr_array_unref (pass->tasks);
  g_clear_error (&pass->error);
  g_free (pass);
}

static void
letter_free (gpointer data)
{
  Letter *letter = data;

  g_free (letter->remote_id);
  g_ptr_array_unref (letter->parts);
  g_free (letter);
}

static void
step_free (Step *step)
{
  g_object_unref (step->runner);
  g_free (step->folder);
  g_ptr_array_unref (step->letters);
  g_free (step);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Step, step_free)

static Pass *
find_pass (TernRunner *self, gint64 folder_id)
{
  for (GList *l = self->bodies.head; l != NULL; l = l->next)
    if (((Pass *) l->data)->folder_id == folder_id)
      return l->data;
  return NULL;
}

static Pass *
ensure_pass (TernRunner *self, gint64 folder_id)
{
  Pass *pass = find_pass (self, folder_id);

  if (pass == NULL)
    {
      pass = g_new0 (Pass, 1);
      pass->folder_id = folder_id;
      pass->singles = g_array_new (FALSE, FALSE, sizeof (gint64));
      pass->tasks = g_ptr_array_new_with_free_func (g_object_unref);
      g_queue_push_tail (&self->bodies, pass);
    }
  /* What came since it began stands at the top; what is kept already is passed over quickly. */
  pass->below = TOP;
  return pass;
}

static void
finish_pass (TernRunner *self, Pass *pass, const GError *error)
{
  if (error == NULL)
    error = pass->error;
  g_queue_remove (&self->bodies, pass);
  for (guint i = 0; i < pass->tasks->len; i++)
    {
      GTask *task = g_ptr_array_index (pass->tasks, i);

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_boolean (task, TRUE);
    }
  pass_free (pass);
}

/* What somebody waits for goes first. The rest waits for an idle account, a network that costs
 * nothing, and a server that did not ask to be left alone. */
static Pass *
choose_pass (TernRunner *self)
{
  for (GList *l = self->bodies.head; l != NULL && self->bodies_running < STEPS_AT_ONCE; l = l->next)
    if (((Pass *) l->data)->tasks->len > 0)
      return l->data;
  if (self->bodies_running > 0 || self->pending > 0 || self->retry_source != NULL ||
      tern_core_is_metered (self->core) || self->state == TERN_ACCOUNT_STATE_SIGN_IN ||
      self->state == TERN_ACCOUNT_STATE_CERTIFICATE)
    return NULL;
  return g_queue_peek_head (&self->bodies);
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
want_single (TernRunner *self, Pass *pass, gint64 id, guint64 size)
{
  if ((pass->tasks->len > 0 || size <= MAX_WHOLE) &&
      g_hash_table_add (self->bodies_tried, g_memdup2 (&id, sizeof id)))
    g_array_append_val (pass->singles, id);
}

static void
consider (Step *step, Pass *pass, const TernStoreBody *body)
{
  TernRunner *self = step->runner;
  guint64 size = 0;
  Letter *letter;

  if (body->remote_id == NULL || g_hash_table_contains (self->bodies_tried, &body->key.id))
    return;
  if (body->structure == NULL)
    {
      want_single (self, pass, body->key.id, body->size);
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
get_since (TernRunner *self, const Pass *pass)
{
  if (pass->tasks->len > 0 || self->account->body_days < 0)
    return G_MININT64;
  return g_get_real_time () / G_USEC_PER_SEC - (gint64) self->account->body_days * 24 * 60 * 60;
}

/* Goes down the list until the step is full; sets @is_end where nothing stands below. */
static gboolean
fill_step (Step *step, Pass *pass, gboolean *is_end, GError **error)
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

static gboolean
has_room (Step *step, GError **error)
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
  Step *step = user_data;

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
keep_step (const Step *step, TernChanges *changes, GError **error)
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
measure (TernRunner *self, const Step *step)
{
  gint64 time = MAX (1, g_get_monotonic_time () - step->started);
  guint64 bytes = step->received * STEP_TIME / (guint64) time;

  tern_trace ("fetch.bodies", TERN_TRACE_INT ("n", step->letters->len),
              TERN_TRACE_INT ("bytes", step->received), TERN_TRACE_MS ("ms", time));
  /* What was small because little is left says nothing of the way. */
  if (step->expected >= get_step_size (self))
    self->bodies_step = CLAMP (bytes, STEP_LEAST, STEP_MOST);
}

static gboolean
is_broken_way (const GError *error)
{
  return error != NULL &&
         (tern_error_is_transport (error) || g_error_matches (error, TERN_ERROR, TERN_ERROR_BUSY) ||
          g_error_matches (error, TERN_ERROR, TERN_ERROR_AUTH) ||
          g_error_matches (error, TERN_ERROR, TERN_ERROR_SECRET) ||
          g_error_matches (error, TERN_ERROR, TERN_ERROR_STORAGE) ||
          g_error_matches (error, TERN_ERROR, TERN_ERROR_CERTIFICATE));
}

/* What waits for an answer gets one; a window is taken up again when the way is there. */
static void
stop_pass (TernRunner *self, Pass *pass, const GError *error)
{
  if (pass->tasks->len > 0 || g_error_matches (error, TERN_ERROR, TERN_ERROR_STORAGE))
    finish_pass (self, pass, error);
}

static void
step_done (Step *step, GError *error)
{
  TernRunner *self = step->runner;
  Pass *pass = find_pass (self, step->folder_id);
  gboolean is_broken = is_broken_way (error);

  self->bodies_running--;
  if (self->core == NULL)
    return;
  if (pass == NULL) /* ended meanwhile; another one may wait */
    {
      tern_runner_continue_bodies (self);
      return;
    }
  for (guint i = 0; i < step->letters->len && !is_broken; i++)
    {
      const Letter *letter = g_ptr_array_index (step->letters, i);

      if (!is_complete (letter))
        want_single (self, pass, letter->key.id, letter->size);
    }
  if (is_broken)
    {
      if (tern_row_key_compare (&step->begin, &pass->below) < 0)
        pass->below = step->begin;
      stop_pass (self, pass, error);
    }
  tern_runner_continue_bodies (self);
}

static void
fetch_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Step) step = user_data;
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
  step_done (step, store_error != NULL ? store_error : error);
}

static void
step_with_channel (TernRunner *self, TernChannel *channel, const GError *error, gpointer user_data)
{
  g_autoptr (Step) step = user_data;
  g_autoptr (GArray) requests = g_array_new (FALSE, TRUE, sizeof (TernPartRequest));

  if (channel == NULL)
    {
      g_autoptr (GError) own = g_error_copy (error);

      tern_runner_end (self, error);
      step_done (step, own);
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

/* --- Letters whose parts did not come as told --- */

typedef struct
{
  TernRunner *runner;
  gint64 folder_id;
  gint64 id;
} Single;

static void
single_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Single *single = user_data;
  g_autoptr (TernRunner) self = single->runner;
  g_autoptr (GError) error = NULL;
  TernLetter *letter = g_task_propagate_pointer (G_TASK (result), &error);
  Pass *pass = find_pass (self, single->folder_id);

  g_clear_pointer (&letter, tern_letter_unref);
  self->bodies_running--;
  if (is_broken_way (error))
    g_hash_table_remove (self->bodies_tried, &single->id);
  if (self->core == NULL)
    return;
  if (pass == NULL) /* ended meanwhile; another one may wait */
    {
      tern_runner_continue_bodies (self);
      return;
    }
  if (error == NULL || g_error_matches (error, TERN_ERROR, TERN_ERROR_GONE))
    pass->refused = 0;
  else
    {
      if (pass->error == NULL)
        pass->error = g_error_copy (error);
      if (is_broken_way (error) || ++pass->refused == MAX_REFUSED)
        finish_pass (self, pass, error);
    }
  tern_runner_continue_bodies (self);
}

static void
run_single (TernRunner *self, Pass *pass)
{
  gint64 id = g_array_index (pass->singles, gint64, pass->singles->len - 1);
  g_autoptr (TernMessage) message = tern_store_get_message (tern_runner_get_store (self), id, NULL);
  Single *single;

  g_array_set_size (pass->singles, pass->singles->len - 1);
  if (message == NULL)
    {
      tern_runner_continue_bodies (self);
      return;
    }
  single = g_new0 (Single, 1);
  single->folder_id = pass->folder_id;
  single->runner = g_object_ref (self);
  single->id = id;
  self->bodies_running++;
  tern_runner_open_letter (self, message, TERN_FETCH_VALIDATE, TERN_URGENCY_BACKGROUND,
                           g_task_new (self, self->cancellable, single_cb, single));
}

/* --- Steps --- */

static void
run_step (TernRunner *self, Pass *pass)
{
  g_autoptr (TernFolder) folder =
      tern_store_get_folder (tern_runner_get_store (self), pass->folder_id, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (Step) step = g_new0 (Step, 1);
  gboolean is_end = TRUE;

  step->runner = g_object_ref (self);
  step->folder_id = pass->folder_id;
  step->folder = folder != NULL ? g_strdup (folder->remote_id) : NULL;
  step->begin = pass->below;
  step->letters = g_ptr_array_new_with_free_func (letter_free);
  if (folder != NULL && !fill_step (step, pass, &is_end, &error))
    {
      finish_pass (self, pass, error);
      tern_runner_continue_bodies (self);
      return;
    }
  if (step->letters->len > 0 && has_room (step, &error))
    {
      self->bodies_running++;
      tern_runner_begin (self);
      tern_runner_with_channel (self, step_with_channel, g_steal_pointer (&step));
      tern_runner_continue_bodies (self);
      return;
    }
  if (step->letters->len > 0 && pass->tasks->len > 0 && error == NULL)
    g_set_error_literal (&error, TERN_ERROR, TERN_ERROR_LIMIT, "the cache is full");
  /* What is under way may still tell of letters to be fetched alone. */
  if (is_end && step->letters->len == 0 && self->bodies_running > 0)
    return;
  if (step->letters->len > 0 || (is_end && pass->singles->len == 0))
    finish_pass (self, pass, error);
  tern_runner_continue_bodies (self);
}

static gboolean
continue_cb (gpointer user_data)
{
  TernRunner *self = user_data;
  Pass *pass;

  g_clear_pointer (&self->bodies_source, g_source_unref);
  pass = choose_pass (self);
  if (pass == NULL)
    return G_SOURCE_REMOVE;
  if (pass->singles->len > 0)
    run_single (self, pass);
  else
    run_step (self, pass);
  return G_SOURCE_REMOVE;
}

/**
 * tern_runner_continue_bodies:
 * @self: a runner
 *
 * Goes on fetching letters in advance, once the engine's thread has nothing better to do and where
 * nothing speaks against it.
 */
void
tern_runner_continue_bodies (TernRunner *self)
{
  if (self->core == NULL || self->bodies_source != NULL || choose_pass (self) == NULL)
    return;
  self->bodies_source = g_idle_source_new ();
  g_source_set_priority (self->bodies_source, G_PRIORITY_LOW);
  g_source_set_callback (self->bodies_source, continue_cb, self, NULL);
  g_source_attach (self->bodies_source, g_main_context_get_thread_default ());
}

/**
 * tern_runner_want_bodies:
 * @self: a runner
 * @folder_id: a folder of its account that is up to date
 *
 * Fetches the text of the folder's letters in advance, newest first, as far back as the account's
 * setting goes, and as far as the cache has room. Nothing is done in a program that does not work
 * in the background.
 */
void
tern_runner_want_bodies (TernRunner *self, gint64 folder_id)
{
  if (self->core == NULL || !tern_core_is_background (self->core) || self->account->body_days == 0)
    return;
  ensure_pass (self, folder_id);
  tern_runner_continue_bodies (self);
}

/**
 * tern_runner_fetch_bodies:
 * @self: a runner
 * @folder_id: a folder of its account
 * @task: (transfer full): returns a boolean
 *
 * Fetches the text of all letters of a folder, whatever the account's setting.
 */
void
tern_runner_fetch_bodies (TernRunner *self, gint64 folder_id, GTask *task)
{
  g_ptr_array_add (ensure_pass (self, folder_id)->tasks, task);
  tern_runner_continue_bodies (self);
}

/**
 * tern_runner_set_body_days:
 * @self: a runner
 * @days: how many days back letters are fetched in advance; -1 for all, 0 for none
 * @task: (transfer full): returns a boolean
 *
 * Keeps the setting, and begins with what it asks for.
 */
void
tern_runner_set_body_days (TernRunner *self, int days, GTask *task)
{
  TernStore *store = tern_runner_get_store (self);
  TernChanges *changes = tern_changes_new ();
  g_autoptr (GPtrArray) folders = NULL;
  TernAccount *account;
  GError *error = NULL;

  if (!tern_store_set_body_days (store, self->account->id, days, changes, &error) ||
      (account = tern_store_get_account (store, self->account->id, &error)) == NULL ||
      (folders = tern_store_list_folders (store, self->account->id, &error)) == NULL)
    {
      tern_changes_unref (changes);
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  tern_account_unref (self->account);
  self->account = account;
  tern_core_take_changes (self->core, changes);
  for (guint i = 0; i < folders->len; i++)
    if (((TernFolder *) g_ptr_array_index (folders, i))->validated > 0)
      tern_runner_want_bodies (self, ((TernFolder *) g_ptr_array_index (folders, i))->id);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/**
 * tern_runner_cancel_bodies:
 * @self: a runner that is being closed
 *
 * Forgets what is still to be fetched in advance.
 */
void
tern_runner_cancel_bodies (TernRunner *self)
{
  g_autoptr (GError) error =
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "the account is closed");

  if (self->bodies_source != NULL)
    g_source_destroy (self->bodies_source);
  g_clear_pointer (&self->bodies_source, g_source_unref);
  while (!g_queue_is_empty (&self->bodies))
    finish_pass (self, g_queue_peek_head (&self->bodies), error);
}
