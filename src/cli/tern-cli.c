/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-cli.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>

#include "tern-error.h"
#include "tern-trace.h"

static const struct
{
  const char *name;
  TernCliFunc func;
  const char *summary;
  gboolean is_reading; /* works beside a window */
} commands[] = {
  { "account", tern_cli_account, N_ ("add, import, list, label, check or remove accounts") },
  { "probe", tern_cli_probe, N_ ("show how an account’s server is reached") },
  { "folders", tern_cli_folders, N_ ("list an account’s folders"), TRUE },
  { "sync", tern_cli_sync, N_ ("bring accounts or a folder up to date") },
  { "list", tern_cli_list, N_ ("list a folder’s messages, newest first"), TRUE },
  { "search", tern_cli_search, N_ ("look for messages here and on the servers"), TRUE },
  { "show", tern_cli_show, N_ ("print a letter"), TRUE },
  { "save", tern_cli_save, N_ ("save a part of a letter to a file") },
  { "flag", tern_cli_flag,
    N_ ("set a flag: seen, flagged, answered, draft, forwarded, junk or a keyword") },
  { "unflag", tern_cli_unflag, N_ ("clear a flag") },
  { "move", tern_cli_move, N_ ("move messages to another folder") },
  { "copy", tern_cli_copy, N_ ("copy messages to another folder") },
  { "archive", tern_cli_archive, N_ ("move messages to the archive") },
  { "junk", tern_cli_junk, N_ ("mark messages as junk and move them there") },
  { "not-junk", tern_cli_not_junk, N_ ("take messages out of the junk") },
  { "delete", tern_cli_delete, N_ ("move messages to the trash, or out of it for good") },
  { "mark-read", tern_cli_mark_read, N_ ("mark a folder’s messages as read") },
  { "empty", tern_cli_empty, N_ ("delete what is in Trash or Junk for good") },
  { "compact", tern_cli_compact, N_ ("delete a folder’s struck-out messages for good") },
  { "append", tern_cli_append, N_ ("put a letter from a file into a folder") },
  { "folder", tern_cli_folder, N_ ("create, rename, delete, subscribe or unsubscribe a folder") },
  { "undo", tern_cli_undo, N_ ("take back a change that waits for the server") },
  { "operations", tern_cli_operations, N_ ("list changes that wait for the server"), TRUE },
};

static char *
describe_commands (void)
{
  GString *text = g_string_new (_ ("Commands:"));

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (text, "\n  %-12s%s", commands[i].name, _ (commands[i].summary));
  return g_string_free (text, FALSE);
}

/* Beside a window, which has the mail to itself, what is kept can still be read. */
static gboolean
open_engine (TernCli *cli, gboolean is_reading, GError **error)
{
  g_autoptr (GAsyncResult) writer = NULL;
  g_autoptr (GAsyncResult) reader = NULL;
  g_autoptr (GError) local = NULL;

  tern_engine_open_async (cli->engine, NULL, tern_cli_done_cb, &writer);
  if (tern_engine_open_finish (cli->engine, tern_cli_wait (&writer), &local))
    return TRUE;
  if (!is_reading || !g_error_matches (local, TERN_ERROR, TERN_ERROR_LOCKED))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  cli->is_reader = TRUE;
  tern_engine_open_reader_async (cli->engine, NULL, tern_cli_done_cb, &reader);
  return tern_engine_open_finish (cli->engine, tern_cli_wait (&reader), error);
}

static TernCliStatus
run_command (TernCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (argv[0], commands[i].name) == 0)
      {
        cli->command = commands[i].name;
        if (!open_engine (cli, commands[i].is_reading, &error))
          return tern_cli_fail (error);
        return commands[i].func (cli, argc, argv);
      }
  return tern_cli_complain (_ ("There is no command “%s”; “tern-cli --help” lists them"), argv[0]);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = NULL;
  g_autofree char *profile = NULL;
  g_autofree char *summary = NULL;
  g_autoptr (GError) error = NULL;
  gboolean version = FALSE;
  TernCli cli = { 0 };
  TernCliStatus status;
  const GOptionEntry options[] = {
    { "profile", 0, 0, G_OPTION_ARG_FILENAME, &profile,
      N_ ("Keep everything but the secrets in DIR"), N_ ("DIR") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &cli.json, N_ ("Answer with one JSON value"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_ ("Print the version"), NULL },
    { 0 },
  };

  tern_trace_init ();
  /* Standard output is for answers, debug messages or not. */
  g_log_writer_default_set_use_stderr (TRUE);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, TERN_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  context = g_option_context_new (_ ("COMMAND …"));
  summary = describe_commands ();
  g_option_context_set_summary (context, summary);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, options, GETTEXT_PACKAGE);
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return tern_cli_complain ("%s", error->message);
  if (version)
    {
      puts ("tern-cli " TERN_VERSION);
      return TERN_CLI_DONE;
    }
  if (argc < 2)
    return tern_cli_complain (_ ("Say what to do; “tern-cli --help” lists the commands"));

  cli.engine = tern_engine_new (profile);
  status = run_command (&cli, argc - 1, argv + 1);
  tern_engine_close (cli.engine);
  g_object_unref (cli.engine);
  return status;
}
