/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "tern-error.h"

static void
print_addresses (const char *label, GPtrArray *addresses)
{
  if (addresses == NULL || addresses->len == 0)
    return;
  printf ("%s: ", label);
  for (guint i = 0; i < addresses->len; i++)
    {
      g_autofree char *text = tern_cli_format_address (g_ptr_array_index (addresses, i));

      printf ("%s%s", i > 0 ? ", " : "", text);
    }
  putchar ('\n');
}

static void
print_letter (const TernLetter *letter)
{
  const TernMessage *message = letter->message;
  g_autofree char *date =
      tern_cli_format_time (message->date != 0 ? message->date : message->received);

  print_addresses ("From", message->from);
  print_addresses ("To", message->to);
  print_addresses ("Cc", message->cc);
  printf ("Date: %s\n", date);
  printf ("Subject: %s\n", message->subject != NULL ? message->subject : "");
  if (message->code != NULL && *message->code != '\0')
    printf ("Code: %s\n", message->code);
  if (message->link != NULL && *message->link != '\0')
    printf ("Link: %s\n", message->link);
  putchar ('\n');
  if (letter->text != NULL)
    puts (letter->text);
}

static void
write_part (TernJsonWriter *writer, const TernStructure *part)
{
  tern_json_writer_begin_object (writer);
  tern_json_writer_key (writer, "part");
  tern_json_writer_string (writer, part->part_id);
  tern_json_writer_key (writer, "type");
  tern_json_writer_string (writer, part->mime_type);
  tern_json_writer_key (writer, "size");
  tern_json_writer_int (writer, (gint64) part->size);
  tern_json_writer_key (writer, "filename");
  tern_json_writer_string (writer, part->filename);
  tern_json_writer_key (writer, "parts");
  tern_json_writer_begin_array (writer);
  for (guint i = 0; part->children != NULL && i < part->children->len; i++)
    write_part (writer, g_ptr_array_index (part->children, i));
  tern_json_writer_end_array (writer);
  tern_json_writer_end_object (writer);
}

static void
print_part (const TernStructure *part, int depth)
{
  printf ("%*s%s  %s  %" G_GUINT64_FORMAT "  %s\n", depth * 2, "",
          *part->part_id != '\0' ? part->part_id : "-", part->mime_type, part->size,
          part->filename != NULL ? part->filename : "");
  for (guint i = 0; part->children != NULL && i < part->children->len; i++)
    print_part (g_ptr_array_index (part->children, i), depth + 1);
}

static void
print_letter_json (TernCli *cli, const TernLetter *letter)
{
  g_autoptr (TernJsonWriter) writer = tern_json_writer_new ();
  g_autoptr (TernFolder) folder =
      tern_engine_read_folder (cli->engine, letter->message->folder_id, NULL);
  g_autoptr (GPtrArray) accounts = tern_engine_read_accounts (cli->engine, NULL);
  const char *email = NULL;

  for (guint i = 0; accounts != NULL && i < accounts->len; i++)
    {
      const TernAccount *account = g_ptr_array_index (accounts, i);

      if (account->id == letter->message->account_id)
        email = account->email;
    }
  tern_json_writer_begin_object (writer);
  tern_cli_write_message (writer, letter->message, email, folder != NULL ? folder->path : NULL);
  tern_json_writer_key (writer, "text");
  tern_json_writer_string (writer, letter->text);
  tern_json_writer_key (writer, "html");
  tern_json_writer_string (writer, letter->html);
  tern_json_writer_key (writer, "structure");
  if (letter->message->structure != NULL)
    write_part (writer, letter->message->structure);
  else
    tern_json_writer_string (writer, NULL);
  tern_json_writer_end_object (writer);
  tern_cli_print_json (writer);
}

