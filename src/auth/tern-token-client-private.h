/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "tern-provider.h"
#include "tern-token-client.h"

G_BEGIN_DECLS

/**
 * TernTokenReply:
 * @status: of HTTP
 * @object: (nullable): the answer; %NULL where it is no JSON object
 * @retry_after: seconds for which the provider wants to be left alone; 0 where it did not say
 */
typedef struct
{
  guint status;
  JsonObject *object;
  guint retry_after;
} TernTokenReply;

void tern_token_reply_free (TernTokenReply *self);

void tern_token_client_post_async (TernTokenClient *self,
                                   const TernProvider *provider,
                                   const char *url,
                                   const char *const *form,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
TernTokenReply *
tern_token_client_post_finish (TernTokenClient *self, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernTokenReply, tern_token_reply_free)

G_END_DECLS
