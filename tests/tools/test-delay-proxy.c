/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "tern-mock-imap-server.h"

/* A client, the proxy and a server behind it. */
typedef struct
{
  TernMockImapServer *server;
  GSubprocess *proxy;
  guint16 port;
  char *log_path;
  GSocketConnection *client;
  GString *received;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("delay-proxy-XXXXXX", &self->log_path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  self->received = g_string_new (NULL);
  self->server = tern_mock_imap_server_new (TERN_SECURITY_NONE);
  tern_mock_imap_server_start (self->server);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->client);
  g_clear_object (&self->proxy);
  g_unlink (self->log_path);
  g_free (self->log_path);
  g_string_free (self->received, TRUE);
  g_object_unref (self->server);
}

/* Starts the proxy before @to and connects to it. */
static void
start (Fixture *self, guint16 to, const char *delay, const char *rate)
{
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", to);
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GSocketClient) connector = g_socket_client_new ();
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;

  self->proxy = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                  g_getenv ("TERN_DELAY_PROXY"), "--to", address, "--delay", delay,
                                  "--rate", rate, "--log", self->log_path, NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->proxy));
  line = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (line, "port "));
  self->port = (guint16) g_ascii_strtoull (line + 5, NULL, 10);

  g_socket_client_set_timeout (connector, 20);
  self->client = g_socket_client_connect_to_host (connector, "127.0.0.1", self->port, NULL, &error);
  g_assert_no_error (error);
}

static gboolean
read_some (Fixture *self)
{
  char buffer[4096];
  gssize n = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (self->client)), buffer,
                                  sizeof buffer, NULL, NULL);

  g_string_append_len (self->received, buffer, MAX (n, 0));
  return n > 0;
}

static void
expect (Fixture *self, const char *text)
{
  while (strstr (self->received->str, text) == NULL)
    if (!read_some (self))
      g_error ("“%s” has not come, but: %s", text, self->received->str);
}

static void
send_text (Fixture *self, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (self->client)), text,
                             strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
}

/* (transfer full): the log */
static char *
end (Fixture *self, int signal_number)
{
  g_autoptr (GError) error = NULL;
  char *log = NULL;

  g_subprocess_send_signal (self->proxy, signal_number);
  g_subprocess_wait_check (self->proxy, NULL, &error);
  g_assert_no_error (error);
  g_file_get_contents (self->log_path, &log, NULL, &error);
  g_assert_no_error (error);
  return log;
}

static void
assert_contains (const char *log, const char *text)
{
  if (strstr (log, text) == NULL)
    g_error ("“%s” is not in: %s", text, log);
}

static void
test_usage (Fixture *self, gconstpointer data)
{
  static const char *const wrong[][4] = {
    { "--delay", "5" },
    { "--to", "127.0.0.1:1", "extra" },
    { "--to=127.0.0.1:1", "--delay=-1" },
    { "--to=127.0.0.1:1", "--listen=70000" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSubprocess) proxy = g_subprocess_new (
          G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, g_getenv ("TERN_DELAY_PROXY"), wrong[i][0],
          wrong[i][1], wrong[i][2], wrong[i][3], NULL);

      g_assert_no_error (error);
      g_subprocess_wait (proxy, NULL, NULL);
      g_assert_cmpint (g_subprocess_get_exit_status (proxy), ==, 2);
    }
}

static void
test_dead_server (Fixture *self, gconstpointer data)
{
  g_autofree char *log = NULL;
  guint16 port = tern_mock_imap_server_get_port (self->server);

  tern_mock_imap_server_stop (self->server);
  start (self, port, "1", "0");
  g_assert_false (read_some (self));
  log = end (self, SIGTERM);
  assert_contains (log, "\"ev\":\"close\",\"connection\":1,\"to_server\":0,\"to_client\":0,"
                        "\"flights\":0,\"depth\":0}\n");
}

static void
test_depth (Fixture *self, gconstpointer data)
{
  g_autofree char *log = NULL;
  g_autofree char *expected = NULL;

  start (self, tern_mock_imap_server_get_port (self->server), "0", "0");
  expect (self, "ready\r\n");
  send_text (self, "1 LOGIN user secret\r\n2 NOOP\r\n");
  expect (self, "2 OK NOOP done\r\n");
  send_text (self, "3 NOOP\r\n");
  expect (self, "3 OK NOOP done\r\n");
  log = end (self, SIGTERM);
  expected = g_strdup_printf ("\"ev\":\"report\",\"connection\":1,\"to_server\":37,"
                              "\"to_client\":%" G_GSIZE_FORMAT ",\"flights\":2,\"depth\":2}\n",
                              self->received->len);
  assert_contains (log, expected);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "NOOP"), ==, 2);
}

