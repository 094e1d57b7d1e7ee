/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

/* What becomes known of a letter once its text is here: how it begins, its parts, a code or a link.
 */

/* Changes one column of the content of a placement. */
static gboolean
set_content_text (TernStore *self, gint64 id, const char *sql, const char *text, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (self, sql, TERN_IDS (id), error);
  TernPlacement placement;
  gboolean found;

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 2, text);
  if (!tern_store_run (statement, error))
    return FALSE;
  if (sqlite3_changes (self->db) == 0)
    return TRUE;
  return tern_store_get_placement (self, id, &placement, &found, error) &&
         tern_store_note_content (self, placement.message, error);
}

/**
 * tern_store_set_snippet:
 * @self: the writing store
 * @message_id: the message; one that is gone meanwhile is no error
 * @snippet: its text's beginning, one line; "" where there is no text
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Keeps a snippet, for every folder in which the message stands.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_set_snippet (
    TernStore *self, gint64 message_id, const char *snippet, TernChanges *changes, GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = set_content_text (self, message_id,
                              "UPDATE message SET snippet = ?2 WHERE snippet IS NOT ?2 "
                              "AND id = (SELECT message FROM placement WHERE id = ?1)",
                              snippet, error);
  return tern_store_leave (self, success, changes, error);
}

static gboolean
has_text (const char *text)
{
  return text != NULL && *text != '\0';
}

static gboolean
set_code (TernStore *self,
          gint64 id,
          const char *code,
          gboolean is_certain,
          const char *link,
          GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "UPDATE message SET code = coalesce(?3, code), "
      "code_certain = iif(?3 IS NULL, code_certain, ?2), link = coalesce(?4, link) "
      "WHERE (code, code_certain, link) IS NOT (coalesce(?3, code), "
      "iif(?3 IS NULL, code_certain, ?2), coalesce(?4, link)) "
      "AND id = (SELECT message FROM placement WHERE id = ?1)",
      TERN_IDS (id, is_certain != FALSE), error);
  TernPlacement placement;
  gboolean found;

  if (statement == NULL)
    return FALSE;
  tern_store_bind_text (statement, 3, code);
  tern_store_bind_text (statement, 4, link);
  if (!tern_store_run (statement, error))
    return FALSE;
  /* That there is nothing to be found changes no list. */
  if (sqlite3_changes (self->db) == 0 || (!has_text (code) && !has_text (link)))
    return TRUE;
  return tern_store_get_placement (self, id, &placement, &found, error) &&
         tern_store_note_content (self, placement.message, error);
}

/**
 * tern_store_set_code:
 * @self: the writing store
 * @message_id: the message; one that is gone meanwhile is no error
 * @code: (nullable): its one-time code, "" for none; %NULL leaves what is known
 * @is_certain: whether a word calls @code one
 * @link: (nullable): its confirmation link, "" for none; %NULL leaves what is known
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Keeps what was found in a letter's text, for every folder in which the message stands.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_set_code (TernStore *self,
                     gint64 message_id,
                     const char *code,
                     gboolean is_certain,
                     const char *link,
                     TernChanges *changes,
                     GError **error)
{
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = set_code (self, message_id, code, is_certain, link, error);
  return tern_store_leave (self, success, changes, error);
}

/**
 * tern_store_set_structure:
 * @self: the writing store
 * @message_id: the message; one that is gone meanwhile is no error
 * @structure: its parts
 * @changes: (nullable): where to tell what changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Keeps a structure in place of what was known of it, for every folder in which the message stands.
 * Afterwards the server's word on it does not count any more.
 *
 * Returns: whether it is kept
 */
gboolean
tern_store_set_structure (TernStore *self,
                          gint64 message_id,
                          TernStructure *structure,
                          TernChanges *changes,
                          GError **error)
{
  g_autofree char *text = tern_structure_to_string (structure);
  g_autoptr (GPtrArray) attachments = tern_structure_list_attachments (structure);
  gboolean success;

  if (!tern_store_enter (self, error))
    return FALSE;
  success = set_content_text (self, message_id,
                              attachments->len > 0
                                  ? "UPDATE message SET structure = ?2, has_attachments = 1 "
                                    "WHERE structure IS NOT ?2 "
                                    "AND id = (SELECT message FROM placement WHERE id = ?1)"
                                  : "UPDATE message SET structure = ?2, has_attachments = 0 "
                                    "WHERE structure IS NOT ?2 "
                                    "AND id = (SELECT message FROM placement WHERE id = ?1)",
                              text, error);
  return tern_store_leave (self, success, changes, error);
}
