/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-import.h"

#include "tern-import-report.h"
#include "tern-runner-private.h"
#include "tern-secret-bundle.h"
#include "tern-secrets.h"

/* A list is taken in steps of as many accounts as a bundle of secrets holds. In each the bundle is
 * kept first, then the accounts in one transaction: whatever ends the program, no account is there
 * without its secret. */

typedef struct
{
  TernAccount *account; /* with its uuid */
  gint64 known;         /* the account that it replaces; 0 for none */
} Entry;

typedef struct
{
  TernCore *core;
  GPtrArray *lines;
  guint next;
  gboolean replace;
  char *group;
  GFileProgressCallback progress;
  gpointer progress_data;

  GHashTable *known; /* utf8 address in lower case → gint64 account id */
  GPtrArray *step;   /* Entry */
  GPtrArray *old;    /* utf8: uuids whose secrets go */
  TernImportReport *report;
  TernChanges *changes;
} Import;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  tern_account_unref (entry->account);
  g_free (entry);
}

static void
import_free (gpointer data)
{
  Import *import = data;

  g_ptr_array_unref (import->lines);
  g_free (import->group);
  g_hash_table_unref (import->known);
  g_ptr_array_unref (import->step);
  g_ptr_array_unref (import->old);
  tern_import_report_unref (import->report);
  g_clear_pointer (&import->changes, tern_changes_unref);
  tern_core_release (import->core);
  g_free (import);
}

/* What was kept is told, however it ends. */
static void
tell (Import *import)
{
  tern_core_take_changes (import->core, g_steal_pointer (&import->changes));
  tern_core_flush (import->core);
}

