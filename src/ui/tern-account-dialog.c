/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-account-dialog.h"

#include <glib/gi18n.h>
#include <string.h>

#include "tern-browser-sign-in.h"
#include "tern-error.h"
#include "tern-server-group.h"
#include "tern-settings.h"
#include "tern-ui-error.h"

struct _TernAccountDialog
{
  AdwWindow parent_instance;

  TernEngine *engine;
  GCancellable *cancellable; /* while the server is asked */
  GSettings *settings;
  GPtrArray *servers;   /* TernServerGroup, not owned; the first is always there */
  char *fingerprint;    /* of the certificate that was shown last */
  TernService *service; /* (nullable): of the address, with a sign-in of its own */
  gboolean by_browser;  /* what was tried last */

  GtkWidget *add_button;
  GtkWidget *spinner;
  GtkWidget *error_revealer;
  GtkWidget *error_label;
  GtkWidget *certificate_box;
  GtkWidget *fingerprint_label;
  GtkWidget *technical_label;
  GtkWidget *page;
  GtkWidget *email;
  GtkWidget *password;
  GtkWidget *name;
  GtkWidget *user;
  GtkWidget *browser_group;
  AdwPreferencesGroup *more;
};

G_DEFINE_FINAL_TYPE (TernAccountDialog, tern_account_dialog, ADW_TYPE_WINDOW)

static char *
dup_text (GtkWidget *row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
}

/* What was entered; NULL while it is not complete and right. */
static TernAccount *
dup_account (TernAccountDialog *self)
{
  g_autofree char *email = dup_text (self->email);
  g_autofree char *name = dup_text (self->name);
  g_autofree char *user = dup_text (self->user);
  g_autoptr (GPtrArray) endpoints =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);
  g_autoptr (TernAccount) account = NULL;

  for (guint i = 0; i < self->servers->len; i++)
    {
      TernEndpoint *endpoint =
          tern_server_group_dup_endpoint (g_ptr_array_index (self->servers, i));

      if (endpoint == NULL)
        return NULL;
      g_ptr_array_add (endpoints, endpoint);
    }
  account = tern_account_new (0, NULL, email, name, user, endpoints);
  return tern_account_validate (account, NULL) ? g_steal_pointer (&account) : NULL;
}

static void
changed_cb (TernAccountDialog *self)
{
  g_autoptr (TernAccount) account = dup_account (self);

  gtk_widget_set_sensitive (self->add_button,
                            account != NULL && self->cancellable == NULL &&
                                *gtk_editable_get_text (GTK_EDITABLE (self->password)) != '\0');
}

static void
found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernAccountDialog) self = user_data;
  g_autofree char *text = NULL;

  if (self->engine == NULL)
    return;
  g_clear_pointer (&self->service, tern_service_unref);
  self->service = tern_engine_find_service_finish (TERN_ENGINE (object), result, NULL);
  gtk_widget_set_visible (self->browser_group, self->service != NULL);
  if (self->service == NULL)
    return;
  /* Translators: a provider of mail, such as Outlook. */
  text =
      g_strdup_printf (_ ("%s lets you sign in on its own page. Tern does not see your password."),
                       self->service->name);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self->browser_group), text);
}

static void
email_changed_cb (TernAccountDialog *self)
{
  g_autofree char *email = dup_text (self->email);
  const char *at = strrchr (email, '@');

  tern_server_group_guess (g_ptr_array_index (self->servers, 0), at != NULL ? at + 1 : "");
  tern_engine_find_service_async (self->engine, email, NULL, found_cb, g_object_ref (self));
  changed_cb (self);
}

static void
set_busy (TernAccountDialog *self, gboolean busy)
{
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), busy);
  gtk_widget_set_sensitive (self->page, !busy);
  gtk_button_set_label (GTK_BUTTON (self->add_button), busy ? _ ("Signing in…") : _ ("Add"));
  changed_cb (self);
}

