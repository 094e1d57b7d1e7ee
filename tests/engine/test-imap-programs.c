/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-error.h"
#include "tern-server-fixture.h"

/* Server programs, smaller services, and rules for all of them. */

#define LETTERS 500

static void
identify (ChannelFixture *self, const char *greeting, const char *identity, const char *after)
{
  tern_mock_imap_server_set_identity (self->server, greeting, identity);
  if (after != NULL)
    tern_mock_imap_server_set_capabilities (self->server, SERVER_BEFORE, after);
}

/* --- Dovecot --- */

static void
test_dovecot_lines (ChannelFixture *self, gconstpointer data)
{
  identify (self, "Dovecot ready.", "(\"name\" \"Dovecot\")", NULL);
  server_add_letter (self, NULL, "(\"text\" \"plain\" NIL NIL NIL \"base64\" 12 -1)");
  server_add_letter (self, NULL, "(NIL \"alternative\" (\"boundary\" \"x\") NIL NIL)");
  server_sync (self, "INBOX");
  g_assert_cmpint (server_get (self, "1.1")->structure->encoding, ==, TERN_ENCODING_BASE64);
  g_assert_cmpstr (server_get (self, "1.2")->structure->mime_type, ==, "multipart/alternative");
}

/* Marks every second of many letters. */
static void
set_many (ChannelFixture *self)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  const TernRemoteChange change = {
    .kind = TERN_OPERATION_FLAGS, .folder = "INBOX", .messages = ids, .set = TERN_FLAGS_SEEN
  };
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_add_letters (self->server, "INBOX", 2 * LETTERS);
  for (guint i = 0; i < LETTERS; i++)
    g_ptr_array_add (ids, g_strdup_printf ("1.%u", 2 * i + 1));
  server_apply (self, &change, NULL, &error);
  g_assert_no_error (error);
}

static void
test_long_command (ChannelFixture *self, gconstpointer data)
{
  set_many (self);
  g_assert_cmpuint (server_longest_command (self, "UID STORE"), <=, 1000);
}

static void
test_dovecot_idle (ChannelFixture *self, gconstpointer data)
{
  identify (self, "Dovecot ready.", "(\"name\" \"Dovecot\")", NULL);
  self->imap->timing.coalesce = self->imap->timing.settle = 1;
  server_sync (self, "INBOX");
  tern_mock_imap_server_prepend (self->server, "IDLE", "* OK Still here\r\n* OK Still here\r\n");
  tern_channel_watch (self->channel, (const char *const[]){ "INBOX", NULL });
  tern_mock_imap_server_wait_command (self->server, "IDLE", 1);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  channel_fixture_wait_changed (self, 1);
  g_assert_cmpuint (self->changed->len, ==, 1);
}

static void
test_dovecot_command (ChannelFixture *self, gconstpointer data)
{
  identify (self, "Dovecot ready.", "(\"name\" \"Dovecot\")", NULL);
  set_many (self);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "UID STORE"), ==, 1);
}

/* --- Cyrus --- */

static void
test_cyrus_list (ChannelFixture *self, gconstpointer data)
{
  static const char after[] = "IMAP4rev1 ID LIST-EXTENDED LIST-STATUS SPECIAL-USE";
  g_autoptr (GPtrArray) folders = NULL;

  identify (self, "mail Cyrus IMAP v2.5.10 server ready", "(\"name\" \"Cyrus IMAPD\")", after);
  folders = server_list (self);
  g_assert_cmpuint (folders->len, ==, 6);
  g_assert_false (server_was_asked (self, "LIST", "RETURN"));

  identify (self, "mail Cyrus IMAP 3.6.1 server ready", "(\"name\" \"Cyrus IMAPD\")", after);
  server_restart (self);
  g_clear_pointer (&folders, g_ptr_array_unref);
  folders = server_list (self);
  g_assert_cmpuint (folders->len, ==, 6);
  g_assert_true (server_was_asked (self, "LIST", "RETURN"));
}

