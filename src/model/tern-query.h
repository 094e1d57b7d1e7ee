/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-message.h"

G_BEGIN_DECLS

/* Bytes of what somebody types, and texts that it looks for. */
#define TERN_QUERY_MAX_LENGTH 500
#define TERN_QUERY_MAX_TERMS 20

/**
 * TernQueryField:
 * @TERN_QUERY_ANY: anywhere in the header or the text
 * @TERN_QUERY_FROM: the senders
 * @TERN_QUERY_TO: all recipients
 * @TERN_QUERY_SUBJECT: the subject
 * @TERN_QUERY_BODY: the text
 *
 * Where a text is looked for.
 */
typedef enum
{
  TERN_QUERY_ANY,
  TERN_QUERY_FROM,
  TERN_QUERY_TO,
  TERN_QUERY_SUBJECT,
  TERN_QUERY_BODY,
} TernQueryField;

/**
 * TernQueryTerm:
 * @field: where
 * @text: what: UTF-8 in NFC, not empty, without control characters
 */
typedef struct
{
  TernQueryField field;
  const char *text;
} TernQueryTerm;

#define TERN_TYPE_QUERY (tern_query_get_type ())

/**
 * TernQuery:
 * @terms: (element-type TernQueryTerm): texts, all of which a message has to have
 * @with: flags that it has to have
 * @without: flags that it must not have
 * @has_attachments: whether it has to have an attachment
 * @since: received then or later, seconds since 1970; %G_MININT64 for any time
 * @until: received before, likewise; %G_MAXINT64 for any time
 *
 * What somebody looks for. Immutable, reference-counted; may cross threads.
 */
typedef struct
{
  GPtrArray *terms;
  TernFlags with;
  TernFlags without;
  gboolean has_attachments;
  gint64 since;
  gint64 until;
} TernQuery;

GType tern_query_get_type (void);
TernQuery *tern_query_parse (const char *text, GError **error);
TernQuery *tern_query_ref (TernQuery *self);
void tern_query_unref (TernQuery *self);
gboolean tern_query_admits (const TernQuery *self, const TernMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernQuery, tern_query_unref)

G_END_DECLS
