/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

#include <string.h>

/* What a folder's remote id begins with while it has no name of the new channel. No server's name
 * does. */
#define OLD_NAME "\x1f"

/**
 * tern_store_dup_channel:
 * @self: a store
 * @account_id: the account
 * @channel: (out) (transfer full) (nullable): the channel whose names the account's folders and
 *   messages bear; %NULL while it has none
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_dup_channel (TernStore *self, gint64 account_id, char **channel, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "SELECT channel FROM account WHERE id = ?1", TERN_IDS (account_id), error);
  gboolean row;

  *channel = NULL;
  if (statement == NULL || !tern_store_step (statement, &row, error))
    return FALSE;
  if (row)
    *channel = tern_store_dup_text (statement, 0);
  return TRUE;
}

/* The folder of @folders that @old is on another channel: the one with its role, else the one with
 * its path. */
static const TernFolder *
find_counterpart (const TernFolder *old, GPtrArray *folders)
{
  g_autofree char *path = g_utf8_casefold (old->path, -1);
  const TernFolder *found = NULL;

  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (folders, i);
      g_autofree char *other = g_utf8_casefold (folder->path, -1);

      if (old->role != TERN_FOLDER_ROLE_NONE && folder->role == old->role)
        return folder;
      if (found == NULL && folder->role == TERN_FOLDER_ROLE_NONE && strcmp (path, other) == 0)
        found = folder;
    }
  return found;
}

static gboolean
set_remote_id (TernStore *self, gint64 folder, const char *remote_id, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "UPDATE folder SET remote_id = ?2 WHERE id = ?1", TERN_IDS (folder), error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, remote_id);
  return tern_store_run (statement, error);
}

static gboolean
rename_folders (TernStore *self, gint64 account, GPtrArray *folders, GError **error)
{
  g_autoptr (GPtrArray) known = tern_store_list_server_folders (self, account, error);
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);

  if (known == NULL)
    return FALSE;
  /* One channel's name may be another folder's on the other: first nobody has one. */
  for (guint i = 0; i < known->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (known, i);
      g_autofree char *none = g_strdup_printf (OLD_NAME "%" G_GINT64_FORMAT, folder->id);

      if (!tern_folder_is_pending (folder) && !set_remote_id (self, folder->id, none, error))
        return FALSE;
    }
  for (guint i = 0; i < known->len; i++)
    {
      const TernFolder *folder = g_ptr_array_index (known, i);
      const TernFolder *counterpart =
          tern_folder_is_pending (folder) ? NULL : find_counterpart (folder, folders);

      if (counterpart != NULL && g_hash_table_add (taken, (gpointer) counterpart->remote_id) &&
          !set_remote_id (self, folder->id, counterpart->remote_id, error))
        return FALSE;
    }
  return TRUE;
}

/* How far the server came with an operation, and what it calls things, means nothing elsewhere. */
static gboolean
forget_names (TernStore *self, gint64 account, GError **error)
{
  static const char *const statements[] = {
    "UPDATE placement SET remote_id = NULL, modseq = 0 WHERE remote_id IS NOT NULL "
    "AND folder IN (SELECT id FROM folder WHERE account = ?1)",
    "UPDATE message SET global_id = NULL, unmatched = account WHERE account = ?1",
    "DELETE FROM sync_state WHERE folder IN (SELECT id FROM folder WHERE account = ?1)",
    "UPDATE folder SET complete = 0, stamp = NULL, identity = NULL WHERE account = ?1",
    "UPDATE operation SET step = '" TERN_STEP_ELSEWHERE "' "
    "WHERE account = ?1 AND step IS NOT NULL",
    "UPDATE operation_target SET copy_id = NULL WHERE copy_id IS NOT NULL "
    "AND operation IN (SELECT id FROM operation WHERE account = ?1)",
  };

  for (guint i = 0; i < G_N_ELEMENTS (statements); i++)
    if (!tern_store_run_ids (self, statements[i], TERN_IDS (account), error))
      return FALSE;
  return TRUE;
}

/* Taking over the list comes last, and tells what changed: that ends a public function's notes. */
static gboolean
use_channel (TernStore *self,
             gint64 account,
             const char *channel,
             GPtrArray *folders,
             TernChanges *changes,
             GError **error)
{
  g_autofree char *old = NULL;
  g_autoptr (TernStatement) statement = NULL;

  if (!tern_store_dup_channel (self, account, &old, error))
    return FALSE;
  if (old != NULL && strcmp (old, channel) != 0 && folders != NULL &&
      (!rename_folders (self, account, folders, error) || !forget_names (self, account, error)))
    return FALSE;
  statement = tern_store_prepare_ids (self, "UPDATE account SET channel = ?2 WHERE id = ?1",
                                      TERN_IDS (account), error);
  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, channel);
  return tern_store_run (statement, error) &&
         (folders == NULL || tern_store_put_folders (self, account, folders, changes, error));
}

