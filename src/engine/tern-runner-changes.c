/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"
#include "tern-trace.h"

/* What the user does, and takes back. */

/* The letter with the line ends that servers want, the last one too; %NULL for what cannot be sent.
 */
static GBytes *
normalise_letter (GBytes *letter, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (letter, &length);
  GString *out = g_string_sized_new (length + length / 32 + 2);

  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
        g_string_append_c (out, '\r');
      g_string_append_c (out, text[i]);
      if (text[i] == '\r' && (i + 1 == length || text[i + 1] != '\n'))
        g_string_append_c (out, '\n');
    }
  if (!g_str_has_suffix (out->str, "\r\n"))
    g_string_append (out, "\r\n");
  if (length == 0 || memchr (text, '\0', length) != NULL)
    {
      g_string_free (out, TRUE);
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID, "this is no letter");
      return NULL;
    }
  length = out->len;
  return g_bytes_new_take (g_string_free (out, FALSE), length);
}

static TernOperation *
log_operation (TernRunner *self, TernOperation *operation, GError **error)
{
  g_autoptr (TernOperation) asked = tern_operation_copy (operation);
  TernChanges *changes;
  TernOperation *logged;

  if (operation->kind == TERN_OPERATION_APPEND)
    {
      g_clear_pointer (&asked->content, g_bytes_unref);
      if (operation->content != NULL)
        asked->content = normalise_letter (operation->content, error);
      if (operation->content != NULL && asked->content == NULL)
        return NULL;
    }
  changes = tern_changes_new ();
  logged = tern_store_log_operation (tern_runner_get_store (self), asked, changes, error);
  if (logged == NULL)
    {
      tern_changes_unref (changes);
      return NULL;
    }
  if (logged->id != 0)
    tern_trace ("op.log", TERN_TRACE_INT ("id", logged->id),
                TERN_TRACE_STR ("kind", tern_operation_kind_to_string (logged->kind)),
                TERN_TRACE_INT ("n", logged->messages->len));
  tern_core_take_changes (self->core, changes);
  tern_core_flush (self->core);
  return logged;
}

/**
 * tern_runner_set_read_only:
 * @error: return location for %TERN_ERROR_PERMISSION
 *
 * Tells that what the sign-in allows is to read.
 */
void
tern_runner_set_read_only (GError **error)
{
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_PERMISSION,
                       "the sign-in does not allow changes");
}

/**
 * tern_runner_apply:
 * @self: a runner
 * @operation: what the user asks for; its messages are in one folder
 * @task: (transfer full): returns the logged #TernOperation; its id is 0 where nothing was to be
 * done
 *
 * Puts a change on screen and into the log in one transaction, and sends it in the background.
 */
void
tern_runner_apply (TernRunner *self, TernOperation *operation, GTask *task)
{
  GError *error = NULL;
  TernOperation *logged = NULL;

  if (!self->is_read_only)
    logged = log_operation (self, operation, &error);
  else
    tern_runner_set_read_only (&error);
  if (logged == NULL)
    g_task_return_error (task, error);
  else
    {
      g_task_return_pointer (task, logged, (GDestroyNotify) tern_operation_unref);
      tern_runner_replay (self);
    }
  g_object_unref (task);
}

/* --- Undo --- */

