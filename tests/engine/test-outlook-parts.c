/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-outlook-fixture.h"

#include <string.h>

/* What is attached to letters, by a channel that did not tell its name. */

#define CONTENT "0123456789"

static void
add_letter (Outlook *self)
{
  g_autoptr (GBytes) content = g_bytes_new_static (CONTENT, strlen (CONTENT));

  tern_mock_graph_add_message (self->graph, "inbox",
                               &(TernMockGraphMessage){ .id = "big",
                                                        .subject = "Big",
                                                        .message_id = "<big@example.com>",
                                                        .text = "Look at this.",
                                                        .attachment = content,
                                                        .size = 3000000 });
  tern_mock_imap_server_add_message (
      self->base.server, "INBOX",
      &(TernMockImapMessage){
          .raw = "From: bob@example.com\r\nTo: ana@outlook.com\r\nSubject: Big\r\n"
                 "Message-ID: <big@example.com>\r\nMIME-Version: 1.0\r\n"
                 "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
                 "--x\r\nContent-Type: text/plain\r\n\r\nLook at this.\r\n"
                 "--x\r\nContent-Type: application/octet-stream\r\n"
                 "Content-Disposition: attachment; filename=a.bin\r\n"
                 "Content-Transfer-Encoding: base64\r\n\r\nMDEyMzQ1Njc4OQ==\r\n--x--\r\n" });
}

static char *
dup_attachment_id (const TernMessage *message)
{
  g_autoptr (GPtrArray) attachments = NULL;

  g_assert_nonnull (message->structure);
  attachments = tern_structure_list_attachments (message->structure);
  g_assert_cmpuint (attachments->len, ==, 1);
  return g_strdup (((TernStructure *) attachments->pdata[0])->part_id);
}

static void
assert_loads (Outlook *self, gint64 message, const char *part_id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = NULL;

  tern_engine_load_part_async (self->base.engine, message, part_id, NULL, fixture_done_cb, &result);
  content = tern_engine_load_part_finish (self->base.engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (content, NULL), g_bytes_get_size (content), CONTENT,
                   strlen (CONTENT));
}

/* Reads the letter over Graph, and leaves Graph. */
static gint64
leave_graph (Outlook *self, char **attachment)
{
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *channel = NULL;
  gint64 message;

  add_letter (self);
  outlook_grant (self, OUTLOOK_READ_WRITE, OUTLOOK_IMAP);
  outlook_add_account (self);
  outlook_assert_sync (self);
  message = outlook_find (self, TERN_FOLDER_ROLE_INBOX, "Big");
  letter = outlook_open (self, message, TERN_FETCH_VALIDATE, &error);
  g_assert_no_error (error);
  *attachment = dup_attachment_id (letter->message);
  g_assert_cmpuint (strspn (*attachment, "0123456789."), !=, strlen (*attachment));

  outlook_set_graph (self, OUTLOOK_FORBIDDEN);
  outlook_assert_sync (self);
  channel = outlook_dup_channel (self);
  g_assert_cmpstr (channel, ==, "imap");
  return message;
}

static void
test_attachment (Outlook *self, gconstpointer unused)
{
  g_autofree char *attachment = NULL;
  g_autofree char *now = NULL;
  gint64 message = leave_graph (self, &attachment);
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (GError) error = NULL;

  assert_loads (self, message, attachment);
  letter = outlook_open (self, message, TERN_FETCH_VALIDATE, &error);
  g_assert_no_error (error);
  now = dup_attachment_id (letter->message);
  g_assert_cmpstr (now, ==, "2");
  assert_loads (self, message, now);
}

static void
test_save (Outlook *self, gconstpointer unused)
{
  g_autofree char *attachment = NULL;
  gint64 message = leave_graph (self, &attachment);
  g_autofree char *path = g_build_filename (self->base.dir, "a.bin", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;

  tern_engine_save_part_async (self->base.engine, message, attachment, file, NULL, NULL, NULL,
                               fixture_done_cb, &result);
  tern_engine_save_part_finish (self->base.engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &content, NULL, &error));
  g_assert_cmpstr (content, ==, CONTENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(sentence, function)                                                                    \
  g_test_add ("/outlook/parts/" sentence, Outlook, NULL, outlook_set_up, function,                 \
              outlook_tear_down)
  ADD ("an attachment that Graph named comes over IMAP", test_attachment);
  ADD ("it is saved likewise", test_save);
  return g_test_run ();
}
