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
 * @scanned: when all flags were compared last (s since 1970), where the server keeps no @modseq
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
  gint64 scanned;
} TernImapSyncState;

gboolean tern_imap_sync_state_parse (TernImapSyncState *self, const char *text);
char *tern_imap_sync_state_to_string (const TernImapSyncState *self);

/**
 * TernImapSyncPhase:
 * @TERN_IMAP_SYNC_CHECK: what has changed, and the first of what is new
 * @TERN_IMAP_SYNC_NEW: the rest of what is new, newest first
 * @TERN_IMAP_SYNC_RESUME: what an earlier run has left out
 * @TERN_IMAP_SYNC_COUNT: whether as many are known as there are
 *
 * The steps of a run on a folder that is known, in their order.
 */
typedef enum
{
  TERN_IMAP_SYNC_CHECK,
  TERN_IMAP_SYNC_NEW,
  TERN_IMAP_SYNC_RESUME,
  TERN_IMAP_SYNC_COUNT,
} TernImapSyncPhase;

/**
 * TernImapSync:
 *
 * One run of a folder's synchronisation. Each command on its way holds a reference.
 */
typedef struct
{
  grefcount refs;
  GTask *task; /* NULL once it is returned */
  TernImapChannel *channel;
  char *folder;
  char *checkpoint; /* (nullable): the last one, to go on from */
  TernSink *sink;
  TernUrgency urgency;
  gboolean has_state;
  gboolean is_repeated;
  TernImapLease *lease;
  gulong drained;
  gulong vanished;

  TernImapSyncState state; /* of the last checkpoint, then of the next */
  gboolean is_open;        /* the mailbox is selected */
  guint32 exists;          /* when it was selected */
  guint expunged;          /* of the session's count, before that */
  guint known;             /* messages that were known before */
  guint next_size;         /* index of the next window's size */
  GQueue windows;          /* on their way, newest first */
  gboolean has_windows;
  guint32 low;    /* the lowest sequence number asked for */
  guint32 floor;  /* below it none is asked for */
  GArray *broken; /* guint32: UIDs whose data could not be understood */
  guint repairs;  /* on their way */

  guint checks;            /* warm: commands on their way */
  guint n_new;             /* warm: messages beyond the old UIDNEXT */
  guint32 highest;         /* the highest UID seen */
  TernImapSyncPhase phase; /* warm: what is on its way */
  gboolean has_vanished;   /* warm: the server named messages that are gone */
  gboolean has_resumed;    /* warm: an earlier run was taken up */
  gboolean wants_scan;     /* warm: all flags have to be compared */
  TernImapRanges *present; /* the UIDs that a scan has seen so far */
  guint n_present;         /* how often one was added to them */
  guint32 scan_low;        /* the lowest sequence number that it has asked for */

  GPtrArray *batch; /* TernMessage */
  GArray *updates;  /* TernFlagsUpdate, owning */
  gint64 last_flush;
  guint received;
  gboolean has_heard;
} TernImapSync;

TernImapSync *tern_imap_sync_ref (TernImapSync *self);
void tern_imap_sync_unref (TernImapSync *self);
void tern_imap_sync_fail (TernImapSync *self, GError *error);
void tern_imap_sync_flush (TernImapSync *self);
void tern_imap_sync_checkpoint (TernImapSync *self);
void tern_imap_sync_finish (TernImapSync *self);
void tern_imap_sync_yield (TernImapSync *self);
gboolean tern_imap_sync_take (TernImapSync *self, const TernImapFetch *fetch);
void tern_imap_sync_take_flags (TernImapSync *self, const TernImapFetch *fetch);

void tern_imap_sync_start_cold (TernImapSync *self);
void tern_imap_sync_start_windows (TernImapSync *self, guint32 below, guint32 floor);
void tern_imap_sync_end_windows (TernImapSync *self);
void tern_imap_sync_send_warm (TernImapSync *self);
void tern_imap_sync_checked_cb (GObject *object, GAsyncResult *result, gpointer user_data);
void tern_imap_sync_next (TernImapSync *self);
void tern_imap_sync_repair (TernImapSync *self);

gboolean tern_imap_sync_is_same_mailbox (TernImapSync *self);
void tern_imap_sync_end_warm (TernImapSync *self, guint32 count);
void tern_imap_sync_send_newest_flags (TernImapSync *self);
void tern_imap_sync_start_scan (TernImapSync *self);
void tern_imap_sync_compare (TernImapSync *self);
void tern_imap_sync_remove (TernImapSync *self, TernImapRanges *uids);
void tern_imap_sync_align (TernImapSync *self, TernImapRanges *present);
guint32 tern_imap_sync_count_there (TernImapSync *self);

#define TERN_IMAP_SYNC_ITEMS                                                                       \
  "UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS "             \
  "(REFERENCES)]"
/* The beginnings of letters, where the server has them at hand (RFC 8970): for those that are on
 * screen next. */
#define TERN_IMAP_SYNC_ITEMS_AND_PREVIEW TERN_IMAP_SYNC_ITEMS " PREVIEW (LAZY)"
#define TERN_IMAP_SYNC_FEW_ITEMS                                                                   \
  "UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY.PEEK[HEADER.FIELDS (REFERENCES)]"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernImapSync, tern_imap_sync_unref)

G_END_DECLS
