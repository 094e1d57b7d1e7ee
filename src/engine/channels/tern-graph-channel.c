/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-channel-private.h"

#include "tern-error.h"
#include "tern-graph-convert.h"

static void tern_graph_channel_iface_init (TernChannelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernGraphChannel,
                               tern_graph_channel,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CHANNEL,
                                                      tern_graph_channel_iface_init))

static void
tern_graph_channel_dispose (GObject *object)
{
  TernGraphChannel *self = TERN_GRAPH_CHANNEL (object);

  g_ptr_array_set_size (self->watched, 0);
  if (self->session != NULL)
    {
      tern_graph_session_observe (self->session, NULL, NULL);
      tern_graph_session_close (self->session);
    }
  g_clear_object (&self->session);
  G_OBJECT_CLASS (tern_graph_channel_parent_class)->dispose (object);
}

static void
tern_graph_channel_finalize (GObject *object)
{
  TernGraphChannel *self = TERN_GRAPH_CHANNEL (object);

  g_clear_pointer (&self->account, tern_account_unref);
  g_clear_pointer (&self->endpoint, tern_endpoint_unref);
  g_clear_pointer (&self->route, tern_route_unref);
  g_free (self->scopes);
  g_hash_table_unref (self->totals);
  g_hash_table_unref (self->categories);
  g_ptr_array_unref (self->watched);
  G_OBJECT_CLASS (tern_graph_channel_parent_class)->finalize (object);
}

static void
tern_graph_channel_class_init (TernGraphChannelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tern_graph_channel_dispose;
  G_OBJECT_CLASS (klass)->finalize = tern_graph_channel_finalize;
}

static void
tern_graph_channel_init (TernGraphChannel *self)
{
  self->totals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->categories = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->watched = g_ptr_array_new_with_free_func (tern_graph_watched_free);
  self->timing = (TernGraphTiming){
    .poll_first = 60 * 1000,
    .poll_others = 10 * 60 * 1000,
  };
}

static TernEndpoint *
make_endpoint (const char *base)
{
  g_autoptr (GUri) uri = g_uri_parse (base, G_URI_FLAGS_NONE, NULL);
  gboolean is_plain = g_strcmp0 (g_uri_get_scheme (uri), "http") == 0;
  int port = g_uri_get_port (uri);

  return tern_endpoint_new (g_uri_get_host (uri),
                            (guint16) (port > 0   ? port
                                       : is_plain ? 80
                                                  : 443),
                            is_plain ? TERN_SECURITY_NONE : TERN_SECURITY_TLS);
}

/**
 * tern_graph_channel_new:
 * @account: the account
 * @base: where the Graph is, such as `https://graph.microsoft.com/v1.0`
 * @tokens: gives its access tokens
 * @error: return location for %TERN_ERROR_INVALID where @base is no such place
 *
 * Makes the way to an account's mail over Microsoft Graph. It connects at the first request.
 *
 * Returns: (transfer full) (nullable): a new channel
 */
TernGraphChannel *
tern_graph_channel_new (TernAccount *account,
                        const char *base,
                        TernGraphTokens *tokens,
                        GError **error)
{
  g_autoptr (TernGraphSession) session = tern_graph_session_new (base, tokens, error);
  TernGraphChannel *self;

  if (session == NULL)
    return NULL;
  self = g_object_new (TERN_TYPE_GRAPH_CHANNEL, NULL);
  self->account = tern_account_ref (account);
  self->endpoint = make_endpoint (base);
  self->session = g_steal_pointer (&session);
  tern_graph_session_observe (self->session, tern_graph_channel_note_cb, self);
  return self;
}

/**
 * tern_graph_channel_set_scopes:
 * @self: a channel
 * @scopes: (nullable): what its tokens may be used for, parted by spaces
 *
 * Has the scopes told with the route.
 */
void
tern_graph_channel_set_scopes (TernGraphChannel *self, const char *scopes)
{
  g_free (self->scopes);
  self->scopes = g_strdup (scopes);
}

/**
 * tern_graph_channel_prepare:
 * @self: a channel
 *
 * Connects, for a request that is about to come, and asks for nothing.
 */
void
tern_graph_channel_prepare (TernGraphChannel *self)
{
  tern_graph_session_prepare (self->session);
}

static void
connected_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GPtrArray) folders =
      tern_graph_get_folders_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (folders == NULL)
    g_task_return_error (task, error);
  else if (folders->len == 0)
    g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_PERMISSION, "there is no inbox");
  else
    g_task_return_boolean (task, TRUE);
}

