/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-sidebar-row.h"

#include <glib/gi18n.h>

#include "tern-ui-format.h"

#define INDENT 18

struct _TernSidebarRow
{
  GtkWidget parent_instance;

  TernFolderItem *item;

  GtkWidget *icon;
  GtkWidget *name;
  GtkWidget *count;
  GtkWidget *state;
};

G_DEFINE_FINAL_TYPE (TernSidebarRow, tern_sidebar_row, GTK_TYPE_WIDGET)

static const char *
state_icon (TernAccountState state)
{
  switch (state)
    {
    case TERN_ACCOUNT_STATE_OFFLINE:
      return "network-offline-symbolic";
    case TERN_ACCOUNT_STATE_SIGN_IN:
      return "dialog-password-symbolic";
    case TERN_ACCOUNT_STATE_CERTIFICATE:
      return "security-low-symbolic";
    case TERN_ACCOUNT_STATE_TROUBLE:
      return "dialog-warning-symbolic";
    case TERN_ACCOUNT_STATE_CACHED:
    case TERN_ACCOUNT_STATE_CONNECTING:
    case TERN_ACCOUNT_STATE_ONLINE:
    default:
      return NULL;
    }
}

static const char *
state_text (TernAccountState state)
{
  switch (state)
    {
    case TERN_ACCOUNT_STATE_OFFLINE:
      return _ ("Offline");
    case TERN_ACCOUNT_STATE_SIGN_IN:
      return _ ("Sign-in needed");
    case TERN_ACCOUNT_STATE_CERTIFICATE:
      return _ ("The server’s certificate is not trusted");
    case TERN_ACCOUNT_STATE_TROUBLE:
      return _ ("The server does not give the mail");
    case TERN_ACCOUNT_STATE_CACHED:
    case TERN_ACCOUNT_STATE_CONNECTING:
    case TERN_ACCOUNT_STATE_ONLINE:
    default:
      return NULL;
    }
}

static void
set_accessible_label (TernSidebarRow *self, const char *label)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));

  if (parent != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (parent), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                    -1);
}

static void
show_arrow (TernSidebarRow *self)
{
  gtk_widget_show (self->icon);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), tern_folder_item_is_expanded (self->item)
                                                            ? "pan-down-symbolic"
                                                            : "pan-end-symbolic");
  gtk_accessible_update_state (GTK_ACCESSIBLE (gtk_widget_get_parent (GTK_WIDGET (self))),
                               GTK_ACCESSIBLE_STATE_EXPANDED,
                               tern_folder_item_is_expanded (self->item), -1);
}

static void
show_heading (TernSidebarRow *self)
{
  TernAccount *account = tern_folder_item_get_account (self->item);
  TernStatus *status = tern_folder_item_get_status (self->item);
  const char *icon = status != NULL ? state_icon (status->state) : NULL;
  const char *text = status != NULL ? state_text (status->state) : NULL;
  g_autofree char *label =
      text != NULL ? g_strdup_printf ("%s, %s", account->email, text) : g_strdup (account->email);
  g_autofree char *tags =
      account->tags != NULL ? g_strdelimit (g_strdup (account->tags), "\n", ' ') : NULL;
  g_autofree char *tooltip =
      tags != NULL ? g_strdup_printf ("%s\n%s", account->email, tags) : g_strdup (account->email);

  gtk_label_set_text (GTK_LABEL (self->name), account->email);
  gtk_widget_set_tooltip_text (self->name, tooltip);
  gtk_widget_add_css_class (self->name, "heading");
  gtk_widget_add_css_class (self->name, "dim-label");
  gtk_widget_hide (self->count);
  gtk_widget_set_visible (self->state, icon != NULL);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->state), icon);
  gtk_widget_set_tooltip_text (self->state, text);
  gtk_widget_set_margin_start (GTK_WIDGET (self), 0);
  /* What stands before the @ tells accounts apart. */
  gtk_label_set_ellipsize (GTK_LABEL (self->name), PANGO_ELLIPSIZE_END);
  show_arrow (self);
  set_accessible_label (self, label);
}

