/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-core.h"
#include "tern-engine.h"
#include "tern-runner.h"

G_BEGIN_DECLS

/* Runs on the engine's thread with an open core; takes over @task. */
typedef void (*TernEngineFunc) (TernCore *core, GTask *task);

void tern_engine_dispatch (TernEngine *self, GTask *task, TernEngineFunc func);

G_END_DECLS
