/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-watch-private.h"

#include <string.h>

#include "tern-error.h"
#include "tern-imap-channel-private.h"

/* News of one folder are told no more often than this, however many come (ms). */
#define LONGEST_PAUSE 10000
/* A way that failed is tried again after so long, doubled each time (ms). */
#define RETRY_FIRST 15000
#define RETRY_MOST 600000
/* A folder in which nothing happens is asked about so many times more seldom, at most. */
#define LONGEST_QUIET 4

/* --- One folder --- */

static TernImapWatched *
watched_ref (TernImapWatched *self)
{
  return g_rc_box_acquire (self);
}

static void
watched_clear (gpointer data)
{
  TernImapWatched *self = data;

  g_free (self->folder);
}

static void
watched_unref (TernImapWatched *self)
{
  g_rc_box_release_full (self, watched_clear);
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* The folder is watched no longer; what is under way for it ends by itself. */
void
tern_imap_watched_drop (gpointer data)
{
  TernImapWatched *self = data;
  TernImapChannel *channel = self->channel;

  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    if (channel->slots[i].watched == self)
      tern_imap_slot_end_watch (&channel->slots[i]);
  clear_source (&self->looking);
  clear_source (&self->telling);
  self->channel = NULL;
  watched_unref (self);
}

/* A folder of a channel, before anything is done for it; to be given up by
 * tern_imap_watched_drop(). */
TernImapWatched *
tern_imap_watched_new (TernImapChannel *channel, const char *folder)
{
  TernImapWatched *self = g_rc_box_new0 (TernImapWatched);

  self->channel = channel;
  self->folder = g_strdup (folder);
  self->pause = channel->timing.coalesce;
  return self;
}

static void
start_timer (GSource **source, guint ms, GSourceFunc func, gpointer data)
{
  clear_source (source);
  *source = g_timeout_source_new (ms);
  g_source_set_callback (*source, func, data, NULL);
  g_source_attach (*source, g_main_context_get_thread_default ());
}

/* Some more or less, so that many clients, or many accounts, do not come all at once. */
static guint
jitter (guint ms)
{
  return ms - ms / 8 + (guint) g_random_int_range (0, (gint32) (ms / 8) + 1);
}

static gboolean
tell_cb (gpointer user_data)
{
  TernImapWatched *self = user_data;
  gint64 now = g_get_monotonic_time ();
  gboolean is_often = now - self->told_at < 4 * self->pause * G_TIME_SPAN_MILLISECOND;

  clear_source (&self->telling);
  self->pause = is_often ? MIN (self->pause * 2, LONGEST_PAUSE) : self->channel->timing.coalesce;
  self->told_at = now;
  self->quiet = 0;
  tern_channel_emit_changed (TERN_CHANNEL (self->channel), self->folder);
  return G_SOURCE_REMOVE;
}

/* Something happened: what else comes within a moment is told with it, and a folder in which much
 * happens is told of more seldom. */
void
tern_imap_watched_tell (TernImapWatched *self)
{
  gint64 since = (g_get_monotonic_time () - self->told_at) / G_TIME_SPAN_MILLISECOND;
  guint wait = self->channel->timing.coalesce;

  if (self->telling != NULL)
    return;
  if (since < self->pause)
    wait = MAX (wait, self->pause - (guint) since);
  start_timer (&self->telling, wait, tell_cb, self);
}

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

  clear_source (&slot->renewal);
  if (slot->leases == 0 && slot->idles > 0 && tern_imap_slot_is_alive (slot))
    {
      start_idle (slot);
      start_timer (&slot->renewal, jitter (slot->channel->timing.renew), renew_cb, slot);
    }
  return G_SOURCE_REMOVE;
}

/* The connection idles for a folder from now on. */
void
tern_imap_slot_begin_watch (TernImapSlot *slot, TernImapWatched *watched)
{
  slot->watched = watched;
  start_idle (slot);
  start_timer (&slot->renewal, jitter (slot->channel->timing.renew), renew_cb, slot);
}

/* The connection watches its folder no longer; where it idles still, the next command ends that. */
void
tern_imap_slot_end_watch (TernImapSlot *slot)
{
  clear_source (&slot->renewal);
  slot->watched = NULL;
}

static gboolean
is_free (const TernImapSlot *slot)
{
  return slot->leases == 0 && slot->connecting == NULL && tern_imap_slot_is_alive (slot);
}

