/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-error.h"
#include "tern-imap-convert.h"
#include "tern-server-fixture.h"

typedef struct
{
  ChannelFixture c;
  GString *part;
  guint complete;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  channel_fixture_set_up (&self->c, data);
  self->part = g_string_new (NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  channel_fixture_tear_down (&self->c, data);
  g_string_free (self->part, TRUE);
}

/* As after a new start of a program that remembers nothing of the server. */
static void
restart (Fixture *self)
{
  g_clear_pointer (&self->c.memory, g_free);
  channel_fixture_restart (&self->c);
}

static gboolean
sync_folder (Fixture *self, const char *folder, const char *state, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_channel_sync_folder_async (self->c.channel, folder, state, TERN_SINK (self->c.sink),
                                  TERN_URGENCY_USER, NULL, channel_fixture_keep_result, &result);
  return tern_channel_sync_folder_finish (self->c.channel, channel_fixture_wait (&result), error);
}

static void
assert_sync (Fixture *self, const char *folder, const char *state)
{
  g_autoptr (GError) error = NULL;
  gboolean good = sync_folder (self, folder, state, &error);

  g_assert_no_error (error);
  g_assert_true (good);
}

static void
take_part (const TernPartRequest *request,
           const guint8 *bytes,
           gsize length,
           gboolean complete,
           gpointer user_data)
{
  Fixture *self = user_data;

  g_string_append_len (self->part, (const char *) bytes, (gssize) length);
  self->complete += complete ? 1 : 0;
}

static gboolean
fetch (Fixture *self, const TernPartRequest *requests, gsize n, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_channel_fetch_parts_async (self->c.channel, "INBOX", requests, n, TERN_URGENCY_USER,
                                  take_part, self, NULL, channel_fixture_keep_result, &result);
  return tern_channel_fetch_parts_finish (self->c.channel, channel_fixture_wait (&result), error);
}

static void
test_wrong_password (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_set_login (self->c.server, "user", "another");
  g_assert_false (sync_folder (self, "INBOX", NULL, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
}

static void
test_missing_folder (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (sync_folder (self, "Nowhere", NULL, &error));
  g_assert_nonnull (error);
  g_assert_cmpuint (tern_recording_sink_count (self->c.sink), ==, 0);
}

static void
test_cut (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *state = NULL;
  guint before;

  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 400);
  tern_mock_imap_server_cut (self->c.server, "FETCH", 1000000); /* the first window passes */
  g_assert_false (sync_folder (self, "INBOX", NULL, &error));
  g_assert_nonnull (error);
  before = tern_recording_sink_count (self->c.sink);
  g_assert_cmpuint (before, <, 400);

  state = g_strdup (tern_recording_sink_get_state (self->c.sink));
  assert_sync (self, "INBOX", state);
  g_assert_cmpuint (tern_recording_sink_count (self->c.sink), ==, 400);
}

static void
test_cold (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 1234);
  assert_sync (self, "INBOX", NULL);
  g_assert_cmpuint (tern_recording_sink_count (self->c.sink), ==, 1234);
  g_assert_cmpuint (channel_fixture_flight_of (&self->c, "SELECT"), ==, 2);
  g_assert_cmpuint (channel_fixture_flight_of (&self->c, "FETCH"), ==, 3);
}

static void
test_list_then_sync (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) folders = NULL;

  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 100);
  tern_channel_list_folders_async (self->c.channel, NULL, channel_fixture_keep_result, &result);
  folders =
      tern_channel_list_folders_finish (self->c.channel, channel_fixture_wait (&result), NULL);
  g_assert_nonnull (folders);
  assert_sync (self, "INBOX", NULL);
  g_assert_cmpuint (tern_recording_sink_count (self->c.sink), ==, 100);
  g_assert_cmpuint (channel_fixture_flight_of (&self->c, "LIST"), ==, 2);
  g_assert_cmpuint (channel_fixture_flight_of (&self->c, "FETCH"), ==, 3);

  /* Only once: what comes later is seen by a new SELECT. */
  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 1);
  assert_sync (self, "INBOX", tern_recording_sink_get_state (self->c.sink));
  g_assert_cmpuint (tern_recording_sink_count (self->c.sink), ==, 101);
  g_assert_cmpuint (tern_mock_imap_server_count (self->c.server, "SELECT"), ==, 2);
}

