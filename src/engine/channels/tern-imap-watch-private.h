/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-imap-channel.h"
#include "tern-imap-session.h"

G_BEGIN_DECLS

typedef struct _TernImapLease TernImapLease;
typedef struct _TernImapSlot TernImapSlot;

/* What SELECT tells, and what differs once something has changed. */
typedef struct
{
  guint64 uidvalidity;
  guint64 uidnext;
  guint64 exists;
  guint64 modseq;
} TernImapSeen;

/* A folder that is watched, or of which NOTIFY told; NULL is the list of folders. What is under way
 * for it holds a reference. */
typedef struct
{
  TernImapChannel *channel; /* NULL once it is watched no longer */
  char *folder;
  TernImapSeen seen;
  gboolean is_looking;
  TernImapLease *lease; /* of the look that is under way */
  guint failures;       /* looks in a row */
  gboolean has_given_up;
  gboolean is_heard; /* NOTIFY tells of all that happens in it */
  guint quiet;       /* looks that brought nothing, in a row */
  GSource *looking;  /* the next look */
  GSource *telling;  /* news are told then */
  gint64 told_at;
  guint pause; /* between two tellings, in ms */
} TernImapWatched;

void tern_imap_watch_set (TernImapChannel *self, const char *const *folders);
void tern_imap_watch_pause (TernImapChannel *self);
void tern_imap_watch_resume (TernImapChannel *self);
void tern_imap_watch_update (TernImapChannel *self);
void tern_imap_watch_take_news (TernImapChannel *self, TernImapSession *session);
gboolean tern_imap_watch_can_idle (TernImapChannel *self, TernImapSession *session);
TernImapWatched *tern_imap_watch_find (GPtrArray *watched, const char *folder);
TernImapSlot *tern_imap_watch_find_free (TernImapChannel *self, const char *folder);
void tern_imap_slot_begin_watch (TernImapSlot *slot, TernImapWatched *watched);
void tern_imap_slot_end_watch (TernImapSlot *slot);

TernImapWatched *tern_imap_watched_new (TernImapChannel *channel, const char *folder);
void tern_imap_watched_drop (gpointer data);
void tern_imap_watched_tell (TernImapWatched *self);
void tern_imap_watched_look_later (TernImapWatched *self, guint wait);
void tern_imap_watched_look_no_more (TernImapWatched *self);
void tern_imap_watch_clear_source (GSource **source);
void tern_imap_watch_start_timer (GSource **source, guint ms, GSourceFunc func, gpointer data);
guint tern_imap_watch_jitter (guint ms);

void tern_imap_watch_ask_notify (TernImapSlot *slot, TernImapWatched *watched);
gboolean tern_imap_watch_by_notify (TernImapChannel *self);
void
tern_imap_watch_take_heard (TernImapChannel *self, const char *folder, TernImapSession *session);
void tern_imap_watch_take_overflow (TernImapChannel *self, TernImapSession *session);

G_END_DECLS
