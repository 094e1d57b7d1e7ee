/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

#include <glib/gstdio.h>
#include <unistd.h>

typedef struct
{
  TernNoteKind kind;
  gint64 id;
  TernRowKey key;
} Note;

typedef struct
{
  gint64 folder;
  int own[2];     /* total, unread */
  int by_user[2]; /* the share of it that the server has still to count */
} Delta;

G_DEFINE_FINAL_TYPE (TernStore, tern_store, G_TYPE_OBJECT)

static void
tern_store_finalize (GObject *object)
{
  TernStore *self = TERN_STORE (object);

  g_clear_pointer (&self->statements, g_hash_table_unref);
  sqlite3_close (self->db);
  if (self->lock >= 0)
    close (self->lock);
  g_free (self->dir);
  g_array_unref (self->notes);
  g_array_unref (self->deltas);
  g_array_unref (self->unlinks);
  g_hash_table_unref (self->touched);
  G_OBJECT_CLASS (tern_store_parent_class)->finalize (object);
}

static void
tern_store_class_init (TernStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_store_finalize;
  /* Nobody asks how much memory SQLite uses, and counting it takes a lock with each allocation.
   * Refused, without harm, where somebody else in the process uses SQLite already. */
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
}

static void
tern_store_init (TernStore *self)
{
  self->lock = -1;
  self->statements = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) sqlite3_finalize);
  self->notes = g_array_new (FALSE, FALSE, sizeof (Note));
  self->deltas = g_array_new (FALSE, FALSE, sizeof (Delta));
  self->unlinks = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->touched = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
}

static TernStore *
open_store (const char *dir, gboolean writer, GError **error)
{
  g_autoptr (TernStore) self = g_object_new (TERN_TYPE_STORE, NULL);

  self->dir = g_strdup (dir);
  if (!tern_store_database_open (self, writer, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * tern_store_open:
 * @dir: the profile's directory; made with mode 0700 where it does not exist
 * @error: return location for %TERN_ERROR_STORAGE, or %TERN_ERROR_LOCKED where another program has
 *   the profile and does not give it up within two seconds
 *
 * Opens the writing connection to `DIR/tern.db` and brings the database to this program's version.
 * One per profile at a time, held by a lock on `DIR/lock` that goes with the process; it and all
 * that it returns may be used on one thread only, but for values of the model. The files have mode
 * 0600. A database of a newer version, and one that is damaged, is an error and is left as it is.
 *
 * Returns: (transfer full) (nullable): the store
 */
TernStore *
tern_store_open (const char *dir, GError **error)
{
  return open_store (dir, TRUE, error);
}

/**
 * tern_store_open_reader:
 * @dir: the profile's directory
 * @error: return location for %TERN_ERROR_STORAGE, or %TERN_ERROR_GONE where there is no database
 * of this version yet: open it again after the writer was opened
 *
 * Opens a second connection, for another thread. It sees each commit of the writer as soon as that
 * returns and waits for nobody; every function that writes fails on it with %TERN_ERROR_STORAGE.
 *
 * Returns: (transfer full) (nullable): the store
 */
TernStore *
tern_store_open_reader (const char *dir, GError **error)
{
  return open_store (dir, FALSE, error);
}

static void
unlink_files (TernStore *self)
{
  for (guint i = 0; i < self->unlinks->len; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/parts/%" G_GINT64_FORMAT, self->dir,
                                               g_array_index (self->unlinks, gint64, i));

      g_unlink (path);
    }
  g_array_set_size (self->unlinks, 0);
}

/**
 * tern_store_begin:
 * @self: the writing store
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Begins a transaction, or one inside that which stands. Every other function of the store is its
 * own transaction outside of one; inside, it takes back what it did itself when it fails, and
 * leaves the rest to the caller.
 *
 * Returns: whether tern_store_commit() or tern_store_rollback() must follow
 */
gboolean
tern_store_begin (TernStore *self, GError **error)
{
  if (self->depth == 0)
    {
      self->broken = FALSE;
      self->begin_time = g_get_monotonic_time ();
      self->begin_rows = sqlite3_total_changes64 (self->db);
    }
  if (!tern_store_exec (self, self->depth == 0 ? "BEGIN IMMEDIATE" : "SAVEPOINT nested", error))
    return FALSE;
  self->depth++;
  return TRUE;
}

/**
 * tern_store_commit:
 * @self: the writing store, in a transaction
 * @error: return location for %TERN_ERROR_STORAGE: a full disk, for example
 *
 * Ends the transaction begun last. The outermost one is then written; where that fails, nothing of
 * it is kept and it is rolled back already.
 *
 * Returns: whether it was kept
 */
gboolean
tern_store_commit (TernStore *self, GError **error)
{
  g_return_val_if_fail (self->depth > 0, FALSE);

  if (self->broken)
    g_set_error_literal (error, TERN_ERROR, TERN_ERROR_STORAGE,
                         "the transaction was taken back before");
  if (self->broken || !tern_store_exec (self, self->depth > 1 ? "RELEASE nested" : "COMMIT", error))
    {
      tern_store_rollback (self);
      return FALSE;
    }
  if (--self->depth == 0)
    {
      tern_trace ("store.commit",
                  TERN_TRACE_INT ("rows", sqlite3_total_changes64 (self->db) - self->begin_rows),
                  TERN_TRACE_MS ("ms", g_get_monotonic_time () - self->begin_time));
      unlink_files (self);
    }
  return TRUE;
}

/**
 * tern_store_rollback:
 * @self: the writing store, in a transaction
 *
 * Takes back what was done since the transaction begun last.
 */
void
tern_store_rollback (TernStore *self)
{
  g_return_if_fail (self->depth > 0);

  /* After a full disk or an I/O error SQLite has taken back everything by itself. */
  if (sqlite3_get_autocommit (self->db))
    self->broken = TRUE;
  else if (self->depth > 1)
    tern_store_exec (self, "ROLLBACK TO nested; RELEASE nested", NULL);
  else
    tern_store_exec (self, "ROLLBACK", NULL);
  if (--self->depth == 0)
    g_array_set_size (self->unlinks, 0);
}

/**
 * tern_store_enter:
 * @self: the writing store
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Begins a public function that writes; tern_store_leave() ends it. Such functions do not call each
 * other.
 *
 * Returns: whether the function may go on
 */
gboolean
tern_store_enter (TernStore *self, GError **error)
{
  if (self->depth > 0 && self->broken)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_STORAGE,
                           "the transaction was taken back before");
      return FALSE;
    }
  return tern_store_begin (self, error);
}

