/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-runner-private.h"

#include "tern-mime-code.h"

/**
 * tern_runner_search_beginning:
 * @self: a runner that is not closed
 * @id: a cached message of its account
 * @subject: its subject
 * @text: the beginning of its text
 * @is_html: whether that is HTML
 * @changes: where to tell what changed
 *
 * Keeps the one-time code of a letter of which only the beginning is here. What is not in there, or
 * not certain, is left to tern_runner_search_letter().
 */
void
tern_runner_search_beginning (TernRunner *self,
                              gint64 id,
                              const char *subject,
                              const char *text,
                              gboolean is_html,
                              TernChanges *changes)
{
  g_auto (TernMimeCode) found = { NULL };
  g_autoptr (GError) error = NULL;

  tern_mime_find_code (subject, is_html ? NULL : text, is_html ? text : NULL, &found);
  if (found.is_certain && !tern_store_set_code (tern_runner_get_store (self), id, found.code, TRUE,
                                                NULL, changes, &error))
    g_debug ("Cannot keep a code: %s", error->message);
}

/**
 * tern_runner_search_letter:
 * @self: a runner that is not closed
 * @message: a cached message of its account
 * @text: (nullable): its plain text
 * @html: (nullable): its HTML
 * @changes: where to tell what changed
 *
 * Keeps the one-time code and the confirmation link of a letter whose whole text is here. A letter
 * is searched once: its text does not change.
 *
 * Returns: whether it was searched now
 */
gboolean
tern_runner_search_letter (TernRunner *self,
                           const TernMessage *message,
                           const char *text,
                           const char *html,
                           TernChanges *changes)
{
  g_auto (TernMimeCode) found = { NULL };
  g_autoptr (GError) error = NULL;

  if (message->link != NULL)
    return FALSE;
  tern_mime_find_code (message->subject, text, html, &found);
  if (!tern_store_set_code (tern_runner_get_store (self), message->id,
                            found.code != NULL ? found.code : "", found.is_certain,
                            found.link != NULL ? found.link : "", changes, &error))
    g_debug ("Cannot keep a code: %s", error->message);
  return error == NULL;
}

static char *
dup_text (TernStore *store, const TernMessage *message, const char *mime_type)
{
  const TernStructure *part =
      message->structure != NULL ? tern_structure_find_text (message->structure, mime_type) : NULL;
  g_autoptr (GBytes) content =
      part != NULL ? tern_store_peek_part (store, message->id, part->part_id, NULL) : NULL;

  return content != NULL ? g_strndup (g_bytes_get_data (content, NULL), g_bytes_get_size (content))
                         : NULL;
}

/**
 * tern_runner_search_kept:
 * @self: a runner that is not closed
 * @id: a cached message of its account whose text was kept just now
 * @changes: where to tell what changed
 *
 * Does what tern_runner_search_letter() does for a letter that nobody has opened yet. One that is
 * so old that its code is of no use is left alone until somebody does.
 */
void
tern_runner_search_kept (TernRunner *self, gint64 id, TernChanges *changes)
{
  TernStore *store = tern_runner_get_store (self);
  g_autoptr (TernMessage) message = tern_store_get_message (store, id, NULL);
  g_autofree char *text = NULL;
  g_autofree char *html = NULL;

  if (message == NULL || !tern_message_is_recent (message))
    return;
  text = dup_text (store, message, "text/plain");
  html = dup_text (store, message, "text/html");
  tern_runner_search_letter (self, message, text, html, changes);
}
