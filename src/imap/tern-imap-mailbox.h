/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "tern-imap-response.h"

G_BEGIN_DECLS

/**
 * TernImapMailboxFlags:
 *
 * Attributes of LIST (RFC 9051 section 7.3.1, RFC 6154) and of Gmail's XLIST.
 */
typedef enum
{
  TERN_IMAP_MAILBOX_NOSELECT = 1 << 0,
  TERN_IMAP_MAILBOX_NONEXISTENT = 1 << 1,
  TERN_IMAP_MAILBOX_SUBSCRIBED = 1 << 2,
  TERN_IMAP_MAILBOX_INBOX = 1 << 3,
  TERN_IMAP_MAILBOX_ALL = 1 << 4,
  TERN_IMAP_MAILBOX_ARCHIVE = 1 << 5,
  TERN_IMAP_MAILBOX_DRAFTS = 1 << 6,
  TERN_IMAP_MAILBOX_FLAGGED = 1 << 7,
  TERN_IMAP_MAILBOX_JUNK = 1 << 8,
  TERN_IMAP_MAILBOX_SENT = 1 << 9,
  TERN_IMAP_MAILBOX_TRASH = 1 << 10,
  TERN_IMAP_MAILBOX_IMPORTANT = 1 << 11,
  TERN_IMAP_MAILBOX_NOINFERIORS = 1 << 12,
} TernImapMailboxFlags;

/**
 * TernImapCounts:
 * @messages: messages in the mailbox; -1 where the server did not tell
 * @unseen: those without \Seen; -1 where it did not tell
 * @uidnext: 0 where it did not tell
 * @uidvalidity: 0 where it did not tell
 * @highestmodseq: 0 where it did not tell or keeps none
 *
 * What STATUS tells of a mailbox (RFC 9051 section 6.3.11, RFC 7162 section 3.1.7).
 */
typedef struct
{
  gint64 messages;
  gint64 unseen;
  guint32 uidnext;
  guint32 uidvalidity;
  guint64 highestmodseq;
} TernImapCounts;

/**
 * TernImapMailbox:
 * @name: its name in modified UTF-7, `INBOX` in capitals: what every command here takes
 * @delimiter: what parts the levels of its name, 0 for nothing
 * @flags: its attributes
 * @counts: what STATUS told of it
 * @mailbox_id: (nullable): what stays when it is renamed (RFC 8474)
 */
typedef struct
{
  char *name;
  char delimiter;
  TernImapMailboxFlags flags;
  TernImapCounts counts;
  char *mailbox_id;
} TernImapMailbox;

/**
 * TernImapMailboxes:
 *
 * Mailboxes in the server's order, each one once: what LIST, LSUB and STATUS fill.
 * Reference-counted.
 */
typedef struct _TernImapMailboxes TernImapMailboxes;

char *tern_imap_mailbox_dup_name (const char *wire, gboolean is_utf8);

TernImapMailboxes *tern_imap_mailboxes_new (void);
TernImapMailboxes *tern_imap_mailboxes_ref (TernImapMailboxes *self);
void tern_imap_mailboxes_unref (TernImapMailboxes *self);
TernImapMailbox *tern_imap_mailboxes_add (TernImapMailboxes *self, const char *name);
TernImapMailbox *tern_imap_mailboxes_find (TernImapMailboxes *self, const char *name);
GPtrArray *tern_imap_mailboxes_get_all (TernImapMailboxes *self);
gboolean tern_imap_mailboxes_has_subscriptions (TernImapMailboxes *self);

gboolean tern_imap_mailboxes_take_list (TernImapMailboxes *self,
                                        const TernImapResponse *response,
                                        gboolean is_utf8);
gboolean tern_imap_mailboxes_take_lsub (TernImapMailboxes *self,
                                        const TernImapResponse *response,
                                        gboolean is_utf8);
gboolean tern_imap_mailboxes_take_status (TernImapMailboxes *self,
                                          const TernImapResponse *response,
                                          gboolean is_utf8);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernImapMailboxes, tern_imap_mailboxes_unref)

G_END_DECLS
