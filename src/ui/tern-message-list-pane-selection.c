/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-message-list-pane-private.h"

#include "tern-message-row.h"

static guint
count_rows (TernMessageListPane *self)
{
  return self->list != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->list)) : 0;
}

static gboolean
find_cursor (TernMessageListPane *self, guint *position)
{
  *position = 0;
  return self->has_cursor && self->list != NULL &&
         tern_message_list_find (self->list, self->cursor, position);
}

static GtkWidget *
find_row (TernMessageListPane *self, TernRowKey key)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      TernMessageRow *row = g_ptr_array_index (self->rows, i);

      if (tern_message_item_get_id (tern_message_row_get_item (row)) == key.id)
        return gtk_widget_get_parent (GTK_WIDGET (row));
    }
  return NULL;
}

static void
go_to (TernMessageListPane *self, guint position, gboolean focus)
{
  GtkWidget *row;

  self->cursor = tern_message_list_get_key (self->list, position);
  self->has_cursor = TRUE;
  gtk_widget_activate_action (self->list_view, "list.scroll-to-item", "u", position);
  row = find_row (self, self->cursor);
  /* The list goes on from the row that has the focus, so the focus follows. */
  if (focus && row != NULL)
    gtk_widget_grab_focus (row);
}

static void
tell_selected (TernMessageListPane *self, TernMessageItem *item)
{
  if (!g_set_object (&self->selected, item))
    return;
  g_signal_emit_by_name (self, "message-selected", item);
}

/* Follows the selection: one row is shown, more than one or none is not. */
void
tern_message_list_pane_selection_changed (TernMessageListPane *self)
{
  g_autoptr (GtkBitset) bits = NULL;
  g_autoptr (TernMessageItem) item = NULL;

  if (self->selection == NULL)
    return;
  bits = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  if (gtk_bitset_get_size (bits) == 1)
    {
      guint position = gtk_bitset_get_minimum (bits);

      item = g_list_model_get_item (G_LIST_MODEL (self->list), position);
      self->cursor = tern_message_list_get_key (self->list, position);
      self->has_cursor = TRUE;
    }
  tell_selected (self, item);
}

/* After the user's own removal the next letter is selected; after somebody else's nothing is, as
 * showing a letter marks it as read. */
void
tern_message_list_pane_rows_changed (TernMessageListPane *self)
{
  g_autoptr (GtkBitset) bits =
      gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  guint position;

  if (!gtk_bitset_is_empty (bits))
    return;
  if (self->advance && !find_cursor (self, &position) && count_rows (self) > 0)
    {
      self->advance = FALSE;
      position = MIN (position, count_rows (self) - 1);
      go_to (self, position, gtk_widget_get_child_visible (GTK_WIDGET (self)));
      gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
      return;
    }
  tell_selected (self, NULL);
}

/**
 * tern_message_list_pane_advance:
 * @self: the pane
 *
 * Says that the selected rows are about to go because the user wants it, and that the next one is
 * to be selected then.
 */
void
tern_message_list_pane_advance (TernMessageListPane *self)
{
  g_autoptr (GtkBitset) bits =
      gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));

  if (gtk_bitset_is_empty (bits))
    return;
  self->cursor = tern_message_list_get_key (self->list, gtk_bitset_get_minimum (bits));
  self->has_cursor = TRUE;
  self->advance = TRUE;
}

/**
 * tern_message_list_pane_dup_selected:
 * @self: the pane
 *
 * Returns: (transfer full) (element-type TernMessageItem): the selected rows, in order
 */
GPtrArray *
tern_message_list_pane_dup_selected (TernMessageListPane *self)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GtkBitset) bits = NULL;
  GtkBitsetIter iter;
  guint position;

  if (self->selection == NULL)
    return items;
  bits = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  for (gboolean more = gtk_bitset_iter_init_first (&iter, bits, &position); more;
       more = gtk_bitset_iter_next (&iter, &position))
    g_ptr_array_add (items, g_list_model_get_item (G_LIST_MODEL (self->list), position));
  return items;
}

/**
 * tern_message_list_pane_is_selected:
 * @self: the pane
 * @id: a message
 *
 * Returns: whether it is among the selected rows
 */
gboolean
tern_message_list_pane_is_selected (TernMessageListPane *self, gint64 id)
{
  g_autoptr (GPtrArray) items = tern_message_list_pane_dup_selected (self);

  for (guint i = 0; i < items->len; i++)
    if (tern_message_item_get_id (g_ptr_array_index (items, i)) == id)
      return TRUE;
  return FALSE;
}

/**
 * tern_message_list_pane_step:
 * @self: the pane
 * @by: how many rows, down where positive
 * @focus: whether the row takes the focus
 *
 * Selects the row that is @by further than the one selected last; the first one where there is
 * none.
 */
void
tern_message_list_pane_step (TernMessageListPane *self, int by, gboolean focus)
{
  guint n = count_rows (self), position;

  if (n == 0)
    return;
  if (find_cursor (self, &position))
    position = by < 0 ? position - MIN (position, (guint) -by) : MIN (position + (guint) by, n - 1);
  else
    position = MIN (position, n - 1);
  go_to (self, position, focus);
  gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
}

/**
 * tern_message_list_pane_toggle:
 * @self: the pane
 *
 * Adds the row that has the focus to the selection, or takes it out.
 */
void
tern_message_list_pane_toggle (TernMessageListPane *self)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));

  for (guint i = 0; i < self->rows->len; i++)
    {
      TernMessageRow *row = g_ptr_array_index (self->rows, i);
      guint position;

      if (gtk_widget_get_parent (GTK_WIDGET (row)) != focus ||
          !tern_message_list_find (
              self->list, tern_message_item_get_key (tern_message_row_get_item (row)), &position))
        continue;
      if (gtk_selection_model_is_selected (GTK_SELECTION_MODEL (self->selection), position))
        gtk_selection_model_unselect_item (GTK_SELECTION_MODEL (self->selection), position);
      else
        gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, FALSE);
      return;
    }
}

/**
 * tern_message_list_pane_select_all:
 * @self: the pane
 *
 * Selects every row.
 */
void
tern_message_list_pane_select_all (TernMessageListPane *self)
{
  if (self->selection != NULL)
    gtk_selection_model_select_all (GTK_SELECTION_MODEL (self->selection));
}

/**
 * tern_message_list_pane_activate:
 * @self: the pane
 *
 * Opens the row that is selected alone.
 */
void
tern_message_list_pane_activate (TernMessageListPane *self)
{
  if (self->selected != NULL)
    g_signal_emit_by_name (self, "message-activated", self->selected);
}

/**
 * tern_message_list_pane_grab_focus:
 * @self: the pane
 *
 * Gives the focus to the row that was selected last.
 */
void
tern_message_list_pane_grab_focus (TernMessageListPane *self)
{
  guint position;

  if (find_cursor (self, &position))
    go_to (self, position, TRUE);
  else
    gtk_widget_grab_focus (self->list_view);
}
