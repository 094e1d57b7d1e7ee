/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"
#include "tern-error.h"

static void
import (Fixture *fixture, const char *text)
{
  g_autoptr (GPtrArray) lines = tern_account_lines_parse (text, strlen (text), NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernImportReport) report = NULL;
  g_autoptr (GError) error = NULL;

  tern_engine_import_accounts_async (fixture->engine, lines, FALSE, NULL, NULL, NULL, NULL,
                                     fixture_done_cb, &result);
  report = tern_engine_import_accounts_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->refused->len, ==, 0);
}

/* Accounts at the fixture's server, which does not speak TLS and so refuses each of them. */
static void
import_many (Fixture *fixture, guint n)
{
  g_autoptr (TernEndpoint) endpoint = tern_mock_imap_server_dup_endpoint (fixture->server);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "user%u@example.org----pw----%s----%u\n", i, endpoint->host,
                            endpoint->port);
  import (fixture, text->str);
}

static GPtrArray *
read_accounts (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *accounts = tern_engine_read_accounts (fixture->engine, &error);

  g_assert_no_error (error);
  return accounts;
}

static void
finish (Fixture *fixture, GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tern_engine_label_finish (fixture->engine, fixture_wait (result), &error));
  g_assert_no_error (error);
  g_clear_object (result);
}

static void
test_labels (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;
  gint64 ids[3] = { 0, 0, 4711 };

  import_many (fixture, 3);
  before = read_accounts (fixture);
  ids[0] = ((TernAccount *) before->pdata[0])->id;
  ids[1] = ((TernAccount *) before->pdata[1])->id;
  tern_engine_set_group_async (fixture->engine, ids, 3, "Shop", NULL, fixture_done_cb, &result);
  finish (fixture, &result);
  tern_engine_change_tags_async (fixture->engine, ids, 2, "one", NULL, NULL, fixture_done_cb,
                                 &result);
  finish (fixture, &result);
  tern_engine_change_tags_async (fixture->engine, ids, 1, "two", NULL, NULL, fixture_done_cb,
                                 &result);
  finish (fixture, &result);
  tern_engine_change_tags_async (fixture->engine, ids, 2, NULL, "one", NULL, fixture_done_cb,
                                 &result);
  finish (fixture, &result);
  tern_engine_set_group_async (fixture->engine, ids + 1, 1, NULL, NULL, fixture_done_cb, &result);
  finish (fixture, &result);

  after = read_accounts (fixture);
  g_assert_cmpstr (((TernAccount *) after->pdata[0])->group, ==, "Shop");
  g_assert_cmpstr (((TernAccount *) after->pdata[0])->tags, ==, "two");
  g_assert_null (((TernAccount *) after->pdata[1])->group);
  g_assert_null (((TernAccount *) after->pdata[1])->tags);
  g_assert_null (((TernAccount *) after->pdata[2])->group);
}

static GPtrArray *
check (Fixture *fixture, GPtrArray *accounts, GCancellable *cancellable)
{
  g_autofree gint64 *ids = g_new (gint64, accounts->len);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *statuses;

  for (guint i = 0; i < accounts->len; i++)
    ids[i] = ((TernAccount *) accounts->pdata[i])->id;
  tern_engine_check_accounts_async (fixture->engine, ids, accounts->len, cancellable, NULL, NULL,
                                    fixture_done_cb, &result);
  statuses = tern_engine_check_accounts_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  return statuses;
}

static TernAccountState
get_state (GPtrArray *statuses, gint64 account_id)
{
  for (guint i = 0; i < statuses->len; i++)
    {
      const TernStatus *status = g_ptr_array_index (statuses, i);

      if (status->account_id == account_id)
        return status->state;
    }
  g_assert_not_reached ();
}

static void
test_check (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) accounts = NULL;
  g_autoptr (GPtrArray) good = NULL;
  g_autoptr (GPtrArray) bad = NULL;
  g_autoptr (TernStatus) told = NULL;
  const TernAccount *imported;

  fixture_add_account (fixture);
  import (fixture, "ben@example.org----pw----127.0.0.1----1");
  accounts = read_accounts (fixture);
  imported = g_ptr_array_index (accounts, 1);
  good = check (fixture, accounts, NULL);
  g_assert_cmpuint (good->len, ==, 2);
  g_assert_cmpint (get_state (good, fixture->account_id), ==, TERN_ACCOUNT_STATE_ONLINE);
  g_assert_cmpint (get_state (good, imported->id), ==, TERN_ACCOUNT_STATE_OFFLINE);

  tern_mock_imap_server_set_login (fixture->server, "user", "changed");
  fixture_restart (fixture);
  bad = check (fixture, accounts, NULL);
  g_assert_cmpint (get_state (bad, fixture->account_id), ==, TERN_ACCOUNT_STATE_SIGN_IN);
  told = tern_engine_dup_status (fixture->engine, fixture->account_id);
  g_assert_cmpint (told->state, ==, TERN_ACCOUNT_STATE_SIGN_IN);
}

