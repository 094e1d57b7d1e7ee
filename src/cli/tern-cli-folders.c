/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "tern-error.h"

/* Rows read at once. */
#define PAGE 200

static gboolean
refresh (TernCli *cli, TernAccount *account, TernFetchPolicy policy, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_refresh_folders_async (cli->engine, account->id, policy, NULL, tern_cli_done_cb,
                                     &result);
  return tern_engine_refresh_folders_finish (cli->engine, tern_cli_wait (&result), error);
}

/**
 * tern_cli_folders:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name and ACCOUNT
 *
 * Lists an account's folders as they are cached, asking the server where none are.
 *
 * Returns: the exit status
 */
TernCliStatus
tern_cli_folders (TernCli *cli, int argc, char **argv)
{
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernJsonWriter) writer = tern_json_writer_new ();

  if (!tern_cli_parse (cli, "ACCOUNT", NULL, &argc, &argv, 1, 1))
    return TERN_CLI_USAGE;
  account = tern_cli_find_account (cli, argv[1], &error);
  if (account == NULL || (folders = tern_cli_list_folders (cli, account, &error)) == NULL)
    return tern_cli_fail (error);

  tern_json_writer_begin_array (writer);
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i);

      if (!cli->json)
        printf ("%6d %6d  %-8s  %s\n", folder->unread, folder->total,
                tern_folder_role_to_string (folder->role), folder->path);
      tern_json_writer_begin_object (writer);
      tern_json_writer_key (writer, "id");
      tern_json_writer_int (writer, folder->id);
      tern_json_writer_key (writer, "path");
      tern_json_writer_string (writer, folder->path);
      tern_json_writer_key (writer, "role");
      tern_json_writer_string (writer, tern_folder_role_to_string (folder->role));
      tern_json_writer_key (writer, "total");
      tern_json_writer_int (writer, folder->total);
      tern_json_writer_key (writer, "unread");
      tern_json_writer_int (writer, folder->unread);
      tern_json_writer_key (writer, "selectable");
      tern_json_writer_boolean (writer, folder->selectable);
      tern_json_writer_end_object (writer);
    }
  tern_json_writer_end_array (writer);
  if (cli->json)
    tern_cli_print_json (writer);
  return TERN_CLI_DONE;
}

static gboolean
sync_one (TernCli *cli, const TernFolder *folder, TernFetchPolicy policy, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_sync_folder_async (cli->engine, folder->id, policy, NULL, tern_cli_done_cb, &result);
  return tern_engine_sync_folder_finish (cli->engine, tern_cli_wait (&result), error);
}

static gboolean
fetch_bodies (TernCli *cli, const TernFolder *folder, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_fetch_bodies_async (cli->engine, folder->id, NULL, tern_cli_done_cb, &result);
  return tern_engine_fetch_bodies_finish (cli->engine, tern_cli_wait (&result), error);
}

static gboolean
sync_account (TernCli *cli,
              TernAccount *account,
              const char *name,
              TernFetchPolicy policy,
              gboolean bodies,
              GError **error)
{
  g_autoptr (GPtrArray) folders = NULL;

  if (name != NULL)
    {
      g_autoptr (TernFolder) folder = tern_cli_find_folder (cli, account, name, error);

      return folder != NULL && sync_one (cli, folder, policy, error) &&
             (!bodies || fetch_bodies (cli, folder, error));
    }
  if (!refresh (cli, account, policy, error) ||
      (folders = tern_engine_read_folders (cli->engine, account->id, error)) == NULL)
    return FALSE;
  for (guint i = 0; i < folders->len; i++)
    if (!sync_one (cli, g_ptr_array_index (folders, i), policy, error))
      return FALSE;
  /* Every folder's list first: letters take long. */
  for (guint i = 0; bodies && i < folders->len; i++)
    if (!fetch_bodies (cli, g_ptr_array_index (folders, i), error))
      return FALSE;
  return TRUE;
}

/**
 * tern_cli_sync:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name, [ACCOUNT] and options
 *
 * Sends the changes that wait, then brings all folders, an account's, or one up to date where they
 * are stale; with --force whatever their age. With --bodies it fetches the text of all their
 * letters and ends when they can be read without the server.
 *
 * Returns: the exit status
 */
