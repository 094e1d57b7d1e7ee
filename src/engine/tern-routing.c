/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-routing.h"

#include <string.h>

#include "tern-error.h"
#include "tern-graph-channel.h"
#include "tern-graph-source-tokens.h"
#include "tern-imap-channel.h"
#include "tern-providers.h"
#include "tern-secrets.h"
#include "tern-trace.h"

/* One search for the channel of an account. */
typedef struct
{
  TernRouter *router;
  TernCore *core;
  TernAccount *account;
  char *password;
  TernTokenSource *tokens;
  TernTrust *trust;
  char *current;
  gboolean signs_in;
  const char *name;     /* the channel that is tried; the router's */
  TernToken *token;     /* for it */
  TernChannel *channel; /* a guest of the core while it is tried */
  TernChannel *spare; /* (nullable): the account's own one, while another's scopes are asked for */
  TernRoute *route;   /* (nullable): how far it came on the last channel that was tried */
} Routing;

static void next_channel (GTask *task);

static void
take_route (Routing *routing)
{
  g_autoptr (TernRoute) route = tern_channel_dup_route (routing->channel);

  if (route == NULL)
    return;
  g_clear_pointer (&routing->route, tern_route_unref);
  routing->route = tern_route_copy (route);
  routing->route->passed_over = tern_router_dup_reasons (routing->router);
}

/* Gives up the channel that was tried. */
static void
drop_channel (Routing *routing)
{
  if (routing->channel == NULL)
    return;
  take_route (routing);
  tern_channel_close (routing->channel);
  tern_core_remove_guest (routing->core, routing->channel);
  g_clear_object (&routing->channel);
}

static void
drop_spare (Routing *routing)
{
  if (routing->spare == NULL)
    return;
  tern_channel_close (routing->spare);
  tern_core_remove_guest (routing->core, routing->spare);
  g_clear_object (&routing->spare);
}

static void
routing_free (gpointer data)
{
  Routing *routing = data;

  drop_channel (routing);
  drop_spare (routing);
  tern_account_unref (routing->account);
  tern_secrets_free (routing->password);
  g_clear_object (&routing->tokens);
  g_object_unref (routing->trust);
  g_free (routing->current);
  g_clear_pointer (&routing->route, tern_route_unref);
  g_clear_pointer (&routing->token, tern_token_unref);
  g_free (routing);
}

/**
 * tern_routing_result_free:
 * @self: (transfer full): a result
 *
 * Frees a result and its reference to the channel, which is not closed.
 */
void
tern_routing_result_free (TernRoutingResult *self)
{
  g_object_unref (self->channel);
  g_free (self->name);
  g_clear_pointer (&self->folders, g_ptr_array_unref);
  g_free (self);
}

/**
 * tern_routing_new_router:
 * @core: the engine's side
 * @account: an account
 *
 * Makes what decides by which channel the account is reached: one with a password by IMAP, one that
 * signs in with a provider by what the provider has.
 *
 * Returns: (transfer full): a router that remembers nothing
 */
TernRouter *
tern_routing_new_router (TernCore *core, const TernAccount *account)
{
  const TernProvider *provider =
      account->provider != NULL
          ? tern_providers_get (tern_core_get_providers (core), account->provider)
          : NULL;
  g_autoptr (GPtrArray) channels = g_ptr_array_new ();

  for (guint i = 0; provider != NULL && provider->channels != NULL && provider->channels[i] != NULL;
       i++)
    if (strcmp (provider->channels[i], "imap") != 0 || account->imap->len > 0)
      g_ptr_array_add (channels, (char *) provider->channels[i]);
  if (channels->len == 0)
    g_ptr_array_add (channels, (char *) "imap");
  g_ptr_array_add (channels, NULL);
  return tern_router_new ((const char *const *) channels->pdata);
}

/* --- What the token is good for --- */

