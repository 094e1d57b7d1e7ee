/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-secret-bundle.h"

#include <libsecret/secret.h>

#include "tern-secret-queue.h"

/* An item holds a line for each secret: its number, a letter for its kind, a space, the secret. */
static const SecretSchema bundle_schema = {
  "io.github.ternmail.Tern.Bundle",
  SECRET_SCHEMA_NONE,
  { { "bundle", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
};

static const char kind_letters[] = {
  [TERN_SECRET_PASSWORD] = 'p', [TERN_SECRET_REFRESH_TOKEN] = 't'
};

struct _TernSecretBundle
{
  char *id;
  guint n;
  GString *text;
};

/**
 * tern_secret_bundle_new:
 *
 * Returns: (transfer full): an empty bundle with a name of its own
 */
TernSecretBundle *
tern_secret_bundle_new (void)
{
  TernSecretBundle *self = g_new0 (TernSecretBundle, 1);

  self->id = g_uuid_string_random ();
  /* With room for all that it ever takes, it leaves no copy behind when it grows. */
  self->text = g_string_sized_new (TERN_SECRET_BUNDLE_MAX_SIZE + 1);
  return self;
}

/**
 * tern_secret_bundle_free:
 * @self: (transfer full): a bundle
 *
 * Wipes the bundle and frees it. What was stored stays in the keyring.
 */
void
tern_secret_bundle_free (TernSecretBundle *self)
{
  explicit_bzero (self->text->str, self->text->len);
  g_string_free (self->text, TRUE);
  g_free (self->id);
  g_free (self);
}

/**
 * tern_secret_bundle_add:
 * @self: a bundle that is not stored yet
 * @kind: what the secret is
 * @secret: the secret, without a line feed
 *
 * Puts a secret into the bundle.
 *
 * Returns: (transfer full) (nullable): the uuid by which it is found; %NULL where the bundle is
 * full
 */
char *
tern_secret_bundle_add (TernSecretBundle *self, TernSecretKind kind, const char *secret)
{
  g_autofree char *head = g_strdup_printf ("%u%c ", self->n, kind_letters[kind]);
  gsize size = strlen (head) + strlen (secret) + 1;

  g_return_val_if_fail (strchr (secret, '\n') == NULL, NULL);

  if (self->n == TERN_SECRET_BUNDLE_MAX || self->text->len + size > TERN_SECRET_BUNDLE_MAX_SIZE)
    return NULL;
  g_string_append (self->text, head);
  g_string_append (self->text, secret);
  g_string_append_c (self->text, '\n');
  return g_strdup_printf ("%s/%u", self->id, self->n++);
}

static void
stored_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  secret_password_store_finish (result, &error);
  tern_secret_queue_return (G_TASK (user_data), error);
}

static void
store_item (GTask *task, const char *id, const char *text)
{
  secret_password_store (&bundle_schema, SECRET_COLLECTION_DEFAULT, "Tern", text,
                         g_task_get_cancellable (task), stored_cb, task, "bundle", id, NULL);
}

static void
start_store (GTask *task)
{
  const TernSecretBundle *self = g_task_get_task_data (task);

  store_item (task, self->id, self->text->str);
}

/**
 * tern_secret_bundle_store_async:
 * @self: (transfer full): a bundle
 * @cancellable: (nullable): a cancellable
 * @callback: called when done, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * Keeps the bundle in the user's keyring.
 */
void
tern_secret_bundle_store_async (TernSecretBundle *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_secret_bundle_store_async);
  g_task_set_task_data (task, self, (GDestroyNotify) tern_secret_bundle_free);
  tern_secret_queue_push (task, start_store);
}

/**
 * tern_secret_bundle_store_finish:
 * @result: the result
 * @error: return location for %TERN_ERROR_SECRET, or %G_IO_ERROR_CANCELLED
 *
 * Returns: whether the bundle is kept
 */
gboolean
tern_secret_bundle_store_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- What is kept --- */

/**
 * tern_secret_bundle_has:
 * @uuid: an account's uuid
 *
 * Returns: whether the account's secret may be in a bundle
 */
gboolean
tern_secret_bundle_has (const char *uuid)
{
  return strchr (uuid, '/') != NULL;
}

static char *
dup_id (const char *uuid)
{
  return g_strndup (uuid, strcspn (uuid, "/"));
}

/* Where the secret's line begins in the bundle; its end is the line feed. */
static char *
find_line (char *text, const char *uuid)
{
  const char *number = strchr (uuid, '/') + 1;
  gsize length = strlen (number);

  while (text != NULL && *text != '\0')
    {
      if (strncmp (text, number, length) == 0 && g_ascii_isalpha (text[length]))
        return text;
      text = strchr (text, '\n');
      if (text != NULL)
        text++;
    }
  return NULL;
}

typedef struct
{
  char *uuid;
  TernSecretKind kind;
} Lookup;