static void
test_newest_first (Fixture *self, gconstpointer data)
{
  GPtrArray *order;
  guint oldest = 0;

  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 300);
  assert_sync (self, "INBOX", NULL);
  order = tern_recording_sink_get_order (self->c.sink);
  for (guint i = 0; i < 50; i++)
    oldest = MAX (oldest, 300 - (guint) atoi (strchr (order->pdata[i], '.') + 1));
  g_assert_cmpuint (oldest, <, 50);
}

static void
test_warm (Fixture *self, gconstpointer data)
{
  g_autofree char *log = NULL;

  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 120);
  assert_sync (self, "INBOX", NULL);
  g_free (tern_recording_sink_take_log (self->c.sink));
  tern_channel_close (self->c.channel);
  restart (self);
  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 3);
  tern_mock_imap_server_set_flags (self->c.server, "INBOX", 7, "\\Flagged");
  tern_mock_imap_server_remove_message (self->c.server, "INBOX", 9);
  tern_mock_imap_server_clear_log (self->c.server);

  assert_sync (self, "INBOX", tern_recording_sink_get_state (self->c.sink));
  g_assert_cmpuint (tern_recording_sink_count (self->c.sink), ==, 122);
  g_assert_null (tern_recording_sink_get (self->c.sink, "1.9"));
  g_assert_cmpuint (tern_recording_sink_get (self->c.sink, "1.7")->flags, ==, TERN_FLAGS_FLAGGED);
  g_assert_cmpuint (channel_fixture_flight_of (&self->c, "SELECT"), ==, 2);
  g_assert_cmpuint (channel_fixture_flight_of (&self->c, "UID FETCH"), ==, 2);
}

static void
test_unchanged (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 60);
  assert_sync (self, "INBOX", NULL);
  tern_channel_close (self->c.channel);
  tern_mock_imap_server_wait_closed (self->c.server);
  restart (self);
  tern_mock_imap_server_clear_log (self->c.server);
  assert_sync (self, "INBOX", tern_recording_sink_get_state (self->c.sink));
  g_assert_cmpuint (channel_fixture_last_flight (&self->c), ==, 2);
  g_assert_cmpuint (tern_recording_sink_count (self->c.sink), ==, 60);
}

static void
test_uidvalidity (Fixture *self, gconstpointer data)
{
  g_autofree char *log = NULL;

  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 20);
  assert_sync (self, "INBOX", NULL);
  g_free (tern_recording_sink_take_log (self->c.sink));
  tern_mock_imap_server_set_uidvalidity (self->c.server, "INBOX", 77);
  tern_channel_close (self->c.channel);
  restart (self);
  assert_sync (self, "INBOX", tern_recording_sink_get_state (self->c.sink));
  log = tern_recording_sink_take_log (self->c.sink);
  g_assert_true (g_str_has_prefix (log, "reset\nmessages"));
  g_assert_cmpuint (tern_recording_sink_count (self->c.sink), ==, 20);
  g_assert_nonnull (tern_recording_sink_get (self->c.sink, "77.20"));
}

