/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-budget.h"

#include "tern-imap-channel-private.h"

struct _TernImapBudget
{
  grefcount refs;
  guint most;
  GPtrArray *channels; /* TernImapChannel, unowned; what was used longest ago first */
  gboolean is_wanted;  /* somebody waits for room */
  GSource *freed;      /* runs once there may be some */
};

/**
 * tern_imap_budget_new:
 * @most: connections, at least 1
 *
 * Returns: (transfer full): a budget that no channel shares yet
 */
TernImapBudget *
tern_imap_budget_new (guint most)
{
  TernImapBudget *self = g_new0 (TernImapBudget, 1);

  g_ref_count_init (&self->refs);
  self->most = most;
  self->channels = g_ptr_array_new ();
  return self;
}

/**
 * tern_imap_budget_ref:
 * @self: a budget
 *
 * Returns: (transfer full): the same
 */
TernImapBudget *
tern_imap_budget_ref (TernImapBudget *self)
{
  g_ref_count_inc (&self->refs);
  return self;
}

/**
 * tern_imap_budget_unref:
 * @self: a budget
 *
 * Gives up a reference.
 */
void
tern_imap_budget_unref (TernImapBudget *self)
{
  if (!g_ref_count_dec (&self->refs))
    return;
  if (self->freed != NULL)
    g_source_destroy (self->freed);
  g_clear_pointer (&self->freed, g_source_unref);
  g_ptr_array_unref (self->channels);
  g_free (self);
}

/**
 * tern_imap_budget_add:
 * @self: a budget
 * @channel: a channel without connections
 *
 * Counts the channel's connections from now on, until tern_imap_budget_remove().
 */
void
tern_imap_budget_add (TernImapBudget *self, TernImapChannel *channel)
{
  g_ptr_array_add (self->channels, channel);
}

/**
 * tern_imap_budget_remove:
 * @self: a budget
 * @channel: a channel that was added
 *
 * Counts them no longer.
 */
void
tern_imap_budget_remove (TernImapBudget *self, TernImapChannel *channel)
{
  g_ptr_array_remove (self->channels, channel);
  tern_imap_budget_freed (self);
}

static gboolean
has_room (TernImapBudget *self)
{
  guint n = 0;

  for (guint i = 0; i < self->channels->len; i++)
    n += tern_imap_channel_count_open (self->channels->pdata[i]);
  return n < self->most;
}

/* Gives up a connection that nobody uses. */
static gboolean
take_one (TernImapChannel *channel)
{
  for (guint i = 0; i < TERN_IMAP_MAX_CONNECTIONS; i++)
    {
      TernImapSlot *slot = &channel->slots[i];

      if (slot->leases == 0 && slot->connecting == NULL && tern_imap_slot_is_alive (slot))
        {
          tern_imap_slot_close (slot);
          return TRUE;
        }
    }
  return FALSE;
}

/**
 * tern_imap_budget_make_room:
 * @self: a budget
 * @channel: a channel that needs one more connection
 * @may_take: whether another channel is to give one up for it that nobody uses, watching or not
 *
 * Asks for room. The channel that asked longest ago gives first.
 *
 * Returns: whether a connection can be made; else tern_imap_budget_freed() has the channel try
 *   again
 */
gboolean
tern_imap_budget_make_room (TernImapBudget *self, TernImapChannel *channel, gboolean may_take)
{
  guint index;

  if (may_take && g_ptr_array_find (self->channels, channel, &index))
    {
      g_ptr_array_remove_index (self->channels, index);
      g_ptr_array_add (self->channels, channel);
    }
  if (has_room (self))
    return TRUE;
  for (guint i = 0; may_take && i < self->channels->len; i++)
    if (self->channels->pdata[i] != channel && take_one (self->channels->pdata[i]))
      return has_room (self);
  self->is_wanted = TRUE;
  return FALSE;
}

static gboolean
freed_cb (gpointer user_data)
{
  TernImapBudget *self = user_data;
  g_autoptr (GPtrArray) channels = g_ptr_array_new_with_free_func (g_object_unref);

  g_clear_pointer (&self->freed, g_source_unref);
  self->is_wanted = FALSE;
  for (guint i = self->channels->len; i > 0; i--) /* what asked last first */
    g_ptr_array_add (channels, g_object_ref (self->channels->pdata[i - 1]));
  for (guint i = 0; i < channels->len; i++)
    tern_imap_channel_serve_waiting (channels->pdata[i]);
  return G_SOURCE_REMOVE;
}

/**
 * tern_imap_budget_freed:
 * @self: a budget
 *
 * A connection has gone, or nobody uses it any more: lets those try again that wait for one.
 */
void
tern_imap_budget_freed (TernImapBudget *self)
{
  if (self->freed != NULL || !self->is_wanted)
    return;
  self->freed = g_idle_source_new ();
  g_source_set_callback (self->freed, freed_cb, self, NULL);
  g_source_attach (self->freed, g_main_context_get_thread_default ());
}
