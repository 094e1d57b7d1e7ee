/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void tern_secrets_store_password_async (const char *uuid,
                                        const char *label,
                                        const char *password,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
gboolean tern_secrets_store_password_finish (GAsyncResult *result, GError **error);

/* TERN_ERROR_SECRET with the detail "missing" where there is none. Free with tern_secrets_free().
 */
void tern_secrets_lookup_password_async (const char *uuid,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
char *tern_secrets_lookup_password_finish (GAsyncResult *result, GError **error);

void tern_secrets_clear_async (const char *uuid,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean tern_secrets_clear_finish (GAsyncResult *result, GError **error);

void tern_secrets_free (char *secret);

G_END_DECLS
