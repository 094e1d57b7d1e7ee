/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-error.h"
#include "tern-outlook-fixture.h"

#include <libsoup/soup.h>
#include <string.h>

/* How an account goes from one channel to the next while it is in use, and what that denies. */

static void
assert_channel (Outlook *self, const char *expected)
{
  g_autofree char *channel = outlook_dup_channel (self);

  g_assert_cmpstr (channel, ==, expected);
}

static void
begin_sync (Outlook *self, TernFolderRole role, GAsyncResult **result)
{
  g_autoptr (TernFolder) folder = outlook_get_folder (self, role);

  tern_engine_sync_folder_async (self->base.engine, folder->id, TERN_FETCH_FORCE, NULL,
                                 fixture_done_cb, result);
}

static void
end_sync (Outlook *self, GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;

  tern_engine_sync_folder_finish (self->base.engine, fixture_wait (result), &error);
  g_assert_no_error (error);
}

static void
start_by_graph (Outlook *self)
{
  outlook_add_account (self);
  outlook_assert_sync (self);
  assert_channel (self, "graph");
  outlook_forget (self);
}

static void
test_silent (Outlook *self, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;

  start_by_graph (self);
  tern_mock_graph_hold (self->graph);
  begin_sync (self, TERN_FOLDER_ROLE_INBOX, &result);
  tern_mock_graph_wait_waiting (self->graph, 1);
  g_assert_cmpuint (outlook_count (self).imap, ==, 0);
  /* Over another connection the request may be sent once more, and is held no more then. */
  outlook_set_graph (self, OUTLOOK_UNREACHABLE);
  end_sync (self, &result);
  assert_channel (self, "imap");
}

/* Graph fails, then works again when IMAP does not. */
static void
change_over (Outlook *self, OutlookHealth trouble)
{
  start_by_graph (self);
  outlook_set_graph (self, trouble);
  outlook_assert_sync (self);
  assert_channel (self, "imap");
  outlook_set_graph (self, OUTLOOK_HEALTHY);
  outlook_set_imap (self, OUTLOOK_UNREACHABLE);
  outlook_forget (self);
  /* What IMAP sent ahead is good for one more, and one request has been to both before. */
  while (outlook_sync (self, NULL) && outlook_count (self).graph == 0)
    ;
}

static void
test_passing (Outlook *self, gconstpointer data)
{
  change_over (self, (OutlookHealth) GPOINTER_TO_INT (data));
  outlook_assert_sync (self);
  assert_channel (self, "graph");
}

static void
test_denied (Outlook *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  change_over (self, (OutlookHealth) GPOINTER_TO_INT (data));
  g_assert_false (outlook_sync (self, &error));
  g_assert_true (tern_error_is_transport (error));
  outlook_restart (self, 59);
  g_assert_false (outlook_sync (self, NULL));
  g_assert_cmpuint (outlook_count (self).graph, ==, 0);
  outlook_restart (self, 2);
  outlook_assert_sync (self);
  assert_channel (self, "graph");
}

static void
test_one_folder (Outlook *self, gconstpointer unused)
{
  start_by_graph (self);
  tern_mock_graph_fail (self->graph, "id-archive", 403, "ErrorAccessDenied", NULL);
  g_assert_false (outlook_sync_folder (self, TERN_FOLDER_ROLE_ARCHIVE, TERN_FETCH_FORCE, NULL));
  outlook_assert_sync (self);
  g_assert_cmpuint (outlook_count (self).imap, ==, 0);
  g_assert_cmpuint (outlook_count (self).graph, ==, 2);
}

static void
test_at_once (Outlook *self, gconstpointer unused)
{
  g_autoptr (GAsyncResult) inbox = NULL;
  g_autoptr (GAsyncResult) archive = NULL;
  g_autoptr (GAsyncResult) trash = NULL;
  OutlookCounts n;

  start_by_graph (self);
  outlook_set_graph (self, OUTLOOK_FORBIDDEN);
  outlook_restart (self, 0);
  outlook_forget (self);
  begin_sync (self, TERN_FOLDER_ROLE_INBOX, &inbox);
  begin_sync (self, TERN_FOLDER_ROLE_ARCHIVE, &archive);
  begin_sync (self, TERN_FOLDER_ROLE_TRASH, &trash);
  end_sync (self, &inbox);
  fixture_wait (&archive);
  fixture_wait (&trash);
  n = outlook_count (self);
  g_assert_cmpuint (n.graph_tokens, ==, 1);
  g_assert_cmpuint (n.imap_tokens, ==, 1);
  g_assert_cmpuint (n.graph, <=, 3);
  assert_channel (self, "imap");
}

