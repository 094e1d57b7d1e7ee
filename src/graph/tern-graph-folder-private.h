/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "tern-graph-folder.h"

G_BEGIN_DECLS

TernGraphFolder *tern_graph_folder_parse (JsonObject *object);

G_END_DECLS