/**
 * tern_store_use_channel:
 * @self: the writing store
 * @account_id: the account
 * @channel: the channel by which its mail comes from now on
 * @folders: (nullable) (element-type TernFolder): all its folders, as that channel lists them now;
 *   %NULL for an account that was on no other
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Takes over the folder list, and moves the account to that channel where it was on another: a
 * folder is known again by its role, else by its path. Lists stay as they are; the messages in them
 * have no name until tern_store_put_messages() finds each again by its Message-ID, and those that
 * it does not find go with tern_store_set_validated(). Pending operations stay.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_use_channel (TernStore *self,
                        gint64 account_id,
                        const char *channel,
                        GPtrArray *folders,
                        TernChanges *changes,
                        GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = use_channel (self, account_id, channel, folders, changes, error);
  success = tern_store_leave (self, success, NULL, error);
  if (success)
    tern_trace ("cache.invalidate", TERN_TRACE_STR ("what", "account"),
                TERN_TRACE_STR ("why", "channel"));
  return success;
}

/**
 * tern_store_invalidate_lists:
 * @self: the writing store
 * @account_id: the account
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Has all lists of the account asked for again at the next chance: it may be allowed to see other
 * mail than before.
 *
 * Returns: whether that is kept
 */
gboolean
tern_store_invalidate_lists (TernStore *self,
                             gint64 account_id,
                             TernChanges *changes,
                             GError **error)
{
  g_autoptr (GPtrArray) folders = tern_store_list_server_folders (self, account_id, error);
  gboolean success = folders != NULL;

  if (folders == NULL || !tern_store_enter (self, error))
    return FALSE;
  for (guint i = 0; i < folders->len && success; i++)
    success =
        tern_store_set_validated (self, ((TernFolder *) folders->pdata[i])->id, 0, changes, error);
  success = tern_store_leave (self, success, NULL, error);
  if (success)
    tern_trace ("cache.invalidate", TERN_TRACE_STR ("what", "lists"),
                TERN_TRACE_STR ("why", "scopes"));
  return success;
}

static gboolean
put_channel_states (TernStore *self, gint64 account, GPtrArray *states, GError **error)
{
  if (!tern_store_run_ids (self, "DELETE FROM channel_state WHERE account = ?1", TERN_IDS (account),
                           error))
    return FALSE;
  for (guint i = 0; i < states->len; i++)
    {
      const TernChannelState *state = g_ptr_array_index (states, i);
      g_autoptr (TernStatement) statement = tern_store_prepare_ids (
          self,
          "INSERT INTO channel_state (account, expires, channel, reason) VALUES (?1, ?2, ?3, ?4)",
          TERN_IDS (account, state->expires), error);

      if (statement == NULL)
        return FALSE;
      tern_store_bind_text (statement, 3, state->channel);
      tern_store_bind_text (statement, 4, state->reason);
      if (!tern_store_run (statement, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * tern_store_put_channel_states:
 * @self: the writing store
 * @account_id: the account
 * @states: (element-type TernChannelState): all that is to be remembered of its channels
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: whether they are kept
 */
gboolean
tern_store_put_channel_states (TernStore *self,
                               gint64 account_id,
                               GPtrArray *states,
                               GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = put_channel_states (self, account_id, states, error);
  return tern_store_leave (self, success, NULL, error);
}

/**
 * tern_store_list_channel_states:
 * @self: a store
 * @account_id: the account
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (element-type TernChannelState) (nullable): what is remembered of its
 *   channels
 */
GPtrArray *
tern_store_list_channel_states (TernStore *self, gint64 account_id, GError **error)
{
  g_autoptr (GPtrArray) out =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_channel_state_free);
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "SELECT channel, reason, expires FROM channel_state WHERE account = ?1",
      TERN_IDS (account_id), error);
  gboolean row;

  if (statement == NULL)
    return NULL;
  while (tern_store_step (statement, &row, error))
    {
      g_autofree char *channel = NULL;
      g_autofree char *reason = NULL;

      if (!row)
        return g_steal_pointer (&out);
      channel = tern_store_dup_text (statement, 0);
      reason = tern_store_dup_text (statement, 1);
      g_ptr_array_add (
          out, tern_channel_state_new (channel, reason, sqlite3_column_int64 (statement, 2)));
    }
  return NULL;
}
