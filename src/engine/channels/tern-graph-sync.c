/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-channel-private.h"

#include <string.h>

#include "tern-error.h"
#include "tern-graph-convert.h"
#include "tern-graph-limits.h"
#include "tern-trace.h"

/* Bringing a folder up to date by its changes. From the beginning these are all messages, newest
 * first: a screenful, then larger pages, each of which is given on before the next is asked for.
 * The checkpoint is the link to the next page, or to what changes later:
 *
 *   1 next URL     the folder is known down to some message
 *   1 delta URL    the folder is known
 *
 * A link that has grown too old means to start over. */

static const guint page_sizes[] = { 50, 200, 500 };

/* A letter of this size (bytes) with attachments is opened by its text alone, and not as a whole.
 */
#define LARGE (256 * 1024)
/* Letters of which the attachments are asked for in one sync. */
#define MAX_LARGE 500

typedef struct
{
  TernGraphChannel *channel;
  char *folder; /* remote id */
  char *id;
  TernSink *sink;
  TernGraphUrgency urgency;
  char *link;           /* what is asked for; NULL for the beginning */
  GHashTable *links;    /* utf8: digests of all that were asked for */
  TernGraphPage *page;  /* that is being taken */
  GPtrArray *large;     /* TernMessage: wait for their structure */
  GPtrArray *large_ids; /* utf8 */
  guint pages;
  guint known;
  guint received;
  gboolean has_news;
  gboolean is_reset;
} Sync;

static void
sync_free (gpointer data)
{
  Sync *self = data;

  g_object_unref (self->channel);
  g_free (self->folder);
  g_free (self->id);
  g_object_unref (self->sink);
  g_free (self->link);
  g_hash_table_unref (self->links);
  g_clear_pointer (&self->page, tern_graph_page_free);
  g_ptr_array_unref (self->large);
  g_ptr_array_unref (self->large_ids);
  g_free (self);
}

static void ask (GTask *task);
static void page_done (GTask *task);

static void
fail (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* --- What came --- */

static int
compare_received (gconstpointer a, gconstpointer b)
{
  const TernMessage *left = *(TernMessage *const *) a;
  const TernMessage *right = *(TernMessage *const *) b;

  return left->received > right->received ? -1 : left->received < right->received;
}

static void
note_categories (TernGraphChannel *channel, GPtrArray *categories)
{
  for (guint i = 0; i < categories->len; i++)
    {
      char *keyword = tern_graph_convert_category (categories->pdata[i]);

      if (keyword != NULL)
        g_hash_table_replace (channel->categories, keyword, g_strdup (categories->pdata[i]));
    }
}

/* Gives messages on by their date, whatever the server's order. */
static void
give_messages (Sync *self, GPtrArray *wire)
{
  g_autoptr (GPtrArray) messages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_message_unref);

  for (guint i = 0; i < wire->len; i++)
    {
      const TernGraphMessage *one = wire->pdata[i];
      TernMessage *message;

      if (one->is_removed || !one->is_complete)
        continue;
      message = tern_graph_convert_message (one);
      note_categories (self->channel, one->categories);
      g_ptr_array_add (messages, message);
      if (one->has_attachments && one->size >= LARGE && self->large->len < MAX_LARGE)
        {
          g_ptr_array_add (self->large, tern_graph_convert_message (one));
          g_ptr_array_add (self->large_ids, g_strdup (one->id));
        }
    }
  if (messages->len == 0)
    return;
  if (self->received == 0)
    tern_trace ("fetch.first", TERN_TRACE_INT ("n", messages->len));
  tern_trace ("fetch.batch", TERN_TRACE_INT ("n", messages->len));
  g_ptr_array_sort (messages, compare_received);
  self->received += messages->len;
  self->has_news = TRUE;
  tern_sink_messages (self->sink, messages);
}

