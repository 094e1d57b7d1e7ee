/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-race.h"
#include "tern-transport.h"

G_BEGIN_DECLS

typedef struct _TernCandidate TernCandidate;

/**
 * TernCandidateOwner:
 * @told: it has started, is ready or has ended
 * @found: the endpoint has one more address, which another candidate tries from now on
 * @done: it is ready, or has failed
 *
 * What a candidate tells its race. None is called after tern_candidate_end().
 */
typedef struct
{
  void (*told) (gpointer owner, TernCandidate *self);
  void (*found) (gpointer owner, TernCandidate *other);
  void (*done) (gpointer owner, TernCandidate *self);
} TernCandidateOwner;

/**
 * TernCandidate:
 * @entry: what the race tells of it
 * @connection: (nullable): what the protocol made of it, once it is ready and until it is taken
 */
struct _TernCandidate
{
  TernRaceEntry entry;
  GObject *connection;

  /*< private >*/
  const TernCandidateOwner *functions;
  gpointer owner; /* not owned; NULL when it is over */
  GObject *taken; /* weak */
  const TernRaceProtocol *protocol;
  TernTrust *trust;
  gint64 epoch; /* when the race began */
  GCancellable *cancellable;
  GInetAddress *inet; /* (nullable) */
  TernTransport *transport;
};

TernCandidate *tern_candidate_new (const TernCandidateOwner *functions,
                                   gpointer owner,
                                   const TernRaceProtocol *protocol,
                                   TernTrust *trust,
                                   TernEndpoint *endpoint,
                                   gint64 epoch);
void tern_candidate_unref (gpointer data);
void tern_candidate_trace (const TernCandidate *self, const char *event, gint64 now);
void tern_candidate_start (TernCandidate *self);
GObject *tern_candidate_take (TernCandidate *self);
void tern_candidate_end (TernCandidate *self, TernRaceResult result, GError *error);

G_END_DECLS
