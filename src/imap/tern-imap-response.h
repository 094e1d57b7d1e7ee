/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TernImapNodeKind:
 * @TERN_IMAP_NODE_ATOM: an atom, a number, a flag, or a section such as `BODY[1]<0>`
 * @TERN_IMAP_NODE_NIL: the atom NIL
 * @TERN_IMAP_NODE_STRING: a quoted string or a literal that was held
 * @TERN_IMAP_NODE_TEXT: the rest of a status or continuation line
 * @TERN_IMAP_NODE_LIST: a parenthesised list; its members follow
 * @TERN_IMAP_NODE_STREAMED: a literal that went to the consumer as it arrived
 * @TERN_IMAP_NODE_SKIPPED: a literal over the cap, left out
 */
typedef enum
{
  TERN_IMAP_NODE_ATOM,
  TERN_IMAP_NODE_NIL,
  TERN_IMAP_NODE_STRING,
  TERN_IMAP_NODE_TEXT,
  TERN_IMAP_NODE_LIST,
  TERN_IMAP_NODE_STREAMED,
  TERN_IMAP_NODE_SKIPPED,
} TernImapNodeKind;

/**
 * TernImapNode:
 * @kind: what it is
 * @next: index of the node behind this one and all that it holds
 * @offset: where its text begins
 * @length: bytes of its text; a NUL follows them
 */
typedef struct
{
  TernImapNodeKind kind;
  guint32 next;
  guint32 offset;
  guint32 length;
} TernImapNode;

/**
 * TernImapResponse:
 * @nodes: (array length=n_nodes): the tokens in the order of the wire; the first is the tag, "*"
 *   or "+"
 * @n_nodes: how many
 * @text: what the nodes' offsets point into
 * @damaged: whether something in it broke the grammar or a cap; what could be read stands here
 *
 * One response of the server as the scanner yields it; valid until the scanner goes on.
 */
typedef struct
{
  const TernImapNode *nodes;
  guint n_nodes;
  const char *text;
  gboolean damaged;
} TernImapResponse;

/**
 * TernImapIter:
 *
 * Walks the members of a list. Node 0 is the tag and never a member, so 0 stands for none.
 */
typedef struct
{
  const TernImapResponse *response;
  guint pos;
  guint end;
} TernImapIter;

void tern_imap_iter_init (TernImapIter *self, const TernImapResponse *response, guint list);
void tern_imap_iter_init_root (TernImapIter *self, const TernImapResponse *response, guint first);
guint tern_imap_iter_next (TernImapIter *self);

gboolean tern_imap_response_is_list (const TernImapResponse *self, guint node);
const char *tern_imap_response_get_string (const TernImapResponse *self, guint node);
const char *tern_imap_response_get_id (const TernImapResponse *self, guint node);
gboolean tern_imap_response_equal (const TernImapResponse *self, guint node, const char *word);
gboolean tern_imap_response_get_number (const TernImapResponse *self, guint node, guint64 *number);
guint32 tern_imap_response_get_uint32 (const TernImapResponse *self, guint node);

gboolean tern_imap_parse_number (const char *text, guint64 *number);

G_END_DECLS
