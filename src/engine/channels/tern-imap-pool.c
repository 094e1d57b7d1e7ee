/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-channel-private.h"

#include "tern-error.h"

typedef struct
{
  TernImapUse use;
  char *folder;
} Request;

static void
request_free (gpointer data)
{
  Request *self = data;

  g_free (self->folder);
  g_free (self);
}

static gboolean
is_alive (const TernImapSlot *slot)
{
  return slot->session != NULL && tern_imap_session_is_alive (slot->session);
}

static gboolean
has_selected (const TernImapSlot *slot, const char *folder)
{
  return is_alive (slot) &&
         g_strcmp0 (tern_imap_session_get_selected (slot->session)->name, folder) == 0;
}

/* How well a slot suits a request; 0 where it must wait. A sync leaves the other slot to the user,
 * and nothing that selects a mailbox joins it. */
static guint
rate_slot (const TernImapSlot *slot, const Request *request, gboolean any_sync)
{
  guint rating = 1;

  if (request->use == TERN_IMAP_USE_SYNC && any_sync)
    return 0;
  if (slot->connecting != NULL && g_cancellable_is_cancelled (slot->connecting))
    return 0; /* being given up */
  if (request->use != TERN_IMAP_USE_ANY && slot->users > 0 &&
      (request->use == TERN_IMAP_USE_SYNC || slot->has_sync ||
       g_strcmp0 (slot->folder, request->folder) != 0))
    return 0;
  if (slot->connecting != NULL)
    rating = 2;
  else if (is_alive (slot))
    rating = 3;
  if (request->use != TERN_IMAP_USE_ANY && has_selected (slot, request->folder))
    rating += 2;
  else if (request->use == TERN_IMAP_USE_USER && rating > 1 && slot->users > 0)
    rating += 1; /* asks for the same folder */
  return rating;
}

static TernImapSlot *
choose_slot (TernImapChannel *self, const Request *request)
{
  TernImapSlot *best = NULL;
  guint best_rating = 0;
  gboolean any_sync = FALSE;

  for (guint i = 0; i < TERN_IMAP_CONNECTIONS; i++)
    any_sync = any_sync || self->slots[i].has_sync;
  for (guint i = 0; i < TERN_IMAP_CONNECTIONS; i++)
    {
      guint rating = rate_slot (&self->slots[i], request, any_sync);

      if (rating > best_rating)
        {
          best = &self->slots[i];
          best_rating = rating;
        }
    }
  return best;
}

static void
count_user (TernImapSlot *slot, const Request *request)
{
  if (request->use == TERN_IMAP_USE_ANY)
    return;
  if (slot->users++ == 0)
    {
      g_free (slot->folder);
      slot->folder = g_strdup (request->folder);
    }
  slot->has_sync = slot->has_sync || request->use == TERN_IMAP_USE_SYNC;
}

static void
uncount_user (TernImapSlot *slot, TernImapUse use)
{
  if (use == TERN_IMAP_USE_ANY)
    return;
  slot->users--;
  if (use == TERN_IMAP_USE_SYNC)
    slot->has_sync = FALSE;
}

static void serve_waiting (TernImapChannel *self);

static void
lease_free (gpointer data)
{
  tern_imap_channel_release (data);
}

static void
grant (TernImapSlot *slot, GTask *task, gboolean is_fresh)
{
  const Request *request = g_task_get_task_data (task);
  TernImapLease *lease = g_new0 (TernImapLease, 1);

  lease->session = g_object_ref (slot->session);
  lease->is_fresh = is_fresh;
  lease->slot = slot;
  lease->use = request->use;
  g_object_ref (slot->channel); /* until the lease's release */
  g_task_return_pointer (task, lease, lease_free);
}

static void
connect_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapSlot *slot = user_data;
  g_autoptr (TernImapChannel) self = g_object_ref (TERN_IMAP_CHANNEL (object));
  g_autoptr (GPtrArray) assigned = slot->assigned;
  g_autoptr (GError) error = NULL;
  TernImapSession *session = tern_imap_connect_finish (self, result, &error);

  slot->assigned = g_ptr_array_new_with_free_func (g_object_unref);
  g_clear_object (&slot->connecting);
  if (session != NULL && self->is_closed)
    {
      tern_imap_session_close (session);
      g_clear_object (&session);
    }
  if (session != NULL)
    {
      slot->session = session;
      g_signal_emit_by_name (self, "connected", self->route);
    }
  for (guint i = 0; i < assigned->len; i++)
    {
      GTask *task = assigned->pdata[i];
      const Request *request = g_task_get_task_data (task);

      if (session != NULL && is_alive (slot))
        {
          grant (slot, task, TRUE);
          continue;
        }
      uncount_user (slot, request->use);
      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "the connection is closed");
    }
  serve_waiting (self);
}

