/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"
#include "tern-imap-channel.h"
#include "tern-providers.h"
#include "tern-secrets.h"
#include "tern-trace.h"

/* How often a server that wants to be left alone is asked all the same, for the user's sake (µs).
 */
#define BUSY_INTERVAL (3 * (gint64) G_USEC_PER_SEC)
/* How long a channel that failed in the middle of its work is left out when the next one fails, too
 * (µs). */
#define ROUND (60 * (gint64) G_USEC_PER_SEC)

typedef struct
{
  TernRunnerChannelFunc func;
  gpointer user_data;
} ChannelWaiter;

/* --- The channel at work --- */

static void
changed_cb (TernRunner *self, const char *folder, TernChannel *channel)
{
  if (self->core != NULL)
    tern_runner_take_change (self, folder);
}

static void
event_cb (TernRunner *self, TernEvent *event)
{
  if (self->core != NULL)
    tern_core_take_event (self->core, event);
}

/**
 * tern_runner_tell_event:
 * @self: a runner
 * @fields: what happened; the account is added
 *
 * Tells the inspector of something that the channel does not know of.
 */
void
tern_runner_tell_event (TernRunner *self, TernEvent fields)
{
  g_autoptr (TernEvent) event = NULL;

  fields.account_id = self->account->id;
  event = tern_event_new (&fields);
  event_cb (self, event);
}

/* What is forgotten here costs the next start some time and nothing else. */
static void
keep_states (TernRunner *self)
{
  g_autoptr (GPtrArray) states = NULL;
  g_autoptr (GError) error = NULL;

  if (!tern_router_has_choice (self->router))
    return;
  states = tern_router_list_states (self->router);
  if (!tern_store_put_channel_states (tern_runner_get_store (self), self->account->id, states,
                                      &error))
    g_warning ("Cannot remember the account's channels: %s", error->message);
}

/* The channel has done its first work. */
static void
take_connected (TernRunner *self, TernChannel *channel)
{
  tern_trace ("channel.use", TERN_TRACE_STR ("channel", self->channel_name));
  tern_runner_tell_event (self, (TernEvent){
                                    .kind = TERN_EVENT_CHANNEL,
                                    .state = TERN_EVENT_DONE,
                                    .text = self->channel_name,
                                });
  tern_router_succeed (self->router, self->channel_name, g_get_real_time ());
  keep_states (self);
  tern_runner_remember_endpoints (self, channel);
  /* A server that wants to be left alone lets one in all the same. */
  if (self->state == TERN_ACCOUNT_STATE_TROUBLE)
    return;
  self->state = TERN_ACCOUNT_STATE_ONLINE;
  if (!self->is_asked_to_wait)
    self->failures = 0;
  g_clear_error (&self->error);
  tern_runner_tell_status (self);
  /* Whoever asked for the connection, what waits in the log can go now. */
  tern_runner_replay (self);
}

static void
connected_cb (TernRunner *self, TernRoute *route, TernChannel *channel)
{
  if (self->core != NULL)
    take_connected (self, channel);
}

/**
 * tern_runner_remember_endpoints:
 * @self: a runner that is not closed
 * @channel: its channel, just connected
 *
 * Keeps which endpoint won, how long it took, and what the channel wants to know of it next time.
 * A failure to keep it costs the next start some time and nothing else.
 */
void
tern_runner_remember_endpoints (TernRunner *self, TernChannel *channel)
{
  g_autoptr (TernRoute) route = tern_channel_dup_route (channel);
  const TernRouteEntry *winner = route != NULL ? tern_route_get_winner (route) : NULL;
  g_autoptr (GPtrArray) stats = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *memory = NULL;
  guint ms;

  if (winner == NULL || !TERN_IS_IMAP_CHANNEL (channel))
    return; /* there is one Graph only */

  ms = (guint) CLAMP ((winner->ended - winner->started) / 1000, 1, G_MAXINT);
  stats = tern_store_list_endpoint_stats (tern_runner_get_store (self), self->account->id, NULL);
  for (guint i = 0; stats != NULL && i < stats->len; i++)
    {
      const TernStoreEndpointStat *old = g_ptr_array_index (stats, i);

      /* Smoothed, so that one slow day does not change the hedge. */
      if (tern_endpoint_equal (old->endpoint, winner->endpoint) && old->usual_ms > 0)
        ms = MAX (1, (old->usual_ms * 3 + ms) / 4);
    }
  memory = tern_imap_channel_dup_memory (TERN_IMAP_CHANNEL (channel), winner->endpoint);
  if (!tern_store_put_endpoint_stat (tern_runner_get_store (self), self->account->id,
                                     &(TernStoreEndpointStat){ winner->endpoint, ms, TRUE, memory },
                                     &error))
    g_warning ("Cannot remember the server's endpoint: %s", error->message);
}

