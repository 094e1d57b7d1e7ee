/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-error.h"
#include "tern-server-fixture.h"

/* Servers that send anything at all. */

#define LETTERS 30
/* Letters with lower UIDs are moved away meanwhile, the others must stay. */
#define MOVED 5
/* Seeds that are tried, as far as the time allows. */
#define SEEDS 60
#define SECONDS 5

/* After so long without a result the server hangs up, as a network does in the end (ms). */
#define PATIENCE 40
#define HANG_UPS 250

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* A request ends, well or not, at the latest when the connections do. */
static GAsyncResult *
wait_or_hang_up (ChannelFixture *self, GAsyncResult **result)
{
  guint timer = g_timeout_add (PATIENCE, wake_cb, NULL);
  gint64 since = g_get_monotonic_time ();
  guint n = 0;

  while (*result == NULL)
    {
      g_main_context_iteration (NULL, TRUE);
      if (g_get_monotonic_time () - since < PATIENCE * G_TIME_SPAN_MILLISECOND)
        continue;
      since = g_get_monotonic_time ();
      tern_mock_imap_server_hang_up (self->server);
      g_assert_cmpuint (++n, <, HANG_UPS);
    }
  g_source_remove (timer);
  return *result;
}

static void
list (ChannelFixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) folders = NULL;

  tern_channel_list_folders_async (self->channel, NULL, channel_fixture_keep_result, &result);
  folders = tern_channel_list_folders_finish (self->channel, wait_or_hang_up (self, &result), NULL);
}

static void
check (ChannelFixture *self)
{
  const char *const names[] = { "INBOX", "Archive", NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) folders = NULL;

  tern_channel_check_folders_async (self->channel, names, NULL, channel_fixture_keep_result,
                                    &result);
  folders =
      tern_channel_check_folders_finish (self->channel, wait_or_hang_up (self, &result), NULL);
}

static void
sync_noisily (ChannelFixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_channel_sync_folder_async (
      self->channel, "INBOX", tern_recording_sink_get_state (self->sink), TERN_SINK (self->sink),
      TERN_URGENCY_USER, NULL, channel_fixture_keep_result, &result);
  tern_channel_sync_folder_finish (self->channel, wait_or_hang_up (self, &result), NULL);
}

static void
count_bytes (const TernPartRequest *request,
             const guint8 *bytes,
             gsize length,
             gboolean complete,
             gpointer user_data)
{
  *(gsize *) user_data += length;
}

static void
fetch (ChannelFixture *self)
{
  const TernPartRequest requests[] = { { "1.9", "1", 0, 0, NULL }, { "1.10", "", 3, 9, NULL } };
  g_autoptr (GAsyncResult) result = NULL;
  gsize bytes = 0;

  tern_channel_fetch_parts_async (self->channel, "INBOX", requests, G_N_ELEMENTS (requests),
                                  TERN_URGENCY_USER, count_bytes, &bytes, NULL,
                                  channel_fixture_keep_result, &result);
  tern_channel_fetch_parts_finish (self->channel, wait_or_hang_up (self, &result), NULL);
}

static void
change (ChannelFixture *self, const TernRemoteChange *what)
{
  g_autofree char *step = NULL;

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (TernOutcome) outcome = NULL;
      TernRemoteChange next = *what;

      next.step = step;
      tern_channel_apply_async (self->channel, &next, NULL, channel_fixture_keep_result, &result);
      outcome = tern_channel_apply_finish (self->channel, wait_or_hang_up (self, &result), NULL);
      if (outcome == NULL || outcome->step == NULL)
        return;
      g_free (step);
      step = g_steal_pointer (&outcome->step);
    }
}

