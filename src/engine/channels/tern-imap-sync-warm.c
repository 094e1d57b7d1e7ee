/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-sync-private.h"

#include "tern-error.h"
#include "tern-imap-convert.h"

/* The commands run before it is known whether the mailbox is still the one of the checkpoint. */
static gboolean
is_same_mailbox (TernImapSync *self)
{
  const TernImapSelected *selected;

  if (self->task == NULL || self->lease == NULL || !self->is_open || !self->has_state)
    return FALSE;
  selected = tern_imap_session_get_selected (self->lease->session);
  return selected->uidvalidity == self->state.uidvalidity;
}

/* `uidnext:*` names the last message even where nothing is new. */
static gboolean
new_fetch (const TernImapFetch *fetch, gpointer user_data)
{
  TernImapSync *self = user_data;

  if (!is_same_mailbox (self))
    return FALSE;
  if (!fetch->is_damaged && (fetch->items & TERN_IMAP_HAS_ENVELOPE) == 0)
    return FALSE; /* the other command's */
  if (fetch->uid < self->state.uidnext)
    tern_imap_sync_take_flags (self, fetch);
  else if (tern_imap_sync_take (self, fetch))
    self->n_new++;
  return TRUE;
}

static gboolean
flags_fetch (const TernImapFetch *fetch, gpointer user_data)
{
  TernImapSync *self = user_data;

  if (is_same_mailbox (self))
    tern_imap_sync_take_flags (self, fetch);
  return TRUE;
}

static void
end_warm (TernImapSync *self)
{
  const TernImapSelected *selected = tern_imap_session_get_selected (self->lease->session);

  self->state.uidnext = MAX (MAX (self->state.uidnext, selected->uidnext), self->highest + 1);
  self->state.modseq = selected->highestmodseq;
  tern_imap_sync_repair (self);
}

/* Removes what the cache has and the server has not. */
static void
compare_known (TernImapSync *self, TernImapRanges *present)
{
  g_autoptr (GPtrArray) known = NULL;
  g_autoptr (GPtrArray) gone = g_ptr_array_new ();

  tern_imap_sync_flush (self);
  known = tern_sink_dup_known (self->sink);
  for (guint i = 0; i < known->len; i++)
    {
      guint32 uidvalidity, uid;

      if (!tern_imap_parse_remote_id (known->pdata[i], &uidvalidity, &uid) ||
          uidvalidity != self->state.uidvalidity || !tern_imap_ranges_contains (present, uid))
        g_ptr_array_add (gone, known->pdata[i]);
    }
  if (gone->len > 0)
    tern_sink_removed (self->sink, (const char *const *) gone->pdata, gone->len);
}

static void
search_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapSync) self = user_data;
  GError *error = NULL;
  g_autoptr (TernImapRanges) present =
      tern_imap_search_finish (TERN_IMAP_SESSION (object), result, &error);

  if (present == NULL)
    {
      tern_imap_sync_fail (self, error);
      return;
    }
  if (self->task == NULL)
    return;
  compare_known (self, present);
  self->state.count = (guint32) MIN (tern_imap_ranges_count (present), G_MAXUINT32);
  end_warm (self);
}

/* Asks which messages there are, and removes the others. */
void
tern_imap_sync_compare (TernImapSync *self)
{
  tern_imap_search_async (self->lease->session, "ALL", g_task_get_cancellable (self->task),
                          search_cb, tern_imap_sync_ref (self));
}

/* All answers are in: whether the number of messages tells of removals. */
static void
check_count (TernImapSync *self)
{
  const TernImapSelected *selected = tern_imap_session_get_selected (self->lease->session);

  if (selected->exists == self->state.count + self->n_new)
    {
      self->state.count = selected->exists;
      end_warm (self);
      return;
    }
  tern_imap_sync_compare (self);
}

static void
checked (TernImapSync *self)
{
  self->checks--;
  if (self->checks > 0 || self->task == NULL)
    return;
  if (self->has_windows)
    tern_imap_sync_end_windows (self);
  else if (is_same_mailbox (self))
    check_count (self);
}

static void
new_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapSync) self = user_data;
  GError *error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error) &&
      is_same_mailbox (self))
    {
      tern_imap_sync_fail (self, error);
      return;
    }
  g_clear_error (&error);
  checked (self);
}

static void send_flags (TernImapSync *self, gboolean changed_only);

static void
flags_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapSync) self = user_data;
  GError *error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error) &&
      is_same_mailbox (self))
    {
      /* An extension that is offered and does not work: without it. */
      if (error->domain != TERN_ERROR || self->all_flags)
        {
          tern_imap_sync_fail (self, error);
          return;
        }
      send_flags (self, FALSE);
    }
  g_clear_error (&error);
  checked (self);
}

static void
send_flags (TernImapSync *self, gboolean changed_only)
{
  static const TernImapFetchHandler handler = { .fetch = flags_fetch };
  g_autofree char *set = g_strdup_printf ("%u:%u", self->state.lowest, self->state.uidnext - 1);
  g_autofree char *modifier =
      changed_only ? g_strdup_printf ("CHANGEDSINCE %" G_GUINT64_FORMAT, self->state.modseq) : NULL;

  self->checks++;
  self->all_flags = !changed_only;
  tern_imap_fetch_async (self->lease->session, TRUE, set, "UID FLAGS", modifier, &handler, self,
                         g_task_get_cancellable (self->task), flags_cb, tern_imap_sync_ref (self));
}

/* Asks, in the flight of the SELECT, for what is new and what has changed since the checkpoint. */
void
tern_imap_sync_send_warm (TernImapSync *self)
{
  static const TernImapFetchHandler handler = { .fetch = new_fetch };
  TernImapSession *session = self->lease->session;
  g_autofree char *set = g_strdup_printf ("%u:*", self->state.uidnext);

  self->checks++;
  tern_imap_fetch_async (
      session, TRUE, set,
      tern_imap_session_has (session, "PREVIEW") ? TERN_IMAP_SYNC_ITEMS_AND_PREVIEW
                                                 : TERN_IMAP_SYNC_ITEMS,
      NULL, &handler, self, g_task_get_cancellable (self->task), new_cb, tern_imap_sync_ref (self));
  if (self->state.lowest < self->state.uidnext)
    send_flags (self, self->state.modseq > 0 && tern_imap_session_has (session, "CONDSTORE"));
}
