/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-private.h"

#include "tern-error.h"
#include "tern-event-log.h"
#include "tern-store.h"

struct _TernEngine
{
  GObject parent_instance;

  char *dir;
  GMainContext *owner;   /* where the signals go and the reads come from */
  GMainContext *context; /* the engine's thread's */
  GMainLoop *loop;
  GThread *thread; /* NULL once closed */

  /* The owner's thread only. */
  TernStore *reader;        /* NULL until the database is there */
  GHashTable *statuses;     /* gint64 account id → TernStatus: the last one told */
  GHashTable *logs;         /* gint64 account id → TernEventLog */
  GNetworkMonitor *monitor; /* NULL until it is known */
  gulong network_handler;
  gulong metered_handler;
};

enum
{
  CHANGED,
  STATUS,
  EVENTS,
  OPERATION_FAILED,
  STRUCK_OUT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* The core, reached from its own thread only. */
static GPrivate current_core;

G_DEFINE_FINAL_TYPE (TernEngine, tern_engine, G_TYPE_OBJECT)

/* --- From the core to the owner --- */

typedef struct
{
  TernEngine *engine;
  TernChanges *changes;
  TernStatus *status;
  GPtrArray *events;
  TernOperation *operation;
  GError *error;
} News;

static void
news_free (gpointer data)
{
  News *news = data;

  g_object_unref (news->engine);
  g_clear_pointer (&news->changes, tern_changes_unref);
  g_clear_pointer (&news->status, tern_status_unref);
  g_clear_pointer (&news->events, g_ptr_array_unref);
  g_clear_pointer (&news->operation, tern_operation_unref);
  g_clear_error (&news->error);
  g_free (news);
}

static void
keep_events (TernEngine *self, GPtrArray *events)
{
  for (guint i = 0; i < events->len; i++)
    {
      TernEvent *event = g_ptr_array_index (events, i);
      TernEventLog *log = g_hash_table_lookup (self->logs, &event->account_id);

      if (log == NULL)
        {
          log = tern_event_log_new ();
          g_hash_table_insert (self->logs, g_memdup2 (&event->account_id, sizeof (gint64)), log);
        }
      tern_event_log_add (log, event);
    }
}

static gboolean
news_cb (gpointer user_data)
{
  const News *news = user_data;
  TernEngine *self = news->engine;

  if (self->thread == NULL)
    return G_SOURCE_REMOVE; /* closed since */
  if (news->changes != NULL)
    g_signal_emit (self, signals[CHANGED], 0, news->changes);
  if (news->status != NULL)
    {
      TernStatus *status = tern_status_ref (news->status);

      g_hash_table_replace (self->statuses, &status->account_id, status);
      g_signal_emit (self, signals[STATUS], 0, status);
    }
  if (news->events != NULL)
    {
      keep_events (self, news->events);
      g_signal_emit (self, signals[EVENTS], 0);
    }
  if (news->operation != NULL && news->error != NULL)
    g_signal_emit (self, signals[OPERATION_FAILED], 0, news->operation, news->error);
  else if (news->operation != NULL)
    g_signal_emit (self, signals[STRUCK_OUT], 0, news->operation);
  return G_SOURCE_REMOVE;
}

/* In the order in which they happened, and before the answers (GTask) given after them: all use
 * the default priority of one context. */
static void
send_news (TernEngine *self, News news)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  news.engine = g_object_ref (self);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, news_cb, g_memdup2 (&news, sizeof news), news_free);
  g_source_set_static_name (source, "tern engine news");
  g_source_attach (source, self->owner);
}

static void
changed_cb (TernChanges *changes, gpointer user_data)
{
  send_news (user_data, (News){ .changes = tern_changes_ref (changes) });
}

static void
status_cb (TernStatus *status, gpointer user_data)
{
  send_news (user_data, (News){ .status = tern_status_ref (status) });
}

static void
events_cb (GPtrArray *events, gpointer user_data)
{
  send_news (user_data, (News){ .events = g_ptr_array_ref (events) });
}

static void
operation_failed_cb (TernOperation *operation, const GError *error, gpointer user_data)
{
  send_news (user_data,
             (News){ .operation = tern_operation_ref (operation), .error = g_error_copy (error) });
}

