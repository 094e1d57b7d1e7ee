/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define TERN_TYPE_TOKEN (tern_token_get_type ())

/**
 * TernToken:
 * @access: what a server is shown; printable ASCII without spaces
 * @scopes: (nullable): what it may be used for, as the provider spelled it but without the prefix
 *   that names the resource; %NULL where the provider did not say
 * @expires: until when it is used, in µs of the real-time clock
 *
 * An access token for one resource. Immutable, reference-counted; may cross threads.
 */
typedef struct
{
  const char *access;
  const char *const *scopes;
  gint64 expires;
} TernToken;

/**
 * TernGrant:
 * @TERN_GRANT_UNKNOWN: the provider did not say: one attempt will tell
 * @TERN_GRANT_GIVEN: the token may be used for it
 * @TERN_GRANT_MISSING: it may not: a request would be refused
 */
typedef enum
{
  TERN_GRANT_UNKNOWN,
  TERN_GRANT_GIVEN,
  TERN_GRANT_MISSING,
} TernGrant;

GType tern_token_get_type (void);
TernToken *tern_token_new (const char *access, const char *scope, guint expires_in);
TernToken *tern_token_ref (TernToken *self);
void tern_token_unref (TernToken *self);
TernGrant tern_token_check_scope (const TernToken *self, const char *scope);
char *tern_token_dup_missing (const TernToken *self, const char *scopes);
gboolean tern_token_is_fresh (const TernToken *self);
gboolean tern_token_has_same_scopes (const TernToken *self, const TernToken *other);
char *tern_token_dup_scopes (const TernToken *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernToken, tern_token_unref)

G_END_DECLS
