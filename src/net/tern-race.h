/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-endpoint.h"
#include "tern-transport.h"
#include "tern-trust.h"

G_BEGIN_DECLS

/**
 * TernRaceProtocol:
 * @ready_async: speaks on a fresh transport until the server has shown that it serves the protocol
 *   (greeting, STARTTLS); the race's deadline cancels it
 * @ready_finish: returns what stands for the ready connection (transfer full), or %NULL with an
 *   error
 * @discard: gives up a ready connection (transfer full) that lost; must not wait
 */
typedef struct
{
  void (*ready_async) (TernTransport *transport,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  GObject *(*ready_finish) (GAsyncResult *result, GError **error);
  void (*discard) (GObject *connection);
} TernRaceProtocol;

/**
 * TernRaceResult:
 * @TERN_RACE_RUNNING: still under way
 * @TERN_RACE_READY: ready, given to the caller or waiting to be
 * @TERN_RACE_CANCELLED: given up because another won
 * @TERN_RACE_FAILED: failed by itself, with an error
 */
typedef enum
{
  TERN_RACE_RUNNING,
  TERN_RACE_READY,
  TERN_RACE_CANCELLED,
  TERN_RACE_FAILED,
} TernRaceResult;

/**
 * TernRaceEntry:
 * @endpoint: the endpoint
 * @address: (nullable): the network address as text; %NULL where the name could not be resolved, or
 *   is a proxy's to resolve
 * @result: what became of it
 * @started: µs after the race began
 * @resolved: when its address was known, µs after the race began; 0 where it did not come so far
 * @connected: when the connection stood, likewise
 * @secured: when TLS stood, likewise; 0 without TLS, or with STARTTLS, which follows the greeting
 * @ended: µs after the race began; 0 while it runs
 * @error: (nullable): why it failed
 */
typedef struct
{
  TernEndpoint *endpoint;
  char *address;
  TernRaceResult result;
  gint64 started;
  gint64 resolved;
  gint64 connected;
  gint64 secured;
  gint64 ended;
  GError *error;
} TernRaceEntry;

#define TERN_TYPE_RACE (tern_race_get_type ())
G_DECLARE_FINAL_TYPE (TernRace, tern_race, TERN, RACE, GObject)

TernRace *tern_race_new (const TernRaceProtocol *protocol, TernTrust *trust, guint deadline_ms);
void
tern_race_add_endpoint (TernRace *self, TernEndpoint *endpoint, guint usual_ms, gboolean favourite);
void tern_race_next_async (TernRace *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
GObject *tern_race_next_finish (TernRace *self, GAsyncResult *result, GError **error);
void tern_race_settle (TernRace *self, GObject *winner);
GPtrArray *tern_race_list_entries (TernRace *self);

G_END_DECLS
