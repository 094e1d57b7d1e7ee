/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * A scripted Microsoft Graph for tests, on a free port of 127.0.0.1, in a thread of its own.
 *
 *   g_autoptr (TernMockGraph) graph = tern_mock_graph_new ();
 *   tern_mock_graph_add_message (graph, "inbox", &(TernMockGraphMessage){ .subject = "Hello" });
 *   g_autofree char *base = tern_mock_graph_dup_base (graph);
 *   … run the client in this thread's main context …
 *   g_assert_cmpuint (tern_mock_graph_count (graph, NULL), ==, 1);
 *
 * It has the well-known folders, whose ids are "id-inbox" and so on, takes the token "token", and
 * answers what Tern asks: mailFolders with childFolders, messages, messages with $search or
 * $filter, of which the pages hold ten, messages/delta, $value, body, attachments, PATCH, move,
 * copy, permanentDelete, creation of folders and messages, and $batch.
 *
 * Everything may be called at any time from any thread. A request is named by its line in the log:
 * "GET me/mailFolders/id-inbox/messages/delta?…", decoded; one out of a batch has "+ " before it. A
 * script holds for one request, the next one in whose line its text stands.
 */
#define TERN_TYPE_MOCK_GRAPH (tern_mock_graph_get_type ())
G_DECLARE_FINAL_TYPE (TernMockGraph, tern_mock_graph, TERN, MOCK_GRAPH, GObject)

/**
 * TernMockGraphMessage:
 * @id: (nullable): %NULL for "message-N"
 * @subject: (nullable): "" for none
 * @from: (nullable): an address
 * @received: seconds since 1970; 0 for one day later than the last one
 * @text: (nullable): plain text; @raw is made of it
 * @raw: (nullable): the whole letter
 * @message_id: (nullable): %NULL for one made of the id
 * @is_read: whether it was read
 * @category: (nullable): one category
 * @attachment: (nullable): the content of an attachment "a.bin", which is not in @raw
 * @size: what the server says of its size; 0 for that of @raw
 */
typedef struct
{
  const char *id;
  const char *subject;
  const char *from;
  gint64 received;
  const char *text;
  const char *raw;
  const char *message_id;
  gboolean is_read;
  const char *category;
  GBytes *attachment;
  guint64 size;
} TernMockGraphMessage;

TernMockGraph *tern_mock_graph_new (void);
/* With TLS where there is a certificate; and over HTTP/2 where SOUP_SERVER_HTTP2 is set. */
TernMockGraph *tern_mock_graph_new_secure (GTlsCertificate *certificate);
/* Closes the port and every connection; disposing does it too. */
void tern_mock_graph_stop (TernMockGraph *self);
/* (transfer full): http://127.0.0.1:PORT/v1.0 */
char *tern_mock_graph_dup_base (TernMockGraph *self);
/* The only token that is taken. */
void tern_mock_graph_set_token (TernMockGraph *self, const char *token);
/* In place of that one, those are taken that a provider takes, which is asked each time: the
 * address of a TernMockOauthServer, which runs in another thread than all calls. */
void tern_mock_graph_set_provider (TernMockGraph *self, const char *provider);

/* @parent is a folder's id or well-known name; NULL for the top. */
void tern_mock_graph_add_folder (
    TernMockGraph *self, const char *id, const char *name, const char *parent, gboolean hidden);
void tern_mock_graph_add_message (TernMockGraph *self,
                                  const char *folder,
                                  const TernMockGraphMessage *message);
/* Letters "Letter 1" to "Letter N", each newer than the last one. */
void tern_mock_graph_add_letters (TernMockGraph *self, const char *folder, guint n);
void tern_mock_graph_remove_message (TernMockGraph *self, const char *id);
void tern_mock_graph_mark (TernMockGraph *self, const char *id, gboolean read, gboolean flagged);
void tern_mock_graph_move (TernMockGraph *self, const char *id, const char *folder);

/* (transfer full): "FOLDER read flagged CATEGORY,…", what is true of it; NULL where it is gone */
char *tern_mock_graph_describe (TernMockGraph *self, const char *id);
guint tern_mock_graph_count_messages (TernMockGraph *self, const char *folder);
/* (transfer full): the folder's name and its parent's id; NULL where there is none */
char *tern_mock_graph_describe_folder (TernMockGraph *self, const char *id);

/* Lists tell oldest messages first, whatever is asked for. */
void tern_mock_graph_set_disorder (TernMockGraph *self, gboolean disorder);
/* Changes tell nothing but the id and isRead of a message that was told before. */
void tern_mock_graph_set_terse (TernMockGraph *self, gboolean terse);
/* Attachments can be had in pieces. */
void tern_mock_graph_set_ranges (TernMockGraph *self, gboolean ranges);
/* All links to changes given so far are good no more. */
void tern_mock_graph_expire_links (TernMockGraph *self);

/* Scripts. */
void tern_mock_graph_fail (
    TernMockGraph *self, const char *line, guint status, const char *code, const char *retry_after);
void tern_mock_graph_reply (TernMockGraph *self, const char *line, const char *body);
/* The answer ends in its middle, though it says that it is whole. */
void tern_mock_graph_truncate (TernMockGraph *self, const char *line);
/* The server does what it is asked, and the connection ends before the answer. */
void tern_mock_graph_drop (TernMockGraph *self, const char *line);
/* Bytes come in small pieces. */
void tern_mock_graph_trickle (TernMockGraph *self, const char *line);
/* The page links to somewhere else. */
void tern_mock_graph_link (TernMockGraph *self, const char *line, const char *next);
/* Each message of the page stands there twice. */
void tern_mock_graph_duplicate (TernMockGraph *self, const char *line);

/* Every request fails so, in place of what scripts say; 0 for no more of it. */
void tern_mock_graph_fail_all (TernMockGraph *self,
                               guint status,
                               const char *code,
                               const char *retry_after);
/* Every request is taken, and the connection closed in place of an answer. */
void tern_mock_graph_set_cutting (TernMockGraph *self, gboolean cutting);
/* Nobody listens at the port any more, and every connection is closed; or it is as before. */
void tern_mock_graph_set_refusing (TernMockGraph *self, gboolean refusing);

/* Requests are taken and logged, and answered after release. */
void tern_mock_graph_hold (TernMockGraph *self);
void tern_mock_graph_release (TernMockGraph *self);

/* Requests in whose line a text stands; NULL for all that do not stand in a batch. */
guint tern_mock_graph_count (TernMockGraph *self, const char *text);
void tern_mock_graph_forget (TernMockGraph *self);
/* (transfer full): the lines since the last forget, parted by line feeds */
char *tern_mock_graph_dup_log (TernMockGraph *self);
/* Connections over which something was asked. */
guint tern_mock_graph_count_connections (TernMockGraph *self);
/* How many were being answered at once, at most. */
guint tern_mock_graph_get_most_at_once (TernMockGraph *self);
guint tern_mock_graph_count_waiting (TernMockGraph *self);
/* Runs the thread-default main context until so many are held back; after 30 s the test has failed.
 */
void tern_mock_graph_wait_waiting (TernMockGraph *self, guint n);

G_END_DECLS
