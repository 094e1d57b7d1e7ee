/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-mock-imap-server.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 uid;
  guint64 modseq;
  char *flags;
  char *internaldate;
  char *raw;
  gsize raw_length;
  guint32 size;
  char *envelope;
  char *bodystructure;
  char *preview;
  GHashTable *sections; /* char * → GBytes * */
} MockMessage;

typedef struct
{
  guint32 uid;
  guint64 modseq;
} MockGone;

typedef struct
{
  char *name;
  char *attributes;
  guint32 uidvalidity;
  guint32 uidnext;
  guint64 modseq;
  GPtrArray *messages; /* MockMessage *, in the order of their UIDs */
  GArray *gone;        /* MockGone */
} MockFolder;

MockFolder *mock_folder_new (const char *name, const char *attributes);
void mock_folder_free (gpointer data);
MockMessage *mock_folder_add (MockFolder *self, const TernMockImapMessage *message);
MockMessage *mock_folder_copy (MockFolder *self, const MockMessage *message);
MockMessage *mock_folder_find (MockFolder *self, guint32 uid);
void mock_folder_remove (MockFolder *self, guint32 uid);
void mock_folder_renumber (MockFolder *self, guint32 uidvalidity);
char *mock_folder_describe (MockFolder *self);
guint32 mock_folder_find_subject (MockFolder *self, const char *subject);
guint mock_folder_count (MockFolder *self, const char *flag, gboolean set);

gboolean mock_flags_contain (const char *flags, const char *flag);
void mock_message_change_flags (MockMessage *self, char how, const char *flags);
/* Appends "ITEM value"; FALSE where the item is not known. */
gboolean mock_message_append_item (MockMessage *self, const char *item, GByteArray *out);
gboolean mock_message_matches (MockMessage *self, const char *header, const char *needle);

typedef enum
{
  MOCK_STATE_PLAIN, /* commands */
  MOCK_STATE_SASL,  /* the next line answers AUTHENTICATE's challenge */
  MOCK_STATE_IDLE,  /* the next line is DONE */
} MockState;

typedef struct
{
  TernMockImapServer *server; /* not owned: it outlives its sessions */
  guint number;
  guint flight;
  GSocketConnection *connection;
  GIOStream *stream; /* @connection, or TLS over it */
  GCancellable *cancellable;
  GByteArray *in;
  gsize literal_asked; /* where in @in the literal starts that was asked for */
  GByteArray *out;
  GConverter *deflater; /* after COMPRESS */
  GConverter *inflater;
  guint plain;     /* bytes of @out that go out as they are, even so */
  GBytes *sending; /* what a pending write works on */
  gboolean reading;
  gboolean answered; /* something was sent since the last command */
  gboolean closing;  /* close once @out is sent */
  gboolean closed;
  gboolean stalled;
  gboolean held;    /* nothing is sent */
  gboolean upgrade; /* TLS once @out is sent */
  gboolean authenticated;
  gboolean read_only;
  gboolean qresync; /* by ENABLE */
  MockState state;
  char *tag; /* of AUTHENTICATE or IDLE */
  MockFolder *folder;
  GArray *view; /* guint32: the UIDs as the client numbers them */
  guint64 told; /* up to which MODSEQ the client has heard of flags */
} MockSession;

