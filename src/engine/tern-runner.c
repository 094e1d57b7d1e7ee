/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"
#include "tern-imap-channel.h"
#include "tern-part-sink.h"
#include "tern-providers.h"
#include "tern-secrets.h"
#include "tern-trace.h"

/* How long a server that could not be reached is left alone, in seconds: doubled each time. */
#define RETRY_FIRST 15
#define RETRY_MOST 600
/* The longest for which a server is left alone because it asked for that, in seconds. */
#define BUSY_MOST (4 * 60 * 60)
/* How often a server that wants to be left alone is asked all the same, for the user's sake (µs).
 */
#define BUSY_INTERVAL (3 * (gint64) G_USEC_PER_SEC)

typedef struct
{
  TernRunnerChannelFunc func;
  gpointer user_data;
} ChannelWaiter;

G_DEFINE_FINAL_TYPE (TernRunner, tern_runner, G_TYPE_OBJECT)

static void
tern_runner_dispose (GObject *object)
{
  TernRunner *self = TERN_RUNNER (object);

  if (self->retry_source != NULL)
    g_source_destroy (self->retry_source);
  g_clear_pointer (&self->retry_source, g_source_unref);
  g_clear_object (&self->tokens);
  g_clear_object (&self->channel);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (tern_runner_parent_class)->dispose (object);
}

static void
tern_runner_finalize (GObject *object)
{
  TernRunner *self = TERN_RUNNER (object);

  g_clear_pointer (&self->account, tern_account_unref);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_clear_error (&self->error);
  g_clear_pointer (&self->syncs, g_hash_table_unref);
  g_queue_clear_full (&self->unchecked, g_free);
  g_ptr_array_unref (self->checkers);
  g_queue_clear_full (&self->unsynced, g_free);
  g_queue_clear_full (&self->snippets, g_free);
  g_clear_pointer (&self->paused, g_ptr_array_unref);
  g_clear_pointer (&self->bodies_tried, g_hash_table_unref);
  g_clear_pointer (&self->batch, g_ptr_array_unref);
  g_clear_pointer (&self->requests, g_ptr_array_unref);
  g_clear_pointer (&self->new_steps, g_hash_table_unref);
  g_clear_pointer (&self->flushers, g_ptr_array_unref);

  G_OBJECT_CLASS (tern_runner_parent_class)->finalize (object);
}

static void
tern_runner_class_init (TernRunnerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tern_runner_dispose;
  object_class->finalize = tern_runner_finalize;
}

static void
tern_runner_init (TernRunner *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_free);
  self->cancellable = g_cancellable_new ();
  self->syncs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_queue_init (&self->unchecked);
  self->checkers = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->unsynced);
  g_queue_init (&self->snippets);
  self->paused = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_part_sink_free);
  g_queue_init (&self->bodies);
  self->bodies_tried = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->new_steps = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->flushers = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * tern_runner_new:
 * @core: the engine's side; it closes the runner before it goes
 * @account: the account
 *
 * Makes what does an account's work. Nothing is connected before the first request.
 *
 * Returns: (transfer full): a new runner
 */
TernRunner *
tern_runner_new (TernCore *core, TernAccount *account)
{
  TernRunner *self = g_object_new (TERN_TYPE_RUNNER, NULL);

  self->core = core;
  self->account = tern_account_ref (account);
  return self;
}

/**
 * tern_runner_get_store:
 * @self: a runner that is not closed
 *
 * Returns: (transfer none): the database
 */
TernStore *
tern_runner_get_store (TernRunner *self)
{
  return tern_core_get_store (self->core);
}

/**
 * tern_runner_get_account_id:
 * @self: a runner
 *
 * Returns: the account's id
 */
gint64
tern_runner_get_account_id (TernRunner *self)
{
  return self->account->id;
}

/**
 * tern_runner_dup_status:
 * @self: a runner
 *
 * Returns: (transfer full): how the account is doing
 */
TernStatus *
tern_runner_dup_status (TernRunner *self)
{
  g_autoptr (TernRoute) route = self->channel ? tern_channel_dup_route (self->channel) : NULL;
  TernStatus *status = tern_status_new (self->account->id, self->state, route, self->error);

  status->folder_id = self->shown_sync;
  status->done = self->done;
  status->total = self->total;
  return status;
}

/**
 * tern_runner_tell_status:
 * @self: a runner
 *
 * Hands the account's state to the core.
 */
void
tern_runner_tell_status (TernRunner *self)
{
  if (self->core != NULL)
    tern_core_take_status (self->core, tern_runner_dup_status (self));
}

/**
 * tern_runner_release_data:
 * @task: a task that is about to be returned
 *
 * Frees what the task carries. The task itself ends on the thread of whoever asked, where nothing
 * of the engine may be touched: neither a runner nor a channel.
 */
