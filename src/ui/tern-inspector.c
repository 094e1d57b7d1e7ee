/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-inspector.h"

#include <string.h>

#include <glib/gi18n.h>

#include "tern-inspector-graph.h"
#include "tern-inspector-row.h"
#include "tern-inspector-timeline.h"
#include "tern-ui-error.h"

/* Below this width the results stand under the texts. */
#define NARROW 640

struct _TernInspector
{
  AdwWindow parent_instance;

  TernEngine *engine;
  GPtrArray *accounts; /* TernAccount */
  TernInspectorTimeline *timeline;
  GtkFilter *filter;
  GListModel *shown;
  GtkFileChooserNative *chooser; /* while it is open */
  guint kinds;                   /* a bit for each TernEventKind */
  gboolean narrow;
  gboolean follows; /* the end is shown, and what comes is to be */
  guint scroll_source;

  GtkWidget *toasts;
  GtkWidget *account_box;
  GtkWidget *pause_button;
  GtkWidget *search_bar;
  GtkWidget *search_entry;
  GtkWidget *graph;
  GtkWidget *stack;
  GtkWidget *scrolled;
  GtkWidget *list_view;
  GtkWidget *empty;
};

enum
{
  PROP_NARROW = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TernInspector, tern_inspector, ADW_TYPE_WINDOW)

/* What the filter menu offers, and what each of it stands for. */
static const struct
{
  const char *action;
  guint kinds;
} filters[] = {
  { "races", 1u << TERN_EVENT_RACE },
  { "connections", 1u << TERN_EVENT_CONNECTION | 1u << TERN_EVENT_CHANNEL },
  { "flights", 1u << TERN_EVENT_FLIGHT },
  { "commands", 1u << TERN_EVENT_COMMAND },
  { "idle", 1u << TERN_EVENT_IDLE },
  { "server", 1u << TERN_EVENT_SERVER | 1u << TERN_EVENT_WAIT },
};

static gboolean
matches (gpointer object, gpointer user_data)
{
  TernInspector *self = user_data;
  TernInspectorItem *item = object;
  const char *wanted = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  g_autofree char *line = NULL;
  g_autofree char *folded = NULL;
  g_autofree char *folded_wanted = NULL;

  if ((self->kinds & 1u << tern_inspector_item_get_event (item)->kind) == 0)
    return FALSE;
  if (*wanted == '\0')
    return TRUE;
  line = tern_inspector_item_dup_line (item);
  folded = g_utf8_casefold (line, -1);
  folded_wanted = g_utf8_casefold (wanted, -1);
  return strstr (folded, folded_wanted) != NULL;
}

static void
search_changed_cb (TernInspector *self)
{
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

static void
update_page (TernInspector *self)
{
  guint shown = g_list_model_get_n_items (self->shown);
  guint all = g_list_model_get_n_items (tern_inspector_timeline_get_items (self->timeline));

  adw_status_page_set_title (ADW_STATUS_PAGE (self->empty),
                             all > 0 ? _ ("Nothing of that kind") : _ ("Nothing has happened yet"));
  gtk_stack_set_visible_child (GTK_STACK (self->stack), shown > 0 ? self->scrolled : self->empty);
}

/* --- Following the end --- */

static gboolean
scroll_cb (gpointer user_data)
{
  TernInspector *self = user_data;
  guint n = g_list_model_get_n_items (self->shown);

  self->scroll_source = 0;
  if (n > 0)
    gtk_widget_activate_action (self->list_view, "list.scroll-to-item", "u", n - 1);
  return G_SOURCE_REMOVE;
}

/* After the list has got its new size; until then its place says nothing of what the user wants. */
static void
scroll_to_end (TernInspector *self)
{
  if (self->follows && self->scroll_source == 0)
    self->scroll_source = g_idle_add (scroll_cb, self);
}

static void
scrolled_cb (TernInspector *self)
{
  GtkAdjustment *adjustment =
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled));
  double end =
      gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment) - 24;

  if (self->scroll_source == 0)
    self->follows = gtk_adjustment_get_value (adjustment) >= end;
}

static void
shown_changed_cb (TernInspector *self)
{
  update_page (self);
  scroll_to_end (self);
}

/* --- Events --- */

static gboolean
is_paused (TernInspector *self)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->pause_button));
}

static void
events_cb (TernInspector *self)
{
  if (!is_paused (self))
    tern_inspector_timeline_update (self->timeline);
}

static void
traffic_cb (TernInspector *self, gint64 time, guint64 sent, guint64 received)
{
  tern_inspector_graph_add (TERN_INSPECTOR_GRAPH (self->graph), time, sent, received);
}

