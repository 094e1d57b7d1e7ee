/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-error.h"
#include "tern-imap-limits.h"
#include "tern-imap-session-private.h"

typedef struct
{
  TernImapRanges *found;
  guint n_taken;       /* numbers that @found was given, by any number of responses */
  gboolean is_damaged; /* some of what the server found is not in @found */
  gboolean has_charset;
} Search;

static void
search_free (gpointer data)
{
  Search *self = data;

  g_clear_pointer (&self->found, tern_imap_ranges_free);
  g_free (self);
}

/* `* SEARCH 1 2 3` */
static void
take_search (Search *self, const TernImapResponse *response)
{
  TernImapIter iter;
  guint node;

  self->is_damaged = self->is_damaged || response->damaged;
  tern_imap_iter_init_root (&iter, response, 2);
  while ((node = tern_imap_iter_next (&iter)) != 0)
    {
      guint32 uid = tern_imap_response_get_uint32 (response, node);

      if (uid == 0)
        continue;
      if (self->n_taken == TERN_IMAP_MAX_NODES)
        {
          self->is_damaged = TRUE;
          return;
        }
      self->n_taken++;
      tern_imap_ranges_add (self->found, uid, uid);
    }
}

/* `* ESEARCH (TAG "T7") UID ALL 1:9,12` (RFC 9051 section 7.3.4); nothing found is without ALL. */
static gboolean
take_esearch (Search *self, const TernImapResponse *response)
{
  TernImapIter iter;
  guint node;

  if (response->damaged)
    return FALSE;
  tern_imap_iter_init_root (&iter, response, 2);
  while ((node = tern_imap_iter_next (&iter)) != 0)
    if (tern_imap_response_equal (response, node, "ALL"))
      {
        guint set = tern_imap_iter_next (&iter);
        TernImapRanges *all =
            set != 0 ? tern_imap_ranges_parse (tern_imap_response_get_string (response, set))
                     : NULL;

        if (all == NULL)
          return FALSE;
        tern_imap_ranges_free (self->found);
        self->found = all;
      }
  return TRUE;
}

static gboolean
search_response (TernImapCommand *self, const TernImapResponse *response)
{
  if (tern_imap_response_equal (response, 1, "SEARCH"))
    take_search (self->data, response);
  else if (!tern_imap_response_equal (response, 1, "ESEARCH"))
    return FALSE;
  else if (!take_esearch (self->data, response))
    tern_imap_session_fail_extension (self->session, "ESEARCH");
  return TRUE;
}

/* Whoever asks may remove what was not found: half an answer is none. */
static void
search_done (TernImapCommand *self, const TernImapStatus *status)
{
  Search *search = self->data;

  if (search->is_damaged)
    g_task_return_new_error (self->task, TERN_ERROR, TERN_ERROR_PROTOCOL,
                             "the server's answer to SEARCH cannot be understood");
  else
    g_task_return_pointer (self->task, g_steal_pointer (&search->found),
                           (GDestroyNotify) tern_imap_ranges_free);
}

/* A server need not know another charset than ASCII (RFC 9051 section 6.4.4); some that don't have
 * never heard of the argument. */
static GError *
search_failed (TernImapCommand *self, const TernImapStatus *status)
{
  const Search *search = self->data;

  if (tern_imap_status_has_code (status, "BADCHARSET") ||
      (search->has_charset && status->kind == TERN_IMAP_STATUS_BAD &&
       !tern_imap_status_lacks_mailbox (status)))
    return g_error_new_literal (TERN_ERROR, TERN_ERROR_UNSUPPORTED,
                                "the server looks for ASCII only");
  return tern_imap_status_to_error (status);
}

static gsize
get_length (const TernImapCommand *command)
{
  gsize length = command->line->len;

  for (guint i = 0; i < command->lines->len; i++)
    length += g_bytes_get_size (command->lines->pdata[i]);
  return length;
}

/**
 * tern_imap_search_async:
 * @self: a session with a mailbox, or one that will have it by the commands before this one
 * @criteria: ASCII search keys; "" for none
 * @terms: (array length=n): further keys with a text each
 * @n: how many
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Searches by UID SEARCH (RFC 9051 section 6.4.4), with the short form of the answer where ESEARCH
 * is offered. A text beyond ASCII goes out as UTF-8, which is said where it is not agreed on
 * (RFC 6855 section 3).
 */
void
tern_imap_search_async (TernImapSession *self,
                        const char *criteria,
                        const TernImapSearchTerm *terms,
                        gsize n,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_search_async, cancellable, callback, user_data);
  Search *search = g_new0 (Search, 1);
  const char *separator = *criteria != '\0' ? " " : "";

  search->found = tern_imap_ranges_new ();
  for (gsize i = 0; i < n; i++)
    search->has_charset = search->has_charset ||
                          (!tern_imap_session_is_utf8 (self) && !g_str_is_ascii (terms[i].text));
  command->data = search;
  command->free_data = search_free;
  command->response = search_response;
  command->done = search_done;
  command->failed = search_failed;
  tern_imap_command_add (command, "UID SEARCH %s%s%s",
                         tern_imap_session_has (self, "ESEARCH") ? "RETURN (ALL) " : "",
                         search->has_charset ? "CHARSET UTF-8 " : "", criteria);
  for (gsize i = 0; i < n; i++)
    {
      tern_imap_command_add (command, "%s%s ", separator, terms[i].key);
      tern_imap_command_add_string (command, terms[i].text);
      separator = " ";
    }
  if (get_length (command) > TERN_IMAP_MAX_COMMAND)
    tern_imap_command_return_error (
        command,
        g_error_new_literal (TERN_ERROR, TERN_ERROR_LIMIT, "what is looked for is too long"));
  else
    tern_imap_command_queue (command);
}

/**
 * tern_imap_search_finish:
 * @self: a session
 * @result: the result
 * @error: return location for an error; %TERN_ERROR_UNSUPPORTED where the server does not take the
 *   texts, %TERN_ERROR_LIMIT where they are too long for a command
 *
 * Returns: (transfer full): the UIDs found
 */
TernImapRanges *
tern_imap_search_finish (TernImapSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
