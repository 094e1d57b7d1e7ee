/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-providers.h"

#include "tern-auth-resources.h"
#include "tern-error.h"
#include "tern-json-depth.h"
#include "tern-provider-private.h"

#define PATH "/io/github/ternmail/Tern/auth/providers.json"
#define MOST_BYTES (1024 * 1024)
#define MOST_DEPTH 16
#define MOST_PROVIDERS 1000

struct _TernProviders
{
  GPtrArray *list; /* TernProvider, in the order of the files */
};

/* --- Laying one file over another --- */

/* RFC 7396: objects are merged, null removes, everything else replaces. The depth is bounded by
 * that of the file. */
static void
merge (JsonObject *under, JsonObject *over)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, over);
  while (json_object_iter_next (&iter, &name, &node))
    {
      JsonNode *before = json_object_get_member (under, name);

      if (JSON_NODE_HOLDS_NULL (node))
        json_object_remove_member (under, name);
      else if (before != NULL && JSON_NODE_HOLDS_OBJECT (before) && JSON_NODE_HOLDS_OBJECT (node))
        merge (json_node_get_object (before), json_node_get_object (node));
      else
        json_object_set_member (under, name, json_node_copy (node));
    }
}

static const char *
get_id (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "id");

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
}

static JsonObject *
find_object (GPtrArray *objects, const char *id)
{
  for (guint i = 0; i < objects->len; i++)
    if (g_strcmp0 (get_id (objects->pdata[i]), id) == 0)
      return objects->pdata[i];
  return NULL;
}

static gboolean
invalid (GError **error, const char *problem)
{
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID, problem);
  return FALSE;
}

static gboolean
lay_over (GPtrArray *objects, const char *text, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) reason = NULL;
  JsonNode *root, *node = NULL;
  JsonArray *array;

  if (length > MOST_BYTES || !tern_json_is_shallow (text, length, MOST_DEPTH))
    return invalid (error, "is too large or too deep");
  if (!g_utf8_validate_len (text, length, NULL))
    return invalid (error, "is not UTF-8");
  if (!json_parser_load_from_data (parser, text, (gssize) length, &reason))
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID, "is not JSON: %s", reason->message);
      return FALSE;
    }
  root = json_parser_get_root (parser);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    node = json_object_get_member (json_node_get_object (root), "providers");
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return invalid (error, "has no list “providers”");
  array = json_node_get_array (node);
  if (json_array_get_length (array) + objects->len > MOST_PROVIDERS)
    return invalid (error, "has too many providers");

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);
      JsonObject *known;

      if (!JSON_NODE_HOLDS_OBJECT (item) || get_id (json_node_get_object (item)) == NULL)
        return invalid (error, "has a provider without “id”");
      known = find_object (objects, get_id (json_node_get_object (item)));
      if (known == NULL)
        {
          known = json_object_new ();
          g_ptr_array_add (objects, known);
        }
      merge (known, json_node_get_object (item));
    }
  return TRUE;
}

/* What the packager registered: `outlook=ID,google=ID`. */
static void
lay_over_client_ids (GPtrArray *objects)
{
  g_auto (GStrv) pairs = g_strsplit (TERN_CLIENT_IDS, ",", -1);

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);
      JsonObject *object = pair[0] != NULL ? find_object (objects, pair[0]) : NULL;

      if (object == NULL || pair[1] == NULL || !json_object_has_member (object, "oauth"))
        continue;
      json_object_set_string_member (json_object_get_object_member (object, "oauth"), "client_id",
                                     pair[1]);
    }
}

static gboolean
is_whole (GPtrArray *objects, GError **error)
{
  for (guint i = 0; i < objects->len; i++)
    {
      g_autoptr (TernProvider) provider = tern_provider_new_from_json (objects->pdata[i], error);

      if (provider == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
lay_over_file (GPtrArray *objects, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) reason = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, &reason))
    {
      if (g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_INVALID, reason->message);
      return FALSE;
    }
  if (lay_over (objects, text, length, error) && is_whole (objects, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

/* --- Public --- */

/**
 * tern_providers_load:
 * @files: (array zero-terminated=1): paths of files, of which each is laid over those before it
 * @error: return location for %TERN_ERROR_INVALID, whose message names file and member
 *
 * Reads the providers that Tern knows, the client ids that it was built with, and the files that
 * are there, by the providers' ids: members of a known provider are replaced one by one, `null`
 * removes one (RFC 7396), an unknown id adds a provider. What comes of each must be whole, with
 * `http://` and `"security": "none"` for this machine only.
 *
 * Returns: (transfer full) (nullable): the providers
 */
TernProviders *
tern_providers_load (const char *const *files, GError **error)
{
  g_autoptr (TernProviders) self = g_new0 (TernProviders, 1);
  g_autoptr (GPtrArray) objects =
      g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_autoptr (GBytes) own =
      g_resource_lookup_data (tern_auth_get_resource (), PATH, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  const char *text;
  gsize length;

  self->list = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_provider_unref);
  if (own == NULL)
    return NULL;
  text = g_bytes_get_data (own, &length);
  if (!lay_over (objects, text, length, error))
    return NULL;
  lay_over_client_ids (objects);
  for (guint i = 0; files[i] != NULL; i++)
    if (!lay_over_file (objects, files[i], error))
      return NULL;

  for (guint i = 0; i < objects->len; i++)
    {
      TernProvider *provider = tern_provider_new_from_json (objects->pdata[i], error);

      if (provider == NULL)
        return NULL;
      g_ptr_array_add (self->list, provider);
    }
  return g_steal_pointer (&self);
}

/**
 * tern_providers_free:
 * @self: (transfer full) (nullable): the providers
 *
 * Frees the list; a provider lives on with its references.
 */
void
tern_providers_free (TernProviders *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->list);
  g_free (self);
}

/**
 * tern_providers_list:
 * @self: the providers
 *
 * Returns: (transfer none) (element-type TernProvider): all of them, the program's own first
 */
GPtrArray *
tern_providers_list (TernProviders *self)
{
  return self->list;
}

/**
 * tern_providers_get:
 * @self: the providers
 * @id: an id
 *
 * Returns: (transfer none) (nullable): the provider of that id
 */
TernProvider *
tern_providers_get (TernProviders *self, const char *id)
{
  for (guint i = 0; i < self->list->len; i++)
    if (g_strcmp0 (((TernProvider *) self->list->pdata[i])->id, id) == 0)
      return self->list->pdata[i];
  return NULL;
}

/**
 * tern_providers_find:
 * @self: the providers
 * @email: an address
 *
 * Returns: (transfer none) (nullable): the provider whose domains the address is of; one of a
 *   later file comes before one of an earlier
 */
TernProvider *
tern_providers_find (TernProviders *self, const char *email)
{
  for (guint i = self->list->len; i > 0; i--)
    if (tern_provider_has_domain (self->list->pdata[i - 1], email))
      return self->list->pdata[i - 1];
  return NULL;
}
