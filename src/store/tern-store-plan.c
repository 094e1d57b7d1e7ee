/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

/* From what the user did to what the server has to be asked: operations on the same messages add
 * up, and what adds up to the server's own state is not asked at all. */

/**
 * tern_store_request_free:
 * @self: (transfer full): a request
 *
 * Frees it.
 */
void
tern_store_request_free (TernStoreRequest *self)
{
  g_free (self->set_keywords);
  g_free (self->clear_keywords);
  g_ptr_array_unref (self->remote_ids);
  g_clear_pointer (&self->message_ids, g_ptr_array_unref);
  g_free (self);
}

static TernStoreRequest *
request_new (void)
{
  TernStoreRequest *self = g_new0 (TernStoreRequest, 1);

  self->remote_ids = g_ptr_array_new_with_free_func (g_free);
  return self;
}

/* What the operations add up to for one message. */
typedef struct
{
  TernFlags set;
  TernFlags clear;
  char *set_keywords;
  char *clear_keywords;
} Sum;

static void
sum_clear (Sum *self)
{
  g_free (self->set_keywords);
  g_free (self->clear_keywords);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sum, sum_clear)

static void
replace (char **text, const char *set, const char *clear)
{
  g_autofree char *before = g_steal_pointer (text);

  *text = tern_keywords_change (before, set, clear);
}

static void
add (Sum *sum, const TernOperation *operation)
{
  sum->set = (sum->set & ~operation->clear) | operation->set;
  sum->clear = (sum->clear & ~operation->set) | operation->clear;
  replace (&sum->set_keywords, operation->set_keywords, operation->clear_keywords);
  replace (&sum->clear_keywords, operation->clear_keywords, operation->set_keywords);
}

/* Leaves of @wanted what is, or is not, among @present. */
static char *
filter_keywords (const char *wanted, const char *present, gboolean keep_present)
{
  g_auto (GStrv) words = g_strsplit (wanted != NULL ? wanted : "", " ", -1);
  g_autofree char *kept = NULL;

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && tern_keywords_contain (present, words[i]) == keep_present)
      replace (&kept, words[i], NULL);
  return g_steal_pointer (&kept);
}

/* The server was never asked: what it has already needs no asking. */
static void
subtract (Sum *sum, TernFlags flags, const char *keywords)
{
  g_autofree char *set = g_steal_pointer (&sum->set_keywords);
  g_autofree char *clear = g_steal_pointer (&sum->clear_keywords);

  sum->set &= ~flags;
  sum->clear &= flags;
  sum->set_keywords = filter_keywords (set, keywords, FALSE);
  sum->clear_keywords = filter_keywords (clear, keywords, TRUE);
}

static gboolean
is_nothing (const Sum *sum)
{
  return sum->set == 0 && sum->clear == 0 && sum->set_keywords == NULL &&
         sum->clear_keywords == NULL;
}

typedef struct
{
  GPtrArray *requests;
  GHashTable *by_sum; /* utf8 → TernStoreRequest */
  gboolean was_asked;
  gboolean unnamed;
} Plan;

static void
put (Plan *plan, const Sum *sum, const char *remote_id)
{
  g_autofree char *key = g_strdup_printf ("%d %d %s|%s", (int) sum->set, (int) sum->clear,
                                          sum->set_keywords != NULL ? sum->set_keywords : "",
                                          sum->clear_keywords != NULL ? sum->clear_keywords : "");
  TernStoreRequest *request = g_hash_table_lookup (plan->by_sum, key);

  if (request == NULL)
    {
      request = request_new ();
      request->set = sum->set;
      request->clear = sum->clear;
      request->set_keywords = g_strdup (sum->set_keywords);
      request->clear_keywords = g_strdup (sum->clear_keywords);
      g_ptr_array_add (plan->requests, request);
      g_hash_table_insert (plan->by_sum, g_steal_pointer (&key), request);
    }
  g_ptr_array_add (request->remote_ids, g_strdup (remote_id));
}

/* (element-type gint64 GPtrArray): the operations of each message, oldest first */
static GHashTable *
sort_by_message (GPtrArray *operations)
{
  GHashTable *by_message = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                                  (GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i < operations->len; i++)
    {
      const TernOperation *operation = operations->pdata[i];

      for (guint k = 0; k < operation->messages->len; k++)
        {
          gint64 id = g_array_index (operation->messages, gint64, k);
          GPtrArray *own = g_hash_table_lookup (by_message, &id);

          if (own == NULL)
            {
              own = g_ptr_array_new ();
              g_hash_table_insert (by_message, g_memdup2 (&id, sizeof id), own);
            }
          g_ptr_array_add (own, operations->pdata[i]);
        }
    }
  return by_message;
}

