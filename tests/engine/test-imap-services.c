/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-error.h"
#include "tern-server-fixture.h"

/* Services that many people's mail is with. */

#define ENVELOPE(from)                                                                             \
  "(\"Wed, 17 Jul 2024 02:23:25 +0200\" \"one\" " from " NIL NIL NIL NIL NIL NIL \"<1@x>\")"
#define TEXT(encoding, rest) "(\"text\" \"plain\" NIL NIL NIL " encoding " 6 1" rest ")"
#define MAX_LETTERS 600

/* --- Gmail --- */

static void
set_up_gmail (ChannelFixture *self, gconstpointer data)
{
  channel_fixture_set_up (self, data);
  tern_mock_imap_server_set_identity (self->server, "Gimap ready for requests",
                                      "(\"name\" \"GImap\" \"vendor\" \"Google, Inc.\")");
}

static void
test_gmail_flags (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  tern_mock_imap_server_set_flags (self->server, "INBOX", 1, "\\Seen odd]flag $Other");
  server_sync (self, "INBOX");
  g_assert_cmpuint (server_get (self, "1.1")->flags, ==, TERN_FLAGS_SEEN);
  g_assert_cmpstr (server_get (self, "1.1")->keywords, ==, "odd]flag $Other");
}

static void
test_gmail_modseq (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_reply (self->server, "SELECT",
                               "* FLAGS (\\Seen odd]flag)\r\n"
                               "* OK [PERMANENTFLAGS (\\Seen odd]flag \\*)] Flags permitted.\r\n"
                               "* OK [UIDVALIDITY 7] UIDs valid.\r\n"
                               "* 0 EXISTS\r\n"
                               "* OK [UIDNEXT 5] Predicted next UID.\r\n"
                               "* OK [HIGHESTMODSEQ 715194045007]\r\n"
                               "$TAG OK [READ-WRITE] INBOX selected. (Success)\r\n");
  server_sync (self, "INBOX");
  g_assert_nonnull (strstr (tern_recording_sink_get_state (self->sink), " 715194045007 "));
}

static void
test_gmail_structure (ChannelFixture *self, gconstpointer data)
{
  server_add_letter (self, NULL, "(" TEXT ("\"7bit\"", "") "(NIL \"alternative\") \"mixed\")");
  server_add_letter (self, NULL,
                     "(" TEXT ("\"7bit\"", "") "(" TEXT ("\"7bit\"", "") " \"alternative\")"
                                                                         " \"mixed\")");
  server_sync (self, "INBOX");
  g_assert_null (server_get (self, "1.1")->structure);
  g_assert_nonnull (server_get (self, "1.2")->structure);
}

static void
test_gmail_folder (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) folders = NULL;

  tern_mock_imap_server_add_folder (self->server, "[Gmail]", "\\HasChildren \\Noselect");
  tern_mock_imap_server_add_folder (self->server, "[Gmail]/Papierkorb", "\\Trash");
  tern_mock_imap_server_add_folder (self->server, "[Gmail]/Alle Nachrichten", "\\All");
  tern_mock_imap_server_add_folder (self->server, "Trash", "");
  tern_mock_imap_server_add_folder (self->server, "Gone", "\\NonExistent");
  folders = server_list (self);
  g_assert_false (server_find_folder (folders, "[Gmail]")->selectable);
  g_assert_false (server_find_folder (folders, "Gone")->selectable);
  g_assert_cmpint (server_find_folder (folders, "[Gmail]/Papierkorb")->role, ==,
                   TERN_FOLDER_ROLE_TRASH);
  g_assert_cmpint (server_find_folder (folders, "Trash")->role, ==, TERN_FOLDER_ROLE_NONE);
}

