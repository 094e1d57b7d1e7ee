/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-inspector-timeline.h"

/* The lines shown; beyond them the oldest go, many at a time. */
#define MAX_ITEMS 5000
#define DROP_ITEMS 500

struct _TernInspectorTimeline
{
  GObject parent_instance;

  TernEngine *engine;
  GListStore *items;   /* TernInspectorItem */
  GHashTable *running; /* key → TernInspectorItem: began, and not over */
  gint64 account_id;
  guint64 position; /* in the engine's log */
  gint64 origin;    /* the first event's time */
  guint64 sent;
  guint64 received;
};

enum
{
  SIGNAL_TRAFFIC,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TernInspectorTimeline, tern_inspector_timeline, G_TYPE_OBJECT)

static void
tern_inspector_timeline_dispose (GObject *object)
{
  TernInspectorTimeline *self = TERN_INSPECTOR_TIMELINE (object);

  g_clear_object (&self->engine);
  g_clear_object (&self->items);
  g_clear_pointer (&self->running, g_hash_table_unref);
  G_OBJECT_CLASS (tern_inspector_timeline_parent_class)->dispose (object);
}

static void
tern_inspector_timeline_class_init (TernInspectorTimelineClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tern_inspector_timeline_dispose;

  signals[SIGNAL_TRAFFIC] =
      g_signal_new ("traffic", TERN_TYPE_INSPECTOR_TIMELINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 3, G_TYPE_INT64, G_TYPE_UINT64, G_TYPE_UINT64);
}

static void
tern_inspector_timeline_init (TernInspectorTimeline *self)
{
  self->items = g_list_store_new (TERN_TYPE_INSPECTOR_ITEM);
  self->running = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
}

/**
 * tern_inspector_timeline_new:
 *
 * Returns: (transfer full): a timeline of no account
 */
TernInspectorTimeline *
tern_inspector_timeline_new (void)
{
  return g_object_new (TERN_TYPE_INSPECTOR_TIMELINE, NULL);
}

/**
 * tern_inspector_timeline_get_items:
 * @self: the timeline
 *
 * Returns: (transfer none) (element-type TernInspectorItem): its lines
 */
GListModel *
tern_inspector_timeline_get_items (TernInspectorTimeline *self)
{
  return G_LIST_MODEL (self->items);
}

/**
 * tern_inspector_timeline_clear:
 * @self: the timeline
 *
 * Forgets what is shown; what comes from now on is shown.
 */
void
tern_inspector_timeline_clear (TernInspectorTimeline *self)
{
  g_list_store_remove_all (self->items);
  g_hash_table_remove_all (self->running);
  self->sent = self->received = 0;
}

/**
 * tern_inspector_timeline_open:
 * @self: the timeline
 * @engine: the engine
 * @account_id: an account
 *
 * Shows what is known of that account from now on.
 */
void
tern_inspector_timeline_open (TernInspectorTimeline *self, TernEngine *engine, gint64 account_id)
{
  tern_inspector_timeline_clear (self);
  g_set_object (&self->engine, engine);
  self->account_id = account_id;
  self->position = 0;
  self->origin = 0;
  tern_inspector_timeline_update (self);
}

/* Connections, kinds and numbers are small. */
static gint64
key_of (const TernEvent *event)
{
  return (gint64) (((guint64) event->connection << 36) | ((guint64) event->kind << 32) |
                   event->number);
}

/* Nothing that waits on a connection that has ended will be answered. */
static void
end_connection (TernInspectorTimeline *self, const TernEvent *closed)
{
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, self->running);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    {
      const TernEvent *event = tern_inspector_item_get_event (item);
      g_autoptr (TernEvent) end = NULL;

      if (event->connection != closed->connection || event->kind == TERN_EVENT_RACE)
        continue;
      end = tern_event_new (&(TernEvent){
          .time = closed->time,
          .kind = event->kind,
          .state = TERN_EVENT_DROPPED,
          .duration = closed->time - event->time,
      });
      tern_inspector_item_end (item, end);
      g_hash_table_iter_remove (&iter);
    }
}

/* Returns a new line, or NULL where the event ends another one or has no line. */
static TernInspectorItem *
take_event (TernInspectorTimeline *self, TernEvent *event)
{
  gint64 key = key_of (event);
  TernInspectorItem *item;

  if (self->origin == 0)
    self->origin = event->time;
  self->sent += event->sent;
  self->received += event->received;
  if (event->sent + event->received > 0)
    g_signal_emit (self, signals[SIGNAL_TRAFFIC], 0, event->time, event->sent, event->received);
  if (event->kind == TERN_EVENT_TRAFFIC)
    return NULL;
  if (event->kind == TERN_EVENT_CONNECTION && *event->text == '\0')
    end_connection (self, event);

  item = event->number > 0 ? g_hash_table_lookup (self->running, &key) : NULL;
  if (item != NULL && event->state != TERN_EVENT_BEGUN)
    {
      tern_inspector_item_end (item, event);
      g_hash_table_remove (self->running, &key);
      return NULL;
    }
  if (item != NULL && event->kind == TERN_EVENT_RACE)
    return NULL; /* told twice where a proxy is asked */
  item = tern_inspector_item_new (event, self->origin);
  if (event->number > 0 && event->state == TERN_EVENT_BEGUN)
    g_hash_table_replace (self->running, g_memdup2 (&key, sizeof key), g_object_ref (item));
  return item;
}

/**
 * tern_inspector_timeline_update:
 * @self: the timeline
 *
 * Reads what happened since the last time.
 *
 * Returns: whether lines were added
 */
gboolean
tern_inspector_timeline_update (TernInspectorTimeline *self)
{
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_object_unref);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->items));

  if (self->engine == NULL)
    return FALSE;
  events = tern_engine_read_events (self->engine, self->account_id, &self->position);
  for (guint i = 0; i < events->len; i++)
    {
      TernInspectorItem *item = take_event (self, g_ptr_array_index (events, i));

      if (item != NULL)
        g_ptr_array_add (added, item);
    }
  if (added->len == 0)
    return FALSE;
  g_list_store_splice (self->items, n, 0, added->pdata, added->len);
  n += added->len;
  if (n > MAX_ITEMS)
    g_list_store_splice (self->items, 0, n - MAX_ITEMS + DROP_ITEMS, NULL, 0);
  return TRUE;
}

/**
 * tern_inspector_timeline_dup_report:
 * @self: the timeline
 *
 * Returns: (transfer full): the timeline as plain text for a bug report: the program, what it sent
 *   and received, and a line for each event; no name of the account
 */
char *
tern_inspector_timeline_dup_report (TernInspectorTimeline *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = g_date_time_format_iso8601 (now);
  GString *report = g_string_new (NULL);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->items));

  g_string_append_printf (report,
                          "Tern " TERN_VERSION ", GLib %u.%u.%u\n%s\n%" G_GUINT64_FORMAT
                          " bytes sent, %" G_GUINT64_FORMAT " bytes received\n\n",
                          glib_major_version, glib_minor_version, glib_micro_version, date,
                          self->sent, self->received);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (TernInspectorItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);
      g_autofree char *line = tern_inspector_item_dup_line (item);

      g_string_append (report, line);
      g_string_append_c (report, '\n');
    }
  return g_string_free (report, FALSE);
}
