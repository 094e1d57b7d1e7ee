/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-endpoint.h"

G_BEGIN_DECLS

/*
 * A scripted IMAP server for tests, on a free port of 127.0.0.1, in a thread of its own.
 *
 *   g_autoptr (TernMockImapServer) server = tern_mock_imap_server_new (TERN_SECURITY_NONE);
 *   tern_mock_imap_server_add_message (server, "INBOX", &(TernMockImapMessage){ .raw = LETTER });
 *   tern_mock_imap_server_start (server);
 *   endpoint = tern_mock_imap_server_dup_endpoint (server);
 *   … run the client in this thread's main context …
 *   g_assert_cmpuint (tern_mock_imap_server_count (server, "UID FETCH"), ==, 1);
 *
 * Without a script it behaves like a well-made server: it answers CAPABILITY, NOOP, CHECK, ID,
 * ENABLE, LOGIN, AUTHENTICATE PLAIN (with and without initial response), STARTTLS, LIST (with
 * RETURN (STATUS (…))), LSUB, NAMESPACE, STATUS, SELECT, EXAMINE, UNSELECT, CLOSE, FETCH, STORE,
 * COPY, MOVE, SEARCH and their UID forms, EXPUNGE, UID EXPUNGE, APPEND, CREATE, DELETE, RENAME,
 * SUBSCRIBE, UNSUBSCRIBE, IDLE and LOGOUT; literals of both
 * kinds; commands sent without waiting. It has the folders INBOX, Archive, Drafts, Junk, Sent and
 * Trash, the last five with their SPECIAL-USE attribute, and the user "user" with the password
 * "secret". What it does not know it answers with BAD.
 *
 * Everything may be called at any time, before and after tern_mock_imap_server_start(), from any
 * thread. A script's NAME is a command's name in capitals, with UID where it has it ("FETCH" and
 * "UID FETCH" are two), or "GREETING", or "*" for whatever comes next. A script holds for one
 * command; several scripts for one name are used up in the order in which they were given.
 * In a script's text every $TAG stands for the command's tag, and lines end in \r\n.
 */
#define TERN_TYPE_MOCK_IMAP_SERVER (tern_mock_imap_server_get_type ())
G_DECLARE_FINAL_TYPE (TernMockImapServer, tern_mock_imap_server, TERN, MOCK_IMAP_SERVER, GObject)

TernMockImapServer *tern_mock_imap_server_new (TernSecurity security);
void tern_mock_imap_server_start (TernMockImapServer *self);
/* Closes every connection and the port; disposing does it too. */
void tern_mock_imap_server_stop (TernMockImapServer *self);
guint16 tern_mock_imap_server_get_port (TernMockImapServer *self);
/* (transfer full): 127.0.0.1, the port and the security; valid once started */
TernEndpoint *tern_mock_imap_server_dup_endpoint (TernMockImapServer *self);

/* The server's certificate. All three are signed by tern_mock_imap_authority_path(), which the
 * system does not trust: "good" (the default) is for localhost, 127.0.0.1 and ::1, "elsewhere" is
 * for mail.example.org only, and "expired" is like "good" but of January 2020. */
void tern_mock_imap_server_use_certificate (TernMockImapServer *self, const char *name);
const char *tern_mock_imap_authority_path (void);
/* (transfer full): one of the three, for GTlsServerConnection or a fingerprint */
GTlsCertificate *tern_mock_imap_load_certificate (const char *name);

/* The capabilities before and after authentication, separated by spaces. STARTTLS and
 * LOGINDISABLED are added before TLS where the server was made with TERN_SECURITY_STARTTLS.
 * Commands work whether or not they are announced. */
void tern_mock_imap_server_set_capabilities (TernMockImapServer *self,
                                             const char *before,
                                             const char *after);
void
tern_mock_imap_server_set_login (TernMockImapServer *self, const char *user, const char *password);
/* What the greeting says behind the capabilities, and the list that answers ID. */
void tern_mock_imap_server_set_identity (TernMockImapServer *self,
                                         const char *greeting,
                                         const char *identity);

