/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-window-private.h"

#include <glib/gi18n.h>

#include "tern-account-sign-in.h"
#include "tern-inspector.h"
#include "tern-move-dialog.h"
#include "tern-tag-dialog.h"

#define LIST(self) TERN_MESSAGE_LIST_PANE ((self)->list)

static gboolean
all_have (GPtrArray *items, TernFlags flag)
{
  for (guint i = 0; i < items->len; i++)
    {
      TernMessage *message = tern_message_item_get_message (g_ptr_array_index (items, i));

      if (message != NULL && (message->flags & flag) == 0)
        return FALSE;
    }
  return TRUE;
}

static void
toggle_flag (TernWindow *self, GPtrArray *items, TernFlags flag)
{
  tern_window_set_flag (self, items, flag, !all_have (items, flag));
}

static void
flag_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  g_autoptr (GPtrArray) items = tern_message_list_pane_dup_selected (LIST (self));

  toggle_flag (self, items, g_str_equal (name, "win.star") ? TERN_FLAGS_FLAGGED : TERN_FLAGS_SEEN);
}

static void
move_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  g_autoptr (GPtrArray) items = tern_message_list_pane_dup_selected (LIST (self));

  if (items->len == 0)
    return;
  if (g_str_equal (name, "win.archive"))
    tern_window_move_to_role (self, items, TERN_FOLDER_ROLE_ARCHIVE);
  else if (g_str_equal (name, "win.junk"))
    tern_window_mark_junk (self, items);
  else if (g_str_equal (name, "win.delete"))
    tern_window_delete (self, items);
  else
    tern_window_delete_forever (self, items);
}

typedef struct
{
  TernWindow *window;
  GPtrArray *items;
  gboolean copies;
} Choice;

static void
choice_free (gpointer data, GClosure *closure)
{
  Choice *choice = data;

  g_object_unref (choice->window);
  g_ptr_array_unref (choice->items);
  g_free (choice);
}

static void
folder_chosen_cb (TernMoveDialog *dialog, gint64 folder_id, Choice *choice)
{
  if (choice->copies)
    tern_window_copy (choice->window, choice->items, folder_id);
  else
    tern_window_move (choice->window, choice->items, folder_id);
}

static void
move_to_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  g_autoptr (GPtrArray) items = tern_message_list_pane_dup_selected (LIST (self));
  TernFolder *folder = tern_message_list_pane_get_folder (LIST (self));
  TernMoveDialog *dialog;
  Choice *choice;

  if (items->len == 0 || folder == NULL)
    return;
  choice = g_new0 (Choice, 1);
  choice->window = g_object_ref (self);
  choice->items = g_steal_pointer (&items);
  choice->copies = g_str_equal (name, "win.copy");
  dialog = tern_move_dialog_new (GTK_WINDOW (self), self->folders, folder);
  if (choice->copies)
    gtk_window_set_title (GTK_WINDOW (dialog), _ ("Copy to"));
  g_signal_connect_data (dialog, "folder-chosen", G_CALLBACK (folder_chosen_cb), choice,
                         choice_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
tags_changed_cb (TernTagDialog *dialog, const char *set, const char *clear, Choice *choice)
{
  tern_window_set_keywords (choice->window, choice->items, set, clear);
}

static void
tags_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  g_autoptr (GPtrArray) items = tern_message_list_pane_dup_selected (LIST (self));
  g_autoptr (GPtrArray) messages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_message_unref);
  TernTagDialog *dialog;
  Choice *choice;

  for (guint i = 0; i < items->len; i++)
    {
      TernMessage *message = tern_message_item_get_message (g_ptr_array_index (items, i));

      if (message != NULL)
        g_ptr_array_add (messages, tern_message_ref (message));
    }
  if (messages->len == 0)
    return;
  choice = g_new0 (Choice, 1);
  choice->window = g_object_ref (self);
  choice->items = g_steal_pointer (&items);
  dialog = tern_tag_dialog_new (GTK_WINDOW (self), messages);
  g_signal_connect_data (dialog, "changed", G_CALLBACK (tags_changed_cb), choice, choice_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* The buttons on a row work on that row, or on the selection where the row belongs to it. */
static void
row_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  g_autoptr (GPtrArray) items = NULL;
  gint64 id = g_variant_get_int64 (parameter);

  if (tern_message_list_pane_is_selected (LIST (self), id))
    items = tern_message_list_pane_dup_selected (LIST (self));
  else
    {
      g_autoptr (TernMessage) message = tern_engine_read_message (self->engine, id, NULL);
      TernMessageItem *item;

      if (message == NULL)
        return;
      item = tern_message_item_new (tern_message_get_key (message));
      tern_message_item_set_message (item, message);
      items = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (items, item);
    }

  if (g_str_equal (name, "win.row-star"))
    toggle_flag (self, items, TERN_FLAGS_FLAGGED);
  else if (g_str_equal (name, "win.row-archive"))
    tern_window_move_to_role (self, items, TERN_FOLDER_ROLE_ARCHIVE);
  else
    tern_window_delete (self, items);
}

