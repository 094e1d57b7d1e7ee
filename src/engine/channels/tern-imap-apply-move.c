/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-apply-private.h"

#include "tern-error.h"
#include "tern-imap-convert.h"

/* Moving, copying and removing. Where the server cannot MOVE (RFC 6851), these are the steps, each
 * kept durably before the next:
 *
 *   (none)       asks for the target's next UID
 *   before V.N   COPY, unless the copies are there already
 *   copied       marks the originals as deleted, and removes exactly these (RFC 4315)
 *   again V.N …  the same, where the COPY was asked for once more; then looks whether it is there
 *                twice now
 *
 * A copy ends after the second one, unless that was asked for once more. The third is only ever
 * reached for messages whose COPY the server confirmed. */

#define COPIED "copied"

static void
note_moved (TernImapApply *self, guint32 uid, guint32 uidvalidity, guint32 copy)
{
  g_hash_table_insert (self->outcome->moved, tern_imap_make_remote_id (self->uidvalidity, uid),
                       tern_imap_make_remote_id (uidvalidity, copy));
}

static void
take_copyuid (TernImapApply *self, guint index, const TernImapCopied *copied)
{
  const TernImapApplySet *set = &g_array_index (self->sets, TernImapApplySet, index);

  for (guint i = 0; i < set->n; i++)
    {
      guint32 uid = g_array_index (self->asked, guint32, set->first + i);
      guint32 copy = tern_imap_copied_find (copied, uid);

      if (copy != 0)
        note_moved (self, uid, copied->uidvalidity, copy);
    }
}

static void
copied_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapApplyCall *call = user_data;
  GError *error = NULL;
  g_autoptr (TernImapCopied) copied =
      tern_imap_copy_finish (TERN_IMAP_SESSION (object), result, &error);

  if (copied != NULL)
    take_copyuid (call->apply, call->index, copied);
  tern_imap_apply_answered (call, error);
}

static void
finish (TernImapApply *self)
{
  if (tern_imap_apply_collect_refused (self))
    tern_imap_apply_done (self);
}

/* --- MOVE --- */

/* Marks that go along with a move are worth no failure. */
static void
marked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    g_debug ("not marked: %s", error->message);
  tern_imap_apply_arrived (user_data, NULL);
}

static void
mark (TernImapApply *self, guint index, const char *action, const char *flags)
{
  g_autofree char *kept = tern_imap_apply_select_permanent (self, flags, NULL);

  if (*kept == '\0')
    return;
  self->pending++;
  tern_imap_store_async (tern_imap_apply_get_session (self),
                         g_array_index (self->sets, TernImapApplySet, index).text, action, kept,
                         tern_imap_apply_get_cancellable (self), marked_cb, self);
}

typedef void (*CopyFunc) (TernImapSession *session,
                          const char *set,
                          const char *mailbox,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);

/* The marks first, then the messages: the server answers in order, so one flight does. */
static void
send (TernImapApply *self, CopyFunc func, TernImapApplyFunc next)
{
  tern_imap_apply_make_sets (
      self, MAX (2 * strlen (self->target), MAX (strlen (self->set), strlen (self->clear))));
  tern_imap_apply_begin_flight (self, next);
  for (guint i = 0; i < self->sets->len; i++)
    {
      mark (self, i, "+FLAGS.SILENT", self->set);
      mark (self, i, "-FLAGS.SILENT", self->clear);
      func (tern_imap_apply_get_session (self),
            g_array_index (self->sets, TernImapApplySet, i).text, self->target,
            tern_imap_apply_get_cancellable (self), copied_cb, tern_imap_apply_call (self, i));
    }
  tern_imap_apply_end_flight (self);
}

/* --- COPY --- */

static void
all_copied (TernImapApply *self)
{
  for (guint i = 0; i < self->messages->len; i++)
    {
      const TernImapApplyMessage *message =
          &g_array_index (self->messages, TernImapApplyMessage, i);

      if (message->copy != 0)
        note_moved (self, message->uid, self->target_uidvalidity, message->copy);
    }
  if (!tern_imap_apply_collect_refused (self))
    return;
  self->outcome->step = tern_imap_apply_make_again_step (self);
  if (self->outcome->step == NULL && self->kind == TERN_OPERATION_MOVE)
    self->outcome->step = g_strdup (COPIED);
  tern_imap_apply_done (self);
}

/* --- Removal --- */

/* The server does not remove them: they stay, marked. */
static void
expunged_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapApply *self = user_data;
  GError *error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error) &&
      tern_imap_apply_is_refusal (error))
    {
      self->outcome->struck_out = TRUE;
      g_clear_error (&error);
    }
  tern_imap_apply_arrived (self, error);
}

static void
deleted_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error);
  tern_imap_apply_answered (user_data, error);
}

static void
send_expunge (TernImapApply *self, guint index)
{
  self->pending++;
  tern_imap_expunge_async (tern_imap_apply_get_session (self),
                           g_array_index (self->sets, TernImapApplySet, index).text,
                           tern_imap_apply_get_cancellable (self), expunged_cb, self);
}

