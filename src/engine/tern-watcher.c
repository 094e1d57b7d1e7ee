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

static void
take_out (TernWatcher *self, gint64 id)
{
  for (guint i = self->accounts->len; i > 0; i--)
    if (g_array_index (self->accounts, gint64, i - 1) == id)
      g_array_remove_index (self->accounts, i - 1);
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

/* The accounts of which nothing was on screen: their inboxes. */
static void
add_others (TernWatcher *self)
{
  g_autoptr (GPtrArray) accounts =
      tern_store_list_accounts (tern_core_get_store (self->core), NULL);

  for (guint i = 0; accounts != NULL && i < accounts->len; i++)
    add (self, ((const TernAccount *) g_ptr_array_index (accounts, i))->id);
}

static gboolean
others_cb (gpointer user_data)
{
  TernWatcher *self = user_data;

  g_clear_pointer (&self->others, g_source_unref);
  add_others (self);
  return G_SOURCE_REMOVE;
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

/* The account of what was on screen before keeps its inbox watched. */
static void
leave (TernWatcher *self, gint64 account_id)
{
  TernRunner *runner = tern_core_get_runner (self->core, account_id, NULL);

  if (runner != NULL)
    tern_runner_watch (runner, 0);
}

/**
 * tern_watcher_set_viewed_folder:
 * @self: a watcher
 * @folder_id: the folder that is on screen; 0 for none
 *
 * Has that folder watched first, and the inboxes of all accounts, as far as their number allows:
 * those that were on screen longest ago are given up.
 */
void
tern_watcher_set_viewed_folder (TernWatcher *self, gint64 folder_id)
{
  TernRunner *runner =
      folder_id != 0 ? tern_core_get_runner_of_folder (self->core, folder_id, NULL) : NULL;
  gint64 id = runner != NULL ? tern_runner_get_account_id (runner) : 0;

  if (self->accounts->len > 0 && g_array_index (self->accounts, gint64, 0) != id)
    leave (self, g_array_index (self->accounts, gint64, 0));
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
 * Has the account's inbox watched like those of the accounts that were there at the start, as far
 * as their number allows. It does nothing in a program that shows no folder.
 */
void
tern_watcher_add_account (TernWatcher *self, gint64 account_id)
{
  if (self->sleep != NULL)
    add (self, account_id);
}

/**
 * tern_watcher_remove_account:
 * @self: a watcher
 * @account_id: an account that is there no more
 *
 * Gives its place to another one.
 */
void
tern_watcher_remove_account (TernWatcher *self, gint64 account_id)
{
  take_out (self, account_id);
  if (self->sleep != NULL && self->others == NULL)
    add_others (self);
}
