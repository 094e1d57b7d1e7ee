/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-cli.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "tern-error.h"

/**
 * tern_cli_parse:
 * @cli: the program
 * @words: what the command takes, for its usage
 * @options: (nullable): its options
 * @argc: (inout): number of words; then without the options
 * @argv: (inout): the words; then without the options
 * @least: arguments at least
 * @most: arguments at most; -1 for any number
 *
 * Reads a command's options. What is wrong is said on stderr in one line.
 *
 * Returns: whether the command can go on
 */
gboolean
tern_cli_parse (TernCli *cli,
                const char *words,
                const GOptionEntry *options,
                int *argc,
                char ***argv,
                int least,
                int most)
{
  g_autoptr (GOptionContext) context = g_option_context_new (words);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_strdup_printf ("tern-cli %s", cli->command);

  g_set_prgname (name);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  if (options != NULL)
    g_option_context_add_main_entries (context, options, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      tern_cli_complain ("%s", error->message);
      return FALSE;
    }
  if (*argc - 1 < least || (most >= 0 && *argc - 1 > most))
    {
      /* Translators: %s is a command with the words that it takes. */
      tern_cli_complain (_ ("Use it like this: tern-cli %s %s"), cli->command, words);
      return FALSE;
    }
  return TRUE;
}

/**
 * tern_cli_done_cb:
 * @object: (nullable): unused
 * @result: the result
 * @user_data: a place for it, for tern_cli_wait()
 *
 * Keeps the result of an asynchronous call.
 */
void
tern_cli_done_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/**
 * tern_cli_wait:
 * @result: the place given to tern_cli_done_cb()
 *
 * Runs the main context until the result is there.
 *
 * Returns: (transfer none): the result, owned by its place
 */
GAsyncResult *
tern_cli_wait (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

/**
 * tern_cli_progress_cb:
 * @done: how far it is
 * @total: how far it goes
 * @user_data: unused
 *
 * Shows a person how far something is that takes long.
 */
void
tern_cli_progress_cb (goffset done, goffset total, gpointer user_data)
{
  if (isatty (STDERR_FILENO))
    fprintf (stderr, "\r%" G_GOFFSET_FORMAT " / %" G_GOFFSET_FORMAT "%s", done, total,
             done == total ? "\n" : "");
}

static gboolean
interrupted_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_CONTINUE;
}

/**
 * tern_cli_cancel_on_interrupt:
 * @cancellable: what an interrupt (Ctrl+C) cancels
 *
 * Returns: the source to be removed when that is over
 */
guint
tern_cli_cancel_on_interrupt (GCancellable *cancellable)
{
  return g_unix_signal_add (SIGINT, interrupted_cb, cancellable);
}

/**
 * tern_cli_complain:
 * @format: a sentence, without a line end
 * @...: its arguments
 *
 * Says what is wrong, in one line on stderr.
 *
 * Returns: %TERN_CLI_USAGE
 */
TernCliStatus
tern_cli_complain (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fprintf (stderr, "tern-cli: %s\n", g_strdelimit (text, "\r\n", ' '));
  return TERN_CLI_USAGE;
}

static const char *
advice (const GError *error)
{
  switch ((TernError) error->code)
    {
    case TERN_ERROR_INVALID:
      return _ ("Check what you typed");
    case TERN_ERROR_AUTH:
      return _ ("The server refused the sign-in; check user name and password, or sign in with the "
                "provider again: tern-cli account sign-in ACCOUNT");
    case TERN_ERROR_PERMISSION:
      return _ ("The server does not allow this for your account");
    case TERN_ERROR_CERTIFICATE:
      return _ ("The server’s certificate is not trusted; if you know that it is right, give its "
                "fingerprint with --trust");
    case TERN_ERROR_BUSY:
      return _ ("The server is busy; try again later");
    case TERN_ERROR_PROTOCOL:
      return _ ("The server’s answer made no sense; try again, and report it if it stays so");
    case TERN_ERROR_LIMIT:
      return _ ("This is larger than Tern handles");
    case TERN_ERROR_REFUSED:
      return _ ("The server refused this");
    case TERN_ERROR_GONE:
      return _ ("It does not exist any more; list again");
    case TERN_ERROR_UNSUPPORTED:
      return _ ("This cannot be done");
    case TERN_ERROR_OFFLINE:
      return _ ("Couldn’t reach the server; check the network and the server’s name");
    case TERN_ERROR_STORAGE:
      return _ ("The mail could not be kept on this computer; check the disk");
    case TERN_ERROR_SECRET:
      return _ ("The keyring does not give the password; unlock it, or add the account again");
    case TERN_ERROR_LOCKED:
      return _ ("Another Tern is using this mail; close it, or try again when it has finished");
    default:
      return _ ("It did not work");
    }
}

