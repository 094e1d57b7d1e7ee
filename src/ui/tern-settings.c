/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_SETTINGS_ENABLE_BACKEND
#include "config.h"

#include "tern-settings.h"

#include <gio/gsettingsbackend.h>

#define CLIENT_IDS "client-ids"
#define MOST_BYTES 256

/**
 * tern_settings_new:
 * @profile_dir: (nullable): the profile; %NULL for the user's own
 *
 * Opens the preferences. Those of a profile are a file in it, so that nothing of the user's is read
 * or changed.
 *
 * Returns: (transfer full): the preferences
 */
GSettings *
tern_settings_new (const char *profile_dir)
{
  g_autoptr (GSettingsBackend) backend = NULL;
  g_autofree char *file = NULL;

  if (profile_dir == NULL)
    return g_settings_new (TERN_APP_ID);

  file = g_build_filename (profile_dir, "settings.ini", NULL);
  backend = g_keyfile_settings_backend_new (file, "/io/github/ternmail/Tern/", "tern");
  return g_settings_new_with_backend (TERN_APP_ID, backend);
}

/**
 * tern_settings_dup_client_id:
 * @settings: the preferences
 * @provider: a provider's id
 *
 * Returns: (transfer full) (nullable): what the user registered Tern as there; %NULL for nothing
 */
char *
tern_settings_dup_client_id (GSettings *settings, const char *provider)
{
  g_autoptr (GVariant) ids = g_settings_get_value (settings, CLIENT_IDS);
  char *id = NULL;

  g_variant_lookup (ids, provider, "s", &id);
  return id;
}

/**
 * tern_settings_set_client_id:
 * @settings: the preferences
 * @provider: a provider's id
 * @client_id: what the user registered Tern as there; "" for nothing
 *
 * Keeps it for the accounts that are added from now on.
 *
 * Returns: whether it can be a client id
 */
gboolean
tern_settings_set_client_id (GSettings *settings, const char *provider, const char *client_id)
{
  g_autoptr (GVariant) before = g_settings_get_value (settings, CLIENT_IDS);
  GVariantBuilder builder;
  GVariantIter iter;
  const char *name, *id;
  gsize length = 0;

  for (; client_id[length] != '\0'; length++)
    if (!g_ascii_isgraph (client_id[length]) || length >= MOST_BYTES)
      return FALSE;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  g_variant_iter_init (&iter, before);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &id))
    if (!g_str_equal (name, provider))
      g_variant_builder_add (&builder, "{ss}", name, id);
  if (length > 0)
    g_variant_builder_add (&builder, "{ss}", provider, client_id);
  return g_settings_set_value (settings, CLIENT_IDS, g_variant_builder_end (&builder));
}
