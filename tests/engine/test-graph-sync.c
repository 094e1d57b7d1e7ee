/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph-channel-fixture.h"

static void
must_sync (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  sync_folder (fixture, INBOX, &error);
  g_assert_no_error (error);
}

static void
must_fail (Fixture *fixture, TernError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (sync_folder (fixture, INBOX, &error));
  g_assert_error (error, TERN_ERROR, (int) code);
}

static void
assert_log (Fixture *fixture, const char *expected)
{
  g_autofree char *log = tern_recording_sink_take_log (fixture->sink);

  g_assert_cmpstr (log, ==, expected);
}

static void
wait_until_held (Fixture *fixture, guint n)
{
  while (tern_mock_graph_count_waiting (fixture->graph) < n)
    {
      g_main_context_iteration (NULL, FALSE);
      g_thread_yield ();
    }
}

static void
test_first_page (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_graph_add_letters (fixture->graph, "inbox", 400);
  tern_mock_graph_hold (fixture->graph);
  tern_channel_sync_folder_async (fixture->channel, INBOX, NULL, TERN_SINK (fixture->sink),
                                  TERN_URGENCY_USER, NULL, done_cb, &result);
  wait_until_held (fixture, 1);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, "skiptoken"), ==, 0);
  tern_mock_graph_release (fixture->graph);
  tern_mock_graph_hold (fixture->graph);
  /* The second page is asked for, and not answered: the first stands already. */
  while (tern_mock_graph_count (fixture->graph, "skiptoken") == 0)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (tern_recording_sink_count (fixture->sink), ==, 50);
  g_assert_nonnull (tern_recording_sink_get (fixture->sink, "graph:message-400"));
  assert_log (fixture, "messages 50\ncheckpoint\n");
  tern_mock_graph_release (fixture->graph);
  g_assert_true (tern_channel_sync_folder_finish (fixture->channel, wait_for (&result), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (tern_recording_sink_count (fixture->sink), ==, 400);
  /* 50, 200, 150: each page is asked for once, and none is taken for another. */
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 3);
  g_assert_cmpuint (tern_recording_sink_get_order (fixture->sink)->len, ==, 400);
}

static void
test_order (Fixture *fixture, gconstpointer unused)
{
  GPtrArray *order;

  tern_mock_graph_set_disorder (fixture->graph, TRUE);
  tern_mock_graph_add_letters (fixture->graph, "inbox", 10);
  must_sync (fixture);
  order = tern_recording_sink_get_order (fixture->sink);
  g_assert_cmpstr (order->pdata[0], ==, "graph:message-10");
  g_assert_cmpstr (order->pdata[9], ==, "graph:message-1");
}

static void
test_values (Fixture *fixture, gconstpointer unused)
{
  const TernMessage *message;

  tern_mock_graph_add_message (fixture->graph, "inbox",
                               &(TernMockGraphMessage){ .id = "A=",
                                                        .subject = "Hello",
                                                        .from = "bob@example.com",
                                                        .received = 1700000000,
                                                        .text = "One\nTwo",
                                                        .is_read = TRUE,
                                                        .category = "Red car" });
  must_sync (fixture);
  message = tern_recording_sink_get (fixture->sink, "graph:A=");
  g_assert_cmpstr (message->subject, ==, "Hello");
  g_assert_cmpstr (((TernAddress *) message->from->pdata[0])->address, ==, "bob@example.com");
  g_assert_cmpint (message->received, ==, 1700000000);
  g_assert_cmpstr (message->snippet, ==, "One Two");
  g_assert_cmpint (message->flags, ==, TERN_FLAGS_SEEN);
  g_assert_cmpstr (message->keywords, ==, "Red_car");
  g_assert_cmpstr (message->message_id, ==, "<A=@example.com>");
  g_assert_cmpstr (message->global_id, ==, "graph A=");
}

static void
test_empty (Fixture *fixture, gconstpointer unused)
{
  must_sync (fixture);
  assert_log (fixture, "checkpoint\n");
}

