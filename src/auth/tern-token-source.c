/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-token-source.h"

#include <string.h>

#include "tern-error.h"
#include "tern-provider-private.h"
#include "tern-secrets.h"
#include "tern-token-answer-private.h"
#include "tern-trace.h"

struct _TernTokenSource
{
  GObject parent_instance;

  TernTokenClient *client;
  TernProvider *provider;
  char *uuid;  /* (nullable): NULL where the account is not kept yet */
  char *label; /* (nullable) */
  char *client_id;
  char *refresh;       /* (nullable): the newest refresh token while the keyring does not hold it */
  guint generation;    /* of the sign-in: what an older one yields comes too late */
  GHashTable *tokens;  /* resource → TernToken to hand out */
  GHashTable *known;   /* resource → TernToken, the last one there was */
  GHashTable *refused; /* resource → GError: only the user can help */
  GQueue waiting;      /* Waiter, oldest first */
  gboolean is_busy;    /* one step at a time: a refresh token may be good for one use only */
};

/* Who waits for a token of a resource, or, with NULL, for the keyring to hold the refresh token. */
typedef struct
{
  GTask *task;
  const char *resource; /* interned */
  TernToken *token;     /* (nullable): came while it waited, and is its own however soon it ends */
  GSource *cancelled;
} Waiter;

/* A refresh that is under way. */
typedef struct
{
  TernTokenSource *source;
  const char *resource; /* interned */
  char *refresh;
  guint generation;
  gint64 started;
} Refresh;

enum
{
  SCOPES_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TernTokenSource, tern_token_source, G_TYPE_OBJECT)

static void
forget_secret (char **secret)
{
  if (*secret != NULL)
    explicit_bzero (*secret, strlen (*secret));
  g_clear_pointer (secret, g_free);
}

static void
tern_token_source_dispose (GObject *object)
{
  TernTokenSource *self = TERN_TOKEN_SOURCE (object);

  g_clear_object (&self->client);

  G_OBJECT_CLASS (tern_token_source_parent_class)->dispose (object);
}

static void
tern_token_source_finalize (GObject *object)
{
  TernTokenSource *self = TERN_TOKEN_SOURCE (object);

  tern_provider_unref (self->provider);
  g_free (self->uuid);
  g_free (self->label);
  g_free (self->client_id);
  forget_secret (&self->refresh);
  g_hash_table_unref (self->tokens);
  g_hash_table_unref (self->known);
  g_hash_table_unref (self->refused);

  G_OBJECT_CLASS (tern_token_source_parent_class)->finalize (object);
}

static void
tern_token_source_class_init (TernTokenSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tern_token_source_dispose;
  object_class->finalize = tern_token_source_finalize;

  /**
   * TernTokenSource::scopes-changed:
   * @self: the source
   * @resource: "graph", "imap" or "smtp"
   *
   * What the tokens of a resource may be used for is not what it was.
   */
  signals[SCOPES_CHANGED] =
      g_signal_new ("scopes-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
tern_token_source_init (TernTokenSource *self)
{
  self->tokens =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) tern_token_unref);
  self->known =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) tern_token_unref);
  self->refused =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_error_free);
  g_queue_init (&self->waiting);
}

/**
 * tern_token_source_new:
 * @client: what speaks with token endpoints
 * @provider: whose account it is
 * @uuid: (nullable): names the account's refresh token in the keyring; %NULL where the account is
 *   not kept yet: then all stays in memory until tern_token_source_keep_async()
 * @label: (nullable): its address, which the user's keyring program shows for it
 * @client_id: (nullable): what the account signs in as; %NULL for the provider's
 *
 * Makes what hands out the access tokens of one account. Nothing is asked for before the first
 * request.
 *
 * Returns: (transfer full): a new source
 */
