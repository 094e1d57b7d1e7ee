/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-channel-private.h"

#include "tern-error.h"

/* Turns what the session tells into events of the channel, and into how it was reached. */

static TernRoute *
make_route (TernGraphChannel *self, const TernGraphNote *note)
{
  TernRoute *route = tern_route_new ("graph");
  gboolean is_won = note->status != 0;

  route->scopes = g_strdup (self->scopes);
  tern_route_add (route, &(TernRouteEntry){
                             .endpoint = self->endpoint,
                             .outcome = is_won ? TERN_ROUTE_WON : TERN_ROUTE_FAILED,
                             .resolved = note->resolved,
                             .connected = note->connected,
                             .secured = note->secured,
                             .ended = note->duration,
                             .error = (GError *) (is_won ? NULL : note->error),
                         });
  if (is_won)
    route->established = g_get_real_time ();
  return route;
}

static void
set_connected (TernGraphChannel *self, const TernGraphNote *note)
{
  gboolean is_good = note->status >= 200 && note->status < 300;

  if (note->status == 0 && note->error != NULL && tern_error_is_transport (note->error))
    {
      self->is_connected = FALSE;
      g_clear_pointer (&self->route, tern_route_unref);
      self->route = make_route (self, note);
    }
  if (!is_good || self->is_connected)
    return;
  self->is_connected = TRUE;
  g_clear_pointer (&self->route, tern_route_unref);
  self->route = make_route (self, note);
  g_signal_emit_by_name (self, "connected", self->route);
}

/* Takes what the session tells. */
void
tern_graph_channel_note_cb (const TernGraphNote *note, gpointer user_data)
{
  TernGraphChannel *self = user_data;
  g_autofree char *reason = note->error != NULL ? tern_event_dup_reason (note->error) : NULL;
  g_autofree char *status = note->status != 0 ? g_strdup_printf ("%u", note->status) : NULL;
  gboolean is_good = note->status >= 200 && note->status < 300;
  TernEvent fields = {
    .account_id = self->account->id,
    .kind = note->kind == TERN_GRAPH_NOTE_WAIT ? TERN_EVENT_WAIT : TERN_EVENT_COMMAND,
    .state = note->kind == TERN_GRAPH_NOTE_REQUEST ? TERN_EVENT_BEGUN
             : is_good                             ? TERN_EVENT_DONE
                                                   : TERN_EVENT_FAILED,
    .connection = note->kind == TERN_GRAPH_NOTE_WAIT ? 0 : 1,
    .number = note->number,
    .duration = note->duration,
    .size = note->size,
    .sent = note->sent,
    .received = note->received,
    .text = note->kind == TERN_GRAPH_NOTE_ANSWER ? "" : note->text,
    .result = status != NULL ? status : reason,
  };

  tern_channel_emit_event (TERN_CHANNEL (self), tern_event_new (&fields));
  if (note->kind == TERN_GRAPH_NOTE_ANSWER)
    set_connected (self, note);
}
