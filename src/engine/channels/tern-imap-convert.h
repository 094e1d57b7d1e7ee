/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-imap-commands.h"
#include "tern-message.h"

G_BEGIN_DECLS

char *tern_imap_make_remote_id (guint32 uidvalidity, guint32 uid);
gboolean tern_imap_parse_remote_id (const char *remote_id, guint32 *uidvalidity, guint32 *uid);
TernFlags tern_imap_convert_flags (TernImapFlags flags);
char *tern_imap_flags_to_wire (TernFlags flags);
char *tern_imap_convert_labels (const TernImapFetch *fetch);
TernMessage *tern_imap_convert_message (const TernImapFetch *fetch, guint32 uidvalidity);
TernMessage *tern_imap_convert_fetched (TernImapSession *session,
                                        const TernImapFetch *fetch,
                                        guint32 uidvalidity);
GPtrArray *tern_imap_convert_checked (TernImapMailboxes *mailboxes);
GPtrArray *tern_imap_convert_folders (TernImapMailboxes *mailboxes, GArray *namespaces);

G_END_DECLS