static void
assign (TernImapChannel *self, TernImapSlot *slot, GTask *task)
{
  count_user (slot, g_task_get_task_data (task));
  if (is_alive (slot))
    {
      grant (slot, task, FALSE);
      g_object_unref (task);
      return;
    }
  g_ptr_array_add (slot->assigned, task);
  if (slot->connecting == NULL)
    {
      if (slot->session != NULL)
        tern_imap_session_close (slot->session);
      g_clear_object (&slot->session);
      slot->connecting = g_cancellable_new ();
      tern_imap_connect_async (self, slot->connecting, connect_cb, slot);
    }
}

static void
serve_waiting (TernImapChannel *self)
{
  for (GList *l = self->waiting.head, *next; l != NULL; l = next)
    {
      GTask *task = l->data;
      TernImapSlot *slot = choose_slot (self, g_task_get_task_data (task));

      next = l->next;
      if (slot == NULL)
        continue;
      g_queue_delete_link (&self->waiting, l);
      assign (self, slot, task);
    }
}

/* A cancelled request gives up its place; a connection that nobody waits for is given up too. */
static gboolean
request_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (G_TASK (user_data));
  g_autoptr (TernImapChannel) self = g_object_ref (g_task_get_source_object (task));
  gboolean is_waiting = g_queue_remove (&self->waiting, task);

  for (guint i = 0; i < TERN_IMAP_CONNECTIONS && !is_waiting; i++)
    {
      TernImapSlot *slot = &self->slots[i];
      guint index;

      if (!g_ptr_array_find (slot->assigned, task, &index))
        continue;
      is_waiting = TRUE;
      g_ptr_array_steal_index (slot->assigned, index);
      uncount_user (slot, ((Request *) g_task_get_task_data (task))->use);
      if (slot->assigned->len == 0 && slot->connecting != NULL)
        g_cancellable_cancel (slot->connecting);
    }
  if (!is_waiting)
    return G_SOURCE_REMOVE;
  g_task_return_error_if_cancelled (task);
  g_object_unref (task); /* the place's reference */
  serve_waiting (self);
  return G_SOURCE_REMOVE;
}

static void
destroy_source (gpointer source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

/* Asks for a connection that suits @use, making one where none stands. */
void
tern_imap_channel_acquire_async (TernImapChannel *self,
                                 TernImapUse use,
                                 const char *folder,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);

  g_task_set_source_tag (task, tern_imap_channel_acquire_async);
  if (self->is_closed) /* what repeats itself must not sign in again */
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "the account is closed");
      g_object_unref (task);
      g_free (request);
      return;
    }
  request->use = use;
  request->folder = g_strdup (folder);
  g_task_set_task_data (task, request, request_free);
  if (cancellable != NULL)
    {
      GSource *source = g_cancellable_source_new (cancellable);

      g_source_set_callback (source, G_SOURCE_FUNC (request_cancelled), task, NULL);
      g_source_attach (source, g_main_context_get_thread_default ());
      g_object_set_data_full (G_OBJECT (task), "cancel-source", source, destroy_source);
    }
  g_queue_push_tail (&self->waiting, task);
  serve_waiting (self);
}

/* Returns the right to use a session, to be released. */
TernImapLease *
tern_imap_channel_acquire_finish (TernImapChannel *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Gives the connection back, with all that is still on the way over it. */
void
tern_imap_channel_release (TernImapLease *lease)
{
  g_autoptr (TernImapChannel) self = lease->slot->channel; /* the lease's reference */

  uncount_user (lease->slot, lease->use);
  g_object_unref (lease->session);
  g_free (lease);
  serve_waiting (self);
}

/* Whether what failed may be tried once more: the connection had grown old and was found dead. */
gboolean
tern_imap_lease_can_repeat (const TernImapLease *lease, const GError *error)
{
  return !lease->is_fresh && !tern_imap_session_is_alive (lease->session) &&
         (tern_error_is_transport (error) || g_error_matches (error, TERN_ERROR, TERN_ERROR_BUSY));
}

/* Gives up all connections and requests. */
void
tern_imap_channel_close_slots (TernImapChannel *self)
{
  GTask *task;

  while ((task = g_queue_pop_head (&self->waiting)) != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "the account is closed");
      g_object_unref (task);
    }
  for (guint i = 0; i < TERN_IMAP_CONNECTIONS; i++)
    {
      TernImapSlot *slot = &self->slots[i];

      if (slot->connecting != NULL)
        g_cancellable_cancel (slot->connecting);
      if (slot->session != NULL)
        {
          g_free (self->capabilities);
          self->capabilities = tern_imap_session_dup_capabilities (slot->session);
          tern_imap_session_close (slot->session);
        }
      g_clear_object (&slot->session);
    }
}
