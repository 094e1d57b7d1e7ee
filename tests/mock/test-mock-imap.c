/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-imap-server.h"

#include <string.h>

/* A client that says what it is told, and waits for what it expects. */
typedef struct
{
  TernMockImapServer *server;
  GIOStream *stream;
  GString *received;
} Client;

static gboolean
accept_cb (GTlsConnection *connection,
           GTlsCertificate *certificate,
           GTlsCertificateFlags errors,
           gpointer user_data)
{
  return TRUE;
}

static void
encrypt (Client *client)
{
  g_autoptr (GIOStream) plain = client->stream;
  g_autoptr (GError) error = NULL;

  client->stream = g_tls_client_connection_new (plain, NULL, NULL);
  g_signal_connect (client->stream, "accept-certificate", G_CALLBACK (accept_cb), NULL);
  g_tls_connection_handshake (G_TLS_CONNECTION (client->stream), NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (Client *client, gconstpointer data)
{
  client->server = tern_mock_imap_server_new (GPOINTER_TO_INT (data));
  client->received = g_string_new (NULL);
}

static void
connect_to (Client *client)
{
  g_autoptr (GSocketClient) connector = g_socket_client_new ();
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_start (client->server);
  g_socket_client_set_timeout (connector, 20);
  client->stream = G_IO_STREAM (g_socket_client_connect_to_host (
      connector, "127.0.0.1", tern_mock_imap_server_get_port (client->server), NULL, &error));
  g_assert_no_error (error);
}

static void
tear_down (Client *client, gconstpointer data)
{
  if (client->stream != NULL)
    g_io_stream_close (client->stream, NULL, NULL);
  g_clear_object (&client->stream);
  g_string_free (client->received, TRUE);
  g_object_unref (client->server);
}

static gboolean
read_some (Client *client)
{
  char buffer[4096];
  gssize n = g_input_stream_read (g_io_stream_get_input_stream (client->stream), buffer,
                                  sizeof buffer, NULL, NULL);

  g_string_append_len (client->received, buffer, MAX (n, 0));
  return n > 0;
}

static void
send_text (Client *client, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (client->stream), text, strlen (text),
                             NULL, NULL, &error);
  g_assert_no_error (error);
}

/* Reads until @text has come, and forgets what came up to its end. */
static void
expect (Client *client, const char *text)
{
  char *found;

  while ((found = strstr (client->received->str, text)) == NULL)
    if (!read_some (client))
      g_error ("“%s” has not come, but: %s", text, client->received->str);
  g_string_erase (client->received, 0, found - client->received->str + (gssize) strlen (text));
}

static void
log_in (Client *client)
{
  expect (client, "ready\r\n");
  send_text (client, "1 LOGIN user secret\r\n");
  expect (client, "1 OK ");
  expect (client, "\r\n");
}

static void
test_wrong_password (Client *client, gconstpointer data)
{
  connect_to (client);
  expect (client, "* OK [CAPABILITY IMAP4rev1");
  send_text (client, "1 LOGIN user wrong\r\n2 SELECT INBOX\r\n3 FROB\r\n");
  expect (client, "1 NO [AUTHENTICATIONFAILED]");
  expect (client, "2 BAD");
  expect (client, "3 BAD");
}

static void
test_reply (Client *client, gconstpointer data)
{
  tern_mock_imap_server_reply (client->server, "SELECT", "$TAG NO [SERVERBUG] sorry\r\n");
  tern_mock_imap_server_prepend (client->server, "SELECT", "* 7 garbage (\r\n");
  connect_to (client);
  log_in (client);
  send_text (client, "a SELECT INBOX\r\nb SELECT INBOX\r\n");
  expect (client, "a NO [SERVERBUG] sorry\r\n* 7 garbage (\r\n* FLAGS");
  expect (client, "b OK [READ-WRITE]");
}

static void
test_cut (Client *client, gconstpointer data)
{
  tern_mock_imap_server_cut (client->server, "SELECT", 9);
  connect_to (client);
  log_in (client);
  send_text (client, "a SELECT INBOX\r\nb NOOP\r\n");
  while (read_some (client))
    ;
  g_assert_cmpstr (client->received->str, ==, "* FLAGS (");
  g_io_stream_close (client->stream, NULL, NULL);
  tern_mock_imap_server_wait_closed (client->server);
}

static void
test_stall (Client *client, gconstpointer data)
{
  tern_mock_imap_server_stall (client->server, "NOOP");
  connect_to (client);
  log_in (client);
  send_text (client, "a NOOP\r\nb NOOP\r\n");
  tern_mock_imap_server_wait_command (client->server, "NOOP", 2);
  tern_mock_imap_server_stop (client->server);
  while (read_some (client))
    ;
  g_assert_cmpstr (client->received->str, ==, "");
}

static void
test_silence (Client *client, gconstpointer data)
{
  tern_mock_imap_server_stall (client->server, "GREETING");
  connect_to (client);
  tern_mock_imap_server_wait_connections (client->server, 1);
  tern_mock_imap_server_stop (client->server);
  while (read_some (client))
    ;
  g_assert_cmpstr (client->received->str, ==, "");
}

static void
test_hold (Client *client, gconstpointer data)
{
  g_autoptr (GPtrArray) commands = NULL;

  connect_to (client);
  log_in (client);
  tern_mock_imap_server_hold (client->server);
  send_text (client, "a NOOP\r\n");
  tern_mock_imap_server_wait_command (client->server, "NOOP", 1);
  send_text (client, "b NOOP\r\n");
  tern_mock_imap_server_wait_command (client->server, "NOOP", 2);
  g_assert_cmpstr (client->received->str, ==, "");
  tern_mock_imap_server_release (client->server);
  expect (client, "a OK NOOP done\r\nb OK NOOP done\r\n");
  send_text (client, "c NOOP\r\n");
  expect (client, "c OK");

  commands = tern_mock_imap_server_dup_commands (client->server);
  g_assert_cmpuint (commands->len, ==, 4);
  for (guint i = 0; i < commands->len; i++)
    {
      static const guint flights[] = { 1, 2, 2, 3 };
      const TernMockImapCommand *command = g_ptr_array_index (commands, i);

      g_assert_cmpuint (command->flight, ==, flights[i]);
    }
}

static void
test_literals (Client *client, gconstpointer data)
{
  g_autofree char *transcript = NULL;

  connect_to (client);
  expect (client, "ready\r\n");
  send_text (client, "1 LOGIN {4}\r\n");
  expect (client, "+ go on\r\n");
  send_text (client, "user {6+}\r\nsecret\r\n");
  expect (client, "1 OK");
  transcript = tern_mock_imap_server_dup_transcript (client->server);
  g_assert_cmpstr (transcript, ==, "LOGIN \"user\" \"secret\"\n");
}

static void
test_sasl (Client *client, gconstpointer data)
{
  connect_to (client);
  send_text (client, "1 AUTHENTICATE PLAIN\r\n");
  expect (client, "+ \r\n");
  send_text (client, "AHVzZXIAd3Jvbmc=\r\n"); /* NUL user NUL wrong */
  expect (client, "1 NO");
  send_text (client, "2 AUTHENTICATE PLAIN AHVzZXIAc2VjcmV0\r\n"); /* NUL user NUL secret */
  expect (client, "2 OK");
}

static void
test_mailbox (Client *client, gconstpointer data)
{
  g_autofree char *flags = NULL;

  tern_mock_imap_server_add_letters (client->server, "INBOX", 3);
  connect_to (client);
  log_in (client);
  send_text (client, "a LIST \"\" * RETURN (STATUS (MESSAGES UNSEEN))\r\n");
  expect (client, "* LIST () \"/\" \"INBOX\"\r\n* STATUS \"INBOX\" (MESSAGES 3 UNSEEN 2)\r\n");
  expect (client, "* LIST (\\Trash) \"/\" \"Trash\"");
  send_text (client, "b SELECT INBOX\r\nc UID FETCH 2:* (FLAGS ENVELOPE BODY.PEEK[TEXT]<5.4>)\r\n");
  expect (client, "* 3 EXISTS");
  expect (client, "[UIDNEXT 4]");
  expect (client, "* 2 FETCH (UID 2 FLAGS () ENVELOPE (\"Wed, 01 Jul 2026 08:02:00 +0000\" "
                  "\"Letter 2\" ((\"Sender 2\" NIL \"sender2\" \"example.org\"))");
  expect (client, " BODY[TEXT]<5> {4}\r\nis l)\r\n* 3 FETCH (UID 3 FLAGS (\\Seen)");
  send_text (client, "d UID STORE 1 +FLAGS (\\Flagged)\r\n");
  expect (client, "* 1 FETCH (UID 1 FLAGS (\\Flagged)");
  send_text (client, "e UID MOVE 1 Trash\r\nf UID SEARCH UNSEEN SUBJECT \"letter 2\"\r\n");
  expect (client, "* OK [COPYUID 1 1 1] moved\r\n* 1 EXPUNGE\r\ne OK");
  expect (client, "* SEARCH 2\r\n");
  flags = tern_mock_imap_server_dup_flags (client->server, "Trash", 1);
  g_assert_cmpstr (flags, ==, "\\Flagged");
}

static void
test_idle (Client *client, gconstpointer data)
{
  tern_mock_imap_server_add_letters (client->server, "INBOX", 2);
  connect_to (client);
  log_in (client);
  send_text (client, "a SELECT INBOX\r\nb IDLE\r\n");
  expect (client, "+ idling\r\n");
  tern_mock_imap_server_remove_message (client->server, "INBOX", 1);
  expect (client, "* 1 EXPUNGE\r\n");
  tern_mock_imap_server_add_letters (client->server, "INBOX", 1);
  expect (client, "* 2 EXISTS\r\n");
  tern_mock_imap_server_set_flags (client->server, "INBOX", 2, "\\Flagged");
  expect (client, "* 1 FETCH (UID 2 FLAGS (\\Flagged))\r\n");
  send_text (client, "DONE\r\n");
  expect (client, "b OK");
}

static void
test_starttls (Client *client, gconstpointer data)
{
  tern_mock_imap_server_set_chunk (client->server, 1);
  connect_to (client);
  expect (client, "STARTTLS LOGINDISABLED] ready\r\n");
  send_text (client, "1 STARTTLS\r\n");
  expect (client, "1 OK STARTTLS done\r\n");
  encrypt (client);
  send_text (client, "2 LOGIN user secret\r\n3 LOGOUT\r\n");
  expect (client, "2 OK");
  expect (client, "3 OK");
  while (read_some (client))
    ;
  tern_mock_imap_server_wait_closed (client->server);
}

static void
test_tls (Client *client, gconstpointer data)
{
  g_autoptr (GPtrArray) commands = NULL;

  connect_to (client);
  encrypt (client);
  log_in (client);
  commands = tern_mock_imap_server_dup_commands (client->server);
  g_assert_true (((TernMockImapCommand *) g_ptr_array_index (commands, 0))->encrypted);
}

#define ADD(name, security, test)                                                                  \
  g_test_add ("/mock/imap/" name, Client, GINT_TO_POINTER (security), set_up, test, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a wrong password and commands out of place are refused", TERN_SECURITY_NONE,
       test_wrong_password);
  ADD ("a scripted reply takes the place of the usual one", TERN_SECURITY_NONE, test_reply);
  ADD ("a reply is cut where the test says", TERN_SECURITY_NONE, test_cut);
  ADD ("a stalled server reads on and says nothing", TERN_SECURITY_NONE, test_stall);
  ADD ("a silent server accepts and says nothing", TERN_SECURITY_TLS, test_silence);
  ADD ("held replies wait, and pipelined commands share a flight", TERN_SECURITY_NONE, test_hold);
  ADD ("both kinds of literals are read", TERN_SECURITY_NONE, test_literals);
  ADD ("PLAIN works with and without an initial response", TERN_SECURITY_NONE, test_sasl);
  ADD ("the mailbox lists, fetches, stores, moves and searches", TERN_SECURITY_NONE, test_mailbox);
  ADD ("a client that idles hears of changes", TERN_SECURITY_NONE, test_idle);
  ADD ("STARTTLS protects what follows", TERN_SECURITY_STARTTLS, test_starttls);
  ADD ("TLS from the first byte", TERN_SECURITY_TLS, test_tls);
  return g_test_run ();
}
