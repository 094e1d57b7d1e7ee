/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-log.h"

#include <string.h>

/**
 * tern_log_redact_command:
 * @line: a command line as it goes to a server, with its tag, with or without CRLF
 *
 * Makes a command fit for a log: what follows the mechanism of AUTHENTICATE or AUTH, and all
 * arguments of LOGIN and PASS, are replaced by `***`. A line that names no such command comes back
 * as it is, without its line end. A continuation line (a SASL response, a literal) must not be
 * logged at all: nothing in it tells what it is.
 *
 * Returns: (transfer full): the redacted line
 */
char *
tern_log_redact_command (const char *line)
{
  static const struct
  {
    const char *name;
    guint keep;
  } secret[] = { { "LOGIN", 0 }, { "PASS", 0 }, { "AUTHENTICATE", 1 }, { "AUTH", 1 } };
  g_autofree char *clean = g_strchomp (g_strdup (line));
  g_auto (GStrv) words = g_strsplit (clean, " ", -1);

  /* The command is the first word (SMTP) or the one behind the tag (IMAP). */
  for (guint w = 0; w < 2 && words[w] != NULL; w++)
    for (guint i = 0; i < G_N_ELEMENTS (secret); i++)
      if (g_ascii_strcasecmp (words[w], secret[i].name) == 0 && words[w + 1] != NULL)
        {
          GString *out = g_string_new (words[0]);
          guint last = MIN (w + secret[i].keep, g_strv_length (words) - 1);

          for (guint k = 1; k <= last; k++)
            g_string_append_printf (out, " %s", words[k]);
          if (words[last + 1] != NULL)
            g_string_append (out, " ***");
          return g_string_free (out, FALSE);
        }
  return g_steal_pointer (&clean);
}
