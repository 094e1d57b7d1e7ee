/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-message.h"

#include <gmime/gmime.h>
#include <string.h>

#include "tern-error.h"
#include "tern-mime-header.h"

/* Parts nested deeper are left out. */
#define MAX_DEPTH 50
#define MAX_PARTS 1000
/* Boundaries in a header: GMime's parser recurses for each level of multiparts. */
#define MAX_MULTIPARTS 500
#define MAX_ADDRESSES 2000

struct _TernMimeMessage
{
  GBytes *raw;
  GMimeMessage *message;
  TernStructure *structure;
  GHashTable *parts; /* part id → GMimeObject, which the message owns */
};

static void
init_gmime (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      g_mime_init ();
      g_once_init_leave (&once, 1);
    }
}

static TernEncoding
encoding_of (GMimePart *part)
{
  switch (g_mime_part_get_content_encoding (part))
    {
    case GMIME_CONTENT_ENCODING_BASE64:
      return TERN_ENCODING_BASE64;
    case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
      return TERN_ENCODING_QUOTED_PRINTABLE;
    case GMIME_CONTENT_ENCODING_UUENCODE:
      return TERN_ENCODING_UUENCODE;
    case GMIME_CONTENT_ENCODING_DEFAULT:
    case GMIME_CONTENT_ENCODING_7BIT:
    case GMIME_CONTENT_ENCODING_8BIT:
    case GMIME_CONTENT_ENCODING_BINARY:
    default:
      return TERN_ENCODING_IDENTITY;
    }
}

static char *
clean_content_id (const char *id)
{
  gsize n;

  if (id == NULL)
    return NULL;
  id += *id == '<';
  n = strcspn (id, ">");
  return n > 0 ? g_strndup (id, n) : NULL;
}

static void
describe_leaf (TernStructure *node, GMimePart *part)
{
  const char *filename = g_mime_part_get_filename (part);
  const char *format = g_mime_object_get_content_type_parameter (GMIME_OBJECT (part), "format");
  GMimeDataWrapper *content = g_mime_part_get_content (part);
  GMimeStream *stream = content != NULL ? g_mime_data_wrapper_get_stream (content) : NULL;

  node->charset =
      g_strdup (g_mime_object_get_content_type_parameter (GMIME_OBJECT (part), "charset"));
  node->encoding = encoding_of (part);
  node->is_flowed = format != NULL && g_ascii_strcasecmp (format, "flowed") == 0;
  if (filename != NULL)
    node->filename = tern_mime_clean_filename (filename, "file");
  if (stream != NULL)
    node->size = MAX (g_mime_stream_length (stream), 0);
}

static TernStructure *
describe (TernMimeMessage *self, GMimeObject *object, const char *part_id, guint depth);

static void
describe_children (TernMimeMessage *self,
                   TernStructure *node,
                   GMimeMultipart *multipart,
                   guint depth)
{
  int count = g_mime_multipart_get_count (multipart);

  for (int i = 0; i < count && depth < MAX_DEPTH; i++)
    {
      g_autofree char *id = *node->part_id != '\0' ? g_strdup_printf ("%s.%d", node->part_id, i + 1)
                                                   : g_strdup_printf ("%d", i + 1);
      TernStructure *child =
          describe (self, g_mime_multipart_get_part (multipart, i), id, depth + 1);

      if (child == NULL)
        return;
      tern_structure_add_child (node, child);
    }
}

/* The part inside an enclosed message: its parts go on counting below the enclosing one. */
static void
describe_enclosed (TernMimeMessage *self, TernStructure *node, GMimeMessagePart *part, guint depth)
{
  GMimeMessage *message = g_mime_message_part_get_message (part);
  GMimeObject *inner = message != NULL ? g_mime_message_get_mime_part (message) : NULL;
  g_autofree char *id = NULL;
  TernStructure *child;

  if (inner == NULL || depth >= MAX_DEPTH)
    return;
  id = GMIME_IS_MULTIPART (inner) ? g_strdup (node->part_id)
                                  : g_strdup_printf ("%s.1", node->part_id);
  child = describe (self, inner, id, depth + 1);
  if (child != NULL)
    tern_structure_add_child (node, child);
}

