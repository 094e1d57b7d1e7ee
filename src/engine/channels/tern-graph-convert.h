/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-channel.h"
#include "tern-graph-requests.h"
#include "tern-message.h"

G_BEGIN_DECLS

/* The part that is the letter's text where its structure was made of its attachments. */
#define TERN_GRAPH_BODY_PART "body"

char *tern_graph_make_remote_id (const char *id);
const char *tern_graph_parse_remote_id (const char *remote_id);
TernGraphUrgency tern_graph_convert_urgency (TernUrgency urgency);
char *tern_graph_convert_category (const char *category);
TernMessage *tern_graph_convert_message (const TernGraphMessage *message);
TernStructure *tern_graph_convert_structure (GPtrArray *attachments);
TernFolderRole tern_graph_convert_role (const char *well_known);
const char *tern_graph_role_to_well_known (TernFolderRole role);
GPtrArray *tern_graph_convert_folders (GPtrArray *folders);
TernFolder *tern_graph_convert_counts (const TernGraphFolder *folder);

G_END_DECLS
