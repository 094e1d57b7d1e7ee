/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* Content up to this size stands in the database, larger content in a file of its own: SQLite is
 * faster with small values, the file system with large ones. */
#define IN_DATABASE_BYTES (256 * 1024)

static char *
part_path (TernStore *self, gint64 id)
{
  return g_strdup_printf ("%s/parts/%" G_GINT64_FORMAT, self->dir, id);
}

/* The order of use is kept in memory until the next write, so that reading writes nothing. */
static gboolean
next_tick (TernStore *self, gint64 *tick, GError **error)
{
  if (self->tick == 0)
    {
      g_autoptr (TernStatement) statement =
          tern_store_prepare (self, "SELECT max(0, coalesce(max(used), 0)) FROM part", error);
      gboolean row;

      if (statement == NULL || !tern_store_step (statement, &row, error))
        return FALSE;
      self->tick = sqlite3_column_int64 (statement, 0);
    }
  *tick = ++self->tick;
  return TRUE;
}

static gboolean
write_touched (TernStore *self, GError **error)
{
  GHashTableIter iter;
  gpointer id, tick;

  g_hash_table_iter_init (&iter, self->touched);
  while (g_hash_table_iter_next (&iter, &id, &tick))
    if (!tern_store_run_ids (self, "UPDATE part SET used = ?2 WHERE id = ?1",
                             TERN_IDS (*(gint64 *) id, *(gint64 *) tick), error))
      return FALSE;
  return TRUE;
}

static gboolean
find_content (TernStore *self, gint64 message, gint64 *content, GError **error)
{
  TernPlacement placement;
  gboolean found;

  *content = 0;
  if (!tern_store_get_placement (self, message, &placement, &found, error))
    return FALSE;
  if (found)
    *content = placement.message;
  return TRUE;
}

/* The file of the part that @content and @part_id name now, if it has one. */
static gboolean
unlink_old (TernStore *self, gint64 content, const char *part_id, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "SELECT id FROM part WHERE message = ?1 AND part_id = ?2 AND content IS NULL",
      TERN_IDS (content), error);
  gboolean row;

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, part_id);
  if (!tern_store_step (statement, &row, error))
    return FALSE;
  if (row)
    tern_store_unlink_later (self, sqlite3_column_int64 (statement, 0));
  return TRUE;
}

static gboolean
insert_part (TernStore *self,
             gint64 content,
             const char *part_id,
             gint64 used,
             GBytes *bytes,
             gint64 *id,
             GError **error)
{
  gsize size = g_bytes_get_size (bytes);
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self,
                              "INSERT OR REPLACE INTO part (message, size, used, part_id, content) "
                              "VALUES (?1, ?2, ?3, ?4, ?5)",
                              TERN_IDS (content, (gint64) size, used), error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 4, part_id);
  if (size == 0)
    sqlite3_bind_zeroblob (statement, 5, 0);
  else if (size <= IN_DATABASE_BYTES)
    sqlite3_bind_blob64 (statement, 5, g_bytes_get_data (bytes, NULL), size, SQLITE_STATIC);
  if (!tern_store_run (statement, error))
    return FALSE;
  *id = sqlite3_last_insert_rowid (self->db);
  return TRUE;
}

static gboolean
write_file (TernStore *self, gint64 id, GBytes *bytes, GError **error)
{
  g_autofree char *path = part_path (self, id);
  g_autoptr (GError) local = NULL;
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  if (g_file_set_contents_full (path, data, (gssize) size, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                &local))
    return TRUE;
  g_set_error (error, TERN_ERROR, TERN_ERROR_STORAGE, "a part cannot be written: %s",
               local->message);
  return FALSE;
}

/* Writes a part at a place in the order of use. */
gboolean
tern_store_write_part (TernStore *self,
                       gint64 message,
                       const char *part_id,
                       gint64 used,
                       GBytes *bytes,
                       GError **error)
{
  gint64 content, id;

  if (!find_content (self, message, &content, error))
    return FALSE;
  if (content == 0)
    return TRUE;
  return unlink_old (self, content, part_id, error) &&
         insert_part (self, content, part_id, used, bytes, &id, error) &&
         (g_bytes_get_size (bytes) <= IN_DATABASE_BYTES || write_file (self, id, bytes, error));
}

/**
 * tern_store_put_part:
 * @self: the writing store
 * @message_id: the message; one that is gone meanwhile is no error
 * @part_id: the part's number; "" for the whole message
 * @content: the complete, decoded part
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Keeps a part, in place of what was kept of it, as the one used last. It belongs to the message's
 * content: it is there in all folders and goes when the message has left the last one. A crash
 * leaves the part or nothing, never a piece.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_put_part (
    TernStore *self, gint64 message_id, const char *part_id, GBytes *content, GError **error)
{
  gboolean success;
  gint64 tick;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = next_tick (self, &tick, error) &&
            tern_store_write_part (self, message_id, part_id, tick, content, error);
  return tern_store_leave (self, success, NULL, error);
}

static GBytes *
read_file (TernStore *self, gint64 id, gsize size)
{
  g_autofree char *path = part_path (self, id);
  char *data;
  gsize length;

  if (!g_file_get_contents (path, &data, &length, NULL))
    return NULL;
  if (length == size)
    return g_bytes_new_take (data, length);
  g_free (data);
  return NULL;
}

static GBytes *
read_part (TernStore *self, gint64 message_id, const char *part_id, gint64 *id, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self,
                              "SELECT id, size, content FROM part WHERE part_id = ?2 "
                              "AND message = (SELECT message FROM placement WHERE id = ?1)",
                              TERN_IDS (message_id), error);
  gboolean row;

  if (statement == NULL)
    return NULL;
  tern_store_bind_text (statement, 2, part_id);
  if (!tern_store_step (statement, &row, error) || !row)
    return NULL;
  *id = sqlite3_column_int64 (statement, 0);
  if (sqlite3_column_type (statement, 2) == SQLITE_NULL)
    return read_file (self, *id, (gsize) sqlite3_column_int64 (statement, 1));
  return g_bytes_new (sqlite3_column_blob (statement, 2),
                      (gsize) sqlite3_column_bytes (statement, 2));
}

/**
 * tern_store_get_part:
 * @self: a store
 * @message_id: the message
 * @part_id: the part's number; "" for the whole message
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Reads a part and makes it the one used last.
 *
 * Returns: (transfer full) (nullable): the part; %NULL without an error where it is not kept
 */
