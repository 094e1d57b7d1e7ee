/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-accounts-window-private.h"

#include <glib/gi18n.h>

#include "tern-account-sign-in.h"
#include "tern-ui-error.h"

/* The parts of a row. */
typedef struct
{
  GtkWidget *box;
  GtkWidget *name;
  GtkWidget *labels; /* group and tags */
  GtkWidget *state;
  GtkWidget *button;
} Row;

#define ROW "tern-row"

/* Whether there is something that keeps an account's mail away. */
gboolean
tern_accounts_window_needs_user (TernFolderItem *item)
{
  TernStatus *status = tern_folder_item_get_status (item);

  return status != NULL && status->error != NULL;
}

/* Asks what an account needs of the user; where that is nothing, tries again. */
void
tern_accounts_window_settle (TernAccountsWindow *self, TernFolderItem *item)
{
  TernAccount *account = tern_folder_item_get_account (item);
  g_autoptr (GArray) ids = NULL;

  if (!tern_accounts_window_needs_user (item) ||
      tern_account_settle (GTK_WINDOW (self), self->engine, account,
                           tern_folder_item_get_status (item)))
    return;
  ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_array_append_val (ids, account->id);
  tern_accounts_window_check (self, ids);
}

static const char *
get_button (const TernStatus *status)
{
  if (status->state == TERN_ACCOUNT_STATE_SIGN_IN)
    return _ ("Sign in…");
  if (status->state == TERN_ACCOUNT_STATE_CERTIFICATE)
    return _ ("Look at certificate…");
  return _ ("Try again");
}

static char *
describe (TernFolderItem *item)
{
  const TernAccount *account = tern_folder_item_get_account (item);
  const TernStatus *status = tern_folder_item_get_status (item);

  if (tern_accounts_window_needs_user (item))
    return tern_error_to_sentence (
        status->error,
        account->imap->len > 0 ? ((TernEndpoint *) account->imap->pdata[0])->host : NULL);
  return g_strdup (status != NULL && status->state == TERN_ACCOUNT_STATE_ONLINE ? _ ("Signed in")
                                                                                : "");
}

static void
set_label (GtkWidget *label, const char *text)
{
  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_widget_set_tooltip_text (label, *text != '\0' ? text : NULL);
  gtk_widget_set_visible (label, *text != '\0');
}

/* What is read out for the row. */
static void
set_spoken (GtkWidget *box, const char *email, const char *labels, const char *sentence)
{
  GtkWidget *parent = gtk_widget_get_parent (box);
  g_autofree char *text = g_strconcat (email, *labels != '\0' ? ", " : "", labels,
                                       *sentence != '\0' ? ", " : "", sentence, NULL);

  if (parent != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (parent), GTK_ACCESSIBLE_PROPERTY_LABEL, text,
                                    -1);
}

static void
show_item (TernFolderItem *item, Row *row)
{
  const TernAccount *account = tern_folder_item_get_account (item);
  gboolean needs_user = tern_accounts_window_needs_user (item);
  g_autofree char *tags =
      account->tags != NULL ? g_strdelimit (g_strdup (account->tags), "\n", ' ') : NULL;
  g_autofree char *labels =
      g_strjoin (account->group != NULL && tags != NULL ? " · " : "",
                 account->group != NULL ? account->group : "", tags != NULL ? tags : "", NULL);
  g_autofree char *sentence = describe (item);

  set_label (row->name, account->email);
  set_label (row->labels, labels);
  set_label (row->state, sentence);
  set_spoken (row->box, account->email, labels, sentence);
  gtk_widget_set_visible (row->button, needs_user);
  if (needs_user)
    {
      const char *text = get_button (tern_folder_item_get_status (item));
      /* Translators: what is done, then for which account. */
      g_autofree char *spoken = g_strdup_printf (_ ("%s: %s"), text, account->email);

      gtk_button_set_label (GTK_BUTTON (row->button), text);
      gtk_accessible_reset_relation (GTK_ACCESSIBLE (row->button),
                                     GTK_ACCESSIBLE_RELATION_LABELLED_BY);
      gtk_accessible_update_property (GTK_ACCESSIBLE (row->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      spoken, -1);
    }
}

static GtkWidget *
make_label (GtkWidget *box, gboolean is_small)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (is_small)
    {
      gtk_widget_add_css_class (label, "dim-label");
      gtk_widget_add_css_class (label, "caption");
    }
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static void
clicked_cb (GtkButton *button, GtkListItem *list_item)
{
  GtkWidget *window = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (button)));

  tern_accounts_window_settle (TERN_ACCOUNTS_WINDOW (window), gtk_list_item_get_item (list_item));
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  Row *row = g_new0 (Row, 1);

  row->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (texts, TRUE);
  row->name = make_label (texts, FALSE);
  row->labels = make_label (texts, TRUE);
  row->state = make_label (texts, TRUE);
  gtk_box_append (GTK_BOX (row->box), texts);

  /* With the keyboard it is the row that is activated: a button that took the focus would keep it
   * from being selected. */
  row->button = gtk_button_new ();
  gtk_widget_set_valign (row->button, GTK_ALIGN_CENTER);
  gtk_widget_set_focusable (row->button, FALSE);
  gtk_box_append (GTK_BOX (row->box), row->button);
  g_signal_connect (row->button, "clicked", G_CALLBACK (clicked_cb), list_item);

  g_object_set_data_full (G_OBJECT (list_item), ROW, row, g_free);
  gtk_list_item_set_child (list_item, row->box);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  TernFolderItem *item = gtk_list_item_get_item (list_item);
  Row *row = g_object_get_data (G_OBJECT (list_item), ROW);

  g_signal_connect (item, "changed", G_CALLBACK (show_item), row);
  show_item (item, row);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (list_item), show_item,
                                        g_object_get_data (G_OBJECT (list_item), ROW));
}

/* Makes the rows: address, group and tags, how the account is doing, and what it needs. */
GtkListItemFactory *
tern_accounts_window_make_factory (void)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  return factory;
}
