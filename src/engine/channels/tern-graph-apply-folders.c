/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-apply-private.h"

#include <string.h>

#include "tern-error.h"

#define TOP "msgfolderroot"

/* --- Create --- */

static void
take_created (TernGraphApply *self, const char *id)
{
  if (id == NULL || *id == '\0')
    {
      tern_graph_apply_fail (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_PROTOCOL,
                                                        "the new folder has no name"));
      return;
    }
  self->outcome->created = tern_graph_make_remote_id (id);
  tern_graph_apply_done (self);
}

static gboolean
has_parent (GPtrArray *folders, const TernGraphFolder *folder, const char *parent)
{
  if (parent != NULL)
    return g_strcmp0 (folder->parent, parent) == 0;
  for (guint i = 0; i < folders->len; i++)
    if (g_strcmp0 (((TernGraphFolder *) folders->pdata[i])->id, folder->parent) == 0)
      return FALSE;
  return TRUE;
}

/* The answer to an earlier request was lost: the folder is there. */
static void
listed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) folders =
      tern_graph_folders_finish (TERN_GRAPH_SESSION (object), result, &error);
  const TernGraphFolder *found = NULL;

  if (folders == NULL)
    {
      tern_graph_apply_fail (self, error);
      return;
    }
  for (guint i = 0; i < folders->len && found == NULL; i++)
    {
      const TernGraphFolder *folder = folders->pdata[i];

      if (strcmp (folder->name, self->name) == 0 && has_parent (folders, folder, self->parent))
        found = folder;
    }
  if (found != NULL)
    take_created (self, found->id);
  else
    tern_graph_apply_fail (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_REFUSED,
                                                      "the server makes no such folder"));
}

static void
created_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  GError *error = NULL;
  g_autofree char *id = tern_graph_id_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (id != NULL)
    take_created (self, id);
  else if (self->is_resumed && g_error_matches (error, TERN_ERROR, TERN_ERROR_REFUSED))
    {
      g_error_free (error);
      tern_graph_folders_async (self->session, tern_graph_apply_get_cancellable (self), listed_cb,
                                self);
    }
  else
    tern_graph_apply_fail (self, error);
}

static void
create (TernGraphApply *self)
{
  tern_graph_create_folder_async (self->session, self->parent, self->name,
                                  tern_graph_apply_get_cancellable (self), created_cb, self);
}

/* A mailbox may have a folder for it that the list did not show. */
static void
role_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) folders =
      tern_graph_get_folders_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (folders == NULL)
    tern_graph_apply_fail (self, error);
  else if (folders->len > 0)
    take_created (self, ((TernGraphFolder *) folders->pdata[0])->id);
  else
    create (self);
}

/* Makes a folder. */
void
tern_graph_apply_create_folder (TernGraphApply *self)
{
  const char *const well_known[] = { tern_graph_role_to_well_known (self->role), NULL };

  if (self->name == NULL)
    tern_graph_apply_fail (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_INVALID, "no name"));
  else if (well_known[0] != NULL)
    tern_graph_get_folders_async (self->session, well_known,
                                  tern_graph_apply_get_cancellable (self), role_cb, self);
  else
    create (self);
}

/* --- Rename --- */

static void
note_id (TernGraphApply *self, const char *id)
{
  if (*id != '\0' && strcmp (id, self->folder) != 0)
    g_hash_table_replace (self->outcome->moved, tern_graph_make_remote_id (self->folder),
                          tern_graph_make_remote_id (id));
}

static void
put_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  GError *error = NULL;
  g_autofree char *id = tern_graph_id_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (id == NULL)
    {
      tern_graph_apply_fail (self, error);
      return;
    }
  note_id (self, id);
  tern_graph_apply_done (self);
}

/* Puts the folder where it belongs, where it is not there yet. */
static void
put (TernGraphApply *self)
{
  if (self->target == NULL)
    tern_graph_apply_done (self);
  else
    tern_graph_move_folder_async (self->session, self->folder, self->target,
                                  tern_graph_apply_get_cancellable (self), put_cb, self);
}

static void
renamed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  GError *error = NULL;
  g_autofree char *id = tern_graph_id_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (id == NULL)
    {
      tern_graph_apply_fail (self, error);
      return;
    }
  note_id (self, id);
  put (self);
}

/* What it is called and where it stands, and the folder above where it is to stand. */
static void
known_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) folders =
      tern_graph_get_folders_finish (TERN_GRAPH_SESSION (object), result, &error);
  const TernGraphFolder *folder, *above;

  if (folders != NULL && folders->len < 2)
    error = g_error_new_literal (TERN_ERROR, TERN_ERROR_GONE, "there is no such folder any more");
  if (error != NULL)
    {
      tern_graph_apply_fail (self, error);
      return;
    }
  folder = folders->pdata[0];
  above = folders->pdata[1];
  if (g_strcmp0 (folder->parent, above->id) != 0)
    self->target = g_strdup (above->id);
  if (strcmp (folder->name, self->name) != 0)
    tern_graph_rename_folder_async (self->session, self->folder, self->name,
                                    tern_graph_apply_get_cancellable (self), renamed_cb, self);
  else
    put (self);
}

/* Gives a folder another name or place. */
void
tern_graph_apply_rename_folder (TernGraphApply *self)
{
  const char *const ids[] = { self->folder, self->parent != NULL ? self->parent : TOP, NULL };

  if (self->name == NULL)
    tern_graph_apply_fail (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_INVALID, "no name"));
  else
    tern_graph_get_folders_async (self->session, ids, tern_graph_apply_get_cancellable (self),
                                  known_cb, self);
}

/* --- Delete --- */

static void
deleted_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  GError *error = NULL;
  g_autofree char *id = tern_graph_id_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (id == NULL && !g_error_matches (error, TERN_ERROR, TERN_ERROR_GONE))
    {
      tern_graph_apply_fail (self, error);
      return;
    }
  g_clear_error (&error);
  tern_graph_apply_done (self);
}

static void
remove_folder (TernGraphApply *self)
{
  tern_graph_delete_folder_async (self->session, self->folder,
                                  tern_graph_apply_get_cancellable (self), deleted_cb, self);
}

static void
counted_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) folders =
      tern_graph_get_folders_finish (TERN_GRAPH_SESSION (object), result, &error);
  const TernGraphFolder *folder = folders != NULL && folders->len > 0 ? folders->pdata[0] : NULL;

  if (folders == NULL)
    tern_graph_apply_fail (self, error);
  else if (folder != NULL && (folder->total != 0 || folder->children != 0))
    tern_graph_apply_fail (
        self, g_error_new_literal (TERN_ERROR, TERN_ERROR_REFUSED, "the folder is not empty"));
  else
    remove_folder (self);
}

/* Removes a folder with what is in it. */
void
tern_graph_apply_delete_folder (TernGraphApply *self)
{
  const char *const ids[] = { self->folder, NULL };

  if (self->only_empty)
    tern_graph_get_folders_async (self->session, ids, tern_graph_apply_get_cancellable (self),
                                  counted_cb, self);
  else
    remove_folder (self);
}
