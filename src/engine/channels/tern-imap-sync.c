/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-sync-private.h"

#include <stdio.h>

#include "tern-error.h"
#include "tern-imap-convert.h"
#include "tern-trace.h"

/* While data streams in, the sink gets a batch when so many messages or µs have gathered. */
#define BATCH_MESSAGES 500
#define BATCH_TIME (30 * G_TIME_SPAN_MILLISECOND)
/* Messages that are asked for again one by one, at most. */
#define MAX_REPAIRS 200

/* Reads a checkpoint; FALSE where it is none of ours. */
gboolean
tern_imap_sync_state_parse (TernImapSyncState *self, const char *text)
{
  guint version = 0;
  int n = text == NULL ? 0
                       : sscanf (text, "%u %u %u %" G_GUINT64_FORMAT " %u %u %" G_GINT64_FORMAT,
                                 &version, &self->uidvalidity, &self->uidnext, &self->modseq,
                                 &self->lowest, &self->count, &self->scanned);

  if (version == 1 && n == 6) /* as earlier programs wrote it */
    self->scanned = 0;
  else if (version != 2 || n != 7)
    return FALSE;
  return self->uidnext > 0 && self->lowest > 0;
}

/* Writes a checkpoint. */
char *
tern_imap_sync_state_to_string (const TernImapSyncState *self)
{
  return g_strdup_printf ("2 %u %u %" G_GUINT64_FORMAT " %u %u %" G_GINT64_FORMAT,
                          self->uidvalidity, self->uidnext, self->modseq, self->lowest, self->count,
                          self->scanned);
}

/* Another command is on its way. */
TernImapSync *
tern_imap_sync_ref (TernImapSync *self)
{
  g_ref_count_inc (&self->refs);
  return self;
}

static void
clear_update (gpointer data)
{
  TernFlagsUpdate *update = data;

  g_free ((char *) update->remote_id);
  g_free ((char *) update->keywords);
  g_free ((char *) update->labels);
}

/* Gives up a reference. */
void
tern_imap_sync_unref (TernImapSync *self)
{
  if (!g_ref_count_dec (&self->refs))
    return;
  g_clear_object (&self->task);
  g_object_unref (self->channel);
  g_free (self->folder);
  g_free (self->checkpoint);
  g_object_unref (self->sink);
  g_array_unref (self->broken);
  g_clear_pointer (&self->present, tern_imap_ranges_free);
  g_ptr_array_unref (self->batch);
  g_array_unref (self->updates);
  g_free (self);
}

static void
let_go (TernImapSync *self)
{
  if (self->lease == NULL)
    return;
  g_signal_handler_disconnect (self->lease->session, self->drained);
  g_signal_handler_disconnect (self->lease->session, self->vanished);
  tern_imap_channel_release (g_steal_pointer (&self->lease));
}

/* Gives to the sink what has gathered. */
void
tern_imap_sync_flush (TernImapSync *self)
{
  self->last_flush = g_get_monotonic_time ();
  if (self->batch->len > 0)
    {
      g_autoptr (GPtrArray) batch = g_steal_pointer (&self->batch);

      self->batch = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_message_unref);
      self->received += batch->len;
      tern_trace ("fetch.batch", TERN_TRACE_INT ("n", batch->len));
      tern_sink_messages (self->sink, batch);
      tern_sink_progress (self->sink, MIN (self->known + self->received, self->exists),
                          self->exists);
    }
  if (self->updates->len > 0)
    {
      tern_sink_flags (self->sink, (const TernFlagsUpdate *) (gpointer) self->updates->data,
                       self->updates->len);
      g_array_set_size (self->updates, 0);
    }
}

/* Tells the sink how far the folder is known. */
void
tern_imap_sync_checkpoint (TernImapSync *self)
{
  g_autofree char *text = tern_imap_sync_state_to_string (&self->state);

  tern_imap_sync_flush (self);
  tern_sink_checkpoint (self->sink, text);
  g_free (self->checkpoint);
  self->checkpoint = g_steal_pointer (&text);
}

static void start (TernImapSync *self);
static TernImapSync *sync_new (TernImapChannel *channel,
                               const char *folder,
                               const char *state,
                               TernSink *sink,
                               TernUrgency urgency);

/* Goes on over another connection, from the last checkpoint. What is under way over the old one
 * belongs to a run that is over. */
