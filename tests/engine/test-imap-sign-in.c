/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-error.h"
#include "tern-channel-fixture.h"

/* What leaves together with a sign-in that the server has not answered yet. */

static void
learn (ChannelFixture *self)
{
  tern_mock_imap_server_add_letters (self->server, "INBOX", 60);
  channel_fixture_assert_sync (self, "INBOX");
  channel_fixture_restart (self);
  tern_mock_imap_server_clear_log (self->server);
}

static gboolean
connect_only (ChannelFixture *self, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_channel_connect_async (self->channel, NULL, channel_fixture_keep_result, &result);
  return tern_channel_connect_finish (self->channel, channel_fixture_wait (&result), error);
}

static void
test_refused (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  learn (self);
  tern_mock_imap_server_set_login (self->server, "user", "changed");
  g_assert_false (channel_fixture_sync (self, "INBOX", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "AUTHENTICATE"), ==, 1);
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 60);
}

static void
test_refused_connect (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  learn (self);
  tern_mock_imap_server_set_login (self->server, "user", "changed");
  g_assert_false (connect_only (self, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
}

static void
test_other_endpoint (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) other = tern_mock_imap_server_new (TERN_SECURITY_NONE);

  tern_mock_imap_server_start (other);
  tern_mock_imap_server_add_letters (other, "INBOX", 4);
  learn (self);
  g_ptr_array_add (self->account->imap, tern_mock_imap_server_dup_endpoint (other));
  channel_fixture_restart (self);
  tern_mock_imap_server_set_login (self->server, "user", "changed");
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "AUTHENTICATE"), ==, 1);
  g_assert_cmpuint (tern_mock_imap_server_count (other, "SELECT"), ==, 1);
  tern_channel_close (self->channel);
}

static void
test_cut (ChannelFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  learn (self);
  tern_mock_imap_server_cut (self->server, "AUTHENTICATE", 3);
  g_assert_false (channel_fixture_sync (self, "INBOX", &error));
  g_assert_true (tern_error_is_transport (error));
  channel_fixture_assert_sync (self, "INBOX");
}

static void
test_forgetful (ChannelFixture *self, gconstpointer data)
{
  learn (self);
  tern_mock_imap_server_set_forgetful (self->server, TRUE);
  self->imap->timing.session.doubt = 1;
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "AUTHENTICATE"), ==, 2);

  /* It is remembered. */
  channel_fixture_restart (self);
  tern_mock_imap_server_clear_log (self->server);
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "AUTHENTICATE"), ==, 1);
}

static void
test_garbled (ChannelFixture *self, gconstpointer data)
{
  learn (self);
  tern_mock_imap_server_reply (self->server, "SELECT", "T1 BAD Already authenticated\r\n");
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), >, 0);
  channel_fixture_restart (self);
  tern_mock_imap_server_clear_log (self->server);
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (channel_fixture_flight_of (self, "SELECT"), >, 1);
}

static void
test_login_ahead (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 SASL-IR AUTH=PLAIN",
                                          "IMAP4rev1 ID LOGINDISABLED");
  for (guint i = 0; i < 3; i++)
    tern_mock_imap_server_reply (self->server, "GREETING", "* OK x Cyrus IMAP 3.6.1 ready\r\n");
  learn (self);
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "AUTHENTICATE"), ==, 0);
  g_assert_cmpuint (channel_fixture_flight_of (self, "LOGIN"), ==, 1);
  g_assert_cmpuint (channel_fixture_flight_of (self, "SELECT"), ==, 1);
}

static void
test_needs_challenge (ChannelFixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 AUTH=PLAIN", "IMAP4rev1 ID");
  learn (self);
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (channel_fixture_flight_of (self, "AUTHENTICATE"), ==, 1);
  g_assert_cmpuint (channel_fixture_flight_of (self, "SELECT"), >, 1);
}

