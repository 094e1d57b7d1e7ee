/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

#include "tern-error.h"

#define RAW                                                                                        \
  "From: Example <no-reply@example.org>\r\nSubject: Sign in\r\n"                                   \
  "Message-ID: <code@example.org>\r\nMIME-Version: 1.0\r\n"                                        \
  "Content-Type: text/plain; charset=utf-8\r\n\r\n"                                                \
  "Your verification code is 482 913.\r\nhttps://example.org/verify?t=1\r\n"
#define OTHER                                                                                      \
  "From: Ana <ana@example.org>\r\nSubject: Lunch\r\nMessage-ID: <lunch@example.org>\r\n"           \
  "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nLunch at noon?\r\n"

#define HOUR (60 * 60)

static void
add_letter (Fixture *fixture, const char *raw, gint64 age, const char *preview)
{
  g_autoptr (GDateTime) date =
      g_date_time_new_from_unix_utc (g_get_real_time () / G_USEC_PER_SEC - age);
  g_autofree char *internaldate = g_date_time_format (date, "%d-%b-%Y %H:%M:%S +0000");

  tern_mock_imap_server_add_message (
      fixture->server, "INBOX",
      &(TernMockImapMessage){ .internaldate = internaldate, .raw = raw, .preview = preview });
}

static void
sync_inbox (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture_sync (fixture, "INBOX", &error);
  g_assert_no_error (error);
}

static TernMessage *
read_newest (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  TernMessage *message =
      tern_engine_read_message (fixture->engine, fixture_nth_message (fixture, "INBOX", 0), &error);

  g_assert_no_error (error);
  return message;
}

static TernLetter *
open_newest (Fixture *fixture, TernFetchPolicy policy)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  TernLetter *letter;

  tern_engine_open_letter_async (fixture->engine, fixture_nth_message (fixture, "INBOX", 0), policy,
                                 NULL, fixture_done_cb, &result);
  letter = tern_engine_open_letter_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  return letter;
}

static void
fetch_bodies (Fixture *fixture)
{
  g_autoptr (TernFolder) inbox = fixture_get_folder (fixture, "INBOX");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_engine_fetch_bodies_async (fixture->engine, inbox->id, NULL, fixture_done_cb, &result);
  tern_engine_fetch_bodies_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
}

static void
test_preview (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernMessage) message = NULL;

  tern_mock_imap_server_set_capabilities (fixture->server, "IMAP4rev1", "IMAP4rev1 PREVIEW");
  add_letter (fixture, RAW, HOUR, "Your verification code is 482 913.");
  fixture_add_account (fixture);
  sync_inbox (fixture);
  message = read_newest (fixture);
  g_assert_cmpstr (message->code, ==, "482913");
  g_assert_true (message->code_is_certain);
}

static void
test_beginning (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernMessage) message = NULL;

  add_letter (fixture, RAW, HOUR, NULL);
  fixture_add_account (fixture);
  sync_inbox (fixture);
  message = read_newest (fixture);
  while (message->code == NULL)
    {
      g_main_context_iteration (NULL, TRUE);
      tern_message_unref (message);
      message = read_newest (fixture);
    }
  g_assert_cmpstr (message->code, ==, "482913");
  g_assert_true (message->code_is_certain);
}

static void
test_open (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;
  g_autoptr (TernLetter) again = NULL;
  g_autoptr (TernMessage) message = NULL;

  add_letter (fixture, RAW, 1000 * HOUR, NULL);
  fixture_add_account (fixture);
  sync_inbox (fixture);
  letter = open_newest (fixture, TERN_FETCH_VALIDATE);
  g_assert_cmpstr (letter->message->code, ==, "482913");
  g_assert_cmpstr (letter->message->link, ==, "https://example.org/verify?t=1");

  fixture_restart (fixture);
  message = read_newest (fixture);
  g_assert_cmpstr (message->code, ==, "482913");
  g_assert_cmpstr (message->link, ==, "https://example.org/verify?t=1");
  again = open_newest (fixture, TERN_FETCH_CACHED);
  g_assert_cmpstr (again->message->code, ==, "482913");
}

static void
test_in_advance (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernMessage) message = NULL;

  add_letter (fixture, RAW, HOUR, NULL);
  fixture_add_account (fixture);
  sync_inbox (fixture);
  fetch_bodies (fixture);
  message = read_newest (fixture);
  g_assert_cmpstr (message->code, ==, "482913");
  g_assert_cmpstr (message->link, ==, "https://example.org/verify?t=1");
}

static void
test_old (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernMessage) message = NULL;

  add_letter (fixture, RAW, 25 * HOUR, NULL);
  fixture_add_account (fixture);
  sync_inbox (fixture);
  fetch_bodies (fixture);
  message = read_newest (fixture);
  g_assert_null (message->link); /* nobody searched it as a whole */
}

static void
test_none (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernLetter) letter = NULL;

  add_letter (fixture, OTHER, HOUR, NULL);
  fixture_add_account (fixture);
  sync_inbox (fixture);
  letter = open_newest (fixture, TERN_FETCH_VALIDATE);
  g_assert_cmpstr (letter->message->code, ==, "");
  g_assert_cmpstr (letter->message->link, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
  g_test_add ("/engine/codes/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
  ADD ("a letter without a code is known to have none", test_none);
  ADD ("the text of an old letter is searched when somebody opens it", test_old);
  ADD ("a server's preview shows the code with the row", test_preview);
  ADD ("the beginning of a letter shows the code", test_beginning);
  ADD ("the code and the link of a letter that was opened are kept", test_open);
  ADD ("a letter that was fetched in advance has its code and link", test_in_advance);
  return g_test_run ();
}
