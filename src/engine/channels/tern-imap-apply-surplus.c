/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-apply-private.h"

#include <stdio.h>

#include "tern-imap-convert.h"
#include "tern-mime-header.h"

/* A server may work on after its client was cut off (Courier), and carry out a COPY or an APPEND
 * only when it was looked for, not found, and asked for again. What was asked for again is
 * therefore compared with what the target holds from the UID on that was its next one before the
 * first time: where a letter is there beside the copy that the server has just named, that copy is
 * one too many. Only such a copy is ever removed, because only of it is known for sure who made it;
 * what was there before, or has another Message-ID or size, is not touched. What another channel
 * may have done is not told from what was there before, so nothing is removed for it.
 *
 * The step is `again V.N UID:COPY UID:COPY…`. A move has removed its originals by then: what comes
 * late finds nothing to copy any more. */

#define AGAIN "again "

/* Letters of one Message-ID that are compared. */
#define MAX_ALIKE 20

/* A letter in the target. */
typedef struct
{
  guint32 uid;
  guint64 size;
} Letter;

struct _TernImapApplySurplus
{
  GHashTable *copies; /* guint32 → guint32: UID of our copy → UID of the original, 0 for none */
  GHashTable *ours;   /* utf8 → GArray of Letter: our copies by their Message-ID */
  GHashTable *others; /* the same of all else that is new there */
  GArray *uids;       /* guint32: those to be removed */
};

/* Frees what a comparison has gathered. */
void
tern_imap_apply_surplus_free (TernImapApplySurplus *self)
{
  g_hash_table_unref (self->copies);
  g_hash_table_unref (self->ours);
  g_hash_table_unref (self->others);
  g_array_unref (self->uids);
  g_free (self);
}

/* Whether the change is at the step that compares. */
gboolean
tern_imap_apply_is_again (TernImapApply *self)
{
  return self->step != NULL && g_str_has_prefix (self->step, AGAIN);
}

/* Takes from the step where the target's new letters begin; %FALSE where that is none of ours. */
gboolean
tern_imap_apply_parse_again (TernImapApply *self)
{
  return sscanf (self->step, AGAIN "%u.%u", &self->target_uidvalidity, &self->target_uidnext) ==
             2 &&
         self->target_uidnext != 0;
}

static GString *
begin_step (TernImapApply *self)
{
  GString *step = g_string_new (AGAIN);

  g_string_append_printf (step, "%u.%u", self->target_uidvalidity, self->target_uidnext);
  return step;
}

static gboolean
can_compare (const TernImapApply *self)
{
  return self->wanted != NULL && !self->is_from_elsewhere;
}

/* The step that follows a COPY which was asked for once more; %NULL where the server has named no
 * copy of it. */
char *
tern_imap_apply_make_again_step (TernImapApply *self)
{
  GString *step = begin_step (self);
  guint n = 0;

  for (guint i = 0; can_compare (self) && i < self->messages->len; i++)
    {
      const TernImapApplyMessage *message =
          &g_array_index (self->messages, TernImapApplyMessage, i);
      g_autofree char *remote_id = tern_imap_make_remote_id (self->uidvalidity, message->uid);
      guint32 uidvalidity, copy;

      if (message->copy != 0 ||
          !tern_imap_parse_remote_id (g_hash_table_lookup (self->outcome->moved, remote_id),
                                      &uidvalidity, &copy) ||
          uidvalidity != self->target_uidvalidity)
        continue;
      g_string_append_printf (step, " %u:%u", message->uid, copy);
      n++;
    }
  return g_string_free (step, n == 0);
}

/* The same for an APPEND, which the server has named @uid; 0 for not at all. */
char *
tern_imap_apply_make_appended_step (TernImapApply *self, guint32 uidvalidity, guint32 uid)
{
  GString *step = begin_step (self);
  gboolean is_named = uid != 0 && uidvalidity == self->target_uidvalidity;

  g_string_append_printf (step, " 0:%u", uid);
  return g_string_free (step, !can_compare (self) || !is_named);
}

/* --- Comparing --- */

/* Reads which copies the server has named. */
static gboolean
take_copies (TernImapApply *self)
{
  g_auto (GStrv) words = g_strsplit (self->step, " ", -1);

  /* Behind `again` and `V.N`. */
  for (guint i = 2; i < g_strv_length (words); i++)
    {
      guint32 uid, copy;

      if (sscanf (words[i], "%u:%u", &uid, &copy) != 2)
        return FALSE;
      g_hash_table_insert (self->surplus->copies, GUINT_TO_POINTER (copy), GUINT_TO_POINTER (uid));
    }
  return TRUE;
}

