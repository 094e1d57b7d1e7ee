/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-message-list-pane-private.h"

#include <glib/gi18n.h>

#include "tern-folder-menu.h"
#include "tern-list-state.h"
#include "tern-message-row.h"
#include "tern-route-popover.h"
#include "tern-ui-error.h"
#include "tern-ui-format.h"

enum
{
  PROP_STARTS_WINDOW = 1,
  PROP_ENDS_WINDOW,
  PROP_COMPACT,
  N_PROPS
};

enum
{
  SIGNAL_MESSAGE_SELECTED,
  SIGNAL_MESSAGE_ACTIVATED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TernMessageListPane, tern_message_list_pane, GTK_TYPE_WIDGET)

/* The name by which the user knows the server: that of the first endpoint. */
static const char *
server_name (TernMessageListPane *self)
{
  TernAccount *account = tern_folder_list_get_account (self->folders, self->account_id);

  if (account == NULL || account->imap->len == 0)
    return NULL;
  return ((TernEndpoint *) g_ptr_array_index (account->imap, 0))->host;
}

static gboolean
is_syncing (TernMessageListPane *self)
{
  return self->status != NULL && self->folder_id != 0 &&
         self->status->folder_id == self->folder_id && self->status->done < self->status->total;
}

/* (transfer full): what the search that is shown has come to */
static char *
describe_search (TernMessageListPane *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->list));

  if (self->is_searching)
    return g_strdup (_ ("Searching…"));
  if (self->search_result != NULL && self->search_result->is_truncated)
    /* Translators: the number of letters that a search has found and shows. */
    return g_strdup_printf (_ ("The newest %u"), n);
  return g_strdup_printf (ngettext ("%u letter found", "%u letters found", n), n);
}

static void
update_header (TernMessageListPane *self)
{
  TernFolder *folder = tern_message_list_pane_get_folder (self);
  g_autofree char *subtitle = NULL;

  gtk_label_set_text (GTK_LABEL (self->title),
                      folder != NULL ? tern_format_folder (folder) : _ ("Mail"));
  if (self->query != NULL)
    subtitle = describe_search (self);
  else if (is_syncing (self))
    {
      /* Translators: how many letters of a folder have arrived, of how many. */
      subtitle = g_strdup_printf (_ ("%'u of %'u"), self->status->done, self->status->total);
      gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress),
                                     (double) self->status->done / self->status->total);
    }
  else if (folder != NULL)
    subtitle = tern_route_describe (self->status, folder->validated, g_get_real_time ());
  gtk_widget_set_visible (self->progress, self->query == NULL && is_syncing (self));
  gtk_label_set_text (GTK_LABEL (self->subtitle), subtitle != NULL ? subtitle : "");
  gtk_widget_set_visible (self->subtitle, subtitle != NULL && *subtitle != '\0');
  gtk_widget_set_sensitive (self->title_button, folder != NULL);
  gtk_widget_set_sensitive (self->folder_button, folder != NULL);
}

/* Made when it is opened: what it offers depends on what the folder is then. */
static void
folder_menu_cb (GtkMenuButton *button, gpointer user_data)
{
  TernMessageListPane *self = user_data;
  TernFolder *folder = tern_message_list_pane_get_folder (self);
  g_autoptr (GMenuModel) menu = NULL;

  if (folder == NULL)
    return;
  menu =
      tern_folder_menu_new (tern_folder_list_get_account (self->folders, self->account_id), folder);
  gtk_menu_button_set_menu_model (button, menu);
}

static void
set_button (GtkWidget *button, const TernListState *state)
{
  gtk_widget_set_visible (button, state->button != NULL);
  if (state->button == NULL)
    return;
  gtk_button_set_label (GTK_BUTTON (button), state->button);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), state->action);
}

