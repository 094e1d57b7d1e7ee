/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

#include <string.h>

/* Looking for texts in what is kept, without an index: rows are read newest first, and most
 * searches have enough of them long before the last. */

/* Bytes of a letter's text that are looked at. */
#define MAX_TEXT (256 * 1024)

/* A text to look for, in the form in which texts are compared. */
typedef struct
{
  TernQueryField field;
  char *text;
  gsize length;
} Needle;

static void
clear_needle (gpointer data)
{
  g_free (((Needle *) data)->text);
}

static GArray *
make_needles (const TernQuery *query)
{
  GArray *needles = g_array_new (FALSE, FALSE, sizeof (Needle));

  g_array_set_clear_func (needles, clear_needle);
  for (guint i = 0; i < query->terms->len; i++)
    {
      const TernQueryTerm *term = query->terms->pdata[i];
      Needle needle = { term->field, g_utf8_casefold (term->text, -1), 0 };

      needle.length = strlen (needle.text);
      g_array_append_val (needles, needle);
    }
  return needles;
}

/* Both without capitals, where that is as simple as in ASCII. */
static gboolean
ascii_contains (const char *text, gsize length, const Needle *needle)
{
  const char first = needle->text[0], capital = g_ascii_toupper (first);

  for (gsize i = 0; i + needle->length <= length; i++)
    if ((text[i] == first || text[i] == capital) &&
        g_ascii_strncasecmp (text + i, needle->text, needle->length) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
contains (const char *text, gsize length, const Needle *needle)
{
  g_autofree char *folded = NULL;
  gboolean is_ascii = TRUE;

  for (gsize i = 0; is_ascii && i < length; i++)
    is_ascii = (text[i] & 0x80) == 0;
  if (is_ascii)
    return ascii_contains (text, length, needle);
  if (!g_utf8_validate_len (text, length, NULL))
    return FALSE;
  folded = g_utf8_casefold (text, (gssize) length);
  return strstr (folded, needle->text) != NULL;
}

static gboolean
column_contains (TernStatement *row, int column, const Needle *needle)
{
  const char *text = (const char *) sqlite3_column_text (row, column);

  return text != NULL && contains (text, (gsize) sqlite3_column_bytes (row, column), needle);
}

/* (transfer full): what stands between the tags of HTML, as it is shown but for entities */
static char *
dup_between_tags (const char *html, gsize length)
{
  GString *out = g_string_sized_new (length);
  const char *end = html + length;

  for (const char *p = html; p < end; p++)
    {
      const char *close;

      if (*p != '<')
        {
          g_string_append_c (out, *p);
          continue;
        }
      if (end - p > 7 &&
          (g_ascii_strncasecmp (p, "<style", 6) == 0 || g_ascii_strncasecmp (p, "<script", 7) == 0))
        close = g_strstr_len (p, end - p, "</");
      else
        close = p;
      close = close != NULL ? memchr (close, '>', (gsize) (end - close)) : NULL;
      if (close == NULL)
        break;
      p = close;
    }
  return g_string_free (out, FALSE);
}

/* (transfer full) (nullable): the letter's text, where it is kept */
static char *
dup_text (TernStore *self, gint64 id, const char *structure_text)
{
  static const char *const types[] = { "text/plain", "text/html" };
  g_autoptr (TernStructure) structure = tern_structure_from_string (structure_text);

  for (guint i = 0; structure != NULL && i < G_N_ELEMENTS (types); i++)
    {
      const TernStructure *part = tern_structure_find_text (structure, types[i]);
      g_autoptr (GBytes) content =
          part != NULL ? tern_store_peek_part (self, id, part->part_id, NULL) : NULL;
      const char *bytes;
      gsize size;

      if (content == NULL)
        continue;
      bytes = g_bytes_get_data (content, &size);
      size = MIN (size, MAX_TEXT);
      if (size == 0)
        continue;
      return i == 0 ? g_strndup (bytes, size) : dup_between_tags (bytes, size);
    }
  return NULL;
}

/* The columns of a scanned row. */
enum
{
  COLUMN_RECEIVED,
  COLUMN_ID,
  COLUMN_FLAGS,
  COLUMN_HAS_ATTACHMENTS,
  COLUMN_SUBJECT,
  COLUMN_FROM,
  COLUMN_TO,
  COLUMN_CC,
  COLUMN_SNIPPET,
  COLUMN_STRUCTURE,
  COLUMN_HAS_PARTS,
};

#define SCAN                                                                                       \
  "SELECT p.received, p.id, p.flags, m.has_attachments, m.subject, m.sender, m.recipients, m.cc, " \
  "m.snippet, m.structure, EXISTS (SELECT 1 FROM part WHERE part.message = m.id) "                 \
  "FROM placement p JOIN message m ON m.id = p.message "                                           \
  "WHERE p.folder = ?1 AND p.state = 0 AND (p.received, p.id) <= (?2, ?3) "                        \
  "ORDER BY p.received DESC, p.id DESC LIMIT ?4"

static gboolean
header_contains (TernStatement *row, const Needle *needle)
{
  switch (needle->field)
    {
    case TERN_QUERY_FROM:
      return column_contains (row, COLUMN_FROM, needle);
    case TERN_QUERY_TO:
      return column_contains (row, COLUMN_TO, needle) || column_contains (row, COLUMN_CC, needle);
    case TERN_QUERY_SUBJECT:
      return column_contains (row, COLUMN_SUBJECT, needle);
    case TERN_QUERY_BODY:
      return column_contains (row, COLUMN_SNIPPET, needle);
    case TERN_QUERY_ANY:
      break;
    }
  return column_contains (row, COLUMN_SUBJECT, needle) ||
         column_contains (row, COLUMN_FROM, needle) || column_contains (row, COLUMN_TO, needle) ||
         column_contains (row, COLUMN_CC, needle) || column_contains (row, COLUMN_SNIPPET, needle);
}

static gboolean
row_matches (TernStore *self, TernStatement *row, const TernQuery *query, const GArray *needles)
{
  const TernMessage so_far = {
    .received = sqlite3_column_int64 (row, COLUMN_RECEIVED),
    .flags = (TernFlags) sqlite3_column_int (row, COLUMN_FLAGS),
    .has_attachments = sqlite3_column_int (row, COLUMN_HAS_ATTACHMENTS) != 0,
  };
  g_autofree char *text = NULL;
  gboolean has_text = sqlite3_column_int (row, COLUMN_HAS_PARTS) != 0;

  if (!tern_query_admits (query, &so_far))
    return FALSE;
  for (guint i = 0; i < needles->len; i++)
    {
      const Needle *needle = &g_array_index (needles, Needle, i);

      if (header_contains (row, needle))
        continue;
      if (!has_text || (needle->field != TERN_QUERY_ANY && needle->field != TERN_QUERY_BODY))
        return FALSE;
      if (text == NULL)
        text = dup_text (self, sqlite3_column_int64 (row, COLUMN_ID),
                         (const char *) sqlite3_column_text (row, COLUMN_STRUCTURE));
      if (text == NULL || !contains (text, strlen (text), needle))
        return FALSE;
    }
  return TRUE;
}

/**
 * tern_store_search:
 * @self: a store
 * @folder_id: a folder; one that does not exist has no rows
 * @query: what to look for
 * @next: (inout): the first row to look at; then the last one that was looked at
 * @rows: rows to look at, at most
 * @found: (element-type gint64): where to add the ids of the messages that have it
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Looks through the listed rows of a folder, newest first: the subject, the addresses, the text's
 * beginning, and the letter's text where it is kept. Capitals make no difference. Takes time in
 * proportion to @rows, not to the folder: to go on, begin below the row that @next names.
 *
 * Returns: how many rows were looked at, fewer than @rows at the folder's end; -1 where it failed
 */
int
tern_store_search (TernStore *self,
                   gint64 folder_id,
                   const TernQuery *query,
                   TernRowKey *next,
                   guint rows,
                   GArray *found,
                   GError **error)
{
  g_autoptr (GArray) needles = make_needles (query);
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, SCAN, TERN_IDS (folder_id, next->received, next->id, rows), error);
  gboolean row;
  int n = 0;

  if (statement == NULL)
    return -1;
  while (tern_store_step (statement, &row, error))
    {
      if (!row)
        return n;
      *next = (TernRowKey){ sqlite3_column_int64 (statement, COLUMN_RECEIVED),
                            sqlite3_column_int64 (statement, COLUMN_ID) };
      n++;
      if (row_matches (self, statement, query, needles))
        g_array_append_val (found, next->id);
    }
  return -1;
}

/**
 * tern_store_find_message:
 * @self: a store
 * @folder_id: a folder
 * @remote_id: what the server calls a message in it
 * @is_known: (out): whether there is such a message, listed or not
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (nullable): the message as its folder lists it; %NULL without an error
 *   where there is none, or where a pending operation hides it
 */
TernMessage *
tern_store_find_message (
    TernStore *self, gint64 folder_id, const char *remote_id, gboolean *is_known, GError **error)
{
  TernPlacement placement;

  *is_known = FALSE;
  if (!tern_store_find_placement (self, folder_id, remote_id, &placement, is_known, error) ||
      !*is_known || placement.state != TERN_PLACEMENT_LISTED)
    return NULL;
  return tern_store_get_message (self, placement.id, error);
}
