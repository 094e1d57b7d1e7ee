/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-core-search.h"

#include "tern-runner.h"

/* Rows that are looked at before others have their turn on this thread. */
#define SLICE 200
/* Accounts whose servers are asked at a time. */
#define MAX_AT_ONCE 4
/* Messages that are held at most, as a multiple of those that are wanted. */
#define MAX_KEPT 4

typedef struct
{
  GTask *task;
  TernCore *core;
  TernQuery *query;
  guint limit;
  gboolean with_servers;
  gint64 folder_id;   /* 0 for all */
  GArray *accounts;   /* gint64 */
  guint next_account; /* index: whose folders are looked through next, then whose server is asked */
  GArray *folders;    /* gint64: of an account, that are kept and to be looked through */
  guint next_folder;  /* index */
  TernRowKey next;    /* in that folder */
  guint found;        /* in that folder */
  guint running;
  TernSearchResult *result;
} Search;

/* One account's server is asked. */
typedef struct
{
  Search *search;
  gint64 account_id;
  gboolean is_guest; /* nothing of the account was at work before */
} Asking;

static void
search_free (gpointer data)
{
  Search *search = data;

  tern_query_unref (search->query);
  g_array_unref (search->accounts);
  g_array_unref (search->folders);
  tern_search_result_unref (search->result);
  tern_core_release (search->core);
  g_free (search);
}

static gboolean
is_cancelled (const Search *search)
{
  return g_cancellable_is_cancelled (g_task_get_cancellable (search->task)) ||
         g_cancellable_is_cancelled (tern_core_get_closing (search->core));
}

/* Takes the rows as they are now: while servers were asked they may have changed, or gone. */
static void
read_again (Search *search)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&search->result->messages);

  search->result->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_message_unref);
  for (guint i = 0; i < old->len; i++)
    {
      g_autoptr (TernMessage) message = tern_store_get_message (
          tern_core_get_store (search->core), ((TernMessage *) old->pdata[i])->id, NULL);

      if (message != NULL)
        tern_search_result_add (search->result, message);
    }
}

static void
finish (Search *search)
{
  GTask *task = search->task;
  TernSearchResult *result = tern_search_result_ref (search->result);

  tern_search_result_arrange (result, search->limit);
  read_again (search);
  tern_core_flush (search->core);
  g_task_set_task_data (task, NULL, NULL);
  g_task_return_pointer (task, result, (GDestroyNotify) tern_search_result_unref);
  g_object_unref (task);
}

static void
fail (Search *search, GError *error)
{
  GTask *task = search->task;

  g_task_set_task_data (task, NULL, NULL);
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* Accounts by the thousand may each have as many as are wanted in all. */
static void
keep_bounded (Search *search)
{
  if (search->result->messages->len > MAX_KEPT * search->limit)
    tern_search_result_arrange (search->result, search->limit);
}

/* --- The servers --- */

static void ask_servers (Search *search);

static void
asked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Asking *asking = user_data;
  Search *search = asking->search;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernSearchResult) found = g_task_propagate_pointer (G_TASK (result), &error);

  search->running--;
  if (asking->is_guest)
    tern_core_drop_runner (search->core, asking->account_id);
  if (found != NULL)
    tern_search_result_join (search->result, found);
  else
    tern_search_result_add_problem (search->result, asking->account_id, error);
  keep_bounded (search);
  ask_servers (search);
}

static void
ask_server (Search *search, gint64 account_id)
{
  Asking asking = { search, account_id, !tern_core_has_runner (search->core, account_id) };
  g_autoptr (GError) error = NULL;
  TernRunner *runner = tern_core_get_runner (search->core, account_id, &error);
  GTask *task;

  if (runner == NULL)
    {
      tern_search_result_add_problem (search->result, account_id, error);
      return;
    }
  search->running++;
  task = g_task_new (NULL, g_task_get_cancellable (search->task), asked_cb,
                     g_memdup2 (&asking, sizeof asking));
  g_task_set_source_tag (task, ask_server);
  tern_runner_search (runner, search->folder_id, search->query, search->limit, task);
}

static void
ask_servers (Search *search)
{
  while (!is_cancelled (search) && search->running < MAX_AT_ONCE &&
         search->next_account < search->accounts->len)
    ask_server (search, g_array_index (search->accounts, gint64, search->next_account++));
  if (search->running == 0)
    finish (search);
}

/* --- What is kept --- */

