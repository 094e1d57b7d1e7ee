/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-fixture.h"
#include "tern-error.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where SQLite keeps `PRAGMA user_version`: https://www.sqlite.org/fileformat.html section 1.3 */
#define VERSION_OFFSET 60

static char *
database_path (Fixture *f)
{
  return g_build_filename (f->dir, "tern.db", NULL);
}

static guint8 *
read_database (Fixture *f, gsize *length)
{
  g_autofree char *path = database_path (f);
  g_autoptr (GError) error = NULL;
  char *contents;

  g_file_get_contents (path, &contents, length, &error);
  g_assert_no_error (error);
  return (guint8 *) contents;
}

static void
write_database (Fixture *f, const guint8 *contents, gsize length)
{
  g_autofree char *path = database_path (f);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, (const char *) contents, (gssize) length, &error);
  g_assert_no_error (error);
}

static guint
current_version (Fixture *f)
{
  g_autofree guint8 *contents = NULL;
  gsize length;

  g_clear_object (&f->store);
  contents = read_database (f, &length);
  return contents[VERSION_OFFSET + 3];
}

static void
assert_refused (Fixture *f, const guint8 *contents, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *after = NULL;
  gsize after_length;

  g_clear_object (&f->store);
  write_database (f, contents, length);
  g_assert_null (tern_store_open (f->dir, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_STORAGE);
  g_clear_error (&error);
  g_assert_null (tern_store_open_reader (f->dir, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_STORAGE);
  after = read_database (f, &after_length);
  g_assert_cmpmem (after, after_length, contents, length);
}

static void
test_newer (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *contents = NULL;
  gsize length;

  g_clear_object (&f->store);
  contents = read_database (f, &length);
  contents[VERSION_OFFSET + 3] = 99;
  assert_refused (f, contents, length);
}

static void
test_corrupt (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *contents = g_malloc (8192);

  memset (contents, 'x', 8192);
  assert_refused (f, contents, 8192);
}

static void
test_damaged_page (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *contents = NULL;
  gsize length;

  fixture_put (f, f->inbox, 1, 0);
  g_clear_object (&f->store);
  contents = read_database (f, &length);
  memset (contents + 100, 0xff, 3000); /* the schema, behind an intact header */
  assert_refused (f, contents, length);
}

static void
test_no_directory (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file = database_path (f);
  g_autofree char *below = g_build_filename (file, "profile", NULL);

  g_assert_null (tern_store_open (below, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_STORAGE);
  g_clear_error (&error);
  g_assert_null (tern_store_open_reader (below, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
}

static void
test_second_writer (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernStore) reader = NULL;

  g_assert_null (tern_store_open (f->dir, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_LOCKED);
  g_clear_error (&error);
  reader = tern_store_open_reader (f->dir, &error);
  g_assert_no_error (error);
  fixture_put (f, f->inbox, 1, 0);
  fixture_reopen (f);
}

/* Root may write everywhere, so a child gives that up first. */
static void
open_unwritable (const char *dir)
{
  g_autoptr (GError) error = NULL;

  if (getuid () == 0 && (setgid (65534) != 0 || setuid (65534) != 0))
    _exit (2);
  if (tern_store_open (dir, &error) != NULL)
    _exit (3);
  _exit (g_error_matches (error, TERN_ERROR, TERN_ERROR_STORAGE) ? 0 : 4);
}

static void
assert_child (pid_t child)
{
  int status;

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

static void
test_unwritable (Fixture *f, gconstpointer data)
{
  g_autofree char *dir = g_dir_make_tmp ("tern-store-XXXXXX", NULL);
  pid_t child;

  g_chmod (dir, 0500);
  child = fork ();
  if (child == 0)
    open_unwritable (dir);
  assert_child (child);
  g_rmdir (dir);
}

static GPtrArray *
make_batch (guint from, guint n)
{
  GPtrArray *batch = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_message_unref);

  for (guint i = from; i < from + n; i++)
    {
      TernMessage *message = fixture_message (i, 0);

      message->snippet = g_strnfill (500, 'a');
      g_ptr_array_add (batch, message);
    }
  return batch;
}

/* A file size limit is what an ordinary process can have of a full disk. */
static void
test_full (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) batch = make_batch (10, 5000);
  g_autoptr (GBytes) large = g_bytes_new_take (g_malloc0 (1024 * 1024), 1024 * 1024);
  gint64 a = fixture_put (f, f->inbox, 1, 0);
  struct rlimit old, limit;

  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &old);
  limit = (struct rlimit){ 600 * 1024, old.rlim_max };
  setrlimit (RLIMIT_FSIZE, &limit);
  fixture_reset_changes (f);
  g_assert_false (tern_store_put_messages (f->store, f->inbox, batch, f->changes, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_STORAGE);
  g_assert_true (tern_changes_is_empty (f->changes));
  g_clear_error (&error);
  g_assert_false (tern_store_put_part (f->store, a, "1", large, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_STORAGE);
  g_clear_error (&error);
  setrlimit (RLIMIT_FSIZE, &old);

  fixture_assert_list (f, f->inbox, "%" G_GINT64_FORMAT, a);
  fixture_check_counts (f, f->inbox, 1, 1);
  g_assert_null (tern_store_get_part (f->store, a, "1", &error));
  g_assert_no_error (error);
  fixture_reopen (f);
  fixture_assert_list (f, f->inbox, "%" G_GINT64_FORMAT, a);
  tern_store_put_messages (f->store, f->inbox, batch, NULL, &error);
  g_assert_no_error (error);
  fixture_check_counts (f, f->inbox, 5001, 5001);
}

static void
test_rollback (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) batch = make_batch (10, 2);
  gint64 a = fixture_put (f, f->inbox, 1, 0);

  tern_store_begin (f->store, &error);
  g_assert_no_error (error);
  fixture_put (f, f->inbox, 2, 0);
  /* What fails inside takes back itself only. */
  g_assert_false (tern_store_put_messages (f->store, 4711, batch, NULL, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
  fixture_check_counts (f, f->inbox, 2, 2);
  tern_store_rollback (f->store);
  fixture_assert_list (f, f->inbox, "%" G_GINT64_FORMAT, a);
  fixture_check_counts (f, f->inbox, 1, 1);
}

static void
check_mode (const char *dir, const char *name, guint mode)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  GStatBuf buffer;

  g_assert_cmpint (g_stat (path, &buffer), ==, 0);
  g_assert_cmpuint (buffer.st_mode & 0777, ==, mode);
}

static void
test_modes (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_build_filename (f->dir, "new", "profile", NULL);
  g_autoptr (TernStore) store = NULL;
  mode_t old = umask (0);

  store = tern_store_open (dir, &error);
  g_assert_no_error (error);
  umask (old);
  check_mode (dir, ".", 0700);
  check_mode (dir, "parts", 0700);
  check_mode (dir, "tern.db", 0600);
  check_mode (dir, "tern.db-wal", 0600);
  check_mode (dir, "tern.db-shm", 0600);
}

static void
test_reader (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernStore) writer = g_object_ref (f->store);
  g_autoptr (TernStore) reader = tern_store_open_reader (f->dir, &error);
  gint64 a, b;

  g_assert_no_error (error);
  a = fixture_put (f, f->inbox, 1, 0);
  g_set_object (&f->store, reader);
  fixture_assert_list (f, f->inbox, "%" G_GINT64_FORMAT, a);

  /* It sees neither half of a transaction nor does it wait for it. */
  g_set_object (&f->store, writer);
  tern_store_begin (writer, &error);
  b = fixture_put (f, f->inbox, 2, 0);
  g_set_object (&f->store, reader);
  fixture_assert_list (f, f->inbox, "%" G_GINT64_FORMAT, a);
  tern_store_commit (writer, &error);
  g_assert_no_error (error);
  fixture_assert_list (f, f->inbox, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, b, a);

  g_assert_false (tern_store_set_sync_state (reader, f->inbox, "x", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_STORAGE);
  g_clear_error (&error);
  g_assert_false (tern_store_remove_account (reader, f->account->id, NULL, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_STORAGE);
}

/* What make-database put in. */
static void
check_upgraded (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) accounts = tern_store_list_accounts (f->store, &error);
  g_autoptr (GPtrArray) operations = tern_store_list_operations (f->store, 0, &error);
  g_autofree char *state = tern_store_dup_sync_state (f->store, f->inbox, &error);
  const TernAccount *account;
  gint64 a = fixture_find (f, f->inbox, "1");

  g_assert_no_error (error);
  g_assert_cmpuint (accounts->len, ==, 1);
  account = g_ptr_array_index (accounts, 0);
  g_assert_cmpstr (account->email, ==, "ada@example.org");
  g_assert_cmpuint (account->imap->len, ==, 1);
  fixture_assert_list (f, f->inbox, "%" G_GINT64_FORMAT, a);
  g_assert_cmpint (fixture_flags (f, a), ==, TERN_FLAGS_FLAGGED);
  g_assert_cmpstr (state, ==, "state");
  g_assert_cmpuint (operations->len, ==, 2);
  tern_store_undo_operation (f->store, ((TernOperation *) g_ptr_array_index (operations, 1))->id,
                             NULL, &error);
  g_assert_no_error (error);
  fixture_check_counts (f, f->inbox, 2, 1);
}

static void
test_upgrade (Fixture *f, gconstpointer data)
{
  guint newest = current_version (f);

  for (guint version = 1; version <= newest; version++)
    {
      g_autofree char *name = g_strdup_printf ("v%u.db", version);
      g_autofree char *path = g_test_build_filename (G_TEST_DIST, "store", "data", name, NULL);
      g_autofree char *contents = NULL;
      g_autoptr (GError) error = NULL;
      gsize length;

      g_file_get_contents (path, &contents, &length, &error);
      g_assert_no_error (error);
      g_clear_object (&f->store);
      write_database (f, (const guint8 *) contents, length);
      g_assert_null (version < newest ? tern_store_open_reader (f->dir, NULL) : NULL);
      fixture_reopen (f);
      check_upgraded (f);
      g_assert_cmpuint (current_version (f), ==, newest);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
  g_test_add ("/store/database/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
  ADD ("a second writer is refused while the first one works", test_second_writer);
  ADD ("a newer version is refused and stays untouched", test_newer);
  ADD ("a file that is no database is refused and stays untouched", test_corrupt);
  ADD ("a damaged database is refused and stays untouched", test_damaged_page);
  ADD ("a directory that cannot be made is an error, and no database for a reader",
       test_no_directory);
  ADD ("a directory that cannot be written is an error", test_unwritable);
  ADD ("a full disk leaves nothing half written", test_full);
  ADD ("a rollback takes back all, a failure inside only itself", test_rollback);
  ADD ("nobody else can read the files", test_modes);
  ADD ("the reader sees commits, waits for nobody and cannot write", test_reader);
  ADD ("every version that was ever shipped is upgraded", test_upgrade);
  return g_test_run ();
}