static void
test_one_change (Fixture *fixture, gconstpointer unused)
{
  tern_mock_graph_add_letters (fixture->graph, "inbox", 5);
  must_sync (fixture);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 1);
  assert_log (fixture, "messages 5\ncheckpoint\n");

  tern_mock_graph_forget (fixture->graph);
  must_sync (fixture);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 1);
  assert_log (fixture, "checkpoint\n");

  tern_mock_graph_mark (fixture->graph, "message-3", TRUE, TRUE);
  tern_mock_graph_move (fixture->graph, "message-1", "archive");
  tern_mock_graph_remove_message (fixture->graph, "message-2");
  tern_mock_graph_add_letters (fixture->graph, "inbox", 1);
  tern_mock_graph_forget (fixture->graph);
  must_sync (fixture);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 1);
  assert_log (fixture, "messages 2\nremoved 2\ncheckpoint\n");
  g_assert_cmpuint (tern_recording_sink_count (fixture->sink), ==, 4);
  g_assert_cmpint (tern_recording_sink_get (fixture->sink, "graph:message-3")->flags, ==,
                   TERN_FLAGS_SEEN | TERN_FLAGS_FLAGGED);
}

static void
test_terse_change (Fixture *fixture, gconstpointer unused)
{
  tern_mock_graph_set_terse (fixture->graph, TRUE);
  tern_mock_graph_add_letters (fixture->graph, "inbox", 5);
  must_sync (fixture);
  tern_mock_graph_mark (fixture->graph, "message-3", TRUE, TRUE);
  tern_mock_graph_forget (fixture->graph);
  must_sync (fixture);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 2);
  g_assert_cmpint (tern_recording_sink_get (fixture->sink, "graph:message-3")->flags, ==,
                   TERN_FLAGS_SEEN | TERN_FLAGS_FLAGGED);
  g_assert_cmpstr (tern_recording_sink_get (fixture->sink, "graph:message-3")->subject, ==,
                   "Letter 3");
}

static void
test_expired_link (Fixture *fixture, gconstpointer unused)
{
  tern_mock_graph_add_letters (fixture->graph, "inbox", 3);
  must_sync (fixture);
  g_free (tern_recording_sink_take_log (fixture->sink));
  tern_mock_graph_remove_message (fixture->graph, "message-1");
  tern_mock_graph_expire_links (fixture->graph);
  must_sync (fixture);
  assert_log (fixture, "reset\nmessages 2\ncheckpoint\n");
  /* That a server always says so ends, too. */
  tern_mock_graph_fail (fixture->graph, "deltatoken", 410, "syncStateNotFound", NULL);
  tern_mock_graph_fail (fixture->graph, "$select", 400, "resyncRequired", NULL);
  must_fail (fixture, TERN_ERROR_GONE);
}

static void
test_foreign_state (Fixture *fixture, gconstpointer unused)
{
  static const char *const states[] = { "2 5 6 7 8 9 10", "", "1 other x" };

  tern_mock_graph_add_letters (fixture->graph, "inbox", 3);
  must_sync (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_free (tern_recording_sink_take_log (fixture->sink));
      tern_sink_checkpoint (TERN_SINK (fixture->sink), states[i]);
      must_sync (fixture);
      assert_log (fixture, "checkpoint\nreset\nmessages 3\ncheckpoint\n");
    }
  tern_sink_checkpoint (TERN_SINK (fixture->sink), "1 delta https://example.com/v1.0/me");
  tern_mock_graph_forget (fixture->graph);
  must_fail (fixture, TERN_ERROR_PROTOCOL);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 0);
}

