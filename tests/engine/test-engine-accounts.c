/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

#include "tern-error.h"

static TernAccount *
try_account (Fixture *fixture,
             TernEndpoint **endpoints,
             guint n,
             const char *password,
             const char *fingerprint,
             GError **error)
{
  g_autoptr (GPtrArray) list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (list, tern_endpoint_ref (endpoints[i]));
  account = tern_account_new (0, NULL, "ana@example.org", NULL, "user", list);
  tern_engine_add_account_async (fixture->engine, account, password, fingerprint, NULL,
                                 fixture_done_cb, &result);
  return tern_engine_add_account_finish (fixture->engine, fixture_wait (&result), error);
}

static void
assert_nothing_kept (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) accounts = tern_engine_read_accounts (fixture->engine, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (accounts->len, ==, 0);
}

static void
test_refused_password (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernEndpoint) endpoint = tern_mock_imap_server_dup_endpoint (fixture->server);
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (GError) error = NULL;

  account = try_account (fixture, &endpoint, 1, "not-this-one", NULL, &error);
  g_assert_null (account);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
  g_assert_null (strstr (error->message, "not-this-one"));
  assert_nothing_kept (fixture);
}

static void
test_no_endpoint_answers (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernEndpoint) endpoint = tern_mock_imap_server_dup_endpoint (fixture->server);
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_stop (fixture->server);
  account = try_account (fixture, &endpoint, 1, "secret", NULL, &error);
  g_assert_null (account);
  g_assert_nonnull (error);
  g_assert_true (tern_error_is_transport (error));
  assert_nothing_kept (fixture);
}

static void
test_malformed_address (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (TernAccount) kept = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (list, tern_mock_imap_server_dup_endpoint (fixture->server));
  account = tern_account_new (0, NULL, "nobody", NULL, "user", list);
  tern_engine_add_account_async (fixture->engine, account, "secret", NULL, NULL, fixture_done_cb,
                                 &result);
  kept = tern_engine_add_account_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_null (kept);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (fixture->server), ==, 0);
}

static void
test_untrusted_certificate (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernMockImapServer) server = tern_mock_imap_server_new (TERN_SECURITY_TLS);
  g_autoptr (TernEndpoint) endpoint = NULL;
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_start (server);
  endpoint = tern_mock_imap_server_dup_endpoint (server);
  account = try_account (fixture, &endpoint, 1, "secret", NULL, &error);
  g_assert_null (account);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE);
  g_assert_cmpuint (strlen (tern_error_get_detail (error)), ==, 64);
  g_assert_cmpuint (tern_mock_imap_server_count (server, "LOGIN"), ==, 0);
  g_assert_cmpuint (tern_mock_imap_server_count (server, "AUTHENTICATE"), ==, 0);

  account = try_account (fixture, &endpoint, 1, "secret", tern_error_get_detail (error), NULL);
  g_assert_nonnull (account);
}

static void
test_dead_endpoint_costs_nothing (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernMockImapServer) silent = tern_mock_imap_server_new (TERN_SECURITY_NONE);
  g_autoptr (TernEndpoint) alive = tern_mock_imap_server_dup_endpoint (fixture->server);
  g_autoptr (TernEndpoint) dead = NULL;
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (TernRoute) route = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_stall (silent, "GREETING");
  tern_mock_imap_server_start (silent);
  dead = tern_mock_imap_server_dup_endpoint (silent);
  account = try_account (fixture, (TernEndpoint *[]){ dead, alive }, 2, "secret", NULL, &error);
  g_assert_no_error (error);

  tern_engine_probe_async (fixture->engine, account->id, NULL, fixture_done_cb, &result);
  g_assert_true (
      tern_engine_probe_finish (fixture->engine, fixture_wait (&result), &route, &error));
  g_assert_no_error (error);
  g_assert_true (tern_endpoint_equal (tern_route_get_winner (route)->endpoint, alive));
}

static void
test_account_is_kept_once (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernEndpoint) endpoint = tern_mock_imap_server_dup_endpoint (fixture->server);
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (GError) error = NULL;

  fixture_add_account (fixture);
  account = try_account (fixture, &endpoint, 1, "secret", NULL, &error);
  g_assert_null (account);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID);
}

static void
test_removed_account_leaves_nothing (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));

  tern_engine_remove_account_async (fixture->engine, fixture->account_id, NULL, fixture_done_cb,
                                    &result);
  g_assert_true (
      tern_engine_remove_account_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_no_error (error);
  assert_nothing_kept (fixture);
  tern_mock_imap_server_wait_closed (fixture->server);
  /* The same account can be added anew. */
  fixture_add_account (fixture);
}

