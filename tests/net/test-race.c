/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-race.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "net-fixture.h"
#include "tern-error.h"
#include "tern-trace.h"

/* So long that a test that waits for it fails. */
#define NEVER_MS 600000
#define PLAIN TERN_SECURITY_NONE

static TernMockImapServer *
start_server (void)
{
  TernMockImapServer *server = tern_mock_imap_server_new (PLAIN);

  tern_mock_imap_server_start (server);
  return server;
}

static TernMockImapServer *
start_silent_server (void)
{
  TernMockImapServer *server = tern_mock_imap_server_new (PLAIN);

  for (guint i = 0; i < 8; i++)
    tern_mock_imap_server_stall (server, "GREETING");
  tern_mock_imap_server_start (server);
  return server;
}

static void
add_server (NetFixture *self, TernMockImapServer *server, guint usual_ms, gboolean favourite)
{
  g_autoptr (TernEndpoint) endpoint = tern_mock_imap_server_dup_endpoint (server);

  tern_race_add_endpoint (self->race, endpoint, usual_ms, favourite);
}

static void
assert_reached (NetFixture *self, TernMockImapServer *server)
{
  g_assert_no_error (self->error);
  g_assert_cmpuint (tern_transport_get_endpoint (TERN_TRANSPORT (self->connection))->port, ==,
                    tern_mock_imap_server_get_port (server));
}

static void
test_refused (NetFixture *self, gconstpointer data)
{
  guint16 port = net_dead_port (self);

  net_make_race (self, NEVER_MS);
  net_add (self, "127.0.0.1", port, PLAIN);
  net_next (self);
  g_assert_error (self->error, TERN_ERROR, TERN_ERROR_OFFLINE);
  g_assert_cmpuint (net_count_entries (self), ==, 1);
  g_assert_cmpint (net_entry (self, 0)->result, ==, TERN_RACE_FAILED);
  g_assert_cmpstr (net_entry (self, 0)->address, ==, "127.0.0.1");
  g_assert_error (net_entry (self, 0)->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

static void
test_unresolvable (NetFixture *self, gconstpointer data)
{
  net_make_race (self, NEVER_MS);
  net_add (self, "nowhere.test", 993, TERN_SECURITY_TLS);
  net_next (self);
  g_assert_error (self->error, TERN_ERROR, TERN_ERROR_OFFLINE);
  g_assert_null (net_entry (self, 0)->address);
  g_assert_error (net_entry (self, 0)->error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND);
}

static void
test_closed (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) server = tern_mock_imap_server_new (PLAIN);

  tern_mock_imap_server_cut (server, "GREETING", 4);
  tern_mock_imap_server_start (server);
  net_make_race (self, NEVER_MS);
  add_server (self, server, 0, FALSE);
  net_next (self);
  g_assert_error (self->error, TERN_ERROR, TERN_ERROR_OFFLINE);
  tern_mock_imap_server_wait_closed (server);
}

static void
test_deadline (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) silent = start_silent_server ();

  net_make_race (self, 100);
  add_server (self, silent, 0, FALSE);
  net_add (self, "never.test", 143, PLAIN);
  net_next (self);
  g_assert_error (self->error, TERN_ERROR, TERN_ERROR_OFFLINE);
  g_assert_error (net_entry (self, 0)->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_error (net_entry (self, 1)->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  tern_mock_imap_server_wait_closed (silent);
}

static void
test_all_dead (NetFixture *self, gconstpointer data)
{
  guint16 port = net_dead_port (self);
  g_autoptr (TernMockImapServer) closed = tern_mock_imap_server_new (PLAIN);

  tern_mock_imap_server_reply (closed, "GREETING", "* BYE closed for repairs\r\n");
  tern_mock_imap_server_start (closed);
  net_make_race (self, NEVER_MS);
  net_add (self, "127.0.0.1", port, PLAIN);
  add_server (self, closed, 0, FALSE);
  net_add (self, "nowhere.test", 143, PLAIN);
  net_next (self);
  g_assert_error (self->error, TERN_ERROR, TERN_ERROR_REFUSED);
  g_assert_cmpuint (net_count_entries (self), ==, 3);
  g_assert_error (net_entry (self, 0)->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_error (net_entry (self, 1)->error, TERN_ERROR, TERN_ERROR_REFUSED);
  g_assert_error (net_entry (self, 2)->error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND);
}

static void
test_no_endpoint (NetFixture *self, gconstpointer data)
{
  net_make_race (self, NEVER_MS);
  net_next (self);
  g_assert_error (self->error, TERN_ERROR, TERN_ERROR_OFFLINE);
}

/* The silent one is still under way when the winner is handed out. */
static void
test_silent_loser (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) silent = start_silent_server ();
  g_autoptr (TernMockImapServer) healthy = start_server ();

  net_make_race (self, NEVER_MS);
  add_server (self, silent, 0, FALSE);
  add_server (self, healthy, 0, FALSE);
  net_next (self);
  assert_reached (self, healthy);
  g_assert_cmpint (net_entry (self, 0)->result, ==, TERN_RACE_RUNNING);
  g_assert_cmpint (net_entry (self, 0)->ended, ==, 0);
  g_assert_cmpint (net_entry (self, 1)->result, ==, TERN_RACE_READY);
  g_assert_cmpint (net_entry (self, 1)->ended, >=, net_entry (self, 1)->started);

  tern_race_settle (self->race, self->connection);
  g_assert_cmpint (net_entry (self, 0)->result, ==, TERN_RACE_CANCELLED);
  g_assert_no_error (net_entry (self, 0)->error);
  tern_mock_imap_server_wait_closed (silent);
  g_assert_cmpuint (tern_mock_imap_server_count_open (healthy), ==, 1);
}

static void
test_unanswered_name (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) healthy = start_server ();

  net_make_race (self, NEVER_MS);
  net_add (self, "never.test", 143, PLAIN);
  add_server (self, healthy, 0, FALSE);
  net_next (self);
  assert_reached (self, healthy);
  g_assert_cmpint (net_entry (self, 0)->result, ==, TERN_RACE_RUNNING);
}

static void
test_dead_and_healthy (NetFixture *self, gconstpointer data)
{
  guint16 port = net_dead_port (self);
  g_autoptr (TernMockImapServer) healthy = start_server ();

  net_make_race (self, NEVER_MS);
  net_add (self, "127.0.0.1", port, PLAIN);
  add_server (self, healthy, 0, FALSE);
  net_next (self);
  assert_reached (self, healthy);
}

static void
test_addresses (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) healthy = start_server ();

  /* The server listens on 127.0.0.1 only, which is one of the two. */
  net_make_race (self, NEVER_MS);
  net_add (self, "both.test", tern_mock_imap_server_get_port (healthy), PLAIN);
  net_next (self);
  g_assert_no_error (self->error);
  g_assert_cmpstr (tern_transport_get_address (TERN_TRANSPORT (self->connection)), ==, "127.0.0.1");
  g_assert_cmpuint (net_count_entries (self), ==, 2);
  g_assert_cmpstr (net_entry (self, 1)->address, ==, "127.0.0.2");
}

