/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-error.h"
#include "tern-search-result.h"

/* Answers of a server, of up to some hundred messages each, that are looked at for one folder. */
#define MAX_ROUNDS 50

/* An account's server is asked. */
typedef struct
{
  TernRunner *runner;
  TernChannel *channel; /* by whose names @folders go; unowned */
  TernQuery *query;
  guint limit;
  gint64 folder_id;    /* 0 for all */
  GPtrArray *folders;  /* TernFolder: that there are */
  GHashTable *by_name; /* remote id → TernFolder, of @folders */
  GPtrArray *asked;    /* TernFolder: one by one; unowned */
  guint next;          /* index: the one that is asked next */
  guint found;         /* of the present search */
  guint rounds;
  GError *error; /* what was found could not be kept */
  TernSearchResult *result;
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_object_unref (search->runner);
  tern_query_unref (search->query);
  g_clear_pointer (&search->folders, g_ptr_array_unref);
  g_hash_table_unref (search->by_name);
  g_ptr_array_unref (search->asked);
  g_clear_error (&search->error);
  tern_search_result_unref (search->result);
  g_free (search);
}

static void
done (GTask *task)
{
  Search *search = g_task_get_task_data (task);
  TernSearchResult *result = tern_search_result_ref (search->result);

  tern_runner_release_data (task);
  g_task_return_pointer (task, result, (GDestroyNotify) tern_search_result_unref);
  g_object_unref (task);
}

static void
fail (GTask *task, const GError *error)
{
  Search *search = g_task_get_task_data (task);

  tern_search_result_add_problem (search->result, search->runner->account->id, error);
  done (task);
}

/* --- What the server finds --- */

/* Names of a channel that the account has left meanwhile mean nothing. */
static gboolean
is_at_work (const Search *search)
{
  return search->runner->core != NULL && search->runner->channel == search->channel;
}

static gboolean
knows (const char *folder, const char *remote_id, gpointer user_data)
{
  Search *search = g_task_get_task_data (G_TASK (user_data));
  const TernFolder *own = g_hash_table_lookup (search->by_name, folder);
  g_autoptr (TernMessage) message = NULL;
  gboolean is_known;

  /* What is in no folder of ours cannot be shown, so nothing of it is wanted. */
  if (own == NULL || !is_at_work (search))
    return TRUE;
  message = tern_store_find_message (tern_runner_get_store (search->runner), own->id, remote_id,
                                     &is_known, NULL);
  return is_known;
}

/* Keeps what is new, folder by folder. */
static gboolean
keep (Search *search, const TernSearchHit *hits, gsize n, TernChanges *changes, GError **error)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new ();

  for (gsize i = 0; i < n; i++)
    {
      const TernFolder *folder = g_hash_table_lookup (search->by_name, hits[i].folder);
      gboolean is_last = i + 1 == n || g_strcmp0 (hits[i].folder, hits[i + 1].folder) != 0;

      if (hits[i].message != NULL)
        g_ptr_array_add (messages, hits[i].message);
      if (!is_last || messages->len == 0)
        continue;
      if (folder != NULL && !tern_store_put_messages (tern_runner_get_store (search->runner),
                                                      folder->id, messages, changes, error))
        return FALSE;
      g_ptr_array_set_size (messages, 0);
    }
  return TRUE;
}

static void
take (Search *search, const TernSearchHit *hit)
{
  const TernFolder *folder = g_hash_table_lookup (search->by_name, hit->folder);
  g_autoptr (TernMessage) message = NULL;
  gboolean is_known;

  if (folder == NULL)
    return;
  message = tern_store_find_message (tern_runner_get_store (search->runner), folder->id,
                                     hit->remote_id, &is_known, NULL);
  if (message == NULL || !tern_query_admits (search->query, message))
    return;
  search->found++;
  tern_search_result_add (search->result, message);
}

