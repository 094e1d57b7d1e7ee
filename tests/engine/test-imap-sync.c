/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-channel-fixture.h"
#include "tern-error.h"

/* How a folder that is known is brought up to date. */

#define PLAIN "IMAP4rev1 ID ENABLE UIDPLUS"
#define CONDSTORE PLAIN " CONDSTORE"
#define QRESYNC CONDSTORE " QRESYNC ESEARCH"

static void
use_capabilities (ChannelFixture *self, const char *after)
{
  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 SASL-IR AUTH=PLAIN", after);
}

/* Synchronises @n letters, and starts anew. */
static void
know (ChannelFixture *self, const char *capabilities, guint n)
{
  use_capabilities (self, capabilities);
  tern_mock_imap_server_add_letters (self->server, "INBOX", n);
  channel_fixture_assert_sync (self, "INBOX");
  channel_fixture_restart (self);
  tern_mock_imap_server_wait_closed (self->server);
  tern_mock_imap_server_clear_log (self->server);
}

static void
change (ChannelFixture *self)
{
  tern_mock_imap_server_add_letters (self->server, "INBOX", 3);
  tern_mock_imap_server_set_flags (self->server, "INBOX", 7, "\\Flagged");
  tern_mock_imap_server_remove_message (self->server, "INBOX", 9);
  tern_mock_imap_server_remove_message (self->server, "INBOX", 30);
}

static void
assert_changed (ChannelFixture *self, guint before)
{
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, before + 1);
  g_assert_null (tern_recording_sink_get (self->sink, "1.9"));
  g_assert_null (tern_recording_sink_get (self->sink, "1.30"));
  g_assert_cmpuint (tern_recording_sink_get (self->sink, "1.7")->flags, ==, TERN_FLAGS_FLAGGED);
}

static void
test_refused_enable (ChannelFixture *self, gconstpointer data)
{
  know (self, QRESYNC, 60);
  change (self);
  tern_mock_imap_server_reply (self->server, "ENABLE", "* ENABLED\r\n$TAG OK nothing\r\n");
  channel_fixture_assert_sync (self, "INBOX");
  assert_changed (self, 60);
  g_assert_nonnull (strstr (self->memory, "!QRESYNC"));

  /* From then on it is not asked for. */
  channel_fixture_restart (self);
  tern_mock_imap_server_clear_log (self->server);
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "ENABLE"), ==, 0);
}

static void
test_broken_vanished (ChannelFixture *self, gconstpointer data)
{
  know (self, QRESYNC, 60);
  change (self);
  tern_mock_imap_server_prepend (self->server, "SELECT", "* VANISHED all of them\r\n");
  channel_fixture_assert_sync (self, "INBOX");
  assert_changed (self, 60);
  g_assert_nonnull (strstr (self->memory, "!QRESYNC"));
}

static void
test_huge_vanished (ChannelFixture *self, gconstpointer data)
{
  know (self, QRESYNC, 60);
  tern_mock_imap_server_reply (self->server, "UID FETCH", "$TAG OK nothing new\r\n");
  tern_mock_imap_server_prepend (self->server, "UID FETCH",
                                 "* VANISHED (EARLIER) 1:4294967295\r\n");
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 60);
}

static void
test_beyond_exists (ChannelFixture *self, gconstpointer data)
{
  know (self, CONDSTORE, 60);
  change (self);
  tern_mock_imap_server_prepend (self->server, "UID FETCH",
                                 "* 999 EXPUNGE\r\n* 999 FETCH (FLAGS (\\Seen))\r\n");
  channel_fixture_assert_sync (self, "INBOX");
  assert_changed (self, 60);
}

static void
test_many_cut (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  know (self, QRESYNC, 60);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 500);
  tern_mock_imap_server_cut (self->server, "FETCH", 3000);
  g_assert_false (channel_fixture_sync (self, "INBOX", &error));
  g_assert_cmpuint (tern_recording_sink_count (self->sink), <, 560);
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 560);
}

static void
test_counter_backwards (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;

  know (self, CONDSTORE, 60);
  tern_mock_imap_server_set_flags (self->server, "INBOX", 7, "\\Flagged");
  tern_channel_sync_folder_async (self->channel, "INBOX", "2 1 61 99999 1 60 0",
                                  TERN_SINK (self->sink), TERN_URGENCY_USER, NULL,
                                  channel_fixture_keep_result, &result);
  g_assert_true (
      tern_channel_sync_folder_finish (self->channel, channel_fixture_wait (&result), NULL));
  g_assert_cmpuint (tern_recording_sink_get (self->sink, "1.7")->flags, ==, TERN_FLAGS_FLAGGED);
}

