/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-window-private.h"

#include <glib/gi18n.h>

#include "tern-letter-view.h"
#include "tern-pane.h"
#include "tern-trace.h"
#include "tern-ui-error.h"

/* Below these widths the sidebar folds, and the panes are shown one at a time. */
#define FOLD_SIDEBAR 1000
#define FOLD_LIST 640

/* Accounts whose folders are asked for at the start; the others' when somebody looks at them. */
#define MAX_REFRESHED 32

G_DEFINE_FINAL_TYPE (TernWindow, tern_window, ADW_TYPE_APPLICATION_WINDOW)

/* A letter is read, and so marked as read, only where its pane can be seen. */
gboolean
tern_window_letter_is_visible (TernWindow *self)
{
  AdwLeaflet *inner = ADW_LEAFLET (self->inner), *outer = ADW_LEAFLET (self->outer);

  return (!adw_leaflet_get_folded (inner) ||
          adw_leaflet_get_visible_child (inner) == self->letter_pane) &&
         (!adw_leaflet_get_folded (outer) || adw_leaflet_get_visible_child (outer) == self->inner);
}

static void
shown_changed_cb (TernWindow *self)
{
  TernMessage *message = tern_message_item_get_message (self->shown);

  if (message != NULL)
    tern_letter_view_update (TERN_LETTER_VIEW (self->letter_view), message);
  tern_window_update_actions (self);
}

static void
show_none (TernWindow *self)
{
  g_autoptr (GPtrArray) items =
      tern_message_list_pane_dup_selected (TERN_MESSAGE_LIST_PANE (self->list));
  g_autofree char *title =
      items->len > 1
          ? g_strdup_printf (ngettext ("%u letter selected", "%u letters selected", items->len),
                             items->len)
          : g_strdup (_ ("No letter is open"));

  adw_status_page_set_title (ADW_STATUS_PAGE (self->no_letter), title);
  gtk_stack_set_visible_child (GTK_STACK (self->letter_stack), self->no_letter);
}

/* Shows a letter in the last pane; NULL for none. */
void
tern_window_show_letter (TernWindow *self, TernMessageItem *item)
{
  TernMessage *message = item != NULL ? tern_message_item_get_message (item) : NULL;

  if (message == NULL)
    show_none (self);
  if (item == self->shown)
    return;
  if (self->shown != NULL)
    g_signal_handlers_disconnect_by_func (self->shown, shown_changed_cb, self);
  g_set_object (&self->shown, item);
  if (message == NULL)
    {
      tern_letter_view_open (TERN_LETTER_VIEW (self->letter_view), NULL);
      return;
    }
  g_signal_connect_swapped (item, "notify::message", G_CALLBACK (shown_changed_cb), self);
  tern_letter_view_open (TERN_LETTER_VIEW (self->letter_view), message);
  gtk_stack_set_visible_child (GTK_STACK (self->letter_stack), self->letter_view);
  tern_window_mark_read (self, item);
}

/* The list has taken the status before. */
static void
status_cb (TernWindow *self, TernStatus *changed)
{
  TernStatus *status = tern_message_list_pane_get_status (TERN_MESSAGE_LIST_PANE (self->list));
  gboolean is_read_only = status != NULL && status->is_read_only;

  if (is_read_only == self->is_read_only)
    return;
  self->is_read_only = is_read_only;
  tern_window_update_actions (self);
}

static void
message_selected_cb (TernWindow *self, TernMessageItem *item)
{
  if (item == NULL)
    tern_window_show_letter (self, NULL);
  else if (tern_window_letter_is_visible (self))
    tern_window_show_letter (self, item);
  tern_window_update_actions (self);
}

static void
message_activated_cb (TernWindow *self, TernMessageItem *item)
{
  adw_leaflet_set_visible_child (ADW_LEAFLET (self->inner), self->letter_pane);
  tern_window_show_letter (self, item);
  gtk_widget_child_focus (self->letter_stack, GTK_DIR_TAB_FORWARD);
}

static void
show_selected (TernWindow *self)
{
  g_autoptr (GPtrArray) items =
      tern_message_list_pane_dup_selected (TERN_MESSAGE_LIST_PANE (self->list));

  if (items->len == 1 && tern_window_letter_is_visible (self))
    tern_window_show_letter (self, g_ptr_array_index (items, 0));
}

