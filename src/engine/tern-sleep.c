/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-sleep.h"

struct _TernSleep
{
  TernSleepFunc func;
  gpointer user_data;
  GCancellable *cancellable;
  GDBusConnection *bus; /* NULL until it is known, or where there is none */
  guint subscription;
};

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
  self->subscription = g_dbus_connection_signal_subscribe (
      self->bus, "org.freedesktop.login1", "org.freedesktop.login1.Manager", "PrepareForSleep",
      "/org/freedesktop/login1", NULL, G_DBUS_SIGNAL_FLAGS_NONE, prepare_cb, self, NULL);
}

/**
 * tern_sleep_new:
 * @func: called when the computer is about to sleep, and when it has woken up
 * @user_data: for @func
 *
 * Listens to logind (org.freedesktop.login1.Manager.PrepareForSleep) without waiting for it. Where
 * there is no system bus nothing is ever told.
 *
 * Returns: (transfer full): what listens, in the thread's default main context
 */
TernSleep *
tern_sleep_new (TernSleepFunc func, gpointer user_data)
{
  TernSleep *self = g_new0 (TernSleep, 1);

  self->func = func;
  self->user_data = user_data;
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
  g_free (self);
}
