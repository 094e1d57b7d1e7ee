/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-core.h"
#include "tern-engine.h"
#include "tern-runner.h"

G_BEGIN_DECLS

/* Runs on the engine's thread with an open core; takes over @task. */
typedef void (*TernEngineFunc) (TernCore *core, GTask *task);

void tern_engine_dispatch (TernEngine *self, GTask *task, TernEngineFunc func);

/* tern-engine-call.c: what every request shares. */
typedef struct
{
  gint64 id;
  gint64 *ids;
  gsize n_ids;
  TernFetchPolicy policy;
  int days;
  gboolean is_device;
  char *text;
  char *removed; /* a tag */
  char *secret;
  TernAccount *account;
  TernOperation *operation;
  TernQuery *query;
  gint64 folder_id;
  guint limit;
  GFile *file;
  GPtrArray *lines;
  gboolean flag;
  GFileProgressCallback progress;
  gpointer progress_data;
} TernEngineCall;

void tern_engine_start (TernEngine *self,
                        TernEngineCall call,
                        TernEngineFunc func,
                        gpointer source_tag,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
void tern_engine_return_error (GTask *task, GError *error);
GFileProgressCallback tern_engine_keep_progress (GTask *task);
TernRunner *tern_engine_get_runner (TernCore *core, GTask *task);
TernRunner *tern_engine_get_runner_of_folder (TernCore *core, GTask *task);
TernRunner *
tern_engine_get_runner_of_message (TernCore *core, GTask *task, gint64 id, TernMessage **message);
gboolean tern_engine_finish_boolean (TernEngine *self, GAsyncResult *result, GError **error);
gpointer tern_engine_finish_pointer (TernEngine *self, GAsyncResult *result, GError **error);

G_END_DECLS
