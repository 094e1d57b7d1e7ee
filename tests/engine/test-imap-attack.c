/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-error.h"
#include "tern-server-fixture.h"

/* Servers that send anything at all. */

static void
test_greeting (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GString) greeting = g_string_new ("* OK ");
  g_autoptr (GError) error = NULL;

  while (greeting->len < 200 * 1024)
    g_string_append (greeting, "all work and no play ");
  tern_mock_imap_server_reply (self->server, "GREETING", greeting->str);
  g_assert_false (server_try_sync (self, "INBOX", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PROTOCOL);
}

/* The words of a server go to logs and messages: no more of them than somebody reads. */
static void
test_words (ChannelFixture *self, gconstpointer data)
{
  g_autofree char *words = g_strnfill (100000, 'x');
  g_autofree char *reply = g_strdup_printf ("$TAG NO %s\r\n", words);
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_reply (self->server, "SELECT", reply);
  g_assert_false (server_try_sync (self, "INBOX", &error));
  g_assert_cmpuint (strlen (error->message), <, 2000);
}

#define ADD(name, func)                                                                            \
  g_test_add ("/engine/" name, ChannelFixture, NULL, channel_fixture_set_up, func,                 \
              channel_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("attack/a greeting without end is given up", test_greeting);
  ADD ("attack/a server's words are cut to what can be read", test_words);
  return g_test_run ();
}
