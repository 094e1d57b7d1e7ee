/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-code-private.h"

#include <string.h>

#include "tern-mime-text.h"

/* A letter of verification is short; the end of a long newsletter is not worth the time. */
#define MAX_HTML (256 * 1024)

static char *
dup_beginning (const char *html)
{
  return g_utf8_make_valid (html, strnlen (html, MAX_HTML));
}

/**
 * tern_mime_find_code:
 * @subject: (nullable): a letter's subject, UTF-8
 * @text: (nullable): its plain text or the beginning of it, UTF-8
 * @html: (nullable): its HTML or the beginning of it, UTF-8, as its sender wrote it
 * @found: (out): what the letter has; to be cleared by tern_mime_code_clear()
 *
 * Finds the one-time code and the link of confirmation in a letter: in the subject, then the text,
 * then the HTML. What a word near by calls a code is certain; a number that merely stands for
 * itself is not. Years, amounts, times, telephone and order numbers are codes only where such a
 * word stands right beside them. Takes time in proportion to the letter, of which only the
 * beginning is read.
 */
void
tern_mime_find_code (const char *subject, const char *text, const char *html, TernMimeCode *found)
{
  g_autofree char *beginning = html != NULL ? dup_beginning (html) : NULL;
  gboolean says_code = FALSE;

  *found = (TernMimeCode){ NULL };
  if (subject != NULL)
    says_code = tern_code_find_number (subject, TRUE, FALSE, found);
  if (text != NULL && !found->is_certain)
    tern_code_find_number (text, FALSE, says_code, found);
  if (beginning != NULL && !found->is_certain)
    {
      g_autofree char *plain = tern_mime_html_to_text (beginning);

      tern_code_find_number (plain, FALSE, says_code, found);
    }
  found->link = tern_code_find_link (text, beginning);
}

/**
 * tern_mime_code_clear:
 * @self: what was found
 *
 * Frees what it holds.
 */
void
tern_mime_code_clear (TernMimeCode *self)
{
  g_clear_pointer (&self->code, g_free);
  g_clear_pointer (&self->link, g_free);
}
