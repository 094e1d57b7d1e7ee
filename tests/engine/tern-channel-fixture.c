/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-channel-fixture.h"

#include <string.h>

static void
changed_cb (TernChannel *channel, const char *folder, gpointer user_data)
{
  ChannelFixture *self = user_data;

  g_ptr_array_add (self->changed, g_strdup (folder));
}

static void
keep_memory (TernChannel *channel, TernRoute *route, ChannelFixture *self)
{
  g_autoptr (TernEndpoint) endpoint = tern_mock_imap_server_dup_endpoint (self->server);

  g_free (self->memory);
  self->memory = tern_imap_channel_dup_memory (self->imap, endpoint);
}

void
channel_fixture_restart (ChannelFixture *self)
{
  g_autoptr (TernTrust) trust = tern_trust_new ();
  g_autoptr (TernEndpoint) endpoint = tern_mock_imap_server_dup_endpoint (self->server);

  if (self->channel != NULL)
    tern_channel_close (self->channel);
  g_clear_object (&self->imap);
  self->imap = tern_imap_channel_new (self->account, "secret", trust);
  tern_imap_channel_remember (self->imap, endpoint, 10, TRUE, self->memory);
  self->channel = TERN_CHANNEL (self->imap);
  g_signal_connect (self->channel, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect (self->channel, "connected", G_CALLBACK (keep_memory), self);
}

void
channel_fixture_set_up (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) endpoints =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);

  self->server = tern_mock_imap_server_new (TERN_SECURITY_NONE);
  tern_mock_imap_server_start (self->server);
  g_ptr_array_add (endpoints, tern_mock_imap_server_dup_endpoint (self->server));
  self->account = tern_account_new (1, NULL, "user@example.org", NULL, "user", endpoints);
  self->sink = tern_recording_sink_new ();
  self->changed = g_ptr_array_new_with_free_func (g_free);
  channel_fixture_restart (self);
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
  g_free (self->memory);
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

/* The same from a folder that is empty. */
void
channel_fixture_fetch_nothing (ChannelFixture *self, const char *folder)
{
  g_autoptr (GAsyncResult) result = NULL;

  channel_fixture_start_fetch (self, folder, TERN_URGENCY_USER, &result);
  g_assert_false (
      tern_channel_fetch_parts_finish (self->channel, channel_fixture_wait (&result), NULL));
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

gboolean
channel_fixture_sync (ChannelFixture *self, const char *folder, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *state = g_strdup (tern_recording_sink_get_state (self->sink));

  tern_channel_sync_folder_async (self->channel, folder, state, TERN_SINK (self->sink),
                                  TERN_URGENCY_USER, NULL, channel_fixture_keep_result, &result);
  return tern_channel_sync_folder_finish (self->channel, channel_fixture_wait (&result), error);
}

void
channel_fixture_assert_sync (ChannelFixture *self, const char *folder)
{
  g_autoptr (GError) error = NULL;
  gboolean good = channel_fixture_sync (self, folder, &error);

  g_assert_no_error (error);
  g_assert_true (good);
}

guint
channel_fixture_flight_of (ChannelFixture *self, const char *name)
{
  g_autoptr (GPtrArray) commands = tern_mock_imap_server_dup_commands (self->server);

  for (guint i = 0; i < commands->len; i++)
    if (strcmp (((TernMockImapCommand *) commands->pdata[i])->name, name) == 0)
      return ((TernMockImapCommand *) commands->pdata[i])->flight;
  return 0;
}

guint
channel_fixture_last_flight (ChannelFixture *self)
{
  g_autoptr (GPtrArray) commands = tern_mock_imap_server_dup_commands (self->server);
  guint connection = tern_mock_imap_server_count_connections (self->server), flight = 0;

  for (guint i = 0; i < commands->len; i++)
    if (((TernMockImapCommand *) commands->pdata[i])->connection == connection)
      flight = MAX (flight, ((TernMockImapCommand *) commands->pdata[i])->flight);
  return flight;
}
