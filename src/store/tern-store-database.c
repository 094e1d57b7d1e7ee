/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tern-store-resources.h"

#define RESOURCE_FORMAT "/io/github/ternmail/Tern/store/migrations/%d.sql"

/* How long the writer waits for another process's write, and a reader for the log to be put in
 * order where a program ended without that or the last one is just leaving; neither waits for the
 * other at work. */
#define BUSY_TIMEOUT_MS 2000
/* How long it waits for another writer's end, and how often it looks. */
#define LOCK_TIMEOUT_MS 2000
#define LOCK_PAUSE_MS 20

/* The part of the file that is read through the page cache of the system, without copying. */
#define MMAP_BYTES "268435456"

/* Pages in the log after which they are copied into the file: what stands in them twice by then,
 * such as the ends of indexes while a folder is fetched, is copied once. A commit waits for that,
 * and for the disk. What must not be lost does not wait for it: tern_store_set_durable(). */
#define LOG_PAGES "4000"

/* Finds damage where everything else rests on; going through the whole file would take too long. */
#define READ_SCHEMA "SELECT count(*) FROM sqlite_schema"

/* The SQL that fails is ours, so its text may stand in the message; values never do. */
static void
set_error (sqlite3 *db, int code, GError **error)
{
  g_set_error (error, TERN_ERROR, TERN_ERROR_STORAGE, "database: %s (%d)",
               db != NULL ? sqlite3_errmsg (db) : sqlite3_errstr (code),
               db != NULL ? sqlite3_extended_errcode (db) : code);
}

static GBytes *
load_migration (int version)
{
  g_autofree char *path = g_strdup_printf (RESOURCE_FORMAT, version);

  return g_resource_lookup_data (tern_store_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE,
                                 NULL);
}

static int
newest_version (void)
{
  int version = 0;

  for (;; version++)
    {
      g_autoptr (GBytes) sql = load_migration (version + 1);

      if (sql == NULL)
        return version;
    }
}

static gboolean
read_version (TernStore *self, int *version, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare (self, "PRAGMA user_version", error);
  gboolean row = FALSE;

  if (statement == NULL || !tern_store_step (statement, &row, error))
    return FALSE;
  *version = row ? sqlite3_column_int (statement, 0) : 0;
  return TRUE;
}

