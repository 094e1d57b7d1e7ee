/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "fuzz-imap-wire.h"
#include "fuzz.h"
#include "tern-imap-date.h"
#include "tern-imap-fetch-data.h"

static void
append_addresses (GString *out, const TernImapResponse *response, guint list)
{
  TernImapAddress address;
  TernImapIter iter;
  gsize length = out->len;
  guint n = 0;

  tern_imap_iter_init (&iter, response, list);
  g_string_append (out, " (");
  for (; tern_imap_address_next (&iter, &address); n++)
    {
      g_assert_nonnull (address.host);
      g_string_append_c (out, '(');
      fuzz_imap_append_string (out, address.name);
      g_string_append (out, " NIL ");
      fuzz_imap_append_string (out, address.mailbox);
      g_string_append_c (out, ' ');
      fuzz_imap_append_string (out, address.host);
      g_string_append_c (out, ')');
    }
  g_string_append_c (out, ')');
  g_assert_cmpuint (n, <, response->n_nodes);
  if (n > 0)
    return;
  g_string_truncate (out, length);
  g_string_append (out, " NIL");
}

/* The first envelope of the input, written as the standard wants it. */
static void
take_envelope (const TernImapResponse *response, gpointer user_data)
{
  GString *out = user_data;
  g_autoptr (TernImapFetch) fetch = tern_imap_fetch_data_new ();
  const TernImapEnvelope *envelope = &fetch->envelope;
  gint64 date;

  if (out->len > 0 || !tern_imap_fetch_data_parse (fetch, response) ||
      (fetch->items & TERN_IMAP_HAS_ENVELOPE) == 0)
    return;
  if (tern_imap_parse_header_date (envelope->date, &date))
    {
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (date);

      g_assert_nonnull (time);
    }
  g_string_append_c (out, '(');
  fuzz_imap_append_string (out, envelope->date);
  g_string_append_c (out, ' ');
  fuzz_imap_append_string (out, envelope->subject);
  append_addresses (out, response, envelope->from);
  append_addresses (out, response, envelope->sender);
  append_addresses (out, response, envelope->reply_to);
  append_addresses (out, response, envelope->to);
  append_addresses (out, response, envelope->cc);
  append_addresses (out, response, envelope->bcc);
  g_string_append_c (out, ' ');
  fuzz_imap_append_string (out, envelope->in_reply_to);
  g_string_append_c (out, ' ');
  fuzz_imap_append_string (out, envelope->message_id);
  g_string_append_c (out, ')');
}

/* Whatever a server sends as an envelope: each address has a host, a date that is understood is one
 * of the calendar, and what was read comes back when it is written out. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GString) first = g_string_new (NULL);
  g_autoptr (GString) second = g_string_new (NULL);

  fuzz_imap_scan_item ("ENVELOPE", data, size, take_envelope, first);
  if (first->len == 0)
    return 0;
  fuzz_imap_scan_item ("ENVELOPE", (const guint8 *) first->str, first->len, take_envelope, second);
  g_assert_cmpmem (first->str, first->len, second->str, second->len);
  return 0;
}
