/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "tern-engine.h"

G_BEGIN_DECLS

#define TERN_TYPE_INSPECTOR (tern_inspector_get_type ())
G_DECLARE_FINAL_TYPE (TernInspector, tern_inspector, TERN, INSPECTOR, AdwWindow)

TernInspector *tern_inspector_new (TernEngine *engine, gint64 account_id);

G_END_DECLS
