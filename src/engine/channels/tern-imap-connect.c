/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-channel-private.h"

#include "tern-error.h"
#include "tern-race.h"
#include "tern-token-source.h"

/* Resolve, connect, TLS and greeting together. */
#define DEADLINE_MS 30000

typedef struct
{
  TernRace *race;
  TernImapSession *session;
  guint number;       /* of the connection that is made */
  GPtrArray *refused; /* TernEndpoint: took the connection and refused the sign-in */
  GError *error;      /* the first refusal */
  TernToken *token;   /* (nullable): what to sign in by */
  gboolean has_renewed;
  gboolean waits_for_token;
  gboolean waits_for_race;
  GError *failure;           /* of one of them; the other one is being given up */
  GCancellable *cancellable; /* of both: by the caller's, or when one of them fails */
  GCancellable *caller;      /* (nullable) */
  gulong cancelled_handler;
} Connecting;

static void
connecting_free (gpointer data)
{
  Connecting *self = data;

  g_cancellable_disconnect (self->caller, self->cancelled_handler);
  g_clear_object (&self->caller);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->failure);
  g_clear_object (&self->race);
  g_clear_object (&self->session);
  g_ptr_array_unref (self->refused);
  g_clear_error (&self->error);
  g_clear_pointer (&self->token, tern_token_unref);
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
      tern_route_add (route, &(TernRouteEntry){
                                 .endpoint = entry->endpoint,
                                 .address = entry->address,
                                 .outcome = outcome,
                                 .started = entry->started,
                                 .resolved = entry->resolved,
                                 .connected = entry->connected,
                                 .secured = entry->secured,
                                 .ended = entry->ended,
                                 .error = outcome == TERN_ROUTE_FAILED ? (GError *) error : NULL,
                             });
    }
  if (self->token != NULL)
    route->scopes = tern_token_dup_scopes (self->token);
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
  for (guint i = 0; i < self->memories->len; i++)
    g_clear_error (&((TernImapMemory *) self->memories->pdata[i])->refused);
  if (connecting->error != NULL) /* a refusal says more than the others' failures */
    {
      g_error_free (error);
      error = g_steal_pointer (&connecting->error);
    }
  if (self->tokens != NULL && g_error_matches (error, TERN_ERROR, TERN_ERROR_AUTH))
    tern_error_set_detail (error, self->account->email);
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void next_session (GTask *task);
static void begin (GTask *task);

static void
authenticate (Connecting *connecting,
              TernImapChannel *self,
              TernImapSession *session,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  if (connecting->token != NULL)
    tern_imap_authenticate_token_async (session, self->account->user, connecting->token->access,
                                        cancellable, callback, user_data);
  else
    tern_imap_authenticate_async (session, self->account->user, self->password, cancellable,
                                  callback, user_data);
}

/* Whether a refused sign-in is to be tried once more with another token: this one may have been
 * taken back, or may have ended early by the server's clock. */
static gboolean
gives_up_token (TernImapChannel *self, Connecting *connecting, const GError *error)
{
  if (connecting->token == NULL || connecting->has_renewed ||
      !g_error_matches (error, TERN_ERROR, TERN_ERROR_AUTH))
    return FALSE;
  tern_token_source_invalidate (self->tokens, connecting->token->access);
  return TRUE;
}

static void
renew_token (GTask *task)
{
  Connecting *connecting = g_task_get_task_data (task);

  connecting->has_renewed = TRUE;
  g_clear_pointer (&connecting->token, tern_token_unref);
  tern_race_settle (connecting->race, NULL);
  begin (task);
}

static void
ignore_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    g_debug ("%s", error->message);
}

static void
emit_connected (TernImapChannel *self)
{
  if (!self->is_closed)
    g_signal_emit_by_name (self, "connected", self->route);
}

static void
capability_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapChannel) self = TERN_IMAP_CHANNEL (user_data);
  TernImapSession *session = TERN_IMAP_SESSION (object);
  TernImapMemory *memory = tern_imap_channel_get_memory (
      self, tern_transport_get_endpoint (tern_imap_session_get_transport (session)));

  if (tern_imap_command_finish (session, result, NULL) && tern_imap_memory_learn (memory, session))
    emit_connected (self);
}

