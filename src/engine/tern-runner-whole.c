/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"
#include "tern-mime-message.h"

/* A part that the channel at work does not know by its name, for another channel has named it. */
typedef struct
{
  TernRunner *runner;
  TernMessage *message;
  char *part_id;
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_object_unref (search->runner);
  tern_message_unref (search->message);
  g_free (search->part_id);
  g_free (search);
}

/* The attachment that looks the same, and stands at the same place among those that do. */
static const TernStructure *
find_same (const TernStructure *old, const char *part_id, const TernStructure *now)
{
  const TernStructure *wanted = tern_structure_find (old, part_id);
  g_autoptr (GPtrArray) before = tern_structure_list_attachments (old);
  g_autoptr (GPtrArray) after = tern_structure_list_attachments (now);
  guint place = 0;

  for (guint i = 0; i < before->len && before->pdata[i] != wanted; i++)
    place += g_strcmp0 (((TernStructure *) before->pdata[i])->filename, wanted->filename) == 0;
  for (guint i = 0; i < after->len; i++)
    if (g_strcmp0 (((TernStructure *) after->pdata[i])->filename, wanted->filename) == 0 &&
        place-- == 0)
      return after->pdata[i];
  return NULL;
}

static GBytes *
take_part (const Search *search, GBytes *raw, GError **error)
{
  TernRunner *self = search->runner;
  g_autoptr (TernMimeMessage) whole = tern_mime_message_new (raw, error);
  TernChanges *changes;
  const TernStructure *same;
  TernStructure *now;

  if (whole == NULL)
    return NULL;
  now = tern_mime_message_get_structure (whole);
  same = find_same (search->message->structure, search->part_id, now);
  if (self->core != NULL)
    {
      changes = tern_changes_new ();
      tern_store_set_structure (tern_runner_get_store (self), search->message->id, now, changes,
                                NULL);
      tern_core_take_changes (self->core, changes);
    }
  if (same != NULL)
    return tern_mime_message_get_part (whole, same->part_id, error);
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_GONE, "the letter has no such part");
  return NULL;
}

static void
loaded_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  const Search *search = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) raw = g_task_propagate_pointer (G_TASK (result), &error);
  GBytes *content = raw != NULL ? take_part (search, raw, &error) : NULL;

  tern_runner_release_data (task);
  if (content != NULL)
    g_task_return_pointer (task, content, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

/**
 * tern_runner_can_search_whole:
 * @self: a runner
 * @message: a message with a structure
 * @part_id: one of its parts, which the channel at work says is not there
 *
 * Returns: whether another channel has named it, so that it may be found in the whole letter
 */
gboolean
tern_runner_can_search_whole (TernRunner *self, const TernMessage *message, const char *part_id)
{
  return self->router != NULL && tern_router_has_choice (self->router) &&
         message->structure != NULL && tern_structure_find (message->structure, part_id) != NULL &&
         part_id[strspn (part_id, "0123456789.")] != '\0';
}

/**
 * tern_runner_search_whole:
 * @self: a runner
 * @message: a message with a structure
 * @part_id: a part for which tern_runner_can_search_whole()
 * @task: (transfer full): returns a #GBytes with the decoded content
 *
 * Fetches the letter as a whole, which tells the part by its name among its attachments, and sets
 * the structure right.
 */
void
tern_runner_search_whole (TernRunner *self, TernMessage *message, const char *part_id, GTask *task)
{
  Search *search = g_new0 (Search, 1);

  search->runner = g_object_ref (self);
  search->message = tern_message_ref (message);
  search->part_id = g_strdup (part_id);
  g_task_set_task_data (task, search, search_free);
  tern_runner_load_part (self, message, "",
                         g_task_new (NULL, g_task_get_cancellable (task), loaded_cb, task));
}