/* While the last request was answered there is nothing to find out. */
static void
channel_connect_async (TernChannel *channel,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  TernGraphChannel *self = TERN_GRAPH_CHANNEL (channel);
  static const char *const inbox[] = { "inbox", NULL };
  GTask *task = g_task_new (channel, cancellable, callback, user_data);

  g_task_set_source_tag (task, channel_connect_async);
  if (!self->is_connected)
    {
      tern_graph_get_folders_async (self->session, inbox, cancellable, connected_cb, task);
      return;
    }
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static gboolean
boolean_finish (TernChannel *channel, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- Folders --- */

static GPtrArray *
folders_finish (TernChannel *channel, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
keep_totals (TernGraphChannel *self, GPtrArray *folders)
{
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = folders->pdata[i];

      g_hash_table_insert (self->totals, g_strdup (folder->remote_id),
                           GINT_TO_POINTER (folder->total));
    }
}

static void
listed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GPtrArray) wire =
      tern_graph_folders_finish (TERN_GRAPH_SESSION (object), result, &error);
  GPtrArray *folders;

  if (wire == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  folders = tern_graph_convert_folders (wire);
  keep_totals (g_task_get_source_object (task), folders);
  g_task_return_pointer (task, folders, (GDestroyNotify) g_ptr_array_unref);
}

static void
channel_list_folders_async (TernChannel *channel,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = g_task_new (channel, cancellable, callback, user_data);

  g_task_set_source_tag (task, channel_list_folders_async);
  tern_graph_folders_async (TERN_GRAPH_CHANNEL (channel)->session, cancellable, listed_cb, task);
}

static void
checked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GPtrArray) wire =
      tern_graph_get_folders_finish (TERN_GRAPH_SESSION (object), result, &error);
  g_autoptr (GPtrArray) folders =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_folder_unref);

  if (wire == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; i < wire->len; i++)
    g_ptr_array_add (folders, tern_graph_convert_counts (wire->pdata[i]));
  keep_totals (g_task_get_source_object (task), folders);
  g_task_return_pointer (task, g_steal_pointer (&folders), (GDestroyNotify) g_ptr_array_unref);
}

static void
channel_check_folders_async (TernChannel *channel,
                             const char *const *folders,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task = g_task_new (channel, cancellable, callback, user_data);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  g_task_set_source_tag (task, channel_check_folders_async);
  for (guint i = 0; folders[i] != NULL; i++)
    if (tern_graph_parse_remote_id (folders[i]) != NULL)
      g_ptr_array_add (ids, (char *) tern_graph_parse_remote_id (folders[i]));
  g_ptr_array_add (ids, NULL);
  tern_graph_get_folders_async (TERN_GRAPH_CHANNEL (channel)->session,
                                (const char *const *) ids->pdata, cancellable, checked_cb, task);
}

/* --- The rest --- */

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
  tern_graph_sync_async (TERN_GRAPH_CHANNEL (channel), folder, state, sink, urgency, cancellable,
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
  tern_graph_parts_async (TERN_GRAPH_CHANNEL (channel), requests, n, urgency, func, func_data,
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
  tern_graph_query_async (TERN_GRAPH_CHANNEL (channel), folder, query, handler, handler_data,
                          cancellable, callback, user_data);
}

static void
channel_apply_async (TernChannel *channel,
                     const TernRemoteChange *change,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  tern_graph_apply_async (TERN_GRAPH_CHANNEL (channel), change, cancellable, callback, user_data);
}

static TernOutcome *
channel_apply_finish (TernChannel *channel, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
channel_watch (TernChannel *channel, const char *const *folders)
{
  tern_graph_watch_set (TERN_GRAPH_CHANNEL (channel), folders);
}

static void
channel_suspend (TernChannel *channel)
{
  TernGraphChannel *self = TERN_GRAPH_CHANNEL (channel);

  self->is_suspended = TRUE;
  self->is_connected = FALSE;
  tern_graph_watch_pause (self);
  tern_graph_session_abort (self->session);
}

/* The old connection, if there is still one, may lead nowhere now. */
static void
channel_resume (TernChannel *channel)
{
  TernGraphChannel *self = TERN_GRAPH_CHANNEL (channel);

  self->is_suspended = FALSE;
  tern_graph_watch_resume (self);
}

static TernRoute *
channel_dup_route (TernChannel *channel)
{
  TernGraphChannel *self = TERN_GRAPH_CHANNEL (channel);

  return self->route != NULL ? tern_route_ref (self->route) : NULL;
}

static void
channel_close (TernChannel *channel)
{
  TernGraphChannel *self = TERN_GRAPH_CHANNEL (channel);

  tern_graph_watch_set (self, NULL);
  tern_graph_session_close (self->session);
}

static void
tern_graph_channel_iface_init (TernChannelInterface *iface)
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
