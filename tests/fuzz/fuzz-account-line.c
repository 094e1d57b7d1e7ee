/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "fuzz.h"
#include "tern-account-line.h"
#include "tern-account.h"

/* Whatever comes in, lines come out in the order of their numbers; a refused one holds nothing, and
 * a good one an address and exactly one way to sign in. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GPtrArray) lines = tern_account_lines_parse ((const char *) data, size, NULL);
  guint last = 0;

  for (guint i = 0; lines != NULL && i < lines->len; i++)
    {
      const TernAccountLine *line = g_ptr_array_index (lines, i);

      g_assert_cmpuint (line->number, >, last);
      last = line->number;
      g_assert_true ((line->fault == TERN_ACCOUNT_LINE_GOOD) == (line->email != NULL));
      g_assert_true ((line->fault == TERN_ACCOUNT_LINE_GOOD) ==
                     ((line->password != NULL) != (line->refresh_token != NULL)));
      g_assert_true ((line->client_id != NULL) == (line->refresh_token != NULL));
      g_assert_true (line->provider == NULL || line->server == NULL);
      g_assert_true (line->email == NULL || tern_account_is_address (line->email));
      if (line->refresh_token != NULL)
        g_assert_null (strpbrk (line->refresh_token, " \r\n\t"));
    }
  return 0;
}