static void
test_taken_up (Fixture *fixture, gconstpointer unused)
{
  tern_mock_graph_add_letters (fixture->graph, "inbox", 400);
  tern_mock_graph_fail (fixture->graph, "skiptoken", 500, NULL, NULL);
  must_fail (fixture, TERN_ERROR_BUSY);
  g_assert_cmpuint (tern_recording_sink_count (fixture->sink), ==, 50);
  tern_mock_graph_add_letters (fixture->graph, "inbox", 1);
  tern_mock_graph_forget (fixture->graph);
  must_sync (fixture);
  g_assert_cmpuint (tern_recording_sink_count (fixture->sink), ==, 401);
  /* The newest first of all, then what was missing. */
  g_assert_cmpstr (tern_recording_sink_get_order (fixture->sink)->pdata[50], ==,
                   "graph:message-401");
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, "delta?$select"), ==, 0);
}

static void
test_circle (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *base = tern_mock_graph_dup_base (fixture->graph);
  g_autofree char *link =
      g_strconcat (base, "/me/mailFolders/id-inbox/messages/delta?round=1", NULL);

  tern_mock_graph_link (fixture->graph, "GET", link);
  tern_mock_graph_link (fixture->graph, "round=1", link);
  must_fail (fixture, TERN_ERROR_PROTOCOL);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 2);
}

static void
test_wrong_link (Fixture *fixture, gconstpointer unused)
{
  tern_mock_graph_add_letters (fixture->graph, "inbox", 3);
  tern_mock_graph_link (fixture->graph, "GET", "https://example.com/v1.0/me/messages");
  must_fail (fixture, TERN_ERROR_PROTOCOL);
  assert_log (fixture, "");
}

static void
test_truncated (Fixture *fixture, gconstpointer unused)
{
  tern_mock_graph_add_letters (fixture->graph, "inbox", 3);
  tern_mock_graph_truncate (fixture->graph, "GET");
  must_fail (fixture, TERN_ERROR_PROTOCOL);
  assert_log (fixture, "");
  must_sync (fixture);
  assert_log (fixture, "messages 3\ncheckpoint\n");
}

static void
test_duplicates (Fixture *fixture, gconstpointer unused)
{
  tern_mock_graph_add_letters (fixture->graph, "inbox", 3);
  tern_mock_graph_duplicate (fixture->graph, "GET");
  must_sync (fixture);
  assert_log (fixture, "messages 3\ncheckpoint\n");
}