static void
test_gmail_limits (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_reply (
      self->server, "SELECT",
      "* BYE [OVERQUOTA] Account exceeded command or bandwidth limits. x7\r\n");
  g_assert_false (server_try_sync (self, "INBOX", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_BUSY);
  g_assert_cmpstr (tern_error_get_detail (error), ==, "3600");
}

/* --- Appending --- */

static char *
append_one (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  return g_strdup ("$TAG OK [APPENDUID 1 1] done\r\n");
}

/* Puts a letter into INBOX, where it is the first. */
static void
append_letter (ChannelFixture *self, const char *letter)
{
  g_autoptr (GBytes) content = g_bytes_new (letter, strlen (letter));
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  const TernRemoteChange change = { .kind = TERN_OPERATION_APPEND,
                                    .folder = "INBOX",
                                    .messages = none,
                                    .content = content,
                                    .set = TERN_FLAGS_FLAGGED };
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  tern_mock_imap_server_set_handler (self->server, "APPEND", append_one, NULL);
  server_apply (self, &change, NULL, &error);
  g_assert_no_error (error);
}

/* --- Exchange --- */

static void
set_up_exchange (ChannelFixture *self, gconstpointer data)
{
  channel_fixture_set_up (self, data);
  tern_mock_imap_server_set_identity (self->server,
                                      "The Microsoft Exchange IMAP4 service is ready. [TABC=]",
                                      "(\"name\" \"Microsoft.Exchange.Imap4.Imap4Server\""
                                      " \"version\" \"15.20\")");
  tern_mock_imap_server_set_capabilities (
      self->server, SERVER_BEFORE,
      "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE "
      "NAMESPACE LITERAL+");
}

static void
test_exchange_flags (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_add_letters (self->server, "INBOX", 30);
  server_sync (self, "INBOX");
  tern_mock_imap_server_set_flags (self->server, "INBOX", 7, "\\Flagged");
  tern_mock_imap_server_remove_message (self->server, "INBOX", 9);
  server_restart (self);
  server_sync (self, "INBOX");
  g_assert_cmpuint (server_get (self, "1.7")->flags, ==, TERN_FLAGS_FLAGGED);
  g_assert_null (tern_recording_sink_get (self->sink, "1.9"));
  g_assert_false (server_was_asked (self, "SELECT", "STORE"));
  g_assert_false (server_was_asked (self, "UID FETCH", "CHANGEDSINCE"));
}

static void
test_exchange_folders (ChannelFixture *self, gconstpointer data)
{
  static const char *const plain[] = { "Archive", "Drafts", "Junk", "Sent", "Trash" };
  g_autoptr (GPtrArray) folders = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    tern_mock_imap_server_add_folder (self->server, plain[i], "\\HasNoChildren");
  tern_mock_imap_server_add_folder (self->server, "Gel&APY-schte Elemente", "\\Trash");
  tern_mock_imap_server_add_folder (self->server, "Junk-E-Mail", "\\HasNoChildren");
  folders = server_list (self);
  g_assert_cmpint (server_find_folder (folders, "Gel&APY-schte Elemente")->role, ==,
                   TERN_FOLDER_ROLE_TRASH);
  g_assert_cmpint (server_find_folder (folders, "Trash")->role, ==, TERN_FOLDER_ROLE_NONE);
  g_assert_cmpint (server_find_folder (folders, "Drafts")->role, ==, TERN_FOLDER_ROLE_DRAFTS);
  g_assert_false (server_was_asked (self, "LIST", "RETURN"));
}

static void
test_exchange_throttled (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  tern_mock_imap_server_reply (
      self->server, "SELECT",
      "$TAG BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n");
  g_assert_false (server_try_sync (self, "INBOX", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_BUSY);
  g_assert_cmpstr (tern_error_get_detail (error), ==, "93");
  g_clear_error (&error);
  tern_mock_imap_server_reply (
      self->server, "SELECT",
      "$TAG BAD Request is throttled. Suggested Backoff Time: 99999999 milliseconds\r\n");
  g_assert_false (server_try_sync (self, "INBOX", &error));
  g_assert_cmpstr (tern_error_get_detail (error), ==, "300");
  server_sync (self, "INBOX");
}

static char *
close_after_ten (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  guint *errors = user_data;

  if (command->connection > 1)
    return NULL;
  ++*errors;
  return g_strdup (*errors < 10 ? "$TAG BAD Command Error. 12\r\n"
                                : "$TAG BAD Command Error. 12\r\n"
                                  "* BYE Connection closed. 14\r\n");
}

static void
test_exchange_errors (ChannelFixture *self, gconstpointer data)
{
  guint errors = 0;

  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  tern_mock_imap_server_set_handler (self->server, "SELECT", close_after_ten, &errors);
  while (errors < 10)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (server_try_sync (self, "INBOX", &error));
    }
  server_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 1);
}

