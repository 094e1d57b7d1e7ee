/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-changes-fixture.h"

void
changes_set_up (Fixture *fixture, gconstpointer capabilities)
{
  g_autoptr (GError) error = NULL;

  fixture_set_up (fixture, NULL);
  if (capabilities != NULL)
    tern_mock_imap_server_set_capabilities (fixture->server, capabilities, capabilities);
  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  g_assert_no_error (error);
  fixture_forget (fixture);
}

void
changes_flush (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture_flush (fixture, &error);
  g_assert_no_error (error);
}

/* Until the server is back from what it was told to do to the connections. */
void
changes_flush_at_last (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 6; i++)
    {
      g_clear_error (&error);
      if (fixture_flush (fixture, &error))
        break;
    }
  g_assert_no_error (error);
}

void
changes_apply (Fixture *fixture, TernOperation *asked)
{
  g_autoptr (TernOperation) operation = fixture_apply (fixture, asked);
}

void
changes_undo (Fixture *fixture, TernOperation *operation)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_engine_undo_async (fixture->engine, operation, NULL, fixture_done_cb, &result);
  tern_engine_undo_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
}

guint
changes_count_on_server (Fixture *fixture, const char *folder)
{
  return tern_mock_imap_server_count_messages (fixture->server, folder);
}

void
changes_check_rows (Fixture *fixture, const char *folder, guint n)
{
  g_assert_cmpuint (fixture_count_rows (fixture, folder), ==, n);
  g_assert_cmpuint (changes_count_on_server (fixture, folder), ==, n);
}

gint64
changes_folder_id (Fixture *fixture, const char *path)
{
  g_autoptr (TernFolder) folder = fixture_get_folder (fixture, path);

  return folder->id;
}

gboolean
changes_has_folder (Fixture *fixture, const char *path)
{
  g_autoptr (GPtrArray) folders =
      tern_engine_read_folders (fixture->engine, fixture->account_id, NULL);

  for (guint i = 0; i < folders->len; i++)
    if (g_strcmp0 (((TernFolder *) folders->pdata[i])->path, path) == 0)
      return TRUE;
  return FALSE;
}
