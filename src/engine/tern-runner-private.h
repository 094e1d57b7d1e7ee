/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-channel.h"
#include "tern-router.h"
#include "tern-routing.h"
#include "tern-runner.h"
#include "tern-token-source.h"

G_BEGIN_DECLS

/* The cache's capacity for parts (bytes). */
#define TERN_PART_CAPACITY (1024 * 1024 * 1024)

struct _TernRunner
{
  GObject parent_instance;

  TernCore *core; /* outlives the runner's work: NULL once closed */
  TernAccount *account;

  TernTokenSource *tokens; /* NULL until needed, and for an account with a password */
  TernRouter *router;      /* NULL until the first channel is looked for */
  gboolean is_round_open;  /* the next search goes on with what the last channels left */
  gboolean is_round_over;  /* all channels have failed: the next search begins with the first */
  gint64 round_began;      /* monotonic */
  TernChannel *channel;    /* NULL until it is needed, and after the sign-in was refused */
  char *channel_name;      /* the last one's */
  gboolean is_read_only;   /* by it nothing can be changed */
  GPtrArray *waiting;      /* ChannelWaiter: asked for the channel while it is looked for */
  GCancellable *cancellable;

  TernAccountState state;
  GError *error;
  guint pending;  /* requests to the server under way */
  guint outdated; /* of these, begun before the account was last found to be in trouble */
  guint failures; /* in a row, by transport */
  GSource *retry_source;
  gboolean is_asked_to_wait; /* it runs because the server wanted to be left alone */
  gint64 asked_at;           /* when it was asked all the same, monotonic */

  gint64
      folders_validated; /* when this start asked for the folder list, µs of real time; 0: never */
  GHashTable *syncs;     /* gint64 folder id → Sync: under way */
  gint64 shown_sync;     /* the folder whose progress the status tells; 0 for none */
  guint done;
  guint total;
  gboolean is_watched;
  gint64 viewed_folder; /* 0: none of this account's is on screen */
  gint64 wanted_folder; /* the last one that could not be synced for want of a network */

  GQueue unchecked; /* utf8: remote ids of folders whose state is to be asked for */
  gboolean is_checking;
  GPtrArray *checkers; /* GTask: wait for that */
  GQueue unsynced;     /* gint64: folders that changed */
  guint background;    /* syncs of these under way */

  GQueue snippets; /* SnippetRequest: waiting */
  gboolean snippets_running;

  GPtrArray *paused; /* TernPartSink: files that wait for a connection to be completed */

  GQueue bodies;        /* Pass: folders whose letters are fetched in advance */
  guint bodies_running; /* steps under way */
  GSource *bodies_source;
  GHashTable *bodies_tried; /* gint64 message id: was asked for alone, in this run of the program */
  guint64 bodies_step;      /* bytes to ask for at once; 0: not known yet */

  GPtrArray *batch;    /* TernOperation: what the replay is at; NULL for nothing */
  GPtrArray *requests; /* TernStoreRequest: what is asked for it; NULL for folders */
  guint next_request;
  gboolean asked; /* the server is being asked */
  gboolean replaying;
  gint64 named_for;       /* the first operation for which the names of messages were asked */
  gint64 alone_until;     /* operations up to this one are asked for one by one */
  GHashTable *new_steps;  /* gint64: operations whose step was not asked for yet */
  guint refused_attempts; /* answers to the first operation that made no sense, in a row */
  GPtrArray *flushers;    /* GTask: wait for the log to be empty */
};

typedef void (*TernRunnerChannelFunc) (TernRunner *self,
                                       TernChannel *channel,
                                       const GError *error,
                                       gpointer user_data);

typedef void (*TernRunnerPlaceFunc) (TernRunner *self,
                                     TernMessage *message,
                                     const char *folder,
                                     const GError *error,
                                     gpointer user_data);

gboolean tern_runner_fail_over (TernRunner *self,
                                TernChannel *channel,
                                GError **error,
                                TernRunnerChannelFunc func,
                                gpointer user_data);
gboolean tern_runner_may_ask (TernRunner *self, const TernMessage *message, GError **error);
void tern_runner_locate (TernRunner *self,
                         const TernMessage *message,
                         TernUrgency urgency,
                         TernRunnerPlaceFunc func,
                         gpointer user_data);
gboolean tern_runner_keep_folders (TernRunner *self,
                                   const char *channel,
                                   GPtrArray *folders,
                                   GError **error);
void tern_runner_set_read_only (GError **error);
gboolean
tern_runner_can_search_whole (TernRunner *self, const TernMessage *message, const char *part_id);
void
tern_runner_search_whole (TernRunner *self, TernMessage *message, const char *part_id, GTask *task);
TernRoute *tern_runner_dup_route (TernRunner *self);
void tern_runner_forget_routes (TernRunner *self);
void tern_runner_watch_again (TernRunner *self);
void tern_runner_use_tokens (TernRunner *self, TernTokenSource *tokens);
void tern_runner_with_channel (TernRunner *self, TernRunnerChannelFunc func, gpointer user_data);
void tern_runner_begin (TernRunner *self);
void tern_runner_end (TernRunner *self, const GError *error);
void tern_runner_tell_status (TernRunner *self);
void tern_runner_tell_event (TernRunner *self, TernEvent fields);
void tern_runner_take_change (TernRunner *self, const char *folder);
void tern_runner_sync_changed (TernRunner *self, gint64 folder_id);
void tern_runner_update_watch (TernRunner *self);
void tern_runner_cancel_syncs (TernRunner *self);
void tern_runner_tell_taken_back (TernRunner *self, GPtrArray *before, const GError *error);
void tern_runner_cancel_background (TernRunner *self);
void tern_runner_cancel_bodies (TernRunner *self);
TernStore *tern_runner_get_store (TernRunner *self);
void tern_runner_release_data (GTask *task);
GBytes *
tern_runner_get_kept_part (TernRunner *self, const TernMessage *message, const char *part_id);
void tern_runner_keep_part (TernRunner *self,
                            const TernMessage *message,
                            const char *part_id,
                            GBytes *content);
void tern_runner_search_beginning (TernRunner *self,
                                   gint64 id,
                                   const char *subject,
                                   const char *text,
                                   gboolean is_html,
                                   TernChanges *changes);
gboolean tern_runner_search_letter (TernRunner *self,
                                    const TernMessage *message,
                                    const char *text,
                                    const char *html,
                                    TernChanges *changes);
void tern_runner_search_kept (TernRunner *self, gint64 id, TernChanges *changes);
TernTokenSource *tern_runner_get_tokens (TernRunner *self, GError **error);
void tern_runner_start_anew (TernRunner *self);
gboolean tern_runner_is_asking (TernRunner *self, gint64 operation_id);
void tern_runner_invalidate (TernRunner *self,
                             const TernOperation *operation,
                             TernChanges *changes,
                             const char *why);
void tern_runner_remember_endpoints (TernRunner *self, TernChannel *channel);

G_END_DECLS
