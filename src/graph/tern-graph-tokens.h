/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TERN_TYPE_GRAPH_TOKENS (tern_graph_tokens_get_type ())
G_DECLARE_INTERFACE (TernGraphTokens, tern_graph_tokens, TERN, GRAPH_TOKENS, GObject)

/**
 * TernGraphTokensInterface:
 * @get_async: asks for an access token that is good for the server
 * @get_finish: (transfer full): gives it
 * @refuse: the server did not take a token that was given: it must not be given again
 *
 * Where a session has its access tokens from.
 */
struct _TernGraphTokensInterface
{
  GTypeInterface parent_iface;

  void (*get_async) (TernGraphTokens *self,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data);
  char *(*get_finish) (TernGraphTokens *self, GAsyncResult *result, GError **error);
  void (*refuse) (TernGraphTokens *self, const char *token);
};

void tern_graph_tokens_get_async (TernGraphTokens *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
char *tern_graph_tokens_get_finish (TernGraphTokens *self, GAsyncResult *result, GError **error);
void tern_graph_tokens_refuse (TernGraphTokens *self, const char *token);

G_END_DECLS
