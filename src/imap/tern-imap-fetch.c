/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include <string.h>

#include "tern-imap-session-private.h"

typedef struct
{
  TernImapFetchHandler handler;
  gpointer user_data;
} Fetch;

static gboolean
fetch_fetch (TernImapCommand *self, const TernImapFetch *data)
{
  Fetch *fetch = self->data;

  return fetch->handler.fetch (data, fetch->user_data);
}

static gboolean
fetch_literal_begin (TernImapCommand *self,
                     const TernImapFetch *so_far,
                     const char *section,
                     guint64 origin,
                     guint64 size)
{
  Fetch *fetch = self->data;

  return fetch->handler.literal_begin (so_far, section, origin, size, fetch->user_data);
}

static void
fetch_literal_data (TernImapCommand *self, const guint8 *bytes, gsize length)
{
  Fetch *fetch = self->data;

  fetch->handler.literal_data (bytes, length, fetch->user_data);
}

static gboolean
fetch_vanished (TernImapCommand *self, TernImapRanges *uids)
{
  Fetch *fetch = self->data;

  fetch->handler.vanished (uids, fetch->user_data);
  return TRUE;
}

/* With an envelope goes what names the message beyond its mailbox, as far as the server knows it;
 * with flags, that which changes like them. */
static const char *
get_further_items (TernImapSession *self, const char *items)
{
  gboolean is_gmail = tern_imap_session_has (self, "X-GM-EXT-1");

  if (strstr (items, "ENVELOPE") != NULL)
    {
      if (is_gmail)
        return " X-GM-MSGID X-GM-THRID X-GM-LABELS";
      return tern_imap_session_has (self, "OBJECTID") ? " EMAILID THREADID" : "";
    }
  return is_gmail && strstr (items, "FLAGS") != NULL ? " X-GM-LABELS" : "";
}

/**
 * tern_imap_fetch_async:
 * @self: a session with a mailbox, or one that will have it by the commands before this one
 * @by_uid: whether @set holds UIDs; else sequence numbers
 * @set: which messages
 * @items: the data items, without parentheses
 * @modifier: (nullable): such as `CHANGEDSINCE 7`, or `CHANGEDSINCE 7 VANISHED` where QRESYNC is
 *   enabled
 * @handler: takes what comes; copied
 * @handler_data: for @handler; must live until @callback
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Fetches data of messages (RFC 9051 section 6.4.5). With ENVELOPE come EMAILID and THREADID
 * (RFC 8474) or Gmail's own, with FLAGS its labels, where the server has them. Finish with
 * tern_imap_command_finish().
 */
void
tern_imap_fetch_async (TernImapSession *self,
                       gboolean by_uid,
                       const char *set,
                       const char *items,
                       const char *modifier,
                       const TernImapFetchHandler *handler,
                       gpointer handler_data,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_fetch_async, cancellable, callback, user_data);
  Fetch *fetch = g_new0 (Fetch, 1);

  fetch->handler = *handler;
  fetch->user_data = handler_data;
  command->data = fetch;
  command->free_data = g_free;
  command->fetch = fetch_fetch;
  if (handler->literal_begin != NULL)
    {
      command->literal_begin = fetch_literal_begin;
      command->literal_data = fetch_literal_data;
    }
  if (handler->vanished != NULL)
    command->vanished = fetch_vanished;
  tern_imap_command_add (command, "%sFETCH %s (%s%s)", by_uid ? "UID " : "", set, items,
                         get_further_items (self, items));
  if (modifier != NULL)
    tern_imap_command_add (command, " (%s)", modifier);
  tern_imap_command_queue (command);
}
