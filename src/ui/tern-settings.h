/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GSettings *tern_settings_new (const char *profile_dir);
char *tern_settings_dup_client_id (GSettings *settings, const char *provider);
gboolean
tern_settings_set_client_id (GSettings *settings, const char *provider, const char *client_id);

G_END_DECLS
