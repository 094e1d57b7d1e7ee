/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-apply-private.h"

#include <stdio.h>

#include "tern-error.h"
#include "tern-imap-convert.h"
#include "tern-mime-header.h"

/* What cannot be done twice without harm, COPY and APPEND, is preceded by a step that keeps from
 * which UID on its doings would be found in the target. Where its answer was lost, they are looked
 * for there by their Message-ID before it is asked again. */

#define BEFORE "before "

/* Takes the present step; %FALSE where it is none of ours. */
gboolean
tern_imap_apply_parse_step (TernImapApply *self)
{
  guint32 uidvalidity = 0, uidnext = 0;

  self->is_from_elsewhere = g_strcmp0 (self->step, TERN_STEP_ELSEWHERE) == 0;
  if (self->is_from_elsewhere)
    self->target_uidnext = 1;
  if (tern_imap_apply_is_again (self))
    return tern_imap_apply_parse_again (self);
  if (self->step == NULL || !g_str_has_prefix (self->step, BEFORE))
    return TRUE;
  if (sscanf (self->step, BEFORE "%u.%u", &uidvalidity, &uidnext) != 2 || uidnext == 0)
    return FALSE;
  self->target_uidvalidity = uidvalidity;
  self->target_uidnext = uidnext;
  return TRUE;
}

static void
uidnext_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapApply *self = user_data;
  const TernImapMailbox *mailbox;
  GError *error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    {
      tern_imap_apply_fail (self, error);
      return;
    }
  mailbox = tern_imap_mailboxes_get_all (self->counts)->pdata[0];
  /* A server that does not tell leaves all of the mailbox to be looked through. */
  self->outcome->step = g_strdup_printf (BEFORE "%u.%u", mailbox->counts.uidvalidity,
                                         MAX (mailbox->counts.uidnext, 1));
  tern_imap_apply_done (self);
}

/* Ends this step with what the next one needs to know of @mailbox. */
void
tern_imap_apply_ask_uidnext (TernImapApply *self, const char *mailbox)
{
  tern_imap_mailbox_status_async (tern_imap_apply_get_session (self), self->counts, mailbox,
                                  tern_imap_apply_get_cancellable (self), uidnext_cb, self);
}

static gboolean
take_letter (const TernImapFetch *fetch, gpointer user_data)
{
  TernImapApply *self = user_data;
  g_autofree char *message_id = NULL;
  GQueue *indexes;

  if (fetch->uid < self->target_uidnext || (fetch->items & TERN_IMAP_HAS_ENVELOPE) == 0)
    return FALSE; /* `n:*` gives the last message, whatever n is */
  message_id = tern_mime_clean_references (fetch->envelope.message_id, -1);
  indexes = message_id != NULL ? g_hash_table_lookup (self->wanted, message_id) : NULL;
  if (indexes == NULL || indexes->length == 0)
    return TRUE;
  if (self->messages->len == 0)
    {
      g_free (self->outcome->created);
      self->outcome->created = tern_imap_make_remote_id (self->target_uidvalidity, fetch->uid);
    }
  else
    g_array_index (self->messages, TernImapApplyMessage,
                   GPOINTER_TO_UINT (g_queue_pop_head (indexes)))
        .copy = fetch->uid;
  return TRUE;
}

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error);
  tern_imap_apply_arrived (user_data, error);
}

/* Fetches @items of what has come to the selected target since the change began, then goes on. The
 * connection may have had it selected for long, and NOOP makes the server look. */
void
tern_imap_apply_fetch_new (TernImapApply *self,
                           const char *items,
                           const TernImapFetchHandler *handler,
                           TernImapApplyFunc next)
{
  TernImapSession *session = tern_imap_apply_get_session (self);
  GCancellable *cancellable = tern_imap_apply_get_cancellable (self);
  g_autofree char *set = g_strdup_printf ("%u:*", self->target_uidnext);

  tern_imap_apply_begin_flight (self, next);
  self->pending += 2;
  tern_imap_noop_async (session, cancellable, answered_cb, self);
  tern_imap_fetch_async (session, TRUE, set, items, NULL, handler, self, cancellable, answered_cb,
                         self);
  tern_imap_apply_end_flight (self);
}

static void
look (TernImapApply *self)
{
  static const TernImapFetchHandler handler = { take_letter, NULL, NULL };
  guint32 uidvalidity =
      tern_imap_session_get_selected (tern_imap_apply_get_session (self))->uidvalidity;

  if (self->is_from_elsewhere)
    self->target_uidvalidity = uidvalidity;
  /* Numbered anew: nothing can be told from the UIDs. Twice rather than not at all. */
  if (uidvalidity != self->target_uidvalidity)
    {
      tern_imap_apply_start (self);
      return;
    }
  tern_imap_apply_fetch_new (self, "UID ENVELOPE", &handler, tern_imap_apply_start);
}

static void
queue_free (gpointer data)
{
  g_queue_free (data);
}

static void
want (TernImapApply *self, const char *message_id, guint index)
{
  GQueue *indexes;

  if (message_id == NULL || *message_id == '\0')
    return;
  indexes = g_hash_table_lookup (self->wanted, message_id);
  if (indexes == NULL)
    {
      indexes = g_queue_new ();
      g_hash_table_insert (self->wanted, g_strdup (message_id), indexes);
    }
  g_queue_push_tail (indexes, GUINT_TO_POINTER (index));
}

/* Puts down by which Message-IDs the change's letters would be found in the target. */
void
tern_imap_apply_want_all (TernImapApply *self)
{
  g_clear_pointer (&self->wanted, g_hash_table_unref);
  self->wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, queue_free);
  for (guint i = 0; i < self->messages->len; i++)
    want (self, g_array_index (self->messages, TernImapApplyMessage, i).message_id, i);
  if (self->messages->len == 0)
    want (self, self->name, 0);
}

/* Looks in @mailbox for what the step may have done already, then begins it. */
void
tern_imap_apply_search (TernImapApply *self, const char *mailbox)
{
  for (guint i = 0; i < self->messages->len; i++)
    g_array_index (self->messages, TernImapApplyMessage, i).copy = 0;
  tern_imap_apply_want_all (self);
  if (g_hash_table_size (self->wanted) > 0)
    tern_imap_apply_acquire (self, mailbox, look);
  else
    tern_imap_apply_start (self);
}
