/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-tokens.h"

G_DEFINE_INTERFACE (TernGraphTokens, tern_graph_tokens, G_TYPE_OBJECT)

static void
tern_graph_tokens_default_init (TernGraphTokensInterface *iface)
{
}

/**
 * tern_graph_tokens_get_async:
 * @self: a source of tokens
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks for an access token that the server can be expected to take.
 */
void
tern_graph_tokens_get_async (TernGraphTokens *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  TERN_GRAPH_TOKENS_GET_IFACE (self)->get_async (self, cancellable, callback, user_data);
}

/**
 * tern_graph_tokens_get_finish:
 * @self: a source of tokens
 * @result: the result
 * @error: return location; %TERN_ERROR_AUTH where the user has to sign in
 *
 * Returns: (transfer full) (nullable): the token
 */
char *
tern_graph_tokens_get_finish (TernGraphTokens *self, GAsyncResult *result, GError **error)
{
  return TERN_GRAPH_TOKENS_GET_IFACE (self)->get_finish (self, result, error);
}

/**
 * tern_graph_tokens_refuse:
 * @self: a source of tokens
 * @token: a token that it gave
 *
 * Says that the server did not take a token, so that the next one asked for is another one.
 */
void
tern_graph_tokens_refuse (TernGraphTokens *self, const char *token)
{
  TERN_GRAPH_TOKENS_GET_IFACE (self)->refuse (self, token);
}
