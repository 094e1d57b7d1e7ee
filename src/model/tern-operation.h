/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "tern-flags.h"
#include "tern-folder.h"

G_BEGIN_DECLS

/**
 * TernOperationKind:
 * @TERN_OPERATION_FLAGS: set and clear flags and keywords
 * @TERN_OPERATION_MOVE: move to another folder of the same account
 * @TERN_OPERATION_DELETE: remove for good
 * @TERN_OPERATION_COPY: copy to another folder of the same account
 * @TERN_OPERATION_EXPUNGE: remove for good what is struck out already
 * @TERN_OPERATION_APPEND: put a letter that is not on the server into a folder
 * @TERN_OPERATION_CREATE_FOLDER: make a folder
 * @TERN_OPERATION_RENAME_FOLDER: give a folder, with all below it, another name or place
 * @TERN_OPERATION_DELETE_FOLDER: remove a folder with what is in it
 * @TERN_OPERATION_SUBSCRIBE: have a folder shown
 * @TERN_OPERATION_UNSUBSCRIBE: have a folder not shown
 *
 * What a user can do to messages and folders. The values are part of the database's format.
 */
typedef enum
{
  TERN_OPERATION_FLAGS,
  TERN_OPERATION_MOVE,
  TERN_OPERATION_DELETE,
  TERN_OPERATION_COPY,
  TERN_OPERATION_EXPUNGE,
  TERN_OPERATION_APPEND,
  TERN_OPERATION_CREATE_FOLDER,
  TERN_OPERATION_RENAME_FOLDER,
  TERN_OPERATION_DELETE_FOLDER,
  TERN_OPERATION_SUBSCRIBE,
  TERN_OPERATION_UNSUBSCRIBE,
} TernOperationKind;

#define TERN_TYPE_OPERATION (tern_operation_get_type ())

/**
 * TernOperation:
 * @id: its id in the log; 0 where it is not logged yet
 * @account_id: the account; 0 where it is not logged yet and a folder or message tells it
 * @folder_id: the folder in which its messages are, or that it changes; of CREATE_FOLDER the new
 *   folder, of APPEND the target; 0 where it is not known yet
 * @kind: what to do
 * @set: (for FLAGS, MOVE, APPEND) flags to set
 * @clear: (for FLAGS, MOVE) flags to clear
 * @set_keywords: (nullable) (for FLAGS, MOVE) keywords to set, parted by single spaces
 * @clear_keywords: (nullable) (for FLAGS, MOVE) keywords to clear, parted by single spaces
 * @target_folder_id: (for MOVE, COPY) where to; 0 where @role tells it
 * @role: (for MOVE) the role of the target, which is made where the account has none; (for
 *   CREATE_FOLDER) what the new folder is for
 * @name: (nullable) (for CREATE_FOLDER, RENAME_FOLDER) the new last component, UTF-8
 * @parent_id: (for CREATE_FOLDER, RENAME_FOLDER) the folder above it; 0 for none
 * @old_name: (nullable) (for RENAME_FOLDER, once logged) what undoing gives back
 * @old_parent_id: (for RENAME_FOLDER, once logged) what undoing gives back
 * @only_empty: (for DELETE_FOLDER) refuse it where the server has a message in the folder
 * @content: (nullable) (for APPEND) the letter as it is sent; %NULL in what the log lists
 * @received: (for APPEND) the time that lists sort by, seconds since 1970; 0 for now
 * @messages: (element-type gint64): ids of the messages, all of one folder
 * @copies: (nullable) (element-type gint64): (for COPY, once logged) ids of the copies
 * @attempts: how often the server was asked
 * @created: when the user asked, µs of real time
 *
 * One change that the user asked for. Immutable once shared, reference-counted; may cross threads.
 * Strings are owned by the operation.
 */
typedef struct
{
  gint64 id;
  gint64 account_id;
  gint64 folder_id;
  TernOperationKind kind;
  TernFlags set;
  TernFlags clear;
  char *set_keywords;
  char *clear_keywords;
  gint64 target_folder_id;
  TernFolderRole role;
  char *name;
  gint64 parent_id;
  char *old_name;
  gint64 old_parent_id;
  gboolean only_empty;
  GBytes *content;
  gint64 received;
  GArray *messages;
  GArray *copies;
  guint attempts;
  gint64 created;
} TernOperation;

GType tern_operation_get_type (void);
TernOperation *tern_operation_new (TernOperationKind kind, const gint64 *messages, gsize n);
TernOperation *
tern_operation_new_flags (const gint64 *messages, gsize n, TernFlags set, TernFlags clear);
TernOperation *
tern_operation_new_keywords (const gint64 *messages, gsize n, const char *set, const char *clear);
TernOperation *tern_operation_new_move (const gint64 *messages, gsize n, gint64 target_folder_id);
TernOperation *
tern_operation_new_move_to_role (const gint64 *messages, gsize n, TernFolderRole role);
TernOperation *tern_operation_new_junk (const gint64 *messages, gsize n, gboolean is_junk);
TernOperation *tern_operation_new_copy (const gint64 *messages, gsize n, gint64 target_folder_id);
TernOperation *tern_operation_new_delete (const gint64 *messages, gsize n);
TernOperation *
tern_operation_new_append (gint64 folder_id, GBytes *content, TernFlags flags, gint64 received);
TernOperation *
tern_operation_new_create_folder (gint64 account_id, gint64 parent_id, const char *name);
TernOperation *
tern_operation_new_rename_folder (gint64 folder_id, gint64 parent_id, const char *name);
TernOperation *tern_operation_new_delete_folder (gint64 folder_id);
TernOperation *tern_operation_new_subscribe (gint64 folder_id, gboolean subscribed);
TernOperation *tern_operation_copy (const TernOperation *self);
TernOperation *tern_operation_ref (TernOperation *self);
void tern_operation_unref (TernOperation *self);
gboolean tern_operation_is_for_messages (const TernOperation *self);
gboolean tern_operation_hides_messages (const TernOperation *self);
const char *tern_operation_kind_to_string (TernOperationKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernOperation, tern_operation_unref)

G_END_DECLS