/**
 * TernMockImapMessage:
 * @uid: the UID, greater than all in the folder; 0 for the next one
 * @flags: (nullable): separated by spaces, such as "\\Seen \\Flagged"
 * @internaldate: (nullable): such as "17-Jul-2026 02:44:25 +0000"
 * @raw: (nullable): the whole letter with CRLF line ends; %NULL for a small one
 * @raw_length: bytes in @raw; 0 where it ends in NUL
 * @size: RFC822.SIZE; 0 for the length of @raw
 * @envelope: (nullable): the text of ENVELOPE with its parentheses, sent as it is; %NULL to make it
 *   from the header of @raw
 * @bodystructure: (nullable): the text of BODYSTRUCTURE, likewise; %NULL for one text/plain part
 * @preview: (nullable): what PREVIEW gives; %NULL for NIL
 */
typedef struct
{
  guint32 uid;
  const char *flags;
  const char *internaldate;
  const char *raw;
  gsize raw_length;
  guint32 size;
  const char *envelope;
  const char *bodystructure;
  const char *preview;
} TernMockImapMessage;

/* A folder that exists already is only changed. Attributes are separated by spaces; the delimiter
 * is "/". UIDVALIDITY is 1 until it is set. */
void tern_mock_imap_server_add_folder (TernMockImapServer *self,
                                       const char *name,
                                       const char *attributes);
/* Both as another client does it: whoever has it selected is not told. */
void
tern_mock_imap_server_rename_folder (TernMockImapServer *self, const char *from, const char *to);
void tern_mock_imap_server_remove_folder (TernMockImapServer *self, const char *name);
gboolean tern_mock_imap_server_has_folder (TernMockImapServer *self, const char *name);
/* A new UIDVALIDITY numbers the folder's messages from 1 again. */
void tern_mock_imap_server_set_uidvalidity (TernMockImapServer *self,
                                            const char *folder,
                                            guint32 uidvalidity);
/* Returns the UID. A client that idles in the folder hears of it at once, any other after its
 * next command; the same holds for the other changes below. */
guint32 tern_mock_imap_server_add_message (TernMockImapServer *self,
                                           const char *folder,
                                           const TernMockImapMessage *message);
/* Adds @n small letters, "Letter 1" to "Letter N", one minute apart, every third one seen. */
void tern_mock_imap_server_add_letters (TernMockImapServer *self, const char *folder, guint n);
/* What BODY[SECTION] gives. What was not set comes from @raw for "", "HEADER", "TEXT",
 * "HEADER.FIELDS (…)" and "1" (the same as "TEXT"), and is NIL for any other section. Other items
 * of FETCH, such as X-GM-LABELS, are set in the same way. */
void tern_mock_imap_server_set_section (TernMockImapServer *self,
                                        const char *folder,
                                        guint32 uid,
                                        const char *section,
                                        const char *data,
                                        gsize length);
void tern_mock_imap_server_set_flags (TernMockImapServer *self,
                                      const char *folder,
                                      guint32 uid,
                                      const char *flags);
void
tern_mock_imap_server_remove_message (TernMockImapServer *self, const char *folder, guint32 uid);
/* (transfer full) (nullable): the flags; %NULL when there is no such message */
char *tern_mock_imap_server_dup_flags (TernMockImapServer *self, const char *folder, guint32 uid);
/* (transfer full): "SUBJECT: FLAGS" of each message, sorted, a line each */
char *tern_mock_imap_server_describe (TernMockImapServer *self, const char *folder);
guint tern_mock_imap_server_count_messages (TernMockImapServer *self, const char *folder);
/* The UID of the first message with that subject; 0 for none. */
guint32
tern_mock_imap_server_find (TernMockImapServer *self, const char *folder, const char *subject);

/* Sends @text instead of the reply. After an OK to STARTTLS, TLS starts even so; after an OK to
 * COMPRESS what follows that line is deflated; after an OK to LOGIN or AUTHENTICATE the client is
 * authenticated. A greeting is "* OK …\r\n". */
void tern_mock_imap_server_reply (TernMockImapServer *self, const char *name, const char *text);
/* Sends @text before the usual reply. */
void tern_mock_imap_server_prepend (TernMockImapServer *self, const char *name, const char *text);
/* Sends the first @n bytes of the usual reply (or of all of it when it is shorter) and closes. */
void tern_mock_imap_server_cut (TernMockImapServer *self, const char *name, gsize n);
/* Never answers, neither this command nor what follows on that connection. With "GREETING" it is a
 * server that accepts and says nothing, not even a TLS handshake. */
