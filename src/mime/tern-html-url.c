/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-html-private.h"

#include <string.h>

#define MAX_LINK 8192

/* A URL as browsers read it: white space and control characters around it are nothing, line ends
 * and tabs inside it are nothing either ("java\tscript:"). */
static char *
normalise (const char *url)
{
  GString *out = g_string_new (NULL);

  while ((guchar) *url <= 0x20 && *url != '\0')
    url++;
  for (; *url != '\0'; url++)
    if ((guchar) *url > 0x20 && *url != 0x7F)
      g_string_append_c (out, *url);
    else if (*url == ' ')
      g_string_append (out, "%20");
  while (g_str_has_suffix (out->str, "%20"))
    g_string_truncate (out, out->len - 3);
  return g_string_free (out, FALSE);
}

static gboolean
has_prefix (const char *text, const char *prefix)
{
  return g_ascii_strncasecmp (text, prefix, strlen (prefix)) == 0;
}

/**
 * tern_html_policy_check_link:
 * @url: where a letter's link leads
 *
 * Lets through what may be opened when the reader asks for it: http, https and mailto.
 *
 * Returns: (transfer full) (nullable): the URL without white space and control characters; %NULL
 *   for any other scheme, and for relative ones, which have nothing to be relative to
 */
char *
tern_html_policy_check_link (const char *url)
{
  g_autofree char *clean = normalise (url);

  if (strlen (clean) > MAX_LINK || !g_utf8_validate (clean, -1, NULL))
    return NULL;
  if (has_prefix (clean, "http://") || has_prefix (clean, "https://") ||
      has_prefix (clean, "mailto:"))
    return g_steal_pointer (&clean);
  return NULL;
}

static gboolean
is_data_picture (const char *url)
{
  static const char *const TYPES[] = { "png", "jpeg", "jpg", "gif", "webp" };

  if (!has_prefix (url, "data:image/"))
    return FALSE;
  url += strlen ("data:image/");
  for (gsize i = 0; i < G_N_ELEMENTS (TYPES); i++)
    if (has_prefix (url, TYPES[i]) && has_prefix (url + strlen (TYPES[i]), ";base64,"))
      {
        url += strlen (TYPES[i]) + strlen (";base64,");
        return url[strspn (url,
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=%")] ==
               '\0';
      }
  return FALSE;
}

/**
 * tern_html_check_source:
 * @url: a picture's src
 * @content_id: (out) (optional): the Content-ID, where it is a cid URL (RFC 2392)
 *
 * Tells where a picture comes from and writes its address the way it may stand in the page.
 *
 * Returns: the kind; @clean is set for all but %TERN_HTML_SOURCE_NONE
 */
TernHtmlSource
tern_html_check_source (const char *url, char **clean, char **content_id)
{
  g_autofree char *normal = normalise (url);

  if (has_prefix (normal, "cid:"))
    {
      /* What is not UTF-8 or has a NUL when it is unescaped names no part. */
      g_autofree char *id = g_uri_unescape_string (normal + strlen ("cid:"), NULL);
      g_autofree char *escaped = NULL;

      if (id == NULL || *id == '\0' || !g_utf8_validate (id, -1, NULL))
        return TERN_HTML_SOURCE_NONE;
      escaped = g_uri_escape_string (id, NULL, FALSE);
      *clean = g_strconcat ("cid:", escaped, NULL);
      *content_id = g_steal_pointer (&id);
      return TERN_HTML_SOURCE_PART;
    }
  if (is_data_picture (normal))
    {
      *clean = g_steal_pointer (&normal);
      return TERN_HTML_SOURCE_INSIDE;
    }
  if (has_prefix (normal, "data:") || *normal == '\0' || *normal == '#')
    return TERN_HTML_SOURCE_NONE;
  if (has_prefix (normal, "//"))
    *clean = g_strconcat ("https:", normal, NULL);
  else if (has_prefix (normal, "http://") || has_prefix (normal, "https://"))
    *clean = g_steal_pointer (&normal);
  else
    return TERN_HTML_SOURCE_NONE;
  return TERN_HTML_SOURCE_REMOTE;
}
