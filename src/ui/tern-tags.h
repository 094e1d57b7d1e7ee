/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "tern-message.h"

G_BEGIN_DECLS

char **tern_tags_list (const TernMessage *message);
char **tern_tags_list_common (void);
char *tern_tag_dup_name (const char *keyword);
char *tern_tag_from_name (const char *name);
const char *tern_tag_get_style (const char *keyword);
char *tern_tags_describe (const TernMessage *message);
void tern_tags_show (GtkWidget *box, const TernMessage *message, guint most);

G_END_DECLS
