/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-search-result.h"

G_DEFINE_BOXED_TYPE (TernSearchResult,
                     tern_search_result,
                     tern_search_result_ref,
                     tern_search_result_unref)

static void
problem_free (gpointer data)
{
  TernSearchProblem *problem = data;

  g_error_free (problem->error);
  g_free (problem);
}

/**
 * tern_search_result_new:
 *
 * Returns: (transfer full): a result without anything
 */
TernSearchResult *
tern_search_result_new (void)
{
  TernSearchResult *self = g_atomic_rc_box_new0 (TernSearchResult);

  self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_message_unref);
  self->problems = g_ptr_array_new_with_free_func (problem_free);
  return self;
}

/**
 * tern_search_result_ref:
 * @self: a result
 *
 * Returns: (transfer full): @self
 */
TernSearchResult *
tern_search_result_ref (TernSearchResult *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
result_clear (gpointer data)
{
  TernSearchResult *self = data;

  g_ptr_array_unref (self->messages);
  g_ptr_array_unref (self->problems);
}

/**
 * tern_search_result_unref:
 * @self: (transfer full): a result
 *
 * Gives up a reference.
 */
void
tern_search_result_unref (TernSearchResult *self)
{
  g_atomic_rc_box_release_full (self, result_clear);
}

/**
 * tern_search_result_add:
 * @self: a result that is not shared yet
 * @message: a message that was found
 *
 * Adds a message, wherever; tern_search_result_arrange() brings order.
 */
void
tern_search_result_add (TernSearchResult *self, TernMessage *message)
{
  g_ptr_array_add (self->messages, tern_message_ref (message));
}

/**
 * tern_search_result_add_problem:
 * @self: a result that is not shared yet
 * @account_id: an account
 * @error: why its server was not asked, or not to the end
 *
 * Notes that something may be missing.
 */
void
tern_search_result_add_problem (TernSearchResult *self, gint64 account_id, const GError *error)
{
  TernSearchProblem problem = { account_id, g_error_copy (error) };

  g_ptr_array_add (self->problems, g_memdup2 (&problem, sizeof problem));
}

/**
 * tern_search_result_join:
 * @self: a result that is not shared yet
 * @other: another one
 *
 * Adds what @other has.
 */
void
tern_search_result_join (TernSearchResult *self, const TernSearchResult *other)
{
  for (guint i = 0; i < other->messages->len; i++)
    tern_search_result_add (self, other->messages->pdata[i]);
  for (guint i = 0; i < other->problems->len; i++)
    {
      const TernSearchProblem *problem = other->problems->pdata[i];

      tern_search_result_add_problem (self, problem->account_id, problem->error);
    }
  self->is_truncated = self->is_truncated || other->is_truncated;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  TernRowKey left = tern_message_get_key (*(TernMessage *const *) a);
  TernRowKey right = tern_message_get_key (*(TernMessage *const *) b);

  return tern_row_key_compare (&left, &right);
}

/* Notes a message; FALSE where it is known already, by its own id or by what is the same in all the
 * places where it stands. */
static gboolean
note (GHashTable *seen, const TernMessage *message)
{
  gboolean is_new = g_hash_table_add (seen, g_strdup_printf ("%" G_GINT64_FORMAT, message->id));

  if (message->global_id == NULL)
    return is_new;
  return g_hash_table_add (seen, g_strdup_printf ("%" G_GINT64_FORMAT " %s", message->account_id,
                                                  message->global_id)) &&
         is_new;
}

/**
 * tern_search_result_arrange:
 * @self: a result that is not shared yet
 * @limit: messages at most
 *
 * Brings the newest first, leaves each message once, wherever else it stands, and cuts what is
 * beyond @limit.
 */
void
tern_search_result_arrange (TernSearchResult *self, guint limit)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) all = g_steal_pointer (&self->messages);

  g_ptr_array_sort (all, compare);
  self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_message_unref);
  for (guint i = 0; i < all->len; i++)
    {
      if (!note (seen, all->pdata[i]))
        continue;
      if (self->messages->len == limit)
        {
          self->is_truncated = TRUE;
          return;
        }
      tern_search_result_add (self, all->pdata[i]);
    }
}
