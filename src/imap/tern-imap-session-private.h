/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-imap-fetch-data.h"
#include "tern-imap-ranges.h"
#include "tern-imap-note.h"
#include "tern-imap-quirks.h"
#include "tern-imap-scanner.h"
#include "tern-imap-session.h"
#include "tern-imap-status.h"

G_BEGIN_DECLS

typedef struct _TernImapCommand TernImapCommand;

/**
 * TernImapCommand:
 * @session: the session, which outlives it
 * @serial: greater than that of every command made before it
 * @tag: its tag
 * @lines: (element-type GBytes): the first goes out at once, each further one after a `+`
 * @sent: how many of @lines went out
 * @at_once: how many of @lines go out without waiting for a `+`
 * @task: (nullable): who waits for it; %NULL once cancelled
 * @holds_back: its second line is sent only when something else is to be sent (IDLE)
 * @is_last: nothing is sent behind it before it is answered
 * @is_resting: the server owes it nothing before that line is sent
 * @data: the command's own
 * @free_data: (nullable): for @data
 * @is_standard: its mechanism is one of an RFC's
 * @challenge: (nullable): offered a `+` that asks for none of @lines; whether it took it
 * @response: (nullable): offered untagged data; whether it took it
 * @status: (nullable): offered untagged status responses; whether it took it
 * @fetch: (nullable): offered FETCH data; whether it took it
 * @vanished: (nullable): offered the UIDs of `VANISHED (EARLIER)`; whether it took them
 * @literal_begin: (nullable): offered a literal of a FETCH; whether it takes the bytes
 * @literal_data: (nullable): takes those bytes
 * @done: (nullable): the server said OK: returns the task's result; %NULL returns %TRUE
 * @failed: (nullable): the server said NO or BAD: makes the error, or returns %NULL where it is
 * none; without it the usual error is made
 *
 * One command on its way.
 */
struct _TernImapCommand
{
  TernImapSession *session;
  guint serial;
  char tag[12];
  GPtrArray *lines;
  GString *line;
  guint sent;
  gboolean holds_back;
  gboolean is_last;
  gboolean is_resting;
  guint at_once;
  GTask *task;
  GSource *cancel_source;
  gpointer data;
  GDestroyNotify free_data;
  gint64 sent_at; /* for the notes: 0 where nobody observes */
  guint64 received_before;
  gboolean is_idle;
  gboolean is_nameless;
  gboolean is_standard;

  gboolean (*challenge) (TernImapCommand *self, const TernImapResponse *response);
  gboolean (*response) (TernImapCommand *self, const TernImapResponse *response);
  gboolean (*status) (TernImapCommand *self, const TernImapStatus *status);
  gboolean (*fetch) (TernImapCommand *self, const TernImapFetch *fetch);
  gboolean (*vanished) (TernImapCommand *self, TernImapRanges *uids);
  gboolean (*literal_begin) (TernImapCommand *self,
                             const TernImapFetch *so_far,
                             const char *section,
                             guint64 origin,
                             guint64 size);
  void (*literal_data) (TernImapCommand *self, const guint8 *bytes, gsize length);
  void (*done) (TernImapCommand *self, const TernImapStatus *status);
  GError *(*failed) (TernImapCommand *self, const TernImapStatus *status);
};

struct _TernImapSession
{
  GObject parent_instance;

  TernTransport *transport;
  GCancellable *io;
  TernImapScanner *scanner;
  guint8 *buffer;
  GConverter *inflater; /* once COMPRESS was agreed on */
  GConverter *deflater;
  guint8 *inflated;
  gboolean has_asked_compress;
  GByteArray *outgoing;
  GByteArray *writing;
  gsize written; /* of that */
  gboolean is_writing;
  GSource *flush_source;
  gboolean is_reading;
  gboolean has_heard; /* since the last write: the next one is a new flight */
  GSource *watch;     /* runs while an answer is due */
  gint64 last_heard;
  TernImapTimes times;
  guint patience; /* one of @times */
  guint flights;
  guint64 received; /* on the wire, as all such counts: before it is inflated */
  guint64 sent;

  TernImapObserver observer;
  gpointer observer_data;
  GDestroyNotify observer_free;
  gint64 noted_at;
  guint64 noted_sent;
  guint64 noted_received;
  guint64 answered_received; /* when the last answer came */

  TernImapState state;
  guint last_tag;
  GQueue waiting;           /* TernImapCommand: not sent yet */
  GQueue pending;           /* TernImapCommand: sent, in that order */
  TernImapCommand *blocked; /* waits for `+`, or for its answer, before anything else may be sent */
  TernImapCommand *streaming;
  TernImapCommand *signing_in; /* the sign-in, queued or sent */
  gboolean looks_ahead;
  gboolean has_lost_input;
  gboolean has_no_mailbox; /* signed in, but to nothing */
  guint last_ahead;        /* serial of the last command that left with the sign-in */
  GSource *doubt;
  TernImapFetch *fetch;
  GTask *greet;
  GTask *tls; /* STARTTLS was agreed on: the next byte is TLS */
  GError *bye;
  gint64 started;

