/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-folder.h"
#include "tern-imap-commands.h"

G_BEGIN_DECLS

TernFolderRole tern_imap_folder_role_from_flags (TernImapMailboxFlags flags);
void tern_imap_folder_roles_settle (GPtrArray *folders);

G_END_DECLS
