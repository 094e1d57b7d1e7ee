/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-imap-scanner.h"

G_BEGIN_DECLS

typedef void (*FuzzResponseFunc) (const TernImapResponse *response, gpointer user_data);

void fuzz_imap_scan (
    const guint8 *data, gsize size, gsize piece, FuzzResponseFunc func, gpointer user_data);
void fuzz_imap_scan_item (
    const char *item, const guint8 *data, gsize size, FuzzResponseFunc func, gpointer user_data);
void fuzz_imap_append_string (GString *out, const char *string);
void fuzz_imap_append_node (GString *out, const TernImapResponse *response, guint node);
void fuzz_imap_append_response (GString *out, const TernImapResponse *response);
void fuzz_imap_check_nodes (const TernImapResponse *response);

G_END_DECLS
