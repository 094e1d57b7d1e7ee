/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-apply-private.h"

#include <string.h>

#include "tern-error.h"
#include "tern-imap-convert.h"

static void
clear_message (gpointer data)
{
  g_free (((TernImapApplyMessage *) data)->message_id);
}

static void
clear_set (gpointer data)
{
  g_free (((TernImapApplySet *) data)->text);
}

static void
release (TernImapApply *self)
{
  if (self->lease != NULL)
    tern_imap_channel_release (g_steal_pointer (&self->lease));
}

static void
apply_free (gpointer data)
{
  TernImapApply *self = data;

  release (self);
  g_free (self->selecting);
  g_free (self->folder);
  g_free (self->target);
  g_free (self->set);
  g_free (self->clear);
  g_clear_pointer (&self->below, g_ptr_array_unref);
  g_free (self->name);
  g_free (self->parent);
  g_clear_pointer (&self->content, g_bytes_unref);
  g_free (self->step);
  g_array_unref (self->messages);
  g_array_unref (self->asked);
  g_array_unref (self->sets);
  tern_imap_mailboxes_unref (self->counts);
  g_clear_error (&self->refusal);
  g_clear_pointer (&self->wanted, g_hash_table_unref);
  g_clear_pointer (&self->surplus, tern_imap_apply_surplus_free);
  g_clear_error (&self->error);
  g_clear_pointer (&self->outcome, tern_outcome_free);
  g_free (self);
}

/* The session that the change has; only while it has one. */
TernImapSession *
tern_imap_apply_get_session (TernImapApply *self)
{
  return self->lease->session;
}

/* What gives the change up. */
GCancellable *
tern_imap_apply_get_cancellable (TernImapApply *self)
{
  return g_task_get_cancellable (self->task);
}

/* Ends the change, or begins its step once more where the connection was found dead; @error is
 * taken over. A step that cannot be done twice first looks for what it did. */
void
tern_imap_apply_fail (TernImapApply *self, GError *error)
{
  g_autoptr (GTask) task = NULL;

  if (self->lease != NULL && !self->is_repeated && tern_imap_lease_can_repeat (self->lease, error))
    {
      g_error_free (error);
      self->is_repeated = self->is_resumed = TRUE;
      g_clear_pointer (&self->outcome, tern_outcome_free);
      self->outcome = tern_outcome_new ();
      g_clear_pointer (&self->wanted, g_hash_table_unref);
      release (self);
      tern_imap_apply_start (self);
      return;
    }
  release (self);
  task = self->task;
  g_task_return_error (task, error);
}

/* Ends the change, or this step of it: the outcome says which. */
void
tern_imap_apply_done (TernImapApply *self)
{
  g_autoptr (GTask) task = self->task;

  release (self);
  g_task_return_pointer (task, g_steal_pointer (&self->outcome),
                         (GDestroyNotify) tern_outcome_free);
}

/* --- Flights --- */

/* Whether the server said no to one command, and the connection goes on. */
gboolean
tern_imap_apply_is_refusal (const GError *error)
{
  return error->domain == TERN_ERROR &&
         (error->code == TERN_ERROR_REFUSED || error->code == TERN_ERROR_PERMISSION ||
          error->code == TERN_ERROR_GONE || error->code == TERN_ERROR_UNSUPPORTED ||
          error->code == TERN_ERROR_INVALID || error->code == TERN_ERROR_LIMIT);
}

/* Begins a flight. Each command sent in it counts one up in @pending, and ends with
 * tern_imap_apply_arrived(). */
void
tern_imap_apply_begin_flight (TernImapApply *self, TernImapApplyFunc next)
{
  self->next = next;
  self->pending = 1;
}

/* All of the flight is sent. */
void
tern_imap_apply_end_flight (TernImapApply *self)
{
  tern_imap_apply_arrived (self, NULL);
}

