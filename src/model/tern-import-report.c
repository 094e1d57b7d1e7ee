/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-import-report.h"

G_DEFINE_BOXED_TYPE (TernImportReport,
                     tern_import_report,
                     tern_import_report_ref,
                     tern_import_report_unref)

/**
 * tern_import_report_new:
 *
 * Returns: (transfer full): an empty report
 */
TernImportReport *
tern_import_report_new (void)
{
  TernImportReport *self = g_atomic_rc_box_new0 (TernImportReport);

  self->refused = g_array_new (FALSE, FALSE, sizeof (TernImportRefusal));
  return self;
}

/**
 * tern_import_report_ref:
 * @self: a report
 *
 * Returns: (transfer full): @self
 */
TernImportReport *
tern_import_report_ref (TernImportReport *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
report_clear (gpointer data)
{
  g_array_unref (((TernImportReport *) data)->refused);
}

/**
 * tern_import_report_unref:
 * @self: (transfer full): a report
 *
 * Gives up a reference.
 */
void
tern_import_report_unref (TernImportReport *self)
{
  g_atomic_rc_box_release_full (self, report_clear);
}

/**
 * tern_import_report_refuse:
 * @self: a report that is not shared yet
 * @number: the number of a line
 * @fault: why it is refused
 *
 * Notes that a line becomes no account.
 */
void
tern_import_report_refuse (TernImportReport *self, guint number, TernAccountLineFault fault)
{
  TernImportRefusal refusal = { number, fault };

  g_array_append_val (self->refused, refusal);
}