MockSession *
mock_session_new (TernMockImapServer *server, GSocketConnection *connection, guint number);
void mock_session_start (MockSession *self);
void mock_session_close (MockSession *self);
gboolean mock_session_is_encrypted (MockSession *self);
void mock_session_send (MockSession *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void mock_session_flush (MockSession *self);
void mock_session_notify (MockSession *self);
void mock_session_free (gpointer data);

/* Answers one command of the plain state. */
void mock_session_execute (MockSession *self, const TernMockImapCommand *command);
void mock_session_sasl (MockSession *self, const char *response);
/* Tells the client of what has changed in its folder. */
void mock_session_update (MockSession *self);

/* Of a command's arguments. */
char *mock_take_argument (const char **p);
char *mock_unwrap (const char *argument);
void mock_ok (MockSession *self, const TernMockImapCommand *command);
void mock_bad (MockSession *self, const TernMockImapCommand *command);

void mock_session_begin_deflate (MockSession *self, guint plain);
void mock_session_deflate (MockSession *self);
void mock_session_take_input (MockSession *self, const guint8 *bytes, gsize length);
void mock_do_compress (MockSession *self, const TernMockImapCommand *command);

void mock_do_select (MockSession *self, const TernMockImapCommand *command);
void mock_do_expunge (MockSession *self, const TernMockImapCommand *command);
void mock_do_close (MockSession *self, const TernMockImapCommand *command);
void mock_do_fetch (MockSession *self, const TernMockImapCommand *command);
void mock_do_store (MockSession *self, const TernMockImapCommand *command);
void mock_do_copy (MockSession *self, const TernMockImapCommand *command);
void mock_do_search (MockSession *self, const TernMockImapCommand *command);

void mock_do_create (MockSession *self, const TernMockImapCommand *command);
void mock_do_delete (MockSession *self, const TernMockImapCommand *command);
void mock_do_rename (MockSession *self, const TernMockImapCommand *command);
void mock_do_subscribe (MockSession *self, const TernMockImapCommand *command);
void mock_do_append (MockSession *self, const TernMockImapCommand *command);

typedef struct
{
  enum
  {
    MOCK_SCRIPT_REPLY,
    MOCK_SCRIPT_PREPEND,
    MOCK_SCRIPT_CUT,
    MOCK_SCRIPT_STALL,
    MOCK_SCRIPT_HOLD,
  } kind;
  char *name;
  char *text;
  gsize n;
} MockScript;

void mock_script_free (gpointer data);

struct _TernMockImapServer
{
  GObject parent_instance;

  TernSecurity security;
  guint16 port;
  GMainContext *context;
  GSocketService *service;
  GThread *thread;

  GRecMutex lock; /* of everything below */
  gboolean stopping;
  GMainContext *waiter;
  GPtrArray *sessions; /* MockSession * */
  guint n_connections;
  char *certificate;
  char *before;
  char *after;
  char *user;
  char *password;
  char *greeting;
  char *identity;
  gboolean held;
  gboolean forgetful;
  gboolean refusing;
  gsize chunk;
  guint64 sent;
  guint64 received;
  guint64 break_sent;
  guint64 break_received;
  GRand *noise;         /* (nullable) */
  GPtrArray *folders;   /* MockFolder * */
  GPtrArray *scripts;   /* MockScript * */
  GHashTable *handlers; /* char * → MockHandler * */
  GPtrArray *log;       /* TernMockImapCommand * */
};

typedef struct
{
  TernMockImapHandler handler;
  gpointer user_data;
} MockHandler;

#define MOCK_LOCKED(server_)                                                                       \
  g_autoptr (GRecMutexLocker) locker G_GNUC_UNUSED = g_rec_mutex_locker_new (&(server_)->lock)

void mock_command_free (gpointer data);
MockScript *mock_server_take_script (TernMockImapServer *self, const char *name);
char *mock_server_ask_handler (TernMockImapServer *self, const TernMockImapCommand *command);
void mock_server_log (TernMockImapServer *self, const TernMockImapCommand *command);
void mock_server_break (TernMockImapServer *self);
void mock_server_remove_session (TernMockImapServer *self, MockSession *session);
MockFolder *mock_server_find_folder (TernMockImapServer *self, const char *name);
char *mock_server_dup_capabilities (TernMockImapServer *self, MockSession *session);
void mock_server_changed (TernMockImapServer *self);
void mock_server_add_noise (TernMockImapServer *self, GByteArray *bytes);

G_END_DECLS