static void
test_cyrus_remembered (ChannelFixture *self, gconstpointer data)
{
  static const char after[] = "IMAP4rev1 ID LIST-EXTENDED LIST-STATUS SPECIAL-USE";
  g_autoptr (GPtrArray) folders = NULL;

  identify (self, "ready", "(\"name\" \"Cyrus IMAPD\" \"version\" \"v2.4.17\")", after);
  server_sync (self, "INBOX");
  server_restart (self);
  folders = server_list (self);
  g_assert_false (server_was_asked (self, "LIST", "RETURN"));
}

/* --- Courier --- */

static char *
list_without_inbox (TernMockImapServer *server,
                    const TernMockImapCommand *command,
                    gpointer user_data)
{
  if (strstr (command->args, "INBOX") != NULL)
    return g_strdup ("* LIST (\\Unmarked \\HasChildren) \".\" \"INBOX\"\r\n$TAG OK done\r\n");
  return g_strdup ("* LIST (\\HasNoChildren) \".\" \"INBOX.Sent\"\r\n$TAG OK done\r\n");
}

static void
test_courier_inbox (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) folders = NULL;

  identify (self, "Courier-IMAP ready. Copyright 1998-2021 Double Precision, Inc.", "NIL",
            "IMAP4rev1 CHILDREN NAMESPACE UIDPLUS IDLE");
  tern_mock_imap_server_set_handler (self->server, "LIST", list_without_inbox, NULL);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  folders = server_list (self);
  g_assert_cmpint (server_find_folder (folders, "INBOX")->role, ==, TERN_FOLDER_ROLE_INBOX);
  g_assert_true (server_find_folder (folders, "INBOX")->selectable);
  server_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 1);
}

static void
test_courier_append (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GBytes) content = g_bytes_new_static ("Subject: x\r\n\r\nx\r\n", 17);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  const TernRemoteChange change = {
    .kind = TERN_OPERATION_APPEND, .folder = "INBOX", .messages = none, .content = content
  };
  g_autoptr (GError) error = NULL;

  identify (self, "Courier-IMAP ready.", "NIL", "IMAP4rev1 UIDPLUS");
  tern_mock_imap_server_reply (self->server, "APPEND", "$TAG OK [APPENDUID 1 1]\r\n");
  server_apply (self, &change, NULL, &error);
  g_assert_no_error (error);
  tern_mock_imap_server_wait_command (self->server, "NOOP", 1);
}

/* --- Others --- */

static void
test_proton_strings (ChannelFixture *self, gconstpointer data)
{
  identify (self, "Proton Mail Bridge 03.10 - gluon", "(\"name\" \"gluon\")", NULL);
  server_add_letter (self,
                     "(NIL \"Grüße 你好\" ((\"Jörg Müller\" NIL \"jörg\" \"example.org\")) NIL NIL "
                     "NIL NIL NIL NIL \"<1@x>\")",
                     "(\"text\" \"plain\" (\"name\" \"Übersicht.txt\") NIL NIL \"7bit\" 6 1)");
  server_sync (self, "INBOX");
  g_assert_cmpstr (server_get (self, "1.1")->subject, ==, "Grüße 你好");
  g_assert_cmpstr (((TernAddress *) server_get (self, "1.1")->from->pdata[0])->name, ==,
                   "Jörg Müller");
  g_assert_cmpstr (server_get (self, "1.1")->structure->filename, ==, "Übersicht.txt");
}

static void
test_yandex_bye (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GString) reply = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  identify (self, "Yandex IMAP4rev1 at sas1 ready to talk", "NIL", NULL);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  for (guint i = 0; i < 100; i++)
    g_string_append (reply, "* BYE Autologout; idle for too long\r\n");
  tern_mock_imap_server_reply (self->server, "SELECT", reply->str);
  g_assert_false (server_try_sync (self, "INBOX", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_BUSY);
  tern_mock_imap_server_wait_closed (self->server);
  server_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 1);
}

