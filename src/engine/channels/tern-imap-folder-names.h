/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-folder.h"

G_BEGIN_DECLS

TernFolderRole tern_imap_folder_name_get_role (const char *name, guint *rank);

G_END_DECLS
