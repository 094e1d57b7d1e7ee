/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

#include "tern-error.h"

#define TWO_FORMS                                                                                  \
  "From: Ana <ana@example.org>\r\nSubject: two forms\r\n"                                          \
  "Message-ID: <two@example.org>\r\nMIME-Version: 1.0\r\n"                                         \
  "Content-Type: multipart/mixed; boundary=b\r\n\r\n"                                              \
  "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain words\r\n"                          \
  "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>rich words</p>\r\n"                     \
  "--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment\r\n\r\n"       \
  "bytes\r\n--b--\r\n"

#define ALTERNATIVE                                                                                \
  "((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" 13 1 NIL NIL NIL NIL)"            \
  "(\"text\" \"html\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" 19 1 NIL NIL NIL NIL) "             \
  "\"alternative\" (\"boundary\" \"b\") NIL NIL NIL)"
#define EMPTY_MULTIPART "(NIL \"mixed\" (\"boundary\" \"b\") NIL NIL NIL)"
#define BASE64                                                                                     \
  "(\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"base64\" 400 6 NIL NIL NIL NIL)"
#define SEVEN_BIT                                                                                  \
  "(\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" 400 6 NIL NIL NIL NIL)"

static TernLetter *
open_letter (Fixture *fixture, TernFetchPolicy policy, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_open_letter_async (fixture->engine, fixture_nth_message (fixture, "INBOX", 0), policy,
                                 NULL, fixture_done_cb, &result);
  return tern_engine_open_letter_finish (fixture->engine, fixture_wait (&result), error);
}

static TernLetter *
open_good (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  TernLetter *letter = open_letter (fixture, TERN_FETCH_VALIDATE, &error);

  g_assert_no_error (error);
  return letter;
}

static void
sync_inbox (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture_sync (fixture, "INBOX", &error);
  g_assert_no_error (error);
}

/* The newest letter, in an account that knows of it. */
static guint32
start (Fixture *fixture, const char *raw, const char *bodystructure)
{
  guint32 uid = tern_mock_imap_server_add_message (
      fixture->server, "INBOX",
      &(TernMockImapMessage){ .raw = raw, .bodystructure = bodystructure });

  fixture_add_account (fixture);
  sync_inbox (fixture);
  return uid;
}

static void
set_section (Fixture *fixture, guint32 uid, const char *section, const char *text)
{
  tern_mock_imap_server_set_section (fixture->server, "INBOX", uid, section, text, strlen (text));
}

static guint
count_asked (Fixture *fixture, const char *item)
{
  g_autoptr (GPtrArray) commands = tern_mock_imap_server_dup_commands (fixture->server);
  guint n = 0;

  for (guint i = 0; i < commands->len; i++)
    n += strstr (((TernMockImapCommand *) g_ptr_array_index (commands, i))->args, item) != NULL;
  return n;
}

static void
check_two_forms (const TernLetter *letter)
{
  g_assert_cmpstr (letter->text, ==, "plain words");
  g_assert_cmpstr (letter->html, ==, "<p>rich words</p>");
}

/* It opens from what is kept, and the structure is the letter's own. */
static void
check_corrected (Fixture *fixture)
{
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (GError) error = NULL;

  letter = open_letter (fixture, TERN_FETCH_CACHED, &error);
  g_assert_no_error (error);
  check_two_forms (letter);
  g_assert_cmpuint (letter->message->structure->children->len, ==, 3);
  g_assert_true (letter->message->has_attachments);
}

/* --- Servers that are wrong --- */

static void
test_missing_part (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;
  guint32 uid = start (fixture, TWO_FORMS, ALTERNATIVE);

  set_section (fixture, uid, "1", "plain words\r\n"); /* and 2 is NIL */
  letter = open_good (fixture);
  check_two_forms (letter);
  check_corrected (fixture);
}

static void
test_empty_part (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;
  guint32 uid = start (fixture, TWO_FORMS, ALTERNATIVE);

  set_section (fixture, uid, "1", "plain words\r\n");
  set_section (fixture, uid, "2", "");
  letter = open_good (fixture);
  check_two_forms (letter);
  check_corrected (fixture);
}

static void
test_empty_multipart (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;

  start (fixture, TWO_FORMS, EMPTY_MULTIPART);
  letter = open_good (fixture);
  check_two_forms (letter);
  check_corrected (fixture);
}

static void
test_correction_stays (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;

  start (fixture, TWO_FORMS, EMPTY_MULTIPART);
  letter = open_good (fixture);
  tern_mock_imap_server_set_uidvalidity (fixture->server, "INBOX", 77);
  fixture_restart (fixture);
  sync_inbox (fixture);
  check_corrected (fixture);
}

