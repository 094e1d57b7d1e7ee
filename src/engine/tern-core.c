/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-core.h"

#include "tern-error.h"
#include "tern-imap-budget.h"
#include "tern-providers.h"
#include "tern-runner.h"
#include "tern-sign-in.h"
#include "tern-watcher.h"

/* The window draws no more often than this, so it is told no more often (µs). */
#define FRAME (G_USEC_PER_SEC / 60)
/* A network that comes or goes changes several times in a row (ms). */
#define NETWORK_SETTLES 500
/* Connections of all accounts together. */
#define MAX_CONNECTIONS 40
/* What was cancelled ends at once, but for a keyring that does not listen (ms). */
#define CLOSE_DEADLINE 2000

struct _TernCore
{
  char *dir;
  const TernCoreListener *listener;
  gpointer listener_data;

  gint64 start; /* µs of real time */
  TernStore *store;
  TernTrust *trust;
  TernProviders *providers;
  GError *providers_error; /* (nullable): why a file of them is not used */
  TernTokenClient *token_client;
  GHashTable *sign_ins; /* number → TernSignIn: begun, and nobody waits for them yet */
  guint last_sign_in;
  GHashTable *runners;    /* gint64 account id → TernRunner */
  guint living;           /* runners, with those closed and still at work; other work */
  GPtrArray *guests;      /* TernChannel, unowned: of no runner, closed with the core */
  gboolean is_metered;    /* the network costs money */
  gboolean is_background; /* what nobody asked for is fetched, too */
  TernImapBudget *budget;
  TernWatcher *watcher;
  gboolean has_network;    /* when it changed last */
  GSource *network_source; /* runs while it may be changing still */
  GCancellable *closing;

  TernChanges *changes; /* not told yet; NULL for none */
  GHashTable *statuses; /* gint64 account id → TernStatus, not told yet */
  GPtrArray *events;    /* TernEvent, not told yet */
  GSource *flush_source;
  gint64 last_flush;
};

/**
 * tern_core_new:
 * @dir: where database and cache are
 * @listener: takes what the core tells; must outlive it
 * @user_data: for @listener
 *
 * Makes the engine's side without touching the disk. It belongs to the thread whose default main
 * context is the current one.
 *
 * Returns: (transfer full): a new core
 */
TernCore *
tern_core_new (const char *dir, const TernCoreListener *listener, gpointer user_data)
{
  TernCore *self = g_new0 (TernCore, 1);

  self->dir = g_strdup (dir);
  self->listener = listener;
  self->listener_data = user_data;
  self->start = g_get_real_time ();
  self->trust = tern_trust_new ();
  self->runners = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
  self->sign_ins = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  self->guests = g_ptr_array_new ();
  self->budget = tern_imap_budget_new (MAX_CONNECTIONS);
  self->watcher = tern_watcher_new (self);
  self->closing = g_cancellable_new ();
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_event_unref);
  self->statuses =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) tern_status_unref);
  return self;
}

static gboolean
deadline_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Everybody who asked for something gets an answer, on a thread that still turns. */
static gboolean
drain (TernCore *self)
{
  GMainContext *context = g_main_context_get_thread_default ();
  g_autoptr (GSource) deadline = g_timeout_source_new (CLOSE_DEADLINE);
  gboolean late = FALSE;

  g_source_set_callback (deadline, deadline_cb, &late, NULL);
  g_source_attach (deadline, context);
  while (!late && (self->living > 0 || self->guests->len > 0))
    g_main_context_iteration (context, TRUE);
  g_source_destroy (deadline);
  while (g_main_context_iteration (context, FALSE))
    ;
  return self->living == 0 && self->guests->len == 0;
}

/**
 * tern_core_free:
 * @self: (transfer full): a core
 *
 * Gives up all connections without waiting for a server, tells what was not told yet, and closes
 * the database.
 */