static void
test_provider_in_trouble (Outlook *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  OutlookCounts n;

  outlook_add_account (self);
  tern_mock_oauth_server_set_fault (self->provider, TERN_MOCK_OAUTH_BROKEN, 1);
  g_assert_false (outlook_sync (self, &error));
  n = outlook_count (self);
  g_assert_cmpuint (n.graph_tokens + n.imap_tokens, ==, 1);
  g_assert_cmpuint (n.graph + n.imap, ==, 0);
  g_assert_cmpint (outlook_get_state (self), !=, TERN_ACCOUNT_STATE_SIGN_IN);
  outlook_restart (self, 0);
  outlook_assert_sync (self);
  assert_channel (self, "graph");
}

/* Does what a person does in a browser, who is let in at once. */
static void
follow (const char *url)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, url);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) page = NULL;
  g_autoptr (GError) error = NULL;

  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL, fixture_done_cb,
                                    &result);
  page = soup_session_send_and_read_finish (session, fixture_wait (&result), &error);
  g_assert_no_error (error);
}

static void
sign_in_again (Outlook *self)
{
  g_autoptr (GPtrArray) accounts = tern_engine_read_accounts (self->base.engine, NULL);
  g_autoptr (GAsyncResult) begun = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernSignInOffer) offer = NULL;
  g_autoptr (GError) error = NULL;

  tern_engine_begin_sign_in_async (self->base.engine, accounts->pdata[0], "Done", "Not done", NULL,
                                   fixture_done_cb, &begun);
  offer = tern_engine_begin_sign_in_finish (self->base.engine, fixture_wait (&begun), &error);
  g_assert_no_error (error);
  tern_engine_sign_in_again_async (self->base.engine, self->base.account_id, offer, NULL,
                                   fixture_done_cb, &result);
  follow (offer->url);
  tern_engine_sign_in_again_finish (self->base.engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
}

static void
test_new_sign_in (Outlook *self, gconstpointer unused)
{
  start_by_graph (self);
  outlook_set_graph (self, OUTLOOK_FORBIDDEN);
  outlook_assert_sync (self);
  assert_channel (self, "imap");
  outlook_set_graph (self, OUTLOOK_HEALTHY);
  outlook_forget (self);
  outlook_assert_sync (self);
  g_assert_cmpuint (outlook_count (self).graph, ==, 0);
  sign_in_again (self);
  outlook_assert_sync (self);
  assert_channel (self, "graph");
}

static void
test_ended_sign_in (Outlook *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  gint64 id;

  start_by_graph (self);
  tern_mock_oauth_server_revoke (self->provider);
  g_assert_false (outlook_sync (self, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
  g_assert_cmpint (outlook_get_state (self), ==, TERN_ACCOUNT_STATE_SIGN_IN);
  id = outlook_find (self, TERN_FOLDER_ROLE_INBOX, "Letter 3");
  {
    g_autoptr (TernOperation) logged =
        fixture_apply (&self->base, tern_operation_new_flags (&id, 1, TERN_FLAGS_FLAGGED, 0));
  }
  outlook_forget (self);
  g_assert_null (outlook_open (self, id, TERN_FETCH_VALIDATE, NULL));
  g_assert_cmpuint (outlook_count (self).graph + outlook_count (self).imap, ==, 0);
  sign_in_again (self);
  fixture_flush (&self->base, &error);
  {
    g_autofree char *truth = tern_mock_graph_describe (self->graph, "letter-3");

    g_assert_cmpstr (truth, ==, "id-inbox flagged");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD_WITH(sentence, data, function)                                                         \
  g_test_add ("/outlook/failover/" sentence, Outlook, GINT_TO_POINTER (data), outlook_set_up,      \
              function, outlook_tear_down)
#define ADD(sentence, function) ADD_WITH (sentence, 0, function)
  ADD ("a silent Graph is done with when its connection ends", test_silent);
  ADD_WITH ("a Graph that ended connections is asked when IMAP fails", OUTLOOK_CUT, test_passing);
  ADD_WITH ("a Graph that could not be reached is asked when IMAP fails", OUTLOOK_UNREACHABLE,
            test_passing);
  ADD_WITH ("a Graph that was broken is asked when IMAP fails", OUTLOOK_BROKEN, test_passing);
  ADD_WITH ("a Graph that forbids is not asked for an hour, though IMAP fails", OUTLOOK_FORBIDDEN,
            test_denied);
  ADD_WITH ("a Graph that takes no token is not asked for an hour, though IMAP fails",
            OUTLOOK_UNAUTHORIZED, test_denied);
  ADD ("a folder that may not be read denies no channel", test_one_folder);
  ADD ("what is asked for at once goes over together", test_at_once);
  ADD ("a provider in trouble is no sign-out, and no mail server is asked",
       test_provider_in_trouble);
  ADD ("a new sign-in forgets what was refused", test_new_sign_in);
  ADD ("a sign-in that ended asks nobody, and the next one does what waits", test_ended_sign_in);
  return g_test_run ();
}
