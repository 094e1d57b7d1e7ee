/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-source-tokens.h"

/* The tokens of an account, as a session of Graph wants them. */
struct _TernGraphSourceTokens
{
  GObject parent_instance;

  TernTokenSource *source;
};

static void tern_graph_source_tokens_iface_init (TernGraphTokensInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernGraphSourceTokens,
                               tern_graph_source_tokens,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_GRAPH_TOKENS,
                                                      tern_graph_source_tokens_iface_init))

static void
tern_graph_source_tokens_dispose (GObject *object)
{
  g_clear_object (&TERN_GRAPH_SOURCE_TOKENS (object)->source);
  G_OBJECT_CLASS (tern_graph_source_tokens_parent_class)->dispose (object);
}

static void
tern_graph_source_tokens_class_init (TernGraphSourceTokensClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tern_graph_source_tokens_dispose;
}

static void
tern_graph_source_tokens_init (TernGraphSourceTokens *self)
{
}

/**
 * tern_graph_source_tokens_new:
 * @source: an account's tokens
 *
 * Returns: (transfer full): those among them that are for Graph
 */
TernGraphTokens *
tern_graph_source_tokens_new (TernTokenSource *source)
{
  TernGraphSourceTokens *self = g_object_new (TERN_TYPE_GRAPH_SOURCE_TOKENS, NULL);

  self->source = g_object_ref (source);
  return TERN_GRAPH_TOKENS (self);
}

static void
got_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (TernToken) token =
      tern_token_source_get_finish (TERN_TOKEN_SOURCE (object), result, &error);

  if (token == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_strdup (token->access), g_free);
}

static void
source_tokens_get_async (TernGraphTokens *tokens,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (tokens, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tokens_get_async);
  tern_token_source_get_async (TERN_GRAPH_SOURCE_TOKENS (tokens)->source, "graph", cancellable,
                               got_cb, task);
}

static char *
source_tokens_get_finish (TernGraphTokens *tokens, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
source_tokens_refuse (TernGraphTokens *tokens, const char *token)
{
  tern_token_source_invalidate (TERN_GRAPH_SOURCE_TOKENS (tokens)->source, token);
}

static void
tern_graph_source_tokens_iface_init (TernGraphTokensInterface *iface)
{
  iface->get_async = source_tokens_get_async;
  iface->get_finish = source_tokens_get_finish;
  iface->refuse = source_tokens_refuse;
}