static void
skip (Routing *routing, const char *reason)
{
  tern_trace ("channel.skip", TERN_TRACE_STR ("channel", routing->name),
              TERN_TRACE_STR ("reason", reason));
}

/* The scope that is missing for reading by the channel; NULL where none is, or where the provider
 * did not say. */
static char *
dup_missing_scope (const Routing *routing)
{
  const TernProvider *provider = tern_token_source_get_provider (routing->tokens);

  if (strcmp (routing->name, "graph") != 0)
    return tern_token_dup_missing (routing->token,
                                   tern_provider_get_scope (provider, routing->name));
  if (tern_token_check_scope (routing->token, "Mail.Read") == TERN_GRANT_MISSING &&
      tern_token_check_scope (routing->token, "Mail.ReadWrite") == TERN_GRANT_MISSING)
    return g_strdup ("Mail.Read");
  return NULL;
}

static gboolean
may_only_read (const Routing *routing)
{
  return routing->token != NULL && strcmp (routing->name, "graph") == 0 &&
         tern_token_check_scope (routing->token, "Mail.ReadWrite") == TERN_GRANT_MISSING;
}

/* --- Trying a channel --- */

static TernChannel *
make_imap (const Routing *routing)
{
  const TernAccount *account = routing->account;
  TernImapChannel *channel =
      tern_imap_channel_new (routing->account, routing->password, routing->trust);
  g_autoptr (GPtrArray) stats = NULL;

  tern_imap_channel_use_tokens (channel, routing->tokens);
  tern_imap_channel_share (channel, tern_core_get_budget (routing->core));
  if (account->id != 0)
    stats = tern_store_list_endpoint_stats (tern_core_get_store (routing->core), account->id, NULL);
  for (guint i = 0; stats != NULL && i < stats->len; i++)
    {
      const TernStoreEndpointStat *stat = g_ptr_array_index (stats, i);

      tern_imap_channel_remember (channel, stat->endpoint, stat->usual_ms, stat->favourite,
                                  stat->memory);
    }
  return TERN_CHANNEL (channel);
}

static TernChannel *
make_graph (const Routing *routing, GError **error)
{
  const TernProvider *provider = tern_token_source_get_provider (routing->tokens);
  g_autoptr (TernGraphTokens) tokens = tern_graph_source_tokens_new (routing->tokens);

  return (TernChannel *) tern_graph_channel_new (routing->account, provider->graph, tokens, error);
}

static gboolean
make_channel (Routing *routing, GError **error)
{
  gboolean is_graph = strcmp (routing->name, "graph") == 0;

  if (routing->channel == NULL && !is_graph)
    routing->channel = g_steal_pointer (&routing->spare);
  if (routing->channel != NULL)
    return TRUE;
  routing->channel = is_graph ? make_graph (routing, error) : make_imap (routing);
  if (routing->channel != NULL)
    tern_core_add_guest (routing->core, routing->channel);
  return routing->channel != NULL;
}

/* Connects to Graph while the token comes. Where it may not be used, nothing was asked for. */
static void
prepare_graph (Routing *routing)
{
  g_autoptr (GError) error = NULL;

  if (strcmp (routing->name, "graph") != 0 || routing->signs_in ||
      tern_token_source_is_refused (routing->tokens, routing->name))
    return;
  if (make_channel (routing, &error))
    tern_graph_channel_prepare (TERN_GRAPH_CHANNEL (routing->channel));
  else
    g_debug ("%s", error->message); /* which is told when it is tried */
}

static void
spare_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!tern_channel_connect_finish (TERN_CHANNEL (object), result, &error))
    g_debug ("%s", error->message);
}

/* An account that had to be reached by IMAP will have to be most likely, also when it is time to
 * ask for the scopes of Graph again: its server is connected to while they come. */
