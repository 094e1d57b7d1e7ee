/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-channel-private.h"

#include "tern-error.h"
#include "tern-imap-convert.h"
#include "tern-imap-limits.h"
#include "tern-imap-sync-private.h"

/* Looking for messages: UID SEARCH, then what a list shows of those that are not known, the highest
 * UIDs first, in windows for as long as more is wanted. */

/* Messages that are looked at together: a screenful first. */
#define WINDOW_FIRST 50
#define WINDOW 200
/* What surrounds a set of UIDs in a command, without the items. */
#define COMMAND_WORDS 100
#define DAY (24 * 60 * 60)

typedef struct
{
  TernImapChannel *channel;
  char *folder;
  TernQuery *query;
  TernSearchHandler handler;
  gpointer handler_data;
  TernImapLease *lease;
  gboolean is_repeated;
  gboolean has_delivered;
  guint pending;
  GError *error;

  guint32 uidvalidity;
  TernImapRanges *found;
  guint64 left;          /* of these, how many were not looked at; the lowest */
  guint window;          /* size of the next one */
  GArray *uids;          /* guint32: of the window, the highest first */
  GHashTable *messages;  /* UID → TernMessage: those that were fetched; NULL while they are not */
  gboolean is_repairing; /* asks for less of what could not be understood */
} Search;

static void
search_free (gpointer data)
{
  Search *self = data;

  g_object_unref (self->channel);
  g_free (self->folder);
  tern_query_unref (self->query);
  g_clear_error (&self->error);
  g_clear_pointer (&self->found, tern_imap_ranges_free);
  g_array_unref (self->uids);
  g_hash_table_unref (self->messages);
  g_free (self);
}

static void acquire (GTask *task);
static void next_window (GTask *task);

/* --- Keys --- */

/* RFC 9051 section 9, date; the server's days may begin up to a day from ours. */
static void
add_day (GString *criteria, const char *key, gint64 seconds)
{
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr (GDateTime) day = g_date_time_new_from_unix_utc (seconds);

  if (day != NULL)
    g_string_append_printf (criteria, "%s%s %d-%s-%04d", criteria->len > 0 ? " " : "", key,
                            g_date_time_get_day_of_month (day),
                            months[g_date_time_get_month (day) - 1], g_date_time_get_year (day));
}

static void
add_flag (GString *criteria, const TernQuery *query, TernFlags flag, const char *key)
{
  if ((query->with & flag) != 0)
    g_string_append_printf (criteria, "%s%s", criteria->len > 0 ? " " : "", key);
  if ((query->without & flag) != 0)
    g_string_append_printf (criteria, "%sUN%s", criteria->len > 0 ? " " : "", key);
}

/* (transfer full): what needs no text */
static char *
make_criteria (const TernQuery *query, gboolean has_terms)
{
  g_autoptr (GString) criteria = g_string_new (NULL);

  add_flag (criteria, query, TERN_FLAGS_SEEN, "SEEN");
  add_flag (criteria, query, TERN_FLAGS_FLAGGED, "FLAGGED");
  if (query->since != G_MININT64)
    add_day (criteria, "SINCE", query->since - DAY);
  if (query->until != G_MAXINT64)
    add_day (criteria, "BEFORE", query->until + 2 * DAY);
  if (criteria->len == 0 && !has_terms)
    g_string_append (criteria, "ALL");
  return g_string_free (g_steal_pointer (&criteria), FALSE);
}

/* The texts as the keys that every server has. */
static GArray *
make_terms (const TernQuery *query)
{
  static const char *const keys[] = {
    [TERN_QUERY_ANY] = "TEXT",        [TERN_QUERY_FROM] = "FROM", [TERN_QUERY_TO] = "OR TO",
    [TERN_QUERY_SUBJECT] = "SUBJECT", [TERN_QUERY_BODY] = "BODY",
  };
  GArray *terms = g_array_new (FALSE, FALSE, sizeof (TernImapSearchTerm));

  for (guint i = 0; i < query->terms->len; i++)
    {
      const TernQueryTerm *term = query->terms->pdata[i];
      TernImapSearchTerm own = { keys[term->field], term->text };

      g_array_append_val (terms, own);
      if (term->field == TERN_QUERY_TO)
        {
          own.key = "CC";
          g_array_append_val (terms, own);
        }
    }
  return terms;
}

/* (transfer full) (nullable): the texts in the language of Gmail's own search, which has an index
 * and knows attachments; quotes are all that has a meaning within quotes */
