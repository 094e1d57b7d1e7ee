/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-json-depth.h"

/**
 * tern_json_is_shallow:
 * @text: what claims to be JSON (RFC 8259)
 * @length: its bytes
 * @most: how many arrays and objects may stand inside one another
 *
 * Tells whether a text may be given to json-glib, which parses by recursion and would run out of
 * stack over a text of brackets alone. Says nothing of whether it is JSON.
 *
 * Returns: whether it nests no deeper than @most
 */
gboolean
tern_json_is_shallow (const char *text, gsize length, guint most)
{
  gboolean in_string = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < length; i++)
    switch (text[i])
      {
      case '"':
        in_string = !in_string;
        break;
      case '\\':
        if (in_string)
          i++;
        break;
      case '[':
      case '{':
        if (!in_string && ++depth > most)
          return FALSE;
        break;
      case ']':
      case '}':
        if (!in_string && depth > 0)
          depth--;
        break;
      default:
        break;
      }
  return TRUE;
}
