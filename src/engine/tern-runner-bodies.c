/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-body-step-private.h"

#include "tern-error.h"

/* Which folder's letters are fetched in advance, and when. */

/* While somebody waits the next step is asked for before the last one has come. */
#define STEPS_AT_ONCE 2
/* A letter that can be had only as a whole is fetched in advance up to this size. */
#define MAX_WHOLE (1024 * 1024)
/* So many letters refused one after the other mean that it is not the letters' fault. */
#define MAX_REFUSED 3

static const TernRowKey TOP = { G_MAXINT64, G_MAXINT64 };

static void
pass_free (gpointer data)
{
  TernBodyPass *pass = data;

  g_array_unref (pass->singles);
  g_ptr_array_unref (pass->tasks);
  g_clear_error (&pass->error);
  g_free (pass);
}

static TernBodyPass *
find_pass (TernRunner *self, gint64 folder_id)
{
  for (GList *l = self->bodies.head; l != NULL; l = l->next)
    if (((TernBodyPass *) l->data)->folder_id == folder_id)
      return l->data;
  return NULL;
}

static TernBodyPass *
ensure_pass (TernRunner *self, gint64 folder_id)
{
  TernBodyPass *pass = find_pass (self, folder_id);

  if (pass == NULL)
    {
      pass = g_new0 (TernBodyPass, 1);
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
finish_pass (TernRunner *self, TernBodyPass *pass, const GError *error)
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
static TernBodyPass *
choose_pass (TernRunner *self)
{
  for (GList *l = self->bodies.head; l != NULL && self->bodies_running < STEPS_AT_ONCE; l = l->next)
    if (((TernBodyPass *) l->data)->tasks->len > 0)
      return l->data;
  if (self->bodies_running > 0 || self->pending > 0 || self->retry_source != NULL ||
      tern_core_is_metered (self->core) || self->state == TERN_ACCOUNT_STATE_SIGN_IN ||
      self->state == TERN_ACCOUNT_STATE_CERTIFICATE)
    return NULL;
  return g_queue_peek_head (&self->bodies);
}

/* Asks for a letter alone, once, behind the steps. */
void
tern_body_pass_want_single (TernRunner *self, TernBodyPass *pass, gint64 id, guint64 size)
{
  if ((pass->tasks->len > 0 || size <= MAX_WHOLE) &&
      g_hash_table_add (self->bodies_tried, g_memdup2 (&id, sizeof id)))
    g_array_append_val (pass->singles, id);
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
stop_pass (TernRunner *self, TernBodyPass *pass, const GError *error)
{
  if (pass->tasks->len > 0 || g_error_matches (error, TERN_ERROR, TERN_ERROR_STORAGE))
    finish_pass (self, pass, error);
}

/* A step is over; @error (nullable) says why it brought less than it asked for. */
void
tern_body_pass_take_step (TernBodyStep *step, GError *error)
{
  TernRunner *self = step->runner;
  TernBodyPass *pass = find_pass (self, step->folder_id);
  gboolean is_broken = is_broken_way (error);

  self->bodies_running--;
  if (self->core == NULL)
    return;
  if (pass == NULL) /* ended meanwhile; another one may wait */
    {
      tern_runner_continue_bodies (self);
      return;
    }
  if (!is_broken)
    tern_body_step_want_singles (step, pass);
  else
    {
      if (tern_row_key_compare (&step->begin, &pass->below) < 0)
        pass->below = step->begin;
      stop_pass (self, pass, error);
    }
  tern_runner_continue_bodies (self);
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
  TernBodyPass *pass = find_pass (self, single->folder_id);

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
run_single (TernRunner *self, TernBodyPass *pass)
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
run_step (TernRunner *self, TernBodyPass *pass)
{
  g_autoptr (TernFolder) folder =
      tern_store_get_folder (tern_runner_get_store (self), pass->folder_id, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TernBodyStep) step = tern_body_step_new (self, folder, pass);
  gboolean is_end = TRUE;

  if (folder != NULL && !tern_body_step_fill (step, pass, &is_end, &error))
    {
      finish_pass (self, pass, error);
      tern_runner_continue_bodies (self);
      return;
    }
  if (step->letters->len > 0 && tern_body_step_has_room (step, &error))
    {
      self->bodies_running++;
      tern_body_step_send (g_steal_pointer (&step));
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
  TernBodyPass *pass;

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
