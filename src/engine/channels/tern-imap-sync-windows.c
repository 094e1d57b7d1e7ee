/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-sync-private.h"

#include "tern-error.h"

/* Windows that are asked for at a time: the server never runs out of work. */
#define WINDOWS_AHEAD 3
/* Where the account has one connection, a click waits for no more than one of these. */
#define SMALL_WINDOW 200
/* So many further messages' headers, some hundred kilobytes, are worth being compressed. */
#define BULK 1000

typedef struct
{
  TernImapSync *sync;
  guint32 first; /* sequence numbers */
  guint32 last;
  guint32 lowest; /* the lowest UID seen */
  gboolean is_done;
} Window;

static void
window_free (Window *self)
{
  tern_imap_sync_unref (self->sync);
  g_free (self);
}

/* Whether the windows take what is new in a folder that is known: that moves no mark before all of
 * it is there. */
static gboolean
takes_new (TernImapSync *self)
{
  return self->has_state && self->phase == TERN_IMAP_SYNC_NEW;
}

/* Servers may answer two FETCH commands at once, so a response is claimed by its number. */
static gboolean
window_fetch (const TernImapFetch *fetch, gpointer user_data)
{
  Window *self = user_data;

  if (fetch->seq < self->first || fetch->seq > self->last)
    return FALSE;
  if (self->sync->task == NULL)
    return TRUE;
  if (fetch->uid != 0 && (fetch->items & TERN_IMAP_HAS_ENVELOPE) != 0 &&
      (self->lowest == 0 || fetch->uid < self->lowest))
    self->lowest = fetch->uid;
  if (!tern_imap_sync_take (self->sync, fetch))
    return FALSE;
  self->sync->n_new += takes_new (self->sync) ? 1 : 0;
  return TRUE;
}

/* Moves the mark of what is known without a gap over the windows that are done. */
static gboolean
advance (TernImapSync *self)
{
  gboolean has_advanced = FALSE;
  Window *window;

  while ((window = g_queue_peek_head (&self->windows)) != NULL && window->is_done)
    {
      if (window->lowest != 0 && !takes_new (self))
        {
          self->state.lowest = window->lowest;
          self->state.count = self->exists - MIN (self->exists, window->first - 1);
          has_advanced = TRUE;
        }
      window_free (g_queue_pop_head (&self->windows));
    }
  return has_advanced;
}

static void
clear_windows (TernImapSync *self)
{
  for (GList *l = self->windows.head, *next; l != NULL; l = next)
    {
      Window *window = l->data;

      next = l->next;
      if (!window->is_done)
        continue;
      g_queue_delete_link (&self->windows, l);
      window_free (window);
    }
}

static void send_windows (TernImapSync *self);

static void
window_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Window *window = user_data;
  g_autoptr (TernImapSync) self = tern_imap_sync_ref (window->sync);
  GError *error = NULL;
  gboolean good = tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error);

  window->is_done = TRUE;
  /* NO says that some of the messages cannot be had; the others came. */
  if (self->task == NULL || (!good && !g_error_matches (error, TERN_ERROR, TERN_ERROR_REFUSED)))
    {
      clear_windows (self);
      tern_imap_sync_fail (self, good ? NULL : error);
      return;
    }
  if (!good)
    g_message ("The server keeps messages back: %s", error->message);
  g_clear_error (&error);

  if (advance (self) && self->state.uidnext > 0 && !g_queue_is_empty (&self->windows))
    tern_imap_sync_checkpoint (self);
  else
    tern_imap_sync_flush (self);
  send_windows (self);
  tern_imap_sync_end_windows (self);
}

