/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-sync-private.h"

#include "tern-error.h"
#include "tern-imap-convert.h"

/* What the cache has and the server has not, and the other way round. */

/* Up to so many UIDs that the server names are looked up one by one; more are looked for among
 * those that are known. */
#define FEW 500
/* Bytes of a uid-set: the command around it has room. */
#define SET_LENGTH (TERN_IMAP_MAX_COMMAND - 250)

typedef struct
{
  TernImapRanges *uids;
  gboolean are_gone; /* the UIDs are those that are gone; else those that are there */
  guint32 uidvalidity;
  TernImapRanges *kept;
  GPtrArray *gone; /* utf8 */
} Search;

static void
compare (const char *remote_id, gpointer user_data)
{
  Search *search = user_data;
  guint32 uidvalidity, uid;

  if (!tern_imap_parse_remote_id (remote_id, &uidvalidity, &uid) ||
      uidvalidity != search->uidvalidity ||
      tern_imap_ranges_contains (search->uids, uid) == search->are_gone)
    g_ptr_array_add (search->gone, g_strdup (remote_id));
  else
    tern_imap_ranges_add (search->kept, uid, uid);
}

static void
tell_removed (TernImapSync *self, GPtrArray *gone)
{
  if (gone->len > 0)
    tern_sink_removed (self->sink, (const char *const *) gone->pdata, gone->len);
}

/* Removes what the server says is gone. It may name what never was, and four billion of it. */
void
tern_imap_sync_remove (TernImapSync *self, TernImapRanges *uids)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TernImapRanges) kept = tern_imap_ranges_new ();
  guint64 count;

  tern_imap_ranges_clip (uids, self->state.lowest, MAX (self->state.uidnext - 1, self->highest));
  count = tern_imap_ranges_count (uids);
  if (count == 0)
    return;
  self->has_vanished = TRUE;
  tern_imap_sync_flush (self);
  if (count > FEW)
    tern_sink_foreach_known (self->sink, compare,
                             &(Search){ uids, TRUE, self->state.uidvalidity, kept, gone });
  else
    for (guint64 i = 0; i < count; i++)
      g_ptr_array_add (
          gone, tern_imap_make_remote_id (self->state.uidvalidity, tern_imap_ranges_nth (uids, i)));
  tell_removed (self, gone);
}

static gboolean
missing_fetch (const TernImapFetch *fetch, gpointer user_data)
{
  TernImapSync *self = user_data;

  return tern_imap_sync_is_same_mailbox (self) && tern_imap_sync_take (self, fetch);
}

static void
missing_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImapSync) self = user_data;
  GError *error = NULL;

  self->checks--;
  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    tern_imap_sync_fail (self, error);
  else if (self->task != NULL && self->checks == 0)
    tern_imap_sync_end_warm (self, self->state.count);
}

/* Brings in line what is known with what is there, @present. */
void
tern_imap_sync_align (TernImapSync *self, TernImapRanges *present)
{
  static const TernImapFetchHandler handler = { .fetch = missing_fetch };
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TernImapRanges) kept = tern_imap_ranges_new ();
  g_autoptr (TernImapRanges) missing = NULL;
  g_autoptr (GPtrArray) sets = NULL;

  tern_imap_sync_flush (self);
  tern_sink_foreach_known (self->sink, compare,
                           &(Search){ present, FALSE, self->state.uidvalidity, kept, gone });
  tell_removed (self, gone);
  missing = tern_imap_ranges_subtract (present, kept);
  sets = tern_imap_ranges_make_sets (missing, SET_LENGTH);
  self->state.count = (guint32) MIN (tern_imap_ranges_count (present), G_MAXUINT32);
  for (guint i = sets->len; i > 0; i--)
    {
      self->checks++;
      tern_imap_fetch_async (self->lease->session, TRUE, sets->pdata[i - 1], TERN_IMAP_SYNC_ITEMS,
                             NULL, &handler, self, g_task_get_cancellable (self->task), missing_cb,
                             tern_imap_sync_ref (self));
    }
  if (sets->len == 0)
    tern_imap_sync_end_warm (self, self->state.count);
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
  if (tern_imap_ranges_count (present) == 0 && tern_imap_sync_count_there (self) > 0)
    tern_imap_sync_fail (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_PROTOCOL,
                                                    "the server finds none of its messages"));
  else
    tern_imap_sync_align (self, present);
}

/* Asks which messages there are, but for those that came meanwhile: they are left to the next
 * run. */
void
tern_imap_sync_compare (TernImapSync *self)
{
  const TernImapSelected *selected = tern_imap_session_get_selected (self->lease->session);
  guint32 uidnext = MAX (MAX (selected->uidnext, self->state.uidnext), self->highest + 1);
  g_autofree char *criteria = g_strdup_printf ("UID 1:%u", MAX (uidnext, 2) - 1);

  tern_imap_search_async (self->lease->session, criteria, NULL, 0,
                          g_task_get_cancellable (self->task), search_cb,
                          tern_imap_sync_ref (self));
}