TernTokenSource *
tern_token_source_new (TernTokenClient *client,
                       TernProvider *provider,
                       const char *uuid,
                       const char *label,
                       const char *client_id)
{
  TernTokenSource *self = g_object_new (TERN_TYPE_TOKEN_SOURCE, NULL);

  self->client = g_object_ref (client);
  self->provider = tern_provider_ref (provider);
  self->uuid = g_strdup (uuid);
  self->label = g_strdup (label);
  self->client_id = g_strdup (client_id != NULL ? client_id : provider->client_id);
  return self;
}

/**
 * tern_token_source_get_provider:
 * @self: a source
 *
 * Returns: (transfer none): whose account it is
 */
TernProvider *
tern_token_source_get_provider (TernTokenSource *self)
{
  return self->provider;
}

/* --- Those who wait --- */

static void advance (TernTokenSource *self);

static GTask *
waiter_steal_task (Waiter *self)
{
  GTask *task = self->task;

  if (self->cancelled != NULL)
    {
      g_source_destroy (self->cancelled);
      g_source_unref (self->cancelled);
    }
  g_clear_pointer (&self->token, tern_token_unref);
  g_free (self);
  return task;
}

static gboolean
waiter_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  Waiter *waiter = user_data;
  TernTokenSource *self = g_task_get_source_object (waiter->task);
  g_autoptr (GTask) task = NULL;

  /* What was asked for goes on: its answer may replace the refresh token. */
  g_queue_remove (&self->waiting, waiter);
  task = waiter_steal_task (waiter);
  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

static void
wait (TernTokenSource *self, GTask *task, const char *resource)
{
  Waiter *waiter = g_new0 (Waiter, 1);

  waiter->task = task;
  waiter->resource = resource;
  if (g_task_get_cancellable (task) != NULL)
    {
      waiter->cancelled = g_cancellable_source_new (g_task_get_cancellable (task));
      g_source_set_callback (waiter->cancelled, G_SOURCE_FUNC (waiter_cancelled_cb), waiter, NULL);
      g_source_attach (waiter->cancelled, g_main_context_get_thread_default ());
    }
  g_queue_push_tail (&self->waiting, waiter);
  advance (self);
}

/* Fails those who wait for a resource; all of them where it is NULL. */
static void
fail_waiting (TernTokenSource *self, const char *resource, const GError *error)
{
  GList *next;

  for (GList *l = self->waiting.head; l != NULL; l = next)
    {
      Waiter *waiter = l->data;
      g_autoptr (GTask) task = NULL;

      next = l->next;
      if (resource != NULL && waiter->resource != resource)
        continue;
      g_queue_delete_link (&self->waiting, l);
      task = waiter_steal_task (waiter);
      g_task_return_error (task, g_error_copy (error));
    }
}

/* Whether tokens may be handed out: not before the keyring holds what gets the next ones. */
static gboolean
is_saved (TernTokenSource *self)
{
  return self->refresh == NULL || self->uuid == NULL;
}

static TernToken *
get_fresh (TernTokenSource *self, const char *resource)
{
  TernToken *token = g_hash_table_lookup (self->tokens, resource);

  return token != NULL && tern_token_is_fresh (token) ? token : NULL;
}

/* Answers the one who waits longest from what is there. Returns FALSE where that is not enough. */
static gboolean
answer_first (TernTokenSource *self)
{
  Waiter *waiter = g_queue_peek_head (&self->waiting);
  const GError *refused =
      waiter->resource != NULL ? g_hash_table_lookup (self->refused, waiter->resource) : NULL;
  g_autoptr (TernToken) token = waiter->token != NULL ? tern_token_ref (waiter->token) : NULL;
  g_autoptr (GTask) task = NULL;

  if (token == NULL && waiter->resource != NULL && get_fresh (self, waiter->resource) != NULL)
    token = tern_token_ref (get_fresh (self, waiter->resource));
  if (!is_saved (self) || (waiter->resource != NULL && refused == NULL && token == NULL))
    return FALSE;
  g_queue_pop_head (&self->waiting);
  if (waiter->resource == NULL)
    {
      task = waiter_steal_task (waiter);
      g_task_return_boolean (task, TRUE);
      return TRUE;
    }
  task = waiter_steal_task (waiter);
  if (refused != NULL)
    g_task_return_error (task, g_error_copy (refused));
  else
    g_task_return_pointer (task, g_steal_pointer (&token), (GDestroyNotify) tern_token_unref);
  return TRUE;
}

