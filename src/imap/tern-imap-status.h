/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-imap-response.h"

G_BEGIN_DECLS

typedef enum
{
  TERN_IMAP_STATUS_OK,
  TERN_IMAP_STATUS_NO,
  TERN_IMAP_STATUS_BAD,
  TERN_IMAP_STATUS_BYE,
  TERN_IMAP_STATUS_PREAUTH,
} TernImapStatusKind;

/**
 * TernImapStatus:
 * @kind: the server's verdict
 * @code: (nullable): the response code's name, upper case
 * @arguments: what stands behind the code's name, "" for nothing
 * @text: the server's own words; for logs and error messages
 *
 * A status response (RFC 9051 section 7.1), tagged or not.
 */
typedef struct
{
  TernImapStatusKind kind;
  char *code;
  char *arguments;
  char *text;
} TernImapStatus;

gboolean tern_imap_status_parse (TernImapStatus *self, const TernImapResponse *response);
void tern_imap_status_clear (TernImapStatus *self);
gboolean tern_imap_status_has_code (const TernImapStatus *self, const char *code);
gboolean tern_imap_status_lacks_mailbox (const TernImapStatus *self);
GError *tern_imap_status_to_error (const TernImapStatus *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TernImapStatus, tern_imap_status_clear)

G_END_DECLS