static void
struck_out_cb (TernOperation *operation, gpointer user_data)
{
  send_news (user_data, (News){ .operation = tern_operation_ref (operation) });
}

static const TernCoreListener listener = { changed_cb, status_cb, events_cb, operation_failed_cb,
                                           struck_out_cb };

/* --- The thread --- */

static gpointer
engine_thread (gpointer user_data)
{
  TernEngine *self = user_data;
  TernCore *core;

  g_main_context_push_thread_default (self->context);
  core = tern_core_new (self->dir, &listener, self);
  g_private_set (&current_core, core);
  g_main_loop_run (self->loop);
  g_private_set (&current_core, NULL);
  tern_core_free (core);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

typedef struct
{
  GTask *task;
  TernEngineFunc func;
  gboolean is_reading; /* beside another program */
} Dispatch;

static gboolean
dispatch_cb (gpointer user_data)
{
  Dispatch *dispatch = user_data;
  TernCore *core = g_private_get (&current_core);
  GTask *task = g_steal_pointer (&dispatch->task);
  GError *error = NULL;

  if (core == NULL)
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the engine is closed");
  else if (dispatch->is_reading ? tern_core_open_reader (core, &error)
                                : tern_core_open (core, &error))
    {
      dispatch->func (core, task);
      return G_SOURCE_REMOVE;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
  return G_SOURCE_REMOVE;
}

static void
dispatch_free (gpointer data)
{
  Dispatch *dispatch = data;

  g_clear_object (&dispatch->task);
  g_free (dispatch);
}

static void
send (TernEngine *self, Dispatch request)
{
  g_autoptr (GSource) source = NULL;

  if (self->thread == NULL)
    {
      g_task_return_new_error (request.task, G_IO_ERROR, G_IO_ERROR_CLOSED, "the engine is closed");
      g_object_unref (request.task);
      return;
    }
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, dispatch_cb, g_memdup2 (&request, sizeof request), dispatch_free);
  g_source_set_static_name (source, "tern engine call");
  g_source_attach (source, self->context);
}

/**
 * tern_engine_dispatch:
 * @self: the engine
 * @task: (transfer full): made in the caller's context, and so answered there
 * @func: what to do
 *
 * Runs @func on the engine's thread, with the database open. Where it cannot be opened the task
 * fails with %TERN_ERROR_STORAGE.
 */
void
tern_engine_dispatch (TernEngine *self, GTask *task, TernEngineFunc func)
{
  send (self, (Dispatch){ task, func, FALSE });
}

/* --- Object --- */

static void
tern_engine_dispose (GObject *object)
{
  tern_engine_close (TERN_ENGINE (object));

  G_OBJECT_CLASS (tern_engine_parent_class)->dispose (object);
}

static void
tern_engine_finalize (GObject *object)
{
  TernEngine *self = TERN_ENGINE (object);

  g_free (self->dir);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->owner, g_main_context_unref);
  g_clear_pointer (&self->statuses, g_hash_table_unref);
  g_clear_pointer (&self->logs, g_hash_table_unref);

  G_OBJECT_CLASS (tern_engine_parent_class)->finalize (object);
}

static void
tern_engine_class_init (TernEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tern_engine_dispose;
  object_class->finalize = tern_engine_finalize;

  /**
   * TernEngine::changed:
   * @engine: the engine
   * @changes: what changed in the cache
   *
   * Emitted in the owner's context, at most once a frame.
   */
  signals[CHANGED] = g_signal_new ("changed", TERN_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, TERN_TYPE_CHANGES);

  /**
   * TernEngine::status:
   * @engine: the engine
   * @status: how an account is doing
   *
   * Emitted in the owner's context, at most once a frame for an account.
   */
  signals[STATUS] = g_signal_new ("status", TERN_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, TERN_TYPE_STATUS);

  /**
   * TernEngine::events:
   * @engine: the engine
   *
   * Something happened between accounts and servers: tern_engine_read_events() has it. Emitted in
   * the owner's context, at most once a frame.
   */
  signals[EVENTS] = g_signal_new ("events", TERN_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);

  /**
   * TernEngine::operation-failed:
   * @engine: the engine
   * @operation: what the server refused; it is undone
   * @error: why
   *
   * Emitted in the owner's context, after the changes that undo it.
   */
  signals[OPERATION_FAILED] =
      g_signal_new ("operation-failed", TERN_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, TERN_TYPE_OPERATION, G_TYPE_ERROR);

  /**
   * TernEngine::struck-out:
   * @engine: the engine
   * @operation: a move or a deletion
   *
   * The server cannot remove exactly these messages: they stay in their folder, struck out, until
   * that is compacted. A move has put them into its target beside that.
   */
  signals[STRUCK_OUT] = g_signal_new ("struck-out", TERN_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL,
                                      NULL, NULL, G_TYPE_NONE, 1, TERN_TYPE_OPERATION);
}

