/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-preferences.h"

#include <glib/gi18n.h>

#include "tern-account-sign-in.h"
#include "tern-client-group.h"
#include "tern-ui-error.h"

struct _TernPreferences
{
  AdwPreferencesWindow parent_instance;

  TernEngine *engine;
  GPtrArray *rows;  /* GtkWidget, not owned: a row an account */
  GPtrArray *shown; /* TernAccount: what the rows are about */

  GtkWidget *page;
  GtkWidget *accounts;
  GtkWidget *color_scheme;
  GtkWidget *compact_list;
  GtkWidget *single_letter_keys;
};

G_DEFINE_FINAL_TYPE (TernPreferences, tern_preferences, ADW_TYPE_PREFERENCES_WINDOW)

#define ACCOUNT "tern-account"

static void
sign_in_cb (TernPreferences *self, GtkWidget *button)
{
  tern_account_sign_in (GTK_WINDOW (self), self->engine,
                        g_object_get_data (G_OBJECT (button), ACCOUNT));
}

static void
remove_cb (TernPreferences *self, GtkWidget *button)
{
  tern_account_ask_remove (GTK_WINDOW (self), self->engine,
                           g_object_get_data (G_OBJECT (button), ACCOUNT));
}

static void
add_button (TernPreferences *self,
            GtkWidget *row,
            TernAccount *account,
            const char *icon,
            const char *label,
            GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  g_object_set_data_full (G_OBJECT (button), ACCOUNT, tern_account_ref (account),
                          (GDestroyNotify) tern_account_unref);
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  adw_expander_row_add_action (ADW_EXPANDER_ROW (row), button);
}

/* The choices of how far back the text of letters is fetched in advance; -1 for all. */
static const int days[] = { 0, 7, 30, 90, 365, -1 };

static guint
index_of_days (int wanted)
{
  guint i = 0;

  while (days[i] >= 0 && (wanted < 0 || days[i] < wanted))
    i++;
  return i;
}

static void
set_days_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernPreferences) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;
  g_autofree char *markup = NULL;

  if (tern_engine_set_body_days_finish (TERN_ENGINE (object), result, &error))
    return;
  sentence = tern_error_to_sentence (error, NULL);
  markup = g_markup_escape_text (sentence, -1);
  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), adw_toast_new (markup));
}

static void
days_selected_cb (TernPreferences *self, GParamSpec *pspec, AdwComboRow *row)
{
  const TernAccount *account = g_object_get_data (G_OBJECT (row), ACCOUNT);
  guint selected = adw_combo_row_get_selected (row);

  if (selected < G_N_ELEMENTS (days))
    tern_engine_set_body_days_async (self->engine, account->id, days[selected], NULL, set_days_cb,
                                     g_object_ref (self));
}

static void
add_days (TernPreferences *self, GtkWidget *row, TernAccount *account)
{
  GtkWidget *combo = adw_combo_row_new ();
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (days); i++)
    {
      g_autofree char *name =
          days[i] < 0 ? g_strdup (_ ("All letters"))
          : days[i] > 0
              ? g_strdup_printf (ngettext ("Last day", "Last %d days", (gulong) days[i]), days[i])
              : /* Translators: no letters are fetched in advance. */
              g_strdup (_ ("None"));

      gtk_string_list_append (names, name);
    }
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (combo), _ ("Kept offline"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (combo),
                               _ ("Letters whose text is fetched before you open them"));
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (combo), 0);
  adw_combo_row_set_model (ADW_COMBO_ROW (combo), G_LIST_MODEL (names));
  adw_combo_row_set_selected (ADW_COMBO_ROW (combo), index_of_days (account->body_days));
  g_object_set_data_full (G_OBJECT (combo), ACCOUNT, tern_account_ref (account),
                          (GDestroyNotify) tern_account_unref);
  g_signal_connect_object (combo, "notify::selected", G_CALLBACK (days_selected_cb), self,
                           G_CONNECT_SWAPPED);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), combo);
}

static void
add_account (TernPreferences *self, TernAccount *account)
{
  GtkWidget *row = adw_expander_row_new ();
  g_autoptr (GString) servers = g_string_new (NULL);

  for (guint i = 0; i < account->imap->len; i++)
    g_string_append_printf (servers, "%s%s", i > 0 ? ", " : "",
                            ((TernEndpoint *) g_ptr_array_index (account->imap, i))->host);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), account->email);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), servers->str);
  /* Each stands before the one that was added last. */
  add_button (self, row, account, "user-trash-symbolic", _ ("Remove account"),
              G_CALLBACK (remove_cb));
  add_button (self, row, account, "dialog-password-symbolic",
              account->provider != NULL ? _ ("Sign in again") : _ ("Change password"),
              G_CALLBACK (sign_in_cb));
  add_days (self, row, account);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->accounts), row);
  g_ptr_array_add (self->rows, row);
}

