/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-apply-private.h"

#include "tern-error.h"

/* Doing on the server what the user did. */

static void
apply_free (gpointer data)
{
  TernGraphApply *self = data;

  g_free (self->folder);
  g_free (self->target);
  g_free (self->parent);
  g_ptr_array_unref (self->ids);
  g_ptr_array_unref (self->message_ids);
  g_free (self->set_keywords);
  g_free (self->clear_keywords);
  g_free (self->name);
  g_clear_pointer (&self->content, g_bytes_unref);
  g_free (self->step);
  g_clear_pointer (&self->outcome, tern_outcome_free);
  g_clear_pointer (&self->asked, g_ptr_array_unref);
  g_free (self);
}

/* The server did it, or a step of it. */
void
tern_graph_apply_done (TernGraphApply *self)
{
  GTask *task = self->task;

  g_task_return_pointer (task, g_steal_pointer (&self->outcome),
                         (GDestroyNotify) tern_outcome_free);
  g_object_unref (task);
}

/* The server did nothing of it, or nobody knows; takes @error over. */
void
tern_graph_apply_fail (TernGraphApply *self, GError *error)
{
  GTask *task = self->task;

  g_task_return_error (task, error);
  g_object_unref (task);
}

/* Graph has no such thing. */
void
tern_graph_apply_unsupported (TernGraphApply *self, const char *what)
{
  tern_graph_apply_fail (
      self, g_error_new (TERN_ERROR, TERN_ERROR_UNSUPPORTED, "Microsoft Graph cannot %s", what));
}

GCancellable *
tern_graph_apply_get_cancellable (TernGraphApply *self)
{
  return g_task_get_cancellable (self->task);
}

/* Notes which of the asked messages were refused, and what became of the others. One that is gone
 * is no failure. Gives how many are gone. */
guint
tern_graph_apply_collect (TernGraphApply *self, GPtrArray *results)
{
  guint gone = 0;

  for (guint i = 0; i < results->len && i < self->asked->len; i++)
    {
      TernGraphResult *result = results->pdata[i];
      const char *id = self->asked->pdata[i];

      if (g_error_matches (result->error, TERN_ERROR, TERN_ERROR_GONE))
        gone++;
      else if (result->error != NULL)
        {
          g_ptr_array_add (self->outcome->refused, tern_graph_make_remote_id (id));
          if (self->outcome->error == NULL)
            self->outcome->error = g_steal_pointer (&result->error);
        }
      else if (result->id != NULL)
        g_hash_table_replace (self->outcome->moved, tern_graph_make_remote_id (id),
                              tern_graph_make_remote_id (result->id));
    }
  return gone;
}

/* Whether at least one message was changed or is gone; else the change has failed. */
gboolean
tern_graph_apply_settle (TernGraphApply *self)
{
  if (self->outcome->refused->len < self->ids->len)
    return TRUE;
  tern_graph_apply_fail (self, g_steal_pointer (&self->outcome->error));
  return FALSE;
}

/* Takes the results of a change after which nothing is left to do. */
void
tern_graph_apply_results_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) results =
      tern_graph_results_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (results == NULL)
    {
      tern_graph_apply_fail (self, error);
      return;
    }
  tern_graph_apply_collect (self, results);
  if (tern_graph_apply_settle (self))
    tern_graph_apply_done (self);
}

/* --- The request --- */

static gboolean
take_id (const char *remote_id, char **id)
{
  const char *parsed = tern_graph_parse_remote_id (remote_id);

  *id = g_strdup (parsed);
  return remote_id == NULL || parsed != NULL;
}

static gboolean
take_messages (TernGraphApply *self, const TernRemoteChange *change)
{
  for (guint i = 0; i < change->messages->len; i++)
    {
      const char *id = tern_graph_parse_remote_id (change->messages->pdata[i]);

      if (id == NULL)
        return FALSE;
      g_ptr_array_add (self->ids, g_strdup (id));
      g_ptr_array_add (self->message_ids,
                       g_strdup (change->message_ids != NULL && i < change->message_ids->len
                                     ? change->message_ids->pdata[i]
                                     : ""));
    }
  return self->ids->len > 0;
}

