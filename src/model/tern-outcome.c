/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-outcome.h"

/**
 * tern_outcome_new:
 *
 * Returns: (transfer full): a new outcome: all was done, and the server told nothing more
 */
TernOutcome *
tern_outcome_new (void)
{
  TernOutcome *self = g_new0 (TernOutcome, 1);

  self->moved = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->refused = g_ptr_array_new_with_free_func (g_free);
  return self;
}

/**
 * tern_outcome_free:
 * @self: (transfer full): an outcome
 *
 * Frees it.
 */
void
tern_outcome_free (TernOutcome *self)
{
  g_free (self->step);
  g_hash_table_unref (self->moved);
  g_free (self->created);
  g_ptr_array_unref (self->refused);
  g_clear_error (&self->error);
  g_free (self);
}
