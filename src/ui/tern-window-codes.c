/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-window-private.h"

#include <glib/gi18n.h>

#include "tern-ui-format.h"

static gboolean
has_text (const char *text)
{
  return text != NULL && *text != '\0';
}

static void
copy (TernWindow *self, const char *text, const char *sentence)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  tern_window_say (self, sentence);
}

static void
copy_code (TernWindow *self, const TernMessage *message)
{
  g_autofree char *sentence = g_strdup_printf (_ ("Code %s copied"), message->code);

  copy (self, message->code, sentence);
}

static void
copy_link (TernWindow *self, const TernMessage *message)
{
  g_autofree char *host = tern_format_host (message->link);
  g_autofree char *sentence = g_strdup_printf (_ ("Link to %s copied"), host);

  copy (self, message->link, sentence);
}

/* Copies the code of the selected letter, else its link. */
static void
copy_selected_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  g_autoptr (GPtrArray) items =
      tern_message_list_pane_dup_selected (TERN_MESSAGE_LIST_PANE (self->list));
  TernMessage *message =
      items->len == 1 ? tern_message_item_get_message (g_ptr_array_index (items, 0)) : NULL;

  if (message == NULL)
    return;
  if (has_text (message->code))
    copy_code (self, message);
  else if (has_text (message->link))
    copy_link (self, message);
  else
    tern_window_say (self, _ ("No code was found in this letter"));
}

/* The buttons beside a code and a link name the letter that they belong to. */
static void
copy_of_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  g_autoptr (TernMessage) message =
      tern_engine_read_message (self->engine, g_variant_get_int64 (parameter), NULL);
  gboolean wants_link = g_str_equal (name, "win.copy-link-of");

  if (message == NULL)
    return;
  if (wants_link && has_text (message->link))
    copy_link (self, message);
  else if (!wants_link && has_text (message->code))
    copy_code (self, message);
}

/* Installs the actions that copy what was found in a letter. */
void
tern_window_add_code_actions (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "win.copy-code", NULL, copy_selected_cb);
  gtk_widget_class_install_action (klass, "win.copy-code-of", "x", copy_of_cb);
  gtk_widget_class_install_action (klass, "win.copy-link-of", "x", copy_of_cb);
}