static void
tern_engine_init (TernEngine *self)
{
  self->owner = g_main_context_ref_thread_default ();
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->statuses =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) tern_status_unref);
  self->logs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                      (GDestroyNotify) tern_event_log_free);
}

/* What crosses to the engine's thread of the network. */
enum
{
  NETWORK_AVAILABLE = 1 << 0,
  NETWORK_METERED = 1 << 1,
};

static void
network_changed (TernCore *core, GTask *task)
{
  guint state = GPOINTER_TO_UINT (g_task_get_task_data (task));

  tern_core_network_changed (core, (state & NETWORK_AVAILABLE) != 0,
                             (state & NETWORK_METERED) != 0);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
tell_network (TernEngine *self)
{
  GTask *task = g_task_new (self, NULL, NULL, NULL);
  guint state = 0;

  if (g_network_monitor_get_network_available (self->monitor))
    state |= NETWORK_AVAILABLE;
  if (g_network_monitor_get_network_metered (self->monitor))
    state |= NETWORK_METERED;
  g_task_set_task_data (task, GUINT_TO_POINTER (state), NULL);
  tern_engine_dispatch (self, task, network_changed);
}

/* Making the monitor asks the system bus and waits for it. */
static void
make_monitor (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_task_return_pointer (task, g_object_ref (g_network_monitor_get_default ()), g_object_unref);
}

static void
monitor_made_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernEngine *self = TERN_ENGINE (object);

  if (self->thread == NULL)
    return;
  self->monitor = g_task_propagate_pointer (G_TASK (result), NULL);
  self->network_handler =
      g_signal_connect_swapped (self->monitor, "network-changed", G_CALLBACK (tell_network), self);
  self->metered_handler = g_signal_connect_swapped (self->monitor, "notify::network-metered",
                                                    G_CALLBACK (tell_network), self);
  if (g_network_monitor_get_network_metered (self->monitor))
    tell_network (self);
}

static void
watch_network (TernEngine *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, monitor_made_cb, NULL);

  g_task_set_source_tag (task, watch_network);
  g_task_run_in_thread (task, make_monitor);
}

/**
 * tern_engine_new:
 * @profile_dir: (nullable): a folder that holds everything but the secrets; %NULL for the user's
 * own
 *
 * Starts the engine's thread and returns at once; no disk is touched before
 * tern_engine_open_async() or a read. The thread-default main context of the caller is the owner's:
 * signals are emitted and reads allowed there.
 *
 * Returns: (transfer full): a new engine, to be closed with tern_engine_close()
 */
TernEngine *
tern_engine_new (const char *profile_dir)
{
  TernEngine *self = g_object_new (TERN_TYPE_ENGINE, NULL);

  self->dir = profile_dir != NULL ? g_canonicalize_filename (profile_dir, NULL)
                                  : g_build_filename (g_get_user_data_dir (), "tern", NULL);
  /* GLib makes its C locale at first use, and a thread that waits for another one doing so finds
   * errno set, which g_ascii_string_to_unsigned() takes for a malformed number: so it is made while
   * there is one thread only. */
  g_ascii_strtoull ("0", NULL, 10);
  self->thread = g_thread_new ("tern-engine", engine_thread, self);
  watch_network (self);
  return self;
}