static void
test_folders (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = NULL;
  guint roles = 0;

  tern_mock_imap_server_add_folder (self->c.server, "&ZeVnLIqe-", "");
  tern_channel_list_folders_async (self->c.channel, NULL, channel_fixture_keep_result, &result);
  folders =
      tern_channel_list_folders_finish (self->c.channel, channel_fixture_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (folders->len, ==, 7);
  for (guint i = 0; i < folders->len; i++)
    {
      const TernFolder *folder = folders->pdata[i];

      roles |= 1u << folder->role;
      if (strcmp (folder->remote_id, "&ZeVnLIqe-") == 0)
        g_assert_cmpstr (folder->name, ==, "日本語");
    }
  g_assert_cmpuint (roles & (1u << TERN_FOLDER_ROLE_INBOX), !=, 0);
  g_assert_cmpuint (roles & (1u << TERN_FOLDER_ROLE_TRASH), !=, 0);
}

static void
test_parts (Fixture *self, gconstpointer data)
{
  const TernPartRequest requests[] = { { "1.1", "", 0, 0, NULL }, { "1.2", "", 0, 0, NULL } };
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 3);
  g_assert_true (fetch (self, requests, 2, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (self->complete, ==, 2);
  g_assert_cmpuint (tern_mock_imap_server_count (self->c.server, "UID FETCH"), ==, 1);
  g_assert_nonnull (strstr (self->part->str, "Letter 1"));
  g_assert_nonnull (strstr (self->part->str, "Letter 2"));
}

static void
test_piece (Fixture *self, gconstpointer data)
{
  const TernPartRequest request = { "1.1", "", 5, 7, NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *whole = NULL;

  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 1);
  g_assert_true (fetch (self, &(TernPartRequest){ "1.1", "", 0, 0, NULL }, 1, &error));
  whole = g_strdup (self->part->str);
  g_string_truncate (self->part, 0);
  g_assert_true (fetch (self, &request, 1, &error));
  g_assert_cmpuint (self->part->len, ==, 7);
  g_assert_cmpmem (self->part->str, 7, whole + 5, 7);
}

static void
test_parts_gone (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 1);
  g_assert_false (fetch (self, &(TernPartRequest){ "1.77", "", 0, 0, NULL }, 1, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
  g_clear_error (&error);
  g_assert_false (fetch (self, &(TernPartRequest){ "2.1", "", 0, 0, NULL }, 1, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
  g_assert_cmpuint (self->complete, ==, 0);
}

static GPtrArray *
make_ids (const char *first, const char *second)
{
  GPtrArray *ids = g_ptr_array_new ();

  g_ptr_array_add (ids, (char *) first);
  if (second != NULL)
    g_ptr_array_add (ids, (char *) second);
  return ids;
}

static void
test_flags (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) ids = make_ids ("1.1", NULL);
  const TernRemoteChange change = { .kind = TERN_OPERATION_FLAGS,
                                    .folder = "INBOX",
                                    .messages = ids,
                                    .set = TERN_FLAGS_FLAGGED,
                                    .clear = TERN_FLAGS_SEEN };
  g_autoptr (GError) error = NULL;
  g_autofree char *flags = NULL;

  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 1);
  tern_mock_imap_server_set_flags (self->c.server, "INBOX", 1, "\\Seen");
  g_assert_true (server_apply (&self->c, &change, NULL, &error));
  g_assert_no_error (error);
  flags = tern_mock_imap_server_dup_flags (self->c.server, "INBOX", 1);
  g_assert_cmpstr (flags, ==, "\\Flagged");
}

static void
test_move (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) ids = make_ids ("1.3", "1.1");
  const TernRemoteChange change = {
    .kind = TERN_OPERATION_MOVE, .folder = "INBOX", .messages = ids, .target = "Trash"
  };
  g_autoptr (GHashTable) moved = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 3);
  g_assert_true (server_apply (&self->c, &change, &moved, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (tern_mock_imap_server_count_messages (self->c.server, "INBOX"), ==, 1);
  g_assert_cmpuint (tern_mock_imap_server_count_messages (self->c.server, "Trash"), ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (moved, "1.1"), ==, "1.1");
  g_assert_cmpstr (g_hash_table_lookup (moved, "1.3"), ==, "1.2");
}

static void
test_move_by_copy (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) ids = make_ids ("1.1", NULL);
  const TernRemoteChange change = {
    .kind = TERN_OPERATION_MOVE, .folder = "INBOX", .messages = ids, .target = "Trash"
  };
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_set_capabilities (self->c.server, "IMAP4rev1 AUTH=PLAIN",
                                          "IMAP4rev1 UIDPLUS");
  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 2);
  g_assert_true (server_apply (&self->c, &change, NULL, &error));
  g_assert_cmpuint (tern_mock_imap_server_count (self->c.server, "UID MOVE"), ==, 0);
  g_assert_cmpuint (tern_mock_imap_server_count (self->c.server, "UID EXPUNGE"), ==, 1);
  g_assert_cmpuint (tern_mock_imap_server_count_messages (self->c.server, "INBOX"), ==, 1);
}

static void
test_failed_copy (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) ids = make_ids ("1.1", NULL);
  const TernRemoteChange change = {
    .kind = TERN_OPERATION_MOVE, .folder = "INBOX", .messages = ids, .target = "Trash"
  };
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_set_capabilities (self->c.server, "IMAP4rev1 AUTH=PLAIN",
                                          "IMAP4rev1 UIDPLUS");
  tern_mock_imap_server_reply (self->c.server, "UID COPY", "$TAG NO [OVERQUOTA] full\r\n");
  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 2);
  g_assert_false (server_apply (&self->c, &change, NULL, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_REFUSED);
  g_assert_cmpuint (tern_mock_imap_server_count (self->c.server, "UID STORE"), ==, 0);
  g_assert_cmpuint (tern_mock_imap_server_count_messages (self->c.server, "INBOX"), ==, 2);
}

