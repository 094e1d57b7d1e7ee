/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-graph-tokens.h"
#include "tern-token-source.h"

G_BEGIN_DECLS

#define TERN_TYPE_GRAPH_SOURCE_TOKENS (tern_graph_source_tokens_get_type ())
G_DECLARE_FINAL_TYPE (
    TernGraphSourceTokens, tern_graph_source_tokens, TERN, GRAPH_SOURCE_TOKENS, GObject)

TernGraphTokens *tern_graph_source_tokens_new (TernTokenSource *source);

G_END_DECLS