static void
show_error (TernAccountDialog *self, const GError *error)
{
  g_autoptr (TernAccount) account = dup_account (self);
  const TernEndpoint *endpoint = account != NULL ? g_ptr_array_index (account->imap, 0) : NULL;
  g_autofree char *sentence =
      tern_error_to_sentence (error, endpoint != NULL ? endpoint->host : NULL);
  g_autofree char *technical = tern_error_to_technical (error);
  gboolean is_certificate = g_error_matches (error, TERN_ERROR, TERN_ERROR_CERTIFICATE) &&
                            tern_error_get_detail (error) != NULL;

  gtk_label_set_text (GTK_LABEL (self->error_label), sentence);
  gtk_label_set_text (GTK_LABEL (self->technical_label), technical);
  gtk_widget_set_visible (self->certificate_box, is_certificate);
  gtk_widget_set_sensitive (self->certificate_box, is_certificate);
  if (is_certificate)
    {
      g_autofree char *text = tern_fingerprint_to_text (tern_error_get_detail (error));

      g_free (self->fingerprint);
      self->fingerprint = g_strdup (tern_error_get_detail (error));
      gtk_label_set_text (GTK_LABEL (self->fingerprint_label), text);
    }
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->error_revealer), TRUE);
  if (g_error_matches (error, TERN_ERROR, TERN_ERROR_AUTH))
    gtk_widget_grab_focus (self->password);
}

static void
added_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernAccountDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernAccount) account =
      tern_engine_add_account_finish (TERN_ENGINE (object), result, &error);

  if (self->engine == NULL) /* closed meanwhile */
    return;
  g_clear_object (&self->cancellable);
  set_busy (self, FALSE);
  if (account != NULL)
    gtk_window_close (GTK_WINDOW (self));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_error (self, error);
}

static void
add (TernAccountDialog *self, const char *fingerprint)
{
  g_autoptr (TernAccount) account = dup_account (self);

  if (account == NULL || self->cancellable != NULL)
    return;
  self->by_browser = FALSE;
  self->cancellable = g_cancellable_new ();
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->error_revealer), FALSE);
  set_busy (self, TRUE);
  tern_engine_add_account_async (self->engine, account,
                                 gtk_editable_get_text (GTK_EDITABLE (self->password)), fingerprint,
                                 self->cancellable, added_cb, g_object_ref (self));
}

static void
signed_in_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernAccountDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = tern_browser_sign_in_finish (result, &error);

  if (self->engine == NULL) /* closed meanwhile */
    return;
  g_clear_object (&self->cancellable);
  set_busy (self, FALSE);
  if (done)
    gtk_window_close (GTK_WINDOW (self));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_error (self, error);
}

static void
sign_in (TernAccountDialog *self, const char *fingerprint)
{
  g_autofree char *email = dup_text (self->email);
  g_autofree char *name = dup_text (self->name);
  g_autoptr (GPtrArray) none =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);
  g_autoptr (TernAccount) account = NULL;

  if (self->service == NULL || self->cancellable != NULL)
    return;
  self->by_browser = TRUE;
  account = tern_account_new (0, NULL, email, name, NULL, none);
  account->provider = g_strdup (self->service->id);
  account->client_id = tern_settings_dup_client_id (self->settings, self->service->id);
  self->cancellable = g_cancellable_new ();
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->error_revealer), FALSE);
  set_busy (self, TRUE);
  tern_browser_sign_in_async (GTK_WINDOW (self), self->engine, account, fingerprint,
                              self->cancellable, signed_in_cb, g_object_ref (self));
}

static void
browser_cb (TernAccountDialog *self)
{
  sign_in (self, NULL);
}

static void
add_cb (TernAccountDialog *self)
{
  add (self, NULL);
}

static void
trust_cb (TernAccountDialog *self)
{
  if (self->by_browser)
    sign_in (self, self->fingerprint);
  else
    add (self, self->fingerprint);
}

/* While the server is asked, Cancel stops that; else it closes. */
static void
cancel_cb (TernAccountDialog *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  else
    gtk_window_close (GTK_WINDOW (self));
}

