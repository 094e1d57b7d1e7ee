/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-channel-fixture.h"

#define AGREED "$TAG OK as you like\r\n"
#define NEWS_OF_ARCHIVE "* STATUS Archive (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 1)\r\n"

static void
set_up (ChannelFixture *self, gconstpointer data)
{
  channel_fixture_set_up (self, data);
  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 AUTH=PLAIN SASL-IR",
                                          "IMAP4rev1 IDLE NOTIFY CONDSTORE UIDPLUS MOVE");
  self->imap->timing.coalesce = 1;
  self->imap->timing.settle = 1;
}

/* Watches two folders; the first was synchronised before. */
static void
watch (ChannelFixture *self)
{
  const char *folders[] = { "INBOX", "Archive", NULL };
  GAsyncResult *synced = NULL;

  channel_fixture_start_sync (self, "INBOX", TERN_URGENCY_USER, &synced);
  channel_fixture_end_sync (self, &synced);
  tern_channel_watch (self->channel, folders);
}

/* The same with a server that agrees, until all that was unheard before is told. */
static void
watch_by_notify (ChannelFixture *self)
{
  tern_mock_imap_server_reply (self->server, "NOTIFY", AGREED);
  watch (self);
  channel_fixture_wait_changed (self, 1);
  g_assert_cmpstr (self->changed->pdata[0], ==, "Archive");
  tern_mock_imap_server_wait_command (self->server, "IDLE", 1);
}

static void
assert_args (ChannelFixture *self, guint n, const char *args)
{
  g_autoptr (GPtrArray) commands = tern_mock_imap_server_dup_commands (self->server);

  for (guint i = 0; i < commands->len; i++)
    {
      const TernMockImapCommand *command = commands->pdata[i];

      if (g_str_equal (command->name, "NOTIFY") && n-- == 1)
        {
          g_assert_cmpstr (command->args, ==, args);
          return;
        }
    }
  g_assert_not_reached ();
}

static void
test_refused (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_reply (self->server, "NOTIFY", "$TAG BAD what is that?\r\n");
  watch (self);
  channel_fixture_wait_changed (self, 1); /* looked at for the first time */
  tern_mock_imap_server_wait_command (self->server, "IDLE", 2);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  channel_fixture_wait_changed (self, 2);
  g_assert_cmpstr (self->changed->pdata[1], ==, "INBOX");
  tern_mock_imap_server_add_letters (self->server, "Archive", 1);
  channel_fixture_wait_changed (self, 3);
  g_assert_cmpstr (self->changed->pdata[2], ==, "Archive");
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "NOTIFY"), ==, 1);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 2);
}

static void
test_bad_event (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_reply (
      self->server, "NOTIFY",
      "$TAG NO [BADEVENT (MessageNew MessageExpunge FlagChange)] no more than these\r\n");
  watch_by_notify (self);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "NOTIFY"), ==, 2);
  assert_args (self, 2,
               "SET (SELECTED-DELAYED (MessageNew MessageExpunge FlagChange)) "
               "(PERSONAL (MessageNew MessageExpunge FlagChange))");
  tern_mock_imap_server_notify (self->server, NEWS_OF_ARCHIVE);
  channel_fixture_wait_changed (self, 2);
}

static void
test_malformed (ChannelFixture *self, gconstpointer data)
{
  watch_by_notify (self);
  tern_mock_imap_server_notify (self->server, "* STATUS (MESSAGES 1)\r\n");
  tern_mock_imap_server_wait_connections (self->server, 2);
  tern_mock_imap_server_wait_command (self->server, "IDLE", 2);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "NOTIFY"), ==, 1);
}

static void
test_overflow (ChannelFixture *self, gconstpointer data)
{
  watch_by_notify (self);
  tern_mock_imap_server_reply (self->server, "NOTIFY", AGREED);
  tern_mock_imap_server_notify (self->server, "* OK [NOTIFICATIONOVERFLOW] too much for me\r\n");
  channel_fixture_wait_changed (self, 3);
  tern_mock_imap_server_wait_command (self->server, "NOTIFY", 2);
  assert_args (self, 2, "SET (SELECTED-DELAYED (MessageNew MessageExpunge FlagChange))");
  tern_mock_imap_server_wait_connections (self->server, 2);
  while (self->imap->slots[0].watched == NULL || self->imap->slots[1].watched == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "NOTIFY"), ==, 2);
}

