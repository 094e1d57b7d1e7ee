/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-inspector-row.h"

#include <glib/gi18n.h>

struct _TernInspectorRow
{
  GtkWidget parent_instance;

  TernInspectorItem *item;
  gboolean narrow;

  GtkWidget *grid;
  GtkWidget *time;
  GtkWidget *lane;
  GtkWidget *icon;
  GtkWidget *text;
  GtkWidget *result;
  GtkWidget *size;
  GtkWidget *duration;
};

enum
{
  PROP_NARROW = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TernInspectorRow, tern_inspector_row, GTK_TYPE_WIDGET)

static void
place (TernInspectorRow *self, GtkWidget *child, int column, int row, int width)
{
  GtkLayoutChild *layout =
      gtk_layout_manager_get_layout_child (gtk_widget_get_layout_manager (self->grid), child);

  g_object_set (layout, "column", column, "row", row, "column-span", width, NULL);
}

static void
set_narrow (TernInspectorRow *self, gboolean narrow)
{
  if (self->narrow == narrow)
    return;
  self->narrow = narrow;
  gtk_widget_set_visible (self->size, !narrow);
  place (self, self->result, narrow ? 3 : 4, narrow ? 1 : 0, narrow ? 2 : 1);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NARROW]);
}

static void
set_text (GtkWidget *label, char *text)
{
  gtk_label_set_text (GTK_LABEL (label), text);
  g_free (text);
}

static void
changed_cb (TernInspectorRow *self)
{
  guint connection = tern_inspector_item_get_event (self->item)->connection;
  g_autofree char *line = tern_inspector_item_dup_line (self->item);
  g_autofree char *lane = connection > 0 ? g_strdup_printf ("%u", connection) : g_strdup ("");
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));

  set_text (self->time, tern_inspector_item_dup_time (self->item));
  gtk_label_set_text (GTK_LABEL (self->lane), lane);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), tern_inspector_item_get_icon (self->item));
  gtk_widget_set_tooltip_text (self->icon, tern_inspector_item_get_kind (self->item));
  set_text (self->text, tern_inspector_item_dup_text (self->item));
  set_text (self->result, tern_inspector_item_dup_result (self->item));
  set_text (self->size, tern_inspector_item_dup_size (self->item));
  set_text (self->duration, tern_inspector_item_dup_duration (self->item));
  if (tern_inspector_item_has_failed (self->item))
    gtk_widget_add_css_class (self->result, "error");
  else
    gtk_widget_remove_css_class (self->result, "error");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), line);
  if (parent != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (parent), GTK_ACCESSIBLE_PROPERTY_LABEL, line,
                                    -1);
}

static void
tern_inspector_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_NARROW)
    g_value_set_boolean (value, TERN_INSPECTOR_ROW (object)->narrow);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
tern_inspector_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_NARROW)
    set_narrow (TERN_INSPECTOR_ROW (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
tern_inspector_row_dispose (GObject *object)
{
  tern_inspector_row_unbind (TERN_INSPECTOR_ROW (object));
  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_INSPECTOR_ROW);
  G_OBJECT_CLASS (tern_inspector_row_parent_class)->dispose (object);
}

static void
tern_inspector_row_class_init (TernInspectorRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = tern_inspector_row_dispose;
  object_class->get_property = tern_inspector_row_get_property;
  object_class->set_property = tern_inspector_row_set_property;

  properties[PROP_NARROW] =
      g_param_spec_boolean ("narrow", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/ternmail/Tern/tern-inspector-row.ui");
  gtk_widget_class_bind_template_child (widget_class, TernInspectorRow, grid);
  gtk_widget_class_bind_template_child (widget_class, TernInspectorRow, time);
  gtk_widget_class_bind_template_child (widget_class, TernInspectorRow, lane);
  gtk_widget_class_bind_template_child (widget_class, TernInspectorRow, icon);
  gtk_widget_class_bind_template_child (widget_class, TernInspectorRow, text);
  gtk_widget_class_bind_template_child (widget_class, TernInspectorRow, result);
  gtk_widget_class_bind_template_child (widget_class, TernInspectorRow, size);
  gtk_widget_class_bind_template_child (widget_class, TernInspectorRow, duration);
}

static void
tern_inspector_row_init (TernInspectorRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * tern_inspector_row_new:
 *
 * Returns: (transfer floating): a row that shows nothing yet
 */
GtkWidget *
tern_inspector_row_new (void)
{
  return g_object_new (TERN_TYPE_INSPECTOR_ROW, NULL);
}

/**
 * tern_inspector_row_bind:
 * @self: a row
 * @item: what it shows from now on, and follows
 */
void
tern_inspector_row_bind (TernInspectorRow *self, TernInspectorItem *item)
{
  tern_inspector_row_unbind (self);
  self->item = g_object_ref (item);
  g_signal_connect_swapped (item, "changed", G_CALLBACK (changed_cb), self);
  changed_cb (self);
}

/**
 * tern_inspector_row_unbind:
 * @self: a row
 *
 * Lets go of what it shows.
 */
void
tern_inspector_row_unbind (TernInspectorRow *self)
{
  if (self->item == NULL)
    return;
  g_signal_handlers_disconnect_by_func (self->item, changed_cb, self);
  g_clear_object (&self->item);
}
