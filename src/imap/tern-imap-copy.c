/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-commands.h"

#include "tern-imap-session-private.h"

/**
 * tern_imap_copied_free:
 * @self: (transfer full): what was copied
 *
 * Frees it.
 */
void
tern_imap_copied_free (TernImapCopied *self)
{
  g_clear_pointer (&self->from, tern_imap_ranges_free);
  g_clear_pointer (&self->to, tern_imap_ranges_free);
  g_free (self);
}

/**
 * tern_imap_copied_find:
 * @self: what was copied
 * @uid: a UID in the source
 *
 * Returns: its UID in the target, 0 where the server did not tell
 */
guint32
tern_imap_copied_find (const TernImapCopied *self, guint32 uid)
{
  guint64 index;

  if (self->from == NULL || self->to == NULL ||
      tern_imap_ranges_count (self->from) != tern_imap_ranges_count (self->to) ||
      !tern_imap_ranges_index (self->from, uid, &index))
    return 0;
  return tern_imap_ranges_nth (self->to, index);
}

/* `[COPYUID validity from to]`; empty or broken ones tell nothing. */
static void
take_copyuid (TernImapCopied *copied, const TernImapStatus *status)
{
  g_auto (GStrv) words = NULL;
  guint64 validity;

  if (!tern_imap_status_has_code (status, "COPYUID"))
    return;
  words = g_strsplit (status->arguments, " ", 4);
  if (g_strv_length (words) < 3 || !tern_imap_parse_number (words[0], &validity) ||
      validity > G_MAXUINT32)
    return;
  g_clear_pointer (&copied->from, tern_imap_ranges_free);
  g_clear_pointer (&copied->to, tern_imap_ranges_free);
  copied->uidvalidity = (guint32) validity;
  copied->from = tern_imap_ranges_parse (words[1]);
  copied->to = tern_imap_ranges_parse (words[2]);
}

/* MOVE tells it in an untagged OK (RFC 6851 section 4.3). */
static gboolean
copy_status (TernImapCommand *self, const TernImapStatus *status)
{
  take_copyuid (self->data, status);
  return tern_imap_status_has_code (status, "COPYUID");
}

static void
copy_done (TernImapCommand *self, const TernImapStatus *status)
{
  take_copyuid (self->data, status);
  g_task_return_pointer (self->task, g_steal_pointer (&self->data),
                         (GDestroyNotify) tern_imap_copied_free);
  self->free_data = NULL;
}

static void
start (TernImapSession *self,
       const char *name,
       const char *set,
       const char *mailbox,
       GCancellable *cancellable,
       GAsyncReadyCallback callback,
       gpointer user_data)
{
  TernImapCommand *command =
      tern_imap_command_new (self, tern_imap_copy_async, cancellable, callback, user_data);

  command->data = g_new0 (TernImapCopied, 1);
  command->free_data = (GDestroyNotify) tern_imap_copied_free;
  command->status = copy_status;
  command->done = copy_done;
  tern_imap_command_add (command, "UID %s %s ", name, set);
  tern_imap_command_add_mailbox (command, mailbox);
  tern_imap_command_queue (command);
}

/**
 * tern_imap_copy_async:
 * @self: a session with a mailbox
 * @set: UIDs
 * @mailbox: the target as the server spells it
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Copies messages by UID COPY (RFC 9051 section 6.4.7).
 */
void
tern_imap_copy_async (TernImapSession *self,
                      const char *set,
                      const char *mailbox,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  start (self, "COPY", set, mailbox, cancellable, callback, user_data);
}

/**
 * tern_imap_move_async:
 * @self: a session with a mailbox; the server must offer MOVE
 * @set: UIDs
 * @mailbox: the target as the server spells it
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Moves messages by UID MOVE (RFC 9051 section 6.4.8). Finish with tern_imap_copy_finish().
 */
void
tern_imap_move_async (TernImapSession *self,
                      const char *set,
                      const char *mailbox,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  start (self, "MOVE", set, mailbox, cancellable, callback, user_data);
}

/**
 * tern_imap_copy_finish:
 * @self: a session
 * @result: the result of a copy or a move
 * @error: return location for an error
 *
 * Returns: (transfer full): what the server told of the target's UIDs; empty where it told nothing
 */
TernImapCopied *
tern_imap_copy_finish (TernImapSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
