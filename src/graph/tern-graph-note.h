/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TernGraphNoteKind:
 * @TERN_GRAPH_NOTE_REQUEST: a request is sent
 * @TERN_GRAPH_NOTE_ANSWER: it was answered, or failed
 * @TERN_GRAPH_NOTE_WAIT: the server wants to be left alone
 */
typedef enum
{
  TERN_GRAPH_NOTE_REQUEST,
  TERN_GRAPH_NOTE_ANSWER,
  TERN_GRAPH_NOTE_WAIT,
} TernGraphNoteKind;

/**
 * TernGraphNote:
 * @kind: what happened
 * @number: the request's number, from 1
 * @text: what is asked for, in words of the protocol: no id, address or name is in it
 * @status: (for ANSWER) the HTTP status; 0 where none came
 * @error: (nullable): why the request failed, where no status tells it
 * @duration: µs since the request was sent; of WAIT how long
 * @size: bytes of the answer's body
 * @sent: bytes sent, with headers
 * @received: bytes received, with headers
 * @resolved: when the server's address was known, µs after the request was sent; 0 where it was
 *   known before
 * @connected: when a connection stood, likewise
 * @secured: when TLS stood, likewise
 *
 * What a session does, for whoever looks on.
 */
typedef struct
{
  TernGraphNoteKind kind;
  guint number;
  const char *text;
  guint status;
  const GError *error;
  gint64 duration;
  guint64 size;
  guint64 sent;
  guint64 received;
  gint64 resolved;
  gint64 connected;
  gint64 secured;
} TernGraphNote;

typedef void (*TernGraphNoteFunc) (const TernGraphNote *note, gpointer user_data);

G_END_DECLS
