/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-channel-fixture.h"

#include <string.h>

static void
changed_cb (TernChannel *channel, const char *folder, gpointer user_data)
{
  ChannelFixture *self = user_data;

  g_ptr_array_add (self->changed, g_strdup (folder));
}

void
channel_fixture_set_up (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) endpoints =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);
  g_autoptr (TernTrust) trust = tern_trust_new ();

  self->server = tern_mock_imap_server_new (TERN_SECURITY_NONE);
  tern_mock_imap_server_start (self->server);
  g_ptr_array_add (endpoints, tern_mock_imap_server_dup_endpoint (self->server));
  self->account = tern_account_new (1, NULL, "user@example.org", NULL, "user", endpoints);
  self->sink = tern_recording_sink_new ();
  self->changed = g_ptr_array_new_with_free_func (g_free);
  self->imap = tern_imap_channel_new (self->account, "secret", trust);
  self->channel = TERN_CHANNEL (self->imap);
  g_signal_connect (self->channel, "changed", G_CALLBACK (changed_cb), self);
}

void
channel_fixture_tear_down (ChannelFixture *self, gconstpointer data)
{
  tern_channel_close (self->channel);
  channel_fixture_turn ();
  g_assert_finalize_object (self->imap);
  g_object_unref (self->sink);
  g_ptr_array_unref (self->changed);
  tern_account_unref (self->account);
  g_object_unref (self->server);
}

void
channel_fixture_keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

GAsyncResult *
channel_fixture_wait (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

/* Does what can be done without waiting. */
void
channel_fixture_turn (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Starts a sync with a sink of its own, from nothing. */
void
channel_fixture_start_sync (ChannelFixture *self,
                            const char *folder,
                            TernUrgency urgency,
                            GAsyncResult **result)
{
  g_autoptr (TernRecordingSink) sink = tern_recording_sink_new ();

  tern_channel_sync_folder_async (self->channel, folder, NULL, TERN_SINK (sink), urgency, NULL,
                                  channel_fixture_keep_result, result);
}

void
channel_fixture_end_sync (ChannelFixture *self, GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;

  tern_channel_sync_folder_finish (self->channel, channel_fixture_wait (result), &error);
  g_assert_no_error (error);
  g_clear_object (result);
}

static void
take_part (const TernPartRequest *request,
           const guint8 *bytes,
           gsize length,
           gboolean complete,
           gpointer user_data)
{
}

/* Asks for the first letter of a folder. */
void
channel_fixture_start_fetch (ChannelFixture *self,
                             const char *folder,
                             TernUrgency urgency,
                             GAsyncResult **result)
{
  tern_channel_fetch_parts_async (self->channel, folder,
                                  &(TernPartRequest){ "1.1", "", 0, 0, NULL }, 1, urgency,
                                  take_part, NULL, NULL, channel_fixture_keep_result, result);
}

void
channel_fixture_end_fetch (ChannelFixture *self, GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;

  tern_channel_fetch_parts_finish (self->channel, channel_fixture_wait (result), &error);
  g_assert_no_error (error);
  g_clear_object (result);
}

void
channel_fixture_fetch (ChannelFixture *self, const char *folder)
{
  GAsyncResult *result = NULL;

  channel_fixture_start_fetch (self, folder, TERN_URGENCY_USER, &result);
  channel_fixture_end_fetch (self, &result);
}

/* Waits until the channel has told of @n changes since the start. */
void
channel_fixture_wait_changed (ChannelFixture *self, guint n)
{
  while (self->changed->len < n)
    g_main_context_iteration (NULL, TRUE);
}

guint
channel_fixture_connection_of (ChannelFixture *self, const char *name, const char *args)
{
  g_autoptr (GPtrArray) commands = tern_mock_imap_server_dup_commands (self->server);

  for (guint i = 0; i < commands->len; i++)
    {
      const TernMockImapCommand *command = commands->pdata[i];

      if (strcmp (command->name, name) == 0 &&
          (args == NULL || g_str_has_prefix (command->args, args)))
        return command->connection;
    }
  return 0;
}
