/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-sleep.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

#define NAME "org.freedesktop.login1"
#define PATH "/org/freedesktop/login1"
#define INTERFACE "org.freedesktop.login1.Manager"

struct _TernSleep
{
  TernSleepFunc func;
  gpointer user_data;
  GCancellable *cancellable;
  GDBusConnection *bus; /* NULL until it is known, or where there is none */
  guint subscription;
  int lock; /* while it is open logind waits for us before it sleeps; -1 for none */
};

static void
inhibited_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernSleep *self = user_data;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish (
      G_DBUS_CONNECTION (object), &fds, result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* freed */
  if (reply == NULL || fds == NULL || g_unix_fd_list_get_length (fds) != 1)
    {
      g_debug ("sleep does not wait: %s", error != NULL ? error->message : "no lock");
      return;
    }
  self->lock = g_unix_fd_list_get (fds, 0, NULL);
}

/* Has logind wait a moment before the computer sleeps, so that there is time to leave. */
static void
take_lock (TernSleep *self)
{
  g_dbus_connection_call_with_unix_fd_list (
      self->bus, NAME, PATH, INTERFACE, "Inhibit",
      g_variant_new ("(ssss)", "sleep", "Tern", "Connections are closed", "delay"),
      G_VARIANT_TYPE ("(h)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, self->cancellable,
      inhibited_cb, self);
}

static void
release_lock (TernSleep *self)
{
  if (self->lock >= 0)
    close (self->lock);
  self->lock = -1;
}

static void
prepare_cb (GDBusConnection *bus,
            const char *sender,
            const char *path,
            const char *interface,
            const char *signal,
            GVariant *parameters,
            gpointer user_data)
{
  TernSleep *self = user_data;
  gboolean asleep;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    return;
  g_variant_get (parameters, "(b)", &asleep);
  self->func (asleep, self->user_data);
  release_lock (self);
  if (!asleep)
    take_lock (self);
}

static void
bus_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernSleep *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* freed */
  if (bus == NULL)
    {
      g_debug ("nothing tells of sleep: %s", error->message);
      return;
    }
  self->bus = g_steal_pointer (&bus);
  g_dbus_connection_set_exit_on_close (self->bus, FALSE);
  self->subscription =
      g_dbus_connection_signal_subscribe (self->bus, NAME, INTERFACE, "PrepareForSleep", PATH, NULL,
                                          G_DBUS_SIGNAL_FLAGS_NONE, prepare_cb, self, NULL);
  take_lock (self);
}

/**
 * tern_sleep_new:
 * @func: called when the computer is about to sleep, and when it has woken up
 * @user_data: for @func
 *
 * Listens to logind (org.freedesktop.login1.Manager.PrepareForSleep) without waiting for it, and
 * has it wait for @func before the computer sleeps (Inhibit). Where there is no system bus nothing
 * is ever told.
 *
 * Returns: (transfer full): what listens, in the thread's default main context
 */
TernSleep *
tern_sleep_new (TernSleepFunc func, gpointer user_data)
{
  TernSleep *self = g_new0 (TernSleep, 1);

  self->func = func;
  self->user_data = user_data;
  self->lock = -1;
  self->cancellable = g_cancellable_new ();
  g_bus_get (G_BUS_TYPE_SYSTEM, self->cancellable, bus_cb, self);
  return self;
}

/**
 * tern_sleep_free:
 * @self: (transfer full): what listens
 *
 * Ends it; the function is not called any more.
 */
void
tern_sleep_free (TernSleep *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  if (self->bus != NULL)
    g_dbus_connection_signal_unsubscribe (self->bus, self->subscription);
  g_clear_object (&self->bus);
  release_lock (self);
  g_free (self);
}