static void
update_bar (TernMessageListPane *self)
{
  const GError *missed = tern_message_list_pane_get_search_error (self);
  g_autoptr (TernListState) state =
      missed != NULL
          ? tern_list_state_for_search (FALSE, missed, server_name (self))
          : tern_list_state_for_bar (self->status, server_name (self), self->has_struck_out);
  g_autofree char *technical = NULL;

  gtk_revealer_set_reveal_child (GTK_REVEALER (self->bar), state != NULL);
  if (state == NULL)
    return;
  gtk_image_set_from_icon_name (GTK_IMAGE (self->bar_icon), state->icon);
  gtk_label_set_text (GTK_LABEL (self->bar_label), state->description);
  if (state->error != NULL)
    technical = tern_error_to_technical (state->error);
  gtk_widget_set_tooltip_text (self->bar_label, technical);
  set_button (self->bar_button, state);
  if (state->is_calm)
    gtk_widget_add_css_class (self->bar, "calm");
  else
    gtk_widget_remove_css_class (self->bar, "calm");
}

static TernListState *
choose_page (TernMessageListPane *self)
{
  if (self->query != NULL)
    return tern_list_state_for_search (
        self->is_searching, tern_message_list_pane_get_search_error (self), server_name (self));
  return tern_list_state_for_page (tern_folder_list_count_accounts (self->folders) > 0,
                                   tern_message_list_pane_get_folder (self), self->status,
                                   server_name (self));
}

static void
update_page (TernMessageListPane *self)
{
  g_autoptr (TernListState) state = choose_page (self);

  gtk_revealer_set_reveal_child (GTK_REVEALER (self->bar), FALSE);
  adw_status_page_set_icon_name (ADW_STATUS_PAGE (self->page), state->icon);
  adw_status_page_set_title (ADW_STATUS_PAGE (self->page), state->title);
  adw_status_page_set_description (ADW_STATUS_PAGE (self->page), state->description);
  set_button (self->page_button, state);
  gtk_widget_set_visible (self->page_details, state->error != NULL);
  if (state->error != NULL)
    {
      g_autofree char *technical = tern_error_to_technical (state->error);

      gtk_label_set_text (GTK_LABEL (self->page_technical), technical);
    }
}

/**
 * tern_message_list_pane_update:
 * @self: the pane
 *
 * Brings everything around the rows up to date: title, age, progress, trouble.
 */
void
tern_message_list_pane_update (TernMessageListPane *self)
{
  gboolean has_rows =
      self->list != NULL && g_list_model_get_n_items (G_LIST_MODEL (self->list)) > 0;

  self->has_struck_out = has_rows && tern_message_list_pane_shows_struck_out (self);
  update_header (self);
  if (has_rows)
    update_bar (self);
  else
    update_page (self);
  /* An empty list that is not read to the end says nothing yet: stay with what is shown. */
  if (has_rows || self->list == NULL || tern_message_list_is_loaded (self->list))
    gtk_stack_set_visible_child (GTK_STACK (self->stack), has_rows ? self->scrolled : self->page);
}

static gboolean
scroll_to_top_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  TernMessageListPane *self = TERN_MESSAGE_LIST_PANE (widget);

  self->top_callback = 0;
  if (self->list != NULL && g_list_model_get_n_items (G_LIST_MODEL (self->list)) > 0)
    gtk_widget_activate_action (self->list_view, "list.scroll-to-item", "u", 0);
  return G_SOURCE_REMOVE;
}

/* The list keeps its rows where they are when others come above them; but whoever looks at its top
 * wants to see the newest. The list view has not heard of the rows yet, so it is for the next
 * frame, before which nothing moves. */
static void
stay_at_top (TernMessageListPane *self)
{
  GtkAdjustment *scrolling =
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled));

  if (self->top_callback == 0 &&
      gtk_adjustment_get_value (scrolling) <= gtk_adjustment_get_lower (scrolling))
    self->top_callback =
        gtk_widget_add_tick_callback (GTK_WIDGET (self), scroll_to_top_cb, NULL, NULL);
}

static void
items_changed_cb (
    GListModel *model, guint position, guint removed, guint added, TernMessageListPane *self)
{
  if (position == 0 && added > 0)
    stay_at_top (self);
  tern_message_list_pane_rows_changed (self);
  tern_message_list_pane_update (self);
  tern_message_list_pane_trace_rows (self);
}

