/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-provider.h"
#include "tern-token-answer.h"
#include "tern-token-client.h"

G_BEGIN_DECLS

#define TERN_TYPE_SIGN_IN (tern_sign_in_get_type ())
G_DECLARE_FINAL_TYPE (TernSignIn, tern_sign_in, TERN, SIGN_IN, GObject)

TernSignIn *tern_sign_in_new (TernTokenClient *client,
                              TernProvider *provider,
                              const char *client_id,
                              const char *email);
void tern_sign_in_set_page (TernSignIn *self, const char *done, const char *failed);
void tern_sign_in_set_second (TernSignIn *self, guint ms);

gboolean tern_sign_in_begin_browser (TernSignIn *self, GError **error);
void tern_sign_in_begin_device_async (TernSignIn *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean tern_sign_in_begin_device_finish (TernSignIn *self, GAsyncResult *result, GError **error);
const char *tern_sign_in_get_url (TernSignIn *self);
const char *tern_sign_in_get_code (TernSignIn *self);

void tern_sign_in_wait_async (TernSignIn *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
void tern_sign_in_cancel (TernSignIn *self);
TernTokenAnswer *tern_sign_in_wait_finish (TernSignIn *self, GAsyncResult *result, GError **error);
TernProvider *tern_sign_in_get_provider (TernSignIn *self);
const char *tern_sign_in_get_resource (TernSignIn *self);

G_END_DECLS
