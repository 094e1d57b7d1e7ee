/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-race.h"

#include "tern-candidate-private.h"
#include "tern-error.h"

#define MIN_HEDGE_MS 50

/**
 * TernRace:
 *
 * Finds the way to a server. Candidates are endpoints × their addresses. Where none is known to be
 * good, all start together; where one won last time it starts alone, and the others start after its
 * usual time or as soon as it has failed. Whoever delivers a greeting first is handed to the
 * caller; nobody ever waits for a loser.
 *
 * A race is for one use, belongs to the main context in which it was first asked, and ends with
 * tern_race_settle() or its last reference.
 */
struct _TernRace
{
  GObject parent_instance;

  TernTrust *trust;
  GTask *next;          /* who waits for a connection */
  GSource *next_cancel; /* its cancellable */
  GSource *hedge;
  GSource *deadline;

  const TernRaceProtocol *protocol;
  guint deadline_ms;
  gint64 epoch; /* monotonic µs; 0 before it began */
  gboolean settled;
  GArray *lanes;         /* Lane */
  GPtrArray *candidates; /* TernCandidate *, in the order of their start */
  GQueue ready;          /* TernCandidate *, not owned: ready and not yet handed out */
};

typedef struct
{
  TernEndpoint *endpoint;
  guint usual_ms;
  gboolean favourite;
  gboolean started;
} Lane;

/* Signals. */
enum
{
  ENTRY,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TernRace, tern_race, G_TYPE_OBJECT)

static void advance (TernRace *self);

static void
lane_clear (gpointer data)
{
  tern_endpoint_unref (((Lane *) data)->endpoint);
}

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
tern_race_dispose (GObject *object)
{
  TernRace *self = TERN_RACE (object);

  tern_race_settle (self, NULL);
  g_clear_object (&self->trust);
  G_OBJECT_CLASS (tern_race_parent_class)->dispose (object);
}

static void
tern_race_finalize (GObject *object)
{
  TernRace *self = TERN_RACE (object);

  g_array_unref (self->lanes);
  g_ptr_array_unref (self->candidates);
  G_OBJECT_CLASS (tern_race_parent_class)->finalize (object);
}

static void
tern_race_class_init (TernRaceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tern_race_dispose;
  object_class->finalize = tern_race_finalize;

  /**
   * TernRace::entry:
   * @race: the race
   * @index: the candidate, as in tern_race_list_entries()
   * @entry: (type gpointer): the #TernRaceEntry, as it stands now
   *
   * A candidate has started, is ready, was given up or has failed.
   */
  signals[ENTRY] = g_signal_new ("entry", TERN_TYPE_RACE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_POINTER);
}

static void
tern_race_init (TernRace *self)
{
  self->lanes = g_array_new (FALSE, FALSE, sizeof (Lane));
  g_array_set_clear_func (self->lanes, lane_clear);
  self->candidates = g_ptr_array_new_with_free_func (tern_candidate_unref);
  g_queue_init (&self->ready);
}

/**
 * tern_race_new:
 * @protocol: what is spoken; must outlive the race
 * @trust: the certificates that the user trusts
 * @deadline_ms: milliseconds for resolving, connecting, TLS and the greeting together
 *
 * Makes a race without endpoints.
 *
 * Returns: (transfer full): a new race
 */
TernRace *
tern_race_new (const TernRaceProtocol *protocol, TernTrust *trust, guint deadline_ms)
{
  TernRace *self = g_object_new (TERN_TYPE_RACE, NULL);

  self->protocol = protocol;
  self->trust = g_object_ref (trust);
  self->deadline_ms = deadline_ms;
  return self;
}

/**
 * tern_race_add_endpoint:
 * @self: a race that has not begun
 * @endpoint: where the server may be reached
 * @usual_ms: its usual time to readiness in milliseconds, 0 where unknown
 * @favourite: whether it won last time
 *
 * Adds the candidates of one endpoint.
 */
void
tern_race_add_endpoint (TernRace *self, TernEndpoint *endpoint, guint usual_ms, gboolean favourite)
{
  Lane lane = { tern_endpoint_ref (endpoint), usual_ms, favourite, FALSE };

  g_return_if_fail (TERN_IS_RACE (self) && self->epoch == 0);
  g_array_append_val (self->lanes, lane);
}

