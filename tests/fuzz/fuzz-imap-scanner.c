/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "fuzz-imap-wire.h"
#include "fuzz.h"
#include "tern-imap-limits.h"

/* What announces no literal, for more stood behind it, would announce one at the end of the line.
 */
static gboolean
can_repeat (const TernImapResponse *response)
{
  const TernImapNode *last = &response->nodes[response->n_nodes - 1];

  if (last->kind == TERN_IMAP_NODE_ATOM && last->length > 0 &&
      response->text[last->offset + last->length - 1] == '}')
    return FALSE;
  if (response->damaged || response->nodes[0].kind != TERN_IMAP_NODE_ATOM)
    return FALSE;
  for (guint i = 0; i < response->n_nodes; i++)
    if (response->nodes[i].kind > TERN_IMAP_NODE_LIST)
      return FALSE;
  return TRUE;
}

static void
take_dump (const TernImapResponse *response, gpointer user_data)
{
  GString *dump = user_data;

  for (guint i = 0; i < response->n_nodes; i++)
    {
      const TernImapNode *node = &response->nodes[i];

      g_string_append_printf (dump, "%d-%u:", (int) node->kind, node->next);
      if (node->kind <= TERN_IMAP_NODE_TEXT && node->kind != TERN_IMAP_NODE_NIL)
        g_string_append_len (dump, response->text + node->offset, node->length);
      g_string_append_c (dump, ' ');
    }
  g_string_append (dump, response->damaged ? "damaged\n" : "\n");
}

/* What was read without damage means the same when it is written out and read again. */
static void
take_response (const TernImapResponse *response, gpointer user_data)
{
  g_autoptr (GString) wire = g_string_new (NULL);
  g_autoptr (GString) before = g_string_new (NULL);
  g_autoptr (GString) after = g_string_new (NULL);

  fuzz_imap_check_nodes (response);
  take_dump (response, user_data);
  if (!can_repeat (response))
    return;
  take_dump (response, before);
  fuzz_imap_append_response (wire, response);
  fuzz_imap_scan ((const guint8 *) wire->str, wire->len, 7, take_dump, after);
  g_assert_cmpmem (before->str, before->len, after->str, after->len);
}

typedef struct
{
  GString *dump;
  GString *literals;
} Stream;

static void
take_streamed_response (const TernImapResponse *response, gpointer user_data)
{
  take_dump (response, ((Stream *) user_data)->dump);
}

static gboolean
begin_literal (const TernImapResponse *so_far, guint64 size, gpointer user_data)
{
  Stream *self = user_data;

  fuzz_imap_check_nodes (so_far);
  g_string_append_printf (self->literals, "[%" G_GUINT64_FORMAT "]", size);
  return size % 2 == 0;
}

static void
take_literal (const guint8 *bytes, gsize length, gpointer user_data)
{
  g_string_append_len (((Stream *) user_data)->literals, (const char *) bytes, (gssize) length);
}

static void
stream (const guint8 *data, gsize size, gsize piece, Stream *self)
{
  static const TernImapScannerHandler handler = { take_streamed_response, begin_literal,
                                                  take_literal };
  g_autoptr (TernImapScanner) scanner = tern_imap_scanner_new (&handler, self);

  self->dump = g_string_new (NULL);
  self->literals = g_string_new (NULL);
  for (gsize i = 0; i < size; i += piece)
    g_assert_cmpuint (tern_imap_scanner_push (scanner, data + i, MIN (piece, size - i)), ==,
                      MIN (piece, size - i));
}

static void
stream_clear (Stream *self)
{
  g_string_free (self->dump, TRUE);
  g_string_free (self->literals, TRUE);
}

/* The pieces in which the bytes come make no difference, neither to responses nor to what streams.
 */
static void
check_pieces (const guint8 *data, gsize size)
{
  Stream whole, pieces;

  stream (data, size, MAX (size, 1), &whole);
  stream (data, size, 1 + size % 5, &pieces);
  g_assert_cmpmem (whole.dump->str, whole.dump->len, pieces.dump->str, pieces.dump->len);
  g_assert_cmpmem (whole.literals->str, whole.literals->len, pieces.literals->str,
                   pieces.literals->len);
  stream_clear (&whole);
  stream_clear (&pieces);
}

static void
take_exists (const TernImapResponse *response, gpointer user_data)
{
  gboolean *good = user_data;

  *good = !response->damaged && response->n_nodes == 3 &&
          tern_imap_response_equal (response, 0, "*") &&
          tern_imap_response_get_uint32 (response, 1) == 7 &&
          tern_imap_response_equal (response, 2, "EXISTS");
}

/* Whatever a line was, the next one is read, unless a literal still waits for its bytes. */
static void
check_recovery (const guint8 *data, gsize size)
{
  static const char next[] = "* 7 EXISTS\r\n";
  gboolean good = FALSE;
  const TernImapScannerHandler handler = { .response = take_exists };
  g_autoptr (TernImapScanner) scanner = tern_imap_scanner_new (&handler, &good);

  tern_imap_scanner_push (scanner, data, size);
  tern_imap_scanner_push (scanner, (const guint8 *) "\r\n", 2);
  if (!tern_imap_scanner_is_idle (scanner))
    return;
  tern_imap_scanner_push (scanner, (const guint8 *) next, strlen (next));
  g_assert_true (good);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GString) whole = g_string_new (NULL);
  g_autoptr (GString) bytes = g_string_new (NULL);

  fuzz_imap_scan (data, size, MAX (size, 1), take_response, whole);
  fuzz_imap_scan (data, size, 1, take_dump, bytes);
  g_assert_cmpmem (whole->str, whole->len, bytes->str, bytes->len);
  check_pieces (data, size);
  check_recovery (data, size);
  return 0;
}
