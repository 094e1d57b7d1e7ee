/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "tern-status.h"

G_BEGIN_DECLS

GtkWidget *tern_route_popover_new (const TernStatus *status);
char *tern_route_describe (const TernStatus *status, gint64 validated, gint64 now);

G_END_DECLS
