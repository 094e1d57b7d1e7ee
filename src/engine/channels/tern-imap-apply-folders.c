/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-apply-private.h"

#include "tern-error.h"
#include "tern-imap-utf7.h"

/* The special use that CREATE can tell (RFC 6154). */
static const char *
get_use (TernFolderRole role)
{
  static const char *const uses[] = {
    [TERN_FOLDER_ROLE_DRAFTS] = "\\Drafts",   [TERN_FOLDER_ROLE_SENT] = "\\Sent",
    [TERN_FOLDER_ROLE_ARCHIVE] = "\\Archive", [TERN_FOLDER_ROLE_JUNK] = "\\Junk",
    [TERN_FOLDER_ROLE_TRASH] = "\\Trash",
  };

  return role < G_N_ELEMENTS (uses) ? uses[role] : NULL;
}

/* A failed subscription leaves the folder where it is: it is listed all the same. */
static void
subscribed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    g_debug ("not subscribed: %s", error->message);
  tern_imap_apply_arrived (user_data, NULL);
}

static void
subscribe (TernImapApply *self, const char *mailbox, gboolean subscribed)
{
  self->pending++;
  tern_imap_subscribe_async (tern_imap_apply_get_session (self), mailbox, subscribed,
                             tern_imap_apply_get_cancellable (self), subscribed_cb, self);
}

static void
command_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error);
  tern_imap_apply_arrived (user_data, error);
}

/* --- Asking again --- */

static void
looked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapApply *self = user_data;
  GError *error = NULL;
  gboolean is_there = tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error);

  if (error != NULL && !tern_imap_apply_is_refusal (error))
    {
      tern_imap_apply_arrived (self, error);
      return;
    }
  g_clear_error (&error);
  tern_imap_apply_arrived (
      self, is_there == self->is_wanted_there ? NULL : g_steal_pointer (&self->refusal));
}

/* Where an earlier answer was lost, a server may refuse what it has done already, and not every one
 * says so by a code (RFC 5530): whether the folder is there tells it. */
static void
changed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapApply *self = user_data;
  GError *error = NULL;

  if (tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error) || !self->is_resumed ||
      !tern_imap_apply_is_refusal (error))
    {
      tern_imap_apply_arrived (self, error);
      return;
    }
  g_clear_error (&self->refusal);
  self->refusal = error;
  tern_imap_mailbox_status_async (TERN_IMAP_SESSION (object), self->counts,
                                  self->is_wanted_there ? self->outcome->created : self->folder,
                                  tern_imap_apply_get_cancellable (self), looked_cb, self);
}

/* --- Names --- */

static const TernImapNamespace *
get_namespace (TernImapApply *self)
{
  GArray *namespaces = self->channel->namespaces;

  for (guint i = 0; namespaces != NULL && i < namespaces->len; i++)
    if (g_array_index (namespaces, TernImapNamespace, i).kind == TERN_IMAP_NAMESPACE_PERSONAL)
      return &g_array_index (namespaces, TernImapNamespace, i);
  return NULL;
}

/* The server's name for the folder that is asked for. */
static char *
make_name (TernImapApply *self, GError **error)
{
  const TernImapNamespace *own = get_namespace (self);
  g_autofree char *last = tern_imap_utf7_encode (self->name);
  char delimiter[] = { self->delimiter, '\0' };

  if (last == NULL || (*delimiter != '\0' && strchr (last, *delimiter) != NULL))
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID,
                   "a folder's name cannot contain \"%s\" on this server", delimiter);
      return NULL;
    }
  if (self->parent == NULL)
    return g_strconcat (own != NULL ? own->prefix : "", last, NULL);
  if (*delimiter == '\0')
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED,
                           "this server has no folders in folders");
      return NULL;
    }
  return g_strconcat (self->parent, delimiter, last, NULL);
}

static void
delimiter_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  TernImapApply *self = user_data;

  tern_imap_delimiter_finish (TERN_IMAP_SESSION (object), result, &self->delimiter, &error);
  tern_imap_apply_arrived (self, error);
}

/* A server that does not tell its namespaces has its folders at the top. */
static void
namespace_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapApply *self = user_data;
  g_autoptr (GError) error = NULL;
  GArray *namespaces = tern_imap_namespace_finish (TERN_IMAP_SESSION (object), result, &error);

  if (namespaces != NULL && self->channel->namespaces == NULL)
    self->channel->namespaces = g_array_ref (namespaces);
  g_clear_pointer (&namespaces, g_array_unref);
  if (error != NULL)
    g_debug ("no namespaces: %s", error->message);
  tern_imap_apply_arrived (self, NULL);
}

/* Asks how names are made, then goes on. */
static void
ask_hierarchy (TernImapApply *self, TernImapApplyFunc next)
{
  TernImapSession *session = tern_imap_apply_get_session (self);

  tern_imap_apply_begin_flight (self, next);
  self->pending++;
  tern_imap_delimiter_async (session, self->parent != NULL ? self->parent : "",
                             tern_imap_apply_get_cancellable (self), delimiter_cb, self);
  if (self->channel->namespaces == NULL && tern_imap_session_has (session, "NAMESPACE"))
    {
      self->pending++;
      tern_imap_namespace_async (session, tern_imap_apply_get_cancellable (self), namespace_cb,
                                 self);
    }
  tern_imap_apply_end_flight (self);
}

/* --- Leaving --- */

/* A connection that stays where it was has read what it asked for all the same. */
static void
left_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    g_debug ("the folder is not left: %s", error->message);
  tern_imap_apply_arrived (user_data, NULL);
}

