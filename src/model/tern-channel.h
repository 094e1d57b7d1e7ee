/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-event.h"
#include "tern-folder.h"
#include "tern-operation.h"
#include "tern-outcome.h"
#include "tern-query.h"
#include "tern-route.h"
#include "tern-search.h"
#include "tern-sink.h"

G_BEGIN_DECLS

/**
 * TernUrgency:
 * @TERN_URGENCY_USER: somebody looks at the screen and waits for it
 * @TERN_URGENCY_BACKGROUND: nobody waits for it; it must not delay what somebody waits for
 */
typedef enum
{
  TERN_URGENCY_USER,
  TERN_URGENCY_BACKGROUND,
} TernUrgency;

/**
 * TernPartForm:
 * @TERN_PART_FORM_ENCODED: in transfer encoding
 * @TERN_PART_FORM_ANY: decoded where the server can do that, else in transfer encoding
 * @TERN_PART_FORM_DECODED: decoded by the server, or not at all
 *
 * In which form the bytes of a part come. It counts for offsets, too.
 */
typedef enum
{
  TERN_PART_FORM_ENCODED,
  TERN_PART_FORM_ANY,
  TERN_PART_FORM_DECODED,
} TernPartForm;

/**
 * TernPartRequest:
 * @remote_id: the message
 * @part_id: the part's number as in #TernStructure; "" for the whole message as it was sent
 * @offset: bytes to leave out at the beginning
 * @length: bytes to ask for; 0 for all that follow @offset
 * @data: the caller's own
 * @form: the form to ask for; in an answer the one that came
 * @is_overrun: in an answer: the server sent more than was asked for, in vain
 */
typedef struct
{
  const char *remote_id;
  const char *part_id;
  guint64 offset;
  guint64 length;
  gpointer data;
  TernPartForm form;
  gboolean is_overrun;
} TernPartRequest;

/**
 * TernPartFunc:
 * @request: the request that is answered
 * @bytes: (array length=length): the next bytes, valid during the call only
 * @length: how many; 0 with @complete where nothing is left
 * @complete: whether the part ends with these
 * @user_data: the caller's own
 *
 * Takes the bytes of a part as they arrive: fewer than asked for where the part ends before. A part
 * whose last call never comes was cut off and is worth nothing.
 */
typedef void (*TernPartFunc) (const TernPartRequest *request,
                              const guint8 *bytes,
                              gsize length,
                              gboolean complete,
                              gpointer user_data);

/**
 * TernRemoteChange:
 * @kind: what to do
 * @folder: (nullable): the folder's remote id; %NULL for CREATE_FOLDER
 * @messages: (element-type utf8): remote ids of messages in that folder; for RENAME_FOLDER, of the
 *   folders below it
 * @message_ids: (nullable) (element-type utf8): for MOVE, COPY and APPEND with a @step, the
 *   Message-ID of each message, "" for none
 * @set: (for FLAGS, MOVE, APPEND) flags to set
 * @clear: (for FLAGS, MOVE) flags to clear
 * @set_keywords: (nullable): keywords to set, parted by single spaces
 * @clear_keywords: (nullable): keywords to clear, parted by single spaces
 * @target: (nullable): (for MOVE, COPY) the target's remote id
 * @role: (for CREATE_FOLDER) what the folder is for
 * @name: (nullable): (for CREATE_FOLDER, RENAME_FOLDER) the last component, UTF-8
 * @parent: (nullable): (for CREATE_FOLDER, RENAME_FOLDER) the remote id of the folder above
 * @subscribed: (for RENAME_FOLDER) whether the user wants to see it
 * @only_empty: (for DELETE_FOLDER) refuse it where there is a message in it
 * @content: (nullable): (for APPEND) the letter
 * @received: (for APPEND) seconds since 1970; 0 for now
 * @step: (nullable): where an earlier call stopped (#TernOutcome)
 * @is_resumed: whether the server was asked for this step before and the answer was lost
 *
 * A #TernOperation in the channel's own names, for one folder.
 */
typedef struct
{
  TernOperationKind kind;
  const char *folder;
  GPtrArray *messages;
  GPtrArray *message_ids;
  TernFlags set;
  TernFlags clear;
  const char *set_keywords;
  const char *clear_keywords;
  const char *target;
  TernFolderRole role;
  const char *name;
  const char *parent;
  gboolean subscribed;
  gboolean only_empty;
  GBytes *content;
  gint64 received;
  const char *step;
  gboolean is_resumed;
} TernRemoteChange;