static void
test_silent_greeting (ChannelFixture *self, gconstpointer data)
{
  learn (self);
  tern_mock_imap_server_reply (self->server, "GREETING", "* OK hello\r\n");
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "CAPABILITY"), ==, 0);
  g_assert_cmpuint (channel_fixture_flight_of (self, "AUTHENTICATE"), ==, 1);
}

static void
test_capabilities_changed (ChannelFixture *self, gconstpointer data)
{
  learn (self);
  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 SASL-IR AUTH=PLAIN",
                                          "IMAP4rev1 X-NEW");
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_nonnull (strstr (self->memory, "X-NEW"));
  g_assert_null (strstr (self->memory, "MOVE"));
}

static void
test_untold_capabilities (ChannelFixture *self, gconstpointer data)
{
  learn (self);
  tern_mock_imap_server_reply (self->server, "AUTHENTICATE", "$TAG OK welcome\r\n");
  tern_mock_imap_server_set_capabilities (self->server, "IMAP4rev1 SASL-IR AUTH=PLAIN",
                                          "IMAP4rev1 X-NEW");
  channel_fixture_assert_sync (self, "INBOX");
  while (strstr (self->memory, "X-NEW") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (tern_mock_imap_server_count (self->server, "CAPABILITY"), ==, 1);
}

static void
test_cold (ChannelFixture *self, gconstpointer data)
{
  learn (self);
  tern_mock_imap_server_add_letters (self->server, "Archive", 60);
  g_clear_object (&self->sink);
  self->sink = tern_recording_sink_new ();
  channel_fixture_assert_sync (self, "Archive");
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 60);
  g_assert_cmpuint (channel_fixture_flight_of (self, "AUTHENTICATE"), ==, 1);
  g_assert_cmpuint (channel_fixture_flight_of (self, "ID"), ==, 1);
  g_assert_cmpuint (channel_fixture_flight_of (self, "SELECT"), ==, 1);
  g_assert_cmpuint (channel_fixture_flight_of (self, "FETCH"), ==, 2);
}

static void
test_warm (ChannelFixture *self, gconstpointer data)
{
  learn (self);
  tern_mock_imap_server_add_letters (self->server, "INBOX", 3);
  tern_mock_imap_server_set_flags (self->server, "INBOX", 7, "\\Flagged");
  channel_fixture_assert_sync (self, "INBOX");
  g_assert_cmpuint (channel_fixture_last_flight (self), ==, 1);
  g_assert_cmpuint (tern_recording_sink_count (self->sink), ==, 63);
  g_assert_cmpuint (tern_recording_sink_get (self->sink, "1.7")->flags, ==, TERN_FLAGS_FLAGGED);
}

#define ADD(name, func)                                                                            \
  g_test_add ("/engine/imap-sign-in/" name, ChannelFixture, NULL, channel_fixture_set_up, func,    \
              channel_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a refusal fails what left with the sign-in, and is asked for once", test_refused);
  ADD ("a refusal fails the bare connection too", test_refused_connect);
  ADD ("where one server refuses what left with the sign-in goes to the next", test_other_endpoint);
  ADD ("a connection cut in the sign-in is a network error", test_cut);
  ADD ("a server that loses what left with the sign-in gets it later, from then on",
       test_forgetful);
  ADD ("a server that garbles what left with the sign-in gets it anew, and later from then on",
       test_garbled);
  ADD ("what leaves with a sign-in to Cyrus leaves with LOGIN", test_login_ahead);
  ADD ("nothing leaves with a sign-in that needs a challenge", test_needs_challenge);
  ADD ("a greeting that tells nothing costs no question", test_silent_greeting);
  ADD ("capabilities are compared after the sign-in", test_capabilities_changed);
  ADD ("capabilities that the sign-in does not tell are asked for", test_untold_capabilities);
  ADD ("a new folder's newest letters are asked for in the second flight", test_cold);
  ADD ("a known folder is brought up to date in one flight", test_warm);
  return g_test_run ();
}
