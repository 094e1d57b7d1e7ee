/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-channel-private.h"

#include "tern-imap-limits.h"

static void tern_imap_channel_iface_init (TernChannelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernImapChannel,
                               tern_imap_channel,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CHANNEL,
                                                      tern_imap_channel_iface_init))

static void
tern_imap_channel_dispose (GObject *object)
{
  TernImapChannel *self = TERN_IMAP_CHANNEL (object);

  tern_imap_channel_close_slots (self);
  if (self->budget != NULL)
    tern_imap_budget_remove (self->budget, self);
  g_clear_pointer (&self->budget, tern_imap_budget_unref);
  g_clear_object (&self->tokens);
  g_clear_object (&self->trust);
  G_OBJECT_CLASS (tern_imap_channel_parent_class)->dispose (object);
}

static void
tern_imap_channel_finalize (GObject *object)
{
  TernImapChannel *self = TERN_IMAP_CHANNEL (object);

  tern_account_unref (self->account);
  g_free (self->password);
  g_ptr_array_unref (self->memories);
  g_clear_pointer (&self->route, tern_route_unref);
  g_ptr_array_unref (self->watched);
  g_ptr_array_unref (self->heard);
  g_free (self->trash);
  g_clear_pointer (&self->namespaces, g_array_unref);
  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    tern_imap_slot_clear (&self->slots[i]);
  G_OBJECT_CLASS (tern_imap_channel_parent_class)->finalize (object);
}

static void
tern_imap_channel_class_init (TernImapChannelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tern_imap_channel_dispose;
  object_class->finalize = tern_imap_channel_finalize;
}

static void
tern_imap_channel_init (TernImapChannel *self)
{
  self->memories = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_imap_memory_free);
  self->timing = (TernImapTiming){
    .idle = 5 * 60 * 1000,
    .silent = 60 * 1000,
    .coalesce = 200,
    .settle = 1000,
    .renew = 28 * 60 * 1000,
    .poll_first = 2 * 60 * 1000,
    .poll_others = 10 * 60 * 1000,
    .session = { TERN_IMAP_PATIENCE, TERN_IMAP_SHORT_PATIENCE, TERN_IMAP_DOUBT },
  };
  self->watched = g_ptr_array_new ();
  self->heard = g_ptr_array_new_with_free_func (tern_imap_watched_drop);
  self->limit = TERN_IMAP_MAX_CONNECTIONS;
  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    tern_imap_slot_init (&self->slots[i], self);
}

/**
 * tern_imap_channel_new:
 * @account: the account
 * @password: (nullable): its password; %NULL where tern_imap_channel_use_tokens() follows
 * @trust: (nullable): certificates that the user trusts
 *
 * Makes the way to an account's mail over IMAP. It connects at the first request.
 *
 * Returns: (transfer full): a new channel
 */
TernImapChannel *
tern_imap_channel_new (TernAccount *account, const char *password, TernTrust *trust)
{
  TernImapChannel *self = g_object_new (TERN_TYPE_IMAP_CHANNEL, NULL);

  self->account = tern_account_ref (account);
  self->password = g_strdup (password);
  g_set_object (&self->trust, trust);
  for (guint i = 0; i < account->imap->len; i++)
    g_ptr_array_add (self->memories, tern_imap_memory_new (account->imap->pdata[i]));
  return self;
}

/* What is known of one of the account's endpoints; NULL for another one. */
TernImapMemory *
tern_imap_channel_get_memory (TernImapChannel *self, TernEndpoint *endpoint)
{
  for (guint i = 0; i < self->memories->len; i++)
    {
      TernImapMemory *memory = self->memories->pdata[i];

      if (tern_endpoint_equal (memory->endpoint, endpoint))
        return memory;
    }
  return NULL;
}

/**
 * tern_imap_channel_use_tokens:
 * @self: a channel that has not connected yet
 * @tokens: where the account's access tokens come from
 *
 * Has the channel sign in by tokens for the resource "imap". One that the server refuses is
 * replaced once; a second refusal is an error of the sign-in.
 */
