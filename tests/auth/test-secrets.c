/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "tern-error.h"
#include "tern-secret-bundle.h"
#include "tern-secrets.h"

/* Every test has a keyring file of its own and no D-Bus; libsecret reads where its file is once in
 * a process, so each runs in a child process. */

#define SECRET "correct horse"

typedef struct
{
  char *dir;
  char *file;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->dir = g_dir_make_tmp ("tern-secrets-XXXXXX", NULL);
  fixture->file = g_build_filename (fixture->dir, "secrets", NULL);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", fixture->file, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "unlock", TRUE);
  /* libsecret 0.20 leaks a tag for each time that it writes its file. */
  g_setenv ("ASAN_OPTIONS", "detect_leaks=0", TRUE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_chmod (fixture->dir, 0700);
  g_unlink (fixture->file);
  g_rmdir (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->file);
}

static void
keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  return *result;
}

static gboolean
store (const char *uuid, const char *password, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_secrets_store_async (TERN_SECRET_PASSWORD, uuid, "Tern", password, NULL, keep_result,
                            &result);
  return tern_secrets_store_finish (wait_for (&result), error);
}

static char *
lookup (const char *uuid, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_secrets_lookup_async (TERN_SECRET_PASSWORD, uuid, cancellable, keep_result, &result);
  return tern_secrets_lookup_finish (wait_for (&result), error);
}

static gboolean
clear (const char *uuid, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_secrets_clear_async (uuid, NULL, keep_result, &result);
  return tern_secrets_clear_finish (wait_for (&result), error);
}

/* Runs the test in a child with the environment of the fixture. */
static gboolean
in_child (void)
{
  if (g_test_subprocess ())
    return TRUE;
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
  return FALSE;
}

static void
assert_missing (const char *uuid)
{
  g_autoptr (GError) error = NULL;
  char *password = lookup (uuid, NULL, &error);

  g_assert_null (password);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_SECRET);
  g_assert_cmpstr (tern_error_get_detail (error), ==, "missing");
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  if (in_child ())
    assert_missing ("nobody");
}

static void
test_unwritable (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!in_child ())
    return;
  g_setenv ("SECRET_FILE_TEST_PATH", "/proc/no/secrets", TRUE);
  g_assert_false (store ("one", SECRET, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_SECRET);
  g_assert_null (tern_error_get_detail (error));
  g_assert_null (strstr (error->message, SECRET));
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!in_child ())
    return;
  g_assert_true (g_file_set_contents (fixture->file, "this is no keyring at all", -1, NULL));
  g_assert_null (lookup ("one", NULL, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_SECRET);
  g_assert_null (tern_error_get_detail (error));
}

