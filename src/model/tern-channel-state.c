/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-channel-state.h"

/**
 * tern_channel_state_new:
 * @channel: the channel
 * @reason: (nullable): why it was refused
 * @expires: until when that is believed, µs of real time
 *
 * Returns: (transfer full): a new state
 */
TernChannelState *
tern_channel_state_new (const char *channel, const char *reason, gint64 expires)
{
  TernChannelState *self = g_new0 (TernChannelState, 1);

  self->channel = g_strdup (channel);
  self->reason = g_strdup (reason);
  self->expires = expires;
  return self;
}

/**
 * tern_channel_state_free:
 * @self: (transfer full): a state
 *
 * Frees a state.
 */
void
tern_channel_state_free (TernChannelState *self)
{
  g_free (self->channel);
  g_free (self->reason);
  g_free (self);
}