static void
drop_piece (const TernPartRequest *request,
            const guint8 *bytes,
            gsize length,
            gboolean complete,
            gpointer user_data)
{
}

static void
test_exchange_pipeline (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  TernPartRequest requests[60];
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_add_letters (self->server, "INBOX", G_N_ELEMENTS (requests));
  server_sync (self, "INBOX");
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++) /* nothing that one command could ask for */
    {
      g_ptr_array_add (ids, g_strdup_printf ("1.%u", i + 1));
      requests[i] = (TernPartRequest){ ids->pdata[i], "", i, 1, NULL };
    }
  tern_mock_imap_server_clear_log (self->server);
  tern_mock_imap_server_hold (self->server);
  tern_channel_fetch_parts_async (self->channel, "INBOX", requests, G_N_ELEMENTS (requests),
                                  TERN_URGENCY_USER, drop_piece, NULL, NULL,
                                  channel_fixture_keep_result, &result);
  tern_mock_imap_server_wait_command (self->server, "UID FETCH", 20);
  channel_fixture_turn ();
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "*"), <=, 21);
  tern_mock_imap_server_release (self->server);
  tern_channel_fetch_parts_finish (self->channel, channel_fixture_wait (&result), &error);
  g_assert_no_error (error);
}

static void
test_exchange_size (ChannelFixture *self, gconstpointer data)
{
  static const char raw[] = "Subject: x\r\n\r\n0123456789\r\n";
  g_autoptr (GError) error = NULL;
  g_autofree char *whole = NULL;
  g_autofree char *piece = NULL;
  g_autofree char *other = NULL;

  tern_mock_imap_server_add_message (self->server, "INBOX",
                                     &(TernMockImapMessage){ .raw = raw, .size = 5000 });
  server_sync (self, "INBOX");
  whole = server_fetch (self, &(TernPartRequest){ "1.1", "", 0, 0, NULL }, &error);
  g_assert_cmpstr (whole, ==, raw);
  tern_mock_imap_server_reply (self->server, "UID FETCH",
                               "* 1 FETCH (UID 1 BODY[] {26}\r\nSubject: x\r\n\r\n0123456789\r\n)"
                               "\r\n$TAG OK\r\n");
  piece = server_fetch (self, &(TernPartRequest){ "1.1", "", 14, 4, NULL }, &error);
  g_assert_cmpstr (piece, ==, "0123");
  tern_mock_imap_server_reply (
      self->server, "UID FETCH",
      "* 1 FETCH (UID 1 BODY[]<14> {12}\r\n0123456789\r\n)\r\n$TAG OK\r\n");
  other = server_fetch (self, &(TernPartRequest){ "1.1", "", 14, 4, NULL }, &error);
  g_assert_cmpstr (other, ==, "0123");
}

static void
test_exchange_structure (ChannelFixture *self, gconstpointer data)
{
  const TernStructure *structure;

  server_add_letter (self, NULL, TEXT ("\"7bit\"", " NIL \"inline\" NIL"));
  server_add_letter (self, NULL, TEXT ("NIL", " NIL (\"inline\" NIL) NIL"));
  server_add_letter (self, NULL, TEXT ("\" base64 \"", ""));
  server_sync (self, "INBOX");
  structure = server_get (self, "1.1")->structure;
  g_assert_nonnull (structure);
  g_assert_false (structure->is_attachment);
  structure = server_get (self, "1.2")->structure;
  g_assert_cmpint (structure->encoding, ==, TERN_ENCODING_IDENTITY);
  g_assert_false (structure->is_attachment);
  structure = server_get (self, "1.3")->structure;
  g_assert_cmpint (structure->encoding, ==, TERN_ENCODING_BASE64);
}