static void
pause_toggled_cb (TernInspector *self)
{
  const char *label = is_paused (self) ? _ ("Go on") : _ ("Pause");

  gtk_button_set_icon_name (GTK_BUTTON (self->pause_button), is_paused (self)
                                                                 ? "media-playback-start-symbolic"
                                                                 : "media-playback-pause-symbolic");
  gtk_widget_set_tooltip_text (self->pause_button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->pause_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  events_cb (self);
}

static void
open_account (TernInspector *self, guint index)
{
  if (index >= self->accounts->len)
    return;
  self->follows = TRUE;
  tern_inspector_graph_clear (TERN_INSPECTOR_GRAPH (self->graph));
  tern_inspector_timeline_open (self->timeline, self->engine,
                                ((TernAccount *) g_ptr_array_index (self->accounts, index))->id);
  update_page (self);
}

static void
account_selected_cb (TernInspector *self, GParamSpec *pspec, GtkDropDown *drop_down)
{
  open_account (self, gtk_drop_down_get_selected (drop_down));
}

/* --- Saving --- */

static void
say (TernInspector *self, const char *sentence)
{
  g_autofree char *markup = g_markup_escape_text (sentence, -1);

  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), adw_toast_new (markup));
}

static void
saved_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernInspector) self = user_data;
  g_autoptr (GError) error = NULL;

  if (g_file_replace_contents_finish (G_FILE (object), result, NULL, &error))
    say (self, _ ("Report saved"));
  else
    {
      g_warning ("Cannot save the report: %s", error->message);
      say (self, _ ("Couldn’t save the report there."));
    }
}

static void
chosen_cb (TernInspector *self, int response, GtkNativeDialog *dialog)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  char *report;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      report = tern_inspector_timeline_dup_report (self->timeline);
      bytes = g_bytes_new_take (report, strlen (report));
      g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL,
                                           saved_cb, g_object_ref (self));
    }
  gtk_native_dialog_destroy (dialog);
  g_clear_object (&self->chooser);
}

static void
save_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernInspector *self = TERN_INSPECTOR (widget);

  if (self->chooser != NULL)
    return;
  self->chooser =
      gtk_file_chooser_native_new (_ ("Save the report"), GTK_WINDOW (self),
                                   GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), "tern-report.txt");
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (chosen_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* --- Actions --- */

static void
pause_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkToggleButton *button = GTK_TOGGLE_BUTTON (TERN_INSPECTOR (widget)->pause_button);

  gtk_toggle_button_set_active (button, !gtk_toggle_button_get_active (button));
}

static void
clear_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernInspector *self = TERN_INSPECTOR (widget);

  self->follows = TRUE;
  tern_inspector_timeline_clear (self->timeline);
  tern_inspector_graph_clear (TERN_INSPECTOR_GRAPH (self->graph));
  update_page (self);
}

static void
search_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernInspector *self = TERN_INSPECTOR (widget);

  gtk_search_bar_set_search_mode (
      GTK_SEARCH_BAR (self->search_bar),
      !gtk_search_bar_get_search_mode (GTK_SEARCH_BAR (self->search_bar)));
}

static void
filter_state_cb (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  TernInspector *self = user_data;

  g_simple_action_set_state (action, state);
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    if (g_str_equal (filters[i].action, g_action_get_name (G_ACTION (action))))
      {
        if (g_variant_get_boolean (state))
          self->kinds |= filters[i].kinds;
        else
          self->kinds &= ~filters[i].kinds;
      }
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

static void
add_filter_actions (TernInspector *self)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_autoptr (GSimpleAction) action =
          g_simple_action_new_stateful (filters[i].action, NULL, g_variant_new_boolean (TRUE));

      g_signal_connect (action, "change-state", G_CALLBACK (filter_state_cb), self);
      g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (action));
      self->kinds |= filters[i].kinds;
    }
  gtk_widget_insert_action_group (GTK_WIDGET (self), "filter", G_ACTION_GROUP (group));
}

/* --- Rows --- */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, TernInspector *self)
{
  GtkWidget *row = tern_inspector_row_new ();

  g_object_bind_property (self, "narrow", row, "narrow", G_BINDING_SYNC_CREATE);
  gtk_list_item_set_child (list_item, row);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, TernInspector *self)
{
  tern_inspector_row_bind (TERN_INSPECTOR_ROW (gtk_list_item_get_child (list_item)),
                           gtk_list_item_get_item (list_item));
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, TernInspector *self)
{
  tern_inspector_row_unbind (TERN_INSPECTOR_ROW (gtk_list_item_get_child (list_item)));
}

static void
make_list (TernInspector *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkSingleSelection) selection = NULL;
  GtkFilterListModel *model;

  self->filter = GTK_FILTER (gtk_custom_filter_new (matches, self, NULL));
  model =
      gtk_filter_list_model_new (g_object_ref (tern_inspector_timeline_get_items (self->timeline)),
                                 g_object_ref (self->filter));
  self->shown = G_LIST_MODEL (model);
  selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (selection, FALSE);
  gtk_single_selection_set_can_unselect (selection, TRUE);
  gtk_single_selection_set_model (selection, self->shown);

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), self);
  gtk_list_view_set_factory (GTK_LIST_VIEW (self->list_view), factory);
  gtk_list_view_set_model (GTK_LIST_VIEW (self->list_view), GTK_SELECTION_MODEL (selection));
  g_signal_connect_object (self->shown, "items-changed", G_CALLBACK (shown_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled)), "value-changed",
      G_CALLBACK (scrolled_cb), self, G_CONNECT_SWAPPED);
}

/* --- Object --- */

