/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-channel-private.h"

#include "tern-error.h"
#include "tern-race.h"

/* Resolve, connect, TLS and greeting together. */
#define DEADLINE_MS 30000

typedef struct
{
  TernRace *race;
  TernImapSession *session;
  guint number;       /* of the connection that is made */
  GPtrArray *refused; /* TernEndpoint: took the connection and refused the sign-in */
  GError *error;      /* the first refusal */
} Connecting;

static void
connecting_free (gpointer data)
{
  Connecting *self = data;

  g_clear_object (&self->race);
  g_clear_object (&self->session);
  g_ptr_array_unref (self->refused);
  g_clear_error (&self->error);
  g_free (self);
}

static TernRoute *
make_route (Connecting *self, TernImapSession *winner)
{
  TernRoute *route = tern_route_new ("imap");
  GPtrArray *entries = tern_race_list_entries (self->race);
  TernTransport *transport = winner != NULL ? tern_imap_session_get_transport (winner) : NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      const TernRaceEntry *entry = entries->pdata[i];
      TernRouteOutcome outcome = TERN_ROUTE_LOST;
      const GError *error = entry->error;

      if (transport != NULL && tern_route_get_winner (route) == NULL &&
          tern_endpoint_equal (entry->endpoint, tern_transport_get_endpoint (transport)) &&
          g_strcmp0 (entry->address, tern_transport_get_address (transport)) == 0)
        outcome = TERN_ROUTE_WON;
      else if (entry->result == TERN_RACE_FAILED)
        outcome = TERN_ROUTE_FAILED;
      for (guint k = 0; k < self->refused->len && outcome != TERN_ROUTE_WON; k++)
        if (tern_endpoint_equal (entry->endpoint, self->refused->pdata[k]))
          {
            outcome = TERN_ROUTE_FAILED;
            error = self->error;
          }
      tern_route_add (route, entry->endpoint, entry->address, outcome, entry->started, entry->ended,
                      outcome == TERN_ROUTE_FAILED ? error : NULL);
    }
  if (winner != NULL)
    route->established = g_get_real_time ();
  g_ptr_array_unref (entries);
  return route;
}

static void
give_up (GTask *task, GError *error)
{
  TernImapChannel *self = g_task_get_source_object (task);
  Connecting *connecting = g_task_get_task_data (task);

  tern_imap_channel_set_route (self, make_route (connecting, NULL));
  tern_race_settle (connecting->race, NULL);
  if (connecting->error != NULL) /* a refusal says more than the others' failures */
    {
      g_error_free (error);
      error = g_steal_pointer (&connecting->error);
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void next_session (GTask *task);

static void
ignore_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    g_debug ("%s", error->message);
}

/* Signed in. What follows leaves in one flight with the first request's commands. */
static void
succeed (GTask *task)
{
  TernImapChannel *self = g_task_get_source_object (task);
  Connecting *connecting = g_task_get_task_data (task);
  TernImapSession *session = connecting->session;
  TernEndpoint *endpoint = tern_transport_get_endpoint (tern_imap_session_get_transport (session));

  tern_race_settle (connecting->race, G_OBJECT (session));
  tern_imap_channel_tell_connected (self, session, connecting->number);
  tern_imap_channel_set_route (self, make_route (connecting, session));
  for (guint i = 0; i < self->memories->len; i++)
    {
      TernImapMemory *memory = self->memories->pdata[i];

      memory->is_favourite = tern_endpoint_equal (memory->endpoint, endpoint);
    }
  if (!tern_imap_session_knows_capabilities (session))
    {
      TernImapMemory *memory = tern_imap_channel_get_memory (self, endpoint);

      tern_imap_session_assume_capabilities (session, memory != NULL ? memory->capabilities : NULL);
      tern_imap_capability_async (session, NULL, ignore_cb, NULL);
    }
  if (tern_imap_session_has (session, "ID"))
    tern_imap_id_async (session, NULL, ignore_cb, NULL);
  g_task_return_pointer (task, g_steal_pointer (&connecting->session), g_object_unref);
  g_object_unref (task);
}

static void
authenticate_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Connecting *connecting = g_task_get_task_data (task);
  TernImapSession *session = TERN_IMAP_SESSION (object);
  g_autoptr (GError) error = NULL;

  if (tern_imap_command_finish (session, result, &error))
    {
      succeed (task);
      return;
    }
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_ptr_array_add (connecting->refused, tern_endpoint_ref (tern_transport_get_endpoint (
                                              tern_imap_session_get_transport (session))));
  tern_imap_session_close (session);
  g_clear_object (&connecting->session);
  if (connecting->error == NULL)
    connecting->error = g_steal_pointer (&error);
  if (g_task_return_error_if_cancelled (task))
    {
      tern_race_settle (connecting->race, NULL);
      g_object_unref (task);
    }
  else
    next_session (task);
}

static void
next_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  TernImapChannel *self = g_task_get_source_object (task);
  Connecting *connecting = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GObject) ready = tern_race_next_finish (TERN_RACE (object), result, &error);
  TernImapMemory *memory;
  TernEndpoint *endpoint;

  if (ready == NULL)
    {
      give_up (task, error);
      return;
    }
  g_set_object (&connecting->session, TERN_IMAP_SESSION (ready));
  tern_imap_channel_observe_session (self, connecting->session, connecting->number);
  endpoint = tern_transport_get_endpoint (tern_imap_session_get_transport (connecting->session));
  /* Another address of a server that refused would refuse again, and count it as an attempt. */
  for (guint i = 0; i < connecting->refused->len; i++)
    if (tern_endpoint_equal (endpoint, connecting->refused->pdata[i]))
      {
        tern_imap_session_close (connecting->session);
        g_clear_object (&connecting->session);
        next_session (task);
        return;
      }
  memory = tern_imap_channel_get_memory (self, endpoint);
  tern_imap_session_assume_capabilities (connecting->session,
                                         memory != NULL ? memory->capabilities : NULL);
  tern_imap_authenticate_async (connecting->session, self->account->user, self->password,
                                g_task_get_cancellable (task), authenticate_cb, task);
}

static void
next_session (GTask *task)
{
  Connecting *connecting = g_task_get_task_data (task);

  tern_race_next_async (connecting->race, g_task_get_cancellable (task), next_cb, task);
}

/* Races the account's endpoints and signs in at the first that is ready; where that one refuses, at
 * the next. */
void
tern_imap_connect_async (TernImapChannel *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Connecting *connecting = g_new0 (Connecting, 1);

  g_task_set_source_tag (task, tern_imap_connect_async);
  connecting->refused = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);
  connecting->race = tern_race_new (&tern_imap_race_protocol, self->trust, DEADLINE_MS);
  connecting->number = ++self->connections;
  tern_imap_channel_observe_race (self, connecting->race, connecting->number);
  g_task_set_task_data (task, connecting, connecting_free);
  for (guint i = 0; i < self->memories->len; i++)
    {
      const TernImapMemory *memory = self->memories->pdata[i];

      tern_race_add_endpoint (connecting->race, memory->endpoint, memory->usual_ms,
                              memory->is_favourite);
    }
  next_session (task);
}

/* Returns a session that is signed in. */
TernImapSession *
tern_imap_connect_finish (TernImapChannel *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
