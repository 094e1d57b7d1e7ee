/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "tern-message.h"

G_BEGIN_DECLS

/**
 * TernFlagsUpdate:
 * @remote_id: the message
 * @flags: all its flags
 * @keywords: (nullable): all its keywords, parted by single spaces
 * @modseq: the server's change counter, 0 for none
 * @labels: (nullable): all its labels, as in #TernMessage; %NULL where they are not told
 *
 * What the server says of the flags of a message that is cached already.
 */
typedef struct
{
  const char *remote_id;
  TernFlags flags;
  const char *keywords;
  guint64 modseq;
  const char *labels;
} TernFlagsUpdate;

typedef void (*TernSinkKnownFunc) (const char *remote_id, gpointer user_data);

#define TERN_TYPE_SINK (tern_sink_get_type ())
G_DECLARE_INTERFACE (TernSink, tern_sink, TERN, SINK, GObject)

/**
 * TernSinkInterface:
 * @reset: what was cached of the folder no longer stands (RFC 9051 section 2.3.1.1: UIDVALIDITY
 *   changed); what follows is the whole folder anew
 * @messages: new messages, in the order in which they arrived; one whose remote id is known already
 *   replaces what was known
 * @flags: flags of known messages; an unknown remote id is ignored
 * @removed: messages that are gone from the folder; an unknown remote id is ignored
 * @checkpoint: all that was given so far is complete up to @state: the folder can be taken up from
 *   there after a crash. Only what stands before a checkpoint may be relied on
 * @progress: @done of @total messages were received; @total is the folder's size on the server
 * @count_known: how many messages are cached that the folder had on the server
 * @foreach_known: calls a function with the remote id of each of them, in no order
 *
 * Where a channel puts what it learns of a folder. Called on the engine's thread, in the order in
 * which the server spoke; nothing is called after the sync is finished.
 */
struct _TernSinkInterface
{
  GTypeInterface parent_iface;

  void (*reset) (TernSink *self);
  void (*messages) (TernSink *self, GPtrArray *messages);
  void (*flags) (TernSink *self, const TernFlagsUpdate *updates, gsize n);
  void (*removed) (TernSink *self, const char *const *remote_ids, gsize n);
  void (*checkpoint) (TernSink *self, const char *state);
  void (*progress) (TernSink *self, guint done, guint total);
  guint (*count_known) (TernSink *self);
  void (*foreach_known) (TernSink *self, TernSinkKnownFunc func, gpointer user_data);
};

void tern_sink_reset (TernSink *self);
void tern_sink_messages (TernSink *self, GPtrArray *messages);
void tern_sink_flags (TernSink *self, const TernFlagsUpdate *updates, gsize n);
void tern_sink_removed (TernSink *self, const char *const *remote_ids, gsize n);
void tern_sink_checkpoint (TernSink *self, const char *state);
void tern_sink_progress (TernSink *self, guint done, guint total);
guint tern_sink_count_known (TernSink *self);
void tern_sink_foreach_known (TernSink *self, TernSinkKnownFunc func, gpointer user_data);

G_END_DECLS