/**
 * tern_runner_dup_route:
 * @self: a runner
 *
 * Returns: (transfer full) (nullable): how the account is reached, and why not by another channel
 */
TernRoute *
tern_runner_dup_route (TernRunner *self)
{
  g_autoptr (TernRoute) route =
      self->channel != NULL ? tern_channel_dup_route (self->channel) : NULL;
  g_autofree char *reasons = route != NULL ? tern_router_dup_reasons (self->router) : NULL;
  TernRoute *copy;

  if (reasons == NULL)
    return g_steal_pointer (&route);
  copy = tern_route_copy (route);
  copy->passed_over = g_steal_pointer (&reasons);
  return copy;
}

/* --- Taking a channel --- */

static void
checked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  /* The account's status tells the outcome. */
}

/* What the account's folders and messages were called means nothing on another channel. */
static gboolean
move_over (TernRunner *self, const TernRoutingResult *found, GError **error)
{
  if (!tern_runner_keep_folders (self, found->name, found->folders, error))
    return FALSE;
  if (found->folders != NULL)
    self->folders_validated = g_get_real_time ();
  g_ptr_array_set_size (self->paused, 0);
  g_queue_clear_full (&self->unchecked, g_free);
  return TRUE;
}

static void
use_channel (TernRunner *self, const TernRoutingResult *found)
{
  g_set_object (&self->channel, found->channel);
  g_free (self->channel_name);
  self->channel_name = g_strdup (found->name);
  self->is_round_over = FALSE;
  self->is_read_only = found->is_read_only;
  g_signal_connect_object (self->channel, "connected", G_CALLBACK (connected_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->channel, "changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->channel, "event", G_CALLBACK (event_cb), self, G_CONNECT_SWAPPED);
  tern_runner_update_watch (self);
}

static gboolean
take_channel (TernRunner *self, const TernRoutingResult *found, GError **error)
{
  g_autofree char *current = NULL;

  if (!tern_store_dup_channel (tern_runner_get_store (self), self->account->id, &current, error))
    return FALSE;
  if (g_strcmp0 (current, found->name) != 0 && !move_over (self, found, error))
    return FALSE;
  use_channel (self, found);
  return TRUE;
}

/* The lists on the other channel are of the same mail, and nothing in them has a name yet. */
static void
look_at_all (TernRunner *self, GPtrArray *folders)
{
  if (self->viewed_folder != 0)
    tern_runner_sync_changed (self, self->viewed_folder);
  tern_runner_check_folders (self, folders, g_task_new (NULL, NULL, checked_cb, NULL));
}

static void
answer_waiters (TernRunner *self, const GError *error)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);
  g_autoptr (TernChannel) channel = self->channel != NULL ? g_object_ref (self->channel) : NULL;

  self->waiting = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < waiting->len; i++)
    {
      const ChannelWaiter *waiter = g_ptr_array_index (waiting, i);

      waiter->func (self, channel, error, waiter->user_data);
    }
}

static void
found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernRunner) self = TERN_RUNNER (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (TernRoutingResult) found = tern_routing_find_finish (result, NULL, &error);
  gboolean is_taken = FALSE;

  self->is_round_open = FALSE;
  if (found != NULL && self->core == NULL)
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the account is closed");
  else if (found != NULL)
    is_taken = take_channel (self, found, &error);
  if (found != NULL && !is_taken)
    tern_channel_close (found->channel);
  /* A new sign-in may change what each of them said. */
  if (g_error_matches (error, TERN_ERROR, TERN_ERROR_AUTH))
    tern_router_forget (self->router);
  if (self->core != NULL)
    keep_states (self);
  if (is_taken && found->folders != NULL)
    take_connected (self, found->channel);
  answer_waiters (self, error);
  if (is_taken && found->folders != NULL && self->core != NULL)
    look_at_all (self, found->folders);
}

/* --- Finding one --- */

static gboolean
ensure_router (TernRunner *self, GError **error)
{
  g_autoptr (GPtrArray) states = NULL;

  if (self->router != NULL)
    return TRUE;
  states = tern_store_list_channel_states (tern_runner_get_store (self), self->account->id, error);
  if (states == NULL)
    return FALSE;
  self->router = tern_routing_new_router (self->core, self->account);
  tern_router_load (self->router, states);
  return TRUE;
}

