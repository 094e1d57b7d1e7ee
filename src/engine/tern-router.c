/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-router.h"

#include "tern-error.h"

typedef struct
{
  char *name;
  gint64 works_until;  /* real time, µs; 0: not known to work */
  gint64 denied_until; /* likewise */
  char *reason;        /* why it is denied */
  GError *failure;     /* of this round */
  gboolean postponed;  /* in this round it comes after the others */
} Candidate;

struct _TernRouter
{
  GPtrArray *candidates; /* Candidate: in the provider's order */
};

static void
candidate_free (gpointer data)
{
  Candidate *self = data;

  g_free (self->name);
  g_free (self->reason);
  g_clear_error (&self->failure);
  g_free (self);
}

/**
 * tern_router_new:
 * @channels: (array zero-terminated=1): the channels by which an account may be reached, the best
 *   first; at least one
 *
 * Makes what decides by which channel an account is reached. It asks nobody: it is told what
 * happened, and answers what to try next. Attempts go in rounds; in one round no channel is tried
 * twice.
 *
 * Returns: (transfer full): a new router that remembers nothing
 */
TernRouter *
tern_router_new (const char *const *channels)
{
  TernRouter *self = g_new0 (TernRouter, 1);

  self->candidates = g_ptr_array_new_with_free_func (candidate_free);
  for (; *channels != NULL; channels++)
    {
      Candidate *candidate = g_new0 (Candidate, 1);

      candidate->name = g_strdup (*channels);
      g_ptr_array_add (self->candidates, candidate);
    }
  return self;
}

/**
 * tern_router_free:
 * @self: (transfer full): a router
 *
 * Frees a router.
 */
void
tern_router_free (TernRouter *self)
{
  g_ptr_array_unref (self->candidates);
  g_free (self);
}

static Candidate *
find (const TernRouter *self, const char *channel)
{
  for (guint i = 0; i < self->candidates->len; i++)
    {
      Candidate *candidate = g_ptr_array_index (self->candidates, i);

      if (g_str_equal (candidate->name, channel))
        return candidate;
    }
  return NULL;
}

/* A clock that was set back must not keep a state for longer than it was meant. */
static gboolean
lasts (gint64 until, gint64 now)
{
  return until > now && until <= now + TERN_ROUTER_TTL;
}

static gboolean
is_denied (const Candidate *candidate, gint64 now)
{
  return lasts (candidate->denied_until, now);
}

/**
 * tern_router_load:
 * @self: a router
 * @states: (element-type TernChannelState): what was remembered; channels that the account does not
 *   have any more are ignored
 *
 * Takes up what an earlier run of the program knew.
 */
void
tern_router_load (TernRouter *self, GPtrArray *states)
{
  for (guint i = 0; i < states->len; i++)
    {
      const TernChannelState *state = g_ptr_array_index (states, i);
      Candidate *candidate = find (self, state->channel);

      if (candidate == NULL)
        continue;
      g_free (candidate->reason);
      candidate->reason = g_strdup (state->reason);
      candidate->works_until = state->reason == NULL ? state->expires : 0;
      candidate->denied_until = state->reason != NULL ? state->expires : 0;
    }
}

/**
 * tern_router_list_states:
 * @self: a router
 *
 * Returns: (transfer container) (element-type TernChannelState): what is to be remembered
 */
GPtrArray *
tern_router_list_states (const TernRouter *self)
{
  GPtrArray *states = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_channel_state_free);

  for (guint i = 0; i < self->candidates->len; i++)
    {
      const Candidate *candidate = g_ptr_array_index (self->candidates, i);

      if (candidate->denied_until != 0)
        g_ptr_array_add (states, tern_channel_state_new (candidate->name, candidate->reason,
                                                         candidate->denied_until));
      else if (candidate->works_until != 0)
        g_ptr_array_add (states,
                         tern_channel_state_new (candidate->name, NULL, candidate->works_until));
    }
  return states;
}

