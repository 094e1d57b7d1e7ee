/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-sync-private.h"

#include "tern-error.h"

/* New messages, counted by UIDs, that are asked for in the flight of the SELECT. */
#define FIRST_NEW 100

/* Whether the mailbox is the one of the checkpoint: the commands are sent before that is known. */
gboolean
tern_imap_sync_is_same_mailbox (TernImapSync *self)
{
  const TernImapSelected *selected;

  if (self->task == NULL || self->lease == NULL || !self->is_open || !self->has_state)
    return FALSE;
  selected = tern_imap_session_get_selected (self->lease->session);
  return selected->uidvalidity == self->state.uidvalidity;
}

/* How many of the messages that were there at the SELECT are there still. What came since has a
 * UID that nobody asked for; the next run does. */
guint32
tern_imap_sync_count_there (TernImapSync *self)
{
  const TernImapSelected *selected = tern_imap_session_get_selected (self->lease->session);

  return self->exists - MIN (self->exists, selected->expunged - self->expunged);
}

static guint32
last_of_first_new (TernImapSync *self)
{
  return self->state.uidnext <= G_MAXUINT32 - FIRST_NEW ? self->state.uidnext + FIRST_NEW - 1
                                                        : G_MAXUINT32;
}

static gboolean
new_fetch (const TernImapFetch *fetch, gpointer user_data)
{
  TernImapSync *self = user_data;

  if (!tern_imap_sync_is_same_mailbox (self))
    return FALSE;
  if (!fetch->is_damaged && (fetch->items & TERN_IMAP_HAS_ENVELOPE) == 0)
    return FALSE; /* the other command's */
  if (fetch->uid < self->state.uidnext)
    tern_imap_sync_take_flags (self, fetch);
  else if (tern_imap_sync_take (self, fetch))
    self->n_new++;
  return TRUE;
}

static gboolean
changed_fetch (const TernImapFetch *fetch, gpointer user_data)
{
  TernImapSync *self = user_data;

  if (tern_imap_sync_is_same_mailbox (self))
    tern_imap_sync_take_flags (self, fetch);
  return TRUE;
}

static void
changed_vanished (TernImapRanges *uids, gpointer user_data)
{
  TernImapSync *self = user_data;

  if (tern_imap_sync_is_same_mailbox (self))
    tern_imap_sync_remove (self, uids);
}

/* One of the commands that leave with the SELECT is answered. */
void
tern_imap_sync_checked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapSync) self = user_data;
  GError *error = NULL;

  self->checks--;
  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error) &&
      tern_imap_sync_is_same_mailbox (self))
    {
      tern_imap_sync_fail (self, error);
      return;
    }
  g_clear_error (&error);
  tern_imap_sync_next (self);
}

/* A mailbox for which the server keeps no counter is no fault of the extension; else it is done
 * without from now on. */
static gboolean
is_without_counter (TernImapSync *self, const GError *error)
{
  TernImapSession *session = self->lease->session;

  if (error->domain != TERN_ERROR)
    return FALSE;
  if (tern_imap_session_get_selected (session)->highestmodseq == 0)
    return TRUE;
  tern_imap_session_fail_extension (
      session, tern_imap_session_has_enabled (session, "QRESYNC") ? "QRESYNC" : "CONDSTORE");
  return FALSE;
}

static void
changed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapSync) self = user_data;
  GError *error = NULL;

  self->checks--;
  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error) &&
      tern_imap_sync_is_same_mailbox (self))
    {
      if (!is_without_counter (self, error))
        {
          tern_imap_sync_fail (self, error);
          return;
        }
      self->wants_scan = TRUE;
    }
  g_clear_error (&error);
  tern_imap_sync_next (self);
}

/* Asks what has changed since the checkpoint, and what is gone where QRESYNC tells (RFC 7162
 * section 3.2.6). That answers all that SELECT with QRESYNC would, in the same flight, and needs
 * nothing of the SELECT. */
static void
send_changes (TernImapSync *self)
{
  gboolean tells_gone = tern_imap_session_has_enabled (self->lease->session, "QRESYNC");
  const TernImapFetchHandler handler = { .fetch = changed_fetch, .vanished = changed_vanished };
  g_autofree char *set = g_strdup_printf ("%u:%u", self->state.lowest, self->state.uidnext - 1);
  g_autofree char *modifier = g_strdup_printf ("CHANGEDSINCE %" G_GUINT64_FORMAT "%s",
                                               self->state.modseq, tells_gone ? " VANISHED" : "");

  self->checks++;
  tern_imap_fetch_async (self->lease->session, TRUE, set, "UID FLAGS", modifier, &handler, self,
                         g_task_get_cancellable (self->task), changed_cb,
                         tern_imap_sync_ref (self));
}

/* Asks, in the flight of the SELECT, for what is new and what has changed since the checkpoint. */
void
tern_imap_sync_send_warm (TernImapSync *self)
{
  static const TernImapFetchHandler handler = { .fetch = new_fetch };
  TernImapSession *session = self->lease->session;
  char set[32];

  self->phase = TERN_IMAP_SYNC_CHECK;
  self->n_new = 0;
  self->has_vanished = self->has_resumed = self->wants_scan = FALSE;
  self->checks++;
  g_snprintf (set, sizeof set, "%u:%u", self->state.uidnext, last_of_first_new (self));
  tern_imap_fetch_async (session, TRUE, set,
                         tern_imap_session_has (session, "PREVIEW")
                             ? TERN_IMAP_SYNC_ITEMS_AND_PREVIEW
                             : TERN_IMAP_SYNC_ITEMS,
                         NULL, &handler, self, g_task_get_cancellable (self->task),
                         tern_imap_sync_checked_cb, tern_imap_sync_ref (self));
  if (self->state.lowest >= self->state.uidnext)
    return; /* nothing is known */
  if (self->state.modseq > 0 && tern_imap_session_has (session, "CONDSTORE"))
    send_changes (self);
  else
    tern_imap_sync_send_newest_flags (self);
}

