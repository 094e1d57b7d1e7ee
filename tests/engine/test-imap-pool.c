/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-channel-fixture.h"

/* From the first FETCH on nothing is answered before the test says so. */
static char *
hold_cb (TernMockImapServer *server, const TernMockImapCommand *command, gpointer user_data)
{
  gboolean *was_held = user_data;

  if (!*was_held)
    tern_mock_imap_server_hold (server);
  *was_held = TRUE;
  return NULL;
}

static void
test_refused_connection (ChannelFixture *self, gconstpointer data)
{
  gboolean was_held = FALSE;
  GAsyncResult *synced = NULL, *fetched = NULL;

  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  tern_mock_imap_server_add_letters (self->server, "Archive", 1);
  tern_mock_imap_server_set_handler (self->server, "FETCH", hold_cb, &was_held);
  channel_fixture_start_sync (self, "Archive", TERN_URGENCY_BACKGROUND, &synced);
  tern_mock_imap_server_wait_command (self->server, "FETCH", 1);
  tern_mock_imap_server_reply (self->server, "AUTHENTICATE",
                               "$TAG NO [LIMIT] too many connections\r\n");
  channel_fixture_start_fetch (self, "INBOX", TERN_URGENCY_USER, &fetched);
  tern_mock_imap_server_wait_connections (self->server, 2);
  tern_mock_imap_server_release (self->server);

  channel_fixture_end_fetch (self, &fetched);
  channel_fixture_end_sync (self, &synced);
  g_assert_cmpuint (tern_imap_channel_get_limit (self->imap), ==, 1);
  channel_fixture_fetch (self, "Archive");
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 2);
}

static void
test_refused_at_all (ChannelFixture *self, gconstpointer data)
{
  GAsyncResult *fetched = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_reply (self->server, "AUTHENTICATE",
                               "$TAG NO [LIMIT] too many connections\r\n");
  channel_fixture_start_fetch (self, "INBOX", TERN_URGENCY_USER, &fetched);
  g_assert_false (
      tern_channel_fetch_parts_finish (self->channel, channel_fixture_wait (&fetched), &error));
  g_assert_nonnull (error);
  g_assert_cmpuint (tern_imap_channel_get_limit (self->imap), ==, TERN_IMAP_MAX_CONNECTIONS);
  g_object_unref (fetched);
}

static void
test_room_for_the_user (ChannelFixture *self, gconstpointer data)
{
  static const char *const folders[] = { "Archive", "Drafts", "Junk", "Sent", "Trash" };
  GAsyncResult *synced[G_N_ELEMENTS (folders)] = { NULL };

  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      tern_mock_imap_server_add_letters (self->server, folders[i], 1);
      tern_mock_imap_server_stall (self->server, "FETCH");
      channel_fixture_start_sync (self, folders[i], TERN_URGENCY_BACKGROUND, &synced[i]);
    }
  tern_mock_imap_server_wait_command (self->server, "FETCH", TERN_IMAP_MAX_CONNECTIONS - 1);
  channel_fixture_fetch (self, "INBOX");
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "FETCH"), ==,
                    TERN_IMAP_MAX_CONNECTIONS - 1);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==,
                    TERN_IMAP_MAX_CONNECTIONS);

  tern_channel_close (self->channel);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    g_object_unref (channel_fixture_wait (&synced[i]));
}

static void
test_foreground (ChannelFixture *self, gconstpointer data)
{
  GAsyncResult *synced = NULL;

  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  channel_fixture_fetch (self, "INBOX");
  channel_fixture_start_sync (self, "Archive", TERN_URGENCY_BACKGROUND, &synced);
  channel_fixture_end_sync (self, &synced);
  channel_fixture_fetch (self, "INBOX");
  g_assert_cmpuint (channel_fixture_connection_of (self, "SELECT", "\"INBOX\""), ==, 1);
  g_assert_cmpuint (channel_fixture_connection_of (self, "SELECT", "\"Archive\""), ==, 2);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "SELECT"), ==, 2);
}

