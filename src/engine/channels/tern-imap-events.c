/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-channel-private.h"

#include <string.h>

#include "tern-imap-note.h"

/* Turns what sessions and races tell into events of the channel. */

typedef struct
{
  TernImapChannel *channel; /* outlives its races and closes its sessions */
  guint connection;
} Observed;

static Observed *
observed_new (TernImapChannel *channel, guint connection)
{
  Observed *self = g_new (Observed, 1);

  *self = (Observed){ channel, connection };
  return self;
}

static void
emit (const Observed *self, TernEvent fields)
{
  fields.account_id = self->channel->account->id;
  fields.connection = self->connection;
  tern_channel_emit_event (TERN_CHANNEL (self->channel), tern_event_new (&fields));
}

/* Servers name the user in their words: from there on nothing is told. */
static char *
without_user (TernImapChannel *channel, const char *text)
{
  const char *user = channel->account->user;
  gsize length = strlen (user);

  for (const char *p = text; *p != '\0' && length > 0; p++)
    if (g_ascii_strncasecmp (p, user, length) == 0)
      return g_strdup_printf ("%.*s…", (int) (p - text), text);
  return g_strdup (text);
}

static TernEventKind
kind_of_note (const TernImapNote *note)
{
  switch (note->kind)
    {
    case TERN_IMAP_NOTE_COMMAND:
    case TERN_IMAP_NOTE_ANSWER:
      return note->is_idle ? TERN_EVENT_IDLE : TERN_EVENT_COMMAND;
    case TERN_IMAP_NOTE_FLIGHT:
      return TERN_EVENT_FLIGHT;
    case TERN_IMAP_NOTE_SERVER:
      return TERN_EVENT_SERVER;
    case TERN_IMAP_NOTE_CLOSED:
      return TERN_EVENT_CONNECTION;
    case TERN_IMAP_NOTE_TRAFFIC:
    default:
      return TERN_EVENT_TRAFFIC;
    }
}

static void
note_cb (const TernImapNote *note, gpointer user_data)
{
  const Observed *observed = user_data;
  gboolean is_answer = note->kind == TERN_IMAP_NOTE_ANSWER;
  gboolean says = is_answer || note->kind == TERN_IMAP_NOTE_SERVER;
  g_autofree char *words = says ? without_user (observed->channel, note->text) : NULL;
  g_autofree char *reason = note->error != NULL ? tern_event_dup_reason (note->error) : NULL;
  TernEventState state = TERN_EVENT_DONE;

  if (note->kind == TERN_IMAP_NOTE_COMMAND)
    state = TERN_EVENT_BEGUN;
  else if (is_answer && !note->is_good)
    state = TERN_EVENT_FAILED;
  else if (note->kind == TERN_IMAP_NOTE_CLOSED &&
           !g_error_matches (note->error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    state = TERN_EVENT_FAILED;
  emit (observed, (TernEvent){
                      .kind = kind_of_note (note),
                      .state = state,
                      .number = note->number,
                      .duration = note->duration,
                      .size = note->size,
                      .sent = note->sent,
                      .received = note->received,
                      .text = is_answer ? ""
                              : says    ? words
                                        : note->text,
                      .result = is_answer ? words : reason,
                  });
}

/* Tells of all that goes on in a session of that number, from its sign-in on. */
void
tern_imap_channel_observe_session (TernImapChannel *self,
                                   TernImapSession *session,
                                   guint connection)
{
  tern_imap_session_observe (session, note_cb, observed_new (self, connection), g_free);
}

/* Tells that a connection is signed in. */
void
tern_imap_channel_tell_connected (TernImapChannel *self, TernImapSession *session, guint connection)
{
  TernTransport *transport = tern_imap_session_get_transport (session);
  g_autofree char *name = tern_endpoint_to_string (tern_transport_get_endpoint (transport));

  emit (&(Observed){ self, connection }, (TernEvent){
                                             .kind = TERN_EVENT_CONNECTION,
                                             .state = TERN_EVENT_DONE,
                                             .text = name,
                                         });
}

static void
entry_cb (TernRace *race, guint index, const TernRaceEntry *entry, gpointer user_data)
{
  static const TernEventState states[] = {
    [TERN_RACE_RUNNING] = TERN_EVENT_BEGUN,
    [TERN_RACE_READY] = TERN_EVENT_DONE,
    [TERN_RACE_CANCELLED] = TERN_EVENT_DROPPED,
    [TERN_RACE_FAILED] = TERN_EVENT_FAILED,
  };
  g_autofree char *name = tern_endpoint_to_string (entry->endpoint);
  g_autofree char *text =
      entry->address != NULL ? g_strdup_printf ("%s (%s)", name, entry->address) : g_strdup (name);
  g_autofree char *reason = entry->error != NULL ? tern_event_dup_reason (entry->error) : NULL;

  emit (user_data, (TernEvent){
                       .kind = TERN_EVENT_RACE,
                       .state = states[entry->result],
                       .number = index + 1,
                       .duration = MAX (0, entry->ended - entry->started),
                       .text = text,
                       .result = reason,
                   });
}

static void
free_observed (gpointer data, GClosure *closure)
{
  g_free (data);
}

/* Tells of every way that is tried for the connection of that number. */
void
tern_imap_channel_observe_race (TernImapChannel *self, TernRace *race, guint connection)
{
  g_signal_connect_data (race, "entry", G_CALLBACK (entry_cb), observed_new (self, connection),
                         free_observed, 0);
}
