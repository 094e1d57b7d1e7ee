/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usage: tern-mock-oauth [--tls CERTIFICATE] USER
 *
 * A provider for tests that are no C programs, whose tokens are USER's. Prints the address before
 * its pages' names, and with --tls a second one where it speaks TLS; then each line of its input
 * does something and is answered by a line. It ends with its input.
 *
 *   revoke            ends all sign-ins
 *   deny, allow       what a person does at its page
 *   user USER         whose tokens they are from now on
 *   rotate            replaces the refresh token with each answer
 *   grant             a new refresh token
 *   lifetime SECONDS  for how long access tokens are good that are given from now on
 *   scope [SCOPES]    what is granted from now on, whatever is asked for; none: what is asked for
 *   count PAGE        how often a page was asked for
 */
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

/* Returns: (transfer full): the answer to a line */
static char *
obey (TernMockOauthServer *server, const char *verb, const char *rest)
{
  if (strcmp (verb, "count") == 0)
    return g_strdup_printf ("%u", tern_mock_oauth_server_count (server, rest));
  if (strcmp (verb, "grant") == 0)
    return tern_mock_oauth_server_grant (server);
  if (strcmp (verb, "revoke") == 0)
    tern_mock_oauth_server_revoke (server);
  else if (strcmp (verb, "deny") == 0 || strcmp (verb, "allow") == 0)
    tern_mock_oauth_server_set_denial (server, *verb == 'd');
  else if (strcmp (verb, "user") == 0)
    tern_mock_oauth_server_set_user (server, rest);
  else if (strcmp (verb, "rotate") == 0)
    tern_mock_oauth_server_set_rotation (server, TRUE);
  else if (strcmp (verb, "lifetime") == 0)
    tern_mock_oauth_server_set_lifetime (server, (guint) g_ascii_strtoull (rest, NULL, 10));
  else if (strcmp (verb, "scope") == 0)
    tern_mock_oauth_server_set_scope (server, *rest != '\0' ? rest : NULL);
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
    answer = obey (self->server, words[0], words[1] != NULL ? words[1] : "");
  printf ("%s\n", answer != NULL ? answer : "unknown");
  fflush (stdout);
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
  gboolean is_secure = argc > 2 && strcmp (argv[1], "--tls") == 0;

  tern_mock_oauth_server_set_user (server, argc > 1 ? argv[argc - 1] : "");
  printf ("%s\n", tern_mock_oauth_server_get_base (server));
  if (is_secure)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (argv[2], &error);
      g_autofree char *base = NULL;

      if (certificate == NULL)
        g_error ("%s", error->message);
      base = tern_mock_oauth_server_listen_securely (server, certificate);
      printf ("%s\n", base);
    }
  fflush (stdout);
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, line_cb, &program);
  g_main_loop_run (loop);
  return 0;
}
