/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

#include <glib/gstdio.h>
#include <stdlib.h>

static void
changed_cb (TernEngine *engine, TernChanges *changes, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GPtrArray) folders = tern_changes_list (changes);

  fixture->n_changed++;
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolderChanges *folder = g_ptr_array_index (folders, i);

      fixture->n_added += folder->added->len;
      fixture->n_removed += folder->removed->len;
    }
}

static void
failed_cb (TernEngine *engine, TernOperation *operation, GError *error, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture_forget (fixture);
  fixture->failed_operation = tern_operation_ref (operation);
  fixture->failure = g_error_copy (error);
}

void
fixture_start (Fixture *fixture)
{
  fixture->engine = tern_engine_new (fixture->dir);
  g_signal_connect (fixture->engine, "changed", G_CALLBACK (changed_cb), fixture);
  g_signal_connect (fixture->engine, "operation-failed", G_CALLBACK (failed_cb), fixture);
}

void
fixture_stop (Fixture *fixture)
{
  g_signal_handlers_disconnect_by_data (fixture->engine, fixture);
  tern_engine_close (fixture->engine);
  /* Answers that were on their way hold the engine until they are given; no other reference may. */
  g_object_add_weak_pointer (G_OBJECT (fixture->engine), (gpointer *) &fixture->engine);
  g_object_unref (fixture->engine);
  while (fixture->engine != NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static char *secrets_dir;

static void
remove_secrets (void)
{
  remove_tree (secrets_dir);
  g_free (secrets_dir);
}

static void
use_secrets_file (void)
{
  g_autofree char *path = NULL;

  secrets_dir = g_dir_make_tmp ("tern-secrets-XXXXXX", NULL);
  path = g_build_filename (secrets_dir, "secrets", NULL);
  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", path, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "test", TRUE);
  atexit (remove_secrets);
}

void
fixture_set_up (Fixture *fixture, gconstpointer unused)
{
  static gsize secrets_ready;

  /* The file backend reads its path once in a process. */
  if (g_once_init_enter (&secrets_ready))
    {
      use_secrets_file ();
      g_once_init_leave (&secrets_ready, 1);
    }
  fixture->dir = g_dir_make_tmp ("tern-engine-XXXXXX", NULL);
  g_assert_nonnull (fixture->dir);
  fixture->server = tern_mock_imap_server_new (TERN_SECURITY_NONE);
  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 5);
  tern_mock_imap_server_start (fixture->server);
  fixture_start (fixture);
}

void
fixture_tear_down (Fixture *fixture, gconstpointer unused)
{
  fixture_stop (fixture);
  fixture_forget (fixture);
  g_clear_object (&fixture->server);
  remove_tree (fixture->dir);
  g_free (fixture->dir);
}

void
fixture_restart (Fixture *fixture)
{
  fixture_stop (fixture);
  fixture_start (fixture);
}

void
fixture_forget (Fixture *fixture)
{
  fixture->n_changed = fixture->n_added = fixture->n_removed = 0;
  g_clear_pointer (&fixture->failed_operation, tern_operation_unref);
  g_clear_error (&fixture->failure);
}

void
fixture_done_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

GAsyncResult *
fixture_wait (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

void
fixture_add_account (Fixture *fixture)
{
  g_autoptr (GPtrArray) endpoints =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (TernAccount) kept = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (endpoints, tern_mock_imap_server_dup_endpoint (fixture->server));
  account = tern_account_new (0, NULL, "ana@example.org", "Ana", "user", endpoints);
  tern_engine_add_account_async (fixture->engine, account, "secret", NULL, NULL, fixture_done_cb,
                                 &result);
  kept = tern_engine_add_account_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  fixture->account_id = kept->id;
}

static void
list_folders (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_engine_refresh_folders_async (fixture->engine, fixture->account_id, TERN_FETCH_FORCE, NULL,
                                     fixture_done_cb, &result);
  tern_engine_refresh_folders_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
}

TernFolder *
fixture_get_folder (Fixture *fixture, const char *path)
{
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (GError) error = NULL;

  folders = tern_engine_read_folders (fixture->engine, fixture->account_id, &error);
  g_assert_no_error (error);
  if (folders->len == 0)
    {
      list_folders (fixture);
      return fixture_get_folder (fixture, path);
    }
  for (guint i = 0; i < folders->len; i++)
    {
      TernFolder *folder = g_ptr_array_index (folders, i);

      if (strcmp (folder->path, path) == 0)
        return tern_folder_ref (folder);
    }
  g_error ("no folder %s", path);
}

gboolean
fixture_sync (Fixture *fixture, const char *path, GError **error)
{
  g_autoptr (TernFolder) folder = fixture_get_folder (fixture, path);
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_sync_folder_async (fixture->engine, folder->id, TERN_FETCH_FORCE, NULL,
                                 fixture_done_cb, &result);
  return tern_engine_sync_folder_finish (fixture->engine, fixture_wait (&result), error);
}

static GPtrArray *
read_rows (Fixture *fixture, const char *path)
{
  g_autoptr (TernFolder) folder = fixture_get_folder (fixture, path);
  g_autoptr (GError) error = NULL;
  GPtrArray *rows = tern_engine_read_page (fixture->engine, folder->id, NULL, 1000, &error);

  g_assert_no_error (error);
  return rows;
}

gint64
fixture_nth_message (Fixture *fixture, const char *path, guint n)
{
  g_autoptr (GPtrArray) rows = read_rows (fixture, path);

  g_assert_cmpuint (n, <, rows->len);
  return ((TernMessage *) g_ptr_array_index (rows, n))->id;
}

guint
fixture_count_rows (Fixture *fixture, const char *path)
{
  g_autoptr (GPtrArray) rows = read_rows (fixture, path);

  return rows->len;
}

void
fixture_view (Fixture *fixture, const char *path)
{
  g_autoptr (TernFolder) folder = NULL;

  fixture_add_account (fixture);
  folder = fixture_get_folder (fixture, path);
  g_assert_true (fixture_sync (fixture, path, NULL));
  tern_engine_set_viewed_folder (fixture->engine, folder->id);
  tern_mock_imap_server_wait_command (fixture->server, "IDLE", 1);
  fixture_forget (fixture);
}

void
fixture_wait_for_added (Fixture *fixture, guint n)
{
  while (fixture->n_added < n)
    g_main_context_iteration (NULL, TRUE);
}

TernOperation *
fixture_apply (Fixture *fixture, TernOperation *operation)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  TernOperation *logged;

  tern_engine_apply_async (fixture->engine, operation, NULL, fixture_done_cb, &result);
  logged = tern_engine_apply_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  tern_operation_unref (operation);
  return logged;
}

gboolean
fixture_flush (Fixture *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_flush_async (fixture->engine, fixture->account_id, NULL, fixture_done_cb, &result);
  return tern_engine_flush_finish (fixture->engine, fixture_wait (&result), error);
}
