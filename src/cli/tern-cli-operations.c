/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "tern-error.h"

static void
failed_cb (TernEngine *engine, TernOperation *operation, GError *error, gpointer user_data)
{
  GError **failure = user_data;

  if (*failure == NULL)
    *failure = g_error_copy (error);
}

static void
struck_out_cb (TernEngine *engine, TernOperation *operation, gpointer user_data)
{
  tern_cli_complain (_ ("The server cannot remove these messages alone: they stay in their folder, "
                        "struck out, until “tern-cli compact” can remove them"));
}

/**
 * tern_cli_flush:
 * @cli: the program
 * @account_id: an account
 *
 * Sends what waits in an account's log, and says what the server refused or why it waits on.
 *
 * Returns: the exit status; %TERN_CLI_FAILED where changes were refused and are undone
 */
TernCliStatus
tern_cli_flush (TernCli *cli, gint64 account_id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) failure = NULL;
  gulong handler =
      g_signal_connect (cli->engine, "operation-failed", G_CALLBACK (failed_cb), &failure);
  gulong note = g_signal_connect (cli->engine, "struck-out", G_CALLBACK (struck_out_cb), NULL);
  gboolean empty;

  tern_engine_flush_async (cli->engine, account_id, NULL, tern_cli_done_cb, &result);
  empty = tern_engine_flush_finish (cli->engine, tern_cli_wait (&result), &error);
  g_signal_handler_disconnect (cli->engine, handler);
  g_signal_handler_disconnect (cli->engine, note);
  if (failure != NULL)
    return tern_cli_fail (failure);
  if (!empty)
    return tern_cli_postpone (error);
  return TERN_CLI_DONE;
}

/* Folder by folder, because an operation's messages are in one. */
static GPtrArray *
group_by_folder (TernCli *cli, int n, char **ids, GError **error)
{
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_autoptr (GHashTable) by_folder =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (int i = 0; i < n; i++)
    {
      g_autoptr (TernMessage) message = NULL;
      GArray *group;
      gint64 id;

      if (!tern_cli_parse_id (ids[i], &id, error) ||
          (message = tern_engine_read_message (cli->engine, id, error)) == NULL)
        return NULL;
      group = g_hash_table_lookup (by_folder, &message->folder_id);
      if (group == NULL)
        {
          group = g_array_new (FALSE, FALSE, sizeof (gint64));
          g_ptr_array_add (groups, group);
          g_hash_table_insert (by_folder,
                               g_memdup2 (&message->folder_id, sizeof message->folder_id), group);
        }
      g_array_append_val (group, id);
    }
  return g_steal_pointer (&groups);
}

/* Makes the operation for the messages of one folder; NULL with an error where that cannot be. */
typedef TernOperation *(*MakeOperation) (TernCli *cli,
                                         const TernMessage *first,
                                         const gint64 *ids,
                                         gsize n,
                                         gconstpointer data,
                                         GError **error);

static gboolean
apply (TernCli *cli,
       GArray *ids,
       MakeOperation make,
       gconstpointer data,
       gint64 *account_id,
       GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernMessage) first =
      tern_engine_read_message (cli->engine, g_array_index (ids, gint64, 0), error);
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (TernOperation) logged = NULL;

  if (first == NULL)
    return FALSE;
  *account_id = first->account_id;
  operation = make (cli, first, (const gint64 *) (gpointer) ids->data, ids->len, data, error);
  if (operation == NULL)
    return FALSE;
  tern_engine_apply_async (cli->engine, operation, NULL, tern_cli_done_cb, &result);
  logged = tern_engine_apply_finish (cli->engine, tern_cli_wait (&result), error);
  return logged != NULL;
}

static TernCliStatus
apply_all (TernCli *cli, int n, char **ids, MakeOperation make, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) groups = group_by_folder (cli, n, ids, &error);
  TernCliStatus status = TERN_CLI_DONE;

  if (groups == NULL)
    return tern_cli_fail (error);
  for (guint i = 0; i < groups->len; i++)
    {
      gint64 account_id = 0;
      TernCliStatus own;

      if (!apply (cli, g_ptr_array_index (groups, i), make, data, &account_id, &error))
        return tern_cli_fail (error);
      own = tern_cli_flush (cli, account_id);
      if (own != TERN_CLI_DONE)
        status = own;
    }
  if (cli->json)
    puts (status == TERN_CLI_DONE ? "true" : "false");
  return status;
}

typedef struct
{
  TernFlags flag; /* 0 for a keyword */
  const char *keyword;
  gboolean set;
} FlagChange;

