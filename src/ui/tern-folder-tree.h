/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-folder-item.h"

G_BEGIN_DECLS

GPtrArray *tern_folder_tree_make (TernAccount *account, GPtrArray *folders, gboolean show_all);

G_END_DECLS