static void
test_parts_of_whole (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GError) error = NULL;
  guint32 uid = start (fixture, TWO_FORMS, ALTERNATIVE);

  set_section (fixture, uid, "3", "another part"); /* the server counts otherwise */
  letter = open_good (fixture);
  tern_engine_load_part_async (fixture->engine, letter->message->id, "3", NULL, fixture_done_cb,
                               &result);
  content = tern_engine_load_part_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (content, NULL), g_bytes_get_size (content), "bytes", 5);
}

/* As some answer for what they cannot find. */
static char *
answer_without_parts (TernMockImapServer *server,
                      const TernMockImapCommand *command,
                      gpointer user_data)
{
  return strstr (command->args, "BODY.PEEK[]") != NULL ? NULL : g_strdup ("$TAG OK done\r\n");
}

static void
test_answer_without_body (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;

  tern_mock_imap_server_set_handler (fixture->server, "UID FETCH", answer_without_parts, NULL);
  start (fixture, TWO_FORMS, ALTERNATIVE);
  letter = open_good (fixture);
  check_two_forms (letter);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 6);
}

static void
test_lying_base64 (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (GString) raw = g_string_new ("From: a@example.org\r\nSubject: lie\r\n\r\n");
  guint32 uid;

  for (guint i = 0; i < 10; i++)
    g_string_append (raw, "No line of this is in any code at all.\r\n");
  uid = start (fixture, raw->str, BASE64);
  set_section (fixture, uid, "1", strstr (raw->str, "\r\n\r\n") + 4);
  letter = open_good (fixture);
  g_assert_true (g_str_has_prefix (letter->text, "No line of this"));
}

static void
test_lying_identity (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (GString) raw = g_string_new ("From: a@example.org\r\nSubject: lie\r\n"
                                          "Content-Type: text/plain; charset=utf-8\r\n"
                                          "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
  guint32 uid;

  for (guint i = 0; i < 10; i++)
    g_string_append (raw, "Gr=C3=BC=C3=9Fe aus dem Norden, und =\r\nkein Ende. ");
  uid = start (fixture, raw->str, SEVEN_BIT);
  set_section (fixture, uid, "1", strstr (raw->str, "\r\n\r\n") + 4);
  letter = open_good (fixture);
  g_assert_true (g_str_has_prefix (letter->text, "Grüße aus dem Norden, und kein Ende."));
}

static void
test_gone (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (GError) error = NULL;
  guint32 uid = start (fixture, TWO_FORMS, ALTERNATIVE);

  tern_mock_imap_server_remove_message (fixture->server, "INBOX", uid);
  letter = open_letter (fixture, TERN_FETCH_VALIDATE, &error);
  g_assert_null (letter);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
  while (fixture_count_rows (fixture, "INBOX") == 6)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 5);
}

static void
set_password (Fixture *fixture, const char *password)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_engine_set_password_async (fixture->engine, fixture->account_id, password, NULL,
                                  fixture_done_cb, &result);
  tern_engine_set_password_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
}

static void
test_refused_sign_in (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (GError) error = NULL;
  guint connections;

  start (fixture, TWO_FORMS, ALTERNATIVE);
  tern_mock_imap_server_set_login (fixture->server, "user", "another");
  fixture_restart (fixture);
  g_assert_false (fixture_sync (fixture, "INBOX", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
  g_clear_error (&error);
  connections = tern_mock_imap_server_count_connections (fixture->server);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_null (open_letter (fixture, TERN_FETCH_VALIDATE, &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
      g_clear_error (&error);
    }
  g_assert_cmpuint (tern_mock_imap_server_count_connections (fixture->server), ==, connections);

  set_password (fixture, "another");
  letter = open_good (fixture);
  check_two_forms (letter);
}

/* --- What a letter costs --- */

static void
test_one_command (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;
  guint32 uid = start (fixture, TWO_FORMS, ALTERNATIVE);

  set_section (fixture, uid, "1", "plain words\r\n");
  set_section (fixture, uid, "2", "<p>rich words</p>\r\n");
  letter = open_good (fixture);
  g_assert_cmpuint (count_asked (fixture, "(UID BODY.PEEK[1] BODY.PEEK[2])"), ==, 1);
  g_assert_cmpuint (count_asked (fixture, "BODY.PEEK[]"), ==, 0);
  g_assert_cmpuint (count_asked (fixture, "BODYSTRUCTURE"), ==, 1);
}

/* --- Beginnings --- */

static char *
dup_snippet (Fixture *fixture, guint row)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernMessage) message = tern_engine_read_message (
      fixture->engine, fixture_nth_message (fixture, "INBOX", row), &error);

  g_assert_no_error (error);
  return g_strdup (message->snippet);
}

static void
wait_snippet (Fixture *fixture, guint row, const char *expected)
{
  g_autofree char *snippet = dup_snippet (fixture, row);

  while (snippet == NULL)
    {
      g_main_context_iteration (NULL, TRUE);
      snippet = dup_snippet (fixture, row);
    }
  g_assert_cmpstr (snippet, ==, expected);
}

static void
test_snippets_in_one_flight (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) commands = NULL;
  guint flight = 0, n = 0;

  for (guint i = 0; i < 10; i++)
    tern_mock_imap_server_add_message (
        fixture->server, "INBOX",
        &(TernMockImapMessage){ .raw = TWO_FORMS,
                                .bodystructure = i % 2 == 0 ? ALTERNATIVE : SEVEN_BIT });
  start (fixture, "Subject: none\r\n\r\n<p>our words</p>\r\n",
         "(\"text\" \"html\" NIL NIL NIL \"7bit\" 30 1 NIL NIL NIL NIL)");
  wait_snippet (fixture, 0, "our words");
  commands = tern_mock_imap_server_dup_commands (fixture->server);
  for (guint i = 0; i < commands->len; i++)
    {
      const TernMockImapCommand *command = g_ptr_array_index (commands, i);

      if (strstr (command->args, "]<0.") == NULL)
        continue;
      g_assert_true (n == 0 || command->flight == flight);
      flight = command->flight;
      n++;
    }
  g_assert_cmpuint (n, ==, 2); /* plain, and HTML of which more is wanted */
}