static gboolean
find_channel (TernRunner *self, const char *password, TernTokenSource *tokens, GError **error)
{
  TernRoutingWay way = { self->core, self->account, password, tokens,
                         tern_core_get_trust (self->core) };
  g_autofree char *current = NULL;

  if (!ensure_router (self, error) ||
      !tern_store_dup_channel (tern_runner_get_store (self), self->account->id, &current, error))
    return FALSE;
  if (!self->is_round_open)
    {
      tern_router_begin (self->router);
      self->round_began = g_get_monotonic_time ();
    }
  tern_routing_find_async (self->router, &way, current, FALSE, self->cancellable, found_cb,
                           g_object_ref (self));
  return TRUE;
}

static void
lookup_password_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernRunner) self = TERN_RUNNER (user_data);
  g_autoptr (GError) error = NULL;
  char *password = tern_secrets_lookup_finish (result, &error);
  gboolean is_begun = FALSE;

  if (password != NULL && self->core != NULL)
    is_begun = find_channel (self, password, NULL, &error);
  else if (error == NULL)
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the engine is closed");
  tern_secrets_free (password);
  if (!is_begun)
    answer_waiters (self, error);
}

/* What the tokens allow is not what it was, so neither is what was found out by them. */
static void
scopes_changed_cb (TernRunner *self, const char *resource, TernTokenSource *tokens)
{
  TernChanges *changes;

  if (self->core == NULL || self->router == NULL ||
      !tern_router_has_channel (self->router, resource))
    return;
  tern_router_forget (self->router);
  keep_states (self);
  changes = tern_changes_new ();
  tern_store_invalidate_lists (tern_runner_get_store (self), self->account->id, changes, NULL);
  tern_core_take_changes (self->core, changes);
  if (self->channel == NULL || !tern_router_has_choice (self->router))
    return;
  /* What ran on it goes on by the channel that is found next. */
  self->is_round_open = TRUE;
  self->round_began = g_get_monotonic_time ();
  tern_runner_forget_channel (self);
  tern_runner_watch_again (self);
}

/**
 * tern_runner_use_tokens:
 * @self: a runner of an account that signs in with a provider
 * @tokens: where its access tokens come from
 *
 * Has the account reached by the tokens of a sign-in that has just been made.
 */