static void
test_other_channel (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  tern_mock_graph_add_letters (fixture->graph, "inbox", 3);
  g_assert_false (sync_folder (fixture, "INBOX", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
  g_clear_error (&error);
  g_assert_false (sync_folder (fixture, "graph:no such", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
  g_assert_cmpuint (tern_recording_sink_count (fixture->sink), ==, 0);
}

static void
test_large_letter (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) attachment = g_bytes_new_static ("0123456789", 10);
  const TernStructure *structure;

  tern_mock_graph_add_message (
      fixture->graph, "inbox",
      &(TernMockGraphMessage){ .id = "big", .attachment = attachment, .size = 3000000 });
  tern_mock_graph_add_message (
      fixture->graph, "inbox",
      &(TernMockGraphMessage){ .id = "small", .attachment = attachment, .size = 3000 });
  must_sync (fixture);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 2);
  g_assert_null (tern_recording_sink_get (fixture->sink, "graph:small")->structure);
  structure = tern_recording_sink_get (fixture->sink, "graph:big")->structure;
  g_assert_cmpstr (tern_structure_find_text (structure, "text/html")->part_id, ==, "body");
  g_assert_nonnull (tern_structure_find (structure, "attachment=1"));
}

static void
test_folders (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = NULL;
  const TernFolder *plans = NULL;
  guint inboxes = 0;

  tern_mock_graph_add_folder (fixture->graph, "f1", "Work/Home", NULL, FALSE);
  tern_mock_graph_add_folder (fixture->graph, "f2", "Plans", "f1", FALSE);
  tern_channel_list_folders_async (fixture->channel, NULL, done_cb, &result);
  folders = tern_channel_list_folders_finish (fixture->channel, wait_for (&result), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = folders->pdata[i];

      if (strcmp (folder->name, "Plans") == 0)
        plans = folder;
      inboxes += folder->role == TERN_FOLDER_ROLE_INBOX;
    }
  g_assert_cmpuint (inboxes, ==, 1);
  g_assert_cmpstr (plans->path, ==, "Work\u2215Home/Plans");
  g_assert_cmpstr (plans->parent, ==, "graph:f1");
}

static void
connected_cb (TernChannel *channel, TernRoute *route, gpointer user_data)
{
  (*(guint *) user_data)++;
  g_assert_cmpstr (route->channel, ==, "graph");
  g_assert_nonnull (tern_route_get_winner (route));
}

static void
event_cb (TernChannel *channel, TernEvent *event, gpointer user_data)
{
  g_assert_null (strstr (event->text, "inbox"));
  g_assert_cmpint (event->account_id, ==, 7);
  (*(guint *) user_data)++;
}

static void
test_signals (Fixture *fixture, gconstpointer unused)
{
  guint connected = 0, events = 0;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_signal_connect (fixture->channel, "connected", G_CALLBACK (connected_cb), &connected);
  g_signal_connect (fixture->channel, "event", G_CALLBACK (event_cb), &events);
  must_sync (fixture);
  must_sync (fixture);
  g_assert_cmpuint (connected, ==, 1);
  g_assert_cmpuint (events, ==, 4);
  /* A connection that is known to stand is not tried. */
  tern_channel_connect_async (fixture->channel, NULL, done_cb, &result);
  g_assert_true (tern_channel_connect_finish (fixture->channel, wait_for (&result), &error));
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 2);
  tern_channel_suspend (fixture->channel);
  tern_channel_resume (fixture->channel);
  must_sync (fixture);
  g_assert_cmpuint (connected, ==, 2);
}

static void
changed_cb (TernChannel *channel, const char *folder, gpointer user_data)
{
  g_assert_cmpstr (folder, ==, INBOX);
  (*(guint *) user_data)++;
}

static void
test_watch (Fixture *fixture, gconstpointer unused)
{
  const char *const folders[] = { INBOX, "graph:id-archive", NULL };
  guint changed = 0;

  TERN_GRAPH_CHANNEL (fixture->channel)->timing.poll_first = 1;
  g_signal_connect (fixture->channel, "changed", G_CALLBACK (changed_cb), &changed);
  tern_channel_watch (fixture->channel, folders);
  while (changed < 3)
    g_main_context_iteration (NULL, TRUE);
  tern_channel_suspend (fixture->channel);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  changed = 0;
  tern_channel_resume (fixture->channel);
  g_assert_cmpuint (changed, ==, 1);
  tern_channel_watch (fixture->channel, NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (changed, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a folder of another channel is gone and never the inbox", test_other_channel);
  ADD ("a truncated page adds nothing and can be asked for again", test_truncated);
  ADD ("a link to somewhere else ends the sync", test_wrong_link);
  ADD ("links in a circle end the sync", test_circle);
  ADD ("a link that has grown too old starts over once", test_expired_link);
  ADD ("what another channel kept of a folder starts over", test_foreign_state);
  ADD ("a sync that was cut off is taken up with the newest first", test_taken_up);
  ADD ("the first page is rows before the second is asked", test_first_page);
  ADD ("page 2 is never served as page 1", test_first_page);
  ADD ("order is by date and not by the server's order", test_order);
  ADD ("what a list shows is told", test_values);
  ADD ("an empty mailbox is no error", test_empty);
  ADD ("cold warm and one change are one request each", test_one_change);
  ADD ("a change that is told in part is asked for", test_terse_change);
  ADD ("duplicates are shown once", test_duplicates);
  ADD ("a large letter has a structure of its attachments", test_large_letter);
  ADD ("folders have paths and roles", test_folders);
  ADD ("a connection is told once and events name nothing", test_signals);
  ADD ("what is watched is asked about until nothing is", test_watch);
  return g_test_run ();
}