static void
status_cb (TernEngine *engine, TernStatus *status, TernMessageListPane *self)
{
  if (status->account_id != self->account_id)
    return;
  tern_status_ref (status);
  g_clear_pointer (&self->status, tern_status_unref);
  self->status = status;
  tern_message_list_pane_update (self);
}

static void
changed_cb (TernEngine *engine, TernChanges *changes, TernMessageListPane *self)
{
  const TernFolderChanges *folder = tern_changes_get_folder (changes, self->folder_id);

  if (folder == NULL || folder->counts || folder->changed->len > 0)
    tern_message_list_pane_want_snippets (self);
  tern_message_list_pane_update (self);
}

static void
route_shown_cb (TernMessageListPane *self)
{
  gtk_popover_set_child (GTK_POPOVER (self->route_popover), tern_route_popover_new (self->status));
}

static void
activate_cb (TernMessageListPane *self, guint position)
{
  g_autoptr (TernMessageItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), position);

  if (item != NULL)
    g_signal_emit (self, signals[SIGNAL_MESSAGE_ACTIVATED], 0, item);
}

/* Where there is one pane at a time, a single click opens; hovering must not select, so GTK's own
 * single click activation is of no use. */
static void
released_cb (GtkGestureClick *gesture, int n_press, double x, double y, TernMessageListPane *self)
{
  GdkModifierType state =
      gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));

  if (self->ends_window && n_press == 1 && (state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) == 0)
    tern_message_list_pane_activate (self);
}

static void
sync_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernMessageListPane) self = user_data;
  g_autoptr (GError) error = NULL;

  /* The account's status tells of a failure, so here it is for the log alone. */
  if (!tern_engine_sync_folder_finish (TERN_ENGINE (object), result, &error))
    g_debug ("sync: %s", error->message);
  else if (self->folders != NULL)
    tern_message_list_pane_update (self);
}

static void
sync_folder (TernMessageListPane *self, TernFetchPolicy policy)
{
  if (self->folder_id != 0)
    tern_engine_sync_folder_async (self->engine, self->folder_id, policy, self->cancellable,
                                   sync_cb, g_object_ref (self));
}

static void
drop_list (TernMessageListPane *self)
{
  tern_message_list_pane_clear_rows (self);
  gtk_list_view_set_model (GTK_LIST_VIEW (self->list_view), NULL);
  g_clear_object (&self->selection);
  g_clear_object (&self->shown);
  g_clear_object (&self->list);
  self->has_cursor = FALSE;
  self->advance = FALSE;
}

static void
drop_folder (TernMessageListPane *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->folder_id = 0;
  tern_message_list_pane_drop_search (self);
  drop_list (self);
  g_clear_pointer (&self->status, tern_status_unref);
}

static void
select_nothing (TernMessageListPane *self)
{
  if (self->selected == NULL)
    return;
  g_clear_object (&self->selected);
  g_signal_emit (self, signals[SIGNAL_MESSAGE_SELECTED], 0, NULL);
}

static void
close_folder (TernMessageListPane *self)
{
  drop_folder (self);
  select_nothing (self);
}

