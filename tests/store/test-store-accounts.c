/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-fixture.h"
#include "tern-error.h"

static TernFolder *
make_folder (const char *path, gint total, gint unread)
{
  TernFolder *folder = tern_folder_new (path, path, NULL);

  folder->total = total;
  folder->unread = unread;
  return folder;
}

static void
put_folders (Fixture *f, TernFolder *first, TernFolder *second)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_folder_unref);

  g_ptr_array_add (folders, first);
  if (second != NULL)
    g_ptr_array_add (folders, second);
  tern_store_put_folders (f->store, f->account->id, folders, f->changes, &error);
  g_assert_no_error (error);
}

static void
test_twice (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernAccount) again =
      tern_account_new (0, NULL, "ADA@example.org", NULL, NULL, f->account->imap);

  g_assert_null (tern_store_add_account (f->store, again, f->changes, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID);
  g_assert_true (tern_changes_is_empty (f->changes));
}

static void
test_account (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) accounts = NULL;
  const TernAccount *account;

  fixture_reopen (f);
  accounts = tern_store_list_accounts (f->store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (accounts->len, ==, 1);
  account = g_ptr_array_index (accounts, 0);
  g_assert_cmpint (account->id, ==, f->account->id);
  g_assert_cmpstr (account->uuid, ==, f->account->uuid);
  g_assert_true (g_uuid_string_is_valid (account->uuid));
  g_assert_cmpstr (account->name, ==, "Ada");
  g_assert_cmpstr (account->user, ==, "ada@example.org");
  g_assert_true (tern_endpoint_equal (g_ptr_array_index (account->imap, 0),
                                      g_ptr_array_index (f->account->imap, 0)));
}

static void
test_removed_account (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (GPtrArray) operations = NULL;
  gint64 a = fixture_put (f, f->inbox, 1, 0);

  fixture_put (f, f->archive, 2, 0);
  fixture_log (f, tern_operation_new_move (&a, 1, f->trash));
  fixture_reset_changes (f);
  tern_store_remove_account (f->store, f->account->id, f->changes, &error);
  g_assert_no_error (error);
  g_assert_true (tern_changes_has_folder_list (f->changes, 0));
  g_assert_true (tern_changes_has_folder_list (f->changes, f->account->id));
  g_assert_null (tern_store_get_message (f->store, a, NULL));
  folders = tern_store_list_folders (f->store, f->account->id, &error);
  operations = tern_store_list_operations (f->store, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (folders->len + operations->len, ==, 0);
  fixture_reset_changes (f);
  tern_store_remove_account (f->store, f->account->id, f->changes, &error);
  g_assert_no_error (error);
  g_assert_true (tern_changes_is_empty (f->changes));
}

static void
test_same_folders (Fixture *f, gconstpointer data)
{
  put_folders (f, make_folder ("INBOX", -1, -1), NULL);
  g_assert_true (tern_changes_has_folder_list (f->changes, f->account->id));
  fixture_reset_changes (f);
  put_folders (f, make_folder ("INBOX", -1, -1), NULL);
  g_assert_true (tern_changes_is_empty (f->changes));
}

static void
test_renamed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernFolder) kept = NULL;
  TernFolder *renamed = tern_folder_new ("INBOX", "Mail/In", "Mail");

  renamed->role = TERN_FOLDER_ROLE_INBOX;
  renamed->selectable = FALSE;
  put_folders (f, renamed, NULL);
  kept = tern_store_get_folder (f->store, f->inbox, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kept->path, ==, "Mail/In");
  g_assert_cmpstr (kept->name, ==, "In");
  g_assert_cmpstr (kept->parent, ==, "Mail");
  g_assert_cmpint (kept->role, ==, TERN_FOLDER_ROLE_INBOX);
  g_assert_false (kept->selectable);
  g_assert_true (kept->subscribed);
}

