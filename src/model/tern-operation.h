/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "tern-flags.h"

G_BEGIN_DECLS

/**
 * TernOperationKind:
 * @TERN_OPERATION_FLAGS: set and clear flags
 * @TERN_OPERATION_MOVE: move to another folder of the same account
 * @TERN_OPERATION_DELETE: remove for good
 *
 * What a user can do to messages. The values are part of the database's format.
 */
typedef enum
{
  TERN_OPERATION_FLAGS,
  TERN_OPERATION_MOVE,
  TERN_OPERATION_DELETE,
} TernOperationKind;

#define TERN_TYPE_OPERATION (tern_operation_get_type ())

/**
 * TernOperation:
 * @id: its id in the log; 0 where it is not logged yet
 * @account_id: the account of its messages; 0 where it is not logged yet
 * @folder_id: the folder in which its messages were; 0 where it is not known
 * @kind: what to do
 * @set: (for FLAGS) flags to set
 * @clear: (for FLAGS) flags to clear
 * @target_folder_id: (for MOVE) where to
 * @messages: (element-type gint64): ids of the messages, all of one folder
 * @attempts: how often the server was asked
 * @created: when the user asked, µs of real time
 *
 * One change that the user asked for. Immutable once shared, reference-counted; may cross threads.
 */
typedef struct
{
  gint64            id;
  gint64            account_id;
  gint64            folder_id;
  TernOperationKind kind;
  TernFlags         set;
  TernFlags         clear;
  gint64            target_folder_id;
  GArray           *messages;
  guint             attempts;
  gint64            created;
} TernOperation;

GType          tern_operation_get_type (void);
TernOperation *tern_operation_new (TernOperationKind kind, const gint64 *messages, gsize n);
TernOperation *tern_operation_new_flags (const gint64 *messages, gsize n, TernFlags set,
                                         TernFlags clear);
TernOperation *tern_operation_new_move (const gint64 *messages, gsize n, gint64 target_folder_id);
TernOperation *tern_operation_ref (TernOperation *self);
void           tern_operation_unref (TernOperation *self);
const char    *tern_operation_kind_to_string (TernOperationKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernOperation, tern_operation_unref)

G_END_DECLS