static void
send_windows (TernImapSync *self)
{
  static const guint sizes[] = { 50, 200, 800, 2000 };
  static const TernImapFetchHandler handler = { .fetch = window_fetch };

  gboolean is_alone = tern_imap_lease_is_alone (self->lease);
  guint ahead = is_alone ? 1 : WINDOWS_AHEAD;

  while (self->windows.length < ahead && self->low > self->floor &&
         !tern_imap_lease_is_wanted (self->lease))
    {
      guint largest = is_alone ? SMALL_WINDOW : G_MAXUINT;
      guint size = MIN (sizes[MIN (self->next_size, G_N_ELEMENTS (sizes) - 1)], largest);
      Window *window = g_new0 (Window, 1);
      gboolean is_screen =
          self->next_size == 0 && tern_imap_session_has (self->lease->session, "PREVIEW");
      char set[32];

      window->sync = tern_imap_sync_ref (self);
      window->last = self->low - 1;
      window->first = window->last - self->floor >= size ? window->last - size + 1 : self->floor;
      self->low = window->first;
      self->next_size++;
      g_queue_push_tail (&self->windows, window);
      g_snprintf (set, sizeof set, "%u:%u", window->first, window->last);
      tern_imap_fetch_async (self->lease->session, FALSE, set,
                             is_screen ? TERN_IMAP_SYNC_ITEMS_AND_PREVIEW : TERN_IMAP_SYNC_ITEMS,
                             NULL, &handler, window, g_task_get_cancellable (self->task), window_cb,
                             window);
    }
}

/* Goes on when the last window and everything beside it has been answered. */
void
tern_imap_sync_end_windows (TernImapSync *self)
{
  if (self->task == NULL || !self->has_windows || self->checks > 0 ||
      !g_queue_is_empty (&self->windows))
    return;
  if (self->low > self->floor)
    {
      tern_imap_sync_yield (self);
      return;
    }
  self->has_windows = FALSE;
  if (takes_new (self))
    {
      tern_imap_sync_next (self);
      return;
    }
  self->state.lowest = 1;
  self->state.uidnext = MAX (self->state.uidnext, self->highest + 1);
  if (!self->has_state)
    {
      tern_imap_sync_flush (self);
      /* What a change of ours put here before the folder was known may be gone again. */
      if (tern_sink_count_known (self->sink) > tern_imap_sync_count_there (self))
        tern_imap_sync_compare (self);
      else
        tern_imap_sync_repair (self);
      return;
    }
  self->has_resumed = TRUE; /* what was known before may have gone meanwhile */
  tern_imap_sync_next (self);
}

/* Asks for the messages from @floor on and below @below, by sequence numbers, newest first, in
 * growing windows. Sequence numbers do not shift while a FETCH runs (RFC 9051 section 7.5.1); where
 * one is expunged all the same, the windows overlap. */
void
tern_imap_sync_start_windows (TernImapSync *self, guint32 below, guint32 floor)
{
  self->low = below;
  self->floor = floor;
  self->has_windows = TRUE;
  send_windows (self);
  if (self->low > self->floor && self->low - self->floor >= BULK)
    tern_imap_lease_begin_bulk (self->lease);
  tern_imap_sync_end_windows (self);
}

/* Asks for all messages. */
void
tern_imap_sync_start_cold (TernImapSync *self)
{
  self->state.count = self->exists;
  tern_imap_sync_start_windows (self, self->exists + 1, 1);
}

static gboolean
repair_fetch (const TernImapFetch *fetch, gpointer user_data)
{
  TernImapSync *self = user_data;

  if (self->task != NULL && fetch->uid != 0 && !fetch->response->damaged &&
      (fetch->items & TERN_IMAP_HAS_ENVELOPE) != 0)
    return tern_imap_sync_take (self, fetch);
  return FALSE;
}

static void
repair_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapSync) self = user_data;
  GError *error = NULL;

  self->repairs--;
  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error) &&
      error->domain != TERN_ERROR)
    {
      tern_imap_sync_fail (self, error);
      return;
    }
  if (error != NULL)
    g_message ("A message is left out: %s", error->message);
  g_clear_error (&error);
  if (self->repairs == 0 && self->task != NULL)
    tern_imap_sync_finish (self);
}

/* Asks once more for what could not be understood: alone, and without the item that servers get
 * wrong. What fails again is left out. */
void
tern_imap_sync_repair (TernImapSync *self)
{
  static const TernImapFetchHandler handler = { .fetch = repair_fetch };
  g_autoptr (GArray) broken = g_steal_pointer (&self->broken);

  self->broken = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint i = 0; i < broken->len; i++)
    {
      char uid[16];

      self->repairs++;
      g_snprintf (uid, sizeof uid, "%u", g_array_index (broken, guint32, i));
      tern_imap_fetch_async (self->lease->session, TRUE, uid, TERN_IMAP_SYNC_FEW_ITEMS, NULL,
                             &handler, self, g_task_get_cancellable (self->task), repair_cb,
                             tern_imap_sync_ref (self));
    }
  if (self->repairs == 0)
    tern_imap_sync_finish (self);
}
