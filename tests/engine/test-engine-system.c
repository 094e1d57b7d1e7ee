/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <unistd.h>

#include "tern-engine-fixture.h"

/* What the system tells: logind on a bus of its own, and GIO's network monitor. */

/* --- logind --- */

typedef struct
{
  GDBusConnection *bus;
  guint locks;  /* given out ever */
  guint closed; /* of these, how many were let go */
} Logind;

static Logind logind;

static gboolean
lock_closed_cb (int fd, GIOCondition condition, gpointer user_data)
{
  close (fd);
  logind.closed++;
  return G_SOURCE_REMOVE;
}

static void
call_cb (GDBusConnection *bus,
         const char *sender,
         const char *path,
         const char *interface,
         const char *method,
         GVariant *parameters,
         GDBusMethodInvocation *invocation,
         gpointer user_data)
{
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();
  const char *what, *mode;
  int ends[2];

  g_variant_get (parameters, "(&s&s&s&s)", &what, NULL, NULL, &mode);
  g_assert_cmpstr (what, ==, "sleep");
  g_assert_cmpstr (mode, ==, "delay");
  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
  g_assert_cmpint (g_unix_fd_list_append (list, ends[1], NULL), ==, 0);
  close (ends[1]);
  logind.locks++;
  g_unix_fd_add (ends[0], G_IO_HUP, lock_closed_cb, NULL);
  g_dbus_method_invocation_return_value_with_unix_fd_list (invocation, g_variant_new ("(h)", 0),
                                                           list);
}

static void
start_logind (const char *address)
{
  static const GDBusInterfaceVTable vtable = { .method_call = call_cb };
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (
      "<node><interface name='org.freedesktop.login1.Manager'><method name='Inhibit'>"
      "<arg type='s' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='s' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='h' direction='out'/></method></interface></node>",
      NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  logind.bus =
      g_dbus_connection_new_for_address_sync (address,
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_register_object (logind.bus, "/org/freedesktop/login1", info->interfaces[0],
                                     &vtable, NULL, NULL, &error);
  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (logind.bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", "org.freedesktop.login1", 0), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
prepare_for_sleep (gboolean asleep)
{
  g_autoptr (GError) error = NULL;

  g_dbus_connection_emit_signal (logind.bus, NULL, "/org/freedesktop/login1",
                                 "org.freedesktop.login1.Manager", "PrepareForSleep",
                                 g_variant_new ("(b)", asleep), &error);
  g_assert_no_error (error);
}

static void
wait_for (const guint *count, guint n)
{
  while (*count < n)
    g_main_context_iteration (NULL, TRUE);
}

/* --- The network monitor --- */

typedef struct
{
  GObject parent_instance;
  gboolean available;
  gboolean metered;
} Monitor;

typedef struct
{
  GObjectClass parent_class;
} MonitorClass;

enum
{
  PROP_AVAILABLE = 1,
  PROP_METERED,
  PROP_CONNECTIVITY,
};

static gboolean
monitor_init_sync (GInitable *initable, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
monitor_initable_init (GInitableIface *iface)
{
  iface->init = monitor_init_sync;
}

static void
monitor_iface_init (GNetworkMonitorInterface *iface)
{
}

GType monitor_get_type (void);
G_DEFINE_TYPE_WITH_CODE (Monitor,
                         monitor,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, monitor_initable_init)
                             G_IMPLEMENT_INTERFACE (G_TYPE_NETWORK_MONITOR, monitor_iface_init))

static void
monitor_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  Monitor *self = (Monitor *) object;

  if (id == PROP_CONNECTIVITY)
    g_value_set_enum (value,
                      self->available ? G_NETWORK_CONNECTIVITY_FULL : G_NETWORK_CONNECTIVITY_LOCAL);
  else
    g_value_set_boolean (value, id == PROP_AVAILABLE ? self->available : self->metered);
}

static void
monitor_class_init (MonitorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = monitor_get_property;
  g_object_class_override_property (object_class, PROP_AVAILABLE, "network-available");
  g_object_class_override_property (object_class, PROP_METERED, "network-metered");
  g_object_class_override_property (object_class, PROP_CONNECTIVITY, "connectivity");
}

static void
monitor_init (Monitor *self)
{
  self->available = TRUE;
}

static void
change_network (gboolean available)
{
  GNetworkMonitor *monitor = g_network_monitor_get_default ();

  ((Monitor *) monitor)->available = available;
  g_signal_emit_by_name (monitor, "network-changed", available);
}

/* --- Tests --- */

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  GNetworkMonitor *monitor = g_network_monitor_get_default ();
  guint changed = g_signal_lookup ("network-changed", G_TYPE_NETWORK_MONITOR);

  g_assert_cmpstr (G_OBJECT_TYPE_NAME (monitor), ==, "Monitor");
  logind.locks = logind.closed = 0;
  fixture_set_up (fixture, unused);
  fixture_view (fixture, "INBOX");
  while (!g_signal_has_handler_pending (monitor, changed, 0, FALSE))
    g_main_context_iteration (NULL, TRUE);
  wait_for (&logind.locks, 1);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  fixture_tear_down (fixture, unused);
  wait_for (&logind.closed, logind.locks);
}

static void
test_sleep (Fixture *fixture, gconstpointer unused)
{
  prepare_for_sleep (TRUE);
  wait_for (&logind.closed, 1);
  tern_mock_imap_server_wait_closed (fixture->server);
  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 1);
  prepare_for_sleep (FALSE);
  fixture_wait_for_added (fixture, 1);
  tern_mock_imap_server_wait_command (fixture->server, "IDLE", 2);
  wait_for (&logind.locks, 2);
  g_assert_cmpuint (logind.closed, ==, 1);
}

static void
test_network (Fixture *fixture, gconstpointer unused)
{
  change_network (FALSE);
  tern_mock_imap_server_wait_closed (fixture->server);
  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 1);
  change_network (TRUE);
  fixture_wait_for_added (fixture, 1);
}

/* The way to a server on this computer does not change with the network. */
static void
test_other_network (Fixture *fixture, gconstpointer unused)
{
  guint n = tern_mock_imap_server_count_connections (fixture->server);

  for (guint i = 0; i < 5; i++)
    {
      change_network (FALSE);
      change_network (TRUE);
    }
  tern_mock_imap_server_wait_command (fixture->server, "NOOP", 1);
  tern_mock_imap_server_wait_command (fixture->server, "IDLE", 2);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (fixture->server), ==, n);
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "NOOP"), <=, n);
}

#define ADD(name, func) g_test_add ("/engine/system/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_autoptr (GTestDBus) dbus = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  dbus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (dbus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (dbus), TRUE);
  start_logind (g_test_dbus_get_bus_address (dbus));
  g_io_extension_point_register (G_NETWORK_MONITOR_EXTENSION_POINT_NAME);
  g_io_extension_point_implement (G_NETWORK_MONITOR_EXTENSION_POINT_NAME, monitor_get_type (),
                                  "stand-in", G_MAXINT);

  ADD ("before sleep connections are given up, and after it mail is fetched at once", test_sleep);
  ADD ("when the network is back mail is fetched at once", test_network);
  ADD ("a network that flaps leaves connections that have their way", test_other_network);
  status = g_test_run ();
  g_dbus_connection_set_exit_on_close (logind.bus, FALSE);
  g_clear_object (&logind.bus);
  g_test_dbus_stop (dbus);
  return status;
}