static void
assert_move (ChannelFixture *self, const char *reply, const char *target)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  const TernRemoteChange change = {
    .kind = TERN_OPERATION_MOVE, .folder = "INBOX", .messages = ids, .target = "Archive"
  };
  g_autoptr (GHashTable) moved = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (ids, (char *) "1.1");
  tern_mock_imap_server_reply (self->server, "UID MOVE", reply);
  server_apply (self, &change, &moved, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (moved != NULL ? g_hash_table_lookup (moved, "1.1") : NULL, ==, target);
}

static void
test_exchange_copyuid (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  assert_move (self, "* OK [COPYUID 14 1 7]\r\n* 1 EXPUNGE\r\n$TAG OK MOVE completed.\r\n", "14.7");
  assert_move (self, "$TAG OK [COPYUID 14 1 8]\r\n", "14.8");
  assert_move (self, "$TAG OK [COPYUID] done\r\n", NULL);
  assert_move (self, "$TAG OK [COPYUID 14  ] done\r\n", NULL);
  assert_move (self, "* OK [COPYUID ]\r\n$TAG OK\r\n", NULL);
  assert_move (self, "[COPYUID 14 1 9]\r\n$TAG OK\r\n", NULL);
}

static void
test_exchange_status (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) folders = NULL;

  tern_mock_imap_server_reply (self->server, "STATUS",
                               "* STATUS INBOX (MESSAGES 31 UNSEEN 4 ) \r\n$TAG OK\r\n");
  folders = server_check (self, "INBOX");
  g_assert_cmpint (server_find_folder (folders, "INBOX")->total, ==, 31);
  g_assert_cmpint (server_find_folder (folders, "INBOX")->unread, ==, 4);
}

static void
test_exchange_raw_line (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_add_letters (self->server, "INBOX", 2);
  tern_mock_imap_server_prepend (self->server, "SELECT", "Server Unavailable. 15\r\n");
  tern_mock_imap_server_prepend (self->server, "FETCH", "Server Unavailable.\r\n");
  server_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 2);
}

static void
test_exchange_beyond (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_add_letters (self->server, "INBOX", 3);
  server_sync (self, "INBOX");
  tern_mock_imap_server_prepend (self->server, "SELECT", "* 99 EXPUNGE\r\n");
  tern_mock_imap_server_prepend (self->server, "UID FETCH",
                                 "* 99 EXPUNGE\r\n* 98 FETCH (FLAGS (\\Seen))\r\n"
                                 "* 97 FETCH (UID 4242 FLAGS (\\Seen))\r\n* 0 EXPUNGE\r\n");
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  server_restart (self);
  server_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 4);
}

static void
test_exchange_append (ChannelFixture *self, gconstpointer data)
{
  g_autofree char *flags = NULL;

  append_letter (self, "Subject: x\r\n\r\nx\r\n");
  flags = tern_mock_imap_server_dup_flags (self->server, "INBOX", 1);
  g_assert_cmpstr (flags, ==, "\\Flagged");
}

static void
test_exchange_idle (ChannelFixture *self, gconstpointer data)
{
  self->imap->timing.coalesce = self->imap->timing.settle = 1;
  server_sync (self, "INBOX");
  tern_mock_imap_server_prepend (self->server, "IDLE", "* 1 EXISTS\r\n");
  tern_channel_watch (self->channel, (const char *const[]){ "INBOX", NULL });
  channel_fixture_wait_changed (self, 1);
  g_assert_cmpstr (self->changed->pdata[0], ==, "INBOX");
  server_sync (self, "INBOX");
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 1);
}

