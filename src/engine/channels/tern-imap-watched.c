/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-watch-private.h"

#include <string.h>

#include "tern-error.h"
#include "tern-imap-channel-private.h"

/* One folder that is watched: when its news are told, and how it is asked about where nobody tells
 * of it. */

/* News of one folder are told no more often than this, however many come (ms). */
#define LONGEST_PAUSE 10000
/* A way that failed is tried again after so long, doubled each time (ms). */
#define RETRY_FIRST 15000
#define RETRY_MOST 600000
/* A folder in which nothing happens is asked about so many times more seldom, at most. */
#define LONGEST_QUIET 4

/* --- Telling --- */

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

/* Destroys a source, where there is one. */
void
tern_imap_watch_clear_source (GSource **source)
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
  tern_imap_watch_clear_source (&self->looking);
  tern_imap_watch_clear_source (&self->telling);
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

/* Calls @func after so many ms, instead of what @source would have called. */
void
tern_imap_watch_start_timer (GSource **source, guint ms, GSourceFunc func, gpointer data)
{
  tern_imap_watch_clear_source (source);
  *source = g_timeout_source_new (ms);
  g_source_set_callback (*source, func, data, NULL);
  g_source_attach (*source, g_main_context_get_thread_default ());
}

/* Some more or less, so that many clients, or many accounts, do not come all at once. */
guint
tern_imap_watch_jitter (guint ms)
{
  return ms - ms / 8 + (guint) g_random_int_range (0, (gint32) (ms / 8) + 1);
}

static gboolean
tell_cb (gpointer user_data)
{
  TernImapWatched *self = user_data;
  gint64 now = g_get_monotonic_time ();
  gboolean is_often = now - self->told_at < 4 * self->pause * G_TIME_SPAN_MILLISECOND;

  tern_imap_watch_clear_source (&self->telling);
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
  tern_imap_watch_start_timer (&self->telling, wait, tell_cb, self);
}

/* --- Looking --- */

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

  tern_imap_watch_clear_source (&self->looking);
  self->is_looking = TRUE;
  tern_imap_channel_acquire_async (channel,
                                   tern_imap_watch_find_free (channel, self->folder) != NULL
                                       ? TERN_IMAP_USE_USER
                                       : TERN_IMAP_USE_WATCH,
                                   self->folder, NULL, look_acquired_cb, watched_ref (self));
  return G_SOURCE_REMOVE;
}

/* Looks after so many ms at the latest; later where looks have failed. */
void
tern_imap_watched_look_later (TernImapWatched *self, guint wait)
{
  gint64 due;

  if (self->is_looking || self->has_given_up)
    return;
  if (self->failures > 0)
    wait = MIN (RETRY_MOST, (guint) RETRY_FIRST << MIN (self->failures - 1, 10));
  due = g_get_monotonic_time () + wait * G_TIME_SPAN_MILLISECOND;
  if (self->looking == NULL || g_source_get_ready_time (self->looking) > due)
    tern_imap_watch_start_timer (&self->looking, tern_imap_watch_jitter (wait), look_cb, self);
}

/* The folder need not be asked about: it is told of. */
void
tern_imap_watched_look_no_more (TernImapWatched *self)
{
  tern_imap_watch_clear_source (&self->looking);
  self->failures = 0;
  self->has_given_up = FALSE;
}
