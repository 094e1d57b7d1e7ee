/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-service.h"

G_DEFINE_BOXED_TYPE (TernService, tern_service, tern_service_ref, tern_service_unref)

/**
 * tern_service_new:
 * @id: the provider's id
 * @name: what people call it
 *
 * Returns: (transfer full): a new service
 */
TernService *
tern_service_new (const char *id, const char *name)
{
  TernService *self = g_atomic_rc_box_new0 (TernService);

  self->id = g_strdup (id);
  self->name = g_strdup (name);
  return self;
}

/**
 * tern_service_ref:
 * @self: a service
 *
 * Returns: (transfer full): @self
 */
TernService *
tern_service_ref (TernService *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
service_clear (gpointer data)
{
  TernService *self = data;

  g_free ((char *) self->id);
  g_free ((char *) self->name);
}

/**
 * tern_service_unref:
 * @self: (transfer full): a service
 *
 * Gives up a reference.
 */
void
tern_service_unref (TernService *self)
{
  g_atomic_rc_box_release_full (self, service_clear);
}
