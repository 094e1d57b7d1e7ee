/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-operation.h"

G_DEFINE_BOXED_TYPE (TernOperation, tern_operation, tern_operation_ref, tern_operation_unref)

/**
 * tern_operation_new:
 * @kind: what to do
 * @messages: (array length=n): ids of the messages
 * @n: how many
 *
 * Makes an operation; its maker sets the fields that go with @kind before sharing it.
 *
 * Returns: (transfer full): a new operation
 */
TernOperation *
tern_operation_new (TernOperationKind kind, const gint64 *messages, gsize n)
{
  TernOperation *self = g_atomic_rc_box_new0 (TernOperation);

  self->kind = kind;
  self->messages = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n);
  if (n > 0)
    g_array_append_vals (self->messages, messages, n);
  return self;
}

/**
 * tern_operation_new_flags:
 * @messages: (array length=n): ids of the messages
 * @n: how many
 * @set: flags to set
 * @clear: flags to clear
 *
 * Returns: (transfer full): a new operation that changes flags
 */
TernOperation *
tern_operation_new_flags (const gint64 *messages, gsize n, TernFlags set, TernFlags clear)
{
  TernOperation *self = tern_operation_new (TERN_OPERATION_FLAGS, messages, n);

  self->set = set;
  self->clear = clear & ~set;
  return self;
}

/**
 * tern_operation_new_move:
 * @messages: (array length=n): ids of the messages
 * @n: how many
 * @target_folder_id: a folder of the same account
 *
 * Returns: (transfer full): a new operation that moves messages
 */
TernOperation *
tern_operation_new_move (const gint64 *messages, gsize n, gint64 target_folder_id)
{
  TernOperation *self = tern_operation_new (TERN_OPERATION_MOVE, messages, n);

  self->target_folder_id = target_folder_id;
  return self;
}

/**
 * tern_operation_ref:
 * @self: an operation
 *
 * Returns: (transfer full): @self
 */
TernOperation *
tern_operation_ref (TernOperation *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
operation_clear (gpointer data)
{
  g_array_unref (((TernOperation *) data)->messages);
}

/**
 * tern_operation_unref:
 * @self: (transfer full): an operation
 *
 * Gives up a reference.
 */
void
tern_operation_unref (TernOperation *self)
{
  g_atomic_rc_box_release_full (self, operation_clear);
}

/**
 * tern_operation_kind_to_string:
 * @kind: a kind
 *
 * Returns: (transfer none): its name for programs
 */
const char *
tern_operation_kind_to_string (TernOperationKind kind)
{
  static const char *const names[] = {
    [TERN_OPERATION_FLAGS] = "flags",
    [TERN_OPERATION_MOVE] = "move",
    [TERN_OPERATION_DELETE] = "delete",
  };

  g_return_val_if_fail ((guint) kind < G_N_ELEMENTS (names), NULL);
  return names[kind];
}
