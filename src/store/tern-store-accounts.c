/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

static gboolean
insert_endpoints (TernStore *self, gint64 account, GPtrArray *endpoints, GError **error)
{
  for (guint i = 0; i < endpoints->len; i++)
    {
      const TernEndpoint *endpoint = g_ptr_array_index (endpoints, i);
      g_autoptr (TernStatement) statement =
          tern_store_prepare_ids (self,
                                  "INSERT INTO endpoint (account, position, port, security, host) "
                                  "VALUES (?1, ?2, ?3, ?4, ?5)",
                                  TERN_IDS (account, i, endpoint->port, endpoint->security), error);

      if (statement == NULL)
        return FALSE;
      tern_store_bind_text (statement, 5, endpoint->host);
      if (!tern_store_run (statement, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_known_address (TernStore *self, const char *email, gboolean *known, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare (self, "SELECT 1 FROM account WHERE email = ?1", error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 1, email);
  return tern_store_step (statement, known, error);
}

static gboolean
insert_account (
    TernStore *self, const TernAccount *account, const char *uuid, gint64 *id, GError **error)
{
  g_autoptr (TernStatement) statement = NULL;
  gboolean known;

  if (!is_known_address (self, account->email, &known, error))
    return FALSE;
  if (known)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID,
                           "there is an account with this address already");
      return FALSE;
    }
  statement = tern_store_prepare_ids (
      self,
      "INSERT INTO account (notify, uuid, email, name, user_name, group_name, tags, provider, "
      "client_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
      TERN_IDS (account->notify != FALSE), error);
  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, uuid);
  tern_store_bind_text (statement, 3, account->email);
  tern_store_bind_text (statement, 4, account->name);
  tern_store_bind_text (statement, 5, account->user);
  tern_store_bind_text (statement, 6, account->group);
  tern_store_bind_text (statement, 7, account->tags);
  tern_store_bind_text (statement, 8, account->provider);
  tern_store_bind_text (statement, 9, account->client_id);
  if (!tern_store_run (statement, error))
    return FALSE;
  *id = sqlite3_last_insert_rowid (self->db);
  return insert_endpoints (self, *id, account->imap, error);
}

/**
 * tern_store_add_account:
 * @self: the writing store
 * @account: an account that tern_account_validate() accepts; its id is ignored
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE, or %TERN_ERROR_INVALID where there is an account
 *   with this address already
 *
 * Keeps an account. One without a uuid is given a random one.
 *
 * Returns: (transfer full) (nullable): the account with its id
 */
TernAccount *
tern_store_add_account (TernStore *self, TernAccount *account, TernChanges *changes, GError **error)
{
  g_autofree char *uuid =
      account->uuid != NULL ? g_strdup (account->uuid) : g_uuid_string_random ();
  gboolean success;
  gint64 id = 0;

  if (!tern_store_enter (self, error))
    return NULL;
  success = insert_account (self, account, uuid, &id, error);
  tern_store_note_list (self, TERN_NOTE_FOLDERS, 0);
  if (!tern_store_leave (self, success, changes, error))
    return NULL;
  return tern_store_get_account (self, id, error);
}

static gboolean
update_sign_in (TernStore *self, gint64 id, const TernAccount *account, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "UPDATE account SET uuid = ?2, user_name = ?3, provider = ?4, client_id = ?5 WHERE id = ?1",
      TERN_IDS (id), error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, account->uuid);
  tern_store_bind_text (statement, 3, account->user);
  tern_store_bind_text (statement, 4, account->provider);
  tern_store_bind_text (statement, 5, account->client_id);
  return tern_store_run (statement, error) &&
         tern_store_run_ids (self, "DELETE FROM endpoint WHERE account = ?1", TERN_IDS (id),
                             error) &&
         tern_store_run_ids (self, "DELETE FROM endpoint_stat WHERE account = ?1", TERN_IDS (id),
                             error) &&
         tern_store_run_ids (self, "DELETE FROM channel_state WHERE account = ?1", TERN_IDS (id),
                             error) &&
         insert_endpoints (self, id, account->imap, error);
}