static void
start_background (TernCore *core, GTask *task)
{
  tern_core_start_background (core);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/**
 * tern_engine_start_background:
 * @self: the engine
 *
 * Has letters fetched before anybody opens them, as far back as each account's setting goes, when
 * their folder is brought up to date. It is for programs that stay; one that answers a question and
 * ends fetches what it was asked for.
 */
void
tern_engine_start_background (TernEngine *self)
{
  tern_engine_dispatch (self, g_task_new (self, NULL, NULL, NULL), start_background);
}

/* Run by the loop itself: one that has not begun yet would not hear of it otherwise. */
static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

/**
 * tern_engine_close:
 * @self: the engine
 *
 * Gives up all connections without waiting for any server, closes the database, and ends the
 * thread. What was logged is sent with the next start. Called again it does nothing.
 */
void
tern_engine_close (TernEngine *self)
{
  g_autoptr (GSource) quit = NULL;

  if (self->thread == NULL)
    return;

  if (self->monitor != NULL)
    {
      g_clear_signal_handler (&self->network_handler, self->monitor);
      g_clear_signal_handler (&self->metered_handler, self->monitor);
    }
  g_clear_object (&self->monitor);
  quit = g_idle_source_new ();
  g_source_set_callback (quit, quit_cb, self->loop, NULL);
  g_source_attach (quit, self->context);
  g_thread_join (g_steal_pointer (&self->thread));
  g_clear_object (&self->reader);
}

static void
open_on_thread (TernCore *core, GTask *task)
{
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/**
 * tern_engine_open_async:
 * @self: the engine
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Opens the database, makes it where there is none, and migrates an older one. Every other request
 * does that too when it must; this one is for knowing.
 */
void
tern_engine_open_async (TernEngine *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_engine_open_async);
  tern_engine_dispatch (self, task, open_on_thread);
}

/**
 * tern_engine_open_finish:
 * @self: the engine
 * @result: the result
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: whether the engine can be used
 */
gboolean
tern_engine_open_finish (TernEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * tern_engine_open_reader_async:
 * @self: the engine
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Opens the database only to be read, where tern_engine_open_async() has found it in use
 * (%TERN_ERROR_LOCKED): of what follows, only reads with %TERN_FETCH_CACHED and the list of
 * operations work. Finish with tern_engine_open_finish().
 */
void
tern_engine_open_reader_async (TernEngine *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_engine_open_reader_async);
  send (self, (Dispatch){ task, open_on_thread, TRUE });
}

/* --- Reads on the owner's thread --- */

/* NULL without an error where there is nothing to read yet. */
static TernStore *
get_reader (TernEngine *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (self->reader == NULL && self->thread != NULL)
    {
      self->reader = tern_store_open_reader (self->dir, &local);
      if (self->reader == NULL && !g_error_matches (local, TERN_ERROR, TERN_ERROR_GONE))
        g_propagate_error (error, g_steal_pointer (&local));
    }
  return self->reader;
}

static GPtrArray *
empty_unless (GError *error)
{
  return error == NULL ? g_ptr_array_new () : NULL;
}

/**
 * tern_engine_read_accounts:
 * @self: the engine
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (element-type TernAccount) (nullable): all accounts
 */
GPtrArray *
tern_engine_read_accounts (TernEngine *self, GError **error)
{
  GError *local = NULL;
  TernStore *reader = get_reader (self, &local);
  GPtrArray *accounts =
      reader != NULL ? tern_store_list_accounts (reader, &local) : empty_unless (local);

  if (local != NULL)
    g_propagate_error (error, local);
  return accounts;
}

/**
 * tern_engine_read_first_inbox:
 * @self: the engine
 *
 * Returns: (transfer full) (nullable): the inbox of the first account that has one
 */
TernFolder *
tern_engine_read_first_inbox (TernEngine *self)
{
  TernStore *reader = get_reader (self, NULL);

  return reader != NULL ? tern_store_find_inbox (reader, NULL) : NULL;
}

/**
 * tern_engine_read_folders:
 * @self: the engine
 * @account_id: an account
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (element-type TernFolder) (nullable): its folders, parents before
 * children
 */
GPtrArray *
tern_engine_read_folders (TernEngine *self, gint64 account_id, GError **error)
{
  GError *local = NULL;
  TernStore *reader = get_reader (self, &local);
  GPtrArray *folders =
      reader != NULL ? tern_store_list_folders (reader, account_id, &local) : empty_unless (local);

  if (local != NULL)
    g_propagate_error (error, local);
  return folders;
}

static gboolean
require_reader (TernEngine *self, TernStore **reader, GError **error)
{
  GError *local = NULL;

  *reader = get_reader (self, &local);
  if (*reader == NULL && local == NULL)
    local = g_error_new_literal (TERN_ERROR, TERN_ERROR_GONE, "nothing is cached yet");
  if (local != NULL)
    g_propagate_error (error, local);
  return *reader != NULL;
}

/**
 * tern_engine_read_folder:
 * @self: the engine
 * @folder_id: a folder
 * @error: return location for %TERN_ERROR_GONE or %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (nullable): the folder
 */
TernFolder *
tern_engine_read_folder (TernEngine *self, gint64 folder_id, GError **error)
{
  TernStore *reader;

  return require_reader (self, &reader, error) ? tern_store_get_folder (reader, folder_id, error)
                                               : NULL;
}

/**
 * tern_engine_read_page:
 * @self: the engine
 * @folder_id: a folder
 * @from: (nullable): the first row wanted; %NULL for the newest
 * @limit: rows at most
 * @error: return location for %TERN_ERROR_STORAGE
 *
 * Reads rows as a list shows them, in its order. They lack what lists do not show; that comes with
 * tern_engine_read_message().
 *
 * Returns: (transfer full) (element-type TernMessage) (nullable): the rows
 */
GPtrArray *
tern_engine_read_page (
    TernEngine *self, gint64 folder_id, const TernRowKey *from, guint limit, GError **error)
{
  GError *local = NULL;
  TernStore *reader = get_reader (self, &local);
  GPtrArray *rows = reader != NULL ? tern_store_read_page (reader, folder_id, from, limit, &local)
                                   : empty_unless (local);

  if (local != NULL)
    g_propagate_error (error, local);
  return rows;
}

/**
 * tern_engine_read_account:
 * @self: the engine
 * @account_id: an account
 * @error: return location for %TERN_ERROR_GONE or %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (nullable): the account
 */
TernAccount *
tern_engine_read_account (TernEngine *self, gint64 account_id, GError **error)
{
  TernStore *reader;

  return require_reader (self, &reader, error) ? tern_store_get_account (reader, account_id, error)
                                               : NULL;
}

/**
 * tern_engine_read_message:
 * @self: the engine
 * @message_id: a message
 * @error: return location for %TERN_ERROR_GONE or %TERN_ERROR_STORAGE
 *
 * Returns: (transfer full) (nullable): all that is cached of the message but its text
 */
TernMessage *
tern_engine_read_message (TernEngine *self, gint64 message_id, GError **error)
{
  TernStore *reader;

  return require_reader (self, &reader, error) ? tern_store_get_message (reader, message_id, error)
                                               : NULL;
}

/**
 * tern_engine_dup_status:
 * @self: the engine
 * @account_id: an account
 *
 * Returns: (transfer full): the last status that was told; %TERN_ACCOUNT_STATE_CACHED where none
 * was
 */
TernStatus *
tern_engine_dup_status (TernEngine *self, gint64 account_id)
{
  TernStatus *status = g_hash_table_lookup (self->statuses, &account_id);

  return status != NULL ? tern_status_ref (status)
                        : tern_status_new (account_id, TERN_ACCOUNT_STATE_CACHED, NULL, NULL);
}

/**
 * tern_engine_read_events:
 * @self: the engine
 * @account_id: an account
 * @position: (inout): 0 for all that is kept; then what the last call left, for what came since
 *
 * Reads what happened between an account and its servers, the oldest first. A bounded number is
 * kept; what has gone is left out.
 *
 * Returns: (transfer full) (element-type TernEvent): the events
 */
GPtrArray *
tern_engine_read_events (TernEngine *self, gint64 account_id, guint64 *position)
{
  const TernEventLog *log = g_hash_table_lookup (self->logs, &account_id);

  return log != NULL ? tern_event_log_read (log, position)
                     : g_ptr_array_new_with_free_func ((GDestroyNotify) tern_event_unref);
}
