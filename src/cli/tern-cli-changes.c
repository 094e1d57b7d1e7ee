/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "tern-error.h"

/* Changes of folders, and of all that is in one. */

/* Waits for a change to be kept, then for the server. */
static TernCliStatus
finish (TernCli *cli, gint64 account_id, GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernOperation) logged =
      tern_engine_apply_finish (cli->engine, tern_cli_wait (result), &error);
  TernCliStatus status;

  if (logged == NULL)
    return tern_cli_fail (error);
  status = tern_cli_flush (cli, account_id);
  if (cli->json)
    puts (status == TERN_CLI_DONE ? "true" : "false");
  return status;
}

static TernCliStatus
apply (TernCli *cli, gint64 account_id, TernOperation *asked)
{
  g_autoptr (TernOperation) operation = asked;
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_apply_async (cli->engine, operation, NULL, tern_cli_done_cb, &result);
  return finish (cli, account_id, &result);
}

static TernFolder *
find (TernCli *cli, const char *account_name, const char *folder, GError **error)
{
  g_autoptr (TernAccount) account = tern_cli_find_account (cli, account_name, error);

  return account != NULL ? tern_cli_find_folder (cli, account, folder, error) : NULL;
}

/* Splits a path into the folder above, which has to be there, and the last name. */
static gboolean
find_parent (TernCli *cli,
             TernAccount *account,
             const char *path,
             gint64 *parent_id,
             const char **name,
             GError **error)
{
  const char *slash = strrchr (path, '/');
  g_autofree char *above = slash != NULL ? g_strndup (path, (gsize) (slash - path)) : NULL;
  g_autoptr (TernFolder) parent = NULL;

  *parent_id = 0;
  *name = slash != NULL ? slash + 1 : path;
  if (above == NULL)
    return TRUE;
  parent = tern_cli_find_folder (cli, account, above, error);
  if (parent == NULL)
    return FALSE;
  *parent_id = parent->id;
  return TRUE;
}

static TernOperation *
make_create (TernCli *cli, TernAccount *account, char **argv, GError **error)
{
  const char *name;
  gint64 parent_id;

  return find_parent (cli, account, argv[1], &parent_id, &name, error)
             ? tern_operation_new_create_folder (account->id, parent_id, name)
             : NULL;
}

static TernOperation *
make_rename (TernCli *cli, TernAccount *account, char **argv, GError **error)
{
  g_autoptr (TernFolder) folder = tern_cli_find_folder (cli, account, argv[1], error);
  const char *name;
  gint64 parent_id;

  return folder != NULL && find_parent (cli, account, argv[2], &parent_id, &name, error)
             ? tern_operation_new_rename_folder (folder->id, parent_id, name)
             : NULL;
}

static TernOperation *
make_delete (TernCli *cli, TernAccount *account, char **argv, GError **error)
{
  g_autoptr (TernFolder) folder = tern_cli_find_folder (cli, account, argv[1], error);

  return folder != NULL ? tern_operation_new_delete_folder (folder->id) : NULL;
}

static TernOperation *
make_subscribe (TernCli *cli, TernAccount *account, char **argv, GError **error)
{
  g_autoptr (TernFolder) folder = tern_cli_find_folder (cli, account, argv[1], error);

  return folder != NULL ? tern_operation_new_subscribe (folder->id, TRUE) : NULL;
}

static TernOperation *
make_unsubscribe (TernCli *cli, TernAccount *account, char **argv, GError **error)
{
  g_autoptr (TernFolder) folder = tern_cli_find_folder (cli, account, argv[1], error);

  return folder != NULL ? tern_operation_new_subscribe (folder->id, FALSE) : NULL;
}

static const struct
{
  const char *name;
  int n_words; /* behind ACCOUNT */
  TernOperation *(*make) (TernCli *cli, TernAccount *account, char **argv, GError **error);
} folder_commands[] = {
  { "create", 1, make_create },           { "rename", 2, make_rename },
  { "delete", 1, make_delete },           { "subscribe", 1, make_subscribe },
  { "unsubscribe", 1, make_unsubscribe },
};

/**
 * tern_cli_folder:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name, what to do, ACCOUNT, a folder's path, and for a rename the new one
 *
 * Makes, renames, moves or removes a folder, or changes whether it is shown, and waits for the
 * server to confirm it.
 *
 * Returns: the exit status; %TERN_CLI_OFFLINE where the change waits in the log
 */
TernCliStatus
tern_cli_folder (TernCli *cli, int argc, char **argv)
{
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (GError) error = NULL;

  if (!tern_cli_parse (cli, "create|rename|delete|subscribe|unsubscribe ACCOUNT FOLDER [NEW]", NULL,
                       &argc, &argv, 3, 4))
    return TERN_CLI_USAGE;
  for (guint i = 0; i < G_N_ELEMENTS (folder_commands); i++)
    {
      TernOperation *operation;

      if (strcmp (folder_commands[i].name, argv[1]) != 0 || argc - 3 != folder_commands[i].n_words)
        continue;
      account = tern_cli_find_account (cli, argv[2], &error);
      operation = account != NULL ? folder_commands[i].make (cli, account, argv + 2, &error) : NULL;
      return operation != NULL ? apply (cli, account->id, operation) : tern_cli_fail (error);
    }
  /* Translators: %s is a command with the words that it takes. */
  return tern_cli_complain (_ ("Use it like this: tern-cli %s %s"), cli->command,
                            "create|rename|delete|subscribe|unsubscribe ACCOUNT FOLDER [NEW]");
}

