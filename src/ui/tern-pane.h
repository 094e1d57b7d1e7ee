/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TERN_TYPE_PANE (tern_pane_get_type ())
G_DECLARE_FINAL_TYPE (TernPane, tern_pane, TERN, PANE, GtkWidget)

/* Properties: child, width, min-width, max-width, resizable. */

G_END_DECLS
