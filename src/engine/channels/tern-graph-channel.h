/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-account.h"
#include "tern-channel.h"
#include "tern-graph-tokens.h"

G_BEGIN_DECLS

#define TERN_TYPE_GRAPH_CHANNEL (tern_graph_channel_get_type ())
G_DECLARE_FINAL_TYPE (TernGraphChannel, tern_graph_channel, TERN, GRAPH_CHANNEL, GObject)

TernGraphChannel *tern_graph_channel_new (TernAccount *account,
                                          const char *base,
                                          TernGraphTokens *tokens,
                                          GError **error);
void tern_graph_channel_prepare (TernGraphChannel *self);
void tern_graph_channel_set_scopes (TernGraphChannel *self, const char *scopes);

G_END_DECLS
