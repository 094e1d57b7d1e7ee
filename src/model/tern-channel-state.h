/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TernChannelState:
 * @channel: "graph" or "imap"
 * @reason: (nullable): why it was refused; %NULL where it worked
 * @expires: until when that is believed, µs of real time
 *
 * What is remembered of a channel of an account.
 */
typedef struct
{
  char *channel;
  char *reason;
  gint64 expires;
} TernChannelState;

TernChannelState *tern_channel_state_new (const char *channel, const char *reason, gint64 expires);
void tern_channel_state_free (TernChannelState *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernChannelState, tern_channel_state_free)

G_END_DECLS