static void
test_exchange_identity (ChannelFixture *self, gconstpointer data)
{
  server_sync (self, "INBOX");
  g_assert_true (server_was_asked (self, "ID", "(\"name\" \"Tern\" \"version\" \""));
}

/* --- Yahoo and AOL --- */

static void
set_up_yahoo (ChannelFixture *self, gconstpointer data)
{
  channel_fixture_set_up (self, data);
  tern_mock_imap_server_set_identity (self->server, "IMAP4rev1 imapgate Yahoo ready", "NIL");
}

static void
test_yahoo_extensions (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_add_letters (self->server, "INBOX", 5);
  server_sync (self, "INBOX");
  g_assert_false (server_was_asked (self, "SELECT", "CONDSTORE"));
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "ENABLE"), ==, 0);
}

static void
test_yahoo_polling (ChannelFixture *self, gconstpointer data)
{
  self->imap->timing.coalesce = self->imap->timing.poll_first = 1;
  server_sync (self, "INBOX");
  tern_channel_watch (self->channel, (const char *const[]){ "INBOX", NULL });
  tern_mock_imap_server_wait_command (self->server, "NOOP", 2);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  channel_fixture_wait_changed (self, 1);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "IDLE"), ==, 0);
}

static void
test_yahoo_append (ChannelFixture *self, gconstpointer data)
{
  append_letter (self, "Subject: x\r\n\r\nno end");
  g_assert_true (server_was_asked (self, "APPEND", "no end\r\n\""));
  append_letter (self, "Subject: x\r\n\r\nan end\r\n");
  g_assert_true (server_was_asked (self, "APPEND", "an end\r\n\""));
}

static void
test_yahoo_order (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_add_letters (self->server, "INBOX", 3);
  tern_mock_imap_server_reply (
      self->server, "FETCH",
      "* 3 FETCH (UID 3 FLAGS () ENVELOPE " ENVELOPE (
          "NIL") ")\r\n"
                 "* 1 FETCH (UID 1 FLAGS () ENVELOPE " ENVELOPE (
                     "NIL") ")\r\n"
                            "* 2 FETCH (UID 2 FLAGS () ENVELOPE " ENVELOPE (
                                "NIL") ")\r\n$TAG OK\r\n");
  server_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 3);
  g_assert_true (g_str_has_prefix (tern_recording_sink_get_state (self->sink), "2 1 4 "));
}

static void
test_yahoo_addresses (ChannelFixture *self, gconstpointer data)
{
  server_add_letter (self, "(NIL \"s\" () () () () () () NIL \"<1@x>\")", NULL);
  server_sync (self, "INBOX");
  g_assert_cmpstr (server_get (self, "1.1")->subject, ==, "s");
  g_assert_cmpuint (server_get (self, "1.1")->from->len, ==, 0);
}

/* --- iCloud --- */

static void
set_up_icloud (ChannelFixture *self, gconstpointer data)
{
  channel_fixture_set_up (self, data);
  tern_mock_imap_server_set_identity (self->server, "iCloud IMAP ready", "NIL");
}

static void
test_icloud_body (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *whole = NULL;

  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  server_sync (self, "INBOX");
  whole = server_fetch (self, &(TernPartRequest){ "1.1", "", 0, 0, NULL }, &error);
  g_assert_nonnull (whole);
  g_assert_true (server_was_asked (self, "UID FETCH", "BODY.PEEK[]"));
  g_assert_false (server_was_asked (self, "UID FETCH", "RFC822)"));
  g_assert_false (server_was_asked (self, "UID FETCH", "RFC822 "));
}

static void
test_icloud_qresync (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->server, SERVER_BEFORE,
                                          "IMAP4rev1 ID CONDSTORE QRESYNC ENABLE");
  tern_mock_imap_server_add_letters (self->server, "INBOX", 2);
  server_sync (self, "INBOX");
  server_restart (self);
  server_sync (self, "INBOX");
  g_assert_false (server_was_asked (self, "ENABLE", "QRESYNC"));
  g_assert_false (server_was_asked (self, "SELECT", "QRESYNC"));
}

