/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-graph-private.h"

#include <string.h>

#define DAY (24 * 60 * 60)

static const struct
{
  const char *name;
  const char *title;
} well_known[] = {
  { "inbox", "Inbox" },     { "drafts", "Drafts" },  { "sentitems", "Sent Items" },
  { "archive", "Archive" }, { "junkemail", "Junk" }, { "deleteditems", "Deleted Items" },
  { "outbox", "Outbox" },
};

/* --- What is kept --- */

static void
folder_free (gpointer data)
{
  MockFolder *folder = data;

  g_free (folder->id);
  g_free (folder->name);
  g_free (folder->parent);
  g_array_unref (folder->gone);
  g_free (folder);
}

static void
clear_gone (gpointer data)
{
  g_free (((MockGone *) data)->id);
}

static void
message_free (gpointer data)
{
  MockMessage *message = data;

  g_free (message->id);
  g_free (message->folder);
  g_free (message->subject);
  g_free (message->from);
  g_free (message->raw);
  g_free (message->message_id);
  g_free (message->preview);
  g_ptr_array_unref (message->categories);
  g_clear_pointer (&message->attachment, g_bytes_unref);
  g_free (message);
}

MockFolder *
mock_find_folder (TernMockGraph *self, const char *id)
{
  for (guint i = 0; id != NULL && i < self->folders->len; i++)
    {
      MockFolder *folder = self->folders->pdata[i];

      if (strcmp (folder->id, id) == 0 ||
          (g_str_has_prefix (folder->id, "id-") && strcmp (folder->id + 3, id) == 0))
        return folder;
    }
  return NULL;
}

MockMessage *
mock_find_message (TernMockGraph *self, const char *id)
{
  for (guint i = 0; id != NULL && i < self->messages->len; i++)
    {
      MockMessage *message = self->messages->pdata[i];

      if (strcmp (message->id, id) == 0)
        return message;
    }
  return NULL;
}

static void
leave (TernMockGraph *self, MockMessage *message)
{
  MockFolder *folder = mock_find_folder (self, message->folder);
  MockGone gone = { ++self->seq, g_strdup (message->id) };

  g_array_append_val (folder->gone, gone);
}

void
mock_move (TernMockGraph *self, MockMessage *message, MockFolder *folder)
{
  if (strcmp (message->folder, folder->id) == 0)
    return;
  leave (self, message);
  g_free (message->folder);
  message->folder = g_strdup (folder->id);
  message->made = message->seq = ++self->seq;
}

void
mock_remove (TernMockGraph *self, MockMessage *message)
{
  leave (self, message);
  g_ptr_array_remove (self->messages, message);
}

static char *
make_raw (const MockMessage *message, const char *text)
{
  return g_strdup_printf ("From: %s\r\nTo: ana@example.org\r\nSubject: %s\r\nMessage-ID: %s\r\n"
                          "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
                          "%s\r\n",
                          message->from, message->subject, message->message_id, text);
}

MockMessage *
mock_add (TernMockGraph *self, MockFolder *folder, const TernMockGraphMessage *fields)
{
  MockMessage *message = g_new0 (MockMessage, 1);
  const char *text = fields->text != NULL ? fields->text : "A letter.";

  self->made++;
  message->id =
      fields->id != NULL ? g_strdup (fields->id) : g_strdup_printf ("message-%u", self->made);
  message->folder = g_strdup (folder->id);
  message->made = message->seq = ++self->seq;
  message->subject = g_strdup (fields->subject != NULL ? fields->subject : "");
  message->from = g_strdup (fields->from != NULL ? fields->from : "bob@example.com");
  message->received = fields->received != 0 ? fields->received : self->newest + DAY;
  self->newest = MAX (self->newest, message->received);
  message->message_id = fields->message_id != NULL
                            ? g_strdup (fields->message_id)
                            : g_strdup_printf ("<%s@example.com>", message->id);
  message->raw = fields->raw != NULL ? g_strdup (fields->raw) : make_raw (message, text);
  message->preview = g_strdup (text);
  message->read = fields->is_read;
  message->categories = g_ptr_array_new_with_free_func (g_free);
  if (fields->category != NULL)
    g_ptr_array_add (message->categories, g_strdup (fields->category));
  message->attachment = fields->attachment != NULL ? g_bytes_ref (fields->attachment) : NULL;
  message->size = fields->size != 0 ? fields->size : strlen (message->raw);
  g_ptr_array_add (self->messages, message);
  return message;
}

