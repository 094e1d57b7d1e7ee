/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-folder-sink.h"

#include "tern-mime-code.h"

struct _TernFolderSink
{
  GObject parent_instance;

  TernCore *core; /* NULL once disconnected */
  gint64 folder_id;
  GCancellable *sync;
  TernFolderSinkProgress progress;
  gpointer progress_data;
  GError *error; /* the first failure to store; nothing is taken after it */
};

static void tern_folder_sink_iface_init (TernSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernFolderSink,
                               tern_folder_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_SINK, tern_folder_sink_iface_init))

static void
tern_folder_sink_finalize (GObject *object)
{
  TernFolderSink *self = TERN_FOLDER_SINK (object);

  g_clear_object (&self->sync);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (tern_folder_sink_parent_class)->finalize (object);
}

static void
tern_folder_sink_class_init (TernFolderSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_folder_sink_finalize;
}

static void
tern_folder_sink_init (TernFolderSink *self)
{
}

static TernStore *
get_store (TernFolderSink *self)
{
  return self->core != NULL && self->error == NULL ? tern_core_get_store (self->core) : NULL;
}

/* A sync whose results cannot be kept is stopped: the server's next sync state must not be
 * believed. */
static void
finish (TernFolderSink *self, gboolean stored, TernChanges *changes, GError *error)
{
  if (stored)
    {
      tern_core_take_changes (self->core, changes);
      return;
    }
  tern_changes_unref (changes);
  self->error = error;
  g_cancellable_cancel (self->sync);
}

static void
folder_sink_reset (TernSink *sink)
{
  TernFolderSink *self = TERN_FOLDER_SINK (sink);
  TernStore *store = get_store (self);
  TernChanges *changes;
  GError *error = NULL;

  if (store == NULL)
    return;
  changes = tern_changes_new ();
  finish (self, tern_store_reset_folder (store, self->folder_id, changes, &error), changes, error);
}

/* A server that gives the beginning of the text gives the code with it. */
static void
search_new (GPtrArray *messages)
{
  for (guint i = 0; i < messages->len; i++)
    {
      TernMessage *message = g_ptr_array_index (messages, i);
      g_auto (TernMimeCode) found = { NULL };

      if (message->code != NULL || !tern_message_is_recent (message))
        continue;
      tern_mime_find_code (message->subject, message->snippet, NULL, &found);
      if (!found.is_certain)
        continue;
      message->code = g_steal_pointer (&found.code);
      message->code_is_certain = TRUE;
    }
}

static void
folder_sink_messages (TernSink *sink, GPtrArray *messages)
{
  TernFolderSink *self = TERN_FOLDER_SINK (sink);
  TernStore *store = get_store (self);
  TernChanges *changes;
  GError *error = NULL;

  if (store == NULL)
    return;
  search_new (messages);
  changes = tern_changes_new ();
  finish (self, tern_store_put_messages (store, self->folder_id, messages, changes, &error),
          changes, error);
}

static void
folder_sink_flags (TernSink *sink, const TernFlagsUpdate *updates, gsize n)
{
  TernFolderSink *self = TERN_FOLDER_SINK (sink);
  TernStore *store = get_store (self);
  TernChanges *changes;
  GError *error = NULL;

  if (store == NULL)
    return;
  changes = tern_changes_new ();
  finish (self, tern_store_put_flags (store, self->folder_id, updates, n, changes, &error), changes,
          error);
}

static void
folder_sink_removed (TernSink *sink, const char *const *remote_ids, gsize n)
{
  TernFolderSink *self = TERN_FOLDER_SINK (sink);
  TernStore *store = get_store (self);
  TernChanges *changes;
  GError *error = NULL;

  if (store == NULL)
    return;
  changes = tern_changes_new ();
  finish (self, tern_store_remove_messages (store, self->folder_id, remote_ids, n, changes, &error),
          changes, error);
}

static void
folder_sink_checkpoint (TernSink *sink, const char *state)
{
  TernFolderSink *self = TERN_FOLDER_SINK (sink);
  TernStore *store = get_store (self);
  GError *error = NULL;

  if (store != NULL)
    finish (self, tern_store_set_sync_state (store, self->folder_id, state, &error),
            tern_changes_new (), error);
}

static void
folder_sink_progress (TernSink *sink, guint done, guint total)
{
  TernFolderSink *self = TERN_FOLDER_SINK (sink);

  if (get_store (self) != NULL)
    self->progress (done, total, self->progress_data);
}

static guint
folder_sink_count_known (TernSink *sink)
{
  TernFolderSink *self = TERN_FOLDER_SINK (sink);
  TernStore *store = get_store (self);
  guint count = 0;
  GError *error = NULL;

  if (store != NULL && !tern_store_count_remote_ids (store, self->folder_id, &count, &error))
    finish (self, FALSE, tern_changes_new (), error);
  return count;
}

static void
folder_sink_foreach_known (TernSink *sink, TernSinkKnownFunc func, gpointer user_data)
{
  TernFolderSink *self = TERN_FOLDER_SINK (sink);
  TernStore *store = get_store (self);
  GError *error = NULL;

  if (store != NULL &&
      !tern_store_foreach_remote_id (store, self->folder_id, func, user_data, &error))
    finish (self, FALSE, tern_changes_new (), error);
}

static void
tern_folder_sink_iface_init (TernSinkInterface *iface)
{
  iface->reset = folder_sink_reset;
  iface->messages = folder_sink_messages;
  iface->flags = folder_sink_flags;
  iface->removed = folder_sink_removed;
  iface->checkpoint = folder_sink_checkpoint;
  iface->progress = folder_sink_progress;
  iface->count_known = folder_sink_count_known;
  iface->foreach_known = folder_sink_foreach_known;
}

/**
 * tern_folder_sink_new:
 * @core: the engine's side
 * @folder_id: the folder that is synced
 * @sync: cancelled when something cannot be stored
 * @progress: called with messages received and in all
 * @user_data: for @progress
 *
 * Returns: (transfer full): a new sink
 */
TernFolderSink *
tern_folder_sink_new (TernCore *core,
                      gint64 folder_id,
                      GCancellable *sync,
                      TernFolderSinkProgress progress,
                      gpointer user_data)
{
  TernFolderSink *self = g_object_new (TERN_TYPE_FOLDER_SINK, NULL);

  self->core = core;
  self->folder_id = folder_id;
  self->sync = g_object_ref (sync);
  self->progress = progress;
  self->progress_data = user_data;
  return self;
}

/**
 * tern_folder_sink_disconnect:
 * @self: a sink
 *
 * Makes the sink deaf: the account is being closed.
 */
void
tern_folder_sink_disconnect (TernFolderSink *self)
{
  self->core = NULL;
}

/**
 * tern_folder_sink_check:
 * @self: a sink
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: whether all that the channel gave was stored
 */
gboolean
tern_folder_sink_check (TernFolderSink *self, GError **error)
{
  if (self->error == NULL)
    return TRUE;
  if (error != NULL)
    *error = g_error_copy (self->error);
  return FALSE;
}
