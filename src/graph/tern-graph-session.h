/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-graph-note.h"
#include "tern-graph-tokens.h"

G_BEGIN_DECLS

/**
 * TernGraphUrgency:
 * @TERN_GRAPH_URGENCY_USER: somebody waits for it
 * @TERN_GRAPH_URGENCY_BACKGROUND: nobody waits for it: it comes after all that somebody waits for
 */
typedef enum
{
  TERN_GRAPH_URGENCY_USER,
  TERN_GRAPH_URGENCY_BACKGROUND,
} TernGraphUrgency;

/* The detail of a %TERN_ERROR_GONE that says: the link to the changes is not good any more. */
#define TERN_GRAPH_RESYNC "resync"

/* Takes the next bytes of a body, the first of which is its byte @offset. %FALSE where no more are
 * wanted. */
typedef gboolean (*TernGraphDataFunc) (const guint8 *bytes,
                                       gsize length,
                                       guint64 offset,
                                       gpointer user_data);

#define TERN_TYPE_GRAPH_SESSION (tern_graph_session_get_type ())
G_DECLARE_FINAL_TYPE (TernGraphSession, tern_graph_session, TERN, GRAPH_SESSION, GObject)

TernGraphSession *
tern_graph_session_new (const char *base, TernGraphTokens *tokens, GError **error);
void
tern_graph_session_observe (TernGraphSession *self, TernGraphNoteFunc func, gpointer user_data);
void tern_graph_session_set_second (TernGraphSession *self, guint milliseconds);
void tern_graph_session_prepare (TernGraphSession *self);
void tern_graph_session_abort (TernGraphSession *self);
void tern_graph_session_close (TernGraphSession *self);

G_END_DECLS
