/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-session-fixture.h"

void
session_fixture_start (SessionFixture *self, TernSecurity security, guint n)
{
  self->server = tern_mock_imap_server_new (security);
  tern_mock_imap_server_add_letters (self->server, "INBOX", n);
  tern_mock_imap_server_start (self->server);
}

void
session_fixture_hang_up (SessionFixture *self)
{
  if (self->session != NULL)
    tern_imap_session_close (self->session);
  g_clear_object (&self->session);
  g_clear_object (&self->race);
}

void
session_fixture_tear_down (SessionFixture *self, gconstpointer data)
{
  session_fixture_hang_up (self);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (self->server);
}

void
session_fixture_keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

GAsyncResult *
session_fixture_wait (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

gboolean
session_fixture_finish (SessionFixture *self, GAsyncResult **result, GError **error)
{
  gboolean good = tern_imap_command_finish (self->session, session_fixture_wait (result), error);

  g_clear_object (result);
  return good;
}

gboolean
session_fixture_reach (SessionFixture *self, GError **error)
{
  g_autoptr (TernEndpoint) endpoint = tern_mock_imap_server_dup_endpoint (self->server);
  g_autoptr (GTlsCertificate) certificate = tern_mock_imap_load_certificate ("good");
  g_autofree char *fingerprint = tern_trust_fingerprint (certificate);
  g_autoptr (TernTrust) trust = tern_trust_new ();
  g_autoptr (GAsyncResult) result = NULL;

  tern_trust_add (trust, endpoint->host, endpoint->port, fingerprint);
  self->race = tern_race_new (&tern_imap_race_protocol, trust, 20000);
  tern_race_add_endpoint (self->race, endpoint, 0, FALSE);
  tern_race_next_async (self->race, NULL, session_fixture_keep_result, &result);
  self->session =
      (TernImapSession *) tern_race_next_finish (self->race, session_fixture_wait (&result), error);
  if (self->session != NULL)
    tern_race_settle (self->race, G_OBJECT (self->session));
  return self->session != NULL;
}

gboolean
session_fixture_sign_in (SessionFixture *self, const char *password, GError **error)
{
  GAsyncResult *result = NULL;

  if (self->session == NULL)
    g_assert_true (session_fixture_reach (self, NULL));
  tern_imap_authenticate_async (self->session, "user", password, NULL, session_fixture_keep_result,
                                &result);
  return session_fixture_finish (self, &result, error);
}

static gboolean
count_fetch (const TernImapFetch *fetch, gpointer user_data)
{
  SessionFixture *self = user_data;

  self->fetched++;
  return TRUE;
}

const TernImapFetchHandler session_fixture_counter = { .fetch = count_fetch };
