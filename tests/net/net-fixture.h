/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-mock-imap-server.h"
#include "tern-race.h"

G_BEGIN_DECLS

/* Reads the greeting, and upgrades where the endpoint says STARTTLS; "* BYE" is
 * TERN_ERROR_REFUSED. What is ready is the transport itself. */
extern const TernRaceProtocol net_protocol;
/* How many ready connections were given up since net_set_up(). */
extern guint net_discarded;

/* One race in a main context of its own. */
typedef struct
{
  GMainContext *context;
  TernTrust *trust;
  TernRace *race;
  GCancellable *cancellable;
  GSocket *dead;
  GObject *connection; /* the last outcome */
  GError *error;
  gboolean done;
} NetFixture;

void net_set_up (NetFixture *self, gconstpointer data);
void net_tear_down (NetFixture *self, gconstpointer data);

void net_make_race (NetFixture *self, guint deadline_ms);
void net_add (NetFixture *self, const char *host, guint16 port, TernSecurity security);
void net_ask (NetFixture *self);
void net_wait (NetFixture *self);
/* net_ask(), net_wait() */
void net_next (NetFixture *self);
/* The n-th entry, valid as long as the race. */
const TernRaceEntry *net_entry (NetFixture *self, guint n);
guint net_count_entries (NetFixture *self);
/* Runs until nothing is pending and asserts that neither a timer nor a descriptor is waited for. */
void net_assert_quiet (NetFixture *self);

/* A port that nobody listens on, nor can until the fixture is torn down. */
guint16 net_dead_port (NetFixture *self);

/* Replaces the resolver: "localhost" and addresses as usual, "one.test" is 127.0.0.1, "both.test"
 * is 127.0.0.1 and 127.0.0.2, "dual.test" is ::1 and 127.0.0.1, "many.test" is 20 addresses,
 * "never.test" is never answered; nothing else exists. "proxied.test" is reached through a SOCKS
 * proxy on net_proxy_port. */
void net_fake_names (void);
/* How many of "never.test" wait; net_tear_down() asserts that all were cancelled. */
extern guint net_unanswered;
extern guint16 net_proxy_port;

G_END_DECLS
