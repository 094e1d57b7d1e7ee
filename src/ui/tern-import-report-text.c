/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-import-report-text.h"

#include <glib/gi18n.h>

static const char *
describe_fault (TernAccountLineFault fault)
{
  switch (fault)
    {
    case TERN_ACCOUNT_LINE_TOO_LONG:
      return _ ("it is too long");
    case TERN_ACCOUNT_LINE_TEXT:
      return _ ("it is no UTF-8 text");
    case TERN_ACCOUNT_LINE_ADDRESS:
      return _ ("it does not begin with a mail address");
    case TERN_ACCOUNT_LINE_PASSWORD:
      return _ ("it has no password");
    case TERN_ACCOUNT_LINE_SERVER:
      return _ ("the server’s name is malformed");
    case TERN_ACCOUNT_LINE_PORT:
      return _ ("the port is malformed");
    case TERN_ACCOUNT_LINE_CLIENT:
      return _ ("the client id is malformed");
    case TERN_ACCOUNT_LINE_TOKEN:
      return _ ("the refresh token is malformed");
    case TERN_ACCOUNT_LINE_PROVIDER:
      return _ ("the provider is not known");
    case TERN_ACCOUNT_LINE_GOOD:
    case TERN_ACCOUNT_LINE_FORM:
    default:
      return _ ("it has none of the known forms");
    }
}

static void
add_count (GString *text, const char *format, guint n)
{
  if (n > 0)
    g_string_append_printf (text, format, n);
}

/**
 * tern_import_report_to_text:
 * @report: what became of a list of accounts
 *
 * Says it in words. Lines are named by their numbers only.
 *
 * Returns: (transfer full): several lines
 */
char *
tern_import_report_to_text (const TernImportReport *report)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (
      text, ngettext ("%u account was added.\n", "%u accounts were added.\n", report->added),
      report->added);
  add_count (text,
             ngettext ("%u account has another sign-in now.\n",
                       "%u accounts have another sign-in now.\n", report->replaced),
             report->replaced);
  add_count (text,
             ngettext ("%u account was there already and stayed as it was.\n",
                       "%u accounts were there already and stayed as they were.\n",
                       report->skipped),
             report->skipped);
  add_count (text,
             ngettext ("%u line was not come to.\n", "%u lines were not come to.\n", report->left),
             report->left);
  if (report->refused->len > 0)
    g_string_append_c (text, '\n');
  add_count (text,
             ngettext ("%u line was refused:\n", "%u lines were refused:\n", report->refused->len),
             report->refused->len);
  for (guint i = 0; i < report->refused->len; i++)
    {
      const TernImportRefusal *refusal = &g_array_index (report->refused, TernImportRefusal, i);

      /* Translators: the number of a line, and why no account could be made of it. */
      g_string_append_printf (text, _ ("Line %u: %s\n"), refusal->number,
                              describe_fault (refusal->fault));
    }
  return g_string_free (text, FALSE);
}