/**
 * tern_store_set_sign_in:
 * @self: the writing store
 * @account_id: the account
 * @account: has the new uuid, user name, provider and endpoints; nothing else of it counts
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Changes how an account is reached, and forgets what was learned of that. What is cached of it,
 * and its log, stay.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_set_sign_in (TernStore *self,
                        gint64 account_id,
                        const TernAccount *account,
                        TernChanges *changes,
                        GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = update_sign_in (self, account_id, account, error);
  tern_store_note_list (self, TERN_NOTE_FOLDERS, 0);
  return tern_store_leave (self, success, changes, error);
}

static gboolean
delete_account (TernStore *self, gint64 id, GError **error)
{
  if (!tern_store_run_ids (self,
                           "DELETE FROM placement WHERE folder IN "
                           "(SELECT id FROM folder WHERE account = ?1)",
                           TERN_IDS (id), error) ||
      !tern_store_run_ids (self, "UPDATE message SET orphan_of = NULL WHERE account = ?1",
                           TERN_IDS (id), error) ||
      !tern_store_sweep_contents (self, id, error) ||
      !tern_store_run_ids (self, "DELETE FROM operation WHERE account = ?1", TERN_IDS (id), error))
    return FALSE;
  return tern_store_run_ids (self, "DELETE FROM account WHERE id = ?1", TERN_IDS (id), error);
}

/**
 * tern_store_remove_account:
 * @self: the writing store
 * @account_id: the account; one that does not exist is no error
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Forgets an account and all that is cached of it. Its rows are not told one by one: the lists of
 * accounts and of its folders are told to have changed.
 *
 * Returns: whether it is gone
 */
gboolean
tern_store_remove_account (TernStore *self, gint64 account_id, TernChanges *changes, GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = delete_account (self, account_id, error);
  if (success && sqlite3_changes (self->db) > 0)
    {
      tern_store_note_list (self, TERN_NOTE_ACCOUNT, account_id);
      tern_store_note_list (self, TERN_NOTE_FOLDERS, account_id);
      tern_trace ("cache.invalidate", TERN_TRACE_STR ("what", "account"),
                  TERN_TRACE_STR ("why", "removed"));
    }
  return tern_store_leave (self, success, changes, error);
}

/* One row for each endpoint, so that ten thousand accounts are one statement. */
#define SELECT_ACCOUNTS                                                                            \
  "SELECT id, uuid, email, name, user_name, body_days, group_name, tags, notify, provider, "       \
  "client_id, host, port, security FROM account LEFT JOIN endpoint ON endpoint.account = "         \
  "account.id "
#define ORDER_ACCOUNTS " ORDER BY id, position"

static TernAccount *
read_account (TernStatement *statement)
{
  g_autoptr (GPtrArray) endpoints =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);
  TernAccount *account = tern_account_new (
      sqlite3_column_int64 (statement, 0), (const char *) sqlite3_column_text (statement, 1),
      (const char *) sqlite3_column_text (statement, 2),
      (const char *) sqlite3_column_text (statement, 3),
      (const char *) sqlite3_column_text (statement, 4), endpoints);

  account->body_days = sqlite3_column_int (statement, 5);
  account->group = tern_store_dup_text (statement, 6);
  account->tags = tern_store_dup_text (statement, 7);
  account->notify = sqlite3_column_int (statement, 8) != 0;
  account->provider = tern_store_dup_text (statement, 9);
  account->client_id = tern_store_dup_text (statement, 10);
  return account;
}

static GPtrArray *
read_accounts (TernStatement *statement, GError **error)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_account_unref);
  TernAccount *account = NULL;
  gboolean row;

  while (tern_store_step (statement, &row, error))
    {
      if (!row)
        return g_steal_pointer (&out);
      if (account == NULL || account->id != sqlite3_column_int64 (statement, 0))
        {
          account = read_account (statement);
          g_ptr_array_add (out, account);
        }
      if (sqlite3_column_type (statement, 11) != SQLITE_NULL)
        g_ptr_array_add (account->imap,
                         tern_endpoint_new ((const char *) sqlite3_column_text (statement, 11),
                                            (guint16) sqlite3_column_int (statement, 12),
                                            (TernSecurity) sqlite3_column_int (statement, 13)));
    }
  return NULL;
}

