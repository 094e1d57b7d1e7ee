/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-token.h"

#include <string.h>

/* A token is given up so long before it ends, in seconds: a request with it is still on its way. */
#define MARGIN 60

G_DEFINE_BOXED_TYPE (TernToken, tern_token, tern_token_ref, tern_token_unref)

/* `https://graph.microsoft.com/Mail.Read` is the scope Mail.Read of a resource; a scope that is a
 * resource and nothing else, `https://mail.google.com/`, is its own name. */
static const char *
get_scope_name (const char *scope)
{
  const char *slash = strrchr (scope, '/');

  return slash != NULL && slash[1] != '\0' ? slash + 1 : scope;
}

/* What takes no part in what may be done with mail: OpenID's own scopes are granted or not as the
 * provider likes. */
static gboolean
is_about_sign_in (const char *name)
{
  static const char *const names[] = { "openid", "profile", "email", "offline_access", NULL };

  for (guint i = 0; names[i] != NULL; i++)
    if (g_ascii_strcasecmp (name, names[i]) == 0)
      return TRUE;
  return FALSE;
}

static GStrv
parse_scopes (const char *scope)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = g_strsplit_set (scope, " \t\r\n", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && !is_about_sign_in (get_scope_name (words[i])))
      g_strv_builder_add (builder, get_scope_name (words[i]));
  return g_strv_builder_end (builder);
}

/**
 * tern_token_new:
 * @access: what a server is shown
 * @scope: (nullable): the provider's `scope`, parted by spaces; %NULL or blank where it did not say
 * @expires_in: seconds for which the provider takes it
 *
 * Makes a token that counts as fresh until a minute before its end.
 *
 * Returns: (transfer full): a new token
 */
TernToken *
tern_token_new (const char *access, const char *scope, guint expires_in)
{
  TernToken *self = g_atomic_rc_box_new0 (TernToken);

  self->access = g_strdup (access);
  if (scope != NULL && scope[strspn (scope, " \t\r\n")] != '\0')
    self->scopes = (const char *const *) parse_scopes (scope);
  self->expires = g_get_real_time () + ((gint64) expires_in - MARGIN) * G_USEC_PER_SEC;
  return self;
}

/**
 * tern_token_ref:
 * @self: a token
 *
 * Returns: (transfer full): @self
 */
TernToken *
tern_token_ref (TernToken *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
token_clear (gpointer data)
{
  TernToken *self = data;

  explicit_bzero ((char *) self->access, strlen (self->access));
  g_free ((char *) self->access);
  g_strfreev ((GStrv) self->scopes);
}

/**
 * tern_token_unref:
 * @self: (transfer full): a token
 *
 * Gives up a reference; the last one wipes the token.
 */
void
tern_token_unref (TernToken *self)
{
  g_atomic_rc_box_release_full (self, token_clear);
}

/**
 * tern_token_check_scope:
 * @self: a token
 * @scope: a scope, with or without the resource before it; case does not matter
 *
 * Tells whether the provider granted a scope. Whole names are compared: `Mail.Read` is neither
 * `Mail.ReadWrite` nor `Mail.ReadBasic`.
 *
 * Returns: the answer
 */
TernGrant
tern_token_check_scope (const TernToken *self, const char *scope)
{
  if (self->scopes == NULL)
    return TERN_GRANT_UNKNOWN;
  for (guint i = 0; self->scopes[i] != NULL; i++)
    if (g_ascii_strcasecmp (self->scopes[i], get_scope_name (scope)) == 0)
      return TERN_GRANT_GIVEN;
  return TERN_GRANT_MISSING;
}

/**
 * tern_token_dup_missing:
 * @self: a token
 * @scopes: (nullable): what was asked for, parted by spaces
 *
 * Looks for a scope that was asked for and not granted. What takes no part in what may be done with
 * mail is not looked at, nor is `.default`, which stands for whatever the program is registered
 * for.
 *
 * Returns: (transfer full) (nullable): the first one; %NULL for none, or where the provider did not
 *   say
 */
char *
tern_token_dup_missing (const TernToken *self, const char *scopes)
{
  g_auto (GStrv) names = parse_scopes (scopes != NULL ? scopes : "");

  for (guint i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], ".default") != 0 &&
        tern_token_check_scope (self, names[i]) == TERN_GRANT_MISSING)
      return g_strdup (names[i]);
  return NULL;
}

/**
 * tern_token_is_fresh:
 * @self: a token
 *
 * Returns: whether it has not come to its end
 */
gboolean
tern_token_is_fresh (const TernToken *self)
{
  return g_get_real_time () < self->expires;
}

static gboolean
includes (const TernToken *self, const TernToken *other)
{
  for (guint i = 0; other->scopes[i] != NULL; i++)
    if (tern_token_check_scope (self, other->scopes[i]) != TERN_GRANT_GIVEN)
      return FALSE;
  return TRUE;
}

/**
 * tern_token_has_same_scopes:
 * @self: a token
 * @other: another one for the same resource
 *
 * Returns: whether both may be used for the same, in whatever order it was told
 */
gboolean
tern_token_has_same_scopes (const TernToken *self, const TernToken *other)
{
  if (self->scopes == NULL || other->scopes == NULL)
    return self->scopes == other->scopes;
  return includes (self, other) && includes (other, self);
}

/**
 * tern_token_dup_scopes:
 * @self: a token
 *
 * Returns: (transfer full) (nullable): the scopes parted by spaces, or %NULL where they are unknown
 */
char *
tern_token_dup_scopes (const TernToken *self)
{
  return self->scopes != NULL ? g_strjoinv (" ", (char **) self->scopes) : NULL;
}
