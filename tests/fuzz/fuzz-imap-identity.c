/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "tern-imap-limits.h"
#include "tern-imap-quirks.h"

/* Whatever a server says of itself, its quirks are within what every server can do, and what is
 * known by less is known by more as well. The lines are host, greeting, name and version. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup (size > 0 ? (const char *) data : "", size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 4);
  guint n = g_strv_length (lines);
  const TernImapIdentity whole = {
    .host = n > 0 ? lines[0] : "",
    .greeting = n > 1 ? lines[1] : NULL,
    .name = n > 2 ? lines[2] : NULL,
    .version = n > 3 ? lines[3] : NULL,
  };
  const TernImapIdentity host = { .host = whole.host };
  TernImapQuirks quirks, less;

  tern_imap_quirks_find (&quirks, &whole);
  tern_imap_quirks_find (&less, &host);
  g_assert_cmpuint (quirks.max_connections, >=, 1);
  g_assert_cmpuint (quirks.max_connections, <=, TERN_IMAP_MAX_CONNECTIONS);
  g_assert_cmpuint (quirks.max_pipeline, >=, 1);
  g_assert_cmpuint (quirks.max_pipeline, <=, TERN_IMAP_MAX_PIPELINE);
  g_assert_cmpuint (quirks.max_command, >=, TERN_IMAP_MAX_COMMAND);
  g_assert_cmpint (quirks.name != NULL, ==, quirks.kinds != 0);
  g_assert_cmpuint (quirks.kinds & less.kinds, ==, less.kinds);
  g_assert_cmpuint (quirks.flags & less.flags, ==, less.flags);
  g_assert_false (tern_imap_quirks_distrust (&quirks, "IMAP4REV1"));
  return 0;
}
