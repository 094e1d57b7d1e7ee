/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TERN_TYPE_LOOPBACK (tern_loopback_get_type ())
G_DECLARE_FINAL_TYPE (TernLoopback, tern_loopback, TERN, LOOPBACK, GObject)

TernLoopback *tern_loopback_new (const char *state, GError **error);
char *tern_loopback_dup_address (TernLoopback *self);
void tern_loopback_set_page (TernLoopback *self, const char *done, const char *failed);
void tern_loopback_wait_async (TernLoopback *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
GHashTable *tern_loopback_wait_finish (TernLoopback *self, GAsyncResult *result, GError **error);

G_END_DECLS
