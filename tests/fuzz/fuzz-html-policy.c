/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "fuzz.h"
#include "tern-html-policy.h"
#include "tern-mime-text.h"

/* Whatever comes in, what goes out is UTF-8 without a tag that runs or loads, and without an
 * address in a picture or a style. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *html = g_utf8_make_valid ((const char *) data, size);
  g_auto (TernHtmlFindings) findings = { 0 };
  g_autofree char *output = tern_html_policy_apply (html, FALSE, &findings);
  g_autofree char *text = tern_mime_html_to_text (html);
  g_autofree char *snippet = tern_mime_make_snippet (html, TRUE, 100);

  g_assert_true (g_utf8_validate (output, -1, NULL));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_true (g_utf8_validate (snippet, -1, NULL));
  g_assert_null (strstr (output, "<script"));
  g_assert_null (strstr (output, "<iframe"));
  g_assert_null (strstr (output, "<meta"));
  g_assert_null (strstr (output, "<link"));
  g_assert_null (strstr (output, "<!"));
  g_assert_null (strstr (output, "<img src=\"http"));
  g_assert_null (strstr (output, "<a href=\"javascript"));
  return 0;
}
