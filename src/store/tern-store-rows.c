/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

#define MESSAGE_ROW                                                                                \
  "SELECT p.id, p.folder, p.remote_id, p.flags, p.keywords, p.modseq, p.received, "                \
  "m.account, m.global_id, m.date, m.size, m.subject, m.sender, m.reply_to, m.recipients, "        \
  "m.cc, m.message_id, m.in_reply_to, m.refs, m.structure, m.has_attachments, m.snippet, "         \
  "m.thread, p.labels, m.shares_flags, m.code, m.code_certain, m.link FROM placement p JOIN "      \
  "message m ON m.id = p.message "

static GPtrArray *
read_addresses (TernStatement *row, int column)
{
  const char *text = (const char *) sqlite3_column_text (row, column);

  return text != NULL ? tern_address_list_from_string (text) : NULL;
}

/* The columns of MESSAGE_ROW in order. */
static TernMessage *
read_message (TernStatement *row)
{
  TernMessage *message = tern_message_new ();

  message->id = sqlite3_column_int64 (row, 0);
  message->folder_id = sqlite3_column_int64 (row, 1);
  message->remote_id = tern_store_dup_text (row, 2);
  message->flags = (TernFlags) sqlite3_column_int (row, 3);
  message->keywords = tern_store_dup_text (row, 4);
  message->modseq = (guint64) sqlite3_column_int64 (row, 5);
  message->received = sqlite3_column_int64 (row, 6);
  message->account_id = sqlite3_column_int64 (row, 7);
  message->global_id = tern_store_dup_text (row, 8);
  message->date = sqlite3_column_int64 (row, 9);
  message->size = (guint64) sqlite3_column_int64 (row, 10);
  message->subject = tern_store_dup_text (row, 11);
  message->from = read_addresses (row, 12);
  message->reply_to = read_addresses (row, 13);
  message->to = read_addresses (row, 14);
  message->cc = read_addresses (row, 15);
  message->message_id = tern_store_dup_text (row, 16);
  message->in_reply_to = tern_store_dup_text (row, 17);
  message->references = tern_store_dup_text (row, 18);
  message->structure = tern_structure_from_string ((const char *) sqlite3_column_text (row, 19));
  message->has_attachments = sqlite3_column_int (row, 20) != 0;
  message->snippet = tern_store_dup_text (row, 21);
  message->thread = tern_store_dup_text (row, 22);
  message->labels = tern_store_dup_text (row, 23);
  message->shares_flags = sqlite3_column_int (row, 24) != 0;
  message->code = tern_store_dup_text (row, 25);
  message->code_is_certain = sqlite3_column_int (row, 26) != 0;
  message->link = tern_store_dup_text (row, 27);
  return message;
}

/**
 * tern_store_read_page:
 * @self: a store
 * @folder_id: a folder; one that does not exist has no rows
 * @from: (nullable): the first place wanted; %NULL for the top
 * @limit: rows at most
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Reads listed messages in list order, from the first one at or below @from. Takes time in
 * proportion to @limit, not to the folder.
 *
 * Returns: (transfer full) (element-type TernMessage) (nullable): the messages
 */
GPtrArray *
tern_store_read_page (
    TernStore *self, gint64 folder_id, const TernRowKey *from, guint limit, GError **error)
{
  g_autoptr (GPtrArray) out = NULL;
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self,
                              MESSAGE_ROW "WHERE p.folder = ?1 AND p.state = 0 "
                                          "AND (p.received, p.id) <= (?2, ?3) "
                                          "ORDER BY p.received DESC, p.id DESC LIMIT ?4",
                              TERN_IDS (folder_id, from != NULL ? from->received : G_MAXINT64,
                                        from != NULL ? from->id : G_MAXINT64, limit),
                              error);
  gboolean row;

  if (statement == NULL)
    return NULL;
  out = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_message_unref);
  while (tern_store_step (statement, &row, error))
    {
      if (!row)
        return g_steal_pointer (&out);
      g_ptr_array_add (out, read_message (statement));
    }
  return NULL;
}

/**
 * tern_store_read_keys:
 * @self: a store
 * @folder_id: a folder; one that does not exist has no rows
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Reads the places of all listed messages of a folder, in list order: an array of #TernRowKey. All
 * the changes that the store tells afterwards apply to it. Takes time in proportion to the folder,
 * so it is not for the thread of a window.
 *
 * Returns: (transfer full) (nullable): the keys
 */
