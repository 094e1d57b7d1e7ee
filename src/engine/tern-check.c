/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-check.h"

#include "tern-error.h"
#include "tern-runner-private.h"

/* A server that sees many accounts sign in from one address at once takes it for an attack. */
#define MAX_AT_ONCE 4
#define MAX_PER_HOST 2

typedef struct
{
  GQueue waiting; /* TernAccount */
  guint running;
  gboolean is_ready; /* stands in the check's queue */
  GError *busy;      /* it asked to be left alone: the others are not tried */
} Host;

typedef struct
{
  GTask *task;
  TernCore *core;
  GHashTable *hosts; /* utf8 → Host */
  GQueue ready;      /* Host: has an account waiting, and room for it */
  guint running;
  guint total;
  GFileProgressCallback progress;
  gpointer progress_data;
  GPtrArray *statuses; /* TernStatus */
} Check;

/* One sign-in. */
typedef struct
{
  Check *check;
  Host *host;
  gint64 account_id;
  gboolean is_guest; /* nothing of the account was at work before */
} Attempt;

static void
host_free (gpointer data)
{
  Host *host = data;

  g_queue_clear_full (&host->waiting, (GDestroyNotify) tern_account_unref);
  g_clear_error (&host->busy);
  g_free (host);
}

static void
check_free (gpointer data)
{
  Check *check = data;

  g_queue_clear (&check->ready);
  g_hash_table_unref (check->hosts);
  g_ptr_array_unref (check->statuses);
  tern_core_release (check->core);
  g_free (check);
}

static TernAccountState
get_state (const GError *error)
{
  if (error == NULL)
    return TERN_ACCOUNT_STATE_ONLINE;
  if (g_error_matches (error, TERN_ERROR, TERN_ERROR_AUTH) ||
      g_error_matches (error, TERN_ERROR, TERN_ERROR_SECRET))
    return TERN_ACCOUNT_STATE_SIGN_IN;
  if (g_error_matches (error, TERN_ERROR, TERN_ERROR_CERTIFICATE))
    return TERN_ACCOUNT_STATE_CERTIFICATE;
  return tern_error_is_transport (error) ? TERN_ACCOUNT_STATE_OFFLINE : TERN_ACCOUNT_STATE_TROUBLE;
}

static gboolean
is_cancelled (const Check *check)
{
  return g_cancellable_is_cancelled (g_task_get_cancellable (check->task)) ||
         g_cancellable_is_cancelled (tern_core_get_closing (check->core));
}

static void
take_answer (Check *check, gint64 account_id, TernRoute *route, const GError *error)
{
  TernStatus *status = tern_status_new (account_id, get_state (error), route, error);

  g_ptr_array_add (check->statuses, tern_status_ref (status));
  tern_core_take_status (check->core, status);
  if (check->progress != NULL)
    check->progress (check->statuses->len, check->total, check->progress_data);
}

static void
finish (Check *check)
{
  GTask *task = check->task;
  GPtrArray *statuses = g_ptr_array_ref (check->statuses);

  tern_core_flush (check->core);
  tern_runner_release_data (task);
  /* What was found out before it was cancelled is worth knowing. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_return_pointer (task, statuses, (GDestroyNotify) g_ptr_array_unref);
  g_object_unref (task);
}

static void
queue_host (Check *check, Host *host)
{
  if (host->is_ready || g_queue_is_empty (&host->waiting) || host->running == MAX_PER_HOST)
    return;
  host->is_ready = TRUE;
  g_queue_push_tail (&check->ready, host);
}

static void start_attempts (Check *check);

static void
answer_waiting (Check *check, Host *host)
{
  TernAccount *account;

  while ((account = g_queue_pop_head (&host->waiting)) != NULL)
    {
      take_answer (check, account->id, NULL, host->busy);
      tern_account_unref (account);
    }
}

static void
tried_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Attempt *attempt = user_data;
  Check *check = attempt->check;
  Host *host = attempt->host;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernStatus) status = g_task_propagate_pointer (G_TASK (result), &error);
  const GError *reason = status != NULL ? status->error : error;

  check->running--;
  host->running--;
  if (attempt->is_guest)
    tern_core_drop_runner (check->core, attempt->account_id);
  if (!is_cancelled (check))
    {
      take_answer (check, attempt->account_id, status != NULL ? status->route : NULL, reason);
      if (host->busy == NULL && g_error_matches (reason, TERN_ERROR, TERN_ERROR_BUSY))
        {
          host->busy = g_error_copy (reason);
          answer_waiting (check, host);
        }
      queue_host (check, host);
    }
  start_attempts (check);
}

static void
start_attempt (Check *check, Host *host)
{
  g_autoptr (TernAccount) account = g_queue_pop_head (&host->waiting);
  Attempt attempt = { check, host, account->id, !tern_core_has_runner (check->core, account->id) };
  g_autoptr (GError) error = NULL;
  TernRunner *runner = tern_core_get_runner (check->core, account->id, &error);
  GTask *task;

  if (runner == NULL)
    {
      take_answer (check, account->id, NULL, error);
      queue_host (check, host);
      return;
    }
  check->running++;
  host->running++;
  queue_host (check, host);
  task = g_task_new (NULL, g_task_get_cancellable (check->task), tried_cb,
                     g_memdup2 (&attempt, sizeof attempt));
  g_task_set_source_tag (task, start_attempt);
  tern_runner_probe (runner, task);
}

static void
start_attempts (Check *check)
{
  Host *host;

  while (!is_cancelled (check) && check->running < MAX_AT_ONCE &&
         (host = g_queue_pop_head (&check->ready)) != NULL)
    {
      host->is_ready = FALSE;
      if (!g_queue_is_empty (&host->waiting))
        start_attempt (check, host);
    }
  if (check->running == 0)
    finish (check);
}

static void
add_account (Check *check, TernAccount *account)
{
  const char *name =
      account->imap->len > 0 ? ((TernEndpoint *) g_ptr_array_index (account->imap, 0))->host : "";
  Host *host = g_hash_table_lookup (check->hosts, name);

  if (host == NULL)
    {
      host = g_new0 (Host, 1);
      g_hash_table_insert (check->hosts, g_strdup (name), host);
    }
  g_queue_push_tail (&host->waiting, account);
  queue_host (check, host);
}

/**
 * tern_core_check_accounts:
 * @core: the engine's side
 * @ids: accounts; those that do not exist are left out
 * @n: their number
 * @progress: (nullable): called with accounts that are done, and all
 * @progress_data: for @progress
 * @task: (transfer full): returns an array of #TernStatus
 *
 * Signs in with each of them on a connection of its own that is given up at once, at most
 * %MAX_AT_ONCE at a time and %MAX_PER_HOST at one server. Where a server asks to be left alone, its
 * other accounts are not tried.
 */
void
tern_core_check_accounts (TernCore *core,
                          const gint64 *ids,
                          gsize n,
                          GFileProgressCallback progress,
                          gpointer progress_data,
                          GTask *task)
{
  Check *check = g_new0 (Check, 1);

  check->task = task;
  check->core = core;
  tern_core_hold (core);
  check->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, host_free);
  g_queue_init (&check->ready);
  check->progress = progress;
  check->progress_data = progress_data;
  check->statuses = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_status_unref);
  g_task_set_task_data (task, check, check_free);

  for (gsize i = 0; i < n; i++)
    {
      TernAccount *account = tern_store_get_account (tern_core_get_store (core), ids[i], NULL);

      if (account == NULL)
        continue;
      check->total++;
      add_account (check, account);
    }
  start_attempts (check);
}
