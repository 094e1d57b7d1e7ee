/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-provider-private.h"

#include <string.h>

#include "tern-error.h"

G_DEFINE_BOXED_TYPE (TernProvider, tern_provider, tern_provider_ref, tern_provider_unref)

/* --- Reading --- */

static gboolean
complain (GError **error, const char *what, const char *problem)
{
  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID, "“%s” %s", what, problem);
  return FALSE;
}

/* Text of one line; NULL where there is none. */
static gboolean
read_text (JsonObject *object, const char *name, const char **out, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  const char *text;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return complain (error, name, "is not text");
  text = json_node_get_string (node);
  for (const char *p = text; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return complain (error, name, "holds a control character");
  if (*text != '\0')
    *out = g_strdup (text);
  return TRUE;
}

static gboolean
read_texts (JsonObject *object, const char *name, const char *const **out, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonNode *node = json_object_get_member (object, name);
  JsonArray *array;

  if (node != NULL && !JSON_NODE_HOLDS_ARRAY (node))
    return complain (error, name, "is not a list");
  array = node != NULL ? json_node_get_array (node) : NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);
      g_autofree char *text = NULL;

      if (!JSON_NODE_HOLDS_VALUE (item) || json_node_get_value_type (item) != G_TYPE_STRING)
        return complain (error, name, "holds what is not text");
      text = g_ascii_strdown (json_node_get_string (item), -1);
      g_strv_builder_add (builder, text);
    }
  *out = (const char *const *) g_strv_builder_end (builder);
  return TRUE;
}

/* Tokens and passwords go there: encrypted, or not out of this machine. */
static gboolean
read_url (JsonObject *object, const char *name, const char **out, GError **error)
{
  g_autoptr (GUri) uri = NULL;
  g_autoptr (TernEndpoint) endpoint = NULL;
  const char *host;

  if (!read_text (object, name, out, error))
    return FALSE;
  if (*out == NULL)
    return TRUE;
  uri = g_uri_parse (*out, G_URI_FLAGS_NONE, NULL);
  host = uri != NULL ? g_uri_get_host (uri) : NULL;
  if (host == NULL || *host == '\0' || g_uri_get_fragment (uri) != NULL ||
      g_uri_get_userinfo (uri) != NULL)
    return complain (error, name, "is no address of a web page");
  if (g_str_equal (g_uri_get_scheme (uri), "https"))
    return TRUE;
  endpoint = tern_endpoint_new (host, 1, TERN_SECURITY_NONE);
  if (g_str_equal (g_uri_get_scheme (uri), "http") && tern_endpoint_is_loopback (endpoint))
    return TRUE;
  return complain (error, name, "is neither https:// nor on this machine");
}

static TernEndpoint *
read_endpoint (JsonNode *node, const char *name, GError **error)
{
  g_autoptr (TernEndpoint) endpoint = NULL;
  g_autofree char *host = NULL;
  g_autofree char *security = NULL;
  g_autofree char *with_port = NULL;
  TernSecurity value = TERN_SECURITY_TLS;
  JsonObject *object;
  JsonNode *port;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      complain (error, name, "holds what is no server");
      return NULL;
    }
  object = json_node_get_object (node);
  if (!read_text (object, "host", (const char **) &host, error) ||
      !read_text (object, "security", (const char **) &security, error))
    return NULL;
  port = json_object_get_member (object, "port");
  if (host == NULL || port == NULL || !JSON_NODE_HOLDS_VALUE (port) ||
      json_node_get_value_type (port) != G_TYPE_INT64)
    {
      complain (error, name, "holds a server without host or port");
      return NULL;
    }
  if (security != NULL && !tern_security_from_string (security, &value))
    {
      complain (error, security, "is none of tls, starttls, none");
      return NULL;
    }
  with_port =
      g_strdup_printf (strchr (host, ':') ? "[%s]:%" G_GINT64_FORMAT : "%s:%" G_GINT64_FORMAT, host,
                       json_node_get_int (port));
  endpoint = tern_endpoint_parse (with_port, 0, value, error);
  if (endpoint != NULL && value == TERN_SECURITY_NONE && !tern_endpoint_is_loopback (endpoint))
    {
      complain (error, with_port, "is not on this machine and must be encrypted");
      return NULL;
    }
  return g_steal_pointer (&endpoint);
}

