/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-channel-private.h"

#include <string.h>

#include "tern-error.h"
#include "tern-imap-convert.h"

/* What stands for "to the end" where a part is taken up in its middle. */
#define REST G_MAXINT32

typedef struct
{
  TernPartRequest request;
  guint32 uidvalidity;
  guint32 uid;
  guint64 position;    /* of the next byte that the server sends */
  gboolean is_current; /* its literal is arriving */
  gboolean is_seen;    /* the server spoke of its message */
  gboolean is_complete;
} Part;

typedef struct
{
  grefcount refs;
  GTask *task;
  TernImapChannel *channel;
  char *folder;
  TernUrgency urgency;
  GArray *parts; /* Part */
  TernPartFunc func;
  gpointer func_data;
  TernImapLease *lease;
  gboolean is_repeated;
  gboolean has_delivered;
  guint pending;
  guint64 literal_left;
  GError *error;
} Parts;

typedef struct
{
  Parts *parts;
  guint32 only_uid; /* the command asks for this message alone; 0 for more */
} Group;

static void
clear_part (gpointer data)
{
  Part *part = data;

  g_free ((char *) part->request.remote_id);
  g_free ((char *) part->request.part_id);
}

static Parts *
parts_ref (Parts *self)
{
  g_ref_count_inc (&self->refs);
  return self;
}

static void
parts_unref (Parts *self)
{
  if (!g_ref_count_dec (&self->refs))
    return;
  g_clear_object (&self->task);
  g_object_unref (self->channel);
  g_free (self->folder);
  g_array_unref (self->parts);
  g_clear_error (&self->error);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Parts, parts_unref)

static Part *
get_part (Parts *self, guint index)
{
  return &g_array_index (self->parts, Part, index);
}

static gboolean
is_mailbox (Parts *self, const Part *part)
{
  return tern_imap_session_get_selected (self->lease->session)->uidvalidity == part->uidvalidity;
}

/* Gives bytes to a request, without what it did not ask for: some servers send the whole part where
 * a piece was asked for. */
static void
deliver (Parts *self, Part *part, const guint8 *bytes, gsize length, gboolean is_last)
{
  guint64 from = part->request.offset, to = G_MAXUINT64;
  guint64 start_of_bytes = part->position, begin, end;

  if (part->request.length > 0)
    to = from + part->request.length;
  part->position += length;
  if (part->is_complete)
    return;
  begin = MAX (start_of_bytes, from);
  end = MIN (part->position, to);
  length = end > begin ? (gsize) (end - begin) : 0;
  bytes += length > 0 ? begin - start_of_bytes : 0;
  part->is_complete = is_last || (part->request.length > 0 && part->position >= to);
  self->has_delivered = TRUE;
  if (length > 0 || part->is_complete)
    self->func (&part->request, bytes, length, part->is_complete, self->func_data);
}

static gboolean
matches (Parts *self, const Part *part, guint32 uid, const char *section, guint64 origin)
{
  return part->uid == uid && is_mailbox (self, part) &&
         g_ascii_strcasecmp (part->request.part_id, section) == 0 &&
         (origin == part->request.offset || origin == 0);
}

static gboolean
parts_literal_begin (const TernImapFetch *so_far,
                     const char *section,
                     guint64 origin,
                     guint64 size,
                     gpointer user_data)
{
  Group *group = user_data;
  Parts *self = group->parts;
  guint32 uid = so_far->uid != 0 ? so_far->uid : group->only_uid;
  gboolean found = FALSE;

  if (self->task == NULL || uid == 0 || size == 0)
    return FALSE;
  for (guint i = 0; i < self->parts->len; i++)
    {
      Part *part = get_part (self, i);

      part->is_current = !part->is_complete && matches (self, part, uid, section, origin);
      part->is_seen = part->is_seen || part->is_current;
      part->position = part->is_current ? origin : part->position;
      found = found || part->is_current;
    }
  self->literal_left = size;
  return found;
}

