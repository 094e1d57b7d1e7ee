/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "tern-engine.h"

G_BEGIN_DECLS

#define TERN_TYPE_CLIENT_GROUP (tern_client_group_get_type ())
G_DECLARE_FINAL_TYPE (TernClientGroup, tern_client_group, TERN, CLIENT_GROUP, AdwPreferencesGroup)

GtkWidget *tern_client_group_new (TernEngine *engine, GSettings *settings);

G_END_DECLS
