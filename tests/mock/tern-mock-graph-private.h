/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "tern-mock-graph.h"

G_BEGIN_DECLS

typedef struct
{
  char *id;
  char *name;
  char *parent;
  gboolean hidden;
  GArray *gone; /* MockGone */
} MockFolder;

typedef struct
{
  guint64 seq;
  char *id;
} MockGone;

typedef struct
{
  char *id;
  char *folder; /* id */
  guint64 made; /* when it came into its folder */
  guint64 seq;  /* when it changed last */
  char *subject;
  char *from;
  gint64 received;
  char *raw;
  char *message_id;
  char *preview;
  gboolean read;
  gboolean flagged;
  gboolean draft;
  GPtrArray *categories;
  GBytes *attachment;
  guint64 size;
} MockMessage;

typedef enum
{
  MOCK_FAIL,
  MOCK_REPLY,
  MOCK_TRUNCATE,
  MOCK_DROP,
  MOCK_TRICKLE,
  MOCK_LINK,
  MOCK_DUPLICATE,
} MockScriptKind;

typedef struct
{
  MockScriptKind kind;
  char *line;
  guint status;
  char *text;
  char *retry_after;
} MockScript;

struct _TernMockGraph
{
  GObject parent_instance;

  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  SoupServer *server;
  SoupSession *session; /* (nullable): to the provider */
  guint port;
  char *base;

  GRecMutex lock; /* of everything below */
  char *token;
  char *provider;   /* (nullable): is asked about tokens in place of @token */
  guint all_status; /* how every request fails; 0 for none */
  char *all_code;
  char *all_retry_after;
  gboolean cutting;
  GPtrArray *folders;  /* MockFolder */
  GPtrArray *messages; /* MockMessage */
  GPtrArray *scripts;  /* MockScript */
  GPtrArray *log;      /* utf8 */
  GQueue held;         /* SoupServerMessage: answered, not sent */
  GQueue released;     /* the same, to be sent */
  gboolean is_held;
  GHashTable *ports; /* of clients, each a connection */
  guint at_once;
  guint most_at_once;
  guint64 seq;
  guint generation; /* of links to changes */
  guint made;
  gint64 newest;
  gboolean disorder;
  gboolean terse;
  gboolean ranges;
};

#define MOCK_LOCKED(self_)                                                                         \
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&(self_)->lock)

typedef struct
{
  guint status;
  const char *type;
  GBytes *body;
  char *retry_after;
  char *content_range;
} MockAnswer;

typedef struct
{
  const char *method;
  const char *base; /* what stands before links */
  const char *path; /* below the base, decoded, without the query */
  GHashTable *query;
  const char *prefer;
  gint64 range_begin; /* -1 for none */
  gint64 range_end;   /* -1 for the end */
  GBytes *body;
} MockRequest;

void mock_answer (TernMockGraph *self, const MockRequest *request, MockAnswer *answer);
void mock_answer_clear (MockAnswer *answer);
void mock_answer_error (MockAnswer *answer, guint status, const char *code);
MockScript *mock_take_script (TernMockGraph *self, const char *line);
void mock_graph_script_free (gpointer data);
void mock_apply_script (TernMockGraph *self, MockScript *script, MockAnswer *answer);
GHashTable *mock_parse_query (const char *query);

MockFolder *mock_find_folder (TernMockGraph *self, const char *id);
MockMessage *mock_find_message (TernMockGraph *self, const char *id);
MockMessage *
mock_add (TernMockGraph *self, MockFolder *folder, const TernMockGraphMessage *message);
void mock_move (TernMockGraph *self, MockMessage *message, MockFolder *folder);
void mock_remove (TernMockGraph *self, MockMessage *message);

void mock_set_json (MockAnswer *answer, guint status, JsonBuilder *builder);
void mock_build_message (TernMockGraph *self, JsonBuilder *builder, MockMessage *message);
void mock_answer_list (TernMockGraph *self,
                       MockFolder *folder,
                       const MockRequest *request,
                       MockAnswer *answer);
/* What `$search`, or `$filter` with other conditions than a Message-ID, finds; in @folder, or in
 * all where it is NULL. */
gboolean mock_is_search (const MockRequest *request);
void mock_answer_search (TernMockGraph *self,
                         MockFolder *folder,
                         const MockRequest *request,
                         MockAnswer *answer);
void mock_answer_delta (TernMockGraph *self,
                        MockFolder *folder,
                        const MockRequest *request,
                        MockAnswer *answer);

G_END_DECLS