void
tern_core_free (TernCore *self)
{
  GHashTableIter iter;
  gpointer runner;

  g_clear_pointer (&self->watcher, tern_watcher_free);
  if (self->network_source != NULL)
    g_source_destroy (self->network_source);
  g_clear_pointer (&self->network_source, g_source_unref);
  g_hash_table_iter_init (&iter, self->runners);
  while (g_hash_table_iter_next (&iter, NULL, &runner))
    tern_runner_close (runner);
  g_hash_table_remove_all (self->runners);
  g_cancellable_cancel (self->closing);
  for (guint i = self->guests->len; i > 0; i--)
    tern_channel_close (g_ptr_array_index (self->guests, i - 1));

  if (!drain (self))
    {
      /* Better not freed than freed under somebody's hands. */
      g_warning ("Something goes on after the end");
      return;
    }
  tern_core_flush (self);
  g_hash_table_unref (self->runners);
  g_ptr_array_unref (self->guests);
  tern_imap_budget_unref (self->budget);
  g_object_unref (self->closing);
  g_hash_table_unref (self->statuses);
  g_ptr_array_unref (self->events);
  g_clear_object (&self->trust);
  g_clear_pointer (&self->providers, tern_providers_free);
  g_clear_error (&self->providers_error);
  g_clear_object (&self->token_client);
  g_hash_table_unref (self->sign_ins);
  g_clear_object (&self->store);
  g_free (self->dir);
  g_free (self);
}

/**
 * tern_core_open:
 * @self: a core
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Opens the database, makes or migrates it, and loads what is needed before the first request.
 * Called again after a failure it tries again.
 *
 * Returns: whether the core can be used
 */
gboolean
tern_core_open (TernCore *self, GError **error)
{
  g_autoptr (TernStore) store = NULL;
  g_autoptr (GPtrArray) trusted = NULL;
  g_autoptr (GPtrArray) accounts = NULL;

  if (self->store != NULL)
    return TRUE;

  store = tern_store_open (self->dir, error);
  if (store == NULL)
    return FALSE;
  trusted = tern_store_list_trust (store, error);
  if (trusted == NULL)
    return FALSE;
  for (guint i = 0; i < trusted->len; i++)
    {
      const TernStoreTrust *trust = g_ptr_array_index (trusted, i);

      tern_trust_add (self->trust, trust->host, trust->port, trust->fingerprint);
    }
  accounts = tern_store_list_accounts (store, error);
  if (accounts == NULL)
    return FALSE;

  self->store = g_steal_pointer (&store);

  /* What a crash or an offline time left in the log is sent as soon as there is a way. */
  for (guint i = 0; i < accounts->len; i++)
    {
      const TernAccount *account = g_ptr_array_index (accounts, i);
      TernRunner *runner = NULL;

      if (tern_store_has_operations (self->store, account->id))
        runner = tern_core_get_runner (self, account->id, NULL);
      if (runner != NULL)
        tern_runner_replay (runner);
    }
  return TRUE;
}

/**
 * tern_core_open_reader:
 * @self: a core
 * @error: return location for %TERN_ERROR_GONE where there is no database of this version
 *
 * Opens the database to be read beside another program that works with it. What would write fails,
 * and no server is to be asked.
 *
 * Returns: whether the core can be used
 */
gboolean
tern_core_open_reader (TernCore *self, GError **error)
{
  if (self->store == NULL)
    self->store = tern_store_open_reader (self->dir, error);
  return self->store != NULL;
}

/**
 * tern_core_get_start:
 * @self: a core
 *
 * Returns: when the core was made, µs of real time
 */
gint64
tern_core_get_start (TernCore *self)
{
  return self->start;
}

/**
 * tern_core_get_store:
 * @self: an open core
 *
 * Returns: (transfer none): the database
 */
TernStore *
tern_core_get_store (TernCore *self)
{
  return self->store;
}

/**
 * tern_core_get_trust:
 * @self: a core
 *
 * Returns: (transfer none): the certificates that the user trusts
 */
TernTrust *
tern_core_get_trust (TernCore *self)
{
  return self->trust;
}

/**
 * tern_core_get_providers:
 * @self: a core
 *
 * Loads the providers when they are first needed: the program's own, over them the user's, over
 * them the profile's. A file that cannot be used is left out, which
 * tern_core_check_providers() tells.
 *
 * Returns: (transfer none): the providers
 */
TernProviders *
tern_core_get_providers (TernCore *self)
{
  g_autofree char *user =
      g_build_filename (g_get_user_config_dir (), "tern", "providers.json", NULL);
  g_autofree char *own = g_build_filename (self->dir, "providers.json", NULL);
  const char *files[][3] = { { user, own, NULL }, { own, NULL }, { user, NULL }, { NULL } };

  for (guint i = 0; self->providers == NULL; i++)
    self->providers = tern_providers_load (files[i], i == 0 ? &self->providers_error : NULL);
  return self->providers;
}

/**
 * tern_core_check_providers:
 * @self: a core
 * @error: return location for %TERN_ERROR_INVALID, whose message names file and member, with the
 *   detail "providers"
 *
 * Returns: whether all files of providers are used
 */
