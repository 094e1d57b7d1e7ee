/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-endpoint.h"
#include "tern-imap-session.h"

G_BEGIN_DECLS

/**
 * TernImapMemory:
 * @endpoint: the endpoint
 * @usual_ms: usual time to readiness, 0 where unknown
 * @is_favourite: whether it won last time
 * @capabilities: (nullable): what the server offered when signed in
 * @before: (nullable): what it offered before the sign-in
 * @is_sequential: whether it loses what is sent behind a sign-in that it has not answered yet
 * @has_no_compress: whether it refused COMPRESS; not kept for the next start
 * @refused: (nullable): why it refused the last sign-in; not kept for the next start
 * @has_no_mailbox: whether it let the account in and had no mailbox for it; not kept for the next
 *   start
 *
 * What is known of an endpoint.
 */
typedef struct
{
  TernEndpoint *endpoint;
  guint usual_ms;
  gboolean is_favourite;
  char *capabilities;
  char *before;
  gboolean is_sequential;
  gboolean has_no_compress;
  GError *refused;
  gboolean has_no_mailbox;
} TernImapMemory;

TernImapMemory *tern_imap_memory_new (TernEndpoint *endpoint);
void tern_imap_memory_free (TernImapMemory *self);
void tern_imap_memory_parse (TernImapMemory *self, const char *text);
char *tern_imap_memory_to_string (const TernImapMemory *self);
gboolean tern_imap_memory_learn (TernImapMemory *self, TernImapSession *session);

G_END_DECLS
