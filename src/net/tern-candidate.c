/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-candidate-private.h"

#include "tern-trace.h"
#include "tern-transport-private.h"

/* One way to a server: look for a proxy, resolve, connect, TLS, greeting; a function a step, in the
 * order in which they run. Each step holds a reference and gives it to the next, so that a
 * candidate outlives its race until the step under way has come back. */

/* A name with more addresses than this is a mistake or an attack, not a mail server. */
#define MAX_ADDRESSES 8

static gint64
elapsed (TernCandidate *self)
{
  return g_get_monotonic_time () - self->epoch;
}

static gint64
step (gint64 from, gint64 to)
{
  return to > from ? to - from : 0;
}

/*
 * tern_candidate_trace:
 *
 * Writes what became of it by then, with how long each step took; 0 for one that it did not reach.
 */
void
tern_candidate_trace (const TernCandidate *self, const char *event, gint64 now)
{
  const TernRaceEntry *entry = &self->entry;
  g_autofree char *name = NULL;
  g_autofree char *reason = NULL;

  if (!tern_trace_is_enabled ())
    return;
  name = tern_endpoint_to_string (entry->endpoint);
  if (entry->error != NULL)
    reason =
        g_strdup_printf ("%s %d", g_quark_to_string (entry->error->domain), entry->error->code);
  tern_trace (
      event, TERN_TRACE_STR ("endpoint", name), TERN_TRACE_STR ("ip", entry->address),
      TERN_TRACE_MS ("ms", now - entry->started),
      TERN_TRACE_MS ("resolve", step (entry->started, entry->resolved)),
      TERN_TRACE_MS ("connect", step (MAX (entry->started, entry->resolved), entry->connected)),
      TERN_TRACE_MS ("tls", step (entry->connected, entry->secured)),
      TERN_TRACE_STR ("error", reason));
}

static void
tell (TernCandidate *self, gpointer owner, const char *event)
{
  if (owner != NULL)
    self->functions->told (owner, self);
  tern_candidate_trace (self, event, elapsed (self));
}

/*
 * tern_candidate_new:
 *
 * Makes a candidate for the addresses of @endpoint; @epoch is the monotonic time in µs at which the
 * race began.
 */
TernCandidate *
tern_candidate_new (const TernCandidateOwner *functions,
                    gpointer owner,
                    const TernRaceProtocol *protocol,
                    TernTrust *trust,
                    TernEndpoint *endpoint,
                    gint64 epoch)
{
  TernCandidate *self = g_rc_box_new0 (TernCandidate);

  self->functions = functions;
  self->owner = owner;
  self->protocol = protocol;
  self->trust = g_object_ref (trust);
  self->entry.endpoint = tern_endpoint_ref (endpoint);
  self->entry.result = TERN_RACE_RUNNING;
  self->epoch = epoch;
  self->entry.started = elapsed (self);
  self->cancellable = g_cancellable_new ();
  return self;
}

static void
candidate_clear (gpointer data)
{
  TernCandidate *self = data;

  g_clear_weak_pointer (&self->taken);
  g_clear_object (&self->connection);
  g_clear_object (&self->transport);
  g_clear_object (&self->inet);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->trust);
  tern_endpoint_unref (self->entry.endpoint);
  g_free (self->entry.address);
  g_clear_error (&self->entry.error);
}

void
tern_candidate_unref (gpointer data)
{
  g_rc_box_release_full (data, candidate_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernCandidate, tern_candidate_unref)

/*
 * tern_candidate_end:
 * @error: (transfer full) (nullable): why, for %TERN_RACE_FAILED
 *
 * Gives up whatever is under way and whatever was ready, at once, and says nothing more to the
 * owner. A connection that was taken is not touched.
 */
void
tern_candidate_end (TernCandidate *self, TernRaceResult result, GError *error)
{
  gboolean taken = self->entry.result == TERN_RACE_READY && self->connection == NULL;
  gpointer owner = self->owner;

  if (owner == NULL)
    {
      g_clear_error (&error);
      return;
    }
  self->owner = NULL;
  if (!taken)
    {
      self->entry.result = result;
      self->entry.error = error;
      if (self->entry.ended == 0)
        self->entry.ended = elapsed (self);
      tell (self, owner, result == TERN_RACE_FAILED ? "race.fail" : "race.lose");
    }
  if (self->connection != NULL)
    self->protocol->discard (g_steal_pointer (&self->connection));
  else if (!taken)
    {
      g_cancellable_cancel (self->cancellable);
      /* In case that the protocol does not look at the cancellable: what it waits for ends. */
      if (self->transport != NULL)
        tern_transport_close (self->transport);
    }
}

/* Fails by itself. @error: (transfer full) */
static void
fail (TernCandidate *self, GError *error)
{
  gpointer owner = self->owner;

  tern_candidate_end (self, TERN_RACE_FAILED, error);
  if (owner != NULL)
    self->functions->done (owner, self);
}

/*
 * tern_candidate_take:
 *
 * Returns: (transfer full): the ready connection; the candidate knows it by address from now on
 */
GObject *
tern_candidate_take (TernCandidate *self)
{
  g_set_weak_pointer (&self->taken, self->connection);
  return g_steal_pointer (&self->connection);
}

static void
ready_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernCandidate) self = user_data;
  g_autoptr (GObject) connection = NULL;
  GError *error = NULL;

  connection = self->protocol->ready_finish (result, &error);
  if (connection == NULL)
    {
      fail (self, error);
      return;
    }
  /* The connection holds the transport from here on. */
  g_clear_object (&self->transport);
  if (self->owner == NULL)
    {
      self->protocol->discard (g_steal_pointer (&connection));
      return;
    }
  self->connection = g_steal_pointer (&connection);
  self->entry.result = TERN_RACE_READY;
  self->entry.ended = elapsed (self);
  self->functions->told (self->owner, self);
  self->functions->done (self->owner, self);
}

