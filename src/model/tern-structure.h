/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * TernEncoding:
 *
 * A part's content transfer encoding (RFC 2045 section 6). The values are part of the database's
 * format.
 */
typedef enum
{
  TERN_ENCODING_IDENTITY, /* 7bit, 8bit, binary */
  TERN_ENCODING_QUOTED_PRINTABLE,
  TERN_ENCODING_BASE64,
  TERN_ENCODING_UUENCODE,
  TERN_ENCODING_UNKNOWN, /* the part can be saved as it is, and no more */
} TernEncoding;

#define TERN_TYPE_STRUCTURE (tern_structure_get_type ())

/**
 * TernStructure:
 * @part_id: the part's number (RFC 9051 section 6.4.5.1): "1", "2.1"; "" for the root multipart
 * @mime_type: `type/subtype`, lower case
 * @charset: (nullable): as the part says
 * @encoding: content transfer encoding
 * @size: bytes as transferred; 0 where unknown
 * @filename: (nullable): decoded, UTF-8, without any folder
 * @content_id: (nullable): without angle brackets
 * @is_attachment: Content-Disposition says attachment
 * @is_flowed: text/plain with format=flowed (RFC 3676)
 * @children: (element-type TernStructure) (nullable): of a multipart, or the one root part of a
 *   message/rfc822
 *
 * A part of a message and those below it. Immutable once shared, reference-counted; may cross
 * threads.
 */
typedef struct _TernStructure TernStructure;
struct _TernStructure
{
  const char *part_id;
  const char *mime_type;
  const char *charset;
  TernEncoding encoding;
  guint64 size;
  const char *filename;
  const char *content_id;
  gboolean is_attachment;
  gboolean is_flowed;
  GPtrArray *children;
};

GType tern_structure_get_type (void);
TernStructure *tern_structure_new (const char *part_id, const char *mime_type);
TernStructure *tern_structure_ref (TernStructure *self);
void tern_structure_unref (TernStructure *self);
void tern_structure_add_child (TernStructure *self, TernStructure *child);

char *tern_structure_to_string (const TernStructure *self);
TernStructure *tern_structure_from_string (const char *text);

const TernStructure *tern_structure_find (const TernStructure *self, const char *part_id);
const TernStructure *tern_structure_find_text (const TernStructure *self, const char *mime_type);
GPtrArray *tern_structure_list_attachments (const TernStructure *self);
GPtrArray *tern_structure_list_inline (const TernStructure *self);
TernEncoding tern_encoding_from_string (const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernStructure, tern_structure_unref)

G_END_DECLS
