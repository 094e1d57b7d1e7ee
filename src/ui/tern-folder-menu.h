/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tern-account.h"
#include "tern-folder.h"

G_BEGIN_DECLS

GMenuModel *tern_folder_menu_new (const TernAccount *account, const TernFolder *folder);

G_END_DECLS