static char *
describe (const GError *error)
{
  const char *detail = tern_error_get_detail (error);

  if (error->domain == TERN_ERROR && error->code == TERN_ERROR_CERTIFICATE && detail != NULL)
    /* Translators: the sentence before, then the technical reason and the fingerprint. */
    return g_strdup_printf (_ ("%s (%s; SHA-256 %s)"), advice (error), error->message, detail);
  if (g_error_matches (error, TERN_ERROR, TERN_ERROR_INVALID) &&
      g_strcmp0 (detail, "providers") == 0)
    /* Translators: the name of a file, and what is wrong with it. */
    return g_strdup_printf (_ ("Correct your list of providers: %s"), error->message);
  if (g_error_matches (error, TERN_ERROR, TERN_ERROR_INVALID) &&
      g_strcmp0 (detail, "client-id") == 0)
    /* Translators: the technical reason. */
    return g_strdup_printf (
        _ ("Tern is not registered there; put a client id into providers.json, as the manual tells "
           "(%s)"),
        error->message);
  if (error->domain == TERN_ERROR && error->code == TERN_ERROR_AUTH && detail != NULL)
    /* Translators: the account's address, then the technical reason. */
    return g_strdup_printf (
        _ ("The sign-in has ended; sign in again: tern-cli account sign-in %s (%s)"), detail,
        error->message);
  if (error->domain == TERN_ERROR)
    return g_strdup_printf ("%s (%s)", advice (error), error->message);
  if (tern_error_is_transport (error))
    return g_strdup_printf (
        _ ("Couldn’t reach the server; check the network and the server’s name (%s)"),
        error->message);
  return g_strdup (error->message);
}

static TernCliStatus
get_status (const GError *error)
{
  if (g_error_matches (error, TERN_ERROR, TERN_ERROR_AUTH) ||
      g_error_matches (error, TERN_ERROR, TERN_ERROR_SECRET))
    return TERN_CLI_SIGN_IN;
  if (tern_error_is_transport (error) && !g_error_matches (error, TERN_ERROR, TERN_ERROR_PROTOCOL))
    return TERN_CLI_OFFLINE;
  return TERN_CLI_FAILED;
}

/**
 * tern_cli_fail:
 * @error: what happened
 *
 * Says in one line on stderr what happened and what to do.
 *
 * Returns: the exit status for it
 */
TernCliStatus
tern_cli_fail (const GError *error)
{
  g_autofree char *text = describe (error);

  tern_cli_complain ("%s", text);
  return get_status (error);
}

/**
 * tern_cli_postpone:
 * @error: why the server could not be asked
 *
 * Says in one line on stderr that a change waits for the server, and why.
 *
 * Returns: the exit status for it
 */
TernCliStatus
tern_cli_postpone (const GError *error)
{
  g_autofree char *text = describe (error);

  /* Translators: %s says why the server could not be asked. */
  tern_cli_complain (_ ("%s. The change is kept and goes to the server when that is possible"),
                     text);
  return get_status (error);
}

/**
 * tern_cli_miss:
 * @account: an account's address
 * @error: why its server was not asked, or not to the end
 *
 * Says in one line on stderr that messages may be missing, and why.
 *
 * Returns: the exit status for it
 */
TernCliStatus
tern_cli_miss (const char *account, const GError *error)
{
  g_autofree char *text = describe (error);

  /* Translators: the first %s is an account's address, the second says why its server could not be
   * asked. */
  tern_cli_complain (_ ("%s: %s. Only what is kept on this computer was searched to the end"),
                     account, text);
  return get_status (error);
}

