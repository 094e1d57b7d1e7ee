/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-accounts-window-private.h"

#include <glib/gi18n.h>

#include "tern-error.h"
#include "tern-ui-error.h"

G_DEFINE_FINAL_TYPE (TernAccountsWindow, tern_accounts_window, ADW_TYPE_WINDOW)

static gboolean
filter_cb (gpointer object, gpointer user_data)
{
  TernAccountsWindow *self = user_data;

  if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->trouble_button)) &&
      !tern_accounts_window_needs_user (object))
    return FALSE;
  return self->words == NULL ||
         tern_folder_item_matches (object, (const char *const *) self->words);
}

static void
filter_changed_cb (TernAccountsWindow *self)
{
  g_autofree char *text = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->entry)), -1);

  g_strfreev (self->words);
  g_strstrip (text);
  self->words = *text != '\0' ? g_strsplit (text, " ", -1) : NULL;
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

/* Escape ends first the search and then the rest. */
static void
stop_search_cb (TernAccountsWindow *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->entry)) != '\0')
    gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  else
    gtk_window_close (GTK_WINDOW (self));
}

/* The accounts that are selected; where none is, and @all, those that are shown. */
GArray *
tern_accounts_window_dup_ids (TernAccountsWindow *self, gboolean all)
{
  g_autoptr (GtkBitset) set = gtk_selection_model_get_selection (self->selection);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  gboolean none = gtk_bitset_is_empty (set);
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (TernFolderItem) item = NULL;

      if (none ? !all : !gtk_bitset_contains (set, i))
        continue;
      item = g_list_model_get_item (G_LIST_MODEL (self->selection), i);
      g_array_append_val (ids, tern_folder_item_get_account (item)->id);
    }
  return ids;
}

/* Where nothing is to be listed, it is said why. */
static void
show_list (TernAccountsWindow *self, gboolean any)
{
  gboolean is_narrowed = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->trouble_button));

  if (!any)
    {
      adw_status_page_set_icon_name (ADW_STATUS_PAGE (self->nothing),
                                     is_narrowed ? "object-select-symbolic" : "edit-find-symbolic");
      adw_status_page_set_title (ADW_STATUS_PAGE (self->nothing),
                                 self->words != NULL ? _ ("No account found")
                                 : is_narrowed       ? _ ("No account needs you")
                                                     : _ ("No account yet"));
    }
  gtk_stack_set_visible_child (GTK_STACK (self->stack), any ? self->scrolled : self->nothing);
}

static void
update (TernAccountsWindow *self)
{
  static const char *const actions[] = { "accounts.group", "accounts.tag", "accounts.watch",
                                         "accounts.unwatch", "accounts.remove" };
  g_autoptr (GtkBitset) set = gtk_selection_model_get_selection (self->selection);
  guint n = (guint) gtk_bitset_get_size (set);
  guint shown = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  g_autofree char *text =
      n > 0 ? g_strdup_printf (ngettext ("%'u selected", "%'u selected", n), n)
            : g_strdup_printf (ngettext ("%'u account", "%'u accounts", shown), shown);

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), actions[i], n > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "accounts.check", shown > 0);
  gtk_label_set_text (GTK_LABEL (self->count_label), text);
  show_list (self, shown > 0);
}

/* Shows how far something is that takes long, in place of what could be begun. */
void
tern_accounts_window_set_busy (TernAccountsWindow *self, gboolean busy)
{
  g_clear_object (&self->cancellable);
  if (busy)
    self->cancellable = g_cancellable_new ();
  gtk_widget_set_visible (self->actions, !busy);
  gtk_widget_set_visible (self->progress, busy);
  tern_accounts_window_tell_progress (0, 0, self);
}

/* A #GFileProgressCallback. */
void
tern_accounts_window_tell_progress (goffset done, goffset total, gpointer user_data)
{
  TernAccountsWindow *self = user_data;
  /* Translators: how many accounts of how many. */
  g_autofree char *text = g_strdup_printf (_ ("%'u of %'u"), (guint) done, (guint) total);

  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress_bar),
                                 total > 0 ? (double) done / (double) total : 0);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (self->progress_bar), text);
}

/* Says what could not be done. */
void
tern_accounts_window_say (TernAccountsWindow *self, const GError *error)
{
  g_autofree char *sentence = tern_error_to_sentence (error, NULL);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("This did not work"), sentence);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
stop_cb (TernAccountsWindow *self)
{
  g_cancellable_cancel (self->cancellable);
}

static void
activate_cb (TernAccountsWindow *self, guint position)
{
  g_autoptr (TernFolderItem) item =
      g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  tern_accounts_window_settle (self, item);
}

/* --- What changes --- */

static void
add_item (TernAccountsWindow *self, TernAccount *account)
{
  g_autoptr (TernStatus) status = tern_engine_dup_status (self->engine, account->id);
  g_autoptr (TernFolderItem) item = tern_folder_item_new (account, NULL, 0);

  tern_folder_item_set_status (item, status);
  g_hash_table_insert (self->items, g_memdup2 (&account->id, sizeof account->id), item);
  g_list_store_append (self->store, item);
}

