/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-operation.h"

/* What other programs know a letter by that the user took out of Junk (IANA's IMAP keywords). */
#define NOT_JUNK "$NotJunk"

G_DEFINE_BOXED_TYPE (TernOperation, tern_operation, tern_operation_ref, tern_operation_unref)

/**
 * tern_operation_new:
 * @kind: what to do
 * @messages: (array length=n) (nullable): ids of the messages
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
  self->messages = g_array_sized_new (FALSE, FALSE, sizeof (gint64), (guint) n);
  if (n > 0)
    g_array_append_vals (self->messages, messages, (guint) n);
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
 * tern_operation_new_keywords:
 * @messages: (array length=n): ids of the messages
 * @n: how many
 * @set: (nullable): keywords to set, parted by single spaces
 * @clear: (nullable): keywords to clear, parted by single spaces
 *
 * Returns: (transfer full): a new operation that changes the user's own flags
 */
TernOperation *
tern_operation_new_keywords (const gint64 *messages, gsize n, const char *set, const char *clear)
{
  TernOperation *self = tern_operation_new (TERN_OPERATION_FLAGS, messages, n);

  self->set_keywords = g_strdup (set);
  self->clear_keywords = g_strdup (clear);
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
 * tern_operation_new_move_to_role:
 * @messages: (array length=n): ids of the messages
 * @n: how many
 * @role: a role that one folder of an account has
 *
 * Returns: (transfer full): a new operation that moves messages to the folder with that role; where
 *   the account has none, one is made first
 */
TernOperation *
tern_operation_new_move_to_role (const gint64 *messages, gsize n, TernFolderRole role)
{
  TernOperation *self = tern_operation_new (TERN_OPERATION_MOVE, messages, n);

  self->role = role;
  return self;
}

/**
 * tern_operation_new_junk:
 * @messages: (array length=n): ids of the messages
 * @n: how many
 * @is_junk: whether they are junk
 *
 * Returns: (transfer full): a new operation that moves messages to Junk, or to the inbox, and marks
 *   them so that the server's filter can learn from it
 */
TernOperation *
tern_operation_new_junk (const gint64 *messages, gsize n, gboolean is_junk)
{
  TernOperation *self = tern_operation_new_move_to_role (
      messages, n, is_junk ? TERN_FOLDER_ROLE_JUNK : TERN_FOLDER_ROLE_INBOX);

  if (is_junk)
    {
      self->set = TERN_FLAGS_JUNK;
      self->clear_keywords = g_strdup (NOT_JUNK);
    }
  else
    {
      self->clear = TERN_FLAGS_JUNK;
      self->set_keywords = g_strdup (NOT_JUNK);
    }
  return self;
}

/**
 * tern_operation_new_copy:
 * @messages: (array length=n): ids of the messages
 * @n: how many
 * @target_folder_id: a folder of the same account
 *
 * Returns: (transfer full): a new operation that copies messages
 */
TernOperation *
tern_operation_new_copy (const gint64 *messages, gsize n, gint64 target_folder_id)
{
  TernOperation *self = tern_operation_new (TERN_OPERATION_COPY, messages, n);

  self->target_folder_id = target_folder_id;
  return self;
}

/**
 * tern_operation_new_delete:
 * @messages: (array length=n): ids of the messages
 * @n: how many
 *
 * Returns: (transfer full): a new operation that removes messages for good
 */
TernOperation *
tern_operation_new_delete (const gint64 *messages, gsize n)
{
  return tern_operation_new (TERN_OPERATION_DELETE, messages, n);
}

/**
 * tern_operation_new_append:
 * @folder_id: the folder that the letter goes to
 * @content: the letter as it is sent, headers and all
 * @flags: flags that it has there
 * @received: the time that lists sort by, seconds since 1970; 0 for now
 *
 * Returns: (transfer full): a new operation that puts a letter into a folder
 */
TernOperation *
tern_operation_new_append (gint64 folder_id, GBytes *content, TernFlags flags, gint64 received)
{
  TernOperation *self = tern_operation_new (TERN_OPERATION_APPEND, NULL, 0);

  self->folder_id = folder_id;
  self->content = g_bytes_ref (content);
  self->set = flags;
  self->received = received;
  return self;
}

/**
 * tern_operation_new_create_folder:
 * @account_id: the account
 * @parent_id: the folder in which to make it; 0 for none
 * @name: its name, UTF-8
 *
 * Returns: (transfer full): a new operation that makes a folder
 */
TernOperation *
tern_operation_new_create_folder (gint64 account_id, gint64 parent_id, const char *name)
{
  TernOperation *self = tern_operation_new (TERN_OPERATION_CREATE_FOLDER, NULL, 0);

  self->account_id = account_id;
  self->parent_id = parent_id;
  self->name = g_strdup (name);
  return self;
}

/**
 * tern_operation_new_rename_folder:
 * @folder_id: the folder
 * @parent_id: the folder in which it is then, the same as before or another one; 0 for none
 * @name: its name then, UTF-8
 *
 * Returns: (transfer full): a new operation that renames or moves a folder with all below it
 */
TernOperation *
tern_operation_new_rename_folder (gint64 folder_id, gint64 parent_id, const char *name)
{
  TernOperation *self = tern_operation_new (TERN_OPERATION_RENAME_FOLDER, NULL, 0);

  self->folder_id = folder_id;
  self->parent_id = parent_id;
  self->name = g_strdup (name);
  return self;
}

/**
 * tern_operation_new_delete_folder:
 * @folder_id: the folder, which has no other below it
 *
 * Returns: (transfer full): a new operation that removes a folder for good with what is in it
 */
TernOperation *
tern_operation_new_delete_folder (gint64 folder_id)
{
  TernOperation *self = tern_operation_new (TERN_OPERATION_DELETE_FOLDER, NULL, 0);

  self->folder_id = folder_id;
  return self;
}

/**
 * tern_operation_new_subscribe:
 * @folder_id: the folder
 * @subscribed: whether it is to be shown
 *
 * Returns: (transfer full): a new operation that subscribes to a folder, or takes that back
 */
TernOperation *
tern_operation_new_subscribe (gint64 folder_id, gboolean subscribed)
{
  TernOperation *self = tern_operation_new (
      subscribed ? TERN_OPERATION_SUBSCRIBE : TERN_OPERATION_UNSUBSCRIBE, NULL, 0);

  self->folder_id = folder_id;
  return self;
}

static GArray *
copy_ids (const GArray *ids)
{
  return ids != NULL ? g_array_copy ((GArray *) ids) : NULL;
}

/**
 * tern_operation_copy:
 * @self: an operation
 *
 * Returns: (transfer full): a new operation that says the same, to be changed before it is shared
 */
TernOperation *
tern_operation_copy (const TernOperation *self)
{
  TernOperation *copy = (TernOperation *) g_atomic_rc_box_dup (sizeof *self, self);

  copy->set_keywords = g_strdup (self->set_keywords);
  copy->clear_keywords = g_strdup (self->clear_keywords);
  copy->name = g_strdup (self->name);
  copy->old_name = g_strdup (self->old_name);
  copy->content = self->content != NULL ? g_bytes_ref (self->content) : NULL;
  copy->messages = copy_ids (self->messages);
  copy->copies = copy_ids (self->copies);
  return copy;
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
  TernOperation *self = data;

  g_free (self->set_keywords);
  g_free (self->clear_keywords);
  g_free (self->name);
  g_free (self->old_name);
  g_clear_pointer (&self->content, g_bytes_unref);
  g_array_unref (self->messages);
  g_clear_pointer (&self->copies, g_array_unref);
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
 * tern_operation_is_for_messages:
 * @self: an operation
 *
 * Returns: whether it changes messages that are cached, rather than a folder
 */
gboolean
tern_operation_is_for_messages (const TernOperation *self)
{
  return self->kind <= TERN_OPERATION_EXPUNGE;
}

/**
 * tern_operation_hides_messages:
 * @self: an operation
 *
 * Returns: whether its messages leave their folder
 */
gboolean
tern_operation_hides_messages (const TernOperation *self)
{
  return self->kind == TERN_OPERATION_MOVE || self->kind == TERN_OPERATION_DELETE ||
         self->kind == TERN_OPERATION_EXPUNGE;
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
    [TERN_OPERATION_COPY] = "copy",
    [TERN_OPERATION_EXPUNGE] = "expunge",
    [TERN_OPERATION_APPEND] = "append",
    [TERN_OPERATION_CREATE_FOLDER] = "create-folder",
    [TERN_OPERATION_RENAME_FOLDER] = "rename-folder",
    [TERN_OPERATION_DELETE_FOLDER] = "delete-folder",
    [TERN_OPERATION_SUBSCRIBE] = "subscribe",
    [TERN_OPERATION_UNSUBSCRIBE] = "unsubscribe",
  };

  g_return_val_if_fail ((guint) kind < G_N_ELEMENTS (names), NULL);
  return names[kind];
}