static void
test_both_families (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) healthy = start_server ();
  const TernRaceEntry *other;

  /* Nobody listens on ::1, and who waits for it loses nothing. */
  net_make_race (self, NEVER_MS);
  net_add (self, "dual.test", tern_mock_imap_server_get_port (healthy), PLAIN);
  net_next (self);
  g_assert_no_error (self->error);
  g_assert_cmpstr (tern_transport_get_address (TERN_TRANSPORT (self->connection)), ==, "127.0.0.1");
  other = net_entry (self, 0);
  g_assert_cmpstr (other->address, ==, "::1");
  g_assert_cmpint (other->connected, ==, 0);
}

static void
test_steps (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) healthy = start_server ();
  guint16 dead_port = net_dead_port (self);
  const TernRaceEntry *winner, *loser;

  net_make_race (self, NEVER_MS);
  add_server (self, healthy, 0, FALSE);
  net_add (self, "127.0.0.1", dead_port, PLAIN);
  net_next (self);
  while (net_entry (self, 1)->result == TERN_RACE_RUNNING)
    g_main_context_iteration (self->context, TRUE);
  winner = net_entry (self, 0);
  g_assert_cmpint (winner->resolved, >=, winner->started);
  g_assert_cmpint (winner->connected, >=, winner->resolved);
  g_assert_cmpint (winner->secured, ==, 0);
  g_assert_cmpint (winner->ended, >=, winner->connected);
  g_assert_cmpint (winner->connected, >, 0);
  loser = net_entry (self, 1);
  g_assert_cmpint (loser->resolved, >, 0);
  g_assert_cmpint (loser->connected, ==, 0);
  g_assert_cmpint (loser->ended, >=, loser->resolved);
}

