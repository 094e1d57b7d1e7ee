/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-transport.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "tern-error.h"
#include "tern-transport-private.h"

/* Seconds of silence before the kernel probes the peer, and between its probes. */
#define KEEPALIVE_IDLE 240
#define KEEPALIVE_INTERVAL 30

/**
 * TernTransport:
 *
 * A connected byte stream to one address of one endpoint. #TernRace makes it; where the endpoint
 * says %TERN_SECURITY_TLS it is under TLS before anyone gets to see it. Belongs to the thread whose
 * main context it was made in.
 */
struct _TernTransport
{
  GObject parent_instance;

  TernTrust *trust;
  GSocketConnection *connection;
  GIOStream *stream; /* @connection, or the TLS connection over it */

  TernEndpoint *endpoint;
  char *address;
  char *refused; /* the fingerprint of a certificate that was not accepted */
};

G_DEFINE_FINAL_TYPE (TernTransport, tern_transport, G_TYPE_OBJECT)

static void
tern_transport_dispose (GObject *object)
{
  TernTransport *self = TERN_TRANSPORT (object);

  /* The streams close when the last reference goes, and a TLS stream would then wait for room for
   * its farewell: on a socket that is shut down already it does not. */
  if (self->connection != NULL)
    tern_transport_close (self);
  g_clear_object (&self->trust);
  g_clear_object (&self->stream);
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (tern_transport_parent_class)->dispose (object);
}

static void
tern_transport_finalize (GObject *object)
{
  TernTransport *self = TERN_TRANSPORT (object);

  tern_endpoint_unref (self->endpoint);
  g_free (self->address);
  g_free (self->refused);
  G_OBJECT_CLASS (tern_transport_parent_class)->finalize (object);
}

static void
tern_transport_class_init (TernTransportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tern_transport_dispose;
  object_class->finalize = tern_transport_finalize;
}

static void
tern_transport_init (TernTransport *self)
{
}

/**
 * tern_transport_new:
 * @endpoint: the endpoint
 * @address: (nullable): the network address as text; %NULL where a proxy knows it
 * @trust: the certificates that the user trusts
 * @connection: an open connection to @endpoint
 *
 * Wraps a connection, still without TLS. Commands are small and their answers are waited for, so
 * the socket sends at once; a peer that went away silently is noticed by keep-alive probes.
 *
 * Returns: (transfer full): a new transport
 */
TernTransport *
tern_transport_new (TernEndpoint *endpoint,
                    const char *address,
                    TernTrust *trust,
                    GSocketConnection *connection)
{
  TernTransport *self = g_object_new (TERN_TYPE_TRANSPORT, NULL);
  GSocket *socket = g_socket_connection_get_socket (connection);

  self->endpoint = tern_endpoint_ref (endpoint);
  self->address = g_strdup (address);
  self->trust = g_object_ref (trust);
  self->connection = g_object_ref (connection);
  self->stream = g_object_ref (G_IO_STREAM (connection));
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  /* The kernel's own two hours are longer than any NAT remembers a silent connection. */
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL, NULL);
  return self;
}

/**
 * tern_transport_get_endpoint:
 * @self: a transport
 *
 * Returns: (transfer none): the endpoint that it leads to
 */
TernEndpoint *
tern_transport_get_endpoint (TernTransport *self)
{
  g_return_val_if_fail (TERN_IS_TRANSPORT (self), NULL);
  return self->endpoint;
}

/**
 * tern_transport_get_address:
 * @self: a transport
 *
 * Returns: (transfer none) (nullable): the network address as text; %NULL behind a proxy
 */
const char *
tern_transport_get_address (TernTransport *self)
{
  g_return_val_if_fail (TERN_IS_TRANSPORT (self), NULL);
  return self->address;
}

/**
 * tern_transport_get_input:
 * @self: a transport
 *
 * Returns: (transfer none): the stream to read from, until tern_transport_start_tls_async()
 *   replaces it
 */
GInputStream *
tern_transport_get_input (TernTransport *self)
{
  g_return_val_if_fail (TERN_IS_TRANSPORT (self), NULL);
  return g_io_stream_get_input_stream (self->stream);
}

/**
 * tern_transport_get_output:
 * @self: a transport
 *
 * Returns: (transfer none): the stream to write to, until tern_transport_start_tls_async()
 *   replaces it
 */
GOutputStream *
tern_transport_get_output (TernTransport *self)
{
  g_return_val_if_fail (TERN_IS_TRANSPORT (self), NULL);
  return g_io_stream_get_output_stream (self->stream);
}

/**
 * tern_transport_is_encrypted:
 * @self: a transport
 *
 * Returns: whether all that is read and written is under TLS
 */
gboolean
tern_transport_is_encrypted (TernTransport *self)
{
  g_return_val_if_fail (TERN_IS_TRANSPORT (self), FALSE);
  return G_IS_TLS_CONNECTION (self->stream);
}

/**
 * tern_transport_has_way:
 * @self: a transport
 *
 * Tells whether what is sent to the peer still leaves from the address that the connection was made
 * from. After a change of network it often does not, and the connection is dead without anybody
 * saying so. Only the kernel's routes are asked; nothing is sent.
 *
 * Returns: whether the connection may be alive
 */
