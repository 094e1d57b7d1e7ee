/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-sync-private.h"

#include "tern-error.h"

/* Where a server keeps no counter of changes, flags have to be read to be compared: the newest at
 * every run, in the flight of the SELECT, all of them now and then, in windows. */

/* Messages of a window. Between two of them whoever waits for the connection has it. */
#define NEWEST 500
#define WINDOW 2000
/* Windows on their way at a time. */
#define AHEAD 2
/* All flags are compared again after so long (s). */
#define INTERVAL (15 * 60)

static gboolean
scan_fetch (const TernImapFetch *fetch, gpointer user_data)
{
  TernImapSync *self = user_data;

  if (!tern_imap_sync_is_same_mailbox (self))
    return TRUE;
  tern_imap_sync_take_flags (self, fetch);
  if (self->present != NULL && fetch->uid != 0 && self->n_present < TERN_IMAP_MAX_NODES)
    {
      self->n_present++;
      tern_imap_ranges_add (self->present, fetch->uid, fetch->uid);
    }
  return TRUE;
}

/* Asks for the flags of the newest that are known: those on the screen. */
void
tern_imap_sync_send_newest_flags (TernImapSync *self)
{
  static const TernImapFetchHandler handler = { .fetch = scan_fetch };
  guint32 last = self->state.uidnext - 1;
  guint32 first = MAX (self->state.lowest, last > NEWEST ? last - NEWEST + 1 : 1);
  gint64 age = g_get_real_time () / G_USEC_PER_SEC - self->state.scanned;
  char set[32];

  self->wants_scan = age < 0 || age >= INTERVAL;
  self->checks++;
  g_snprintf (set, sizeof set, "%u:%u", first, last);
  tern_imap_fetch_async (self->lease->session, TRUE, set, "UID FLAGS", NULL, &handler, self,
                         g_task_get_cancellable (self->task), tern_imap_sync_checked_cb,
                         tern_imap_sync_ref (self));
}

static void go_on (TernImapSync *self);

/* All flags are in; what was not seen is not there any more. */
static void
end_scan (TernImapSync *self)
{
  g_autoptr (TernImapRanges) present = g_steal_pointer (&self->present);
  guint32 there = tern_imap_sync_count_there (self);

  self->state.scanned = g_get_real_time () / G_USEC_PER_SEC;
  if (tern_imap_ranges_count (present) != there)
    {
      tern_imap_sync_compare (self); /* numbers shifted under it */
      return;
    }
  tern_imap_sync_align (self, present);
}

static void
scan_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapSync) self = user_data;
  GError *error = NULL;

  self->checks--;
  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    {
      tern_imap_sync_fail (self, error);
      return;
    }
  if (self->task == NULL)
    return;
  tern_imap_sync_flush (self);
  go_on (self);
}

static void
send_window (TernImapSync *self)
{
  static const TernImapFetchHandler handler = { .fetch = scan_fetch };
  guint32 last = self->scan_low - 1;
  guint32 first = last > WINDOW ? last - WINDOW + 1 : 1;
  char set[32];

  self->scan_low = first;
  self->checks++;
  g_snprintf (set, sizeof set, "%u:%u", first, last);
  tern_imap_fetch_async (self->lease->session, FALSE, set, "UID FLAGS", NULL, &handler, self,
                         g_task_get_cancellable (self->task), scan_cb, tern_imap_sync_ref (self));
}

static void
go_on (TernImapSync *self)
{
  guint ahead = tern_imap_lease_is_alone (self->lease) ? 1 : AHEAD;

  while (self->checks < ahead && self->scan_low > 1 && !tern_imap_lease_is_wanted (self->lease))
    send_window (self);
  if (self->checks > 0)
    return;
  if (self->scan_low > 1)
    tern_imap_sync_yield (self);
  else
    end_scan (self);
}

/* Compares all flags, newest first, and finds in the same pass what is gone. Where it gave way to
 * somebody it goes on: what was removed meanwhile moves the rest to lower numbers, never to those
 * that it has passed. */
void
tern_imap_sync_start_scan (TernImapSync *self)
{
  guint32 top = tern_imap_sync_count_there (self) + 1;

  self->scan_low = self->present != NULL ? MIN (self->scan_low, top) : top;
  if (self->present == NULL)
    {
      self->present = tern_imap_ranges_new ();
      self->n_present = 0;
    }
  if (self->scan_low > 1) /* whoever waits: without one window at least it would never end */
    send_window (self);
  go_on (self);
}
