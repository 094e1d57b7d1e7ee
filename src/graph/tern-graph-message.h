/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TernGraphAddress:
 * @name: (nullable): the display name
 * @address: `local@domain`, or ""
 */
typedef struct
{
  char *name;
  char *address;
} TernGraphAddress;

/**
 * TernGraphVerb:
 *
 * What was done last with a message (MS-OXOMSG section 2.2.1.25, PidTagLastVerbExecuted).
 */
typedef enum
{
  TERN_GRAPH_VERB_NONE = 0,
  TERN_GRAPH_VERB_REPLY = 102,
  TERN_GRAPH_VERB_REPLY_ALL = 103,
  TERN_GRAPH_VERB_FORWARD = 104,
} TernGraphVerb;

/**
 * TernGraphMessage:
 * @id: its immutable id
 * @folder: (nullable): the id of the folder that it stands in, where that was asked for
 * @is_removed: it is not in the folder any more; nothing else is told
 * @is_complete: all that was asked for is told; else only that something changed
 * @received: when the server got it, seconds since 1970
 * @sent: when it was sent, likewise; 0 where unknown
 * @created: when it was put where it is, likewise; 0 where unknown
 * @size: bytes, about; 0 where unknown
 * @subject: "" for none
 * @from: (element-type TernGraphAddress): at most one
 * @to: (element-type TernGraphAddress): recipients
 * @cc: (element-type TernGraphAddress): further recipients
 * @reply_to: (element-type TernGraphAddress): where an answer goes
 * @message_id: (nullable): Message-ID with its angle brackets
 * @in_reply_to: (nullable): what the letter's field says
 * @references: (nullable): likewise
 * @preview: (nullable): the text's beginning
 * @is_read: whether it was read
 * @is_draft: whether it is being written
 * @is_flagged: whether a flag is set that is not done
 * @has_attachments: whether it has others than those that its text shows
 * @categories: (element-type utf8): the user's own names for it
 * @verb: what was done last
 *
 * What a list tells of a message, or a list of changes.
 */
typedef struct
{
  char *id;
  char *folder;
  gboolean is_removed;
  gboolean is_complete;
  gint64 received;
  gint64 sent;
  gint64 created;
  guint64 size;
  char *subject;
  GPtrArray *from;
  GPtrArray *to;
  GPtrArray *cc;
  GPtrArray *reply_to;
  char *message_id;
  char *in_reply_to;
  char *references;
  char *preview;
  gboolean is_read;
  gboolean is_draft;
  gboolean is_flagged;
  gboolean has_attachments;
  GPtrArray *categories;
  TernGraphVerb verb;
} TernGraphMessage;

/**
 * TernGraphPage:
 * @messages: (element-type TernGraphMessage): in the order in which the server told them
 * @next: (nullable): where there are more; checked
 * @delta: (nullable): where to ask for what changes from now on; checked
 *
 * A page of messages, or of changes.
 */
typedef struct
{
  GPtrArray *messages;
  char *next;
  char *delta;
} TernGraphPage;

void tern_graph_message_free (TernGraphMessage *self);
void tern_graph_page_free (TernGraphPage *self);
TernGraphPage *tern_graph_page_parse (const char *base, GBytes *body, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernGraphMessage, tern_graph_message_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernGraphPage, tern_graph_page_free)

G_END_DECLS