static void
prepare_spare (Routing *routing)
{
  if (routing->spare != NULL || routing->signs_in || strcmp (routing->name, "graph") != 0 ||
      g_strcmp0 (routing->current, "imap") != 0 ||
      !tern_router_is_left (routing->router, "imap", g_get_real_time ()) ||
      tern_token_source_is_refused (routing->tokens, "imap"))
    return;
  routing->spare = make_imap (routing);
  tern_core_add_guest (routing->core, routing->spare);
  tern_channel_connect_async (routing->spare, NULL, spare_cb, NULL);
}

static void
succeed (GTask *task, GPtrArray *folders)
{
  Routing *routing = g_task_get_task_data (task);
  TernRoutingResult *found = g_new0 (TernRoutingResult, 1);

  take_route (routing);
  tern_core_remove_guest (routing->core, routing->channel);
  found->channel = g_steal_pointer (&routing->channel);
  found->name = g_strdup (routing->name);
  found->folders = folders != NULL ? g_ptr_array_ref (folders) : NULL;
  found->is_read_only = may_only_read (routing);
  g_task_return_pointer (task, found, (GDestroyNotify) tern_routing_result_free);
  g_object_unref (task);
}

/* A core that goes closes what is tried: that is no reason to try the next one. */
static gboolean
return_closed (GTask *task)
{
  const Routing *routing = g_task_get_task_data (task);

  if (!g_cancellable_is_cancelled (tern_core_get_closing (routing->core)))
    return FALSE;
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "the engine is closed");
  g_object_unref (task);
  return TRUE;
}

static void
fail_channel (GTask *task, const GError *error)
{
  Routing *routing = g_task_get_task_data (task);

  drop_channel (routing);
  if (g_task_return_error_if_cancelled (task))
    {
      g_object_unref (task);
      return;
    }
  if (return_closed (task))
    return;
  tern_router_fail (routing->router, routing->name, error, g_get_real_time ());
  next_channel (task);
}

static void
connected_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;

  if (tern_channel_connect_finish (TERN_CHANNEL (object), result, &error))
    succeed (task, NULL);
  else
    fail_channel (task, error);
}

static void
listed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders =
      tern_channel_list_folders_finish (TERN_CHANNEL (object), result, &error);

  if (folders != NULL)
    succeed (task, folders);
  else
    fail_channel (task, error);
}

/* The channel whose names the account bears is used as it is: what fails on it goes over to the
 * next one. Another one must show the folders before anything is called by its names. */
static void
try_channel (GTask *task)
{
  Routing *routing = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (GError) error = NULL;

  if (!make_channel (routing, &error))
    {
      fail_channel (task, error);
      return;
    }
  if (TERN_IS_GRAPH_CHANNEL (routing->channel))
    {
      g_autofree char *scopes = tern_token_dup_scopes (routing->token);

      drop_spare (routing);
      tern_graph_channel_set_scopes (TERN_GRAPH_CHANNEL (routing->channel), scopes);
    }
  if (routing->signs_in)
    tern_channel_connect_async (routing->channel, cancellable, connected_cb, task);
  else if (routing->current == NULL || strcmp (routing->current, routing->name) == 0)
    succeed (task, NULL);
  else
    tern_channel_list_folders_async (routing->channel, cancellable, listed_cb, task);
}

/* Where the provider cannot be asked for a token, it cannot be asked for another one either. */
static void
fail_all (Routing *routing, const GError *error)
{
  const char *name;

  while ((name = tern_router_next (routing->router, g_get_real_time ())) != NULL)
    tern_router_fail (routing->router, name, error, g_get_real_time ());
}

static void
check_token (GTask *task)
{
  Routing *routing = g_task_get_task_data (task);
  g_autofree char *missing = dup_missing_scope (routing);

  if (missing != NULL)
    {
      g_autoptr (GError) error =
          g_error_new (TERN_ERROR, TERN_ERROR_PERMISSION, "the sign-in does not allow %s", missing);

      skip (routing, error->message);
      fail_channel (task, error);
    }
  else if (may_only_read (routing) &&
           tern_router_postpone (routing->router, routing->name, g_get_real_time ()))
    {
      skip (routing, "the sign-in does not allow Mail.ReadWrite");
      drop_channel (routing);
      next_channel (task);
    }
  else
    try_channel (task);
}

