/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-imap-session.h"

G_BEGIN_DECLS

/**
 * TernImapNoteKind:
 * @TERN_IMAP_NOTE_COMMAND: a command goes out
 * @TERN_IMAP_NOTE_ANSWER: the tagged answer to a command came
 * @TERN_IMAP_NOTE_FLIGHT: a write that could not be made before the last answer
 * @TERN_IMAP_NOTE_SERVER: the server said something that nobody asked for
 * @TERN_IMAP_NOTE_TRAFFIC: bytes came
 * @TERN_IMAP_NOTE_CLOSED: the session has ended
 */
typedef enum
{
  TERN_IMAP_NOTE_COMMAND,
  TERN_IMAP_NOTE_ANSWER,
  TERN_IMAP_NOTE_FLIGHT,
  TERN_IMAP_NOTE_SERVER,
  TERN_IMAP_NOTE_TRAFFIC,
  TERN_IMAP_NOTE_CLOSED,
} TernImapNoteKind;

/**
 * TernImapNote:
 * @kind: what happened
 * @number: the command's number, or the flight's; else 0
 * @text: what is told of it: no argument of a sign-in, no string but INBOX, no keyword of a user's;
 *   "" for nothing
 * @error: (nullable): why the session has ended
 * @is_good: whether the answer is OK
 * @is_idle: whether the command is IDLE
 * @duration: µs between the command and its answer
 * @size: bytes of the command's first line, of its answer, or of the flight
 * @sent: bytes sent since the last note
 * @received: bytes received since the last note
 *
 * What an observer of a session is told; valid during the call only.
 */
typedef struct
{
  TernImapNoteKind kind;
  guint number;
  const char *text;
  const GError *error;
  gboolean is_good;
  gboolean is_idle;
  gint64 duration;
  guint64 size;
  guint64 sent;
  guint64 received;
} TernImapNote;

typedef void (*TernImapObserver) (const TernImapNote *note, gpointer user_data);

void tern_imap_session_observe (TernImapSession *self,
                                TernImapObserver observer,
                                gpointer user_data,
                                GDestroyNotify free_data);

G_END_DECLS
