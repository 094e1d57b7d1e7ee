/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Signal: changed (const char *set, const char *clear), keywords parted by single spaces, when the
 * dialog is closed and something was changed. */
#define TERN_TYPE_TAG_DIALOG (tern_tag_dialog_get_type ())
G_DECLARE_FINAL_TYPE (TernTagDialog, tern_tag_dialog, TERN, TAG_DIALOG, AdwWindow)

TernTagDialog *tern_tag_dialog_new (GtkWindow *parent, GPtrArray *messages);

G_END_DECLS
