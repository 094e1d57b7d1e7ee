/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "fuzz.h"
#include "tern-graph-limits.h"
#include "tern-graph-message.h"

#define BASE "https://graph.example.com/v1.0"

static void
check_text (const char *text)
{
  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
  g_assert_true (text == NULL || strlen (text) <= 3 * TERN_GRAPH_MAX_TEXT);
}

static void
check_addresses (GPtrArray *addresses)
{
  g_assert_cmpuint (addresses->len, <=, TERN_GRAPH_MAX_ADDRESSES);
  for (guint i = 0; i < addresses->len; i++)
    {
      const TernGraphAddress *address = addresses->pdata[i];

      check_text (address->name);
      g_assert_nonnull (address->address);
      check_text (address->address);
    }
}

static void
check_message (const TernGraphMessage *message)
{
  g_assert_true (message->id != NULL && *message->id != '\0');
  g_assert_nonnull (message->subject);
  check_text (message->subject);
  check_text (message->preview);
  check_text (message->message_id);
  check_text (message->references);
  check_text (message->in_reply_to);
  check_addresses (message->from);
  check_addresses (message->to);
  check_addresses (message->cc);
  check_addresses (message->reply_to);
  g_assert_cmpuint (message->categories->len, <=, TERN_GRAPH_MAX_CATEGORIES);
}

/* A page is whole or an error, names no message twice, and leads below its base only. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) body = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (TernGraphPage) page = tern_graph_page_parse (BASE, body, &error);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

  g_assert_true ((page == NULL) == (error != NULL));
  if (page == NULL)
    return 0;
  g_assert_true (page->next == NULL || g_ascii_strncasecmp (page->next, BASE, 25) == 0);
  g_assert_true (page->delta == NULL || g_ascii_strncasecmp (page->delta, BASE, 25) == 0);
  for (guint i = 0; i < page->messages->len; i++)
    {
      TernGraphMessage *message = page->messages->pdata[i];

      check_message (message);
      g_assert_true (g_hash_table_add (ids, message->id));
    }
  return 0;
}
