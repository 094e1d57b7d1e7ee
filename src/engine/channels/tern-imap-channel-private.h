/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-imap-budget.h"
#include "tern-imap-channel.h"
#include "tern-imap-commands.h"
#include "tern-imap-memory.h"
#include "tern-imap-watch-private.h"

G_BEGIN_DECLS

/**
 * TernImapUse:
 * @TERN_IMAP_USE_ANY: needs no mailbox; may share any connection
 * @TERN_IMAP_USE_USER: selects a mailbox for something that the user waits for; shares the
 *   connection with others of its kind that want the same mailbox
 * @TERN_IMAP_USE_SYNC: selects a mailbox, for the user, and needs the connection alone
 * @TERN_IMAP_USE_BACKGROUND: like USER for what nobody waits for
 * @TERN_IMAP_USE_BACKGROUND_SYNC: like SYNC for what nobody waits for
 * @TERN_IMAP_USE_WATCH: like BACKGROUND, and no other account gives up a connection for it
 *
 * What a connection is wanted for; what comes first here is served first.
 */
typedef enum
{
  TERN_IMAP_USE_ANY,
  TERN_IMAP_USE_USER,
  TERN_IMAP_USE_SYNC,
  TERN_IMAP_USE_BACKGROUND,
  TERN_IMAP_USE_BACKGROUND_SYNC,
  TERN_IMAP_USE_WATCH,
} TernImapUse;

/**
 * TernImapLease:
 * @session: a signed-in session
 * @is_fresh: whether its connection was made for this request, so that its loss is no accident of
 * age
 *
 * The right to use a connection, until tern_imap_channel_release().
 */
struct _TernImapLease
{
  TernImapSession *session;
  gboolean is_fresh;
  TernImapSlot *slot;
  TernImapUse use;
};

/**
 * TernImapTiming:
 * @idle: after so long a connection that nobody uses is given up
 * @silent: after so long without a byte a connection is asked for a sign of life before it is
 *   used
 * @coalesce: news of a folder are gathered for so long
 * @settle: after so long a connection is made for a folder that has to be watched
 * @renew: IDLE is renewed after so long at most
 * @poll_first: how often the first of the watched folders is asked about where the server does not
 *   tell
 * @poll_others: the same for the others
 * @session: of each connection
 *
 * The pool's times, all in ms; tests shorten them.
 */
typedef struct
{
  guint idle;
  guint silent;
  guint coalesce;
  guint settle;
  guint renew;
  guint poll_first;
  guint poll_others;
  TernImapTimes session;
} TernImapTiming;

struct _TernImapSlot
{
  TernImapChannel *channel;
  TernImapSession *session;
  GCancellable *connecting; /* not NULL while a connection is made */
  GPtrArray *assigned;      /* GTask: wait for that connection */
  guint leases;             /* all of them, with those that need no mailbox */
  guint users;              /* leases and assigned requests that select */
  guint background;         /* of these, how many nobody waits for */
  gboolean has_sync;
  char *folder;             /* what its users select */
  gint64 used_at;           /* monotonic */
  TernImapWatched *watched; /* what it idles for; NULL for none */
  guint idles;              /* IDLE commands that have not ended */
  GSource *renewal;         /* of IDLE */
};

struct _TernImapChannel
{
  GObject parent_instance;

  TernAccount *account;
  char *password;          /* (nullable) */
  TernTokenSource *tokens; /* (nullable): signs in by these in place of a password */
  gboolean is_renewing;    /* the token was refused, and the next connection takes a new one */
  TernTrust *trust;
  GPtrArray *memories; /* TernImapMemory */
  TernRoute *route;
  guint connections;  /* made ever: the last one's number */
  char *trash;        /* what was its name when the folders were listed last; NULL for none */
  GArray *namespaces; /* TernImapNamespace; NULL until the server told them */

