/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-channel-fixture.h"
#include "tern-error.h"
#include "tern-imap-convert.h"
#include "tern-imap-folder-names.h"

#define PLAIN "IMAP4rev1"

typedef struct
{
  ChannelFixture c;
  GPtrArray *folders;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  channel_fixture_set_up (&self->c, data);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_pointer (&self->folders, g_ptr_array_unref);
  channel_fixture_tear_down (&self->c, data);
}

static void
list_folders (Fixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->folders, g_ptr_array_unref);
  tern_channel_list_folders_async (self->c.channel, NULL, channel_fixture_keep_result, &result);
  self->folders =
      tern_channel_list_folders_finish (self->c.channel, channel_fixture_wait (&result), &error);
  g_assert_no_error (error);
}

static const TernFolder *
find (GPtrArray *folders, const char *path)
{
  for (guint i = 0; i < folders->len; i++)
    if (strcmp (((TernFolder *) folders->pdata[i])->path, path) == 0)
      return folders->pdata[i];
  return NULL;
}

static const TernFolder *
get (Fixture *self, const char *path)
{
  const TernFolder *folder = find (self->folders, path);

  if (folder == NULL)
    g_error ("there is no folder %s", path);
  return folder;
}

static void
assert_parent (Fixture *self, const char *path, const char *parent)
{
  g_assert_cmpstr (get (self, path)->parent, ==,
                   parent != NULL ? get (self, parent)->remote_id : NULL);
}

static void
test_refused_list (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_set_capabilities (self->c.server, PLAIN, PLAIN);
  tern_mock_imap_server_reply (self->c.server, "LIST", "$TAG NO not today\r\n");
  tern_channel_list_folders_async (self->c.channel, NULL, channel_fixture_keep_result, &result);
  g_assert_null (
      tern_channel_list_folders_finish (self->c.channel, channel_fixture_wait (&result), &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_REFUSED);
}

static void
test_broken_lines (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->c.server, PLAIN, PLAIN " NAMESPACE");
  tern_mock_imap_server_reply (self->c.server, "NAMESPACE",
                               "* NAMESPACE (\"\" \"/\") ((NIL NIL)) ((()))\r\n$TAG OK done\r\n");
  tern_mock_imap_server_reply (self->c.server, "LIST",
                               "* LIST (\"a\" \"b\")\r\n* LIST\r\n* LIST () \"/\"\r\n"
                               "* LIST () \"/\" \"\"\r\n* LIST () (\"/\") x (y)\r\n"
                               "* LIST (\\HasNoChildren) \"/\" Good\r\n$TAG OK done\r\n");
  list_folders (self);
  get (self, "Good");
  get (self, "INBOX");
  g_assert_nonnull (find (self->folders, "x"));
  g_assert_cmpuint (self->folders->len, ==, 3);
}

/* Strato */
static void
test_empty_return (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->c.server, PLAIN,
                                          PLAIN " LIST-EXTENDED LIST-STATUS SPECIAL-USE");
  tern_mock_imap_server_reply (self->c.server, "LIST", "$TAG OK nothing at all\r\n");
  tern_mock_imap_server_reply (self->c.server, "LSUB",
                               "* LSUB () \"/\" Archive\r\n$TAG OK done\r\n");
  tern_mock_imap_server_add_folder (self->c.server, "Left", "");
  list_folders (self);
  g_assert_cmpuint (tern_mock_imap_server_count (self->c.server, "LIST"), ==, 2);
  g_assert_cmpint (get (self, "Trash")->role, ==, TERN_FOLDER_ROLE_TRASH);
  g_assert_true (get (self, "Archive")->subscribed);
  g_assert_false (get (self, "Left")->subscribed);
}

static void
test_bad_return (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->c.server, PLAIN, PLAIN " LIST-EXTENDED");
  tern_mock_imap_server_reply (self->c.server, "LIST", "$TAG BAD what?\r\n");
  list_folders (self);
  g_assert_cmpuint (self->folders->len, ==, 6);
}

static void
test_no_lsub (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->c.server, PLAIN, PLAIN);
  tern_mock_imap_server_reply (self->c.server, "LSUB", "$TAG BAD what?\r\n");
  tern_mock_imap_server_add_folder (self->c.server, "Work", "");
  list_folders (self);
  g_assert_true (get (self, "Work")->subscribed);
}