typedef void (*FolderFunc) (TernEngine *engine,
                            gint64 folder_id,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

static TernCliStatus
change_all (TernCli *cli, int argc, char **argv, FolderFunc func)
{
  g_autoptr (TernFolder) folder = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (!tern_cli_parse (cli, "ACCOUNT FOLDER", NULL, &argc, &argv, 2, 2))
    return TERN_CLI_USAGE;
  folder = find (cli, argv[1], argv[2], &error);
  if (folder == NULL)
    return tern_cli_fail (error);
  func (cli->engine, folder->id, NULL, tern_cli_done_cb, &result);
  return finish (cli, folder->account_id, &result);
}

/**
 * tern_cli_mark_read:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name, ACCOUNT and FOLDER
 *
 * Marks the messages of a folder read that are cached.
 *
 * Returns: the exit status; %TERN_CLI_OFFLINE where the change waits in the log
 */
TernCliStatus
tern_cli_mark_read (TernCli *cli, int argc, char **argv)
{
  return change_all (cli, argc, argv, tern_engine_mark_folder_read_async);
}

/**
 * tern_cli_empty:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name, ACCOUNT and FOLDER
 *
 * Removes the messages of Trash or Junk for good that are cached.
 *
 * Returns: the exit status; %TERN_CLI_OFFLINE where the change waits in the log
 */
TernCliStatus
tern_cli_empty (TernCli *cli, int argc, char **argv)
{
  return change_all (cli, argc, argv, tern_engine_empty_folder_async);
}

/**
 * tern_cli_compact:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name, ACCOUNT and FOLDER
 *
 * Removes the messages of a folder for good that are cached and struck out.
 *
 * Returns: the exit status; %TERN_CLI_OFFLINE where the change waits in the log
 */
TernCliStatus
tern_cli_compact (TernCli *cli, int argc, char **argv)
{
  return change_all (cli, argc, argv, tern_engine_expunge_folder_async);
}

/**
 * tern_cli_append:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name, ACCOUNT, FOLDER and FILE
 *
 * Puts a letter from a file into a folder, and waits for the server to confirm it.
 *
 * Returns: the exit status; %TERN_CLI_OFFLINE where the letter waits in the log
 */
TernCliStatus
tern_cli_append (TernCli *cli, int argc, char **argv)
{
  g_autoptr (TernFolder) folder = NULL;
  g_autoptr (GBytes) letter = NULL;
  g_autoptr (GError) error = NULL;
  char *contents;
  gsize length;

  if (!tern_cli_parse (cli, "ACCOUNT FOLDER FILE", NULL, &argc, &argv, 3, 3))
    return TERN_CLI_USAGE;
  folder = find (cli, argv[1], argv[2], &error);
  if (folder == NULL || !g_file_get_contents (argv[3], &contents, &length, &error))
    return tern_cli_fail (error);
  letter = g_bytes_new_take (contents, length);
  return apply (cli, folder->account_id,
                tern_operation_new_append (folder->id, letter, TERN_FLAGS_SEEN, 0));
}

/**
 * tern_cli_undo:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name and OPERATION
 *
 * Takes back a change that the server has not confirmed.
 *
 * Returns: the exit status
 */
TernCliStatus
tern_cli_undo (TernCli *cli, int argc, char **argv)
{
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GAsyncResult) undone = NULL;
  g_autoptr (GPtrArray) operations = NULL;
  g_autoptr (GError) error = NULL;
  TernOperation *operation = NULL;

  if (!tern_cli_parse (cli, "OPERATION", NULL, &argc, &argv, 1, 1))
    return TERN_CLI_USAGE;
  tern_engine_list_operations_async (cli->engine, NULL, tern_cli_done_cb, &listed);
  operations = tern_engine_list_operations_finish (cli->engine, tern_cli_wait (&listed), &error);
  for (guint i = 0; operations != NULL && i < operations->len; i++)
    {
      TernOperation *other = operations->pdata[i];
      g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, other->id);

      if (strcmp (id, argv[1]) == 0)
        operation = other;
    }
  if (operation == NULL && error == NULL)
    g_set_error (&error, TERN_ERROR, TERN_ERROR_INVALID,
                 _ ("no change “%s” waits; “tern-cli operations” shows them"), argv[1]);
  if (error != NULL)
    return tern_cli_fail (error);
  tern_engine_undo_async (cli->engine, operation, NULL, tern_cli_done_cb, &undone);
  if (!tern_engine_undo_finish (cli->engine, tern_cli_wait (&undone), &error))
    return tern_cli_fail (error);
  if (cli->json)
    puts ("true");
  return TERN_CLI_DONE;
}
