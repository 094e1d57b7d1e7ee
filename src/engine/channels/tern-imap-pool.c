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

static const Request *
get_request (GTask *task)
{
  return g_task_get_task_data (task);
}

static gboolean
is_sync (TernImapUse use)
{
  return use == TERN_IMAP_USE_SYNC || use == TERN_IMAP_USE_BACKGROUND_SYNC;
}

static gboolean
is_background (TernImapUse use)
{
  return use >= TERN_IMAP_USE_BACKGROUND;
}

static gboolean
has_selected (const TernImapSlot *slot, const char *folder)
{
  return tern_imap_slot_is_alive (slot) &&
         g_strcmp0 (tern_imap_session_get_selected (slot->session)->name, folder) == 0;
}

/* --- Which connection a request gets --- */

/* How well a slot suits a request; 0 where it must wait. */
enum
{
  RATE_NO,
  RATE_BEHIND_OTHERS, /* the last resort */
  RATE_NEW,
  RATE_WATCHING,
  RATE_CONNECTING,
  RATE_READY,
  RATE_FOREGROUND,
  RATE_SELECTED,
  RATE_SHARED,
};

static guint
rate_without_mailbox (const TernImapSlot *slot)
{
  if (slot->connecting != NULL)
    return RATE_CONNECTING;
  if (!tern_imap_slot_is_alive (slot))
    return RATE_NEW;
  return slot->has_sync || slot->background > 0 ? RATE_BEHIND_OTHERS : RATE_READY;
}

/* Somebody else has selected a mailbox there. What the user waits for shares a connection with
 * background work only where it cannot have another one. */
static guint
rate_in_use (const TernImapSlot *slot, const Request *request)
{
  if (is_sync (request->use) || slot->has_sync || g_strcmp0 (slot->folder, request->folder) != 0)
    return RATE_NO;
  if (is_background (request->use))
    return slot->background == slot->users ? RATE_SHARED : RATE_NO;
  return slot->background == 0 ? RATE_SHARED : RATE_BEHIND_OTHERS;
}

/* Background work leaves the foreground connection alone, and room for one. */
static gboolean
is_reserved (TernImapChannel *self, const TernImapSlot *slot)
{
  guint limit = tern_imap_channel_get_limit (self), busy = 0;

  if (limit == 1)
    return FALSE;
  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    busy += self->slots[i].background > 0 ? 1 : 0;
  return slot == self->foreground || busy + 1 >= limit;
}

static guint
rate_slot (TernImapChannel *self,
           const TernImapSlot *slot,
           const Request *request,
           gboolean has_room)
{
  if (slot->connecting != NULL && g_cancellable_is_cancelled (slot->connecting))
    return RATE_NO; /* being given up */
  if (!tern_imap_slot_is_open (slot) &&
      (!has_room || tern_imap_channel_count_open (self) >= tern_imap_channel_get_limit (self)))
    return RATE_NO;
  if (request->use == TERN_IMAP_USE_ANY)
    return rate_without_mailbox (slot);
  if (slot->users > 0)
    return rate_in_use (slot, request);
  if (is_background (request->use) && is_reserved (self, slot))
    return RATE_NO;
  if (has_selected (slot, request->folder))
    return RATE_SELECTED;
  if (slot->connecting != NULL)
    return RATE_CONNECTING;
  if (!tern_imap_slot_is_alive (slot))
    return RATE_NEW;
  if (slot->watched != NULL)
    return is_background (request->use) ? RATE_BEHIND_OTHERS : RATE_WATCHING;
  return slot == self->foreground ? RATE_FOREGROUND : RATE_READY;
}

static TernImapSlot *
choose_best (TernImapChannel *self, const Request *request, gboolean has_room)
{
  TernImapSlot *best = NULL;
  guint best_rating = RATE_NO;

  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    {
      guint rating = rate_slot (self, &self->slots[i], request, has_room);

      if (rating > best_rating)
        {
          best = &self->slots[i];
          best_rating = rating;
        }
    }
  return best;
}

static TernImapSlot *
choose_slot (TernImapChannel *self, const Request *request)
{
  TernImapSlot *slot = choose_best (self, request, TRUE);

  if (slot == NULL || tern_imap_slot_is_open (slot) || self->budget == NULL ||
      tern_imap_budget_make_room (self->budget, self, request->use != TERN_IMAP_USE_WATCH))
    return slot;
  return choose_best (self, request, FALSE);
}

/* --- Giving and taking back --- */

static void
count_user (TernImapSlot *slot, const Request *request)
{
  slot->leases++;
  if (request->use == TERN_IMAP_USE_ANY)
    return;
  if (slot->users++ == 0)
    {
      g_free (slot->folder);
      slot->folder = g_strdup (request->folder);
    }
  slot->background += is_background (request->use) ? 1 : 0;
  slot->has_sync = slot->has_sync || is_sync (request->use);
  if (!is_background (request->use))
    slot->channel->foreground = slot;
}

static void
uncount_user (TernImapSlot *slot, TernImapUse use)
{
  slot->leases--;
  if (use == TERN_IMAP_USE_ANY)
    return;
  slot->users--;
  slot->background -= is_background (use) ? 1 : 0;
  if (is_sync (use))
    slot->has_sync = FALSE;
}

static void
lease_free (gpointer data)
{
  tern_imap_channel_release (data);
}

