/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "tern-route.h"

G_BEGIN_DECLS

/**
 * TernAccountState:
 * @TERN_ACCOUNT_STATE_CACHED: not tried since the start; what is shown is what was kept
 * @TERN_ACCOUNT_STATE_CONNECTING: a connection is being made
 * @TERN_ACCOUNT_STATE_ONLINE: signed in
 * @TERN_ACCOUNT_STATE_OFFLINE: the server cannot be reached; it is tried again by itself
 * @TERN_ACCOUNT_STATE_SIGN_IN: the server refused the sign-in, or the keyring has no password
 * @TERN_ACCOUNT_STATE_CERTIFICATE: the server's certificate is not trusted
 * @TERN_ACCOUNT_STATE_TROUBLE: the server answered, but not with the mail
 */
typedef enum
{
  TERN_ACCOUNT_STATE_CACHED,
  TERN_ACCOUNT_STATE_CONNECTING,
  TERN_ACCOUNT_STATE_ONLINE,
  TERN_ACCOUNT_STATE_OFFLINE,
  TERN_ACCOUNT_STATE_SIGN_IN,
  TERN_ACCOUNT_STATE_CERTIFICATE,
  TERN_ACCOUNT_STATE_TROUBLE,
} TernAccountState;

#define TERN_TYPE_STATUS (tern_status_get_type ())

/**
 * TernStatus:
 * @account_id: the account
 * @state: how it stands with the server
 * @folder_id: the folder being synced; 0 for none
 * @done: messages of that folder received
 * @total: messages that the folder has on the server
 * @route: (nullable): how the server was reached last, or why it was not
 * @is_read_only: whether its mail can be read and not changed, for that is what the sign-in allows
 * @error: (nullable): what is wrong, for every state that says so
 *
 * How an account is doing. Immutable once shared, reference-counted; may cross threads.
 */
typedef struct
{
  gint64 account_id;
  TernAccountState state;
  gint64 folder_id;
  guint done;
  guint total;
  TernRoute *route;
  gboolean is_read_only;
  GError *error;
} TernStatus;

GType tern_status_get_type (void);
TernStatus *
tern_status_new (gint64 account_id, TernAccountState state, TernRoute *route, const GError *error);
TernStatus *tern_status_ref (TernStatus *self);
void tern_status_unref (TernStatus *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernStatus, tern_status_unref)

G_END_DECLS
