/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-inspector-item.h"

#include <glib/gi18n.h>

struct _TernInspectorItem
{
  GObject parent_instance;

  TernEvent *event;
  TernEvent *end; /* NULL while it goes on, and where it stands alone */
  gint64 origin;  /* from when the time is counted */
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TernInspectorItem, tern_inspector_item, G_TYPE_OBJECT)

static void
tern_inspector_item_finalize (GObject *object)
{
  TernInspectorItem *self = TERN_INSPECTOR_ITEM (object);

  tern_event_unref (self->event);
  g_clear_pointer (&self->end, tern_event_unref);
  G_OBJECT_CLASS (tern_inspector_item_parent_class)->finalize (object);
}

static void
tern_inspector_item_class_init (TernInspectorItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_inspector_item_finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", TERN_TYPE_INSPECTOR_ITEM, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tern_inspector_item_init (TernInspectorItem *self)
{
}

/**
 * tern_inspector_item_new:
 * @event: what happened or began
 * @origin: from when the time is counted, monotonic µs
 *
 * Returns: (transfer full): a new line
 */
TernInspectorItem *
tern_inspector_item_new (TernEvent *event, gint64 origin)
{
  TernInspectorItem *self = g_object_new (TERN_TYPE_INSPECTOR_ITEM, NULL);

  self->event = tern_event_ref (event);
  self->origin = origin;
  return self;
}

/**
 * tern_inspector_item_end:
 * @self: a line
 * @end: how it ended
 *
 * Completes the line.
 */
void
tern_inspector_item_end (TernInspectorItem *self, TernEvent *end)
{
  TernEvent *old = self->end;

  self->end = tern_event_ref (end);
  g_clear_pointer (&old, tern_event_unref);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * tern_inspector_item_get_event:
 * @self: a line
 *
 * Returns: (transfer none): what happened or began
 */
TernEvent *
tern_inspector_item_get_event (TernInspectorItem *self)
{
  return self->event;
}

/* Whatever was told last. */
static const TernEvent *
last (TernInspectorItem *self)
{
  return self->end != NULL ? self->end : self->event;
}

/**
 * tern_inspector_item_has_ended:
 * @self: a line
 *
 * Returns: whether nothing more is to come
 */
gboolean
tern_inspector_item_has_ended (TernInspectorItem *self)
{
  return last (self)->state != TERN_EVENT_BEGUN;
}

/**
 * tern_inspector_item_has_failed:
 * @self: a line
 *
 * Returns: whether it did not end well
 */
gboolean
tern_inspector_item_has_failed (TernInspectorItem *self)
{
  return last (self)->state == TERN_EVENT_FAILED;
}

/**
 * tern_inspector_item_get_icon:
 * @self: a line
 *
 * Returns: (transfer none): the name of the symbolic icon of its kind
 */
const char *
tern_inspector_item_get_icon (TernInspectorItem *self)
{
  switch (self->event->kind)
    {
    case TERN_EVENT_RACE:
      return "emoji-flags-symbolic";
    case TERN_EVENT_CHANNEL:
      return "emblem-ok-symbolic";
    case TERN_EVENT_CONNECTION:
      return "network-wired-symbolic";
    case TERN_EVENT_FLIGHT:
      return "network-transmit-symbolic";
    case TERN_EVENT_IDLE:
      return "weather-clear-night-symbolic";
    case TERN_EVENT_SERVER:
      return "network-server-symbolic";
    case TERN_EVENT_WAIT:
      return "alarm-symbolic";
    case TERN_EVENT_COMMAND:
    case TERN_EVENT_TRAFFIC:
    default:
      return "utilities-terminal-symbolic";
    }
}

/**
 * tern_inspector_item_get_kind:
 * @self: a line
 *
 * Returns: (transfer none): its kind in a word
 */
const char *
tern_inspector_item_get_kind (TernInspectorItem *self)
{
  switch (self->event->kind)
    {
    case TERN_EVENT_RACE:
      /* Translators: one of several servers or addresses that are tried at once. */
      return _ ("Race");
    case TERN_EVENT_CHANNEL:
      /* Translators: the protocol by which the mail comes. */
      return _ ("Channel");
    case TERN_EVENT_CONNECTION:
      return _ ("Connection");
    case TERN_EVENT_FLIGHT:
      /* Translators: bytes sent that could not be sent before an answer had come: a round trip. */
      return _ ("Flight");
    case TERN_EVENT_IDLE:
      return _ ("Idle");
    case TERN_EVENT_SERVER:
      return _ ("Server");
    case TERN_EVENT_WAIT:
      return _ ("Wait");
    case TERN_EVENT_COMMAND:
    case TERN_EVENT_TRAFFIC:
    default:
      return _ ("Command");
    }
}

/**
 * tern_inspector_item_dup_time:
 * @self: a line
 *
 * Returns: (transfer full): seconds since the timeline begins
 */
char *
tern_inspector_item_dup_time (TernInspectorItem *self)
{
  return g_strdup_printf ("%.3f", (double) (self->event->time - self->origin) / G_USEC_PER_SEC);
}

/**
 * tern_inspector_item_dup_text:
 * @self: a line
 *
 * Returns: (transfer full): what it is about
 */
char *
tern_inspector_item_dup_text (TernInspectorItem *self)
{
  const TernEvent *event = self->event;

  if (event->kind == TERN_EVENT_FLIGHT)
    return g_strdup_printf (_ ("Flight %u"), event->number);
  if (event->kind == TERN_EVENT_WAIT)
    return g_strdup (_ ("The server is left alone"));
  if (event->kind == TERN_EVENT_CONNECTION && *event->text == '\0')
    return g_strdup (_ ("The connection has ended"));
  /* Whoever is tried has an address once its name is resolved. */
  return g_strdup (*last (self)->text != '\0' ? last (self)->text : event->text);
}

/**
 * tern_inspector_item_dup_result:
 * @self: a line
 *
 * Returns: (transfer full): how it ended; "" where there is nothing to say
 */
char *
tern_inspector_item_dup_result (TernInspectorItem *self)
{
  const TernEvent *event = last (self);

  if (event->result != NULL)
    return g_strdup (event->result);
  if (event->state == TERN_EVENT_BEGUN)
    /* Translators: in a timeline, of something that is not over. */
    return g_strdup (_ ("under way"));
  if (event->state == TERN_EVENT_DROPPED)
    return g_strdup (event->kind == TERN_EVENT_RACE ? _ ("another was quicker") : _ ("no answer"));
  if (event->kind == TERN_EVENT_RACE)
    return g_strdup (_ ("ready"));
  if (event->kind == TERN_EVENT_CONNECTION)
    return g_strdup (_ ("signed in"));
  if (event->kind == TERN_EVENT_CHANNEL)
    return g_strdup (_ ("in use"));
  return g_strdup ("");
}

/**
 * tern_inspector_item_dup_size:
 * @self: a line
 *
 * Returns: (transfer full): how many bytes were sent or came; "" where that means nothing
 */
char *
tern_inspector_item_dup_size (TernInspectorItem *self)
{
  guint64 size = last (self)->size;

  return size > 0 ? g_format_size (size) : g_strdup ("");
}

/**
 * tern_inspector_item_dup_duration:
 * @self: a line
 *
 * Returns: (transfer full): how long it took; "" where that means nothing
 */
char *
tern_inspector_item_dup_duration (TernInspectorItem *self)
{
  double ms = (double) last (self)->duration / 1000;

  if (ms <= 0)
    return g_strdup ("");
  if (ms < 1000)
    /* Translators: milliseconds. */
    return g_strdup_printf (_ ("%.0f ms"), ms);
  if (ms < 120000)
    /* Translators: seconds. */
    return g_strdup_printf (_ ("%.1f s"), ms / 1000);
  /* Translators: minutes. */
  return g_strdup_printf (_ ("%.0f min"), ms / 60000);
}

/**
 * tern_inspector_item_dup_line:
 * @self: a line
 *
 * Returns: (transfer full): all of it in one line of plain text, to be read out or kept in a file
 */
char *
tern_inspector_item_dup_line (TernInspectorItem *self)
{
  GString *line = g_string_new (NULL);
  g_autofree char *time = tern_inspector_item_dup_time (self);
  g_autofree char *text = tern_inspector_item_dup_text (self);
  g_autofree char *result = tern_inspector_item_dup_result (self);
  g_autofree char *size = tern_inspector_item_dup_size (self);
  g_autofree char *duration = tern_inspector_item_dup_duration (self);
  const char *const parts[] = { result, size, duration };

  g_string_append_printf (line, "%s ", time);
  if (self->event->connection > 0)
    g_string_append_printf (line, "[%u] ", self->event->connection);
  if (self->event->kind != TERN_EVENT_FLIGHT) /* which its text names */
    g_string_append_printf (line, "%s: ", tern_inspector_item_get_kind (self));
  g_string_append (line, text);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (*parts[i] != '\0')
      g_string_append_printf (line, " · %s", parts[i]);
  return g_string_free (line, FALSE);
}