static void
parts_literal_data (const guint8 *bytes, gsize length, gpointer user_data)
{
  Group *group = user_data;
  g_autoptr (Parts) self = parts_ref (group->parts);

  self->literal_left -= MIN (self->literal_left, length);
  for (guint i = 0; i < self->parts->len && self->task != NULL; i++)
    if (get_part (self, i)->is_current)
      deliver (self, get_part (self, i), bytes, length, self->literal_left == 0);
}

static gboolean
parts_fetch (const TernImapFetch *fetch, gpointer user_data)
{
  Group *group = user_data;
  g_autoptr (Parts) self = parts_ref (group->parts);
  gboolean found = FALSE;

  if (fetch->n_sections == 0 || fetch->uid == 0)
    return FALSE;
  for (guint i = 0; i < self->parts->len && self->task != NULL; i++)
    {
      Part *part = get_part (self, i);

      if (part->uid != fetch->uid || !is_mailbox (self, part))
        continue;
      part->is_seen = found = TRUE;
      for (guint k = 0; k < fetch->n_sections; k++)
        {
          const TernImapSection *section = &fetch->sections[k];

          if (part->is_complete || section->data == NULL ||
              !matches (self, part, fetch->uid, section->name, section->origin))
            continue;
          part->position = section->origin;
          deliver (self, part, (const guint8 *) section->data, section->length, TRUE);
        }
    }
  return found;
}

static void start (Parts *self);

static void
finish (Parts *self)
{
  g_autoptr (GTask) task = NULL;
  TernImapLease *lease = self->lease;
  gboolean any = FALSE;

  if (self->error != NULL && !self->is_repeated && !self->has_delivered &&
      tern_imap_lease_can_repeat (lease, self->error))
    {
      self->is_repeated = TRUE;
      g_clear_error (&self->error);
      self->lease = NULL;
      tern_imap_channel_release (lease);
      start (self);
      return;
    }
  for (guint i = 0; i < self->parts->len; i++)
    any = any || get_part (self, i)->is_seen;
  task = g_steal_pointer (&self->task);
  self->lease = NULL;
  tern_imap_channel_release (lease);
  if (self->error != NULL)
    g_task_return_error (task, g_steal_pointer (&self->error));
  else if (!any)
    g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_GONE, "the messages do not exist");
  else
    g_task_return_boolean (task, TRUE);
}

/* One of the commands has ended. The first error is what counts: the others follow from it. */
static void
command_done (Parts *self, GAsyncResult *result, GObject *session)
{
  GError *error = NULL;

  if (!tern_imap_command_finish (TERN_IMAP_SESSION (session), result, &error))
    {
      if (self->error == NULL)
        self->error = error;
      else
        g_error_free (error);
    }
  if (--self->pending == 0)
    finish (self);
}

static void
select_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Parts) self = user_data;

  command_done (self, result, object);
}

static void
fetch_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Group *group = user_data;
  g_autoptr (Parts) self = group->parts;

  g_free (group);
  command_done (self, result, object);
}

static gboolean
is_same_piece (const Part *a, const Part *b)
{
  return strcmp (a->request.part_id, b->request.part_id) == 0 &&
         a->request.offset == b->request.offset && a->request.length == b->request.length;
}

static char *
make_item (const TernPartRequest *request)
{
  guint64 length = request->length > 0 ? request->length : REST;

  if (request->offset == 0 && request->length == 0)
    return g_strdup_printf ("UID BODY.PEEK[%s]", request->part_id);
  return g_strdup_printf ("UID BODY.PEEK[%s]<%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT ">",
                          request->part_id, request->offset, MIN (length, REST));
}

