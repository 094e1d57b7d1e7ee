/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TernSecretKind:
 * @TERN_SECRET_PASSWORD: a password
 * @TERN_SECRET_REFRESH_TOKEN: what OAuth 2.0 gives in place of one
 *
 * What is kept for an account; one of each kind.
 */
typedef enum
{
  TERN_SECRET_PASSWORD,
  TERN_SECRET_REFRESH_TOKEN,
} TernSecretKind;

void tern_secrets_store_async (TernSecretKind kind,
                               const char *uuid,
                               const char *label,
                               const char *secret,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean tern_secrets_store_finish (GAsyncResult *result, GError **error);

/* TERN_ERROR_SECRET with the detail "missing" where there is none. Free with tern_secrets_free().
 */
void tern_secrets_lookup_async (TernSecretKind kind,
                                const char *uuid,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
char *tern_secrets_lookup_finish (GAsyncResult *result, GError **error);

void tern_secrets_clear_async (const char *uuid,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean tern_secrets_clear_finish (GAsyncResult *result, GError **error);

void tern_secrets_free (char *secret);

G_END_DECLS
