/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-channel-private.h"

#include <string.h>

#include "tern-error.h"
#include "tern-imap-convert.h"

/* What stands for "to the end" where a part is taken up in its middle. */
#define REST G_MAXINT32
/* Room for the tag, the command's name and its parentheses. */
#define COMMAND_WORDS 100
/* Bytes of items, before the last, that are asked of a message in one command. */
#define MAX_ITEMS 300

typedef struct
{
  TernPartRequest request; /* its form is the one that is asked for */
  TernPartForm wanted;
  char *section; /* as the server names it */
  guint32 uidvalidity;
  guint32 uid;
  guint64 position;    /* of the next byte that the server sends */
  gboolean is_current; /* its literal is arriving */
  gboolean is_seen;    /* the server spoke of its message */
  gboolean is_complete;
  guint next; /* index + 1 of the next part of the same message; 0 for none */
} Part;

typedef struct
{
  grefcount refs;
  GTask *task;
  TernImapChannel *channel;
  char *folder;
  TernUrgency urgency;
  GArray *parts;       /* Part */
  GHashTable *by_uid;  /* UID → index + 1 of the first part */
  guint32 current_uid; /* whose literal is arriving */
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
  g_free (part->section);
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
  g_hash_table_unref (self->by_uid);
  g_clear_error (&self->error);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Parts, parts_unref)

static Part *
get_part (Parts *self, guint index)
{
  return &g_array_index (self->parts, Part, index);
}

static Part *
first_part (Parts *self, guint32 uid)
{
  guint place = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_uid, GUINT_TO_POINTER (uid)));

  return place > 0 ? get_part (self, place - 1) : NULL;
}