/**
 * tern_router_begin:
 * @self: a router
 *
 * Begins a new round: what failed in the last one may be tried again, unless it is denied.
 */
void
tern_router_begin (TernRouter *self)
{
  for (guint i = 0; i < self->candidates->len; i++)
    {
      Candidate *candidate = g_ptr_array_index (self->candidates, i);

      g_clear_error (&candidate->failure);
      candidate->postponed = FALSE;
    }
}

static gboolean
is_better (const Candidate *one, const Candidate *other, gint64 now)
{
  if (other == NULL)
    return TRUE;
  if (one->postponed != other->postponed)
    return other->postponed;
  /* Where both are remembered, the one that worked last. */
  return lasts (one->works_until, now) &&
         (!lasts (other->works_until, now) || one->works_until > other->works_until);
}

/**
 * tern_router_next:
 * @self: a router
 * @now: the real time, µs
 *
 * Tells what to try: the channel that worked within the last hour, else the first one; none that
 * failed in this round, and none that is denied.
 *
 * Returns: (transfer none) (nullable): a channel; %NULL where nothing is left to try in this round
 */
const char *
tern_router_next (TernRouter *self, gint64 now)
{
  const Candidate *best = NULL;

  for (guint i = 0; i < self->candidates->len; i++)
    {
      const Candidate *candidate = g_ptr_array_index (self->candidates, i);

      if (candidate->failure == NULL && !is_denied (candidate, now) &&
          is_better (candidate, best, now))
        best = candidate;
    }
  return best != NULL ? best->name : NULL;
}

/**
 * tern_router_is_left:
 * @self: a router
 * @channel: a channel
 * @now: the real time, µs
 *
 * Returns: whether the account may be reached by it, as far as is known: it is not denied, and did
 * not fail in this round
 */
gboolean
tern_router_is_left (const TernRouter *self, const char *channel, gint64 now)
{
  const Candidate *candidate = find (self, channel);

  return candidate != NULL && candidate->failure == NULL && !is_denied (candidate, now);
}

/**
 * tern_router_has_channel:
 * @self: a router
 * @channel: a channel
 *
 * Returns: whether the account may be reached by it
 */
gboolean
tern_router_has_channel (const TernRouter *self, const char *channel)
{
  return find (self, channel) != NULL;
}

/**
 * tern_router_has_choice:
 * @self: a router
 *
 * Returns: whether there is more than one channel
 */
gboolean
tern_router_has_choice (const TernRouter *self)
{
  return self->candidates->len > 1;
}

/**
 * tern_router_postpone:
 * @self: a router
 * @channel: one of its channels
 * @now: the real time, µs
 *
 * Lets the other channels come first in this round: this one can do less than the account needs,
 * as a token that may read only.
 *
 * Returns: whether another one is left to try before it
 */
gboolean
tern_router_postpone (TernRouter *self, const char *channel, gint64 now)
{
  Candidate *candidate = find (self, channel);

  g_return_val_if_fail (candidate != NULL, FALSE);
  candidate->postponed = TRUE;
  return g_strcmp0 (tern_router_next (self, now), channel) != 0;
}

/**
 * tern_router_succeed:
 * @self: a router
 * @channel: one of its channels
 * @now: the real time, µs
 *
 * Remembers that the channel worked.
 */
void
tern_router_succeed (TernRouter *self, const char *channel, gint64 now)
{
  Candidate *candidate = find (self, channel);

  g_return_if_fail (candidate != NULL);
  candidate->works_until = now + TERN_ROUTER_TTL;
  candidate->denied_until = 0;
  g_clear_pointer (&candidate->reason, g_free);
  g_clear_error (&candidate->failure);
}

/* Only what the server says of our rights; never a network that failed or a server that is busy. */
static gboolean
is_definite (const GError *error)
{
  return g_error_matches (error, TERN_ERROR, TERN_ERROR_AUTH) ||
         g_error_matches (error, TERN_ERROR, TERN_ERROR_PERMISSION);
}