static void
folder_selected_cb (TernWindow *self, gint64 folder_id)
{
  tern_message_list_pane_open (TERN_MESSAGE_LIST_PANE (self->list), folder_id);
  adw_leaflet_set_visible_child (ADW_LEAFLET (self->inner), self->list_pane);
  tern_window_update_actions (self);
}

static void
folder_activated_cb (TernWindow *self, gint64 folder_id)
{
  adw_leaflet_set_visible_child (ADW_LEAFLET (self->outer), self->inner);
  tern_message_list_pane_grab_focus (TERN_MESSAGE_LIST_PANE (self->list));
}

static void
update_edges (TernWindow *self)
{
  gboolean starts = adw_leaflet_get_folded (ADW_LEAFLET (self->outer)) ||
                    !gtk_widget_get_visible (self->sidebar_pane);

  g_object_set (self->list, "starts-window", starts, NULL);
}

static void
folded_cb (TernWindow *self)
{
  if (self->folders == NULL)
    return;
  /* A hidden sidebar would be out of reach where the panes are shown one at a time. */
  gtk_widget_set_visible (self->sidebar_pane,
                          adw_leaflet_get_folded (ADW_LEAFLET (self->outer)) ||
                              g_settings_get_boolean (self->settings, "show-sidebar"));
  update_edges (self);
  show_selected (self);
}

static void
visible_child_cb (TernWindow *self)
{
  if (self->folders != NULL)
    show_selected (self);
}

/* One pane back, where panes are shown one at a time; else to the list. */
void
tern_window_go_back (TernWindow *self)
{
  AdwLeaflet *inner = ADW_LEAFLET (self->inner), *outer = ADW_LEAFLET (self->outer);
  gboolean in_letter = adw_leaflet_get_visible_child (inner) == self->letter_pane;

  if (adw_leaflet_get_folded (outer) && (!adw_leaflet_get_folded (inner) || !in_letter))
    {
      adw_leaflet_set_visible_child (outer, self->sidebar_pane);
      return;
    }
  adw_leaflet_set_visible_child (inner, self->list_pane);
  tern_message_list_pane_grab_focus (TERN_MESSAGE_LIST_PANE (self->list));
}

/* Shows or hides the sidebar; where it is folded, goes there and back. */
void
tern_window_toggle_sidebar (TernWindow *self)
{
  AdwLeaflet *outer = ADW_LEAFLET (self->outer);
  gboolean show = !gtk_widget_get_visible (self->sidebar_pane);

  if (adw_leaflet_get_folded (outer))
    {
      show = adw_leaflet_get_visible_child (outer) != self->sidebar_pane;
      adw_leaflet_set_visible_child (outer, show ? self->sidebar_pane : self->inner);
      return;
    }
  gtk_widget_set_visible (self->sidebar_pane, show);
  g_settings_set_boolean (self->settings, "show-sidebar", show);
  update_edges (self);
}

/* Lets the user look for an account in the sidebar, wherever that is. */
void
tern_window_find_account (TernWindow *self)
{
  if (adw_leaflet_get_folded (ADW_LEAFLET (self->outer)))
    adw_leaflet_set_visible_child (ADW_LEAFLET (self->outer), self->sidebar_pane);
  else if (!gtk_widget_get_visible (self->sidebar_pane))
    tern_window_toggle_sidebar (self);
  tern_sidebar_search (TERN_SIDEBAR (self->sidebar));
}

/* The first folder to be opened is the inbox of the first account that has one. */
static void
open_inbox (TernWindow *self)
{
  g_autoptr (TernFolder) inbox = NULL;

  if (tern_message_list_pane_get_folder (TERN_MESSAGE_LIST_PANE (self->list)) != NULL)
    return;
  inbox = tern_engine_read_first_inbox (self->engine);
  if (inbox == NULL)
    return;
  tern_sidebar_select (TERN_SIDEBAR (self->sidebar), inbox->id);
  adw_leaflet_set_visible_child (ADW_LEAFLET (self->outer), self->inner);
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
refresh_folders (TernWindow *self, gint64 account_id)
{
  tern_message_list_pane_expect (TERN_MESSAGE_LIST_PANE (self->list), account_id);
  tern_engine_refresh_folders_async (self->engine, account_id, TERN_FETCH_VALIDATE, NULL,
                                     refresh_folders_cb, NULL);
}

/* An account that was just added has no folders yet. One that nobody looks at is left alone. */
static void
refresh_new_accounts (TernWindow *self)
{
  GListModel *model = G_LIST_MODEL (self->folders);
  guint n = g_list_model_get_n_items (model);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (TernFolderItem) item = g_list_model_get_item (model, i);
      g_autoptr (TernFolderItem) next = g_list_model_get_item (model, i + 1);
      const TernAccount *account = tern_folder_item_get_account (item);

      if (account != NULL && account->notify && tern_folder_item_is_expanded (item) &&
          (next == NULL || tern_folder_item_get_folder (next) == NULL))
        refresh_folders (self, account->id);
    }
}