static void
test_many_addresses (NetFixture *self, gconstpointer data)
{
  guint16 port = net_dead_port (self);

  net_make_race (self, NEVER_MS);
  net_add (self, "many.test", port, PLAIN);
  net_next (self);
  g_assert_error (self->error, TERN_ERROR, TERN_ERROR_OFFLINE);
  g_assert_cmpuint (net_count_entries (self), ==, 8);
}

static void
test_favourite_healthy (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) favourite = start_server ();
  g_autoptr (TernMockImapServer) other = start_server ();

  net_make_race (self, NEVER_MS);
  add_server (self, other, 0, FALSE);
  add_server (self, favourite, NEVER_MS, TRUE);
  net_next (self);
  assert_reached (self, favourite);
  tern_race_settle (self->race, self->connection);
  g_assert_cmpuint (net_count_entries (self), ==, 1);
  net_assert_quiet (self);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (other), ==, 0);
}

static void
test_favourite_dead (NetFixture *self, gconstpointer data)
{
  guint16 port = net_dead_port (self);
  g_autoptr (TernEndpoint) endpoint = tern_endpoint_new ("127.0.0.1", port, PLAIN);
  g_autoptr (TernMockImapServer) other = start_server ();

  net_make_race (self, NEVER_MS);
  tern_race_add_endpoint (self->race, endpoint, NEVER_MS, TRUE);
  add_server (self, other, 0, FALSE);
  net_next (self);
  assert_reached (self, other);
  /* Not before the favourite had failed. */
  g_assert_cmpint (net_entry (self, 1)->started, >=, net_entry (self, 0)->ended);
  g_assert_cmpint (net_entry (self, 0)->result, ==, TERN_RACE_FAILED);
}

static void
test_favourite_slow (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) favourite = start_silent_server ();
  g_autoptr (TernMockImapServer) other = start_server ();

  net_make_race (self, NEVER_MS);
  add_server (self, other, 0, FALSE);
  add_server (self, favourite, 1, TRUE);
  net_next (self);
  assert_reached (self, other);
  g_assert_cmpint (net_entry (self, 0)->result, ==, TERN_RACE_RUNNING);
  /* The delay is 50 ms at the least, whatever is usual. */
  g_assert_cmpint (net_entry (self, 1)->started, >=, 50000);
}

static void
test_asked_again (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) favourite = start_server ();
  g_autoptr (TernMockImapServer) other = start_server ();
  g_autoptr (GObject) first = NULL;

  net_make_race (self, NEVER_MS);
  add_server (self, favourite, NEVER_MS, TRUE);
  add_server (self, other, 0, FALSE);
  net_next (self);
  assert_reached (self, favourite);
  first = g_steal_pointer (&self->connection);
  net_next (self);
  assert_reached (self, other);
  /* The first one is the caller's, and stays open. */
  g_assert_cmpuint (tern_mock_imap_server_count_open (favourite), ==, 1);
  tern_race_settle (self->race, self->connection);
  g_assert_cmpuint (net_discarded, ==, 0);
}

static void
test_none_left (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) server = start_server ();

  net_make_race (self, NEVER_MS);
  add_server (self, server, 0, FALSE);
  net_next (self);
  assert_reached (self, server);
  net_next (self);
  g_assert_error (self->error, TERN_ERROR, TERN_ERROR_OFFLINE);
}

static void
test_ready_loser (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) one = start_server ();
  g_autoptr (TernMockImapServer) two = start_server ();

  net_make_race (self, NEVER_MS);
  add_server (self, one, 0, FALSE);
  add_server (self, two, 0, FALSE);
  net_next (self);
  g_assert_no_error (self->error);
  while (net_entry (self, 0)->result != TERN_RACE_READY ||
         net_entry (self, 1)->result != TERN_RACE_READY)
    g_main_context_iteration (self->context, TRUE);
  tern_race_settle (self->race, self->connection);
  g_assert_cmpuint (net_discarded, ==, 1);
  g_assert_cmpint ((net_entry (self, 0)->result == TERN_RACE_CANCELLED) +
                       (net_entry (self, 1)->result == TERN_RACE_CANCELLED),
                   ==, 1);
}

