/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-client-group.h"

#include <glib/gi18n.h>

#include "tern-settings.h"

struct _TernClientGroup
{
  AdwPreferencesGroup parent_instance;

  GSettings *settings;
};

#define SERVICE "tern-service"

G_DEFINE_FINAL_TYPE (TernClientGroup, tern_client_group, ADW_TYPE_PREFERENCES_GROUP)

static void
applied_cb (TernClientGroup *self, GtkWidget *row)
{
  const TernService *service = g_object_get_data (G_OBJECT (row), SERVICE);
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));

  if (tern_settings_set_client_id (self->settings, service->id, text))
    gtk_widget_remove_css_class (row, "error");
  else
    gtk_widget_add_css_class (row, "error");
}

static void
add_row (TernClientGroup *self, TernService *service)
{
  GtkWidget *row = adw_entry_row_new ();
  g_autofree char *id = tern_settings_dup_client_id (self->settings, service->id);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), service->name);
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (row), TRUE);
  if (id != NULL)
    gtk_editable_set_text (GTK_EDITABLE (row), id);
  g_object_set_data_full (G_OBJECT (row), SERVICE, tern_service_ref (service),
                          (GDestroyNotify) tern_service_unref);
  g_signal_connect_object (row, "apply", G_CALLBACK (applied_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
}

static void
listed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernClientGroup) self = user_data;
  g_autoptr (GPtrArray) services =
      tern_engine_list_services_finish (TERN_ENGINE (object), result, NULL);

  if (self->settings == NULL || services == NULL) /* closed meanwhile */
    return;
  for (guint i = 0; i < services->len; i++)
    add_row (self, g_ptr_array_index (services, i));
  gtk_widget_set_visible (GTK_WIDGET (self), services->len > 0);
}

static void
tern_client_group_dispose (GObject *object)
{
  g_clear_object (&TERN_CLIENT_GROUP (object)->settings);
  G_OBJECT_CLASS (tern_client_group_parent_class)->dispose (object);
}

static void
tern_client_group_class_init (TernClientGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tern_client_group_dispose;
}

static void
tern_client_group_init (TernClientGroup *self)
{
}

/**
 * tern_client_group_new:
 * @engine: the engine, which knows the providers
 * @settings: the preferences
 *
 * Makes the rows in which the user says what Tern is registered as with providers of mail.
 *
 * Returns: (transfer floating): a new group
 */
GtkWidget *
tern_client_group_new (TernEngine *engine, GSettings *settings)
{
  TernClientGroup *self = g_object_new (
      TERN_TYPE_CLIENT_GROUP, "title", _ ("Client ids"), "description",
      _ ("As what you registered Tern with a provider; the manual tells how. New accounts sign in "
         "as that. Empty stands for the client id that Tern came with."),
      "visible", FALSE, NULL);

  self->settings = g_object_ref (settings);
  tern_engine_list_services_async (engine, NULL, listed_cb, g_object_ref (self));
  return GTK_WIDGET (self);
}