static void
account_opened_cb (TernWindow *self, gint64 account_id)
{
  refresh_folders (self, account_id);
}

static void
folders_changed_cb (TernWindow *self)
{
  open_inbox (self);
  refresh_new_accounts (self);
  tern_message_list_pane_update (TERN_MESSAGE_LIST_PANE (self->list));
  tern_window_update_actions (self);
}

/* Whoever wrote the file corrects it, and has to see where: it stays until it was read. */
static void
providers_checked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;
  g_autofree char *body = NULL;
  GtkWidget *dialog;

  if (tern_engine_check_providers_finish (TERN_ENGINE (object), result, &error) ||
      !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  sentence = tern_error_to_sentence (error, NULL);
  body = g_strdup_printf ("%s\n\n%s", sentence, error->message);
  dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Providers of mail"), body);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

static gboolean
warm_up_cb (gpointer user_data)
{
  g_autoptr (TernWindow) self = user_data;

  if (self->engine != NULL)
    tern_letter_view_warm_up (TERN_LETTER_VIEW (self->letter_view));
  return G_SOURCE_REMOVE;
}

/**
 * tern_window_engine_opened:
 * @self: the window
 *
 * Brings what is looked at, and what news are wanted of, up to date, now that the engine can reach
 * the network.
 */
void
tern_window_engine_opened (TernWindow *self)
{
  g_autoptr (GPtrArray) accounts = NULL;
  const TernFolder *folder;
  guint n = 0;

  tern_folder_list_reload (self->folders);
  open_inbox (self);
  /* Also where that is none: from here on news are wanted. */
  folder = tern_message_list_pane_get_folder (TERN_MESSAGE_LIST_PANE (self->list));
  tern_engine_set_viewed_folder (self->engine, folder != NULL ? folder->id : 0);
  tern_engine_check_providers_async (self->engine, NULL, providers_checked_cb, g_object_ref (self));
  /* After everything that is drawn. */
  g_idle_add_full (G_PRIORITY_LOW, warm_up_cb, g_object_ref (self), NULL);
  accounts = tern_engine_read_accounts (self->engine, NULL);
  for (guint i = 0; accounts != NULL && i < accounts->len && n < MAX_REFRESHED; i++)
    {
      const TernAccount *account = g_ptr_array_index (accounts, i);

      if (!account->notify)
        continue;
      refresh_folders (self, account->id);
      n++;
    }
}

/**
 * tern_window_say:
 * @self: the window
 * @sentence: one sentence
 *
 * Tells something that needs no answer.
 */
void
tern_window_say (TernWindow *self, const char *sentence)
{
  g_autofree char *markup = g_markup_escape_text (sentence, -1);

  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), adw_toast_new (markup));
}

static void
active_cb (TernWindow *self)
{
  /* Ages were formatted when something changed: they are put right when somebody looks. */
  if (gtk_window_is_active (GTK_WINDOW (self)))
    tern_message_list_pane_update (TERN_MESSAGE_LIST_PANE (self->list));
}

static void
tern_window_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (tern_window_parent_class)->map (widget);
  tern_trace ("window.mapped");
}

static void
tern_window_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TernWindow *self = TERN_WINDOW (widget);

  adw_leaflet_set_can_unfold (ADW_LEAFLET (self->outer), width >= FOLD_SIDEBAR);
  adw_leaflet_set_can_unfold (ADW_LEAFLET (self->inner), width >= FOLD_LIST);
  GTK_WIDGET_CLASS (tern_window_parent_class)->size_allocate (widget, width, height, baseline);
}

