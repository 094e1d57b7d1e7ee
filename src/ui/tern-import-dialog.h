/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "tern-engine.h"

G_BEGIN_DECLS

#define TERN_TYPE_IMPORT_DIALOG (tern_import_dialog_get_type ())
G_DECLARE_FINAL_TYPE (TernImportDialog, tern_import_dialog, TERN, IMPORT_DIALOG, AdwWindow)

TernImportDialog *tern_import_dialog_new (GtkWindow *parent, TernEngine *engine);

G_END_DECLS
