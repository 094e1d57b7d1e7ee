/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-endpoint.h"

#include "tern-error.h"

G_DEFINE_BOXED_TYPE (TernEndpoint, tern_endpoint, tern_endpoint_ref, tern_endpoint_unref)

/**
 * tern_endpoint_new:
 * @host: host name or address literal, without brackets
 * @port: TCP port, not 0
 * @security: how the connection is to be protected
 *
 * Makes an endpoint. The host is kept in lower case, so that one server has one spelling.
 *
 * Returns: (transfer full): a new endpoint
 */
TernEndpoint *
tern_endpoint_new (const char *host, guint16 port, TernSecurity security)
{
  TernEndpoint *self;

  g_return_val_if_fail (host != NULL && *host != '\0' && port != 0, NULL);

  self = g_atomic_rc_box_new0 (TernEndpoint);
  self->host = g_ascii_strdown (host, -1);
  self->port = port;
  self->security = security;
  return self;
}

static gboolean
host_is_valid (const char *host)
{
  if (*host == '\0' || strlen (host) > 253)
    return FALSE;
  for (const char *p = host; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p) || strchr (" /\\@?#[]", *p) != NULL)
      return FALSE;
  return TRUE;
}

/**
 * tern_endpoint_parse:
 * @host_port: `HOST`, `HOST:PORT`, or `[IPV6]:PORT`
 * @default_port: the port where @host_port has none; 0 to insist on one
 * @security: how the connection is to be protected
 * @error: return location for %TERN_ERROR_INVALID
 *
 * Reads an endpoint as people write it.
 *
 * Returns: (transfer full) (nullable): a new endpoint, or %NULL with @error set
 */
TernEndpoint *
tern_endpoint_parse (const char *host_port,
                     guint16 default_port,
                     TernSecurity security,
                     GError **error)
{
  g_autofree char *host = NULL;
  const char *port_text = NULL;
  guint64 port = default_port;

  if (host_port[0] == '[')
    {
      const char *end = strchr (host_port, ']');

      if (end != NULL && (end[1] == ':' || end[1] == '\0'))
        {
          host = g_strndup (host_port + 1, end - host_port - 1);
          port_text = end[1] == ':' ? end + 2 : NULL;
        }
    }
  else
    {
      const char *colon = strrchr (host_port, ':');

      /* More than one colon without brackets is an IPv6 address alone. */
      if (colon != NULL && strchr (host_port, ':') == colon)
        {
          host = g_strndup (host_port, colon - host_port);
          port_text = colon + 1;
        }
      else
        host = g_strdup (host_port);
    }

  if (host == NULL || !host_is_valid (host) ||
      (port_text != NULL && !g_ascii_string_to_unsigned (port_text, 10, 1, 65535, &port, NULL)) ||
      port == 0)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID, "“%s” is no HOST:PORT", host_port);
      return NULL;
    }
  return tern_endpoint_new (host, (guint16) port, security);
}

/**
 * tern_endpoint_ref:
 * @self: an endpoint
 *
 * Returns: (transfer full): @self
 */
TernEndpoint *
tern_endpoint_ref (TernEndpoint *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
endpoint_clear (gpointer data)
{
  g_free ((char *) ((TernEndpoint *) data)->host);
}

/**
 * tern_endpoint_unref:
 * @self: (transfer full): an endpoint
 *
 * Gives up a reference; the last one frees the endpoint.
 */
void
tern_endpoint_unref (TernEndpoint *self)
{
  g_atomic_rc_box_release_full (self, endpoint_clear);
}

/**
 * tern_endpoint_equal:
 * @a: an endpoint
 * @b: another
 *
 * Returns: whether host, port and security are the same
 */
gboolean
tern_endpoint_equal (const TernEndpoint *a, const TernEndpoint *b)
{
  return a->port == b->port && a->security == b->security && strcmp (a->host, b->host) == 0;
}

/**
 * tern_endpoint_is_loopback:
 * @self: an endpoint
 *
 * Tells whether the host is this machine by its very name (`localhost` and names below it,
 * RFC 6761 section 6.3, or a loopback address); nothing is resolved.
 */
gboolean
tern_endpoint_is_loopback (const TernEndpoint *self)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (self->host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return strcmp (self->host, "localhost") == 0 || g_str_has_suffix (self->host, ".localhost");
}

/**
 * tern_endpoint_to_string:
 * @self: an endpoint
 *
 * Returns: (transfer full): `HOST:PORT`, an IPv6 address in brackets
 */
char *
tern_endpoint_to_string (const TernEndpoint *self)
{
  return g_strdup_printf (strchr (self->host, ':') ? "[%s]:%u" : "%s:%u", self->host, self->port);
}

static const char *const security_names[] = {
  [TERN_SECURITY_TLS] = "tls",
  [TERN_SECURITY_STARTTLS] = "starttls",
  [TERN_SECURITY_NONE] = "none",
};

/**
 * tern_security_to_string:
 * @security: a value
 *
 * Returns: (transfer none): its name in settings, files and on the command line
 */
const char *
tern_security_to_string (TernSecurity security)
{
  g_return_val_if_fail ((guint) security < G_N_ELEMENTS (security_names), NULL);
  return security_names[security];
}

/**
 * tern_security_from_string:
 * @name: `tls`, `starttls` or `none`
 * @security: (out): the value
 *
 * Returns: %FALSE when @name is none of them
 */
gboolean
tern_security_from_string (const char *name, TernSecurity *security)
{
  for (guint i = 0; i < G_N_ELEMENTS (security_names); i++)
    if (g_strcmp0 (name, security_names[i]) == 0)
      {
        *security = (TernSecurity) i;
        return TRUE;
      }
  return FALSE;
}