static void
repeat (TernImapSync *self)
{
  g_autoptr (TernImapSync) next =
      sync_new (self->channel, self->folder, self->checkpoint, self->sink, self->urgency);

  next->task = g_steal_pointer (&self->task);
  next->is_repeated = TRUE;
  let_go (self);
  start (next);
}

/* Ends the run; @error (nullable) is taken over. What arrived is kept, but no checkpoint says so.
 */
void
tern_imap_sync_fail (TernImapSync *self, GError *error)
{
  g_autoptr (GTask) task = NULL;

  if (self->task == NULL || self->lease == NULL)
    {
      g_clear_error (&error);
      return;
    }
  if (self->is_open)
    tern_imap_sync_flush (self);
  if (!self->is_repeated && tern_imap_lease_can_repeat (self->lease, error) &&
      (!self->has_heard || tern_imap_session_get_fault (self->lease->session) != NULL))
    {
      g_error_free (error);
      repeat (self);
      return;
    }
  task = g_steal_pointer (&self->task);
  let_go (self);
  g_task_return_error (task, error);
}

/* Ends the run: the folder is known as the server has it. */
void
tern_imap_sync_finish (TernImapSync *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  tern_imap_sync_checkpoint (self);
  tern_trace ("fetch.done", TERN_TRACE_INT ("n", self->received),
              TERN_TRACE_INT ("bytes", tern_imap_session_get_received (self->lease->session)),
              TERN_TRACE_INT ("flights", tern_imap_session_get_flights (self->lease->session)));
  let_go (self);
  g_task_return_boolean (task, TRUE);
}

/* Takes flags of a message that is known already. */
void
tern_imap_sync_take_flags (TernImapSync *self, const TernImapFetch *fetch)
{
  TernFlagsUpdate update = { 0 };

  if (fetch->uid == 0 || (fetch->items & TERN_IMAP_HAS_FLAGS) == 0)
    return;
  update.remote_id = tern_imap_make_remote_id (self->state.uidvalidity, fetch->uid);
  update.flags = tern_imap_convert_flags (fetch->flags);
  update.keywords = fetch->keywords->len > 0 ? g_strdup (fetch->keywords->str) : NULL;
  update.modseq = fetch->modseq;
  update.labels = tern_imap_convert_labels (fetch);
  g_array_append_val (self->updates, update);
}

/* Takes a message. One that could not be understood is asked for again; a response with flags
 * alone is news of a known message. Returns whether it was one that was asked for. */
gboolean
tern_imap_sync_take (TernImapSync *self, const TernImapFetch *fetch)
{
  gboolean has_envelope = (fetch->items & TERN_IMAP_HAS_ENVELOPE) != 0;

  if (!self->has_heard)
    {
      self->has_heard = TRUE;
      tern_trace ("fetch.first", TERN_TRACE_INT ("n", 1));
    }
  if (fetch->response->damaged || (fetch->is_damaged && !has_envelope))
    {
      if (fetch->uid == 0)
        g_message ("A message of the server could not be understood and is left out");
      else if (self->broken->len < MAX_REPAIRS)
        g_array_append_val (self->broken, fetch->uid);
      return TRUE;
    }
  if (!has_envelope || fetch->uid == 0)
    {
      tern_imap_sync_take_flags (self, fetch);
      return FALSE;
    }
  self->highest = MAX (self->highest, fetch->uid);
  g_ptr_array_add (self->batch, tern_imap_convert_fetched (self->lease->session, fetch,
                                                           self->state.uidvalidity));
  return TRUE;
}

/* Lets what matters more have the connection, and goes on from the last checkpoint after it. */
void
tern_imap_sync_yield (TernImapSync *self)
{
  self->state.uidnext = MAX (self->state.uidnext, self->highest + 1);
  tern_imap_sync_checkpoint (self);
  self->has_state = TRUE;
  self->has_windows = FALSE;
  self->received = 0;
  let_go (self);
  start (self);
}

static void
drained_cb (TernImapSession *session, gpointer user_data)
{
  TernImapSync *self = user_data;
  guint gathered = self->batch->len + self->updates->len;

  if (!self->is_open || gathered == 0)
    return;
  if (gathered >= BATCH_MESSAGES || self->next_size <= 2 ||
      g_get_monotonic_time () - self->last_flush >= BATCH_TIME)
    tern_imap_sync_flush (self);
}

/* What the server tells of by itself. */
static void
vanished_cb (TernImapSession *session, TernImapRanges *uids, gpointer user_data)
{
  TernImapSync *self = user_data;

  if (self->is_open)
    tern_imap_sync_remove (self, uids);
}