gboolean
tern_transport_has_way (TernTransport *self)
{
  g_autoptr (GSocketAddress) local = NULL;
  g_autoptr (GSocketAddress) remote = NULL;
  g_autoptr (GSocketAddress) present = NULL;
  g_autoptr (GSocket) probe = NULL;

  g_return_val_if_fail (TERN_IS_TRANSPORT (self), FALSE);

  local = g_socket_connection_get_local_address (self->connection, NULL);
  remote = g_socket_connection_get_remote_address (self->connection, NULL);
  if (!G_IS_INET_SOCKET_ADDRESS (local) || !G_IS_INET_SOCKET_ADDRESS (remote))
    return FALSE;
  probe = g_socket_new (g_socket_address_get_family (remote), G_SOCKET_TYPE_DATAGRAM,
                        G_SOCKET_PROTOCOL_UDP, NULL);
  if (probe == NULL || !g_socket_connect (probe, remote, NULL, NULL))
    return FALSE;
  present = g_socket_get_local_address (probe, NULL);
  return G_IS_INET_SOCKET_ADDRESS (present) &&
         g_inet_address_equal (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (local)),
                               g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (present)));
}

static gboolean
accept_certificate_cb (GTlsConnection *tls,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags problems,
                       gpointer user_data)
{
  TernTransport *self = user_data;
  g_autofree char *fingerprint = tern_trust_fingerprint (certificate);

  if (tern_trust_contains (self->trust, self->endpoint->host, self->endpoint->port, fingerprint))
    return TRUE;

  g_free (self->refused);
  self->refused = g_steal_pointer (&fingerprint);
  return FALSE;
}

static void
handshake_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  TernTransport *self = g_task_get_source_object (task);
  GTlsConnection *tls = G_TLS_CONNECTION (object);
  g_autoptr (GError) error = NULL;

  g_signal_handlers_disconnect_by_data (tls, self);
  if (!g_tls_connection_handshake_finish (tls, result, &error))
    {
      if (self->refused != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_clear_error (&error);
          g_set_error (&error, TERN_ERROR, TERN_ERROR_CERTIFICATE,
                       "The certificate of %s is not trusted", self->endpoint->host);
          tern_error_set_detail (error, self->refused);
        }
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (g_tls_connection_get_protocol_version (tls) < G_TLS_PROTOCOL_VERSION_TLS_1_2)
    {
      g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_UNSUPPORTED,
                               "%s offers no TLS version from 1.2 on", self->endpoint->host);
      return;
    }
  g_set_object (&self->stream, G_IO_STREAM (tls));
  g_task_return_boolean (task, TRUE);
}

/**
 * tern_transport_start_tls_async:
 * @self: a transport that is not under TLS yet
 * @cancellable: (nullable): cancels the handshake
 * @callback: called when it is over
 * @user_data: for @callback
 *
 * Starts TLS (RFC 8446, at least version 1.2) and replaces both streams. For STARTTLS, call it when
 * the server's consent has been read, no read or write is pending, and throw away every byte that
 * came after the consent: it was not protected.
 *
 * The certificate must be one that the system trusts for the endpoint's host, or one that the
 * #TernTrust holds for host and port.
 *
 * Errors: %TERN_ERROR_CERTIFICATE with the fingerprint as tern_error_get_detail() for any other
 * certificate, %TERN_ERROR_UNSUPPORTED for an older TLS, else #GTlsError and #GIOErrorEnum. After
 * an error nothing but tern_transport_close() makes sense.
 */
void
tern_transport_start_tls_async (TernTransport *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GSocketAddress) peer = NULL;
  g_autoptr (GSocketConnectable) identity = NULL;
  g_autoptr (GIOStream) tls = NULL;
  GError *error = NULL;

  g_return_if_fail (TERN_IS_TRANSPORT (self));
  g_return_if_fail (!tern_transport_is_encrypted (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, tern_transport_start_tls_async);
  /* glib-networking asks for the peer's address and does not expect that there is none, as when
   * the connection was reset or closed by now. Once asked for, the socket remembers it. */
  peer = g_socket_connection_get_remote_address (self->connection, NULL);
  if (peer == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "the connection is closed");
      return;
    }

  identity = g_network_address_new (self->endpoint->host, self->endpoint->port);
  tls = g_tls_client_connection_new (G_IO_STREAM (self->connection), identity, &error);
  if (tls == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  /* Many servers go without a farewell; the protocols above know by themselves where an answer
   * ends. */
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (tls), FALSE);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_certificate_cb), self);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT, cancellable,
                                    handshake_cb, g_steal_pointer (&task));
}

/**
 * tern_transport_start_tls_finish:
 * @self: a transport
 * @result: what the callback was given
 * @error: return location
 *
 * Returns: whether the transport is under TLS now
 */
gboolean
tern_transport_start_tls_finish (TernTransport *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * tern_transport_close:
 * @self: a transport
 *
 * Ends the connection both ways without waiting: what was written is still sent, pending reads see
 * the end, pending writes fail. The descriptor goes with the last reference, so that no pending
 * operation can meet another connection under its number. May be called again.
 */
void
tern_transport_close (TernTransport *self)
{
  g_return_if_fail (TERN_IS_TRANSPORT (self));

  /* It fails where the peer was quicker, which is as well. */
  g_socket_shutdown (g_socket_connection_get_socket (self->connection), TRUE, TRUE, NULL);
}
