/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-channel-private.h"

#include "tern-error.h"
#include "tern-graph-convert.h"

/* Looking for messages. Nobody can tell `$search` an order, so all hits are named first, which
 * takes few bytes; then comes what a list shows of those that are not known, the newest first, for
 * as long as more is wanted. */

#define PAGE 250
/* As many as `$search` finds. */
#define MAX_HITS 1000
/* Pages, however few each of them names. */
#define MAX_PAGES 100
/* Messages that are looked at together: a screenful first. */
#define WINDOW_FIRST 50
#define WINDOW 100

typedef struct
{
  TernGraphChannel *channel;
  TernSearchHandler handler;
  gpointer handler_data;
  char *folder;      /* (nullable): remote id */
  GPtrArray *pages;  /* TernGraphPage */
  GHashTable *ids;   /* utf8, of @hits */
  GPtrArray *hits;   /* TernGraphMessage, of @pages: the newest first, once all are there */
  gboolean has_more; /* than were named */
  guint begin;       /* of the window: index */
  guint end;
  GPtrArray *unknown;  /* utf8: ids of the window */
  GHashTable *fetched; /* utf8 → TernMessage, of these */
} Search;

static void
search_free (gpointer data)
{
  Search *self = data;

  g_object_unref (self->channel);
  g_free (self->folder);
  g_hash_table_unref (self->ids);
  g_ptr_array_unref (self->hits);
  g_ptr_array_unref (self->pages);
  g_ptr_array_unref (self->unknown);
  g_hash_table_unref (self->fetched);
  g_free (self);
}

/* --- What is asked --- */

/* Quotes are all that has a meaning within quotes. */
static void
append_quoted (GString *text, const char *property, const char *value)
{
  g_autofree char *plain = g_strdelimit (g_strdup (value), "\"", ' ');

  g_string_append_printf (text, "%s\"%s\"", property, plain);
}

static void
append_and (GString *text)
{
  if (text->len > 0)
    g_string_append (text, " AND ");
}

/* (transfer full) (nullable): the texts in the language of `$search`, in which terms for the same
 * property would be alternatives without AND */
static char *
make_text (const TernQuery *query)
{
  static const char *const properties[] = {
    [TERN_QUERY_ANY] = "",       [TERN_QUERY_FROM] = "from:",
    [TERN_QUERY_TO] = "to:",     [TERN_QUERY_SUBJECT] = "subject:",
    [TERN_QUERY_BODY] = "body:",
  };
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < query->terms->len; i++)
    {
      const TernQueryTerm *term = query->terms->pdata[i];

      append_and (text);
      if (term->field != TERN_QUERY_TO)
        {
          append_quoted (text, properties[term->field], term->text);
          continue;
        }
      append_quoted (text, "(to:", term->text);
      append_quoted (text, " OR cc:", term->text);
      g_string_append_c (text, ')');
    }
  if (text->len == 0)
    return NULL;
  if (query->has_attachments)
    g_string_append (text, " AND hasAttachments:true");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
append_time (GString *filter, const char *comparison, gint64 seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : NULL;

  if (text != NULL)
    g_string_append_printf (filter, "%sreceivedDateTime %s %s", filter->len > 0 ? " and " : "",
                            comparison, text);
}

/* (transfer full): the conditions, where there is no text; what is sorted by stands first */
static char *
make_filter (const TernQuery *query)
{
  g_autoptr (GString) filter = g_string_new (NULL);

  append_time (filter, "ge", MAX (query->since, 0));
  if (query->until != G_MAXINT64)
    append_time (filter, "lt", query->until);
  if ((query->with & TERN_FLAGS_SEEN) != 0)
    g_string_append (filter, " and isRead eq true");
  if ((query->without & TERN_FLAGS_SEEN) != 0)
    g_string_append (filter, " and isRead eq false");
  if ((query->with & TERN_FLAGS_FLAGGED) != 0)
    g_string_append (filter, " and flag/flagStatus eq 'flagged'");
  if (query->has_attachments)
    g_string_append (filter, " and hasAttachments eq true");
  return g_string_free (g_steal_pointer (&filter), FALSE);
}

/* --- Windows --- */

static void next_window (GTask *task);

static void
fail (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
finish (GTask *task)
{
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/* (transfer full) (nullable): where a hit stands */
static char *
dup_folder (const Search *self, const TernGraphMessage *message)
{
  if (message->folder != NULL)
    return tern_graph_make_remote_id (message->folder);
  return g_strdup (self->folder);
}

/* Gives the window on; what is not there any more is left out. */
static void
end_window (GTask *task)
{
  Search *self = g_task_get_task_data (task);
  g_autoptr (GArray) hits = g_array_new (FALSE, FALSE, sizeof (TernSearchHit));
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = self->begin; i < self->end; i++)
    {
      const TernGraphMessage *message = self->hits->pdata[i];
      TernSearchHit hit = { dup_folder (self, message), tern_graph_make_remote_id (message->id),
                            g_hash_table_lookup (self->fetched, message->id) };

      g_ptr_array_add (names, (char *) hit.folder);
      g_ptr_array_add (names, (char *) hit.remote_id);
      if (hit.folder != NULL &&
          (hit.message != NULL ||
           !g_ptr_array_find_with_equal_func (self->unknown, message->id, g_str_equal, NULL)))
        g_array_append_val (hits, hit);
    }
  if (self->handler.found ((const TernSearchHit *) (gpointer) hits->data, hits->len,
                           self->handler_data))
    next_window (task);
  else
    finish (task);
}

static void
fetched_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Search *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) wire =
      tern_graph_get_messages_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (wire == NULL)
    {
      fail (task, error);
      return;
    }
  for (guint i = 0; i < wire->len; i++)
    {
      const TernGraphMessage *message = wire->pdata[i];

      if (message->is_complete && !message->is_removed)
        g_hash_table_replace (self->fetched, g_strdup (message->id),
                              tern_graph_convert_message (message));
    }
  end_window (task);
}

