/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-fetch-data.h"

#include <string.h>

/* The members of a body that are looked at: a message/rfc822 has ten before its extensions. */
#define MAX_FIELDS 24
/* Continuations of one parameter (RFC 2231 section 3). */
#define MAX_CONTINUATIONS 64

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

/* Undoes `%XX` (RFC 2231 section 4). */
static void
append_unescaped (GString *out, const char *text)
{
  for (const char *p = text; *p != '\0' && out->len < TERN_IMAP_MAX_PARAMETER; p++)
    {
      if (*p == '%' && g_ascii_isxdigit (p[1]) && g_ascii_isxdigit (p[2]))
        {
          g_string_append_c (
              out, (char) (g_ascii_xdigit_value (p[1]) * 16 + g_ascii_xdigit_value (p[2])));
          p += 2;
        }
      else
        g_string_append_c (out, *p);
    }
}

/* Finds `name*=` or the pieces `name*0=`, `name*1*=` … in a list of parameters, joined and as
 * UTF-8; %NULL where there is none. */
static const char *
find_extended (TernImapFetch *self, guint list, const char *name)
{
  const char *pieces[MAX_CONTINUATIONS] = { 0 };
  gboolean escaped[MAX_CONTINUATIONS] = { 0 };
  g_autofree char *charset = NULL;
  g_autofree char *utf8 = NULL;
  g_autoptr (GString) joined = NULL;
  gsize length = strlen (name);
  TernImapIter iter;
  guint key, value;

  tern_imap_iter_init (&iter, self->response, list);
  while ((key = tern_imap_iter_next (&iter)) != 0 && (value = tern_imap_iter_next (&iter)) != 0)
    {
      const char *text = get_string (self, key);
      guint64 index = 0;
      char *end;

      if (text == NULL || get_string (self, value) == NULL ||
          g_ascii_strncasecmp (text, name, length) != 0 || text[length] != '*')
        continue;
      index = g_ascii_strtoull (text + length + 1, &end, 10);
      if (index >= MAX_CONTINUATIONS)
        continue;
      pieces[index] = get_string (self, value);
      escaped[index] = *end == '*' || end == text + length + 1;
    }
  if (pieces[0] == NULL)
    return NULL;

  joined = g_string_new (NULL);
  if (escaped[0])
    {
      const char *quote = strchr (pieces[0], '\'');
      const char *second = quote != NULL ? strchr (quote + 1, '\'') : NULL;

      if (second != NULL)
        {
          charset = g_strndup (pieces[0], (gsize) (quote - pieces[0]));
          pieces[0] = second + 1;
        }
    }
  for (guint i = 0; i < MAX_CONTINUATIONS && pieces[i] != NULL; i++)
    if (escaped[i])
      append_unescaped (joined, pieces[i]);
    else
      g_string_append_len (joined, pieces[i],
                           (gssize) strnlen (pieces[i], TERN_IMAP_MAX_PARAMETER));
  if (charset != NULL && *charset != '\0')
    utf8 = g_convert (joined->str, (gssize) joined->len, "UTF-8", charset, NULL, NULL, NULL);
  if (utf8 == NULL)
    utf8 = g_utf8_make_valid (joined->str, (gssize) joined->len);
  return g_string_chunk_insert (self->strings, utf8);
}

static const char *
find_parameter (TernImapFetch *self, guint list, const char *name)
{
  TernImapIter iter;
  guint key, value;

  tern_imap_iter_init (&iter, self->response, list);
  while ((key = tern_imap_iter_next (&iter)) != 0 && (value = tern_imap_iter_next (&iter)) != 0)
    if (tern_imap_response_equal (self->response, key, name))
      return get_string (self, value);
  return NULL;
}

static void
take_filename (TernImapFetch *self, TernImapPart *part, guint list, const char *name)
{
  const char *extended;

  if (part->filename != NULL || !tern_imap_response_is_list (self->response, list))
    return;
  if ((extended = find_extended (self, list, name)) != NULL)
    {
      part->filename = extended;
      part->filename_is_utf8 = TRUE;
    }
  else
    part->filename = find_parameter (self, list, name);
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
      take_filename (self, part, second, "filename");
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
  if (n > 2)
    part->charset = find_parameter (self, fields[2], "charset");
  part->content_id = n > 3 ? get_string (self, fields[3]) : NULL;
  part->encoding = n > 5 ? get_string (self, fields[5]) : NULL;
  if (n > 6)
    tern_imap_response_get_number (self->response, fields[6], &part->size);
  if (g_ascii_strcasecmp (part->type, "message") == 0 && n > 8 &&
      tern_imap_response_is_list (self->response, fields[7]) &&
      tern_imap_response_is_list (self->response, fields[8]))
    extensions = 9;
  parse_extensions (self, part, fields, n, extensions);
  if (n > 2)
    take_filename (self, part, fields[2], "name");

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
