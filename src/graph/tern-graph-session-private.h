/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "tern-graph-limits.h"
#include "tern-graph-session.h"

G_BEGIN_DECLS

/**
 * TernGraphRequest:
 * @text: what the request is, in words of the protocol, for whoever looks on; a static string
 * @method: the HTTP method; a static string
 * @url: where to; checked to be the session's own
 * @prefer: (nullable): what to prefer besides immutable ids
 * @type: (nullable): the media type of @body; a static string
 * @body: (nullable): what to send
 * @offset: bytes of the answer's body to leave out, if the server can
 * @length: bytes to ask for; 0 for all
 * @urgency: whether somebody waits for it
 * @func: (nullable): takes the answer's body as it arrives, where it is no JSON
 * @func_data: for @func
 */
typedef struct
{
  const char *text;
  const char *method;
  const char *url;
  const char *prefer;
  const char *type;
  GBytes *body;
  guint64 offset;
  guint64 length;
  TernGraphUrgency urgency;
  TernGraphDataFunc func;
  gpointer func_data;
} TernGraphRequest;

typedef struct
{
  grefcount refs;
  TernGraphSession *session;
  GTask *task; /* NULL once it is answered */
  TernGraphRequest request;
  GCancellable *cancellable; /* its own, which the caller's and the session cancel */
  gulong cancelled;
  GSource *cancel_source; /* while it waits */
  SoupMessage *message;
  GInputStream *stream;
  char *token;
  GByteArray *body;
  guint64 position; /* of the next byte of the body */
  guint64 received;
  gint64 begin;
  guint number;
  guint waits;
  gboolean is_told;   /* a note tells that it was sent */
  gboolean is_second; /* a token was refused */
  gboolean is_running;
} TernGraphCall;

struct _TernGraphSession
{
  GObject parent_instance;

  char *base;
  TernGraphTokens *tokens;
  SoupSession *soup;
  GQueue waiting[2];   /* TernGraphCall, by urgency */
  GPtrArray *running;  /* TernGraphCall */
  guint background;    /* of these, how many nobody waits for */
  gint64 paused_until; /* monotonic; 0 for now */
  gint64 busy_until;   /* the same, where it is too long to wait */
  GSource *pause;
  guint second; /* ms; tests shorten it */
  guint number;
  gboolean is_closed;
  TernGraphNoteFunc func;
  gpointer func_data;
};

void tern_graph_session_send_async (TernGraphSession *self,
                                    const TernGraphRequest *request,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
GBytes *
tern_graph_session_send_finish (TernGraphSession *self, GAsyncResult *result, GError **error);
gboolean tern_graph_session_pause (TernGraphSession *self, guint seconds);
void tern_graph_session_tell (TernGraphSession *self, const TernGraphNote *note);

void tern_graph_call_start (TernGraphCall *self);
void tern_graph_call_stop (TernGraphCall *self, GError *error);
TernGraphCall *tern_graph_call_ref (TernGraphCall *self);
void tern_graph_call_unref (TernGraphCall *self);
void tern_graph_session_call_done (TernGraphSession *self, TernGraphCall *call);
void tern_graph_session_call_again (TernGraphSession *self, TernGraphCall *call);

GError *tern_graph_status_to_error (guint status, const char *code);
char *tern_graph_status_dup_code (GBytes *body);
GError *tern_graph_busy_error (guint seconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernGraphCall, tern_graph_call_unref)

G_END_DECLS