static gboolean
read_endpoints (JsonObject *object, const char *name, GPtrArray *out, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  JsonArray *array;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return complain (error, name, "is not a list");
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      TernEndpoint *endpoint = read_endpoint (json_array_get_element (array, i), name, error);

      if (endpoint == NULL)
        return FALSE;
      g_ptr_array_add (out, endpoint);
    }
  return TRUE;
}

static gboolean
read_scopes (JsonObject *object, GHashTable *out, GError **error)
{
  static const char *const names[] = { "sign-in", "graph", "imap", "smtp", NULL };
  JsonNode *node = json_object_get_member (object, "scopes");

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return complain (error, "scopes", "is not an object");
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *scope = NULL;

      if (!read_text (json_node_get_object (node), names[i], (const char **) &scope, error))
        return FALSE;
      if (scope != NULL)
        g_hash_table_insert (out, (char *) names[i], g_steal_pointer (&scope));
    }
  return TRUE;
}

/* The pages for registrations that the usual ones turn away. */
static gboolean
read_other_pages (TernProvider *self, JsonObject *oauth, GError **error)
{
  JsonNode *node = json_object_get_member (oauth, "other_pages");
  JsonObject *object;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return complain (error, "other_pages", "is not an object");
  object = json_node_get_object (node);
  if (!read_text (object, "error", &self->other_error, error) ||
      !read_text (object, "replace", &self->other_from, error) ||
      !read_text (object, "with", &self->other_to, error))
    return FALSE;
  /* Within the path: what is sent there is meant for that host alone. */
  if (self->other_error == NULL || self->other_from == NULL || *self->other_from != '/' ||
      self->other_to == NULL || *self->other_to != '/')
    return complain (error, "other_pages", "needs an error, and two parts of paths");
  return TRUE;
}

static gboolean
read_oauth (TernProvider *self, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "oauth");
  JsonObject *oauth;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return complain (error, "oauth", "is not an object");
  oauth = json_node_get_object (node);
  return read_url (oauth, "authorize", &self->authorize, error) &&
         read_url (oauth, "device", &self->device, error) &&
         read_url (oauth, "token", &self->token, error) &&
         read_text (oauth, "client_id", &self->client_id, error) &&
         read_text (oauth, "client_secret", &self->client_secret, error) &&
         read_other_pages (self, oauth, error) && read_scopes (oauth, self->scopes, error);
}

static gboolean
read_channels (TernProvider *self, JsonObject *object, GError **error)
{
  if (!read_texts (object, "channels", &self->channels, error))
    return FALSE;
  if (self->channels[0] == NULL)
    return complain (error, "channels", "is empty");
  for (guint i = 0; self->channels[i] != NULL; i++)
    if (strcmp (self->channels[i], "graph") != 0 && strcmp (self->channels[i], "imap") != 0)
      return complain (error, self->channels[i], "is neither graph nor imap");
  if (tern_provider_has_channel (self, "graph") && self->graph == NULL)
    return complain (error, "graph", "is missing");
  if (tern_provider_has_channel (self, "imap") && self->imap->len == 0)
    return complain (error, "imap", "is missing");
  return TRUE;
}

static gboolean
is_id (const char *text)
{
  if (text == NULL)
    return FALSE;
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr ("-_.", *text) == NULL)
      return FALSE;
  return TRUE;
}

/* Makes a provider of what stands in a file; TERN_ERROR_INVALID names the member that is wrong. */
TernProvider *
tern_provider_new_from_json (JsonObject *object, GError **error)
{
  g_autoptr (TernProvider) self = g_atomic_rc_box_new0 (TernProvider);
  gsize length;

  self->scopes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  self->imap = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);
  self->smtp = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);

  if (!read_text (object, "id", &self->id, error) ||
      !read_text (object, "name", &self->name, error))
    return NULL;
  if (!is_id (self->id))
    {
      complain (error, "id", "is missing or malformed");
      return NULL;
    }
  if (!read_texts (object, "domains", &self->domains, error) ||
      !read_url (object, "graph", &self->graph, error) || !read_oauth (self, object, error) ||
      !read_endpoints (object, "imap", self->imap, error) ||
      !read_endpoints (object, "smtp", self->smtp, error) || !read_channels (self, object, error))
    {
      g_prefix_error (error, "provider “%s”: ", self->id);
      return NULL;
    }
  if (self->name == NULL)
    self->name = g_strdup (self->id);
  length = self->graph != NULL ? strlen (self->graph) : 0;
  if (length > 0 && self->graph[length - 1] == '/')
    ((char *) self->graph)[length - 1] = '\0';
  return g_steal_pointer (&self);
}

