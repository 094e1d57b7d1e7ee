/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-channel-private.h"

/* Graph does not tell a program behind a home's router of anything: so the engine is told from time
 * to time that something may have changed, and asks for the changes of that folder. */

/* Where nothing happens it is asked so many times more seldom. */
#define MAX_QUIET 4

void
tern_graph_watched_free (gpointer data)
{
  TernGraphWatched *watched = data;

  if (watched->source != NULL)
    g_source_destroy (watched->source);
  g_clear_pointer (&watched->source, g_source_unref);
  g_free (watched->folder);
  g_free (watched);
}

static void schedule (TernGraphWatched *watched);

static gboolean
poll_cb (gpointer user_data)
{
  TernGraphWatched *watched = user_data;
  g_autoptr (TernGraphChannel) channel = g_object_ref (watched->channel);
  g_autofree char *folder = g_strdup (watched->folder);

  g_clear_pointer (&watched->source, g_source_unref);
  schedule (watched);
  tern_channel_emit_changed (TERN_CHANNEL (channel), folder);
  return G_SOURCE_REMOVE;
}

static void
schedule (TernGraphWatched *watched)
{
  const TernGraphTiming *timing = &watched->channel->timing;
  guint wait = (watched->is_first ? timing->poll_first : timing->poll_others) *
               (1 + MIN (watched->quiet, MAX_QUIET - 1));

  if (watched->source != NULL || watched->channel->is_suspended)
    return;
  /* Not all accounts at the same moment. */
  wait += (guint) g_random_int_range (0, (gint32) (wait / 8 + 1));
  watched->source =
      wait >= 10000 ? g_timeout_source_new_seconds (wait / 1000) : g_timeout_source_new (wait);
  g_source_set_callback (watched->source, poll_cb, watched, NULL);
  g_source_attach (watched->source, g_main_context_get_thread_default ());
}

static TernGraphWatched *
find (TernGraphChannel *self, const char *folder)
{
  for (guint i = 0; i < self->watched->len; i++)
    {
      TernGraphWatched *watched = self->watched->pdata[i];

      if (g_strcmp0 (watched->folder, folder) == 0)
        return watched;
    }
  return NULL;
}

static TernGraphWatched *
watched_new (TernGraphChannel *self, const char *folder, gboolean is_first)
{
  TernGraphWatched *watched = g_new0 (TernGraphWatched, 1);

  watched->channel = self;
  watched->folder = g_strdup (folder);
  watched->is_first = is_first;
  return watched;
}

/* Watches these folders, and none where @folders is NULL. What goes on keeps its time. */
void
tern_graph_watch_set (TernGraphChannel *self, const char *const *folders)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&self->watched);

  self->watched = g_ptr_array_new_with_free_func (tern_graph_watched_free);
  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    {
      TernGraphWatched *watched = NULL;

      for (guint k = 0; k < old->len && watched == NULL; k++)
        if (g_strcmp0 (((TernGraphWatched *) old->pdata[k])->folder, folders[i]) == 0 &&
            ((TernGraphWatched *) old->pdata[k])->is_first == (i == 0))
          watched = g_ptr_array_steal_index (old, k);
      if (find (self, folders[i]) != NULL)
        {
          g_clear_pointer (&watched, tern_graph_watched_free);
          continue;
        }
      if (watched == NULL)
        watched = watched_new (self, folders[i], i == 0);
      g_ptr_array_add (self->watched, watched);
      schedule (watched);
    }
}

/* Stops watching until tern_graph_watch_resume(). */
void
tern_graph_watch_pause (TernGraphChannel *self)
{
  for (guint i = 0; i < self->watched->len; i++)
    {
      TernGraphWatched *watched = self->watched->pdata[i];

      if (watched->source != NULL)
        g_source_destroy (watched->source);
      g_clear_pointer (&watched->source, g_source_unref);
    }
}

/* Goes on watching; the first folder may have changed meanwhile. */
void
tern_graph_watch_resume (TernGraphChannel *self)
{
  g_autofree char *first = NULL;

  for (guint i = 0; i < self->watched->len; i++)
    {
      TernGraphWatched *watched = self->watched->pdata[i];

      watched->quiet = 0;
      schedule (watched);
    }
  if (self->watched->len > 0)
    first = g_strdup (((TernGraphWatched *) self->watched->pdata[0])->folder);
  if (first != NULL)
    tern_channel_emit_changed (TERN_CHANNEL (self), first);
}

/* A folder was synchronised: how soon it is asked about again follows from whether that was worth
 * it. */
void
tern_graph_watch_synced (TernGraphChannel *self, const char *folder, gboolean has_news)
{
  TernGraphWatched *watched = find (self, folder);

  if (watched != NULL)
    watched->quiet = has_news ? 0 : watched->quiet + 1;
}
