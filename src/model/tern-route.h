/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "tern-endpoint.h"

G_BEGIN_DECLS

/**
 * TernRouteOutcome:
 * @TERN_ROUTE_WON: this way is the one in use
 * @TERN_ROUTE_LOST: another was quicker; given up
 * @TERN_ROUTE_FAILED: it did not work; its error says why
 */
typedef enum
{
  TERN_ROUTE_WON,
  TERN_ROUTE_LOST,
  TERN_ROUTE_FAILED,
} TernRouteOutcome;

/**
 * TernRouteEntry:
 * @endpoint: the endpoint
 * @address: (nullable): the network address tried; %NULL where the name had none
 * @outcome: what became of it
 * @started: when it was started, µs after the race began
 * @resolved: when its address was known, likewise; 0 where it did not come so far
 * @connected: when the connection stood, likewise
 * @secured: when TLS stood, likewise; 0 too where TLS comes after the greeting or not at all
 * @ended: when it won, failed or was given up, µs after the race began
 * @error: (nullable): why it failed
 */
typedef struct
{
  TernEndpoint *endpoint;
  const char *address;
  TernRouteOutcome outcome;
  gint64 started;
  gint64 resolved;
  gint64 connected;
  gint64 secured;
  gint64 ended;
  GError *error;
} TernRouteEntry;

#define TERN_TYPE_ROUTE (tern_route_get_type ())

/**
 * TernRoute:
 * @channel: "imap" or "graph"
 * @entries: (element-type TernRouteEntry): every way that was tried, in the order of their start
 * @scopes: (nullable): what the token may be used for by which it signed in, parted by spaces;
 * %NULL for a password, or where the provider did not say
 * @passed_over: (nullable): channels that come before this one, each with why it is not used
 * @established: when the winner was ready, µs of real time; 0 where none won
 *
 * How a server was reached, or why it was not. Immutable once shared, reference-counted; may cross
 * threads.
 */
typedef struct
{
  const char *channel;
  GPtrArray *entries;
  const char *scopes;
  const char *passed_over;
  gint64 established;
} TernRoute;

GType tern_route_get_type (void);
TernRoute *tern_route_new (const char *channel);
TernRoute *tern_route_copy (const TernRoute *self);
TernRoute *tern_route_ref (TernRoute *self);
void tern_route_unref (TernRoute *self);
void tern_route_add (TernRoute *self, const TernRouteEntry *entry);
const TernRouteEntry *tern_route_get_winner (const TernRoute *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernRoute, tern_route_unref)

G_END_DECLS
