/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-imap-response.h"

G_BEGIN_DECLS

/**
 * TernImapScannerHandler:
 * @response: takes a whole response, without the literals that were streamed
 * @literal_begin: (nullable): asked at the beginning of a literal, with what the response holds so
 *   far: whether the literal's @size bytes shall be streamed
 * @literal_data: (nullable): takes the bytes of a streamed literal
 */
typedef struct
{
  void (*response) (const TernImapResponse *response, gpointer user_data);
  gboolean (*literal_begin) (const TernImapResponse *so_far, guint64 size, gpointer user_data);
  void (*literal_data) (const guint8 *bytes, gsize length, gpointer user_data);
} TernImapScannerHandler;

typedef struct _TernImapScanner TernImapScanner;

TernImapScanner *tern_imap_scanner_new (const TernImapScannerHandler *handler, gpointer user_data);
void tern_imap_scanner_free (TernImapScanner *self);
gsize tern_imap_scanner_push (TernImapScanner *self, const guint8 *bytes, gsize length);
void tern_imap_scanner_pause (TernImapScanner *self);
void tern_imap_scanner_resume (TernImapScanner *self);
gboolean tern_imap_scanner_is_idle (TernImapScanner *self);
gboolean tern_imap_scanner_is_endless (TernImapScanner *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernImapScanner, tern_imap_scanner_free)

G_END_DECLS