static gboolean
apply_deltas (TernStore *self, GError **error)
{
  for (guint i = 0; i < self->deltas->len; i++)
    {
      const Delta *delta = &g_array_index (self->deltas, Delta, i);

      if (!tern_store_apply_counts (self, delta->folder, delta->own, delta->by_user, error))
        return FALSE;
    }
  return TRUE;
}

static void
tell (const Note *note, TernChanges *changes)
{
  switch (note->kind)
    {
    case TERN_NOTE_ADDED:
      tern_changes_add (changes, note->id, note->key);
      break;
    case TERN_NOTE_REMOVED:
      tern_changes_remove (changes, note->id, note->key);
      break;
    case TERN_NOTE_CHANGED:
      tern_changes_change (changes, note->id, note->key);
      break;
    case TERN_NOTE_COUNTS:
      tern_changes_counts (changes, note->id);
      break;
    case TERN_NOTE_FOLDERS:
      tern_changes_folders (changes, note->id);
      break;
    case TERN_NOTE_ACCOUNT:
      tern_changes_account (changes, note->id);
      break;
    default:
      g_assert_not_reached ();
    }
}

/**
 * tern_store_leave:
 * @self: the writing store
 * @success: whether the function did all that it should; else @error is set already
 * @changes: (nullable): where to tell what was noted
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Ends what tern_store_enter() began: adjusts the counts, commits and tells the changes; or takes
 * everything back and tells nothing.
 *
 * Returns: whether the function succeeded
 */
gboolean
tern_store_leave (TernStore *self, gboolean success, TernChanges *changes, GError **error)
{
  if (!success || !apply_deltas (self, error))
    {
      tern_store_rollback (self);
      success = FALSE;
    }
  else
    success = tern_store_commit (self, error);

  for (guint i = 0; success && changes != NULL && i < self->notes->len; i++)
    tell (&g_array_index (self->notes, Note, i), changes);
  g_array_set_size (self->notes, 0);
  g_array_set_size (self->deltas, 0);
  return success;
}

/**
 * tern_store_note:
 * @self: the writing store, inside a public function
 * @kind: what became of the row
 * @id: the folder
 * @key: the row
 *
 * Notes a changed row for the caller of the public function.
 */
void
tern_store_note (TernStore *self, TernNoteKind kind, gint64 id, TernRowKey key)
{
  Note note = { kind, id, key };

  g_array_append_val (self->notes, note);
}

/**
 * tern_store_note_list:
 * @self: the writing store, inside a public function
 * @kind: %TERN_NOTE_COUNTS or %TERN_NOTE_FOLDERS
 * @id: the folder or the account
 *
 * Notes a change that is of no single row.
 */
void
tern_store_note_list (TernStore *self, TernNoteKind kind, gint64 id)
{
  tern_store_note (self, kind, id, (TernRowKey){ 0, 0 });
}

/**
 * tern_store_count:
 * @self: the writing store, inside a public function
 * @folder: the folder
 * @total: listed messages that came, less those that went
 * @unread: the same for unread ones
 * @by_user: whether the user did it, so that the server's own counts do not contain it yet
 *
 * Collects a change of counts; it is written once, when the function ends.
 */
void
tern_store_count (TernStore *self, gint64 folder, int total, int unread, gboolean by_user)
{
  Delta *delta = NULL;

  for (guint i = 0; i < self->deltas->len && delta == NULL; i++)
    if (g_array_index (self->deltas, Delta, i).folder == folder)
      delta = &g_array_index (self->deltas, Delta, i);
  if (delta == NULL)
    {
      g_array_append_val (self->deltas, ((Delta){ .folder = folder }));
      delta = &g_array_index (self->deltas, Delta, self->deltas->len - 1);
    }
  delta->own[0] += total;
  delta->own[1] += unread;
  delta->by_user[0] += by_user ? total : 0;
  delta->by_user[1] += by_user ? unread : 0;
}

/**
 * tern_store_unlink_later:
 * @self: the writing store, in a transaction
 * @part: the id of a part whose row is gone
 *
 * Lets the part's file go when the transaction is written, not before.
 */
void
tern_store_unlink_later (TernStore *self, gint64 part)
{
  g_array_append_val (self->unlinks, part);
}
