/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

#include "tern-engine-private.h"
#include "tern-error.h"

static void
wait_for_added (Fixture *fixture, guint n)
{
  while (fixture->n_added < n)
    g_main_context_iteration (NULL, TRUE);
}

/* An account whose folder is on screen and watched. */
static void
view (Fixture *fixture, const char *path)
{
  g_autoptr (TernFolder) folder = NULL;

  fixture_add_account (fixture);
  folder = fixture_get_folder (fixture, path);
  g_assert_true (fixture_sync (fixture, path, NULL));
  tern_engine_set_viewed_folder (fixture->engine, folder->id);
  tern_mock_imap_server_wait_command (fixture->server, "IDLE", 1);
  fixture_forget (fixture);
}

static void
test_lost (Fixture *fixture, gconstpointer unused)
{
  tern_mock_imap_server_cut (fixture->server, "IDLE", 100);
  view (fixture, "INBOX");
  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 1);
  wait_for_added (fixture, 1);
}

static void
test_new_mail (Fixture *fixture, gconstpointer unused)
{
  view (fixture, "INBOX");
  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 1);
  wait_for_added (fixture, 1);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 6);
  tern_mock_imap_server_remove_message (fixture->server, "INBOX", 6);
  while (fixture->n_removed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 5);
}

static void
test_inbox (Fixture *fixture, gconstpointer unused)
{
  tern_mock_imap_server_add_letters (fixture->server, "Archive", 1);
  view (fixture, "Archive");
  tern_mock_imap_server_wait_command (fixture->server, "IDLE", 2);
  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 1);
  while (fixture_count_rows (fixture, "INBOX") < 6)
    g_main_context_iteration (NULL, TRUE);
}

typedef enum
{
  SLEEP,
  WAKE_UP,
  NETWORK_LOST,
  NETWORK_BACK,
} Event;

static void
on_thread (TernCore *core, GTask *task)
{
  Event event = GPOINTER_TO_UINT (g_task_get_task_data (task));

  if (event == SLEEP || event == WAKE_UP)
    tern_core_sleep (core, event == SLEEP);
  else
    tern_core_network_changed (core, event == NETWORK_BACK, FALSE);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/* What the system would tell. */
static void
tell (Fixture *fixture, Event event)
{
  GTask *task = g_task_new (fixture->engine, NULL, NULL, NULL);

  g_task_set_task_data (task, GUINT_TO_POINTER (event), NULL);
  tern_engine_dispatch (fixture->engine, task, on_thread);
}

static void
test_sleep (Fixture *fixture, gconstpointer unused)
{
  view (fixture, "INBOX");
  tell (fixture, SLEEP);
  tern_mock_imap_server_wait_closed (fixture->server);
  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 1);
  tell (fixture, WAKE_UP);
  wait_for_added (fixture, 1);
  tern_mock_imap_server_wait_command (fixture->server, "IDLE", 2);
}

static void
test_network (Fixture *fixture, gconstpointer unused)
{
  view (fixture, "INBOX");
  tell (fixture, NETWORK_LOST);
  tern_mock_imap_server_wait_closed (fixture->server);
  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 1);
  tell (fixture, NETWORK_BACK);
  wait_for_added (fixture, 1);
}

/* The way to a server on this computer does not change with the network. */
static void
test_other_network (Fixture *fixture, gconstpointer unused)
{
  guint n;

  view (fixture, "INBOX");
  n = tern_mock_imap_server_count_connections (fixture->server);
  for (guint i = 0; i < 5; i++)
    {
      tell (fixture, NETWORK_LOST);
      tell (fixture, NETWORK_BACK);
    }
  tern_mock_imap_server_wait_command (fixture->server, "NOOP", 1);
  tern_mock_imap_server_wait_command (fixture->server, "IDLE", 2);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (fixture->server), ==, n);
  g_assert_cmpuint (tern_mock_imap_server_count (fixture->server, "NOOP"), <=, n);
}

static char *
throttle_cb (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  if (!g_str_has_prefix (command->args, "\"Archive\""))
    return NULL;
  return g_strdup ("$TAG BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n");
}

static void
test_busy (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  tern_mock_imap_server_set_handler (fixture->server, "SELECT", throttle_cb, NULL);
  g_assert_false (fixture_sync (fixture, "Archive", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_BUSY);
  g_assert_cmpstr (tern_error_get_detail (error), ==, "93");
}

#define ADD(name, func)                                                                            \
  g_test_add ("/engine/watch/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("what came while the connection was lost is fetched", test_lost);
  ADD ("new and removed letters of the folder on screen are seen at once", test_new_mail);
  ADD ("new letters of the inbox are seen while another folder is on screen", test_inbox);
  ADD ("a server that wants to be left alone names its time", test_busy);
  ADD ("before sleep connections are given up, and after it mail is fetched at once", test_sleep);
  ADD ("when the network is back mail is fetched at once", test_network);
  ADD ("a network that flaps leaves connections that have their way", test_other_network);
  return g_test_run ();
}
