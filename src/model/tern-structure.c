/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-structure.h"

#include <string.h>

/* Deeper than any letter that a person reads; what lies below is left out. */
#define MAX_DEPTH 64

/* The part's truth values in the stored form. */
#define STORED_ATTACHMENT 1
#define STORED_FLOWED 2

G_DEFINE_BOXED_TYPE (TernStructure, tern_structure, tern_structure_ref, tern_structure_unref)

/**
 * tern_structure_new:
 * @part_id: the part's number; "" for a root multipart
 * @mime_type: `type/subtype`, in any case
 *
 * Makes a part of unknown size without children; its maker sets the other fields before sharing it.
 *
 * Returns: (transfer full): a new part
 */
TernStructure *
tern_structure_new (const char *part_id, const char *mime_type)
{
  TernStructure *self = g_atomic_rc_box_new0 (TernStructure);

  self->part_id = g_strdup (part_id);
  self->mime_type = g_ascii_strdown (mime_type, -1);
  return self;
}

/**
 * tern_structure_ref:
 * @self: a part
 *
 * Returns: (transfer full): @self
 */
TernStructure *
tern_structure_ref (TernStructure *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
structure_clear (gpointer data)
{
  TernStructure *self = data;

  g_free ((char *) self->part_id);
  g_free ((char *) self->mime_type);
  g_free ((char *) self->charset);
  g_free ((char *) self->filename);
  g_free ((char *) self->content_id);
  g_clear_pointer (&self->children, g_ptr_array_unref);
}

/**
 * tern_structure_unref:
 * @self: (transfer full): a part
 *
 * Gives up a reference.
 */
void
tern_structure_unref (TernStructure *self)
{
  g_atomic_rc_box_release_full (self, structure_clear);
}

/**
 * tern_structure_add_child:
 * @self: a part that is not shared yet
 * @child: (transfer full): the part to put last below it
 *
 * Adds a child.
 */
void
tern_structure_add_child (TernStructure *self, TernStructure *child)
{
  if (self->children == NULL)
    self->children = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_structure_unref);
  g_ptr_array_add (self->children, child);
}

/* The cache's form: one part a line in reading order, its fields parted by tabs:
 * depth, part id, type, charset, encoding, size, truth values, file name, content id. */

static void
append_field (GString *out, const char *text)
{
  gsize start;

  g_string_append_c (out, '\t');
  start = out->len;
  if (text != NULL)
    g_string_append (out, text);
  for (char *p = out->str + start; *p != '\0'; p++)
    if ((guchar) *p < 0x20)
      *p = ' ';
}

static void
append_number (GString *out, guint64 number)
{
  char digits[20];
  gsize start = sizeof digits;

  do
    digits[--start] = (char) ('0' + number % 10);
  while ((number /= 10) > 0);
  g_string_append_len (out, digits + start, (gssize) (sizeof digits - start));
}

static void
append_part (GString *out, const TernStructure *part, guint depth)
{
  append_number (out, depth);
  append_field (out, part->part_id);
  append_field (out, part->mime_type);
  append_field (out, part->charset);
  g_string_append_c (out, '\t');
  append_number (out, part->encoding);
  g_string_append_c (out, '\t');
  append_number (out, part->size);
  g_string_append_c (out, '\t');
  append_number (out, (part->is_attachment ? STORED_ATTACHMENT : 0) |
                          (part->is_flowed ? STORED_FLOWED : 0));
  append_field (out, part->filename);
  append_field (out, part->content_id);
  g_string_append_c (out, '\n');
  for (guint i = 0; part->children != NULL && i < part->children->len && depth < MAX_DEPTH; i++)
    append_part (out, g_ptr_array_index (part->children, i), depth + 1);
}

/**
 * tern_structure_to_string:
 * @self: the root part
 *
 * Returns: (transfer full): the tree in the form that tern_structure_from_string() reads; it is for
 *   storage, not for people
 */
char *
tern_structure_to_string (const TernStructure *self)
{
  GString *out = g_string_sized_new (128);

  append_part (out, self, 0);
  return g_string_free (out, FALSE);
}

static char *
non_empty (const char *text)
{
  return *text != '\0' ? g_strdup (text) : NULL;
}

static TernStructure *
part_from_fields (char **field)
{
  TernStructure *part = tern_structure_new (field[1], field[2]);
  guint64 encoding = g_ascii_strtoull (field[4], NULL, 10);
  guint64 bits = g_ascii_strtoull (field[6], NULL, 10);

  part->charset = non_empty (field[3]);
  part->encoding = MIN (encoding, TERN_ENCODING_UNKNOWN);
  part->size = g_ascii_strtoull (field[5], NULL, 10);
  part->is_attachment = (bits & STORED_ATTACHMENT) != 0;
  part->is_flowed = (bits & STORED_FLOWED) != 0;
  part->filename = non_empty (field[7]);
  part->content_id = non_empty (field[8]);
  return part;
}

/**
 * tern_structure_from_string:
 * @text: (nullable): what tern_structure_to_string() made
 *
 * Returns: (transfer full) (nullable): the root part; %NULL where @text is none
 */
TernStructure *
tern_structure_from_string (const char *text)
{
  TernStructure *stack[MAX_DEPTH + 1];
  g_auto (GStrv) lines = NULL;
  guint filled = 0;

  if (text == NULL)
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      g_auto (GStrv) field = g_strsplit (lines[i], "\t", -1);
      guint64 depth;
      TernStructure *part;

      if (g_strv_length (field) != 9)
        break;
      depth = g_ascii_strtoull (field[0], NULL, 10);
      if (depth > filled || depth > MAX_DEPTH || (depth == 0 && filled > 0))
        break;
      part = part_from_fields (field);
      if (depth > 0)
        tern_structure_add_child (stack[depth - 1], part);
      stack[depth] = part;
      filled = depth + 1;
    }
  return filled > 0 ? stack[0] : NULL;
}

