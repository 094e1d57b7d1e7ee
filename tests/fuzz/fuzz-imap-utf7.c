/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "tern-imap-utf7.h"

/* A mailbox name from a server is valid UTF-8 when decoded, and comes back from its encoding. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *wire = g_strndup ((const char *) data, size);
  g_autofree char *name = tern_imap_utf7_decode (wire);
  g_autofree char *encoded = tern_imap_utf7_encode (name);
  g_autofree char *again = tern_imap_utf7_decode (encoded);

  g_assert_true (g_utf8_validate (name, -1, NULL));
  g_assert_cmpstr (name, ==, again);
  return 0;
}
