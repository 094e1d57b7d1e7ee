/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tern-error.h"

void
fixture_remove_tree (const char *dir)
{
  g_autoptr (GDir) d = g_dir_open (dir, 0, NULL);
  const char *name;

  while (d != NULL && (name = g_dir_read_name (d)) != NULL)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        fixture_remove_tree (path);
      else
        g_unlink (path);
    }
  g_rmdir (dir);
}

static void
add_folders (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_folder_unref);
  g_autoptr (GPtrArray) kept = NULL;

  g_ptr_array_add (folders, tern_folder_new ("INBOX", "INBOX", NULL));
  g_ptr_array_add (folders, tern_folder_new ("Archive", "Archive", NULL));
  g_ptr_array_add (folders, tern_folder_new ("Trash", "Trash", NULL));
  tern_store_put_folders (fixture->store, fixture->account->id, folders, fixture->changes, &error);
  g_assert_no_error (error);

  kept = tern_store_list_folders (fixture->store, fixture->account->id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (kept->len, ==, 3);
  fixture->archive = ((TernFolder *) g_ptr_array_index (kept, 0))->id;
  fixture->inbox = ((TernFolder *) g_ptr_array_index (kept, 1))->id;
  fixture->trash = ((TernFolder *) g_ptr_array_index (kept, 2))->id;
}

void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) endpoints =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);
  g_autoptr (TernAccount) account = NULL;

  fixture->dir = g_dir_make_tmp ("tern-store-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->store = tern_store_open (fixture->dir, &error);
  g_assert_no_error (error);
  fixture->changes = tern_changes_new ();

  g_ptr_array_add (endpoints, tern_endpoint_new ("imap.example.org", 993, TERN_SECURITY_TLS));
  account = tern_account_new (0, NULL, "ada@example.org", "Ada", NULL, endpoints);
  fixture->account = tern_store_add_account (fixture->store, account, fixture->changes, &error);
  g_assert_no_error (error);
  add_folders (fixture);
  fixture_reset_changes (fixture);
}

void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->store);
  g_clear_pointer (&fixture->account, tern_account_unref);
  g_clear_pointer (&fixture->changes, tern_changes_unref);
  fixture_remove_tree (fixture->dir);
  g_free (fixture->dir);
}

void
fixture_reopen (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&fixture->store);
  fixture->store = tern_store_open (fixture->dir, &error);
  g_assert_no_error (error);
}

void
fixture_reset_changes (Fixture *fixture)
{
  tern_changes_unref (fixture->changes);
  fixture->changes = tern_changes_new ();
}

TernMessage *
fixture_message (guint n, TernFlags flags)
{
  TernMessage *message = tern_message_new ();

  message->remote_id = g_strdup_printf ("%u", n);
  message->message_id = g_strdup_printf ("<%u@example.org>", n);
  message->flags = flags;
  message->received = n;
  message->date = n;
  message->size = 1000 + n;
  message->subject = g_strdup_printf ("Letter %u", n);
  message->from = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_address_unref);
  g_ptr_array_add (message->from, tern_address_new ("Grace", "grace@example.org"));
  return message;
}

void
fixture_put_message (Fixture *fixture, gint64 folder, TernMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = g_ptr_array_new ();

  g_ptr_array_add (messages, message);
  tern_store_put_messages (fixture->store, folder, messages, fixture->changes, &error);
  g_assert_no_error (error);
}

gint64
fixture_put (Fixture *fixture, gint64 folder, guint n, TernFlags flags)
{
  g_autoptr (TernMessage) message = fixture_message (n, flags);

  fixture_put_message (fixture, folder, message);
  return fixture_find (fixture, folder, message->remote_id);
}

gint64
fixture_find (Fixture *fixture, gint64 folder, const char *remote_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) page =
      tern_store_read_page (fixture->store, folder, NULL, G_MAXINT, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < page->len; i++)
    {
      const TernMessage *message = g_ptr_array_index (page, i);

      if (g_strcmp0 (message->remote_id, remote_id) == 0)
        return message->id;
    }
  return 0;
}

TernFlags
fixture_flags (Fixture *fixture, gint64 id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernMessage) message = tern_store_get_message (fixture->store, id, &error);

  g_assert_no_error (error);
  return message->flags;
}

gint64
fixture_log (Fixture *fixture, TernOperation *operation)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernOperation) asked = operation;
  g_autoptr (TernOperation) logged =
      tern_store_log_operation (fixture->store, asked, fixture->changes, &error);

  g_assert_no_error (error);
  return logged->id;
}

char *
fixture_list (Fixture *fixture, gint64 folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) keys = tern_store_read_keys (fixture->store, folder, &error);
  g_autoptr (GPtrArray) page =
      tern_store_read_page (fixture->store, folder, NULL, G_MAXINT, &error);
  const TernRowKey *key = g_bytes_get_data (keys, NULL);
  GString *out = g_string_new (NULL);

  g_assert_no_error (error);
  /* Both ways to read a folder agree. */
  g_assert_cmpuint (page->len, ==, g_bytes_get_size (keys) / sizeof *key);
  for (guint i = 0; i < page->len; i++)
    {
      const TernMessage *message = g_ptr_array_index (page, i);

      g_assert_cmpint (message->id, ==, key[i].id);
      g_assert_cmpint (message->received, ==, key[i].received);
      g_string_append_printf (out, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "", message->id);
    }
  return g_string_free (out, FALSE);
}

static void
describe_keys (GPtrArray *words, char mark, GArray *keys)
{
  for (guint i = 0; i < keys->len; i++)
    g_ptr_array_add (words, g_strdup_printf ("%c%" G_GINT64_FORMAT, mark,
                                             g_array_index (keys, TernRowKey, i).id));
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
fixture_describe (Fixture *fixture, gint64 folder)
{
  const TernFolderChanges *changes = tern_changes_get_folder (fixture->changes, folder);
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);

  if (changes != NULL)
    {
      describe_keys (words, '+', changes->added);
      describe_keys (words, '-', changes->removed);
      describe_keys (words, '~', changes->changed);
      if (changes->counts)
        g_ptr_array_add (words, g_strdup ("#"));
    }
  g_ptr_array_sort (words, compare_words);
  g_ptr_array_add (words, NULL);
  return g_strjoinv (" ", (char **) words->pdata);
}

void
fixture_check_counts (Fixture *fixture, gint64 folder, gint total, gint unread)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernFolder) kept = tern_store_get_folder (fixture->store, folder, &error);

  g_assert_no_error (error);
  g_assert_cmpint (kept->total, ==, total);
  g_assert_cmpint (kept->unread, ==, unread);
}