static gboolean
take_letter (const TernImapFetch *fetch, gpointer user_data)
{
  TernImapApply *self = user_data;
  g_autofree char *message_id = NULL;
  Letter letter = { fetch->uid, fetch->size };
  GHashTable *table;
  GArray *letters;

  if (fetch->uid < self->target_uidnext || (fetch->items & TERN_IMAP_HAS_ENVELOPE) == 0 ||
      (fetch->items & TERN_IMAP_HAS_SIZE) == 0)
    return FALSE; /* `n:*` gives the last message, whatever n is */
  message_id = tern_mime_clean_references (fetch->envelope.message_id, -1);
  if (message_id == NULL || !g_hash_table_contains (self->wanted, message_id))
    return TRUE;
  table = g_hash_table_contains (self->surplus->copies, GUINT_TO_POINTER (fetch->uid))
              ? self->surplus->ours
              : self->surplus->others;
  letters = g_hash_table_lookup (table, message_id);
  if (letters == NULL)
    {
      letters = g_array_new (FALSE, FALSE, sizeof (Letter));
      g_hash_table_insert (table, g_steal_pointer (&message_id), letters);
    }
  if (letters->len < MAX_ALIKE)
    g_array_append_val (letters, letter);
  return TRUE;
}

/* Each of our copies that has the size of another letter is one too many; that one stands for it.
 */
static void
compare (TernImapApply *self, const GArray *ours, GArray *others)
{
  for (guint i = 0; i < ours->len; i++)
    for (guint k = 0; k < others->len; k++)
      {
        const Letter *our = &g_array_index (ours, Letter, i);
        const Letter *other = &g_array_index (others, Letter, k);
        guint32 uid = GPOINTER_TO_UINT (
            g_hash_table_lookup (self->surplus->copies, GUINT_TO_POINTER (our->uid)));

        if (our->size != other->size)
          continue;
        if (uid != 0)
          g_hash_table_insert (self->outcome->moved,
                               tern_imap_make_remote_id (self->uidvalidity, uid),
                               tern_imap_make_remote_id (self->target_uidvalidity, other->uid));
        g_array_append_val (self->surplus->uids, our->uid);
        g_array_remove_index_fast (others, k);
        break;
      }
}

/* --- Removing --- */

/* What the server does not remove is there twice, and nothing is lost. */
static void
removed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImapApply *self = user_data;
  GError *error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error) &&
      tern_imap_apply_is_refusal (error))
    {
      g_hash_table_remove_all (self->outcome->moved);
      g_clear_error (&error);
    }
  tern_imap_apply_arrived (self, error);
}

static int
compare_uids (gconstpointer a, gconstpointer b)
{
  guint32 left = *(const guint32 *) a;
  guint32 right = *(const guint32 *) b;

  return left < right ? -1 : left > right;
}

static void
remove_surplus (TernImapApply *self)
{
  TernImapSession *session = tern_imap_apply_get_session (self);
  GArray *uids = self->surplus->uids;
  g_autoptr (GPtrArray) sets = NULL;

  g_array_sort (uids, compare_uids);
  sets = tern_imap_make_sets ((const guint32 *) (gpointer) uids->data, uids->len,
                              tern_imap_session_get_quirks (session)->max_command - 100);
  tern_imap_apply_begin_flight (self, tern_imap_apply_done);
  for (guint i = 0; i < sets->len; i++)
    {
      self->pending += 2;
      tern_imap_store_async (session, sets->pdata[i], "+FLAGS.SILENT", "\\Deleted",
                             tern_imap_apply_get_cancellable (self), removed_cb, self);
      tern_imap_expunge_async (session, sets->pdata[i], tern_imap_apply_get_cancellable (self),
                               removed_cb, self);
    }
  tern_imap_apply_end_flight (self);
}

static void
compare_all (TernImapApply *self)
{
  GHashTableIter iter;
  gpointer message_id, ours, others;

  g_hash_table_iter_init (&iter, self->surplus->ours);
  while (g_hash_table_iter_next (&iter, &message_id, &ours))
    if ((others = g_hash_table_lookup (self->surplus->others, message_id)) != NULL)
      compare (self, ours, others);
  remove_surplus (self);
}

static void
look (TernImapApply *self)
{
  static const TernImapFetchHandler handler = { take_letter, NULL, NULL };
  TernImapSession *session = tern_imap_apply_get_session (self);

  /* Numbered anew, or nothing can be removed alone: twice rather than not at all. */
  if (tern_imap_session_get_selected (session)->uidvalidity != self->target_uidvalidity ||
      !tern_imap_session_has (session, "UIDPLUS"))
    tern_imap_apply_done (self);
  else
    tern_imap_apply_fetch_new (self, "UID RFC822.SIZE ENVELOPE", &handler, compare_all);
}

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
}

/* Removes what was copied or put once more and is there already; ends the change. */
void
tern_imap_apply_compare (TernImapApply *self)
{
  g_clear_pointer (&self->surplus, tern_imap_apply_surplus_free);
  self->surplus = g_new0 (TernImapApplySurplus, 1);
  self->surplus->copies = g_hash_table_new (NULL, NULL);
  self->surplus->ours = new_table ();
  self->surplus->others = new_table ();
  self->surplus->uids = g_array_new (FALSE, FALSE, sizeof (guint32));
  tern_imap_apply_want_all (self);
  if (take_copies (self))
    tern_imap_apply_acquire (self, self->messages->len > 0 ? self->target : self->folder, look);
  else
    tern_imap_apply_done (self);
}
