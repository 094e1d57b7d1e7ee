/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

/* A placement keeps the server's flags and keywords beside those that it shows, so the state from
 * before an operation needs no copy: what is shown is always the server's state with the pending
 * operations on top, and taking one off the log and computing anew is the exact undo. */

static gboolean
is_hiding (TernOperationKind kind)
{
  return kind == TERN_OPERATION_MOVE || kind == TERN_OPERATION_DELETE ||
         kind == TERN_OPERATION_EXPUNGE;
}

typedef struct
{
  TernPlacement placement;
  gboolean is_unnamed;
  gboolean shares_flags;
  TernPlacementState state;
  TernFlags flags;
  char *shown;    /* keywords now */
  char *keywords; /* keywords from now on */
} Resolved;

static void
resolved_clear (Resolved *self)
{
  g_free (self->shown);
  g_free (self->keywords);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Resolved, resolved_clear)

/* The columns behind those of a placement: whether it has no name, its keywords, the server's, and
 * kind, flags and keywords of one operation. */
static void
begin (Resolved *self, TernStatement *row)
{
  tern_store_read_placement (row, &self->placement);
  self->flags = self->placement.server_flags;
  self->is_unnamed = sqlite3_column_int (row, 7) != 0;
  self->shown = tern_store_dup_text (row, 8);
  self->keywords = tern_store_dup_text (row, 9);
  self->shares_flags = sqlite3_column_int (row, 15) != 0;
}

static void
add_operation (Resolved *self, TernStatement *row)
{
  const char *set = (const char *) sqlite3_column_text (row, 13);
  const char *clear = (const char *) sqlite3_column_text (row, 14);

  if (is_hiding ((TernOperationKind) sqlite3_column_int (row, 10)))
    self->state = TERN_PLACEMENT_HIDDEN;
  self->flags &= ~(TernFlags) sqlite3_column_int (row, 12);
  self->flags |= (TernFlags) sqlite3_column_int (row, 11);
  if (set != NULL || clear != NULL)
    {
      g_autofree char *before = g_steal_pointer (&self->keywords);

      self->keywords = tern_keywords_change (before, set, clear);
    }
}

static gboolean
show_keywords (TernStore *self, const Resolved *resolved, GError **error)
{
  const TernPlacement *placement = &resolved->placement;
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "UPDATE placement SET keywords = ?2 WHERE id = ?1", TERN_IDS (placement->id), error);

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, resolved->keywords);
  if (placement->state == TERN_PLACEMENT_LISTED)
    tern_store_note (self, TERN_NOTE_CHANGED, placement->folder,
                     (TernRowKey){ placement->received, placement->id });
  return tern_store_run (statement, error);
}

/* Of a message whose flags are the same everywhere, changes of its flags count wherever they were
 * made. @found is all zero where there is no such placement. */
static gboolean
resolve_one (TernStore *self, gint64 id, gboolean by_user, Resolved *found, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "SELECT " TERN_PLACEMENT_COLUMNS ", remote_id IS NULL, keywords, server_keywords, "
      "kind, set_flags, clear_flags, set_keywords, clear_keywords, "
      "(SELECT shares_flags FROM message m WHERE m.id = p.message) "
      "FROM (SELECT * FROM placement WHERE id = ?1) p "
      "LEFT JOIN (SELECT o.id AS number, kind, set_flags, clear_flags, set_keywords, "
      "clear_keywords FROM operation_target t JOIN operation o ON o.id = t.operation "
      "WHERE t.placement IN (SELECT ?1 UNION SELECT s.id FROM placement q "
      "JOIN message m ON m.id = q.message AND m.shares_flags = 1 "
      "JOIN placement s ON s.message = m.id WHERE q.id = ?1) "
      "AND (t.placement = ?1 OR kind = ?2)) ON TRUE ORDER BY number",
      TERN_IDS (id, TERN_OPERATION_FLAGS), error);
  g_auto (Resolved) resolved = { 0 };
  const TernPlacement *placement = &resolved.placement;
  gboolean row;

  if (statement == NULL)
    return FALSE;
  while (TRUE)
    {
      if (!tern_store_step (statement, &row, error))
        return FALSE;
      if (!row)
        break;
      if (placement->id == 0)
        begin (&resolved, statement);
      if (sqlite3_column_type (statement, 10) == SQLITE_NULL)
        break;
      add_operation (&resolved, statement);
    }
  found->placement = *placement;
  found->shares_flags = resolved.shares_flags;
  if (placement->id == 0)
    return TRUE;
  if (placement->state == TERN_PLACEMENT_LEFT ||
      (placement->state == TERN_PLACEMENT_LOST && resolved.is_unnamed))
    resolved.state = placement->state;
  if (g_strcmp0 (resolved.shown, resolved.keywords) != 0 && !show_keywords (self, &resolved, error))
    return FALSE;
  return tern_store_show_placement (self, placement, resolved.flags, resolved.state, by_user,
                                    error);
}

/* The other placements of a message. */
static GArray *
list_others (TernStore *self, const TernPlacement *placement, GError **error)
{
  g_autoptr (TernStatement) statement =
      tern_store_prepare_ids (self, "SELECT id FROM placement WHERE message = ?1 AND id <> ?2",
                              TERN_IDS (placement->message, placement->id), error);

  return tern_store_read_ids (statement, error);
}

/* What is true of the flags in one folder is true in all; only what is marked for removal is a
 * matter of its folder. */
static gboolean
share_flags (TernStore *self, const TernPlacement *placement, gboolean by_user, GError **error)
{
  g_autoptr (GArray) others = list_others (self, placement, error);

  if (others == NULL ||
      !tern_store_run_ids (
          self,
          "UPDATE placement SET server_flags = (?3 & ~?4) | (server_flags & ?4) "
          "WHERE message = ?1 AND id <> ?2 AND server_flags & ~?4 <> ?3 & ~?4",
          TERN_IDS (placement->message, placement->id, placement->server_flags, TERN_FLAGS_DELETED),
          error))
    return FALSE;
  for (guint i = 0; i < others->len; i++)
    {
      Resolved other = { 0 };

      if (!resolve_one (self, g_array_index (others, gint64, i), by_user, &other, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * tern_store_resolve_placement:
 * @self: the writing store, inside a public function
 * @id: the placement; one that does not exist is no error
 * @by_user: whether the user's doing made it necessary
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Computes what a placement shows from the server's state and the pending operations; where a
 * message's flags are the same in all folders, in its other places too.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_resolve_placement (TernStore *self, gint64 id, gboolean by_user, GError **error)
{
  Resolved found = { 0 };

  if (!resolve_one (self, id, by_user, &found, error))
    return FALSE;
  return !found.shares_flags || share_flags (self, &found.placement, by_user, error);
}

/**
 * tern_store_drop_empty_operations:
 * @self: the writing store
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Takes operations on messages off the log that have no message any more.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_drop_empty_operations (TernStore *self, GError **error)
{
  return tern_store_run_ids (self,
                             "DELETE FROM operation WHERE folder IS NULL AND NOT EXISTS "
                             "(SELECT 1 FROM operation_target t WHERE t.operation = operation.id)",
                             NULL, 0, error);
}