static void
token_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Routing *routing = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&routing->token, tern_token_unref);
  routing->token = tern_token_source_get_finish (TERN_TOKEN_SOURCE (object), result, &error);
  if (routing->token != NULL)
    {
      check_token (task);
      return;
    }
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
      (tern_error_is_transport (error) || g_error_matches (error, TERN_ERROR, TERN_ERROR_BUSY)))
    fail_all (routing, error);
  fail_channel (task, error);
}

/* Whether the channel may begin before its token is here: it makes its way to the server meanwhile,
 * and nothing but the scopes, which it looks at itself, could speak against it. */
static gboolean
may_begin (const Routing *routing)
{
  if (strcmp (routing->name, "imap") != 0)
    return FALSE;
  return !tern_router_has_choice (routing->router) ||
         (!routing->signs_in && g_strcmp0 (routing->current, routing->name) == 0);
}

static void
next_channel (GTask *task)
{
  Routing *routing = g_task_get_task_data (task);

  routing->name = tern_router_next (routing->router, g_get_real_time ());
  if (routing->name == NULL)
    {
      g_task_return_error (task, tern_router_dup_error (routing->router));
      g_object_unref (task);
      return;
    }
  g_clear_pointer (&routing->token, tern_token_unref);
  if (routing->tokens == NULL || may_begin (routing))
    {
      try_channel (task);
      return;
    }
  tern_token_source_get_async (routing->tokens, routing->name, g_task_get_cancellable (task),
                               token_cb, task);
  prepare_graph (routing);
  prepare_spare (routing);
}

/**
 * tern_routing_find_async:
 * @router: the account's router, which must outlive the call
 * @way: what it takes to reach the account
 * @current: (nullable): the channel whose names the account's folders and messages bear; %NULL for
 *   none
 * @signs_in: whether the channel has to show that the server lets the account in
 * @cancellable: (nullable): ends the search
 * @callback: called when a channel is found
 * @user_data: for @callback
 *
 * Finds the channel by which an account is reached. A channel for which the token lacks a scope is
 * skipped with no request to its server, and one by which the account could only be read comes
 * after the others. Unless @signs_in, the channel that is @current is not tried; any other lists
 * the account's folders before it is taken. Where one fails the next is tried at once.
 */
void
tern_routing_find_async (TernRouter *router,
                         const TernRoutingWay *way,
                         const char *current,
                         gboolean signs_in,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Routing *routing = g_new0 (Routing, 1);

  g_task_set_source_tag (task, tern_routing_find_async);
  routing->router = router;
  routing->core = way->core;
  routing->account = tern_account_ref (way->account);
  routing->password = g_strdup (way->password);
  routing->tokens = way->tokens != NULL ? g_object_ref (way->tokens) : NULL;
  routing->trust = g_object_ref (way->trust);
  routing->current = g_strdup (current);
  routing->signs_in = signs_in;
  g_task_set_task_data (task, routing, routing_free);
  next_channel (task);
}

/**
 * tern_routing_find_finish:
 * @result: the result of tern_routing_find_async()
 * @route: (out) (optional) (nullable) (transfer full): how the account was reached, or how far it
 *   came on the last channel that was tried
 * @error: return location; what tern_router_dup_error() gives where every channel failed
 *
 * Returns: (transfer full) (nullable): the channel and what came with it
 */
TernRoutingResult *
tern_routing_find_finish (GAsyncResult *result, TernRoute **route, GError **error)
{
  Routing *routing = g_task_get_task_data (G_TASK (result));

  if (route != NULL)
    *route = g_steal_pointer (&routing->route);
  return g_task_propagate_pointer (G_TASK (result), error);
}