/* --- Use --- */

/* TERN_ERROR_INVALID with the detail "client-id": nobody registered Tern with the provider. */
GError *
tern_provider_make_unregistered_error (const TernProvider *self)
{
  GError *error =
      g_error_new (TERN_ERROR, TERN_ERROR_INVALID, "there is no client id for %s", self->name);

  tern_error_set_detail (error, "client-id");
  return error;
}

/**
 * tern_provider_ref:
 * @self: a provider
 *
 * Returns: (transfer full): @self
 */
TernProvider *
tern_provider_ref (TernProvider *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
provider_clear (gpointer data)
{
  TernProvider *self = data;

  g_free ((char *) self->id);
  g_free ((char *) self->name);
  g_strfreev ((GStrv) self->domains);
  g_strfreev ((GStrv) self->channels);
  g_free ((char *) self->graph);
  g_free ((char *) self->authorize);
  g_free ((char *) self->device);
  g_free ((char *) self->token);
  g_free ((char *) self->client_id);
  g_free ((char *) self->client_secret);
  g_free ((char *) self->other_error);
  g_free ((char *) self->other_from);
  g_free ((char *) self->other_to);
  g_hash_table_unref (self->scopes);
  g_ptr_array_unref (self->imap);
  g_ptr_array_unref (self->smtp);
}

/**
 * tern_provider_unref:
 * @self: (transfer full): a provider
 *
 * Gives up a reference.
 */
void
tern_provider_unref (TernProvider *self)
{
  g_atomic_rc_box_release_full (self, provider_clear);
}

/**
 * tern_provider_has_domain:
 * @self: a provider
 * @email: an address, complete or not
 *
 * Returns: whether the address is of one of its domains
 */
gboolean
tern_provider_has_domain (const TernProvider *self, const char *email)
{
  const char *at = strrchr (email, '@');
  g_autofree char *domain = at != NULL ? g_ascii_strdown (at + 1, -1) : NULL;

  return domain != NULL && g_strv_contains (self->domains, domain);
}

/**
 * tern_provider_has_channel:
 * @self: a provider
 * @channel: "graph" or "imap"
 *
 * Returns: whether its mail may come that way
 */
gboolean
tern_provider_has_channel (const TernProvider *self, const char *channel)
{
  return g_strv_contains (self->channels, channel);
}

/**
 * tern_provider_get_scope:
 * @self: a provider
 * @resource: "graph", "imap", "smtp", or "sign-in"
 *
 * Returns: (nullable) (transfer none): the scopes to ask for, parted by spaces; %NULL where the
 *   provider gives out no token for it
 */
const char *
tern_provider_get_scope (const TernProvider *self, const char *resource)
{
  return g_hash_table_lookup (self->scopes, resource);
}

/**
 * tern_provider_get_first_resource:
 * @self: a provider
 *
 * Returns: (transfer none): the resource of the channel that is tried first
 */
const char *
tern_provider_get_first_resource (const TernProvider *self)
{
  return self->channels[0];
}

/**
 * tern_provider_dup_other_page:
 * @self: a provider
 * @url: one of its pages
 *
 * Returns: (transfer full) (nullable): the page that does the same for registrations that this one
 *   turns away; %NULL for none
 */
char *
tern_provider_dup_other_page (const TernProvider *self, const char *url)
{
  const char *host = strstr (url, "://");
  const char *path = host != NULL ? strchr (host + strlen ("://"), '/') : NULL;
  const char *found =
      path != NULL && self->other_from != NULL ? strstr (path, self->other_from) : NULL;

  if (found == NULL)
    return NULL;
  return g_strdup_printf ("%.*s%s%s", (int) (found - url), url, self->other_to,
                          found + strlen (self->other_from));
}

/**
 * tern_provider_can_sign_in:
 * @self: a provider
 *
 * Returns: whether an account can sign in without giving Tern its password
 */
gboolean
tern_provider_can_sign_in (const TernProvider *self)
{
  return self->token != NULL && (self->authorize != NULL || self->device != NULL) &&
         tern_provider_get_scope (self, tern_provider_get_first_resource (self)) != NULL;
}
