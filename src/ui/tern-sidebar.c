/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-sidebar.h"

#include <adwaita.h>

#include "tern-folder-menu.h"
#include "tern-sidebar-row.h"

/* More than these have a button to search them. */
#define MANY_ACCOUNTS 5

struct _TernSidebar
{
  GtkWidget parent_instance;

  TernFolderList *folders;
  GtkSingleSelection *selection;
  gint64 folder_id; /* what was told last */
  gint64 wanted;    /* the account whose inbox is to be opened when it is there; 0 for none */
  gboolean folded;

  GtkWidget *folder_menu; /* GtkPopoverMenu */

  GtkWidget *menu_button;
  GtkWidget *search_button;
  GtkWidget *search_bar;
  GtkWidget *search_entry;
  GtkWidget *list_view;
};

enum
{
  PROP_FOLDED = 1,
  N_PROPS
};

enum
{
  SIGNAL_FOLDER_SELECTED,
  SIGNAL_FOLDER_ACTIVATED,
  SIGNAL_ACCOUNT_OPENED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TernSidebar, tern_sidebar, GTK_TYPE_WIDGET)

static void
show_menu (TernSidebar *self, TernFolderItem *item, GtkWidget *over)
{
  g_autoptr (GMenuModel) model = NULL;
  graphene_rect_t bounds;

  if (item == NULL || tern_folder_item_get_account (item) == NULL ||
      !gtk_widget_compute_bounds (over, GTK_WIDGET (self), &bounds))
    return;
  model = tern_folder_menu_new (tern_folder_item_get_account (item),
                                tern_folder_item_get_folder (item));
  gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (self->folder_menu), model);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->folder_menu),
                               &(GdkRectangle){ (int) bounds.origin.x, (int) bounds.origin.y,
                                                (int) bounds.size.width,
                                                (int) bounds.size.height });
  gtk_popover_popup (GTK_POPOVER (self->folder_menu));
}

static void
row_pressed_cb (GtkGesture *gesture, int n_press, double x, double y, GtkListItem *list_item)
{
  GtkWidget *row = gtk_list_item_get_child (list_item);

  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  show_menu (TERN_SIDEBAR (gtk_widget_get_ancestor (row, TERN_TYPE_SIDEBAR)),
             gtk_list_item_get_item (list_item), row);
}

static void
row_held_cb (GtkGesture *gesture, double x, double y, GtkListItem *list_item)
{
  row_pressed_cb (gesture, 1, x, y, list_item);
}

/* By key it is the menu of what is selected. */
static gboolean
menu_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  TernSidebar *self = TERN_SIDEBAR (widget);
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));
  TernFolderItem *item =
      self->selection != NULL ? gtk_single_selection_get_selected_item (self->selection) : NULL;

  show_menu (self, item,
             focus != NULL && gtk_widget_is_ancestor (focus, self->list_view) ? focus
                                                                              : self->list_view);
  return TRUE;
}

/* --- Headings --- */

static void
restore_selection (TernSidebar *self)
{
  guint position;

  if (self->folder_id != 0 && tern_folder_list_find (self->folders, self->folder_id, &position))
    gtk_single_selection_set_selected (self->selection, position);
}

/* The inbox of an account that was just opened is shown as soon as it is known. */
static void
open_wanted (TernSidebar *self)
{
  TernFolder *inbox = self->wanted != 0 ? tern_folder_list_find_role (self->folders, self->wanted,
                                                                      TERN_FOLDER_ROLE_INBOX)
                                        : NULL;

  if (inbox == NULL)
    return;
  self->wanted = 0;
  tern_sidebar_select (self, inbox->id);
  g_signal_emit (self, signals[SIGNAL_FOLDER_ACTIVATED], 0, inbox->id);
}

static void
items_changed_cb (TernSidebar *self)
{
  /* A few accounts are found by looking. */
  gtk_widget_set_visible (self->search_button,
                          tern_folder_list_count_accounts (self->folders) > MANY_ACCOUNTS);
  restore_selection (self);
  open_wanted (self);
}

static void
set_expanded (TernSidebar *self, TernFolderItem *item, gboolean expanded)
{
  TernAccount *account = tern_folder_item_get_account (item);

  if (account != NULL && expanded)
    g_signal_emit (self, signals[SIGNAL_ACCOUNT_OPENED], 0, account->id);
  tern_folder_list_set_expanded (self->folders, item, expanded);
}