GBytes *
tern_store_get_part (TernStore *self, gint64 message_id, const char *part_id, GError **error)
{
  gint64 id, tick;
  g_autoptr (GBytes) bytes = read_part (self, message_id, part_id, &id, error);

  if (bytes == NULL || !next_tick (self, &tick, error))
    return NULL;
  g_hash_table_insert (self->touched, g_memdup2 (&id, sizeof id), g_memdup2 (&tick, sizeof tick));
  return g_steal_pointer (&bytes);
}

/**
 * tern_store_peek_part:
 * @self: a store
 * @message_id: the message
 * @part_id: the part's number; "" for the whole message
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Reads a part for something else than that somebody opens the letter: it counts as no use.
 *
 * Returns: (transfer full) (nullable): the part; %NULL without an error where it is not kept
 */
GBytes *
tern_store_peek_part (TernStore *self, gint64 message_id, const char *part_id, GError **error)
{
  gint64 id;

  return read_part (self, message_id, part_id, &id, error);
}

static gboolean
read_total (TernStore *self, guint64 *total, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare (self, "SELECT coalesce(sum(size), 0) FROM part", error);
  gboolean row;

  if (statement == NULL || !tern_store_step (statement, &row, error))
    return FALSE;
  *total = (guint64) sqlite3_column_int64 (statement, 0);
  return TRUE;
}

/* The parts to give up, least recently used first, until the rest fits. */
static gboolean
choose_victims (TernStore *self, guint64 excess, GArray *victims, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare (
      self,
      "SELECT id, size FROM part WHERE NOT EXISTS (SELECT 1 FROM placement p "
      "JOIN operation_target t ON t.placement = p.id WHERE p.message = part.message) "
      "ORDER BY used",
      error);
  guint64 freed = 0;
  gboolean row;

  if (statement == NULL)
    return FALSE;
  while (freed < excess)
    {
      gint64 id;

      if (!tern_store_step (statement, &row, error))
        return FALSE;
      if (!row)
        break;
      id = sqlite3_column_int64 (statement, 0);
      freed += (guint64) sqlite3_column_int64 (statement, 1);
      g_array_append_val (victims, id);
    }
  return TRUE;
}

static gboolean
evict (TernStore *self, guint64 capacity, GError **error)
{
  g_autoptr (GArray) victims = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint64 total;

  if (!write_touched (self, error) || !read_total (self, &total, error))
    return FALSE;
  if (total > capacity && !choose_victims (self, total - capacity, victims, error))
    return FALSE;
  for (guint i = 0; i < victims->len; i++)
    {
      gint64 id = g_array_index (victims, gint64, i);

      if (!tern_store_run_ids (self, "DELETE FROM part WHERE id = ?1", TERN_IDS (id), error))
        return FALSE;
      tern_store_unlink_later (self, id);
    }
  if (victims->len > 0)
    tern_trace ("cache.invalidate", TERN_TRACE_STR ("what", "part"),
                TERN_TRACE_STR ("why", "capacity"), TERN_TRACE_INT ("n", victims->len));
  return TRUE;
}

static gboolean
is_file_part (TernStore *self, gint64 id, gboolean *is, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "SELECT 1 FROM part WHERE id = ?1 AND content IS NULL", TERN_IDS (id), error);

  return statement != NULL && tern_store_step (statement, is, error);
}

/* Files whose row was never written, or whose removal was cut off. */
static gboolean
sweep_files (TernStore *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->dir, "parts", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      guint64 id;
      gboolean is = FALSE;

      if (g_ascii_string_to_unsigned (name, 10, 1, G_MAXINT64, &id, NULL) &&
          !is_file_part (self, (gint64) id, &is, error))
        return FALSE;
      if (!is)
        g_unlink (file);
    }
  return TRUE;
}

/**
 * tern_store_evict:
 * @self: the writing store, outside of any transaction
 * @capacity: bytes that all parts together may have
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Gives up the parts that were not used for longest until the rest fits. Parts of messages with
 * pending operations stay, even where that is too much. The first call also removes files that a
 * crash left behind.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_evict (TernStore *self, guint64 capacity, GError **error)
{
  gboolean success;

  g_return_val_if_fail (self->depth == 0, FALSE);

  if (!tern_store_enter (self, error))
    return FALSE;
  success = evict (self, capacity, error);
  if (!tern_store_leave (self, success, NULL, error))
    return FALSE;
  g_hash_table_remove_all (self->touched);
  if (!self->swept && !sweep_files (self, error))
    return FALSE;
  self->swept = TRUE;
  return TRUE;
}