static void
test_one_connection (ChannelFixture *self, gconstpointer data)
{
  watch_by_notify (self);
  tern_mock_imap_server_notify (self->server, NEWS_OF_ARCHIVE);
  channel_fixture_wait_changed (self, 2);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 1);
  channel_fixture_wait_changed (self, 3);
  g_assert_cmpstr (self->changed->pdata[1], ==, "Archive");
  g_assert_cmpstr (self->changed->pdata[2], ==, "INBOX");
  assert_args (self, 1,
               "SET (SELECTED-DELAYED (MessageNew MessageExpunge FlagChange)) "
               "(PERSONAL (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange))");
  for (guint i = 0; i < self->imap->watched->len; i++)
    g_assert_null (((TernImapWatched *) self->imap->watched->pdata[i])->looking);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "SELECT"), ==, 1);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 1);
}

static void
test_unwatched (ChannelFixture *self, gconstpointer data)
{
  watch_by_notify (self);
  tern_mock_imap_server_notify (self->server, "* STATUS \"Sent\" (MESSAGES 1)\r\n");
  channel_fixture_wait_changed (self, 2);
  g_assert_cmpstr (self->changed->pdata[1], ==, "Sent");
}

static void
test_new_mailbox (ChannelFixture *self, gconstpointer data)
{
  watch_by_notify (self);
  tern_mock_imap_server_notify (self->server, "* LIST () \"/\" \"New\"\r\n");
  channel_fixture_wait_changed (self, 2);
  g_assert_null (self->changed->pdata[1]);
}

static void
test_other_selected (ChannelFixture *self, gconstpointer data)
{
  watch_by_notify (self);
  channel_fixture_fetch_nothing (self, "Drafts");
  tern_mock_imap_server_wait_command (self->server, "IDLE", 2);
  tern_mock_imap_server_notify (self->server, "* STATUS INBOX (MESSAGES 1)\r\n");
  channel_fixture_wait_changed (self, 2);
  g_assert_cmpstr (self->changed->pdata[1], ==, "INBOX");
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->server), ==, 1);
}

static gboolean
was_told_since (ChannelFixture *self, guint first, const char *folder)
{
  for (guint i = first; i < self->changed->len; i++)
    if (g_strcmp0 (self->changed->pdata[i], folder) == 0)
      return TRUE;
  return FALSE;
}

static void
test_lost (ChannelFixture *self, gconstpointer data)
{
  watch_by_notify (self);
  tern_mock_imap_server_reply (self->server, "NOTIFY", AGREED);
  tern_mock_imap_server_hang_up (self->server);
  tern_mock_imap_server_wait_command (self->server, "NOTIFY", 2);
  while (!was_told_since (self, 1, "INBOX") || !was_told_since (self, 1, "Archive"))
    g_main_context_iteration (NULL, TRUE);
}

#define ADD(name, func)                                                                            \
  g_test_add ("/engine/imap-notify/" name, ChannelFixture, NULL, set_up, func,                     \
              channel_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("refusal goes on with IDLE", test_refused);
  ADD ("a server that knows fewer events is asked for these", test_bad_event);
  ADD ("a notification without a name ends NOTIFY", test_malformed);
  ADD ("overflow goes back to IDLE and calls all watched folders changed", test_overflow);
  ADD ("a connection that is lost is replaced and unheard folders are called changed", test_lost);
  ADD ("one connection hears of several folders", test_one_connection);
  ADD ("STATUS of another folder tells of its change", test_unwatched);
  ADD ("a new mailbox tells of the folder list", test_new_mailbox);
  ADD ("the connection that hears of all idles in whichever folder it was left",
       test_other_selected);
  return g_test_run ();
}