/**
 * tern_store_list_accounts:
 * @self: a store
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (element-type TernAccount) (nullable): the accounts in the order in
 *   which they were added
 */
GPtrArray *
tern_store_list_accounts (TernStore *self, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare (self, SELECT_ACCOUNTS ORDER_ACCOUNTS, error);

  return statement != NULL ? read_accounts (statement, error) : NULL;
}

/**
 * tern_store_get_account:
 * @self: a store
 * @account_id: the account
 * @error: return location for %TERN_ERROR_STORAGE, or %TERN_ERROR_GONE where there is none
 *
 * Returns: (transfer full) (nullable): the account
 */
TernAccount *
tern_store_get_account (TernStore *self, gint64 account_id, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, SELECT_ACCOUNTS "WHERE id = ?1" ORDER_ACCOUNTS, TERN_IDS (account_id), error);
  g_autoptr (GPtrArray) accounts = statement != NULL ? read_accounts (statement, error) : NULL;

  if (accounts == NULL)
    return NULL;
  if (accounts->len > 0)
    return tern_account_ref (g_ptr_array_index (accounts, 0));
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_GONE, "there is no such account");
  return NULL;
}

/**
 * tern_store_set_body_days:
 * @self: the writing store
 * @account_id: the account
 * @days: how many days back the text of its letters is fetched in advance; -1 for all, 0 for none
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Keeps the setting. What is kept of letters already stays.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_set_body_days (
    TernStore *self, gint64 account_id, int days, TernChanges *changes, GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = tern_store_run_ids (self, "UPDATE account SET body_days = ?2 WHERE id = ?1",
                                TERN_IDS (account_id, days), error);
  tern_store_note_list (self, TERN_NOTE_ACCOUNT, account_id);
  return tern_store_leave (self, success, changes, error);
}

/* --- What people find accounts by --- */

static void
note_accounts (TernStore *self, const gint64 *ids, gsize n)
{
  for (gsize i = 0; i < n; i++)
    tern_store_note_list (self, TERN_NOTE_ACCOUNT, ids[i]);
}

static gboolean
set_text (TernStore *self, const char *sql, gint64 id, const char *text, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (self, sql, TERN_IDS (id), error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, text);
  return tern_store_run (statement, error);
}

/**
 * tern_store_set_group:
 * @self: the writing store
 * @ids: accounts; those that do not exist are left out
 * @n: their number
 * @group: (nullable): the name of their group; %NULL for none
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Puts accounts into a group, which is there as long as one of them is in it.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_set_group (TernStore *self,
                      const gint64 *ids,
                      gsize n,
                      const char *group,
                      TernChanges *changes,
                      GError **error)
{
  gboolean success = TRUE;

  if (!tern_store_enter (self, error))
    return FALSE;
  for (gsize i = 0; success && i < n; i++)
    success =
        set_text (self, "UPDATE account SET group_name = ?2 WHERE id = ?1", ids[i], group, error);
  note_accounts (self, ids, n);
  return tern_store_leave (self, success, changes, error);
}

/* NULL where none is left. */
static char *
edit_tags (const TernAccount *account, const char *add, const char *remove)
{
  g_auto (GStrv) old = g_strsplit (account->tags != NULL ? account->tags : "", "\n", -1);
  g_autoptr (GPtrArray) tags = g_ptr_array_new ();

  for (guint i = 0; old[i] != NULL; i++)
    if (*old[i] != '\0' && g_strcmp0 (old[i], remove) != 0 && g_strcmp0 (old[i], add) != 0)
      g_ptr_array_add (tags, old[i]);
  if (add != NULL && tags->len < TERN_ACCOUNT_TAGS_MAX)
    g_ptr_array_add (tags, (char *) add);
  if (tags->len == 0)
    return NULL;
  g_ptr_array_add (tags, NULL);
  return g_strjoinv ("\n", (char **) tags->pdata);
}

