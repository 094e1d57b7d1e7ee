/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

#include <string.h>

/* A statement of its own for each placement costs half as much again: opening four B-trees, and
 * writing down the last id that was given away. */
#define INSERT                                                                                     \
  "INSERT INTO placement (id, folder, message, received, flags, server_flags, modseq, remote_id, " \
  "keywords, server_keywords, labels) VALUES "
#define ROW "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define FOUR_ROWS ROW ", " ROW ", " ROW ", " ROW
#define COLUMNS 11

G_STATIC_ASSERT (TERN_STORE_MAX_ARRIVALS == 16);

/**
 * tern_store_has_arrival:
 * @arrivals: placements that are to be made
 * @remote_id: a message's name in their folder
 *
 * Returns: whether it is among them, and so not to be found in the database yet
 */
gboolean
tern_store_has_arrival (const TernArrivals *arrivals, const char *remote_id)
{
  for (guint i = 0; i < arrivals->n; i++)
    if (strcmp (arrivals->rows[i].message->remote_id, remote_id) == 0)
      return TRUE;
  return FALSE;
}

/**
 * tern_store_add_arrival:
 * @self: the writing store, inside a public function
 * @arrivals: placements that are to be made
 * @message: a message that has no placement in their folder; must live until it has one
 * @content: its content
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Lets the message have a placement, with others in one statement as soon as they are enough;
 * tern_store_place_arrivals() does not wait for more.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_add_arrival (TernStore *self,
                        TernArrivals *arrivals,
                        const TernMessage *message,
                        gint64 content,
                        GError **error)
{
  arrivals->rows[arrivals->n].message = message;
  arrivals->rows[arrivals->n].content = content;
  arrivals->n++;
  /* Shared flags follow from the placements that are there already. */
  return (arrivals->n < TERN_STORE_MAX_ARRIVALS && !message->shares_flags) ||
         tern_store_place_arrivals (self, arrivals, error);
}

static void
bind_row (TernStatement *statement,
          int column,
          gint64 id,
          gint64 folder,
          gint64 content,
          const TernMessage *message)
{
  const char *keywords =
      message->keywords != NULL && *message->keywords != '\0' ? message->keywords : NULL;
  const gint64 numbers[] = {
    id, folder, content, message->received, message->flags, message->flags, (gint64) message->modseq
  };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    sqlite3_bind_int64 (statement, column++, numbers[i]);
  tern_store_bind_text (statement, column++, message->remote_id);
  tern_store_bind_text (statement, column++, keywords);
  tern_store_bind_text (statement, column++, keywords);
  tern_store_bind_text (statement, column, message->labels);
}

static gboolean
insert (TernStore *self,
        const char *sql,
        guint n,
        const TernArrivals *arrivals,
        guint first,
        gint64 id,
        GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare (self, sql, error);

  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    bind_row (statement, (int) (1 + i * COLUMNS), id + i, arrivals->folder,
              arrivals->rows[first + i].content, arrivals->rows[first + i].message);
  return tern_store_run (statement, error);
}

static gboolean
insert_all (TernStore *self, const TernArrivals *arrivals, gint64 id, GError **error)
{
  if (arrivals->n == TERN_STORE_MAX_ARRIVALS)
    return insert (self, INSERT FOUR_ROWS ", " FOUR_ROWS ", " FOUR_ROWS ", " FOUR_ROWS,
                   TERN_STORE_MAX_ARRIVALS, arrivals, 0, id, error);
  for (guint i = 0; i < arrivals->n; i++)
    if (!insert (self, INSERT ROW, 1, arrivals, i, id + i, error))
      return FALSE;
  return TRUE;
}

/* The id behind the last one that was ever given away. */
static gboolean
find_next_id (TernStore *self, gint64 *id, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare (
      self, "SELECT seq + 1 FROM sqlite_sequence WHERE name = 'placement'", error);
  gboolean row;

  if (statement == NULL || !tern_store_step (statement, &row, error))
    return FALSE;
  *id = row ? sqlite3_column_int64 (statement, 0) : 1;
  return TRUE;
}

/**
 * tern_store_place_arrivals:
 * @self: the writing store, inside a public function
 * @arrivals: placements that are to be made; none afterwards
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Makes the placements, and notes and counts them.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_place_arrivals (TernStore *self, TernArrivals *arrivals, GError **error)
{
  gint64 id;

  if (arrivals->n == 0)
    return TRUE;
  if (!find_next_id (self, &id, error) || !insert_all (self, arrivals, id, error))
    return FALSE;
  for (guint i = 0; i < arrivals->n; i++, id++)
    {
      const TernMessage *message = arrivals->rows[i].message;

      tern_store_note (self, TERN_NOTE_ADDED, arrivals->folder,
                       (TernRowKey){ message->received, id });
      tern_store_count (self, arrivals->folder, 1, (message->flags & TERN_FLAGS_SEEN) == 0, FALSE);
      if (message->shares_flags && !tern_store_resolve_placement (self, id, FALSE, error))
        return FALSE;
    }
  arrivals->n = 0;
  return TRUE;
}