/* In a search it is what was looked for. */
static void
open_heading (TernSidebar *self, TernFolderItem *item)
{
  g_autoptr (TernFolderItem) keep = g_object_ref (item);

  if (gtk_search_bar_get_search_mode (GTK_SEARCH_BAR (self->search_bar)) &&
      tern_folder_item_get_account (item) != NULL)
    {
      self->wanted = tern_folder_item_get_account (item)->id;
      gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->search_bar), FALSE);
      set_expanded (self, item, TRUE);
      open_wanted (self);
      return;
    }
  set_expanded (self, item, !tern_folder_item_is_expanded (item));
}

static void
heading_pressed_cb (GtkGesture *gesture, int n_press, double x, double y, GtkListItem *list_item)
{
  TernFolderItem *item = gtk_list_item_get_item (list_item);
  GtkWidget *row = gtk_list_item_get_child (list_item);

  if (item == NULL || tern_folder_item_get_folder (item) != NULL)
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  open_heading (TERN_SIDEBAR (gtk_widget_get_ancestor (row, TERN_TYPE_SIDEBAR)), item);
}

/* --- Search --- */

static void
search_changed_cb (TernSidebar *self)
{
  tern_folder_list_set_filter (self->folders,
                               gtk_editable_get_text (GTK_EDITABLE (self->search_entry)));
}

static void
search_activate_cb (TernSidebar *self)
{
  GListModel *model = G_LIST_MODEL (self->folders);
  guint n = MIN (g_list_model_get_n_items (model), 2);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (TernFolderItem) item = g_list_model_get_item (model, i);

      if (tern_folder_item_get_account (item) != NULL)
        {
          open_heading (self, item);
          return;
        }
    }
}

static void
search_mode_cb (TernSidebar *self)
{
  if (!gtk_search_bar_get_search_mode (GTK_SEARCH_BAR (self->search_bar)) && self->folders != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, TernSidebar *self)
{
  GtkWidget *row = tern_sidebar_row_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *hold = gtk_gesture_long_press_new ();
  GtkGesture *fold = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (click, "pressed", G_CALLBACK (row_pressed_cb), list_item, 0);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (click));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (hold), TRUE);
  g_signal_connect_object (hold, "pressed", G_CALLBACK (row_held_cb), list_item, 0);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (hold));
  g_signal_connect_object (fold, "pressed", G_CALLBACK (heading_pressed_cb), list_item, 0);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (fold));
  gtk_list_item_set_child (list_item, row);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, TernSidebar *self)
{
  TernFolderItem *item = gtk_list_item_get_item (list_item);
  TernFolder *folder = tern_folder_item_get_folder (item);
  gboolean selectable = folder != NULL && folder->selectable;
  GtkWidget *row = gtk_list_item_get_child (list_item);

  gtk_list_item_set_selectable (list_item, selectable);
  gtk_list_item_set_activatable (list_item, selectable || folder == NULL);
  if (folder == NULL)
    gtk_widget_add_css_class (gtk_widget_get_parent (row), "heading-row");
  else
    gtk_widget_remove_css_class (gtk_widget_get_parent (row), "heading-row");
  tern_sidebar_row_bind (TERN_SIDEBAR_ROW (row), item);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, TernSidebar *self)
{
  tern_sidebar_row_unbind (TERN_SIDEBAR_ROW (gtk_list_item_get_child (list_item)));
}

static TernFolder *
folder_at (TernSidebar *self, guint position)
{
  g_autoptr (TernFolderItem) item = g_list_model_get_item (G_LIST_MODEL (self->folders), position);

  return item != NULL ? tern_folder_item_get_folder (item) : NULL;
}

static void
selected_cb (TernSidebar *self)
{
  TernFolder *folder = folder_at (self, gtk_single_selection_get_selected (self->selection));
  gint64 folder_id = folder != NULL && folder->selectable ? folder->id : 0;

  /* What is only folded away, or not searched for, stays on screen. */
  if (folder_id == self->folder_id ||
      (folder_id == 0 && tern_folder_list_get_folder (self->folders, self->folder_id) != NULL))
    return;
  self->folder_id = folder_id;
  g_signal_emit (self, signals[SIGNAL_FOLDER_SELECTED], 0, folder_id);
}

static void
activate_cb (TernSidebar *self, guint position)
{
  g_autoptr (TernFolderItem) item = g_list_model_get_item (G_LIST_MODEL (self->folders), position);
  TernFolder *folder = item != NULL ? tern_folder_item_get_folder (item) : NULL;

  if (item != NULL && folder == NULL)
    open_heading (self, item);
  else if (folder != NULL && folder->selectable)
    g_signal_emit (self, signals[SIGNAL_FOLDER_ACTIVATED], 0, folder->id);
}

/* Hovering must not select, so GTK's own single click activation is of no use here. */
static void
released_cb (GtkGestureClick *gesture, int n_press, double x, double y, TernSidebar *self)
{
  if (self->folder_id != 0)
    g_signal_emit (self, signals[SIGNAL_FOLDER_ACTIVATED], 0, self->folder_id);
}