static void
learnt_cb (TernImapSession *session, TernImapChannel *self)
{
  TernImapMemory *memory = tern_imap_channel_get_memory (
      self, tern_transport_get_endpoint (tern_imap_session_get_transport (session)));

  if (tern_imap_memory_learn (memory, session))
    emit_connected (self);
}

/* What follows the sign-in, in one flight with it or with the first request's commands. */
static void
send_follow_up (TernImapSession *session)
{
  static const char *const wanted[] = { "QRESYNC", "UTF8=ACCEPT" };
  const char *extensions[G_N_ELEMENTS (wanted) + 1] = { NULL };
  guint n = 0;
  const TernImapQuirks *quirks = tern_imap_session_get_quirks (session);

  if (tern_imap_session_has (session, "ID") || (quirks->flags & TERN_IMAP_QUIRK_WANTS_ID) != 0)
    tern_imap_id_async (session, NULL, ignore_cb, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (tern_imap_session_has (session, wanted[i]))
      extensions[n++] = wanted[i];
  if (n > 0 && tern_imap_session_has (session, "ENABLE"))
    tern_imap_enable_async (session, extensions, NULL, ignore_cb, NULL);
}

/* The server has answered the sign-in. */
static void
take_sign_in (TernImapChannel *self, Connecting *connecting, TernImapSession *session)
{
  TernEndpoint *endpoint = tern_transport_get_endpoint (tern_imap_session_get_transport (session));

  g_signal_connect_object (session, "learnt", G_CALLBACK (learnt_cb), self, 0);
  self->is_renewing = FALSE;
  tern_imap_channel_tell_connected (self, session, connecting->number);
  tern_imap_channel_set_route (self, make_route (connecting, session));
  for (guint i = 0; i < self->memories->len; i++)
    {
      TernImapMemory *memory = self->memories->pdata[i];

      memory->is_favourite = tern_endpoint_equal (memory->endpoint, endpoint);
      g_clear_error (&memory->refused);
      if (!memory->is_favourite)
        continue;
      tern_imap_session_assume_capabilities (session, memory->capabilities);
      tern_imap_memory_learn (memory, session);
      if (!tern_imap_session_knows_capabilities (session))
        tern_imap_capability_async (session, NULL, capability_cb, g_object_ref (self));
    }
  emit_connected (self);
}

static void
closed_cb (TernImapSession *session, TernImapChannel *self)
{
  TernImapMemory *memory = tern_imap_channel_get_memory (
      self, tern_transport_get_endpoint (tern_imap_session_get_transport (session)));

  if (tern_imap_session_has_no_mailbox (session))
    memory->has_no_mailbox = TRUE;
  if (!tern_imap_session_has_lost_input (session) || memory->is_sequential)
    return;
  memory->is_sequential = TRUE;
  emit_connected (self); /* what is remembered has changed */
}

static void
succeed (GTask *task)
{
  TernImapChannel *self = g_task_get_source_object (task);
  Connecting *connecting = g_task_get_task_data (task);
  g_autoptr (TernImapSession) session = g_steal_pointer (&connecting->session);

  tern_race_settle (connecting->race, G_OBJECT (session));
  g_signal_connect_object (session, "closed", G_CALLBACK (closed_cb), self, 0);
  take_sign_in (self, connecting, session);
  send_follow_up (session);
  g_task_return_pointer (task, g_steal_pointer (&session), g_object_unref);
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
  if (gives_up_token (g_task_get_source_object (task), connecting, error))
    {
      tern_imap_session_close (session);
      g_clear_object (&connecting->session);
      renew_token (task);
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

/* The answer to a sign-in behind which commands are on their way already. */
static void
ahead_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data); /* returned long ago */
  TernImapChannel *self = g_task_get_source_object (task);
  Connecting *connecting = g_task_get_task_data (task);
  TernImapSession *session = TERN_IMAP_SESSION (object);
  TernEndpoint *endpoint = tern_transport_get_endpoint (tern_imap_session_get_transport (session));
  TernImapMemory *memory = tern_imap_channel_get_memory (self, endpoint);

  if (tern_imap_command_finish (session, result, &connecting->error))
    {
      take_sign_in (self, connecting, session);
      return;
    }
  if (g_error_matches (connecting->error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return;
  if (gives_up_token (self, connecting, connecting->error))
    {
      self->is_renewing = TRUE; /* what left with it is repeated over the next connection */
      return;
    }
  self->is_renewing = FALSE;
  g_ptr_array_add (connecting->refused, tern_endpoint_ref (endpoint));
  tern_imap_channel_set_route (self, make_route (connecting, NULL));
  g_clear_error (&memory->refused);
  memory->refused = g_error_copy (connecting->error);
  tern_imap_channel_do_with_others (self, memory->refused);
}

/* Signs in and gives the session away at once: its first commands leave in the same flight. */
static void
send_ahead (GTask *task, const TernImapMemory *memory)
{
  TernImapChannel *self = g_task_get_source_object (task);
  Connecting *connecting = g_task_get_task_data (task);
  g_autoptr (TernImapSession) session = g_steal_pointer (&connecting->session);

  tern_race_settle (connecting->race, G_OBJECT (session));
  g_signal_connect_object (session, "closed", G_CALLBACK (closed_cb), self, 0);
  authenticate (connecting, self, session, NULL, ahead_cb, g_object_ref (task));
  tern_imap_session_look_ahead (session, memory->capabilities);
  send_follow_up (session);
  g_task_return_pointer (task, g_steal_pointer (&session), g_object_unref);
  g_object_unref (task);
}

/* What is under way of token and race has failed, or was given up because the other one had. */
static void
fail (GTask *task, GError *error)
{
  Connecting *connecting = g_task_get_task_data (task);

  if (connecting->failure == NULL)
    connecting->failure = error;
  else
    g_error_free (error);
  if (connecting->waits_for_token || connecting->waits_for_race)
    {
      g_cancellable_cancel (connecting->cancellable);
      return;
    }
  if (connecting->session != NULL)
    tern_imap_session_close (connecting->session);
  if (connecting->race != NULL)
    give_up (task, g_steal_pointer (&connecting->failure));
  else
    {
      g_task_return_error (task, g_steal_pointer (&connecting->failure));
      g_object_unref (task);
    }
}

static void
sign_in (GTask *task)
{
  TernImapChannel *self = g_task_get_source_object (task);
  Connecting *connecting = g_task_get_task_data (task);
  TernImapSession *session = connecting->session;
  TernImapMemory *memory = tern_imap_channel_get_memory (
      self, tern_transport_get_endpoint (tern_imap_session_get_transport (session)));

  if (memory != NULL)
    tern_imap_session_assume_capabilities (session, memory->before ?: memory->capabilities);
  if (memory != NULL && memory->capabilities != NULL && !memory->is_sequential &&
      tern_imap_session_can_look_ahead (session, connecting->token != NULL))
    send_ahead (task, memory);
  else
    authenticate (connecting, self, session, g_task_get_cancellable (task), authenticate_cb, task);
}

static void
next_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  TernImapChannel *self = g_task_get_source_object (task);
  Connecting *connecting = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GObject) ready = tern_race_next_finish (TERN_RACE (object), result, &error);
  TernEndpoint *endpoint;

  connecting->waits_for_race = FALSE;
  if (ready == NULL)
    {
      fail (task, error);
      return;
    }
  g_set_object (&connecting->session, TERN_IMAP_SESSION (ready));
  tern_imap_session_set_times (connecting->session, &self->timing.session);
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
  if (!connecting->waits_for_token)
    sign_in (task);
}

static void
next_session (GTask *task)
{
  Connecting *connecting = g_task_get_task_data (task);

  connecting->waits_for_race = TRUE;
  tern_race_next_async (connecting->race, connecting->cancellable, next_cb, task);
}

/* Whether somewhere the sign-in was not refused yet. */
static gboolean
has_untried (TernImapChannel *self)
{
  for (guint i = 0; i < self->memories->len; i++)
    {
      const TernImapMemory *memory = self->memories->pdata[i];

      if (memory->refused == NULL && !memory->has_no_mailbox)
        return TRUE;
    }
  return FALSE;
}

/* Whether a command that failed with its session may work over a new connection, for it left
 * ahead of the sign-in's answer: the server loses such commands, or refused the sign-in, and there
 * is another server, or one of the connections that it let in before. */
gboolean
tern_imap_connect_has_other_way (TernImapChannel *self,
                                 TernImapSession *session,
                                 const GError *error)
{
  const TernImapMemory *memory;

  if (tern_imap_session_has_no_mailbox (session))
    return has_untried (self);
  if (!tern_imap_session_looks_ahead (session))
    return FALSE;
  if (self->is_renewing && g_error_matches (error, TERN_ERROR, TERN_ERROR_AUTH))
    return TRUE;
  if (tern_imap_session_has_lost_input (session))
    return TRUE;
  memory = tern_imap_channel_get_memory (
      self, tern_transport_get_endpoint (tern_imap_session_get_transport (session)));
  return memory->refused != NULL &&
         (has_untried (self) || tern_imap_channel_count_signed_in (self) > 0) &&
         g_error_matches (error, memory->refused->domain, memory->refused->code);
}

/* What a sign-in that was sent ahead was refused by is not asked again, where there are others. */
static void
leave_out_refused (TernImapChannel *self, Connecting *connecting)
{
  gboolean others = has_untried (self);

  for (guint i = 0; i < self->memories->len; i++)
    {
      TernImapMemory *memory = self->memories->pdata[i];

      if ((memory->refused != NULL || memory->has_no_mailbox) && others)
        {
          g_ptr_array_add (connecting->refused, tern_endpoint_ref (memory->endpoint));
          if (connecting->error == NULL && memory->refused != NULL)
            connecting->error = g_error_copy (memory->refused);
        }
    }
}

static void
start_race (GTask *task)
{
  TernImapChannel *self = g_task_get_source_object (task);
  Connecting *connecting = g_task_get_task_data (task);

  g_clear_object (&connecting->race);
  connecting->race = tern_race_new (&tern_imap_race_protocol, self->trust, DEADLINE_MS);
  connecting->number = ++self->connections;
  tern_imap_channel_observe_race (self, connecting->race, connecting->number);
  leave_out_refused (self, connecting);
  for (guint i = 0; i < self->memories->len; i++)
    {
      const TernImapMemory *memory = self->memories->pdata[i];

      tern_race_add_endpoint (connecting->race, memory->endpoint, memory->usual_ms,
                              memory->is_favourite);
    }
  next_session (task);
}

/* A sign-in without them is known to be refused. */
static void
check_scopes (TernTokenSource *tokens, const TernToken *token, GError **error)
{
  const TernProvider *provider = tern_token_source_get_provider (tokens);
  g_autofree char *missing =
      tern_token_dup_missing (token, tern_provider_get_scope (provider, "imap"));

  if (missing != NULL)
    g_set_error (error, TERN_ERROR, TERN_ERROR_AUTH, "the sign-in does not allow %s", missing);
}

static void
token_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Connecting *connecting = g_task_get_task_data (task);
  GError *error = NULL;

  connecting->waits_for_token = FALSE;
  connecting->token = tern_token_source_get_finish (TERN_TOKEN_SOURCE (object), result, &error);
  if (connecting->token != NULL)
    check_scopes (TERN_TOKEN_SOURCE (object), connecting->token, &error);
  if (error != NULL)
    fail (task, error);
  else if (connecting->failure != NULL)
    fail (task, g_steal_pointer (&connecting->failure));
  else if (!connecting->waits_for_race)
    sign_in (task);
}

