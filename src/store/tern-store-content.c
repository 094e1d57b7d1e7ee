/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-store-private.h"

#include <string.h>

/* Content is what a message is wherever it stands: envelope, structure, snippet, parts. */

static gboolean
find_by_text (
    TernStatement *statement, int index, const char *text, gint64 *content, GError **error)
{
  gboolean row;

  tern_store_bind_text (statement, index, text);
  if (!tern_store_step (statement, &row, error))
    return FALSE;
  if (row)
    *content = sqlite3_column_int64 (statement, 0);
  return TRUE;
}

/**
 * tern_store_find_content:
 * @self: a store
 * @account: the account
 * @folder: the folder in which the message was seen; 0 where no content has lost its place there
 * @message: the message
 * @content: (out): the id of its content, 0 for none
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Finds what is cached of a message that is new to its folder: content of the same global id, else
 * content that lost its place when the folder was reset and has the same Message-ID and size.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_find_content (TernStore *self,
                         gint64 account,
                         gint64 folder,
                         const TernMessage *message,
                         gint64 *content,
                         GError **error)
{
  *content = 0;
  if (message->global_id != NULL)
    {
      g_autoptr (TernStatement) statement = tern_store_prepare_ids (
          self, "SELECT id FROM message WHERE account = ?1 AND global_id = ?2", TERN_IDS (account),
          error);

      if (statement == NULL || !find_by_text (statement, 2, message->global_id, content, error))
        return FALSE;
    }
  if (*content == 0 && folder != 0 && message->message_id != NULL)
    {
      g_autoptr (TernStatement) statement = tern_store_prepare_ids (
          self,
          "SELECT id FROM message WHERE orphan_of = ?1 AND message_id = ?3 AND size = ?2 "
          "ORDER BY id LIMIT 1",
          TERN_IDS (folder, (gint64) message->size), error);

      if (statement == NULL || !find_by_text (statement, 3, message->message_id, content, error))
        return FALSE;
    }
  return TRUE;
}

/* The thread's name, cheap and good enough for letters that name their ancestors: the oldest
 * ancestor that is named, else the letter itself. */
static char *
find_thread (const TernMessage *message)
{
  const char *ids[] = { message->references, message->in_reply_to, message->message_id };

  if (message->thread != NULL)
    return g_strdup (message->thread);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    if (ids[i] != NULL && *ids[i] != '\0')
      return g_strndup (ids[i], strcspn (ids[i], " "));
  return NULL;
}

/* What the columns of a content are bound to; the strings must outlive the statement's use. */
typedef struct
{
  char *from;
  char *reply_to;
  char *to;
  char *cc;
  char *thread;
  char *structure;
} Texts;

static void
texts_init (Texts *texts, const TernMessage *message)
{
  texts->from = tern_address_list_to_string (message->from);
  texts->reply_to =
      message->reply_to != NULL ? tern_address_list_to_string (message->reply_to) : NULL;
  texts->to = message->to != NULL ? tern_address_list_to_string (message->to) : NULL;
  texts->cc = message->cc != NULL ? tern_address_list_to_string (message->cc) : NULL;
  texts->thread = find_thread (message);
  texts->structure =
      message->structure != NULL ? tern_structure_to_string (message->structure) : NULL;
}

static void
texts_clear (Texts *texts)
{
  g_free (texts->from);
  g_free (texts->reply_to);
  g_free (texts->to);
  g_free (texts->cc);
  g_free (texts->thread);
  g_free (texts->structure);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Texts, texts_clear)

/* ?1 is the account or the content's id; ?2 to ?16 are these. */
static void
bind_content (TernStatement *statement, const TernMessage *message, const Texts *texts)
{
  tern_store_bind_text (statement, 2, message->message_id);
  sqlite3_bind_int64 (statement, 3, (gint64) message->size);
  sqlite3_bind_int64 (statement, 4, message->date);
  tern_store_bind_text (statement, 5, message->subject != NULL ? message->subject : "");
  tern_store_bind_text (statement, 6, texts->from);
  tern_store_bind_text (statement, 7, texts->reply_to);
  tern_store_bind_text (statement, 8, texts->to);
  tern_store_bind_text (statement, 9, texts->cc);
  tern_store_bind_text (statement, 10, message->in_reply_to);
  tern_store_bind_text (statement, 11, message->references);
  tern_store_bind_text (statement, 12, texts->thread);
  sqlite3_bind_int64 (statement, 13, message->has_attachments != FALSE);
  tern_store_bind_text (statement, 14, texts->structure);
  tern_store_bind_text (statement, 15, message->snippet);
  tern_store_bind_text (statement, 16, message->global_id);
}

/**
 * tern_store_insert_content:
 * @self: the writing store
 * @account: the account
 * @message: the message
 * @content: (out): the id of its content
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Adds content of which nothing is cached.
 *
 * Returns: whether it was added
 */
gboolean
tern_store_insert_content (
    TernStore *self, gint64 account, const TernMessage *message, gint64 *content, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "INSERT INTO message (account, message_id, size, date, subject, sender, reply_to, "
      "recipients, cc, in_reply_to, refs, thread, has_attachments, structure, snippet, global_id, "
      "code, code_certain, link) VALUES "
      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
      TERN_IDS (account), error);
  g_auto (Texts) texts = { NULL };

  if (statement == NULL)
    return FALSE;
  texts_init (&texts, message);
  bind_content (statement, message, &texts);
  tern_store_bind_text (statement, 17, message->code);
  sqlite3_bind_int64 (statement, 18, message->code_is_certain != FALSE);
  tern_store_bind_text (statement, 19, message->link);
  if (!tern_store_run (statement, error))
    return FALSE;
  *content = sqlite3_last_insert_rowid (self->db);
  return TRUE;
}

