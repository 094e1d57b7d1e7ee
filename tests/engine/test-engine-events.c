/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"

#include "tern-event-log.h"

#define SECRET_SUBJECT "Verlobung"
#define LETTER                                                                                     \
  "From: Karl <karl@example.net>\r\nTo: ana@example.org\r\nSubject: " SECRET_SUBJECT               \
  "\r\nMessage-ID: <m1@example.net>\r\n\r\nNobody may read this.\r\n"

/* All that was told so far, one a line. */
static char *
dump_events (Fixture *fixture)
{
  GString *out = g_string_new (NULL);
  guint64 position = 0;
  g_autoptr (GPtrArray) events =
      tern_engine_read_events (fixture->engine, fixture->account_id, &position);

  for (guint i = 0; i < events->len; i++)
    {
      const TernEvent *event = g_ptr_array_index (events, i);

      g_assert_cmpint (event->account_id, ==, fixture->account_id);
      g_string_append_printf (out, "%d.%d %u/%u %s → %s\n", (int) event->kind, (int) event->state,
                              event->connection, event->number, event->text, event->result ?: "");
    }
  return g_string_free (out, FALSE);
}

static void
events_cb (TernEngine *engine, gpointer user_data)
{
  (*(guint *) user_data)++;
}

/* Until that text was told. */
static char *
wait_for_event (Fixture *fixture, const char *text)
{
  for (;;)
    {
      char *dump = dump_events (fixture);

      if (strstr (dump, text) != NULL)
        return dump;
      g_free (dump);
      g_main_context_iteration (NULL, TRUE);
    }
}

/* In the server's thread. Other folders are looked at in the background. */
static char *
refuse_select (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  if (strstr (command->args, "Scheidung") == NULL)
    return NULL;
  return g_strdup ("* NO karl@example.net waits\r\n"
                   "$TAG NO [NOPERM] the mailbox of user karl@example.net, Scheidung\r\n");
}

static void
test_nothing_personal (Fixture *fixture, gconstpointer unused)
{
  static const char *const secrets[] = {
    "secret", "AHVzZXI", /* the beginning of the sign-in in base64 */
    "karl",   "ana@",    SECRET_SUBJECT, "Nobody", "m1@", "Scheidung", "urlaub", "mailbox of user",
  };
  g_autofree char *dump = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id;

  tern_mock_imap_server_add_message (fixture->server, "INBOX",
                                     &(TernMockImapMessage){ .raw = LETTER, .flags = "urlaub" });
  tern_mock_imap_server_add_folder (fixture->server, "Scheidung", "");
  tern_mock_imap_server_set_capabilities (fixture->server, "IMAP4rev1", "IMAP4rev1 UIDPLUS");
  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  tern_mock_imap_server_set_handler (fixture->server, "SELECT", refuse_select, NULL);
  g_assert_false (fixture_sync (fixture, "Scheidung", NULL));
  tern_mock_imap_server_set_handler (fixture->server, "SELECT", NULL, NULL);
  g_assert_true (fixture_sync (fixture, "Scheidung", NULL));
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  id = fixture_nth_message (fixture, "INBOX", 0);
  {
    g_autoptr (TernFolder) target = fixture_get_folder (fixture, "Scheidung");
    g_autoptr (TernOperation) operation =
        fixture_apply (fixture, tern_operation_new_move (&id, 1, target->id));
  }
  g_assert_true (fixture_flush (fixture, &error));

  dump = wait_for_event (fixture, "UID EXPUNGE");
  g_assert_nonnull (strstr (dump, "LOGIN …"));
  g_assert_nonnull (strstr (dump, "UID FETCH "));
  g_assert_nonnull (strstr (dump, "UID COPY "));
  g_assert_nonnull (strstr (dump, "SELECT INBOX"));
  g_assert_nonnull (strstr (dump, "NO [NOPERM]"));
  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    if (strstr (dump, secrets[i]) != NULL)
      g_error ("“%s” was told:\n%s", secrets[i], dump);
}

static void
test_race_and_commands (Fixture *fixture, gconstpointer unused)
{
  guint batches = 0;
  g_autofree char *dump = NULL;

  g_signal_connect (fixture->engine, "events", G_CALLBACK (events_cb), &batches);
  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  dump = wait_for_event (fixture, "UID FETCH");
  g_signal_handlers_disconnect_by_data (fixture->engine, &batches);
  g_assert_cmpuint (batches, >, 0);
  g_assert_nonnull (strstr (dump, "0.0 1/1 127.0.0.1:"));
  g_assert_nonnull (strstr (dump, "0.1 1/1 127.0.0.1:"));
  g_assert_nonnull (strstr (dump, "→ OK"));
  g_assert_nonnull (strstr (dump, "1.1 0/0 imap"));
}

static void
test_ways_that_fail (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *dump = NULL;

  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", NULL));
  tern_mock_imap_server_stop (fixture->server);
  fixture_restart (fixture);
  g_assert_false (fixture_sync (fixture, "INBOX", NULL));
  dump = wait_for_event (fixture, "7.3 0/0"); /* and then it is left alone for a while */
  g_assert_nonnull (strstr (dump, "0.3 1/1 127.0.0.1:"));
}

static void
test_bounded (void)
{
  g_autoptr (TernEventLog) log = tern_event_log_new ();
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GPtrArray) later = NULL;
  g_autoptr (TernEvent) last = NULL;
  guint64 position = 0;

  for (guint i = 1; i <= TERN_EVENT_LOG_SIZE * 2 + 7; i++)
    {
      g_autoptr (TernEvent) event = tern_event_new (&(TernEvent){ .number = i });

      tern_event_log_add (log, event);
    }
  events = tern_event_log_read (log, &position);
  g_assert_cmpuint (events->len, ==, TERN_EVENT_LOG_SIZE);
  for (guint i = 0; i < events->len; i++)
    g_assert_cmpuint (((TernEvent *) g_ptr_array_index (events, i))->number, ==,
                      TERN_EVENT_LOG_SIZE + 8 + i);

  last = tern_event_new (&(TernEvent){ .number = 1 });
  tern_event_log_add (log, last);
  later = tern_event_log_read (log, &position);
  g_assert_cmpuint (later->len, ==, 1);
  g_assert_true (g_ptr_array_index (later, 0) == last);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test)                                                                            \
  g_test_add ("/engine/events/" name, Fixture, NULL, fixture_set_up, test, fixture_tear_down)
  ADD ("nothing of a person is told", test_nothing_personal);
  ADD ("a way that fails and the wait behind it are told", test_ways_that_fail);
  ADD ("a race, a channel and commands with their answers are told", test_race_and_commands);
#undef ADD
  g_test_add_func ("/engine/events/of many events the oldest go", test_bounded);
  return g_test_run ();
}
