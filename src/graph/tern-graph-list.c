/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-requests.h"

#include "tern-graph-message-private.h"
#include "tern-graph-session-private.h"
#include "tern-graph-url.h"

static void
page_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  TernGraphSession *session = TERN_GRAPH_SESSION (object);
  GError *error = NULL;
  g_autoptr (GBytes) body = tern_graph_session_send_finish (session, result, &error);
  TernGraphPage *page = body != NULL ? tern_graph_page_parse (session->base, body, &error) : NULL;

  if (page == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, page, (GDestroyNotify) tern_graph_page_free);
}

/**
 * tern_graph_list_async:
 * @session: a session
 * @folder: a folder's id
 * @n: how many messages
 * @urgency: whether somebody waits for it
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks for the newest messages of a folder.
 */
void
tern_graph_list_async (TernGraphSession *session,
                       const char *folder,
                       guint n,
                       TernGraphUrgency urgency,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  g_autofree char *id = tern_graph_url_escape (folder);
  g_autofree char *path =
      g_strdup_printf ("me/mailFolders/%s/messages?%s&$orderby=receivedDateTime%%20desc&$top=%u",
                       id, TERN_GRAPH_MESSAGE_QUERY, n);
  g_autofree char *url = tern_graph_url_join (session->base, path);

  g_task_set_source_tag (task, tern_graph_list_async);
  tern_graph_session_send_async (
      session,
      &(TernGraphRequest){
          .text = "GET messages", .method = "GET", .url = url, .urgency = urgency },
      cancellable, page_cb, task);
}

/**
 * tern_graph_list_finish:
 * @session: a session
 * @result: the result
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the messages
 */
TernGraphPage *
tern_graph_list_finish (TernGraphSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * tern_graph_delta_async:
 * @session: a session
 * @folder: a folder's id
 * @link: (nullable): what an earlier page gave as next or delta; %NULL to begin
 * @n: how many messages at most
 * @urgency: whether somebody waits for it
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks for a page of changes in a folder: from the beginning these are all messages, newest first.
 */
void
tern_graph_delta_async (TernGraphSession *session,
                        const char *folder,
                        const char *link,
                        guint n,
                        TernGraphUrgency urgency,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  g_autofree char *prefer = g_strdup_printf ("odata.maxpagesize=%u", n);
  g_autofree char *id = tern_graph_url_escape (folder);
  g_autofree char *path =
      g_strdup_printf ("me/mailFolders/%s/messages/delta?%s&$orderby=receivedDateTime%%20desc", id,
                       TERN_GRAPH_MESSAGE_QUERY);
  g_autofree char *url = link != NULL ? g_strdup (link) : tern_graph_url_join (session->base, path);

  g_task_set_source_tag (task, tern_graph_delta_async);
  tern_graph_session_send_async (session,
                                 &(TernGraphRequest){
                                     .text = "GET messages/delta",
                                     .method = "GET",
                                     .url = url,
                                     .prefer = prefer,
                                     .urgency = urgency,
                                 },
                                 cancellable, page_cb, task);
}

/**
 * tern_graph_delta_finish:
 * @session: a session
 * @result: the result
 * @error: return location; %TERN_ERROR_GONE with the detail %TERN_GRAPH_RESYNC where the link is
 *   not good any more
 *
 * Returns: (transfer full) (nullable): the page, with a link to the next one or to later changes
 */
TernGraphPage *
tern_graph_delta_finish (TernGraphSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