static void
give_removed (Sync *self)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->page->messages->len; i++)
    {
      const TernGraphMessage *one = self->page->messages->pdata[i];

      if (one->is_removed)
        g_ptr_array_add (ids, tern_graph_make_remote_id (one->id));
    }
  if (ids->len == 0)
    return;
  self->has_news = TRUE;
  tern_sink_removed (self->sink, (const char *const *) ids->pdata, ids->len);
}

static void
tell_progress (Sync *self)
{
  guint done = self->known + self->received;
  gint total = GPOINTER_TO_INT (g_hash_table_lookup (self->channel->totals, self->folder));

  tern_sink_progress (self->sink, done, MAX (done, (guint) MAX (total, 0)));
}

/* What was asked for because a list of changes did not tell it. One that is gone meanwhile will be
 * told as removed. */
static void
completed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Sync *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) messages =
      tern_graph_get_messages_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (messages == NULL)
    {
      fail (task, error);
      return;
    }
  give_messages (self, messages);
  page_done (task);
}

static void
take_page (GTask *task)
{
  Sync *self = g_task_get_task_data (task);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  give_messages (self, self->page->messages);
  give_removed (self);
  for (guint i = 0; i < self->page->messages->len; i++)
    {
      const TernGraphMessage *one = self->page->messages->pdata[i];

      if (!one->is_removed && !one->is_complete)
        g_ptr_array_add (ids, g_strdup (one->id));
    }
  if (ids->len > 0)
    tern_graph_get_messages_async (self->channel->session, ids, self->urgency,
                                   g_task_get_cancellable (task), completed_cb, task);
  else
    page_done (task);
}

/* --- The structure of large letters --- */

static void
finish (GTask *task)
{
  Sync *self = g_task_get_task_data (task);

  tern_trace ("fetch.done", TERN_TRACE_INT ("n", self->received), TERN_TRACE_INT ("bytes", 0),
              TERN_TRACE_INT ("flights", self->pages));
  tern_graph_watch_synced (self->channel, self->folder, self->has_news);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/* A letter without a structure is opened as a whole: that it is missing is no failure. */
static void
attachments_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Sync *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lists =
      tern_graph_attachments_finish (TERN_GRAPH_SESSION (object), result, &error);
  g_autoptr (GPtrArray) messages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_message_unref);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      fail (task, g_steal_pointer (&error));
      return;
    }
  for (guint i = 0; lists != NULL && i < lists->len; i++)
    {
      TernMessage *message = self->large->pdata[i];

      if (lists->pdata[i] == NULL)
        continue;
      message->structure = tern_graph_convert_structure (lists->pdata[i]);
      g_ptr_array_add (messages, tern_message_ref (message));
    }
  if (messages->len > 0)
    tern_sink_messages (self->sink, messages);
  finish (task);
}

static void
ask_attachments (GTask *task)
{
  Sync *self = g_task_get_task_data (task);

  if (self->large->len == 0)
    finish (task);
  else
    tern_graph_attachments_async (self->channel->session, self->large_ids,
                                  TERN_GRAPH_URGENCY_BACKGROUND, g_task_get_cancellable (task),
                                  attachments_cb, task);
}

/* --- Pages --- */

/* A server whose links lead round in a circle, or on for ever, is left. */
static gboolean
follow (Sync *self, const char *link)
{
  char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA1, link, -1);

  g_free (self->link);
  self->link = g_strdup (link);
  return g_hash_table_add (self->links, digest) && ++self->pages < TERN_GRAPH_MAX_PAGES;
}

static void
page_done (GTask *task)
{
  Sync *self = g_task_get_task_data (task);
  g_autoptr (TernGraphPage) page = g_steal_pointer (&self->page);
  g_autofree char *state = NULL;

  tell_progress (self);
  if (page->next == NULL && page->delta == NULL)
    {
      fail (task, g_error_new_literal (TERN_ERROR, TERN_ERROR_PROTOCOL, "the page leads nowhere"));
      return;
    }
  state = page->next != NULL ? g_strconcat ("1 next ", page->next, NULL)
                             : g_strconcat ("1 delta ", page->delta, NULL);
  tern_sink_checkpoint (self->sink, state);
  if (page->next == NULL)
    ask_attachments (task);
  else if (follow (self, page->next))
    ask (task);
  else
    fail (task, g_error_new_literal (TERN_ERROR, TERN_ERROR_PROTOCOL, "the pages have no end"));
}