static gboolean
has_other (const TernRouter *self, const Candidate *candidate, gint64 now)
{
  for (guint i = 0; i < self->candidates->len; i++)
    {
      const Candidate *other = g_ptr_array_index (self->candidates, i);

      if (other != candidate && !is_denied (other, now))
        return TRUE;
    }
  return FALSE;
}

/**
 * tern_router_fail:
 * @self: a router
 * @channel: one of its channels
 * @error: why it did not work
 * @now: the real time, µs
 *
 * Leaves the channel out for the rest of this round. Where the server, or the scopes of the token,
 * refused it (%TERN_ERROR_AUTH, %TERN_ERROR_PERMISSION), it is denied for an hour, unless no other
 * would be left to try then.
 *
 * Returns: whether it is denied
 */
gboolean
tern_router_fail (TernRouter *self, const char *channel, const GError *error, gint64 now)
{
  Candidate *candidate = find (self, channel);

  g_return_val_if_fail (candidate != NULL && error != NULL, FALSE);
  g_clear_error (&candidate->failure);
  candidate->failure = g_error_copy (error);
  if (!is_definite (error))
    return FALSE;
  candidate->works_until = 0;
  if (!has_other (self, candidate, now))
    return FALSE;
  candidate->denied_until = now + TERN_ROUTER_TTL;
  g_free (candidate->reason);
  candidate->reason = g_strdup (error->message);
  return TRUE;
}

/**
 * tern_router_forget:
 * @self: a router
 *
 * Forgets what worked and what was denied: the token's scopes or the credentials have changed.
 */
void
tern_router_forget (TernRouter *self)
{
  tern_router_begin (self);
  for (guint i = 0; i < self->candidates->len; i++)
    {
      Candidate *candidate = g_ptr_array_index (self->candidates, i);

      candidate->works_until = candidate->denied_until = 0;
      g_clear_pointer (&candidate->reason, g_free);
    }
}

/**
 * tern_router_dup_reasons:
 * @self: a router
 *
 * Returns: (transfer full) (nullable): the channels that failed in this round or are denied, each
 *   with why; %NULL for none
 */
char *
tern_router_dup_reasons (const TernRouter *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->candidates->len; i++)
    {
      const Candidate *candidate = g_ptr_array_index (self->candidates, i);
      const char *reason =
          candidate->failure != NULL ? candidate->failure->message : candidate->reason;

      if (reason != NULL)
        g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "; " : "", candidate->name,
                                reason);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* The more can be done about an error, the better it stands for all. */
static int
hope (const GError *error)
{
  if (error == NULL)
    return 0;
  if (g_error_matches (error, TERN_ERROR, TERN_ERROR_CERTIFICATE))
    return 4;
  if (tern_error_is_transport (error) || g_error_matches (error, TERN_ERROR, TERN_ERROR_BUSY))
    return 3;
  return is_definite (error) ? 1 : 2;
}

/**
 * tern_router_dup_error:
 * @self: a router whose round ended without success
 *
 * Tells why, with each channel's own reason. The code is that of the failure about which most can
 * be done; it is %TERN_ERROR_AUTH where every channel was refused, as a new sign-in may change
 * that.
 *
 * Returns: (transfer full): a new error
 */
GError *
tern_router_dup_error (const TernRouter *self)
{
  g_autofree char *text = tern_router_dup_reasons (self);
  const GError *best = NULL;
  GError *error;

  for (guint i = 0; i < self->candidates->len; i++)
    {
      const Candidate *candidate = g_ptr_array_index (self->candidates, i);

      if (hope (candidate->failure) > hope (best))
        best = candidate->failure;
    }
  if (best == NULL || is_definite (best))
    error = g_error_new_literal (TERN_ERROR, TERN_ERROR_AUTH, text != NULL ? text : "");
  else
    error = g_error_new_literal (best->domain, best->code, text);
  if (best != NULL && tern_error_get_detail (best) != NULL)
    tern_error_set_detail (error, tern_error_get_detail (best));
  return error;
}