static Part *
next_part (Parts *self, const Part *part)
{
  return part->next > 0 ? get_part (self, part->next - 1) : NULL;
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

/* A literal or string of @size bytes, the first of which is the part's at @origin. */
static void
begin_part (Part *part, guint64 origin, guint64 size)
{
  part->position = origin;
  part->request.is_overrun = part->request.length > 0 && size > part->request.length;
}

static gboolean
matches (Parts *self, const Part *part, const char *section, guint64 origin)
{
  return is_mailbox (self, part) && part->section != NULL &&
         g_ascii_strcasecmp (part->section, section) == 0 &&
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
  for (Part *part = first_part (self, uid); part != NULL; part = next_part (self, part))
    {
      part->is_current = !part->is_complete && matches (self, part, section, origin);
      part->is_seen = part->is_seen || part->is_current;
      if (part->is_current)
        begin_part (part, origin, size);
      found = found || part->is_current;
    }
  self->current_uid = uid;
  self->literal_left = size;
  return found;
}

static void
parts_literal_data (const guint8 *bytes, gsize length, gpointer user_data)
{
  Group *group = user_data;
  g_autoptr (Parts) self = parts_ref (group->parts);

  self->literal_left -= MIN (self->literal_left, length);
  for (Part *part = first_part (self, self->current_uid); part != NULL && self->task != NULL;
       part = next_part (self, part))
    if (part->is_current)
      deliver (self, part, bytes, length, self->literal_left == 0);
}

static gboolean
parts_fetch (const TernImapFetch *fetch, gpointer user_data)
{
  Group *group = user_data;
  g_autoptr (Parts) self = parts_ref (group->parts);
  gboolean found = FALSE;

  if (fetch->n_sections == 0 || fetch->uid == 0)
    return FALSE;
  for (Part *part = first_part (self, fetch->uid); part != NULL && self->task != NULL;
       part = next_part (self, part))
    {
      if (!is_mailbox (self, part))
        continue;
      part->is_seen = found = TRUE;
      for (guint k = 0; k < fetch->n_sections; k++)
        {
          const TernImapSection *section = &fetch->sections[k];

          if (part->is_complete || section->data == NULL ||
              !matches (self, part, section->name, section->origin))
            continue;
          begin_part (part, section->origin, section->length);
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

static void
append_item (GString *items, const TernPartRequest *request)
{
  guint64 length = request->length > 0 ? request->length : REST;

  g_string_append_printf (items, " %s.PEEK[%s]",
                          request->form == TERN_PART_FORM_DECODED ? "BINARY" : "BODY",
                          request->part_id);
  if (request->offset > 0 || request->length > 0)
    g_string_append_printf (items, "<%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT ">", request->offset,
                            MIN (length, REST));
}

/* Asks for the same pieces of some messages. */
static void
send_group (Parts *self, const char *items, const GArray *uids)
{
  static const TernImapFetchHandler handler = { parts_fetch, parts_literal_begin,
                                                parts_literal_data };
  g_autoptr (GPtrArray) sets =
      tern_imap_make_sets ((const guint32 *) (gpointer) uids->data, uids->len,
                           TERN_IMAP_MAX_COMMAND - COMMAND_WORDS - strlen (items));

  for (guint i = 0; i < sets->len; i++)
    {
      Group *group = g_new0 (Group, 1);

      group->parts = parts_ref (self);
      group->only_uid = strpbrk (sets->pdata[i], ":,") == NULL
                            ? (guint32) g_ascii_strtoull (sets->pdata[i], NULL, 10)
                            : 0;
      self->pending++;
      tern_imap_fetch_async (self->lease->session, TRUE, sets->pdata[i], items, NULL, &handler,
                             group, g_task_get_cancellable (self->task), fetch_cb, group);
    }
}

static void
add_to_group (GPtrArray *order, GHashTable *groups, const char *items, guint32 uid)
{
  GArray *uids = g_hash_table_lookup (groups, items);

  if (uids == NULL)
    {
      char *key = g_strdup (items);

      uids = g_array_new (FALSE, FALSE, sizeof (guint32));
      g_hash_table_insert (groups, key, uids);
      g_ptr_array_add (order, key);
    }
  g_array_append_val (uids, uid);
}

/* RFC 3516: the server undoes the transfer encoding. */
static gboolean
choose_forms (Parts *self)
{
  gboolean has_binary = tern_imap_session_has (self->lease->session, "BINARY");

  for (guint i = 0; i < self->parts->len; i++)
    {
      Part *part = get_part (self, i);
      gboolean is_decoded = part->wanted != TERN_PART_FORM_ENCODED && has_binary;

      if (part->wanted == TERN_PART_FORM_DECODED && !has_binary)
        return FALSE;
      part->request.form = is_decoded ? TERN_PART_FORM_DECODED : TERN_PART_FORM_ENCODED;
      g_free (part->section);
      part->section = is_decoded ? g_strdup_printf ("BINARY[%s]", part->request.part_id)
                                 : g_strdup (part->request.part_id);
    }
  return TRUE;
}

/* All messages of which the same pieces are wanted go into one command. */
static void
send_all (Parts *self)
{
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  g_autoptr (GHashTable) groups =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  g_autoptr (GString) items = g_string_new (NULL);

  for (guint i = 0; i < self->parts->len; i++)
    {
      const Part *part = get_part (self, i);
      gboolean is_last = i + 1 == self->parts->len || get_part (self, i + 1)->uid != part->uid;

      if (items->len == 0)
        g_string_append (items, "UID");
      append_item (items, &part->request);
      if (!is_last && items->len < MAX_ITEMS)
        continue;
      add_to_group (order, groups, items->str, part->uid);
      g_string_truncate (items, 0);
    }
  for (guint i = 0; i < order->len; i++)
    send_group (self, order->pdata[i], g_hash_table_lookup (groups, order->pdata[i]));
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
  if (!choose_forms (self))
    {
      self->error = g_error_new_literal (TERN_ERROR, TERN_ERROR_UNSUPPORTED,
                                         "the server does not decode parts");
      finish (self);
      return;
    }
  session = self->lease->session;
  if (g_strcmp0 (tern_imap_session_get_selected (session)->name, self->folder) != 0)
    {
      self->pending++;
      tern_imap_select_async (session, self->folder, g_task_get_cancellable (self->task), select_cb,
                              parts_ref (self));
    }
  send_all (self);
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

static void
add_part (Parts *self, const Part *part)
{
  gpointer uid = GUINT_TO_POINTER (part->uid);
  Part *last = first_part (self, part->uid);
  guint place = self->parts->len + 1;

  while (last != NULL && last->next > 0)
    last = next_part (self, last);
  if (last != NULL)
    last->next = place;
  else
    g_hash_table_insert (self->by_uid, uid, GUINT_TO_POINTER (place));
  g_array_append_vals (self->parts, part, 1);
}

/* Fetches parts of messages, by one command for all messages of which the same pieces are wanted.
 */
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
  self->by_uid = g_hash_table_new (NULL, NULL);
  for (gsize i = 0; i < n; i++)
    {
      Part part = { .request = requests[i] };

      if (!tern_imap_parse_remote_id (requests[i].remote_id, &part.uidvalidity, &part.uid) ||
          !is_part_id (requests[i].part_id) || requests[i].offset > G_MAXINT32)
        {
          g_autoptr (GTask) task = g_steal_pointer (&self->task);

          /* Such as one that was named by another channel. */
          g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_GONE, "there is no such part");
          return;
        }
      part.wanted = requests[i].form;
      part.request.remote_id = g_strdup (requests[i].remote_id);
      part.request.part_id = g_strdup (requests[i].part_id);
      add_part (self, &part);
    }
  start (self);
}