static gboolean
found (const TernSearchHit *hits, gsize n, gpointer user_data)
{
  Search *search = g_task_get_task_data (G_TASK (user_data));
  TernChanges *changes;
  gboolean has_enough;

  if (!is_at_work (search))
    return FALSE;
  changes = tern_changes_new ();
  if (!keep (search, hits, n, changes, &search->error))
    {
      tern_changes_unref (changes);
      return FALSE;
    }
  tern_core_take_changes (search->runner->core, changes);
  for (gsize i = 0; i < n; i++)
    take (search, &hits[i]);
  has_enough = search->found >= search->limit || ++search->rounds >= MAX_ROUNDS;
  search->result->is_truncated = search->result->is_truncated || has_enough;
  return !has_enough;
}

/* --- Folders --- */

static const TernSearchHandler handler = { knows, found };

static gboolean
has_role (GPtrArray *folders, TernFolderRole role)
{
  for (guint i = 0; i < folders->len; i++)
    if (((TernFolder *) folders->pdata[i])->role == role)
      return TRUE;
  return FALSE;
}

/* What stands nowhere else: where a folder holds all mail, the others but Trash and Junk show parts
 * of it. */
static gboolean
is_worth_asking (const TernFolder *folder, gboolean has_all)
{
  if (!folder->selectable || tern_folder_is_pending (folder))
    return FALSE;
  return !has_all || folder->role == TERN_FOLDER_ROLE_ALL ||
         folder->role == TERN_FOLDER_ROLE_TRASH || folder->role == TERN_FOLDER_ROLE_JUNK;
}

/* The inbox first: what is looked for is there most often. */
static void
choose_folders (Search *search)
{
  gboolean has_all = has_role (search->folders, TERN_FOLDER_ROLE_ALL);

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < search->folders->len; i++)
      {
        TernFolder *folder = search->folders->pdata[i];

        if ((folder->role == TERN_FOLDER_ROLE_INBOX) == (pass == 0) &&
            is_worth_asking (folder, has_all))
          g_ptr_array_add (search->asked, folder);
      }
}

/* The folders by the names of the channel at work. */
static gboolean
list_folders (Search *search, GError **error)
{
  TernStore *store = tern_runner_get_store (search->runner);

  g_ptr_array_set_size (search->asked, 0);
  g_hash_table_remove_all (search->by_name);
  search->next = search->found = search->rounds = 0;
  g_clear_pointer (&search->folders, g_ptr_array_unref);
  search->folders = tern_store_list_folders (store, search->runner->account->id, error);
  if (search->folders == NULL)
    return FALSE;
  for (guint i = 0; i < search->folders->len; i++)
    {
      TernFolder *folder = search->folders->pdata[i];

      g_hash_table_insert (search->by_name, (gpointer) folder->remote_id, folder);
      if (folder->id == search->folder_id && is_worth_asking (folder, FALSE))
        g_ptr_array_add (search->asked, folder);
    }
  return TRUE;
}

/* --- Asking --- */

static void ask_next (GTask *task, TernChannel *channel);
static void
with_channel (TernRunner *self, TernChannel *channel, const GError *channel_error, gpointer data);

static void
end (GTask *task, const GError *error)
{
  Search *search = g_task_get_task_data (task);
  g_autoptr (TernRunner) runner = g_object_ref (search->runner);

  tern_runner_end (runner, error);
  if (error != NULL)
    fail (task, error);
  else
    done (task);
}

/* Whether the other folders can still be searched. What nobody may be kept from is denied by the
 * channel. */
static gboolean
is_of_one_folder (const Search *search, const GError *error)
{
  const TernFolder *folder = search->asked->pdata[search->next - 1];

  return g_error_matches (error, TERN_ERROR, TERN_ERROR_REFUSED) ||
         g_error_matches (error, TERN_ERROR, TERN_ERROR_GONE) ||
         (g_error_matches (error, TERN_ERROR, TERN_ERROR_PERMISSION) &&
          folder->role != TERN_FOLDER_ROLE_INBOX);
}

/* Ends the search, unless another channel takes it up. */
static void
give_up (GTask *task, TernChannel *channel, GError **error)
{
  Search *search = g_task_get_task_data (task);

  if (search->error != NULL)
    end (task, search->error);
  else if (!tern_runner_fail_over (search->runner, channel, error, with_channel, task))
    end (task, *error);
}

