/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-core.h"
#include "tern-engine.h"

G_BEGIN_DECLS

void tern_core_search (TernCore *core,
                       gint64 account_id,
                       gint64 folder_id,
                       TernQuery *query,
                       guint limit,
                       TernFetchPolicy policy,
                       GTask *task);

G_END_DECLS
