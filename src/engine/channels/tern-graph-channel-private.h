/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-graph-channel.h"
#include "tern-graph-requests.h"

G_BEGIN_DECLS

/**
 * TernGraphTiming:
 * @poll_first: how often the first of the watched folders is asked about
 * @poll_others: the same for the others
 *
 * The channel's times, in ms; tests shorten them.
 */
typedef struct
{
  guint poll_first;
  guint poll_others;
} TernGraphTiming;

/* A folder of which the engine wants to hear. */
typedef struct
{
  TernGraphChannel *channel; /* which owns it */
  char *folder;              /* remote id */
  gboolean is_first;
  guint quiet; /* how often nothing was new, one after the other */
  GSource *source;
} TernGraphWatched;

struct _TernGraphChannel
{
  GObject parent_instance;

  TernAccount *account;
  TernEndpoint *endpoint;
  TernGraphSession *session;
  TernRoute *route;
  char *scopes;           /* (nullable) */
  GHashTable *totals;     /* utf8 → gint: messages in a folder, when it was asked about last */
  GHashTable *categories; /* utf8 → utf8: a category by its keyword */
  GPtrArray *watched;     /* TernGraphWatched, what matters most first */
  TernGraphTiming timing;
  gboolean is_connected; /* the last request was answered */
  gboolean is_suspended;
};

void tern_graph_channel_note_cb (const TernGraphNote *note, gpointer user_data);

void tern_graph_watch_set (TernGraphChannel *self, const char *const *folders);
void tern_graph_watch_pause (TernGraphChannel *self);
void tern_graph_watch_resume (TernGraphChannel *self);
void tern_graph_watch_synced (TernGraphChannel *self, const char *folder, gboolean has_news);
void tern_graph_watched_free (gpointer data);

void tern_graph_sync_async (TernGraphChannel *self,
                            const char *folder,
                            const char *state,
                            TernSink *sink,
                            TernUrgency urgency,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
void tern_graph_parts_async (TernGraphChannel *self,
                             const TernPartRequest *requests,
                             gsize n,
                             TernUrgency urgency,
                             TernPartFunc func,
                             gpointer func_data,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
void tern_graph_query_async (TernGraphChannel *self,
                             const char *folder,
                             TernQuery *query,
                             const TernSearchHandler *handler,
                             gpointer handler_data,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
void tern_graph_apply_async (TernGraphChannel *self,
                             const TernRemoteChange *change,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

G_END_DECLS
