/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-provider.h"
#include "tern-token-answer.h"
#include "tern-token-client.h"
#include "tern-token.h"

G_BEGIN_DECLS

#define TERN_TYPE_TOKEN_SOURCE (tern_token_source_get_type ())
G_DECLARE_FINAL_TYPE (TernTokenSource, tern_token_source, TERN, TOKEN_SOURCE, GObject)

TernTokenSource *tern_token_source_new (TernTokenClient *client,
                                        TernProvider *provider,
                                        const char *uuid,
                                        const char *label,
                                        const char *client_id);
TernProvider *tern_token_source_get_provider (TernTokenSource *self);

/* @resource is "graph", "imap" or "smtp". */
void tern_token_source_get_async (TernTokenSource *self,
                                  const char *resource,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
TernToken *
tern_token_source_get_finish (TernTokenSource *self, GAsyncResult *result, GError **error);
gboolean tern_token_source_is_refused (TernTokenSource *self, const char *resource);
void tern_token_source_invalidate (TernTokenSource *self, const char *access);

void tern_token_source_sign_in_async (TernTokenSource *self,
                                      const char *resource,
                                      TernTokenAnswer *answer,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
void tern_token_source_keep_async (TernTokenSource *self,
                                   const char *uuid,
                                   const char *label,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean
tern_token_source_store_finish (TernTokenSource *self, GAsyncResult *result, GError **error);

G_END_DECLS