static void
reload (TernAccountsWindow *self)
{
  g_autoptr (GPtrArray) accounts = tern_engine_read_accounts (self->engine, NULL);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) old = g_steal_pointer (&self->items);

  self->items = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  for (guint i = 0; accounts != NULL && i < accounts->len; i++)
    {
      TernAccount *account = g_ptr_array_index (accounts, i);
      TernFolderItem *item = g_hash_table_lookup (old, &account->id);

      if (item != NULL)
        {
          g_object_ref (item);
          tern_folder_item_update (item, account, NULL, 0);
        }
      else
        {
          g_autoptr (TernStatus) status = tern_engine_dup_status (self->engine, account->id);

          item = tern_folder_item_new (account, NULL, 0);
          tern_folder_item_set_status (item, status);
        }
      g_ptr_array_add (items, item);
      g_hash_table_insert (self->items, g_memdup2 (&account->id, sizeof account->id), item);
    }
  g_list_store_splice (self->store, 0, g_list_model_get_n_items (G_LIST_MODEL (self->store)),
                       items->pdata, items->len);
}

static void
read_account (TernAccountsWindow *self, gint64 id)
{
  TernFolderItem *item = g_hash_table_lookup (self->items, &id);
  g_autoptr (GError) error = NULL;
  g_autoptr (TernAccount) account = tern_engine_read_account (self->engine, id, &error);
  guint position;

  if (account != NULL && item != NULL)
    tern_folder_item_update (item, account, NULL, 0);
  else if (item != NULL && g_error_matches (error, TERN_ERROR, TERN_ERROR_GONE) &&
           g_list_store_find (self->store, item, &position))
    {
      g_hash_table_remove (self->items, &id);
      g_list_store_remove (self->store, position);
    }
  else if (account != NULL)
    add_item (self, account);
}

/* Only what changed is touched: the others stay selected and where they are. */
static void
changed_cb (TernAccountsWindow *self, TernChanges *changes)
{
  g_autoptr (GArray) ids = NULL;

  if (!tern_changes_has_folder_list (changes, 0))
    return;
  ids = tern_changes_list_accounts (changes);
  if (ids == NULL)
    reload (self);
  for (guint i = 0; ids != NULL && i < ids->len; i++)
    read_account (self, g_array_index (ids, gint64, i));
}

static void
status_cb (TernAccountsWindow *self, TernStatus *status)
{
  TernFolderItem *item = g_hash_table_lookup (self->items, &status->account_id);

  if (item != NULL)
    tern_folder_item_set_status (item, status);
}

static gboolean
tern_accounts_window_close_request (GtkWindow *window)
{
  g_cancellable_cancel (TERN_ACCOUNTS_WINDOW (window)->cancellable);
  return GTK_WINDOW_CLASS (tern_accounts_window_parent_class)->close_request (window);
}

static void
tern_accounts_window_dispose (GObject *object)
{
  TernAccountsWindow *self = TERN_ACCOUNTS_WINDOW (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_ACCOUNTS_WINDOW);
  g_clear_object (&self->engine);
  g_clear_object (&self->store);
  g_clear_object (&self->filter);
  g_clear_object (&self->selection);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (tern_accounts_window_parent_class)->dispose (object);
}

static void
tern_accounts_window_finalize (GObject *object)
{
  TernAccountsWindow *self = TERN_ACCOUNTS_WINDOW (object);

  g_hash_table_unref (self->items);
  g_strfreev (self->words);
  g_clear_pointer (&self->doomed, g_array_unref);
  G_OBJECT_CLASS (tern_accounts_window_parent_class)->finalize (object);
}

static void
tern_accounts_window_class_init (TernAccountsWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tern_accounts_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = tern_accounts_window_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = tern_accounts_window_close_request;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/ternmail/Tern/tern-accounts-window.ui");
#define BIND(child) gtk_widget_class_bind_template_child (widget_class, TernAccountsWindow, child)
  BIND (entry);
  BIND (toasts);
  BIND (stack);
  BIND (scrolled);
  BIND (nothing);
  BIND (trouble_button);
  BIND (list_view);
  BIND (count_label);
  BIND (actions);
  BIND (progress);
  BIND (progress_bar);
#undef BIND
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
  tern_accounts_window_add_actions (widget_class);
}

static void
tern_accounts_window_init (TernAccountsWindow *self)
{
  g_autoptr (GtkListItemFactory) factory = tern_accounts_window_make_factory ();
  GtkFilterListModel *filtered;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->items = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->store = g_list_store_new (TERN_TYPE_FOLDER_ITEM);
  self->filter = GTK_FILTER (gtk_custom_filter_new (filter_cb, self, NULL));
  filtered = gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (self->store)),
                                        g_object_ref (self->filter));
  self->selection = GTK_SELECTION_MODEL (gtk_multi_selection_new (G_LIST_MODEL (filtered)));
  gtk_list_view_set_factory (GTK_LIST_VIEW (self->list_view), factory);
  gtk_list_view_set_model (GTK_LIST_VIEW (self->list_view), self->selection);
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
}

/**
 * tern_accounts_window_new:
 * @parent: the window
 * @engine: the engine
 *
 * Makes the window that lists all accounts, finds them by address, name, group or tag, and does
 * something with many of them at once.
 *
 * Returns: (transfer none): a new window
 */
TernAccountsWindow *
tern_accounts_window_new (GtkWindow *parent, TernEngine *engine)
{
  TernAccountsWindow *self =
      g_object_new (TERN_TYPE_ACCOUNTS_WINDOW, "transient-for", parent, NULL);

  self->engine = g_object_ref (engine);
  g_signal_connect_object (engine, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "status", G_CALLBACK (status_cb), self, G_CONNECT_SWAPPED);
  reload (self);
  update (self);
  return self;
}