static void
test_lsub (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->c.server, PLAIN, PLAIN);
  tern_mock_imap_server_reply (self->c.server, "LSUB",
                               "* LSUB () \"/\" Work\r\n* LSUB (\\Noselect) \"/\" Play\r\n"
                               "* LSUB () \"/\" Gone\r\n$TAG OK done\r\n");
  tern_mock_imap_server_add_folder (self->c.server, "Work", "");
  tern_mock_imap_server_add_folder (self->c.server, "Play", "");
  tern_mock_imap_server_add_folder (self->c.server, "Deep/Down", "");
  list_folders (self);
  g_assert_true (get (self, "Work")->subscribed);
  g_assert_false (get (self, "Play")->subscribed);
  g_assert_false (get (self, "Deep")->subscribed);
  g_assert_null (find (self->folders, "Gone"));
  /* What has a role is shown whatever the server says. */
  g_assert_true (get (self, "Sent")->subscribed);
  g_assert_true (get (self, "INBOX")->subscribed);
}

static void
test_extended (Fixture *self, gconstpointer data)
{
  g_autofree char *transcript = NULL;

  tern_mock_imap_server_set_capabilities (
      self->c.server, PLAIN,
      PLAIN " LIST-EXTENDED LIST-STATUS SPECIAL-USE CONDSTORE OBJECTID NAMESPACE");
  tern_mock_imap_server_add_folder (self->c.server, "Work", "\\Subscribed \\HasNoChildren");
  tern_mock_imap_server_add_letters (self->c.server, "Work", 4);
  list_folders (self);
  g_assert_cmpint (get (self, "Work")->total, ==, 4);
  g_assert_cmpint (get (self, "Work")->unread, ==, 3);
  g_assert_true (get (self, "Work")->subscribed);
  g_assert_cmpuint (tern_mock_imap_server_count (self->c.server, "LSUB"), ==, 0);
  g_assert_cmpuint (tern_mock_imap_server_count (self->c.server, "STATUS"), ==, 0);
  transcript = tern_mock_imap_server_dup_transcript (self->c.server);
  g_assert_nonnull (strstr (transcript,
                            "LIST \"\" \"*\" RETURN (SUBSCRIBED SPECIAL-USE STATUS (MESSAGES "
                            "UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ MAILBOXID))"));
}

/* Gmail of old */
static void
test_xlist (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->c.server, PLAIN, PLAIN " XLIST");
  tern_mock_imap_server_reply (
      self->c.server, "XLIST",
      "* XLIST (\\HasNoChildren \\Inbox) \"/\" \"Posteingang\"\r\n"
      "* XLIST (\\HasChildren \\Noselect) \"/\" \"[Gmail]\"\r\n"
      "* XLIST (\\HasNoChildren \\AllMail) \"/\" \"[Gmail]/Alle Nachrichten\"\r\n"
      "* XLIST (\\HasNoChildren \\Spam) \"/\" \"[Gmail]/Werbung\"\r\n"
      "* XLIST (\\HasNoChildren \\Starred) \"/\" \"[Gmail]/Markiert\"\r\n$TAG OK done\r\n");
  list_folders (self);
  g_assert_cmpint (get (self, "[Gmail]/Alle Nachrichten")->role, ==, TERN_FOLDER_ROLE_ALL);
  g_assert_cmpint (get (self, "[Gmail]/Werbung")->role, ==, TERN_FOLDER_ROLE_JUNK);
  g_assert_cmpint (get (self, "[Gmail]/Markiert")->role, ==, TERN_FOLDER_ROLE_FLAGGED);
  g_assert_false (get (self, "[Gmail]")->selectable);
  g_assert_cmpint (get (self, "INBOX")->role, ==, TERN_FOLDER_ROLE_INBOX);
  g_assert_cmpint (get (self, "Posteingang")->role, ==, TERN_FOLDER_ROLE_NONE);
}

