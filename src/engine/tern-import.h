/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-account-line.h"
#include "tern-core.h"
#include "tern-providers.h"

G_BEGIN_DECLS

void tern_core_import_accounts (TernCore *core,
                                GPtrArray *lines,
                                gboolean replace,
                                const char *group,
                                GFileProgressCallback progress,
                                gpointer progress_data,
                                GTask *task);

/* tern-import-resolve.c */
TernAccount *tern_import_resolve (TernProviders *providers,
                                  const TernAccountLine *line,
                                  TernAccountLineFault *fault);

G_END_DECLS