static char *
make_gmail_text (const TernQuery *query)
{
  static const char *const prefixes[] = {
    [TERN_QUERY_ANY] = "",   [TERN_QUERY_FROM] = "from:",
    [TERN_QUERY_TO] = "to:", [TERN_QUERY_SUBJECT] = "subject:",
    [TERN_QUERY_BODY] = "",
  };
  g_autoptr (GString) text = g_string_new (query->has_attachments ? "has:attachment" : "");

  for (guint i = 0; i < query->terms->len; i++)
    {
      const TernQueryTerm *term = query->terms->pdata[i];
      g_autofree char *plain = g_strdelimit (g_strdup (term->text), "\"", ' ');

      g_string_append_printf (text, "%s%s\"%s\"", text->len > 0 ? " " : "", prefixes[term->field],
                              plain);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* --- The end --- */

static void
finish (GTask *task)
{
  Search *self = g_task_get_task_data (task);
  TernImapLease *lease = g_steal_pointer (&self->lease);
  gboolean repeat = self->error != NULL && !self->is_repeated && !self->has_delivered &&
                    tern_imap_lease_can_repeat (lease, self->error);

  tern_imap_channel_release (lease);
  if (repeat)
    {
      g_clear_error (&self->error);
      self->is_repeated = TRUE;
      acquire (task);
    }
  else if (self->error != NULL)
    g_task_return_error (task, g_steal_pointer (&self->error));
  else
    g_task_return_boolean (task, TRUE);
}

/* The first error is what counts: the others follow from it. */
static void
take_error (Search *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_clear_error (&error);
}

/* --- Windows --- */

/* Gives on what the window has; one that went away meanwhile is left out. */
static void
end_window (GTask *task)
{
  Search *self = g_task_get_task_data (task);
  g_autoptr (GArray) hits = g_array_new (FALSE, FALSE, sizeof (TernSearchHit));
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  gboolean wants_more;

  for (guint i = 0; i < self->uids->len; i++)
    {
      guint32 uid = g_array_index (self->uids, guint32, i);
      TernSearchHit hit = { .folder = self->folder };
      gpointer message;

      if (g_hash_table_lookup_extended (self->messages, GUINT_TO_POINTER (uid), NULL, &message) &&
          message == NULL)
        continue;
      hit.message = g_hash_table_lookup (self->messages, GUINT_TO_POINTER (uid));
      hit.remote_id = tern_imap_make_remote_id (self->uidvalidity, uid);
      g_ptr_array_add (ids, (char *) hit.remote_id);
      g_array_append_val (hits, hit);
    }
  self->has_delivered = TRUE;
  wants_more = self->handler.found ((const TernSearchHit *) (gpointer) hits->data, hits->len,
                                    self->handler_data);
  if (wants_more && self->left > 0 && !g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    next_window (task);
  else
    finish (task);
}

static void fetch_missing (GTask *task);

static void
fetched_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Search *self = g_task_get_task_data (task);
  GError *error = NULL;

  /* NO says that some of the messages cannot be had; the others came. */
  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error) &&
      !g_error_matches (error, TERN_ERROR, TERN_ERROR_REFUSED))
    take_error (self, g_steal_pointer (&error));
  g_clear_error (&error);
  if (--self->pending > 0)
    return;
  if (self->error != NULL)
    finish (task);
  else if (self->is_repairing)
    end_window (task);
  else
    {
      self->is_repairing = TRUE;
      fetch_missing (task);
    }
}

static gboolean
take_fetch (const TernImapFetch *fetch, gpointer user_data)
{
  Search *self = g_task_get_task_data (G_TASK (user_data));
  gpointer uid = GUINT_TO_POINTER (fetch->uid);

  if (self->lease == NULL || fetch->uid == 0 || fetch->response->damaged ||
      (fetch->items & TERN_IMAP_HAS_ENVELOPE) == 0 || !g_hash_table_contains (self->messages, uid))
    return FALSE;
  g_hash_table_insert (self->messages, uid,
                       tern_imap_convert_fetched (self->lease->session, fetch, self->uidvalidity));
  return TRUE;
}

/* Asks for what is not known; the second time, of what could not be understood, without the item
 * that servers get wrong. */
static void
fetch_missing (GTask *task)
{
  static const TernImapFetchHandler handler = { .fetch = take_fetch };
  Search *self = g_task_get_task_data (task);
  const char *items = self->is_repairing ? TERN_IMAP_SYNC_FEW_ITEMS : TERN_IMAP_SYNC_ITEMS;
  g_autoptr (GArray) missing = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GPtrArray) sets = NULL;
  GHashTableIter iter;
  gpointer key, message;

  g_hash_table_iter_init (&iter, self->messages);
  while (g_hash_table_iter_next (&iter, &key, &message))
    {
      guint32 uid = GPOINTER_TO_UINT (key);

      if (message == NULL)
        g_array_append_val (missing, uid);
    }
  if (missing->len == 0)
    {
      end_window (task);
      return;
    }
  sets = tern_imap_make_sets ((const guint32 *) (gpointer) missing->data, missing->len,
                              TERN_IMAP_MAX_COMMAND - COMMAND_WORDS - strlen (items));
  self->pending = sets->len;
  for (guint i = 0; i < sets->len; i++)
    tern_imap_fetch_async (self->lease->session, TRUE, sets->pdata[i], items, NULL, &handler, task,
                           g_task_get_cancellable (task), fetched_cb, g_object_ref (task));
}