/* One answer is there; @error (nullable) is taken over and ends the change. */
void
tern_imap_apply_arrived (TernImapApply *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_clear_error (&error);
  if (--self->pending > 0)
    return;
  if (self->error != NULL)
    tern_imap_apply_fail (self, g_steal_pointer (&self->error));
  else
    self->next (self);
}

/* --- Sets --- */

/* Makes the sets of all messages that have no copy yet. @overhead is what a command has beside its
 * set, in bytes. */
void
tern_imap_apply_make_sets (TernImapApply *self, gsize overhead)
{
  gsize room = tern_imap_session_get_quirks (tern_imap_apply_get_session (self))->max_command - 48;
  g_autoptr (GPtrArray) texts = NULL;
  guint first = 0;

  g_array_set_size (self->asked, 0);
  g_array_set_size (self->sets, 0);
  for (guint i = 0; i < self->messages->len; i++)
    {
      const TernImapApplyMessage *message =
          &g_array_index (self->messages, TernImapApplyMessage, i);

      if (message->copy == 0)
        g_array_append_val (self->asked, message->uid);
    }
  texts = tern_imap_make_sets ((const guint32 *) (gpointer) self->asked->data, self->asked->len,
                               overhead + 100 < room ? room - overhead : 100);
  for (guint i = 0; i < texts->len; i++)
    {
      g_autoptr (TernImapRanges) ranges = tern_imap_ranges_parse (texts->pdata[i]);
      TernImapApplySet set = { g_strdup (texts->pdata[i]), first,
                               (guint) tern_imap_ranges_count (ranges), FALSE };

      first += set.n;
      g_array_append_val (self->sets, set);
    }
}

/* What a command for the set @index takes along; it counts as one answer that is due. */
TernImapApplyCall *
tern_imap_apply_call (TernImapApply *self, guint index)
{
  TernImapApplyCall *call = g_new (TernImapApplyCall, 1);

  *call = (TernImapApplyCall){ self, index };
  self->pending++;
  return call;
}

/* The answer for one set is there; @call and @error (nullable) are taken over. */
void
tern_imap_apply_answered (TernImapApplyCall *call, GError *error)
{
  g_autofree TernImapApplyCall *owned = call;
  TernImapApply *self = call->apply;

  if (error != NULL && tern_imap_apply_is_refusal (error))
    {
      g_array_index (self->sets, TernImapApplySet, call->index).is_refused = TRUE;
      if (self->outcome->error == NULL)
        self->outcome->error = g_steal_pointer (&error);
      g_clear_error (&error);
    }
  tern_imap_apply_arrived (self, error);
}

/* Puts the messages of refused sets into the outcome. Where there is no other, the change fails and
 * %FALSE is returned. */
gboolean
tern_imap_apply_collect_refused (TernImapApply *self)
{
  guint n = 0;

  for (guint i = 0; i < self->sets->len; i++)
    {
      const TernImapApplySet *set = &g_array_index (self->sets, TernImapApplySet, i);

      for (guint k = 0; set->is_refused && k < set->n; k++, n++)
        g_ptr_array_add (
            self->outcome->refused,
            tern_imap_make_remote_id (self->uidvalidity,
                                      g_array_index (self->asked, guint32, set->first + k)));
    }
  if (n == 0 || n < self->messages->len)
    return TRUE;
  tern_imap_apply_fail (self, g_steal_pointer (&self->outcome->error));
  return FALSE;
}

/* --- The connection --- */

static void
selected_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapApply *self = user_data;
  GError *error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    tern_imap_apply_fail (self, error);
  else
    self->next (self);
}

static void
acquired_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapApply *self = user_data;
  GError *error = NULL;

  self->lease = tern_imap_channel_acquire_finish (TERN_IMAP_CHANNEL (object), result, &error);
  if (self->lease == NULL)
    {
      tern_imap_apply_fail (self, error);
      return;
    }
  if (self->selecting == NULL ||
      g_strcmp0 (tern_imap_session_get_selected (self->lease->session)->name, self->selecting) == 0)
    self->next (self);
  else
    tern_imap_select_async (self->lease->session, self->selecting,
                            tern_imap_apply_get_cancellable (self), selected_cb, self);
}

