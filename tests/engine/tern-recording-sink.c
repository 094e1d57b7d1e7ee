/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-recording-sink.h"

struct _TernRecordingSink
{
  GObject parent_instance;

  GHashTable *messages; /* utf8 → TernMessage */
  GPtrArray *order;
  GString *log;
  char *state;
};

static void tern_recording_sink_iface_init (TernSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernRecordingSink,
                               tern_recording_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_SINK,
                                                      tern_recording_sink_iface_init))

static void
tern_recording_sink_finalize (GObject *object)
{
  TernRecordingSink *self = TERN_RECORDING_SINK (object);

  g_hash_table_unref (self->messages);
  g_ptr_array_unref (self->order);
  g_string_free (self->log, TRUE);
  g_free (self->state);
  G_OBJECT_CLASS (tern_recording_sink_parent_class)->finalize (object);
}

static void
tern_recording_sink_class_init (TernRecordingSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_recording_sink_finalize;
}

static void
tern_recording_sink_init (TernRecordingSink *self)
{
  self->messages =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) tern_message_unref);
  self->order = g_ptr_array_new_with_free_func (g_free);
  self->log = g_string_new (NULL);
}

static void
sink_reset (TernSink *sink)
{
  TernRecordingSink *self = TERN_RECORDING_SINK (sink);

  g_hash_table_remove_all (self->messages);
  g_string_append (self->log, "reset\n");
}

static void
sink_messages (TernSink *sink, GPtrArray *messages)
{
  TernRecordingSink *self = TERN_RECORDING_SINK (sink);

  for (guint i = 0; i < messages->len; i++)
    {
      TernMessage *message = messages->pdata[i];

      g_hash_table_replace (self->messages, g_strdup (message->remote_id),
                            tern_message_ref (message));
      g_ptr_array_add (self->order, g_strdup (message->remote_id));
    }
  g_string_append_printf (self->log, "messages %u\n", messages->len);
}

static void
sink_flags (TernSink *sink, const TernFlagsUpdate *updates, gsize n)
{
  TernRecordingSink *self = TERN_RECORDING_SINK (sink);

  for (gsize i = 0; i < n; i++)
    {
      TernMessage *message = g_hash_table_lookup (self->messages, updates[i].remote_id);

      if (message != NULL)
        message->flags = updates[i].flags;
    }
  g_string_append_printf (self->log, "flags %" G_GSIZE_FORMAT "\n", n);
}

static void
sink_removed (TernSink *sink, const char *const *remote_ids, gsize n)
{
  TernRecordingSink *self = TERN_RECORDING_SINK (sink);

  for (gsize i = 0; i < n; i++)
    g_hash_table_remove (self->messages, remote_ids[i]);
  g_string_append_printf (self->log, "removed %" G_GSIZE_FORMAT "\n", n);
}

static void
sink_checkpoint (TernSink *sink, const char *state)
{
  TernRecordingSink *self = TERN_RECORDING_SINK (sink);

  g_free (self->state);
  self->state = g_strdup (state);
  g_string_append (self->log, "checkpoint\n");
}

static void
sink_progress (TernSink *sink, guint done, guint total)
{
}

static guint
sink_count_known (TernSink *sink)
{
  return g_hash_table_size (TERN_RECORDING_SINK (sink)->messages);
}

static void
sink_foreach_known (TernSink *sink, TernSinkKnownFunc func, gpointer user_data)
{
  TernRecordingSink *self = TERN_RECORDING_SINK (sink);
  GHashTableIter iter;
  gpointer key;

  g_string_append (self->log, "known\n");
  g_hash_table_iter_init (&iter, self->messages);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    func (key, user_data);
}

static void
tern_recording_sink_iface_init (TernSinkInterface *iface)
{
  iface->reset = sink_reset;
  iface->messages = sink_messages;
  iface->flags = sink_flags;
  iface->removed = sink_removed;
  iface->checkpoint = sink_checkpoint;
  iface->progress = sink_progress;
  iface->count_known = sink_count_known;
  iface->foreach_known = sink_foreach_known;
}

TernRecordingSink *
tern_recording_sink_new (void)
{
  return g_object_new (TERN_TYPE_RECORDING_SINK, NULL);
}

guint
tern_recording_sink_count (TernRecordingSink *self)
{
  return g_hash_table_size (self->messages);
}

TernMessage *
tern_recording_sink_get (TernRecordingSink *self, const char *remote_id)
{
  return g_hash_table_lookup (self->messages, remote_id);
}

void
tern_recording_sink_forget (TernRecordingSink *self, const char *remote_id)
{
  g_hash_table_remove (self->messages, remote_id);
}

const char *
tern_recording_sink_get_state (TernRecordingSink *self)
{
  return self->state;
}

char *
tern_recording_sink_take_log (TernRecordingSink *self)
{
  char *log = g_strdup (self->log->str);

  g_string_truncate (self->log, 0);
  return log;
}

GPtrArray *
tern_recording_sink_get_order (TernRecordingSink *self)
{
  return self->order;
}