static void
add_found (Search *search, const GArray *ids)
{
  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (TernMessage) message = tern_store_get_message (
          tern_core_get_store (search->core), g_array_index (ids, gint64, i), NULL);

      if (message == NULL)
        continue;
      tern_search_result_add (search->result, message);
      search->found++;
    }
}

static void
begin_folder (Search *search, guint index)
{
  keep_bounded (search);
  search->next_folder = index;
  search->next = (TernRowKey){ G_MAXINT64, G_MAXINT64 };
  search->found = 0;
}

/* Goes on with the next account's folders; FALSE where there is none, or with an error. */
static gboolean
begin_account (Search *search, GError **error)
{
  g_autoptr (GPtrArray) folders = NULL;

  if (search->next_account == search->accounts->len)
    return FALSE;
  g_array_set_size (search->folders, 0);
  begin_folder (search, 0);
  folders = tern_store_list_folders (
      tern_core_get_store (search->core),
      g_array_index (search->accounts, gint64, search->next_account++), error);
  for (guint i = 0; folders != NULL && i < folders->len; i++)
    {
      const TernFolder *folder = folders->pdata[i];

      if (search->folder_id == 0 || folder->id == search->folder_id)
        g_array_append_val (search->folders, folder->id);
    }
  return folders != NULL;
}

static gboolean
look_through (Search *search, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  int n = tern_store_search (tern_core_get_store (search->core),
                             g_array_index (search->folders, gint64, search->next_folder),
                             search->query, &search->next, SLICE, ids, error);

  if (n < 0)
    return FALSE;
  add_found (search, ids);
  search->next.id--;
  if (n < SLICE || search->found > search->limit)
    begin_folder (search, search->next_folder + 1);
  return TRUE;
}

static gboolean
slice_cb (gpointer user_data)
{
  Search *search = user_data;
  GError *error = NULL;

  if (!is_cancelled (search) &&
      (search->next_folder < search->folders->len ? look_through (search, &error)
                                                  : begin_account (search, &error)))
    return G_SOURCE_CONTINUE;
  if (error != NULL)
    {
      fail (search, error);
      return G_SOURCE_REMOVE;
    }
  search->next_account = search->with_servers ? 0 : search->accounts->len;
  ask_servers (search);
  return G_SOURCE_REMOVE;
}

/* Whose mail is looked through. */
static gboolean
choose (Search *search, gint64 account_id, GError **error)
{
  TernStore *store = tern_core_get_store (search->core);
  g_autoptr (GPtrArray) accounts = NULL;

  if (search->folder_id != 0)
    {
      g_autoptr (TernFolder) folder = tern_store_get_folder (store, search->folder_id, error);

      if (folder != NULL)
        g_array_append_val (search->accounts, folder->account_id);
      return folder != NULL;
    }
  accounts = tern_store_list_accounts (store, error);
  for (guint i = 0; accounts != NULL && i < accounts->len; i++)
    {
      const TernAccount *account = accounts->pdata[i];

      if (account_id == 0 || account->id == account_id)
        g_array_append_val (search->accounts, account->id);
    }
  return accounts != NULL;
}

/**
 * tern_core_search:
 * @core: the engine's side
 * @account_id: the account; 0 for all
 * @folder_id: the folder; 0 for all
 * @query: what to look for
 * @limit: messages at most
 * @policy: %TERN_FETCH_CACHED where no server is asked
 * @task: (transfer full): returns a #TernSearchResult
 *
 * Looks through what is kept, slice by slice, then asks the servers, at most %MAX_AT_ONCE at a
 * time. What they find and is not kept becomes a row of its folder.
 */
void
tern_core_search (TernCore *core,
                  gint64 account_id,
                  gint64 folder_id,
                  TernQuery *query,
                  guint limit,
                  TernFetchPolicy policy,
                  GTask *task)
{
  Search *search = g_new0 (Search, 1);
  g_autoptr (GSource) source = NULL;
  GError *error = NULL;

  search->task = task;
  search->core = core;
  tern_core_hold (core);
  search->query = tern_query_ref (query);
  search->limit = limit;
  search->folder_id = folder_id;
  search->accounts = g_array_new (FALSE, FALSE, sizeof (gint64));
  search->folders = g_array_new (FALSE, FALSE, sizeof (gint64));
  search->result = tern_search_result_new ();
  g_task_set_task_data (task, search, search_free);
  search->with_servers = policy != TERN_FETCH_CACHED;
  if (!choose (search, account_id, &error))
    {
      fail (search, error);
      return;
    }
  source = g_idle_source_new ();
  g_source_set_callback (source, slice_cb, search, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}
