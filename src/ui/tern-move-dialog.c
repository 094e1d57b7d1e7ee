/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-move-dialog.h"

#include <string.h>

#include "tern-sidebar-row.h"
#include "tern-ui-format.h"

struct _TernMoveDialog
{
  AdwWindow parent_instance;

  GtkWidget *entry;
  GtkWidget *box;
};

enum
{
  SIGNAL_FOLDER_CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TernMoveDialog, tern_move_dialog, ADW_TYPE_WINDOW)

#define ITEM "tern-folder-item"

static TernFolder *
row_folder (GtkListBoxRow *row)
{
  return tern_folder_item_get_folder (g_object_get_data (G_OBJECT (row), ITEM));
}

static gboolean
filter_row (GtkListBoxRow *row, gpointer user_data)
{
  TernMoveDialog *self = user_data;
  TernFolder *folder = row_folder (row);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  g_autofree char *wanted = g_utf8_casefold (text, -1);
  g_autofree char *path = g_utf8_casefold (folder->path, -1);
  g_autofree char *name = g_utf8_casefold (tern_format_folder (folder), -1);

  return strstr (path, wanted) != NULL || strstr (name, wanted) != NULL;
}

static void
search_changed_cb (TernMoveDialog *self)
{
  GtkListBoxRow *row;
  int i = 0;

  gtk_list_box_invalidate_filter (GTK_LIST_BOX (self->box));
  while ((row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->box), i++)) != NULL)
    if (filter_row (row, self))
      break;
  gtk_list_box_select_row (GTK_LIST_BOX (self->box), row);
}

static void
row_activated_cb (TernMoveDialog *self, GtkListBoxRow *row)
{
  gint64 folder_id = row_folder (row)->id;

  g_signal_emit (self, signals[SIGNAL_FOLDER_CHOSEN], 0, folder_id);
  gtk_window_close (GTK_WINDOW (self));
}

static void
entry_activate_cb (TernMoveDialog *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->box));

  if (row != NULL)
    row_activated_cb (self, row);
}

static void
stop_cb (TernMoveDialog *self)
{
  gtk_window_close (GTK_WINDOW (self));
}

static void
tern_move_dialog_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_MOVE_DIALOG);
  G_OBJECT_CLASS (tern_move_dialog_parent_class)->dispose (object);
}

static void
tern_move_dialog_class_init (TernMoveDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tern_move_dialog_dispose;

  signals[SIGNAL_FOLDER_CHOSEN] =
      g_signal_new ("folder-chosen", TERN_TYPE_MOVE_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_INT64);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/ternmail/Tern/tern-move-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, TernMoveDialog, entry);
  gtk_widget_class_bind_template_child (widget_class, TernMoveDialog, box);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, entry_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
}

static void
tern_move_dialog_init (TernMoveDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_filter_func (GTK_LIST_BOX (self->box), filter_row, self, NULL);
}

static void
add_row (TernMoveDialog *self, TernFolderItem *item)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *content = tern_sidebar_row_new ();

  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), content);
  g_object_set_data_full (G_OBJECT (row), ITEM, g_object_ref (item), g_object_unref);
  tern_sidebar_row_bind (TERN_SIDEBAR_ROW (content), item);
  gtk_list_box_append (GTK_LIST_BOX (self->box), row);
}

/**
 * tern_move_dialog_new:
 * @parent: the window
 * @folders: all folders
 * @current: the folder in which the letters are
 *
 * Makes the dialog that asks for a folder of the same account; its signal `folder-chosen` says
 * which.
 *
 * Returns: (transfer none): a new dialog
 */
TernMoveDialog *
tern_move_dialog_new (GtkWindow *parent, TernFolderList *folders, TernFolder *current)
{
  TernMoveDialog *self = g_object_new (TERN_TYPE_MOVE_DIALOG, "transient-for", parent, NULL);
  GPtrArray *items = tern_folder_list_get_folders (folders, current->account_id);

  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      TernFolderItem *item = g_ptr_array_index (items, i);
      TernFolder *folder = tern_folder_item_get_folder (item);

      if (folder->selectable && folder->id != current->id)
        add_row (self, item);
    }
  search_changed_cb (self);
  return self;
}