static void
all_deleted (TernImapApply *self)
{
  if (!tern_imap_apply_collect_refused (self))
    return;
  if (tern_imap_apply_is_again (self))
    tern_imap_apply_compare (self);
  else
    tern_imap_apply_done (self);
}

/* Removes the messages for good. Without UIDPLUS they stay, marked as deleted: a bare EXPUNGE would
 * remove what others have marked. */
void
tern_imap_apply_remove (TernImapApply *self)
{
  gboolean can_expunge = tern_imap_session_has (tern_imap_apply_get_session (self), "UIDPLUS");

  tern_imap_apply_make_sets (self, 0);
  self->outcome->struck_out = !can_expunge;
  tern_imap_apply_begin_flight (self, all_deleted);
  for (guint i = 0; i < self->sets->len; i++)
    {
      tern_imap_store_async (tern_imap_apply_get_session (self),
                             g_array_index (self->sets, TernImapApplySet, i).text, "+FLAGS.SILENT",
                             "\\Deleted", tern_imap_apply_get_cancellable (self), deleted_cb,
                             tern_imap_apply_call (self, i));
      if (can_expunge)
        send_expunge (self, i);
    }
  tern_imap_apply_end_flight (self);
}

/* Those that are still there were restored by somebody: they stay. */
static void
searched_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree TernImapApplyCall *call = user_data;
  TernImapApply *self = call->apply;
  const TernImapApplySet *set = &g_array_index (self->sets, TernImapApplySet, call->index);
  GError *error = NULL;
  g_autoptr (TernImapRanges) found =
      tern_imap_search_finish (TERN_IMAP_SESSION (object), result, &error);

  for (guint i = 0; found != NULL && i < set->n; i++)
    {
      guint32 uid = g_array_index (self->asked, guint32, set->first + i);

      if (!set->is_refused && tern_imap_ranges_contains (found, uid))
        g_ptr_array_add (self->outcome->refused, tern_imap_make_remote_id (self->uidvalidity, uid));
    }
  if (self->outcome->refused->len > 0 && self->outcome->error == NULL)
    self->outcome->error =
        g_error_new_literal (TERN_ERROR, TERN_ERROR_REFUSED, "somebody has restored the messages");
  tern_imap_apply_arrived (self, error);
}

/* Removes those of the messages that are marked as deleted on the server. */
void
tern_imap_apply_expunge (TernImapApply *self)
{
  TernImapSession *session = tern_imap_apply_get_session (self);

  if (!tern_imap_session_has (session, "UIDPLUS"))
    {
      tern_imap_apply_fail (self,
                            g_error_new_literal (TERN_ERROR, TERN_ERROR_UNSUPPORTED,
                                                 "the server removes all or nothing (no UIDPLUS)"));
      return;
    }
  tern_imap_apply_make_sets (self, 0);
  tern_imap_apply_begin_flight (self, finish);
  for (guint i = 0; i < self->sets->len; i++)
    {
      const char *set = g_array_index (self->sets, TernImapApplySet, i).text;
      /* A server may search before it expunges: what is still marked says nothing then. */
      g_autofree char *criteria = g_strconcat ("UID ", set, " UNDELETED", NULL);

      tern_imap_expunge_async (session, set, tern_imap_apply_get_cancellable (self), deleted_cb,
                               tern_imap_apply_call (self, i));
      tern_imap_search_async (session, criteria, NULL, 0, tern_imap_apply_get_cancellable (self),
                              searched_cb, tern_imap_apply_call (self, i));
    }
  tern_imap_apply_end_flight (self);
}

/* Gmail: a copy to Trash takes the message out of every other folder, and a MOVE there may drop the
 * connection. */
static gboolean
is_trashed_by_copy (TernImapApply *self)
{
  const TernImapQuirks *quirks = tern_imap_session_get_quirks (tern_imap_apply_get_session (self));

  return self->kind == TERN_OPERATION_MOVE && self->step == NULL &&
         (quirks->flags & TERN_IMAP_QUIRK_TRASH_BY_COPY) != 0 &&
         g_strcmp0 (self->target, self->channel->trash) == 0;
}

/* Moves or copies, or does the next step of it. */
void
tern_imap_apply_move (TernImapApply *self)
{
  if (g_strcmp0 (self->step, COPIED) == 0 || tern_imap_apply_is_again (self))
    tern_imap_apply_remove (self);
  else if (is_trashed_by_copy (self))
    send (self, tern_imap_copy_async, finish);
  else if (self->step != NULL)
    send (self, tern_imap_copy_async, all_copied);
  else if (self->kind == TERN_OPERATION_MOVE &&
           tern_imap_session_has (tern_imap_apply_get_session (self), "MOVE"))
    send (self, tern_imap_move_async, finish);
  else
    tern_imap_apply_ask_uidnext (self, self->target);
}