static TernOperation *
make_flags (TernCli *cli,
            const TernMessage *first,
            const gint64 *ids,
            gsize n,
            gconstpointer data,
            GError **error)
{
  const FlagChange *change = data;

  if (change->flag == 0)
    return tern_operation_new_keywords (ids, n, change->set ? change->keyword : NULL,
                                        change->set ? NULL : change->keyword);
  return tern_operation_new_flags (ids, n, change->set ? change->flag : 0,
                                   change->set ? 0 : change->flag);
}

/* What is no flag is a keyword, which a server may keep. */
static TernCliStatus
change_flag (TernCli *cli, int argc, char **argv, gboolean set)
{
  FlagChange change = { .set = set };

  if (!tern_cli_parse (cli, "MESSAGE… FLAG", NULL, &argc, &argv, 2, -1))
    return TERN_CLI_USAGE;
  change.keyword = argv[argc - 1];
  if (tern_flags_from_name (change.keyword, &change.flag)
          ? change.flag == TERN_FLAGS_DELETED
          : !tern_keywords_are_valid (change.keyword) || strchr (change.keyword, ' ') != NULL ||
                *change.keyword == '\0')
    return tern_cli_complain (_ ("“%s” is no flag; take seen, flagged, answered, draft, forwarded, "
                                 "junk, or a keyword of plain letters"),
                              change.keyword);
  return apply_all (cli, argc - 2, argv + 1, make_flags, &change);
}

/**
 * tern_cli_flag:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name, MESSAGE… and FLAG
 *
 * Sets a flag, and waits for the server to confirm it.
 *
 * Returns: the exit status; %TERN_CLI_OFFLINE where the change waits in the log
 */
TernCliStatus
tern_cli_flag (TernCli *cli, int argc, char **argv)
{
  return change_flag (cli, argc, argv, TRUE);
}

/**
 * tern_cli_unflag:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name, MESSAGE… and FLAG
 *
 * Clears a flag, and waits for the server to confirm it.
 *
 * Returns: the exit status; %TERN_CLI_OFFLINE where the change waits in the log
 */
TernCliStatus
tern_cli_unflag (TernCli *cli, int argc, char **argv)
{
  return change_flag (cli, argc, argv, FALSE);
}

static TernAccount *
get_account (TernCli *cli, gint64 account_id, GError **error)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, account_id);

  return tern_cli_find_account (cli, id, error);
}

static TernOperation *
make_move (TernCli *cli,
           const TernMessage *first,
           const gint64 *ids,
           gsize n,
           gconstpointer data,
           GError **error)
{
  g_autoptr (TernAccount) account = get_account (cli, first->account_id, error);
  g_autoptr (TernFolder) target =
      account != NULL ? tern_cli_find_folder (cli, account, data, error) : NULL;

  return target != NULL ? tern_operation_new_move (ids, n, target->id) : NULL;
}

static TernCliStatus
put_into_folder (TernCli *cli, int argc, char **argv, MakeOperation make)
{
  if (!tern_cli_parse (cli, "MESSAGE… FOLDER", NULL, &argc, &argv, 2, -1))
    return TERN_CLI_USAGE;
  return apply_all (cli, argc - 2, argv + 1, make, argv[argc - 1]);
}

/**
 * tern_cli_move:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name, MESSAGE… and FOLDER
 *
 * Moves messages within their account, and waits for the server to confirm it.
 *
 * Returns: the exit status; %TERN_CLI_OFFLINE where the change waits in the log
 */
TernCliStatus
tern_cli_move (TernCli *cli, int argc, char **argv)
{
  return put_into_folder (cli, argc, argv, make_move);
}

static TernOperation *
make_copy (TernCli *cli,
           const TernMessage *first,
           const gint64 *ids,
           gsize n,
           gconstpointer data,
           GError **error)
{
  g_autoptr (TernOperation) move = make_move (cli, first, ids, n, data, error);

  return move != NULL ? tern_operation_new_copy (ids, n, move->target_folder_id) : NULL;
}

/**
 * tern_cli_copy:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name, MESSAGE… and FOLDER
 *
 * Copies messages within their account, and waits for the server to confirm it.
 *
 * Returns: the exit status; %TERN_CLI_OFFLINE where the change waits in the log
 */
TernCliStatus
tern_cli_copy (TernCli *cli, int argc, char **argv)
{
  return put_into_folder (cli, argc, argv, make_copy);
}

static TernOperation *
make_archive (TernCli *cli,
              const TernMessage *first,
              const gint64 *ids,
              gsize n,
              gconstpointer data,
              GError **error)
{
  return tern_operation_new_move_to_role (ids, n, TERN_FOLDER_ROLE_ARCHIVE);
}

static TernOperation *
make_junk (TernCli *cli,
           const TernMessage *first,
           const gint64 *ids,
           gsize n,
           gconstpointer data,
           GError **error)
{
  return tern_operation_new_junk (ids, n, *(const gboolean *) data);
}