void
tern_runner_release_data (GTask *task)
{
  g_task_set_task_data (task, NULL, NULL);
}

/* --- Channel --- */

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

static void
connected_cb (TernRunner *self, TernRoute *route, TernChannel *channel)
{
  if (self->core == NULL)
    return;
  tern_trace ("channel.use", TERN_TRACE_STR ("channel", route->channel));
  tern_runner_tell_event (self, (TernEvent){
                                    .kind = TERN_EVENT_CHANNEL,
                                    .state = TERN_EVENT_DONE,
                                    .text = route->channel,
                                });
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

/**
 * tern_runner_make_channel:
 * @core: the engine's side
 * @account: an account, kept or still to be tried
 * @password: (nullable): its password
 * @tokens: (nullable): what it signs in by, in place of a password
 * @trust: the certificates to trust
 *
 * Makes the channel for an account, and gives it what is remembered of its endpoints.
 *
 * Returns: (transfer full): a channel that is not connected
 */
TernChannel *
tern_runner_make_channel (TernCore *core,
                          TernAccount *account,
                          const char *password,
                          TernTokenSource *tokens,
                          TernTrust *trust)
{
  TernImapChannel *channel = tern_imap_channel_new (account, password, trust);
  g_autoptr (GPtrArray) stats = NULL;

  tern_imap_channel_use_tokens (channel, tokens);
  tern_imap_channel_share (channel, tern_core_get_budget (core));
  if (account->id != 0)
    stats = tern_store_list_endpoint_stats (tern_core_get_store (core), account->id, NULL);
  for (guint i = 0; stats != NULL && i < stats->len; i++)
    {
      const TernStoreEndpointStat *stat = g_ptr_array_index (stats, i);

      tern_imap_channel_remember (channel, stat->endpoint, stat->usual_ms, stat->favourite,
                                  stat->memory);
    }
  return TERN_CHANNEL (channel);
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

  if (winner == NULL)
    return;

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

static void
use_channel (TernRunner *self, TernChannel *channel)
{
  g_set_object (&self->channel, channel);
  g_signal_connect_object (channel, "connected", G_CALLBACK (connected_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (channel, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  tern_runner_update_watch (self);
  g_signal_connect_object (channel, "event", G_CALLBACK (event_cb), self, G_CONNECT_SWAPPED);
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
lookup_password_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernRunner) self = TERN_RUNNER (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (TernChannel) channel = NULL;
  char *password = tern_secrets_lookup_finish (result, &error);

  if (password != NULL && self->core != NULL)
    {
      channel = tern_runner_make_channel (self->core, self->account, password, NULL,
                                          tern_core_get_trust (self->core));
      use_channel (self, channel);
    }
  else if (error == NULL)
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the engine is closed");
  tern_secrets_free (password);
  answer_waiters (self, error);
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

  if (self->tokens != NULL)
    return self->tokens;
  provider = tern_providers_get (tern_core_get_providers (self->core), account->provider);
  if (provider == NULL)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID, "there is no provider “%s” any more",
                   account->provider);
      return NULL;
    }
  self->tokens = tern_token_source_new (tern_core_get_token_client (self->core), provider,
                                        account->uuid, account->email, account->client_id);
  return self->tokens;
}

static void
with_tokens (TernRunner *self, TernRunnerChannelFunc func, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernChannel) channel = NULL;
  TernTokenSource *tokens = tern_runner_get_tokens (self, &error);

  if (tokens != NULL)
    {
      channel = tern_runner_make_channel (self->core, self->account, NULL, tokens,
                                          tern_core_get_trust (self->core));
      use_channel (self, channel);
    }
  func (self, channel, error, user_data);
}

/**
 * tern_runner_with_channel:
 * @self: a runner
 * @func: called once with the channel, or with %NULL and an error
 * @user_data: for @func
 *
 * Gives the account's channel, which is made with the password from the keyring when it is first
 * needed.
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
  if (self->channel != NULL)
    {
      func (self, self->channel, NULL, user_data);
      return;
    }

  if (self->account->provider != NULL)
    {
      with_tokens (self, func, user_data);
      return;
    }
  g_ptr_array_add (self->waiting, g_memdup2 (&waiter, sizeof waiter));
  if (self->waiting->len == 1)
    tern_secrets_lookup_async (TERN_SECRET_PASSWORD, self->account->uuid, self->cancellable,
                               lookup_password_cb, g_object_ref (self));
}

/**
 * tern_runner_forget_channel:
 * @self: a runner
 *
 * Closes the channel; the next request makes a new one with what is in the keyring then.
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
 * tern_runner_close:
 * @self: a runner
 *
 * Ends the account's work without waiting; what is asked of it from now on fails.
 */
void
tern_runner_close (TernRunner *self)
{
  g_autoptr (GPtrArray) flushers = g_steal_pointer (&self->flushers);

  self->flushers = g_ptr_array_new_with_free_func (g_object_unref);
  /* First of all: what fails below is no news of the account any more. */
  self->core = NULL;
  tern_runner_cancel_syncs (self);
  tern_runner_cancel_background (self);
  tern_runner_cancel_bodies (self);
  g_cancellable_cancel (self->cancellable);
  tern_runner_forget_channel (self);
  if (self->retry_source != NULL)
    g_source_destroy (self->retry_source);
  g_clear_pointer (&self->retry_source, g_source_unref);

  for (guint i = 0; i < flushers->len; i++)
    g_task_return_new_error (g_ptr_array_index (flushers, i), G_IO_ERROR, G_IO_ERROR_CLOSED,
                             "the account is closed");
}

/**
 * tern_runner_dup_place:
 * @self: a runner
 * @message: a cached message of its account
 * @error: return location; %TERN_ERROR_GONE where the server has no name for the message, or not
 *   yet; %TERN_ERROR_AUTH where it has refused the credentials: they are not tried again for each
 *   letter that is opened, but with the next synchronisation that somebody asks for
 *
 * Tells where to ask for a message.
 *
 * Returns: (transfer full) (nullable): the remote id of the folder in which the message stands
 */
char *
tern_runner_dup_place (TernRunner *self, const TernMessage *message, GError **error)
{
  g_autoptr (TernFolder) folder = NULL;

  if (self->core == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the account is closed");
      return NULL;
    }
  if (self->state == TERN_ACCOUNT_STATE_SIGN_IN &&
      g_error_matches (self->error, TERN_ERROR, TERN_ERROR_AUTH))
    {
      g_propagate_error (error, g_error_copy (self->error));
      return NULL;
    }
  if (message->remote_id == NULL)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_GONE,
                           "the server has not named the moved message yet");
      return NULL;
    }
  folder = tern_store_get_folder (tern_runner_get_store (self), message->folder_id, error);
  return folder != NULL ? g_strdup (folder->remote_id) : NULL;
}