static void
test_cancel (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) silent = start_silent_server ();

  net_make_race (self, NEVER_MS);
  add_server (self, silent, 0, FALSE);
  net_add (self, "never.test", 143, PLAIN);
  net_ask (self);
  tern_mock_imap_server_wait_connections (silent, 1);
  g_cancellable_cancel (self->cancellable);
  net_wait (self);
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tern_mock_imap_server_wait_closed (silent);
}

static void
test_cancelled_before (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) server = start_server ();

  net_make_race (self, NEVER_MS);
  add_server (self, server, 0, FALSE);
  g_cancellable_cancel (self->cancellable);
  net_next (self);
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  net_assert_quiet (self);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (server), ==, 0);
}

static void
test_dropped (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) silent = start_silent_server ();
  g_autoptr (TernMockImapServer) healthy = start_server ();

  net_make_race (self, NEVER_MS);
  add_server (self, healthy, 0, FALSE);
  add_server (self, silent, 0, FALSE);
  net_next (self);
  tern_mock_imap_server_wait_connections (silent, 1);
  g_clear_object (&self->race);
  tern_mock_imap_server_wait_closed (silent);
  g_assert_cmpuint (tern_mock_imap_server_count_open (healthy), ==, 1);
}

/* A SOCKS 5 proxy (RFC 1928) that plays the mail server itself. */
static gboolean
socks_cb (GThreadedSocketService *service,
          GSocketConnection *connection,
          GObject *source,
          gpointer user_data)
{
  static const char wanted[] = "\5\1\0\3\014proxied.test\0\217";
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  char buffer[64];

  g_input_stream_read (input, buffer, sizeof buffer, NULL, NULL);
  g_output_stream_write_all (output, "\5\0", 2, NULL, NULL, NULL);
  g_input_stream_read_all (input, buffer, sizeof wanted - 1, NULL, NULL, NULL);
  if (memcmp (buffer, wanted, sizeof wanted - 1) == 0)
    g_output_stream_write_all (output, "\5\0\0\1\0\0\0\0\0\0* OK\r\n", 16, NULL, NULL, NULL);
  while (g_input_stream_read (input, buffer, sizeof buffer, NULL, NULL) > 0)
    ;
  return TRUE;
}

static void
test_proxy (NetFixture *self, gconstpointer data)
{
  g_autoptr (GSocketService) proxy = g_threaded_socket_service_new (1);
  g_autoptr (GError) error = NULL;

  net_proxy_port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (proxy), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (proxy, "run", G_CALLBACK (socks_cb), NULL);
  net_make_race (self, NEVER_MS);
  net_add (self, "proxied.test", 143, PLAIN);
  net_next (self);
  g_assert_no_error (self->error);
  g_assert_null (tern_transport_get_address (TERN_TRANSPORT (self->connection)));
  g_assert_null (net_entry (self, 0)->address);
  g_socket_service_stop (proxy);
  g_socket_listener_close (G_SOCKET_LISTENER (proxy));
}

static guint
count_lines (const char *text, const char *begin, guint16 port)
{
  g_autofree char *endpoint = g_strdup_printf ("\"endpoint\":\"127.0.0.1:%u\",\"ip\":", port);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    n += strstr (lines[i], begin) != NULL && strstr (lines[i], endpoint) != NULL;
  return n;
}