static TernCliStatus
show_raw (TernCli *cli, gint64 id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GError) error = NULL;
  const char *bytes;
  gsize size;

  if (cli->is_reader)
    g_set_error_literal (&error, TERN_ERROR, TERN_ERROR_LOCKED, "the server has to be asked");
  else
    {
      tern_engine_load_part_async (cli->engine, id, "", NULL, tern_cli_done_cb, &result);
      content = tern_engine_load_part_finish (cli->engine, tern_cli_wait (&result), &error);
    }
  if (content == NULL)
    return tern_cli_fail (error);
  bytes = g_bytes_get_data (content, &size);
  if (cli->json)
    {
      g_autoptr (TernJsonWriter) writer = tern_json_writer_new ();
      g_autofree char *text = g_strndup (bytes, size);

      tern_json_writer_string (writer, text);
      tern_cli_print_json (writer);
    }
  else
    fwrite (bytes, 1, size, stdout);
  return TERN_CLI_DONE;
}

static TernCliStatus
print_selected (const TernLetter *letter, const char *part)
{
  const char *text = strcmp (part, "html") == 0 ? letter->html : letter->text;

  if (strcmp (part, "structure") == 0)
    {
      if (letter->message->structure != NULL)
        print_part (letter->message->structure, 0);
      return TERN_CLI_DONE;
    }
  if (text == NULL)
    {
      g_autoptr (GError) error = g_error_new (TERN_ERROR, TERN_ERROR_GONE,
                                              _ ("the letter has no part of the kind “%s”"), part);

      return tern_cli_fail (error);
    }
  puts (text);
  return TERN_CLI_DONE;
}

/**
 * tern_cli_show:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name, MESSAGE and options
 *
 * Prints a letter, or one view of it.
 *
 * Returns: the exit status
 */
TernCliStatus
tern_cli_show (TernCli *cli, int argc, char **argv)
{
  static const char *const parts[] = { "text", "html", "raw", "structure", NULL };
  g_autofree char *part = NULL;
  const GOptionEntry options[] = {
    { "part", 0, 0, G_OPTION_ARG_STRING, &part, N_ ("text, html, raw or structure"), N_ ("PART") },
    { 0 },
  };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id;

  if (!tern_cli_parse (cli, "MESSAGE", options, &argc, &argv, 1, 1))
    return TERN_CLI_USAGE;
  if (part != NULL && !g_strv_contains (parts, part))
    return tern_cli_complain (_ ("--part takes text, html, raw or structure"));
  if (!tern_cli_parse_id (argv[1], &id, &error))
    return tern_cli_complain ("%s", error->message);
  if (g_strcmp0 (part, "raw") == 0)
    return show_raw (cli, id);

  tern_engine_open_letter_async (cli->engine, id,
                                 cli->is_reader ? TERN_FETCH_CACHED : TERN_FETCH_VALIDATE, NULL,
                                 tern_cli_done_cb, &result);
  letter = tern_engine_open_letter_finish (cli->engine, tern_cli_wait (&result), &error);
  if (letter == NULL)
    return tern_cli_fail (error);
  if (cli->json)
    print_letter_json (cli, letter);
  else if (part != NULL)
    return print_selected (letter, part);
  else
    print_letter (letter);
  return TERN_CLI_DONE;
}

/**
 * tern_cli_save:
 * @cli: the program
 * @argc: number of words
 * @argv: the command's name, MESSAGE, PART and FILE
 *
 * Saves a part of a letter; the file appears when it is complete.
 *
 * Returns: the exit status
 */
TernCliStatus
tern_cli_save (TernCli *cli, int argc, char **argv)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id;

  if (!tern_cli_parse (cli, "MESSAGE PART FILE", NULL, &argc, &argv, 3, 3))
    return TERN_CLI_USAGE;
  if (!tern_cli_parse_id (argv[1], &id, &error))
    return tern_cli_complain ("%s", error->message);
  file = g_file_new_for_commandline_arg (argv[3]);
  tern_engine_save_part_async (cli->engine, id, argv[2], file, NULL, NULL, NULL, tern_cli_done_cb,
                               &result);
  if (!tern_engine_save_part_finish (cli->engine, tern_cli_wait (&result), &error))
    return tern_cli_fail (error);
  return TERN_CLI_DONE;
}