void tern_mock_imap_server_stall (TernMockImapServer *self, const char *name);
/* Writes at most @n bytes at a time, each in a packet of its own; 0 for no bound. */
void tern_mock_imap_server_set_chunk (TernMockImapServer *self, gsize n);

/* Whether what was read together with a sign-in is thrown away with it, as some servers do. */
void tern_mock_imap_server_set_forgetful (TernMockImapServer *self, gboolean forgetful);

/* Counts what passes on all connections together, from 0, and breaks them all at once when @sent
 * bytes have been sent or @received bytes received; what comes after is not cut. %G_MAXUINT64 for
 * no bound. Commands that were received whole are carried out, even where nobody hears of it. */
void tern_mock_imap_server_break_after (TernMockImapServer *self, guint64 sent, guint64 received);
void tern_mock_imap_server_get_traffic (TernMockImapServer *self, guint64 *sent, guint64 *received);
/* Changes some bytes of what is sent, the same ones for the same @seed and replies: other bytes,
 * more, fewer, twice, or nothing further. 0 for no more of it. */
void tern_mock_imap_server_set_noise (TernMockImapServer *self, guint32 seed);
/* Sends @text to every client that has signed in, unasked. */
void tern_mock_imap_server_notify (TernMockImapServer *self, const char *text);
/* Closes every new connection at once, without a greeting. */
void tern_mock_imap_server_set_refusing (TernMockImapServer *self, gboolean refusing);
/* Closes every connection, and goes on listening. */
void tern_mock_imap_server_hang_up (TernMockImapServer *self);

/* Holds all replies back while commands are still read and carried out, so that a test can see
 * how many come without an answer; then lets the replies go. */
void tern_mock_imap_server_hold (TernMockImapServer *self);
/* The same for the connection on which NAME comes next, from that command on. */
void tern_mock_imap_server_hold_from (TernMockImapServer *self, const char *name);
void tern_mock_imap_server_release (TernMockImapServer *self);

/**
 * TernMockImapCommand:
 * @connection: the connection's number, from 1 in the order of their acceptance
 * @flight: 1 for what came before any reply but the greeting, one more for the first command that
 *   came after something else had been sent; commands that were read together share one. Exact
 *   only for a client that writes its pipelined commands at once, or under
 *   tern_mock_imap_server_hold().
 * @encrypted: whether it came under TLS
 * @tag: the tag
 * @name: the name in capitals, with UID
 * @args: the rest as sent, each literal replaced by a quoted string
 */
typedef struct
{
  guint connection;
  guint flight;
  gboolean encrypted;
  char *tag;
  char *name;
  char *args;
} TernMockImapCommand;

/**
 * TernMockImapHandler:
 *
 * Answers a command with text in which lines end in \r\n; runs in the server's thread and may call
 * every function here but start, stop and the waiting ones.
 *
 * Returns: (transfer full) (nullable): the reply, in which $TAG stands for the tag; %NULL for the
 *   usual one
 */
typedef char *(*TernMockImapHandler) (TernMockImapServer *server,
                                      const TernMockImapCommand *command,
                                      gpointer user_data);

/* Asked for every command NAME; %NULL takes it back. */
void tern_mock_imap_server_set_handler (TernMockImapServer *self,
                                        const char *name,
                                        TernMockImapHandler handler,
                                        gpointer user_data);

/* What was received, in order. (transfer full) (element-type TernMockImapCommand): a copy */
GPtrArray *tern_mock_imap_server_dup_commands (TernMockImapServer *self);
/* "NAME ARGS", one a line, of all connections; (transfer full) */
char *tern_mock_imap_server_dup_transcript (TernMockImapServer *self);
guint tern_mock_imap_server_count (TernMockImapServer *self, const char *name);
guint tern_mock_imap_server_count_connections (TernMockImapServer *self);
guint tern_mock_imap_server_count_open (TernMockImapServer *self);
void tern_mock_imap_server_clear_log (TernMockImapServer *self);

/* These run the thread-default main context until it is so; after 30 s the test has failed. */
void tern_mock_imap_server_wait_command (TernMockImapServer *self, const char *name, guint n);
void tern_mock_imap_server_wait_connections (TernMockImapServer *self, guint n);
/* until no connection is open */
void tern_mock_imap_server_wait_closed (TernMockImapServer *self);

G_END_DECLS
