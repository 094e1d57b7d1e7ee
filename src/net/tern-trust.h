/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-endpoint.h"

G_BEGIN_DECLS

#define TERN_TYPE_TRUST (tern_trust_get_type ())
G_DECLARE_FINAL_TYPE (TernTrust, tern_trust, TERN, TRUST, GObject)

TernTrust *tern_trust_new (void);
void tern_trust_add (TernTrust *self, const char *host, guint16 port, const char *fingerprint);
gboolean
tern_trust_contains (TernTrust *self, const char *host, guint16 port, const char *fingerprint);
char *tern_trust_fingerprint (GTlsCertificate *certificate);

G_END_DECLS
