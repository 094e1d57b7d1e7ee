/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "auth-fixture.h"

#include <glib/gstdio.h>

#include "tern-secrets.h"

static char *keyring_dir;
static char *keyring_file;

/* libsecret reads once in a process where its file is. */
void
auth_fixture_open_keyring (void)
{
  keyring_dir = g_dir_make_tmp ("tern-auth-XXXXXX", NULL);
  keyring_file = g_build_filename (keyring_dir, "secrets", NULL);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", keyring_file, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "unlock", TRUE);
}

int
auth_fixture_close_keyring (int status)
{
  g_unlink (keyring_file);
  g_rmdir (keyring_dir);
  g_free (keyring_file);
  g_free (keyring_dir);
  return status;
}

/* Puts a folder with something in it where the keyring's file is, so that nobody can write it. */
void
auth_fixture_break_keyring (gboolean broken)
{
  g_autofree char *aside = g_build_filename (keyring_dir, "aside", NULL);
  g_autofree char *inside = g_build_filename (keyring_file, "inside", NULL);

  if (broken)
    {
      g_assert_cmpint (g_rename (keyring_file, aside), ==, 0);
      g_assert_cmpint (g_mkdir_with_parents (inside, 0700), ==, 0);
      return;
    }
  g_assert_cmpint (g_rmdir (inside), ==, 0);
  g_assert_cmpint (g_rmdir (keyring_file), ==, 0);
  g_assert_cmpint (g_rename (aside, keyring_file), ==, 0);
}

static TernProvider *
make_provider (const char *base)
{
  g_autofree char *path = g_build_filename (keyring_dir, "providers.json", NULL);
  g_autofree char *text = g_strdup_printf (
      "{\"providers\":[{\"id\":\"mock\",\"name\":\"Mock\",\"domains\":[\"example.org\"],"
      "\"channels\":[\"graph\",\"imap\"],\"graph\":\"%s/v1.0\","
      "\"oauth\":{\"authorize\":\"%s/authorize\",\"device\":\"%s/device\",\"token\":\"%s/token\","
      "\"other_pages\":{\"error\":\"AADSTS9002331\",\"replace\":\"/\",\"with\":\"/consumers/\"},"
      "\"client_id\":\"tern-test\",\"scopes\":{"
      "\"sign-in\":\"https://graph.test/Mail.ReadWrite https://mail.test/IMAP.AccessAsUser.All\","
      "\"graph\":\"https://graph.test/Mail.ReadWrite offline_access\","
      "\"imap\":\"https://mail.test/IMAP.AccessAsUser.All offline_access\"}},"
      "\"imap\":[{\"host\":\"localhost\",\"port\":1430,\"security\":\"none\"}]}]}",
      base, base, base, base);
  const char *files[] = { path, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (TernProviders) providers = NULL;
  TernProvider *provider;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  providers = tern_providers_load (files, &error);
  g_assert_no_error (error);
  g_unlink (path);
  provider = tern_providers_get (providers, "mock");
  g_assert_nonnull (provider);
  return tern_provider_ref (provider);
}

void
auth_fixture_set_up (AuthFixture *self, gconstpointer data)
{
  self->server = tern_mock_oauth_server_new (0);
  self->client = tern_token_client_new ();
  self->provider = make_provider (tern_mock_oauth_server_get_base (self->server));
  self->uuid = g_uuid_string_random ();
}

void
auth_fixture_tear_down (AuthFixture *self, gconstpointer data)
{
  g_clear_object (&self->client);
  g_clear_object (&self->server);
  tern_provider_unref (self->provider);
  g_free (self->uuid);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* As it is at each start of the program. */
TernTokenSource *
auth_fixture_new_source (AuthFixture *self)
{
  return tern_token_source_new (self->client, self->provider, self->uuid, AUTH_FIXTURE_EMAIL, NULL);
}

void
auth_fixture_keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

GAsyncResult *
auth_fixture_wait (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

/* Puts a refresh token into the keyring. */
void
auth_fixture_keep (AuthFixture *self, const char *refresh)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_secrets_store_async (TERN_SECRET_REFRESH_TOKEN, self->uuid, "Tern", refresh, NULL,
                            auth_fixture_keep_result, &result);
  g_assert_true (tern_secrets_store_finish (auth_fixture_wait (&result), &error));
  g_assert_no_error (error);
}

/* Returns the refresh token that the keyring holds. */
char *
auth_fixture_dup_kept (AuthFixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  char *secret, *copy;

  tern_secrets_lookup_async (TERN_SECRET_REFRESH_TOKEN, self->uuid, NULL, auth_fixture_keep_result,
                             &result);
  secret = tern_secrets_lookup_finish (auth_fixture_wait (&result), NULL);
  copy = g_strdup (secret);
  tern_secrets_free (secret);
  return copy;
}