static void
fail (GTask *task, GError *error)
{
  tell (g_task_get_task_data (task));
  tern_runner_release_data (task);
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
finish (GTask *task)
{
  Import *import = g_task_get_task_data (task);
  TernImportReport *report = tern_import_report_ref (import->report);

  tell (import);
  tern_runner_release_data (task);
  /* What was done before it was cancelled is done. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_return_pointer (task, report, (GDestroyNotify) tern_import_report_unref);
  g_object_unref (task);
}

static void start_step (GTask *task);

/* --- The end of a step --- */

static void clear_old (GTask *task);

static void
old_cleared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  /* The account has another one already; what is left in the keyring opens nothing of Tern's. */
  if (!tern_secrets_clear_finish (result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_warning ("Cannot remove a secret: %s", error->message);
  clear_old (user_data);
}

static void
clear_old (GTask *task)
{
  Import *import = g_task_get_task_data (task);
  g_autofree char *uuid = NULL;

  if (import->old->len == 0)
    {
      start_step (task);
      return;
    }
  uuid = g_ptr_array_steal_index_fast (import->old, import->old->len - 1);
  tern_secrets_clear_async (uuid, tern_core_get_closing (import->core), old_cleared_cb, task);
}

/* --- The accounts of a step --- */

static gboolean
keep_new (Import *import, Entry *entry, GError **error)
{
  g_autoptr (TernAccount) kept = tern_store_add_account (tern_core_get_store (import->core),
                                                         entry->account, import->changes, error);

  if (kept == NULL)
    return FALSE;
  entry->known = kept->id;
  return TRUE;
}

static gboolean
keep_replaced (Import *import, const Entry *entry, GError **error)
{
  TernStore *store = tern_core_get_store (import->core);
  g_autoptr (TernAccount) old = tern_store_get_account (store, entry->known, error);

  if (old == NULL ||
      !tern_store_set_sign_in (store, entry->known, entry->account, import->changes, error))
    return FALSE;
  g_ptr_array_add (import->old, g_strdup (old->uuid));
  return TRUE;
}

static gboolean
keep_step (Import *import, guint *added, GError **error)
{
  TernStore *store = tern_core_get_store (import->core);

  if (!tern_store_begin (store, error))
    return FALSE;
  for (guint i = 0; i < import->step->len; i++)
    {
      Entry *entry = g_ptr_array_index (import->step, i);
      gboolean is_new = entry->known == 0;

      if (!(is_new ? keep_new (import, entry, error) : keep_replaced (import, entry, error)))
        {
          tern_store_rollback (store);
          return FALSE;
        }
      *added += is_new;
    }
  return tern_store_commit (store, error);
}

static void
secrets_stored_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Import *import = g_task_get_task_data (task);
  GError *error = NULL;
  guint added = 0;

  if (!tern_secret_bundle_store_finish (result, &error))
    {
      fail (task, error);
      return;
    }
  if (!keep_step (import, &added, &error))
    {
      for (guint i = 0; i < import->step->len; i++)
        tern_secrets_clear_async (((Entry *) import->step->pdata[i])->account->uuid, NULL, NULL,
                                  NULL);
      fail (task, error);
      return;
    }
  import->report->added += added;
  import->report->replaced += import->step->len - added;
  for (guint i = 0; i < import->step->len; i++)
    {
      const Entry *entry = g_ptr_array_index (import->step, i);

      g_hash_table_insert (import->known, g_ascii_strdown (entry->account->email, -1),
                           g_memdup2 (&entry->known, sizeof entry->known));
      /* One that is at work goes on with what the account had before. */
      tern_core_drop_runner (import->core, entry->known);
    }
  clear_old (task);
}

/* --- A step --- */

/* Twice in one step is once known and once not: the second waits for the next step. */
static gboolean
is_in_step (Import *import, const char *email)
{
  for (guint i = 0; i < import->step->len; i++)
    if (g_ascii_strcasecmp (((Entry *) import->step->pdata[i])->account->email, email) == 0)
      return TRUE;
  return FALSE;
}

/* Returns whether the step can take more. */
static gboolean
take_line (Import *import, TernSecretBundle *bundle, const TernAccountLine *line)
{
  g_autofree char *key = line->email != NULL ? g_ascii_strdown (line->email, -1) : NULL;
  const gint64 *known = key != NULL ? g_hash_table_lookup (import->known, key) : NULL;
  TernAccountLineFault fault = line->fault;
  TernAccount *account = NULL;
  Entry entry;

  if (key != NULL && is_in_step (import, key))
    return FALSE;
  if (known != NULL && !import->replace)
    {
      import->report->skipped++;
      return TRUE;
    }
  if (fault == TERN_ACCOUNT_LINE_GOOD)
    account = tern_import_resolve (tern_core_get_providers (import->core), line, &fault);
  if (account == NULL)
    {
      tern_import_report_refuse (import->report, line->number, fault);
      return TRUE;
    }
  account->uuid = tern_secret_bundle_add (
      bundle, line->password != NULL ? TERN_SECRET_PASSWORD : TERN_SECRET_REFRESH_TOKEN,
      line->password != NULL ? line->password : line->refresh_token);
  if (account->uuid == NULL)
    {
      tern_account_unref (account);
      return FALSE;
    }
  account->group = g_strdup (import->group);
  entry = (Entry){ account, known != NULL ? *known : 0 };
  g_ptr_array_add (import->step, g_memdup2 (&entry, sizeof entry));
  return TRUE;
}

static void
run_step (GTask *task)
{
  Import *import = g_task_get_task_data (task);
  g_autoptr (TernSecretBundle) bundle = tern_secret_bundle_new ();

  g_ptr_array_set_size (import->step, 0);
  while (import->next < import->lines->len &&
         take_line (import, bundle, g_ptr_array_index (import->lines, import->next)))
    import->next++;
  if (import->step->len == 0)
    finish (task);
  else
    tern_secret_bundle_store_async (g_steal_pointer (&bundle), tern_core_get_closing (import->core),
                                    secrets_stored_cb, task);
}

static gboolean
step_cb (gpointer user_data)
{
  run_step (user_data);
  return G_SOURCE_REMOVE;
}

/* Between two steps what others ask for has its turn. */
static void
start_step (GTask *task)
{
  Import *import = g_task_get_task_data (task);
  g_autoptr (GSource) source = NULL;

  if (import->progress != NULL)
    import->progress (import->next, import->lines->len, import->progress_data);
  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)) ||
      g_cancellable_is_cancelled (tern_core_get_closing (import->core)))
    {
      import->report->left = import->lines->len - import->next;
      finish (task);
      return;
    }
  source = g_idle_source_new ();
  g_source_set_callback (source, step_cb, task, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

/**
 * tern_core_import_accounts:
 * @core: the engine's side
 * @lines: (element-type TernAccountLine): a list of accounts, not changed any more
 * @replace: whether accounts that there are get what the list says they sign in with
 * @group: (nullable): the group of those that are new
 * @progress: (nullable): called with lines that are done, and all
 * @progress_data: for @progress
 * @task: (transfer full): returns a #TernImportReport
 *
 * Keeps accounts without asking any server.
 */
void
tern_core_import_accounts (TernCore *core,
                           GPtrArray *lines,
                           gboolean replace,
                           const char *group,
                           GFileProgressCallback progress,
                           gpointer progress_data,
                           GTask *task)
{
  Import *import = g_new0 (Import, 1);
  g_autoptr (GPtrArray) accounts = NULL;
  GError *error = NULL;

  import->core = core;
  tern_core_hold (core);
  import->lines = g_ptr_array_ref (lines);
  import->replace = replace;
  import->group = g_strdup (group);
  import->progress = progress;
  import->progress_data = progress_data;
  import->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  import->step = g_ptr_array_new_with_free_func (entry_free);
  import->old = g_ptr_array_new_with_free_func (g_free);
  import->report = tern_import_report_new ();
  import->changes = tern_changes_new ();
  g_task_set_task_data (task, import, import_free);

  accounts = tern_store_list_accounts (tern_core_get_store (core), &error);
  if (accounts == NULL)
    {
      fail (task, error);
      return;
    }
  for (guint i = 0; i < accounts->len; i++)
    {
      const TernAccount *account = g_ptr_array_index (accounts, i);

      g_hash_table_insert (import->known, g_ascii_strdown (account->email, -1),
                           g_memdup2 (&account->id, sizeof account->id));
    }
  start_step (task);
}
