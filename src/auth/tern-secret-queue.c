/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-secret-queue.h"

#include "tern-error.h"

/* What changes the keyring waits here for what came before: libsecret's file fails where two writes
 * meet, and of two changes to one item the first would be lost. */

typedef struct
{
  GTask *task;
  TernSecretQueueFunc start;
} Change;

static void
change_free (gpointer data)
{
  g_object_unref (((Change *) data)->task);
  g_free (data);
}

static void
queue_free (gpointer data)
{
  g_queue_free_full (data, change_free);
}

/* Change: the first one is at work. One for each thread, as no two work on the same secrets. */
static GPrivate current_queue = G_PRIVATE_INIT (queue_free);

static void
start_first (GQueue *queue)
{
  const Change *change = g_queue_peek_head (queue);

  change->start (change->task);
}

/**
 * tern_secret_queue_push:
 * @task: (transfer full): a task that returns a boolean
 * @start: begins its work
 *
 * Runs @start when all that was pushed before has returned, perhaps at once.
 */
void
tern_secret_queue_push (GTask *task, TernSecretQueueFunc start)
{
  GQueue *queue = g_private_get (&current_queue);
  Change change = { task, start };

  if (queue == NULL)
    {
      queue = g_queue_new ();
      g_private_set (&current_queue, queue);
    }
  g_queue_push_tail (queue, g_memdup2 (&change, sizeof change));
  if (queue->length == 1)
    start_first (queue);
}

/**
 * tern_secret_queue_return:
 * @task: the task that is at work
 * @error: (nullable): libsecret's error
 *
 * Answers the task, and begins with the next one.
 */
void
tern_secret_queue_return (GTask *task, const GError *error)
{
  GQueue *queue = g_private_get (&current_queue);
  Change *change = g_queue_pop_head (queue);

  g_assert (change->task == task);
  /* The next one first: whoever is answered may push another at once. */
  if (!g_queue_is_empty (queue))
    start_first (queue);
  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, tern_secret_queue_describe (error));
  change_free (change);
}

/**
 * tern_secret_queue_describe:
 * @error: libsecret's error
 *
 * Tells a failure of the keyring by this program's codes. Libsecret's messages name the step that
 * failed, never what was to be kept.
 *
 * Returns: (transfer full): %TERN_ERROR_SECRET, or %G_IO_ERROR_CANCELLED
 */
GError *
tern_secret_queue_describe (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_copy (error);
  return g_error_new (TERN_ERROR, TERN_ERROR_SECRET, "the keyring failed: %s", error->message);
}
