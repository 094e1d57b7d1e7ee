/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-transport.h"

#include <gio/gio.h>
#include <string.h>

#include "net-fixture.h"
#include "tern-error.h"

/* So long that a test that waits for it fails. */
#define NEVER_MS 600000

typedef struct
{
  NetFixture net;
  TernMockImapServer *server;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  net_set_up (&self->net, NULL);
  self->server = tern_mock_imap_server_new (GPOINTER_TO_INT (data));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_tls_backend_set_default_database (g_tls_backend_get_default (), NULL);
  net_tear_down (&self->net, NULL);
  g_object_unref (self->server);
}

/* Lets the system trust the authority that signs the tests' certificates. */
static void
trust_authority (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsDatabase) database = NULL;

  database = g_tls_file_database_new (tern_mock_imap_authority_path (), &error);
  g_assert_no_error (error);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), database);
}

static char *
fingerprint (const char *name)
{
  g_autoptr (GTlsCertificate) certificate = tern_mock_imap_load_certificate (name);

  return tern_trust_fingerprint (certificate);
}

/* A race of one, to @host at the server's port. */
static void
run (Fixture *self, const char *host)
{
  g_autoptr (TernEndpoint) endpoint = tern_mock_imap_server_dup_endpoint (self->server);

  net_make_race (&self->net, NEVER_MS);
  net_add (&self->net, host, endpoint->port, endpoint->security);
  net_next (&self->net);
}

static void
assert_encrypted (Fixture *self)
{
  g_assert_no_error (self->net.error);
  g_assert_true (tern_transport_is_encrypted (TERN_TRANSPORT (self->net.connection)));
}

static void
assert_refused (Fixture *self, const char *certificate)
{
  g_autofree char *expected = fingerprint (certificate);

  g_assert_error (self->net.error, TERN_ERROR, TERN_ERROR_CERTIFICATE);
  g_assert_cmpstr (tern_error_get_detail (self->net.error), ==, expected);
}

static void
test_untrusted (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_start (self->server);
  run (self, "127.0.0.1");
  assert_refused (self, "good");
  tern_mock_imap_server_wait_closed (self->server);

  tern_trust_add (self->net.trust, "127.0.0.1", tern_mock_imap_server_get_port (self->server),
                  tern_error_get_detail (self->net.error));
  run (self, "127.0.0.1");
  assert_encrypted (self);
}

/* By way of the PEM text, whose inside is the DER form in base64 (RFC 7468). */
static void
test_fingerprint (Fixture *self, gconstpointer data)
{
  g_autoptr (GTlsCertificate) certificate = tern_mock_imap_load_certificate ("good");
  g_autofree char *actual = tern_trust_fingerprint (certificate);
  g_autofree char *pem = NULL;
  g_autofree char *expected = NULL;
  char *begin;
  gsize length;

  g_object_get (certificate, "certificate-pem", &pem, NULL);
  begin = strstr (pem, "-----\n") + 6;
  *strstr (begin, "-----END") = '\0';
  g_base64_decode_inplace (begin, &length);
  expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) begin, length);
  g_assert_cmpstr (actual, ==, expected);
}

static void
test_trusted_elsewhere (Fixture *self, gconstpointer data)
{
  g_autofree char *good = fingerprint ("good");
  g_autofree char *expired = fingerprint ("expired");
  guint16 port;

  tern_mock_imap_server_start (self->server);
  port = tern_mock_imap_server_get_port (self->server);
  tern_trust_add (self->net.trust, "one.test", port, good);
  tern_trust_add (self->net.trust, "127.0.0.1", port == 1 ? 2 : port - 1, good);
  tern_trust_add (self->net.trust, "127.0.0.1", port, expired);
  run (self, "127.0.0.1");
  assert_refused (self, "good");
}

static void
test_authority (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_start (self->server);
  trust_authority ();
  run (self, "127.0.0.1");
  assert_encrypted (self);
  run (self, "localhost");
  assert_encrypted (self);
}

static void
test_wrong_host (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_start (self->server);
  trust_authority ();
  run (self, "one.test");
  assert_refused (self, "good");

  tern_mock_imap_server_use_certificate (self->server, "elsewhere");
  run (self, "127.0.0.1");
  assert_refused (self, "elsewhere");
}

static void
test_expired (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_use_certificate (self->server, "expired");
  tern_mock_imap_server_start (self->server);
  trust_authority ();
  run (self, "127.0.0.1");
  assert_refused (self, "expired");
}

static void
test_plain_server (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_start (self->server);
  net_make_race (&self->net, NEVER_MS);
  net_add (&self->net, "127.0.0.1", tern_mock_imap_server_get_port (self->server),
           TERN_SECURITY_TLS);
  net_next (&self->net);
  g_assert_error (self->net.error, TERN_ERROR, TERN_ERROR_OFFLINE);
  g_assert_true (net_entry (&self->net, 0)->error->domain == G_TLS_ERROR);
}