static gboolean
change_tags (TernStore *self, gint64 id, const char *add, const char *remove, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (TernAccount) account = tern_store_get_account (self, id, &local);
  g_autofree char *tags = account != NULL ? edit_tags (account, add, remove) : NULL;

  if (g_error_matches (local, TERN_ERROR, TERN_ERROR_GONE))
    return TRUE;
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return set_text (self, "UPDATE account SET tags = ?2 WHERE id = ?1", id, tags, error);
}

/**
 * tern_store_change_tags:
 * @self: the writing store
 * @ids: accounts; those that do not exist are left out
 * @n: their number
 * @add: (nullable): a tag that they get; one that has %TERN_ACCOUNT_TAGS_MAX stays as it is
 * @remove: (nullable): a tag that they lose
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Changes by what accounts are found; their other tags stay.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_change_tags (TernStore *self,
                        const gint64 *ids,
                        gsize n,
                        const char *add,
                        const char *remove,
                        TernChanges *changes,
                        GError **error)
{
  gboolean success = TRUE;

  if (!tern_store_enter (self, error))
    return FALSE;
  for (gsize i = 0; success && i < n; i++)
    success = change_tags (self, ids[i], add, remove, error);
  note_accounts (self, ids, n);
  return tern_store_leave (self, success, changes, error);
}

/**
 * tern_store_set_notify:
 * @self: the writing store
 * @ids: accounts; those that do not exist are left out
 * @n: their number
 * @notify: whether their inboxes are watched while nobody looks at them
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_set_notify (TernStore *self,
                       const gint64 *ids,
                       gsize n,
                       gboolean notify,
                       TernChanges *changes,
                       GError **error)
{
  gboolean success = TRUE;

  if (!tern_store_enter (self, error))
    return FALSE;
  for (gsize i = 0; success && i < n; i++)
    success = tern_store_run_ids (self, "UPDATE account SET notify = ?2 WHERE id = ?1",
                                  TERN_IDS (ids[i], notify != FALSE), error);
  note_accounts (self, ids, n);
  return tern_store_leave (self, success, changes, error);
}

/**
 * tern_store_find_inbox:
 * @self: a store
 * @error: return location for %TERN_ERROR_STORAGE, or %TERN_ERROR_GONE where there is none
 *
 * Returns: (transfer full) (nullable): the inbox of the first account that has one
 */
TernFolder *
tern_store_find_inbox (TernStore *self, GError **error)
{
  gboolean row = FALSE;
  gint64 id = 0;

  {
    g_autoptr (TernStatement) statement = tern_store_prepare_ids (
        self, "SELECT id FROM folder WHERE role = ?1 ORDER BY account LIMIT 1",
        TERN_IDS (TERN_FOLDER_ROLE_INBOX), error);

    if (statement == NULL || !tern_store_step (statement, &row, error))
      return NULL;
    id = row ? sqlite3_column_int64 (statement, 0) : 0;
  }
  return tern_store_get_folder (self, id, error);
}

static void
trust_free (gpointer data)
{
  TernStoreTrust *trust = data;

  g_free (trust->host);
  g_free (trust->fingerprint);
  g_free (trust);
}

/**
 * tern_store_add_trust:
 * @self: the writing store
 * @host: the endpoint's host
 * @port: its port
 * @fingerprint: the certificate's SHA-256, 64 hexadecimal digits
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Keeps that the user trusts a certificate for one endpoint. Doing it again changes nothing.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_add_trust (
    TernStore *self, const char *host, guint16 port, const char *fingerprint, GError **error)
{
  gboolean success = FALSE;

  if (!tern_store_enter (self, error))
    return FALSE;
  {
    g_autoptr (TernStatement) statement = tern_store_prepare_ids (
        self, "INSERT OR IGNORE INTO trust (port, host, fingerprint) VALUES (?1, ?2, ?3)",
        TERN_IDS (port), error);

    if (statement != NULL)
      {
        tern_store_bind_text (statement, 2, host);
        tern_store_bind_text (statement, 3, fingerprint);
        success = tern_store_run (statement, error);
      }
  }
  return tern_store_leave (self, success, NULL, error);
}

/**
 * tern_store_list_trust:
 * @self: a store
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (element-type TernStoreTrust) (nullable): all that the user trusts
 */
