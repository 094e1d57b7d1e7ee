/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-channel-fixture.h"
#include "tern-imap-limits.h"

/* A peer that vanishes: nothing closes the connection, and nothing comes over it any more. */

/* From the next command on, on that connection. */
static void
vanish (ChannelFixture *self)
{
  tern_mock_imap_server_stall (self->server, "*");
}

static void
set_up (ChannelFixture *self, gconstpointer data)
{
  channel_fixture_set_up (self, data);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
}

static void
test_fresh (ChannelFixture *self, gconstpointer data)
{
  GAsyncResult *fetched = NULL;
  g_autoptr (GError) error = NULL;

  self->imap->timing.session.patience = 50;
  tern_mock_imap_server_stall (self->server, "SELECT");
  channel_fixture_start_fetch (self, "INBOX", TERN_URGENCY_USER, &fetched);
  g_assert_false (
      tern_channel_fetch_parts_finish (self->channel, channel_fixture_wait (&fetched), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_object (&fetched);
  self->imap->timing.session.patience = TERN_IMAP_PATIENCE;
  channel_fixture_fetch (self, "INBOX");
}

typedef struct
{
  ChannelFixture *fixture;
  GPtrArray *results; /* GAsyncResult *: a place for each */
} Clicks;

static gboolean
click_cb (gpointer user_data)
{
  Clicks *clicks = user_data;
  GAsyncResult **result = g_new0 (GAsyncResult *, 1);

  g_ptr_array_add (clicks->results, result);
  channel_fixture_start_fetch (clicks->fixture, "INBOX", TERN_URGENCY_USER, result);
  return G_SOURCE_CONTINUE;
}

static void
test_clicks (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func (g_free);
  Clicks clicks = { self, results };
  guint timer;

  channel_fixture_fetch (self, "INBOX");
  tern_mock_imap_server_clear_log (self->server);
  tern_imap_session_set_times (self->imap->slots[0].session, &(TernImapTimes){ 400, 400, 400 });
  vanish (self);
  click_cb (&clicks);
  timer = g_timeout_add (50, click_cb, &clicks);
  tern_mock_imap_server_wait_connections (self->server, 2);
  g_source_remove (timer);
  /* Fewer than fit into the pipeline: it was not its end that told. */
  g_assert_cmpuint (results->len, <, TERN_IMAP_MAX_PIPELINE);
  for (guint i = 0; i < results->len; i++)
    channel_fixture_end_fetch (self, results->pdata[i]);
}

static void
test_silent (ChannelFixture *self, gconstpointer data)
{
  channel_fixture_fetch (self, "INBOX");
  self->imap->timing.silent = 0;
  tern_imap_session_set_times (self->imap->slots[0].session,
                               &(TernImapTimes){ TERN_IMAP_PATIENCE, 50, TERN_IMAP_DOUBT });
  vanish (self);
  channel_fixture_fetch (self, "INBOX"); /* over another connection, and nobody sees an error */
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 2);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "NOOP"), >=, 1);
}

static void
test_watched (ChannelFixture *self, gconstpointer data)
{
  const char *folders[] = { "INBOX", NULL };

  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 AUTH=PLAIN SASL-IR",
                                          "IMAP4rev1 IDLE CONDSTORE UIDPLUS MOVE");
  self->imap->timing.coalesce = self->imap->timing.settle = 1;
  self->imap->timing.renew = 100;
  self->imap->timing.session.short_patience = 400;
  channel_fixture_fetch (self, "INBOX");
  tern_channel_watch (self->channel, folders);
  tern_mock_imap_server_wait_command (self->server, "IDLE", 1);
  vanish (self);
  channel_fixture_wait_changed (self, 1); /* what came meanwhile went unseen */
  tern_mock_imap_server_wait_connections (self->server, 2);
  g_assert_cmpstr (self->changed->pdata[0], ==, "INBOX");
}

static void
test_suspended (ChannelFixture *self, gconstpointer data)
{
  GAsyncResult *fetched = NULL, *synced = NULL;
  g_autoptr (GError) error = NULL;

  channel_fixture_fetch (self, "INBOX");
  tern_mock_imap_server_hold (self->server);
  tern_mock_imap_server_clear_log (self->server);
  channel_fixture_start_fetch (self, "INBOX", TERN_URGENCY_USER, &fetched);
  tern_mock_imap_server_wait_command (self->server, "UID FETCH", 1);
  tern_channel_suspend (self->channel);
  g_assert_false (
      tern_channel_fetch_parts_finish (self->channel, channel_fixture_wait (&fetched), NULL));
  channel_fixture_start_sync (self, "INBOX", TERN_URGENCY_BACKGROUND, &synced);
  g_assert_false (
      tern_channel_sync_folder_finish (self->channel, channel_fixture_wait (&synced), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE);
  tern_mock_imap_server_release (self->server);
  tern_mock_imap_server_wait_closed (self->server);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 1);
  tern_channel_resume (self->channel);
  channel_fixture_fetch (self, "INBOX");
  g_clear_object (&fetched);
  g_clear_object (&synced);
}

#define ADD(name, func)                                                                            \
  g_test_add ("/engine/imap-liveness/" name, ChannelFixture, NULL, set_up, func,                   \
              channel_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a server that stops answering is an error, and asked again over another connection",
       test_fresh);
  ADD ("whoever clicks on and on learns no later that the server is gone", test_clicks);
  ADD ("a click over a connection that died unnoticed goes over another one", test_silent);
  ADD ("what ran when the computer was about to sleep is not begun anew", test_suspended);
  ADD ("a watched connection that died unnoticed is replaced when it is renewed", test_watched);
  return g_test_run ();
}