/* --- State --- */

static gboolean
retry_cb (gpointer user_data)
{
  TernRunner *self = TERN_RUNNER (user_data);

  g_clear_pointer (&self->retry_source, g_source_unref);
  tern_runner_retry (self);
  return G_SOURCE_REMOVE;
}

static void
stop_retry (TernRunner *self)
{
  if (self->retry_source != NULL)
    g_source_destroy (self->retry_source);
  g_clear_pointer (&self->retry_source, g_source_unref);
}

static void
schedule_retry (TernRunner *self, const GError *error)
{
  const char *detail = tern_error_get_detail (error);
  guint64 wait = MIN (RETRY_MOST, (guint64) RETRY_FIRST << MIN (self->failures, 8));
  guint64 asked = 0;
  g_autofree char *reason = tern_event_dup_reason (error);
  gboolean is_asked = g_error_matches (error, TERN_ERROR, TERN_ERROR_BUSY);

  if (self->retry_source != NULL && (self->is_asked_to_wait || !is_asked))
    return;
  stop_retry (self);
  self->is_asked_to_wait = is_asked;
  /* A server that names its time is believed, and left alone for longer when it says so again. */
  if (is_asked && detail != NULL &&
      g_ascii_string_to_unsigned (detail, 10, 1, BUSY_MOST, &asked, NULL))
    wait = MIN (BUSY_MOST, asked << MIN (self->failures, 4));
  self->failures++;
  wait += (guint64) g_random_int_range (0, (gint32) wait / 4 + 1);
  tern_runner_tell_event (self, (TernEvent){
                                    .kind = TERN_EVENT_WAIT,
                                    .state = TERN_EVENT_FAILED,
                                    .duration = (gint64) wait * G_USEC_PER_SEC,
                                    .result = reason,
                                });
  self->retry_source = g_timeout_source_new_seconds ((guint) wait);
  g_source_set_callback (self->retry_source, retry_cb, self, NULL);
  g_source_attach (self->retry_source, g_main_context_get_thread_default ());
}

/**
 * tern_runner_begin:
 * @self: a runner
 *
 * Notes that a request to the server starts; tern_runner_end() goes with it.
 */
