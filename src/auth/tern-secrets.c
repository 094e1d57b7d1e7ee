/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-secrets.h"

#include <libsecret/secret.h>

#include "tern-error.h"

/* What libsecret is asked for: https://gnome.pages.gitlab.gnome.org/libsecret/ */
static const SecretSchema schemas[] = {
  [TERN_SECRET_PASSWORD] = {
      "io.github.ternmail.Tern.Password",
      SECRET_SCHEMA_NONE,
      { { "account", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
  },
  [TERN_SECRET_REFRESH_TOKEN] = {
      "io.github.ternmail.Tern.RefreshToken",
      SECRET_SCHEMA_NONE,
      { { "account", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
  },
};

/* libsecret's messages name the step that failed, never what was to be kept. */
static void
return_error (GTask *task, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_SECRET, "the keyring failed: %s",
                             error->message);
}

static void
store_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;

  if (secret_password_store_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    return_error (task, error);
}

/**
 * tern_secrets_store_async:
 * @kind: what it is
 * @uuid: the account's uuid
 * @label: what the user's keyring program shows for it
 * @secret: the secret; it may be freed when this returns
 * @cancellable: (nullable): a cancellable
 * @callback: called when done, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * Keeps a secret of an account in the user's keyring, in place of one of its kind that was there.
 */
void
tern_secrets_store_async (TernSecretKind kind,
                          const char *uuid,
                          const char *label,
                          const char *secret,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_secrets_store_async);
  secret_password_store (&schemas[kind], SECRET_COLLECTION_DEFAULT, label, secret, cancellable,
                         store_cb, g_steal_pointer (&task), "account", uuid, NULL);
}

/**
 * tern_secrets_store_finish:
 * @result: the result
 * @error: return location for %TERN_ERROR_SECRET, or %G_IO_ERROR_CANCELLED
 *
 * Returns: whether the secret is kept
 */
gboolean
tern_secrets_store_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
lookup_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  char *password = secret_password_lookup_nonpageable_finish (result, &error);

  if (password != NULL)
    {
      g_task_return_pointer (task, password, (GDestroyNotify) tern_secrets_free);
      return;
    }
  if (error == NULL)
    {
      error = g_error_new_literal (TERN_ERROR, TERN_ERROR_SECRET,
                                   "the keyring holds no sign-in for this account");
      tern_error_set_detail (error, "missing");
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  return_error (task, error);
}

/**
 * tern_secrets_lookup_async:
 * @kind: what to look for
 * @uuid: the account's uuid
 * @cancellable: (nullable): a cancellable
 * @callback: called when done, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * Reads a secret of an account from the user's keyring, which may ask the user to unlock it.
 */
void
tern_secrets_lookup_async (TernSecretKind kind,
                           const char *uuid,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_secrets_lookup_async);
  secret_password_lookup (&schemas[kind], cancellable, lookup_cb, g_steal_pointer (&task),
                          "account", uuid, NULL);
}

/**
 * tern_secrets_lookup_finish:
 * @result: the result
 * @error: return location for %TERN_ERROR_SECRET, with the detail "missing" where the keyring
 *   works but has no such secret of the account; or %G_IO_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): the secret, in memory that is not swapped out; freed with
 *   tern_secrets_free()
 */
char *
tern_secrets_lookup_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void clear_next (GTask *task);

static void
clear_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;

  secret_password_clear_finish (result, &error);
  if (error == NULL)
    {
      clear_next (task);
      return;
    }
  return_error (task, error);
  g_object_unref (task);
}

typedef struct
{
  char *uuid;
  guint next; /* TernSecretKind */
} Clearing;

static void
clearing_free (gpointer data)
{
  g_free (((Clearing *) data)->uuid);
  g_free (data);
}

static void
clear_next (GTask *task)
{
  Clearing *clearing = g_task_get_task_data (task);

  if (clearing->next == G_N_ELEMENTS (schemas))
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  secret_password_clear (&schemas[clearing->next++], g_task_get_cancellable (task), clear_cb, task,
                         "account", clearing->uuid, NULL);
}

/**
 * tern_secrets_clear_async:
 * @uuid: the account's uuid
 * @cancellable: (nullable): a cancellable
 * @callback: called when done, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * Removes all secrets of an account from the user's keyring. None being there is no error.
 */
void
tern_secrets_clear_async (const char *uuid,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Clearing *clearing = g_new0 (Clearing, 1);

  g_task_set_source_tag (task, tern_secrets_clear_async);
  clearing->uuid = g_strdup (uuid);
  g_task_set_task_data (task, clearing, clearing_free);
  clear_next (task);
}

/**
 * tern_secrets_clear_finish:
 * @result: the result
 * @error: return location for %TERN_ERROR_SECRET, or %G_IO_ERROR_CANCELLED
 *
 * Returns: whether the keyring has no secret of the account any more
 */
gboolean
tern_secrets_clear_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * tern_secrets_free:
 * @secret: (transfer full) (nullable): what a lookup returned
 *
 * Wipes a secret and frees it.
 */
void
tern_secrets_free (char *secret)
{
  secret_password_free (secret);
}
