/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-secrets.h"

G_BEGIN_DECLS

/* Secrets of many accounts in one item of the keyring: its backends write all items anew for each
 * that changes, which thousands of accounts one by one would make last for an hour. An account
 * whose secret is in a bundle has a uuid that names the bundle and the place in it. */

/* Accounts in one bundle, and bytes of their secrets. */
#define TERN_SECRET_BUNDLE_MAX 100
#define TERN_SECRET_BUNDLE_MAX_SIZE (128 * 1024)

typedef struct _TernSecretBundle TernSecretBundle;

TernSecretBundle *tern_secret_bundle_new (void);
void tern_secret_bundle_free (TernSecretBundle *self);
char *tern_secret_bundle_add (TernSecretBundle *self, TernSecretKind kind, const char *secret);
void tern_secret_bundle_store_async (TernSecretBundle *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean tern_secret_bundle_store_finish (GAsyncResult *result, GError **error);

gboolean tern_secret_bundle_has (const char *uuid);
void tern_secret_bundle_lookup_async (const char *uuid,
                                      TernSecretKind kind,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
char *tern_secret_bundle_lookup_finish (GAsyncResult *result, GError **error);
void
tern_secret_bundle_change (const char *uuid, TernSecretKind kind, const char *secret, GTask *task);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernSecretBundle, tern_secret_bundle_free)

G_END_DECLS
