/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-imap-channel-private.h"
#include "tern-mock-imap-server.h"
#include "tern-recording-sink.h"

G_BEGIN_DECLS

/* An IMAP channel beside a scripted server. */
typedef struct
{
  TernMockImapServer *server;
  TernAccount *account;
  TernImapChannel *imap;
  TernChannel *channel;    /* @imap */
  TernRecordingSink *sink; /* of the syncs that need no sink of their own */
  GPtrArray *changed;      /* utf8: the folders that the channel called changed */
  char *memory;            /* what the channel remembers of the server's endpoint */
} ChannelFixture;

void channel_fixture_set_up (ChannelFixture *self, gconstpointer data);
void channel_fixture_tear_down (ChannelFixture *self, gconstpointer data);

/* A new channel, as after a new start of the program, with what the last one remembers. */
void channel_fixture_restart (ChannelFixture *self);
/* From the sink's last checkpoint. */
gboolean channel_fixture_sync (ChannelFixture *self, const char *folder, GError **error);
void channel_fixture_assert_sync (ChannelFixture *self, const char *folder);

void channel_fixture_keep_result (GObject *object, GAsyncResult *result, gpointer user_data);
GAsyncResult *channel_fixture_wait (GAsyncResult **result);
void channel_fixture_turn (void);
void channel_fixture_start_sync (ChannelFixture *self,
                                 const char *folder,
                                 TernUrgency urgency,
                                 GAsyncResult **result);
void channel_fixture_end_sync (ChannelFixture *self, GAsyncResult **result);
void channel_fixture_start_fetch (ChannelFixture *self,
                                  const char *folder,
                                  TernUrgency urgency,
                                  GAsyncResult **result);
void channel_fixture_end_fetch (ChannelFixture *self, GAsyncResult **result);
void channel_fixture_fetch (ChannelFixture *self, const char *folder);
void channel_fixture_fetch_nothing (ChannelFixture *self, const char *folder);
void channel_fixture_wait_changed (ChannelFixture *self, guint n);

/* The connection on which a command came, 0 for none; @args (nullable): what it begins with. */
guint channel_fixture_connection_of (ChannelFixture *self, const char *name, const char *args);
/* The flight in which a command came first, 0 for none; of all commands on the newest
 * connection, the last. */
guint channel_fixture_flight_of (ChannelFixture *self, const char *name);
guint channel_fixture_last_flight (ChannelFixture *self);

G_END_DECLS