static GSource *
add_timer (TernRace *self, guint ms, GSourceFunc callback)
{
  GSource *source = g_timeout_source_new (ms);

  g_source_set_callback (source, callback, self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static gboolean
deadline_cb (gpointer user_data)
{
  g_autoptr (TernRace) self = g_object_ref (user_data);

  drop_source (&self->deadline);
  for (guint i = 0; i < self->candidates->len; i++)
    {
      TernCandidate *candidate = g_ptr_array_index (self->candidates, i);

      if (candidate->entry.result == TERN_RACE_RUNNING)
        tern_candidate_end (candidate, TERN_RACE_FAILED,
                            g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                                         "No greeting within %u ms", self->deadline_ms));
    }
  advance (self);
  return G_SOURCE_REMOVE;
}

static void
candidate_told (gpointer owner, TernCandidate *candidate)
{
  TernRace *self = TERN_RACE (owner);
  guint index;

  if (g_ptr_array_find (self->candidates, candidate, &index))
    g_signal_emit (self, signals[ENTRY], 0, index, &candidate->entry);
}

static void
candidate_found (gpointer owner, TernCandidate *other)
{
  g_ptr_array_add (TERN_RACE (owner)->candidates, other);
}

static void
candidate_done (gpointer owner, TernCandidate *candidate)
{
  TernRace *self = TERN_RACE (owner);

  if (candidate->entry.result == TERN_RACE_READY)
    g_queue_push_tail (&self->ready, candidate);
  advance (self);
}

static const TernCandidateOwner candidate_owner = { candidate_told, candidate_found,
                                                    candidate_done };

/* Starts the lanes that have not started, or of them only those that won last time. */
static gboolean
start_lanes (TernRace *self, gboolean only_favourites)
{
  gboolean any = FALSE;

  for (guint i = 0; i < self->lanes->len; i++)
    {
      Lane *lane = &g_array_index (self->lanes, Lane, i);
      TernCandidate *candidate;

      if (lane->started || (only_favourites && !lane->favourite))
        continue;
      lane->started = TRUE;
      any = TRUE;
      candidate = tern_candidate_new (&candidate_owner, self, self->protocol, self->trust,
                                      lane->endpoint, self->epoch);
      g_ptr_array_add (self->candidates, candidate);
      tern_candidate_start (candidate);
    }
  if (any && self->deadline == NULL)
    self->deadline = add_timer (self, self->deadline_ms, deadline_cb);
  return any;
}

static gboolean
start_others (TernRace *self)
{
  drop_source (&self->hedge);
  return start_lanes (self, FALSE);
}

static gboolean
hedge_cb (gpointer user_data)
{
  start_others (user_data);
  return G_SOURCE_REMOVE;
}

static void
begin (TernRace *self)
{
  guint hedge_ms = MIN_HEDGE_MS;

  self->epoch = g_get_monotonic_time ();
  if (!start_lanes (self, TRUE))
    {
      start_lanes (self, FALSE);
      return;
    }
  for (guint i = 0; i < self->lanes->len; i++)
    {
      Lane *lane = &g_array_index (self->lanes, Lane, i);

      if (lane->favourite)
        hedge_ms = MAX (hedge_ms, lane->usual_ms);
    }
  /* However slow it usually is, the others must have their chance before the deadline. */
  hedge_ms = MIN (hedge_ms, self->deadline_ms / 2);
  self->hedge = add_timer (self, hedge_ms, hedge_cb);
}

static gboolean
is_running (TernRace *self)
{
  for (guint i = 0; i < self->candidates->len; i++)
    {
      TernCandidate *candidate = g_ptr_array_index (self->candidates, i);

      if (candidate->entry.result == TERN_RACE_RUNNING)
        return TRUE;
    }
  return FALSE;
}

/* How much an error tells the user: a server that was reached and said why tells more than a
 * network that failed. */
static int
error_rank (const GError *error)
{
  if (error == NULL)
    return -1;
  if (g_error_matches (error, TERN_ERROR, TERN_ERROR_CERTIFICATE))
    return 3;
  if (!tern_error_is_transport (error))
    return 2;
  return g_error_matches (error, TERN_ERROR, TERN_ERROR_PROTOCOL) ? 1 : 0;
}

/* (transfer full): what the caller is told when no candidate is left */
static GError *
make_summary (TernRace *self)
{
  const GError *best = NULL;

  for (guint i = 0; i < self->candidates->len; i++)
    {
      TernCandidate *candidate = g_ptr_array_index (self->candidates, i);

      if (error_rank (candidate->entry.error) > error_rank (best))
        best = candidate->entry.error;
    }
  if (error_rank (best) > 0)
    return g_error_copy (best);
  return g_error_new (TERN_ERROR, TERN_ERROR_OFFLINE, "No endpoint is left: %s",
                      best != NULL ? best->message : "none could be used");
}

static GTask *
steal_next (TernRace *self)
{
  drop_source (&self->next_cancel);
  return g_steal_pointer (&self->next);
}

/* Called whenever something has changed; returns to the caller as the last thing that it does,
 * because the caller may end the race in its callback. */
static void
advance (TernRace *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->next == NULL)
    return;
  if (!g_queue_is_empty (&self->ready))
    {
      TernCandidate *candidate = g_queue_pop_head (&self->ready);

      drop_source (&self->hedge);
      task = steal_next (self);
      g_task_return_pointer (task, tern_candidate_take (candidate), g_object_unref);
    }
  else if (!is_running (self) && !start_others (self))
    {
      drop_source (&self->deadline);
      task = steal_next (self);
      g_task_return_error (task, make_summary (self));
    }
}

