/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "tern-channel-fixture.h"
#include "tern-error.h"
#include "tern-mock-oauth-server.h"
#include "tern-providers.h"
#include "tern-token-source.h"

/* An account that signs in by tokens, at a server that takes or refuses them as a test likes. */

#define BEFORE "IMAP4rev1 SASL-IR AUTH=XOAUTH2"
#define AFTER "IMAP4rev1 ID"
#define LET_IN "$TAG OK [CAPABILITY " AFTER "] welcome\r\n"
/* {"status":"401"} */
#define REFUSED "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n$TAG NO AUTHENTICATE failed.\r\n"
#define NO_MAILBOX "$TAG BAD User is authenticated but not connected.\r\n"

typedef struct
{
  ChannelFixture channel;
  TernMockOauthServer *provider;
  TernTokenClient *client;
  TernTokenSource *tokens;
} Fixture;

static TernProvider *
make_provider (const char *base)
{
  g_autofree char *path = NULL;
  g_autofree char *text = g_strdup_printf (
      "{\"providers\":[{\"id\":\"mock\",\"channels\":[\"imap\"],\"oauth\":{"
      "\"authorize\":\"%s/authorize\",\"token\":\"%s/token\",\"client_id\":\"test\","
      "\"scopes\":{\"imap\":\"https://mail.test/IMAP\"}},"
      "\"imap\":[{\"host\":\"localhost\",\"port\":1,\"security\":\"none\"}]}]}",
      base, base);
  int fd = g_file_open_tmp ("tern-providers-XXXXXX", &path, NULL);
  const char *files[] = { path, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (TernProviders) providers = NULL;

  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  providers = tern_providers_load (files, &error);
  g_assert_no_error (error);
  g_unlink (path);
  return tern_provider_ref (tern_providers_get (providers, "mock"));
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (TernProvider) provider = NULL;
  g_autoptr (TernTokenAnswer) answer = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *refresh = NULL;

  channel_fixture_set_up (&self->channel, data);
  tern_mock_imap_server_set_capabilities (self->channel.server, BEFORE, AFTER);
  self->provider = tern_mock_oauth_server_new (0);
  self->client = tern_token_client_new ();
  provider = make_provider (tern_mock_oauth_server_get_base (self->provider));
  self->tokens = tern_token_source_new (self->client, provider, NULL, NULL, NULL);
  refresh = tern_mock_oauth_server_grant (self->provider);
  answer = tern_token_answer_new (NULL, refresh);
  tern_token_source_sign_in_async (self->tokens, NULL, answer, NULL, channel_fixture_keep_result,
                                   &result);
  g_assert_true (
      tern_token_source_store_finish (self->tokens, channel_fixture_wait (&result), NULL));
  tern_imap_channel_use_tokens (self->channel.imap, self->tokens);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  channel_fixture_tear_down (&self->channel, data);
  g_object_unref (self->tokens);
  g_object_unref (self->client);
  g_object_unref (self->provider);
}

static void
answer_sign_ins (Fixture *self, const char *first, const char *second)
{
  tern_mock_imap_server_reply (self->channel.server, "AUTHENTICATE", first);
  if (second != NULL)
    tern_mock_imap_server_reply (self->channel.server, "AUTHENTICATE", second);
}

static guint
count_sign_ins (Fixture *self)
{
  return tern_mock_imap_server_count (self->channel.server, "AUTHENTICATE");
}

static guint
count_refreshes (Fixture *self)
{
  return tern_mock_oauth_server_count (self->provider, "/token");
}

static gboolean
connect_only (Fixture *self, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_channel_connect_async (self->channel.channel, NULL, channel_fixture_keep_result, &result);
  return tern_channel_connect_finish (self->channel.channel, channel_fixture_wait (&result), error);
}

static void
test_no_token (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_oauth_server_revoke (self->provider);
  g_assert_false (connect_only (self, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
  g_assert_cmpuint (count_sign_ins (self), ==, 0);
}

static void
test_no_token_again (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_mock_oauth_server_revoke (self->provider);
  tern_mock_oauth_server_hold (self->provider);
  tern_channel_connect_async (self->channel.channel, NULL, channel_fixture_keep_result, &result);
  tern_mock_imap_server_wait_connections (self->channel.server, 1);
  tern_mock_oauth_server_release (self->provider);
  g_assert_false (
      tern_channel_connect_finish (self->channel.channel, channel_fixture_wait (&result), NULL));
  g_assert_false (connect_only (self, NULL));
  tern_mock_imap_server_wait_closed (self->channel.server);
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->channel.server), ==, 1);
  g_assert_cmpuint (count_refreshes (self), ==, 1);
}

static void
test_meanwhile (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;

  answer_sign_ins (self, LET_IN, NULL);
  tern_mock_oauth_server_hold (self->provider);
  tern_channel_connect_async (self->channel.channel, NULL, channel_fixture_keep_result, &result);
  tern_mock_imap_server_wait_connections (self->channel.server, 1);
  g_assert_cmpuint (count_sign_ins (self), ==, 0);
  tern_mock_oauth_server_release (self->provider);
  g_assert_true (
      tern_channel_connect_finish (self->channel.channel, channel_fixture_wait (&result), NULL));
  g_assert_cmpuint (tern_mock_imap_server_count_connections (self->channel.server), ==, 1);
}

static void
test_cancelled_meanwhile (Fixture *self, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_oauth_server_hold (self->provider);
  tern_channel_connect_async (self->channel.channel, cancellable, channel_fixture_keep_result,
                              &result);
  tern_mock_imap_server_wait_connections (self->channel.server, 1);
  g_cancellable_cancel (cancellable);
  g_assert_false (
      tern_channel_connect_finish (self->channel.channel, channel_fixture_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tern_mock_oauth_server_release (self->provider);
  tern_mock_imap_server_wait_closed (self->channel.server);
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  answer_sign_ins (self, REFUSED, REFUSED);
  g_assert_false (connect_only (self, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
  g_assert_nonnull (strstr (error->message, "{\"status\":\"401\"}"));
  g_assert_cmpuint (count_sign_ins (self), ==, 2);
  g_assert_cmpuint (count_refreshes (self), ==, 2);
}

static void
test_renewed (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  answer_sign_ins (self, REFUSED, LET_IN);
  g_assert_true (connect_only (self, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_refreshes (self), ==, 2);
}

static void
test_renewed_ahead (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_add_letters (self->channel.server, "INBOX", 5);
  answer_sign_ins (self, LET_IN, REFUSED);
  tern_mock_imap_server_reply (self->channel.server, "AUTHENTICATE", LET_IN);
  channel_fixture_assert_sync (&self->channel, "INBOX");
  channel_fixture_restart (&self->channel);
  tern_imap_channel_use_tokens (self->channel.imap, self->tokens);
  channel_fixture_assert_sync (&self->channel, "INBOX");
  g_assert_cmpuint (count_sign_ins (self), ==, 3);
  g_assert_cmpuint (count_refreshes (self), ==, 2);
}

static void
test_no_mailbox (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  answer_sign_ins (self, LET_IN, LET_IN);
  tern_mock_imap_server_reply (self->channel.server, "SELECT", NO_MAILBOX);
  g_assert_false (channel_fixture_sync (&self->channel, "INBOX", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_AUTH);
  g_assert_cmpuint (count_sign_ins (self), ==, 1);
  g_assert_cmpuint (count_refreshes (self), ==, 1);
}

static void
test_mailbox_elsewhere (Fixture *self, gconstpointer data)
{
  g_autoptr (TernMockImapServer) other = tern_mock_imap_server_new (TERN_SECURITY_NONE);

  tern_mock_imap_server_set_capabilities (other, BEFORE, AFTER);
  tern_mock_imap_server_reply (other, "AUTHENTICATE", LET_IN);
  tern_mock_imap_server_add_letters (other, "INBOX", 4);
  tern_mock_imap_server_start (other);
  /* The one that is remembered is asked first, alone. */
  self->channel.memory = g_strdup (AFTER);
  g_ptr_array_add (self->channel.account->imap, tern_mock_imap_server_dup_endpoint (other));
  channel_fixture_restart (&self->channel);
  tern_imap_channel_use_tokens (self->channel.imap, self->tokens);
  answer_sign_ins (self, LET_IN, NULL);
  tern_mock_imap_server_reply (self->channel.server, "SELECT", NO_MAILBOX);
  channel_fixture_assert_sync (&self->channel, "INBOX");
  g_assert_cmpuint (tern_recording_sink_count (self->channel.sink), ==, 4);
  tern_channel_close (self->channel.channel);
}

/* What the client said of itself, decoded. */
static char *
dup_message (Fixture *self, const char *mechanism)
{
  g_autofree char *transcript = tern_mock_imap_server_dup_transcript (self->channel.server);
  g_autofree char *begin = g_strdup_printf ("AUTHENTICATE %s ", mechanism);
  const char *found = strstr (transcript, begin);
  g_autofree char *base64 = NULL;
  g_autofree char *message = NULL;
  gsize length;

  g_assert_nonnull (found);
  found += strlen (begin);
  base64 = g_strndup (found, strcspn (found, "\r\n"));
  message = (char *) g_base64_decode (base64, &length);
  return g_strndup (message, length);
}

static void
assert_begins (Fixture *self, const char *mechanism, const char *begin)
{
  g_autofree char *message = NULL;
  g_autofree char *access = NULL;

  answer_sign_ins (self, LET_IN, NULL);
  g_assert_true (connect_only (self, NULL));
  message = dup_message (self, mechanism);
  g_assert_true (g_str_has_prefix (message, begin));
  g_assert_true (g_str_has_suffix (message, "\001\001"));
  access = g_strdup (strstr (message, "\001auth=Bearer ") + strlen ("\001auth=Bearer "));
  access[strcspn (access, "\001")] = '\0';
  g_assert_true (tern_mock_oauth_server_accepts (self->provider, access));
}

static void
test_xoauth2 (Fixture *self, gconstpointer data)
{
  assert_begins (self, "XOAUTH2", "user=user\001auth=Bearer ");
}

static void
test_oauthbearer (Fixture *self, gconstpointer data)
{
  tern_mock_imap_server_set_capabilities (self->channel.server,
                                          "IMAP4rev1 SASL-IR AUTH=OAUTHBEARER", AFTER);
  assert_begins (self, "OAUTHBEARER", "n,a=user,\001host=127.0.0.1\001port=");
}

static void
test_no_mechanism (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  tern_mock_imap_server_set_capabilities (self->channel.server, "IMAP4rev1 AUTH=PLAIN", AFTER);
  g_assert_false (connect_only (self, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED);
  g_assert_cmpuint (count_sign_ins (self), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
  g_test_add ("/engine/imap tokens/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("without a token no server is asked", test_no_token);
  ADD ("while there is no token no server is connected to", test_no_token_again);
  ADD ("the way to the server is made while the token comes", test_meanwhile);
  ADD ("who gives up gives up token and server", test_cancelled_meanwhile);
  ADD ("a token that is refused is replaced once, and no more", test_refused);
  ADD ("a token that was taken back is replaced", test_renewed);
  ADD ("what left with a refused token is repeated with another", test_renewed_ahead);
  ADD ("signed in without a mailbox is a refusal, and no loop", test_no_mailbox);
  ADD ("another server may have the mailbox", test_mailbox_elsewhere);
  ADD ("a server that takes no token is not signed in to", test_no_mechanism);
  ADD ("XOAUTH2 names user and token", test_xoauth2);
  ADD ("OAUTHBEARER is used where it is all there is", test_oauthbearer);
  return g_test_run ();
}