static void
test_inbox (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->c.server, PLAIN, PLAIN);
  tern_mock_imap_server_reply (self->c.server, "LIST",
                               "* LIST () \".\" Inbox\r\n* LIST () \".\" inbox.Trash\r\n"
                               "* LIST () \".\" {10}\r\nA \"B\".Sent\r\n$TAG OK done\r\n");
  list_folders (self);
  g_assert_cmpstr (get (self, "INBOX")->remote_id, ==, "INBOX");
  g_assert_cmpstr (get (self, "inbox/Trash")->remote_id, ==, "inbox.Trash");
  assert_parent (self, "inbox/Trash", "INBOX");
  g_assert_cmpint (get (self, "inbox/Trash")->role, ==, TERN_FOLDER_ROLE_TRASH);
  assert_parent (self, "A \"B\"/Sent", "A \"B\"");
  g_assert_false (get (self, "A \"B\"")->selectable);
}

/* Courier */
static void
test_prefix (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->c.server, PLAIN, PLAIN " NAMESPACE");
  tern_mock_imap_server_reply (
      self->c.server, "NAMESPACE",
      "* NAMESPACE ((\"INBOX.\" \".\")) NIL ((\"#shared.\" \".\") (\"shared.\" \".\"))\r\n"
      "$TAG OK done\r\n");
  tern_mock_imap_server_reply (self->c.server, "LIST",
                               "* LIST () \".\" INBOX\r\n* LIST () \".\" INBOX.Sent\r\n"
                               "* LIST () \".\" INBOX.Work.2027/1\r\n$TAG OK done\r\n");
  tern_mock_imap_server_reply (self->c.server, "LIST", "$TAG OK nothing there\r\n");
  tern_mock_imap_server_reply (self->c.server, "LIST",
                               "* LIST () \".\" shared.team.Trash\r\n$TAG OK done\r\n");
  list_folders (self);
  g_assert_cmpstr (get (self, "Sent")->remote_id, ==, "INBOX.Sent");
  assert_parent (self, "Sent", NULL);
  assert_parent (self, "Work/2027\u22151", "Work");
  g_assert_cmpstr (get (self, "Work/2027\u22151")->name, ==, "2027/1");
  assert_parent (self, "shared/team", "shared");
  g_assert_false (get (self, "shared")->selectable);
  g_assert_cmpint (get (self, "shared/team/Trash")->role, ==, TERN_FOLDER_ROLE_NONE);
  g_assert_cmpuint (tern_mock_imap_server_count (self->c.server, "LIST"), ==, 3);
}

static void
test_others (Fixture *self, gconstpointer data)
{
  g_autofree char *transcript = NULL;

  tern_mock_imap_server_set_capabilities (self->c.server, PLAIN,
                                          PLAIN " NAMESPACE LIST-EXTENDED SPECIAL-USE");
  tern_mock_imap_server_reply (
      self->c.server, "NAMESPACE",
      "* NAMESPACE ((\"\" \"/\")) ((\"Other Users/\" \"/\")) NIL\r\n$TAG OK done\r\n");
  tern_mock_imap_server_reply (self->c.server, "LIST",
                               "* LIST (\\Sent) \"/\" \"Other Users/ann/Sent\"\r\n"
                               "* LIST (\\Sent) \"/\" \"Mine/Sent\"\r\n"
                               "* LIST () \"/\" \"Trash\"\r\n$TAG OK done\r\n");
  list_folders (self);
  g_assert_cmpint (get (self, "Other Users/ann/Sent")->role, ==, TERN_FOLDER_ROLE_NONE);
  g_assert_cmpint (get (self, "Mine/Sent")->role, ==, TERN_FOLDER_ROLE_SENT);
  assert_parent (self, "Other Users/ann", "Other Users");
  /* It was listed with the first question, so there is no second. */
  g_assert_cmpuint (tern_mock_imap_server_count (self->c.server, "LIST"), ==, 1);
}

static void
test_mail_prefix (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->c.server, PLAIN, PLAIN " NAMESPACE");
  tern_mock_imap_server_reply (self->c.server, "NAMESPACE",
                               "* NAMESPACE ((\"Mail/\" \"/\")) NIL NIL\r\n$TAG OK done\r\n");
  tern_mock_imap_server_reply (self->c.server, "LIST",
                               "* LIST (\\Noselect) \"/\" Mail/\r\n* LIST () \"/\" Mail/Sent\r\n"
                               "* LIST (\\Noselect) \"/\" Mail/Old/\r\n"
                               "* LIST () \"/\" Mail/Old/2001\r\n$TAG OK done\r\n");
  list_folders (self);
  assert_parent (self, "Sent", NULL);
  assert_parent (self, "Old/2001", "Old");
  g_assert_cmpstr (get (self, "Old")->remote_id, ==, "Mail/Old/");
  g_assert_cmpuint (self->folders->len, ==, 4);
}