/* The token comes from elsewhere: the way to the server is made meanwhile, unless it is known that
 * there is no token. */
static void
begin (GTask *task)
{
  TernImapChannel *self = g_task_get_source_object (task);
  Connecting *connecting = g_task_get_task_data (task);

  if (self->tokens != NULL)
    {
      connecting->waits_for_token = TRUE;
      tern_token_source_get_async (self->tokens, "imap", connecting->cancellable, token_cb, task);
    }
  if (self->tokens == NULL || !tern_token_source_is_refused (self->tokens, "imap"))
    start_race (task);
}

static void
cancelled_cb (GCancellable *caller, gpointer user_data)
{
  g_cancellable_cancel (user_data);
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
  connecting->has_renewed = self->is_renewing;
  connecting->cancellable = g_cancellable_new ();
  g_task_set_task_data (task, connecting, connecting_free);
  if (cancellable != NULL)
    {
      connecting->caller = g_object_ref (cancellable);
      connecting->cancelled_handler =
          g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb),
                                 g_object_ref (connecting->cancellable), g_object_unref);
    }
  begin (task);
}

/* Returns a session that is signed in, or whose sign-in is on its way: what is sent over it then
 * leaves in the same flight, and fails where the sign-in fails. */
TernImapSession *
tern_imap_connect_finish (TernImapChannel *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