static void
step_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  gboolean list_is_visible =
      !adw_leaflet_get_folded (ADW_LEAFLET (self->inner)) ||
      adw_leaflet_get_visible_child (ADW_LEAFLET (self->inner)) == self->list_pane;

  tern_message_list_pane_step (LIST (self), g_str_equal (name, "win.next") ? 1 : -1,
                               list_is_visible);
}

static void
list_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);

  if (g_str_equal (name, "win.open"))
    tern_message_list_pane_activate (LIST (self));
  else if (g_str_equal (name, "win.select"))
    tern_message_list_pane_toggle (LIST (self));
  else if (g_str_equal (name, "win.select-all"))
    tern_message_list_pane_select_all (LIST (self));
  else
    tern_message_list_pane_refresh (LIST (self));
}

static void
refresh_folders_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  /* The account's status tells the user. */
  if (!tern_engine_refresh_folders_finish (TERN_ENGINE (object), result, &error))
    g_debug ("folders: %s", error->message);
}

static void
refresh_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  gint64 account_id = tern_message_list_pane_get_account_id (LIST (self));

  tern_message_list_pane_refresh (LIST (self));
  if (account_id != 0)
    tern_engine_refresh_folders_async (self->engine, account_id, TERN_FETCH_FORCE, NULL,
                                       refresh_folders_cb, NULL);
}

/* Out of a search first, then out of the list. */
static gboolean
leaves_search (TernWindow *self)
{
  return gtk_widget_get_focus_child (self->list_pane) != NULL &&
         tern_message_list_pane_end_search (LIST (self));
}

static void
search_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);

  adw_leaflet_set_visible_child (ADW_LEAFLET (self->outer), self->inner);
  adw_leaflet_set_visible_child (ADW_LEAFLET (self->inner), self->list_pane);
  tern_message_list_pane_begin_search (LIST (self));
}

static void
pane_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);

  if (g_str_equal (name, "win.back") && leaves_search (self))
    return;
  if (g_str_equal (name, "win.back"))
    tern_window_go_back (self);
  else
    tern_window_toggle_sidebar (self);
}

static void
inspector_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);

  if (self->inspector == NULL)
    g_set_weak_pointer (&self->inspector,
                        GTK_WINDOW (tern_inspector_new (
                            self->engine, tern_message_list_pane_get_account_id (LIST (self)))));
  gtk_window_present (self->inspector);
}

static void
undo_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  tern_window_undo (TERN_WINDOW (widget));
}

static void
go_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  static const struct
  {
    const char *name;
    TernFolderRole role;
  } places[] = {
    { "inbox", TERN_FOLDER_ROLE_INBOX },
    { "sent", TERN_FOLDER_ROLE_SENT },
    { "drafts", TERN_FOLDER_ROLE_DRAFTS },
  };
  TernWindow *self = TERN_WINDOW (widget);
  const char *place = g_variant_get_string (parameter, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      TernFolder *folder;

      if (!g_str_equal (place, places[i].name))
        continue;
      folder = tern_folder_list_find_role (
          self->folders, tern_message_list_pane_get_account_id (LIST (self)), places[i].role);
      if (folder != NULL)
        tern_sidebar_select (TERN_SIDEBAR (self->sidebar), folder->id);
    }
}

static void
find_account_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  tern_window_find_account (TERN_WINDOW (widget));
}

static void
account_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  TernStatus *status = tern_message_list_pane_get_status (LIST (self));
  TernAccount *account = tern_folder_list_get_account (
      self->folders, tern_message_list_pane_get_account_id (LIST (self)));

  if (account == NULL)
    return;
  if (g_str_equal (name, "win.sign-in"))
    tern_account_sign_in (GTK_WINDOW (self), self->engine, account);
  else if (status != NULL && status->error != NULL)
    tern_account_ask_trust (GTK_WINDOW (self), self->engine, account, status->error);
}

