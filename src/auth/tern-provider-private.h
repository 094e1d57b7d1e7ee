/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "tern-provider.h"

G_BEGIN_DECLS

TernProvider *tern_provider_new_from_json (JsonObject *object, GError **error);

GError *tern_provider_make_unregistered_error (const TernProvider *self);

G_END_DECLS
