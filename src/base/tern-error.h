/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TERN_ERROR (tern_error_quark ())

/**
 * TernError:
 * @TERN_ERROR_INVALID: what the caller or the user gave is malformed: correct it
 * @TERN_ERROR_AUTH: the server refused the sign-in: ask the user to sign in
 * @TERN_ERROR_PERMISSION: signed in, but this is not allowed: do not repeat it
 * @TERN_ERROR_CERTIFICATE: the certificate is not trusted: show its fingerprint
 *   (tern_error_get_detail()) and let the user decide
 * @TERN_ERROR_BUSY: the server asks to come back later
 * @TERN_ERROR_PROTOCOL: the peer broke the protocol: drop the connection
 * @TERN_ERROR_LIMIT: over one of our caps: drop the item, or the connection
 * @TERN_ERROR_REFUSED: the server said no to this request: undo it
 * @TERN_ERROR_GONE: the message, part, folder or account does not exist any more
 * @TERN_ERROR_UNSUPPORTED: the server cannot do this
 * @TERN_ERROR_OFFLINE: no endpoint could be reached: retry when the network is back
 * @TERN_ERROR_STORAGE: the disk or the database failed
 * @TERN_ERROR_SECRET: the keyring failed, or does not hold the secret
 * @TERN_ERROR_LOCKED: another program works on this profile: try again when it has ended
 *
 * What the receiver of an error can do about it. Transport errors keep their #GIOErrorEnum codes;
 * user-visible sentences are made from the code in `ui` and `cli`, never from the message.
 */
typedef enum
{
  TERN_ERROR_INVALID,
  TERN_ERROR_AUTH,
  TERN_ERROR_PERMISSION,
  TERN_ERROR_CERTIFICATE,
  TERN_ERROR_BUSY,
  TERN_ERROR_PROTOCOL,
  TERN_ERROR_LIMIT,
  TERN_ERROR_REFUSED,
  TERN_ERROR_GONE,
  TERN_ERROR_UNSUPPORTED,
  TERN_ERROR_OFFLINE,
  TERN_ERROR_STORAGE,
  TERN_ERROR_SECRET,
  TERN_ERROR_LOCKED,
} TernError;

GQuark tern_error_quark (void);
void tern_error_set_detail (GError *error, const char *detail);
const char *tern_error_get_detail (const GError *error);
gboolean tern_error_is_transport (const GError *error);

G_END_DECLS
