/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-requests.h"

#include "tern-error.h"
#include "tern-graph-batch-private.h"
#include "tern-graph-json-private.h"
#include "tern-graph-message-private.h"
#include "tern-graph-url.h"

static void
got_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GPtrArray) answers =
      tern_graph_batch_finish (TERN_GRAPH_SESSION (object), result, &error);
  g_autoptr (GPtrArray) messages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_graph_message_free);

  if (answers == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; i < answers->len; i++)
    {
      const TernGraphBatchAnswer *answer = answers->pdata[i];
      TernGraphMessage *message =
          answer->body != NULL ? tern_graph_message_parse (answer->body) : NULL;

      /* One that came too often is there all the same. */
      if (message == NULL && g_error_matches (answer->error, TERN_ERROR, TERN_ERROR_BUSY))
        {
          g_task_return_error (task, g_error_copy (answer->error));
          return;
        }
      if (message != NULL)
        g_ptr_array_add (messages, message);
    }
  g_task_return_pointer (task, g_steal_pointer (&messages), (GDestroyNotify) g_ptr_array_unref);
}

/**
 * tern_graph_get_messages_async:
 * @session: a session
 * @ids: (element-type utf8): ids of messages
 * @urgency: whether somebody waits for it
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks for all that a list shows of some messages.
 */
void
tern_graph_get_messages_async (TernGraphSession *session,
                               GPtrArray *ids,
                               TernGraphUrgency urgency,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  GPtrArray *items = tern_graph_batch_items_new ();

  g_task_set_source_tag (task, tern_graph_get_messages_async);
  for (guint i = 0; i < ids->len; i++)
    {
      g_autofree char *id = tern_graph_url_escape (ids->pdata[i]);

      tern_graph_batch_items_add (
          items, "GET", g_strdup_printf ("me/messages/%s?%s", id, TERN_GRAPH_MESSAGE_QUERY), NULL);
    }
  tern_graph_batch_async (session, "GET messages", items, urgency, cancellable, got_cb, task);
}

/**
 * tern_graph_get_messages_finish:
 * @session: a session
 * @result: the result
 * @error: return location
 *
 * Returns: (transfer full) (element-type TernGraphMessage) (nullable): those that there are
 */
GPtrArray *
tern_graph_get_messages_finish (TernGraphSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- By Message-ID --- */

static GPtrArray *
take_ids (JsonObject *body)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  JsonArray *list = body != NULL ? tern_graph_json_array (body, "value") : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *object = tern_graph_json_element (list, i);
      char *id = object != NULL ? tern_graph_json_dup_id (object, "id") : NULL;

      if (id != NULL)
        g_ptr_array_add (ids, id);
    }
  return ids;
}

static void
found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GPtrArray) answers =
      tern_graph_batch_finish (TERN_GRAPH_SESSION (object), result, &error);
  g_autoptr (GPtrArray) lists = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; answers != NULL && i < answers->len; i++)
    {
      const TernGraphBatchAnswer *answer = answers->pdata[i];

      if (answer->error != NULL)
        {
          g_task_return_error (task, g_error_copy (answer->error));
          return;
        }
      g_ptr_array_add (lists, take_ids (answer->body));
    }
  if (answers == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&lists), (GDestroyNotify) g_ptr_array_unref);
}

/* A quote in a string is doubled (OData 4.01, URL conventions, section 5.1.1.14). */
static char *
quote (const char *text)
{
  g_autoptr (GString) out = g_string_new (text);

  g_string_replace (out, "'", "''", 0);
  return g_uri_escape_string (out->str, NULL, FALSE);
}

/**
 * tern_graph_search_id_async:
 * @session: a session
 * @folder: a folder's id
 * @message_ids: Message-IDs with their angle brackets
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks which messages of a folder have these Message-IDs.
 */
void
tern_graph_search_id_async (TernGraphSession *session,
                            const char *folder,
                            const char *const *message_ids,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  GPtrArray *items = tern_graph_batch_items_new ();
  g_autofree char *id = tern_graph_url_escape (folder);

  g_task_set_source_tag (task, tern_graph_search_id_async);
  for (guint i = 0; message_ids[i] != NULL; i++)
    {
      g_autofree char *quoted = quote (message_ids[i]);

      tern_graph_batch_items_add (items, "GET",
                                  g_strdup_printf ("me/mailFolders/%s/messages?$select=id&$top=50&"
                                                   "$filter=internetMessageId%%20eq%%20'%s'",
                                                   id, quoted),
                                  NULL);
    }
  tern_graph_batch_async (session, "GET messages", items, TERN_GRAPH_URGENCY_USER, cancellable,
                          found_cb, task);
}

/**
 * tern_graph_search_id_finish:
 * @session: a session
 * @result: the result
 * @error: return location; %TERN_ERROR_GONE where there is no such folder
 *
 * Returns: (transfer full) (element-type GPtrArray) (nullable): for each Message-ID the ids of the
 *   messages
 */
GPtrArray *
tern_graph_search_id_finish (TernGraphSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