static void
test_removed_folder (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  gint64 b = fixture_put (f, f->archive, 2, 0);

  put_folders (f, make_folder ("INBOX", -1, -1), NULL);
  fixture_assert_list (f, f->inbox, "%" G_GINT64_FORMAT, a);
  g_assert_null (tern_store_get_message (f->store, b, NULL));
  g_assert_null (tern_store_get_folder (f->store, f->archive, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
}

static void
test_counts (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 a;

  fixture_check_counts (f, f->inbox, -1, -1);
  put_folders (f, make_folder ("INBOX", 500, 20), NULL);
  fixture_assert_changes (f, f->inbox, "#");
  fixture_check_counts (f, f->inbox, 500, 20);

  /* Rows that come in do not change what the server counted already; the user does. */
  fixture_reset_changes (f);
  a = fixture_put (f, f->inbox, 1, 0);
  fixture_assert_changes (f, f->inbox, "+%" G_GINT64_FORMAT, a);
  fixture_check_counts (f, f->inbox, 500, 20);
  fixture_log (f, tern_operation_new (TERN_OPERATION_DELETE, &a, 1));
  fixture_check_counts (f, f->inbox, 499, 19);

  fixture_put (f, f->inbox, 2, TERN_FLAGS_SEEN);
  fixture_reset_changes (f);
  tern_store_set_validated (f->store, f->inbox, 1000, f->changes, &error);
  g_assert_no_error (error);
  fixture_assert_changes (f, f->inbox, "#");
  fixture_check_counts (f, f->inbox, 1, 0);
  put_folders (f, make_folder ("INBOX", 700, 70), NULL);
  fixture_check_counts (f, f->inbox, 1, 0);
  tern_store_set_validated (f->store, f->inbox, 0, f->changes, &error);
  g_assert_no_error (error);
  fixture_check_counts (f, f->inbox, 1, 0);
}

static void
test_state (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernFolder) kept = NULL;
  g_autofree char *state = tern_store_dup_sync_state (f->store, f->inbox, &error);

  g_assert_no_error (error);
  g_assert_null (state);
  tern_store_set_validated (f->store, f->inbox, 1000, NULL, &error);
  tern_store_set_sync_state (f->store, f->inbox, "one", &error);
  tern_store_set_sync_state (f->store, f->inbox, "two", &error);
  tern_store_set_sync_state (f->store, 4711, "nowhere", &error);
  g_assert_no_error (error);
  state = tern_store_dup_sync_state (f->store, f->inbox, &error);
  kept = tern_store_get_folder (f->store, f->inbox, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (state, ==, "two");
  g_assert_cmpint (kept->validated, ==, 1000);
}

static void
put_stat (Fixture *f, const char *host, guint ms, gboolean favourite, char *memory)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernEndpoint) endpoint = tern_endpoint_new (host, 993, TERN_SECURITY_TLS);
  TernStoreEndpointStat stat = { endpoint, ms, favourite, memory };

  tern_store_put_endpoint_stat (f->store, f->account->id, &stat, &error);
  g_assert_no_error (error);
}

static void
test_stats (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) stats = NULL;
  guint favourites = 0;

  put_stat (f, "a.example.org", 40, TRUE, NULL);
  put_stat (f, "b.example.org", 50, TRUE, (char *) "IDLE MOVE");
  put_stat (f, "b.example.org", 60, TRUE, (char *) "IDLE");
  stats = tern_store_list_endpoint_stats (f->store, f->account->id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (stats->len, ==, 2);
  for (guint i = 0; i < stats->len; i++)
    {
      const TernStoreEndpointStat *stat = g_ptr_array_index (stats, i);

      favourites += stat->favourite ? 1 : 0;
      if (g_str_equal (stat->endpoint->host, "b.example.org"))
        {
          g_assert_true (stat->favourite);
          g_assert_cmpuint (stat->usual_ms, ==, 60);
          g_assert_cmpstr (stat->memory, ==, "IDLE");
        }
    }
  g_assert_cmpuint (favourites, ==, 1);
}