static void
grant (TernImapSlot *slot, GTask *task, gboolean is_fresh)
{
  TernImapLease *lease = g_new0 (TernImapLease, 1);

  lease->session = g_object_ref (slot->session);
  lease->is_fresh = is_fresh;
  lease->slot = slot;
  lease->use = get_request (task)->use;
  g_object_ref (slot->channel);               /* until the lease's release */
  if (lease->use == TERN_IMAP_USE_BACKGROUND) /* letters */
    tern_imap_lease_begin_bulk (lease);
  g_task_return_pointer (task, lease, lease_free);
}

static void
add_waiting (TernImapChannel *self, GTask *task)
{
  GList *l = self->waiting.head;

  while (l != NULL && get_request (l->data)->use <= get_request (task)->use)
    l = l->next;
  g_queue_insert_before (&self->waiting, l, task);
}

/* A slot's connection was made, or was not: @assigned (GTask) waited for it. Without an error they
 * are to wait for another one. */
void
tern_imap_channel_connected (TernImapSlot *slot, GPtrArray *assigned, const GError *error)
{
  TernImapChannel *self = slot->channel;

  for (guint i = 0; i < assigned->len; i++)
    {
      GTask *task = assigned->pdata[i];

      if (tern_imap_slot_is_alive (slot))
        {
          grant (slot, task, TRUE);
          continue;
        }
      uncount_user (slot, get_request (task)->use);
      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        add_waiting (self, g_object_ref (task));
    }
  tern_imap_channel_serve_waiting (self);
}

static void
assign (TernImapChannel *self, TernImapSlot *slot, GTask *task)
{
  count_user (slot, get_request (task));
  if (tern_imap_slot_is_alive (slot))
    {
      grant (slot, task, FALSE);
      g_object_unref (task);
      return;
    }
  g_ptr_array_add (slot->assigned, task);
  if (slot->connecting == NULL)
    tern_imap_slot_connect (slot);
}

/* Gives those who wait a connection, as far as there are. */
void
tern_imap_channel_serve_waiting (TernImapChannel *self)
{
  for (GList *l = self->waiting.head, *next; l != NULL; l = next)
    {
      GTask *task = l->data;
      TernImapSlot *slot = choose_slot (self, get_request (task));

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

  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS && !is_waiting; i++)
    {
      TernImapSlot *slot = &self->slots[i];
      guint index;

      if (!g_ptr_array_find (slot->assigned, task, &index))
        continue;
      is_waiting = TRUE;
      g_ptr_array_steal_index (slot->assigned, index);
      uncount_user (slot, get_request (task)->use);
      if (slot->assigned->len == 0 && slot->connecting != NULL)
        g_cancellable_cancel (slot->connecting);
    }
  if (!is_waiting)
    return G_SOURCE_REMOVE;
  g_task_return_error_if_cancelled (task);
  g_object_unref (task); /* the place's reference */
  tern_imap_channel_serve_waiting (self);
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
  if (self->is_suspended && is_background (use)) /* the user's own click is tried all the same */
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE,
                               "there is no network, or the computer is about to sleep");
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
  add_waiting (self, task);
  tern_imap_channel_serve_waiting (self);
}

/* Returns the right to use a session, to be released. */
TernImapLease *
tern_imap_channel_acquire_finish (TernImapChannel *self, GAsyncResult *result, GError **error)
{
  TernImapLease *lease = g_task_propagate_pointer (G_TASK (result), error);
  gint64 silent = self->timing.silent * G_TIME_SPAN_MILLISECOND;

  if (lease != NULL && !lease->is_fresh && tern_imap_session_get_silence (lease->session) > silent)
    tern_imap_session_ask_life (lease->session);
  return lease;
}

/* Gives the connection back, with all that is still on the way over it. */
void
tern_imap_channel_release (TernImapLease *lease)
{
  g_autoptr (TernImapChannel) self = lease->slot->channel; /* the lease's reference */
  TernImapSlot *slot = lease->slot;

  uncount_user (slot, lease->use);
  g_object_unref (lease->session);
  g_free (lease);
  tern_imap_channel_serve_waiting (self);
  if (slot->leases == 0)
    tern_imap_slot_rest (slot);
}

/* Whether what failed may be tried once more: the connection had grown old and was found dead, or
 * it was given away ahead of a sign-in for which there is another way, or an extension is done
 * without from now on. Nothing is begun anew while the computer is about to sleep. */
gboolean
tern_imap_lease_can_repeat (const TernImapLease *lease, const GError *error)
{
  if (tern_imap_session_is_alive (lease->session) || lease->slot->channel->is_suspended)
    return FALSE;
  if (tern_imap_session_get_fault (lease->session) != NULL ||
      tern_imap_connect_has_other_way (lease->slot->channel, lease->session, error))
    return TRUE;
  return !lease->is_fresh &&
         (tern_error_is_transport (error) || g_error_matches (error, TERN_ERROR, TERN_ERROR_BUSY));
}

/* Whether something waits that comes before the lease's use: long work gives the connection back
 * between two of its steps then, and asks for it anew. */
gboolean
tern_imap_lease_is_wanted (const TernImapLease *lease)
{
  GTask *first = g_queue_peek_head (&lease->slot->channel->waiting);

  return first != NULL && get_request (first)->use < lease->use;
}

/* Whether the account has no other connection than the lease's, nor can have one. */
gboolean
tern_imap_lease_is_alone (const TernImapLease *lease)
{
  return tern_imap_channel_get_limit (lease->slot->channel) == 1;
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
  tern_imap_watch_set (self, NULL);
  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    tern_imap_slot_close (&self->slots[i]);
  if (self->idle_source != NULL)
    g_source_destroy (self->idle_source);
  g_clear_pointer (&self->idle_source, g_source_unref);
}