static void
test_delimiters (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->c.server, PLAIN, PLAIN);
  tern_mock_imap_server_reply (self->c.server, "LIST",
                               "* LIST () NIL \"a/b\"\r\n* LIST () \"\\\\\" \"c\\\\d\"\r\n"
                               "* LIST () \",\" \"&U,BTFw-,e\"\r\n* LIST () \"^\" f^g^\r\n"
                               "$TAG OK done\r\n");
  list_folders (self);
  g_assert_cmpstr (get (self, "a\u2215b")->name, ==, "a/b");
  assert_parent (self, "c/d", "c");
  assert_parent (self, "台北/e", "台北");
  assert_parent (self, "f/g", "f");
}

static GPtrArray *
check_folders (Fixture *self, const char *const *folders)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *checked;

  tern_channel_check_folders_async (self->c.channel, folders, NULL, channel_fixture_keep_result,
                                    &result);
  checked =
      tern_channel_check_folders_finish (self->c.channel, channel_fixture_wait (&result), &error);
  g_assert_no_error (error);
  return checked;
}

static void
test_status (Fixture *self, gconstpointer data)
{
  static const char *const names[] = { "INBOX", "Archive", "Drafts", "Sent", NULL };
  g_autoptr (GPtrArray) checked = NULL;

  tern_mock_imap_server_set_capabilities (self->c.server, PLAIN, PLAIN);
  tern_mock_imap_server_reply (self->c.server, "STATUS", "* STATUS INBOX ()\r\n$TAG OK done\r\n");
  tern_mock_imap_server_reply (self->c.server, "STATUS", "$TAG NO cannot be opened\r\n");
  tern_mock_imap_server_reply (self->c.server, "STATUS",
                               "* STATUS \"Drafts\" (MESSAGES 7 UNSEEN 2 UIDVALIDITY 1 UIDNEXT "
                               "9.3736e+06 ) \r\n$TAG OK done\r\n");
  checked = check_folders (self, names);
  g_assert_cmpuint (checked->len, ==, 2);
  g_assert_cmpint (find (checked, "Drafts")->total, ==, 7);
  g_assert_cmpint (find (checked, "Drafts")->unread, ==, 2);
  g_assert_true (g_str_has_prefix (find (checked, "Drafts")->stamp, "1 9373600 7 2 "));
  g_assert_cmpint (find (checked, "Sent")->total, ==, 0);
}

static char *
dup_stamp (Fixture *self, const char *folder)
{
  g_autoptr (GPtrArray) checked = check_folders (self, (const char *[]){ folder, NULL });

  return g_strdup (find (checked, folder)->stamp);
}

static void
test_stamps (Fixture *self, gconstpointer data)
{
  g_autofree char *first = NULL, *again = NULL, *flagged = NULL, *added = NULL, *anew = NULL;

  tern_mock_imap_server_add_letters (self->c.server, "Sent", 4);
  first = dup_stamp (self, "Sent");
  again = dup_stamp (self, "Sent");
  g_assert_cmpstr (first, ==, again);
  tern_mock_imap_server_set_flags (self->c.server, "Sent", 3, "\\Seen \\Flagged");
  flagged = dup_stamp (self, "Sent");
  g_assert_cmpstr (flagged, !=, first);
  tern_mock_imap_server_add_letters (self->c.server, "Sent", 1);
  added = dup_stamp (self, "Sent");
  g_assert_cmpstr (added, !=, flagged);
  tern_mock_imap_server_set_uidvalidity (self->c.server, "Sent", 77);
  anew = dup_stamp (self, "Sent");
  g_assert_cmpstr (anew, !=, added);
}

