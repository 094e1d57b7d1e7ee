/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-imap-channel-private.h"

G_BEGIN_DECLS

/**
 * TernImapApplyMessage:
 * @uid: in the folder
 * @message_id: (nullable): its Message-ID, where an earlier copy has to be looked for
 * @copy: (out): its UID in the target; 0 where that is not known
 */
typedef struct
{
  guint32 uid;
  char *message_id;
  guint32 copy;
} TernImapApplyMessage;

/**
 * TernImapApplySet:
 * @text: what one command takes
 * @first: index of its first UID among those that are asked for
 * @n: how many
 * @is_refused: the server said no to it
 */
typedef struct
{
  char *text;
  guint first;
  guint n;
  gboolean is_refused;
} TernImapApplySet;

typedef struct _TernImapApply TernImapApply;
typedef struct _TernImapApplySurplus TernImapApplySurplus;
typedef void (*TernImapApplyFunc) (TernImapApply *self);

/**
 * TernImapApply:
 *
 * One change on its way to the server. It lives until its task is returned.
 */
struct _TernImapApply
{
  GTask *task;
  TernImapChannel *channel;
  TernOperationKind kind;
  char *folder;
  char *target;
  char *set; /* flags on the wire, parted by spaces */
  char *clear;
  GPtrArray *below; /* RENAME_FOLDER: names of the folders below */
  TernFolderRole role;
  char *name;
  char *parent;
  gboolean subscribed;
  gboolean only_empty;
  GBytes *content;
  gint64 received;
  char *step;
  gboolean is_resumed;

  guint32 uidvalidity;
  GArray *messages; /* TernImapApplyMessage by UID */
  GArray *asked;    /* guint32: UIDs that the sets are made of */
  GArray *sets;     /* TernImapApplySet */
  guint32 target_uidvalidity;
  guint32 target_uidnext;
  gboolean is_from_elsewhere; /* @step is TERN_STEP_ELSEWHERE */
  TernImapMailboxes *counts;  /* what STATUS told of the target */
  gboolean is_wanted_there;   /* the folder is to be there afterwards, not gone */
  GError *refusal;            /* of what may have been done before */
  char delimiter;             /* in names of folders */
  GHashTable *wanted;         /* utf8 → GQueue of indexes + 1: letters looked for in the target */
  TernImapApplySurplus *surplus;

  TernImapLease *lease;
  char *selecting; /* what is selected on it before the change goes on */
  gboolean is_repeated;
  guint pending;          /* answers that are due */
  GError *error;          /* why it cannot go on */
  TernImapApplyFunc next; /* when all are there */
  TernOutcome *outcome;
};

TernImapSession *tern_imap_apply_get_session (TernImapApply *self);
GCancellable *tern_imap_apply_get_cancellable (TernImapApply *self);
void tern_imap_apply_start (TernImapApply *self);
void tern_imap_apply_fail (TernImapApply *self, GError *error);
void tern_imap_apply_done (TernImapApply *self);
void tern_imap_apply_acquire (TernImapApply *self, const char *folder, TernImapApplyFunc next);

/* A flight: commands sent together; @next follows when all are answered. */
void tern_imap_apply_begin_flight (TernImapApply *self, TernImapApplyFunc next);
void tern_imap_apply_end_flight (TernImapApply *self);
void tern_imap_apply_arrived (TernImapApply *self, GError *error);
gboolean tern_imap_apply_is_refusal (const GError *error);

/* Sets of messages, and what the server said of each. */
typedef struct
{
  TernImapApply *apply;
  guint index;
} TernImapApplyCall;

void tern_imap_apply_make_sets (TernImapApply *self, gsize overhead);
TernImapApplyCall *tern_imap_apply_call (TernImapApply *self, guint index);
void tern_imap_apply_answered (TernImapApplyCall *call, GError *error);
gboolean tern_imap_apply_collect_refused (TernImapApply *self);

/* tern-imap-apply-flags.c */
void tern_imap_apply_flags (TernImapApply *self);
char *tern_imap_apply_select_permanent (TernImapApply *self, const char *flags, gboolean *all);

/* tern-imap-apply-move.c */
void tern_imap_apply_move (TernImapApply *self);
void tern_imap_apply_remove (TernImapApply *self);
void tern_imap_apply_expunge (TernImapApply *self);

/* tern-imap-apply-search.c */
gboolean tern_imap_apply_parse_step (TernImapApply *self);
void tern_imap_apply_ask_uidnext (TernImapApply *self, const char *mailbox);
void tern_imap_apply_want_all (TernImapApply *self);
void tern_imap_apply_fetch_new (TernImapApply *self,
                                const char *items,
                                const TernImapFetchHandler *handler,
                                TernImapApplyFunc next);
void tern_imap_apply_search (TernImapApply *self, const char *mailbox);

/* tern-imap-apply-surplus.c */
void tern_imap_apply_surplus_free (TernImapApplySurplus *self);
gboolean tern_imap_apply_is_again (TernImapApply *self);
gboolean tern_imap_apply_parse_again (TernImapApply *self);
char *tern_imap_apply_make_again_step (TernImapApply *self);
char *tern_imap_apply_make_appended_step (TernImapApply *self, guint32 uidvalidity, guint32 uid);
void tern_imap_apply_compare (TernImapApply *self);

/* tern-imap-apply-append.c */
void tern_imap_apply_append (TernImapApply *self);

/* tern-imap-apply-folders.c */
void tern_imap_apply_create (TernImapApply *self);
void tern_imap_apply_rename (TernImapApply *self);
void tern_imap_apply_delete_folder (TernImapApply *self);
void tern_imap_apply_subscribe (TernImapApply *self);

G_END_DECLS
