/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "tern-error.h"

/* The accounts of all words but the first and the last @n_after. */
static GArray *
find_accounts (TernCli *cli, int argc, char **argv, int n_after, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (int i = 1; i < argc - n_after; i++)
    {
      g_autoptr (TernAccount) account = tern_cli_find_account (cli, argv[i], error);

      if (account == NULL)
        return NULL;
      g_array_append_val (ids, account->id);
    }
  return g_steal_pointer (&ids);
}

static TernCliStatus
wait_for_change (TernCli *cli, GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;

  if (!tern_engine_label_finish (cli->engine, tern_cli_wait (result), &error))
    return tern_cli_fail (error);
  return TERN_CLI_DONE;
}

/**
 * tern_cli_account_group:
 * @cli: the program
 * @argc: number of words
 * @argv: "group", then ACCOUNT… GROUP, where an empty one stands for none
 *
 * Puts accounts into a group.
 *
 * Returns: the exit status
 */
TernCliStatus
tern_cli_account_group (TernCli *cli, int argc, char **argv)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GArray) ids = NULL;
  g_autoptr (GError) error = NULL;
  const char *group;

  if (!tern_cli_parse (cli, "group ACCOUNT… GROUP", NULL, &argc, &argv, 2, -1))
    return TERN_CLI_USAGE;
  group = *argv[argc - 1] != '\0' ? argv[argc - 1] : NULL;
  if (group != NULL && !tern_account_is_label (group))
    return tern_cli_complain (_ ("“%s” cannot be the name of a group"), group);
  ids = find_accounts (cli, argc, argv, 1, &error);
  if (ids == NULL)
    return tern_cli_fail (error);
  tern_engine_set_group_async (cli->engine, (const gint64 *) ids->data, ids->len, group, NULL,
                               tern_cli_done_cb, &result);
  return wait_for_change (cli, &result);
}

/**
 * tern_cli_account_tag:
 * @cli: the program
 * @argc: number of words
 * @argv: "tag" or "untag", then ACCOUNT… TAG
 *
 * Gives a tag to accounts, or takes it from them.
 *
 * Returns: the exit status
 */
TernCliStatus
tern_cli_account_tag (TernCli *cli, int argc, char **argv)
{
  gboolean adds = strcmp (argv[0], "tag") == 0;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GArray) ids = NULL;
  g_autoptr (GError) error = NULL;
  const char *tag;

  if (!tern_cli_parse (cli, adds ? "tag ACCOUNT… TAG" : "untag ACCOUNT… TAG", NULL, &argc, &argv, 2,
                       -1))
    return TERN_CLI_USAGE;
  tag = argv[argc - 1];
  if (!tern_account_is_label (tag))
    return tern_cli_complain (_ ("“%s” cannot be a tag"), tag);
  ids = find_accounts (cli, argc, argv, 1, &error);
  if (ids == NULL)
    return tern_cli_fail (error);
  tern_engine_change_tags_async (cli->engine, (const gint64 *) ids->data, ids->len,
                                 adds ? tag : NULL, adds ? NULL : tag, NULL, tern_cli_done_cb,
                                 &result);
  return wait_for_change (cli, &result);
}

/**
 * tern_cli_account_notify:
 * @cli: the program
 * @argc: number of words
 * @argv: "notify", then ACCOUNT… and on or off
 *
 * Says whether the inboxes of accounts are watched while nobody looks at them.
 *
 * Returns: the exit status
 */
TernCliStatus
tern_cli_account_notify (TernCli *cli, int argc, char **argv)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GArray) ids = NULL;
  g_autoptr (GError) error = NULL;
  gboolean on;

  if (!tern_cli_parse (cli, "notify ACCOUNT… on|off", NULL, &argc, &argv, 2, -1))
    return TERN_CLI_USAGE;
  on = strcmp (argv[argc - 1], "on") == 0;
  if (!on && strcmp (argv[argc - 1], "off") != 0)
    return tern_cli_complain (_ ("Say “on” or “off” behind the accounts"));
  ids = find_accounts (cli, argc, argv, 1, &error);
  if (ids == NULL)
    return tern_cli_fail (error);
  tern_engine_set_notify_async (cli->engine, (const gint64 *) ids->data, ids->len, on, NULL,
                                tern_cli_done_cb, &result);
  return wait_for_change (cli, &result);
}

/* --- Check --- */

