/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usage: tern-mock-graph [--tls CERTIFICATE] [--tokens PROVIDER] LETTERS
 *
 * A Microsoft Graph for tests that are no C programs, with so many letters in its inbox. It takes
 * the token "token", or those that PROVIDER, the address that tern-mock-oauth printed, takes when
 * it is asked. With TLS it speaks HTTP/2 where SOUP_SERVER_HTTP2 is in its environment. Prints its
 * address; then each line of its input does something and is answered by a line. It ends with its
 * input.
 *
 *   count [TEXT]          how many requests there were, or how many with TEXT in their line
 *   log                   their lines, parted by tabs
 *   forget                empties the log
 *   add SUBJECT           one more letter in the inbox
 *   remove ID             takes a letter away
 *   mark ID WORD…         makes it "read" and "flagged", or not
 *   describe ID           "FOLDER read flagged", what is true; "gone" where there is no such letter
 *   fail STATUS CODE TEXT the next request with TEXT in its line fails so
 *   expire                no link to changes is good any more
 *   hold, release         keeps answers back, and sends them
 */
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <string.h>

#include "tern-mock-graph.h"

#define HOUR (60 * 60)
#define DAY (24 * HOUR)

typedef struct
{
  TernMockGraph *graph;
  GDataInputStream *input;
  GMainLoop *loop;
} Program;

static char *
dup_log (TernMockGraph *graph)
{
  char *log = tern_mock_graph_dup_log (graph);

  return g_strdelimit (g_strchomp (log), "\n", '\t');
}

static char *
describe (TernMockGraph *graph, const char *id)
{
  char *text = tern_mock_graph_describe (graph, id);

  return text != NULL ? text : g_strdup ("gone");
}

static void
mark (TernMockGraph *graph, const char *rest)
{
  g_auto (GStrv) words = g_strsplit (rest, " ", -1);

  if (words[0] != NULL)
    tern_mock_graph_mark (graph, words[0], g_strv_contains ((const char *const *) words, "read"),
                          g_strv_contains ((const char *const *) words, "flagged"));
}

static void
fail (TernMockGraph *graph, const char *rest)
{
  g_auto (GStrv) words = g_strsplit (rest, " ", 3);

  if (g_strv_length (words) == 3)
    tern_mock_graph_fail (graph, words[2], (guint) g_ascii_strtoull (words[0], NULL, 10), words[1],
                          NULL);
}

/* Returns: (transfer full): the answer to a line */
static char *
obey (TernMockGraph *graph, const char *verb, const char *rest)
{
  if (strcmp (verb, "count") == 0)
    return g_strdup_printf ("%u", tern_mock_graph_count (graph, *rest != '\0' ? rest : NULL));
  if (strcmp (verb, "log") == 0)
    return dup_log (graph);
  if (strcmp (verb, "describe") == 0)
    return describe (graph, rest);
  if (strcmp (verb, "forget") == 0)
    tern_mock_graph_forget (graph);
  else if (strcmp (verb, "add") == 0)
    tern_mock_graph_add_message (graph, "inbox", &(TernMockGraphMessage){ .subject = rest });
  else if (strcmp (verb, "remove") == 0)
    tern_mock_graph_remove_message (graph, rest);
  else if (strcmp (verb, "mark") == 0)
    mark (graph, rest);
  else if (strcmp (verb, "fail") == 0)
    fail (graph, rest);
  else if (strcmp (verb, "expire") == 0)
    tern_mock_graph_expire_links (graph);
  else if (strcmp (verb, "hold") == 0)
    tern_mock_graph_hold (graph);
  else if (strcmp (verb, "release") == 0)
    tern_mock_graph_release (graph);
  else
    return g_strdup ("unknown");
  return g_strdup ("done");
}

static void
line_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Program *self = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish (self->input, result, NULL, NULL);
  g_auto (GStrv) words = line != NULL ? g_strsplit (line, " ", 2) : NULL;
  g_autofree char *answer = NULL;

  if (line == NULL)
    {
      g_main_loop_quit (self->loop);
      return;
    }
  if (words[0] != NULL)
    answer = obey (self->graph, words[0], words[1] != NULL ? words[1] : "");
  printf ("%s\n", answer != NULL ? answer : "unknown");
  fflush (stdout);
  g_data_input_stream_read_line_async (self->input, G_PRIORITY_DEFAULT, NULL, line_cb, self);
}

/* "Letter 1" to "Letter N", each newer than the last one, and all too old to be fetched before
 * anybody opens them. */
static void
add_letters (TernMockGraph *graph, guint n)
{
  gint64 newest = g_get_real_time () / G_USEC_PER_SEC - 40 * DAY;

  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *subject = g_strdup_printf ("Letter %u", i);

      tern_mock_graph_add_message (
          graph, "inbox",
          &(TernMockGraphMessage){ .subject = subject, .received = newest - (n - i) * 5 * HOUR });
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *file = NULL;
  g_autofree char *provider = NULL;
  const GOptionEntry options[] = {
    { "tls", 0, 0, G_OPTION_ARG_FILENAME, &file, NULL, NULL },
    { "tokens", 0, 0, G_OPTION_ARG_STRING, &provider, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("LETTERS");
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (TernMockGraph) graph = NULL;
  g_autoptr (GInputStream) input = g_unix_input_stream_new (0, FALSE);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (input);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *base = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) ||
      (file != NULL && (certificate = g_tls_certificate_new_from_file (file, &error)) == NULL))
    {
      fprintf (stderr, "%s\n", error->message);
      return 2;
    }
  graph = tern_mock_graph_new_secure (certificate);
  tern_mock_graph_set_provider (graph, provider);
  add_letters (graph, argc > 1 ? (guint) g_ascii_strtoull (argv[1], NULL, 10) : 0);
  base = tern_mock_graph_dup_base (graph);
  printf ("%s\n", base);
  fflush (stdout);
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, line_cb,
                                       &(Program){ graph, lines, loop });
  g_main_loop_run (loop);
  return 0;
}
