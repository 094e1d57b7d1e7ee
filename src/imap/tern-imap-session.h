/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-imap-quirks.h"
#include "tern-race.h"
#include "tern-transport.h"

G_BEGIN_DECLS

typedef enum
{
  TERN_IMAP_STATE_GREETING,
  TERN_IMAP_STATE_NOT_AUTHENTICATED,
  TERN_IMAP_STATE_AUTHENTICATED,
  TERN_IMAP_STATE_SELECTED,
  TERN_IMAP_STATE_LOGOUT,
} TernImapState;

/**
 * TernImapSelected:
 * @name: (nullable): the selected mailbox as the server spells it; %NULL for none
 * @exists: messages in it, kept up to date
 * @uidvalidity: 0 where the server gave none
 * @uidnext: 0 where the server gave none
 * @highestmodseq: at the time of the selection; 0 where it keeps none
 * @expunged: how many messages were expunged since
 * @permanent_flags: (nullable): the flags that the server keeps, as it lists them; %NULL where it
 *   did not say, which means all
 *
 * What the server said of the selected mailbox.
 */
typedef struct
{
  char *name;
  guint32 exists;
  guint32 uidvalidity;
  guint32 uidnext;
  guint64 highestmodseq;
  guint expunged;
  char *permanent_flags;
} TernImapSelected;

/**
 * TernImapTimes:
 * @patience: without a byte for so long, while an answer is due, a connection counts as dead
 * @short_patience: the same where it may have died unnoticed
 * @doubt: after the sign-in, when what left with it may have been lost
 *
 * What a session waits for, in ms.
 */
typedef struct
{
  guint patience;
  guint short_patience;
  guint doubt;
} TernImapTimes;

extern const TernRaceProtocol tern_imap_race_protocol;

#define TERN_TYPE_IMAP_SESSION (tern_imap_session_get_type ())
G_DECLARE_FINAL_TYPE (TernImapSession, tern_imap_session, TERN, IMAP_SESSION, GObject)

TernImapSession *tern_imap_session_new (TernTransport *transport);
void tern_imap_session_set_times (TernImapSession *self, const TernImapTimes *times);
void tern_imap_session_greet_async (TernImapSession *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean
tern_imap_session_greet_finish (TernImapSession *self, GAsyncResult *result, GError **error);
void tern_imap_session_close (TernImapSession *self);
void tern_imap_session_log_out (TernImapSession *self);
void tern_imap_session_ask_life (TernImapSession *self);

TernTransport *tern_imap_session_get_transport (TernImapSession *self);
TernImapState tern_imap_session_get_state (TernImapSession *self);
gboolean tern_imap_session_is_alive (TernImapSession *self);
gint64 tern_imap_session_get_silence (TernImapSession *self);
guint tern_imap_session_get_flights (TernImapSession *self);
guint64 tern_imap_session_get_received (TernImapSession *self);
const TernImapSelected *tern_imap_session_get_selected (TernImapSession *self);
void tern_imap_session_offer_selection (TernImapSession *self);
gboolean tern_imap_session_can_compress (TernImapSession *self);
gboolean tern_imap_session_notifies (TernImapSession *self);
gboolean tern_imap_session_take_selection (TernImapSession *self, const char *mailbox);

gboolean tern_imap_session_can_look_ahead (TernImapSession *self, gboolean by_token);
void tern_imap_session_look_ahead (TernImapSession *self, const char *capabilities);
gboolean tern_imap_session_looks_ahead (TernImapSession *self);
gboolean tern_imap_session_has_lost_input (TernImapSession *self);
gboolean tern_imap_session_has_no_mailbox (TernImapSession *self);

gboolean tern_imap_session_has (TernImapSession *self, const char *capability);
gboolean tern_imap_session_has_enabled (TernImapSession *self, const char *capability);
gboolean tern_imap_session_knows_capabilities (TernImapSession *self);
char *tern_imap_session_dup_capabilities (TernImapSession *self);
char *tern_imap_session_dup_capabilities_before (TernImapSession *self);
gboolean tern_imap_session_is_utf8 (TernImapSession *self);
void tern_imap_session_assume_capabilities (TernImapSession *self, const char *capabilities);
void tern_imap_session_fail_extension (TernImapSession *self, const char *capability);

const TernImapQuirks *tern_imap_session_get_quirks (TernImapSession *self);
const char *tern_imap_session_get_fault (TernImapSession *self);

G_END_DECLS