static void
tern_window_dispose (GObject *object)
{
  TernWindow *self = TERN_WINDOW (object);

  if (self->shown != NULL)
    g_signal_handlers_disconnect_by_func (self->shown, shown_changed_cb, self);
  g_clear_object (&self->shown);
  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_WINDOW);
  g_clear_object (&self->folders);
  g_clear_pointer (&self->undo, tern_operation_unref);
  g_clear_object (&self->toast);
  if (self->inspector != NULL)
    gtk_window_destroy (self->inspector);
  g_clear_weak_pointer (&self->inspector);
  g_clear_object (&self->settings);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (tern_window_parent_class)->dispose (object);
}

static void
tern_window_class_init (TernWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tern_window_dispose;
  widget_class->map = tern_window_map;
  widget_class->size_allocate = tern_window_size_allocate;

  g_type_ensure (TERN_TYPE_LETTER_VIEW);
  g_type_ensure (TERN_TYPE_PANE);
  g_type_ensure (TERN_TYPE_SIDEBAR);
  g_type_ensure (TERN_TYPE_MESSAGE_LIST_PANE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/ternmail/Tern/tern-window.ui");
#define BIND(child) gtk_widget_class_bind_template_child (widget_class, TernWindow, child)
  BIND (toasts);
  BIND (outer);
  BIND (inner);
  BIND (sidebar_pane);
  BIND (sidebar);
  BIND (list_pane);
  BIND (list);
  BIND (letter_pane);
  BIND (letter_stack);
  BIND (letter_view);
  BIND (no_letter);
  BIND (star_button);
  BIND (read_button);
#undef BIND
  tern_window_add_actions (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, folded_cb);
  gtk_widget_class_bind_template_callback (widget_class, visible_child_cb);
  gtk_widget_class_bind_template_callback (widget_class, folder_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, folder_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, account_opened_cb);
  gtk_widget_class_bind_template_callback (widget_class, message_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, message_activated_cb);
}

static void
tern_window_init (TernWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
show_all_folders_cb (TernWindow *self)
{
  tern_folder_list_set_show_all (self->folders,
                                 g_settings_get_boolean (self->settings, "show-all-folders"));
}

static void
bind_settings (TernWindow *self)
{
  g_autoptr (GAction) show_all = g_settings_create_action (self->settings, "show-all-folders");

  g_action_map_add_action (G_ACTION_MAP (self), show_all);
  g_signal_connect_object (self->settings, "changed::show-all-folders",
                           G_CALLBACK (show_all_folders_cb), self, G_CONNECT_SWAPPED);
  g_settings_bind (self->settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-height", self, "default-height",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "sidebar-width", self->sidebar_pane, "width",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "list-width", self->list_pane, "width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "compact-list", self->list, "compact", G_SETTINGS_BIND_GET);
}

/**
 * tern_window_new:
 * @application: the program
 * @engine: the engine, which need not be open yet
 * @settings: the preferences
 *
 * Makes the window and fills it from the cache.
 *
 * Returns: (transfer none): a new window
 */
TernWindow *
tern_window_new (GtkApplication *application, TernEngine *engine, GSettings *settings)
{
  TernWindow *self = g_object_new (TERN_TYPE_WINDOW, "application", application, NULL);

  self->settings = g_object_ref (settings);
  self->engine = g_object_ref (engine);
  self->folders = tern_folder_list_new (engine, settings);
  show_all_folders_cb (self);
  tern_window_add_keys (self);

  tern_letter_view_set_up (TERN_LETTER_VIEW (self->letter_view), engine);
  tern_message_list_pane_set_up (TERN_MESSAGE_LIST_PANE (self->list), engine, self->folders);
  tern_sidebar_set_folders (TERN_SIDEBAR (self->sidebar), self->folders);
  bind_settings (self);
  adw_leaflet_set_visible_child (ADW_LEAFLET (self->outer), self->inner);
  folded_cb (self);

  g_signal_connect (self, "notify::is-active", G_CALLBACK (active_cb), NULL);
  g_signal_connect_object (self->folders, "items-changed", G_CALLBACK (folders_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "status", G_CALLBACK (status_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "operation-failed", G_CALLBACK (tern_window_operation_failed),
                           self, G_CONNECT_SWAPPED);
  open_inbox (self);
  tern_window_update_actions (self);
  return self;
}