static gboolean
is_concerned (TernImapApply *self, const char *mailbox)
{
  return g_strcmp0 (mailbox, self->folder) == 0 ||
         (mailbox != NULL && self->below != NULL &&
          g_ptr_array_find_with_equal_func (self->below, mailbox, g_str_equal, NULL));
}

/* No connection that is free keeps a folder selected whose name is about to mean nothing, or
 * another folder; some servers refuse to remove one that is. */
static void
leave (TernImapApply *self)
{
  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    {
      TernImapSlot *slot = &self->channel->slots[i];

      if (!tern_imap_slot_is_alive (slot) || slot->users > 0 ||
          !is_concerned (self, tern_imap_session_get_selected (slot->session)->name))
        continue;
      if (slot->leases == 0)
        tern_imap_slot_close (slot);
      else if (slot->session == tern_imap_apply_get_session (self))
        {
          self->pending++;
          tern_imap_unselect_async (slot->session, tern_imap_apply_get_cancellable (self), left_cb,
                                    self);
        }
    }
}

/* --- CREATE --- */

static void
created (TernImapApply *self)
{
  tern_imap_apply_begin_flight (self, tern_imap_apply_done);
  subscribe (self, self->outcome->created, TRUE);
  tern_imap_apply_end_flight (self);
}

static void
create (TernImapApply *self)
{
  GError *error = NULL;

  self->outcome->created = make_name (self, &error);
  if (error != NULL)
    {
      tern_imap_apply_fail (self, error);
      return;
    }
  self->is_wanted_there = TRUE;
  tern_imap_apply_begin_flight (self, created);
  self->pending++;
  tern_imap_create_async (tern_imap_apply_get_session (self), self->outcome->created,
                          get_use (self->role), tern_imap_apply_get_cancellable (self), changed_cb,
                          self);
  tern_imap_apply_end_flight (self);
}

/* Makes a folder and puts it on the user's list. */
void
tern_imap_apply_create (TernImapApply *self)
{
  ask_hierarchy (self, create);
}

/* --- RENAME --- */

static void
renamed (TernImapApply *self)
{
  GHashTableIter iter;
  gpointer from, to;

  tern_imap_apply_begin_flight (self, tern_imap_apply_done);
  g_hash_table_iter_init (&iter, self->outcome->moved);
  while (self->subscribed && g_hash_table_iter_next (&iter, &from, &to))
    {
      subscribe (self, from, FALSE);
      subscribe (self, to, TRUE);
    }
  tern_imap_apply_end_flight (self);
}

static void
note_renamed (TernImapApply *self, const char *name)
{
  gsize length = strlen (self->folder);

  g_hash_table_insert (self->outcome->moved, g_strdup (self->folder), g_strdup (name));
  for (guint i = 0; i < self->below->len; i++)
    {
      const char *child = self->below->pdata[i];

      if (g_str_has_prefix (child, self->folder))
        g_hash_table_insert (self->outcome->moved, g_strdup (child),
                             g_strconcat (name, child + length, NULL));
    }
}

static void
rename_folder (TernImapApply *self)
{
  GError *error = NULL;
  g_autofree char *name = make_name (self, &error);

  if (error != NULL)
    {
      tern_imap_apply_fail (self, error);
      return;
    }
  note_renamed (self, name);
  tern_imap_apply_begin_flight (self, renamed);
  leave (self);
  self->pending++;
  tern_imap_rename_async (tern_imap_apply_get_session (self), self->folder, name,
                          tern_imap_apply_get_cancellable (self), changed_cb, self);
  tern_imap_apply_end_flight (self);
}

/* Renames a folder with all below it. */
void
tern_imap_apply_rename (TernImapApply *self)
{
  ask_hierarchy (self, rename_folder);
}

/* --- DELETE --- */

static void
delete_folder (TernImapApply *self)
{
  tern_imap_apply_begin_flight (self, tern_imap_apply_done);
  leave (self);
  self->pending++;
  tern_imap_delete_async (tern_imap_apply_get_session (self), self->folder,
                          tern_imap_apply_get_cancellable (self), changed_cb, self);
  subscribe (self, self->folder, FALSE);
  tern_imap_apply_end_flight (self);
}

static void
counted_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapApply *self = user_data;
  const TernImapMailbox *mailbox = tern_imap_mailboxes_get_all (self->counts)->pdata[0];
  GError *error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    tern_imap_apply_fail (self, error);
  else if (mailbox->counts.messages != 0)
    tern_imap_apply_fail (
        self, g_error_new_literal (TERN_ERROR, TERN_ERROR_REFUSED, "the folder is not empty"));
  else
    delete_folder (self);
}

/* Removes a folder with what is in it. */
void
tern_imap_apply_delete_folder (TernImapApply *self)
{
  if (self->only_empty)
    tern_imap_mailbox_status_async (tern_imap_apply_get_session (self), self->counts, self->folder,
                                    tern_imap_apply_get_cancellable (self), counted_cb, self);
  else
    delete_folder (self);
}

/* --- SUBSCRIBE --- */

/* Puts a folder on the user's list, or takes it off. */
void
tern_imap_apply_subscribe (TernImapApply *self)
{
  tern_imap_apply_begin_flight (self, tern_imap_apply_done);
  self->pending++;
  tern_imap_subscribe_async (tern_imap_apply_get_session (self), self->folder,
                             self->kind == TERN_OPERATION_SUBSCRIBE,
                             tern_imap_apply_get_cancellable (self), command_cb, self);
  tern_imap_apply_end_flight (self);
}