static void
test_selected (ChannelFixture *self, gconstpointer data)
{
  GAsyncResult *synced = NULL;

  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  tern_mock_imap_server_add_letters (self->server, "Archive", 1);
  channel_fixture_fetch (self, "INBOX");
  channel_fixture_start_sync (self, "Archive", TERN_URGENCY_BACKGROUND, &synced);
  channel_fixture_end_sync (self, &synced);
  tern_mock_imap_server_clear_log (self->server);
  channel_fixture_fetch (self, "Archive");
  g_assert_cmpuint (channel_fixture_connection_of (self, "UID FETCH", NULL), ==, 2);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "SELECT"), ==, 0);
}

static void
test_one_connection (ChannelFixture *self, gconstpointer data)
{
  gboolean was_held = FALSE;
  GAsyncResult *synced = NULL, *fetched = NULL;
  g_autoptr (GPtrArray) commands = NULL;
  guint before = 0;

  self->imap->limit = 1;
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  tern_mock_imap_server_add_letters (self->server, "Archive", 1000);
  tern_mock_imap_server_set_handler (self->server, "FETCH", hold_cb, &was_held);
  tern_channel_sync_folder_async (self->channel, "Archive", NULL, TERN_SINK (self->sink),
                                  TERN_URGENCY_BACKGROUND, NULL, channel_fixture_keep_result,
                                  &synced);
  tern_mock_imap_server_wait_command (self->server, "FETCH", 1);
  channel_fixture_start_fetch (self, "INBOX", TERN_URGENCY_USER, &fetched);
  tern_mock_imap_server_release (self->server);
  channel_fixture_end_fetch (self, &fetched);
  channel_fixture_end_sync (self, &synced);

  commands = tern_mock_imap_server_dup_commands (self->server);
  while (strcmp (((TernMockImapCommand *) commands->pdata[before])->name, "UID FETCH") != 0)
    before++;
  g_assert_cmpstr (((TernMockImapCommand *) commands->pdata[before - 2])->name, ==, "FETCH");
  g_assert_cmpstr (((TernMockImapCommand *) commands->pdata[before - 1])->args, ==,
                   "\"INBOX\" (CONDSTORE)");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 1000);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 1);
}

static void
test_idle (ChannelFixture *self, gconstpointer data)
{
  self->imap->timing.idle = 1;
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  channel_fixture_fetch (self, "INBOX");
  tern_mock_imap_server_wait_command (self->server, "LOGOUT", 1);
  tern_mock_imap_server_wait_closed (self->server);
  self->imap->timing.idle = 60000;
  channel_fixture_fetch (self, "INBOX");
}

static void
test_log_out (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  channel_fixture_fetch (self, "INBOX");
  tern_channel_close (self->channel);
  tern_mock_imap_server_wait_command (self->server, "LOGOUT", 1);
}

static void
test_no_log_out (ChannelFixture *self, gconstpointer data)
{
  GAsyncResult *fetched = NULL;

  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  tern_mock_imap_server_stall (self->server, "UID FETCH");
  channel_fixture_start_fetch (self, "INBOX", TERN_URGENCY_USER, &fetched);
  tern_mock_imap_server_wait_command (self->server, "UID FETCH", 1);
  tern_channel_close (self->channel);
  g_object_unref (channel_fixture_wait (&fetched));
  tern_mock_imap_server_wait_closed (self->server);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "LOGOUT"), ==, 0);
}

static void
test_silence (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) commands = NULL;
  const TernMockImapCommand *noop, *fetch;

  self->imap->timing.silent = 0;
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  channel_fixture_fetch (self, "INBOX");
  tern_mock_imap_server_clear_log (self->server);
  channel_fixture_fetch (self, "INBOX");
  commands = tern_mock_imap_server_dup_commands (self->server);
  g_assert_cmpuint (commands->len, ==, 2);
  noop = commands->pdata[0];
  fetch = commands->pdata[1];
  g_assert_cmpstr (noop->name, ==, "NOOP");
  g_assert_cmpstr (fetch->name, ==, "UID FETCH");
  g_assert_cmpuint (noop->flight, ==, fetch->flight);
}