static void
test_mailru_numbers (ChannelFixture *self, gconstpointer data)
{
  server_add_letter (
      self, NULL,
      "(\"application\" \"zip\" NIL NIL NIL \"base64\" 9.3736e+06 NIL (\"attachment\" NIL))");
  server_sync (self, "INBOX");
  g_assert_cmpuint (server_get (self, "1.1")->structure->size, ==, 9373600);
  g_assert_true (server_get (self, "1.1")->has_attachments);
}

static void
test_zoho_modseq (ChannelFixture *self, gconstpointer data)
{
  identify (self, "Zoho IMAP Server ready", "NIL", NULL);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 3);
  tern_mock_imap_server_prepend (self->server, "SELECT", "* OK [HIGHESTMODSEQ -1]\r\n");
  server_sync (self, "INBOX");
  g_assert_false (server_was_asked (self, "SELECT", "CONDSTORE"));
  tern_mock_imap_server_set_flags (self->server, "INBOX", 2, "\\Flagged");
  server_restart (self);
  tern_mock_imap_server_prepend (self->server, "UID FETCH",
                                 "* 1 FETCH (UID 1 FLAGS (\\Answered) MODSEQ (-1))\r\n");
  server_sync (self, "INBOX");
  g_assert_cmpuint (server_get (self, "1.2")->flags, ==, TERN_FLAGS_FLAGGED);
}

static char *
list_nothing (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  return strstr (command->args, "RETURN") != NULL ? g_strdup ("$TAG OK LIST completed\r\n") : NULL;
}

static void
test_strato_list (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) folders = NULL;

  identify (self, "ready", "NIL", "IMAP4rev1 ID LIST-EXTENDED LIST-STATUS SPECIAL-USE");
  tern_mock_imap_server_set_handler (self->server, "LIST", list_nothing, NULL);
  folders = server_list (self);
  g_assert_true (server_was_asked (self, "LIST", "RETURN"));
  g_assert_cmpuint (folders->len, ==, 6);
  g_assert_cmpint (server_find_folder (folders, "Trash")->role, ==, TERN_FOLDER_ROLE_TRASH);
}

/* --- Rules --- */

static void
test_items (ChannelFixture *self, gconstpointer data)
{
  server_add_letter (self, NULL, "((\"text\" \"plain\"");
  server_add_letter (self, "(\"no end", NULL);
  server_add_letter (self, NULL, NULL);
  server_sync (self, "INBOX");
  g_assert_null (server_get (self, "1.1")->structure);
  g_assert_cmpstr (server_get (self, "1.1")->subject, ==, "one");
  g_assert_null (tern_recording_sink_get (self->sink, "1.2"));
  g_assert_nonnull (server_get (self, "1.3")->structure);
}

static void
test_bad_extension (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->server, SERVER_BEFORE, "IMAP4rev1 ID ESEARCH");
  tern_mock_imap_server_add_letters (self->server, "INBOX", 10);
  server_sync (self, "INBOX");
  tern_mock_imap_server_remove_message (self->server, "INBOX", 4);
  server_restart (self);
  tern_mock_imap_server_reply (self->server, "UID SEARCH",
                               "* ESEARCH (TAG \"$TAG\") UID ALL 1:,9\r\n$TAG OK\r\n");
  server_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 9);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 3);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "UID SEARCH"), ==, 2);

  server_restart (self);
  tern_mock_imap_server_remove_message (self->server, "INBOX", 5);
  server_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 8);
  g_assert_false (server_was_asked (self, "UID SEARCH", "RETURN"));
}

static void
test_empty_search (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_set_capabilities (self->server, SERVER_BEFORE, "IMAP4rev1 ID");
  tern_mock_imap_server_add_letters (self->server, "INBOX", 10);
  server_sync (self, "INBOX");
  tern_mock_imap_server_remove_message (self->server, "INBOX", 4);
  server_restart (self);
  tern_mock_imap_server_reply (self->server, "UID SEARCH", "$TAG OK done\r\n");
  g_assert_false (server_try_sync (self, "INBOX", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PROTOCOL);
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 10);
  server_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 9);
}