static gboolean
search_finish (GTask *task, TernChannel *channel, GAsyncResult *result, GError **error)
{
  const Search *search = g_task_get_task_data (task);

  if (!tern_channel_search_finish (channel, result, error))
    return FALSE;
  if (search->error == NULL && is_at_work (search))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the channel was left");
  return FALSE;
}

static void
searched_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Search *search = g_task_get_task_data (task);
  TernChannel *channel = TERN_CHANNEL (object);
  g_autoptr (GError) error = NULL;

  if (search_finish (task, channel, result, &error))
    ask_next (task, channel);
  else if (search->error == NULL && is_at_work (search) && is_of_one_folder (search, error))
    {
      tern_search_result_add_problem (search->result, search->runner->account->id, error);
      ask_next (task, channel);
    }
  else
    give_up (task, channel, &error);
}

/* The answer to the search of all folders at once. */
static void
searched_all_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Search *search = g_task_get_task_data (task);
  TernChannel *channel = TERN_CHANNEL (object);
  g_autoptr (GError) error = NULL;

  if (search_finish (task, channel, result, &error))
    end (task, NULL);
  else if (is_at_work (search) && g_error_matches (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED))
    {
      choose_folders (search);
      ask_next (task, channel);
    }
  else
    give_up (task, channel, &error);
}

static void
ask_next (GTask *task, TernChannel *channel)
{
  Search *search = g_task_get_task_data (task);
  const TernFolder *folder;

  /* Of each folder as many as are wanted in all: the newest may be in any. */
  tern_search_result_arrange (search->result, search->limit);
  if (search->next == search->asked->len)
    {
      end (task, NULL);
      return;
    }
  folder = search->asked->pdata[search->next++];
  search->found = search->rounds = 0;
  tern_channel_search_async (channel, folder->remote_id, search->query, &handler, task,
                             g_task_get_cancellable (task), searched_cb, task);
}

static void
with_channel (TernRunner *self, TernChannel *channel, const GError *channel_error, gpointer data)
{
  GTask *task = G_TASK (data);
  Search *search = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  search->channel = channel;
  if (channel == NULL || !list_folders (search, &error))
    end (task, channel == NULL ? channel_error : error);
  else if (search->folder_id != 0)
    ask_next (task, channel);
  else
    tern_channel_search_async (channel, NULL, search->query, &handler, task,
                               g_task_get_cancellable (task), searched_all_cb, task);
}

static void
folders_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Search *search = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      fail (task, error);
      return;
    }
  tern_runner_begin (search->runner);
  tern_runner_with_channel (search->runner, with_channel, task);
}

/**
 * tern_runner_search:
 * @self: a runner
 * @folder_id: a folder of its account; 0 for all
 * @query: what to look for
 * @limit: messages at most
 * @task: (transfer full): returns a #TernSearchResult, of which the problems tell what failed
 *
 * Has the account's server look for messages: in all folders at once where its channel can, else in
 * one after the other. What is not kept becomes a row of its folder. Credentials that were refused
 * are not tried again for this.
 */
void
tern_runner_search (TernRunner *self, gint64 folder_id, TernQuery *query, guint limit, GTask *task)
{
  Search *search = g_new0 (Search, 1);

  search->runner = g_object_ref (self);
  search->query = tern_query_ref (query);
  search->limit = limit;
  search->folder_id = folder_id;
  search->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  search->asked = g_ptr_array_new ();
  search->result = tern_search_result_new ();
  g_task_set_task_data (task, search, search_free);
  if (self->state == TERN_ACCOUNT_STATE_SIGN_IN &&
      g_error_matches (self->error, TERN_ERROR, TERN_ERROR_AUTH))
    fail (task, self->error);
  else
    tern_runner_refresh_folders (
        self, TERN_FETCH_VALIDATE,
        g_task_new (NULL, g_task_get_cancellable (task), folders_cb, task));
}
