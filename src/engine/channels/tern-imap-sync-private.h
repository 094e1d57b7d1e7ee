/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-imap-channel-private.h"

G_BEGIN_DECLS

/**
 * TernImapSyncState:
 * @uidvalidity: of the mailbox
 * @uidnext: messages below it were seen, if not below @lowest
 * @modseq: changes up to it were seen; 0 where the server keeps none
 * @lowest: messages from it on are known; 1 for all
 * @count: how many messages the server had between @lowest and @uidnext
 *
 * How far a folder is known: what a checkpoint says.
 */
typedef struct
{
  guint32 uidvalidity;
  guint32 uidnext;
  guint64 modseq;
  guint32 lowest;
  guint32 count;
} TernImapSyncState;

gboolean tern_imap_sync_state_parse (TernImapSyncState *self, const char *text);
char    *tern_imap_sync_state_to_string (const TernImapSyncState *self);

/**
 * TernImapSync:
 *
 * One run of a folder's synchronisation. Each command on its way holds a reference.
 */
typedef struct
{
  grefcount         refs;
  GTask            *task; /* NULL once it is returned */
  TernImapChannel  *channel;
  char             *folder;
  TernSink         *sink;
  TernUrgency       urgency;
  gboolean          has_state;
  gboolean          is_repeated;
  TernImapLease    *lease;
  gulong            drained;

  TernImapSyncState state;     /* of the last checkpoint, then of the next */
  gboolean          is_open;   /* the mailbox is selected */
  guint32           exists;    /* when it was selected */
  guint             known;     /* messages that were known before */
  guint             next_size; /* index of the next window's size */
  GQueue            windows;   /* on their way, newest first */
  gboolean          has_windows;
  guint32           low;       /* the lowest sequence number asked for */
  GArray           *broken;    /* guint32: UIDs whose data could not be understood */
  guint             repairs;   /* on their way */

  guint             checks;    /* warm: commands on their way */
  guint             n_new;     /* warm: messages beyond the old UIDNEXT */
  guint32           highest;   /* the highest UID seen */
  gboolean          all_flags; /* warm: every message's flags are asked for */

  GPtrArray        *batch;   /* TernMessage */
  GArray           *updates; /* TernFlagsUpdate, owning */
  gint64            last_flush;
  guint             received;
  gboolean          has_heard;
} TernImapSync;

TernImapSync *tern_imap_sync_ref (TernImapSync *self);
void          tern_imap_sync_unref (TernImapSync *self);
void          tern_imap_sync_fail (TernImapSync *self, GError *error);
void          tern_imap_sync_flush (TernImapSync *self);
void          tern_imap_sync_checkpoint (TernImapSync *self);
void          tern_imap_sync_finish (TernImapSync *self);
void          tern_imap_sync_yield (TernImapSync *self);
gboolean      tern_imap_sync_take (TernImapSync *self, const TernImapFetch *fetch);
void          tern_imap_sync_take_flags (TernImapSync *self, const TernImapFetch *fetch);

void tern_imap_sync_start_cold (TernImapSync *self);
void tern_imap_sync_start_resume (TernImapSync *self);
void tern_imap_sync_end_windows (TernImapSync *self);
void tern_imap_sync_send_warm (TernImapSync *self);
void tern_imap_sync_repair (TernImapSync *self);
void tern_imap_sync_compare (TernImapSync *self);

#define TERN_IMAP_SYNC_ITEMS                                                                      \
  "UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (REFERENCES)]"
/* The beginnings of letters, where the server has them at hand (RFC 8970): for those that are on
 * screen next. */
#define TERN_IMAP_SYNC_ITEMS_AND_PREVIEW TERN_IMAP_SYNC_ITEMS " PREVIEW (LAZY)"
#define TERN_IMAP_SYNC_FEW_ITEMS                                                                  \
  "UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY.PEEK[HEADER.FIELDS (REFERENCES)]"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernImapSync, tern_imap_sync_unref)

G_END_DECLS