GPtrArray *
tern_store_list_trust (TernStore *self, GError **error)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func (trust_free);
  g_autoptr (TernStatement) statement =
      tern_store_prepare (self, "SELECT host, port, fingerprint FROM trust", error);
  gboolean row;

  if (statement == NULL)
    return NULL;
  while (tern_store_step (statement, &row, error))
    {
      TernStoreTrust *trust;

      if (!row)
        return g_steal_pointer (&out);
      trust = g_new0 (TernStoreTrust, 1);
      trust->host = tern_store_dup_text (statement, 0);
      trust->port = (guint16) sqlite3_column_int (statement, 1);
      trust->fingerprint = tern_store_dup_text (statement, 2);
      g_ptr_array_add (out, trust);
    }
  return NULL;
}

static void
stat_free (gpointer data)
{
  TernStoreEndpointStat *stat = data;

  tern_endpoint_unref (stat->endpoint);
  g_free (stat->memory);
  g_free (stat);
}

static gboolean
put_stat (TernStore *self, gint64 account, const TernStoreEndpointStat *stat, GError **error)
{
  g_autoptr (TernStatement) statement = NULL;

  if (stat->favourite &&
      !tern_store_run_ids (self, "UPDATE endpoint_stat SET favourite = 0 WHERE account = ?1",
                           TERN_IDS (account), error))
    return FALSE;
  statement =
      tern_store_prepare_ids (self,
                              "INSERT OR REPLACE INTO endpoint_stat "
                              "(account, port, security, usual_ms, favourite, host, memory) "
                              "SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM account WHERE id = ?1",
                              TERN_IDS (account, stat->endpoint->port, stat->endpoint->security,
                                        stat->usual_ms, stat->favourite != FALSE),
                              error);
  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 6, stat->endpoint->host);
  tern_store_bind_text (statement, 7, stat->memory);
  return tern_store_run (statement, error);
}

/**
 * tern_store_put_endpoint_stat:
 * @self: the writing store
 * @account_id: the account; where it does not exist any more, nothing is kept
 * @stat: what was learned of an endpoint; borrowed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Replaces what is known of the endpoint. A favourite takes that place from the one before.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_put_endpoint_stat (TernStore *self,
                              gint64 account_id,
                              const TernStoreEndpointStat *stat,
                              GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = put_stat (self, account_id, stat, error);
  return tern_store_leave (self, success, NULL, error);
}

/**
 * tern_store_list_endpoint_stats:
 * @self: a store
 * @account_id: the account
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (element-type TernStoreEndpointStat) (nullable): what is known of the
 *   account's endpoints, in no order
 */
GPtrArray *
tern_store_list_endpoint_stats (TernStore *self, gint64 account_id, GError **error)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func (stat_free);
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self,
                              "SELECT host, port, security, usual_ms, favourite, memory "
                              "FROM endpoint_stat WHERE account = ?1",
                              TERN_IDS (account_id), error);
  gboolean row;

  if (statement == NULL)
    return NULL;
  while (tern_store_step (statement, &row, error))
    {
      TernStoreEndpointStat *stat;

      if (!row)
        return g_steal_pointer (&out);
      stat = g_new0 (TernStoreEndpointStat, 1);
      stat->endpoint = tern_endpoint_new ((const char *) sqlite3_column_text (statement, 0),
                                          (guint16) sqlite3_column_int (statement, 1),
                                          (TernSecurity) sqlite3_column_int (statement, 2));
      stat->usual_ms = (guint) sqlite3_column_int (statement, 3);
      stat->favourite = sqlite3_column_int (statement, 4) != 0;
      stat->memory = tern_store_dup_text (statement, 5);
      g_ptr_array_add (out, stat);
    }
  return NULL;
}
