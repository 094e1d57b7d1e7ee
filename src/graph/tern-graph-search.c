/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-requests.h"

#include "tern-graph-message-private.h"
#include "tern-graph-session-private.h"
#include "tern-graph-url.h"

/* Where a hit stands, and when it came: the rest is asked for of what is not known. */
#define ITEMS "$select=id,parentFolderId,receivedDateTime"

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

static void
send (TernGraphSession *session, const char *url, GTask *task)
{
  tern_graph_session_send_async (session,
                                 &(TernGraphRequest){ .text = "GET messages?$search",
                                                      .method = "GET",
                                                      .url = url,
                                                      .urgency = TERN_GRAPH_URGENCY_USER },
                                 g_task_get_cancellable (task), page_cb, task);
}

/* The text is one string in quotes, in which quotes and backslashes are escaped. */
static char *
quote (const char *text)
{
  g_autoptr (GString) out = g_string_new (text);

  g_string_replace (out, "\\", "\\\\", 0);
  g_string_replace (out, "\"", "\\\"", 0);
  g_string_prepend_c (out, '"');
  g_string_append_c (out, '"');
  return g_uri_escape_string (out->str, NULL, FALSE);
}

/**
 * tern_graph_search_async:
 * @session: a session
 * @search: what to look for, and where
 * @n: messages of a page at most
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks for messages by `$search`, which finds a thousand at most and cannot be told an order, or by
 * `$filter`, newest first (Microsoft Graph, "Use the $search query parameter").
 */
void
tern_graph_search_async (TernGraphSession *session,
                         const TernGraphSearch *search,
                         guint n,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  g_autofree char *id = search->folder != NULL ? tern_graph_url_escape (search->folder) : NULL;
  g_autofree char *place =
      id != NULL ? g_strdup_printf ("me/mailFolders/%s/messages", id) : g_strdup ("me/messages");
  g_autofree char *text = search->text != NULL ? quote (search->text)
                                               : g_uri_escape_string (search->filter, NULL, FALSE);
  g_autofree char *path =
      search->text != NULL
          ? g_strdup_printf ("%s?" ITEMS "&$top=%u&$search=%s", place, n, text)
          : g_strdup_printf ("%s?" ITEMS "&$top=%u&$filter=%s&$orderby=receivedDateTime%%20desc",
                             place, n, text);
  g_autofree char *url = tern_graph_url_join (session->base, path);

  g_task_set_source_tag (task, tern_graph_search_async);
  send (session, url, task);
}

/**
 * tern_graph_search_next_async:
 * @session: a session
 * @link: what an earlier page gave as next
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks for the next page of what tern_graph_search_async() asked for.
 */
void
tern_graph_search_next_async (TernGraphSession *session,
                              const char *link,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_graph_search_next_async);
  send (session, link, task);
}

/**
 * tern_graph_search_finish:
 * @session: a session
 * @result: the result of either
 * @error: return location; %TERN_ERROR_GONE where there is no such folder
 *
 * Returns: (transfer full) (nullable): a page of messages, of which only the id, the folder and the
 *   time are told
 */
TernGraphPage *
tern_graph_search_finish (TernGraphSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