void
tern_runner_begin (TernRunner *self)
{
  g_object_ref (self);
  /* That it must be signed in anew holds until that worked, or each change would try it again; a
   * server that wants to be left alone may not be asked at all. */
  if (self->pending++ == 0 && self->state != TERN_ACCOUNT_STATE_ONLINE &&
      self->state != TERN_ACCOUNT_STATE_SIGN_IN && self->state != TERN_ACCOUNT_STATE_CERTIFICATE &&
      (self->state != TERN_ACCOUNT_STATE_TROUBLE || self->retry_source == NULL))
    {
      self->state = TERN_ACCOUNT_STATE_CONNECTING;
      tern_runner_tell_status (self);
    }
}

static void
take_error (TernRunner *self, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return; /* by ourselves: says nothing of the server */
  if (tern_error_is_transport (error))
    self->state = TERN_ACCOUNT_STATE_OFFLINE;
  else if (g_error_matches (error, TERN_ERROR, TERN_ERROR_AUTH) ||
           g_error_matches (error, TERN_ERROR, TERN_ERROR_SECRET))
    {
      self->state = TERN_ACCOUNT_STATE_SIGN_IN;
      /* The next request asks the keyring again. */
      tern_runner_forget_channel (self);
    }
  else if (g_error_matches (error, TERN_ERROR, TERN_ERROR_CERTIFICATE))
    self->state = TERN_ACCOUNT_STATE_CERTIFICATE;
  else if (g_error_matches (error, TERN_ERROR, TERN_ERROR_BUSY))
    self->state = TERN_ACCOUNT_STATE_TROUBLE;
  else
    return; /* one request's own trouble */

  /* Where the network fails, any answer proves that it works. */
  self->outdated = self->state == TERN_ACCOUNT_STATE_OFFLINE ? 0 : self->pending;
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
  if (self->state == TERN_ACCOUNT_STATE_OFFLINE || self->state == TERN_ACCOUNT_STATE_TROUBLE)
    schedule_retry (self, error);
}

/* The server serves the account. What waited for a way to it goes now; what it asked to wait for
 * waits on. */
static void
take_success (TernRunner *self)
{
  gboolean waits = self->retry_source != NULL;

  self->state = TERN_ACCOUNT_STATE_ONLINE;
  g_clear_error (&self->error);
  if (waits && self->is_asked_to_wait)
    return;
  self->is_asked_to_wait = FALSE;
  self->failures = 0;
  if (waits)
    tern_runner_retry (self);
}

/* Whether the end of a request says nothing of how the account is doing now: it was begun before
 * another one was refused. Those that began before are taken to end first, as which they are is not
 * kept. */
static gboolean
is_outdated (TernRunner *self, const GError *error)
{
  gboolean needs_sign_in =
      self->state == TERN_ACCOUNT_STATE_SIGN_IN || self->state == TERN_ACCOUNT_STATE_CERTIFICATE;

  if (self->outdated == 0)
    return FALSE;
  self->outdated--;
  if (error == NULL)
    return TRUE;
  if (tern_error_is_transport (error))
    return needs_sign_in || self->state == TERN_ACCOUNT_STATE_TROUBLE;
  return needs_sign_in && g_error_matches (error, TERN_ERROR, TERN_ERROR_BUSY);
}

/**
 * tern_runner_end:
 * @self: a runner
 * @error: (nullable): how the request failed
 *
 * Notes that a request to the server ended, and draws from it how the account is doing.
 */
void
tern_runner_end (TernRunner *self, const GError *error)
{
  self->pending--;
  if (self->core != NULL)
    {
      gboolean is_old = is_outdated (self, error);

      if (error == NULL && !is_old)
        take_success (self);
      else if (!is_old)
        take_error (self, error);
      if (self->state == TERN_ACCOUNT_STATE_CONNECTING && self->pending == 0)
        self->state = TERN_ACCOUNT_STATE_CACHED;
      tern_runner_tell_status (self);
      tern_runner_continue_background (self);
      tern_runner_continue_bodies (self);
    }
  g_object_unref (self);
}

static void
wanted_folder_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  /* The sync has told its outcome by the account's status. */
}

/**
 * tern_runner_retry:
 * @self: a runner
 *
 * Takes up what waits for the server: the operation log, and the sync that failed last.
 */
void
tern_runner_retry (TernRunner *self)
{
  gint64 folder_id = self->wanted_folder;

  if (self->core == NULL || self->state == TERN_ACCOUNT_STATE_SIGN_IN ||
      self->state == TERN_ACCOUNT_STATE_CERTIFICATE)
    return;
  stop_retry (self);

  tern_runner_replay (self);
  tern_runner_continue_background (self);
  tern_runner_continue_bodies (self);
  if (folder_id != 0)
    {
      self->wanted_folder = 0;
      tern_runner_sync_folder (self, folder_id, TERN_FETCH_FORCE, TERN_URGENCY_USER,
                               g_task_new (self, self->cancellable, wanted_folder_cb, NULL));
    }
}
