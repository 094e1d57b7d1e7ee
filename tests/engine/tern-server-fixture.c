/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-server-fixture.h"

#include <string.h>

/* Closes the channel and makes another one that remembers what the first has learnt, as the next
 * start of the program does. */
void
server_restart (ChannelFixture *self)
{
  TernEndpoint *endpoint = self->account->imap->pdata[0];
  g_autofree char *memory = tern_imap_channel_dup_memory (self->imap, endpoint);
  g_autoptr (TernTrust) trust = tern_trust_new ();

  tern_channel_close (self->channel);
  channel_fixture_turn ();
  tern_mock_imap_server_wait_closed (self->server);
  g_assert_finalize_object (self->imap);
  self->imap = tern_imap_channel_new (self->account, "secret", trust);
  self->channel = TERN_CHANNEL (self->imap);
  tern_imap_channel_remember (self->imap, endpoint, 1, TRUE, memory);
  tern_mock_imap_server_clear_log (self->server);
}

/* Adds a letter to INBOX; %NULL for a well-made envelope or structure. */
void
server_add_letter (ChannelFixture *self, const char *envelope, const char *structure)
{
  tern_mock_imap_server_add_message (
      self->server, "INBOX",
      &(TernMockImapMessage){ .raw = "Subject: one\r\nFrom: a@example.org\r\n\r\ntext\r\n",
                              .envelope = envelope,
                              .bodystructure = structure });
}

/* Goes on from the last checkpoint. */
gboolean
server_try_sync (ChannelFixture *self, const char *folder, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_channel_sync_folder_async (self->channel, folder, tern_recording_sink_get_state (self->sink),
                                  TERN_SINK (self->sink), TERN_URGENCY_USER, NULL,
                                  channel_fixture_keep_result, &result);
  return tern_channel_sync_folder_finish (self->channel, channel_fixture_wait (&result), error);
}

void
server_sync (ChannelFixture *self, const char *folder)
{
  g_autoptr (GError) error = NULL;

  server_try_sync (self, folder, &error);
  g_assert_no_error (error);
}

/* The letter, which must be there. */
TernMessage *
server_get (ChannelFixture *self, const char *remote_id)
{
  TernMessage *message = tern_recording_sink_get (self->sink, remote_id);

  g_assert_nonnull (message);
  return message;
}

GPtrArray *
server_list (ChannelFixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *folders;

  tern_channel_list_folders_async (self->channel, NULL, channel_fixture_keep_result, &result);
  folders =
      tern_channel_list_folders_finish (self->channel, channel_fixture_wait (&result), &error);
  g_assert_no_error (error);
  return folders;
}

/* What the server tells of a folder. */
GPtrArray *
server_check (ChannelFixture *self, const char *folder)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *folders;

  tern_channel_check_folders_async (self->channel, (const char *const[]){ folder, NULL }, NULL,
                                    channel_fixture_keep_result, &result);
  folders =
      tern_channel_check_folders_finish (self->channel, channel_fixture_wait (&result), &error);
  g_assert_no_error (error);
  return folders;
}

/* The folder, which must be there. */
TernFolder *
server_find_folder (GPtrArray *folders, const char *remote_id)
{
  for (guint i = 0; i < folders->len; i++)
    if (strcmp (((TernFolder *) folders->pdata[i])->remote_id, remote_id) == 0)
      return folders->pdata[i];
  g_error ("no folder %s", remote_id);
  return NULL;
}

typedef struct
{
  GString *bytes;
  gboolean is_complete;
} Piece;

static void
take_piece (const TernPartRequest *request,
            const guint8 *bytes,
            gsize length,
            gboolean complete,
            gpointer user_data)
{
  Piece *piece = user_data;

  g_string_append_len (piece->bytes, (const char *) bytes, (gssize) length);
  piece->is_complete = complete;
}

/* What a request of INBOX gives; %NULL where it was not complete. */
char *
server_fetch (ChannelFixture *self, const TernPartRequest *request, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Piece piece = { g_string_new (NULL), FALSE };
  gboolean good;

  tern_channel_fetch_parts_async (self->channel, "INBOX", request, 1, TERN_URGENCY_USER, take_piece,
                                  &piece, NULL, channel_fixture_keep_result, &result);
  good = tern_channel_fetch_parts_finish (self->channel, channel_fixture_wait (&result), error);
  return g_string_free (piece.bytes, !good || !piece.is_complete);
}

/* All steps of a change. */
gboolean
server_apply (ChannelFixture *self,
              const TernRemoteChange *change,
              GHashTable **moved,
              GError **error)
{
  g_autofree char *step = NULL;

  while (TRUE)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (TernOutcome) outcome = NULL;
      TernRemoteChange next = *change;

      next.step = step;
      tern_channel_apply_async (self->channel, &next, NULL, channel_fixture_keep_result, &result);
      outcome = tern_channel_apply_finish (self->channel, channel_fixture_wait (&result), error);
      if (outcome == NULL)
        return FALSE;
      g_free (step);
      step = g_steal_pointer (&outcome->step);
      if (step != NULL)
        continue;
      if (moved != NULL)
        *moved = g_hash_table_size (outcome->moved) > 0 ? g_hash_table_ref (outcome->moved) : NULL;
      return TRUE;
    }
}

/* Whether a command with these letters in its arguments (NULL: any) came. */
gboolean
server_was_asked (ChannelFixture *self, const char *name, const char *args)
{
  g_autoptr (GPtrArray) commands = tern_mock_imap_server_dup_commands (self->server);

  for (guint i = 0; i < commands->len; i++)
    {
      const TernMockImapCommand *command = commands->pdata[i];

      if (strcmp (command->name, name) == 0 &&
          (args == NULL || strstr (command->args, args) != NULL))
        return TRUE;
    }
  return FALSE;
}

/* Bytes of the longest command of that name, with its tag and line end. */
gsize
server_longest_command (ChannelFixture *self, const char *name)
{
  g_autoptr (GPtrArray) commands = tern_mock_imap_server_dup_commands (self->server);
  gsize longest = 0;

  for (guint i = 0; i < commands->len; i++)
    {
      const TernMockImapCommand *command = commands->pdata[i];

      if (strcmp (command->name, name) == 0)
        longest = MAX (longest,
                       strlen (command->tag) + 1 + strlen (name) + 1 + strlen (command->args) + 2);
    }
  return longest;
}