static void
test_icloud_encoding (ChannelFixture *self, gconstpointer data)
{
  server_add_letter (self, NULL, TEXT ("NIL", ""));
  server_sync (self, "INBOX");
  g_assert_cmpint (server_get (self, "1.1")->structure->encoding, ==, TERN_ENCODING_IDENTITY);
}

/* --- NetEase (163, 126) and QQ --- */

static void
set_up_netease (ChannelFixture *self, gconstpointer data)
{
  channel_fixture_set_up (self, data);
  tern_mock_imap_server_set_identity (self->server, "Coremail System IMap Server Ready(163com[])",
                                      "(\"name\" \"Coremail Imap\" \"vendor\" \"Mailtech\")");
  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 AUTH=PLAIN SASL-IR",
                                          "IMAP4rev1 UIDPLUS");
}

/* Opens no mailbox on a connection that did not tell who it is. */
static char *
unsafe_login (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  g_autoptr (GPtrArray) commands = tern_mock_imap_server_dup_commands (server);

  for (guint i = 0; i < commands->len; i++)
    {
      const TernMockImapCommand *before = commands->pdata[i];

      if (before->connection == command->connection && strcmp (before->name, "ID") == 0 &&
          strstr (before->args, "\"Tern\"") != NULL)
        return NULL;
    }
  return g_strdup ("$TAG NO SELECT Unsafe Login. Please contact kefu@188.com for help\r\n");
}

static void
test_netease_identity (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_add_letters (self->server, "INBOX", 2);
  tern_mock_imap_server_set_handler (self->server, "SELECT", unsafe_login, NULL);
  server_sync (self, "INBOX");
  server_restart (self);
  server_sync (self, "INBOX");
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "ID"), ==,
                    tern_mock_imap_server_count (self->server, "AUTHENTICATE"));
}

static void
test_netease_status (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) folders = NULL;

  tern_mock_imap_server_reply (self->server, "STATUS", "* STATUS \"INBOX\" ()\r\n$TAG OK\r\n");
  folders = server_check (self, "INBOX");
  for (guint i = 0; i < folders->len; i++)
    g_assert_cmpint (((TernFolder *) folders->pdata[i])->total, ==, -1);
}

static void
test_netease_xlist (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) folders = NULL;

  tern_mock_imap_server_set_capabilities (self->server, SERVER_BEFORE, "IMAP4rev1 ID XLIST");
  folders = server_list (self); /* the scripted server knows no XLIST */
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "XLIST"), ==, 1);
  g_assert_cmpint (server_find_folder (folders, "Trash")->role, ==, TERN_FOLDER_ROLE_TRASH);
}

/* Refuses a set that is not ascending. */
static char *
ascending_only (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  guint64 last = 0;

  for (const char *p = command->args; *p != '\0' && *p != ' ';)
    {
      char *end;
      guint64 number = *p == '*' ? G_MAXUINT64 : g_ascii_strtoull (p, &end, 10);

      p = *p == '*' ? p + 1 : end;
      if (number <= last)
        return g_strdup ("$TAG BAD Parameters!\r\n");
      last = number;
      p += *p == ',' || *p == ':' ? 1 : 0;
    }
  return NULL;
}

static void
test_qq_sets (ChannelFixture *self, gconstpointer data)
{
  static const char *const names[] = { "FETCH", "UID FETCH", "UID STORE", "UID MOVE" };
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  const TernRemoteChange change = {
    .kind = TERN_OPERATION_FLAGS, .folder = "INBOX", .messages = ids, .set = TERN_FLAGS_SEEN
  };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    tern_mock_imap_server_set_handler (self->server, names[i], ascending_only, NULL);
  tern_mock_imap_server_add_letters (self->server, "INBOX", MAX_LETTERS);
  server_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, MAX_LETTERS);
  for (const char *const *id = (const char *const[]){ "1.9", "1.3", "1.4", "1.7", NULL };
       *id != NULL; id++)
    g_ptr_array_add (ids, (char *) *id);
  server_apply (self, &change, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (server_was_asked (self, "UID STORE", "3:4,7,9 "));
}

