/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * TernEventKind:
 * @TERN_EVENT_RACE: a way to a server is tried
 * @TERN_EVENT_CHANNEL: a channel is taken or given up
 * @TERN_EVENT_CONNECTION: a connection is signed in or ends
 * @TERN_EVENT_FLIGHT: something is sent that could not be sent before the last answer
 * @TERN_EVENT_COMMAND: a command and its answer
 * @TERN_EVENT_IDLE: a time of waiting for what the server has to tell
 * @TERN_EVENT_SERVER: the server says something by itself
 * @TERN_EVENT_WAIT: the server is left alone for a while
 * @TERN_EVENT_TRAFFIC: nothing but bytes
 */
typedef enum
{
  TERN_EVENT_RACE,
  TERN_EVENT_CHANNEL,
  TERN_EVENT_CONNECTION,
  TERN_EVENT_FLIGHT,
  TERN_EVENT_COMMAND,
  TERN_EVENT_IDLE,
  TERN_EVENT_SERVER,
  TERN_EVENT_WAIT,
  TERN_EVENT_TRAFFIC,
} TernEventKind;

/**
 * TernEventState:
 * @TERN_EVENT_BEGUN: it goes on; another event of the same number tells how it ended
 * @TERN_EVENT_DONE: it is over, and well
 * @TERN_EVENT_DROPPED: it was given up, for another one was quicker
 * @TERN_EVENT_FAILED: it is over, and not well
 */
typedef enum
{
  TERN_EVENT_BEGUN,
  TERN_EVENT_DONE,
  TERN_EVENT_DROPPED,
  TERN_EVENT_FAILED,
} TernEventState;

#define TERN_TYPE_EVENT (tern_event_get_type ())

/**
 * TernEvent:
 * @time: when it happened, monotonic µs
 * @account_id: the account
 * @kind: what happened
 * @state: how it stands
 * @connection: the connection's number in its channel, from 1; 0 for none
 * @number: what it is among those of its kind on that connection; 0 where it stands alone
 * @duration: µs; 0 where that means nothing
 * @size: bytes of the command, or of its answer
 * @sent: bytes sent over the connection since its last event
 * @received: bytes received over it since then
 * @text: what it is about, in words of the protocol; "" for nothing
 * @result: (nullable): the answer's verdict, or why it failed
 *
 * What happens between an account and its servers, for the inspector. Neither a secret nor an
 * address, a subject, a name of a folder or a word of a letter is in it. Immutable,
 * reference-counted; may cross threads.
 */
typedef struct
{
  gint64 time;
  gint64 account_id;
  TernEventKind kind;
  TernEventState state;
  guint connection;
  guint number;
  gint64 duration;
  guint64 size;
  guint64 sent;
  guint64 received;
  const char *text;
  const char *result;
} TernEvent;

GType tern_event_get_type (void);
TernEvent *tern_event_new (const TernEvent *fields);
TernEvent *tern_event_ref (TernEvent *self);
void tern_event_unref (TernEvent *self);
char *tern_event_dup_reason (const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernEvent, tern_event_unref)

G_END_DECLS