/* Gets a connection on which @folder (nullable) is selected, instead of the one there is. */
void
tern_imap_apply_acquire (TernImapApply *self, const char *folder, TernImapApplyFunc next)
{
  release (self);
  self->next = next;
  g_free (self->selecting);
  self->selecting = g_strdup (folder);
  tern_imap_channel_acquire_async (self->channel,
                                   folder != NULL ? TERN_IMAP_USE_USER : TERN_IMAP_USE_ANY, folder,
                                   tern_imap_apply_get_cancellable (self), acquired_cb, self);
}

/* Only now is it known that the UIDs still mean the same messages. */
static void
work_on_messages (TernImapApply *self)
{
  const TernImapSelected *selected =
      tern_imap_session_get_selected (tern_imap_apply_get_session (self));

  if (selected->uidvalidity != self->uidvalidity)
    tern_imap_apply_fail (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_GONE,
                                                     "the folder was numbered anew (UIDVALIDITY)"));
  else if (self->kind == TERN_OPERATION_FLAGS)
    tern_imap_apply_flags (self);
  else if (self->kind == TERN_OPERATION_DELETE)
    tern_imap_apply_remove (self);
  else if (self->kind == TERN_OPERATION_EXPUNGE)
    tern_imap_apply_expunge (self);
  else
    tern_imap_apply_move (self);
}

static void
work_on_folders (TernImapApply *self)
{
  if (self->kind == TERN_OPERATION_APPEND)
    tern_imap_apply_append (self);
  else if (self->kind == TERN_OPERATION_CREATE_FOLDER)
    tern_imap_apply_create (self);
  else if (self->kind == TERN_OPERATION_RENAME_FOLDER)
    tern_imap_apply_rename (self);
  else if (self->kind == TERN_OPERATION_DELETE_FOLDER)
    tern_imap_apply_delete_folder (self);
  else
    tern_imap_apply_subscribe (self);
}

/* Begins the change, or the step of it that is due. */
void
tern_imap_apply_start (TernImapApply *self)
{
  gboolean is_for_messages = self->messages->len > 0;

  if (tern_imap_apply_is_again (self) && self->kind != TERN_OPERATION_MOVE)
    tern_imap_apply_compare (self);
  /* The answer to what cannot be done twice was lost: did the server do it? */
  else if (!tern_imap_apply_is_again (self) && self->target_uidnext != 0 && self->is_resumed &&
           self->wanted == NULL)
    tern_imap_apply_search (self, is_for_messages ? self->target : self->folder);
  else if (is_for_messages)
    tern_imap_apply_acquire (self, self->folder, work_on_messages);
  else
    tern_imap_apply_acquire (self, NULL, work_on_folders);
}

/* --- The request --- */

static int
compare_messages (gconstpointer a, gconstpointer b)
{
  guint32 left = ((const TernImapApplyMessage *) a)->uid;
  guint32 right = ((const TernImapApplyMessage *) b)->uid;

  return left < right ? -1 : left > right;
}

/* Takes the messages' UIDs, which must be of one UIDVALIDITY. */
static gboolean
take_messages (TernImapApply *self, const TernRemoteChange *change)
{
  guint n = 0;

  for (guint i = 0; i < change->messages->len; i++)
    {
      TernImapApplyMessage message = { 0 };
      guint32 uidvalidity;

      if (!tern_imap_parse_remote_id (change->messages->pdata[i], &uidvalidity, &message.uid) ||
          (i > 0 && uidvalidity != self->uidvalidity))
        return FALSE;
      self->uidvalidity = uidvalidity;
      if (change->message_ids != NULL)
        message.message_id = g_strdup (change->message_ids->pdata[i]);
      g_array_append_val (self->messages, message);
    }
  g_array_sort (self->messages, compare_messages);
  for (guint i = 1; i < self->messages->len; i++)
    n += g_array_index (self->messages, TernImapApplyMessage, i).uid ==
         g_array_index (self->messages, TernImapApplyMessage, i - 1).uid;
  return self->messages->len > 0 && n == 0;
}

