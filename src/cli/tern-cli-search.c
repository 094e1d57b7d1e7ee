/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-cli.h"

#include <glib/gi18n.h>

#include "tern-error.h"

#define DEFAULT_LIMIT 100
#define MAX_LIMIT 10000

typedef struct
{
  TernCli *cli;
  GHashTable *accounts; /* gint64 → TernAccount */
  GHashTable *folders;  /* gint64 → TernFolder */
} Names;

static const char *
get_account_name (Names *names, gint64 id)
{
  const TernAccount *account = g_hash_table_lookup (names->accounts, &id);

  return account != NULL ? account->email : "";
}

static const char *
get_folder_name (Names *names, gint64 id)
{
  TernFolder *folder = g_hash_table_lookup (names->folders, &id);

  if (folder == NULL)
    {
      folder = tern_engine_read_folder (names->cli->engine, id, NULL);
      if (folder == NULL)
        return "";
      g_hash_table_insert (names->folders, g_memdup2 (&id, sizeof id), folder);
    }
  return folder->path;
}

static void
names_init (Names *names, TernCli *cli, GPtrArray *accounts)
{
  names->cli = cli;
  names->accounts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                           (GDestroyNotify) tern_account_unref);
  names->folders = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                          (GDestroyNotify) tern_folder_unref);
  for (guint i = 0; i < accounts->len; i++)
    {
      TernAccount *account = accounts->pdata[i];

      g_hash_table_insert (names->accounts, g_memdup2 (&account->id, sizeof account->id),
                           tern_account_ref (account));
    }
}

static void
names_clear (Names *names)
{
  g_hash_table_unref (names->accounts);
  g_hash_table_unref (names->folders);
}

static void
print_messages (Names *names, GPtrArray *messages)
{
  g_autoptr (TernJsonWriter) writer = tern_json_writer_new ();

  tern_json_writer_begin_array (writer);
  for (guint i = 0; i < messages->len; i++)
    {
      const TernMessage *message = messages->pdata[i];
      const char *folder = get_folder_name (names, message->folder_id);

      if (!names->cli->json)
        {
          tern_cli_print_row (message, folder);
          continue;
        }
      tern_json_writer_begin_object (writer);
      tern_cli_write_message (writer, message, get_account_name (names, message->account_id),
                              folder);
      tern_json_writer_end_object (writer);
    }
  tern_json_writer_end_array (writer);
  if (names->cli->json)
    tern_cli_print_json (writer);
}

/* Says what may be missing, and why. */
static TernCliStatus
print_problems (Names *names, const TernSearchResult *result)
{
  TernCliStatus status = TERN_CLI_DONE;

  for (guint i = 0; i < result->problems->len; i++)
    {
      const TernSearchProblem *problem = result->problems->pdata[i];
      TernCliStatus own =
          tern_cli_miss (get_account_name (names, problem->account_id), problem->error);

      if (status == TERN_CLI_DONE)
        status = own;
    }
  if (result->is_truncated)
    tern_cli_complain (_ ("There may be more; --limit takes a larger number"));
  return status;
}

static TernCliStatus
search (TernCli *cli,
        TernAccount *account,
        TernFolder *folder,
        TernQuery *query,
        guint limit,
        gboolean offline)
{
  g_autoptr (GPtrArray) accounts = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernSearchResult) found = NULL;
  g_autoptr (GError) error = NULL;
  TernCliStatus status;
  Names names;

  tern_engine_search_async (
      cli->engine, account != NULL ? account->id : 0, folder != NULL ? folder->id : 0, query, limit,
      offline ? TERN_FETCH_CACHED : TERN_FETCH_VALIDATE, NULL, tern_cli_done_cb, &result);
  found = tern_engine_search_finish (cli->engine, tern_cli_wait (&result), &error);
  if (found == NULL || (accounts = tern_engine_read_accounts (cli->engine, &error)) == NULL)
    return tern_cli_fail (error);
  names_init (&names, cli, accounts);
  print_messages (&names, found->messages);
  status = print_problems (&names, found);
  names_clear (&names);
  return status;
}

/* The account that is meant where none is named but a folder is. */
static TernAccount *
find_only_account (TernCli *cli, GError **error)
{
  g_autoptr (GPtrArray) accounts = tern_engine_read_accounts (cli->engine, error);

  if (accounts == NULL)
    return NULL;
  if (accounts->len == 1)
    return tern_account_ref (accounts->pdata[0]);
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID,
                       _ ("say with --account whose folder that is"));
  return NULL;
}

/**
 * tern_cli_search:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name, QUERY (see tern_query_parse()) in any number of words, and options
 *
 * Looks for messages in what is kept and on the servers, newest first. Where a server cannot be
 * asked, what is kept is printed all the same, and the status tells of it.
 *
 * Returns: the exit status
 */
TernCliStatus
tern_cli_search (TernCli *cli, int argc, char **argv)
{
  g_autofree char *account_name = NULL;
  g_autofree char *folder_name = NULL;
  gint64 limit = DEFAULT_LIMIT;
  gboolean offline = FALSE;
  const GOptionEntry options[] = {
    { "account", 0, 0, G_OPTION_ARG_STRING, &account_name, N_ ("Only this account"),
      N_ ("ACCOUNT") },
    { "folder", 0, 0, G_OPTION_ARG_STRING, &folder_name, N_ ("Only this folder"), N_ ("FOLDER") },
    { "limit", 0, 0, G_OPTION_ARG_INT64, &limit, N_ ("At most so many"), N_ ("N") },
    { "offline", 0, 0, G_OPTION_ARG_NONE, &offline, N_ ("Ask no server"), NULL },
    { 0 },
  };
  g_autofree char *text = NULL;
  g_autoptr (TernQuery) query = NULL;
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (TernFolder) folder = NULL;
  g_autoptr (GError) error = NULL;

  if (!tern_cli_parse (cli, "QUERY", options, &argc, &argv, 1, -1))
    return TERN_CLI_USAGE;
  if (limit < 1 || limit > MAX_LIMIT)
    return tern_cli_complain (_ ("--limit takes a number from 1 to %d"), MAX_LIMIT);
  text = g_strjoinv (" ", argv + 1);
  query = tern_query_parse (text, &error);
  if (query == NULL)
    /* Translators: %s is the technical reason. */
    return tern_cli_complain (_ ("This cannot be looked for (%s)"), error->message);
  if (account_name != NULL)
    account = tern_cli_find_account (cli, account_name, &error);
  else if (folder_name != NULL)
    account = find_only_account (cli, &error);
  if (error == NULL && folder_name != NULL)
    folder = tern_cli_find_folder (cli, account, folder_name, &error);
  if (error == NULL && cli->is_reader && !offline)
    g_set_error_literal (&error, TERN_ERROR, TERN_ERROR_LOCKED, "the server has to be asked");
  if (error != NULL)
    return tern_cli_fail (error);
  return search (cli, account, folder, query, (guint) limit, offline);
}
