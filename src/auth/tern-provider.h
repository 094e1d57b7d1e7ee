/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "tern-endpoint.h"

G_BEGIN_DECLS

#define TERN_TYPE_PROVIDER (tern_provider_get_type ())

/**
 * TernProvider:
 * @id: its name in files, on the command line and in the database
 * @name: what people call it
 * @domains: those of its addresses, in lower case
 * @channels: by which its mail may come, in the order in which they are tried: "graph", "imap"
 * @graph: (nullable): the base of its Graph, without a slash at the end
 * @authorize: (nullable): where a browser signs in (RFC 6749 section 3.1); %NULL where it knows
 *   passwords only
 * @device: (nullable): where a device asks for a code (RFC 8628 section 3.1)
 * @token: (nullable): where tokens are given out (RFC 6749 section 3.2)
 * @client_id: (nullable): what Tern is registered as
 * @client_secret: (nullable): what some providers want of an installed program beside that; no
 *   secret at all
 * @other_error: (nullable): by which error the provider says that this registration has to ask at
 *   its other pages; %NULL where it has none
 * @other_from: (nullable): what in the addresses of its pages is different there
 * @other_to: (nullable): what stands there instead
 * @scopes: (element-type utf8 utf8): for "graph", "imap" and "smtp", what is asked for; for
 *   "sign-in", what the user agrees to at once
 * @imap: (element-type TernEndpoint): where it speaks IMAP
 * @smtp: (element-type TernEndpoint): where it takes mail
 *
 * Who keeps mailboxes, and how one signs in there. Immutable, reference-counted; may cross threads.
 */
typedef struct
{
  const char *id;
  const char *name;
  const char *const *domains;
  const char *const *channels;
  const char *graph;
  const char *authorize;
  const char *device;
  const char *token;
  const char *client_id;
  const char *client_secret;
  const char *other_error;
  const char *other_from;
  const char *other_to;
  GHashTable *scopes;
  GPtrArray *imap;
  GPtrArray *smtp;
} TernProvider;

GType tern_provider_get_type (void);
TernProvider *tern_provider_ref (TernProvider *self);
void tern_provider_unref (TernProvider *self);
gboolean tern_provider_has_domain (const TernProvider *self, const char *email);
gboolean tern_provider_has_channel (const TernProvider *self, const char *channel);
const char *tern_provider_get_scope (const TernProvider *self, const char *resource);
const char *tern_provider_get_first_resource (const TernProvider *self);
char *tern_provider_dup_other_page (const TernProvider *self, const char *url);
gboolean tern_provider_can_sign_in (const TernProvider *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernProvider, tern_provider_unref)

G_END_DECLS