static void
test_no_bare_expunge (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) ids = make_ids ("1.1", NULL);
  const TernRemoteChange change = { .kind = TERN_OPERATION_DELETE,
                                    .folder = "INBOX",
                                    .messages = ids };
  g_autoptr (GError) error = NULL;
  g_autofree char *flags = NULL;

  tern_mock_imap_server_set_capabilities (self->c.server, "IMAP4rev1 AUTH=PLAIN", "IMAP4rev1");
  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 2);
  g_assert_true (server_apply (&self->c, &change, NULL, &error));
  g_assert_cmpuint (tern_mock_imap_server_count (self->c.server, "EXPUNGE"), ==, 0);
  flags = tern_mock_imap_server_dup_flags (self->c.server, "INBOX", 1);
  g_assert_nonnull (strstr (flags, "\\Deleted"));
}

static void
test_user_beside_sync (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) synced = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 5);
  tern_mock_imap_server_stall (self->c.server, "FETCH");
  tern_channel_sync_folder_async (self->c.channel, "INBOX", NULL, TERN_SINK (self->c.sink),
                                  TERN_URGENCY_USER, NULL, channel_fixture_keep_result, &synced);
  tern_mock_imap_server_wait_command (self->c.server, "FETCH", 1);
  g_assert_true (fetch (self, &(TernPartRequest){ "1.1", "", 0, 0, NULL }, 1, &error));
  g_assert_no_error (error);
  g_assert_null (synced);
  tern_channel_close (self->c.channel);
  g_assert_false (
      tern_channel_sync_folder_finish (self->c.channel, channel_fixture_wait (&synced), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

static void
test_dead_connection (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 5);
  assert_sync (self, "INBOX", NULL);
  tern_mock_imap_server_cut (self->c.server, "UID FETCH", 0);
  g_assert_true (fetch (self, &(TernPartRequest){ "1.1", "", 0, 0, NULL }, 1, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (self->complete, ==, 1);
  channel_fixture_turn ();
}

static void
test_other_endpoint (Fixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) other = tern_mock_imap_server_new (TERN_SECURITY_NONE);
  g_autoptr (TernRoute) route = NULL;
  const TernRouteEntry *winner;

  tern_mock_imap_server_start (other);
  tern_mock_imap_server_set_login (self->c.server, "user", "something else");
  tern_mock_imap_server_add_letters (other, "INBOX", 4);
  g_ptr_array_add (self->c.account->imap, tern_mock_imap_server_dup_endpoint (other));
  restart (self);
  assert_sync (self, "INBOX", NULL);
  g_assert_cmpuint (tern_recording_sink_count (self->c.sink), ==, 4);
  route = tern_channel_dup_route (self->c.channel);
  winner = tern_route_get_winner (route);
  g_assert_cmpuint (winner->endpoint->port, ==, tern_mock_imap_server_get_port (other));
  g_assert_cmpuint (tern_mock_imap_server_count (self->c.server, "AUTHENTICATE"), <=, 1);
  tern_channel_close (self->c.channel);
}

static void
test_certificate (Fixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) other = tern_mock_imap_server_new (TERN_SECURITY_TLS);
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_start (other);
  g_ptr_array_set_size (self->c.account->imap, 0);
  g_ptr_array_add (self->c.account->imap, tern_mock_imap_server_dup_endpoint (other));
  restart (self);
  g_assert_false (sync_folder (self, "INBOX", NULL, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE);
  g_assert_cmpuint (strlen (tern_error_get_detail (error)), ==, 64);
  g_assert_cmpuint (tern_mock_imap_server_count (other, "AUTHENTICATE"), ==, 0);
}

static void
test_broken_structure (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 3);
  tern_mock_imap_server_add_message (
      self->c.server, "INBOX",
      &(TernMockImapMessage){ .raw = "Subject: broken\r\n\r\nx\r\n",
                              .bodystructure = "((\"text\" \"plain\"" });
  assert_sync (self, "INBOX", NULL);
  g_assert_cmpuint (tern_recording_sink_count (self->c.sink), ==, 4);
  g_assert_cmpstr (tern_recording_sink_get (self->c.sink, "1.4")->subject, ==, "broken");
  g_assert_null (tern_recording_sink_get (self->c.sink, "1.4")->structure);
}

static void
test_broken_envelope (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 3);
  tern_mock_imap_server_add_message (
      self->c.server, "INBOX",
      &(TernMockImapMessage){ .raw = "Subject: x\r\n\r\nx\r\n", .envelope = "(\"no end" });
  assert_sync (self, "INBOX", NULL);
  g_assert_cmpuint (tern_recording_sink_count (self->c.sink), ==, 3);
}