void
tern_imap_channel_use_tokens (TernImapChannel *self, TernTokenSource *tokens)
{
  g_set_object (&self->tokens, tokens);
}

/**
 * tern_imap_channel_share:
 * @self: a channel that has not connected yet
 * @budget: what bounds the connections of several channels together
 *
 * Has the channel keep to a budget.
 */
void
tern_imap_channel_share (TernImapChannel *self, TernImapBudget *budget)
{
  self->budget = tern_imap_budget_ref (budget);
  tern_imap_budget_add (budget, self);
}

/**
 * tern_imap_channel_remember:
 * @self: a channel
 * @endpoint: one of its account's endpoints; another one is ignored
 * @usual_ms: its usual time to readiness, 0 where unknown
 * @favourite: whether it won last time
 * @memory: (nullable): what tern_imap_channel_dup_memory() gave then
 *
 * Gives the channel what is known from earlier sessions, to start the right endpoint first and to
 * send more in the first flight.
 */
void
tern_imap_channel_remember (TernImapChannel *self,
                            TernEndpoint *endpoint,
                            guint usual_ms,
                            gboolean favourite,
                            const char *memory)
{
  TernImapMemory *known = tern_imap_channel_get_memory (self, endpoint);

  if (known == NULL)
    return;
  known->usual_ms = usual_ms;
  known->is_favourite = favourite;
  tern_imap_memory_parse (known, memory);
}

/**
 * tern_imap_channel_dup_memory:
 * @self: a channel
 * @endpoint: one of its account's endpoints
 *
 * Returns: (transfer full) (nullable): what is worth knowing of it at the next start; %NULL for
 *   nothing
 */
char *
tern_imap_channel_dup_memory (TernImapChannel *self, TernEndpoint *endpoint)
{
  const TernImapMemory *memory = tern_imap_channel_get_memory (self, endpoint);

  return memory != NULL ? tern_imap_memory_to_string (memory) : NULL;
}

/* Keeps how the server was reached; takes @route over. */
void
tern_imap_channel_set_route (TernImapChannel *self, TernRoute *route)
{
  g_clear_pointer (&self->route, tern_route_unref);
  self->route = route;
}

typedef struct
{
  TernImapLease *lease;
  gboolean is_repeated;
} Connecting;

static void acquired_cb (GObject *object, GAsyncResult *result, gpointer user_data);

/* The sign-in may still be on its way; what is answered behind it is signed in. */
static void
noop_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Connecting *connecting = g_task_get_task_data (task);
  TernImapLease *lease = g_steal_pointer (&connecting->lease);
  GError *error = NULL;
  gboolean good = tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error);
  gboolean again = !good && !connecting->is_repeated && tern_imap_lease_can_repeat (lease, error);

  tern_imap_channel_release (lease);
  if (again)
    {
      g_error_free (error);
      connecting->is_repeated = TRUE;
      tern_imap_channel_acquire_async (g_task_get_source_object (task), TERN_IMAP_USE_ANY, NULL,
                                       g_task_get_cancellable (task), acquired_cb,
                                       g_object_ref (task));
    }
  else if (!good)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
acquired_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Connecting *connecting = g_task_get_task_data (task);
  GError *error = NULL;
  TernImapLease *lease =
      tern_imap_channel_acquire_finish (TERN_IMAP_CHANNEL (object), result, &error);

  if (lease == NULL)
    g_task_return_error (task, error);
  else if (tern_imap_session_get_state (lease->session) < TERN_IMAP_STATE_AUTHENTICATED)
    {
      connecting->lease = lease;
      tern_imap_noop_async (lease->session, g_task_get_cancellable (task), noop_cb,
                            g_object_ref (task));
    }
  else
    {
      tern_imap_channel_release (lease);
      g_task_return_boolean (task, TRUE);
    }
}

static void
channel_connect_async (TernChannel *channel,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (channel, cancellable, callback, user_data);

  g_task_set_source_tag (task, channel_connect_async);
  g_task_set_task_data (task, g_new0 (Connecting, 1), g_free);
  tern_imap_channel_acquire_async (TERN_IMAP_CHANNEL (channel), TERN_IMAP_USE_ANY, NULL,
                                   cancellable, acquired_cb, task);
}

