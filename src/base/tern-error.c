/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-error.h"

typedef struct
{
  char *detail;
} TernErrorPrivate;

static void
tern_error_private_init (TernErrorPrivate *priv)
{
  priv->detail = NULL;
}

static void
tern_error_private_copy (const TernErrorPrivate *src, TernErrorPrivate *dest)
{
  dest->detail = g_strdup (src->detail);
}

static void
tern_error_private_clear (TernErrorPrivate *priv)
{
  g_clear_pointer (&priv->detail, g_free);
}

G_DEFINE_EXTENDED_ERROR (TernError, tern_error)

/**
 * tern_error_set_detail:
 * @error: an error of the domain %TERN_ERROR
 * @detail: (nullable): the value that goes with the code
 *
 * Attaches the value that a receiver needs beside the code: for %TERN_ERROR_CERTIFICATE the
 * certificate's SHA-256 fingerprint (64 lower-case hexadecimal digits), for %TERN_ERROR_BUSY the
 * seconds to wait as a decimal number, for %TERN_ERROR_AUTH the address of the account where that
 * signs in with its provider. It survives g_error_copy().
 */
void
tern_error_set_detail (GError *error, const char *detail)
{
  TernErrorPrivate *priv;

  g_return_if_fail (error != NULL && error->domain == TERN_ERROR);

  priv = tern_error_get_private (error);
  g_free (priv->detail);
  priv->detail = g_strdup (detail);
}

/**
 * tern_error_get_detail:
 * @error: (nullable): an error of any domain
 *
 * Returns: (nullable) (transfer none): what tern_error_set_detail() attached, owned by @error
 */
const char *
tern_error_get_detail (const GError *error)
{
  if (error == NULL || error->domain != TERN_ERROR)
    return NULL;
  return tern_error_get_private (error)->detail;
}

/* The codes of G_IO_ERROR that sockets give; the others speak of files. */
static gboolean
is_network_code (int code)
{
  static const GIOErrorEnum codes[] = {
    G_IO_ERROR_FAILED,
    G_IO_ERROR_CLOSED,
    G_IO_ERROR_TIMED_OUT,
    G_IO_ERROR_HOST_NOT_FOUND,
    G_IO_ERROR_HOST_UNREACHABLE,
    G_IO_ERROR_NETWORK_UNREACHABLE,
    G_IO_ERROR_CONNECTION_REFUSED,
    G_IO_ERROR_CONNECTION_CLOSED,
    G_IO_ERROR_NOT_CONNECTED,
    G_IO_ERROR_PARTIAL_INPUT,
    G_IO_ERROR_PROXY_FAILED,
    G_IO_ERROR_PROXY_AUTH_FAILED,
    G_IO_ERROR_PROXY_NEED_AUTH,
    G_IO_ERROR_PROXY_NOT_ALLOWED,
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (code == (int) codes[i])
      return TRUE;
  return FALSE;
}

/**
 * tern_error_is_transport:
 * @error: an error of any domain
 *
 * Tells whether @error says that the way to the server failed (no name, no route, reset, timed out,
 * TLS broken off), so that the same request may succeed on another connection. A refusal by the
 * server, an untrusted certificate and a cancellation by the caller are none.
 */
gboolean
tern_error_is_transport (const GError *error)
{
  if (error->domain == G_RESOLVER_ERROR)
    return TRUE;
  if (error->domain == G_TLS_ERROR)
    return error->code != G_TLS_ERROR_BAD_CERTIFICATE;
  if (error->domain == G_IO_ERROR)
    return is_network_code (error->code);
  return error->domain == TERN_ERROR &&
         (error->code == TERN_ERROR_OFFLINE || error->code == TERN_ERROR_PROTOCOL);
}