static gboolean
next_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  TernRace *self = user_data;
  g_autoptr (GTask) task = steal_next (self);

  tern_race_settle (self, NULL);
  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

/**
 * tern_race_next_async:
 * @self: a race
 * @cancellable: (nullable): gives up the whole race
 * @callback: called with the connection, or when no candidate is left
 * @user_data: for @callback
 *
 * Begins the race at the first call, and asks for the first connection that is ready. A caller that
 * cannot use it, because the server says that the mailbox is not there, asks again: it gets the
 * next that is or becomes ready, and whoever has not started yet does so at once.
 *
 * Errors: what the most telling candidate met, an untrusted certificate
 * (%TERN_ERROR_CERTIFICATE) or a refusal by the server before everything else;
 * %TERN_ERROR_OFFLINE where no server could be reached. tern_race_list_entries() has them all.
 */
void
tern_race_next_async (TernRace *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (TERN_IS_RACE (self));
  g_return_if_fail (self->next == NULL && !self->settled);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, tern_race_next_async);
  if (g_task_return_error_if_cancelled (task))
    {
      tern_race_settle (self, NULL);
      return;
    }
  /* A connection that was ready before is the caller's to close, cancelled or not. */
  g_task_set_check_cancellable (task, FALSE);
  if (cancellable != NULL)
    {
      self->next_cancel = g_cancellable_source_new (cancellable);
      g_source_set_callback (self->next_cancel, G_SOURCE_FUNC (next_cancelled_cb), self, NULL);
      g_source_attach (self->next_cancel, g_main_context_get_thread_default ());
    }
  self->next = g_steal_pointer (&task);
  if (self->epoch == 0)
    begin (self);
  else if (g_queue_is_empty (&self->ready))
    {
      /* What has run out while the caller tried the last one is no measure for the others. */
      if (!is_running (self))
        drop_source (&self->deadline);
      start_others (self);
    }
  advance (self);
}

/**
 * tern_race_next_finish:
 * @self: a race
 * @result: what the callback was given
 * @error: return location
 *
 * Returns: (transfer full) (nullable): what the protocol made ready, the caller's from now on; or
 *   %NULL with @error set
 */
GObject *
tern_race_next_finish (TernRace *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * tern_race_settle:
 * @self: a race
 * @winner: (nullable): the connection that is in use
 *
 * Ends the race: all candidates that run or wait are cancelled at once and nobody waits for them. A
 * connection that was handed out is the caller's and is not touched. A second call does nothing.
 */
void
tern_race_settle (TernRace *self, GObject *winner)
{
  g_return_if_fail (TERN_IS_RACE (self));

  if (self->settled)
    return;
  self->settled = TRUE;
  drop_source (&self->hedge);
  drop_source (&self->deadline);
  g_queue_clear (&self->ready);
  for (guint i = 0; i < self->candidates->len; i++)
    {
      TernCandidate *candidate = g_ptr_array_index (self->candidates, i);

      if (winner != NULL && candidate->taken == winner)
        tern_candidate_trace (candidate, "race.win", candidate->entry.ended);
      tern_candidate_end (candidate, TERN_RACE_CANCELLED, NULL);
    }
}

/**
 * tern_race_list_entries:
 * @self: a race
 *
 * Lists every candidate that was started, in the order of their start, with its times and error.
 *
 * Returns: (transfer container) (element-type TernRaceEntry): valid as long as the race
 */
GPtrArray *
tern_race_list_entries (TernRace *self)
{
  GPtrArray *entries;

  g_return_val_if_fail (TERN_IS_RACE (self), NULL);

  entries = g_ptr_array_new ();
  for (guint i = 0; i < self->candidates->len; i++)
    g_ptr_array_add (entries, &((TernCandidate *) g_ptr_array_index (self->candidates, i))->entry);
  return entries;
}
