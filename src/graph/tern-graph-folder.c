/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-folder.h"

#include "tern-graph-folder-private.h"
#include "tern-graph-json-private.h"

/**
 * tern_graph_folder_free:
 * @self: (transfer full): a folder
 *
 * Frees it.
 */
void
tern_graph_folder_free (TernGraphFolder *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->parent);
  g_free (self);
}

static gint
parse_count (JsonObject *object, const char *member)
{
  return (gint) CLAMP (tern_graph_json_int (object, member, -1), -1, G_MAXINT32);
}

/**
 * tern_graph_folder_parse:
 * @object: a folder, as the server tells of it
 *
 * Returns: (transfer full) (nullable): the folder; %NULL where it has no id or is not shown
 */
TernGraphFolder *
tern_graph_folder_parse (JsonObject *object)
{
  g_autofree char *id = tern_graph_json_dup_id (object, "id");
  TernGraphFolder *self;

  if (id == NULL || tern_graph_json_boolean (object, "isHidden"))
    return NULL;
  self = g_new0 (TernGraphFolder, 1);
  self->id = g_steal_pointer (&id);
  self->name = tern_graph_json_dup_text (object, "displayName");
  if (self->name == NULL)
    self->name = g_strdup ("");
  self->parent = tern_graph_json_dup_id (object, "parentFolderId");
  self->total = parse_count (object, "totalItemCount");
  self->unread = parse_count (object, "unreadItemCount");
  self->children = parse_count (object, "childFolderCount");
  return self;
}
