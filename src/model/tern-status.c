/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-status.h"

G_DEFINE_BOXED_TYPE (TernStatus, tern_status, tern_status_ref, tern_status_unref)

/**
 * tern_status_new:
 * @account_id: the account
 * @state: how it stands with the server
 * @route: (nullable): how it was reached last
 * @error: (nullable): what is wrong; copied
 *
 * Makes a status without a sync under way; its maker sets the other fields before sharing it.
 *
 * Returns: (transfer full): a new status
 */
TernStatus *
tern_status_new (gint64 account_id, TernAccountState state, TernRoute *route, const GError *error)
{
  TernStatus *self = g_atomic_rc_box_new0 (TernStatus);

  self->account_id = account_id;
  self->state = state;
  self->route = route != NULL ? tern_route_ref (route) : NULL;
  self->error = error != NULL ? g_error_copy (error) : NULL;
  return self;
}

/**
 * tern_status_ref:
 * @self: a status
 *
 * Returns: (transfer full): @self
 */
TernStatus *
tern_status_ref (TernStatus *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
status_clear (gpointer data)
{
  TernStatus *self = data;

  g_clear_pointer (&self->route, tern_route_unref);
  g_clear_error (&self->error);
}

/**
 * tern_status_unref:
 * @self: (transfer full): a status
 *
 * Gives up a reference.
 */
void
tern_status_unref (TernStatus *self)
{
  g_atomic_rc_box_release_full (self, status_clear);
}