static void
flag_and_move (ChannelFixture *self, guint seed)
{
  g_autoptr (GPtrArray) flagged = g_ptr_array_new ();
  g_autoptr (GPtrArray) moved = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (flagged, (char *) "1.12");
  g_ptr_array_add (flagged, (char *) "1.14");
  change (self, &(TernRemoteChange){ .kind = TERN_OPERATION_FLAGS,
                                     .folder = "INBOX",
                                     .messages = flagged,
                                     .set = TERN_FLAGS_FLAGGED });
  g_ptr_array_add (moved, g_strdup_printf ("1.%u", 1 + seed % (MOVED - 1)));
  change (self, &(TernRemoteChange){ .kind = TERN_OPERATION_MOVE,
                                     .folder = "INBOX",
                                     .messages = moved,
                                     .target = "Archive" });
}

static void
assert_nothing_lost (ChannelFixture *self)
{
  for (guint32 uid = MOVED; uid <= LETTERS; uid++)
    {
      g_autofree char *flags = tern_mock_imap_server_dup_flags (self->server, "INBOX", uid);

      g_assert_nonnull (flags);
      g_assert_null (strstr (flags, "\\Deleted"));
    }
  g_assert_cmpuint (tern_mock_imap_server_count_messages (self->server, "INBOX") +
                        tern_mock_imap_server_count_messages (self->server, "Archive"),
                    >=, LETTERS);
}

/* What the server has is what a new account sees. */
static void
assert_usable (ChannelFixture *self)
{
  tern_mock_imap_server_set_noise (self->server, 0);
  g_object_unref (self->sink);
  self->sink = tern_recording_sink_new ();
  server_restart (self);
  server_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==,
                    tern_mock_imap_server_count_messages (self->server, "INBOX"));
}

static void
test_noise (ChannelFixture *self, gconstpointer data)
{
  gint64 end = g_get_monotonic_time () + SECONDS * G_TIME_SPAN_SECOND;

  self->imap->timing.poll_first = self->imap->timing.coalesce = self->imap->timing.settle = 5;
  tern_mock_imap_server_set_capabilities (self->server, SERVER_BEFORE, data);
  tern_mock_imap_server_add_letters (self->server, "INBOX", LETTERS);
  tern_channel_watch (self->channel, (const char *const[]){ "INBOX", NULL });
  for (guint seed = 1; seed <= SEEDS && g_get_monotonic_time () < end; seed++)
    {
      tern_mock_imap_server_set_noise (self->server, seed);
      list (self);
      sync_noisily (self);
      check (self);
      fetch (self);
      flag_and_move (self, seed);
      sync_noisily (self);
      assert_nothing_lost (self);
    }
  assert_usable (self);
}

static void
test_greeting (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GString) greeting = g_string_new ("* OK ");
  g_autoptr (GError) error = NULL;

  while (greeting->len < 200 * 1024)
    g_string_append (greeting, "all work and no play ");
  tern_mock_imap_server_reply (self->server, "GREETING", greeting->str);
  g_assert_false (server_try_sync (self, "INBOX", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PROTOCOL);
}

/* The words of a server go to logs and messages: no more of them than somebody reads. */
static void
test_words (ChannelFixture *self, gconstpointer data)
{
  g_autofree char *words = g_strnfill (100000, 'x');
  g_autofree char *reply = g_strdup_printf ("$TAG NO %s\r\n", words);
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_reply (self->server, "SELECT", reply);
  g_assert_false (server_try_sync (self, "INBOX", &error));
  g_assert_cmpuint (strlen (error->message), <, 2000);
}

#define ADD(name, data, func)                                                                      \
  g_test_add ("/engine/" name, ChannelFixture, data, channel_fixture_set_up, func,                 \
              channel_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("attack/a greeting without end is given up", NULL, test_greeting);
  ADD ("attack/a server's words are cut to what can be read", NULL, test_words);
  ADD ("attack/noise on the wire neither crashes, hangs nor deletes",
       "IMAP4rev1 LITERAL+ ID ENABLE IDLE NAMESPACE UIDPLUS MOVE SPECIAL-USE LIST-EXTENDED "
       "LIST-STATUS CONDSTORE QRESYNC ESEARCH",
       test_noise);
  ADD ("attack/noise neither crashes, hangs nor deletes where little is offered", "IMAP4rev1 ID",
       test_noise);
  return g_test_run ();
}