/**
 * tern_cli_parse_id:
 * @text: what was typed
 * @id: (out): the number
 * @error: return location for %TERN_ERROR_INVALID
 *
 * Reads a message's number.
 *
 * Returns: whether it is one
 */
gboolean
tern_cli_parse_id (const char *text, gint64 *id, GError **error)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &value, NULL))
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID,
                   _ ("“%s” is no message number; “tern-cli list” shows them"), text);
      return FALSE;
    }
  *id = (gint64) value;
  return TRUE;
}

/**
 * tern_cli_find_account:
 * @cli: the program
 * @name: an address or a number
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the account
 */
TernAccount *
tern_cli_find_account (TernCli *cli, const char *name, GError **error)
{
  g_autoptr (GPtrArray) accounts = tern_engine_read_accounts (cli->engine, error);

  if (accounts == NULL)
    return NULL;
  for (guint i = 0; i < accounts->len; i++)
    {
      TernAccount *account = g_ptr_array_index (accounts, i);
      g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, account->id);

      if (g_ascii_strcasecmp (account->email, name) == 0 || strcmp (id, name) == 0)
        return tern_account_ref (account);
    }
  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID,
               _ ("there is no account “%s”; “tern-cli account list” shows them"), name);
  return NULL;
}

/**
 * tern_cli_list_folders:
 * @cli: the program
 * @account: an account
 * @error: return location for an error
 *
 * Lists an account's folders as they are cached; asks the server where none are.
 *
 * Returns: (transfer full) (element-type TernFolder) (nullable): the folders
 */
GPtrArray *
tern_cli_list_folders (TernCli *cli, TernAccount *account, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GPtrArray *folders = tern_engine_read_folders (cli->engine, account->id, error);

  if (folders == NULL || folders->len > 0)
    return folders;
  g_ptr_array_unref (folders);
  if (cli->is_reader)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_LOCKED, "the server has to be asked");
      return NULL;
    }
  tern_engine_refresh_folders_async (cli->engine, account->id, TERN_FETCH_FORCE, NULL,
                                     tern_cli_done_cb, &result);
  if (!tern_engine_refresh_folders_finish (cli->engine, tern_cli_wait (&result), error))
    return NULL;
  return tern_engine_read_folders (cli->engine, account->id, error);
}

static gboolean
folder_matches (const TernFolder *folder, const char *name)
{
  return strcmp (folder->path, name) == 0 ||
         (folder->role == TERN_FOLDER_ROLE_INBOX && g_ascii_strcasecmp (name, "INBOX") == 0);
}

/**
 * tern_cli_find_folder:
 * @cli: the program
 * @account: its account
 * @name: a path, or a role such as "trash"
 * @error: return location for an error
 *
 * Finds a folder by its path, else by its role.
 *
 * Returns: (transfer full) (nullable): the folder
 */
TernFolder *
tern_cli_find_folder (TernCli *cli, TernAccount *account, const char *name, GError **error)
{
  g_autoptr (GPtrArray) folders = tern_cli_list_folders (cli, account, error);

  if (folders == NULL)
    return NULL;
  for (guint i = 0; i < folders->len; i++)
    if (folder_matches (g_ptr_array_index (folders, i), name))
      return tern_folder_ref (g_ptr_array_index (folders, i));
  for (guint i = 0; i < folders->len; i++)
    {
      TernFolder *folder = g_ptr_array_index (folders, i);

      if (folder->role != TERN_FOLDER_ROLE_NONE &&
          g_ascii_strcasecmp (tern_folder_role_to_string (folder->role), name) == 0)
        return tern_folder_ref (folder);
    }
  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID,
               _ ("there is no folder “%s”; “tern-cli folders” shows them"), name);
  return NULL;
}

/**
 * tern_cli_print_json:
 * @writer: a finished value
 *
 * Prints the value in one line.
 */
void
tern_cli_print_json (TernJsonWriter *writer)
{
  g_autofree char *text = tern_json_writer_steal (writer, NULL);

  puts (text);
}

/**
 * tern_cli_format_time:
 * @seconds: seconds since 1970
 *
 * Returns: (transfer full): RFC 3339 in UTC
 */
char *
tern_cli_format_time (gint64 seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);

  return time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("");
}