gboolean
tern_core_check_providers (TernCore *self, GError **error)
{
  tern_core_get_providers (self);
  if (self->providers_error == NULL)
    return TRUE;
  tern_error_set_detail (self->providers_error, "providers");
  g_propagate_error (error, g_error_copy (self->providers_error));
  return FALSE;
}

/**
 * tern_core_get_token_client:
 * @self: a core
 *
 * Returns: (transfer none): what speaks with the providers' token endpoints
 */
TernTokenClient *
tern_core_get_token_client (TernCore *self)
{
  if (self->token_client == NULL)
    self->token_client = tern_token_client_new ();
  return self->token_client;
}

/**
 * tern_core_add_sign_in:
 * @self: a core
 * @sign_in: a sign-in that has begun
 *
 * Keeps a sign-in until somebody waits for it. Another one that nobody waited for is given up: its
 * page is not on screen any more.
 *
 * Returns: its number
 */
guint
tern_core_add_sign_in (TernCore *self, TernSignIn *sign_in)
{
  g_hash_table_remove_all (self->sign_ins);
  self->last_sign_in++;
  g_hash_table_insert (self->sign_ins, GUINT_TO_POINTER (self->last_sign_in),
                       g_object_ref (sign_in));
  return self->last_sign_in;
}

/**
 * tern_core_take_sign_in:
 * @self: a core
 * @id: the number of a sign-in
 * @error: return location for %TERN_ERROR_GONE
 *
 * Returns: (transfer full) (nullable): the sign-in, which is forgotten, and ends with the core
 */
TernSignIn *
tern_core_take_sign_in (TernCore *self, guint id, GError **error)
{
  gpointer sign_in;

  if (g_hash_table_steal_extended (self->sign_ins, GUINT_TO_POINTER (id), NULL, &sign_in))
    {
      g_signal_connect_object (self->closing, "cancelled", G_CALLBACK (tern_sign_in_cancel),
                               sign_in, G_CONNECT_SWAPPED);
      return sign_in;
    }
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_GONE, "another sign-in has begun");
  return NULL;
}

/**
 * tern_core_get_budget:
 * @self: a core
 *
 * Returns: (transfer none): what bounds the connections of all accounts together
 */
TernImapBudget *
tern_core_get_budget (TernCore *self)
{
  return self->budget;
}

/**
 * tern_core_get_closing:
 * @self: a core
 *
 * Returns: (transfer none): cancelled when the core goes
 */
GCancellable *
tern_core_get_closing (TernCore *self)
{
  return self->closing;
}

/**
 * tern_core_hold:
 * @self: a core
 *
 * Has the core wait, when it goes, for tern_core_release(): something works that is no runner's.
 */
void
tern_core_hold (TernCore *self)
{
  self->living++;
}

/**
 * tern_core_release:
 * @self: a core
 *
 * Tells that what tern_core_hold() was called for has ended.
 */
void
tern_core_release (TernCore *self)
{
  self->living--;
}

/**
 * tern_core_add_guest:
 * @self: a core
 * @channel: a channel that is no runner's
 *
 * Has the channel closed when the core goes, which then waits for tern_core_remove_guest().
 */
void
tern_core_add_guest (TernCore *self, TernChannel *channel)
{
  g_ptr_array_add (self->guests, channel);
}

/**
 * tern_core_remove_guest:
 * @self: a core
 * @channel: a channel given to tern_core_add_guest()
 *
 * Tells that the work with the channel has ended.
 */
void
tern_core_remove_guest (TernCore *self, TernChannel *channel)
{
  g_ptr_array_remove_fast (self->guests, channel);
}

static void
runner_gone_cb (gpointer user_data, GObject *runner)
{
  TernCore *self = user_data;

  self->living--;
}

/**
 * tern_core_get_runner:
 * @self: a core
 * @account_id: an account
 * @error: return location for %TERN_ERROR_GONE, or %TERN_ERROR_STORAGE where the database is not
 * open
 *
 * Finds what does an account's work, made when it is first needed.
 *
 * Returns: (transfer none) (nullable): the runner
 */
TernRunner *
tern_core_get_runner (TernCore *self, gint64 account_id, GError **error)
{
  TernRunner *runner = g_hash_table_lookup (self->runners, &account_id);
  g_autoptr (TernAccount) account = NULL;

  if (runner != NULL)
    return runner;
  if (self->store == NULL)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_STORAGE, "the database is not open");
      return NULL;
    }
  if (g_cancellable_set_error_if_cancelled (self->closing, error))
    return NULL;

  account = tern_store_get_account (self->store, account_id, error);
  if (account == NULL)
    return NULL;
  runner = tern_runner_new (self, account);
  self->living++;
  g_object_weak_ref (G_OBJECT (runner), runner_gone_cb, self);
  g_hash_table_insert (self->runners, g_memdup2 (&account_id, sizeof account_id), runner);
  return runner;
}

