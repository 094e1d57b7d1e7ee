/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-response.h"

#include <math.h>
#include <string.h>

#include "tern-imap-limits.h"

/**
 * tern_imap_iter_init:
 * @self: an iterator
 * @response: a response
 * @list: a node of it
 *
 * Begins before the first member of @list; nothing follows where that is no list.
 */
void
tern_imap_iter_init (TernImapIter *self, const TernImapResponse *response, guint list)
{
  self->response = response;
  self->pos = list + 1;
  self->end = tern_imap_response_is_list (response, list)
                  ? MIN (response->nodes[list].next, response->n_nodes)
                  : 0;
}

/**
 * tern_imap_iter_init_root:
 * @self: an iterator
 * @response: a response
 * @first: the node to begin with
 *
 * Walks what stands outside of any list, from @first on.
 */
void
tern_imap_iter_init_root (TernImapIter *self, const TernImapResponse *response, guint first)
{
  self->response = response;
  self->pos = first;
  self->end = response->n_nodes;
}

/**
 * tern_imap_iter_next:
 * @self: an iterator
 *
 * Returns: the next member's node, 0 where none is left
 */
guint
tern_imap_iter_next (TernImapIter *self)
{
  guint node = self->pos;

  if (node >= self->end)
    return 0;
  self->pos = self->response->nodes[node].next;
  return node;
}

/**
 * tern_imap_response_is_list:
 * @self: a response
 * @node: a node, or 0
 *
 * Returns: whether @node is a list
 */
gboolean
tern_imap_response_is_list (const TernImapResponse *self, guint node)
{
  return node != 0 && node < self->n_nodes && self->nodes[node].kind == TERN_IMAP_NODE_LIST;
}

/**
 * tern_imap_response_get_string:
 * @self: a response
 * @node: a node, or 0
 *
 * Returns: (nullable): the text of an atom or string; %NULL for NIL, a list, or no node
 */
const char *
tern_imap_response_get_string (const TernImapResponse *self, guint node)
{
  if (node >= self->n_nodes || self->nodes[node].kind == TERN_IMAP_NODE_NIL ||
      self->nodes[node].kind > TERN_IMAP_NODE_TEXT)
    return NULL;
  return self->text + self->nodes[node].offset;
}

/**
 * tern_imap_response_get_id:
 * @self: a response
 * @node: a node
 *
 * Reads what a server names a message or a mailbox by: `(M6d99…)` (RFC 8474), NIL, or a bare word.
 *
 * Returns: (nullable): the name, UTF-8, of at most %TERN_IMAP_MAX_ID bytes; %NULL for none
 */
const char *
tern_imap_response_get_id (const TernImapResponse *self, guint node)
{
  const char *id;

  if (tern_imap_response_is_list (self, node))
    {
      TernImapIter iter;

      tern_imap_iter_init (&iter, self, node);
      node = tern_imap_iter_next (&iter);
    }
  id = node != 0 ? tern_imap_response_get_string (self, node) : NULL;
  return id != NULL && *id != '\0' && strlen (id) <= TERN_IMAP_MAX_ID &&
                 g_utf8_validate (id, -1, NULL)
             ? id
             : NULL;
}

/**
 * tern_imap_response_equal:
 * @self: a response
 * @node: a node
 * @word: an ASCII word
 *
 * Returns: whether @node's text is @word in any case
 */
gboolean
tern_imap_response_equal (const TernImapResponse *self, guint node, const char *word)
{
  const char *text = tern_imap_response_get_string (self, node);

  return text != NULL && g_ascii_strcasecmp (text, word) == 0;
}

/**
 * tern_imap_parse_number:
 * @text: (nullable): a number as a server spells it
 * @number: (out): the number
 *
 * Reads a number of at most 63 bits (RFC 9051 section 9, number64), also where a server sends `-1`
 * for nothing, or a floating-point spelling.
 *
 * Returns: whether @text is a number
 */
gboolean
tern_imap_parse_number (const char *text, guint64 *number)
{
  const char *p = text;
  guint64 value = 0;
  char *end;
  double real;

  if (text == NULL || *text == '\0')
    return FALSE;
  for (; g_ascii_isdigit (*p); p++)
    {
      if (value > (guint64) (G_MAXINT64 - (*p - '0')) / 10)
        return FALSE;
      value = value * 10 + (guint64) (*p - '0');
    }
  if (*p == '\0')
    {
      *number = value;
      return TRUE;
    }
  if (!g_ascii_isdigit (*text) && *text != '-')
    return FALSE;
  real = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || !isfinite (real) || real > 1e18)
    return FALSE;
  *number = real < 0 ? 0 : (guint64) real;
  return TRUE;
}

/**
 * tern_imap_response_get_number:
 * @self: a response
 * @node: a node
 * @number: (out): the number
 *
 * Returns: whether @node is a number; see tern_imap_parse_number()
 */
gboolean
tern_imap_response_get_number (const TernImapResponse *self, guint node, guint64 *number)
{
  return tern_imap_parse_number (tern_imap_response_get_string (self, node), number);
}

/**
 * tern_imap_response_get_uint32:
 * @self: a response
 * @node: a node
 *
 * Returns: a sequence number or UID, 0 where @node is none
 */
guint32
tern_imap_response_get_uint32 (const TernImapResponse *self, guint node)
{
  guint64 number;

  return tern_imap_response_get_number (self, node, &number) && number <= G_MAXUINT32
             ? (guint32) number
             : 0;
}
