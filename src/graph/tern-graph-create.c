/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-requests.h"

#include <string.h>

#include "tern-graph-json-private.h"
#include "tern-graph-session-private.h"
#include "tern-graph-url.h"

/* What makes, changes or removes one thing by a request of its own; the answer names it. */

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GBytes) body =
      tern_graph_session_send_finish (TERN_GRAPH_SESSION (object), result, &error);
  g_autoptr (JsonObject) root =
      body != NULL && g_bytes_get_size (body) > 0 ? tern_graph_json_parse (body, &error) : NULL;
  char *id = root != NULL ? tern_graph_json_dup_id (root, "id") : NULL;

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, id != NULL ? id : g_strdup (""), g_free);
}

static void
send (TernGraphSession *session,
      const char *text,
      const char *method,
      const char *path,
      const char *type,
      GBytes *body,
      GTask *task)
{
  g_autofree char *url = tern_graph_url_join (session->base, path);

  tern_graph_session_send_async (session,
                                 &(TernGraphRequest){
                                     .text = text,
                                     .method = method,
                                     .url = url,
                                     .type = type,
                                     .body = body,
                                     .urgency = TERN_GRAPH_URGENCY_USER,
                                 },
                                 g_task_get_cancellable (task), answered_cb, task);
}

/* Asks with an object of one member. */
static void
send_member (TernGraphSession *session,
             const char *text,
             const char *method,
             const char *path,
             const char *member,
             const char *value,
             GTask *task)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (GBytes) body = NULL;
  char *json;

  json_object_set_string_member (object, member, value);
  json_node_set_object (node, object);
  json = json_to_string (node, FALSE);
  body = g_bytes_new_take (json, strlen (json));
  send (session, text, method, path, "application/json", body, task);
}

static char *
make_folder_path (const char *folder, const char *below)
{
  g_autofree char *id = tern_graph_url_escape (folder);

  return g_strconcat ("me/mailFolders/", id, below, NULL);
}

/**
 * tern_graph_append_async:
 * @session: a session
 * @folder: a folder's id
 * @letter: the letter as it would be sent
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Puts a letter into a folder, where it is a draft. Asked for twice, it is there twice.
 */
void
tern_graph_append_async (TernGraphSession *session,
                         const char *folder,
                         GBytes *letter,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  g_autofree char *path = make_folder_path (folder, "/messages");
  char *text = g_base64_encode (g_bytes_get_data (letter, NULL), g_bytes_get_size (letter));
  g_autoptr (GBytes) body = g_bytes_new_take (text, strlen (text));

  g_task_set_source_tag (task, tern_graph_append_async);
  send (session, "POST message", "POST", path, "text/plain", body, task);
}

/**
 * tern_graph_create_folder_async:
 * @session: a session
 * @parent: (nullable): the id of the folder above; %NULL for the top
 * @name: the new folder's name
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Makes a folder.
 */
void
tern_graph_create_folder_async (TernGraphSession *session,
                                const char *parent,
                                const char *name,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  g_autofree char *path =
      parent != NULL ? make_folder_path (parent, "/childFolders") : g_strdup ("me/mailFolders");

  g_task_set_source_tag (task, tern_graph_create_folder_async);
  send_member (session, "POST mailFolders", "POST", path, "displayName", name, task);
}

/**
 * tern_graph_rename_folder_async:
 * @session: a session
 * @folder: a folder's id
 * @name: its new name
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Gives a folder another name.
 */
void
tern_graph_rename_folder_async (TernGraphSession *session,
                                const char *folder,
                                const char *name,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  g_autofree char *path = make_folder_path (folder, "");

  g_task_set_source_tag (task, tern_graph_rename_folder_async);
  send_member (session, "PATCH mailFolder", "PATCH", path, "displayName", name, task);
}

/**
 * tern_graph_move_folder_async:
 * @session: a session
 * @folder: a folder's id
 * @parent: the id of the folder above, or a well-known name
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Puts a folder, with all below it, somewhere else.
 */
void
tern_graph_move_folder_async (TernGraphSession *session,
                              const char *folder,
                              const char *parent,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  g_autofree char *path = make_folder_path (folder, "/move");

  g_task_set_source_tag (task, tern_graph_move_folder_async);
  send_member (session, "POST mailFolder/move", "POST", path, "destinationId", parent, task);
}

/**
 * tern_graph_delete_folder_async:
 * @session: a session
 * @folder: a folder's id
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Removes a folder with what is in it. The server keeps it among what was deleted.
 */
void
tern_graph_delete_folder_async (TernGraphSession *session,
                                const char *folder,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  g_autofree char *path = make_folder_path (folder, "");

  g_task_set_source_tag (task, tern_graph_delete_folder_async);
  send (session, "DELETE mailFolder", "DELETE", path, NULL, NULL, task);
}

/**
 * tern_graph_id_finish:
 * @session: a session
 * @result: the result
 * @error: return location; %TERN_ERROR_REFUSED where there is one of that name
 *
 * Returns: (transfer full) (nullable): the id that the server tells; "" where it tells none
 */
char *
tern_graph_id_finish (TernGraphSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