static gboolean
boolean_finish (TernChannel *channel, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
channel_list_folders_async (TernChannel *channel,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  tern_imap_folders_async (TERN_IMAP_CHANNEL (channel), cancellable, callback, user_data);
}

static GPtrArray *
folders_finish (TernChannel *channel, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
channel_check_folders_async (TernChannel *channel,
                             const char *const *folders,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  tern_imap_check_async (TERN_IMAP_CHANNEL (channel), folders, cancellable, callback, user_data);
}

static void
channel_sync_folder_async (TernChannel *channel,
                           const char *folder,
                           const char *state,
                           TernSink *sink,
                           TernUrgency urgency,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  tern_imap_sync_async (TERN_IMAP_CHANNEL (channel), folder, state, sink, urgency, cancellable,
                        callback, user_data);
}

static void
channel_fetch_parts_async (TernChannel *channel,
                           const char *folder,
                           const TernPartRequest *requests,
                           gsize n,
                           TernUrgency urgency,
                           TernPartFunc func,
                           gpointer func_data,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  tern_imap_parts_async (TERN_IMAP_CHANNEL (channel), folder, requests, n, urgency, func, func_data,
                         cancellable, callback, user_data);
}

static void
channel_search_async (TernChannel *channel,
                      const char *folder,
                      TernQuery *query,
                      const TernSearchHandler *handler,
                      gpointer handler_data,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  tern_imap_query_async (TERN_IMAP_CHANNEL (channel), folder, query, handler, handler_data,
                         cancellable, callback, user_data);
}

static void
channel_apply_async (TernChannel *channel,
                     const TernRemoteChange *change,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  tern_imap_apply_async (TERN_IMAP_CHANNEL (channel), change, cancellable, callback, user_data);
}

static TernOutcome *
channel_apply_finish (TernChannel *channel, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static TernRoute *
channel_dup_route (TernChannel *channel)
{
  TernImapChannel *self = TERN_IMAP_CHANNEL (channel);

  return self->route != NULL ? tern_route_ref (self->route) : NULL;
}

static void
channel_watch (TernChannel *channel, const char *const *folders)
{
  tern_imap_watch_set (TERN_IMAP_CHANNEL (channel), folders);
}

static void
channel_suspend (TernChannel *channel)
{
  TernImapChannel *self = TERN_IMAP_CHANNEL (channel);

  self->is_suspended = TRUE;
  tern_imap_watch_pause (self);
  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    tern_imap_slot_close (&self->slots[i]);
}

static void
channel_resume (TernChannel *channel)
{
  TernImapChannel *self = TERN_IMAP_CHANNEL (channel);

  self->is_suspended = FALSE;
  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    tern_imap_slot_check (&self->slots[i]);
  tern_imap_watch_resume (self);
}

static void
channel_close (TernChannel *channel)
{
  TernImapChannel *self = TERN_IMAP_CHANNEL (channel);

  self->is_closed = TRUE;
  tern_imap_channel_close_slots (self);
}

static void
tern_imap_channel_iface_init (TernChannelInterface *iface)
{
  iface->connect_async = channel_connect_async;
  iface->connect_finish = boolean_finish;
  iface->list_folders_async = channel_list_folders_async;
  iface->list_folders_finish = folders_finish;
  iface->check_folders_async = channel_check_folders_async;
  iface->check_folders_finish = folders_finish;
  iface->sync_folder_async = channel_sync_folder_async;
  iface->sync_folder_finish = boolean_finish;
  iface->fetch_parts_async = channel_fetch_parts_async;
  iface->fetch_parts_finish = boolean_finish;
  iface->search_async = channel_search_async;
  iface->search_finish = boolean_finish;
  iface->apply_async = channel_apply_async;
  iface->apply_finish = channel_apply_finish;
  iface->watch = channel_watch;
  iface->suspend = channel_suspend;
  iface->resume = channel_resume;
  iface->dup_route = channel_dup_route;
  iface->close = channel_close;
}
