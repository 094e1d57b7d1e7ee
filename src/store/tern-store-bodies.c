/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

/* Parts that were fetched before anybody asked for them. In the order of use they stand below all
 * that was used, by the time at which their message was received: 0 is never reached. */
#define ADVANCE_BASE (G_GINT64_CONSTANT (1) << 40)

static gint64
rank_in_advance (gint64 received)
{
  return CLAMP (received, 0, ADVANCE_BASE - 1) - ADVANCE_BASE;
}

static void
body_free (gpointer data)
{
  TernStoreBody *body = data;

  g_free (body->remote_id);
  g_clear_pointer (&body->structure, tern_structure_unref);
  g_free (body->kept);
  g_free (body);
}

static TernStoreBody *
read_body (TernStatement *row)
{
  TernStoreBody *body = g_new0 (TernStoreBody, 1);

  body->key = (TernRowKey){ sqlite3_column_int64 (row, 0), sqlite3_column_int64 (row, 1) };
  body->remote_id = tern_store_dup_text (row, 2);
  body->size = (guint64) sqlite3_column_int64 (row, 3);
  body->structure = tern_structure_from_string ((const char *) sqlite3_column_text (row, 4));
  body->kept = tern_store_dup_text (row, 5);
  return body;
}

/**
 * tern_store_read_bodies:
 * @self: a store
 * @folder_id: a folder
 * @below: (nullable): where to begin: with what stands below it in the list; %NULL for the top
 * @since: nothing that was received before this, in seconds since 1970
 * @limit: rows at most
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Reads what is kept of the contents of listed messages, in list order. Takes time in proportion to
 * @limit; fewer rows than that are the last ones.
 *
 * Returns: (transfer full) (element-type TernStoreBody) (nullable): the messages
 */
GPtrArray *
tern_store_read_bodies (TernStore *self,
                        gint64 folder_id,
                        const TernRowKey *below,
                        gint64 since,
                        guint limit,
                        GError **error)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func (body_free);
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "SELECT p.received, p.id, p.remote_id, m.size, m.structure, "
      "(SELECT group_concat(part_id, ' ') FROM part WHERE part.message = p.message) "
      "FROM placement p JOIN message m ON m.id = p.message "
      "WHERE p.folder = ?1 AND p.state = 0 AND (p.received, p.id) < (?2, ?3) AND p.received >= ?4 "
      "ORDER BY p.received DESC, p.id DESC LIMIT ?5",
      TERN_IDS (folder_id, below != NULL ? below->received : G_MAXINT64,
                below != NULL ? below->id : G_MAXINT64, since, limit),
      error);
  gboolean row;

  if (statement == NULL)
    return NULL;
  while (tern_store_step (statement, &row, error))
    {
      if (!row)
        return g_steal_pointer (&out);
      g_ptr_array_add (out, read_body (statement));
    }
  return NULL;
}

/**
 * tern_store_has_room:
 * @self: a store
 * @received: when a message was received
 * @size: bytes of its parts
 * @capacity: bytes that all parts together may have
 * @has_room: (out): whether they fit
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Tells whether parts of a message can be kept in advance without giving up any that was used, or
 * that belongs to a newer message.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_has_room (TernStore *self,
                     gint64 received,
                     guint64 size,
                     guint64 capacity,
                     gboolean *has_room,
                     GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self, "SELECT coalesce(sum(size), 0) FROM part WHERE used >= ?1",
                              TERN_IDS (rank_in_advance (received)), error);
  gboolean row;
  guint64 worth_more;

  if (statement == NULL || !tern_store_step (statement, &row, error))
    return FALSE;
  worth_more = (guint64) sqlite3_column_int64 (statement, 0);
  *has_room = size <= capacity && worth_more <= capacity - size;
  return TRUE;
}

/**
 * tern_store_put_part_in_advance:
 * @self: the writing store
 * @message_id: the message; one that is gone meanwhile is no error
 * @part_id: the part's number
 * @received: when the message was received
 * @content: the complete, decoded part
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Keeps a part that nobody has asked for yet: as tern_store_put_part(), but as one that is given up
 * before any that was used, and before those of newer messages.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_put_part_in_advance (TernStore *self,
                                gint64 message_id,
                                const char *part_id,
                                gint64 received,
                                GBytes *content,
                                GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success =
      tern_store_write_part (self, message_id, part_id, rank_in_advance (received), content, error);
  return tern_store_leave (self, success, NULL, error);
}