static void
test_body_days (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernAccount) before = tern_store_get_account (f->store, f->account->id, &error);
  g_autoptr (TernAccount) after = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (before->body_days, ==, TERN_ACCOUNT_BODY_DAYS);
  tern_store_set_body_days (f->store, f->account->id, -1, NULL, &error);
  g_assert_no_error (error);
  fixture_reopen (f);
  after = tern_store_get_account (f->store, f->account->id, &error);
  g_assert_cmpint (after->body_days, ==, -1);
  g_assert_null (tern_store_get_account (f->store, 99, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
}

static void
test_trust (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) trust = NULL;
  const TernStoreTrust *first;

  tern_store_add_trust (f->store, "localhost", 10993, "ab12", &error);
  tern_store_add_trust (f->store, "localhost", 10993, "ab12", &error);
  g_assert_no_error (error);
  trust = tern_store_list_trust (f->store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trust->len, ==, 1);
  first = g_ptr_array_index (trust, 0);
  g_assert_cmpstr (first->host, ==, "localhost");
  g_assert_cmpuint (first->port, ==, 10993);
  g_assert_cmpstr (first->fingerprint, ==, "ab12");
}

static void
test_replaced_sign_in (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) endpoints =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);
  g_autoptr (TernAccount) fresh = NULL;
  g_autoptr (TernAccount) kept = NULL;
  gint64 message = fixture_put (f, f->inbox, 1, TERN_FLAGS_NONE);

  g_ptr_array_add (endpoints, tern_endpoint_new ("a.example.org", 993, TERN_SECURITY_TLS));
  g_ptr_array_add (endpoints, tern_endpoint_new ("b.example.org", 143, TERN_SECURITY_STARTTLS));
  fresh = tern_account_new (0, "bundle/7", "ada@example.org", NULL, "ada", endpoints);
  g_assert_true (tern_store_set_sign_in (f->store, f->account->id, fresh, NULL, &error));
  g_assert_no_error (error);

  kept = tern_store_get_account (f->store, f->account->id, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kept->uuid, ==, "bundle/7");
  g_assert_cmpstr (kept->user, ==, "ada");
  g_assert_cmpstr (kept->name, ==, "Ada");
  g_assert_cmpuint (kept->imap->len, ==, 2);
  g_assert_true (
      tern_endpoint_equal (g_ptr_array_index (kept->imap, 1), g_ptr_array_index (endpoints, 1)));
  fixture_assert_list (f, f->inbox, "%" G_GINT64_FORMAT, message);
}

static void
test_labelled (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernAccount) account =
      tern_account_new (0, NULL, "ben@example.org", NULL, NULL, f->account->imap);
  g_autoptr (TernAccount) kept = NULL;

  account->group = g_strdup ("Shop");
  account->tags = g_strdup ("one\ntwo");
  account->notify = FALSE;
  kept = tern_store_add_account (f->store, account, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kept->group, ==, "Shop");
  g_assert_true (tern_account_has_tag (kept, "two"));
  g_assert_false (tern_account_has_tag (kept, "tw"));
  g_assert_false (kept->notify);
  g_assert_true (f->account->notify);
  g_assert_null (f->account->group);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
  g_test_add ("/store/accounts/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
  ADD ("an address is an account only once", test_twice);
  ADD ("an account survives with its endpoints", test_account);
  ADD ("a removed account leaves nothing behind", test_removed_account);
  ADD ("the same folders again change nothing", test_same_folders);
  ADD ("a folder keeps its id when its path or role changes", test_renamed);
  ADD ("a folder that is gone takes its messages along", test_removed_folder);
  ADD ("the server's counts are shown until the folder was complete", test_counts);
  ADD ("the sync state is what was kept last", test_state);
  ADD ("an account has one favourite endpoint", test_stats);
  ADD ("how far back letters are fetched in advance is kept", test_body_days);
  ADD ("trust in a certificate is kept once", test_trust);
  ADD ("another way to sign in leaves the mail as it is", test_replaced_sign_in);
  ADD ("an account is kept with group, tags and whether it is watched", test_labelled);
  return g_test_run ();
}