/* --- The steps: keyring, provider, keyring --- */

static void
store_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Refresh *stored = user_data;
  g_autoptr (TernTokenSource) self = stored->source;
  g_autoptr (GError) error = NULL;

  self->is_busy = FALSE;
  if (!tern_secrets_store_finish (result, &error))
    fail_waiting (self, NULL, error); /* the next request tries to store it again */
  else if (g_strcmp0 (self->refresh, stored->refresh) == 0)
    forget_secret (&self->refresh);
  forget_secret (&stored->refresh);
  g_free (stored);
  advance (self);
}

static void
store (TernTokenSource *self)
{
  Refresh *stored = g_new0 (Refresh, 1);

  self->is_busy = TRUE;
  stored->source = g_object_ref (self);
  stored->refresh = g_strdup (self->refresh);
  tern_secrets_store_async (TERN_SECRET_REFRESH_TOKEN, self->uuid,
                            self->label != NULL ? self->label : "Tern", self->refresh, NULL,
                            store_cb, stored);
}

static void
take_token (TernTokenSource *self, const char *resource, TernToken *token)
{
  TernToken *before = g_hash_table_lookup (self->known, resource);
  gboolean changed = before != NULL && !tern_token_has_same_scopes (before, token);

  g_hash_table_replace (self->known, (char *) resource, tern_token_ref (token));
  g_hash_table_replace (self->tokens, (char *) resource, tern_token_ref (token));
  for (GList *l = self->waiting.head; l != NULL; l = l->next)
    {
      Waiter *waiter = l->data;

      if (waiter->resource == resource && waiter->token == NULL)
        waiter->token = tern_token_ref (token);
    }
  if (changed)
    g_signal_emit (self, signals[SCOPES_CHANGED], 0, resource);
}

static void
trace_refresh (const Refresh *refresh, const TernToken *token)
{
  g_autofree char *scopes = tern_token_dup_scopes (token);

  tern_trace ("token.refresh", TERN_TRACE_STR ("resource", refresh->resource),
              TERN_TRACE_STR ("scopes", scopes),
              TERN_TRACE_MS ("ms", g_get_monotonic_time () - refresh->started));
}

static void
end_refresh (Refresh *refresh)
{
  TernTokenSource *self = refresh->source;

  self->is_busy = FALSE;
  forget_secret (&refresh->refresh);
  g_free (refresh);
  advance (self);
  g_object_unref (self);
}

static void
take_error (Refresh *refresh, const GError *error)
{
  TernTokenSource *self = refresh->source;
  gboolean is_final = g_error_matches (error, TERN_ERROR, TERN_ERROR_AUTH) ||
                      g_error_matches (error, TERN_ERROR, TERN_ERROR_PERMISSION);

  if (is_final)
    g_hash_table_replace (self->refused, (char *) refresh->resource, g_error_copy (error));
  /* Where the provider could not be asked, another resource could not be asked for either. */
  fail_waiting (self, is_final ? refresh->resource : NULL, error);
}

static void
posted_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Refresh *refresh = user_data;
  TernTokenSource *self = refresh->source;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernTokenReply) reply =
      tern_token_client_post_finish (TERN_TOKEN_CLIENT (object), result, &error);
  g_autoptr (TernTokenAnswer) answer = reply ? tern_token_answer_read (reply, &error) : NULL;

  if (refresh->generation == self->generation && answer != NULL)
    {
      trace_refresh (refresh, answer->token);
      if (answer->refresh != NULL && g_strcmp0 (answer->refresh, refresh->refresh) != 0)
        {
          forget_secret (&self->refresh);
          self->refresh = g_strdup (answer->refresh);
        }
      take_token (self, refresh->resource, answer->token);
    }
  else if (refresh->generation == self->generation)
    {
      if (g_error_matches (error, TERN_ERROR, TERN_ERROR_AUTH))
        tern_error_set_detail (error, self->label);
      take_error (refresh, error);
    }
  end_refresh (refresh);
}