/* What was asked in the flight of the SELECT is answered for another mailbox of that name. */
static void
test_renumbered (ChannelFixture *self, gconstpointer data)
{
  know (self, QRESYNC, 60);
  g_free (tern_recording_sink_take_log (self->sink));
  tern_mock_imap_server_remove_message (self->server, "INBOX", 9);
  tern_mock_imap_server_set_uidvalidity (self->server, "INBOX", 77);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 10);
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 69);
  for (guint uid = 1; uid <= 69; uid++)
    {
      g_autofree char *id = g_strdup_printf ("77.%u", uid);

      g_assert_nonnull (tern_recording_sink_get (self->sink, id));
    }
}

/* Nothing says that its UIDs mean the same messages as the last time. */
static void
test_no_uidvalidity (ChannelFixture *self, gconstpointer data)
{
  g_autofree char *log = NULL;

  use_capabilities (self, PLAIN);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 3);
  tern_mock_imap_server_set_uidvalidity (self->server, "INBOX", 0);
  channel_fixture_assert_sync (self, "INBOX");
  g_free (tern_recording_sink_take_log (self->sink));
  channel_fixture_assert_sync (self, "INBOX");
  log = tern_recording_sink_take_log (self->sink);
  g_assert_true (g_str_has_prefix (log, "reset\n"));
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 3);
}

static void
test_hole (ChannelFixture *self, gconstpointer data)
{
  know (self, QRESYNC, 60);
  tern_recording_sink_forget (self->sink, "1.20");
  tern_mock_imap_server_remove_message (self->server, "INBOX", 9);
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 59);
  g_assert_nonnull (tern_recording_sink_get (self->sink, "1.20"));
}

static void
test_qresync (ChannelFixture *self, gconstpointer data)
{
  know (self, QRESYNC, 60);
  change (self);
  channel_fixture_assert_sync (self, "INBOX");
  assert_changed (self, 60);
  g_assert_cmpuint (channel_fixture_last_flight (self), ==, 1);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "UID SEARCH"), ==, 0);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "ENABLE"), ==, 1);
}

static void
test_vanished_meanwhile (ChannelFixture *self, gconstpointer data)
{
  know (self, QRESYNC, 60);
  tern_mock_imap_server_remove_message (self->server, "INBOX", 9);
  tern_mock_imap_server_reply (self->server, "UID FETCH", "$TAG OK nothing new\r\n");
  tern_mock_imap_server_reply (self->server, "UID FETCH",
                               "* VANISHED (EARLIER) 9\r\n* VANISHED 30\r\n$TAG OK done\r\n");
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 58);
  g_assert_null (tern_recording_sink_get (self->sink, "1.30"));
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "UID SEARCH"), ==, 0);
}

static void
test_condstore (ChannelFixture *self, gconstpointer data)
{
  know (self, CONDSTORE, 60);
  change (self);
  channel_fixture_assert_sync (self, "INBOX");
  assert_changed (self, 60);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "UID SEARCH"), ==, 1);

  /* Nothing is looked for where nothing is gone. */
  tern_mock_imap_server_set_flags (self->server, "INBOX", 8, "\\Flagged");
  tern_mock_imap_server_clear_log (self->server);
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_get (self->sink, "1.8")->flags, ==, TERN_FLAGS_FLAGGED);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "UID SEARCH"), ==, 0);
}

static void
test_scan (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;

  know (self, PLAIN, 3000);
  tern_mock_imap_server_set_flags (self->server, "INBOX", 7, "\\Flagged");
  tern_mock_imap_server_set_flags (self->server, "INBOX", 2999, "\\Flagged");
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_get (self->sink, "1.2999")->flags, ==, TERN_FLAGS_FLAGGED);
  g_assert_cmpuint (tern_recording_sink_get (self->sink, "1.7")->flags, !=, TERN_FLAGS_FLAGGED);
  g_assert_cmpuint (channel_fixture_last_flight (self), ==, 1);

  /* A checkpoint of old: all flags were compared long ago. */
  tern_mock_imap_server_remove_message (self->server, "INBOX", 9);
  tern_channel_sync_folder_async (self->channel, "INBOX", "1 1 3001 0 1 3000",
                                  TERN_SINK (self->sink), TERN_URGENCY_USER, NULL,
                                  channel_fixture_keep_result, &result);
  g_assert_true (
      tern_channel_sync_folder_finish (self->channel, channel_fixture_wait (&result), NULL));
  g_assert_cmpuint (tern_recording_sink_get (self->sink, "1.7")->flags, ==, TERN_FLAGS_FLAGGED);
  g_assert_null (tern_recording_sink_get (self->sink, "1.9"));
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "UID SEARCH"), ==, 0);
}

