/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-watch-private.h"

#include "tern-imap-channel-private.h"

/* Which folder is watched by which connection. */

/* The one of @watched (TernImapWatched) that is about @folder; NULL for none. */
TernImapWatched *
tern_imap_watch_find (GPtrArray *watched, const char *folder)
{
  for (guint i = 0; i < watched->len; i++)
    if (g_strcmp0 (((TernImapWatched *) watched->pdata[i])->folder, folder) == 0)
      return watched->pdata[i];
  return NULL;
}

/* The server told of something in the mailbox that @session has selected. */
void
tern_imap_watch_take_news (TernImapChannel *self, TernImapSession *session)
{
  TernImapWatched *watched =
      tern_imap_watch_find (self->watched, tern_imap_session_get_selected (session)->name);

  if (watched != NULL)
    tern_imap_watched_tell (watched);
}

/* --- IDLE --- */

/* Whether IDLE is of use with a server, as far as is known. */
gboolean
tern_imap_watch_can_idle (TernImapChannel *self, TernImapSession *session)
{
  return !self->has_no_idle && tern_imap_session_has (session, "IDLE");
}

static void
idle_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapSlot *slot = user_data;
  g_autoptr (TernImapChannel) self = slot->channel; /* the command's reference */
  TernImapSession *session = TERN_IMAP_SESSION (object);
  g_autoptr (GError) error = NULL;

  slot->idles--;
  if (tern_imap_command_finish (session, result, &error))
    self->has_idled = TRUE;
  else if (tern_imap_session_is_alive (session) ||
           (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) && !self->has_idled))
    {
      g_message ("The server's IDLE is done without: %s", error->message);
      self->has_no_idle = TRUE;
    }
  else if (slot->watched != NULL && !self->is_closed && !self->is_suspended)
    tern_imap_watched_tell (slot->watched); /* whatever happened meanwhile went unseen */
  if (slot->idles == 0)
    tern_imap_slot_end_watch (slot);
  tern_imap_watch_update (self);
}

static void
start_idle (TernImapSlot *slot)
{
  g_object_ref (slot->channel); /* until idle_cb */
  slot->idles++;
  tern_imap_idle_async (slot->session, idle_cb, slot);
}

/* Servers log out who says nothing for 30 minutes (RFC 9051 section 5.4). */
static gboolean
renew_cb (gpointer user_data)
{
  TernImapSlot *slot = user_data;

  tern_imap_watch_clear_source (&slot->renewal);
  if (slot->leases == 0 && slot->idles > 0 && tern_imap_slot_is_alive (slot))
    {
      start_idle (slot);
      tern_imap_watch_start_timer (
          &slot->renewal, tern_imap_watch_jitter (slot->channel->timing.renew), renew_cb, slot);
    }
  return G_SOURCE_REMOVE;
}

/* The connection idles for a folder from now on. */
void
tern_imap_slot_begin_watch (TernImapSlot *slot, TernImapWatched *watched)
{
  slot->watched = watched;
  start_idle (slot);
  tern_imap_watch_start_timer (&slot->renewal, tern_imap_watch_jitter (slot->channel->timing.renew),
                               renew_cb, slot);
}

/* The connection watches its folder no longer; where it idles still, the next command ends that. */
void
tern_imap_slot_end_watch (TernImapSlot *slot)
{
  tern_imap_watch_clear_source (&slot->renewal);
  slot->watched = NULL;
}

static gboolean
is_free (const TernImapSlot *slot)
{
  return slot->leases == 0 && slot->connecting == NULL && tern_imap_slot_is_alive (slot);
}

/* A connection that has the folder selected and that nobody uses; NULL for none. */
TernImapSlot *
tern_imap_watch_find_free (TernImapChannel *self, const char *folder)
{
  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    if (is_free (&self->slots[i]) &&
        g_strcmp0 (tern_imap_session_get_selected (self->slots[i].session)->name, folder) == 0)
      return &self->slots[i];
  return NULL;
}

static TernImapSlot *
find_watching (TernImapChannel *self, TernImapWatched *watched)
{
  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    if (self->slots[i].watched == watched)
      return &self->slots[i];
  return NULL;
}

