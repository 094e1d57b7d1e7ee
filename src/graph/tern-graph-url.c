/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-url.h"

#include <gio/gio.h>
#include <string.h>

#include "tern-error.h"
#include "tern-graph-limits.h"

/* Nothing is normalized: what is compared is what is sent. */
#define FLAGS (G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD)

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return g_ascii_strcasecmp (host, "localhost") == 0 ||
         (address != NULL && g_inet_address_get_is_loopback (address));
}

/**
 * tern_graph_url_check_base:
 * @base: where a Graph is, such as `https://graph.microsoft.com/v1.0`
 * @error: return location for %TERN_ERROR_INVALID
 *
 * Returns: whether tokens may be sent there: over TLS, or to this machine
 */
gboolean
tern_graph_url_check_base (const char *base, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (base, FLAGS, NULL);

  if (uri != NULL && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0' &&
      g_uri_get_userinfo (uri) == NULL && g_uri_get_query (uri) == NULL &&
      g_uri_get_fragment (uri) == NULL && !g_str_has_suffix (base, "/") &&
      (strcmp (g_uri_get_scheme (uri), "https") == 0 ||
       (strcmp (g_uri_get_scheme (uri), "http") == 0 && is_loopback (g_uri_get_host (uri)))))
    return TRUE;
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID, "that is no address of a Graph");
  return FALSE;
}

/**
 * tern_graph_url_join:
 * @base: where the Graph is
 * @path: path and query below it, escaped
 *
 * Returns: (transfer full): the URL
 */
char *
tern_graph_url_join (const char *base, const char *path)
{
  return g_strconcat (base, "/", path, NULL);
}

/**
 * tern_graph_url_escape:
 * @id: an id, as the server gave it
 *
 * Returns: (transfer full): the id as one component of a path
 */
char *
tern_graph_url_escape (const char *id)
{
  return g_uri_escape_string (id, NULL, FALSE);
}

static int
get_port (GUri *uri)
{
  if (g_uri_get_port (uri) != -1)
    return g_uri_get_port (uri);
  return strcmp (g_uri_get_scheme (uri), "https") == 0 ? 443 : 80;
}

static gboolean
has_dots (const char *path)
{
  g_autofree char *plain = g_uri_unescape_string (path, NULL);
  g_auto (GStrv) parts = plain != NULL ? g_strsplit_set (plain, "/\\", -1) : NULL;

  for (guint i = 0; parts != NULL && parts[i] != NULL; i++)
    if (strcmp (parts[i], ".") == 0 || strcmp (parts[i], "..") == 0)
      return TRUE;
  return plain == NULL;
}

static gboolean
is_below (GUri *base, GUri *link)
{
  const char *path = g_uri_get_path (link);
  gsize length = strlen (g_uri_get_path (base));

  return strcmp (g_uri_get_scheme (base), g_uri_get_scheme (link)) == 0 &&
         g_uri_get_host (link) != NULL &&
         g_ascii_strcasecmp (g_uri_get_host (base), g_uri_get_host (link)) == 0 &&
         get_port (base) == get_port (link) && g_uri_get_userinfo (link) == NULL &&
         g_uri_get_fragment (link) == NULL && strncmp (g_uri_get_path (base), path, length) == 0 &&
         path[length] == '/' && !has_dots (path);
}

/**
 * tern_graph_url_check_link:
 * @base: where the Graph is
 * @link: a URL that it gave, or was said to have given
 * @error: return location for %TERN_ERROR_PROTOCOL
 *
 * Returns: whether the link leads to the same origin and below the same path, so that it may be
 *   followed with a token
 */
gboolean
tern_graph_url_check_link (const char *base, const char *link, GError **error)
{
  g_autoptr (GUri) from = g_uri_parse (base, FLAGS, NULL);
  g_autoptr (GUri) to =
      strlen (link) <= TERN_GRAPH_MAX_LINK ? g_uri_parse (link, FLAGS, NULL) : NULL;

  if (from != NULL && to != NULL && is_below (from, to))
    return TRUE;
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_PROTOCOL,
                       "the server's link leads somewhere else");
  return FALSE;
}