static void
lookup_free (gpointer data)
{
  g_free (((Lookup *) data)->uuid);
  g_free (data);
}

static void
lookup_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  const Lookup *lookup = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  char *text = secret_password_lookup_nonpageable_finish (result, &error);
  char *line = text != NULL ? find_line (text, lookup->uuid) : NULL;
  char *secret = line != NULL ? strchr (line, ' ') : NULL;

  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else if (secret != NULL && secret[-1] == kind_letters[lookup->kind])
    g_task_return_pointer (task, g_strndup (secret + 1, strcspn (secret + 1, "\n")),
                           (GDestroyNotify) secret_password_free);
  else
    g_task_return_pointer (task, NULL, NULL);
  secret_password_free (text);
}

/**
 * tern_secret_bundle_lookup_async:
 * @uuid: an account's uuid for which tern_secret_bundle_has() says yes
 * @kind: what the secret is to be
 * @cancellable: (nullable): a cancellable
 * @callback: called when done, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * Reads a secret out of its bundle.
 */
void
tern_secret_bundle_lookup_async (const char *uuid,
                                 TernSecretKind kind,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree char *id = dup_id (uuid);
  Lookup lookup = { g_strdup (uuid), kind };

  g_task_set_source_tag (task, tern_secret_bundle_lookup_async);
  g_task_set_task_data (task, g_memdup2 (&lookup, sizeof lookup), lookup_free);
  secret_password_lookup (&bundle_schema, cancellable, lookup_cb, g_steal_pointer (&task), "bundle",
                          id, NULL);
}

/**
 * tern_secret_bundle_lookup_finish:
 * @result: the result
 * @error: return location for libsecret's error
 *
 * Returns: (transfer full) (nullable): the secret, freed with tern_secrets_free(); %NULL without an
 *   error where it is not there
 */
char *
tern_secret_bundle_lookup_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- One of them changes: read, change, write --- */

typedef struct
{
  char *uuid;
  TernSecretKind kind;
  char *secret; /* NULL where it goes */
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;

  g_free (change->uuid);
  secret_password_free (change->secret);
  g_free (change);
}

static void
cleared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  secret_password_clear_finish (result, &error);
  tern_secret_queue_return (G_TASK (user_data), error);
}

/* Without the secret's line, and with its new one at the end. */
static GString *
edit (char *text, const Change *change)
{
  char *line = find_line (text, change->uuid);
  char *next = line != NULL ? strchr (line, '\n') : NULL;
  gsize room = strlen (text) + (change->secret != NULL ? strlen (change->secret) + 16 : 0);
  GString *out = g_string_sized_new (room);

  g_string_append_len (out, text, next != NULL ? line - text : (gssize) strlen (text));
  if (next != NULL)
    g_string_append (out, next + 1);
  if (change->secret != NULL)
    {
      g_string_append_printf (out, "%s%c ", strchr (change->uuid, '/') + 1,
                              kind_letters[change->kind]);
      g_string_append (out, change->secret);
      g_string_append_c (out, '\n');
    }
  return out;
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  const Change *change = g_task_get_task_data (task);
  g_autofree char *id = dup_id (change->uuid);
  g_autoptr (GError) error = NULL;
  char *text = secret_password_lookup_nonpageable_finish (result, &error);
  GString *edited;

  if (error != NULL || (text == NULL && change->secret == NULL))
    {
      tern_secret_queue_return (task, error);
      return;
    }
  if (text == NULL)
    text = g_strdup ("");
  edited = edit (text, change);
  secret_password_free (text);
  if (edited->len == 0)
    secret_password_clear (&bundle_schema, g_task_get_cancellable (task), cleared_cb, task,
                           "bundle", id, NULL);
  else
    store_item (task, id, edited->str);
  explicit_bzero (edited->str, edited->len);
  g_string_free (edited, TRUE);
}

static void
start_change (GTask *task)
{
  const Change *change = g_task_get_task_data (task);
  g_autofree char *id = dup_id (change->uuid);

  secret_password_lookup (&bundle_schema, g_task_get_cancellable (task), read_cb, task, "bundle",
                          id, NULL);
}

/**
 * tern_secret_bundle_change:
 * @uuid: an account's uuid for which tern_secret_bundle_has() says yes
 * @kind: what the secret is
 * @secret: (nullable): the new secret, without a line feed; %NULL to remove the old one
 * @task: (transfer full): returns a boolean, or %TERN_ERROR_SECRET; its data is replaced
 *
 * Changes a secret in its bundle; the last one that goes takes the bundle with it.
 */
void
tern_secret_bundle_change (const char *uuid, TernSecretKind kind, const char *secret, GTask *task)
{
  Change change = { g_strdup (uuid), kind, g_strdup (secret) };

  g_task_set_task_data (task, g_memdup2 (&change, sizeof change), change_free);
  tern_secret_queue_push (task, start_change);
}
