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

/**
 * tern_store_resolve_placement:
 * @self: the writing store, inside a public function
 * @id: the placement; one that does not exist is no error
 * @by_user: whether the user's doing made it necessary
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Computes what a placement shows from the server's state and the pending operations.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_resolve_placement (TernStore *self, gint64 id, gboolean by_user, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "SELECT " TERN_PLACEMENT_COLUMNS ", remote_id IS NULL, keywords, server_keywords, "
      "kind, set_flags, clear_flags, set_keywords, clear_keywords "
      "FROM (SELECT * FROM placement WHERE id = ?1) p "
      "LEFT JOIN (SELECT placement, o.id AS number, kind, set_flags, clear_flags, set_keywords, "
      "clear_keywords FROM operation_target t JOIN operation o ON o.id = t.operation "
      "WHERE t.placement = ?1) ON placement = p.id ORDER BY number",
      TERN_IDS (id), error);
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