  TernImapTiming timing;
  TernImapSlot slots[TERN_IMAP_MAX_CONNECTIONS];
  TernImapBudget *budget;   /* (nullable): shared with other accounts */
  TernImapSlot *foreground; /* what the user waited for last used it; nothing else does */
  guint limit;              /* connections that the server was found to allow */
  gint64 limited_until;     /* monotonic; the limit may have gone then */
  gboolean compresses_near; /* COMPRESS even to this machine: for tests */
  GQueue waiting;           /* GTask: requests that no slot can take yet, by their use */
  GSource *idle_source;     /* runs while a connection stands that nobody uses */
  GPtrArray *watched;       /* TernImapWatched, what matters most first */
  gboolean has_idled;       /* IDLE was seen to work */
  gboolean has_no_idle;     /* IDLE was refused, or never answered */
  GPtrArray *heard;         /* TernImapWatched: others of which NOTIFY told */
  gboolean asks_notify;     /* NOTIFY is on its way */
  gboolean has_no_notify;   /* NOTIFY was refused, or ended by the server */
  gboolean is_suspended;
  gboolean is_closed;
};

void tern_imap_channel_acquire_async (TernImapChannel *self,
                                      TernImapUse use,
                                      const char *folder,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
TernImapLease *
tern_imap_channel_acquire_finish (TernImapChannel *self, GAsyncResult *result, GError **error);
void tern_imap_channel_release (TernImapLease *lease);
gboolean tern_imap_lease_can_repeat (const TernImapLease *lease, const GError *error);
gboolean tern_imap_lease_is_wanted (const TernImapLease *lease);
gboolean tern_imap_lease_is_alone (const TernImapLease *lease);
void tern_imap_lease_begin_bulk (const TernImapLease *lease);
void tern_imap_channel_serve_waiting (TernImapChannel *self);
void tern_imap_channel_close_slots (TernImapChannel *self);

void tern_imap_slot_init (TernImapSlot *self, TernImapChannel *channel);
void tern_imap_slot_clear (TernImapSlot *self);
gboolean tern_imap_slot_is_alive (const TernImapSlot *self);
gboolean tern_imap_slot_is_open (const TernImapSlot *self);
void tern_imap_slot_connect (TernImapSlot *self);
void tern_imap_slot_close (TernImapSlot *self);
void tern_imap_slot_check (TernImapSlot *self);
void tern_imap_slot_rest (TernImapSlot *self);
guint tern_imap_channel_get_limit (TernImapChannel *self);
guint tern_imap_channel_count_signed_in (TernImapChannel *self);
guint tern_imap_channel_count_open (TernImapChannel *self);
gboolean tern_imap_channel_do_with_others (TernImapChannel *self, const GError *error);
void tern_imap_channel_connected (TernImapSlot *slot, GPtrArray *assigned, const GError *error);

void tern_imap_connect_async (TernImapChannel *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
TernImapSession *
tern_imap_connect_finish (TernImapChannel *self, GAsyncResult *result, GError **error);
gboolean tern_imap_connect_has_other_way (TernImapChannel *self,
                                          TernImapSession *session,
                                          const GError *error);
TernImapMemory *tern_imap_channel_get_memory (TernImapChannel *self, TernEndpoint *endpoint);
void tern_imap_channel_set_route (TernImapChannel *self, TernRoute *route);

void tern_imap_channel_observe_race (TernImapChannel *self, TernRace *race, guint connection);
void tern_imap_channel_observe_session (TernImapChannel *self,
                                        TernImapSession *session,
                                        guint connection);
void tern_imap_channel_tell_connected (TernImapChannel *self,
                                       TernImapSession *session,
                                       guint connection);

void tern_imap_check_async (TernImapChannel *self,
                            const char *const *folders,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
void tern_imap_folders_async (TernImapChannel *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
void tern_imap_sync_async (TernImapChannel *self,
                           const char *folder,
                           const char *state,
                           TernSink *sink,
                           TernUrgency urgency,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
void tern_imap_parts_async (TernImapChannel *self,
                            const char *folder,
                            const TernPartRequest *requests,
                            gsize n,
                            TernUrgency urgency,
                            TernPartFunc func,
                            gpointer func_data,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
void tern_imap_query_async (TernImapChannel *self,
                            const char *folder,
                            TernQuery *query,
                            const TernSearchHandler *handler,
                            gpointer handler_data,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
void tern_imap_apply_async (TernImapChannel *self,
                            const TernRemoteChange *change,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

G_END_DECLS
