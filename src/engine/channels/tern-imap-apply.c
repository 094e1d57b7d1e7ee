/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-channel-private.h"

#include "tern-error.h"
#include "tern-imap-convert.h"

typedef struct
{
  TernOperationKind kind;
  char *folder;
  char *target;
  TernFlags set;
  TernFlags clear;
  guint32 uidvalidity;
  GArray *uids;    /* guint32 */
  GPtrArray *sets; /* utf8: what one command takes */
  guint next;      /* the set that is worked on */
  TernImapLease *lease;
  gboolean is_repeated;
  gboolean was_copied; /* doing it again would copy again */
  GHashTable *moved;
} Apply;

static void
apply_free (gpointer data)
{
  Apply *self = data;

  if (self->lease != NULL)
    tern_imap_channel_release (self->lease);
  g_free (self->folder);
  g_free (self->target);
  g_array_unref (self->uids);
  g_clear_pointer (&self->sets, g_ptr_array_unref);
  g_hash_table_unref (self->moved);
  g_free (self);
}

static void start (GTask *task);

static void
fail (GTask *task, GError *error)
{
  Apply *self = g_task_get_task_data (task);

  if (self->lease != NULL && !self->is_repeated && !self->was_copied &&
      tern_imap_lease_can_repeat (self->lease, error))
    {
      g_error_free (error);
      self->is_repeated = TRUE;
      tern_imap_channel_release (g_steal_pointer (&self->lease));
      start (task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static TernImapSession *
get_session (GTask *task)
{
  return ((Apply *) g_task_get_task_data (task))->lease->session;
}

static const char *
get_set (Apply *self)
{
  return self->sets->pdata[self->next];
}

static void work (GTask *task);

/* The present set is done. */
static void
step (GTask *task)
{
  Apply *self = g_task_get_task_data (task);

  self->next++;
  work (task);
}

static void
last_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  GError *error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    fail (task, error);
  else
    step (task);
}

/* Without UIDPLUS the message stays, marked as deleted: a bare EXPUNGE would remove what others
 * have marked. */
static void
marked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Apply *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    fail (task, error);
  else if (tern_imap_session_has (get_session (task), "UIDPLUS"))
    tern_imap_expunge_async (get_session (task), get_set (self), g_task_get_cancellable (task),
                             last_cb, task);
  else
    step (task);
}

static void
mark_deleted (GTask *task)
{
  Apply *self = g_task_get_task_data (task);

  tern_imap_store_async (get_session (task), get_set (self), "+FLAGS.SILENT", "\\Deleted",
                         g_task_get_cancellable (task), marked_cb, task);
}

/* A bare EXPUNGE would take what others struck out meanwhile. */
static void
expunge (GTask *task)
{
  Apply *self = g_task_get_task_data (task);

  if (tern_imap_session_has (get_session (task), "UIDPLUS"))
    tern_imap_expunge_async (get_session (task), get_set (self), g_task_get_cancellable (task),
                             last_cb, task);
  else
    fail (task, g_error_new_literal (TERN_ERROR, TERN_ERROR_UNSUPPORTED,
                                     "the server removes only all or nothing (no UIDPLUS)"));
}

static void
take_moved (Apply *self, const TernImapCopied *copied)
{
  for (guint i = 0; i < self->uids->len; i++)
    {
      guint32 uid = g_array_index (self->uids, guint32, i);
      guint32 target = tern_imap_copied_find (copied, uid);

      if (target != 0)
        g_hash_table_insert (self->moved, tern_imap_make_remote_id (self->uidvalidity, uid),
                             tern_imap_make_remote_id (copied->uidvalidity, target));
    }
}

static void
copied_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Apply *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (TernImapCopied) copied =
      tern_imap_copy_finish (TERN_IMAP_SESSION (object), result, &error);

  if (copied == NULL)
    {
      fail (task, error);
      return;
    }
  take_moved (self, copied);
  mark_deleted (task);
}

static void
moved_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (TernImapCopied) copied =
      tern_imap_copy_finish (TERN_IMAP_SESSION (object), result, &error);

  if (copied == NULL)
    {
      fail (task, error);
      return;
    }
  take_moved (g_task_get_task_data (task), copied);
  step (task);
}

static void
move (GTask *task)
{
  Apply *self = g_task_get_task_data (task);

  if (tern_imap_session_has (get_session (task), "MOVE"))
    tern_imap_move_async (get_session (task), get_set (self), self->target,
                          g_task_get_cancellable (task), moved_cb, task);
  else
    {
      self->was_copied = TRUE;
      tern_imap_copy_async (get_session (task), get_set (self), self->target,
                            g_task_get_cancellable (task), copied_cb, task);
    }
}