static gboolean
is_for_messages (TernOperationKind kind)
{
  return kind == TERN_OPERATION_FLAGS || kind == TERN_OPERATION_MOVE ||
         kind == TERN_OPERATION_DELETE || kind == TERN_OPERATION_COPY;
}

static gboolean
needs_target (TernOperationKind kind)
{
  return kind == TERN_OPERATION_MOVE || kind == TERN_OPERATION_COPY;
}

static gboolean
take_change (TernGraphApply *self, const TernRemoteChange *change)
{
  self->kind = change->kind;
  self->set = change->set;
  self->clear = change->clear;
  self->set_keywords = g_strdup (change->set_keywords);
  self->clear_keywords = g_strdup (change->clear_keywords);
  self->role = change->role;
  self->name = g_strdup (change->name);
  self->only_empty = change->only_empty;
  self->content = change->content != NULL ? g_bytes_ref (change->content) : NULL;
  self->step = g_strdup (change->step);
  self->is_resumed = change->is_resumed;
  if (change->kind == TERN_OPERATION_APPEND)
    g_ptr_array_add (self->message_ids,
                     g_strdup (change->message_ids != NULL && change->message_ids->len > 0
                                   ? change->message_ids->pdata[0]
                                   : ""));
  return take_id (change->folder, &self->folder) && take_id (change->target, &self->target) &&
         take_id (change->parent, &self->parent) &&
         (self->folder != NULL || self->kind == TERN_OPERATION_CREATE_FOLDER) &&
         (self->target != NULL || !needs_target (self->kind)) &&
         (!is_for_messages (self->kind) || take_messages (self, change));
}

static void
start (TernGraphApply *self)
{
  switch (self->kind)
    {
    case TERN_OPERATION_FLAGS:
      tern_graph_apply_flags (self);
      break;
    case TERN_OPERATION_MOVE:
      tern_graph_apply_move (self);
      break;
    case TERN_OPERATION_DELETE:
      tern_graph_apply_delete (self);
      break;
    case TERN_OPERATION_COPY:
      tern_graph_apply_copy (self);
      break;
    case TERN_OPERATION_APPEND:
      tern_graph_apply_append (self);
      break;
    case TERN_OPERATION_CREATE_FOLDER:
      tern_graph_apply_create_folder (self);
      break;
    case TERN_OPERATION_RENAME_FOLDER:
      tern_graph_apply_rename_folder (self);
      break;
    case TERN_OPERATION_DELETE_FOLDER:
      tern_graph_apply_delete_folder (self);
      break;
    case TERN_OPERATION_EXPUNGE:
      tern_graph_apply_unsupported (self, "strike messages out");
      break;
    case TERN_OPERATION_SUBSCRIBE:
    case TERN_OPERATION_UNSUBSCRIBE:
    default:
      tern_graph_apply_unsupported (self, "hide folders");
      break;
    }
}

/* Does what the user did, or the next step of it. The task returns a TernOutcome. */
void
tern_graph_apply_async (TernGraphChannel *channel,
                        const TernRemoteChange *change,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (channel, cancellable, callback, user_data);
  TernGraphApply *self = g_new0 (TernGraphApply, 1);

  g_task_set_source_tag (task, tern_graph_apply_async);
  self->task = task;
  self->channel = channel;
  self->session = channel->session;
  self->ids = g_ptr_array_new_with_free_func (g_free);
  self->message_ids = g_ptr_array_new_with_free_func (g_free);
  self->outcome = tern_outcome_new ();
  g_task_set_task_data (task, self, apply_free);
  if (take_change (self, change))
    start (self);
  else
    tern_graph_apply_fail (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_INVALID,
                                                      "a change that cannot be asked for"));
}
