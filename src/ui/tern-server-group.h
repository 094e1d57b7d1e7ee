/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "tern-endpoint.h"

G_BEGIN_DECLS

#define TERN_TYPE_SERVER_GROUP (tern_server_group_get_type ())
G_DECLARE_FINAL_TYPE (TernServerGroup, tern_server_group, TERN, SERVER_GROUP, AdwPreferencesGroup)

/* Signals: changed (), removed (). */
TernServerGroup *tern_server_group_new (gboolean removable);
void tern_server_group_guess (TernServerGroup *self, const char *domain);
TernEndpoint *tern_server_group_dup_endpoint (TernServerGroup *self);

G_END_DECLS