static char *
join_flags (TernFlags flags, const char *keywords)
{
  g_autofree char *names = tern_imap_flags_to_wire (flags);

  if (keywords == NULL || *keywords == '\0')
    return g_steal_pointer (&names);
  return *names != '\0' ? g_strconcat (names, " ", keywords, NULL) : g_strdup (keywords);
}

static GPtrArray *
copy_strings (GPtrArray *strings)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < strings->len; i++)
    g_ptr_array_add (copy, g_strdup (strings->pdata[i]));
  return copy;
}

static gboolean
take_change (TernImapApply *self, const TernRemoteChange *change)
{
  self->kind = change->kind;
  self->folder = g_strdup (change->folder);
  self->target = g_strdup (change->target);
  self->set = join_flags (change->set, change->set_keywords);
  self->clear = join_flags (change->clear, change->clear_keywords);
  self->role = change->role;
  self->name = g_strdup (change->name);
  self->parent = g_strdup (change->parent);
  self->subscribed = change->subscribed;
  self->only_empty = change->only_empty;
  self->content = change->content != NULL ? g_bytes_ref (change->content) : NULL;
  self->received = change->received;
  self->step = g_strdup (change->step);
  self->is_resumed = change->is_resumed;
  if (!tern_imap_apply_parse_step (self) ||
      (self->folder == NULL && self->kind != TERN_OPERATION_CREATE_FOLDER))
    return FALSE;

  switch (self->kind)
    {
    case TERN_OPERATION_FLAGS:
    case TERN_OPERATION_DELETE:
    case TERN_OPERATION_EXPUNGE:
      return take_messages (self, change);
    case TERN_OPERATION_MOVE:
    case TERN_OPERATION_COPY:
      return self->target != NULL && take_messages (self, change);
    case TERN_OPERATION_APPEND:
      if (change->message_ids != NULL && change->message_ids->len > 0)
        self->name = g_strdup (change->message_ids->pdata[0]);
      return self->content != NULL;
    case TERN_OPERATION_RENAME_FOLDER:
      self->below = copy_strings (change->messages);
      return self->name != NULL;
    case TERN_OPERATION_CREATE_FOLDER:
      return self->name != NULL;
    case TERN_OPERATION_DELETE_FOLDER:
    case TERN_OPERATION_SUBSCRIBE:
    case TERN_OPERATION_UNSUBSCRIBE:
      return TRUE;
    default:
      return FALSE;
    }
}

/* Does on the server what the user did, or the next step of it. The task returns a TernOutcome. */
void
tern_imap_apply_async (TernImapChannel *channel,
                       const TernRemoteChange *change,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (channel, cancellable, callback, user_data);
  TernImapApply *self = g_new0 (TernImapApply, 1);

  g_task_set_source_tag (task, tern_imap_apply_async);
  self->task = task;
  self->channel = channel;
  self->messages = g_array_new (FALSE, FALSE, sizeof (TernImapApplyMessage));
  g_array_set_clear_func (self->messages, clear_message);
  self->asked = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->sets = g_array_new (FALSE, FALSE, sizeof (TernImapApplySet));
  g_array_set_clear_func (self->sets, clear_set);
  self->counts = tern_imap_mailboxes_new ();
  self->outcome = tern_outcome_new ();
  g_task_set_task_data (task, self, apply_free);
  if (take_change (self, change))
    tern_imap_apply_start (self);
  else
    tern_imap_apply_fail (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_INVALID,
                                                     "a change that cannot be asked for"));
}
