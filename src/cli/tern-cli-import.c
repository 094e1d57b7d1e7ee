/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-cli.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <stdio.h>

#include "tern-error.h"

/* All of a file, or of standard input for "-"; wiped by whoever asked. */
static GByteArray *
read_list (const char *name, GError **error)
{
  gboolean is_file = strcmp (name, "-") != 0;
  FILE *file = is_file ? fopen (name, "re") : stdin;
  g_autoptr (GByteArray) bytes = g_byte_array_sized_new (64 * 1024);
  guint8 buffer[16 * 1024];
  gsize n;
  int reason = errno;

  while (file != NULL && bytes->len <= TERN_ACCOUNT_LINES_MAX_SIZE &&
         (n = fread (buffer, 1, sizeof buffer, file)) > 0)
    g_byte_array_append (bytes, buffer, (guint) n);
  explicit_bzero (buffer, sizeof buffer);
  if (file != NULL && !ferror (file))
    {
      if (is_file)
        fclose (file);
      return g_steal_pointer (&bytes);
    }
  if (file != NULL)
    reason = errno;
  explicit_bzero (bytes->data, bytes->len);
  if (file != NULL && is_file)
    fclose (file);
  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID, "%s: %s", name, g_strerror (reason));
  return NULL;
}

static GPtrArray *
parse_list (const char *name, GError **error)
{
  g_autoptr (GByteArray) bytes = read_list (name, error);
  GPtrArray *lines;

  if (bytes == NULL)
    return NULL;
  lines = tern_account_lines_parse ((const char *) bytes->data, bytes->len, error);
  explicit_bzero (bytes->data, bytes->len);
  return lines;
}

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
print_report (const TernImportReport *report)
{
  printf (_ ("Added %u, replaced %u, left %u as they were, refused %u.\n"), report->added,
          report->replaced, report->skipped, report->refused->len);
  if (report->left > 0)
    printf (ngettext ("%u line was not come to.\n", "%u lines were not come to.\n", report->left),
            report->left);
  for (guint i = 0; i < report->refused->len; i++)
    {
      const TernImportRefusal *refusal = &g_array_index (report->refused, TernImportRefusal, i);

      /* Translators: the number of a line, and why no account could be made of it. */
      printf (_ ("Line %u: %s\n"), refusal->number, describe_fault (refusal->fault));
    }
}

static void
print_report_as_json (const TernImportReport *report)
{
  g_autoptr (TernJsonWriter) writer = tern_json_writer_new ();

  tern_json_writer_begin_object (writer);
  tern_json_writer_key (writer, "added");
  tern_json_writer_int (writer, report->added);
  tern_json_writer_key (writer, "replaced");
  tern_json_writer_int (writer, report->replaced);
  tern_json_writer_key (writer, "skipped");
  tern_json_writer_int (writer, report->skipped);
  tern_json_writer_key (writer, "left");
  tern_json_writer_int (writer, report->left);
  tern_json_writer_key (writer, "refused");
  tern_json_writer_begin_array (writer);
  for (guint i = 0; i < report->refused->len; i++)
    {
      const TernImportRefusal *refusal = &g_array_index (report->refused, TernImportRefusal, i);

      tern_json_writer_begin_object (writer);
      tern_json_writer_key (writer, "line");
      tern_json_writer_int (writer, refusal->number);
      tern_json_writer_key (writer, "reason");
      tern_json_writer_string (writer, tern_account_line_fault_to_string (refusal->fault));
      tern_json_writer_end_object (writer);
    }
  tern_json_writer_end_array (writer);
  tern_json_writer_end_object (writer);
  tern_cli_print_json (writer);
}

/**
 * tern_cli_account_import:
 * @cli: the program
 * @argc: number of words
 * @argv: "import", then FILE
 *
 * Keeps the accounts that a file lists, one a line, and prints what became of them; what is printed
 * names lines by their numbers only. An interrupt ends it between two steps.
 *
 * Returns: the exit status; %TERN_CLI_FAILED also where a line was refused
 */
TernCliStatus
tern_cli_account_import (TernCli *cli, int argc, char **argv)
{
  gboolean replace = FALSE;
  g_autofree char *group = NULL;
  const GOptionEntry options[] = {
    { "replace", 0, 0, G_OPTION_ARG_NONE, &replace,
      N_ ("Let accounts that there are sign in as the list says"), NULL },
    { "group", 0, 0, G_OPTION_ARG_STRING, &group, N_ ("The group of the new accounts"),
      N_ ("NAME") },
    { 0 },
  };
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (TernImportReport) report = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint interrupt;

  if (!tern_cli_parse (cli, "import FILE", options, &argc, &argv, 1, 1))
    return TERN_CLI_USAGE;
  if (group != NULL && !tern_account_is_label (group))
    return tern_cli_complain (_ ("“%s” cannot be the name of a group"), group);
  if (!tern_cli_check_providers (cli, &error) || (lines = parse_list (argv[1], &error)) == NULL)
    return tern_cli_fail (error);

  interrupt = tern_cli_cancel_on_interrupt (cancellable);
  tern_engine_import_accounts_async (cli->engine, lines, replace, group, cancellable,
                                     tern_cli_progress_cb, NULL, tern_cli_done_cb, &result);
  report = tern_engine_import_accounts_finish (cli->engine, tern_cli_wait (&result), &error);
  g_source_remove (interrupt);
  if (report == NULL)
    return tern_cli_fail (error);
  if (cli->json)
    print_report_as_json (report);
  else
    print_report (report);
  return report->refused->len == 0 && report->left == 0 ? TERN_CLI_DONE : TERN_CLI_FAILED;
}
