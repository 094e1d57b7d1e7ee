/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "tern-endpoint.h"

G_BEGIN_DECLS

#define TERN_TYPE_ACCOUNT (tern_account_get_type ())

/**
 * TernAccount:
 * @id: its id in the cache; 0 where it is not kept yet
 * @uuid: (nullable): names its secrets in the keyring; %NULL where it is not kept yet
 * @email: its address
 * @name: (nullable): the person's name
 * @user: what it signs in as
 * @imap: (element-type TernEndpoint): where its mail may be reached
 * @provider: (nullable): the id of the provider with whom it signs in by a token; %NULL where it
 * has a password
 * @client_id: (nullable): as what its token was issued; %NULL for what Tern is registered as
 * @body_days: how many days back the text of letters is fetched before anybody opens them; -1 for
 *   all, 0 for none
 * @group: (nullable): the name of the group in which people find it
 * @tags: (nullable): by what people find it, parted by line feeds
 * @notify: whether its inbox is watched while nobody looks at it
 *
 * A mail account without its secrets. Immutable once shared, reference-counted; may cross threads.
 */
typedef struct
{
  gint64 id;
  const char *uuid;
  const char *email;
  const char *name;
  const char *user;
  GPtrArray *imap;
  const char *provider;
  const char *client_id;
  int body_days;
  const char *group;
  const char *tags;
  gboolean notify;
} TernAccount;

#define TERN_ACCOUNT_BODY_DAYS 30

/* Bytes of a group's name or a tag, and tags of one account. */
#define TERN_ACCOUNT_LABEL_MAX 64
#define TERN_ACCOUNT_TAGS_MAX 32

GType tern_account_get_type (void);
TernAccount *tern_account_new (gint64 id,
                               const char *uuid,
                               const char *email,
                               const char *name,
                               const char *user,
                               GPtrArray *imap);
TernAccount *tern_account_ref (TernAccount *self);
void tern_account_unref (TernAccount *self);
gboolean tern_account_is_address (const char *text);
gboolean tern_account_has_tag (const TernAccount *self, const char *tag);
gboolean tern_account_is_label (const char *text);
gboolean tern_account_validate (const TernAccount *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernAccount, tern_account_unref)

G_END_DECLS
