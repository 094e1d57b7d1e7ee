/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-message-list-pane-private.h"

#include "tern-message-row.h"
#include "tern-trace.h"

/* Rows pass by while the list is scrolled: those that stay this long are worth a request. */
#define SNIPPETS_DELAY_MS 100
/* More than a window shows. */
#define FIRST_ROWS 32

static gboolean
is_on_screen (TernMessageListPane *self, GtkWidget *row)
{
  graphene_rect_t bounds;

  return gtk_widget_get_mapped (row) && gtk_widget_compute_bounds (row, self->scrolled, &bounds) &&
         bounds.origin.y + bounds.size.height > 0 &&
         bounds.origin.y < (float) gtk_widget_get_height (self->scrolled);
}

static gboolean
snippets_cb (gpointer user_data)
{
  TernMessageListPane *self = user_data;
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  self->snippets_source = 0;
  for (guint i = 0; i < self->rows->len; i++)
    {
      TernMessageRow *row = g_ptr_array_index (self->rows, i);
      TernMessage *message = tern_message_item_get_message (tern_message_row_get_item (row));

      if (message != NULL && message->snippet == NULL && is_on_screen (self, GTK_WIDGET (row)) &&
          g_hash_table_add (self->requested, g_memdup2 (&message->id, sizeof message->id)))
        g_array_append_val (ids, message->id);
    }
  if (ids->len > 0)
    tern_engine_request_snippets (self->engine, self->folder_id, (const gint64 *) ids->data,
                                  ids->len);
  return G_SOURCE_REMOVE;
}

/* Whether a letter on screen or near it waits to be removed for good. */
gboolean
tern_message_list_pane_shows_struck_out (TernMessageListPane *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      TernMessageItem *item = tern_message_row_get_item (g_ptr_array_index (self->rows, i));
      TernMessage *message = item != NULL ? tern_message_item_get_message (item) : NULL;

      if (message != NULL && (message->flags & TERN_FLAGS_DELETED) != 0)
        return TRUE;
    }
  return FALSE;
}

/* Sees to it that the rows on screen get their snippets soon. */
void
tern_message_list_pane_want_snippets (TernMessageListPane *self)
{
  if (self->snippets_source == 0 && self->folder_id != 0)
    self->snippets_source = g_timeout_add (SNIPPETS_DELAY_MS, snippets_cb, self);
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, TernMessageListPane *self)
{
  gtk_list_item_set_child (list_item, tern_message_row_new ());
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, TernMessageListPane *self)
{
  TernMessageRow *row = TERN_MESSAGE_ROW (gtk_list_item_get_child (list_item));
  TernFolder *folder = tern_message_list_pane_get_folder (self);
  gboolean recipients = folder != NULL && (folder->role == TERN_FOLDER_ROLE_SENT ||
                                           folder->role == TERN_FOLDER_ROLE_DRAFTS);

  tern_message_row_set_compact (row, self->compact);
  tern_message_row_bind (row, gtk_list_item_get_item (list_item), recipients);
  g_ptr_array_add (self->rows, row);
  tern_message_list_pane_want_snippets (self);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, TernMessageListPane *self)
{
  TernMessageRow *row = TERN_MESSAGE_ROW (gtk_list_item_get_child (list_item));

  g_ptr_array_remove_fast (self->rows, row);
  tern_message_row_unbind (row);
}

/* Makes the factory of the rows. */
void
tern_message_list_pane_init_rows (TernMessageListPane *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  GtkAdjustment *scrolling =
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled));

  self->rows = g_ptr_array_new ();
  self->requested = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, 0);
  gtk_list_view_set_factory (GTK_LIST_VIEW (self->list_view), factory);
  g_signal_connect_object (scrolling, "value-changed",
                           G_CALLBACK (tern_message_list_pane_want_snippets), self,
                           G_CONNECT_SWAPPED);
}

static void
painted_cb (GdkFrameClock *clock, TernMessageListPane *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->shown));
  TernFolder *folder = tern_message_list_pane_get_folder (self);
  guint total = folder != NULL && folder->total > 0 ? (guint) folder->total : n;

  g_clear_signal_handler (&self->paint_handler, clock);
  if (self->status != NULL && self->status->folder_id == self->folder_id)
    total = MAX (total, self->status->total);
  if (n == self->painted_rows)
    return;
  self->painted_rows = n;
  tern_trace ("ui.rows", TERN_TRACE_INT ("n", n), TERN_TRACE_INT ("total", total));
}

/* Tells the trace how many rows there are, once they have been painted. */
void
tern_message_list_pane_trace_rows (TernMessageListPane *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));

  if (!tern_trace_is_enabled () || clock == NULL || self->list == NULL || self->paint_handler != 0)
    return;
  self->paint_handler = g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), self);
  gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_AFTER_PAINT);
}

/* The first frame with rows in it is the one between the first call and the second. */
static gboolean
grow_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  TernMessageListPane *self = TERN_MESSAGE_LIST_PANE (widget);

  if (!self->grows_next)
    {
      self->grows_next = TRUE;
      tern_message_list_pane_trace_rows (self);
      return G_SOURCE_CONTINUE;
    }
  self->grow_callback = 0;
  gtk_slice_list_model_set_size (self->shown, G_MAXUINT);
  return G_SOURCE_REMOVE;
}

static void
first_rows_cb (GListModel *list, guint position, guint removed, guint added, gpointer user_data)
{
  TernMessageListPane *self = user_data;

  if (added == 0 || self->grow_callback != 0)
    return;
  g_signal_handlers_disconnect_by_func (list, first_rows_cb, self);
  self->grow_callback = gtk_widget_add_tick_callback (GTK_WIDGET (self), grow_cb, NULL, NULL);
}

/* Shows the beginning of the list in one frame and all of it in the next: a list view makes some
 * 200 rows as soon as it can, which takes many times as long as those that fit into the window. */
void
tern_message_list_pane_show_list (TernMessageListPane *self)
{
  GListModel *list = G_LIST_MODEL (self->list);

  self->grows_next = FALSE;
  self->shown = gtk_slice_list_model_new (g_object_ref (list), 0, FIRST_ROWS);
  g_signal_connect_object (list, "items-changed", G_CALLBACK (first_rows_cb), self, 0);
  if (g_list_model_get_n_items (list) > 0)
    first_rows_cb (list, 0, 0, g_list_model_get_n_items (list), self);
}

/* Lets go of what belongs to the rows of the folder that was open. */
void
tern_message_list_pane_clear_rows (TernMessageListPane *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));

  g_clear_handle_id (&self->snippets_source, g_source_remove);
  if (self->grow_callback != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->grow_callback);
  self->grow_callback = 0;
  g_hash_table_remove_all (self->requested);
  if (clock != NULL)
    g_clear_signal_handler (&self->paint_handler, clock);
  self->painted_rows = 0;
}
