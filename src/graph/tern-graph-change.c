/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-requests.h"

#include "tern-graph-batch-private.h"
#include "tern-graph-json-private.h"
#include "tern-graph-url.h"

/* What is changed of messages: each is one request, and twenty of them go in one. */

static void
result_free (gpointer data)
{
  TernGraphResult *result = data;

  g_free (result->id);
  g_clear_error (&result->error);
  g_free (result);
}

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GPtrArray) answers =
      tern_graph_batch_finish (TERN_GRAPH_SESSION (object), result, &error);
  GPtrArray *results;

  if (answers == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  results = g_ptr_array_new_with_free_func (result_free);
  for (guint i = 0; i < answers->len; i++)
    {
      TernGraphBatchAnswer *answer = answers->pdata[i];
      TernGraphResult *own = g_new0 (TernGraphResult, 1);

      own->id = answer->body != NULL ? tern_graph_json_dup_id (answer->body, "id") : NULL;
      own->error = g_steal_pointer (&answer->error);
      g_ptr_array_add (results, own);
    }
  g_task_return_pointer (task, results, (GDestroyNotify) g_ptr_array_unref);
}

/**
 * tern_graph_results_finish:
 * @session: a session
 * @result: the result
 * @error: return location: why the server could not be asked for all of it
 *
 * Returns: (transfer full) (element-type TernGraphResult) (nullable): what became of each
 */
GPtrArray *
tern_graph_results_finish (TernGraphSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- State --- */

static void
build_verb (JsonBuilder *builder, gint verb)
{
  g_autofree char *value = g_strdup_printf ("%d", verb);

  json_builder_set_member_name (builder, "singleValueExtendedProperties");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "id");
  json_builder_add_string_value (builder, "Integer 0x1081");
  json_builder_set_member_name (builder, "value");
  json_builder_add_string_value (builder, value);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
}

static void
build_categories (JsonBuilder *builder, GPtrArray *categories)
{
  json_builder_set_member_name (builder, "categories");
  json_builder_begin_array (builder);
  for (guint i = 0; i < categories->len; i++)
    json_builder_add_string_value (builder, categories->pdata[i]);
  json_builder_end_array (builder);
}

static JsonNode *
build_patch (const TernGraphPatch *patch)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  if (patch->read != -1)
    {
      json_builder_set_member_name (builder, "isRead");
      json_builder_add_boolean_value (builder, patch->read != 0);
    }
  if (patch->flagged != -1)
    {
      json_builder_set_member_name (builder, "flag");
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "flagStatus");
      json_builder_add_string_value (builder, patch->flagged != 0 ? "flagged" : "notFlagged");
      json_builder_end_object (builder);
    }
  if (patch->verb != -1)
    build_verb (builder, patch->verb);
  if (patch->categories != NULL)
    build_categories (builder, patch->categories);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/**
 * tern_graph_patch_async:
 * @session: a session
 * @patches: (array length=n): changes
 * @n: how many
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Changes the state of messages.
 */
void
tern_graph_patch_async (TernGraphSession *session,
                        const TernGraphPatch *patches,
                        guint n,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  GPtrArray *items = tern_graph_batch_items_new ();

  g_task_set_source_tag (task, tern_graph_patch_async);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = tern_graph_url_escape (patches[i].id);

      tern_graph_batch_items_add (items, "PATCH", g_strconcat ("me/messages/", id, NULL),
                                  build_patch (&patches[i]));
    }
  tern_graph_batch_async (session, "PATCH messages", items, TERN_GRAPH_URGENCY_USER, cancellable,
                          answered_cb, task);
}

/* --- Place --- */

static JsonNode *
build_target (const char *target)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "destinationId");
  json_builder_add_string_value (builder, target);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static void
act (TernGraphSession *session,
     const char *text,
     GPtrArray *ids,
     const char *action,
     const char *target,
     GTask *task)
{
  GPtrArray *items = tern_graph_batch_items_new ();

  for (guint i = 0; i < ids->len; i++)
    {
      g_autofree char *id = tern_graph_url_escape (ids->pdata[i]);

      tern_graph_batch_items_add (items, "POST", g_strdup_printf ("me/messages/%s/%s", id, action),
                                  target != NULL ? build_target (target) : NULL);
    }
  tern_graph_batch_async (session, text, items, TERN_GRAPH_URGENCY_USER,
                          g_task_get_cancellable (task), answered_cb, task);
}

/**
 * tern_graph_move_async:
 * @session: a session
 * @ids: (element-type utf8): ids of messages
 * @target: a folder's id
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Moves messages. An immutable id stays the same.
 */
void
tern_graph_move_async (TernGraphSession *session,
                       GPtrArray *ids,
                       const char *target,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_graph_move_async);
  act (session, "POST move", ids, "move", target, task);
}

/**
 * tern_graph_copy_async:
 * @session: a session
 * @ids: (element-type utf8): ids of messages
 * @target: a folder's id
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Copies messages. Asked for twice, it makes two copies.
 */
void
tern_graph_copy_async (TernGraphSession *session,
                       GPtrArray *ids,
                       const char *target,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_graph_copy_async);
  act (session, "POST copy", ids, "copy", target, task);
}

/**
 * tern_graph_delete_async:
 * @session: a session
 * @ids: (element-type utf8): ids of messages
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Removes messages for good.
 */
void
tern_graph_delete_async (TernGraphSession *session,
                         GPtrArray *ids,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_graph_delete_async);
  act (session, "POST permanentDelete", ids, "permanentDelete", NULL, task);
}
