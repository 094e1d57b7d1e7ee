/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-core.h"

G_BEGIN_DECLS

void tern_core_check_accounts (TernCore *core,
                               const gint64 *ids,
                               gsize n,
                               GFileProgressCallback progress,
                               gpointer progress_data,
                               GTask *task);

G_END_DECLS
