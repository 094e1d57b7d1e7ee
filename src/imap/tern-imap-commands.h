/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-imap-fetch-data.h"
#include "tern-imap-ranges.h"
#include "tern-imap-session.h"

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
} TernImapMailboxFlags;

/**
 * TernImapMailbox:
 * @name: as the server spells it
 * @delimiter: what parts the levels of its name, 0 for nothing
 * @flags: its attributes
 * @messages: -1 where unknown
 * @unseen: -1 where unknown
 */
typedef struct
{
  char                *name;
  char                 delimiter;
  TernImapMailboxFlags flags;
  gint64               messages;
  gint64               unseen;
} TernImapMailbox;

/**
 * TernImapFetchHandler:
 * @fetch: takes FETCH data; returns whether this was for it, else the next command is asked
 * @literal_begin: (nullable): whether it wants a section's bytes as they arrive
 * @literal_data: (nullable): takes those bytes; @fetch follows when the response is done
 */
typedef struct
{
  gboolean (*fetch) (const TernImapFetch *fetch, gpointer user_data);
  gboolean (*literal_begin) (const TernImapFetch *so_far, const char *section, guint64 origin,
                             guint64 size, gpointer user_data);
  void (*literal_data) (const guint8 *bytes, gsize length, gpointer user_data);
} TernImapFetchHandler;

/**
 * TernImapCopied:
 * @from: UIDs in the source mailbox
 * @to: UIDs in the target, in the same order
 * @uidvalidity: of the target
 *
 * What COPYUID tells (RFC 4315).
 */
typedef struct
{
  TernImapRanges *from;
  TernImapRanges *to;
  guint32         uidvalidity;
} TernImapCopied;

/* Everything by its own file; _finish functions with a plain result share one. */
gboolean tern_imap_command_finish (TernImapSession *self, GAsyncResult *result, GError **error);

void     tern_imap_capability_async (TernImapSession *self, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);

void     tern_imap_starttls_async (TernImapSession *self, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);

void     tern_imap_authenticate_async (TernImapSession *self, const char *user,
                                       const char *password, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data);

void     tern_imap_id_async (TernImapSession *self, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data);

void       tern_imap_list_async (TernImapSession *self, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *tern_imap_list_finish (TernImapSession *self, GAsyncResult *result, GError **error);
void       tern_imap_mailbox_free (TernImapMailbox *self);

void     tern_imap_select_async (TernImapSession *self, const char *mailbox,
                                 GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer user_data);

void     tern_imap_fetch_async (TernImapSession *self, gboolean by_uid, const char *set,
                                const char *items, const char *modifier,
                                const TernImapFetchHandler *handler, gpointer handler_data,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);

void     tern_imap_store_async (TernImapSession *self, const char *set, const char *action,
                                const char *flags, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);

void            tern_imap_copy_async (TernImapSession *self, const char *set, const char *mailbox,
                                      GCancellable *cancellable, GAsyncReadyCallback callback,
                                      gpointer user_data);
void            tern_imap_move_async (TernImapSession *self, const char *set, const char *mailbox,
                                      GCancellable *cancellable, GAsyncReadyCallback callback,
                                      gpointer user_data);
TernImapCopied *tern_imap_copy_finish (TernImapSession *self, GAsyncResult *result,
                                       GError **error);
guint32         tern_imap_copied_find (const TernImapCopied *self, guint32 uid);
void            tern_imap_copied_free (TernImapCopied *self);

void     tern_imap_expunge_async (TernImapSession *self, const char *set,
                                  GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer user_data);

void            tern_imap_search_async (TernImapSession *self, const char *criteria,
                                        GCancellable *cancellable, GAsyncReadyCallback callback,
                                        gpointer user_data);
TernImapRanges *tern_imap_search_finish (TernImapSession *self, GAsyncResult *result,
                                         GError **error);

void     tern_imap_noop_async (TernImapSession *self, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernImapCopied, tern_imap_copied_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernImapMailbox, tern_imap_mailbox_free)

G_END_DECLS