/**
 * tern_store_update_content:
 * @self: the writing store
 * @content: the content
 * @message: what the server says of it now
 * @changed: (out): whether it differs from what was cached
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Replaces an envelope. Structure, snippet and global id stay where they are known: they do not
 * change, and the structure may have been set right since. So does what was found in the text.
 * Content that had lost its place has one again.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_update_content (
    TernStore *self, gint64 content, const TernMessage *message, gboolean *changed, GError **error)
{
  /* The comparison keeps an unchanged row from being written, and told, again. */
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self,
      "UPDATE OR IGNORE message SET (message_id, size, date, subject, sender, reply_to, "
      "recipients, cc, in_reply_to, refs, thread, has_attachments, structure, snippet, global_id, "
      "orphan_of) = (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
      "iif(structure IS NULL, ?13, has_attachments), coalesce(structure, ?14), "
      "coalesce(snippet, ?15), coalesce(global_id, ?16), NULL) "
      "WHERE id = ?1 AND (message_id, size, date, subject, sender, reply_to, recipients, cc, "
      "in_reply_to, refs, thread, has_attachments, structure, snippet, global_id, orphan_of) "
      "IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
      "iif(structure IS NULL, ?13, has_attachments), coalesce(structure, ?14), "
      "coalesce(snippet, ?15), coalesce(global_id, ?16), NULL)",
      TERN_IDS (content), error);
  g_auto (Texts) texts = { NULL };

  if (statement == NULL)
    return FALSE;
  texts_init (&texts, message);
  bind_content (statement, message, &texts);
  if (!tern_store_run (statement, error))
    return FALSE;
  *changed = sqlite3_changes (self->db) > 0;
  return TRUE;
}

/* The files of parts that are about to go by cascade. */
static gboolean
unlink_parts (TernStore *self, TernStatement *statement, GError **error)
{
  gboolean row;

  if (statement == NULL)
    return FALSE;
  while (tern_store_step (statement, &row, error))
    {
      if (!row)
        return TRUE;
      tern_store_unlink_later (self, sqlite3_column_int64 (statement, 0));
    }
  return FALSE;
}

/**
 * tern_store_release_content:
 * @self: the writing store
 * @content: content that lost a placement
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Removes the content and its parts where no placement is left and it does not wait to be matched.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_release_content (TernStore *self, gint64 content, GError **error)
{
  g_autoptr (TernStatement) files = tern_store_prepare_ids (
      self,
      "SELECT part.id FROM part JOIN message ON message.id = part.message "
      "WHERE message.id = ?1 AND part.content IS NULL AND orphan_of IS NULL "
      "AND NOT EXISTS (SELECT 1 FROM placement WHERE placement.message = ?1)",
      TERN_IDS (content), error);

  return unlink_parts (self, files, error) &&
         tern_store_run_ids (
             self,
             "DELETE FROM message WHERE id = ?1 AND orphan_of IS NULL AND NOT EXISTS "
             "(SELECT 1 FROM placement WHERE placement.message = ?1)",
             TERN_IDS (content), error);
}

/**
 * tern_store_sweep_contents:
 * @self: the writing store
 * @account: the account
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Removes all content of an account that has no placement and does not wait to be matched. For
 * rare events: it reads all of the account.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_sweep_contents (TernStore *self, gint64 account, GError **error)
{
  g_autoptr (TernStatement) files = tern_store_prepare_ids (
      self,
      "SELECT part.id FROM part JOIN message ON message.id = part.message "
      "WHERE message.account = ?1 AND part.content IS NULL AND orphan_of IS NULL AND NOT EXISTS "
      "(SELECT 1 FROM placement WHERE placement.message = message.id)",
      TERN_IDS (account), error);

  return unlink_parts (self, files, error) &&
         tern_store_run_ids (self,
                             "DELETE FROM message WHERE account = ?1 AND orphan_of IS NULL "
                             "AND NOT EXISTS (SELECT 1 FROM placement "
                             "WHERE placement.message = message.id)",
                             TERN_IDS (account), error);
}

/**
 * tern_store_drop_orphans:
 * @self: the writing store
 * @folder: a folder that is completely known, or gone
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Removes the content that fell out of the folder and was not found in it again.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_drop_orphans (TernStore *self, gint64 folder, GError **error)
{
  g_autoptr (TernStatement) files =
      tern_store_prepare_ids (self,
                              "SELECT part.id FROM message JOIN part ON part.message = message.id "
                              "WHERE message.orphan_of = ?1 AND part.content IS NULL",
                              TERN_IDS (folder), error);

  return unlink_parts (self, files, error) &&
         tern_store_run_ids (self, "DELETE FROM message WHERE orphan_of = ?1", TERN_IDS (folder),
                             error);
}

/**
 * tern_store_note_content:
 * @self: the writing store, inside a public function
 * @content: content that changed
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Notes the rows of all lists that show the content.
 *
 * Returns: %FALSE when the database failed
 */
gboolean
tern_store_note_content (TernStore *self, gint64 content, GError **error)
{
  g_autoptr (TernStatement) statement = tern_store_prepare_ids (
      self, "SELECT folder, received, id FROM placement WHERE message = ?1 AND state = 0",
      TERN_IDS (content), error);
  gboolean row;

  if (statement == NULL)
    return FALSE;
  while (tern_store_step (statement, &row, error))
    {
      if (!row)
        return TRUE;
      tern_store_note (
          self, TERN_NOTE_CHANGED, sqlite3_column_int64 (statement, 0),
          (TernRowKey){ sqlite3_column_int64 (statement, 1), sqlite3_column_int64 (statement, 2) });
    }
  return FALSE;
}