static const char *
state_name (TernAccountState state)
{
  switch (state)
    {
    case TERN_ACCOUNT_STATE_ONLINE:
      return "signed-in";
    case TERN_ACCOUNT_STATE_SIGN_IN:
      return "sign-in-needed";
    case TERN_ACCOUNT_STATE_CERTIFICATE:
      return "certificate";
    case TERN_ACCOUNT_STATE_OFFLINE:
      return "unreachable";
    case TERN_ACCOUNT_STATE_CACHED:
    case TERN_ACCOUNT_STATE_CONNECTING:
    case TERN_ACCOUNT_STATE_TROUBLE:
    default:
      return "refused";
    }
}

static GArray *
choose_accounts (TernCli *cli, int argc, char **argv, GHashTable *emails, GError **error)
{
  g_autoptr (GPtrArray) accounts = tern_engine_read_accounts (cli->engine, error);
  g_autoptr (GArray) ids = argc > 1 ? find_accounts (cli, argc, argv, 0, error)
                                    : g_array_new (FALSE, FALSE, sizeof (gint64));

  if (accounts == NULL || ids == NULL)
    return NULL;
  for (guint i = 0; i < accounts->len; i++)
    {
      const TernAccount *account = g_ptr_array_index (accounts, i);

      g_hash_table_insert (emails, g_memdup2 (&account->id, sizeof account->id),
                           g_strdup (account->email));
      if (argc == 1)
        g_array_append_val (ids, account->id);
    }
  return g_steal_pointer (&ids);
}

static TernCliStatus
print_statuses (TernCli *cli, GPtrArray *statuses, GHashTable *emails)
{
  g_autoptr (TernJsonWriter) writer = tern_json_writer_new ();
  TernCliStatus exit_status = TERN_CLI_DONE;

  tern_json_writer_begin_array (writer);
  for (guint i = 0; i < statuses->len; i++)
    {
      const TernStatus *status = g_ptr_array_index (statuses, i);
      const char *email = g_hash_table_lookup (emails, &status->account_id);
      const char *reason = status->error != NULL ? status->error->message : NULL;

      if (status->state == TERN_ACCOUNT_STATE_SIGN_IN)
        exit_status = TERN_CLI_SIGN_IN;
      else if (reason != NULL && exit_status == TERN_CLI_DONE)
        exit_status = TERN_CLI_FAILED;
      if (!cli->json)
        printf ("%s\t%s\t%s\n", email, state_name (status->state), reason != NULL ? reason : "");
      tern_json_writer_begin_object (writer);
      tern_json_writer_key (writer, "id");
      tern_json_writer_int (writer, status->account_id);
      tern_json_writer_key (writer, "email");
      tern_json_writer_string (writer, email);
      tern_json_writer_key (writer, "state");
      tern_json_writer_string (writer, state_name (status->state));
      tern_json_writer_key (writer, "error");
      tern_json_writer_string (writer, reason);
      tern_json_writer_end_object (writer);
    }
  tern_json_writer_end_array (writer);
  if (cli->json)
    tern_cli_print_json (writer);
  return exit_status;
}

/**
 * tern_cli_account_check:
 * @cli: the program
 * @argc: number of words
 * @argv: "check", then ACCOUNT…; all where none is named
 *
 * Signs in with accounts, a few at a time, and prints how each of them is doing.
 *
 * Returns: the exit status; %TERN_CLI_SIGN_IN where one has to be signed in anew
 */
TernCliStatus
tern_cli_account_check (TernCli *cli, int argc, char **argv)
{
  g_autoptr (GHashTable) emails =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GArray) ids = NULL;
  g_autoptr (GPtrArray) statuses = NULL;
  g_autoptr (GError) error = NULL;
  guint interrupt;

  if (!tern_cli_parse (cli, "check [ACCOUNT…]", NULL, &argc, &argv, 0, -1))
    return TERN_CLI_USAGE;
  ids = choose_accounts (cli, argc, argv, emails, &error);
  if (ids == NULL)
    return tern_cli_fail (error);
  interrupt = tern_cli_cancel_on_interrupt (cancellable);
  tern_engine_check_accounts_async (cli->engine, (const gint64 *) ids->data, ids->len, cancellable,
                                    tern_cli_progress_cb, NULL, tern_cli_done_cb, &result);
  statuses = tern_engine_check_accounts_finish (cli->engine, tern_cli_wait (&result), &error);
  g_source_remove (interrupt);
  if (statuses == NULL)
    return tern_cli_fail (error);
  return print_statuses (cli, statuses, emails);
}
