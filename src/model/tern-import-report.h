/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-account-line.h"

G_BEGIN_DECLS

#define TERN_TYPE_IMPORT_REPORT (tern_import_report_get_type ())

/**
 * TernImportRefusal:
 * @number: the number of the line
 * @fault: why it was refused
 *
 * A line that became no account.
 */
typedef struct
{
  guint number;
  TernAccountLineFault fault;
} TernImportRefusal;

/**
 * TernImportReport:
 * @added: accounts that are new
 * @replaced: accounts that have another sign-in now
 * @skipped: accounts that there were, and that stayed as they were
 * @left: accounts that were not come to when it was cancelled
 * @refused: (element-type TernImportRefusal): in the order of the lines
 *
 * What became of a list of accounts; it names none of them. Immutable once shared,
 * reference-counted; may cross threads.
 */
typedef struct
{
  guint added;
  guint replaced;
  guint skipped;
  guint left;
  GArray *refused;
} TernImportReport;

GType tern_import_report_get_type (void);
TernImportReport *tern_import_report_new (void);
TernImportReport *tern_import_report_ref (TernImportReport *self);
void tern_import_report_unref (TernImportReport *self);
void tern_import_report_refuse (TernImportReport *self, guint number, TernAccountLineFault fault);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernImportReport, tern_import_report_unref)

G_END_DECLS