static TernStructure *
describe (TernMimeMessage *self, GMimeObject *object, const char *part_id, guint depth)
{
  GMimeContentType *type = g_mime_object_get_content_type (object);
  GMimeContentDisposition *disposition = g_mime_object_get_content_disposition (object);
  g_autofree char *mime_type = g_mime_content_type_get_mime_type (type);
  TernStructure *node;

  if (g_hash_table_size (self->parts) >= MAX_PARTS)
    return NULL;
  node = tern_structure_new (part_id, mime_type);
  if (!g_hash_table_contains (self->parts, part_id))
    g_hash_table_insert (self->parts, g_strdup (part_id), object);
  node->content_id = clean_content_id (g_mime_object_get_content_id (object));
  node->is_attachment =
      disposition != NULL && g_mime_content_disposition_is_attachment (disposition);
  if (GMIME_IS_MULTIPART (object))
    describe_children (self, node, GMIME_MULTIPART (object), depth);
  else if (GMIME_IS_MESSAGE_PART (object))
    describe_enclosed (self, node, GMIME_MESSAGE_PART (object), depth);
  else if (GMIME_IS_PART (object))
    describe_leaf (node, GMIME_PART (object));
  return node;
}

/* Counts what may be a multipart's header, so that a message made of nothing else is not parsed. */
static gboolean
is_too_nested (GBytes *raw)
{
  gsize length;
  const char *p = g_bytes_get_data (raw, &length);
  const char *end = p + length;
  guint n = 0;

  while (p < end && (p = memchr (p, ':', end - p)) != NULL)
    {
      p++;
      while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
        p++;
      if (end - p >= 10 && (g_ascii_strncasecmp (p, "multipart/", 10) == 0 ||
                            g_ascii_strncasecmp (p, "message/rf", 10) == 0))
        n++;
    }
  return n > MAX_MULTIPARTS;
}

/**
 * tern_mime_message_new:
 * @raw: a whole message as it was sent
 * @error: return location
 *
 * Parses a message (RFC 5322, RFC 2045): for files, and where a server's BODYSTRUCTURE cannot be
 * used. Hold one only as long as it is needed: it keeps @raw.
 *
 * Returns: (transfer full) (nullable): the message; %TERN_ERROR_INVALID where it is none,
 *   %TERN_ERROR_LIMIT where it has more nested parts than any letter
 */
TernMimeMessage *
tern_mime_message_new (GBytes *raw, GError **error)
{
  GMimeStream *stream;
  GMimeParser *parser;
  GMimeMessage *message;
  GMimeObject *root;
  TernMimeMessage *self;

  if (is_too_nested (raw))
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_LIMIT, "Too many multipart headers");
      return NULL;
    }
  if (g_bytes_get_size (raw) == 0)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID, "Empty message");
      return NULL;
    }
  init_gmime ();
  stream = g_mime_stream_mem_new_with_buffer (g_bytes_get_data (raw, NULL), g_bytes_get_size (raw));
  parser = g_mime_parser_new_with_stream (stream);
  g_mime_parser_set_persist_stream (parser, TRUE);
  message = g_mime_parser_construct_message (parser, NULL);
  g_object_unref (parser);
  g_object_unref (stream);
  root = message != NULL ? g_mime_message_get_mime_part (message) : NULL;
  if (root == NULL)
    {
      g_clear_object (&message);
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID, "Not a message");
      return NULL;
    }
  self = g_new0 (TernMimeMessage, 1);
  self->raw = g_bytes_ref (raw);
  self->message = message;
  self->parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->structure = describe (self, root, GMIME_IS_MULTIPART (root) ? "" : "1", 0);
  return self;
}

/**
 * tern_mime_message_free:
 * @self: (transfer full): a message
 *
 * Frees it.
 */
void
tern_mime_message_free (TernMimeMessage *self)
{
  g_hash_table_unref (self->parts);
  tern_structure_unref (self->structure);
  g_object_unref (self->message);
  g_bytes_unref (self->raw);
  g_free (self);
}

/**
 * tern_mime_message_get_structure:
 * @self: a message
 *
 * Returns: (transfer none): its parts, numbered as in RFC 9051 section 6.4.5.1
 */
TernStructure *
tern_mime_message_get_structure (TernMimeMessage *self)
{
  return self->structure;
}

static GBytes *
content_of (GMimeObject *object)
{
  GMimeStream *stream = g_mime_stream_mem_new ();
  GByteArray *bytes = g_mime_stream_mem_get_byte_array (GMIME_STREAM_MEM (stream));
  GBytes *content;

  if (GMIME_IS_PART (object))
    {
      GMimeDataWrapper *wrapper = g_mime_part_get_content (GMIME_PART (object));

      if (wrapper != NULL)
        g_mime_data_wrapper_write_to_stream (wrapper, stream);
    }
  else
    {
      GMimeMessage *message = g_mime_message_part_get_message (GMIME_MESSAGE_PART (object));

      if (message != NULL)
        g_mime_object_write_to_stream (GMIME_OBJECT (message), NULL, stream);
    }
  content = g_bytes_new (bytes->data, bytes->len);
  g_object_unref (stream);
  return content;
}

