/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "tern-graph-session-private.h"

G_BEGIN_DECLS

/* A request below the base, escaped, as one of several. */
typedef struct
{
  const char *method;
  char *path;
  JsonNode *body; /* NULL for none */
} TernGraphBatchItem;

/* How one of them was answered. */
typedef struct
{
  JsonObject *body; /* NULL where there is none */
  GError *error;
} TernGraphBatchAnswer;

GPtrArray *tern_graph_batch_items_new (void);
void tern_graph_batch_items_add (GPtrArray *items, const char *method, char *path, JsonNode *body);

void tern_graph_batch_async (TernGraphSession *session,
                             const char *text,
                             GPtrArray *items,
                             TernGraphUrgency urgency,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
GPtrArray *
tern_graph_batch_finish (TernGraphSession *session, GAsyncResult *result, GError **error);

G_END_DECLS