/* The second command is sent while the first one is not answered yet. */
static void
test_overlap (Fixture *self, gconstpointer data)
{
  g_autofree char *log = NULL;

  start (self, tern_mock_imap_server_get_port (self->server), "1", "0");
  expect (self, "ready\r\n");
  tern_mock_imap_server_hold (self->server);
  send_text (self, "1 LOGIN user secret\r\n");
  tern_mock_imap_server_wait_command (self->server, "LOGIN", 1);
  send_text (self, "2 NOOP\r\n");
  tern_mock_imap_server_wait_command (self->server, "NOOP", 1);
  tern_mock_imap_server_release (self->server);
  expect (self, "2 OK NOOP done\r\n");
  log = end (self, SIGINT);
  assert_contains (log, "\"depth\":1}\n");
  g_assert_null (strstr (log, "\"depth\":2}"));
}

static void
test_delay (Fixture *self, gconstpointer data)
{
  gint64 begin = g_get_monotonic_time ();

  start (self, tern_mock_imap_server_get_port (self->server), "20", "0");
  expect (self, "ready\r\n");
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 80000);
  begin = g_get_monotonic_time ();
  send_text (self, "1 NOOP\r\n");
  expect (self, "1 OK NOOP done\r\n");
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 40000);
  g_free (end (self, SIGTERM));
}

static void
test_rate (Fixture *self, gconstpointer data)
{
  g_autofree char *letter = g_strnfill (50 * 1024, 'x');
  gint64 begin;

  tern_mock_imap_server_add_message (self->server, "INBOX",
                                     &(TernMockImapMessage){ .raw = letter });
  start (self, tern_mock_imap_server_get_port (self->server), "0", "500");
  send_text (self, "1 LOGIN user secret\r\n2 SELECT INBOX\r\n");
  expect (self, "2 OK");
  begin = g_get_monotonic_time ();
  send_text (self, "3 FETCH 1 BODY.PEEK[]\r\n");
  expect (self, "3 OK");
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 100000); /* 50 of 500 Kbytes a second */
  g_free (end (self, SIGTERM));
}

static void
test_close (Fixture *self, gconstpointer data)
{
  g_autofree char *log = NULL;

  start (self, tern_mock_imap_server_get_port (self->server), "1", "0");
  send_text (self, "1 LOGOUT\r\n");
  while (read_some (self))
    ;
  g_assert_true (g_str_has_suffix (self->received->str, "1 OK LOGOUT done\r\n"));
  g_io_stream_close (G_IO_STREAM (self->client), NULL, NULL);
  tern_mock_imap_server_wait_closed (self->server);
  log = end (self, SIGTERM);
  assert_contains (log, "\"ev\":\"open\",\"connection\":1,");
  assert_contains (log, "\"ev\":\"close\",\"connection\":1,\"to_server\":10,");
}

static void
test_report (Fixture *self, gconstpointer data)
{
  g_autofree char *log = NULL;

  start (self, tern_mock_imap_server_get_port (self->server), "0", "0");
  expect (self, "ready\r\n");
  g_subprocess_send_signal (self->proxy, SIGUSR1);
  while (log == NULL || strstr (log, "\"ev\":\"report\"") == NULL)
    {
      g_free (log);
      log = NULL;
      g_thread_yield ();
      g_file_get_contents (self->log_path, &log, NULL, NULL);
    }
  assert_contains (log, "\"to_server\":0,");
  send_text (self, "1 NOOP\r\n");
  expect (self, "1 OK NOOP done\r\n");
  g_free (end (self, SIGTERM));
}

#define ADD(name, test)                                                                            \
  g_test_add ("/tools/delay-proxy/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("wrong arguments are refused", test_usage);
  ADD ("a client of a dead server is closed", test_dead_server);
  ADD ("bytes, flights and depth are counted, and pipelined commands once", test_depth);
  ADD ("a command that waited for nothing is no deeper", test_overlap);
  ADD ("the greeting comes after two round trips and an answer after one", test_delay);
  ADD ("the rate holds data back", test_rate);
  ADD ("an end is passed on both ways", test_close);
  ADD ("it reports when asked and goes on", test_report);
  return g_test_run ();
}
