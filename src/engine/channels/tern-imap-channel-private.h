/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-imap-channel.h"
#include "tern-imap-commands.h"

G_BEGIN_DECLS

/* Connections of one account: one that syncs, and one for what the user waits for. */
#define TERN_IMAP_CONNECTIONS 2

/**
 * TernImapUse:
 * @TERN_IMAP_USE_ANY: needs no mailbox; may share any connection
 * @TERN_IMAP_USE_SYNC: selects a mailbox and keeps the connection busy
 * @TERN_IMAP_USE_USER: selects a mailbox for something that the user waits for
 */
typedef enum
{
  TERN_IMAP_USE_ANY,
  TERN_IMAP_USE_SYNC,
  TERN_IMAP_USE_USER,
} TernImapUse;

typedef struct _TernImapSlot TernImapSlot;

/**
 * TernImapLease:
 * @session: a signed-in session
 * @is_fresh: whether its connection was made for this request, so that its loss is no accident of age
 *
 * The right to use a connection, until tern_imap_channel_release().
 */
typedef struct
{
  TernImapSession *session;
  gboolean         is_fresh;
  TernImapSlot    *slot;
  TernImapUse      use;
} TernImapLease;

/**
 * TernImapMemory:
 * @usual_ms: usual time to readiness, 0 where unknown
 * @is_favourite: whether it won last time
 * @capabilities: (nullable): what the server offered when signed in
 *
 * What is known of an endpoint.
 */
typedef struct
{
  TernEndpoint *endpoint;
  guint         usual_ms;
  gboolean      is_favourite;
  char         *capabilities;
} TernImapMemory;

struct _TernImapSlot
{
  TernImapChannel *channel;
  TernImapSession *session;
  GCancellable    *connecting; /* not NULL while a connection is made */
  GPtrArray       *assigned;   /* GTask: wait for that connection */
  guint            users;      /* leases and assigned requests that select */
  gboolean         has_sync;
  char            *folder; /* what its users select */
};

struct _TernImapChannel
{
  GObject parent_instance;

  TernAccount *account;
  char        *password;
  TernTrust   *trust;
  GPtrArray   *memories; /* TernImapMemory */
  TernRoute   *route;
  guint        connections; /* made ever: the last one's number */
  char        *capabilities;
  char       **watched; /* folders, what matters most first */
  TernImapSlot slots[TERN_IMAP_CONNECTIONS];
  GQueue       waiting; /* GTask: requests that no slot can take yet */
  gboolean     is_closed;
};

void           tern_imap_channel_acquire_async (TernImapChannel *self, TernImapUse use,
                                                const char *folder, GCancellable *cancellable,
                                                GAsyncReadyCallback callback, gpointer user_data);
TernImapLease *tern_imap_channel_acquire_finish (TernImapChannel *self, GAsyncResult *result,
                                                 GError **error);
void           tern_imap_channel_release (TernImapLease *lease);
gboolean       tern_imap_lease_can_repeat (const TernImapLease *lease, const GError *error);
void           tern_imap_channel_close_slots (TernImapChannel *self);

void             tern_imap_connect_async (TernImapChannel *self, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
TernImapSession *tern_imap_connect_finish (TernImapChannel *self, GAsyncResult *result,
                                           GError **error);
TernImapMemory  *tern_imap_channel_get_memory (TernImapChannel *self, TernEndpoint *endpoint);
void             tern_imap_channel_set_route (TernImapChannel *self, TernRoute *route);

void tern_imap_channel_observe_race (TernImapChannel *self, TernRace *race, guint connection);
void tern_imap_channel_observe_session (TernImapChannel *self, TernImapSession *session,
                                        guint connection);
void tern_imap_channel_tell_connected (TernImapChannel *self, TernImapSession *session,
                                       guint connection);

void     tern_imap_sync_async (TernImapChannel *self, const char *folder, const char *state,
                               TernSink *sink, TernUrgency urgency, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);
void     tern_imap_parts_async (TernImapChannel *self, const char *folder,
                                const TernPartRequest *requests, gsize n, TernUrgency urgency,
                                TernPartFunc func, gpointer func_data, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
void     tern_imap_apply_async (TernImapChannel *self, const TernRemoteChange *change,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);

G_END_DECLS