static char *
hold_cb (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  if (!*(gboolean *) user_data)
    tern_mock_imap_server_hold (server);
  *(gboolean *) user_data = TRUE;
  return NULL;
}

static void
test_scan_yields (ChannelFixture *self, gconstpointer data)
{
  gboolean was_held = FALSE;
  GAsyncResult *synced = NULL, *fetched = NULL;
  g_autoptr (GPtrArray) commands = NULL;
  g_autoptr (GString) order = g_string_new (NULL);

  know (self, PLAIN, 3000);
  tern_mock_imap_server_set_flags (self->server, "INBOX", 7, "\\Flagged");
  tern_mock_imap_server_add_letters (self->server, "Archive", 1);
  self->imap->limit = 1;
  tern_mock_imap_server_set_handler (self->server, "FETCH", hold_cb, &was_held);
  tern_channel_sync_folder_async (self->channel, "INBOX", "1 1 3001 0 1 3000",
                                  TERN_SINK (self->sink), TERN_URGENCY_USER, NULL,
                                  channel_fixture_keep_result, &synced);
  tern_mock_imap_server_wait_command (self->server, "FETCH", 1);
  channel_fixture_start_fetch (self, "Archive", TERN_URGENCY_USER, &fetched);
  tern_mock_imap_server_release (self->server);
  channel_fixture_end_fetch (self, &fetched);
  channel_fixture_end_sync (self, &synced);

  commands = tern_mock_imap_server_dup_commands (self->server);
  for (guint i = 0; i < commands->len; i++)
    {
      const TernMockImapCommand *command = commands->pdata[i];

      if (g_str_equal (command->name, "FETCH"))
        g_string_append (order, "window ");
      else if (g_str_equal (command->name, "SELECT"))
        g_string_append (order, strstr (command->args, "Archive") != NULL ? "Archive " : "INBOX ");
    }
  g_assert_cmpstr (order->str, ==, "INBOX window Archive INBOX window ");
  g_assert_cmpuint (tern_recording_sink_get (self->sink, "1.7")->flags, ==, TERN_FLAGS_FLAGGED);
}

static void
test_many_new (ChannelFixture *self, gconstpointer data)
{
  GPtrArray *order;

  know (self, QRESYNC, 60);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1000);
  g_ptr_array_set_size (tern_recording_sink_get_order (self->sink), 0);
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 1060);
  order = tern_recording_sink_get_order (self->sink);
  g_assert_cmpuint (order->len, ==, 1000);
  g_assert_cmpstr (order->pdata[149], ==, "1.1060");
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (order->len, ==, 1000);
}

#define ADD(name, func)                                                                            \
  g_test_add ("/engine/imap-sync/" name, ChannelFixture, NULL, channel_fixture_set_up, func,       \
              channel_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a server that does not enable what it offers is asked without it", test_refused_enable);
  ADD ("a VANISHED that nobody understands is done without", test_broken_vanished);
  ADD ("a VANISHED that names all there could be loses nothing", test_huge_vanished);
  ADD ("what is told beyond the last message is left out", test_beyond_exists);
  ADD ("many new letters that were cut off come the next time", test_many_cut);
  ADD ("a counter of changes that runs backwards makes all flags be compared",
       test_counter_backwards);
  ADD ("a folder that was renumbered is read anew", test_renumbered);
  ADD ("a folder without UIDVALIDITY is read anew each time", test_no_uidvalidity);
  ADD ("a letter that is missing is fetched again", test_hole);
  ADD ("with QRESYNC new, changed and removed letters are known after one flight", test_qresync);
  ADD ("what vanishes meanwhile is removed at once", test_vanished_meanwhile);
  ADD ("with CONDSTORE removals are looked for where the number tells of them", test_condstore);
  ADD ("without either the newest flags are compared each time, all of them now and then",
       test_scan);
  ADD ("with one connection a click waits for one window of all flags", test_scan_yields);
  ADD ("many new letters come newest first", test_many_new);
  return g_test_run ();
}
