/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-folder.h"
#include "tern-message.h"

G_BEGIN_DECLS

char *tern_format_row_time (gint64 unix_time, GDateTime *now);
char *tern_format_full_time (gint64 unix_time);
char *tern_format_age (gint64 real_time, gint64 now);
char *tern_format_senders (const TernMessage *message);
char *tern_format_recipients (const TernMessage *message);
const char *tern_format_subject (const TernMessage *message);
char *tern_format_host (const char *url);
const char *tern_format_folder (const TernFolder *folder);
const char *tern_format_folder_icon (const TernFolder *folder);

G_END_DECLS
