/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-channel-fixture.h"

#define WITH_IDLE "IMAP4rev1 IDLE CONDSTORE UIDPLUS MOVE"
#define WITHOUT_IDLE "IMAP4rev1 CONDSTORE UIDPLUS MOVE"

static void
set_up (ChannelFixture *self, gconstpointer data)
{
  channel_fixture_set_up (self, data);
  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 AUTH=PLAIN SASL-IR", WITH_IDLE);
  self->imap->timing.coalesce = 1;
  self->imap->timing.settle = 1;
}

static void
watch (ChannelFixture *self, const char *first, const char *second)
{
  const char *folders[] = { first, second, NULL };

  tern_channel_watch (self->channel, folders);
}

/* Watches one folder that was synchronised before. */
static void
watch_inbox (ChannelFixture *self)
{
  GAsyncResult *synced = NULL;

  channel_fixture_start_sync (self, "INBOX", TERN_URGENCY_USER, &synced);
  channel_fixture_end_sync (self, &synced);
  watch (self, "INBOX", NULL);
}

static void
test_refused (ChannelFixture *self, gconstpointer data)
{
  self->imap->timing.poll_first = 1;
  tern_mock_imap_server_reply (self->server, "IDLE", "$TAG BAD what is that?\r\n");
  watch_inbox (self);
  tern_mock_imap_server_wait_command (self->server, "NOOP", 2);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  channel_fixture_wait_changed (self, 1);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "IDLE"), ==, 1);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 1);
}

static void
test_no_idle (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 AUTH=PLAIN SASL-IR",
                                          WITHOUT_IDLE);
  self->imap->timing.poll_first = self->imap->timing.poll_others = 1;
  tern_mock_imap_server_add_letters (self->server, "Archive", 1);
  watch_inbox (self);
  watch (self, "INBOX", "Archive");
  channel_fixture_wait_changed (self, 1); /* a folder that was never looked at is news */
  g_assert_cmpstr (self->changed->pdata[0], ==, "Archive");
  tern_mock_imap_server_add_letters (self->server, "Archive", 1);
  channel_fixture_wait_changed (self, 2);
  g_assert_cmpstr (self->changed->pdata[1], ==, "Archive");
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "IDLE"), ==, 0);
}

static void
test_lost (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_cut (self->server, "IDLE", 0);
  watch_inbox (self);
  tern_mock_imap_server_wait_command (self->server, "IDLE", 1);
  tern_mock_imap_server_wait_command (self->server, "IDLE", 2);
}

static void
test_lost_while_idle (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_cut (self->server, "IDLE", 100);
  watch_inbox (self);
  channel_fixture_wait_changed (self, 1);
  tern_mock_imap_server_wait_command (self->server, "IDLE", 2);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 2);
}

static void
test_refused_sign_in (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_login (self->server, "user", "another one");
  watch (self, "INBOX", NULL);
  channel_fixture_wait_changed (self, 1);
  g_assert_null (((TernImapWatched *) self->imap->watched->pdata[0])->looking);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "AUTHENTICATE"), ==, 1);
}

static void
test_news (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_add_letters (self->server, "INBOX", 3);
  watch_inbox (self);
  tern_mock_imap_server_wait_command (self->server, "IDLE", 1);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  channel_fixture_wait_changed (self, 1);
  tern_mock_imap_server_set_flags (self->server, "INBOX", 1, "\\Flagged");
  channel_fixture_wait_changed (self, 2);
  tern_mock_imap_server_remove_message (self->server, "INBOX", 2);
  channel_fixture_wait_changed (self, 3);
  g_assert_cmpstr (self->changed->pdata[2], ==, "INBOX");
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "SELECT"), ==, 1);
}

static void
test_same_connection (ChannelFixture *self, gconstpointer data)
{
  GAsyncResult *synced = NULL;

  tern_mock_imap_server_add_letters (self->server, "INBOX", 3);
  watch_inbox (self);
  tern_mock_imap_server_wait_command (self->server, "IDLE", 1);
  channel_fixture_fetch (self, "INBOX");
  tern_mock_imap_server_wait_command (self->server, "IDLE", 2);
  channel_fixture_start_sync (self, "INBOX", TERN_URGENCY_USER, &synced);
  channel_fixture_end_sync (self, &synced);
  tern_mock_imap_server_wait_command (self->server, "IDLE", 3);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 1);
}