/**
 * tern_mime_message_get_part:
 * @self: a message
 * @part_id: a part's number; "" for the whole message as it was sent
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the part's content, transfer encoding undone, text not
 *   converted to UTF-8; an enclosed message as it was sent; %TERN_ERROR_GONE where there is no such
 *   part or it has no content of its own
 */
GBytes *
tern_mime_message_get_part (TernMimeMessage *self, const char *part_id, GError **error)
{
  GMimeObject *object = g_hash_table_lookup (self->parts, part_id);

  if (*part_id == '\0')
    return g_bytes_ref (self->raw);
  if (object != NULL && (GMIME_IS_PART (object) || GMIME_IS_MESSAGE_PART (object)))
    return content_of (object);
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_GONE, "No such part");
  return NULL;
}

static void
add_addresses (GPtrArray *out, InternetAddressList *list, guint depth)
{
  int count = list != NULL ? internet_address_list_length (list) : 0;

  for (int i = 0; i < count && out->len < MAX_ADDRESSES; i++)
    {
      InternetAddress *address = internet_address_list_get_address (list, i);

      if (INTERNET_ADDRESS_IS_MAILBOX (address))
        {
          g_autofree char *name = tern_mime_decode_header (internet_address_get_name (address), -1);
          g_autofree char *mailbox = tern_mime_decode_header (
              internet_address_mailbox_get_addr (INTERNET_ADDRESS_MAILBOX (address)), -1);

          g_ptr_array_add (out, tern_address_new (name, mailbox));
        }
      else if (INTERNET_ADDRESS_IS_GROUP (address) && depth == 0)
        add_addresses (out, internet_address_group_get_members (INTERNET_ADDRESS_GROUP (address)),
                       depth + 1);
    }
}

static GPtrArray *
dup_addresses (InternetAddressList *list)
{
  GPtrArray *out = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_address_unref);

  add_addresses (out, list, 0);
  return out;
}

static char *
dup_ids (TernMimeMessage *self, const char *name)
{
  GMimeHeaderList *headers = g_mime_object_get_header_list (GMIME_OBJECT (self->message));
  GMimeHeader *header = g_mime_header_list_get_header (headers, name);

  return header != NULL ? tern_mime_clean_references (g_mime_header_get_raw_value (header), -1)
                        : NULL;
}

/**
 * tern_mime_message_make_summary:
 * @self: a message
 *
 * Returns: (transfer full): what its header says: subject, addresses, date, ids, and its structure;
 *   no remote id, flags or snippet, and the date as the time when it was received
 */
TernMessage *
tern_mime_message_make_summary (TernMimeMessage *self)
{
  TernMessage *message = tern_message_new ();
  GMimeHeaderList *headers = g_mime_object_get_header_list (GMIME_OBJECT (self->message));
  GMimeHeader *subject = g_mime_header_list_get_header (headers, "Subject");
  GDateTime *date = g_mime_message_get_date (self->message);
  g_autoptr (GPtrArray) attachments = tern_structure_list_attachments (self->structure);
  g_autofree char *ids = dup_ids (self, "In-Reply-To");

  message->subject = subject != NULL
                         ? tern_mime_decode_header (g_mime_header_get_raw_value (subject), -1)
                         : g_strdup ("");
  message->from = dup_addresses (g_mime_message_get_from (self->message));
  message->reply_to = dup_addresses (g_mime_message_get_reply_to (self->message));
  message->to = dup_addresses (g_mime_message_get_to (self->message));
  message->cc = dup_addresses (g_mime_message_get_cc (self->message));
  message->date = date != NULL ? g_date_time_to_unix (date) : 0;
  message->received = message->date;
  message->size = g_bytes_get_size (self->raw);
  message->message_id = dup_ids (self, "Message-ID");
  message->in_reply_to = ids != NULL ? g_strndup (ids, strcspn (ids, " ")) : NULL;
  message->references = dup_ids (self, "References");
  message->structure = tern_structure_ref (self->structure);
  message->has_attachments = attachments->len > 0;
  return message;
}