static void
test_trace (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) silent = start_silent_server ();
  g_autoptr (TernMockImapServer) healthy = start_server ();
  guint16 dead_port = net_dead_port (self);
  guint16 silent_port = tern_mock_imap_server_get_port (silent);
  guint16 healthy_port = tern_mock_imap_server_get_port (healthy);
  g_autofree char *trace = NULL;
  gsize before;

  /* An earlier race may have had the same port. */
  g_assert_true (g_file_get_contents (g_getenv ("TERN_TRACE"), &trace, &before, NULL));
  g_clear_pointer (&trace, g_free);
  net_make_race (self, NEVER_MS);
  add_server (self, silent, 0, FALSE);
  add_server (self, healthy, 0, FALSE);
  net_add (self, "127.0.0.1", dead_port, PLAIN);
  net_next (self);
  while (net_entry (self, 2)->result == TERN_RACE_RUNNING)
    g_main_context_iteration (self->context, TRUE);
  tern_race_settle (self->race, self->connection);

  g_assert_true (g_file_get_contents (g_getenv ("TERN_TRACE"), &trace, NULL, NULL));
  g_assert_cmpuint (count_lines (trace + before, "\"ev\":\"race.start\"", silent_port), ==, 1);
  g_assert_cmpuint (count_lines (trace + before, "\"ev\":\"race.start\"", healthy_port), ==, 1);
  g_assert_cmpuint (count_lines (trace + before, "\"ev\":\"race.start\"", dead_port), ==, 1);
  g_assert_cmpuint (count_lines (trace + before, "\"ev\":\"race.win\"", healthy_port), ==, 1);
  g_assert_cmpuint (count_lines (trace + before, "\"ev\":\"race.lose\"", silent_port), ==, 1);
  g_assert_cmpuint (count_lines (trace + before, "\"ev\":\"race.fail\"", dead_port), ==, 1);
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_leaves_nothing (NetFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) silent = start_silent_server ();
  guint16 port = net_dead_port (self);
  g_autoptr (TernMockImapServer) healthy = start_server ();
  guint before = 0;

  /* GIO opens what it keeps for good in the first round. */
  for (guint round = 0; round < 3; round++)
    {
      net_make_race (self, NEVER_MS);
      add_server (self, silent, 0, FALSE);
      add_server (self, healthy, 0, FALSE);
      net_add (self, "127.0.0.1", port, PLAIN);
      net_add (self, "never.test", 143, PLAIN);
      net_next (self);
      assert_reached (self, healthy);
      tern_race_settle (self->race, self->connection);
      g_clear_object (&self->connection);
      g_clear_object (&self->race);
      tern_mock_imap_server_wait_closed (silent);
      tern_mock_imap_server_wait_closed (healthy);
      net_assert_quiet (self);
      if (round == 0)
        before = count_descriptors ();
    }
  g_assert_cmpuint (count_descriptors (), ==, before);
}

#define ADD(name, test)                                                                            \
  g_test_add ("/net/race/" name, NetFixture, NULL, net_set_up, test, net_tear_down)

int
main (int argc, char *argv[])
{
  g_autofree char *trace = NULL;
  int fd, status;

  g_test_init (&argc, &argv, NULL);
  fd = g_file_open_tmp ("race-XXXXXX", &trace, NULL);
  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_setenv ("TERN_TRACE", trace, TRUE);
  tern_trace_init ();
  net_fake_names ();
  ADD ("a refused connection is an error with its reason", test_refused);
  ADD ("a name that does not exist is an error with its reason", test_unresolvable);
  ADD ("a server that closes within its greeting has failed", test_closed);
  ADD ("one deadline covers the name, the connection and the greeting", test_deadline);
  ADD ("when all fail every error is kept and the most telling one is told", test_all_dead);
  ADD ("without an endpoint the race is lost at once", test_no_endpoint);
  ADD ("the winner does not wait for a server that says nothing", test_silent_loser);
  ADD ("the winner does not wait for a name that is never answered", test_unanswered_name);
  ADD ("a dead endpoint does not stop a healthy one", test_dead_and_healthy);
  ADD ("every address of a name is tried", test_addresses);
  ADD ("an address of another family that is dead delays nothing", test_both_families);
  ADD ("each step's end is told as far as it was reached", test_steps);
  ADD ("only so many addresses of a name are tried", test_many_addresses);
  ADD ("while the favourite is healthy the others never start", test_favourite_healthy);
  ADD ("when the favourite fails the others start at once", test_favourite_dead);
  ADD ("when the favourite is slow the others start after a delay", test_favourite_slow);
  ADD ("asked again it hands out the next one", test_asked_again);
  ADD ("asked again with none left it says so", test_none_left);
  ADD ("a loser that is ready is given up when the race is settled", test_ready_loser);
  ADD ("a cancelled race closes what it had begun", test_cancel);
  ADD ("a race that is cancelled before it begins connects nowhere", test_cancelled_before);
  ADD ("a race that is dropped closes what it had begun", test_dropped);
  ADD ("the desktop's SOCKS proxy is used and resolves the name", test_proxy);
  ADD ("the trace tells who started, won, lost and failed", test_trace);
  ADD ("nothing is left behind", test_leaves_nothing);
  status = g_test_run ();
  g_unlink (trace);
  return status;
}