static void
test_new_password_takes_up_the_work (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernStatus) status = NULL;
  g_autoptr (GError) error = NULL;

  fixture_add_account (fixture);
  g_assert_nonnull (fixture_get_folder (fixture, "INBOX"));
  tern_mock_imap_server_set_login (fixture->server, "user", "changed");
  fixture_restart (fixture);
  g_assert_false (fixture_sync (fixture, "INBOX", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
  g_clear_error (&error);
  status = tern_engine_dup_status (fixture->engine, fixture->account_id);
  g_assert_cmpint (status->state, ==, TERN_ACCOUNT_STATE_SIGN_IN);

  tern_engine_set_password_async (fixture->engine, fixture->account_id, "changed", NULL,
                                  fixture_done_cb, &result);
  g_assert_true (tern_engine_set_password_finish (fixture->engine, fixture_wait (&result), &error));
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  g_assert_no_error (error);
}

/* What is asked for and not answered yet when the engine is closed. */
static void
close_and_expect_an_answer (Fixture *fixture, GAsyncResult **result)
{
  tern_engine_close (fixture->engine);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_nonnull (*result);
}

static void
test_closed_while_adding (Fixture *fixture, gconstpointer unused)
{
  static const char *const stages[] = { "GREETING", "AUTHENTICATE" };
  g_autoptr (TernEndpoint) endpoint = tern_mock_imap_server_dup_endpoint (fixture->server);

  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    {
      g_autoptr (GPtrArray) list =
          g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);
      g_autoptr (TernAccount) account = NULL;
      g_autoptr (TernAccount) kept = NULL;
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      tern_mock_imap_server_stall (fixture->server, stages[i]);
      g_ptr_array_add (list, tern_endpoint_ref (endpoint));
      account = tern_account_new (0, NULL, "ana@example.org", NULL, "user", list);
      tern_engine_add_account_async (fixture->engine, account, "secret", NULL, NULL,
                                     fixture_done_cb, &result);
      tern_mock_imap_server_wait_connections (fixture->server, i + 1);
      close_and_expect_an_answer (fixture, &result);
      kept = tern_engine_add_account_finish (fixture->engine, result, &error);
      g_assert_null (kept);
      g_clear_object (&result);
      fixture_restart (fixture);
      assert_nothing_kept (fixture);
    }
}

static void
test_closed_while_probing (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernRoute) route = NULL;
  g_autoptr (GError) error = NULL;
  guint n;

  fixture_add_account (fixture);
  n = tern_mock_imap_server_count_connections (fixture->server);
  tern_mock_imap_server_stall (fixture->server, "GREETING");
  tern_engine_probe_async (fixture->engine, fixture->account_id, NULL, fixture_done_cb, &result);
  tern_mock_imap_server_wait_connections (fixture->server, n + 1);
  close_and_expect_an_answer (fixture, &result);
  g_assert_false (tern_engine_probe_finish (fixture->engine, result, &route, &error));
}

static void
test_closed_at_once (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fixture_add_account (fixture);
  tern_engine_refresh_folders_async (fixture->engine, fixture->account_id, TERN_FETCH_FORCE, NULL,
                                     fixture_done_cb, &result);
  close_and_expect_an_answer (fixture, &result);
  if (!tern_engine_refresh_folders_finish (fixture->engine, result, &error))
    g_assert_nonnull (error);
}

static void
test_removed_during_a_sync (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernFolder) inbox = NULL;
  g_autoptr (GAsyncResult) synced = NULL;
  g_autoptr (GAsyncResult) removed = NULL;
  g_autoptr (GError) error = NULL;
  guint n;

  fixture_add_account (fixture);
  inbox = fixture_get_folder (fixture, "INBOX");
  tern_mock_imap_server_stall (fixture->server, "FETCH");
  tern_engine_sync_folder_async (fixture->engine, inbox->id, TERN_FETCH_FORCE, NULL,
                                 fixture_done_cb, &synced);
  tern_mock_imap_server_wait_command (fixture->server, "FETCH", 1);
  n = tern_mock_imap_server_count_connections (fixture->server);
  tern_engine_remove_account_async (fixture->engine, fixture->account_id, NULL, fixture_done_cb,
                                    &removed);
  g_assert_true (
      tern_engine_remove_account_finish (fixture->engine, fixture_wait (&removed), &error));
  g_assert_false (tern_engine_sync_folder_finish (fixture->engine, fixture_wait (&synced), NULL));
  /* Nothing signs in for an account that is gone. */
  g_clear_object (&synced);
  g_clear_object (&removed);
  fixture_restart (fixture);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (fixture->server), ==, n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define TEST(sentence, function)                                                                   \
  g_test_add ("/engine/accounts/" sentence, Fixture, NULL, fixture_set_up, function,               \
              fixture_tear_down)

  TEST ("an account whose password is refused is not kept", test_refused_password);
  TEST ("an account whose server does not answer is not kept", test_no_endpoint_answers);
  TEST ("a malformed address makes no connection", test_malformed_address);
  TEST ("an untrusted certificate is told and sees no password until it is trusted",
        test_untrusted_certificate);
  TEST ("an endpoint that says nothing does not keep the other from winning",
        test_dead_endpoint_costs_nothing);
  TEST ("an account is kept once", test_account_is_kept_once);
  TEST ("an engine that is closed while an account is added answers and keeps nothing",
        test_closed_while_adding);
  TEST ("an engine that is closed during a probe answers", test_closed_while_probing);
  TEST ("an engine that is closed at once answers", test_closed_at_once);
  TEST ("an account that is removed during a sync is left alone", test_removed_during_a_sync);
  TEST ("a removed account leaves nothing behind", test_removed_account_leaves_nothing);
  TEST ("a refused sign-in is told, and a new password takes up the work",
        test_new_password_takes_up_the_work);

  return g_test_run ();
}
