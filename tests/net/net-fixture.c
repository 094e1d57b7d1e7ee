/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net-fixture.h"

#include <string.h>

#include "tern-error.h"

#define DEADLINE_SECONDS 30

guint net_discarded;
guint16 net_proxy_port;

/* The protocol: one line in, and perhaps STARTTLS. */

static void read_line (GTask *task);

static void
tls_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (tern_transport_start_tls_finish (TERN_TRANSPORT (object), result, &error))
    g_task_return_pointer (task, g_object_ref (object), g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
handle_line (GTask *task, const char *line)
{
  g_autoptr (GTask) owned = task;
  TernTransport *transport = g_task_get_source_object (task);
  gboolean upgrades = tern_transport_get_endpoint (transport)->security == TERN_SECURITY_STARTTLS;

  if (g_str_has_prefix (line, "* BYE"))
    g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_REFUSED, "%s", line);
  else if (g_str_has_prefix (line, "1 OK"))
    tern_transport_start_tls_async (transport, g_task_get_cancellable (task), tls_cb,
                                    g_steal_pointer (&owned));
  else if (!g_str_has_prefix (line, "* OK"))
    g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_PROTOCOL, "%s", line);
  else if (upgrades)
    {
      g_output_stream_write (tern_transport_get_output (transport), "1 STARTTLS\r\n", 12, NULL,
                             NULL);
      read_line (g_steal_pointer (&owned));
    }
  else
    g_task_return_pointer (task, g_object_ref (transport), g_object_unref);
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GString *line = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) bytes =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);

  if (bytes == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (g_bytes_get_size (bytes) == 0)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "closed");
      return;
    }
  g_string_append_len (line, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
  if (g_str_has_suffix (line->str, "\r\n"))
    {
      g_autofree char *text = g_strdup (line->str);

      g_string_truncate (line, 0);
      handle_line (g_steal_pointer (&task), text);
    }
  else
    read_line (g_steal_pointer (&task));
}

static void
read_line (GTask *task)
{
  g_input_stream_read_bytes_async (tern_transport_get_input (g_task_get_source_object (task)), 1,
                                   G_PRIORITY_DEFAULT, g_task_get_cancellable (task), read_cb,
                                   task);
}

static void
free_line (gpointer data)
{
  g_string_free (data, TRUE);
}

static void
ready_async (TernTransport *transport,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  GTask *task = g_task_new (transport, cancellable, callback, user_data);

  g_task_set_task_data (task, g_string_new (NULL), free_line);
  read_line (task);
}

static GObject *
ready_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
discard (GObject *connection)
{
  net_discarded++;
  tern_transport_close (TERN_TRANSPORT (connection));
  g_object_unref (connection);
}

const TernRaceProtocol net_protocol = { ready_async, ready_finish, discard };

/* The fixture. */

void
net_set_up (NetFixture *self, gconstpointer data)
{
  self->context = g_main_context_new ();
  g_main_context_push_thread_default (self->context);
  self->trust = tern_trust_new ();
  self->cancellable = g_cancellable_new ();
  net_discarded = 0;
}

void
net_tear_down (NetFixture *self, gconstpointer data)
{
  g_clear_object (&self->connection);
  g_clear_object (&self->race);
  net_assert_quiet (self);
  g_assert_cmpuint (net_unanswered, ==, 0);
  g_clear_error (&self->error);
  g_object_unref (self->cancellable);
  g_clear_object (&self->dead);
  g_object_unref (self->trust);
  g_main_context_pop_thread_default (self->context);
  g_main_context_unref (self->context);
}

void
net_make_race (NetFixture *self, guint deadline_ms)
{
  g_clear_object (&self->race);
  self->race = tern_race_new (&net_protocol, self->trust, deadline_ms);
}

void
net_add (NetFixture *self, const char *host, guint16 port, TernSecurity security)
{
  g_autoptr (TernEndpoint) endpoint = tern_endpoint_new (host, port, security);

  tern_race_add_endpoint (self->race, endpoint, 0, FALSE);
}

static void
next_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  NetFixture *self = user_data;

  g_assert_false (self->done);
  self->done = TRUE;
  self->connection = tern_race_next_finish (TERN_RACE (object), result, &self->error);
  g_assert_true ((self->connection == NULL) == (self->error != NULL));
}

void
net_ask (NetFixture *self)
{
  g_clear_object (&self->connection);
  g_clear_error (&self->error);
  self->done = FALSE;
  tern_race_next_async (self->race, self->cancellable, next_cb, self);
}

static gboolean
too_late_cb (gpointer user_data)
{
  g_error ("the race has not come to an end");
  return G_SOURCE_REMOVE;
}

void
net_wait (NetFixture *self)
{
  g_autoptr (GSource) guard = g_timeout_source_new_seconds (DEADLINE_SECONDS);

  g_source_set_callback (guard, too_late_cb, NULL, NULL);
  g_source_attach (guard, self->context);
  while (!self->done)
    g_main_context_iteration (self->context, TRUE);
  g_source_destroy (guard);
}

void
net_next (NetFixture *self)
{
  net_ask (self);
  net_wait (self);
}

const TernRaceEntry *
net_entry (NetFixture *self, guint n)
{
  g_autoptr (GPtrArray) entries = tern_race_list_entries (self->race);

  g_assert_cmpuint (n, <, entries->len);
  return g_ptr_array_index (entries, n);
}

guint
net_count_entries (NetFixture *self)
{
  g_autoptr (GPtrArray) entries = tern_race_list_entries (self->race);

  return entries->len;
}

void
net_assert_quiet (NetFixture *self)
{
  gint64 end = g_get_monotonic_time () + DEADLINE_SECONDS * G_USEC_PER_SEC;
  GPollFD fds[8];
  int priority, timeout, n;

  /* What was cancelled comes back by way of GIO's threads, each in its own time. */
  do
    {
      while (g_main_context_iteration (self->context, FALSE))
        ;
      g_assert_true (g_main_context_acquire (self->context));
      g_main_context_prepare (self->context, &priority);
      n = g_main_context_query (self->context, G_MAXINT, &timeout, fds, G_N_ELEMENTS (fds));
      g_main_context_release (self->context);
      g_thread_yield ();
    }
  while ((n > 1 || timeout != -1) && g_get_monotonic_time () < end);
  g_assert_cmpint (n, ==, 1); /* the context's own */
  g_assert_cmpint (timeout, ==, -1);
}

guint16
net_dead_port (NetFixture *self)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  if (self->dead == NULL)
    {
      /* Bound, but not listening: the kernel refuses, and gives the port to nobody else. */
      self->dead =
          g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
      g_assert_no_error (error);
      g_socket_bind (self->dead, any, FALSE, &error);
      g_assert_no_error (error);
    }
  address = g_socket_get_local_address (self->dead, &error);
  g_assert_no_error (error);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}
