/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-inspector-graph.h"

#include <glib/gi18n.h>

/* Seconds that are shown. */
#define SECONDS 60
#define HEIGHT 48

typedef struct
{
  gint64 second; /* of the monotonic clock */
  guint64 sent;
  guint64 received;
} Bucket;

struct _TernInspectorGraph
{
  GtkWidget parent_instance;

  GtkWidget *figures;
  Bucket buckets[SECONDS]; /* a second's stands at its number modulo their count */
  gint64 newest;           /* the last second with bytes */
  guint timer;             /* runs while there is something to move */
};

G_DEFINE_FINAL_TYPE (TernInspectorGraph, tern_inspector_graph, GTK_TYPE_WIDGET)

static gint64
this_second (void)
{
  return g_get_monotonic_time () / G_USEC_PER_SEC;
}

static const Bucket *
bucket_at (TernInspectorGraph *self, gint64 second)
{
  static const Bucket none;
  const Bucket *bucket = &self->buckets[second % SECONDS];

  return bucket->second == second ? bucket : &none;
}

/* The second that is over says how fast it goes. */
static void
update_figures (TernInspectorGraph *self)
{
  const Bucket *bucket = bucket_at (self, this_second () - 1);
  g_autofree char *received = g_format_size (bucket->received);
  g_autofree char *sent = g_format_size (bucket->sent);
  /* Translators: bytes in a second: first those that come, then those that go. */
  g_autofree char *text = g_strdup_printf (_ ("↓ %s/s   ↑ %s/s"), received, sent);

  if (strcmp (gtk_label_get_text (GTK_LABEL (self->figures)), text) != 0)
    gtk_label_set_text (GTK_LABEL (self->figures), text);
}

static gboolean
timer_cb (gpointer user_data)
{
  TernInspectorGraph *self = user_data;

  update_figures (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (this_second () - self->newest <= SECONDS)
    return G_SOURCE_CONTINUE;
  self->timer = 0;
  return G_SOURCE_REMOVE;
}

static void
run_timer (TernInspectorGraph *self)
{
  if (self->timer == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)) &&
      this_second () - self->newest <= SECONDS)
    self->timer = g_timeout_add_seconds (1, timer_cb, self);
}

static void
tern_inspector_graph_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (tern_inspector_graph_parent_class)->map (widget);
  run_timer (TERN_INSPECTOR_GRAPH (widget));
}

static void
tern_inspector_graph_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&TERN_INSPECTOR_GRAPH (widget)->timer, g_source_remove);
  GTK_WIDGET_CLASS (tern_inspector_graph_parent_class)->unmap (widget);
}

static void
tern_inspector_graph_measure (GtkWidget *widget,
                              GtkOrientation orientation,
                              int for_size,
                              int *minimum,
                              int *natural,
                              int *minimum_baseline,
                              int *natural_baseline)
{
  int child_minimum, child_natural;

  gtk_widget_measure (TERN_INSPECTOR_GRAPH (widget)->figures, orientation, for_size, &child_minimum,
                      &child_natural, NULL, NULL);
  *minimum = orientation == GTK_ORIENTATION_VERTICAL ? MAX (HEIGHT, child_minimum) : child_minimum;
  *natural = MAX (*minimum, child_natural);
}

static void
tern_inspector_graph_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TernInspectorGraph *self = TERN_INSPECTOR_GRAPH (widget);
  GtkRequisition size;

  gtk_widget_get_preferred_size (self->figures, NULL, &size);
  gtk_widget_size_allocate (
      self->figures, &(GtkAllocation){ 0, 0, MIN (width, size.width), MIN (height, size.height) },
      -1);
}

static void
tern_inspector_graph_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TernInspectorGraph *self = TERN_INSPECTOR_GRAPH (widget);
  float width = (float) gtk_widget_get_width (widget);
  float height = (float) gtk_widget_get_height (widget);
  float step = width / SECONDS;
  gint64 now = this_second ();
  guint64 most = 1;
  GdkRGBA down, up;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &up);
  up.alpha = 0.5f;
  if (!gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), "accent_bg_color",
                                       &down))
    down = up;
  down.alpha = 0.7f;
  for (gint64 second = now - SECONDS + 1; second <= now; second++)
    most = MAX (most, MAX (bucket_at (self, second)->received, bucket_at (self, second)->sent));
  for (int i = 0; i < SECONDS; i++)
    {
      const Bucket *bucket = bucket_at (self, now - SECONDS + 1 + i);
      float in = height * (float) bucket->received / (float) most;
      float out = height * (float) bucket->sent / (float) most;
      float x = step * (float) i;

      gtk_snapshot_append_color (snapshot, &down,
                                 &GRAPHENE_RECT_INIT (x, height - in, step * 0.6f, in));
      gtk_snapshot_append_color (
          snapshot, &up, &GRAPHENE_RECT_INIT (x + step * 0.6f, height - out, step * 0.3f, out));
    }
  GTK_WIDGET_CLASS (tern_inspector_graph_parent_class)->snapshot (widget, snapshot);
}

static void
tern_inspector_graph_dispose (GObject *object)
{
  TernInspectorGraph *self = TERN_INSPECTOR_GRAPH (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->figures, gtk_widget_unparent);
  G_OBJECT_CLASS (tern_inspector_graph_parent_class)->dispose (object);
}

static void
tern_inspector_graph_class_init (TernInspectorGraphClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tern_inspector_graph_dispose;
  widget_class->map = tern_inspector_graph_map;
  widget_class->unmap = tern_inspector_graph_unmap;
  widget_class->measure = tern_inspector_graph_measure;
  widget_class->size_allocate = tern_inspector_graph_size_allocate;
  widget_class->snapshot = tern_inspector_graph_snapshot;
}

static void
tern_inspector_graph_init (TernInspectorGraph *self)
{
  self->figures = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->figures, "caption");
  gtk_widget_add_css_class (self->figures, "numeric");
  gtk_widget_set_parent (self->figures, GTK_WIDGET (self));
  update_figures (self);
}

/**
 * tern_inspector_graph_add:
 * @self: the graph
 * @time: when, monotonic µs
 * @sent: bytes that went
 * @received: bytes that came
 *
 * Adds bytes.
 */
void
tern_inspector_graph_add (TernInspectorGraph *self, gint64 time, guint64 sent, guint64 received)
{
  gint64 second = time / G_USEC_PER_SEC;
  Bucket *bucket = &self->buckets[second % SECONDS];

  if (bucket->second != second)
    *bucket = (Bucket){ second, 0, 0 };
  bucket->sent += sent;
  bucket->received += received;
  self->newest = MAX (self->newest, second);
  run_timer (self);
}

/**
 * tern_inspector_graph_clear:
 * @self: the graph
 *
 * Forgets all bytes.
 */
void
tern_inspector_graph_clear (TernInspectorGraph *self)
{
  memset (self->buckets, 0, sizeof self->buckets);
  update_figures (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
