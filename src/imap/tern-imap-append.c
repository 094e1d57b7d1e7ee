/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include <string.h>

#include "tern-imap-session-private.h"

typedef struct
{
  guint32 uidvalidity;
  guint32 uid;
} Appended;

/* `[APPENDUID validity uid]` (RFC 4315 section 3); a broken one tells nothing. */
static void
append_done (TernImapCommand *self, const TernImapStatus *status)
{
  Appended *appended = self->data;

  if (tern_imap_status_has_code (status, "APPENDUID"))
    {
      g_auto (GStrv) words = g_strsplit (status->arguments, " ", 3);
      guint64 validity, uid;

      if (g_strv_length (words) >= 2 && tern_imap_parse_number (words[0], &validity) &&
          tern_imap_parse_number (words[1], &uid) && validity <= G_MAXUINT32 && uid <= G_MAXUINT32)
        *appended = (Appended){ (guint32) validity, (guint32) uid };
    }
  g_task_return_pointer (self->task, g_steal_pointer (&self->data), g_free);
  self->free_data = NULL;
}

/* RFC 9051 section 9, date-time; English whatever the language of the program. */
static char *
format_date (gint64 seconds)
{
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);

  if (time == NULL)
    return NULL;
  return g_strdup_printf ("%2d-%s-%04d %02d:%02d:%02d +0000", g_date_time_get_day_of_month (time),
                          months[g_date_time_get_month (time) - 1], g_date_time_get_year (time),
                          g_date_time_get_hour (time), g_date_time_get_minute (time),
                          g_date_time_get_second (time));
}

/* (transfer full): the letter as the server takes it */
static GBytes *
finish_letter (TernImapSession *session, GBytes *letter)
{
  gsize length;
  const char *bytes = g_bytes_get_data (letter, &length);
  GByteArray *longer;

  if ((tern_imap_session_get_quirks (session)->flags & TERN_IMAP_QUIRK_APPEND_CRLF) == 0 ||
      (length >= 2 && memcmp (bytes + length - 2, "\r\n", 2) == 0))
    return g_bytes_ref (letter);
  longer = g_byte_array_sized_new ((guint) length + 2);
  g_byte_array_append (longer, (const guint8 *) bytes, (guint) length);
  g_byte_array_append (longer, (const guint8 *) "\r\n", 2);
  return g_byte_array_free_to_bytes (longer);
}

static void
noop_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    g_debug ("%s", error->message);
}

/**
 * tern_imap_append_async:
 * @self: a session that is signed in
 * @mailbox: the mailbox
 * @flags: flags, parted by spaces; "" for none
 * @received: the internal date, seconds since 1970; 0 for the server's own
 * @letter: the letter with CRLF line ends
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Puts a letter into a mailbox by APPEND (RFC 9051 section 6.3.12). Some servers take a letter only
 * with a line end behind it, and some show it only after a NOOP.
 */
void
tern_imap_append_async (TernImapSession *self,
                        const char *mailbox,
                        const char *flags,
                        gint64 received,
                        GBytes *letter,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_append_async, cancellable, callback, user_data);
  g_autofree char *date = received != 0 ? format_date (received) : NULL;
  g_autoptr (GBytes) whole = finish_letter (self, letter);

  command->data = g_new0 (Appended, 1);
  command->free_data = g_free;
  command->done = append_done;
  tern_imap_command_add (command, "APPEND ");
  tern_imap_command_add_mailbox (command, mailbox);
  tern_imap_command_add (command, " (%s) ", flags);
  if (date != NULL)
    tern_imap_command_add (command, "\"%s\" ", date);
  tern_imap_command_add_literal (command, whole);
  tern_imap_command_queue (command);
  if ((tern_imap_session_get_quirks (self)->flags & TERN_IMAP_QUIRK_APPEND_NOOP) != 0)
    tern_imap_noop_async (self, NULL, noop_cb, NULL);
}

/**
 * tern_imap_append_finish:
 * @self: a session
 * @result: the result
 * @uidvalidity: (out): the mailbox's UIDVALIDITY; 0 where the server did not tell
 * @uid: (out): the letter's UID; 0 where the server did not tell
 * @error: return location for an error
 *
 * Returns: whether the letter is in the mailbox
 */
gboolean
tern_imap_append_finish (
    TernImapSession *self, GAsyncResult *result, guint32 *uidvalidity, guint32 *uid, GError **error)
{
  g_autofree Appended *appended = g_task_propagate_pointer (G_TASK (result), error);

  if (appended == NULL)
    return FALSE;
  *uidvalidity = appended->uidvalidity;
  *uid = appended->uid;
  return TRUE;
}
