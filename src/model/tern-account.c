/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-account.h"

#include <string.h>

#include "tern-error.h"

G_DEFINE_BOXED_TYPE (TernAccount, tern_account, tern_account_ref, tern_account_unref)

/**
 * tern_account_new:
 * @id: its id in the cache, or 0
 * @uuid: (nullable): its name in the keyring
 * @email: its address
 * @name: (nullable): the person's name
 * @user: (nullable): what it signs in as; %NULL for the address
 * @imap: (element-type TernEndpoint): endpoints, of which a reference is taken
 *
 * Makes an account that fetches the text of letters of the last %TERN_ACCOUNT_BODY_DAYS and whose
 * inbox is watched.
 *
 * Returns: (transfer full): a new account
 */
TernAccount *
tern_account_new (gint64 id,
                  const char *uuid,
                  const char *email,
                  const char *name,
                  const char *user,
                  GPtrArray *imap)
{
  TernAccount *self = g_atomic_rc_box_new0 (TernAccount);

  self->id = id;
  self->uuid = g_strdup (uuid);
  self->email = g_strdup (email);
  self->name = name != NULL && *name != '\0' ? g_strdup (name) : NULL;
  self->user = g_strdup (user != NULL && *user != '\0' ? user : email);
  self->imap = g_ptr_array_ref (imap);
  self->body_days = TERN_ACCOUNT_BODY_DAYS;
  self->notify = TRUE;
  return self;
}

/**
 * tern_account_ref:
 * @self: an account
 *
 * Returns: (transfer full): @self
 */
TernAccount *
tern_account_ref (TernAccount *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
account_clear (gpointer data)
{
  TernAccount *self = data;

  g_free ((char *) self->uuid);
  g_free ((char *) self->email);
  g_free ((char *) self->name);
  g_free ((char *) self->user);
  g_ptr_array_unref (self->imap);
  g_free ((char *) self->provider);
  g_free ((char *) self->client_id);
  g_free ((char *) self->group);
  g_free ((char *) self->tags);
}

/**
 * tern_account_unref:
 * @self: (transfer full): an account
 *
 * Gives up a reference.
 */
void
tern_account_unref (TernAccount *self)
{
  g_atomic_rc_box_release_full (self, account_clear);
}

static gboolean
has_control (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_iscntrl (*text))
      return TRUE;
  return FALSE;
}

/**
 * tern_account_is_label:
 * @text: what a person gives as the name of a group, or as a tag
 *
 * Returns: whether it can be one: one line that is not empty, and not too long
 */
gboolean
tern_account_is_label (const char *text)
{
  return *text != '\0' && strlen (text) <= TERN_ACCOUNT_LABEL_MAX &&
         g_utf8_validate (text, -1, NULL) && !has_control (text) && !g_ascii_isspace (text[0]) &&
         !g_ascii_isspace (text[strlen (text) - 1]);
}

/**
 * tern_account_has_tag:
 * @self: an account
 * @tag: a tag
 *
 * Returns: whether the account has it
 */
gboolean
tern_account_has_tag (const TernAccount *self, const char *tag)
{
  g_auto (GStrv) tags = g_strsplit (self->tags != NULL ? self->tags : "", "\n", -1);

  return g_strv_contains ((const char *const *) tags, tag);
}

/**
 * tern_account_is_address:
 * @text: what a person or a file gives as a mail address
 *
 * Returns: whether it has both halves, and nothing that only a list of addresses would have
 */
gboolean
tern_account_is_address (const char *text)
{
  const char *at = strrchr (text, '@');

  return at != NULL && at != text && at[1] != '\0' && strpbrk (text, " <>,;\"") == NULL &&
         g_utf8_validate (text, -1, NULL) && !has_control (text);
}

/**
 * tern_account_validate:
 * @self: an account as a person entered it
 * @error: return location for %TERN_ERROR_INVALID
 *
 * Checks what can be checked without a network: an address with both halves, no control characters,
 * at least one endpoint unless its provider is to be asked another way.
 *
 * Returns: whether the account can be tried
 */
gboolean
tern_account_validate (const TernAccount *self, GError **error)
{
  if (!tern_account_is_address (self->email))
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID, "“%s” is no mail address", self->email);
      return FALSE;
    }
  if (has_control (self->user))
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID, "the user name is malformed");
      return FALSE;
    }
  if (self->imap->len == 0 && self->provider == NULL)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID, "no server is given");
      return FALSE;
    }
  return TRUE;
}