static void
tern_sidebar_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_FOLDED)
    g_value_set_boolean (value, TERN_SIDEBAR (object)->folded);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
tern_sidebar_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_FOLDED)
    TERN_SIDEBAR (object)->folded = g_value_get_boolean (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
tern_sidebar_dispose (GObject *object)
{
  TernSidebar *self = TERN_SIDEBAR (object);

  g_clear_pointer (&self->folder_menu, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_SIDEBAR);
  g_clear_object (&self->selection);
  g_clear_object (&self->folders);
  G_OBJECT_CLASS (tern_sidebar_parent_class)->dispose (object);
}

static void
tern_sidebar_class_init (TernSidebarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = tern_sidebar_dispose;
  object_class->get_property = tern_sidebar_get_property;
  object_class->set_property = tern_sidebar_set_property;

  properties[PROP_FOLDED] = g_param_spec_boolean ("folded", NULL, NULL, FALSE,
                                                  G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_FOLDER_SELECTED] =
      g_signal_new ("folder-selected", TERN_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_INT64);
  signals[SIGNAL_FOLDER_ACTIVATED] =
      g_signal_new ("folder-activated", TERN_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_INT64);

  signals[SIGNAL_ACCOUNT_OPENED] =
      g_signal_new ("account-opened", TERN_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_INT64);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/ternmail/Tern/tern-sidebar.ui");
  /* Bound without a field, so that they go with the template. */
  gtk_widget_class_bind_template_child_full (widget_class, "header", FALSE, 0);
  gtk_widget_class_bind_template_child_full (widget_class, "scrolled", FALSE, 0);
  gtk_widget_class_bind_template_child (widget_class, TernSidebar, menu_button);
  gtk_widget_class_bind_template_child (widget_class, TernSidebar, search_button);
  gtk_widget_class_bind_template_child (widget_class, TernSidebar, search_bar);
  gtk_widget_class_bind_template_child (widget_class, TernSidebar, search_entry);
  gtk_widget_class_bind_template_child (widget_class, TernSidebar, list_view);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_mode_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, menu_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_cb, NULL);
}

static void
tern_sidebar_init (TernSidebar *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_search_bar_connect_entry (GTK_SEARCH_BAR (self->search_bar),
                                GTK_EDITABLE (self->search_entry));
  self->folder_menu = gtk_popover_menu_new_from_model (NULL);
  gtk_widget_set_parent (self->folder_menu, GTK_WIDGET (self));

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), self);
  gtk_list_view_set_factory (GTK_LIST_VIEW (self->list_view), factory);
  g_object_unref (factory);

  g_signal_connect (click, "released", G_CALLBACK (released_cb), self);
  gtk_widget_add_controller (self->list_view, GTK_EVENT_CONTROLLER (click));
}

/**
 * tern_sidebar_set_folders:
 * @self: the sidebar
 * @folders: what it shows
 *
 * Shows @folders. To be called once.
 */
void
tern_sidebar_set_folders (TernSidebar *self, TernFolderList *folders)
{
  self->folders = g_object_ref (folders);
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (folders));
  g_signal_connect_swapped (self->selection, "notify::selected", G_CALLBACK (selected_cb), self);
  gtk_list_view_set_model (GTK_LIST_VIEW (self->list_view), GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (folders, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED);
  items_changed_cb (self);
}

/**
 * tern_sidebar_select:
 * @self: the sidebar
 * @folder_id: a folder
 *
 * Selects the folder, which opens it.
 *
 * Returns: whether it is there
 */
gboolean
tern_sidebar_select (TernSidebar *self, gint64 folder_id)
{
  guint position;

  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->search_bar), FALSE);
  if (!tern_folder_list_find (self->folders, folder_id, &position))
    tern_folder_list_reveal (self->folders, folder_id);
  if (!tern_folder_list_find (self->folders, folder_id, &position))
    return FALSE;
  gtk_single_selection_set_selected (self->selection, position);
  return TRUE;
}

/**
 * tern_sidebar_search:
 * @self: the sidebar
 *
 * Lets the user look for an account.
 */
void
tern_sidebar_search (TernSidebar *self)
{
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->search_bar), TRUE);
  gtk_widget_grab_focus (self->search_entry);
}

/**
 * tern_sidebar_open_menu:
 * @self: the sidebar
 *
 * Opens the main menu.
 */
void
tern_sidebar_open_menu (TernSidebar *self)
{
  gtk_menu_button_popup (GTK_MENU_BUTTON (self->menu_button));
}