static void
width_cb (TernInspector *self, GParamSpec *pspec, GdkSurface *surface)
{
  gboolean narrow = gdk_surface_get_width (surface) < NARROW;

  if (narrow == self->narrow)
    return;
  self->narrow = narrow;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NARROW]);
}

static void
tern_inspector_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (tern_inspector_parent_class)->realize (widget);
  g_signal_connect_object (gtk_native_get_surface (GTK_NATIVE (widget)), "notify::width",
                           G_CALLBACK (width_cb), widget, G_CONNECT_SWAPPED);
}

static void
tern_inspector_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_NARROW)
    g_value_set_boolean (value, TERN_INSPECTOR (object)->narrow);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
tern_inspector_dispose (GObject *object)
{
  TernInspector *self = TERN_INSPECTOR (object);

  g_clear_handle_id (&self->scroll_source, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_INSPECTOR);
  g_clear_object (&self->chooser);
  g_clear_object (&self->shown);
  g_clear_object (&self->filter);
  g_clear_object (&self->timeline);
  g_clear_pointer (&self->accounts, g_ptr_array_unref);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (tern_inspector_parent_class)->dispose (object);
}

static void
tern_inspector_class_init (TernInspectorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = tern_inspector_dispose;
  object_class->get_property = tern_inspector_get_property;
  widget_class->realize = tern_inspector_realize;

  properties[PROP_NARROW] =
      g_param_spec_boolean ("narrow", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (TERN_TYPE_INSPECTOR_GRAPH);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/ternmail/Tern/tern-inspector.ui");
#define BIND(child) gtk_widget_class_bind_template_child (widget_class, TernInspector, child)
  BIND (toasts);
  BIND (account_box);
  BIND (pause_button);
  BIND (search_bar);
  BIND (search_entry);
  BIND (graph);
  BIND (stack);
  BIND (scrolled);
  BIND (list_view);
  BIND (empty);
#undef BIND
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, pause_toggled_cb);

  gtk_widget_class_install_action (widget_class, "inspector.save", NULL, save_cb);
  gtk_widget_class_install_action (widget_class, "inspector.clear", NULL, clear_cb);
  gtk_widget_class_install_action (widget_class, "inspector.pause", NULL, pause_cb);
  gtk_widget_class_install_action (widget_class, "inspector.search", NULL, search_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK, "inspector.save",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_l, GDK_CONTROL_MASK, "inspector.clear",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_p, GDK_CONTROL_MASK, "inspector.pause",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_f, GDK_CONTROL_MASK,
                                       "inspector.search", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_w, GDK_CONTROL_MASK, "window.close",
                                       NULL);
}

static void
tern_inspector_init (TernInspector *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_search_bar_connect_entry (GTK_SEARCH_BAR (self->search_bar),
                                GTK_EDITABLE (self->search_entry));
  self->timeline = tern_inspector_timeline_new ();
  self->follows = TRUE;
  g_signal_connect_object (self->timeline, "traffic", G_CALLBACK (traffic_cb), self,
                           G_CONNECT_SWAPPED);
  add_filter_actions (self);
  make_list (self);
  update_page (self);
}

/* One account needs no choice. */
static void
add_accounts (TernInspector *self, gint64 account_id)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  GtkWidget *drop_down;
  guint index = 0;

  for (guint i = 0; i < self->accounts->len; i++)
    {
      const TernAccount *account = g_ptr_array_index (self->accounts, i);

      gtk_string_list_append (names, account->email);
      if (account->id == account_id)
        index = i;
    }
  if (self->accounts->len > 1)
    {
      drop_down = gtk_drop_down_new (g_object_ref (G_LIST_MODEL (names)), NULL);
      gtk_drop_down_set_selected (GTK_DROP_DOWN (drop_down), index);
      gtk_widget_set_tooltip_text (drop_down, _ ("Account"));
      gtk_accessible_update_property (GTK_ACCESSIBLE (drop_down), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _ ("Account"), -1);
      g_signal_connect_object (drop_down, "notify::selected", G_CALLBACK (account_selected_cb),
                               self, G_CONNECT_SWAPPED);
    }
  else
    drop_down = adw_window_title_new (
        _ ("Inspector"), self->accounts->len > 0 ? gtk_string_list_get_string (names, 0) : NULL);
  gtk_box_append (GTK_BOX (self->account_box), drop_down);
  open_account (self, index);
}

/**
 * tern_inspector_new:
 * @engine: the engine
 * @account_id: the account to begin with; another one is chosen where there is no such account
 *
 * Makes the window that shows what happens between accounts and their servers.
 *
 * Returns: (transfer none): a new window
 */
TernInspector *
tern_inspector_new (TernEngine *engine, gint64 account_id)
{
  TernInspector *self = g_object_new (TERN_TYPE_INSPECTOR, NULL);

  self->engine = g_object_ref (engine);
  self->accounts = tern_engine_read_accounts (engine, NULL);
  if (self->accounts == NULL)
    self->accounts = g_ptr_array_new ();
  add_accounts (self, account_id);
  g_signal_connect_object (engine, "events", G_CALLBACK (events_cb), self, G_CONNECT_SWAPPED);
  return self;
}
