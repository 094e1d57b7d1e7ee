/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-watcher.h"

#include "tern-runner.h"
#include "tern-sleep.h"

/* Each account costs at least one connection, here and at its server. */
#define MAX_ACCOUNTS 32
/* The other accounts wait until what was asked for first is on screen (seconds). */
#define OTHERS_DELAY 5

struct _TernWatcher
{
  TernCore *core;
  GArray *accounts; /* gint64: watched, what was on screen last first */
  gint64 viewed;    /* the account that is on screen, the first of them; 0 for none */
  GSource *others;  /* runs once */
  TernSleep *sleep; /* NULL until something is watched */
};

/**
 * tern_watcher_new:
 * @core: the engine's side
 *
 * Makes a watcher that watches nothing: only a program that shows folders needs to hear of news.
 *
 * Returns: (transfer full): a new watcher
 */
TernWatcher *
tern_watcher_new (TernCore *core)
{
  TernWatcher *self = g_new0 (TernWatcher, 1);

  self->core = core;
  self->accounts = g_array_new (FALSE, FALSE, sizeof (gint64));
  return self;
}

/**
 * tern_watcher_free:
 * @self: (transfer full): a watcher
 *
 * Frees the watcher; what it asked to be watched is not told.
 */
void
tern_watcher_free (TernWatcher *self)
{
  if (self->others != NULL)
    g_source_destroy (self->others);
  g_clear_pointer (&self->others, g_source_unref);
  g_clear_pointer (&self->sleep, tern_sleep_free);
  g_array_unref (self->accounts);
  g_free (self);
}

static gboolean
contains (TernWatcher *self, gint64 id)
{
  for (guint i = 0; i < self->accounts->len; i++)
    if (g_array_index (self->accounts, gint64, i) == id)
      return TRUE;
  return FALSE;
}

static gboolean
take_out (TernWatcher *self, gint64 id)
{
  for (guint i = 0; i < self->accounts->len; i++)
    if (g_array_index (self->accounts, gint64, i) == id)
      {
        g_array_remove_index (self->accounts, i);
        return TRUE;
      }
  return FALSE;
}

static void
add (TernWatcher *self, gint64 id)
{
  TernRunner *runner;

  if (self->accounts->len >= MAX_ACCOUNTS || contains (self, id))
    return;
  runner = tern_core_get_runner (self->core, id, NULL);
  g_array_append_val (self->accounts, id);
  if (runner != NULL)
    tern_runner_watch (runner, 0);
}

static void
drop (TernWatcher *self, guint index)
{
  gint64 id = g_array_index (self->accounts, gint64, index);
  TernRunner *runner = tern_core_get_runner (self->core, id, NULL);

  g_array_remove_index (self->accounts, index);
  if (runner != NULL)
    tern_runner_unwatch (runner);
}

/* The accounts of which nothing was on screen: their inboxes, where news of them are wanted. */
static void
add_others (TernWatcher *self)
{
  g_autoptr (GPtrArray) accounts =
      tern_store_list_accounts (tern_core_get_store (self->core), NULL);

  for (guint i = 0; accounts != NULL && i < accounts->len; i++)
    {
      const TernAccount *account = g_ptr_array_index (accounts, i);

      if (self->accounts->len >= MAX_ACCOUNTS)
        break;
      if (account->notify)
        add (self, account->id);
    }
}

static gboolean
others_cb (gpointer user_data)
{
  TernWatcher *self = user_data;

  g_clear_pointer (&self->others, g_source_unref);
  add_others (self);
  return G_SOURCE_REMOVE;
}

static gboolean
wants_news (TernWatcher *self, gint64 id)
{
  g_autoptr (TernAccount) account =
      tern_store_get_account (tern_core_get_store (self->core), id, NULL);

  return account != NULL && account->notify;
}

/**
 * tern_watcher_update:
 * @self: a watcher
 *
 * Takes up that news of other accounts are wanted. Before something is on screen it does nothing.
 */
void
tern_watcher_update (TernWatcher *self)
{
  if (self->sleep == NULL)
    return;
  for (guint i = self->accounts->len; i > 0; i--)
    if ((i > 1 || self->viewed == 0) &&
        !wants_news (self, g_array_index (self->accounts, gint64, i - 1)))
      drop (self, i - 1);
  add_others (self);
}

static void
sleep_cb (gboolean asleep, gpointer user_data)
{
  TernWatcher *self = user_data;

  tern_core_sleep (self->core, asleep);
}

/* Once something is on screen, the others follow. */
static void
start (TernWatcher *self)
{
  if (self->sleep != NULL)
    return;
  self->sleep = tern_sleep_new (sleep_cb, self);
  self->others = g_timeout_source_new_seconds (OTHERS_DELAY);
  g_source_set_callback (self->others, others_cb, self, NULL);
  g_source_attach (self->others, g_main_context_get_thread_default ());
}

/* The account of what was on screen before keeps its inbox watched, where news of it are wanted. */
static void
leave (TernWatcher *self)
{
  gint64 id = g_array_index (self->accounts, gint64, 0);
  TernRunner *runner = tern_core_get_runner (self->core, id, NULL);

  if (!wants_news (self, id))
    drop (self, 0);
  else if (runner != NULL)
    tern_runner_watch (runner, 0);
}

/**
 * tern_watcher_set_viewed_folder:
 * @self: a watcher
 * @folder_id: the folder that is on screen; 0 for none
 *
 * Has that folder watched first, and the inboxes of the accounts of which news are wanted, as far
 * as their number allows: those that were on screen longest ago are given up.
 */
void
tern_watcher_set_viewed_folder (TernWatcher *self, gint64 folder_id)
{
  TernRunner *runner =
      folder_id != 0 ? tern_core_get_runner_of_folder (self->core, folder_id, NULL) : NULL;
  gint64 id = runner != NULL ? tern_runner_get_account_id (runner) : 0;

  if (self->viewed != 0 && self->viewed != id)
    leave (self);
  self->viewed = id;
  start (self);
  if (runner == NULL)
    return;
  take_out (self, id);
  g_array_prepend_val (self->accounts, id);
  tern_runner_watch (runner, folder_id);
  if (self->accounts->len > MAX_ACCOUNTS)
    {
      gint64 last = g_array_index (self->accounts, gint64, MAX_ACCOUNTS);
      TernRunner *oldest = tern_core_get_runner (self->core, last, NULL);

      g_array_set_size (self->accounts, MAX_ACCOUNTS);
      if (oldest != NULL)
        tern_runner_unwatch (oldest);
    }
}

/**
 * tern_watcher_add_account:
 * @self: a watcher
 * @account_id: an account that was just added
 *
 * Has the account's inbox watched like those of the accounts that were there at the start: where
 * news of it are wanted, as far as their number allows. It does nothing in a program that shows no
 * folder.
 */
void
tern_watcher_add_account (TernWatcher *self, gint64 account_id)
{
  if (self->sleep != NULL && wants_news (self, account_id))
    add (self, account_id);
}

/**
 * tern_watcher_remove_account:
 * @self: a watcher
 * @account_id: an account of which nothing is open any more
 *
 * Gives its place to another one, or to the account itself where it was only opened anew.
 */
void
tern_watcher_remove_account (TernWatcher *self, gint64 account_id)
{
  if (!take_out (self, account_id))
    return;
  if (self->viewed == account_id)
    self->viewed = 0;
  if (self->sleep != NULL && self->others == NULL)
    add_others (self);
}
