/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-account.h"
#include "tern-channel.h"
#include "tern-trust.h"

G_BEGIN_DECLS

#define TERN_TYPE_IMAP_CHANNEL (tern_imap_channel_get_type ())
G_DECLARE_FINAL_TYPE (TernImapChannel, tern_imap_channel, TERN, IMAP_CHANNEL, GObject)

/* See tern-imap-budget.h and tern-token-source.h. */
typedef struct _TernImapBudget TernImapBudget;
typedef struct _TernTokenSource TernTokenSource;

TernImapChannel *
tern_imap_channel_new (TernAccount *account, const char *password, TernTrust *trust);
void tern_imap_channel_use_tokens (TernImapChannel *self, TernTokenSource *tokens);
void tern_imap_channel_share (TernImapChannel *self, TernImapBudget *budget);
void tern_imap_channel_remember (TernImapChannel *self,
                                 TernEndpoint *endpoint,
                                 guint usual_ms,
                                 gboolean favourite,
                                 const char *memory);
char *tern_imap_channel_dup_memory (TernImapChannel *self, TernEndpoint *endpoint);

G_END_DECLS