static gboolean
plan_flags_of (TernStore *self, Plan *plan, gint64 id, GPtrArray *operations, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "SELECT remote_id, server_flags, server_keywords FROM placement WHERE id = ?1",
      TERN_IDS (id), error);
  g_auto (Sum) sum = { 0 };
  const char *remote_id;
  gboolean row;

  if (statement == NULL || !tern_store_step (statement, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  remote_id = (const char *) sqlite3_column_text (statement, 0);
  for (guint i = 0; i < operations->len; i++)
    add (&sum, operations->pdata[i]);
  if (!plan->was_asked)
    subtract (&sum, (TernFlags) sqlite3_column_int (statement, 1),
              (const char *) sqlite3_column_text (statement, 2));
  if (is_nothing (&sum))
    return TRUE;
  if (remote_id != NULL)
    put (plan, &sum, remote_id);
  else
    plan->unnamed = TRUE;
  return TRUE;
}

static gboolean
plan_flags (TernStore *self, Plan *plan, GPtrArray *operations, GError **error)
{
  g_autoptr (GHashTable) by_message = sort_by_message (operations);
  GHashTableIter iter;
  gpointer id, own;

  for (guint i = 0; i < operations->len; i++)
    plan->was_asked = plan->was_asked || ((TernOperation *) operations->pdata[i])->attempts > 0;
  g_hash_table_iter_init (&iter, by_message);
  while (g_hash_table_iter_next (&iter, &id, &own))
    if (!plan_flags_of (self, plan, *(gint64 *) id, own, error))
      return FALSE;
  return TRUE;
}

/* All messages of the operations in one request. */
static gboolean
plan_all (TernStore *self, Plan *plan, GPtrArray *operations, GError **error)
{
  const TernOperation *first = operations->pdata[0];
  TernStoreRequest *request = request_new ();

  g_ptr_array_add (plan->requests, request);
  request->set = first->set;
  request->clear = first->clear;
  request->set_keywords = g_strdup (first->set_keywords);
  request->clear_keywords = g_strdup (first->clear_keywords);
  request->message_ids = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < operations->len; i++)
    {
      const TernOperation *operation = operations->pdata[i];
      g_autoptr (TernStatement) statement = tern_store_prepare_ids (
          self,
          "SELECT p.remote_id, m.message_id FROM operation_target t "
          "JOIN placement p ON p.id = t.placement JOIN message m ON m.id = p.message "
          "WHERE t.operation = ?1",
          TERN_IDS (operation->id), error);
      gboolean row = TRUE;

      if (statement == NULL)
        return FALSE;
      while (row)
        {
          char *remote_id, *message_id;

          if (!tern_store_step (statement, &row, error))
            return FALSE;
          remote_id = row ? tern_store_dup_text (statement, 0) : NULL;
          plan->unnamed = plan->unnamed || (row && remote_id == NULL);
          if (remote_id == NULL)
            continue;
          message_id = tern_store_dup_text (statement, 1);
          g_ptr_array_add (request->remote_ids, remote_id);
          g_ptr_array_add (request->message_ids, message_id != NULL ? message_id : g_strdup (""));
        }
    }
  if (request->remote_ids->len == 0)
    g_ptr_array_set_size (plan->requests, 0);
  return TRUE;
}

/**
 * tern_store_plan:
 * @self: a store
 * @batch: (element-type TernOperation): what tern_store_list_batch() gave, on messages
 * @unnamed: (out): whether a message has no remote id yet: it is in no request
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Finds out what the server has to be asked for, for a batch: what its operations add up to,
 * message by message, beyond what the server has already. Messages that are gone are left out.
 *
 * Returns: (transfer full) (element-type TernStoreRequest) (nullable): the requests; none where
 *   nothing has to be asked
 */
GPtrArray *
tern_store_plan (TernStore *self, GPtrArray *batch, gboolean *unnamed, GError **error)
{
  g_autoptr (GPtrArray) requests =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_store_request_free);
  g_autoptr (GHashTable) by_sum = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const TernOperation *first = batch->pdata[0];
  Plan plan = { requests, by_sum, FALSE, FALSE };

  if (first->kind == TERN_OPERATION_FLAGS ? !plan_flags (self, &plan, batch, error)
                                          : !plan_all (self, &plan, batch, error))
    return NULL;
  *unnamed = plan.unnamed;
  return g_steal_pointer (&requests);
}
