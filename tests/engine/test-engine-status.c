/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

#include "tern-engine-private.h"
#include "tern-error.h"
#include "tern-runner-private.h"

/* How an account is doing, and what becomes of a click while its server is left alone. */

static char *
throttle_cb (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  if (!g_str_has_prefix (command->args, "\"Archive\""))
    return NULL;
  return g_strdup ("$TAG BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n");
}

/* --- The clock of the engine's thread --- */

typedef enum
{
  JUST_NOW,   /* the server was asked all the same, however slow this machine is */
  LONG_SINCE, /* that is more than a moment ago; and the time that it named never comes */
  IS_WAITING, /* nothing but the question */
  IS_BUSY,    /* another question: whether anything is under way */
} Clock;

static void
set_clock_on_thread (TernCore *core, GTask *task)
{
  Clock clock = GPOINTER_TO_UINT (g_task_get_task_data (task));
  g_autoptr (GPtrArray) accounts = tern_store_list_accounts (tern_core_get_store (core), NULL);
  const TernAccount *account = accounts->pdata[0];
  TernRunner *runner = tern_core_get_runner (core, account->id, NULL);

  if (clock == JUST_NOW)
    runner->asked_at = G_MAXINT64 / 2;
  else if (clock == LONG_SINCE)
    {
      runner->asked_at = 0;
      g_source_set_ready_time (runner->retry_source, -1);
    }
  g_task_return_boolean (task,
                         clock == IS_BUSY ? runner->pending > 0 : runner->retry_source != NULL);
  g_object_unref (task);
}

/* Returns whether the engine waits for a time to come, or is at work. */
static gboolean
set_clock (Fixture *fixture, Clock clock)
{
  g_autoptr (GAsyncResult) result = NULL;
  GTask *task = g_task_new (fixture->engine, NULL, fixture_done_cb, &result);

  g_task_set_task_data (task, GUINT_TO_POINTER (clock), NULL);
  tern_engine_dispatch (fixture->engine, task, set_clock_on_thread);
  return g_task_propagate_boolean (G_TASK (fixture_wait (&result)), NULL);
}

static void
wait_until_idle (Fixture *fixture)
{
  while (set_clock (fixture, IS_BUSY))
    ;
}

/* Both folders are known, and the server wants to be left alone from now on for one of them. */
static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture_set_up (fixture, unused);
  tern_mock_imap_server_add_letters (fixture->server, "Archive", 2);
  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  g_assert_true (fixture_sync (fixture, "Archive", NULL));
  wait_until_idle (fixture);
}

static void
throttle (Fixture *fixture)
{
  tern_mock_imap_server_set_handler (fixture->server, "SELECT", throttle_cb, NULL);
}

static void
open_letter (Fixture *fixture, const char *folder, GAsyncResult **result)
{
  tern_engine_open_letter_async (fixture->engine, fixture_nth_message (fixture, folder, 0),
                                 TERN_FETCH_VALIDATE, NULL, fixture_done_cb, result);
}

static void
assert_opened (Fixture *fixture, GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernLetter) letter =
      tern_engine_open_letter_finish (fixture->engine, fixture_wait (result), &error);

  g_assert_no_error (error);
  g_assert_nonnull (letter);
}

/* What the status is once all that happened so far was told. */
static TernAccountState
get_state (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernStatus) status = NULL;

  tern_engine_refresh_folders_async (fixture->engine, fixture->account_id, TERN_FETCH_CACHED, NULL,
                                     fixture_done_cb, &result);
  g_assert_true (
      tern_engine_refresh_folders_finish (fixture->engine, fixture_wait (&result), NULL));
  status = tern_engine_dup_status (fixture->engine, fixture->account_id);
  return status->state;
}

static void
test_parallel_success (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) letter = NULL;
  g_autoptr (GError) error = NULL;

  throttle (fixture);
  tern_mock_imap_server_hold_from (fixture->server, "UID FETCH");
  tern_mock_imap_server_clear_log (fixture->server);
  open_letter (fixture, "INBOX", &letter);
  tern_mock_imap_server_wait_command (fixture->server, "UID FETCH", 1);

  g_assert_false (fixture_sync (fixture, "Archive", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_BUSY);
  g_assert_cmpint (get_state (fixture), ==, TERN_ACCOUNT_STATE_TROUBLE);
  set_clock (fixture, JUST_NOW);
  g_assert_false (fixture_sync (fixture, "Archive", NULL)); /* not asked */
  tern_mock_imap_server_release (fixture->server);
  assert_opened (fixture, &letter);
  g_assert_cmpint (get_state (fixture), ==, TERN_ACCOUNT_STATE_TROUBLE);
  g_assert_true (set_clock (fixture, IS_WAITING));
}