TernCliStatus
tern_cli_sync (TernCli *cli, int argc, char **argv)
{
  g_autofree char *name = NULL;
  gboolean force = FALSE, bodies = FALSE;
  const GOptionEntry options[] = {
    { "folder", 0, 0, G_OPTION_ARG_STRING, &name, N_ ("Only this folder"), N_ ("FOLDER") },
    { "force", 0, 0, G_OPTION_ARG_NONE, &force, N_ ("Ask the server whatever the age"), NULL },
    { "bodies", 0, 0, G_OPTION_ARG_NONE, &bodies, N_ ("Fetch the text of all letters"), NULL },
    { 0 },
  };
  g_autoptr (GPtrArray) accounts = NULL;
  g_autoptr (GError) error = NULL;
  TernCliStatus status = TERN_CLI_DONE;

  if (!tern_cli_parse (cli, "[ACCOUNT]", options, &argc, &argv, 0, 1))
    return TERN_CLI_USAGE;
  if (argc > 1)
    {
      TernAccount *account = tern_cli_find_account (cli, argv[1], &error);

      accounts = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_account_unref);
      if (account != NULL)
        g_ptr_array_add (accounts, account);
    }
  else
    accounts = tern_engine_read_accounts (cli->engine, &error);
  if (error != NULL)
    return tern_cli_fail (error);

  /* One account's trouble does not keep the others from their mail. */
  for (guint i = 0; i < accounts->len; i++)
    {
      TernAccount *account = g_ptr_array_index (accounts, i);
      TernCliStatus sent = tern_cli_flush (cli, account->id);
      g_autoptr (GError) own = NULL;

      if (sent != TERN_CLI_DONE)
        status = sent;
      /* What could not be sent is why nothing can be fetched either; what was refused is not. */
      if ((sent == TERN_CLI_DONE || sent == TERN_CLI_FAILED) &&
          !sync_account (cli, account, name, force ? TERN_FETCH_FORCE : TERN_FETCH_VALIDATE, bodies,
                         &own))
        status = tern_cli_fail (own);
    }
  if (cli->json)
    puts (status == TERN_CLI_DONE ? "true" : "false");
  return status;
}

/* The rows from @offset on, read in pages. */
static gboolean
print_rows (TernCli *cli,
            TernAccount *account,
            TernFolder *folder,
            gint64 offset,
            gint64 limit,
            GError **error)
{
  g_autoptr (TernJsonWriter) writer = tern_json_writer_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const TernRowKey *keys;
  gsize size;
  gint64 n;

  tern_engine_load_keys_async (cli->engine, folder->id, NULL, tern_cli_done_cb, &result);
  bytes = tern_engine_load_keys_finish (cli->engine, tern_cli_wait (&result), error);
  if (bytes == NULL)
    return FALSE;
  keys = g_bytes_get_data (bytes, &size);
  n = (gint64) (size / sizeof *keys);
  if (limit >= 0 && offset < n)
    n = MIN (n, offset + MIN (limit, n));

  tern_json_writer_begin_array (writer);
  while (offset < n)
    {
      g_autoptr (GPtrArray) rows = tern_engine_read_page (cli->engine, folder->id, &keys[offset],
                                                          (guint) MIN (PAGE, n - offset), error);

      if (rows == NULL)
        return FALSE;
      for (guint i = 0; i < rows->len; i++)
        {
          const TernMessage *message = g_ptr_array_index (rows, i);

          if (!cli->json)
            tern_cli_print_row (message, NULL);
          else
            {
              tern_json_writer_begin_object (writer);
              tern_cli_write_message (writer, message, account->email, folder->path);
              tern_json_writer_end_object (writer);
            }
        }
      if (rows->len == 0)
        break;
      offset += rows->len;
    }
  tern_json_writer_end_array (writer);
  if (cli->json)
    tern_cli_print_json (writer);
  return TRUE;
}

/* Asks the server for a folder that was never synced to its end. Where it cannot be reached, what
 * is kept of the folder is worth a list. */
static gboolean
complete (TernCli *cli, const TernFolder *folder, GError **error)
{
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GError) own = NULL;

  if (folder->validated != 0 || sync_one (cli, folder, TERN_FETCH_VALIDATE, &own))
    return TRUE;
  kept = tern_engine_read_page (cli->engine, folder->id, NULL, 1, NULL);
  if (tern_error_is_transport (own) && kept != NULL && kept->len > 0)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&own));
  return FALSE;
}

/**
 * tern_cli_list:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name, ACCOUNT, FOLDER and options
 *
 * Lists what is cached of a folder, newest first; the server is asked where it was never synced to
 * its end, and can be reached.
 *
 * Returns: the exit status
 */
TernCliStatus
tern_cli_list (TernCli *cli, int argc, char **argv)
{
  gint64 limit = -1, offset = 0;
  const GOptionEntry options[] = {
    { "limit", 0, 0, G_OPTION_ARG_INT64, &limit, N_ ("At most so many"), N_ ("N") },
    { "offset", 0, 0, G_OPTION_ARG_INT64, &offset, N_ ("Leave out the first"), N_ ("N") },
    { 0 },
  };
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (TernFolder) folder = NULL;
  g_autoptr (GError) error = NULL;

  if (!tern_cli_parse (cli, "ACCOUNT FOLDER", options, &argc, &argv, 2, 2))
    return TERN_CLI_USAGE;
  if (limit < -1 || offset < 0)
    return tern_cli_complain (_ ("--limit and --offset take numbers from 0"));
  if ((account = tern_cli_find_account (cli, argv[1], &error)) == NULL ||
      (folder = tern_cli_find_folder (cli, account, argv[2], &error)) == NULL ||
      !complete (cli, folder, &error) || !print_rows (cli, account, folder, offset, limit, &error))
    return tern_cli_fail (error);
  return TERN_CLI_DONE;
}
