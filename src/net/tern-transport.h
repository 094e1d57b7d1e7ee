/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-endpoint.h"
#include "tern-trust.h"

G_BEGIN_DECLS

#define TERN_TYPE_TRANSPORT (tern_transport_get_type ())
G_DECLARE_FINAL_TYPE (TernTransport, tern_transport, TERN, TRANSPORT, GObject)

TernEndpoint *tern_transport_get_endpoint (TernTransport *self);
const char *tern_transport_get_address (TernTransport *self);
GInputStream *tern_transport_get_input (TernTransport *self);
GOutputStream *tern_transport_get_output (TernTransport *self);
gboolean tern_transport_is_encrypted (TernTransport *self);
gboolean tern_transport_has_way (TernTransport *self);

void tern_transport_start_tls_async (TernTransport *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean
tern_transport_start_tls_finish (TernTransport *self, GAsyncResult *result, GError **error);

void tern_transport_close (TernTransport *self);

G_END_DECLS
