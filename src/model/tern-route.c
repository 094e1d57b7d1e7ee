/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-route.h"

G_DEFINE_BOXED_TYPE (TernRoute, tern_route, tern_route_ref, tern_route_unref)

static void
entry_free (gpointer data)
{
  TernRouteEntry *entry = data;

  tern_endpoint_unref (entry->endpoint);
  g_free ((char *) entry->address);
  g_clear_error (&entry->error);
  g_free (entry);
}

/**
 * tern_route_new:
 * @channel: the channel's name, a static string
 *
 * Returns: (transfer full): a route without entries
 */
TernRoute *
tern_route_new (const char *channel)
{
  TernRoute *self = g_atomic_rc_box_new0 (TernRoute);

  self->channel = channel;
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  return self;
}

/**
 * tern_route_copy:
 * @self: a route
 *
 * Returns: (transfer full): a route that is equal and not shared yet
 */
TernRoute *
tern_route_copy (const TernRoute *self)
{
  TernRoute *copy = tern_route_new (self->channel);

  for (guint i = 0; i < self->entries->len; i++)
    tern_route_add (copy, g_ptr_array_index (self->entries, i));
  copy->scopes = g_strdup (self->scopes);
  copy->passed_over = g_strdup (self->passed_over);
  copy->established = self->established;
  return copy;
}

/**
 * tern_route_ref:
 * @self: a route
 *
 * Returns: (transfer full): @self
 */
TernRoute *
tern_route_ref (TernRoute *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
route_clear (gpointer data)
{
  TernRoute *self = data;

  g_ptr_array_unref (self->entries);
  g_free ((char *) self->scopes);
  g_free ((char *) self->passed_over);
}

/**
 * tern_route_unref:
 * @self: (transfer full): a route
 *
 * Gives up a reference.
 */
void
tern_route_unref (TernRoute *self)
{
  g_atomic_rc_box_release_full (self, route_clear);
}

/**
 * tern_route_add:
 * @self: a route that is not shared yet
 * @entry: a way that was tried; copied
 *
 * Adds a way that was tried.
 */
void
tern_route_add (TernRoute *self, const TernRouteEntry *entry)
{
  TernRouteEntry *copy = g_memdup2 (entry, sizeof *entry);

  tern_endpoint_ref (copy->endpoint);
  copy->address = g_strdup (entry->address);
  copy->error = entry->error != NULL ? g_error_copy (entry->error) : NULL;
  g_ptr_array_add (self->entries, copy);
}

/**
 * tern_route_get_winner:
 * @self: a route
 *
 * Returns: (transfer none) (nullable): the way in use; %NULL where none worked
 */
const TernRouteEntry *
tern_route_get_winner (const TernRoute *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      const TernRouteEntry *entry = g_ptr_array_index (self->entries, i);

      if (entry->outcome == TERN_ROUTE_WON)
        return entry;
    }
  return NULL;
}
