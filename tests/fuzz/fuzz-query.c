/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "fuzz.h"
#include "tern-query.h"

/* Whatever is typed, it is refused with a reason, or its texts are few, short and of one line. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (TernQuery) query = tern_query_parse (text, &error);

  g_assert_true ((query == NULL) == (error != NULL));
  if (query == NULL)
    return 0;
  g_assert_cmpuint (query->terms->len, <=, TERN_QUERY_MAX_TERMS);
  for (guint i = 0; i < query->terms->len; i++)
    {
      const TernQueryTerm *term = g_ptr_array_index (query->terms, i);

      g_assert_true (g_utf8_validate (term->text, -1, NULL));
      g_assert_cmpuint (strlen (term->text), >, 0);
      for (const char *p = term->text; *p != '\0'; p = g_utf8_next_char (p))
        g_assert_false (g_unichar_iscntrl (g_utf8_get_char (p)));
    }
  return 0;
}
