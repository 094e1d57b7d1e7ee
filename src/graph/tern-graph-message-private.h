/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "tern-graph-message.h"

G_BEGIN_DECLS

/* What is asked of a message for a list. The extended properties are its size, In-Reply-To,
 * References, and what was done last with it (MS-OXPROPS). */
#define TERN_GRAPH_MESSAGE_QUERY                                                                   \
  "$select=id,receivedDateTime,sentDateTime,subject,from,toRecipients,ccRecipients,replyTo,"       \
  "internetMessageId,bodyPreview,isRead,isDraft,flag,categories,hasAttachments"                    \
  "&$expand=singleValueExtendedProperties($filter=id%20eq%20'Integer%200xe08'%20or%20"             \
  "id%20eq%20'String%200x1042'%20or%20id%20eq%20'String%200x1039'%20or%20"                         \
  "id%20eq%20'Integer%200x1081')"

TernGraphMessage *tern_graph_message_parse (JsonObject *object);

G_END_DECLS
