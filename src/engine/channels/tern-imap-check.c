/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-channel-private.h"

#include "tern-error.h"
#include "tern-imap-convert.h"

typedef struct
{
  char **folders;
  TernImapLease *lease;
  TernImapMailboxes *mailboxes;
  gboolean is_repeated;
  guint pending;
  GError *error; /* the connection's, not a mailbox's */
} Check;

static void
check_free (gpointer data)
{
  Check *self = data;

  g_strfreev (self->folders);
  g_clear_pointer (&self->mailboxes, tern_imap_mailboxes_unref);
  g_clear_error (&self->error);
  g_free (self);
}

static void check_acquired_cb (GObject *object, GAsyncResult *result, gpointer user_data);

static void
finish (GTask *task)
{
  Check *check = g_task_get_task_data (task);
  TernImapLease *lease = g_steal_pointer (&check->lease);
  gboolean repeat = check->error != NULL && !check->is_repeated &&
                    tern_imap_lease_can_repeat (lease, check->error);

  tern_imap_channel_release (lease);
  if (repeat)
    {
      g_clear_error (&check->error);
      check->is_repeated = TRUE;
      tern_imap_channel_acquire_async (g_task_get_source_object (task), TERN_IMAP_USE_ANY, NULL,
                                       g_task_get_cancellable (task), check_acquired_cb,
                                       g_object_ref (task));
    }
  else if (check->error != NULL)
    g_task_return_error (task, g_steal_pointer (&check->error));
  else
    g_task_return_pointer (task, tern_imap_convert_checked (check->mailboxes),
                           (GDestroyNotify) g_ptr_array_unref);
}

static void
status_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Check *check = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  /* That one mailbox cannot be told of costs that mailbox only. */
  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    {
      g_debug ("no counts: %s", error->message);
      if (check->error == NULL && (!tern_imap_session_is_alive (TERN_IMAP_SESSION (object)) ||
                                   g_error_matches (error, TERN_ERROR, TERN_ERROR_BUSY) ||
                                   g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)))
        check->error = g_steal_pointer (&error);
    }
  if (--check->pending == 0)
    finish (task);
}

static void
check_acquired_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Check *check = g_task_get_task_data (task);
  GError *error = NULL;

  check->lease = tern_imap_channel_acquire_finish (TERN_IMAP_CHANNEL (object), result, &error);
  if (check->lease == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_clear_pointer (&check->mailboxes, tern_imap_mailboxes_unref);
  check->mailboxes = tern_imap_mailboxes_new ();
  check->pending = 1;
  for (guint i = 0; check->folders[i] != NULL; i++)
    {
      check->pending++;
      tern_imap_mailbox_status_async (check->lease->session, check->mailboxes, check->folders[i],
                                      g_task_get_cancellable (task), status_cb,
                                      g_object_ref (task));
    }
  if (--check->pending == 0)
    finish (task);
}

/* Asks for the state of folders, all in one flight; finish with g_task_propagate_pointer(). */
void
tern_imap_check_async (TernImapChannel *self,
                       const char *const *folders,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Check *check = g_new0 (Check, 1);

  g_task_set_source_tag (task, tern_imap_check_async);
  check->folders = g_strdupv ((char **) folders);
  g_task_set_task_data (task, check, check_free);
  tern_imap_channel_acquire_async (self, TERN_IMAP_USE_ANY, NULL, cancellable, check_acquired_cb,
                                   task);
}
