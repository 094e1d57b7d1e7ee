/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-engine.h"
#include "tern-json-writer.h"

G_BEGIN_DECLS

/* The exit statuses are a contract for scripts. */
typedef enum
{
  TERN_CLI_DONE = 0,
  TERN_CLI_FAILED = 1,
  TERN_CLI_USAGE = 2,
  TERN_CLI_SIGN_IN = 3,
  TERN_CLI_OFFLINE = 4,
} TernCliStatus;

/**
 * TernCli:
 * @engine: the engine, in the program's only main context
 * @json: whether answers are one JSON value
 * @is_reader: whether another program has the mail, so that only what is kept can be read
 * @command: the name of the command that runs, for its usage
 */
typedef struct
{
  TernEngine *engine;
  gboolean json;
  gboolean is_reader;
  const char *command;
} TernCli;

/* A command gets its words behind the name, and leaves the strings to their owner. */
typedef TernCliStatus (*TernCliFunc) (TernCli *cli, int argc, char **argv);

/* tern-cli-accounts.c */
TernCliStatus tern_cli_account (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_probe (TernCli *cli, int argc, char **argv);

/* tern-cli-import.c */
TernCliStatus tern_cli_account_import (TernCli *cli, int argc, char **argv);

/* tern-cli-labels.c */
TernCliStatus tern_cli_account_group (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_account_tag (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_account_notify (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_account_check (TernCli *cli, int argc, char **argv);

/* tern-cli-sign-in.c */
gboolean tern_cli_check_providers (TernCli *cli, GError **error);
TernSignInOffer *
tern_cli_begin_sign_in (TernCli *cli, TernAccount *account, gboolean by_device, GError **error);
TernCliStatus tern_cli_account_sign_in (TernCli *cli, int argc, char **argv);

/* tern-cli-folders.c */
TernCliStatus tern_cli_folders (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_sync (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_list (TernCli *cli, int argc, char **argv);

/* tern-cli-search.c */
TernCliStatus tern_cli_search (TernCli *cli, int argc, char **argv);

/* tern-cli-letters.c */
TernCliStatus tern_cli_show (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_save (TernCli *cli, int argc, char **argv);

/* tern-cli-operations.c */
TernCliStatus tern_cli_flag (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_unflag (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_move (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_copy (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_archive (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_junk (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_not_junk (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_delete (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_operations (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_flush (TernCli *cli, gint64 account_id);

/* tern-cli-changes.c */
TernCliStatus tern_cli_folder (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_mark_read (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_empty (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_compact (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_append (TernCli *cli, int argc, char **argv);
TernCliStatus tern_cli_undo (TernCli *cli, int argc, char **argv);

/* tern-cli-common.c */
gboolean tern_cli_parse (TernCli *cli,
                         const char *words,
                         const GOptionEntry *options,
                         int *argc,
                         char ***argv,
                         int least,
                         int most);
GAsyncResult *tern_cli_wait (GAsyncResult **result);
void tern_cli_done_cb (GObject *object, GAsyncResult *result, gpointer user_data);
void tern_cli_progress_cb (goffset done, goffset total, gpointer user_data);
guint tern_cli_cancel_on_interrupt (GCancellable *cancellable);
TernCliStatus tern_cli_fail (const GError *error);
TernCliStatus tern_cli_postpone (const GError *error);
TernCliStatus tern_cli_miss (const char *account, const GError *error);
TernCliStatus tern_cli_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);
TernAccount *tern_cli_find_account (TernCli *cli, const char *name, GError **error);
GPtrArray *tern_cli_list_folders (TernCli *cli, TernAccount *account, GError **error);
TernFolder *
tern_cli_find_folder (TernCli *cli, TernAccount *account, const char *name, GError **error);
gboolean tern_cli_parse_id (const char *text, gint64 *id, GError **error);
void tern_cli_print_json (TernJsonWriter *writer);
void tern_cli_write_message (TernJsonWriter *writer,
                             const TernMessage *message,
                             const char *account,
                             const char *folder);
void tern_cli_print_row (const TernMessage *message, const char *folder);
char *tern_cli_format_time (gint64 seconds);
char *tern_cli_format_address (const TernAddress *address);

G_END_DECLS
