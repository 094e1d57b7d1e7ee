/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-outlook-fixture.h"

/* What a start asks for at once, while it waits for something else. */

static void
begin_listing (Outlook *self, GAsyncResult **result)
{
  tern_engine_refresh_folders_async (self->base.engine, self->base.account_id, TERN_FETCH_FORCE,
                                     NULL, fixture_done_cb, result);
}

static void
end_listing (Outlook *self, GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;

  tern_mock_oauth_server_release (self->provider);
  tern_engine_refresh_folders_finish (self->base.engine, fixture_wait (result), &error);
  g_assert_no_error (error);
}

static void
test_remembered (Outlook *self, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  guint connections;

  outlook_grant (self, OUTLOOK_BASIC, OUTLOOK_IMAP);
  outlook_add_account (self);
  outlook_assert_sync (self);
  outlook_restart (self, 0);
  outlook_forget (self);
  connections = tern_mock_imap_server_count_connections (self->base.server);
  tern_mock_oauth_server_hold (self->provider);
  begin_listing (self, &result);
  tern_mock_imap_server_wait_connections (self->base.server, connections + 1);
  g_assert_null (result);
  end_listing (self, &result);
  g_assert_cmpuint (outlook_count (self).imap_tokens, ==, 1);
  g_assert_cmpuint (outlook_count (self).graph, ==, 0);
}

static void
test_after_the_hour (Outlook *self, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  guint connections;

  outlook_grant (self, OUTLOOK_BASIC, OUTLOOK_IMAP);
  outlook_add_account (self);
  outlook_assert_sync (self);
  outlook_restart (self, 61);
  outlook_forget (self);
  connections = tern_mock_imap_server_count_connections (self->base.server);
  tern_mock_oauth_server_hold (self->provider);
  begin_listing (self, &result);
  tern_mock_imap_server_wait_connections (self->base.server, connections + 1);
  g_assert_null (result);
  end_listing (self, &result);
  g_assert_cmpuint (outlook_count (self).graph_tokens, ==, 1);
  g_assert_cmpuint (outlook_count (self).imap_tokens, ==, 1);
  g_assert_cmpuint (outlook_count (self).graph, ==, 0);
  g_assert_cmpint (outlook_get_state (self), ==, TERN_ACCOUNT_STATE_ONLINE);
}

static void
test_granted_after_the_hour (Outlook *self, gconstpointer unused)
{
  g_autofree char *channel = NULL;

  outlook_grant (self, OUTLOOK_BASIC, OUTLOOK_IMAP);
  outlook_add_account (self);
  outlook_assert_sync (self);
  outlook_grant (self, OUTLOOK_READ_WRITE, OUTLOOK_IMAP);
  outlook_restart (self, 61);
  outlook_assert_sync (self);
  channel = outlook_dup_channel (self);
  g_assert_cmpstr (channel, ==, "graph");
  g_assert_cmpint (outlook_get_state (self), ==, TERN_ACCOUNT_STATE_ONLINE);
  tern_mock_imap_server_wait_closed (self->base.server);
}

static void
test_unknown (Outlook *self, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;

  outlook_add_account (self);
  outlook_restart (self, 61);
  outlook_forget (self);
  begin_listing (self, &result);
  end_listing (self, &result);
  g_assert_cmpuint (outlook_count (self).imap, ==, 0);
  g_assert_cmpuint (outlook_count (self).imap_tokens, ==, 0);
  g_assert_cmpuint (outlook_count (self).graph_tokens, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(sentence, function)                                                                    \
  g_test_add ("/outlook/starts/" sentence, Outlook, NULL, outlook_set_up, function,                \
              outlook_tear_down)
  ADD ("the mail server that is remembered is connected to while the token comes", test_remembered);
  ADD ("an account that was reached by IMAP is connected to while Graph's scopes are asked for",
       test_after_the_hour);
  ADD ("what was connected to for that is given up where Graph will do",
       test_granted_after_the_hour);
  ADD ("a mail server that may not be needed is left alone", test_unknown);
  return g_test_run ();
}
