/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

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

#define ADD(name, func)                                                                            \
  g_test_add ("/engine/watch/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("what came while the connection was lost is fetched", test_lost);
  ADD ("new and removed letters of the folder on screen are seen at once", test_new_mail);
  ADD ("new letters of the inbox are seen while another folder is on screen", test_inbox);
  return g_test_run ();
}
