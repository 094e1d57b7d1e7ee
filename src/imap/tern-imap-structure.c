/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-fetch-data.h"

/* The members of a body that are looked at: a message/rfc822 has ten before its extensions. */
#define MAX_FIELDS 24

static guint parse_body (TernImapFetch *self, guint list);

static const char *
get_string (TernImapFetch *self, guint node)
{
  return node != 0 ? tern_imap_response_get_string (self->response, node) : NULL;
}

static TernImapPart *
get_part (TernImapFetch *self, guint index)
{
  return &g_array_index (self->parts, TernImapPart, index);
}

/* Extension data of any length and order (servers differ): the disposition is a list that begins
 * with a string and goes on with a list or NIL, or a bare "inline" or "attachment". */
static void
parse_extensions (TernImapFetch *self, TernImapPart *part, const guint *fields, guint n, guint from)
{
  for (guint i = from; i < n && part->disposition == NULL; i++)
    {
      TernImapIter iter;
      guint first, second;

      if (tern_imap_response_equal (self->response, fields[i], "inline") ||
          tern_imap_response_equal (self->response, fields[i], "attachment"))
        part->disposition = get_string (self, fields[i]);
      if (!tern_imap_response_is_list (self->response, fields[i]))
        continue;
      tern_imap_iter_init (&iter, self->response, fields[i]);
      first = tern_imap_iter_next (&iter);
      second = tern_imap_iter_next (&iter);
      if (first == 0 || get_string (self, first) == NULL ||
          (second != 0 && !tern_imap_response_is_list (self->response, second) &&
           self->response->nodes[second].kind != TERN_IMAP_NODE_NIL))
        continue;
      part->disposition = get_string (self, first);
      part->disposition_parameters = second;
    }
}

static guint
add_part (TernImapFetch *self, const char *type, const char *subtype)
{
  TernImapPart part = { .type = type, .subtype = subtype };

  if (self->parts->len >= TERN_IMAP_MAX_PARTS)
    return G_MAXUINT;
  g_array_append_val (self->parts, part);
  return self->parts->len - 1;
}

/* The scanner's cap on nesting bounds the recursion. */
static guint
parse_multipart (TernImapFetch *self, guint list)
{
  guint index = add_part (self, "multipart", "mixed");
  guint last = 0, node, i = 0;
  TernImapIter iter;

  if (index == G_MAXUINT)
    return index;
  tern_imap_iter_init (&iter, self->response, list);
  while ((node = tern_imap_iter_next (&iter)) != 0)
    {
      guint child;

      if (self->response->nodes[node].kind == TERN_IMAP_NODE_NIL && i++ == 0)
        continue; /* (NIL "alternative" …): a multipart without parts */
      if (!tern_imap_response_is_list (self->response, node))
        break;
      i++;
      child = parse_body (self, node);
      if (child == G_MAXUINT)
        continue;
      if (last == 0)
        get_part (self, index)->first_child = child;
      else
        get_part (self, last)->next = child;
      last = child;
    }
  if (node != 0 && get_string (self, node) != NULL)
    get_part (self, index)->subtype = get_string (self, node);
  return index;
}

static guint
parse_single (TernImapFetch *self, const guint *fields, guint n)
{
  const char *type = get_string (self, fields[0]);
  const char *subtype = n > 1 ? get_string (self, fields[1]) : NULL;
  guint index = type != NULL && subtype != NULL ? add_part (self, type, subtype)
                                                : add_part (self, "text", "plain");
  TernImapPart *part;
  guint extensions = 7;

  if (index == G_MAXUINT)
    return index;
  part = get_part (self, index);
  part->parameters = n > 2 ? fields[2] : 0;
  part->content_id = n > 3 ? get_string (self, fields[3]) : NULL;
  part->encoding = n > 5 ? get_string (self, fields[5]) : NULL;
  if (n > 6)
    tern_imap_response_get_number (self->response, fields[6], &part->size);
  if (g_ascii_strcasecmp (part->type, "message") == 0 && n > 8 &&
      tern_imap_response_is_list (self->response, fields[7]) &&
      tern_imap_response_is_list (self->response, fields[8]))
    extensions = 9;
  parse_extensions (self, part, fields, n, extensions);

  if (extensions == 9)
    {
      guint child = parse_body (self, fields[8]);

      if (child != G_MAXUINT)
        get_part (self, index)->first_child = child;
    }
  return index;
}

static guint
parse_body (TernImapFetch *self, guint list)
{
  guint fields[MAX_FIELDS];
  TernImapIter iter;
  guint n = 0, node;

  tern_imap_iter_init (&iter, self->response, list);
  while (n < MAX_FIELDS && (node = tern_imap_iter_next (&iter)) != 0)
    fields[n++] = node;
  if (n == 0)
    return G_MAXUINT;
  if (tern_imap_response_is_list (self->response, fields[0]) ||
      (self->response->nodes[fields[0]].kind == TERN_IMAP_NODE_NIL && n < 7))
    return parse_multipart (self, list);
  return parse_single (self, fields, n);
}

/**
 * tern_imap_structure_parse:
 * @self: takes the parts
 * @list: the BODYSTRUCTURE's node in @self's response
 *
 * Reads a BODYSTRUCTURE (RFC 9051 section 7.5.2) with the oddities of real servers: NIL or negative
 * numbers, missing or bare dispositions, multiparts without parts.
 *
 * Returns: whether at least the root could be read
 */
gboolean
tern_imap_structure_parse (TernImapFetch *self, guint list)
{
  g_array_set_size (self->parts, 0);
  if (!tern_imap_response_is_list (self->response, list))
    return FALSE;
  return parse_body (self, list) != G_MAXUINT;
}

/**
 * tern_imap_structure_has_empty:
 * @self: a value with a structure
 *
 * Returns: whether one of its multiparts has no part
 */
gboolean
tern_imap_structure_has_empty (const TernImapFetch *self)
{
  for (guint i = 0; i < self->parts->len; i++)
    {
      const TernImapPart *part = &g_array_index (self->parts, TernImapPart, i);

      if (part->first_child == 0 && g_ascii_strcasecmp (part->type, "multipart") == 0)
        return TRUE;
    }
  return FALSE;
}