static void
post (Refresh *refresh)
{
  TernTokenSource *self = refresh->source;
  const TernProvider *provider = self->provider;
  const char *form[] = {
    "grant_type",
    "refresh_token",
    "client_id",
    self->client_id,
    "refresh_token",
    refresh->refresh,
    "scope",
    tern_provider_get_scope (provider, refresh->resource),
    "client_secret",
    provider->client_secret,
    NULL,
  };

  refresh->started = g_get_monotonic_time ();
  tern_token_client_post_async (self->client, provider, provider->token, form, NULL, posted_cb,
                                refresh);
}

static void
lookup_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Refresh *refresh = user_data;
  TernTokenSource *self = refresh->source;
  g_autoptr (GError) error = NULL;
  char *secret = tern_secrets_lookup_finish (result, &error);

  if (secret != NULL && refresh->generation == self->generation)
    {
      refresh->refresh = g_strdup (secret);
      post (refresh);
    }
  else
    {
      if (secret == NULL && refresh->generation == self->generation)
        fail_waiting (self, NULL, error);
      end_refresh (refresh);
    }
  tern_secrets_free (secret);
}

static void
begin_refresh (TernTokenSource *self, const char *resource)
{
  Refresh *refresh = g_new0 (Refresh, 1);

  self->is_busy = TRUE;
  refresh->source = g_object_ref (self);
  refresh->resource = resource;
  refresh->generation = self->generation;
  if (self->refresh != NULL)
    {
      refresh->refresh = g_strdup (self->refresh);
      post (refresh);
    }
  else
    tern_secrets_lookup_async (TERN_SECRET_REFRESH_TOKEN, self->uuid, NULL, lookup_cb, refresh);
}

/* Does what the one who waits longest needs next, until nobody waits or something is under way. */
static void
advance (TernTokenSource *self)
{
  g_autoptr (TernTokenSource) alive = g_object_ref (self);

  while (!self->is_busy && !g_queue_is_empty (&self->waiting))
    {
      const Waiter *first = g_queue_peek_head (&self->waiting);

      if (answer_first (self))
        continue;
      if (!is_saved (self))
        store (self);
      else
        begin_refresh (self, first->resource);
    }
}

/* --- Public --- */

/**
 * tern_token_source_get_async:
 * @self: a source
 * @resource: "graph", "imap" or "smtp"
 * @cancellable: (nullable): a cancellable; what was asked of the provider goes on all the same
 * @callback: called when done
 * @user_data: for @callback
 *
 * Gives an access token for a resource: the one at hand while it is good, else a new one (RFC 6749
 * section 6). Requests of one account go one after the other, and those who want the same wait for
 * the same request. A refresh token that comes with the answer is in the keyring before the access
 * token is handed out. After a refusal nothing is asked for that resource until the user has signed
 * in again.
 */
void
tern_token_source_get_async (TernTokenSource *self,
                             const char *resource,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_token_source_get_async);
  if (tern_provider_get_scope (self->provider, resource) == NULL || self->provider->token == NULL)
    g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_UNSUPPORTED,
                             "%s gives out no token for %s", self->provider->name, resource);
  else if (self->client_id == NULL)
    g_task_return_error (task, tern_provider_make_unregistered_error (self->provider));
  else if (self->uuid == NULL && self->refresh == NULL && get_fresh (self, resource) == NULL)
    g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_AUTH, "the account has not signed in");
  else
    wait (self, g_steal_pointer (&task), g_intern_string (resource));
}

