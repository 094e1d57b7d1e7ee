/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "tern-address.h"
#include "tern-flags.h"
#include "tern-structure.h"

G_BEGIN_DECLS

/* Characters of a snippet at most. */
#define TERN_SNIPPET_CHARS 200

#define TERN_TYPE_MESSAGE (tern_message_get_type ())

/**
 * TernMessage:
 * @id: its id in the cache, the same for as long as the message stands in a folder of ours; 0 where
 *   it is not cached yet
 * @account_id: the account, 0 where not cached yet
 * @folder_id: the folder, 0 where not cached yet
 * @remote_id: (nullable): the channel's name for it in its folder; opaque. %NULL in the cache only,
 *   until a sync of the folder tells the name that a move gave it
 * @global_id: (nullable): the channel's name for the content, the same in all folders
 * @flags: state that every channel knows
 * @keywords: (nullable): the user's own flags, parted by single spaces
 * @labels: (nullable): what the server files it under besides its folder, parted by line feeds; ""
 * for nothing, %NULL where the server has no labels
 * @shares_flags: whether its flags are the same in all folders that it stands in
 * @modseq: the server's change counter, 0 where it has none
 * @received: when the server got it, seconds since 1970: what lists sort by
 * @date: what the letter's own Date field says, seconds since 1970; 0 where it says nothing
 * @size: bytes of the whole message as the server counts them
 * @subject: decoded, UTF-8, one line; "" for none
 * @from: (element-type TernAddress): senders
 * @reply_to: (element-type TernAddress) (nullable): where an answer goes, where it is not @from
 * @to: (element-type TernAddress) (nullable): recipients
 * @cc: (element-type TernAddress) (nullable): further recipients
 * @message_id: (nullable): Message-ID with its angle brackets
 * @in_reply_to: (nullable): the Message-ID that it answers
 * @references: (nullable): Message-IDs of the thread, parted by single spaces, oldest first
 * @structure: (nullable): its parts, where known
 * @has_attachments: whether a paper clip is shown
 * @snippet: (nullable): the text's beginning, one line; %NULL where it is not known yet
 * @code: (nullable): the one-time code that it has; "" for none, %NULL where it was not searched
 * yet
 * @code_is_certain: whether a word beside @code calls it one; else it is a good guess
 * @link: (nullable): the web address by which something is confirmed, http or https; "" for none,
 *   %NULL where it was not searched yet, or not as a whole
 * @thread: (nullable): the same for all letters of a conversation
 *
 * What a list or a letter's header shows of a message: yielded by a channel (without ids), kept by
 * the store, shown by the window. Immutable once shared, reference-counted; may cross threads. The
 * maker fills in the fields; strings are owned by the message (g_malloc()).
 */
typedef struct
{
  gint64 id;
  gint64 account_id;
  gint64 folder_id;
  const char *remote_id;
  const char *global_id;
  TernFlags flags;
  const char *keywords;
  const char *labels;
  gboolean shares_flags;
  guint64 modseq;
  gint64 received;
  gint64 date;
  guint64 size;
  const char *subject;
  GPtrArray *from;
  GPtrArray *reply_to;
  GPtrArray *to;
  GPtrArray *cc;
  const char *message_id;
  const char *in_reply_to;
  const char *references;
  TernStructure *structure;
  gboolean has_attachments;
  const char *snippet;
  const char *code;
  gboolean code_is_certain;
  const char *link;
  const char *thread;
} TernMessage;

/**
 * TernRowKey:
 * @received: the message's received time
 * @id: the message's id
 *
 * The place of a message in a list: newest first, the higher id first among equal times.
 */
typedef struct
{
  gint64 received;
  gint64 id;
} TernRowKey;

GType tern_message_get_type (void);
TernMessage *tern_message_new (void);
TernMessage *tern_message_ref (TernMessage *self);
void tern_message_unref (TernMessage *self);
TernRowKey tern_message_get_key (const TernMessage *self);
gboolean tern_message_is_recent (const TernMessage *self);

int tern_row_key_compare (const TernRowKey *a, const TernRowKey *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernMessage, tern_message_unref)

G_END_DECLS