static void
removed_cb (TernAccountDialog *self, TernServerGroup *group)
{
  g_ptr_array_remove (self->servers, group);
  adw_preferences_page_remove (ADW_PREFERENCES_PAGE (self->page), ADW_PREFERENCES_GROUP (group));
  changed_cb (self);
}

static void
add_server (TernAccountDialog *self)
{
  TernServerGroup *group = tern_server_group_new (self->servers->len > 0);
  AdwPreferencesPage *page = ADW_PREFERENCES_PAGE (self->page);

  g_ptr_array_add (self->servers, group);
  g_signal_connect_object (group, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (group, "removed", G_CALLBACK (removed_cb), self, G_CONNECT_SWAPPED);
  /* A page only appends: the group with the button goes behind the new one. */
  g_object_ref (self->more);
  adw_preferences_page_remove (page, self->more);
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (group));
  adw_preferences_page_add (page, self->more);
  g_object_unref (self->more);
  changed_cb (self);
}

static void
add_more_group (TernAccountDialog *self)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("Add another server"));

  self->more = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  adw_preferences_group_set_description (
      self->more,
      _ ("Where your mail can be reached at more than one server, the quickest is used."));
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  g_signal_connect_object (button, "clicked", G_CALLBACK (add_server), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (self->more, button);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self->page), self->more);
}

static gboolean
tern_account_dialog_close_request (GtkWindow *window)
{
  TernAccountDialog *self = TERN_ACCOUNT_DIALOG (window);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  return GTK_WINDOW_CLASS (tern_account_dialog_parent_class)->close_request (window);
}

static void
tern_account_dialog_dispose (GObject *object)
{
  TernAccountDialog *self = TERN_ACCOUNT_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_ACCOUNT_DIALOG);
  g_clear_object (&self->engine);
  g_clear_object (&self->settings);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (tern_account_dialog_parent_class)->dispose (object);
}

static void
tern_account_dialog_finalize (GObject *object)
{
  TernAccountDialog *self = TERN_ACCOUNT_DIALOG (object);

  g_clear_pointer (&self->servers, g_ptr_array_unref);
  g_clear_pointer (&self->fingerprint, g_free);
  g_clear_pointer (&self->service, tern_service_unref);
  G_OBJECT_CLASS (tern_account_dialog_parent_class)->finalize (object);
}

static void
tern_account_dialog_class_init (TernAccountDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tern_account_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = tern_account_dialog_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = tern_account_dialog_close_request;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/ternmail/Tern/tern-account-dialog.ui");
#define BIND(child) gtk_widget_class_bind_template_child (widget_class, TernAccountDialog, child)
  BIND (add_button);
  BIND (spinner);
  BIND (error_revealer);
  BIND (error_label);
  BIND (certificate_box);
  BIND (fingerprint_label);
  BIND (technical_label);
  BIND (page);
  BIND (email);
  BIND (password);
  BIND (name);
  BIND (user);
  BIND (browser_group);
#undef BIND
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, email_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
  gtk_widget_class_bind_template_callback (widget_class, browser_cb);
  gtk_widget_class_bind_template_callback (widget_class, trust_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
}

static void
tern_account_dialog_init (TernAccountDialog *self)
{
  self->servers = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  add_more_group (self);
  add_server (self);
}

/**
 * tern_account_dialog_new:
 * @parent: (nullable): the window
 * @engine: the engine
 * @settings: the preferences
 *
 * Makes the dialog that asks for an account's data and adds it once the server has accepted them.
 *
 * Returns: (transfer none): a new dialog
 */
TernAccountDialog *
tern_account_dialog_new (GtkWindow *parent, TernEngine *engine, GSettings *settings)
{
  TernAccountDialog *self = g_object_new (TERN_TYPE_ACCOUNT_DIALOG, "transient-for", parent, NULL);

  self->engine = g_object_ref (engine);
  self->settings = g_object_ref (settings);
  gtk_widget_grab_focus (self->email);
  return self;
}
