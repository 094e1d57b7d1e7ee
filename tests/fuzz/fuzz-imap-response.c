/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "tern-imap-fetch-data.h"
#include "tern-imap-ranges.h"
#include "tern-imap-scanner.h"
#include "tern-imap-status.h"

typedef struct
{
  TernImapFetch *fetch;
  gsize streamed;
  guint responses;
} Reader;

static void
walk_parts (const TernImapFetch *fetch)
{
  for (guint i = 0; i < fetch->parts->len; i++)
    {
      const TernImapPart *part = &g_array_index (fetch->parts, TernImapPart, i);

      g_assert_true (part->first_child == 0 || part->first_child > i);
      g_assert_cmpuint (part->first_child, <, fetch->parts->len);
      g_assert_cmpuint (part->next, <, fetch->parts->len);
      g_assert_nonnull (part->type);
    }
}

static void
walk_addresses (const TernImapFetch *fetch)
{
  TernImapAddress address;
  TernImapIter iter;

  tern_imap_iter_init (&iter, fetch->response, fetch->envelope.from);
  while (tern_imap_address_next (&iter, &address))
    g_assert_nonnull (address.host);
}

static void
take_response (const TernImapResponse *response, gpointer user_data)
{
  Reader *self = user_data;
  g_auto (TernImapStatus) status = { 0 };

  self->responses++;
  for (guint i = 0; i < response->n_nodes; i++)
    {
      g_autoptr (TernImapRanges) ranges =
          tern_imap_ranges_parse (tern_imap_response_get_string (response, i));

      g_assert_cmpuint (response->nodes[i].next, >, i);
      g_assert_cmpuint (response->nodes[i].next, <=, response->n_nodes);
      if (ranges != NULL)
        tern_imap_ranges_contains (ranges, 7);
    }
  if (tern_imap_status_parse (&status, response) && status.kind != TERN_IMAP_STATUS_OK)
    g_error_free (tern_imap_status_to_error (&status));
  if (!tern_imap_fetch_data_parse (self->fetch, response))
    return;
  walk_parts (self->fetch);
  if ((self->fetch->items & TERN_IMAP_HAS_ENVELOPE) != 0)
    walk_addresses (self->fetch);
}

static gboolean
begin_literal (const TernImapResponse *so_far, guint64 size, gpointer user_data)
{
  return size % 2 == 0;
}

static void
take_literal (const guint8 *bytes, gsize length, gpointer user_data)
{
  Reader *self = user_data;

  self->streamed += length;
}

static void
read_in_pieces (const guint8 *data, gsize size, gsize piece, Reader *self)
{
  static const TernImapScannerHandler handler = { take_response, begin_literal, take_literal };
  g_autoptr (TernImapScanner) scanner = tern_imap_scanner_new (&handler, self);
  g_autoptr (TernImapFetch) fetch = tern_imap_fetch_data_new ();

  self->fetch = fetch;
  for (gsize i = 0; i < size; i += piece)
    tern_imap_scanner_push (scanner, data + i, MIN (piece, size - i));
  self->fetch = NULL;
}

/* Responses, structures, envelopes, sets; the pieces that the bytes come in make no difference. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Reader whole = { 0 }, pieces = { 0 };

  read_in_pieces (data, size, MAX (size, 1), &whole);
  read_in_pieces (data, size, 3, &pieces);
  g_assert_cmpuint (whole.responses, ==, pieces.responses);
  g_assert_cmpuint (whole.streamed, ==, pieces.streamed);
  return 0;
}