/* Rows that are about the same accounts stay, opened as they are. */
static gboolean
are_shown (TernPreferences *self, GPtrArray *accounts)
{
  if (self->shown == NULL || accounts == NULL || self->shown->len != accounts->len)
    return FALSE;
  for (guint i = 0; i < accounts->len; i++)
    if (((TernAccount *) self->shown->pdata[i])->id != ((TernAccount *) accounts->pdata[i])->id)
      return FALSE;
  return TRUE;
}

static void
show_accounts (TernPreferences *self)
{
  g_autoptr (GPtrArray) accounts = tern_engine_read_accounts (self->engine, NULL);

  if (are_shown (self, accounts))
    return;
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self->accounts),
                                  g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; accounts != NULL && i < accounts->len; i++)
    add_account (self, g_ptr_array_index (accounts, i));
  adw_preferences_group_set_description (
      ADW_PREFERENCES_GROUP (self->accounts),
      accounts == NULL || accounts->len == 0 ? _ ("No account yet") : NULL);
  g_clear_pointer (&self->shown, g_ptr_array_unref);
  self->shown = g_steal_pointer (&accounts);
}

static void
changed_cb (TernEngine *engine, TernChanges *changes, TernPreferences *self)
{
  if (tern_changes_has_folder_list (changes, 0))
    show_accounts (self);
}

static const char *const schemes[] = { "follow", "light", "dark" };

static gboolean
scheme_to_row (GValue *value, GVariant *variant, gpointer user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_equal (schemes[i], g_variant_get_string (variant, NULL)))
      g_value_set_uint (value, i);
  return TRUE;
}

static GVariant *
scheme_from_row (const GValue *value, const GVariantType *type, gpointer user_data)
{
  guint selected = g_value_get_uint (value);

  return selected < G_N_ELEMENTS (schemes) ? g_variant_new_string (schemes[selected]) : NULL;
}

static void
tern_preferences_dispose (GObject *object)
{
  TernPreferences *self = TERN_PREFERENCES (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_PREFERENCES);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (tern_preferences_parent_class)->dispose (object);
}

static void
tern_preferences_finalize (GObject *object)
{
  g_clear_pointer (&TERN_PREFERENCES (object)->rows, g_ptr_array_unref);
  g_clear_pointer (&TERN_PREFERENCES (object)->shown, g_ptr_array_unref);
  G_OBJECT_CLASS (tern_preferences_parent_class)->finalize (object);
}

static void
tern_preferences_class_init (TernPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tern_preferences_dispose;
  G_OBJECT_CLASS (klass)->finalize = tern_preferences_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/ternmail/Tern/tern-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, TernPreferences, page);
  gtk_widget_class_bind_template_child (widget_class, TernPreferences, accounts);
  gtk_widget_class_bind_template_child (widget_class, TernPreferences, color_scheme);
  gtk_widget_class_bind_template_child (widget_class, TernPreferences, compact_list);
  gtk_widget_class_bind_template_child (widget_class, TernPreferences, single_letter_keys);
}

static void
tern_preferences_init (TernPreferences *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * tern_preferences_new:
 * @parent: the window
 * @engine: the engine
 * @settings: the preferences
 *
 * Makes the window in which accounts and preferences are seen to.
 *
 * Returns: (transfer none): a new window
 */
TernPreferences *
tern_preferences_new (GtkWindow *parent, TernEngine *engine, GSettings *settings)
{
  TernPreferences *self = g_object_new (TERN_TYPE_PREFERENCES, "transient-for", parent, NULL);

  self->engine = g_object_ref (engine);
  g_settings_bind (settings, "compact-list", self->compact_list, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "single-letter-keys", self->single_letter_keys, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind_with_mapping (settings, "color-scheme", self->color_scheme, "selected",
                                G_SETTINGS_BIND_DEFAULT, scheme_to_row, scheme_from_row, NULL,
                                NULL);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self->page),
                            ADW_PREFERENCES_GROUP (tern_client_group_new (engine, settings)));
  g_signal_connect_object (engine, "changed", G_CALLBACK (changed_cb), self, 0);
  show_accounts (self);
  return self;
}