#define ADD(server, name, set_up, func)                                                            \
  g_test_add ("/engine/servers/" server "/" name, ChannelFixture, NULL, set_up, func,              \
              channel_fixture_tear_down)

static void
add_exchange (void)
{
  ADD ("Exchange", "flags are compared where nothing tells of changes", set_up_exchange,
       test_exchange_flags);
  ADD ("Exchange", "folders are known by attribute, else by name", set_up_exchange,
       test_exchange_folders);
  ADD ("Exchange", "a throttled request says how long to wait, at most five minutes",
       set_up_exchange, test_exchange_throttled);
  ADD ("Exchange", "ten errors close the connection and another one is made", set_up_exchange,
       test_exchange_errors);
  ADD ("Exchange", "no more than twenty commands are on their way", set_up_exchange,
       test_exchange_pipeline);
  ADD ("Exchange", "sizes are overstated and a piece may be the whole", set_up_exchange,
       test_exchange_size);
  ADD ("Exchange", "a disposition may be a word and an encoding padded", set_up_exchange,
       test_exchange_structure);
  ADD ("Exchange", "COPYUID may be bare or empty", set_up_exchange, test_exchange_copyuid);
  ADD ("Exchange", "STATUS may end in a space", set_up_exchange, test_exchange_status);
  ADD ("Exchange", "a line that is no response is left out", set_up_exchange,
       test_exchange_raw_line);
  ADD ("Exchange", "EXPUNGE and FETCH may name messages beyond the last", set_up_exchange,
       test_exchange_beyond);
  ADD ("Exchange", "flags are given to a new letter once more", set_up_exchange,
       test_exchange_append);
  ADD ("Exchange", "EXISTS may come before IDLE has begun", set_up_exchange, test_exchange_idle);
  ADD ("Exchange", "ID is sent with real fields", set_up_exchange, test_exchange_identity);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("Gmail", "a flag may hold a bracket", set_up_gmail, test_gmail_flags);
  ADD ("Gmail", "HIGHESTMODSEQ comes without a text", set_up_gmail, test_gmail_modseq);
  ADD ("Gmail", "a structure with an empty multipart is not used", set_up_gmail,
       test_gmail_structure);
  ADD ("Gmail", "names are local and [Gmail] is no folder", set_up_gmail, test_gmail_folder);
  ADD ("Gmail", "used up traffic is waited for by the hour", set_up_gmail, test_gmail_limits);
  add_exchange ();
  ADD ("Yahoo", "neither IDLE nor CONDSTORE is used", set_up_yahoo, test_yahoo_extensions);
  ADD ("Yahoo", "folders are asked about where nothing tells of them", set_up_yahoo,
       test_yahoo_polling);
  ADD ("Yahoo", "a new letter ends in a line end", set_up_yahoo, test_yahoo_append);
  ADD ("Yahoo", "messages may come in any order", set_up_yahoo, test_yahoo_order);
  ADD ("Yahoo", "an empty list stands for no address", set_up_yahoo, test_yahoo_addresses);
  ADD ("iCloud", "letters are asked for by BODY.PEEK", set_up_icloud, test_icloud_body);
  ADD ("iCloud", "QRESYNC is not used", set_up_icloud, test_icloud_qresync);
  ADD ("iCloud", "no encoding is 7bit", set_up_icloud, test_icloud_encoding);
  ADD ("NetEase", "ID comes before a mailbox is opened, on each connection", set_up_netease,
       test_netease_identity);
  ADD ("NetEase", "STATUS may be empty", set_up_netease, test_netease_status);
  ADD ("NetEase", "LIST follows an XLIST that fails", set_up_netease, test_netease_xlist);
  ADD ("QQ", "sets are ascending", channel_fixture_set_up, test_qq_sets);
  return g_test_run ();
}