/* Shows a list of the folder that is open, which is taken over, in place of the one before. */
void
tern_message_list_pane_use_list (TernMessageListPane *self, TernMessageList *list)
{
  drop_list (self);
  select_nothing (self);
  self->list = list;
  tern_message_list_pane_show_list (self);
  self->selection = gtk_multi_selection_new (G_LIST_MODEL (g_object_ref (self->shown)));
  g_signal_connect_object (self->selection, "selection-changed",
                           G_CALLBACK (tern_message_list_pane_selection_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (items_changed_cb), self,
                           0);
  g_signal_connect_object (self->list, "loaded", G_CALLBACK (tern_message_list_pane_update), self,
                           G_CONNECT_SWAPPED);
  gtk_list_view_set_model (GTK_LIST_VIEW (self->list_view), GTK_SELECTION_MODEL (self->selection));
}

/**
 * tern_message_list_pane_open:
 * @self: the pane
 * @folder_id: a folder; 0 for none
 *
 * Shows what is kept of a folder at once, and has it brought up to date.
 */
void
tern_message_list_pane_open (TernMessageListPane *self, gint64 folder_id)
{
  TernFolder *folder = tern_folder_list_get_folder (self->folders, folder_id);

  if (folder_id == self->folder_id && folder != NULL)
    return;
  close_folder (self);
  if (folder != NULL)
    {
      self->folder_id = folder_id;
      self->account_id = folder->account_id;
      self->status = tern_engine_dup_status (self->engine, self->account_id);
      self->cancellable = g_cancellable_new ();
      tern_message_list_pane_use_list (self, tern_message_list_new (self->engine, folder_id));
      sync_folder (self, TERN_FETCH_VALIDATE);
    }
  tern_engine_set_viewed_folder (self->engine, self->folder_id);
  tern_message_list_pane_update (self);
  tern_message_list_pane_trace_rows (self);
}

/**
 * tern_message_list_pane_expect:
 * @self: the pane
 * @account_id: an account whose folders are being fetched
 *
 * While no folder is open, tells how that account is doing.
 */
void
tern_message_list_pane_expect (TernMessageListPane *self, gint64 account_id)
{
  if (self->folder_id != 0 || self->account_id == account_id)
    return;
  self->account_id = account_id;
  g_clear_pointer (&self->status, tern_status_unref);
  self->status = tern_engine_dup_status (self->engine, account_id);
  tern_message_list_pane_update (self);
}

/**
 * tern_message_list_pane_refresh:
 * @self: the pane
 *
 * Asks the server for the folder that is open, whatever its age.
 */
void
tern_message_list_pane_refresh (TernMessageListPane *self)
{
  sync_folder (self, TERN_FETCH_FORCE);
}

/**
 * tern_message_list_pane_get_folder:
 * @self: the pane
 *
 * Returns: (transfer none) (nullable): the folder that is open, as it is now
 */
TernFolder *
tern_message_list_pane_get_folder (TernMessageListPane *self)
{
  return self->folder_id != 0 ? tern_folder_list_get_folder (self->folders, self->folder_id) : NULL;
}

/**
 * tern_message_list_pane_get_account_id:
 * @self: the pane
 *
 * Returns: the account of the folder that was opened last, or that is expected; 0 for none
 */
gint64
tern_message_list_pane_get_account_id (TernMessageListPane *self)
{
  return self->account_id;
}

/**
 * tern_message_list_pane_get_status:
 * @self: the pane
 *
 * Returns: (transfer none) (nullable): how the account of the folder that is open is doing
 */
TernStatus *
tern_message_list_pane_get_status (TernMessageListPane *self)
{
  return self->status;
}

static void
set_compact (TernMessageListPane *self, gboolean compact)
{
  self->compact = compact;
  for (guint i = 0; i < self->rows->len; i++)
    tern_message_row_set_compact (g_ptr_array_index (self->rows, i), compact);
}

static void
tern_message_list_pane_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TernMessageListPane *self = TERN_MESSAGE_LIST_PANE (object);

  switch (id)
    {
    case PROP_STARTS_WINDOW:
      g_value_set_boolean (value, self->starts_window);
      break;
    case PROP_ENDS_WINDOW:
      g_value_set_boolean (value, self->ends_window);
      break;
    case PROP_COMPACT:
      g_value_set_boolean (value, self->compact);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tern_message_list_pane_set_property (GObject *object,
                                     guint id,
                                     const GValue *value,
                                     GParamSpec *pspec)
{
  TernMessageListPane *self = TERN_MESSAGE_LIST_PANE (object);

  switch (id)
    {
    case PROP_STARTS_WINDOW:
      self->starts_window = g_value_get_boolean (value);
      break;
    case PROP_ENDS_WINDOW:
      self->ends_window = g_value_get_boolean (value);
      break;
    case PROP_COMPACT:
      set_compact (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tern_message_list_pane_dispose (GObject *object)
{
  TernMessageListPane *self = TERN_MESSAGE_LIST_PANE (object);

  if (self->list_view != NULL)
    drop_folder (self);
  g_clear_object (&self->selected);
  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_MESSAGE_LIST_PANE);
  g_clear_object (&self->engine);
  g_clear_object (&self->folders);
  G_OBJECT_CLASS (tern_message_list_pane_parent_class)->dispose (object);
}

static void
tern_message_list_pane_finalize (GObject *object)
{
  TernMessageListPane *self = TERN_MESSAGE_LIST_PANE (object);

  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->requested, g_hash_table_unref);
  G_OBJECT_CLASS (tern_message_list_pane_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *klass)
{
#define BIND(child) gtk_widget_class_bind_template_child (klass, TernMessageListPane, child)
  BIND (title_button);
  BIND (title);
  BIND (subtitle);
  BIND (route_popover);
  BIND (folder_button);
  BIND (search_bar);
  BIND (search_entry);
  BIND (bar);
  BIND (bar_icon);
  BIND (bar_label);
  BIND (bar_button);
  BIND (stack);
  BIND (scrolled);
  BIND (list_view);
  BIND (page);
  BIND (page_button);
  BIND (page_details);
  BIND (page_technical);
  BIND (progress);
#undef BIND
  /* Bound without a field, so that they go with the template. */
  gtk_widget_class_bind_template_child_full (klass, "header", FALSE, 0);
  gtk_widget_class_bind_template_child_full (klass, "overlay", FALSE, 0);
}

static void
tern_message_list_pane_class_init (TernMessageListPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->dispose = tern_message_list_pane_dispose;
  object_class->finalize = tern_message_list_pane_finalize;
  object_class->get_property = tern_message_list_pane_get_property;
  object_class->set_property = tern_message_list_pane_set_property;

  properties[PROP_STARTS_WINDOW] = g_param_spec_boolean ("starts-window", NULL, NULL, FALSE, flags);
  properties[PROP_ENDS_WINDOW] = g_param_spec_boolean ("ends-window", NULL, NULL, FALSE, flags);
  properties[PROP_COMPACT] = g_param_spec_boolean ("compact", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_MESSAGE_SELECTED] =
      g_signal_new ("message-selected", TERN_TYPE_MESSAGE_LIST_PANE, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, TERN_TYPE_MESSAGE_ITEM);
  signals[SIGNAL_MESSAGE_ACTIVATED] =
      g_signal_new ("message-activated", TERN_TYPE_MESSAGE_LIST_PANE, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, TERN_TYPE_MESSAGE_ITEM);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/ternmail/Tern/tern-message-list-pane.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, route_shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, tern_message_list_pane_search_changed);
  gtk_widget_class_bind_template_callback (widget_class, tern_message_list_pane_search_activated);
  gtk_widget_class_bind_template_callback (widget_class,
                                           tern_message_list_pane_search_mode_changed);
}

static void
tern_message_list_pane_init (TernMessageListPane *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (self->folder_button), folder_menu_cb,
                                         self, NULL);
  gtk_search_bar_connect_entry (GTK_SEARCH_BAR (self->search_bar),
                                GTK_EDITABLE (self->search_entry));
  tern_message_list_pane_init_rows (self);
  g_signal_connect (click, "released", G_CALLBACK (released_cb), self);
  gtk_widget_add_controller (self->list_view, GTK_EVENT_CONTROLLER (click));
}

/**
 * tern_message_list_pane_set_up:
 * @self: the pane
 * @engine: the engine
 * @folders: all folders
 *
 * Gives the pane what it works on. To be called once, before anything else.
 */
void
tern_message_list_pane_set_up (TernMessageListPane *self,
                               TernEngine *engine,
                               TernFolderList *folders)
{
  self->engine = g_object_ref (engine);
  self->folders = g_object_ref (folders);
  g_signal_connect_object (engine, "status", G_CALLBACK (status_cb), self, 0);
  g_signal_connect_object (engine, "changed", G_CALLBACK (changed_cb), self, 0);
  tern_message_list_pane_update (self);
}