/* Removes the folder that the only connection has selected. */
static char *
remove_selected (ChannelFixture *self)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  const TernRemoteChange change = { .kind = TERN_OPERATION_DELETE_FOLDER,
                                    .folder = "Archive",
                                    .messages = none };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernOutcome) outcome = NULL;
  g_autoptr (GError) error = NULL;

  self->imap->limit = 1;
  tern_mock_imap_server_add_letters (self->server, "Archive", 1);
  channel_fixture_fetch (self, "Archive");
  tern_mock_imap_server_clear_log (self->server);
  tern_channel_apply_async (self->channel, &change, NULL, channel_fixture_keep_result, &result);
  outcome = tern_channel_apply_finish (self->channel, channel_fixture_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_false (tern_mock_imap_server_has_folder (self->server, "Archive"));
  return tern_mock_imap_server_dup_transcript (self->server);
}

static void
test_unselect (ChannelFixture *self, gconstpointer data)
{
  g_autofree char *transcript = remove_selected (self);

  g_assert_cmpstr (transcript, ==, "UNSELECT\nDELETE \"Archive\"\nUNSUBSCRIBE \"Archive\"\n");
}

static void
test_unselect_plain (ChannelFixture *self, gconstpointer data)
{
  g_autofree char *transcript = NULL;

  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 AUTH=PLAIN", "IMAP4rev1");
  transcript = remove_selected (self);
  g_assert_cmpstr (transcript, ==,
                   "SELECT \"INBOX\"\nDELETE \"Archive\"\nUNSUBSCRIBE \"Archive\"\n");
}

/* Two accounts that may hold one connection together. */
static TernImapChannel *
share (ChannelFixture *self)
{
  g_autoptr (TernTrust) trust = tern_trust_new ();
  g_autoptr (TernImapBudget) budget = tern_imap_budget_new (1);
  TernImapChannel *other = tern_imap_channel_new (self->account, "secret", trust);

  tern_imap_channel_share (self->imap, budget);
  tern_imap_channel_share (other, budget);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  return other;
}

static void
use_other (ChannelFixture *self, TernImapChannel *other)
{
  self->channel = TERN_CHANNEL (other);
  channel_fixture_fetch (self, "INBOX");
  self->channel = TERN_CHANNEL (self->imap);
}

static void
test_budget (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (TernImapChannel) other = share (self);

  channel_fixture_fetch (self, "INBOX");
  use_other (self, other);
  g_assert_cmpuint (tern_imap_channel_count_open (self->imap), ==, 0);
  tern_mock_imap_server_wait_command (self->server, "LOGOUT", 1);
  channel_fixture_fetch (self, "INBOX");
  g_assert_cmpuint (tern_imap_channel_count_open (other), ==, 0);
  tern_channel_close (TERN_CHANNEL (other));
}

static void
test_budget_used_up (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (TernImapChannel) other = share (self);
  GAsyncResult *fetched = NULL;

  tern_mock_imap_server_hold (self->server);
  channel_fixture_start_fetch (self, "INBOX", TERN_URGENCY_USER, &fetched);
  tern_mock_imap_server_wait_connections (self->server, 1);
  tern_mock_imap_server_release (self->server);
  use_other (self, other);
  channel_fixture_end_fetch (self, &fetched);
  g_assert_cmpuint (tern_imap_channel_count_open (self->imap), ==, 0);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 2);
  tern_channel_close (TERN_CHANNEL (other));
}

#define ADD(name, func)                                                                            \
  g_test_add ("/engine/imap-pool/" name, ChannelFixture, NULL, channel_fixture_set_up, func,       \
              channel_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a refused second connection leaves the work to the first", test_refused_connection);
  ADD ("a refused first connection is an error", test_refused_at_all);
  ADD ("what is under way is cut off without LOGOUT", test_no_log_out);
  ADD ("background work leaves one connection to the user", test_room_for_the_user);
  ADD ("background work does not take the foreground connection", test_foreground);
  ADD ("a connection that has the folder selected is taken first", test_selected);
  ADD ("with one connection a click waits for one window of a sync", test_one_connection);
  ADD ("where all connections are in use another account waits for one", test_budget_used_up);
  ADD ("what another account does not use is given up for it", test_budget);
  ADD ("a connection that nobody uses is given up with LOGOUT", test_idle);
  ADD ("a folder is left without CLOSE before it is removed", test_unselect_plain);
  ADD ("a folder is left by UNSELECT before it is removed", test_unselect);
  ADD ("closing says LOGOUT", test_log_out);
  ADD ("a silent connection is asked for a sign of life in the flight of the request",
       test_silence);
  return g_test_run ();
}
