/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-imap-limits.h"
#include "tern-imap-response.h"

G_BEGIN_DECLS

typedef enum
{
  TERN_IMAP_FLAG_SEEN = 1 << 0,
  TERN_IMAP_FLAG_FLAGGED = 1 << 1,
  TERN_IMAP_FLAG_ANSWERED = 1 << 2,
  TERN_IMAP_FLAG_DRAFT = 1 << 3,
  TERN_IMAP_FLAG_DELETED = 1 << 4,
  TERN_IMAP_FLAG_FORWARDED = 1 << 5,
  TERN_IMAP_FLAG_JUNK = 1 << 6,
} TernImapFlags;

typedef enum
{
  TERN_IMAP_HAS_FLAGS = 1 << 0,
  TERN_IMAP_HAS_DATE = 1 << 1,
  TERN_IMAP_HAS_SIZE = 1 << 2,
  TERN_IMAP_HAS_MODSEQ = 1 << 3,
  TERN_IMAP_HAS_ENVELOPE = 1 << 4,
  TERN_IMAP_HAS_STRUCTURE = 1 << 5,
  TERN_IMAP_HAS_LABELS = 1 << 6,
} TernImapItems;

/**
 * TernImapAddress:
 * @name: (nullable): as on the wire, not decoded
 * @mailbox: (nullable): the part before the `@`
 * @host: (nullable): the part behind it
 */
typedef struct
{
  const char *name;
  const char *mailbox;
  const char *host;
} TernImapAddress;

/**
 * TernImapEnvelope:
 *
 * RFC 9051 section 7.5.2, ENVELOPE. Strings as on the wire, %NULL for NIL; address fields are lists
 * for tern_imap_address_next(), 0 for none.
 */
typedef struct
{
  const char *date;
  const char *subject;
  guint from;
  guint sender;
  guint reply_to;
  guint to;
  guint cc;
  guint bcc;
  const char *in_reply_to;
  const char *message_id;
} TernImapEnvelope;

/**
 * TernImapPart:
 * @type: as on the wire; "multipart" for a multipart
 * @subtype: as on the wire
 * @parameters: the list of the content type's parameters, or another node; 0 for none
 * @content_id: (nullable): with its angle brackets
 * @encoding: (nullable): content transfer encoding
 * @disposition: (nullable): "attachment", "inline" …
 * @disposition_parameters: the list of its parameters, or another node; 0 for none
 * @size: bytes as transferred
 * @first_child: index of the first part below, 0 for none
 * @next: index of the next part beside, 0 for none
 */
typedef struct
{
  const char *type;
  const char *subtype;
  guint parameters;
  const char *content_id;
  const char *encoding;
  const char *disposition;
  guint disposition_parameters;
  guint64 size;
  guint first_child;
  guint next;
} TernImapPart;

/**
 * TernImapSection:
 * @name: what stands in the brackets of BODY[…]; for BINARY[…] (RFC 3516) that with the brackets
 * @origin: the offset that stands behind them, 0 for none
 * @data: (nullable): the bytes; %NULL where they were streamed or the server said NIL
 * @length: how many
 * @is_streamed: whether they were given to the command as they arrived
 */
typedef struct
{
  const char *name;
  guint64 origin;
  const char *data;
  gsize length;
  gboolean is_streamed;
} TernImapSection;

/**
 * TernImapFetch:
 * @items: which of the following are there
 * @is_damaged: whether an item could not be understood
 * @email_id: (nullable): the same for the message in all mailboxes (RFC 8474)
 * @thread_id: (nullable): the same for all messages of its thread (RFC 8474)
 * @gmail_id: (nullable): like @email_id (X-GM-MSGID)
 * @gmail_thread: (nullable): like @thread_id (X-GM-THRID)
 * @labels: the list of Gmail's labels; their names are spelled like mailboxes'
 *
 * One FETCH response (RFC 9051 section 7.5.2). It points into the response; used again for the
 * next one.
 */
typedef struct
{
  const TernImapResponse *response;
  guint32 seq;
  guint32 uid;
  TernImapItems items;
  gboolean is_damaged;
  TernImapFlags flags;
  GString *keywords;
  gint64 date;
  guint64 size;
  guint64 modseq;
  const char *preview; /* nullable: NIL, or not there */
  const char *email_id;
  const char *thread_id;
  const char *gmail_id;
  const char *gmail_thread;
  guint labels;
  TernImapEnvelope envelope;
  GArray *parts; /* TernImapPart, the root first */
  TernImapSection sections[TERN_IMAP_MAX_SECTIONS];
  guint n_sections;
  GStringChunk *strings;
} TernImapFetch;

TernImapFetch *tern_imap_fetch_data_new (void);
void tern_imap_fetch_data_free (TernImapFetch *self);
gboolean tern_imap_fetch_data_parse (TernImapFetch *self, const TernImapResponse *response);
gboolean tern_imap_fetch_data_parse_section (const char *item, char **name, guint64 *origin);

void tern_imap_parse_flags (const TernImapResponse *response,
                            guint list,
                            TernImapFlags *flags,
                            GString *keywords);
gboolean
tern_imap_envelope_parse (TernImapEnvelope *self, const TernImapResponse *response, guint list);
gboolean tern_imap_address_next (TernImapIter *iter, TernImapAddress *address);
gboolean tern_imap_structure_parse (TernImapFetch *self, guint list);
gboolean tern_imap_structure_has_empty (const TernImapFetch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernImapFetch, tern_imap_fetch_data_free)

G_END_DECLS
