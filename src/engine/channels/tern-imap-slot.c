/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-channel-private.h"

#include "tern-error.h"

/* A server that let one connection in and not a second one is asked again after so long (µs); a way
 * that failed may be there again sooner. */
#define LIMITED_BY_SERVER (30 * G_TIME_SPAN_MINUTE)
#define LIMITED_BY_NETWORK G_TIME_SPAN_MINUTE

/* One of a pool's connections. */
void
tern_imap_slot_init (TernImapSlot *self, TernImapChannel *channel)
{
  self->channel = channel;
  self->assigned = g_ptr_array_new_with_free_func (g_object_unref);
}

/* Frees what a closed slot holds. */
void
tern_imap_slot_clear (TernImapSlot *self)
{
  g_clear_pointer (&self->assigned, g_ptr_array_unref);
  g_clear_pointer (&self->folder, g_free);
}

/* Whether its connection stands, as far as is known. */
gboolean
tern_imap_slot_is_alive (const TernImapSlot *self)
{
  return self->session != NULL && tern_imap_session_is_alive (self->session);
}

/* Whether it counts for the server: a connection stands or is being made. */
gboolean
tern_imap_slot_is_open (const TernImapSlot *self)
{
  return self->connecting != NULL || tern_imap_slot_is_alive (self);
}

/* How many connections stand that the server has let in. */
guint
tern_imap_channel_count_signed_in (TernImapChannel *self)
{
  guint n = 0;

  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    n += tern_imap_slot_is_alive (&self->slots[i]) &&
                 tern_imap_session_get_state (self->slots[i].session) >=
                     TERN_IMAP_STATE_AUTHENTICATED
             ? 1
             : 0;
  return n;
}

/* How many connections stand or are being made. */
guint
tern_imap_channel_count_open (TernImapChannel *self)
{
  guint n = 0;

  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    n += tern_imap_slot_is_open (&self->slots[i]) ? 1 : 0;
  return n;
}

/* How many connections the server allows, as far as is known; at least one. */
guint
tern_imap_channel_get_limit (TernImapChannel *self)
{
  guint limit;

  if (self->limited_until != 0 && g_get_monotonic_time () >= self->limited_until)
    {
      self->limited_until = 0;
      self->limit = TERN_IMAP_MAX_CONNECTIONS;
    }
  limit = self->limit;
  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    if (tern_imap_slot_is_alive (&self->slots[i]))
      limit = MIN (limit, tern_imap_session_get_quirks (self->slots[i].session)->max_connections);
  return MAX (limit, 1);
}

/* One more connection could not be had. Where others stand it is they that must do: whatever the
 * server said, it did not mean the account. Returns whether there are others. */