static void
test_check_in_one_flight (Fixture *self, gconstpointer data)
{
  static const char *const names[] = { "INBOX", "Archive", "Drafts", "Sent", "Trash", NULL };
  g_autoptr (GPtrArray) checked = NULL;
  g_autoptr (GPtrArray) commands = NULL;
  guint flight = 0;

  list_folders (self);
  tern_mock_imap_server_clear_log (self->c.server);
  checked = check_folders (self, names);
  g_assert_cmpuint (checked->len, ==, 5);
  commands = tern_mock_imap_server_dup_commands (self->c.server);
  g_assert_cmpuint (commands->len, ==, 5);
  for (guint i = 0; i < commands->len; i++)
    {
      const TernMockImapCommand *command = commands->pdata[i];

      g_assert_cmpstr (command->name, ==, "STATUS");
      g_assert_true (flight == 0 || command->flight == flight);
      flight = command->flight;
    }
}

/* RFC 6855 */
static void
test_utf8_accept (Fixture *self, gconstpointer data)
{
  g_autofree char *transcript = NULL;

  tern_mock_imap_server_set_capabilities (self->c.server, PLAIN,
                                          PLAIN " ENABLE UTF8=ACCEPT LIST-EXTENDED");
  tern_mock_imap_server_reply (
      self->c.server, "LIST",
      "* LIST () \"/\" \"Entw\xc3\xbcrfe\"\r\n* LIST () \"/\" \"R&D\"\r\n$TAG OK done\r\n");
  list_folders (self);
  g_assert_cmpstr (get (self, "Entw\xc3\xbcrfe")->remote_id, ==, "Entw&APw-rfe");
  g_assert_cmpstr (get (self, "R&D")->remote_id, ==, "R&-D");
  transcript = tern_mock_imap_server_dup_transcript (self->c.server);
  g_assert_nonnull (strstr (transcript, "ENABLE UTF8=ACCEPT"));
}

static char *
make_many (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  GString *reply = g_string_new (NULL);

  for (guint i = 0; i < 30000; i++)
    g_string_append_printf (reply, "* LIST () \"/\" \"a/b/c/%u/d\"\r\n", i);
  g_string_append (reply, "$TAG OK done\r\n");
  return g_string_free (reply, FALSE);
}

static void
test_many (Fixture *self, gconstpointer data)
{
  gint64 start;

  tern_mock_imap_server_set_capabilities (self->c.server, PLAIN,
                                          PLAIN " LIST-EXTENDED LIST-STATUS");
  tern_mock_imap_server_set_handler (self->c.server, "LIST", make_many, NULL);
  tern_mock_imap_server_set_handler (self->c.server, "STATUS", NULL, NULL);
  start = g_get_monotonic_time ();
  list_folders (self);
  g_test_message ("%u folders in %" G_GINT64_FORMAT " ms", self->folders->len,
                  (g_get_monotonic_time () - start) / 1000);
  g_assert_cmpuint (self->folders->len, ==, 20000);
}

static void
test_utf8 (void)
{
  g_autoptr (TernImapMailboxes) mailboxes = tern_imap_mailboxes_new ();
  g_autoptr (GPtrArray) folders = NULL;

  tern_imap_mailboxes_add (mailboxes, "Entw&APw-rfe");
  tern_imap_mailboxes_add (mailboxes, "Rechnungen \xc3\xa4lter");
  tern_imap_mailboxes_add (mailboxes, "broken &!!-");
  tern_imap_mailboxes_add (mailboxes, "invalid \xff");
  folders = tern_imap_convert_folders (mailboxes, NULL);
  g_assert_cmpint (find (folders, "Entwürfe")->role, ==, TERN_FOLDER_ROLE_DRAFTS);
  g_assert_nonnull (find (folders, "Rechnungen älter"));
  g_assert_nonnull (find (folders, "broken &!!-"));
  g_assert_nonnull (find (folders, "invalid \xef\xbf\xbd"));
}

