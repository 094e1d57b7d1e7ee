/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-channel.h"

G_DEFINE_INTERFACE (TernChannel, tern_channel, G_TYPE_OBJECT)

/* Signals. */
enum
{
  CHANGED,
  CONNECTED,
  EVENT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
tern_channel_default_init (TernChannelInterface *iface)
{
  /**
   * TernChannel::changed:
   * @channel: the channel
   * @folder: (nullable): the folder's remote id; %NULL where folders came or went
   *
   * Something changed on the server: a sync of @folder tells what. Emitted for folders that are
   * watched, and for others where the channel happens to hear of them.
   */
  signals[CHANGED] = g_signal_new ("changed", TERN_TYPE_CHANNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * TernChannel::connected:
   * @channel: the channel
   * @route: how it was reached
   *
   * A connection was made and signed in.
   */
  signals[CONNECTED] = g_signal_new ("connected", TERN_TYPE_CHANNEL, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 1, TERN_TYPE_ROUTE);

  /**
   * TernChannel::event:
   * @channel: the channel
   * @event: what happened
   *
   * Something happened between the channel and its servers that the inspector shows.
   */
  signals[EVENT] = g_signal_new ("event", TERN_TYPE_CHANNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, TERN_TYPE_EVENT);
}

/**
 * tern_channel_connect_async:
 * @self: a channel
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Makes sure that the server can be reached and takes the sign-in.
 */
void
tern_channel_connect_async (TernChannel *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  TERN_CHANNEL_GET_IFACE (self)->connect_async (self, cancellable, callback, user_data);
}

/**
 * tern_channel_connect_finish:
 * @self: a channel
 * @result: the result
 * @error: return location for an error; %TERN_ERROR_CERTIFICATE carries the fingerprint as detail
 *
 * Returns: whether a signed-in connection stands
 */
gboolean
tern_channel_connect_finish (TernChannel *self, GAsyncResult *result, GError **error)
{
  return TERN_CHANNEL_GET_IFACE (self)->connect_finish (self, result, error);
}

/**
 * tern_channel_list_folders_async:
 * @self: a channel
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks for all folders of the account, with their counts where the channel gets them in the same
 * round trip.
 */
void
tern_channel_list_folders_async (TernChannel *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  TERN_CHANNEL_GET_IFACE (self)->list_folders_async (self, cancellable, callback, user_data);
}

/**
 * tern_channel_list_folders_finish:
 * @self: a channel
 * @result: the result
 * @error: return location for an error
 *
 * Returns: (transfer full) (element-type TernFolder) (nullable): the folders, parents before
 *   children, without ids
 */
GPtrArray *
tern_channel_list_folders_finish (TernChannel *self, GAsyncResult *result, GError **error)
{
  return TERN_CHANNEL_GET_IFACE (self)->list_folders_finish (self, result, error);
}

/**
 * tern_channel_check_folders_async:
 * @self: a channel
 * @folders: remote ids of folders
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks how full folders are and whether they changed, without synchronising them: for those of
 * which the folder list does not tell it. Ask about a few at a time, so that others get their turn.
 */
void
tern_channel_check_folders_async (TernChannel *self,
                                  const char *const *folders,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  TERN_CHANNEL_GET_IFACE (self)->check_folders_async (self, folders, cancellable, callback,
                                                      user_data);
}

/**
 * tern_channel_check_folders_finish:
 * @self: a channel
 * @result: the result
 * @error: return location for an error
 *
 * Returns: (transfer full) (element-type TernFolder): folders with their counts and stamps and
 *   nothing else; one of which the server did not tell is missing
 */
GPtrArray *
tern_channel_check_folders_finish (TernChannel *self, GAsyncResult *result, GError **error)
{
  return TERN_CHANNEL_GET_IFACE (self)->check_folders_finish (self, result, error);
}

/**
 * tern_channel_sync_folder_async:
 * @self: a channel
 * @folder: the folder's remote id
 * @state: (nullable): the last checkpoint given to a sink for this folder; %NULL for none
 * @sink: takes what is learnt, while it arrives
 * @urgency: whether somebody waits for it
 * @cancellable: (nullable): a cancellable; a cancelled sync can be taken up from its last
 * checkpoint
 * @callback: called when done
 * @user_data: for @callback
 *
 * Brings what is cached of a folder up to date: new messages newest first, changed flags, removals.
 */
void
tern_channel_sync_folder_async (TernChannel *self,
                                const char *folder,
                                const char *state,
                                TernSink *sink,
                                TernUrgency urgency,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  TERN_CHANNEL_GET_IFACE (self)->sync_folder_async (self, folder, state, sink, urgency, cancellable,
                                                    callback, user_data);
}

/**
 * tern_channel_sync_folder_finish:
 * @self: a channel
 * @result: the result
 * @error: return location for an error
 *
 * Returns: whether the folder is known as the server has it
 */
gboolean
tern_channel_sync_folder_finish (TernChannel *self, GAsyncResult *result, GError **error)
{
  return TERN_CHANNEL_GET_IFACE (self)->sync_folder_finish (self, result, error);
}

/**
 * tern_channel_fetch_parts_async:
 * @self: a channel
 * @folder: the folder's remote id
 * @requests: (array length=n): what to fetch; copied
 * @n: how many, at least 1
 * @urgency: whether somebody waits for it
 * @func: takes the bytes while they arrive
 * @func_data: for @func; must live until @callback
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Fetches parts of messages in as few round trips as the protocol allows. Nothing is marked read.
 */
void
tern_channel_fetch_parts_async (TernChannel *self,
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
  TERN_CHANNEL_GET_IFACE (self)->fetch_parts_async (self, folder, requests, n, urgency, func,
                                                    func_data, cancellable, callback, user_data);
}

/**
 * tern_channel_fetch_parts_finish:
 * @self: a channel
 * @result: the result
 * @error: return location for an error; %TERN_ERROR_GONE where none of the messages exists any more
 *
 * Returns: whether the server answered; a single message or part that it does not have got no
 *   complete call of the function
 */
gboolean
tern_channel_fetch_parts_finish (TernChannel *self, GAsyncResult *result, GError **error)
{
  return TERN_CHANNEL_GET_IFACE (self)->fetch_parts_finish (self, result, error);
}

/**
 * tern_channel_search_async:
 * @self: a channel
 * @folder: (nullable): the folder's remote id; %NULL for all of the account's
 * @query: what to look for
 * @handler: takes what is found; copied
 * @handler_data: for @handler; must live until @callback
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Has the server look for messages, for as long as the handler wants more. What comes has the
 * query's texts, as the server understands them; whether its flags, date and attachments are what
 * is wanted (tern_query_admits()) is the caller's to check. A search that failed is an error,
 * however much was found before.
 */
void
tern_channel_search_async (TernChannel *self,
                           const char *folder,
                           TernQuery *query,
                           const TernSearchHandler *handler,
                           gpointer handler_data,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  TERN_CHANNEL_GET_IFACE (self)->search_async (self, folder, query, handler, handler_data,
                                               cancellable, callback, user_data);
}

/**
 * tern_channel_search_finish:
 * @self: a channel
 * @result: the result
 * @error: return location for an error; %TERN_ERROR_UNSUPPORTED where the server cannot look for
 *   this, or not in all folders at once
 *
 * Returns: whether the server searched to its end, or until the handler had enough
 */
gboolean
tern_channel_search_finish (TernChannel *self, GAsyncResult *result, GError **error)
{
  return TERN_CHANNEL_GET_IFACE (self)->search_finish (self, result, error);
}

/**
 * tern_channel_apply_async:
 * @self: a channel
 * @change: what to do; copied
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Does what the user asked for, or the next step of it. What cannot be done twice is done in steps:
 * each ends with a #TernOutcome that says so, which must be kept durably before the next is asked.
 * So a change whose answer was lost can be repeated from its last step on without being done twice.
 * Messages that are gone already are none of its failures.
 */
void
tern_channel_apply_async (TernChannel *self,
                          const TernRemoteChange *change,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  TERN_CHANNEL_GET_IFACE (self)->apply_async (self, change, cancellable, callback, user_data);
}

/**
 * tern_channel_apply_finish:
 * @self: a channel
 * @result: the result
 * @error: return location for an error; %TERN_ERROR_REFUSED, %TERN_ERROR_PERMISSION,
 *   %TERN_ERROR_GONE, %TERN_ERROR_UNSUPPORTED, %TERN_ERROR_INVALID or %TERN_ERROR_LIMIT where
 *   nothing was changed
 *
 * Returns: (transfer full) (nullable): what the server did
 */
TernOutcome *
tern_channel_apply_finish (TernChannel *self, GAsyncResult *result, GError **error)
{
  return TERN_CHANNEL_GET_IFACE (self)->apply_finish (self, result, error);
}

/**
 * tern_channel_watch:
 * @self: a channel
 * @folders: (nullable) (array zero-terminated=1): remote ids, what matters most first; %NULL or
 *   empty to watch nothing
 *
 * Asks to be told by #TernChannel::changed when something changes in these folders, instead of
 * those named before. The channel watches as many as the server and its own limits allow, opens the
 * connections that it takes and keeps watching over lost ones; with a server that does not tell, it
 * asks from time to time. It is a wish and never fails.
 */
void
tern_channel_watch (TernChannel *self, const char *const *folders)
{
  TERN_CHANNEL_GET_IFACE (self)->watch (self, folders);
}

/**
 * tern_channel_suspend:
 * @self: a channel
 *
 * Gives up all connections before they hang, for the network goes or the computer is about to
 * sleep. What runs fails with a transport error. Nothing is watched until tern_channel_resume();
 * what is asked for nevertheless is tried.
 */
void
tern_channel_suspend (TernChannel *self)
{
  TERN_CHANNEL_GET_IFACE (self)->suspend (self);
}

/**
 * tern_channel_resume:
 * @self: a channel
 *
 * There is a network, perhaps another one than before: gives up connections that have lost their
 * way, and watches again at once what is to be watched; the first of these folders is called
 * changed.
 */
void
tern_channel_resume (TernChannel *self)
{
  TERN_CHANNEL_GET_IFACE (self)->resume (self);
}

/**
 * tern_channel_emit_changed:
 * @self: a channel
 * @folder: (nullable): the folder's remote id; %NULL where folders came or went
 *
 * Emits #TernChannel::changed; for channels only.
 */
void
tern_channel_emit_changed (TernChannel *self, const char *folder)
{
  g_signal_emit (self, signals[CHANGED], 0, folder);
}

/**
 * tern_channel_emit_event:
 * @self: a channel
 * @event: (transfer full): what happened
 *
 * Emits #TernChannel::event; for implementations.
 */
void
tern_channel_emit_event (TernChannel *self, TernEvent *event)
{
  g_signal_emit (self, signals[EVENT], 0, event);
  tern_event_unref (event);
}

/**
 * tern_channel_dup_route:
 * @self: a channel
 *
 * Returns: (transfer full) (nullable): how the server was reached last, or why it was not
 */
TernRoute *
tern_channel_dup_route (TernChannel *self)
{
  return TERN_CHANNEL_GET_IFACE (self)->dup_route (self);
}

/**
 * tern_channel_close:
 * @self: a channel
 *
 * Gives up all connections without waiting; what runs fails with %G_IO_ERROR_CLOSED or
 * %G_IO_ERROR_CANCELLED.
 */
void
tern_channel_close (TernChannel *self)
{
  TERN_CHANNEL_GET_IFACE (self)->close (self);
}
