/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void tern_letter_link_open (GtkWidget *from, const char *url);
char *tern_letter_link_to_markup (const char *text);

G_END_DECLS