static void
test_names (void)
{
  static const struct
  {
    const char *name;
    TernFolderRole role;
  } names[] = {
    { "SENT ITEMS", TERN_FOLDER_ROLE_SENT },
    { "sent-items", TERN_FOLDER_ROLE_SENT },
    { "Entwu\u0308rfe", TERN_FOLDER_ROLE_DRAFTS },
    { "Gesendete Objekte", TERN_FOLDER_ROLE_SENT },
    { "Spamverdacht", TERN_FOLDER_ROLE_JUNK },
    { "ÉLÉMENTS SUPPRIMÉS", TERN_FOLDER_ROLE_TRASH },
    { "Корзина", TERN_FOLDER_ROLE_TRASH },
    { "Bulk Mail", TERN_FOLDER_ROLE_JUNK },
    { "已发送", TERN_FOLDER_ROLE_SENT },
    { "草稿箱", TERN_FOLDER_ROLE_DRAFTS },
    { "GÖNDERİLMİŞ ÖĞELER", TERN_FOLDER_ROLE_SENT },
    { "보낸 편지함", TERN_FOLDER_ROLE_SENT },
    { "ゴミ箱", TERN_FOLDER_ROLE_TRASH },
    { "Gelöschte Elemente 2", TERN_FOLDER_ROLE_NONE },
    { "INBOX", TERN_FOLDER_ROLE_NONE },
    { "", TERN_FOLDER_ROLE_NONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      guint rank;

      g_test_message ("%s", names[i].name);
      g_assert_cmpint (tern_imap_folder_name_get_role (names[i].name, &rank), ==, names[i].role);
    }
}

static void
test_one_role (void)
{
  g_autoptr (TernImapMailboxes) mailboxes = tern_imap_mailboxes_new ();
  g_autoptr (GPtrArray) folders = NULL;
  static const char *const names[] = { "Old.Trash", "Sent",   "Sent Items",
                                       "Trash",     "A.Junk", "Spam.Junk" };
  guint by_role[TERN_FOLDER_ROLE_FLAGGED + 1] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    tern_imap_mailboxes_add (mailboxes, names[i])->delimiter = '.';
  tern_imap_mailboxes_find (mailboxes, "A.Junk")->flags = TERN_IMAP_MAILBOX_JUNK;
  tern_imap_mailboxes_find (mailboxes, "Spam.Junk")->flags = TERN_IMAP_MAILBOX_JUNK;
  folders = tern_imap_convert_folders (mailboxes, NULL);
  for (guint i = 0; i < folders->len; i++)
    by_role[((TernFolder *) folders->pdata[i])->role]++;
  for (guint role = TERN_FOLDER_ROLE_INBOX; role < G_N_ELEMENTS (by_role); role++)
    g_assert_cmpuint (by_role[role], <=, 1);
  g_assert_cmpint (find (folders, "Trash")->role, ==, TERN_FOLDER_ROLE_TRASH);
  g_assert_cmpint (find (folders, "Sent Items")->role, ==, TERN_FOLDER_ROLE_SENT);
  g_assert_cmpint (find (folders, "A/Junk")->role, ==, TERN_FOLDER_ROLE_JUNK);
  g_assert_false (find (folders, "Old")->selectable);
}

#define ADD(sentence, func)                                                                        \
  g_test_add ("/engine/imap-folders/" sentence, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a refused LIST is an error", test_refused_list);
  ADD ("a broken line costs its folder only", test_broken_lines);
  ADD ("an extended LIST that yields nothing is asked again plainly", test_empty_return);
  ADD ("an extended LIST that is not understood is asked again plainly", test_bad_return);
  ADD ("without subscriptions all folders are wanted", test_no_lsub);
  ADD ("LSUB tells what is subscribed to", test_lsub);
  ADD ("one LIST tells roles, subscriptions and counts", test_extended);
  ADD ("XLIST tells roles", test_xlist);
  ADD ("INBOX is found in any case", test_inbox);
  ADD ("the prefix of the user's own folders is not shown", test_prefix);
  ADD ("other users' folders stand under their own parent and have no role", test_others);
  ADD ("what only carries the prefix is left out", test_mail_prefix);
  ADD ("odd delimiters part levels", test_delimiters);
  ADD ("counts that one folder does not tell cost nothing else", test_status);
  ADD ("a stamp changes with whatever happens in the folder", test_stamps);
  ADD ("folders are asked about in one flight", test_check_in_one_flight);
  ADD ("names are the same whether the wire carries UTF-8 or not", test_utf8_accept);
  ADD ("more folders than the cap are left out", test_many);
  g_test_add_func ("/engine/imap-folders/names that are no modified UTF-7 are shown as they are",
                   test_utf8);
  g_test_add_func ("/engine/imap-folders/names tell what attributes do not", test_names);
  g_test_add_func ("/engine/imap-folders/each role has one folder", test_one_role);
  return g_test_run ();
}