static void
return_error (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* Off the log. Where the answer of the server was lost it may have been done all the same; what the
 * folders hold then is what their next sync says, and is lost in neither case. */
static void
undo_logged (TernRunner *self, const TernOperation *operation, GTask *task)
{
  TernChanges *changes = tern_changes_new ();
  GError *error = NULL;

  tern_trace ("op.undo", TERN_TRACE_INT ("id", operation->id),
              TERN_TRACE_STR ("kind", tern_operation_kind_to_string (operation->kind)));
  if (!tern_store_undo_operation (tern_runner_get_store (self), operation->id, changes, &error))
    {
      tern_changes_unref (changes);
      return_error (task, error);
      return;
    }
  if (operation->attempts > 0)
    tern_runner_invalidate (self, operation, changes, "undone");
  tern_core_take_changes (self->core, changes);
  tern_core_flush (self->core);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/* The operation that takes another one back; %NULL where there is none. */
static TernOperation *
make_contrary (const TernOperation *operation)
{
  const gint64 *ids = (const gint64 *) (gpointer) operation->messages->data;
  gsize n = operation->messages->len;
  TernOperation *contrary;

  switch (operation->kind)
    {
    case TERN_OPERATION_FLAGS:
      contrary = tern_operation_new_flags (ids, n, operation->clear, operation->set);
      break;
    case TERN_OPERATION_MOVE:
      contrary = tern_operation_new_move (ids, n, operation->folder_id);
      contrary->set = operation->clear;
      contrary->clear = operation->set;
      break;
    case TERN_OPERATION_COPY:
      if (operation->copies == NULL)
        return NULL;
      return tern_operation_new_delete ((const gint64 *) (gpointer) operation->copies->data,
                                        operation->copies->len);
    case TERN_OPERATION_CREATE_FOLDER:
      contrary = tern_operation_new_delete_folder (operation->folder_id);
      contrary->only_empty = TRUE;
      return contrary;
    case TERN_OPERATION_RENAME_FOLDER:
      return tern_operation_new_rename_folder (operation->folder_id, operation->old_parent_id,
                                               operation->old_name);
    case TERN_OPERATION_SUBSCRIBE:
    case TERN_OPERATION_UNSUBSCRIBE:
      return tern_operation_new_subscribe (operation->folder_id,
                                           operation->kind == TERN_OPERATION_UNSUBSCRIBE);
    case TERN_OPERATION_DELETE:
    case TERN_OPERATION_EXPUNGE:
    case TERN_OPERATION_APPEND:
    case TERN_OPERATION_DELETE_FOLDER:
    default:
      return NULL;
    }
  contrary->set_keywords = g_strdup (operation->clear_keywords);
  contrary->clear_keywords = g_strdup (operation->set_keywords);
  return contrary;
}

static void
undo_by_contrary (TernRunner *self, const TernOperation *operation, GTask *task)
{
  g_autoptr (TernOperation) contrary = make_contrary (operation);
  g_autoptr (TernOperation) logged = NULL;
  GError *error = NULL;

  if (contrary != NULL)
    logged = log_operation (self, contrary, &error);
  else
    error = g_error_new_literal (TERN_ERROR, TERN_ERROR_UNSUPPORTED,
                                 "what is gone for good does not come back");
  if (logged == NULL)
    g_task_return_error (task, error);
  else
    {
      g_task_return_boolean (task, TRUE);
      tern_runner_replay (self);
    }
  g_object_unref (task);
}

static void
undo_after_flush_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  TernRunner *self = TERN_RUNNER (object);
  TernOperation *operation = g_task_get_task_data (task);

  /* Whether the log could be emptied does not matter here: what is left of it is undone in place.
   */
  g_task_propagate_boolean (G_TASK (result), NULL);
  tern_runner_undo (self, operation, task);
}

/* What was asked for without an answer is undone behind it where it has a contrary that is right in
 * either case. A move has none: where its messages are then is what a sync says. */
static gboolean
is_undone_in_place (const TernOperation *logged)
{
  return logged->attempts == 0 || logged->kind == TERN_OPERATION_MOVE ||
         logged->kind == TERN_OPERATION_DELETE || logged->kind == TERN_OPERATION_EXPUNGE ||
         logged->kind == TERN_OPERATION_APPEND || logged->kind == TERN_OPERATION_DELETE_FOLDER;
}

/**
 * tern_runner_undo:
 * @self: a runner
 * @operation: a logged operation, as tern_runner_apply() returned it
 * @task: (transfer full): returns a boolean
 *
 * Takes a change back: off the log while the server was not asked; while it is being asked, after
 * its answer; else by the contrary operation. What is deleted for good, and a letter that was put
 * into a folder, has none: %TERN_ERROR_UNSUPPORTED.
 */
void
tern_runner_undo (TernRunner *self, TernOperation *operation, GTask *task)
{
  g_autoptr (TernOperation) logged = NULL;
  GError *error = NULL;

  if (self->core == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "the account is closed");
      g_object_unref (task);
      return;
    }
  if (tern_runner_is_asking (self, operation->id))
    {
      g_task_set_task_data (task, tern_operation_ref (operation),
                            (GDestroyNotify) tern_operation_unref);
      tern_runner_flush (self, g_task_new (self, NULL, undo_after_flush_cb, task));
      return;
    }
  if (operation->id != 0)
    logged = tern_store_get_operation (tern_runner_get_store (self), operation->id, &error);
  if (error != NULL)
    return_error (task, error);
  else if (operation->id == 0)
    {
      g_task_return_boolean (task, TRUE); /* nothing was done */
      g_object_unref (task);
    }
  else if (logged == NULL || !is_undone_in_place (logged))
    undo_by_contrary (self, operation, task);
  else
    undo_logged (self, logged, task);
}
