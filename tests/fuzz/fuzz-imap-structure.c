/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "fuzz-imap-wire.h"
#include "fuzz.h"
#include "tern-imap-fetch-data.h"

static const TernImapPart *
get_part (const TernImapFetch *fetch, guint index)
{
  return &g_array_index (fetch->parts, TernImapPart, index);
}

/* The parts are one tree: each but the root is held once, by a part before it. */
static void
check_tree (const TernImapFetch *fetch)
{
  g_autofree guint *holders = g_new0 (guint, fetch->parts->len);

  g_assert_cmpuint (fetch->parts->len, >, 0);
  g_assert_cmpuint (fetch->parts->len, <=, TERN_IMAP_MAX_PARTS);
  for (guint i = 0; i < fetch->parts->len; i++)
    {
      const TernImapPart *part = get_part (fetch, i);
      const guint links[] = { part->first_child, part->next };

      for (guint k = 0; k < G_N_ELEMENTS (links); k++)
        {
          g_assert_true (links[k] == 0 || links[k] > i);
          g_assert_cmpuint (links[k], <, fetch->parts->len);
          holders[links[k]]++;
        }
      g_assert_nonnull (part->type);
      g_assert_nonnull (part->subtype);
      g_assert_cmpuint (part->parameters, <, fetch->response->n_nodes);
      g_assert_cmpuint (part->disposition_parameters, <, fetch->response->n_nodes);
    }
  for (guint i = 1; i < fetch->parts->len; i++)
    g_assert_cmpuint (holders[i], ==, 1);
  g_assert_cmpuint (get_part (fetch, 0)->next, ==, 0);
}

/* Writes a part as a server that follows the standard would. */
static void
append_part (GString *out, const TernImapFetch *fetch, guint index)
{
  const TernImapPart *part = get_part (fetch, index);
  gboolean is_message = g_ascii_strcasecmp (part->type, "message") == 0;

  g_string_append_c (out, '(');
  if (part->first_child != 0 && !is_message)
    {
      for (guint child = part->first_child; child != 0; child = get_part (fetch, child)->next)
        append_part (out, fetch, child);
      g_string_append_c (out, ' ');
      fuzz_imap_append_string (out, part->subtype);
      g_string_append_c (out, ')');
      return;
    }
  fuzz_imap_append_string (out, part->type);
  fuzz_imap_append_string (out, part->subtype);
  g_string_append_c (out, ' ');
  fuzz_imap_append_node (out, fetch->response, part->parameters);
  g_string_append_c (out, ' ');
  fuzz_imap_append_string (out, part->content_id);
  g_string_append (out, " NIL ");
  fuzz_imap_append_string (out, part->encoding);
  g_string_append_printf (out, " %" G_GUINT64_FORMAT, part->size);
  if (part->first_child != 0)
    {
      g_string_append (out, " (NIL) ");
      append_part (out, fetch, part->first_child);
    }
  g_string_append (out, " 0 NIL");
  if (part->disposition != NULL)
    {
      g_string_append (out, " (");
      fuzz_imap_append_string (out, part->disposition);
      g_string_append_c (out, ' ');
      fuzz_imap_append_node (out, fetch->response, part->disposition_parameters);
      g_string_append_c (out, ')');
    }
  g_string_append_c (out, ')');
}

/* The first structure of the input, written out. */
static void
take_structure (const TernImapResponse *response, gpointer user_data)
{
  GString *out = user_data;
  g_autoptr (TernImapFetch) fetch = tern_imap_fetch_data_new ();

  if (out->len > 0 || !tern_imap_fetch_data_parse (fetch, response) ||
      (fetch->items & TERN_IMAP_HAS_STRUCTURE) == 0 || fetch->parts->len == 0)
    return;
  check_tree (fetch);
  if (response
          ->damaged) /* such as an open bracket, which would swallow what is written behind it */
    return;
  append_part (out, fetch, 0);
}

/* Whatever a server says of a letter's parts, it is a tree, and the tree comes back when it is
 * written as the standard wants it. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GString) first = g_string_new (NULL);
  g_autoptr (GString) second = g_string_new (NULL);

  fuzz_imap_scan_item ("BODYSTRUCTURE", data, size, take_structure, first);
  if (first->len == 0)
    return 0;
  fuzz_imap_scan_item ("BODYSTRUCTURE", (const guint8 *) first->str, first->len, take_structure,
                       second);
  g_assert_cmpmem (first->str, first->len, second->str, second->len);
  return 0;
}