/* --- The object --- */

G_DEFINE_FINAL_TYPE (TernMockGraph, tern_mock_graph, G_TYPE_OBJECT)

static void
tern_mock_graph_dispose (GObject *object)
{
  tern_mock_graph_stop (TERN_MOCK_GRAPH (object));
  G_OBJECT_CLASS (tern_mock_graph_parent_class)->dispose (object);
}

static void
tern_mock_graph_finalize (GObject *object)
{
  TernMockGraph *self = TERN_MOCK_GRAPH (object);

  g_free (self->base);
  g_free (self->token);
  g_free (self->provider);
  g_free (self->all_code);
  g_free (self->all_retry_after);
  g_ptr_array_unref (self->folders);
  g_ptr_array_unref (self->messages);
  g_ptr_array_unref (self->scripts);
  g_ptr_array_unref (self->log);
  g_hash_table_unref (self->ports);
  g_rec_mutex_clear (&self->lock);
  G_OBJECT_CLASS (tern_mock_graph_parent_class)->finalize (object);
}

static void
tern_mock_graph_class_init (TernMockGraphClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tern_mock_graph_dispose;
  G_OBJECT_CLASS (klass)->finalize = tern_mock_graph_finalize;
}

static void
tern_mock_graph_init (TernMockGraph *self)
{
  g_rec_mutex_init (&self->lock);
  self->token = g_strdup ("token");
  self->folders = g_ptr_array_new_with_free_func (folder_free);
  self->messages = g_ptr_array_new_with_free_func (message_free);
  self->scripts = g_ptr_array_new_with_free_func (mock_graph_script_free);
  self->log = g_ptr_array_new_with_free_func (g_free);
  self->ports = g_hash_table_new (NULL, NULL);
  self->newest = 1700000000;
  for (guint i = 0; i < G_N_ELEMENTS (well_known); i++)
    {
      g_autofree char *id = g_strconcat ("id-", well_known[i].name, NULL);

      tern_mock_graph_add_folder (self, id, well_known[i].title, NULL, FALSE);
    }
}

/* --- The mailbox --- */

void
tern_mock_graph_add_folder (
    TernMockGraph *self, const char *id, const char *name, const char *parent, gboolean hidden)
{
  MOCK_LOCKED (self);
  MockFolder *folder = g_new0 (MockFolder, 1);
  MockFolder *above = mock_find_folder (self, parent);

  folder->id = g_strdup (id);
  folder->name = g_strdup (name);
  folder->parent = g_strdup (above != NULL ? above->id : "id-root");
  folder->hidden = hidden;
  folder->gone = g_array_new (FALSE, FALSE, sizeof (MockGone));
  g_array_set_clear_func (folder->gone, clear_gone);
  g_ptr_array_add (self->folders, folder);
}

void
tern_mock_graph_add_message (TernMockGraph *self,
                             const char *folder,
                             const TernMockGraphMessage *message)
{
  MOCK_LOCKED (self);

  mock_add (self, mock_find_folder (self, folder), message);
}

void
tern_mock_graph_add_letters (TernMockGraph *self, const char *folder, guint n)
{
  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *subject = g_strdup_printf ("Letter %u", i);

      tern_mock_graph_add_message (self, folder, &(TernMockGraphMessage){ .subject = subject });
    }
}

void
tern_mock_graph_remove_message (TernMockGraph *self, const char *id)
{
  MOCK_LOCKED (self);

  mock_remove (self, mock_find_message (self, id));
}

void
tern_mock_graph_mark (TernMockGraph *self, const char *id, gboolean read, gboolean flagged)
{
  MOCK_LOCKED (self);
  MockMessage *message = mock_find_message (self, id);

  message->read = read;
  message->flagged = flagged;
  message->seq = ++self->seq;
}

void
tern_mock_graph_move (TernMockGraph *self, const char *id, const char *folder)
{
  MOCK_LOCKED (self);

  mock_move (self, mock_find_message (self, id), mock_find_folder (self, folder));
}

