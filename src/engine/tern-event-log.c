/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-event-log.h"

/* A ring that grows to its size once: a quiet account costs next to nothing. */
struct _TernEventLog
{
  GPtrArray *events; /* TernEvent; the oldest stands at @first once the ring is full */
  guint first;
  guint64 added; /* ever */
};

/**
 * tern_event_log_new:
 *
 * Returns: (transfer full): an empty log
 */
TernEventLog *
tern_event_log_new (void)
{
  TernEventLog *self = g_new0 (TernEventLog, 1);

  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_event_unref);
  return self;
}

/**
 * tern_event_log_free:
 * @self: (transfer full): a log
 *
 * Frees it with its events.
 */
void
tern_event_log_free (TernEventLog *self)
{
  g_ptr_array_unref (self->events);
  g_free (self);
}

/**
 * tern_event_log_add:
 * @self: a log
 * @event: what happened
 *
 * Adds an event; of more than %TERN_EVENT_LOG_SIZE the oldest goes.
 */
void
tern_event_log_add (TernEventLog *self, TernEvent *event)
{
  self->added++;
  if (self->events->len < TERN_EVENT_LOG_SIZE)
    {
      g_ptr_array_add (self->events, tern_event_ref (event));
      return;
    }
  tern_event_unref (self->events->pdata[self->first]);
  self->events->pdata[self->first] = tern_event_ref (event);
  self->first = (self->first + 1) % TERN_EVENT_LOG_SIZE;
}

/**
 * tern_event_log_read:
 * @self: a log
 * @position: (inout): 0 at first; what the last call left for all that came since
 *
 * Reads the events behind a position, the oldest first. What has gone from the log meanwhile is
 * left out.
 *
 * Returns: (transfer full) (element-type TernEvent): the events
 */
GPtrArray *
tern_event_log_read (const TernEventLog *self, guint64 *position)
{
  guint n = (guint) MIN (self->added - MIN (*position, self->added), self->events->len);
  GPtrArray *events = g_ptr_array_new_full (n, (GDestroyNotify) tern_event_unref);

  for (guint i = self->events->len - n; i < self->events->len; i++)
    g_ptr_array_add (events,
                     tern_event_ref (self->events->pdata[(self->first + i) % self->events->len]));
  *position = self->added;
  return events;
}