static void
start_over (GTask *task)
{
  Sync *self = g_task_get_task_data (task);

  self->is_reset = TRUE;
  self->known = 0;
  self->received = 0;
  self->pages = 0;
  self->has_news = TRUE;
  g_clear_pointer (&self->link, g_free);
  g_hash_table_remove_all (self->links);
  g_ptr_array_set_size (self->large, 0);
  g_ptr_array_set_size (self->large_ids, 0);
  tern_sink_reset (self->sink);
  ask (task);
}

static void
page_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Sync *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->page = tern_graph_delta_finish (TERN_GRAPH_SESSION (object), result, &error);
  if (self->page != NULL)
    take_page (task);
  else if (self->link != NULL && !self->is_reset &&
           g_error_matches (error, TERN_ERROR, TERN_ERROR_GONE) &&
           g_strcmp0 (tern_error_get_detail (error), TERN_GRAPH_RESYNC) == 0)
    {
      g_error_free (error);
      start_over (task);
    }
  else
    fail (task, error);
}

static void
ask (GTask *task)
{
  Sync *self = g_task_get_task_data (task);

  tern_graph_delta_async (self->channel->session, self->id, self->link,
                          page_sizes[MIN (self->pages, G_N_ELEMENTS (page_sizes) - 1)],
                          self->urgency, g_task_get_cancellable (task), page_cb, task);
}

/* The newest messages, where the last sync was cut off far below them. */
static void
newest_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Sync *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (TernGraphPage) page =
      tern_graph_list_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (page == NULL)
    {
      fail (task, error);
      return;
    }
  give_messages (self, page->messages);
  self->received = 0; /* most of them are known */
  ask (task);
}

/**
 * tern_graph_sync_async:
 * @channel: a channel
 * @folder: the folder's remote id
 * @state: (nullable): the last checkpoint
 * @sink: takes what is learnt
 * @urgency: whether somebody waits for it
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Brings a folder up to date. The task returns a boolean.
 */
void
tern_graph_sync_async (TernGraphChannel *channel,
                       const char *folder,
                       const char *state,
                       TernSink *sink,
                       TernUrgency urgency,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (channel, cancellable, callback, user_data);
  const char *id = tern_graph_parse_remote_id (folder);
  Sync *self;

  g_task_set_source_tag (task, tern_graph_sync_async);
  if (id == NULL)
    {
      fail (task, g_error_new_literal (TERN_ERROR, TERN_ERROR_GONE,
                                       "that is a folder of another channel"));
      return;
    }
  self = g_new0 (Sync, 1);
  self->channel = g_object_ref (channel);
  self->folder = g_strdup (folder);
  self->id = g_strdup (id);
  self->sink = g_object_ref (sink);
  self->urgency = tern_graph_convert_urgency (urgency);
  self->links = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->large = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_message_unref);
  self->large_ids = g_ptr_array_new_with_free_func (g_free);
  self->known = tern_sink_count_known (sink);
  g_task_set_task_data (task, self, sync_free);
  if (state != NULL && g_str_has_prefix (state, "1 delta "))
    self->link = g_strdup (state + strlen ("1 delta "));
  else if (state != NULL && g_str_has_prefix (state, "1 next "))
    self->link = g_strdup (state + strlen ("1 next "));
  if (self->link == NULL && (state != NULL || self->known > 0))
    start_over (task); /* cached by another channel, or never to its end */
  else if (state != NULL && g_str_has_prefix (state, "1 next "))
    tern_graph_list_async (channel->session, self->id, page_sizes[0], self->urgency, cancellable,
                           newest_cb, task);
  else
    ask (task);
}