/**
 * tern_core_get_runner_of_folder:
 * @self: a core
 * @folder_id: a folder
 * @error: return location for an error
 *
 * Returns: (transfer none) (nullable): the runner of the folder's account
 */
TernRunner *
tern_core_get_runner_of_folder (TernCore *self, gint64 folder_id, GError **error)
{
  g_autoptr (TernFolder) folder = NULL;

  if (self->store == NULL)
    return tern_core_get_runner (self, 0, error);
  folder = tern_store_get_folder (self->store, folder_id, error);
  return folder != NULL ? tern_core_get_runner (self, folder->account_id, error) : NULL;
}

/**
 * tern_core_has_runner:
 * @self: a core
 * @account_id: an account
 *
 * Returns: whether something of the account is at work, or was
 */
gboolean
tern_core_has_runner (TernCore *self, gint64 account_id)
{
  return g_hash_table_contains (self->runners, &account_id);
}

/**
 * tern_core_drop_runner:
 * @self: a core
 * @account_id: an account
 *
 * Closes the connections of an account that was removed, and forgets its state.
 */
void
tern_core_drop_runner (TernCore *self, gint64 account_id)
{
  TernRunner *runner = g_hash_table_lookup (self->runners, &account_id);

  if (runner == NULL)
    return;
  tern_runner_close (runner);
  g_hash_table_remove (self->runners, &account_id);
  tern_watcher_remove_account (self->watcher, account_id);
}

static void
for_each_runner (TernCore *self, void (*func) (TernRunner *runner))
{
  GHashTableIter iter;
  gpointer runner;

  g_hash_table_iter_init (&iter, self->runners);
  while (g_hash_table_iter_next (&iter, NULL, &runner))
    func (runner);
}

static gboolean
network_settled_cb (gpointer user_data)
{
  TernCore *self = user_data;

  g_clear_pointer (&self->network_source, g_source_unref);
  tern_core_sleep (self, !self->has_network);
  return G_SOURCE_REMOVE;
}

/**
 * tern_core_network_changed:
 * @self: a core
 * @available: whether there is a network now
 * @is_metered: whether what passes costs money
 *
 * Lets the accounts that wait for a network try at once, and gives up connections that have lost
 * their way; changes in quick succession count as one. Over a metered network nothing is fetched
 * that nobody asked for.
 */
void
tern_core_network_changed (TernCore *self, gboolean available, gboolean is_metered)
{
  self->is_metered = is_metered;
  self->has_network = available;
  if (self->network_source != NULL)
    return;
  self->network_source = g_timeout_source_new (NETWORK_SETTLES);
  g_source_set_callback (self->network_source, network_settled_cb, self, NULL);
  g_source_attach (self->network_source, g_main_context_get_thread_default ());
}

/**
 * tern_core_sleep:
 * @self: a core
 * @asleep: whether the computer is about to sleep; else it has woken up
 *
 * Gives up all connections before they hang, or lets what is in use connect again at once.
 */
void
tern_core_sleep (TernCore *self, gboolean asleep)
{
  if (asleep)
    for_each_runner (self, tern_runner_suspend);
  else
    for_each_runner (self, tern_runner_resume);
}

/**
 * tern_core_account_added:
 * @self: an open core
 * @account_id: an account that was just kept
 *
 * Has it watched like those that were there at the start.
 */
void
tern_core_account_added (TernCore *self, gint64 account_id)
{
  tern_watcher_add_account (self->watcher, account_id);
}

/**
 * tern_core_set_viewed_folder:
 * @self: an open core
 * @folder_id: the folder that is on screen; 0 for none
 *
 * Says of which folder news are wanted first.
 */
void
tern_core_set_viewed_folder (TernCore *self, gint64 folder_id)
{
  tern_watcher_set_viewed_folder (self->watcher, folder_id);
}

/**
 * tern_core_update_watch:
 * @self: an open core
 *
 * Has the inboxes of accounts watched for which that was asked for meanwhile.
 */
void
tern_core_update_watch (TernCore *self)
{
  tern_watcher_update (self->watcher);
}

/**
 * tern_core_is_metered:
 * @self: a core
 *
 * Returns: whether the network costs money
 */