GBytes *
tern_store_read_keys (TernStore *self, gint64 folder_id, GError **error)
{
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, sizeof (TernRowKey));
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self,
                              "SELECT received, id FROM placement WHERE folder = ?1 AND state = 0 "
                              "ORDER BY received DESC, id DESC",
                              TERN_IDS (folder_id), error);
  gboolean row;

  if (statement == NULL)
    return NULL;
  while (tern_store_step (statement, &row, error))
    {
      TernRowKey key;

      if (!row)
        {
          gsize n;
          gpointer data = g_array_steal (keys, &n);

          return g_bytes_new_take (data, n * sizeof (TernRowKey));
        }
      key =
          (TernRowKey){ sqlite3_column_int64 (statement, 0), sqlite3_column_int64 (statement, 1) };
      g_array_append_val (keys, key);
    }
  return NULL;
}

/**
 * tern_store_get_message:
 * @self: a store
 * @message_id: a message's id
 * @error: return location for %TERN_ERROR_STORAGE, or %TERN_ERROR_GONE where there is none
 *
 * Reads a message, also one that a pending operation hides. Its remote id is %NULL while it waits
 * for a sync to tell it: after a move whose result the server did not name, and, where an operation
 * is pending, after tern_store_reset_folder().
 *
 * Returns: (transfer full) (nullable): the message
 */
TernMessage *
tern_store_get_message (TernStore *self, gint64 message_id, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self, MESSAGE_ROW "WHERE p.id = ?1", TERN_IDS (message_id), error);
  gboolean row;

  if (statement == NULL || !tern_store_step (statement, &row, error))
    return NULL;
  if (row)
    return read_message (statement);
  g_set_error (error, TERN_ERROR, TERN_ERROR_GONE, "there is no message %" G_GINT64_FORMAT,
               message_id);
  return NULL;
}

/**
 * tern_store_read_ids:
 * @statement: (nullable): a statement whose first column is an id; %NULL where it could not be made
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Reads all rows of a statement.
 *
 * Returns: (transfer full) (element-type gint64) (nullable): the ids, in the statement's order
 */
GArray *
tern_store_read_ids (TernStatement *statement, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean row;

  if (statement == NULL)
    return NULL;
  while (tern_store_step (statement, &row, error))
    {
      gint64 id;

      if (!row)
        return g_steal_pointer (&ids);
      id = sqlite3_column_int64 (statement, 0);
      g_array_append_val (ids, id);
    }
  return NULL;
}

/**
 * tern_store_list_ids:
 * @self: a store
 * @folder_id: a folder; one that does not exist has no messages
 * @with: flags that they all have
 * @without: flags that none of them has
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (element-type gint64) (nullable): ids of the listed messages that show
 *   these flags, in no order
 */
GArray *
tern_store_list_ids (
    TernStore *self, gint64 folder_id, TernFlags with, TernFlags without, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self,
                              "SELECT id FROM placement WHERE folder = ?1 AND state = 0 "
                              "AND flags & ?2 = ?2 AND flags & ?3 = 0",
                              TERN_IDS (folder_id, with, without), error);

  return tern_store_read_ids (statement, error);
}

/**
 * tern_store_read_placement:
 * @statement: a statement on a row that begins with TERN_PLACEMENT_COLUMNS
 * @placement: (out): the placement
 *
 * Reads a placement without its content.
 */
void
tern_store_read_placement (TernStatement *statement, TernPlacement *placement)
{
  placement->id = sqlite3_column_int64 (statement, 0);
  placement->message = sqlite3_column_int64 (statement, 1);
  placement->folder = sqlite3_column_int64 (statement, 2);
  placement->state = (TernPlacementState) sqlite3_column_int (statement, 3);
  placement->received = sqlite3_column_int64 (statement, 4);
  placement->flags = (TernFlags) sqlite3_column_int (statement, 5);
  placement->server_flags = (TernFlags) sqlite3_column_int (statement, 6);
}

/**
 * tern_store_get_placement:
 * @self: a store
 * @id: a message's id
 * @placement: (out): the placement
 * @found: (out): whether there is one
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_get_placement (
    TernStore *self, gint64 id, TernPlacement *placement, gboolean *found, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "SELECT " TERN_PLACEMENT_COLUMNS " FROM placement WHERE id = ?1", TERN_IDS (id), error);

  if (statement == NULL || !tern_store_step (statement, found, error))
    return FALSE;
  if (*found)
    tern_store_read_placement (statement, placement);
  return TRUE;
}

/**
 * tern_store_find_placement:
 * @self: a store
 * @folder: a folder's id
 * @remote_id: a remote id in it
 * @placement: (out): the placement
 * @found: (out): whether there is one
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Reads the placement of a message by the name that the server gave it.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_find_placement (TernStore *self,
                           gint64 folder,
                           const char *remote_id,
                           TernPlacement *placement,
                           gboolean *found,
                           GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "SELECT " TERN_PLACEMENT_COLUMNS " FROM placement WHERE folder = ?1 AND remote_id = ?2",
      TERN_IDS (folder), error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, remote_id);
  if (!tern_store_step (statement, found, error))
    return FALSE;
  if (*found)
    tern_store_read_placement (statement, placement);
  return TRUE;
}