/* Takes the reference in @self. */
static void
wait_for_greeting (TernCandidate *self)
{
  self->protocol->ready_async (self->transport, self->cancellable, ready_cb, self);
}

static void
tls_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernCandidate) self = user_data;
  GError *error = NULL;

  if (!tern_transport_start_tls_finish (TERN_TRANSPORT (object), result, &error))
    {
      fail (self, error);
      return;
    }
  if (self->owner == NULL)
    return;
  self->entry.secured = elapsed (self);
  wait_for_greeting (g_steal_pointer (&self));
}

static void
connect_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernCandidate) self = user_data;
  g_autoptr (GSocketConnection) connection = NULL;
  GError *error = NULL;

  connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (object), result, &error);
  if (connection == NULL)
    {
      fail (self, error);
      return;
    }
  if (self->owner == NULL)
    return;

  self->entry.connected = elapsed (self);
  self->transport =
      tern_transport_new (self->entry.endpoint, self->entry.address, self->trust, connection);
  if (self->entry.endpoint->security == TERN_SECURITY_TLS)
    {
      TernTransport *transport = self->transport;
      GCancellable *cancellable = self->cancellable;

      tern_transport_start_tls_async (transport, cancellable, tls_cb, g_steal_pointer (&self));
    }
  else
    wait_for_greeting (g_steal_pointer (&self));
}

/* Takes no reference. */
static void
connect_address (TernCandidate *self)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  address = g_inet_socket_address_new (self->inet, self->entry.endpoint->port);
  g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (address), self->cancellable,
                                 connect_cb, g_rc_box_acquire (self));
}

/* The first address is this candidate's, every other one gets a candidate of its own. */
static void
resolve_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernCandidate) self = user_data;
  GError *error = NULL;
  GList *addresses;
  guint n = 0;

  addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (object), result, &error);
  if (addresses == NULL)
    {
      fail (self, error);
      return;
    }
  for (GList *l = addresses; l != NULL && self->owner != NULL && n < MAX_ADDRESSES; l = l->next)
    {
      TernCandidate *other = self;

      if (n++ > 0)
        {
          other = tern_candidate_new (self->functions, self->owner, self->protocol, self->trust,
                                      self->entry.endpoint, self->epoch);
          other->entry.started = self->entry.started;
          self->functions->found (self->owner, other);
          tell (other, other->owner, "race.start");
        }
      other->entry.resolved = elapsed (self);
      other->inet = g_object_ref (l->data);
      other->entry.address = g_inet_address_to_string (l->data);
      connect_address (other);
    }
  g_resolver_free_addresses (addresses);
}

/* Takes no reference. */
static void
resolve (TernCandidate *self)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();

  g_resolver_lookup_by_name_async (resolver, self->entry.endpoint->host, self->cancellable,
                                   resolve_cb, g_rc_box_acquire (self));
}

/* Where the desktop prescribes a SOCKS proxy, the name is the proxy's to resolve, and there is one
 * candidate without an address. A proxy for the web alone does not concern mail. */
static void
proxy_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernCandidate) self = user_data;
  g_auto (GStrv) proxies = NULL;
  g_autoptr (GSocketClient) client = NULL;
  g_autoptr (GSocketConnectable) name = NULL;

  proxies = g_proxy_resolver_lookup_finish (G_PROXY_RESOLVER (object), result, NULL);
  if (self->owner == NULL)
    return;
  if (proxies == NULL || proxies[0] == NULL || !g_str_has_prefix (proxies[0], "socks"))
    {
      resolve (self);
      return;
    }
  client = g_socket_client_new ();
  name = g_network_address_new (self->entry.endpoint->host, self->entry.endpoint->port);
  tell (self, self->owner, "race.start");
  g_socket_client_connect_async (client, name, self->cancellable, connect_cb,
                                 g_rc_box_acquire (self));
}

/*
 * tern_candidate_start:
 *
 * Starts on the way, in the thread-default main context.
 */
void
tern_candidate_start (TernCandidate *self)
{
  g_autofree char *host_port = NULL;
  g_autofree char *uri = NULL;

  tell (self, self->owner, "race.start");
  if (tern_endpoint_is_loopback (self->entry.endpoint))
    {
      resolve (self);
      return;
    }
  /* The scheme with which GNetworkAddress asks when it has none. */
  host_port = tern_endpoint_to_string (self->entry.endpoint);
  uri = g_strconcat ("none://", host_port, NULL);
  g_proxy_resolver_lookup_async (g_proxy_resolver_get_default (), uri, self->cancellable, proxy_cb,
                                 g_rc_box_acquire (self));
}