static void
show_group (TernSidebarRow *self)
{
  const char *group = tern_folder_item_get_group (self->item);
  guint n = tern_folder_item_get_count (self->item);
  g_autofree char *count = g_strdup_printf ("%'u", n);
  g_autofree char *label =
      /* Translators: the name of a group, and how many accounts are in it. */
      g_strdup_printf (ngettext ("%s, %u account", "%s, %u accounts", n), group, n);

  gtk_label_set_text (GTK_LABEL (self->name), group);
  gtk_widget_set_tooltip_text (self->name, NULL);
  gtk_widget_add_css_class (self->name, "heading");
  gtk_widget_remove_css_class (self->name, "dim-label");
  gtk_widget_show (self->count);
  gtk_label_set_text (GTK_LABEL (self->count), count);
  gtk_widget_hide (self->state);
  gtk_widget_set_margin_start (GTK_WIDGET (self), 0);
  show_arrow (self);
  set_accessible_label (self, label);
}

static void
show_folder (TernSidebarRow *self, TernFolder *folder)
{
  g_autofree char *count = g_strdup_printf ("%'d", folder->unread);
  g_autofree char *label = NULL;

  gtk_label_set_text (GTK_LABEL (self->name), tern_format_folder (folder));
  gtk_widget_set_tooltip_text (self->name, NULL);
  gtk_widget_remove_css_class (self->name, "heading");
  if (folder->selectable)
    gtk_widget_remove_css_class (self->name, "dim-label");
  else
    gtk_widget_add_css_class (self->name, "dim-label");
  gtk_widget_show (self->icon);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), tern_format_folder_icon (folder));
  gtk_widget_set_visible (self->count, folder->unread > 0);
  gtk_label_set_text (GTK_LABEL (self->count), count);
  gtk_widget_hide (self->state);
  gtk_widget_set_margin_start (GTK_WIDGET (self),
                               (int) tern_folder_item_get_depth (self->item) * INDENT);

  if (folder->unread > 0)
    label = g_strdup_printf (ngettext ("%s, %d unread", "%s, %d unread", (gulong) folder->unread),
                             tern_format_folder (folder), folder->unread);
  set_accessible_label (self, label != NULL ? label : tern_format_folder (folder));
}

static void
changed_cb (TernSidebarRow *self)
{
  TernFolder *folder = tern_folder_item_get_folder (self->item);

  if (folder != NULL)
    show_folder (self, folder);
  else if (tern_folder_item_get_account (self->item) != NULL)
    show_heading (self);
  else
    show_group (self);
}

static void
tern_sidebar_row_dispose (GObject *object)
{
  tern_sidebar_row_unbind (TERN_SIDEBAR_ROW (object));
  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_SIDEBAR_ROW);
  G_OBJECT_CLASS (tern_sidebar_row_parent_class)->dispose (object);
}

static void
tern_sidebar_row_class_init (TernSidebarRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tern_sidebar_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/ternmail/Tern/tern-sidebar-row.ui");
  gtk_widget_class_bind_template_child (widget_class, TernSidebarRow, icon);
  gtk_widget_class_bind_template_child (widget_class, TernSidebarRow, name);
  gtk_widget_class_bind_template_child (widget_class, TernSidebarRow, count);
  gtk_widget_class_bind_template_child (widget_class, TernSidebarRow, state);
}

static void
tern_sidebar_row_init (TernSidebarRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * tern_sidebar_row_new:
 *
 * Makes a row for a folder, or for the heading of an account or a group.
 *
 * Returns: (transfer floating): a new row
 */
GtkWidget *
tern_sidebar_row_new (void)
{
  return g_object_new (TERN_TYPE_SIDEBAR_ROW, NULL);
}

/**
 * tern_sidebar_row_bind:
 * @self: a row
 * @item: what it shows from now on, and follows
 */
void
tern_sidebar_row_bind (TernSidebarRow *self, TernFolderItem *item)
{
  tern_sidebar_row_unbind (self);
  self->item = g_object_ref (item);
  g_signal_connect_swapped (item, "changed", G_CALLBACK (changed_cb), self);
  changed_cb (self);
}

/**
 * tern_sidebar_row_unbind:
 * @self: a row
 *
 * Lets go of what it shows.
 */
void
tern_sidebar_row_unbind (TernSidebarRow *self)
{
  if (self->item == NULL)
    return;
  g_signal_handlers_disconnect_by_func (self->item, changed_cb, self);
  g_clear_object (&self->item);
}
