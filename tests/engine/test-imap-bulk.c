/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-channel-fixture.h"

static void
set_up (ChannelFixture *self, gconstpointer data)
{
  channel_fixture_set_up (self, data);
  self->imap->compresses_near = TRUE;
  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 AUTH=PLAIN SASL-IR",
                                          "IMAP4rev1 COMPRESS=DEFLATE");
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  tern_mock_imap_server_add_letters (self->server, "Archive", 3000);
}

static void
sync_folder (ChannelFixture *self, const char *folder, TernUrgency urgency)
{
  GAsyncResult *synced = NULL;

  channel_fixture_start_sync (self, folder, urgency, &synced);
  channel_fixture_end_sync (self, &synced);
}

static void
fetch (ChannelFixture *self, const char *folder, TernUrgency urgency)
{
  GAsyncResult *fetched = NULL;

  channel_fixture_start_fetch (self, folder, urgency, &fetched);
  channel_fixture_end_fetch (self, &fetched);
}

static void
test_near (ChannelFixture *self, gconstpointer data)
{
  self->imap->compresses_near = FALSE;
  sync_folder (self, "Archive", TERN_URGENCY_BACKGROUND);
  fetch (self, "INBOX", TERN_URGENCY_BACKGROUND);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "COMPRESS"), ==, 0);
}

static void
test_user (ChannelFixture *self, gconstpointer data)
{
  sync_folder (self, "INBOX", TERN_URGENCY_USER);
  fetch (self, "INBOX", TERN_URGENCY_USER);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "COMPRESS"), ==, 0);
}

static void
test_refused (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_reply (self->server, "COMPRESS", "$TAG BAD what\r\n");
  sync_folder (self, "Archive", TERN_URGENCY_USER);
  fetch (self, "INBOX", TERN_URGENCY_BACKGROUND);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 2);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "COMPRESS"), ==, 1);
}

static void
test_damaged (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_reply (self->server, "COMPRESS", "$TAG Ok go\r\n\xff\xff\xff\xff");
  sync_folder (self, "Archive", TERN_URGENCY_USER);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 2);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "COMPRESS"), ==, 1);
}

static void
test_large_folder (ChannelFixture *self, gconstpointer data)
{
  sync_folder (self, "Archive", TERN_URGENCY_USER);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "COMPRESS"), ==, 1);
  /* Behind the first windows, not before them. */
  g_assert_cmpuint (channel_fixture_flight_of (self, "COMPRESS"), ==,
                    channel_fixture_flight_of (self, "FETCH"));
}

static void
test_letters (ChannelFixture *self, gconstpointer data)
{
  fetch (self, "INBOX", TERN_URGENCY_BACKGROUND);
  fetch (self, "INBOX", TERN_URGENCY_BACKGROUND);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "COMPRESS"), ==, 1);
}

#define ADD(name, func)                                                                            \
  g_test_add ("/engine/imap-bulk/" name, ChannelFixture, NULL, set_up, func,                       \
              channel_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("nothing is compressed on its way to this machine itself", test_near);
  ADD ("what the user waits for does not wait for COMPRESS", test_user);
  ADD ("a server that refused COMPRESS is not asked again", test_refused);
  ADD ("damaged data is fetched again without COMPRESS", test_damaged);
  ADD ("a large folder is compressed behind its first windows", test_large_folder);
  ADD ("letters that nobody waits for are compressed, once agreed on", test_letters);
  return g_test_run ();
}