static void
message_free (gpointer data)
{
  if (data != NULL)
    tern_message_unref (data);
}

static void
next_window (GTask *task)
{
  Search *self = g_task_get_task_data (task);

  g_array_set_size (self->uids, 0);
  g_hash_table_remove_all (self->messages);
  self->is_repairing = FALSE;
  for (guint i = 0; i < self->window && self->left > 0; i++)
    {
      guint32 uid = tern_imap_ranges_nth (self->found, --self->left);
      g_autofree char *remote_id = tern_imap_make_remote_id (self->uidvalidity, uid);

      g_array_append_val (self->uids, uid);
      if (!self->handler.knows (self->folder, remote_id, self->handler_data))
        g_hash_table_insert (self->messages, GUINT_TO_POINTER (uid), NULL);
    }
  self->window = WINDOW;
  fetch_missing (task);
}

/* --- The search --- */

static void
select_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Search *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (object), result, &error))
    take_error (self, error);
}

static void
searched_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Search *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->found = tern_imap_search_finish (TERN_IMAP_SESSION (object), result, &error);
  if (self->found == NULL)
    take_error (self, error);
  if (self->error != NULL)
    {
      finish (task);
      return;
    }
  /* In their order, and without the UID that there is not. */
  tern_imap_ranges_clip (self->found, 1, G_MAXUINT32);
  self->uidvalidity = tern_imap_session_get_selected (self->lease->session)->uidvalidity;
  self->left = tern_imap_ranges_count (self->found);
  self->window = WINDOW_FIRST;
  if (self->left == 0)
    finish (task);
  else
    next_window (task);
}

static void
send_search (GTask *task)
{
  Search *self = g_task_get_task_data (task);
  TernImapSession *session = self->lease->session;
  gboolean is_gmail = tern_imap_session_has (session, "X-GM-EXT-1");
  g_autofree char *text = is_gmail ? make_gmail_text (self->query) : NULL;
  g_autoptr (GArray) terms =
      is_gmail ? g_array_new (FALSE, FALSE, sizeof (TernImapSearchTerm)) : make_terms (self->query);
  g_autofree char *criteria = NULL;

  if (text != NULL)
    {
      const TernImapSearchTerm term = { "X-GM-RAW", text };

      g_array_append_val (terms, term);
    }
  criteria = make_criteria (self->query, terms->len > 0);
  tern_imap_search_async (session, criteria, (const TernImapSearchTerm *) (gpointer) terms->data,
                          terms->len, g_task_get_cancellable (task), searched_cb,
                          g_object_ref (task));
}

static void
acquired_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Search *self = g_task_get_task_data (task);
  GError *error = NULL;
  TernImapSession *session;

  self->lease = tern_imap_channel_acquire_finish (TERN_IMAP_CHANNEL (object), result, &error);
  if (self->lease == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  session = self->lease->session;
  if (g_strcmp0 (tern_imap_session_get_selected (session)->name, self->folder) != 0)
    tern_imap_select_async (session, self->folder, g_task_get_cancellable (task), select_cb,
                            g_object_ref (task));
  send_search (task);
}

static void
acquire (GTask *task)
{
  Search *self = g_task_get_task_data (task);

  tern_imap_channel_acquire_async (self->channel, TERN_IMAP_USE_USER, self->folder,
                                   g_task_get_cancellable (task), acquired_cb, g_object_ref (task));
}

/* Looks for messages in a folder; the task returns a boolean. IMAP knows no search of all folders.
 */
void
tern_imap_query_async (TernImapChannel *channel,
                       const char *folder,
                       TernQuery *query,
                       const TernSearchHandler *handler,
                       gpointer handler_data,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (channel, cancellable, callback, user_data);
  Search *self;

  g_task_set_source_tag (task, tern_imap_query_async);
  if (folder == NULL)
    {
      g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_UNSUPPORTED,
                               "IMAP searches one folder at a time");
      return;
    }
  self = g_new0 (Search, 1);
  self->channel = g_object_ref (channel);
  self->folder = g_strdup (folder);
  self->query = tern_query_ref (query);
  self->handler = *handler;
  self->handler_data = handler_data;
  self->uids = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->messages = g_hash_table_new_full (NULL, NULL, NULL, message_free);
  g_task_set_task_data (task, self, search_free);
  acquire (task);
}
