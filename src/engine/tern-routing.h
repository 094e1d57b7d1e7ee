/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-channel.h"
#include "tern-core.h"
#include "tern-router.h"
#include "tern-token-source.h"

G_BEGIN_DECLS

/**
 * TernRoutingWay:
 * @core: the engine's side
 * @account: the account, kept or still to be tried
 * @password: (nullable): its password
 * @tokens: (nullable): what it signs in by, in place of a password
 * @trust: the certificates to trust
 *
 * What it takes to reach an account.
 */
typedef struct
{
  TernCore *core;
  TernAccount *account;
  const char *password;
  TernTokenSource *tokens;
  TernTrust *trust;
} TernRoutingWay;

/**
 * TernRoutingResult:
 * @channel: the channel
 * @name: what it is called
 * @folders: (nullable) (element-type TernFolder): the account's folders, where they were listed
 * @is_read_only: whether the sign-in allows to read by it and not to change anything
 */
typedef struct
{
  TernChannel *channel;
  char *name;
  GPtrArray *folders;
  gboolean is_read_only;
} TernRoutingResult;

TernRouter *tern_routing_new_router (TernCore *core, const TernAccount *account);
void tern_routing_find_async (TernRouter *router,
                              const TernRoutingWay *way,
                              const char *current,
                              gboolean signs_in,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
TernRoutingResult *
tern_routing_find_finish (GAsyncResult *result, TernRoute **route, GError **error);
void tern_routing_result_free (TernRoutingResult *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernRoutingResult, tern_routing_result_free)

G_END_DECLS