#define TERN_TYPE_CHANNEL (tern_channel_get_type ())
G_DECLARE_INTERFACE (TernChannel, tern_channel, TERN, CHANNEL, GObject)

/**
 * TernChannelInterface:
 *
 * A way to remote mail. Every method is asynchronous, may be called while others run (the channel
 * orders them), opens a connection where none stands, and fails with %TERN_ERROR or a transport
 * error. All run on the engine's thread.
 */
struct _TernChannelInterface
{
  GTypeInterface parent_iface;

  void (*connect_async) (TernChannel *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
  gboolean (*connect_finish) (TernChannel *self, GAsyncResult *result, GError **error);

  void (*list_folders_async) (TernChannel *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
  GPtrArray *(*list_folders_finish) (TernChannel *self, GAsyncResult *result, GError **error);

  void (*check_folders_async) (TernChannel *self,
                               const char *const *folders,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
  GPtrArray *(*check_folders_finish) (TernChannel *self, GAsyncResult *result, GError **error);

  void (*sync_folder_async) (TernChannel *self,
                             const char *folder,
                             const char *state,
                             TernSink *sink,
                             TernUrgency urgency,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
  gboolean (*sync_folder_finish) (TernChannel *self, GAsyncResult *result, GError **error);

  void (*fetch_parts_async) (TernChannel *self,
                             const char *folder,
                             const TernPartRequest *requests,
                             gsize n,
                             TernUrgency urgency,
                             TernPartFunc func,
                             gpointer func_data,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
  gboolean (*fetch_parts_finish) (TernChannel *self, GAsyncResult *result, GError **error);

  void (*search_async) (TernChannel *self,
                        const char *folder,
                        TernQuery *query,
                        const TernSearchHandler *handler,
                        gpointer handler_data,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  gboolean (*search_finish) (TernChannel *self, GAsyncResult *result, GError **error);

  void (*apply_async) (TernChannel *self,
                       const TernRemoteChange *change,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  TernOutcome *(*apply_finish) (TernChannel *self, GAsyncResult *result, GError **error);

  void (*watch) (TernChannel *self, const char *const *folders);
  void (*suspend) (TernChannel *self);
  void (*resume) (TernChannel *self);

  TernRoute *(*dup_route) (TernChannel *self);
  void (*close) (TernChannel *self);
};

void tern_channel_connect_async (TernChannel *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean tern_channel_connect_finish (TernChannel *self, GAsyncResult *result, GError **error);
void tern_channel_list_folders_async (TernChannel *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
GPtrArray *
tern_channel_list_folders_finish (TernChannel *self, GAsyncResult *result, GError **error);
void tern_channel_check_folders_async (TernChannel *self,
                                       const char *const *folders,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
GPtrArray *
tern_channel_check_folders_finish (TernChannel *self, GAsyncResult *result, GError **error);
void tern_channel_sync_folder_async (TernChannel *self,
                                     const char *folder,
                                     const char *state,
                                     TernSink *sink,
                                     TernUrgency urgency,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean tern_channel_sync_folder_finish (TernChannel *self, GAsyncResult *result, GError **error);
void tern_channel_fetch_parts_async (TernChannel *self,
                                     const char *folder,
                                     const TernPartRequest *requests,
                                     gsize n,
                                     TernUrgency urgency,
                                     TernPartFunc func,
                                     gpointer func_data,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean tern_channel_fetch_parts_finish (TernChannel *self, GAsyncResult *result, GError **error);
void tern_channel_search_async (TernChannel *self,
                                const char *folder,
                                TernQuery *query,
                                const TernSearchHandler *handler,
                                gpointer handler_data,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean tern_channel_search_finish (TernChannel *self, GAsyncResult *result, GError **error);
void tern_channel_apply_async (TernChannel *self,
                               const TernRemoteChange *change,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
TernOutcome *tern_channel_apply_finish (TernChannel *self, GAsyncResult *result, GError **error);
void tern_channel_watch (TernChannel *self, const char *const *folders);
void tern_channel_suspend (TernChannel *self);
void tern_channel_resume (TernChannel *self);
void tern_channel_emit_changed (TernChannel *self, const char *folder);
void tern_channel_emit_event (TernChannel *self, TernEvent *event);
TernRoute *tern_channel_dup_route (TernChannel *self);
void tern_channel_close (TernChannel *self);

G_END_DECLS
