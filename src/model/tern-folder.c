/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-folder.h"

#include <string.h>

G_DEFINE_BOXED_TYPE (TernFolder, tern_folder, tern_folder_ref, tern_folder_unref)

/**
 * tern_folder_new:
 * @remote_id: the channel's own name for it
 * @path: all components, parted by `/`, decoded
 * @parent: (nullable): the @remote_id of the folder above
 *
 * Makes a folder that can be selected and is subscribed, with no role and unknown counts; its maker
 * sets the other fields before sharing it.
 *
 * Returns: (transfer full): a new folder
 */
TernFolder *
tern_folder_new (const char *remote_id, const char *path, const char *parent)
{
  TernFolder *self = g_atomic_rc_box_new0 (TernFolder);
  const char *slash = strrchr (path, '/');

  self->remote_id = g_strdup (remote_id);
  self->path = g_strdup (path);
  self->name = g_strdup (slash != NULL && slash[1] != '\0' ? slash + 1 : path);
  self->parent = g_strdup (parent);
  self->selectable = TRUE;
  self->subscribed = TRUE;
  self->total = -1;
  self->unread = -1;
  return self;
}

/**
 * tern_folder_ref:
 * @self: a folder
 *
 * Returns: (transfer full): @self
 */
TernFolder *
tern_folder_ref (TernFolder *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
folder_clear (gpointer data)
{
  TernFolder *self = data;

  g_free ((char *) self->remote_id);
  g_free ((char *) self->name);
  g_free ((char *) self->path);
  g_free ((char *) self->parent);
  g_free ((char *) self->stamp);
  g_free ((char *) self->identity);
}

/**
 * tern_folder_unref:
 * @self: (transfer full): a folder
 *
 * Gives up a reference.
 */
void
tern_folder_unref (TernFolder *self)
{
  g_atomic_rc_box_release_full (self, folder_clear);
}

/**
 * tern_folder_is_pending:
 * @self: a folder
 *
 * Returns: whether the server has not made it yet
 */
gboolean
tern_folder_is_pending (const TernFolder *self)
{
  return g_str_has_prefix (self->remote_id, TERN_FOLDER_PENDING);
}

/**
 * tern_folder_role_to_string:
 * @role: a role
 *
 * Returns: (transfer none): the role's name for programs
 */
const char *
tern_folder_role_to_string (TernFolderRole role)
{
  static const char *const names[] = {
    [TERN_FOLDER_ROLE_NONE] = "none",       [TERN_FOLDER_ROLE_INBOX] = "inbox",
    [TERN_FOLDER_ROLE_DRAFTS] = "drafts",   [TERN_FOLDER_ROLE_SENT] = "sent",
    [TERN_FOLDER_ROLE_ARCHIVE] = "archive", [TERN_FOLDER_ROLE_JUNK] = "junk",
    [TERN_FOLDER_ROLE_TRASH] = "trash",     [TERN_FOLDER_ROLE_ALL] = "all",
    [TERN_FOLDER_ROLE_FLAGGED] = "flagged",
  };

  g_return_val_if_fail ((guint) role < G_N_ELEMENTS (names), NULL);
  return names[role];
}