/* All messages of which the same piece is wanted go into one command. */
static void
send_group (Parts *self, guint first)
{
  static const TernImapFetchHandler handler = { parts_fetch, parts_literal_begin,
                                                parts_literal_data };
  const Part *model = get_part (self, first);
  g_autofree char *item = make_item (&model->request);
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GPtrArray) sets = NULL;

  for (guint i = 0; i < first; i++)
    if (is_same_piece (get_part (self, i), model))
      return;
  for (guint i = first; i < self->parts->len; i++)
    if (is_same_piece (get_part (self, i), model))
      g_array_append_val (uids, get_part (self, i)->uid);
  sets = tern_imap_make_sets ((const guint32 *) (gpointer) uids->data, uids->len,
                              TERN_IMAP_MAX_COMMAND - 100 - strlen (item));
  for (guint i = 0; i < sets->len; i++)
    {
      Group *group = g_new0 (Group, 1);

      group->parts = parts_ref (self);
      group->only_uid = strpbrk (sets->pdata[i], ":,") == NULL
                            ? (guint32) g_ascii_strtoull (sets->pdata[i], NULL, 10)
                            : 0;
      self->pending++;
      tern_imap_fetch_async (self->lease->session, TRUE, sets->pdata[i], item, NULL, &handler,
                             group, g_task_get_cancellable (self->task), fetch_cb, group);
    }
}

static void
acquired_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Parts) self = user_data;
  GError *error = NULL;
  TernImapSession *session;

  self->lease = tern_imap_channel_acquire_finish (TERN_IMAP_CHANNEL (object), result, &error);
  if (self->lease == NULL)
    {
      g_autoptr (GTask) task = g_steal_pointer (&self->task);

      g_task_return_error (task, error);
      return;
    }
  session = self->lease->session;
  if (g_strcmp0 (tern_imap_session_get_selected (session)->name, self->folder) != 0)
    {
      self->pending++;
      tern_imap_select_async (session, self->folder, g_task_get_cancellable (self->task), select_cb,
                              parts_ref (self));
    }
  for (guint i = 0; i < self->parts->len; i++)
    send_group (self, i);
}

static void
start (Parts *self)
{
  tern_imap_channel_acquire_async (
      self->channel,
      self->urgency == TERN_URGENCY_USER ? TERN_IMAP_USE_USER : TERN_IMAP_USE_BACKGROUND,
      self->folder, g_task_get_cancellable (self->task), acquired_cb, parts_ref (self));
}

/* A part's number, as it goes into a command. */
static gboolean
is_part_id (const char *text)
{
  return text != NULL && strspn (text, "0123456789.") == strlen (text) && strlen (text) < 200;
}

/* Fetches parts of messages, by one command for all messages of which the same piece is wanted. */
void
tern_imap_parts_async (TernImapChannel *channel,
                       const char *folder,
                       const TernPartRequest *requests,
                       gsize n,
                       TernUrgency urgency,
                       TernPartFunc func,
                       gpointer func_data,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (Parts) self = g_new0 (Parts, 1);

  g_ref_count_init (&self->refs);
  self->task = g_task_new (channel, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, tern_imap_parts_async);
  self->channel = g_object_ref (channel);
  self->folder = g_strdup (folder);
  self->urgency = urgency;
  self->func = func;
  self->func_data = func_data;
  self->parts = g_array_new (FALSE, TRUE, sizeof (Part));
  g_array_set_clear_func (self->parts, clear_part);
  for (gsize i = 0; i < n; i++)
    {
      Part part = { .request = requests[i] };

      if (!tern_imap_parse_remote_id (requests[i].remote_id, &part.uidvalidity, &part.uid) ||
          !is_part_id (requests[i].part_id) || requests[i].offset > G_MAXINT32)
        {
          g_autoptr (GTask) task = g_steal_pointer (&self->task);

          g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_INVALID,
                                   "a part that cannot be asked for");
          return;
        }
      part.request.remote_id = g_strdup (requests[i].remote_id);
      part.request.part_id = g_strdup (requests[i].part_id);
      g_array_append_val (self->parts, part);
    }
  start (self);
}