/* Moves messages to where their kind belongs. */
static TernCliStatus
move_by_role (TernCli *cli, int argc, char **argv, MakeOperation make, gconstpointer data)
{
  if (!tern_cli_parse (cli, "MESSAGE…", NULL, &argc, &argv, 1, -1))
    return TERN_CLI_USAGE;
  return apply_all (cli, argc - 1, argv + 1, make, data);
}

/**
 * tern_cli_archive:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name and MESSAGE…
 *
 * Moves messages to the archive, which is made where there is none.
 *
 * Returns: the exit status; %TERN_CLI_OFFLINE where the change waits in the log
 */
TernCliStatus
tern_cli_archive (TernCli *cli, int argc, char **argv)
{
  return move_by_role (cli, argc, argv, make_archive, NULL);
}

/**
 * tern_cli_junk:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name and MESSAGE…
 *
 * Marks messages as junk and moves them there.
 *
 * Returns: the exit status; %TERN_CLI_OFFLINE where the change waits in the log
 */
TernCliStatus
tern_cli_junk (TernCli *cli, int argc, char **argv)
{
  return move_by_role (cli, argc, argv, make_junk, &(const gboolean){ TRUE });
}

/**
 * tern_cli_not_junk:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name and MESSAGE…
 *
 * Marks messages as no junk and moves them to the inbox.
 *
 * Returns: the exit status; %TERN_CLI_OFFLINE where the change waits in the log
 */
TernCliStatus
tern_cli_not_junk (TernCli *cli, int argc, char **argv)
{
  return move_by_role (cli, argc, argv, make_junk, &(const gboolean){ FALSE });
}

static TernOperation *
make_delete (TernCli *cli,
             const TernMessage *first,
             const gint64 *ids,
             gsize n,
             gconstpointer data,
             GError **error)
{
  g_autoptr (TernFolder) folder = tern_engine_read_folder (cli->engine, first->folder_id, error);

  if (folder == NULL)
    return NULL;
  return folder->role == TERN_FOLDER_ROLE_TRASH
             ? tern_operation_new_delete (ids, n)
             : tern_operation_new_move_to_role (ids, n, TERN_FOLDER_ROLE_TRASH);
}

/**
 * tern_cli_delete:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name and MESSAGE…
 *
 * Moves messages to the trash; those that are there already are removed for good.
 *
 * Returns: the exit status; %TERN_CLI_OFFLINE where the change waits in the log
 */
TernCliStatus
tern_cli_delete (TernCli *cli, int argc, char **argv)
{
  if (!tern_cli_parse (cli, "MESSAGE…", NULL, &argc, &argv, 1, -1))
    return TERN_CLI_USAGE;
  return apply_all (cli, argc - 1, argv + 1, make_delete, NULL);
}

/**
 * tern_cli_operations:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name
 *
 * Lists the changes that the servers have not confirmed.
 *
 * Returns: the exit status
 */
TernCliStatus
tern_cli_operations (TernCli *cli, int argc, char **argv)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) operations = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernJsonWriter) writer = tern_json_writer_new ();

  if (!tern_cli_parse (cli, "", NULL, &argc, &argv, 0, 0))
    return TERN_CLI_USAGE;
  tern_engine_list_operations_async (cli->engine, NULL, tern_cli_done_cb, &result);
  operations = tern_engine_list_operations_finish (cli->engine, tern_cli_wait (&result), &error);
  if (operations == NULL)
    return tern_cli_fail (error);

  tern_json_writer_begin_array (writer);
  for (guint i = 0; i < operations->len; i++)
    {
      const TernOperation *operation = g_ptr_array_index (operations, i);
      const char *kind = tern_operation_kind_to_string (operation->kind);

      if (!cli->json)
        printf ("%" G_GINT64_FORMAT "\t%s\t%u\t%u\n", operation->id, kind, operation->messages->len,
                operation->attempts);
      tern_json_writer_begin_object (writer);
      tern_json_writer_key (writer, "id");
      tern_json_writer_int (writer, operation->id);
      tern_json_writer_key (writer, "kind");
      tern_json_writer_string (writer, kind);
      tern_json_writer_key (writer, "messages");
      tern_json_writer_begin_array (writer);
      for (guint k = 0; k < operation->messages->len; k++)
        tern_json_writer_int (writer, g_array_index (operation->messages, gint64, k));
      tern_json_writer_end_array (writer);
      tern_json_writer_key (writer, "attempts");
      tern_json_writer_int (writer, operation->attempts);
      tern_json_writer_end_object (writer);
    }
  tern_json_writer_end_array (writer);
  if (cli->json)
    tern_cli_print_json (writer);
  return TERN_CLI_DONE;
}
