/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-pane.h"

/* The part of the pane's end that can be dragged. */
#define HANDLE_WIDTH 5

/* AdwLeaflet has no dividers that move: this gives its child the width that the user has chosen
 * where there is room, and less in a narrow window. */
struct _TernPane
{
  GtkWidget parent_instance;

  GtkWidget *child;
  GtkWidget *handle;
  int width;
  int min_width;
  int max_width;
  int drag_width;
};

enum
{
  PROP_CHILD = 1,
  PROP_WIDTH,
  PROP_MIN_WIDTH,
  PROP_MAX_WIDTH,
  PROP_RESIZABLE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TernPane, tern_pane, GTK_TYPE_WIDGET)

static void
tern_pane_measure (GtkWidget *widget,
                   GtkOrientation orientation,
                   int for_size,
                   int *minimum,
                   int *natural,
                   int *minimum_baseline,
                   int *natural_baseline)
{
  TernPane *self = TERN_PANE (widget);

  if (self->child != NULL)
    gtk_widget_measure (self->child, orientation, for_size, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *natural = MAX (*minimum, self->width);
}

static void
tern_pane_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TernPane *self = TERN_PANE (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;

  if (self->child != NULL)
    gtk_widget_size_allocate (self->child, &(GtkAllocation){ 0, 0, width, height }, -1);
  if (gtk_widget_should_layout (self->handle))
    gtk_widget_size_allocate (
        self->handle, &(GtkAllocation){ rtl ? 0 : width - HANDLE_WIDTH, 0, HANDLE_WIDTH, height },
        -1);
}

static void
set_width (TernPane *self, int width)
{
  width = CLAMP (width, self->min_width, self->max_width);
  if (width == self->width)
    return;
  self->width = width;
  gtk_widget_queue_resize (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WIDTH]);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double x, double y, TernPane *self)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  /* The gesture sits on the pane, whose start does not move, so offsets stay true. */
  set_width (self, self->drag_width + (int) (rtl ? -x : x));
}

static gboolean
starts_on_handle (TernPane *self, double x)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  return gtk_widget_get_visible (self->handle) &&
         (rtl ? x <= HANDLE_WIDTH : x >= gtk_widget_get_width (GTK_WIDGET (self)) - HANDLE_WIDTH);
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, TernPane *self)
{
  if (!starts_on_handle (self, x))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  self->drag_width = gtk_widget_get_width (GTK_WIDGET (self));
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
tern_pane_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TernPane *self = TERN_PANE (object);

  switch (id)
    {
    case PROP_CHILD:
      g_value_set_object (value, self->child);
      break;
    case PROP_WIDTH:
      g_value_set_int (value, self->width);
      break;
    case PROP_MIN_WIDTH:
      g_value_set_int (value, self->min_width);
      break;
    case PROP_MAX_WIDTH:
      g_value_set_int (value, self->max_width);
      break;
    case PROP_RESIZABLE:
      g_value_set_boolean (value, gtk_widget_get_visible (self->handle));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tern_pane_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TernPane *self = TERN_PANE (object);

  switch (id)
    {
    case PROP_CHILD:
      self->child = g_value_get_object (value);
      gtk_widget_insert_after (self->child, GTK_WIDGET (self), NULL);
      break;
    case PROP_WIDTH:
      set_width (self, g_value_get_int (value));
      break;
    case PROP_MIN_WIDTH:
      self->min_width = g_value_get_int (value);
      break;
    case PROP_MAX_WIDTH:
      self->max_width = g_value_get_int (value);
      break;
    case PROP_RESIZABLE:
      gtk_widget_set_visible (self->handle, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tern_pane_dispose (GObject *object)
{
  TernPane *self = TERN_PANE (object);
  GtkWidget *child;

  /* The template of the window may have taken the child out before. */
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  self->child = NULL;
  self->handle = NULL;
  G_OBJECT_CLASS (tern_pane_parent_class)->dispose (object);
}

static void
tern_pane_class_init (TernPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->dispose = tern_pane_dispose;
  object_class->get_property = tern_pane_get_property;
  object_class->set_property = tern_pane_set_property;
  widget_class->measure = tern_pane_measure;
  widget_class->size_allocate = tern_pane_size_allocate;

  properties[PROP_CHILD] = g_param_spec_object ("child", NULL, NULL, GTK_TYPE_WIDGET, flags);
  properties[PROP_WIDTH] = g_param_spec_int ("width", NULL, NULL, 0, G_MAXINT, 0, flags);
  properties[PROP_MIN_WIDTH] =
      g_param_spec_int ("min-width", NULL, NULL, 0, G_MAXINT, 0, flags | G_PARAM_CONSTRUCT);
  properties[PROP_MAX_WIDTH] =
      g_param_spec_int ("max-width", NULL, NULL, 0, G_MAXINT, G_MAXINT, flags | G_PARAM_CONSTRUCT);
  properties[PROP_RESIZABLE] = g_param_spec_boolean ("resizable", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tern_pane_init (TernPane *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  self->handle = gtk_separator_new (GTK_ORIENTATION_VERTICAL);
  gtk_widget_add_css_class (self->handle, "pane-handle");
  gtk_widget_set_cursor_from_name (self->handle, "col-resize");
  gtk_widget_set_parent (self->handle, GTK_WIDGET (self));

  /* Before the child, so that a scroll bar under the handle does not take the press. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (drag), GTK_PHASE_CAPTURE);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}
