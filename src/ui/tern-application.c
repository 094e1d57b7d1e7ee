/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-application.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "tern-account-dialog.h"
#include "tern-accounts-window.h"
#include "tern-import-dialog.h"
#include "tern-preferences.h"
#include "tern-settings.h"
#include "tern-ui-error.h"
#include "tern-ui-resources.h"
#include "tern-window.h"

struct _TernApplication
{
  AdwApplication parent_instance;

  char *profile_dir; /* NULL for the user's own */
  TernEngine *engine;
  GSettings *settings;
};

G_DEFINE_FINAL_TYPE (TernApplication, tern_application, ADW_TYPE_APPLICATION)

static void
open_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernApplication) self = user_data;
  g_autoptr (GError) error = NULL;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));
  gboolean opened = tern_engine_open_finish (TERN_ENGINE (object), result, &error);

  if (!TERN_IS_WINDOW (window))
    return;
  if (opened)
    tern_window_engine_opened (TERN_WINDOW (window));
  else
    {
      g_autofree char *sentence = tern_error_to_sentence (error, NULL);

      g_warning ("%s", error->message);
      tern_window_say (TERN_WINDOW (window), sentence);
    }
}

/* The window is filled from the cache and shown before the engine has started anything. */
static void
tern_application_activate (GApplication *application)
{
  TernApplication *self = TERN_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (window != NULL)
    {
      gtk_window_present (window);
      return;
    }
  self->engine = tern_engine_new (self->profile_dir);
  window = GTK_WINDOW (tern_window_new (GTK_APPLICATION (self), self->engine, self->settings));
  gtk_window_present (window);
  tern_engine_open_async (self->engine, NULL, open_cb, g_object_ref (self));
  tern_engine_start_background (self->engine);
}

static gboolean
scheme_from_setting (GValue *value, GVariant *variant, gpointer user_data)
{
  const char *name = g_variant_get_string (variant, NULL);

  g_value_set_enum (value, g_str_equal (name, "dark")    ? ADW_COLOR_SCHEME_FORCE_DARK
                           : g_str_equal (name, "light") ? ADW_COLOR_SCHEME_FORCE_LIGHT
                                                         : ADW_COLOR_SCHEME_DEFAULT);
  return TRUE;
}

static void
add_account_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  TernApplication *self = user_data;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  gtk_window_present (GTK_WINDOW (tern_account_dialog_new (window, self->engine, self->settings)));
}

static void
import_accounts_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  TernApplication *self = user_data;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  gtk_window_present (GTK_WINDOW (tern_import_dialog_new (window, self->engine)));
}

static void
accounts_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  TernApplication *self = user_data;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  gtk_window_present (GTK_WINDOW (tern_accounts_window_new (window, self->engine)));
}

static void
preferences_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  TernApplication *self = user_data;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  gtk_window_present (GTK_WINDOW (tern_preferences_new (window, self->engine, self->settings)));
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  TernApplication *self = user_data;

  adw_show_about_window (gtk_application_get_active_window (GTK_APPLICATION (self)),
                         "application-name", "Tern", "application-icon", TERN_APP_ID, "version",
                         TERN_VERSION, "developer-name", _ ("The Tern developers"), "comments",
                         _ ("Reads your mail sooner."), "license-type", GTK_LICENSE_GPL_3_0,
                         /* Translators: your names, one a line. */
                         "translator-credits", _ ("translator-credits"), NULL);
}

static gboolean
terminate_cb (gpointer user_data)
{
  g_action_group_activate_action (G_ACTION_GROUP (user_data), "quit", NULL);
  return G_SOURCE_CONTINUE;
}

static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkWindow *window;

  /* Closing the windows lets them keep their sizes. */
  while ((window = gtk_application_get_active_window (GTK_APPLICATION (user_data))) != NULL)
    gtk_window_destroy (window);
}