static gboolean
run_migration (TernStore *self, int version, GError **error)
{
  g_autoptr (GBytes) sql = load_migration (version);
  g_autofree char *set_version = g_strdup_printf ("PRAGMA user_version = %d", version);
  int current;

  if (!tern_store_exec (self, "BEGIN EXCLUSIVE", error))
    return FALSE;
  /* Another process may have been faster since the version was read. */
  if (!read_version (self, &current, error) ||
      (current < version && (!tern_store_exec (self, g_bytes_get_data (sql, NULL), error) ||
                             !tern_store_exec (self, set_version, error))) ||
      !tern_store_exec (self, "COMMIT", error))
    {
      tern_store_exec (self, "ROLLBACK", NULL);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_version (int version, GError **error)
{
  if (version <= newest_version ())
    return TRUE;
  g_set_error (error, TERN_ERROR, TERN_ERROR_STORAGE,
               "the database is of version %d, this program knows %d", version, newest_version ());
  return FALSE;
}

static gboolean
migrate (TernStore *self, int version, GError **error)
{
  for (int next = version + 1; next <= newest_version (); next++)
    if (!run_migration (self, next, error))
      return FALSE;
  return TRUE;
}

/* SQLite gives -wal and -shm the mode of the database file, so that is made first. */
static gboolean
make_files (TernStore *self, const char *path, GError **error)
{
  g_autofree char *parts = g_build_filename (self->dir, "parts", NULL);
  int fd;

  if (g_mkdir_with_parents (self->dir, 0700) != 0 || g_mkdir_with_parents (parts, 0700) != 0 ||
      (fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0)
    {
      int saved = errno;

      g_set_error (error, TERN_ERROR, TERN_ERROR_STORAGE, "%s cannot be written: %s", self->dir,
                   g_strerror (saved));
      return FALSE;
    }
  fchmod (fd, 0600);
  close (fd);
  return TRUE;
}

/* Two writers would send the log's operations twice. The kernel frees the lock of a process that is
 * killed, so nothing is left behind that the user had to remove. */
static gboolean
take_lock (TernStore *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->dir, "lock", NULL);
  int saved;

  self->lock = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  for (guint waited = 0; self->lock >= 0; waited += LOCK_PAUSE_MS)
    {
      if (flock (self->lock, LOCK_EX | LOCK_NB) == 0)
        return TRUE;
      if (errno != EWOULDBLOCK && errno != EINTR)
        break;
      if (waited >= LOCK_TIMEOUT_MS)
        {
          g_set_error (error, TERN_ERROR, TERN_ERROR_LOCKED, "%s is in use", self->dir);
          return FALSE;
        }
      g_usleep (LOCK_PAUSE_MS * 1000);
    }
  saved = errno;
  g_set_error (error, TERN_ERROR, TERN_ERROR_STORAGE, "%s cannot be locked: %s", self->dir,
               g_strerror (saved));
  return FALSE;
}

static gboolean
open_writer (TernStore *self, GError **error)
{
  int version;

  /* What may refuse the database comes before anything that writes. */
  return read_version (self, &version, error) && check_version (version, error) &&
         tern_store_exec (self, READ_SCHEMA, error) &&
         tern_store_exec (self, "PRAGMA journal_mode = WAL", error) &&
         tern_store_exec (self,
                          "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
                          "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;"
                          "PRAGMA wal_autocheckpoint = " LOG_PAGES,
                          error) &&
         migrate (self, version, error);
}

static gboolean
open_reader (TernStore *self, GError **error)
{
  int version;

  if (!read_version (self, &version, error) || !check_version (version, error) ||
      !tern_store_exec (self, READ_SCHEMA, error))
    return FALSE;
  if (version == newest_version ())
    return TRUE;
  g_set_error (error, TERN_ERROR, TERN_ERROR_GONE, "the database is still of version %d", version);
  return FALSE;
}

/**
 * tern_store_database_open:
 * @self: a store whose directory is set
 * @writer: whether to make, migrate and write the database, or only to read it
 * @error: return location for %TERN_ERROR_STORAGE; %TERN_ERROR_LOCKED for a writer beside another;
 *   %TERN_ERROR_GONE for a reader that finds no database of this version
 *
 * Opens the connection. A database of a newer version, and one that is damaged, is left untouched.
 *
 * Returns: whether it is open
 */
gboolean
tern_store_database_open (TernStore *self, gboolean writer, GError **error)
{
  g_autofree char *path = g_build_filename (self->dir, "tern.db", NULL);
  int flags = writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  int code;

  if (writer && (!make_files (self, path, error) || !take_lock (self, error)))
    return FALSE;
  if (!writer && !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_GONE, "there is no database yet");
      return FALSE;
    }
  code = sqlite3_open_v2 (path, &self->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
  if (code != SQLITE_OK)
    {
      set_error (self->db, code, error);
      return FALSE;
    }
  sqlite3_extended_result_codes (self->db, 1);
  sqlite3_busy_timeout (self->db, BUSY_TIMEOUT_MS);
  if (!tern_store_exec (self, "PRAGMA mmap_size = " MMAP_BYTES, error))
    return FALSE;
  return writer ? open_writer (self, error) : open_reader (self, error);
}

/**
 * tern_store_exec:
 * @self: a store
 * @sql: statements that are run once in a while and yield nothing
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: whether all of them were run
 */
gboolean
tern_store_exec (TernStore *self, const char *sql, GError **error)
{
  int code = sqlite3_exec (self->db, sql, NULL, NULL, NULL);

  if (code == SQLITE_OK)
    return TRUE;
  set_error (self->db, code, error);
  return FALSE;
}

/**
 * tern_store_prepare:
 * @self: a store
 * @sql: one statement; a string literal, because its address is its name in the cache
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Takes the statement out of the cache, compiling it on its first use. It must not be in use
 * already.
 *
 * Returns: (nullable): the statement, without parameters; given back with tern_store_done()
 */
TernStatement *
tern_store_prepare (TernStore *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);
  int code;

  if (statement != NULL)
    return statement;
  code = sqlite3_prepare_v3 (self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
  if (code != SQLITE_OK)
    {
      set_error (self->db, code, error);
      return NULL;
    }
  g_hash_table_insert (self->statements, (gpointer) sql, statement);
  return statement;
}

/**
 * tern_store_prepare_ids:
 * @self: a store
 * @sql: as for tern_store_prepare()
 * @ids: (array length=n): values of the parameters ?1, ?2, …; see TERN_IDS()
 * @n: how many
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (nullable): the statement with its parameters
 */
TernStatement *
tern_store_prepare_ids (
    TernStore *self, const char *sql, const gint64 *ids, gsize n, GError **error)
{
  TernStatement *statement = tern_store_prepare (self, sql, error);

  for (gsize i = 0; statement != NULL && i < n; i++)
    sqlite3_bind_int64 (statement, (int) i + 1, ids[i]);
  return statement;
}

/**
 * tern_store_step:
 * @statement: a statement
 * @row: (out): whether a row can be read from it
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Runs the statement up to its next row.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_step (TernStatement *statement, gboolean *row, GError **error)
{
  int code = sqlite3_step (statement);

  *row = code == SQLITE_ROW;
  if (code == SQLITE_ROW || code == SQLITE_DONE)
    return TRUE;
  set_error (sqlite3_db_handle (statement), code, error);
  return FALSE;
}

/**
 * tern_store_run:
 * @statement: a statement
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Runs a statement whose rows, if any, do not matter.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_run (TernStatement *statement, GError **error)
{
  gboolean row = TRUE;

  while (row)
    if (!tern_store_step (statement, &row, error))
      return FALSE;
  return TRUE;
}

/**
 * tern_store_run_ids:
 * @self: a store
 * @sql: as for tern_store_prepare()
 * @ids: (array length=n): values of the parameters ?1, ?2, …; see TERN_IDS()
 * @n: how many
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Runs a statement that needs nothing but ids.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_run_ids (TernStore *self, const char *sql, const gint64 *ids, gsize n, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (self, sql, ids, n, error);

  return statement != NULL && tern_store_run (statement, error);
}

/**
 * tern_store_done:
 * @statement: a statement out of the cache
 *
 * Gives the statement back. A reader that forgot to would keep the log from being truncated.
 */
void
tern_store_done (TernStatement *statement)
{
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
}

/**
 * tern_store_bind_text:
 * @statement: a statement
 * @index: the parameter, from 1
 * @text: (nullable): its value, which must stay until tern_store_done()
 *
 * Binds a text without copying it.
 */
void
tern_store_bind_text (TernStatement *statement, int index, const char *text)
{
  sqlite3_bind_text (statement, index, text, -1, SQLITE_STATIC);
}

/**
 * tern_store_dup_text:
 * @statement: a statement that stands on a row
 * @column: the column, from 0
 *
 * Returns: (transfer full) (nullable): its text
 */
char *
tern_store_dup_text (TernStatement *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}