static void
test_later_success (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) letter = NULL;

  throttle (fixture);
  g_assert_false (fixture_sync (fixture, "Archive", NULL));
  set_clock (fixture, LONG_SINCE);
  open_letter (fixture, "INBOX", &letter);
  assert_opened (fixture, &letter);
  g_assert_cmpint (get_state (fixture), ==, TERN_ACCOUNT_STATE_ONLINE);
  /* What nobody clicked on waits as long as the server said. */
  g_assert_true (set_clock (fixture, IS_WAITING));
}

static void
test_refused_again (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  throttle (fixture);
  g_assert_false (fixture_sync (fixture, "Archive", NULL));
  set_clock (fixture, LONG_SINCE);
  g_assert_false (fixture_sync (fixture, "Archive", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_BUSY);
  g_assert_cmpint (get_state (fixture), ==, TERN_ACCOUNT_STATE_TROUBLE);
  g_assert_true (set_clock (fixture, IS_WAITING));
}

static void
test_click_at_once (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  throttle (fixture);
  g_assert_false (fixture_sync (fixture, "Archive", NULL));
  set_clock (fixture, JUST_NOW);
  tern_mock_imap_server_clear_log (fixture->server);
  g_assert_false (fixture_sync (fixture, "INBOX", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_BUSY);
  g_assert_cmpstr (tern_error_get_detail (error), ==, "93");
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "*"), ==, 0);
}

static void
test_click_later (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  throttle (fixture);
  g_assert_false (fixture_sync (fixture, "Archive", NULL));
  set_clock (fixture, LONG_SINCE);
  tern_mock_imap_server_set_handler (fixture->server, "SELECT", NULL, NULL);
  tern_mock_imap_server_add_letters (fixture->server, "Archive", 1);
  g_assert_true (fixture_sync (fixture, "Archive", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture_count_rows (fixture, "Archive"), ==, 3);
}

/* The server cannot be reached, and the engine waits for a time that does not come. */
static void
lose (Fixture *fixture)
{
  tern_mock_imap_server_set_refusing (fixture->server, TRUE);
  tern_mock_imap_server_hang_up (fixture->server);
  tern_mock_imap_server_wait_closed (fixture->server);
  g_assert_false (fixture_sync (fixture, "Archive", NULL));
  wait_until_idle (fixture);
  g_assert_cmpint (get_state (fixture), ==, TERN_ACCOUNT_STATE_OFFLINE);
  set_clock (fixture, LONG_SINCE);
  tern_mock_imap_server_set_refusing (fixture->server, FALSE);
}

static void
test_offline_folder (Fixture *fixture, gconstpointer unused)
{
  lose (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  g_assert_cmpint (get_state (fixture), ==, TERN_ACCOUNT_STATE_ONLINE);
  g_assert_false (set_clock (fixture, IS_WAITING));
}

static void
test_offline_letter (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) letter = NULL;

  lose (fixture);
  open_letter (fixture, "INBOX", &letter);
  assert_opened (fixture, &letter);
}

static void
test_offline_change (Fixture *fixture, gconstpointer unused)
{
  gint64 id = fixture_nth_message (fixture, "INBOX", 0);
  g_autoptr (TernOperation) operation = NULL;
  g_autoptr (GError) error = NULL;

  lose (fixture);
  operation =
      fixture_apply (fixture, tern_operation_new_move_to_role (&id, 1, TERN_FOLDER_ROLE_TRASH));
  g_assert_true (fixture_flush (fixture, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (tern_mock_imap_server_count_messages (fixture->server, "Trash"), ==, 1);
}

static void
test_offline_waiting (Fixture *fixture, gconstpointer unused)
{
  lose (fixture);
  tern_mock_imap_server_add_letters (fixture->server, "Archive", 1);
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  while (fixture_count_rows (fixture, "Archive") < 3)
    g_main_context_iteration (NULL, TRUE);
}

#define ADD(name, func)                                                                            \
  g_test_add ("/engine/status/" name, Fixture, NULL, set_up, func, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("what was asked for before the server's complaint does not hide it", test_parallel_success);
  ADD ("a complaint that is repeated stands", test_refused_again);
  ADD ("what is asked for after the server's complaint and works ends it", test_later_success);
  ADD ("a click right after another one is answered by the server's complaint at once",
       test_click_at_once);
  ADD ("a click a moment later is tried at once", test_click_later);
  ADD ("a click on a folder does not wait until the server is tried again", test_offline_folder);
  ADD ("a click on a letter does not wait until the server is tried again", test_offline_letter);
  ADD ("a change does not wait until the server is tried again", test_offline_change);
  ADD ("what waited for the server is taken up once a click got through", test_offline_waiting);
  return g_test_run ();
}
