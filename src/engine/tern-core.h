/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-changes.h"
#include "tern-channel.h"
#include "tern-operation.h"
#include "tern-status.h"
#include "tern-store.h"
#include "tern-trust.h"

G_BEGIN_DECLS

/* The engine's side of its thread: everything here is touched by that thread only. The window's
 * side is TernEngine; between them go immutable values. */
typedef struct _TernCore TernCore;
typedef struct _TernRunner TernRunner;
typedef struct _TernImapBudget TernImapBudget;
typedef struct _TernProviders TernProviders;
typedef struct _TernTokenClient TernTokenClient;
typedef struct _TernSignIn TernSignIn;

/* Takes what the core tells; called on the engine's thread, must only hand it on. */
typedef struct
{
  void (*changed) (TernChanges *changes, gpointer user_data);
  void (*status) (TernStatus *status, gpointer user_data);
  void (*events) (GPtrArray *events, gpointer user_data);
  void (*operation_failed) (TernOperation *operation, const GError *error, gpointer user_data);
  void (*struck_out) (TernOperation *operation, gpointer user_data);
} TernCoreListener;

TernCore *tern_core_new (const char *dir, const TernCoreListener *listener, gpointer user_data);
void tern_core_free (TernCore *self);
gboolean tern_core_open (TernCore *self, GError **error);
gboolean tern_core_open_reader (TernCore *self, GError **error);
gint64 tern_core_get_start (TernCore *self);
TernStore *tern_core_get_store (TernCore *self);
TernTrust *tern_core_get_trust (TernCore *self);
TernProviders *tern_core_get_providers (TernCore *self);
gboolean tern_core_check_providers (TernCore *self, GError **error);
TernTokenClient *tern_core_get_token_client (TernCore *self);
guint tern_core_add_sign_in (TernCore *self, TernSignIn *sign_in);
TernSignIn *tern_core_take_sign_in (TernCore *self, guint id, GError **error);
TernImapBudget *tern_core_get_budget (TernCore *self);
GCancellable *tern_core_get_closing (TernCore *self);
void tern_core_hold (TernCore *self);
void tern_core_release (TernCore *self);
void tern_core_add_guest (TernCore *self, TernChannel *channel);
void tern_core_remove_guest (TernCore *self, TernChannel *channel);
TernRunner *tern_core_get_runner (TernCore *self, gint64 account_id, GError **error);
TernRunner *tern_core_get_runner_of_folder (TernCore *self, gint64 folder_id, GError **error);
gboolean tern_core_has_runner (TernCore *self, gint64 account_id);
void tern_core_drop_runner (TernCore *self, gint64 account_id);
void tern_core_network_changed (TernCore *self, gboolean available, gboolean is_metered);
gboolean tern_core_is_metered (TernCore *self);
void tern_core_start_background (TernCore *self);
gboolean tern_core_is_background (TernCore *self);
void tern_core_sleep (TernCore *self, gboolean asleep);
void tern_core_account_added (TernCore *self, gint64 account_id);
void tern_core_set_viewed_folder (TernCore *self, gint64 folder_id);
void tern_core_update_watch (TernCore *self);
void tern_core_take_changes (TernCore *self, TernChanges *changes);
void tern_core_take_event (TernCore *self, TernEvent *event);
void tern_core_take_status (TernCore *self, TernStatus *status);
void
tern_core_tell_operation_failed (TernCore *self, TernOperation *operation, const GError *error);
void tern_core_tell_struck_out (TernCore *self, TernOperation *operation);
void tern_core_flush (TernCore *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernCore, tern_core_free)

G_END_DECLS