static TernImapSlot *
find_free (TernImapChannel *self, const char *folder)
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

/* --- Looking, where nobody tells --- */

static gboolean
has_changed (TernImapWatched *self, const TernImapSelected *selected)
{
  const TernImapSeen seen = { selected->uidvalidity, selected->uidnext, selected->exists,
                              selected->highestmodseq };
  gboolean changed = memcmp (&seen, &self->seen, sizeof seen) != 0;

  self->seen = seen;
  return changed;
}

/* What will not change by itself is not tried again: a sign-in refused time after time locks the
 * account. */
static gboolean
is_final (const GError *error)
{
  return g_error_matches (error, TERN_ERROR, TERN_ERROR_AUTH) ||
         g_error_matches (error, TERN_ERROR, TERN_ERROR_CERTIFICATE) ||
         g_error_matches (error, TERN_ERROR, TERN_ERROR_GONE);
}

/* @error is nullable and taken over. A failure is news as well: whoever syncs the folder learns of
 * it. */
static void
end_look (TernImapWatched *self, GError *error)
{
  if (self->lease != NULL)
    tern_imap_channel_release (g_steal_pointer (&self->lease));
  self->is_looking = FALSE;
  self->failures = error == NULL ? 0 : self->failures + 1;
  self->has_given_up = is_final (error);
  if (self->channel != NULL && error != NULL)
    tern_imap_watched_tell (self);
  if (self->channel != NULL)
    tern_imap_watch_update (self->channel);
  g_clear_error (&error);
  watched_unref (self);
}

static void
noop_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error);
  end_look (user_data, error);
}

static void
select_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapWatched *self = user_data;
  TernImapSession *session = TERN_IMAP_SESSION (object);
  GError *error = NULL;

  if (tern_imap_command_finish (session, result, &error) &&
      has_changed (self, tern_imap_session_get_selected (session)) && self->channel != NULL)
    tern_imap_watched_tell (self);
  end_look (self, error);
}

static void
look_acquired_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapWatched *self = user_data;
  GError *error = NULL;
  TernImapSession *session;

  self->lease = tern_imap_channel_acquire_finish (TERN_IMAP_CHANNEL (object), result, &error);
  if (self->lease == NULL)
    {
      end_look (self, error);
      return;
    }
  session = self->lease->session;
  self->quiet = MIN (self->quiet + 1, LONGEST_QUIET - 1);
  if (g_strcmp0 (tern_imap_session_get_selected (session)->name, self->folder) == 0)
    tern_imap_noop_async (session, NULL, noop_cb, self);
  else
    tern_imap_select_async (session, self->folder, NULL, select_cb, self);
}

/* Asks the server, and leaves a connection that has the folder selected. */
static gboolean
look_cb (gpointer user_data)
{
  TernImapWatched *self = user_data;
  TernImapChannel *channel = self->channel;

  clear_source (&self->looking);
  self->is_looking = TRUE;
  tern_imap_channel_acquire_async (
      channel, find_free (channel, self->folder) != NULL ? TERN_IMAP_USE_USER : TERN_IMAP_USE_WATCH,
      self->folder, NULL, look_acquired_cb, watched_ref (self));
  return G_SOURCE_REMOVE;
}

static void
look_later (TernImapWatched *self, guint wait)
{
  gint64 due;

  if (self->is_looking || self->has_given_up)
    return;
  if (self->failures > 0)
    wait = MIN (RETRY_MOST, (guint) RETRY_FIRST << MIN (self->failures - 1, 10));
  due = g_get_monotonic_time () + wait * G_TIME_SPAN_MILLISECOND;
  if (self->looking == NULL || g_source_get_ready_time (self->looking) > due)
    start_timer (&self->looking, jitter (wait), look_cb, self);
}

/* The folder need not be asked about: it is told of. */
void
tern_imap_watched_look_no_more (TernImapWatched *self)
{
  clear_source (&self->looking);
  self->failures = 0;
  self->has_given_up = FALSE;
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
      look_later (watched, interval * (watched->quiet + 1));
      return;
    }
  if (is_in_use (self, watched->folder))
    {
      clear_source (&watched->looking);
      return;
    }
  slot = find_free (self, watched->folder);
  if (slot == NULL || slot->idles > 0)
    {
      look_later (watched, self->timing.settle);
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

      clear_source (&watched->looking);
      clear_source (&watched->telling);
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