/* --- Step by step --- */

static void
find_new_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapSync) self = user_data;
  GError *error = NULL;
  g_autoptr (TernImapRanges) more =
      tern_imap_search_finish (TERN_IMAP_SESSION (object), result, &error);
  guint32 count;

  self->checks--;
  if (more == NULL)
    tern_imap_sync_fail (self, error);
  if (more == NULL || self->task == NULL)
    return;
  count = (guint32) MIN (tern_imap_ranges_count (more), self->exists);
  tern_imap_sync_start_windows (self, self->exists + 1, self->exists - count + 1);
}

/* Many are new: how many tells where the windows end that take them newest first. */
static void
find_new (TernImapSync *self)
{
  const TernImapSelected *selected = tern_imap_session_get_selected (self->lease->session);
  guint32 known = last_of_first_new (self);
  g_autofree char *criteria = NULL;

  if (known == G_MAXUINT32 || (selected->uidnext != 0 && selected->uidnext <= known + 1) ||
      (selected->uidnext == 0 && self->n_new == 0))
    {
      tern_imap_sync_next (self);
      return;
    }
  if (selected->uidnext != 0)
    criteria = g_strdup_printf ("UID %u:%u", known + 1, selected->uidnext - 1);
  else
    criteria = g_strdup_printf ("UID %u:*", known + 1);
  self->checks++;
  tern_imap_search_async (self->lease->session, criteria, NULL, 0,
                          g_task_get_cancellable (self->task), find_new_cb,
                          tern_imap_sync_ref (self));
}

static void
find_older_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapSync) self = user_data;
  GError *error = NULL;
  g_autoptr (TernImapRanges) older =
      tern_imap_search_finish (TERN_IMAP_SESSION (object), result, &error);

  self->checks--;
  if (older == NULL)
    tern_imap_sync_fail (self, error);
  if (older == NULL || self->task == NULL)
    return;
  tern_imap_sync_start_windows (
      self, (guint32) MIN (tern_imap_ranges_count (older), self->exists) + 1, 1);
}

/* Takes up a run that was cut off: how many messages are left below what is known tells the
 * sequence number to go on from. */
static void
find_older (TernImapSync *self)
{
  g_autofree char *criteria = NULL;

  if (self->state.lowest <= 1)
    {
      tern_imap_sync_next (self);
      return;
    }
  criteria = g_strdup_printf ("UID 1:%u", self->state.lowest - 1);
  self->checks++;
  tern_imap_search_async (self->lease->session, criteria, NULL, 0,
                          g_task_get_cancellable (self->task), find_older_cb,
                          tern_imap_sync_ref (self));
}

/* Whether the number of messages tells of removals that nobody spoke of. One that could not be
 * understood is not known and no reason; one more than the server has is, whatever else agrees: a
 * change of ours told its UID, which stands above all that was asked for, and it is gone again. */
static gboolean
is_count_right (TernImapSync *self, guint32 there)
{
  guint known = tern_sink_count_known (self->sink);

  return known == there || (known < there && !self->has_vanished && !self->has_resumed &&
                            there == self->state.count + self->n_new);
}

static void
check_count (TernImapSync *self)
{
  const TernImapSelected *selected = tern_imap_session_get_selected (self->lease->session);
  guint32 there = tern_imap_sync_count_there (self);
  gboolean has_counter = self->state.modseq > 0 && selected->highestmodseq > 0;

  /* Where its counter runs backwards, the server has lost what it knew of changes. */
  if (has_counter && selected->highestmodseq < self->state.modseq)
    self->wants_scan = TRUE;
  tern_imap_sync_flush (self);
  if (self->wants_scan)
    tern_imap_sync_start_scan (self);
  else if (is_count_right (self, there))
    tern_imap_sync_end_warm (self, there);
  else
    tern_imap_sync_compare (self);
}

/* Goes on where all that was asked for is answered. */
void
tern_imap_sync_next (TernImapSync *self)
{
  if (self->has_windows)
    {
      tern_imap_sync_end_windows (self);
      return;
    }
  if (self->checks > 0 || !tern_imap_sync_is_same_mailbox (self))
    return;
  switch (self->phase)
    {
    case TERN_IMAP_SYNC_CHECK:
      self->phase = TERN_IMAP_SYNC_NEW;
      find_new (self);
      break;
    case TERN_IMAP_SYNC_NEW:
      self->phase = TERN_IMAP_SYNC_RESUME;
      find_older (self);
      break;
    case TERN_IMAP_SYNC_RESUME:
    case TERN_IMAP_SYNC_COUNT:
    default:
      self->phase = TERN_IMAP_SYNC_COUNT;
      check_count (self);
      break;
    }
}

/* All that the server has is known: @count messages. */
void
tern_imap_sync_end_warm (TernImapSync *self, guint32 count)
{
  const TernImapSelected *selected = tern_imap_session_get_selected (self->lease->session);

  self->state.count = count;
  self->state.uidnext = MAX (MAX (self->state.uidnext, selected->uidnext), self->highest + 1);
  self->state.modseq = selected->highestmodseq;
  tern_imap_sync_repair (self);
}
