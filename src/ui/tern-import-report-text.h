/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-import-report.h"

G_BEGIN_DECLS

char *tern_import_report_to_text (const TernImportReport *report);

G_END_DECLS