static void
test_no_service (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!in_child ())
    return;
  g_unsetenv ("SECRET_BACKEND");
  g_assert_null (lookup ("one", NULL, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_SECRET);
  g_assert_null (tern_error_get_detail (error));
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  if (!in_child ())
    return;
  g_cancellable_cancel (cancellable);
  g_assert_null (lookup ("one", cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
assert_password (const char *uuid, const char *expected)
{
  g_autoptr (GError) error = NULL;
  char *password = lookup (uuid, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (password, ==, expected);
  tern_secrets_free (password);
}

static gpointer
keep_and_read (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (context);
  g_assert_true (store ("one", SECRET, &error));
  g_assert_no_error (error);
  g_assert_true (store ("two", "other", &error));
  g_assert_no_error (error);
  assert_password ("one", SECRET);
  assert_password ("two", "other");
  g_assert_true (store ("one", "changed", &error));
  g_assert_no_error (error);
  assert_password ("one", "changed");
  g_assert_true (clear ("one", &error));
  g_assert_no_error (error);
  assert_missing ("one");
  assert_password ("two", "other");
  g_assert_true (clear ("one", &error));
  g_assert_no_error (error);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_round_trip (Fixture *fixture, gconstpointer data)
{
  if (in_child ())
    g_thread_join (g_thread_new ("engine", keep_and_read, NULL));
}

static void
test_not_plain (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  gsize length;

  if (!in_child ())
    return;
  g_assert_true (store ("one", SECRET, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (fixture->file, &contents, &length, NULL));
  g_assert_cmpuint (length, >, 0);
  g_assert_null (memmem (contents, length, SECRET, strlen (SECRET)));
}

static TernSecretBundle *
make_bundle (char **one, char **two, char **token)
{
  TernSecretBundle *bundle = tern_secret_bundle_new ();

  *one = tern_secret_bundle_add (bundle, TERN_SECRET_PASSWORD, SECRET);
  *two = tern_secret_bundle_add (bundle, TERN_SECRET_PASSWORD, "t other");
  *token = tern_secret_bundle_add (bundle, TERN_SECRET_REFRESH_TOKEN, "M.C5----");
  return bundle;
}

static void
store_bundle (TernSecretBundle *bundle)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tern_secret_bundle_store_async (bundle, NULL, keep_result, &result);
  g_assert_true (tern_secret_bundle_store_finish (wait_for (&result), &error));
  g_assert_no_error (error);
}

static void
test_full_bundle (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TernSecretBundle) many = tern_secret_bundle_new ();
  g_autoptr (TernSecretBundle) large = tern_secret_bundle_new ();
  g_autofree char *secret = g_strnfill (TERN_SECRET_BUNDLE_MAX_SIZE - 4, 'x');
  g_autofree char *uuid = NULL;

  for (guint i = 0; i < TERN_SECRET_BUNDLE_MAX; i++)
    {
      g_autofree char *added = tern_secret_bundle_add (many, TERN_SECRET_PASSWORD, SECRET);

      g_assert_nonnull (added);
    }
  g_assert_null (tern_secret_bundle_add (many, TERN_SECRET_PASSWORD, SECRET));
  uuid = tern_secret_bundle_add (large, TERN_SECRET_PASSWORD, secret);
  g_assert_nonnull (uuid);
  g_assert_null (tern_secret_bundle_add (large, TERN_SECRET_PASSWORD, "x"));
}

static void
test_bundle (Fixture *fixture, gconstpointer data)
{
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;

  if (!in_child ())
    return;
  store_bundle (make_bundle (&one, &two, &token));
  g_assert_cmpstr (one, !=, two);
  assert_password (one, SECRET);
  assert_password (two, "t other");
  assert_missing (token);

  g_assert_true (store (one, "changed", &error));
  g_assert_no_error (error);
  assert_password (one, "changed");
  assert_password (two, "t other");
  g_assert_true (clear (two, &error));
  g_assert_no_error (error);
  assert_missing (two);
  assert_password (one, "changed");
  g_assert_true (clear (two, &error));
  g_assert_true (clear (token, &error));
  g_assert_true (clear (one, &error));
  g_assert_no_error (error);
  assert_missing (one);
}

static void
test_meeting_changes (Fixture *fixture, gconstpointer data)
{
  g_autofree char *uuids[5] = { NULL, NULL, NULL, g_strdup ("single"), g_strdup ("other") };
  GAsyncResult *results[5] = { NULL };
  g_autoptr (GError) error = NULL;

  if (!in_child ())
    return;
  store_bundle (make_bundle (&uuids[0], &uuids[1], &uuids[2]));
  for (guint i = 0; i < G_N_ELEMENTS (uuids); i++)
    tern_secrets_store_async (TERN_SECRET_PASSWORD, uuids[i], "Tern", uuids[i], NULL, keep_result,
                              &results[i]);
  for (guint i = 0; i < G_N_ELEMENTS (uuids); i++)
    {
      g_assert_true (tern_secrets_store_finish (wait_for (&results[i]), &error));
      g_assert_no_error (error);
      g_clear_object (&results[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (uuids); i++)
    assert_password (uuids[i], uuids[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/auth/secrets/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("a password that was never kept is told as missing", test_missing);
  ADD ("a keyring that cannot be written is an error without the password", test_unwritable);
  ADD ("a damaged keyring is not taken for an empty one", test_damaged);
  ADD ("no keyring service at all is an error, not a missing password", test_no_service);
  ADD ("a cancelled lookup is told as cancelled", test_cancelled);
  ADD ("passwords are kept, changed and removed from another thread's context", test_round_trip);
  ADD ("the keyring file does not show the password", test_not_plain);
  ADD ("a bundle is bounded in number and size", test_full_bundle);
  ADD ("secrets in a bundle are found, changed and removed one by one", test_bundle);
  ADD ("changes that are asked for at once are all made", test_meeting_changes);
  return g_test_run ();
}
