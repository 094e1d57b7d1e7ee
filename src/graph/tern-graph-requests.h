/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-graph-attachment.h"
#include "tern-graph-folder.h"
#include "tern-graph-message.h"
#include "tern-graph-session.h"

/* What can be asked of a session, one file a kind. All fail as
 * tern_graph_session_send_finish() says. */

G_BEGIN_DECLS

/**
 * TernGraphResult:
 * @id: (nullable): the id of what came out of it
 * @error: (nullable): why this one was not changed
 *
 * What became of one of several changes.
 */
typedef struct
{
  char *id;
  GError *error;
} TernGraphResult;

/**
 * TernGraphPatch:
 * @id: a message
 * @read: 1 to mark it as read, 0 as unread, -1 to leave it
 * @flagged: 1 to flag it, 0 to take the flag off, -1 to leave it
 * @verb: what was done last with it; -1 to leave it
 * @categories: (nullable) (element-type utf8): all its categories; %NULL to leave them
 *
 * A change of a message's state.
 */
typedef struct
{
  const char *id;
  gint read;
  gint flagged;
  gint verb;
  GPtrArray *categories;
} TernGraphPatch;

/* (element-type TernGraphFolder): all folders that are shown, parents before children */
void tern_graph_folders_async (TernGraphSession *session,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
GPtrArray *
tern_graph_folders_finish (TernGraphSession *session, GAsyncResult *result, GError **error);

/* (element-type TernGraphFolder): those of the folders that there are; ids or well-known names */
void tern_graph_get_folders_async (TernGraphSession *session,
                                   const char *const *ids,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GPtrArray *
tern_graph_get_folders_finish (TernGraphSession *session, GAsyncResult *result, GError **error);

/* The newest messages of a folder. */
void tern_graph_list_async (TernGraphSession *session,
                            const char *folder,
                            guint n,
                            TernGraphUrgency urgency,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
TernGraphPage *
tern_graph_list_finish (TernGraphSession *session, GAsyncResult *result, GError **error);

/**
 * TernGraphSearch:
 * @folder: (nullable): a folder's id; %NULL for all
 * @text: (nullable): what to look for, in the server's language for that (KQL)
 * @filter: (nullable): conditions (OData), where there is no @text: both do not go together
 */
typedef struct
{
  const char *folder;
  const char *text;
  const char *filter;
} TernGraphSearch;

void tern_graph_search_async (TernGraphSession *session,
                              const TernGraphSearch *search,
                              guint n,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
void tern_graph_search_next_async (TernGraphSession *session,
                                   const char *link,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
TernGraphPage *
tern_graph_search_finish (TernGraphSession *session, GAsyncResult *result, GError **error);

/* Messages of a folder with a Message-ID. */
void tern_graph_search_id_async (TernGraphSession *session,
                                 const char *folder,
                                 const char *const *message_ids,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* (element-type GPtrArray): for each of them, the ids (utf8) of the messages */
GPtrArray *
tern_graph_search_id_finish (TernGraphSession *session, GAsyncResult *result, GError **error);

/* (element-type TernGraphMessage): those of the messages that there are, in no order */
void tern_graph_get_messages_async (TernGraphSession *session,
                                    GPtrArray *ids,
                                    TernGraphUrgency urgency,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
GPtrArray *
tern_graph_get_messages_finish (TernGraphSession *session, GAsyncResult *result, GError **error);

/* The first page of changes of a folder where @link is %NULL, else what a link leads to. */
void tern_graph_delta_async (TernGraphSession *session,
                             const char *folder,
                             const char *link,
                             guint n,
                             TernGraphUrgency urgency,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
TernGraphPage *
tern_graph_delta_finish (TernGraphSession *session, GAsyncResult *result, GError **error);

/* The letter as it was sent, or one of its attachments, from a byte on. */
void tern_graph_content_async (TernGraphSession *session,
                               const char *message,
                               const char *attachment,
                               guint64 offset,
                               guint64 length,
                               TernGraphUrgency urgency,
                               TernGraphDataFunc func,
                               gpointer func_data,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean
tern_graph_content_finish (TernGraphSession *session, GAsyncResult *result, GError **error);

/* The letter's text as HTML in UTF-8. */
void tern_graph_body_async (TernGraphSession *session,
                            const char *message,
                            TernGraphUrgency urgency,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
char *tern_graph_body_finish (TernGraphSession *session, GAsyncResult *result, GError **error);

/* (element-type GPtrArray) of TernGraphAttachment: for each message; %NULL for one that is gone */
void tern_graph_attachments_async (TernGraphSession *session,
                                   GPtrArray *messages,
                                   TernGraphUrgency urgency,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GPtrArray *
tern_graph_attachments_finish (TernGraphSession *session, GAsyncResult *result, GError **error);

/* Changes of messages; (element-type TernGraphResult) in their order. */
void tern_graph_patch_async (TernGraphSession *session,
                             const TernGraphPatch *patches,
                             guint n,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
void tern_graph_move_async (TernGraphSession *session,
                            GPtrArray *ids,
                            const char *target,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
void tern_graph_copy_async (TernGraphSession *session,
                            GPtrArray *ids,
                            const char *target,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
void tern_graph_delete_async (TernGraphSession *session,
                              GPtrArray *ids,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
GPtrArray *
tern_graph_results_finish (TernGraphSession *session, GAsyncResult *result, GError **error);

/* Puts a draft into a folder; the id of the new message. */
void tern_graph_append_async (TernGraphSession *session,
                              const char *folder,
                              GBytes *letter,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
/* Makes a folder below another one, or at the top; its id. */
void tern_graph_create_folder_async (TernGraphSession *session,
                                     const char *parent,
                                     const char *name,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/* Gives a folder another name; its id. */
void tern_graph_rename_folder_async (TernGraphSession *session,
                                     const char *folder,
                                     const char *name,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/* Puts a folder below another one; its id. */
void tern_graph_move_folder_async (TernGraphSession *session,
                                   const char *folder,
                                   const char *parent,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/* Removes a folder, which then stands among what was deleted; "". */
void tern_graph_delete_folder_async (TernGraphSession *session,
                                     const char *folder,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
char *tern_graph_id_finish (TernGraphSession *session, GAsyncResult *result, GError **error);

G_END_DECLS