char *
tern_mock_graph_describe (TernMockGraph *self, const char *id)
{
  MOCK_LOCKED (self);
  MockMessage *message = mock_find_message (self, id);
  GString *out;

  if (message == NULL)
    return NULL;
  out = g_string_new (message->folder);
  if (message->read)
    g_string_append (out, " read");
  if (message->flagged)
    g_string_append (out, " flagged");
  for (guint i = 0; i < message->categories->len; i++)
    g_string_append_printf (out, " [%s]", (const char *) message->categories->pdata[i]);
  return g_string_free (out, FALSE);
}

guint
tern_mock_graph_count_messages (TernMockGraph *self, const char *folder)
{
  MOCK_LOCKED (self);
  MockFolder *found = mock_find_folder (self, folder);
  guint n = 0;

  for (guint i = 0; i < self->messages->len; i++)
    n += strcmp (((MockMessage *) self->messages->pdata[i])->folder, found->id) == 0;
  return n;
}

char *
tern_mock_graph_describe_folder (TernMockGraph *self, const char *id)
{
  MOCK_LOCKED (self);
  MockFolder *folder = mock_find_folder (self, id);

  return folder != NULL ? g_strdup_printf ("%s in %s", folder->name, folder->parent) : NULL;
}

void
tern_mock_graph_set_token (TernMockGraph *self, const char *token)
{
  MOCK_LOCKED (self);

  g_free (self->token);
  self->token = g_strdup (token);
}

void
tern_mock_graph_set_provider (TernMockGraph *self, const char *provider)
{
  MOCK_LOCKED (self);

  g_free (self->provider);
  self->provider = g_strdup (provider);
}

void
tern_mock_graph_set_cutting (TernMockGraph *self, gboolean cutting)
{
  MOCK_LOCKED (self);

  self->cutting = cutting;
}

void
tern_mock_graph_set_disorder (TernMockGraph *self, gboolean disorder)
{
  MOCK_LOCKED (self);

  self->disorder = disorder;
}

void
tern_mock_graph_set_terse (TernMockGraph *self, gboolean terse)
{
  MOCK_LOCKED (self);

  self->terse = terse;
}

void
tern_mock_graph_set_ranges (TernMockGraph *self, gboolean ranges)
{
  MOCK_LOCKED (self);

  self->ranges = ranges;
}

void
tern_mock_graph_expire_links (TernMockGraph *self)
{
  MOCK_LOCKED (self);

  self->generation++;
}

/* --- What was asked --- */

guint
tern_mock_graph_count (TernMockGraph *self, const char *text)
{
  MOCK_LOCKED (self);
  guint n = 0;

  for (guint i = 0; i < self->log->len; i++)
    n += text != NULL ? strstr (self->log->pdata[i], text) != NULL
                      : !g_str_has_prefix (self->log->pdata[i], "+ ");
  return n;
}

void
tern_mock_graph_forget (TernMockGraph *self)
{
  MOCK_LOCKED (self);

  g_ptr_array_set_size (self->log, 0);
  self->most_at_once = self->at_once;
}

char *
tern_mock_graph_dup_log (TernMockGraph *self)
{
  MOCK_LOCKED (self);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < self->log->len; i++)
    g_string_append_printf (out, "%s\n", (const char *) self->log->pdata[i]);
  return g_string_free (out, FALSE);
}

guint
tern_mock_graph_count_connections (TernMockGraph *self)
{
  MOCK_LOCKED (self);

  return g_hash_table_size (self->ports);
}

guint
tern_mock_graph_get_most_at_once (TernMockGraph *self)
{
  MOCK_LOCKED (self);

  return self->most_at_once;
}

guint
tern_mock_graph_count_waiting (TernMockGraph *self)
{
  MOCK_LOCKED (self);

  return g_queue_get_length (&self->held);
}

static gboolean
too_late_cb (gpointer user_data)
{
  g_error ("nobody asked");
  return G_SOURCE_REMOVE;
}

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

void
tern_mock_graph_wait_waiting (TernMockGraph *self, guint n)
{
  GMainContext *context = g_main_context_get_thread_default ();
  g_autoptr (GSource) deadline = g_timeout_source_new (30 * 1000);
  g_autoptr (GSource) tick = g_timeout_source_new (5);

  g_source_set_callback (deadline, too_late_cb, NULL, NULL);
  g_source_attach (deadline, context);
  g_source_set_callback (tick, tick_cb, NULL, NULL);
  g_source_attach (tick, context);
  while (tern_mock_graph_count_waiting (self) < n)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (deadline);
  g_source_destroy (tick);
}
