/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-secrets.h"

#include <libsecret/secret.h>

#include "tern-error.h"
#include "tern-secret-bundle.h"
#include "tern-secret-queue.h"

/* What libsecret is asked for: https://gnome.pages.gitlab.gnome.org/libsecret/ */
static const SecretSchema schemas[] = {
  [TERN_SECRET_PASSWORD] = { "io.github.ternmail.Tern.Password",
                             SECRET_SCHEMA_NONE,
                             { { "account", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } } },
  [TERN_SECRET_REFRESH_TOKEN] = { "io.github.ternmail.Tern.RefreshToken",
                                  SECRET_SCHEMA_NONE,
                                  { { "account", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } } },
};

typedef struct
{
  char *uuid;
  TernSecretKind kind;
  char *label;
  char *secret;
} Item;

static void
item_free (gpointer data)
{
  Item *item = data;

  g_free (item->uuid);
  g_free (item->label);
  tern_secrets_free (item->secret);
  g_free (item);
}

static void
stored_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  secret_password_store_finish (result, &error);
  tern_secret_queue_return (G_TASK (user_data), error);
}

static void
start_store (GTask *task)
{
  const Item *item = g_task_get_task_data (task);

  secret_password_store (&schemas[item->kind], SECRET_COLLECTION_DEFAULT, item->label, item->secret,
                         g_task_get_cancellable (task), stored_cb, task, "account", item->uuid,
                         NULL);
}

/**
 * tern_secrets_store_async:
 * @kind: what the secret is
 * @uuid: the account's uuid
 * @label: what the user's keyring program shows for it
 * @secret: the secret; it may be freed when this returns
 * @cancellable: (nullable): a cancellable
 * @callback: called when done, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * Keeps an account's secret in the user's keyring, in place of one of its kind that was there.
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
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Item item = { g_strdup (uuid), kind, g_strdup (label), g_strdup (secret) };

  g_task_set_source_tag (task, tern_secrets_store_async);
  g_task_set_task_data (task, g_memdup2 (&item, sizeof item), item_free);
  if (tern_secret_bundle_has (uuid))
    tern_secret_bundle_change (uuid, kind, secret, task);
  else
    tern_secret_queue_push (task, start_store);
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

/* The answer to a lookup, wherever the secret was. */
static void
return_secret (GTask *task, char *secret, const GError *error)
{
  GError *missing;

  if (secret != NULL)
    {
      g_task_return_pointer (task, secret, (GDestroyNotify) tern_secrets_free);
      return;
    }
  if (error != NULL)
    {
      g_task_return_error (task, tern_secret_queue_describe (error));
      return;
    }
  missing = g_error_new_literal (TERN_ERROR, TERN_ERROR_SECRET,
                                 "the keyring holds no sign-in for this account");
  tern_error_set_detail (missing, "missing");
  g_task_return_error (task, missing);
}

static void
lookup_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  char *secret = secret_password_lookup_nonpageable_finish (result, &error);

  return_secret (task, secret, error);
}

static void
bundle_lookup_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  char *secret = tern_secret_bundle_lookup_finish (result, &error);

  return_secret (task, secret, error);
}

/**
 * tern_secrets_lookup_async:
 * @kind: what the secret is
 * @uuid: the account's uuid
 * @cancellable: (nullable): a cancellable
 * @callback: called when done, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * Reads an account's secret from the user's keyring, which may ask the user to unlock it.
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
  if (tern_secret_bundle_has (uuid))
    tern_secret_bundle_lookup_async (uuid, kind, cancellable, bundle_lookup_cb,
                                     g_steal_pointer (&task));
  else
    secret_password_lookup (&schemas[kind], cancellable, lookup_cb, g_steal_pointer (&task),
                            "account", uuid, NULL);
}

/**
 * tern_secrets_lookup_finish:
 * @result: the result
 * @error: return location for %TERN_ERROR_SECRET, with the detail "missing" where the keyring
 *   works but has no such secret for the account; or %G_IO_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): the secret, in memory that is not swapped out where that is
 *   to be had; freed with tern_secrets_free()
 */
char *
tern_secrets_lookup_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
tokens_cleared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  secret_password_clear_finish (result, &error);
  tern_secret_queue_return (G_TASK (user_data), error);
}

static void
passwords_cleared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  const Item *item = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  secret_password_clear_finish (result, &error);
  if (error != NULL)
    tern_secret_queue_return (task, error);
  else
    secret_password_clear (&schemas[TERN_SECRET_REFRESH_TOKEN], g_task_get_cancellable (task),
                           tokens_cleared_cb, task, "account", item->uuid, NULL);
}

static void
start_clear (GTask *task)
{
  const Item *item = g_task_get_task_data (task);

  secret_password_clear (&schemas[TERN_SECRET_PASSWORD], g_task_get_cancellable (task),
                         passwords_cleared_cb, task, "account", item->uuid, NULL);
}

/**
 * tern_secrets_clear_async:
 * @uuid: the account's uuid
 * @cancellable: (nullable): a cancellable
 * @callback: called when done, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * Removes an account's secrets from the user's keyring. None being there is no error.
 */
void
tern_secrets_clear_async (const char *uuid,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Item item = { .uuid = g_strdup (uuid) };

  g_task_set_source_tag (task, tern_secrets_clear_async);
  g_task_set_task_data (task, g_memdup2 (&item, sizeof item), item_free);
  if (tern_secret_bundle_has (uuid))
    tern_secret_bundle_change (uuid, TERN_SECRET_PASSWORD, NULL, task);
  else
    tern_secret_queue_push (task, start_clear);
}

/**
 * tern_secrets_clear_finish:
 * @result: the result
 * @error: return location for %TERN_ERROR_SECRET, or %G_IO_ERROR_CANCELLED
 *
 * Returns: whether the keyring has no secret for the account any more
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