static void
set_accelerators (GtkApplication *application)
{
  static const struct
  {
    const char *action;
    const char *keys[3];
  } accelerators[] = {
    { "app.accounts", { "<Shift><Control>a" } },
    { "app.import-accounts", { "<Shift><Control>o" } },
    { "app.quit", { "<Control>q" } },
    { "app.preferences", { "<Control>comma" } },
    { "window.close", { "<Control>w" } },
    { "win.refresh", { "<Control>r", "F5" } },
    { "win.undo", { "<Control>z" } },
    { "win.show-sidebar", { "F9" } },
    { "win.copy-code", { "<Shift><Control>c" } },
    { "win.find-account", { "<Control>k" } },
    { "win.search", { "<Control>f" } },
    { "win.inspector", { "<Shift><Control>i" } },
    { "win.folder-new-top(int64 0)", { "<Shift><Control>n" } },
    { "win.folder-rename(int64 0)", { "F2" } },
    { "win.folder-read(int64 0)", { "<Shift><Control>m" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (accelerators); i++)
    gtk_application_set_accels_for_action (application, accelerators[i].action,
                                           accelerators[i].keys);
}

static void
tern_application_startup (GApplication *application)
{
  static const GActionEntry actions[] = {
    { .name = "add-account", .activate = add_account_cb },
    { .name = "accounts", .activate = accounts_cb },
    { .name = "import-accounts", .activate = import_accounts_cb },
    { .name = "preferences", .activate = preferences_cb },
    { .name = "about", .activate = about_cb },
    { .name = "quit", .activate = quit_cb },
  };
  TernApplication *self = TERN_APPLICATION (application);

  g_resources_register (tern_ui_get_resource ());
  G_APPLICATION_CLASS (tern_application_parent_class)->startup (application);

  self->settings = tern_settings_new (self->profile_dir);
  g_settings_bind_with_mapping (self->settings, "color-scheme", adw_style_manager_get_default (),
                                "color-scheme", G_SETTINGS_BIND_GET, scheme_from_setting, NULL,
                                NULL, NULL);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  set_accelerators (GTK_APPLICATION (self));
  g_unix_signal_add (SIGTERM, terminate_cb, self);
  gtk_window_set_default_icon_name (TERN_APP_ID);
}

static void
tern_application_shutdown (GApplication *application)
{
  TernApplication *self = TERN_APPLICATION (application);

  if (self->engine != NULL)
    tern_engine_close (self->engine);
  g_clear_object (&self->engine);
  g_clear_object (&self->settings);
  g_settings_sync ();
  G_APPLICATION_CLASS (tern_application_parent_class)->shutdown (application);
}

/* Whoever names a profile means just that one: not the instance that runs on the user's own mail.
 */
static int
tern_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  TernApplication *self = TERN_APPLICATION (application);
  g_autofree char *dir = NULL;

  if (g_variant_dict_lookup (options, "version", "b", NULL))
    {
      g_print ("Tern " TERN_VERSION "\n");
      return 0;
    }
  if (g_variant_dict_lookup (options, "profile", "^ay", &dir))
    {
      self->profile_dir = g_canonicalize_filename (dir, NULL);
      g_application_set_flags (application,
                               g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
    }
  return -1;
}

static void
tern_application_finalize (GObject *object)
{
  g_free (TERN_APPLICATION (object)->profile_dir);
  G_OBJECT_CLASS (tern_application_parent_class)->finalize (object);
}

static void
tern_application_class_init (TernApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tern_application_finalize;
  application_class->activate = tern_application_activate;
  application_class->startup = tern_application_startup;
  application_class->shutdown = tern_application_shutdown;
  application_class->handle_local_options = tern_application_handle_local_options;
}

static void
tern_application_init (TernApplication *self)
{
  static const GOptionEntry options[] = {
    { "profile", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_ ("Keep everything in this folder"),
      N_ ("DIR") },
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and exit"), NULL },
    { 0 },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
}

/**
 * tern_application_new:
 *
 * Makes the program.
 *
 * Returns: (transfer full): the program
 */
TernApplication *
tern_application_new (void)
{
  return g_object_new (TERN_TYPE_APPLICATION, "application-id", TERN_APP_ID, "resource-base-path",
                       "/io/github/ternmail/Tern", NULL);
}
