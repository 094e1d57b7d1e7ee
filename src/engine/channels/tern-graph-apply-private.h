/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-graph-channel-private.h"
#include "tern-graph-convert.h"

G_BEGIN_DECLS

/* A change on its way to the server. */
typedef struct
{
  GTask *task;
  TernGraphChannel *channel;
  TernGraphSession *session; /* the channel's */
  TernOperationKind kind;
  char *folder; /* ids of Graph */
  char *target;
  char *parent;
  GPtrArray *ids;         /* utf8: messages */
  GPtrArray *message_ids; /* utf8: as many; "" for none */
  TernFlags set;
  TernFlags clear;
  char *set_keywords;
  char *clear_keywords;
  TernFolderRole role;
  char *name;
  gboolean only_empty;
  GBytes *content;
  char *step;
  gboolean is_resumed;
  TernOutcome *outcome;
  GPtrArray *asked; /* utf8: messages that are being changed */
} TernGraphApply;

void tern_graph_apply_done (TernGraphApply *self);
void tern_graph_apply_fail (TernGraphApply *self, GError *error);
void tern_graph_apply_unsupported (TernGraphApply *self, const char *what);
GCancellable *tern_graph_apply_get_cancellable (TernGraphApply *self);

void tern_graph_apply_flags (TernGraphApply *self);
void tern_graph_apply_move (TernGraphApply *self);
void tern_graph_apply_delete (TernGraphApply *self);
void tern_graph_apply_copy (TernGraphApply *self);
void tern_graph_apply_append (TernGraphApply *self);
void tern_graph_apply_create_folder (TernGraphApply *self);
void tern_graph_apply_rename_folder (TernGraphApply *self);
void tern_graph_apply_delete_folder (TernGraphApply *self);
guint tern_graph_apply_collect (TernGraphApply *self, GPtrArray *results);
gboolean tern_graph_apply_settle (TernGraphApply *self);
void tern_graph_apply_results_cb (GObject *object, GAsyncResult *result, gpointer user_data);

G_END_DECLS