/* The mailbox is not what the checkpoint speaks of, or there is none: all anew. */
static void
begin_cold (TernImapSync *self, const TernImapSelected *selected)
{
  if (self->has_state)
    tern_sink_reset (self->sink);
  g_clear_pointer (&self->present, tern_imap_ranges_free);
  self->has_state = FALSE;
  g_clear_pointer (&self->checkpoint, g_free);
  self->state = (TernImapSyncState){ .uidvalidity = selected->uidvalidity,
                                     .uidnext = selected->uidnext,
                                     .modseq = selected->highestmodseq,
                                     .lowest = 1,
                                     .scanned = g_get_real_time () / G_USEC_PER_SEC };
  tern_imap_sync_start_cold (self);
}

/* The mailbox is selected, and the session knows what the server said of it. */
static void
open_mailbox (TernImapSync *self)
{
  const TernImapSelected *selected = tern_imap_session_get_selected (self->lease->session);

  self->is_open = TRUE;
  self->exists = selected->exists;
  self->expunged = selected->expunged;
  self->last_flush = g_get_monotonic_time ();
  /* A server that names no UIDVALIDITY may mean other messages by its UIDs each time. */
  if (!self->has_state || selected->uidvalidity == 0 ||
      self->state.uidvalidity != selected->uidvalidity)
    {
      begin_cold (self, selected);
      return;
    }
  self->known = self->state.count;
}

static void
select_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapSync) self = user_data;
  TernImapSession *session = TERN_IMAP_SESSION (object);
  GError *error = NULL;

  if (!tern_imap_command_finish (session, result, &error))
    {
      tern_imap_sync_fail (self, error);
      return;
    }
  if (self->task != NULL)
    open_mailbox (self);
}

static void
acquired_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapSync) self = user_data;
  GError *error = NULL;
  TernImapSession *session;

  self->lease = tern_imap_channel_acquire_finish (TERN_IMAP_CHANNEL (object), result, &error);
  if (self->lease == NULL)
    {
      g_autoptr (GTask) task = g_steal_pointer (&self->task);

      g_task_return_error (task, error);
      return;
    }
  session = self->lease->session;
  self->drained = g_signal_connect (session, "drained", G_CALLBACK (drained_cb), self);
  self->vanished = g_signal_connect (session, "vanished", G_CALLBACK (vanished_cb), self);
  if (tern_imap_session_take_selection (session, self->folder))
    {
      if (self->has_state)
        tern_imap_sync_send_warm (self);
      open_mailbox (self);
      return;
    }
  tern_imap_select_async (session, self->folder, g_task_get_cancellable (self->task), select_cb,
                          tern_imap_sync_ref (self));
  if (self->has_state)
    tern_imap_sync_send_warm (self);
}

static void
start (TernImapSync *self)
{
  self->is_open = FALSE;
  self->next_size = 0;
  tern_imap_channel_acquire_async (
      self->channel,
      self->urgency == TERN_URGENCY_USER ? TERN_IMAP_USE_SYNC : TERN_IMAP_USE_BACKGROUND_SYNC,
      self->folder, g_task_get_cancellable (self->task), acquired_cb, tern_imap_sync_ref (self));
}

/* (transfer full): a run that has no task yet */
static TernImapSync *
sync_new (TernImapChannel *channel,
          const char *folder,
          const char *state,
          TernSink *sink,
          TernUrgency urgency)
{
  TernImapSync *self = g_new0 (TernImapSync, 1);

  g_ref_count_init (&self->refs);
  self->channel = g_object_ref (channel);
  self->folder = g_strdup (folder);
  self->checkpoint = g_strdup (state);
  self->sink = g_object_ref (sink);
  self->urgency = urgency;
  self->has_state = tern_imap_sync_state_parse (&self->state, state);
  self->broken = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->batch = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_message_unref);
  self->updates = g_array_new (FALSE, FALSE, sizeof (TernFlagsUpdate));
  g_array_set_clear_func (self->updates, clear_update);
  return self;
}

/* Brings a folder up to date (design: newest first, growing windows; a known folder in one flight
 * behind the sign-in). */
void
tern_imap_sync_async (TernImapChannel *channel,
                      const char *folder,
                      const char *state,
                      TernSink *sink,
                      TernUrgency urgency,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (TernImapSync) self = sync_new (channel, folder, state, sink, urgency);

  self->task = g_task_new (channel, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, tern_imap_sync_async);
  start (self);
}
