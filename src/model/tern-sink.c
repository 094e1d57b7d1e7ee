/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-sink.h"

G_DEFINE_INTERFACE (TernSink, tern_sink, G_TYPE_OBJECT)

static void
tern_sink_default_init (TernSinkInterface *iface)
{
}

/**
 * tern_sink_reset:
 * @self: a sink
 *
 * Tells that nothing cached of the folder stands any more.
 */
void
tern_sink_reset (TernSink *self)
{
  TERN_SINK_GET_IFACE (self)->reset (self);
}

/**
 * tern_sink_messages:
 * @self: a sink
 * @messages: (element-type TernMessage): new messages; the sink takes references where it keeps
 * them
 *
 * Yields new messages.
 */
void
tern_sink_messages (TernSink *self, GPtrArray *messages)
{
  TERN_SINK_GET_IFACE (self)->messages (self, messages);
}

/**
 * tern_sink_flags:
 * @self: a sink
 * @updates: (array length=n): flags of known messages
 * @n: how many
 *
 * Yields flags.
 */
void
tern_sink_flags (TernSink *self, const TernFlagsUpdate *updates, gsize n)
{
  TERN_SINK_GET_IFACE (self)->flags (self, updates, n);
}

/**
 * tern_sink_removed:
 * @self: a sink
 * @remote_ids: (array length=n): messages that are gone
 * @n: how many
 *
 * Yields removals.
 */
void
tern_sink_removed (TernSink *self, const char *const *remote_ids, gsize n)
{
  TERN_SINK_GET_IFACE (self)->removed (self, remote_ids, n);
}

/**
 * tern_sink_checkpoint:
 * @self: a sink
 * @state: from where the next sync can go on; opaque to all but the channel
 *
 * Tells that what was yielded so far is complete up to @state.
 */
void
tern_sink_checkpoint (TernSink *self, const char *state)
{
  TERN_SINK_GET_IFACE (self)->checkpoint (self, state);
}

/**
 * tern_sink_progress:
 * @self: a sink
 * @done: messages received
 * @total: messages in the folder
 *
 * Tells how far the sync is.
 */
void
tern_sink_progress (TernSink *self, guint done, guint total)
{
  TERN_SINK_GET_IFACE (self)->progress (self, done, total);
}

/**
 * tern_sink_count_known:
 * @self: a sink
 *
 * Returns: how many messages are cached that the folder had on the server
 */
guint
tern_sink_count_known (TernSink *self)
{
  return TERN_SINK_GET_IFACE (self)->count_known (self);
}

/**
 * tern_sink_foreach_known:
 * @self: a sink
 * @func: called with each remote id; must not change the sink
 * @user_data: for @func
 *
 * Asks for all that is cached; costs time in proportion to it, so channels ask only where counts do
 * not fit.
 */
void
tern_sink_foreach_known (TernSink *self, TernSinkKnownFunc func, gpointer user_data)
{
  TERN_SINK_GET_IFACE (self)->foreach_known (self, func, user_data);
}