gboolean
tern_core_is_metered (TernCore *self)
{
  return self->is_metered;
}

/**
 * tern_core_start_background:
 * @self: a core
 *
 * From now on letters are fetched before anybody opens them.
 */
void
tern_core_start_background (TernCore *self)
{
  self->is_background = TRUE;
}

/**
 * tern_core_is_background:
 * @self: a core
 *
 * Returns: whether tern_core_start_background() was called
 */
gboolean
tern_core_is_background (TernCore *self)
{
  return self->is_background;
}

/**
 * tern_core_flush:
 * @self: a core
 *
 * Tells now what waits to be told, so that an answer given next is not ahead of it.
 */
void
tern_core_flush (TernCore *self)
{
  GHashTableIter iter;
  gpointer status;

  if (self->flush_source != NULL)
    {
      g_source_destroy (self->flush_source);
      g_clear_pointer (&self->flush_source, g_source_unref);
    }
  self->last_flush = g_get_monotonic_time ();

  if (self->changes != NULL)
    {
      g_autoptr (TernChanges) changes = g_steal_pointer (&self->changes);

      self->listener->changed (changes, self->listener_data);
    }
  g_hash_table_iter_init (&iter, self->statuses);
  while (g_hash_table_iter_next (&iter, NULL, &status))
    self->listener->status (status, self->listener_data);
  g_hash_table_remove_all (self->statuses);
  if (self->events->len > 0)
    {
      g_autoptr (GPtrArray) events = g_steal_pointer (&self->events);

      self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_event_unref);
      self->listener->events (events, self->listener_data);
    }
}

static gboolean
flush_cb (gpointer user_data)
{
  tern_core_flush (user_data);
  return G_SOURCE_REMOVE;
}

static void
flush_in (TernCore *self, gint64 wait)
{
  if (self->flush_source != NULL)
    return;
  self->flush_source = g_timeout_source_new ((guint) (wait / 1000 + 1));
  g_source_set_callback (self->flush_source, flush_cb, self, NULL);
  g_source_attach (self->flush_source, g_main_context_get_thread_default ());
}

/* The first news after a quiet frame goes out at once: the first row must not wait. */
static void
schedule_flush (TernCore *self)
{
  gint64 due = self->last_flush + FRAME - g_get_monotonic_time ();

  if (due <= 0)
    tern_core_flush (self);
  else
    flush_in (self, due);
}

static void
merge_changes (TernCore *self, TernChanges *changes)
{
  tern_changes_merge (self->changes, changes);
  tern_changes_unref (changes);
}

/**
 * tern_core_take_changes:
 * @self: a core
 * @changes: (transfer full): what changed in the cache
 *
 * Tells it with the next frame.
 */
void
tern_core_take_changes (TernCore *self, TernChanges *changes)
{
  if (tern_changes_is_empty (changes))
    {
      tern_changes_unref (changes);
      return;
    }
  if (self->changes == NULL)
    self->changes = changes;
  else
    merge_changes (self, changes);
  schedule_flush (self);
}

/**
 * tern_core_take_status:
 * @self: a core
 * @status: (transfer full): how an account is doing
 *
 * Tells it with the next frame; of several for one account the last one counts.
 */
void
tern_core_take_status (TernCore *self, TernStatus *status)
{
  /* The key lives in the value, so both are replaced together. */
  g_hash_table_replace (self->statuses, &status->account_id, status);
  schedule_flush (self);
}

/**
 * tern_core_take_event:
 * @self: a core
 * @event: what happened between an account and its servers
 *
 * Tells it with a coming frame: nobody waits for it, and it must not hurry anything else.
 */
void
tern_core_take_event (TernCore *self, TernEvent *event)
{
  g_ptr_array_add (self->events, tern_event_ref (event));
  flush_in (self, FRAME);
}

/**
 * tern_core_tell_operation_failed:
 * @self: a core
 * @operation: what was refused and is undone
 * @error: why
 *
 * Tells it at once, after the changes that undo it.
 */
void
tern_core_tell_operation_failed (TernCore *self, TernOperation *operation, const GError *error)
{
  tern_core_flush (self);
  self->listener->operation_failed (operation, error, self->listener_data);
}

/**
 * tern_core_tell_struck_out:
 * @self: a core
 * @operation: what was done but for the removal of its messages
 *
 * Tells it at once, after the changes that show them struck out.
 */
void
tern_core_tell_struck_out (TernCore *self, TernOperation *operation)
{
  tern_core_flush (self);
  self->listener->struck_out (operation, self->listener_data);
}