/* Installs the window's actions in its class. */
void
tern_window_add_actions (GtkWidgetClass *klass)
{
  static const struct
  {
    const char *name;
    const char *parameter;
    GtkWidgetActionActivateFunc activate;
  } actions[] = {
    { "win.star", NULL, flag_cb },
    { "win.toggle-read", NULL, flag_cb },
    { "win.archive", NULL, move_cb },
    { "win.delete", NULL, move_cb },
    { "win.delete-forever", NULL, move_cb },
    { "win.move", NULL, move_to_cb },
    { "win.tags", NULL, tags_cb },
    { "win.junk", NULL, move_cb },
    { "win.copy", NULL, move_to_cb },
    { "win.row-star", "x", row_cb },
    { "win.row-archive", "x", row_cb },
    { "win.row-delete", "x", row_cb },
    { "win.next", NULL, step_cb },
    { "win.previous", NULL, step_cb },
    { "win.open", NULL, list_cb },
    { "win.select", NULL, list_cb },
    { "win.select-all", NULL, list_cb },
    { "win.refresh", NULL, refresh_cb },
    { "win.back", NULL, pane_cb },
    { "win.show-sidebar", NULL, pane_cb },
    { "win.find-account", NULL, find_account_cb },
    { "win.search", NULL, search_cb },
    { "win.inspector", NULL, inspector_cb },
    { "win.undo", NULL, undo_cb },
    { "win.go", "s", go_cb },
    { "win.sign-in", NULL, account_cb },
    { "win.certificate", NULL, account_cb },
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (klass, actions[i].name, actions[i].parameter,
                                     actions[i].activate);
  tern_window_add_code_actions (klass);
  tern_window_add_folder_actions (klass);
}

static void
set_button (GtkWidget *button, const char *icon, const char *label)
{
  gtk_button_set_icon_name (GTK_BUTTON (button), icon);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

/* Makes what can be done follow what is selected. */
void
tern_window_update_actions (TernWindow *self)
{
  static const char *const on_selection[] = { "win.open", "win.copy-code" };
  static const char *const changing[] = {
    "win.star", "win.toggle-read", "win.delete", "win.delete-forever",
    "win.junk", "win.move",        "win.copy",   "win.tags",
  };
  static const char *const on_row[] = { "win.row-star", "win.row-delete" };
  GtkWidget *widget = GTK_WIDGET (self);
  g_autoptr (GPtrArray) items = tern_message_list_pane_dup_selected (LIST (self));
  TernFolder *folder = tern_message_list_pane_get_folder (LIST (self));
  TernStatus *status = tern_message_list_pane_get_status (LIST (self));
  gboolean may_change = status == NULL || !status->is_read_only;
  gboolean some = items->len > 0;
  gboolean has_archive = may_change && folder != NULL && folder->role != TERN_FOLDER_ROLE_ARCHIVE;
  gboolean starred = some && all_have (items, TERN_FLAGS_FLAGGED);
  gboolean seen = !some || all_have (items, TERN_FLAGS_SEEN);

  for (guint i = 0; i < G_N_ELEMENTS (on_selection); i++)
    gtk_widget_action_set_enabled (widget, on_selection[i], some);
  for (guint i = 0; i < G_N_ELEMENTS (changing); i++)
    gtk_widget_action_set_enabled (widget, changing[i], some && may_change);
  for (guint i = 0; i < G_N_ELEMENTS (on_row); i++)
    gtk_widget_action_set_enabled (widget, on_row[i], may_change);
  gtk_widget_action_set_enabled (widget, "win.archive", some && has_archive);
  gtk_widget_action_set_enabled (widget, "win.row-archive", has_archive);
  gtk_widget_action_set_enabled (widget, "win.undo", self->undo != NULL);
  gtk_widget_action_set_enabled (widget, "win.refresh",
                                 tern_folder_list_count_accounts (self->folders) > 0);

  set_button (self->star_button, starred ? "starred-symbolic" : "non-starred-symbolic",
              starred ? _ ("Remove star") : _ ("Star"));
  if (starred)
    gtk_widget_add_css_class (self->star_button, "starred");
  else
    gtk_widget_remove_css_class (self->star_button, "starred");
  set_button (self->read_button, seen ? "mail-unread-symbolic" : "mail-read-symbolic",
              seen ? _ ("Mark as unread") : _ ("Mark as read"));
}