static void
test_without_condstore (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->c.server, "IMAP4rev1 AUTH=PLAIN SASL-IR",
                                          "IMAP4rev1");
  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 30);
  assert_sync (self, "INBOX", NULL);
  tern_mock_imap_server_set_flags (self->c.server, "INBOX", 7, "\\Flagged");
  tern_mock_imap_server_remove_message (self->c.server, "INBOX", 9);
  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 1);
  tern_channel_close (self->c.channel);
  restart (self);
  assert_sync (self, "INBOX", tern_recording_sink_get_state (self->c.sink));
  g_assert_cmpuint (tern_recording_sink_count (self->c.sink), ==, 30);
  g_assert_null (tern_recording_sink_get (self->c.sink, "1.9"));
  g_assert_cmpuint (tern_recording_sink_get (self->c.sink, "1.7")->flags, ==, TERN_FLAGS_FLAGGED);
}

static void
test_bad_extension (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 30);
  assert_sync (self, "INBOX", NULL);
  tern_mock_imap_server_set_flags (self->c.server, "INBOX", 7, "\\Flagged");
  tern_channel_close (self->c.channel);
  restart (self);
  tern_mock_imap_server_reply (self->c.server, "UID FETCH", "$TAG OK nothing new\r\n");
  tern_mock_imap_server_reply (self->c.server, "UID FETCH", "$TAG BAD CHANGEDSINCE?\r\n");
  assert_sync (self, "INBOX", tern_recording_sink_get_state (self->c.sink));
  g_assert_cmpuint (tern_recording_sink_get (self->c.sink, "1.7")->flags, ==, TERN_FLAGS_FLAGGED);
}

