/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usage: tern-mock-oauth USER
 *
 * A provider for tests that are no C programs, whose tokens are USER's. Prints the address before
 * its pages' names; then each line of its input does something: "revoke" ends all sign-ins, "deny"
 * and "allow" say what a person does at its page, "rotate" replaces the refresh token with each
 * answer, "count PAGE" prints how often a page was asked for. Each is answered by a line. It ends
 * with its input. */
#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <string.h>

#include "tern-mock-oauth-server.h"

typedef struct
{
  TernMockOauthServer *server;
  GDataInputStream *input;
  GMainLoop *loop;
} Program;

static void
obey (Program *self, const char *line)
{
  if (strcmp (line, "revoke") == 0)
    tern_mock_oauth_server_revoke (self->server);
  else if (strcmp (line, "deny") == 0 || strcmp (line, "allow") == 0)
    tern_mock_oauth_server_set_denial (self->server, *line == 'd');
  else if (strcmp (line, "rotate") == 0)
    tern_mock_oauth_server_set_rotation (self->server, TRUE);
  else if (g_str_has_prefix (line, "count "))
    {
      printf ("%u\n", tern_mock_oauth_server_count (self->server, line + strlen ("count ")));
      fflush (stdout);
      return;
    }
  puts ("done");
  fflush (stdout);
}

static void
line_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Program *self = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish (self->input, result, NULL, NULL);

  if (line == NULL)
    {
      g_main_loop_quit (self->loop);
      return;
    }
  obey (self, line);
  g_data_input_stream_read_line_async (self->input, G_PRIORITY_DEFAULT, NULL, line_cb, self);
}

int
main (int argc, char **argv)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (0, FALSE);
  g_autoptr (TernMockOauthServer) server = tern_mock_oauth_server_new (0);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (input);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Program program = { server, lines, loop };

  tern_mock_oauth_server_set_user (server, argc > 1 ? argv[1] : "");
  printf ("%s\n", tern_mock_oauth_server_get_base (server));
  fflush (stdout);
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, line_cb, &program);
  g_main_loop_run (loop);
  return 0;
}
