/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-letter-code.h"

#include <glib/gi18n.h>

#include "tern-ui-format.h"

struct _TernLetterCode
{
  GtkBox parent_instance;

  GtkWidget *code_row;
  GtkWidget *caption;
  GtkWidget *code;
  GtkWidget *copy_code;
  GtkWidget *link_row;
  GtkWidget *host;
  GtkWidget *copy_link;
};

G_DEFINE_FINAL_TYPE (TernLetterCode, tern_letter_code, GTK_TYPE_BOX)

static gboolean
has_text (const char *text)
{
  return text != NULL && *text != '\0';
}

static void
show_code (TernLetterCode *self, const TernMessage *message)
{
  /* Translators: the name of a button; the placeholder is a code such as 482913. */
  g_autofree char *name = g_strdup_printf (_ ("Copy code %s"), message->code);

  gtk_label_set_label (GTK_LABEL (self->caption),
                       message->code_is_certain ? _ ("Code") : _ ("Perhaps a code"));
  gtk_label_set_label (GTK_LABEL (self->code), message->code);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->copy_code), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->copy_code), "x", message->id);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->copy_code), "win.copy-code-of");
}

static void
show_link (TernLetterCode *self, const TernMessage *message)
{
  g_autofree char *host = tern_format_host (message->link);
  /* Translators: the name of a button; the placeholder is a host such as example.org. */
  g_autofree char *name = g_strdup_printf (_ ("Copy link to %s"), host);

  gtk_label_set_label (GTK_LABEL (self->host), host);
  gtk_widget_set_tooltip_text (self->host, message->link);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->copy_link), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->copy_link), "x", message->id);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->copy_link), "win.copy-link-of");
}

/**
 * tern_letter_code_set_message:
 * @self: the widget
 * @message: the message that is open
 *
 * Shows the one-time code and the confirmation link that were found in a letter, each with a button
 * that copies it. Where there is neither nothing is shown. The link is not opened by anything here:
 * its host is shown as it is, whatever the letter calls it.
 */
void
tern_letter_code_set_message (TernLetterCode *self, const TernMessage *message)
{
  gboolean has_code = has_text (message->code);
  gboolean has_link = has_text (message->link);

  if (has_code)
    show_code (self, message);
  if (has_link)
    show_link (self, message);
  gtk_widget_set_visible (self->code_row, has_code);
  gtk_widget_set_visible (self->link_row, has_link);
  gtk_widget_set_visible (GTK_WIDGET (self), has_code || has_link);
}

static void
tern_letter_code_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_LETTER_CODE);
  G_OBJECT_CLASS (tern_letter_code_parent_class)->dispose (object);
}

static void
tern_letter_code_class_init (TernLetterCodeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tern_letter_code_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/ternmail/Tern/tern-letter-code.ui");
  gtk_widget_class_bind_template_child (widget_class, TernLetterCode, code_row);
  gtk_widget_class_bind_template_child (widget_class, TernLetterCode, caption);
  gtk_widget_class_bind_template_child (widget_class, TernLetterCode, code);
  gtk_widget_class_bind_template_child (widget_class, TernLetterCode, copy_code);
  gtk_widget_class_bind_template_child (widget_class, TernLetterCode, link_row);
  gtk_widget_class_bind_template_child (widget_class, TernLetterCode, host);
  gtk_widget_class_bind_template_child (widget_class, TernLetterCode, copy_link);
}

static void
tern_letter_code_init (TernLetterCode *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  /* Read out by names that say what is copied, and not by the words on the buttons. */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (self->copy_code),
                                 GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (self->copy_link),
                                 GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}
