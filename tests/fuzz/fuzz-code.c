/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "fuzz.h"
#include "tern-mime-code.h"

/* Whatever comes in (a subject, a NUL, a text that is read as HTML, too), what is found is a few
 * letters and digits and a web address. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *subject = g_strndup ((const char *) data, size);
  gsize n = MIN (strlen (subject) + 1, size);
  g_autofree char *text = g_strndup ((const char *) data + n, size - n);
  g_auto (TernMimeCode) plain = { NULL };
  g_auto (TernMimeCode) both = { NULL };

  tern_mime_find_code (subject, text, NULL, &plain);
  tern_mime_find_code (subject, text, text, &both);
  if (plain.code != NULL)
    {
      size_t length = strlen (plain.code);

      g_assert_true (length >= 4 && length <= 12);
      for (size_t i = 0; i < length; i++)
        g_assert_true (g_ascii_isalnum (plain.code[i]) || plain.code[i] == '-');
    }
  g_assert_true (plain.code == NULL || both.code != NULL);
  if (both.link != NULL)
    {
      g_assert_true (g_utf8_validate (both.link, -1, NULL));
      g_assert_true (g_ascii_strncasecmp (both.link, "http://", 7) == 0 ||
                     g_ascii_strncasecmp (both.link, "https://", 8) == 0);
    }
  return 0;
}