static void
test_empty (Fixture *self, gconstpointer data)
{
  assert_sync (self, "Drafts", NULL);
  g_assert_cmpuint (tern_recording_sink_count (self->c.sink), ==, 0);
  tern_mock_imap_server_add_letters (self->c.server, "Drafts", 2);
  assert_sync (self, "Drafts", tern_recording_sink_get_state (self->c.sink));
  g_assert_cmpuint (tern_recording_sink_count (self->c.sink), ==, 2);
}

static void
test_cancelled_sync (Fixture *self, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_add_letters (self->c.server, "INBOX", 100);
  tern_mock_imap_server_hold (self->c.server);
  tern_channel_sync_folder_async (self->c.channel, "INBOX", NULL, TERN_SINK (self->c.sink),
                                  TERN_URGENCY_USER, cancellable, channel_fixture_keep_result,
                                  &result);
  tern_mock_imap_server_wait_connections (self->c.server, 1);
  g_cancellable_cancel (cancellable);
  g_assert_false (
      tern_channel_sync_folder_finish (self->c.channel, channel_fixture_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tern_mock_imap_server_release (self->c.server);
  assert_sync (self, "INBOX", NULL);
  g_assert_cmpuint (tern_recording_sink_count (self->c.sink), ==, 100);
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/engine/imap-channel/a wrong password is an authentication error", test_wrong_password);
  ADD ("/engine/imap-channel/a folder that is not there fails the sync", test_missing_folder);
  ADD ("/engine/imap-channel/a sync that was cut off is taken up where it stopped", test_cut);
  ADD ("/engine/imap-channel/a failed copy deletes nothing", test_failed_copy);
  ADD ("/engine/imap-channel/without UIDPLUS nothing is expunged", test_no_bare_expunge);
  ADD ("/engine/imap-channel/parts of messages that are gone are an error", test_parts_gone);
  ADD ("/engine/imap-channel/a connection found dead is replaced once", test_dead_connection);
  ADD ("/engine/imap-channel/a new UIDVALIDITY resets the folder", test_uidvalidity);
  ADD ("/engine/imap-channel/the newest letters are asked for in the third flight", test_cold);
  ADD ("/engine/imap-channel/a sync behind the folder list needs no flight for its SELECT",
       test_list_then_sync);
  ADD ("/engine/imap-channel/the newest fifty come first", test_newest_first);
  ADD ("/engine/imap-channel/a known folder is brought up to date in two flights", test_unchanged);
  ADD ("/engine/imap-channel/new, changed and removed letters are told apart", test_warm);
  ADD ("/engine/imap-channel/folders have names and roles", test_folders);
  ADD ("/engine/imap-channel/parts of several letters are one command", test_parts);
  ADD ("/engine/imap-channel/a piece of a part is what was asked for", test_piece);
  ADD ("/engine/imap-channel/flags are set and cleared", test_flags);
  ADD ("/engine/imap-channel/a move tells the new ids", test_move);
  ADD ("/engine/imap-channel/without MOVE a letter is copied, marked and expunged",
       test_move_by_copy);
  ADD ("/engine/imap-channel/what the user waits for does not wait for a sync",
       test_user_beside_sync);
  ADD ("/engine/imap-channel/an untrusted certificate tells its fingerprint", test_certificate);
  ADD ("/engine/imap-channel/where one endpoint refuses the next signs in", test_other_endpoint);
  ADD ("/engine/imap-channel/a broken structure costs the structure", test_broken_structure);
  ADD ("/engine/imap-channel/a broken envelope costs its letter", test_broken_envelope);
  ADD ("/engine/imap-channel/an extension that fails is done without", test_bad_extension);
  ADD ("/engine/imap-channel/a cancelled sync leaves the channel in use", test_cancelled_sync);
  ADD ("/engine/imap-channel/without CONDSTORE all flags are compared", test_without_condstore);
  ADD ("/engine/imap-channel/an empty folder is known too", test_empty);
  return g_test_run ();
}