static gboolean
is_known (const Search *self, const TernGraphMessage *message)
{
  g_autofree char *folder = dup_folder (self, message);
  g_autofree char *remote_id = tern_graph_make_remote_id (message->id);

  return folder != NULL && self->handler.knows (folder, remote_id, self->handler_data);
}

static void
next_window (GTask *task)
{
  Search *self = g_task_get_task_data (task);

  self->begin = self->end;
  self->end = MIN (self->hits->len, self->begin + (self->begin == 0 ? WINDOW_FIRST : WINDOW));
  if (self->begin == self->end && self->has_more)
    {
      fail (task, g_error_new_literal (TERN_ERROR, TERN_ERROR_LIMIT,
                                       "the server has more than it can be asked for"));
      return;
    }
  if (self->begin == self->end)
    {
      finish (task);
      return;
    }
  g_ptr_array_set_size (self->unknown, 0);
  g_hash_table_remove_all (self->fetched);
  for (guint i = self->begin; i < self->end; i++)
    if (!is_known (self, self->hits->pdata[i]))
      g_ptr_array_add (self->unknown, ((TernGraphMessage *) self->hits->pdata[i])->id);
  if (self->unknown->len > 0)
    tern_graph_get_messages_async (self->channel->session, self->unknown, TERN_GRAPH_URGENCY_USER,
                                   g_task_get_cancellable (task), fetched_cb, task);
  else
    end_window (task);
}

/* --- Names --- */

static int
compare_received (gconstpointer a, gconstpointer b)
{
  const TernGraphMessage *left = *(TernGraphMessage *const *) a;
  const TernGraphMessage *right = *(TernGraphMessage *const *) b;

  return left->received > right->received ? -1 : left->received < right->received;
}

/* Takes a page over. It may repeat what an earlier one has told. */
static void
take_page (Search *self, TernGraphPage *page)
{
  for (guint i = 0; i < page->messages->len; i++)
    {
      TernGraphMessage *message = page->messages->pdata[i];

      if (g_hash_table_add (self->ids, message->id))
        g_ptr_array_add (self->hits, message);
    }
  g_ptr_array_add (self->pages, page);
}

static void
page_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Search *self = g_task_get_task_data (task);
  GError *error = NULL;
  TernGraphPage *page = tern_graph_search_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (page == NULL)
    {
      fail (task, error);
      return;
    }
  take_page (self, page);
  if (page->next != NULL && self->hits->len < MAX_HITS && self->pages->len < MAX_PAGES)
    {
      tern_graph_search_next_async (self->channel->session, page->next,
                                    g_task_get_cancellable (task), page_cb, task);
      return;
    }
  self->has_more = page->next != NULL;
  g_ptr_array_sort (self->hits, compare_received);
  next_window (task);
}

/**
 * tern_graph_query_async:
 * @channel: a channel
 * @folder: (nullable): the folder's remote id; %NULL for all
 * @query: what to look for
 * @handler: takes what is found; copied
 * @handler_data: for @handler
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Looks for messages. The task returns a boolean.
 */
void
tern_graph_query_async (TernGraphChannel *channel,
                        const char *folder,
                        TernQuery *query,
                        const TernSearchHandler *handler,
                        gpointer handler_data,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (channel, cancellable, callback, user_data);
  const char *id = tern_graph_parse_remote_id (folder);
  g_autofree char *text = make_text (query);
  g_autofree char *filter = text == NULL ? make_filter (query) : NULL;
  Search *self;

  g_task_set_source_tag (task, tern_graph_query_async);
  if (folder != NULL && id == NULL)
    {
      fail (task, g_error_new_literal (TERN_ERROR, TERN_ERROR_GONE,
                                       "that is a folder of another channel"));
      return;
    }
  self = g_new0 (Search, 1);
  self->channel = g_object_ref (channel);
  self->handler = *handler;
  self->handler_data = handler_data;
  self->folder = g_strdup (folder);
  self->ids = g_hash_table_new (g_str_hash, g_str_equal);
  self->pages = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_graph_page_free);
  self->hits = g_ptr_array_new ();
  self->unknown = g_ptr_array_new ();
  self->fetched =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) tern_message_unref);
  g_task_set_task_data (task, self, search_free);
  tern_graph_search_async (channel->session,
                           &(TernGraphSearch){ .folder = id, .text = text, .filter = filter }, PAGE,
                           cancellable, page_cb, task);
}