static void
test_silent_handshake (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_stall (self->server, "GREETING");
  tern_mock_imap_server_start (self->server);
  net_make_race (&self->net, 100);
  net_add (&self->net, "127.0.0.1", tern_mock_imap_server_get_port (self->server),
           TERN_SECURITY_TLS);
  net_next (&self->net);
  g_assert_error (net_entry (&self->net, 0)->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  tern_mock_imap_server_wait_closed (self->server);
}

static void
test_telling_error (Fixture *self, gconstpointer data)
{
  guint16 port = net_dead_port (&self->net);

  tern_mock_imap_server_start (self->server);
  net_make_race (&self->net, NEVER_MS);
  net_add (&self->net, "127.0.0.1", port, TERN_SECURITY_TLS);
  net_add (&self->net, "127.0.0.1", tern_mock_imap_server_get_port (self->server),
           TERN_SECURITY_TLS);
  net_next (&self->net);
  assert_refused (self, "good");
}

/* GnuTLS reads what it may offer once in a process, so this needs one of its own. */
static void
test_old_tls (Fixture *self, gconstpointer data)
{
  if (!g_test_subprocess ())
    {
      g_setenv ("G_TLS_GNUTLS_PRIORITY", "NORMAL:-VERS-ALL:+VERS-TLS1.1:%COMPAT", TRUE);
      g_test_trap_subprocess (NULL, 0, 0);
      g_unsetenv ("G_TLS_GNUTLS_PRIORITY");
      g_test_trap_assert_passed ();
      return;
    }
  tern_mock_imap_server_start (self->server);
  trust_authority ();
  run (self, "127.0.0.1");
  /* By us, or by a GnuTLS that is stricter still. */
  g_assert_null (self->net.connection);
}

static void
keep_result_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_starttls_when_closed (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  TernTransport *transport;

  tern_mock_imap_server_start (self->server);
  run (self, "127.0.0.1");
  g_assert_nonnull (self->net.connection);

  transport = TERN_TRANSPORT (self->net.connection);
  tern_transport_close (transport);
  tern_transport_start_tls_async (transport, NULL, keep_result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  g_assert_false (tern_transport_start_tls_finish (transport, result, &error));
  g_assert_true (tern_error_is_transport (error));
}

static void
test_starttls (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) commands = NULL;

  tern_mock_imap_server_start (self->server);
  trust_authority ();
  run (self, "127.0.0.1");
  assert_encrypted (self);

  g_output_stream_write (tern_transport_get_output (TERN_TRANSPORT (self->net.connection)),
                         "2 NOOP\r\n", 8, NULL, NULL);
  tern_mock_imap_server_wait_command (self->server, "NOOP", 1);
  commands = tern_mock_imap_server_dup_commands (self->server);
  g_assert_false (((TernMockImapCommand *) g_ptr_array_index (commands, 0))->encrypted);
  g_assert_true (((TernMockImapCommand *) g_ptr_array_index (commands, 1))->encrypted);
}

static void
test_starttls_untrusted (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_start (self->server);
  run (self, "127.0.0.1");
  assert_refused (self, "good");
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  gssize *n = user_data;

  *n = g_input_stream_read_finish (G_INPUT_STREAM (object), result, NULL);
}

static void
test_close (Fixture *self, gconstpointer data)
{
  char buffer[16];
  gssize n = 1;

  tern_mock_imap_server_start (self->server);
  trust_authority ();
  run (self, "127.0.0.1");
  g_assert_no_error (self->net.error);
  g_input_stream_read_async (tern_transport_get_input (TERN_TRANSPORT (self->net.connection)),
                             buffer, sizeof buffer, G_PRIORITY_DEFAULT, NULL, read_cb, &n);
  tern_transport_close (TERN_TRANSPORT (self->net.connection));
  g_assert_cmpint (n, ==, 1);
  while (n > 0)
    g_main_context_iteration (self->net.context, TRUE);
  tern_mock_imap_server_wait_closed (self->server);
}

#define ADD(name, security, test)                                                                  \
  g_test_add ("/net/transport/" name, Fixture, GINT_TO_POINTER (security), set_up, test, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  net_fake_names ();
  ADD ("an unknown certificate is refused until the user trusts it", TERN_SECURITY_TLS,
       test_untrusted);
  ADD ("trust holds for one host, one port and one certificate", TERN_SECURITY_TLS,
       test_trusted_elsewhere);
  ADD ("a fingerprint is the SHA-256 of the DER form", TERN_SECURITY_TLS, test_fingerprint);
  ADD ("a certificate for another host is refused", TERN_SECURITY_TLS, test_wrong_host);
  ADD ("an expired certificate is refused", TERN_SECURITY_TLS, test_expired);
  ADD ("a server without TLS is an error", TERN_SECURITY_NONE, test_plain_server);
  ADD ("the deadline covers the handshake", TERN_SECURITY_TLS, test_silent_handshake);
  ADD ("TLS 1.1 is refused", TERN_SECURITY_TLS, test_old_tls);
  ADD ("a certificate is told of before a dead network", TERN_SECURITY_TLS, test_telling_error);
  ADD ("STARTTLS checks the certificate too", TERN_SECURITY_STARTTLS, test_starttls_untrusted);
  ADD ("TLS on a connection that was closed is an error and no more", TERN_SECURITY_NONE,
       test_starttls_when_closed);
  ADD ("STARTTLS protects what follows", TERN_SECURITY_STARTTLS, test_starttls);
  ADD ("a certificate that the system trusts is accepted", TERN_SECURITY_TLS, test_authority);
  ADD ("closing under TLS ends a pending read without waiting", TERN_SECURITY_TLS, test_close);
  ADD ("closing ends a pending read without waiting", TERN_SECURITY_NONE, test_close);
  return g_test_run ();
}
