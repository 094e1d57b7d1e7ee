/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TernImapQuirkFlags:
 * @TERN_IMAP_QUIRK_WANTS_ID: opens no mailbox for a program that has not sent ID, offered or not
 * @TERN_IMAP_QUIRK_TRASH_BY_COPY: a copy to Trash moves, and a MOVE there may drop the connection
 * @TERN_IMAP_QUIRK_WRONG_STRUCTURE: a BODYSTRUCTURE with an empty multipart is not what the
 *   message is like
 * @TERN_IMAP_QUIRK_APPEND_CRLF: takes by APPEND only what ends in CRLF
 * @TERN_IMAP_QUIRK_APPEND_LOSES_FLAGS: flags given to APPEND have to be stored once more
 * @TERN_IMAP_QUIRK_APPEND_NOOP: shows an appended message only after a NOOP
 * @TERN_IMAP_QUIRK_LOGIN_AHEAD: garbles what is sent behind AUTHENTICATE before it has answered,
 * but not what is sent behind LOGIN
 *
 * What cannot be told by a number or by a capability that is not to be used.
 */
typedef enum
{
  TERN_IMAP_QUIRK_WANTS_ID = 1 << 0,
  TERN_IMAP_QUIRK_TRASH_BY_COPY = 1 << 1,
  TERN_IMAP_QUIRK_WRONG_STRUCTURE = 1 << 2,
  TERN_IMAP_QUIRK_APPEND_CRLF = 1 << 3,
  TERN_IMAP_QUIRK_APPEND_LOSES_FLAGS = 1 << 4,
  TERN_IMAP_QUIRK_APPEND_NOOP = 1 << 5,
  TERN_IMAP_QUIRK_LOGIN_AHEAD = 1 << 7,
} TernImapQuirkFlags;

/**
 * TernImapIdentity:
 * @host: the name by which the server was reached
 * @greeting: (nullable): the text of its greeting
 * @name: (nullable): of its program, by its answer to ID
 * @version: (nullable): of that program
 *
 * By what a server can be told from others.
 */
typedef struct
{
  const char *host;
  const char *greeting;
  const char *name;
  const char *version;
} TernImapIdentity;

/**
 * TernImapQuirks:
 * @name: (nullable): the kind of server, for logs; %NULL for one that is not known
 * @flags: how it differs
 * @max_connections: how many one account should hold
 * @max_command: bytes of a command that it reads
 * @max_pipeline: commands that may be on their way
 * @kinds: the kinds of the table that fit, for tern_imap_quirks_distrust()
 *
 * What has to be minded with a server. All is set where nothing is known of it.
 */
typedef struct
{
  const char *name;
  TernImapQuirkFlags flags;
  guint max_connections;
  guint max_command;
  guint max_pipeline;
  guint32 kinds;
} TernImapQuirks;

void tern_imap_quirks_find (TernImapQuirks *self, const TernImapIdentity *identity);
gboolean tern_imap_quirks_distrust (const TernImapQuirks *self, const char *capability);

G_END_DECLS
