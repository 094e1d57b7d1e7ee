/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-imap-wire.h"

#include <string.h>

/* Feeds @data to a new scanner in pieces of @piece bytes. No literal is streamed. */
void
fuzz_imap_scan (
    const guint8 *data, gsize size, gsize piece, FuzzResponseFunc func, gpointer user_data)
{
  const TernImapScannerHandler handler = { .response = func };
  g_autoptr (TernImapScanner) scanner = tern_imap_scanner_new (&handler, user_data);

  for (gsize i = 0; i < size; i += piece)
    tern_imap_scanner_push (scanner, data + i, MIN (piece, size - i));
}

/* Scans @data as the value of @item in a FETCH response. */
void
fuzz_imap_scan_item (
    const char *item, const guint8 *data, gsize size, FuzzResponseFunc func, gpointer user_data)
{
  g_autoptr (GString) wire = g_string_new (NULL);

  g_string_append_printf (wire, "* 1 FETCH (UID 9 %s ", item);
  g_string_append_len (wire, (const char *) data, (gssize) size);
  g_string_append (wire, ")\r\n");
  fuzz_imap_scan ((const guint8 *) wire->str, wire->len, wire->len, func, user_data);
}

static void
append_literal (GString *out, const char *bytes, gsize length)
{
  g_string_append_printf (out, "{%" G_GSIZE_FORMAT "}\r\n", length);
  g_string_append_len (out, bytes, (gssize) length);
}

/* Writes a string as a literal, which takes any bytes, or NIL. */
void
fuzz_imap_append_string (GString *out, const char *string)
{
  if (string != NULL)
    append_literal (out, string, strlen (string));
  else
    g_string_append (out, "NIL");
}

/* Writes a node and all that it holds; 0 as NIL. The scanner's cap on nesting bounds the recursion.
 */
void
fuzz_imap_append_node (GString *out, const TernImapResponse *response, guint node)
{
  const TernImapNode *self = &response->nodes[node];
  TernImapIter iter;
  gboolean is_first = TRUE;
  guint member;

  if (node == 0 || self->kind == TERN_IMAP_NODE_NIL || self->kind > TERN_IMAP_NODE_LIST)
    g_string_append (out, "NIL");
  else if (self->kind == TERN_IMAP_NODE_STRING)
    append_literal (out, response->text + self->offset, self->length);
  else if (self->kind != TERN_IMAP_NODE_LIST)
    g_string_append_len (out, response->text + self->offset, self->length);
  else
    {
      g_string_append_c (out, '(');
      tern_imap_iter_init (&iter, response, node);
      while ((member = tern_imap_iter_next (&iter)) != 0)
        {
          if (!is_first)
            g_string_append_c (out, ' ');
          is_first = FALSE;
          fuzz_imap_append_node (out, response, member);
        }
      g_string_append_c (out, ')');
    }
}

/* Writes a response as a server would. The line ends without a CR, which a status line without text
 * would take for its text. */
void
fuzz_imap_append_response (GString *out, const TernImapResponse *response)
{
  TernImapIter iter;
  guint node;

  g_string_append_len (out, response->text + response->nodes[0].offset, response->nodes[0].length);
  tern_imap_iter_init_root (&iter, response, 1);
  while ((node = tern_imap_iter_next (&iter)) != 0)
    {
      g_string_append_c (out, ' ');
      fuzz_imap_append_node (out, response, node);
    }
  g_string_append_c (out, '\n');
}

/* The nodes are a forest: each ends within the list that holds it, and each text ends by a NUL. */
void
fuzz_imap_check_nodes (const TernImapResponse *response)
{
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < response->n_nodes; i++)
    {
      const TernImapNode *node = &response->nodes[i];

      while (ends->len > 0 && g_array_index (ends, guint, ends->len - 1) <= i)
        g_array_set_size (ends, ends->len - 1);
      g_assert_cmpuint (node->next, >, i);
      g_assert_cmpuint (node->next, <=,
                        ends->len > 0 ? g_array_index (ends, guint, ends->len - 1)
                                      : response->n_nodes);
      if (node->kind == TERN_IMAP_NODE_LIST)
        {
          guint end = node->next;

          g_array_append_val (ends, end);
          continue;
        }
      g_assert_cmpuint (node->next, ==, i + 1);
      if (node->kind <= TERN_IMAP_NODE_TEXT)
        g_assert_cmpint (response->text[node->offset + node->length], ==, '\0');
    }
}
