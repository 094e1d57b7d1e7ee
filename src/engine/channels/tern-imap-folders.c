/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-channel-private.h"

#include <string.h>

#include "tern-imap-convert.h"

typedef struct
{
  TernImapLease *lease;
  TernImapMailboxes *mailboxes;
  gboolean is_repeated;
  guint pending; /* commands of this flight */
  GError *error;
} Listing;

static void
listing_free (gpointer data)
{
  Listing *self = data;

  g_clear_pointer (&self->mailboxes, tern_imap_mailboxes_unref);
  g_clear_error (&self->error);
  g_free (self);
}

static void list_acquired_cb (GObject *object, GAsyncResult *result, gpointer user_data);

static void
remember_trash (TernImapChannel *self, GPtrArray *folders)
{
  g_clear_pointer (&self->trash, g_free);
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i);

      if (folder->role == TERN_FOLDER_ROLE_TRASH)
        self->trash = g_strdup (folder->remote_id);
    }
}

static void
finish (GTask *task)
{
  TernImapChannel *self = g_task_get_source_object (task);
  Listing *listing = g_task_get_task_data (task);
  TernImapLease *lease = g_steal_pointer (&listing->lease);

  if (listing->error != NULL && !listing->is_repeated &&
      tern_imap_lease_can_repeat (lease, listing->error))
    {
      g_clear_error (&listing->error);
      listing->is_repeated = TRUE;
      tern_imap_channel_release (lease);
      tern_imap_channel_acquire_async (self, TERN_IMAP_USE_ANY, NULL, g_task_get_cancellable (task),
                                       list_acquired_cb, g_object_ref (task));
      return;
    }
  tern_imap_channel_release (lease);
  if (listing->error != NULL)
    g_task_return_error (task, g_steal_pointer (&listing->error));
  else
    {
      GPtrArray *folders = tern_imap_convert_folders (listing->mailboxes, self->namespaces);

      remember_trash (self, folders);
      g_task_return_pointer (task, folders, (GDestroyNotify) g_ptr_array_unref);
    }
}

static void
more_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Listing *listing = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    g_debug ("a namespace is not listed: %s", error->message);
  if (--listing->pending == 0)
    finish (task);
}

static gboolean
is_listed (TernImapMailboxes *mailboxes, const char *prefix)
{
  GPtrArray *all = tern_imap_mailboxes_get_all (mailboxes);

  for (guint i = 0; i < all->len; i++)
    if (g_ascii_strncasecmp (((TernImapMailbox *) all->pdata[i])->name, prefix, strlen (prefix)) ==
        0)
      return TRUE;
  return FALSE;
}

/* Some servers list with "*" the user's own mailboxes only. */
static void
list_more (GTask *task)
{
  TernImapChannel *self = g_task_get_source_object (task);
  Listing *listing = g_task_get_task_data (task);

  listing->pending = 1;
  for (guint i = 0; self->namespaces != NULL && i < self->namespaces->len; i++)
    {
      const TernImapNamespace *one = &g_array_index (self->namespaces, TernImapNamespace, i);
      g_autofree char *pattern = g_strconcat (one->prefix, "*", NULL);

      if (*one->prefix == '\0' || is_listed (listing->mailboxes, one->prefix))
        continue;
      listing->pending++;
      tern_imap_list_async (listing->lease->session, listing->mailboxes, pattern,
                            g_task_get_cancellable (task), more_cb, g_object_ref (task));
    }
  if (--listing->pending == 0)
    finish (task);
}

static void
end_first_flight (GTask *task)
{
  Listing *listing = g_task_get_task_data (task);

  if (--listing->pending > 0)
    return;
  if (listing->error != NULL)
    finish (task);
  else
    list_more (task);
}

static void
list_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Listing *listing = g_task_get_task_data (task);

  tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &listing->error);
  end_first_flight (task);
}

static void
namespace_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  TernImapChannel *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  GArray *namespaces = tern_imap_namespace_finish (TERN_IMAP_SESSION (object), result, &error);

  if (namespaces != NULL)
    {
      g_clear_pointer (&self->namespaces, g_array_unref);
      self->namespaces = namespaces;
    }
  else
    g_debug ("no namespaces: %s", error->message);
  end_first_flight (task);
}

static void
inbox_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    tern_imap_session_offer_selection (TERN_IMAP_SESSION (object));
  else
    g_debug ("INBOX is not opened beforehand: %s", error->message);
}

static void
list_acquired_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  TernImapChannel *self = TERN_IMAP_CHANNEL (object);
  Listing *listing = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;

  listing->lease = tern_imap_channel_acquire_finish (self, result, &error);
  if (listing->lease == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_clear_pointer (&listing->mailboxes, tern_imap_mailboxes_unref);
  listing->mailboxes = tern_imap_mailboxes_new ();
  listing->pending = 1;
  if (self->namespaces == NULL && tern_imap_session_has (listing->lease->session, "NAMESPACE"))
    {
      listing->pending++;
      tern_imap_namespace_async (listing->lease->session, cancellable, namespace_cb,
                                 g_object_ref (task));
    }
  tern_imap_list_async (listing->lease->session, listing->mailboxes, "*", cancellable, list_cb,
                        g_object_ref (task));
  /* On a new connection a sync of INBOX comes next, as a rule: its SELECT shares this flight. */
  if (listing->lease->is_fresh && listing->lease->slot->users == 0)
    tern_imap_select_async (listing->lease->session, "INBOX", NULL, inbox_cb, NULL);
}

/* Lists the account's folders with what is known of them, in one flight where the server lets us;
 * finish with g_task_propagate_pointer(). */
void
tern_imap_folders_async (TernImapChannel *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_imap_folders_async);
  g_task_set_task_data (task, g_new0 (Listing, 1), listing_free);
  tern_imap_channel_acquire_async (self, TERN_IMAP_USE_ANY, NULL, cancellable, list_acquired_cb,
                                   task);
}