/**
 * tern_token_source_get_finish:
 * @self: a source
 * @result: the result
 * @error: return location: %TERN_ERROR_AUTH where the user has to sign in, with the account's
 *   address as detail; %TERN_ERROR_PERMISSION
 *   where the provider refuses this resource; %TERN_ERROR_BUSY, perhaps with the seconds to wait as
 *   detail, where it has trouble; a transport error where it could not be asked;
 *   %TERN_ERROR_SECRET, with the detail "missing" where there never was a sign-in;
 *   %TERN_ERROR_UNSUPPORTED where the provider has no such resource
 *
 * Returns: (transfer full) (nullable): the token
 */
TernToken *
tern_token_source_get_finish (TernTokenSource *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * tern_token_source_is_refused:
 * @self: a source
 * @resource: "graph", "imap" or "smtp"
 *
 * Returns: whether the provider has refused tokens for it, so that there is none before the user
 * has signed in again
 */
gboolean
tern_token_source_is_refused (TernTokenSource *self, const char *resource)
{
  return self->client_id == NULL || self->provider->token == NULL ||
         tern_provider_get_scope (self->provider, resource) == NULL ||
         g_hash_table_contains (self->refused, resource);
}

/**
 * tern_token_source_invalidate:
 * @self: a source
 * @access: the access token that a server refused
 *
 * Hands it out no more; the next request gets a new one. One that was replaced already is let be.
 */
void
tern_token_source_invalidate (TernTokenSource *self, const char *access)
{
  GHashTableIter iter;
  TernToken *token;

  g_hash_table_iter_init (&iter, self->tokens);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &token))
    if (strcmp (token->access, access) == 0)
      g_hash_table_iter_remove (&iter);
}

/**
 * tern_token_source_sign_in_async:
 * @self: a source
 * @resource: (nullable): what the access token of @answer is for; %NULL where it has none
 * @answer: what a sign-in yielded
 * @cancellable: (nullable): a cancellable
 * @callback: called when the keyring holds it; at once where the account is not kept yet
 * @user_data: for @callback
 *
 * Takes the account's new credentials: nothing that was handed out, refused or asked for with those
 * before counts any more. Finish with tern_token_source_store_finish().
 */
void
tern_token_source_sign_in_async (TernTokenSource *self,
                                 const char *resource,
                                 TernTokenAnswer *answer,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_token_source_sign_in_async);
  self->generation++;
  g_hash_table_remove_all (self->tokens);
  g_hash_table_remove_all (self->refused);
  if (answer->refresh != NULL)
    {
      forget_secret (&self->refresh);
      self->refresh = g_strdup (answer->refresh);
    }
  if (resource != NULL && answer->token != NULL)
    take_token (self, g_intern_string (resource), answer->token);
  wait (self, g_steal_pointer (&task), NULL);
}

/**
 * tern_token_source_keep_async:
 * @self: a source of an account that was not kept yet
 * @uuid: names its refresh token in the keyring from now on
 * @label: what the user's keyring program shows for it
 * @cancellable: (nullable): a cancellable
 * @callback: called when the keyring holds the refresh token
 * @user_data: for @callback
 *
 * Keeps in the keyring what was in memory. Finish with tern_token_source_store_finish().
 */
void
tern_token_source_keep_async (TernTokenSource *self,
                              const char *uuid,
                              const char *label,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_token_source_keep_async);
  g_free (self->uuid);
  self->uuid = g_strdup (uuid);
  g_free (self->label);
  self->label = g_strdup (label);
  wait (self, g_steal_pointer (&task), NULL);
}

/**
 * tern_token_source_store_finish:
 * @self: a source
 * @result: the result
 * @error: return location for %TERN_ERROR_SECRET
 *
 * Returns: whether the keyring holds the account's refresh token
 */
gboolean
tern_token_source_store_finish (TernTokenSource *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