/**
 * tern_cli_format_address:
 * @address: an address
 *
 * Returns: (transfer full): `Name <address>`, or the address alone
 */
char *
tern_cli_format_address (const TernAddress *address)
{
  return address->name != NULL ? g_strdup_printf ("%s <%s>", address->name, address->address)
                               : g_strdup (address->address);
}

static void
write_flags (TernJsonWriter *writer, TernFlags flags)
{
  g_autofree char *names = tern_flags_to_string (flags);
  g_auto (GStrv) list = g_strsplit (names, " ", -1);

  tern_json_writer_begin_array (writer);
  for (guint i = 0; list[i] != NULL && *list[i] != '\0'; i++)
    tern_json_writer_string (writer, list[i]);
  tern_json_writer_end_array (writer);
}

static const char *
get_found (const char *text)
{
  return text != NULL && *text != '\0' ? text : NULL;
}

/**
 * tern_cli_write_message:
 * @writer: where to, in an open object
 * @message: a message
 * @account: the account's address
 * @folder: the folder's path
 *
 * Writes the members that every message has in JSON.
 */
void
tern_cli_write_message (TernJsonWriter *writer,
                        const TernMessage *message,
                        const char *account,
                        const char *folder)
{
  g_autofree char *date = tern_cli_format_time (message->received);
  g_autofree char *from = message->from != NULL && message->from->len > 0
                              ? tern_cli_format_address (g_ptr_array_index (message->from, 0))
                              : g_strdup ("");
  g_auto (GStrv) labels = message->labels != NULL ? g_strsplit (message->labels, "\n", -1) : NULL;

  tern_json_writer_key (writer, "id");
  tern_json_writer_int (writer, message->id);
  tern_json_writer_key (writer, "account");
  tern_json_writer_string (writer, account);
  tern_json_writer_key (writer, "folder");
  tern_json_writer_string (writer, folder);
  tern_json_writer_key (writer, "subject");
  tern_json_writer_string (writer, message->subject != NULL ? message->subject : "");
  tern_json_writer_key (writer, "from");
  tern_json_writer_string (writer, from);
  tern_json_writer_key (writer, "date");
  tern_json_writer_string (writer, date);
  tern_json_writer_key (writer, "flags");
  write_flags (writer, message->flags);
  tern_json_writer_key (writer, "size");
  tern_json_writer_int (writer, (gint64) message->size);
  tern_json_writer_key (writer, "has_attachments");
  tern_json_writer_boolean (writer, message->has_attachments);
  tern_json_writer_key (writer, "snippet");
  tern_json_writer_string (writer, message->snippet);
  tern_json_writer_key (writer, "code");
  tern_json_writer_string (writer, get_found (message->code));
  tern_json_writer_key (writer, "code_certain");
  tern_json_writer_boolean (writer, message->code_is_certain);
  tern_json_writer_key (writer, "link");
  tern_json_writer_string (writer, get_found (message->link));
  tern_json_writer_key (writer, "thread");
  tern_json_writer_string (writer, message->thread);
  tern_json_writer_key (writer, "labels");
  tern_json_writer_begin_array (writer);
  for (guint i = 0; labels != NULL && labels[i] != NULL; i++)
    tern_json_writer_string (writer, labels[i]);
  tern_json_writer_end_array (writer);
}

/**
 * tern_cli_print_row:
 * @message: a message
 * @folder: (nullable): the path of its folder, where that may be any
 *
 * Prints a message in one line, for people.
 */
void
tern_cli_print_row (const TernMessage *message, const char *folder)
{
  g_autofree char *date = tern_cli_format_time (message->received);
  const char *from = message->from != NULL && message->from->len > 0
                         ? tern_address_get_display (g_ptr_array_index (message->from, 0))
                         : "";

  printf ("%8" G_GINT64_FORMAT " %c%c%c %s  %s%s%s  %s\n", message->id,
          message->flags & TERN_FLAGS_SEEN ? ' ' : 'N',
          message->flags & TERN_FLAGS_FLAGGED ? '*' : ' ', message->has_attachments ? '@' : ' ',
          date, folder != NULL ? folder : "", folder != NULL ? "  " : "", from,
          message->subject != NULL ? message->subject : "");
}