static void
set_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Apply *self = g_task_get_task_data (task);
  g_autofree char *clear = tern_imap_flags_to_wire (self->clear);
  GError *error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    fail (task, error);
  else if (*clear == '\0')
    step (task);
  else
    tern_imap_store_async (get_session (task), get_set (self), "-FLAGS.SILENT", clear,
                           g_task_get_cancellable (task), last_cb, task);
}

static void
change_flags (GTask *task)
{
  Apply *self = g_task_get_task_data (task);
  g_autofree char *set = tern_imap_flags_to_wire (self->set);
  g_autofree char *clear = tern_imap_flags_to_wire (self->clear);

  if (*set != '\0')
    tern_imap_store_async (get_session (task), get_set (self), "+FLAGS.SILENT", set,
                           g_task_get_cancellable (task), set_cb, task);
  else if (*clear != '\0')
    tern_imap_store_async (get_session (task), get_set (self), "-FLAGS.SILENT", clear,
                           g_task_get_cancellable (task), last_cb, task);
  else
    step (task);
}

static void
work (GTask *task)
{
  Apply *self = g_task_get_task_data (task);

  if (self->next >= self->sets->len)
    {
      g_task_return_pointer (task, g_hash_table_ref (self->moved),
                             (GDestroyNotify) g_hash_table_unref);
      g_object_unref (task);
      return;
    }
  switch (self->kind)
    {
    case TERN_OPERATION_FLAGS:
      change_flags (task);
      break;
    case TERN_OPERATION_MOVE:
      move (task);
      break;
    case TERN_OPERATION_DELETE:
      mark_deleted (task);
      break;
    case TERN_OPERATION_EXPUNGE:
      expunge (task);
      break;
    case TERN_OPERATION_COPY:
    case TERN_OPERATION_APPEND:
    case TERN_OPERATION_CREATE_FOLDER:
    case TERN_OPERATION_RENAME_FOLDER:
    case TERN_OPERATION_DELETE_FOLDER:
    case TERN_OPERATION_SUBSCRIBE:
    case TERN_OPERATION_UNSUBSCRIBE:
    default:
      g_assert_not_reached ();
    }
}

/* Only now is it known that the UIDs still mean the same messages. */
static void
begin_work (GTask *task)
{
  Apply *self = g_task_get_task_data (task);
  const TernImapSelected *selected = tern_imap_session_get_selected (get_session (task));

  if (selected->uidvalidity != self->uidvalidity)
    fail (task, g_error_new_literal (TERN_ERROR, TERN_ERROR_GONE,
                                     "the folder was numbered anew (UIDVALIDITY)"));
  else
    work (task);
}

static void
select_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  GError *error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    fail (task, error);
  else
    begin_work (task);
}

static void
acquired_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Apply *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->lease = tern_imap_channel_acquire_finish (TERN_IMAP_CHANNEL (object), result, &error);
  if (self->lease == NULL)
    fail (task, error);
  else if (g_strcmp0 (tern_imap_session_get_selected (get_session (task))->name, self->folder) == 0)
    begin_work (task);
  else
    tern_imap_select_async (get_session (task), self->folder, g_task_get_cancellable (task),
                            select_cb, task);
}

static void
start (GTask *task)
{
  Apply *self = g_task_get_task_data (task);

  tern_imap_channel_acquire_async (g_task_get_source_object (task), TERN_IMAP_USE_USER,
                                   self->folder, g_task_get_cancellable (task), acquired_cb, task);
}

/* Takes the messages' UIDs, which must be of one UIDVALIDITY. */
static gboolean
take_messages (Apply *self, GPtrArray *messages)
{
  for (guint i = 0; i < messages->len; i++)
    {
      guint32 uidvalidity, uid;

      if (!tern_imap_parse_remote_id (messages->pdata[i], &uidvalidity, &uid) ||
          (i > 0 && uidvalidity != self->uidvalidity))
        return FALSE;
      self->uidvalidity = uidvalidity;
      g_array_append_val (self->uids, uid);
    }
  return messages->len > 0;
}

/* Does on the server what the user did. The task returns a table of old and new remote ids. */
void
tern_imap_apply_async (TernImapChannel *channel,
                       const TernRemoteChange *change,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (channel, cancellable, callback, user_data);
  Apply *self = g_new0 (Apply, 1);

  g_task_set_source_tag (task, tern_imap_apply_async);
  self->kind = change->kind;
  self->folder = g_strdup (change->folder);
  self->target = g_strdup (change->target);
  self->set = change->set;
  self->clear = change->clear;
  self->uids = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->moved = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_task_set_task_data (task, self, apply_free);
  if (!take_messages (self, change->messages) ||
      (self->kind == TERN_OPERATION_MOVE && self->target == NULL))
    {
      g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_INVALID,
                               "a change that cannot be asked for");
      g_object_unref (task);
      return;
    }
  self->sets = tern_imap_make_sets ((const guint32 *) (gpointer) self->uids->data, self->uids->len,
                                    TERN_IMAP_MAX_COMMAND / 2);
  start (task);
}
