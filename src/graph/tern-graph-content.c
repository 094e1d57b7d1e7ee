/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-requests.h"

#include <string.h>

#include "tern-error.h"
#include "tern-graph-json-private.h"
#include "tern-graph-session-private.h"
#include "tern-graph-url.h"

static void
content_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GBytes) body =
      tern_graph_session_send_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (body == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/**
 * tern_graph_content_async:
 * @session: a session
 * @message: a message's id
 * @attachment: (nullable): the id of one of its attachments; %NULL for the letter as it was sent
 * @offset: bytes that need not be sent; a server may send them all the same
 * @length: bytes that are wanted from there on; 0 for all
 * @urgency: whether somebody waits for it
 * @func: takes the bytes as they arrive
 * @func_data: for @func
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks for content.
 */
void
tern_graph_content_async (TernGraphSession *session,
                          const char *message,
                          const char *attachment,
                          guint64 offset,
                          guint64 length,
                          TernGraphUrgency urgency,
                          TernGraphDataFunc func,
                          gpointer func_data,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  g_autofree char *id = tern_graph_url_escape (message);
  g_autofree char *part = attachment != NULL ? tern_graph_url_escape (attachment) : NULL;
  g_autofree char *path = part != NULL
                              ? g_strdup_printf ("me/messages/%s/attachments/%s/$value", id, part)
                              : g_strdup_printf ("me/messages/%s/$value", id);
  g_autofree char *url = tern_graph_url_join (session->base, path);

  g_task_set_source_tag (task, tern_graph_content_async);
  tern_graph_session_send_async (session,
                                 &(TernGraphRequest){
                                     .text = part != NULL ? "GET attachment" : "GET message",
                                     .method = "GET",
                                     .url = url,
                                     .offset = offset,
                                     .length = length,
                                     .urgency = urgency,
                                     .func = func,
                                     .func_data = func_data,
                                 },
                                 cancellable, content_cb, task);
}

/**
 * tern_graph_content_finish:
 * @session: a session
 * @result: the result
 * @error: return location; %TERN_ERROR_GONE where there is no such thing
 *
 * Returns: whether all has come that is there, or that was wanted
 */
gboolean
tern_graph_content_finish (TernGraphSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- The text alone --- */

static void
body_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GBytes) answer =
      tern_graph_session_send_finish (TERN_GRAPH_SESSION (object), result, &error);
  g_autoptr (JsonObject) root = answer != NULL ? tern_graph_json_parse (answer, &error) : NULL;
  JsonObject *body = root != NULL ? tern_graph_json_object (root, "body") : NULL;
  const char *text = body != NULL ? tern_graph_json_string (body, "content") : NULL;

  if (text == NULL)
    {
      if (error == NULL)
        error = g_error_new_literal (TERN_ERROR, TERN_ERROR_PROTOCOL, "the message has no text");
      g_task_return_error (task, error);
      return;
    }
  g_task_return_pointer (task, tern_graph_json_make_valid (text, strlen (text)), g_free);
}

/**
 * tern_graph_body_async:
 * @session: a session
 * @message: a message's id
 * @urgency: whether somebody waits for it
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks for the text of a letter as HTML, without anything else.
 */
void
tern_graph_body_async (TernGraphSession *session,
                       const char *message,
                       TernGraphUrgency urgency,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  g_autofree char *id = tern_graph_url_escape (message);
  g_autofree char *path = g_strdup_printf ("me/messages/%s?$select=body", id);
  g_autofree char *url = tern_graph_url_join (session->base, path);

  g_task_set_source_tag (task, tern_graph_body_async);
  tern_graph_session_send_async (session,
                                 &(TernGraphRequest){
                                     .text = "GET body",
                                     .method = "GET",
                                     .url = url,
                                     .prefer = "outlook.body-content-type=\"html\"",
                                     .urgency = urgency,
                                 },
                                 cancellable, body_cb, task);
}

/**
 * tern_graph_body_finish:
 * @session: a session
 * @result: the result
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the text, HTML in UTF-8
 */
char *
tern_graph_body_finish (TernGraphSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