gboolean
tern_imap_channel_do_with_others (TernImapChannel *self, const GError *error)
{
  guint others = tern_imap_channel_count_signed_in (self);

  if (others == 0 || self->is_closed || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return FALSE;
  self->limit = others;
  self->limited_until = g_get_monotonic_time () +
                        (tern_error_is_transport (error) ? LIMITED_BY_NETWORK : LIMITED_BY_SERVER);
  g_info ("The server allows %u connections: %s", others, error->message);
  return TRUE;
}

static void
freed (TernImapChannel *self)
{
  if (self->budget != NULL)
    tern_imap_budget_freed (self->budget);
}

static void
connect_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapSlot *self = user_data;
  g_autoptr (TernImapChannel) channel = g_object_ref (TERN_IMAP_CHANNEL (object));
  g_autoptr (GPtrArray) assigned = self->assigned;
  g_autoptr (GError) error = NULL;
  TernImapSession *session = tern_imap_connect_finish (channel, result, &error);

  self->assigned = g_ptr_array_new_with_free_func (g_object_unref);
  g_clear_object (&self->connecting);
  if (session != NULL && channel->is_closed)
    {
      tern_imap_session_close (session);
      g_clear_object (&session);
      g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the connection is closed");
    }
  self->session = session;
  if (session != NULL)
    {
      g_signal_connect_object (session, "news", G_CALLBACK (tern_imap_watch_take_news), channel,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (session, "heard", G_CALLBACK (tern_imap_watch_take_heard), channel,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (session, "overflown", G_CALLBACK (tern_imap_watch_take_overflow),
                               channel, G_CONNECT_SWAPPED);
      g_signal_connect_object (session, "closed", G_CALLBACK (freed), channel, G_CONNECT_SWAPPED);
    }
  else if (tern_imap_channel_do_with_others (channel, error))
    g_clear_error (&error);
  if (session == NULL)
    freed (channel);
  tern_imap_channel_connected (self, assigned, error);
  if (self->leases == 0)
    tern_imap_slot_rest (self);
}

/* Makes its connection anew. */
void
tern_imap_slot_connect (TernImapSlot *self)
{
  if (self->session != NULL)
    tern_imap_session_close (self->session);
  g_clear_object (&self->session);
  self->connecting = g_cancellable_new ();
  tern_imap_connect_async (self->channel, self->connecting, connect_cb, self);
}

/* Gives its connection up, with a word to the server where nothing is under way. */
void
tern_imap_slot_close (TernImapSlot *self)
{
  TernImapChannel *channel = self->channel;

  if (self->connecting != NULL)
    g_cancellable_cancel (self->connecting);
  tern_imap_slot_end_watch (self);
  if (self->session == NULL)
    return;
  tern_imap_session_log_out (self->session);
  g_clear_object (&self->session);
  if (channel->foreground == self)
    channel->foreground = NULL;
}

/* The network has changed: a connection that has lost its way is given up, any other one is asked
 * for a sign of life. */
void
tern_imap_slot_check (TernImapSlot *self)
{
  if (!tern_imap_slot_is_alive (self))
    return;
  if (!tern_transport_has_way (tern_imap_session_get_transport (self->session)))
    tern_imap_slot_close (self);
  else if (tern_imap_session_get_state (self->session) >= TERN_IMAP_STATE_AUTHENTICATED)
    tern_imap_session_ask_life (self->session);
}

static void arm_idle (TernImapChannel *self, gint64 in_ms);

static gboolean
idle_cb (gpointer user_data)
{
  TernImapChannel *self = user_data;
  gint64 now = g_get_monotonic_time (), next = G_MAXINT64;

  g_clear_pointer (&self->idle_source, g_source_unref);
  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    {
      TernImapSlot *slot = &self->slots[i];
      gint64 due = slot->used_at + self->timing.idle * G_TIME_SPAN_MILLISECOND;

      if (slot->leases > 0 || slot->watched != NULL || !tern_imap_slot_is_alive (slot))
        continue;
      /* What asks the server from time to time need not sign in each time. */
      if (self->watched->len > 0 && tern_imap_channel_count_open (self) == 1)
        continue;
      if (due <= now)
        tern_imap_slot_close (slot);
      else
        next = MIN (next, due);
    }
  if (next != G_MAXINT64)
    arm_idle (self, (next - now) / G_TIME_SPAN_MILLISECOND + 1);
  return G_SOURCE_REMOVE;
}

static void
arm_idle (TernImapChannel *self, gint64 in_ms)
{
  if (self->idle_source != NULL)
    return;
  self->idle_source = g_timeout_source_new ((guint) in_ms);
  g_source_set_callback (self->idle_source, idle_cb, self, NULL);
  g_source_attach (self->idle_source, g_main_context_get_thread_default ());
}

/* Nobody uses the connection any more: it is given up unless somebody comes soon. */
void
tern_imap_slot_rest (TernImapSlot *self)
{
  self->used_at = g_get_monotonic_time ();
  freed (self->channel);
  tern_imap_watch_update (self->channel);
  if (self->watched == NULL && tern_imap_slot_is_alive (self))
    arm_idle (self->channel, self->channel->timing.idle);
}