void
tern_runner_use_tokens (TernRunner *self, TernTokenSource *tokens)
{
  g_set_object (&self->tokens, tokens);
  g_signal_connect_object (tokens, "scopes-changed", G_CALLBACK (scopes_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

/**
 * tern_runner_get_tokens:
 * @self: a runner of an account that signs in with a provider
 * @error: return location for %TERN_ERROR_INVALID where the provider is not known any more
 *
 * Returns: (transfer none) (nullable): where the account's access tokens come from
 */
TernTokenSource *
tern_runner_get_tokens (TernRunner *self, GError **error)
{
  const TernAccount *account = self->account;
  TernProvider *provider;
  g_autoptr (TernTokenSource) tokens = NULL;

  if (self->tokens != NULL)
    return self->tokens;
  provider = tern_providers_get (tern_core_get_providers (self->core), account->provider);
  if (provider == NULL)
    {
      if (tern_core_check_providers (self->core, error))
        g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID, "there is no provider “%s” any more",
                     account->provider);
      return NULL;
    }
  tokens = tern_token_source_new (tern_core_get_token_client (self->core), provider, account->uuid,
                                  account->email, account->client_id);
  tern_runner_use_tokens (self, tokens);
  return self->tokens;
}

static void
begin_search (TernRunner *self)
{
  g_autoptr (GError) error = NULL;
  TernTokenSource *tokens;

  if (self->account->provider == NULL)
    {
      tern_secrets_lookup_async (TERN_SECRET_PASSWORD, self->account->uuid, self->cancellable,
                                 lookup_password_cb, g_object_ref (self));
      return;
    }
  tokens = tern_runner_get_tokens (self, &error);
  if (tokens == NULL || !find_channel (self, NULL, tokens, &error))
    answer_waiters (self, error);
}

/**
 * tern_runner_with_channel:
 * @self: a runner
 * @func: called once with the channel, or with %NULL and an error
 * @user_data: for @func
 *
 * Gives the account's channel, which is found when it is first needed. Names of folders and
 * messages are to be read in @func and not before: the account may have moved to another channel.
 */
void
tern_runner_with_channel (TernRunner *self, TernRunnerChannelFunc func, gpointer user_data)
{
  ChannelWaiter waiter = { func, user_data };

  if (self->core == NULL)
    {
      g_autoptr (GError) error =
          g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "the account is closed");

      func (self, NULL, error, user_data);
      return;
    }
  if (self->state == TERN_ACCOUNT_STATE_TROUBLE && self->retry_source != NULL)
    {
      gint64 now = g_get_monotonic_time ();
      g_autoptr (GError) error = g_error_copy (self->error);

      if (now - self->asked_at < BUSY_INTERVAL)
        {
          func (self, NULL, error, user_data);
          return;
        }
      self->asked_at = now;
      self->state = TERN_ACCOUNT_STATE_CONNECTING;
      tern_runner_tell_status (self);
    }
  if (self->channel != NULL && !self->is_round_over)
    {
      func (self, self->channel, NULL, user_data);
      return;
    }

  g_ptr_array_add (self->waiting, g_memdup2 (&waiter, sizeof waiter));
  if (self->waiting->len > 1)
    return;
  /* The last channel to fail need not be the first one to work again. */
  tern_runner_forget_channel (self);
  begin_search (self);
}

/**
 * tern_runner_forget_channel:
 * @self: a runner
 *
 * Closes the channel; the next request finds one with what is in the keyring then.
 */
void
tern_runner_forget_channel (TernRunner *self)
{
  g_autoptr (TernChannel) channel = g_steal_pointer (&self->channel);

  if (channel == NULL)
    return;
  g_signal_handlers_disconnect_by_data (channel, self);
  tern_channel_close (channel);
}

/**
 * tern_runner_forget_routes:
 * @self: a runner
 *
 * Forgets what was found out of the account's channels: its sign-in has changed.
 */
void
tern_runner_forget_routes (TernRunner *self)
{
  tern_runner_forget_channel (self);
  if (self->router == NULL)
    return;
  tern_router_forget (self->router);
  keep_states (self);
}

/* --- Going over to another one --- */

/* Whether another channel may do what failed so. That one thing is not allowed says nothing of the
 * channel: who asks for what must be allowed tells so. */
static gboolean
is_of_channel (const GError *error)
{
  return tern_error_is_transport (error) || g_error_matches (error, TERN_ERROR, TERN_ERROR_BUSY) ||
         g_error_matches (error, TERN_ERROR, TERN_ERROR_AUTH) ||
         g_error_matches (error, TERN_ERROR, TERN_ERROR_PERMISSION) ||
         g_error_matches (error, TERN_ERROR, TERN_ERROR_CERTIFICATE);
}

static gboolean
leave_channel (TernRunner *self, const GError *error)
{
  gint64 now = g_get_real_time ();
  g_autofree char *reason = tern_event_dup_reason (error);

  if (g_get_monotonic_time () - self->round_began > ROUND)
    {
      tern_router_begin (self->router);
      self->round_began = g_get_monotonic_time ();
    }
  tern_router_fail (self->router, self->channel_name, error, now);
  self->is_round_over = tern_router_next (self->router, now) == NULL;
  if (self->is_round_over)
    return FALSE;
  tern_runner_tell_event (self, (TernEvent){
                                    .kind = TERN_EVENT_CHANNEL,
                                    .state = TERN_EVENT_FAILED,
                                    .text = self->channel_name,
                                    .result = reason,
                                });
  /* First, for what else runs on the channel ends with it, and goes on by the next one. */
  self->is_round_open = TRUE;
  tern_runner_forget_channel (self);
  return TRUE;
}

/**
 * tern_runner_fail_over:
 * @self: a runner
 * @channel: the channel on which a request failed
 * @error: (inout): why; where no other channel is left, what each of them said
 * @func: what asks for it again
 * @user_data: for @func
 *
 * Where another channel may do what this one could not, leaves it and does the request again: @func
 * is called as by tern_runner_with_channel(). Within a minute no channel is tried twice for that,
 * so that a request comes to its end.
 *
 * Returns: whether @func is called; else the request has failed
 */
gboolean
tern_runner_fail_over (TernRunner *self,
                       TernChannel *channel,
                       GError **error,
                       TernRunnerChannelFunc func,
                       gpointer user_data)
{
  if (self->core == NULL || self->router == NULL || !tern_router_has_choice (self->router) ||
      !is_of_channel (*error))
    return FALSE;
  if (channel == self->channel)
    {
      if (!leave_channel (self, *error))
        {
          g_error_free (*error);
          *error = tern_router_dup_error (self->router);
          return FALSE;
        }
    }
  /* What was closed when the channel was left goes where the others go. */
  else if (self->channel == NULL && self->waiting->len == 0 && !self->is_round_open)
    return FALSE;
  tern_runner_with_channel (self, func, user_data);
  return TRUE;
}
