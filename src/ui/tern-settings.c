/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_SETTINGS_ENABLE_BACKEND
#include "config.h"

#include "tern-settings.h"

#include <gio/gsettingsbackend.h>

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