  GHashTable *capabilities; /* (element-type utf8) upper case */
  GHashTable *enabled;      /* (element-type utf8): by ENABLE */
  GHashTable *distrusted;   /* (element-type utf8) those that were answered wrongly */
  gboolean knows_capabilities;
  char *before; /* capabilities before the sign-in, once it is under way */
  char *greeting;
  char *server_name; /* by its answer to ID */
  char *server_version;
  TernImapQuirks quirks;
  const char *fault; /* the extension that the session was ended for */
  TernImapSelected selected;
  gboolean notifies;  /* tells of other mailboxes, by NOTIFY */
  gint64 selected_at; /* 0 unless the selection is on offer */
};

TernImapCommand *tern_imap_command_new (TernImapSession *session,
                                        gpointer source_tag,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
TernImapCommand *tern_imap_command_new_for_task (GTask *task);
void tern_imap_command_free (TernImapCommand *self);
void tern_imap_command_add (TernImapCommand *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void tern_imap_command_add_string (TernImapCommand *self, const char *string);
void tern_imap_command_add_mailbox (TernImapCommand *self, const char *name);
void tern_imap_command_add_status_items (TernImapCommand *self);
void tern_imap_command_add_literal (TernImapCommand *self, GBytes *bytes);
void tern_imap_command_add_token (TernImapCommand *self, const char *user, const char *token);
void tern_imap_command_wait (TernImapCommand *self);
void tern_imap_command_queue (TernImapCommand *self);
void tern_imap_command_return_error (TernImapCommand *self, GError *error);
void tern_imap_command_return_disorder (TernImapCommand *self);

void tern_imap_session_start_reading (TernImapSession *self);
void tern_imap_session_schedule_flush (TernImapSession *self);
void tern_imap_session_set_patience (TernImapSession *self, guint patience);
void tern_imap_session_be_impatient (TernImapSession *self);
void tern_imap_session_begin_idle (TernImapSession *self);
gboolean tern_imap_session_is_resting (TernImapSession *self);
void tern_imap_session_take_notification (TernImapSession *self, const TernImapResponse *response);
void tern_imap_session_end_notify (TernImapSession *self);
void tern_imap_session_continue (TernImapSession *self, const TernImapResponse *response);
void tern_imap_session_send_next_line (TernImapSession *self, TernImapCommand *command);
void tern_imap_session_fail (TernImapSession *self, GError *error);
gboolean tern_imap_session_set_state (TernImapSession *self, TernImapState state);
void tern_imap_session_set_capabilities (TernImapSession *self, const char *words);
void tern_imap_session_clear_capabilities (TernImapSession *self);
void tern_imap_session_set_greeting (TernImapSession *self, const char *text);
void tern_imap_session_set_identity (TernImapSession *self, const char *name, const char *version);
gsize tern_imap_session_take (TernImapSession *self, const guint8 *bytes, gsize length);
void tern_imap_session_begin_deflate (TernImapSession *self);
void tern_imap_session_deflate (TernImapSession *self, GByteArray *bytes);
void tern_imap_session_inflate (TernImapSession *self, const guint8 *bytes, gsize length);
void tern_imap_session_begin_tls (TernImapSession *self, TernImapCommand *command);
void tern_imap_session_clear_selected (TernImapSession *self);
void tern_imap_session_check_ahead (TernImapSession *self);
void tern_imap_session_doubt_ahead (TernImapSession *self);
gboolean tern_imap_session_uses_plain (TernImapSession *self);
const char *tern_imap_session_get_token_mechanism (TernImapSession *self);

void tern_imap_session_note_command (TernImapSession *self, TernImapCommand *command, GBytes *line);
void tern_imap_session_note_answer (TernImapSession *self,
                                    TernImapCommand *command,
                                    const TernImapStatus *status);
void tern_imap_session_note_flight (TernImapSession *self, gsize size);
void tern_imap_session_note_status (TernImapSession *self, const TernImapStatus *status);
void tern_imap_session_note_identity (TernImapSession *self);
void tern_imap_session_note_exists (TernImapSession *self, guint32 exists);
void tern_imap_session_note_traffic (TernImapSession *self);
void tern_imap_session_note_closed (TernImapSession *self, const GError *error);

void tern_imap_session_dispatch (const TernImapResponse *response, gpointer user_data);
gboolean
tern_imap_session_literal_begin (const TernImapResponse *so_far, guint64 size, gpointer user_data);
void tern_imap_session_literal_data (const guint8 *bytes, gsize length, gpointer user_data);
void tern_imap_session_forget (TernImapSession *self, TernImapCommand *command);

G_END_DECLS