static void
test_capabilities (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  const TernRemoteChange change = {
    .kind = TERN_OPERATION_MOVE, .folder = "INBOX", .messages = ids, .target = "Archive"
  };
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_set_capabilities (
      self->server, "IMAP4rev1 AUTH=PLAIN SASL-IR MOVE CONDSTORE", "IMAP4rev1 UIDPLUS");
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  tern_mock_imap_server_reply (self->server, "AUTHENTICATE", "$TAG OK welcome\r\n");
  g_ptr_array_add (ids, (char *) "1.1");
  server_sync (self, "INBOX");
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "CAPABILITY"), >=, 1);
  server_apply (self, &change, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "UID MOVE"), ==, 0);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "UID COPY"), ==, 1);
}

static char *
list_inbox_oddly (TernMockImapServer *server,
                  const TernMockImapCommand *command,
                  gpointer user_data)
{
  return g_strdup ("* LIST () \"/\" \"Inbox\"\r\n* LIST () \"/\" \"Sent\"\r\n$TAG OK\r\n");
}

static void
test_inbox_name (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) folders = NULL;

  tern_mock_imap_server_set_handler (self->server, "LIST", list_inbox_oddly, NULL);
  folders = server_list (self);
  g_assert_cmpint (server_find_folder (folders, "INBOX")->role, ==, TERN_FOLDER_ROLE_INBOX);
  server_sync (self, "INBOX");
  g_assert_true (server_was_asked (self, "SELECT", "INBOX"));
  g_assert_false (server_was_asked (self, "SELECT", "Inbox"));
}

static void
test_limits (void)
{
  static const char *const greetings[] = { "Gimap ready for requests", "Courier-IMAP ready",
                                           "Dovecot ready", "unknown" };

  for (guint i = 0; i < G_N_ELEMENTS (greetings); i++)
    {
      const TernImapIdentity identity = { "x", greetings[i], NULL, NULL };
      TernImapQuirks quirks;

      tern_imap_quirks_find (&quirks, &identity);
      g_assert_cmpuint (quirks.max_connections, <=, 4);
      g_assert_cmpuint (quirks.max_pipeline, <=, 25);
    }
}

#define ADD(name, func)                                                                            \
  g_test_add ("/engine/servers/" name, ChannelFixture, NULL, channel_fixture_set_up, func,         \
              channel_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("Dovecot/line counts may be negative and multiparts empty", test_dovecot_lines);
  ADD ("Dovecot/a sign of life is no news", test_dovecot_idle);
  ADD ("Dovecot/five hundred letters are one command", test_dovecot_command);
  ADD ("Cyrus/LIST is plain before version 2.5.11", test_cyrus_list);
  ADD ("Cyrus/what ID told is known at the next start", test_cyrus_remembered);
  ADD ("Courier/INBOX is there though it is not listed", test_courier_inbox);
  ADD ("Courier/a NOOP follows each new letter", test_courier_append);
  ADD ("Proton bridge/strings hold UTF-8 as it is", test_proton_strings);
  ADD ("Yandex/an endless BYE ends at the first", test_yandex_bye);
  ADD ("mail.ru/numbers may have an exponent", test_mailru_numbers);
  ADD ("Zoho/a MODSEQ of -1 is none", test_zoho_modseq);
  ADD ("Strato/LIST is repeated without RETURN where it yields nothing", test_strato_list);
  ADD ("all/what cannot be understood costs its item", test_items);
  ADD ("all/a wrong answer to an extension ends its use", test_bad_extension);
  ADD ("all/a search that finds nothing where there is something removes nothing",
       test_empty_search);
  ADD ("all/capabilities are compared again after the sign-in", test_capabilities);
  ADD ("all/the inbox is opened as INBOX", test_inbox_name);
  ADD ("all/an unknown server gets commands of up to 1000 bytes", test_long_command);
  g_test_add_func ("/engine/servers/all/four connections and twenty-five commands at most",
                   test_limits);
  return g_test_run ();
}