/* --- The wish --- */

/* Somebody works in the folder, and leaves a connection that has it selected. */
static gboolean
is_in_use (TernImapChannel *self, const char *folder)
{
  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    if (self->slots[i].users > 0 && g_strcmp0 (self->slots[i].folder, folder) == 0)
      return TRUE;
  return FALSE;
}

/* Whether a folder is to be told of by a connection of its own: half of them at most. */
static gboolean
wants_idle (TernImapChannel *self, guint rank)
{
  if (self->has_no_idle || rank >= MAX (1, tern_imap_channel_get_limit (self) / 2))
    return FALSE;
  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    if (tern_imap_slot_is_alive (&self->slots[i]))
      return tern_imap_watch_can_idle (self, self->slots[i].session);
  return TRUE;
}

static void
update_one (TernImapChannel *self, guint rank)
{
  TernImapWatched *watched = self->watched->pdata[rank];
  guint interval = rank == 0 ? self->timing.poll_first : self->timing.poll_others;
  TernImapSlot *slot;

  if (find_watching (self, watched) != NULL)
    return;
  if (!wants_idle (self, rank))
    {
      tern_imap_watched_look_later (watched, interval * (watched->quiet + 1));
      return;
    }
  if (is_in_use (self, watched->folder))
    {
      tern_imap_watch_clear_source (&watched->looking);
      return;
    }
  slot = tern_imap_watch_find_free (self, watched->folder);
  if (slot == NULL || slot->idles > 0)
    {
      tern_imap_watched_look_later (watched, self->timing.settle);
      return;
    }
  tern_imap_watched_look_no_more (watched);
  tern_imap_watch_ask_notify (slot, watched);
  tern_imap_slot_begin_watch (slot, watched);
}

/* Sees to it that all watched folders are, as far as there are connections; called whenever one of
 * them got free, or was lost. */
void
tern_imap_watch_update (TernImapChannel *self)
{
  if (self->is_closed || self->is_suspended || self->asks_notify ||
      tern_imap_watch_by_notify (self))
    return;
  for (guint i = 0; i < self->watched->len && !self->asks_notify; i++)
    update_one (self, i);
}

/* Does nothing by itself any more, until tern_imap_watch_resume(). */
void
tern_imap_watch_pause (TernImapChannel *self)
{
  for (guint i = 0; i < self->watched->len; i++)
    {
      TernImapWatched *watched = self->watched->pdata[i];

      tern_imap_watch_clear_source (&watched->looking);
      tern_imap_watch_clear_source (&watched->telling);
    }
  g_ptr_array_set_size (self->heard, 0);
}

/* Goes on at once, whatever failed before. What happened meanwhile in the folder that matters most
 * is asked for without looking first. */
void
tern_imap_watch_resume (TernImapChannel *self)
{
  for (guint i = 0; i < self->watched->len; i++)
    {
      TernImapWatched *watched = self->watched->pdata[i];

      tern_imap_watched_look_no_more (watched);
    }
  if (self->watched->len > 0)
    tern_imap_watched_tell (self->watched->pdata[0]);
  tern_imap_watch_update (self);
}

/* Watches these folders, what matters most first, instead of those before. */
void
tern_imap_watch_set (TernImapChannel *self, const char *const *folders)
{
  g_autoptr (GPtrArray) old = self->watched;

  self->watched = g_ptr_array_new_with_free_func (tern_imap_watched_drop);
  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    {
      TernImapWatched *watched = NULL;

      for (guint k = 0; k < old->len && watched == NULL; k++)
        if (g_strcmp0 (((TernImapWatched *) old->pdata[k])->folder, folders[i]) == 0)
          watched = g_ptr_array_steal_index (old, k);
      if (watched == NULL && tern_imap_watch_find (self->watched, folders[i]) == NULL)
        watched = tern_imap_watched_new (self, folders[i]);
      if (watched != NULL)
        g_ptr_array_add (self->watched, watched);
    }
  if (self->watched->len == 0)
    g_ptr_array_set_size (self->heard, 0);
  tern_imap_watch_update (self);
}