static void
test_before_plus (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_prepend (self->server, "IDLE", "* 17 EXISTS\r\n");
  watch_inbox (self);
  channel_fixture_wait_changed (self, 1);
}

static void
test_still_here (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_prepend (self->server, "IDLE",
                                 "* OK Still here\r\n* 0 EXISTS\r\n* 0 RECENT\r\n");
  watch_inbox (self);
  tern_mock_imap_server_wait_command (self->server, "IDLE", 1);
  channel_fixture_fetch_nothing (self, "INBOX");
  g_assert_cmpuint (self->changed->len, ==, 0);
}

static void
test_renewal (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) commands = NULL;

  self->imap->timing.renew = 20;
  watch_inbox (self);
  tern_mock_imap_server_wait_command (self->server, "IDLE", 4);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  channel_fixture_wait_changed (self, 1);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 1);
}

static void
test_burst (ChannelFixture *self, gconstpointer data)
{
  self->imap->timing.coalesce = 50;
  watch_inbox (self);
  tern_mock_imap_server_wait_command (self->server, "IDLE", 1);
  for (guint i = 0; i < 20; i++)
    tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  channel_fixture_wait_changed (self, 1);
  g_assert_cmpuint (self->changed->len, ==, 1);
}

static void
test_two (ChannelFixture *self, gconstpointer data)
{
  watch_inbox (self);
  tern_mock_imap_server_wait_command (self->server, "IDLE", 1);
  watch (self, "Archive", "INBOX");
  tern_mock_imap_server_wait_command (self->server, "IDLE", 2);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  channel_fixture_wait_changed (self, 2);
  tern_mock_imap_server_add_letters (self->server, "Archive", 1);
  channel_fixture_wait_changed (self, 3);
  g_assert_cmpstr (self->changed->pdata[0], ==, "Archive"); /* looked at for the first time */
  g_assert_cmpstr (self->changed->pdata[1], ==, "INBOX");
  g_assert_cmpstr (self->changed->pdata[2], ==, "Archive");
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 2);
}

static void
test_log_out (ChannelFixture *self, gconstpointer data)
{
  watch_inbox (self);
  tern_mock_imap_server_wait_command (self->server, "IDLE", 1);
  channel_fixture_fetch_nothing (self, "INBOX");
  tern_mock_imap_server_wait_command (self->server, "IDLE", 2);
  while (self->imap->slots[0].idles == 0)
    g_main_context_iteration (NULL, TRUE);
  tern_channel_close (self->channel);
  tern_mock_imap_server_wait_closed (self->server);
}

static void
test_no_wish (ChannelFixture *self, gconstpointer data)
{
  self->imap->timing.idle = 1;
  watch (self, "INBOX", NULL);
  tern_mock_imap_server_wait_command (self->server, "IDLE", 1);
  tern_channel_watch (self->channel, NULL);
  channel_fixture_fetch_nothing (self, "INBOX");
  tern_mock_imap_server_wait_closed (self->server);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "IDLE"), ==, 1);
}

#define ADD(name, func)                                                                            \
  g_test_add ("/engine/imap-watch/" name, ChannelFixture, NULL, set_up, func,                      \
              channel_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a server that refuses IDLE is asked from time to time", test_refused);
  ADD ("a server without IDLE is asked from time to time", test_no_idle);
  ADD ("a connection that is lost before it idles is replaced", test_lost);
  ADD ("a connection that is lost while it idles is replaced and its folder called changed",
       test_lost_while_idle);
  ADD ("a refused sign-in is told and not tried again", test_refused_sign_in);
  ADD ("new, changed and removed letters are told of", test_news);
  ADD ("a click and a sync use the connection that idles", test_same_connection);
  ADD ("what comes before the server agrees to idle is heard", test_before_plus);
  ADD ("a server that says that it is still there says nothing", test_still_here);
  ADD ("IDLE is renewed on the same connection", test_renewal);
  ADD ("a burst of news is told of once", test_burst);
  ADD ("two folders are watched on two connections", test_two);
  ADD ("closing leaves a connection that idles", test_log_out);
  ADD ("a folder that nobody watches any more gives its connection up", test_no_wish);
  return g_test_run ();
}