static void
test_previews (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *transcript = NULL;

  tern_mock_imap_server_set_capabilities (fixture->server, "IMAP4rev1", "IMAP4rev1 PREVIEW");
  tern_mock_imap_server_add_message (
      fixture->server, "INBOX",
      &(TernMockImapMessage){ .raw = TWO_FORMS, .preview = "what the server says" });
  start (fixture, "Subject: none\r\n\r\nour own words\r\n", NULL);
  wait_snippet (fixture, 0, "our own words");
  wait_snippet (fixture, 1, "what the server says");
  transcript = tern_mock_imap_server_dup_transcript (fixture->server);
  g_assert_nonnull (strstr (transcript, "UID FETCH 1:5,7 (UID BODY.PEEK[1]<0."));

  tern_mock_imap_server_add_message (
      fixture->server, "INBOX",
      &(TernMockImapMessage){ .raw = TWO_FORMS, .preview = "of new mail as well" });
  sync_inbox (fixture);
  wait_snippet (fixture, 0, "of new mail as well");
}

static void
test_snippet_of_kept_letter (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernFolder) inbox = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id;

  tern_mock_imap_server_add_letters (fixture->server, "INBOX", 100);
  fixture_add_account (fixture);
  sync_inbox (fixture);
  inbox = fixture_get_folder (fixture, "INBOX");
  tern_engine_fetch_bodies_async (fixture->engine, inbox->id, NULL, fixture_done_cb, &result);
  tern_engine_fetch_bodies_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  tern_mock_imap_server_stop (fixture->server);
  g_assert_null (dup_snippet (fixture, 90)); /* nobody has looked at it yet */
  id = fixture_nth_message (fixture, "INBOX", 90);
  tern_engine_request_snippets (fixture->engine, inbox->id, &id, 1);
  wait_snippet (fixture, 90, "This is letter 10.");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
  g_test_add ("/engine/letters/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
  ADD ("a letter of which a part is missing is read as a whole", test_missing_part);
  ADD ("a letter of which a part comes empty is read as a whole", test_empty_part);
  ADD ("a letter with a multipart of nothing is read as a whole", test_empty_multipart);
  ADD ("a structure that was set right stays so", test_correction_stays);
  ADD ("parts of a letter that was read as a whole come out of it", test_parts_of_whole);
  ADD ("an answer without a body is asked for once more", test_answer_without_body);
  ADD ("what is not in base64 is not decoded from it", test_lying_base64);
  ADD ("what is in quoted-printable is decoded though nobody told", test_lying_identity);
  ADD ("a message that has gone leaves the list", test_gone);
  ADD ("a refused sign-in is not tried again for each letter", test_refused_sign_in);
  ADD ("both forms of the text come by one command, and their structure is known",
       test_one_command);
  ADD ("the beginnings of a screenful come in one flight", test_snippets_in_one_flight);
  ADD ("a server's previews are shown, and only what has none is asked for", test_previews);
  ADD ("a letter that is kept needs no server for its beginning", test_snippet_of_kept_letter);
  return g_test_run ();
}
