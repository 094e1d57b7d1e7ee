/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TernSecurity:
 * @TERN_SECURITY_TLS: TLS from the first byte (RFC 8314 section 3)
 * @TERN_SECURITY_STARTTLS: TLS after the protocol's own command, or no connection at all
 * @TERN_SECURITY_NONE: plain text; for loopback, or by the user's explicit choice
 */
typedef enum
{
  TERN_SECURITY_TLS,
  TERN_SECURITY_STARTTLS,
  TERN_SECURITY_NONE,
} TernSecurity;

#define TERN_TYPE_ENDPOINT (tern_endpoint_get_type ())

/**
 * TernEndpoint:
 * @host: host name or address literal, without brackets
 * @port: TCP port, never 0
 * @security: how the connection is protected
 *
 * An immutable, reference-counted address of a server. May cross threads.
 */
typedef struct
{
  const char *host;
  guint16 port;
  TernSecurity security;
} TernEndpoint;

GType tern_endpoint_get_type (void);
TernEndpoint *tern_endpoint_new (const char *host, guint16 port, TernSecurity security);
TernEndpoint *tern_endpoint_parse (const char *host_port,
                                   guint16 default_port,
                                   TernSecurity security,
                                   GError **error);
TernEndpoint *tern_endpoint_ref (TernEndpoint *self);
void tern_endpoint_unref (TernEndpoint *self);
gboolean tern_endpoint_equal (const TernEndpoint *a, const TernEndpoint *b);
gboolean tern_endpoint_is_loopback (const TernEndpoint *self);
char *tern_endpoint_to_string (const TernEndpoint *self);
const char *tern_security_to_string (TernSecurity security);
gboolean tern_security_from_string (const char *name, TernSecurity *security);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernEndpoint, tern_endpoint_unref)

G_END_DECLS