/**
 * tern_structure_find:
 * @self: a part
 * @part_id: a part's number
 *
 * Returns: (transfer none) (nullable): the part of that number at or below @self
 */
const TernStructure *
tern_structure_find (const TernStructure *self, const char *part_id)
{
  if (self->children == NULL || *self->part_id != '\0')
    if (strcmp (self->part_id, part_id) == 0)
      return self;
  for (guint i = 0; self->children != NULL && i < self->children->len; i++)
    {
      const TernStructure *found =
          tern_structure_find (g_ptr_array_index (self->children, i), part_id);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
is_multipart (const TernStructure *part)
{
  return g_str_has_prefix (part->mime_type, "multipart/");
}

/**
 * tern_structure_find_text:
 * @self: the root part
 * @mime_type: "text/plain" or "text/html"
 *
 * Finds the part that is the letter's text in that form: the first one that is neither an
 * attachment nor inside an enclosed message.
 *
 * Returns: (transfer none) (nullable): the part
 */
const TernStructure *
tern_structure_find_text (const TernStructure *self, const char *mime_type)
{
  if (!is_multipart (self))
    return !self->is_attachment && strcmp (self->mime_type, mime_type) == 0 ? self : NULL;
  for (guint i = 0; self->children != NULL && i < self->children->len; i++)
    {
      const TernStructure *found =
          tern_structure_find_text (g_ptr_array_index (self->children, i), mime_type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

typedef gboolean (*PartFunc) (const TernStructure *part, const TernStructure *parent);

static void
collect (const TernStructure *part, const TernStructure *parent, PartFunc wanted, GPtrArray *out)
{
  if (!is_multipart (part))
    {
      if (wanted (part, parent))
        g_ptr_array_add (out, tern_structure_ref ((TernStructure *) part));
      return;
    }
  for (guint i = 0; part->children != NULL && i < part->children->len; i++)
    collect (g_ptr_array_index (part->children, i), part, wanted, out);
}

static gboolean
is_body_text (const TernStructure *part)
{
  return !part->is_attachment && part->filename == NULL &&
         (strcmp (part->mime_type, "text/plain") == 0 ||
          strcmp (part->mime_type, "text/html") == 0);
}

static gboolean
is_inline_picture (const TernStructure *part, const TernStructure *parent)
{
  return !part->is_attachment && part->content_id != NULL && parent != NULL &&
         strcmp (parent->mime_type, "multipart/related") == 0 &&
         g_str_has_prefix (part->mime_type, "image/");
}

static gboolean
is_listed_attachment (const TernStructure *part, const TernStructure *parent)
{
  if (is_body_text (part) || is_inline_picture (part, parent))
    return FALSE;
  /* Signatures and the like belong to the letter's form, not to what was sent along. */
  if (strcmp (part->mime_type, "application/pgp-signature") == 0 ||
      strcmp (part->mime_type, "application/pkcs7-signature") == 0 ||
      strcmp (part->mime_type, "application/x-pkcs7-signature") == 0)
    return FALSE;
  return TRUE;
}

static gboolean
has_content_id (const TernStructure *part, const TernStructure *parent)
{
  return part->content_id != NULL;
}

/**
 * tern_structure_list_attachments:
 * @self: the root part
 *
 * Lists what a reader would call the attachments: every leaf, and every enclosed message as one,
 * but for the letter's own text, the pictures inside it, and signatures.
 *
 * Returns: (transfer container) (element-type TernStructure): the parts in reading order
 */
GPtrArray *
tern_structure_list_attachments (const TernStructure *self)
{
  GPtrArray *out = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_structure_unref);

  collect (self, NULL, is_listed_attachment, out);
  return out;
}

/**
 * tern_structure_list_inline:
 * @self: the root part
 *
 * Lists the parts that an HTML text can name by `cid:` (RFC 2392).
 *
 * Returns: (transfer container) (element-type TernStructure): the parts in reading order
 */
GPtrArray *
tern_structure_list_inline (const TernStructure *self)
{
  GPtrArray *out = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_structure_unref);

  collect (self, NULL, has_content_id, out);
  return out;
}

/**
 * tern_encoding_from_string:
 * @name: (nullable): a Content-Transfer-Encoding, in any case; none is 7bit
 *
 * Returns: the encoding; %TERN_ENCODING_UNKNOWN for a name that is none
 */
TernEncoding
tern_encoding_from_string (const char *name)
{
  g_autofree char *clean = g_strstrip (g_strdup (name != NULL ? name : ""));

  if (*clean == '\0' || g_ascii_strcasecmp (clean, "7bit") == 0 ||
      g_ascii_strcasecmp (clean, "8bit") == 0 || g_ascii_strcasecmp (clean, "binary") == 0)
    return TERN_ENCODING_IDENTITY;
  if (g_ascii_strcasecmp (clean, "quoted-printable") == 0)
    return TERN_ENCODING_QUOTED_PRINTABLE;
  if (g_ascii_strcasecmp (clean, "base64") == 0)
    return TERN_ENCODING_BASE64;
  if (g_ascii_strcasecmp (clean, "x-uuencode") == 0 || g_ascii_strcasecmp (clean, "uuencode") == 0)
    return TERN_ENCODING_UUENCODE;
  return TERN_ENCODING_UNKNOWN;
}