static void
test_check_cancelled (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GPtrArray) accounts = NULL;
  g_autoptr (GPtrArray) statuses = NULL;

  import_many (fixture, 5);
  accounts = read_accounts (fixture);
  g_cancellable_cancel (cancellable);
  statuses = check (fixture, accounts, cancellable);
  g_assert_cmpuint (statuses->len, ==, 0);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (fixture->server), ==, 0);
}

static void
test_check_gentle (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) accounts = NULL;
  g_autoptr (GPtrArray) statuses = NULL;
  g_autoptr (GError) error = NULL;
  gint64 ids[20];

  /* Nothing is answered, so those that were begun with stay as they are. */
  tern_mock_imap_server_stall (fixture->server, "GREETING");
  import_many (fixture, G_N_ELEMENTS (ids));
  accounts = read_accounts (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = ((TernAccount *) accounts->pdata[i])->id;
  tern_engine_check_accounts_async (fixture->engine, ids, G_N_ELEMENTS (ids), cancellable, NULL,
                                    NULL, fixture_done_cb, &result);
  tern_mock_imap_server_wait_connections (fixture->server, 2);
  g_cancellable_cancel (cancellable);
  statuses = tern_engine_check_accounts_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (fixture->server), ==, 2);
}

/* Another account, whose news are wanted. */
static gint64
add_other (Fixture *fixture, TernMockImapServer *server)
{
  g_autoptr (GPtrArray) endpoints =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (TernAccount) kept = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (endpoints, tern_mock_imap_server_dup_endpoint (server));
  account = tern_account_new (0, NULL, "zoe@example.org", NULL, "user", endpoints);
  tern_engine_add_account_async (fixture->engine, account, "secret", NULL, NULL, fixture_done_cb,
                                 &result);
  kept = tern_engine_add_account_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  g_clear_object (&result);
  tern_engine_refresh_folders_async (fixture->engine, kept->id, TERN_FETCH_FORCE, NULL,
                                     fixture_done_cb, &result);
  g_assert_true (
      tern_engine_refresh_folders_finish (fixture->engine, fixture_wait (&result), &error));
  return kept->id;
}

/* What a window does at its start: it shows a folder, and hears of news. */
static void
test_thousand (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernMockImapServer) other = tern_mock_imap_server_new (TERN_SECURITY_NONE);
  g_autoptr (TernMockImapServer) imported = tern_mock_imap_server_new (TERN_SECURITY_NONE);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernFolder) inbox = NULL;
  gint64 other_id;
  guint n_other;

  tern_mock_imap_server_start (other);
  fixture_add_account (fixture);
  inbox = fixture_get_folder (fixture, "INBOX");
  tern_mock_imap_server_start (imported);
  {
    g_autoptr (TernEndpoint) endpoint = tern_mock_imap_server_dup_endpoint (imported);
    g_autoptr (GString) text = g_string_new (NULL);

    for (guint i = 0; i < 1000; i++)
      g_string_append_printf (text, "user%u@example.org----pw----%s----%u\n", i, endpoint->host,
                              endpoint->port);
    import (fixture, text->str);
  }
  /* Behind the thousand, so that whoever goes through all of them has passed them. */
  other_id = add_other (fixture, other);
  n_other = tern_mock_imap_server_count_connections (other);
  fixture_restart (fixture);

  tern_engine_start_background (fixture->engine);
  tern_engine_set_viewed_folder (fixture->engine, inbox->id);
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  tern_engine_set_notify_async (fixture->engine, &other_id, 1, TRUE, NULL, fixture_done_cb,
                                &result);
  finish (fixture, &result);
  tern_mock_imap_server_wait_connections (other, n_other + 1);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (imported), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define TEST(sentence, function)                                                                   \
  g_test_add ("/engine/labels/" sentence, Fixture, NULL, fixture_set_up, function,                 \
              fixture_tear_down)

  TEST ("groups and tags are set for many accounts, and for no other", test_labels);
  TEST ("a cancelled check asks nobody any more", test_check_cancelled);
  TEST ("a check opens two connections to one server at most", test_check_gentle);
  TEST ("a check tells which accounts need the user, and why", test_check);
  TEST ("of a thousand accounts that were imported none is contacted at the start", test_thousand);

  return g_test_run ();
}
