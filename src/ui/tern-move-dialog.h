/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "tern-folder-list.h"

G_BEGIN_DECLS

#define TERN_TYPE_MOVE_DIALOG (tern_move_dialog_get_type ())
G_DECLARE_FINAL_TYPE (TernMoveDialog, tern_move_dialog, TERN, MOVE_DIALOG, AdwWindow)

/* Signal: folder-chosen (gint64 folder_id). */
TernMoveDialog *
tern_move_dialog_new (GtkWindow *parent, TernFolderList *folders, TernFolder *current);

G_END_DECLS
