/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-window-private.h"

#include <glib/gi18n.h>

#include "tern-ui-format.h"

/* What a dialog was opened for. */
typedef struct
{
  TernWindow *window;
  GtkWidget *entry; /* NULL where nothing is asked */
  gint64 account_id;
  TernFolder *folder; /* NULL for the account's top */
} Asking;

static void
asking_free (gpointer data, GClosure *closure)
{
  Asking *asking = data;

  g_object_unref (asking->window);
  g_clear_pointer (&asking->folder, tern_folder_unref);
  g_free (asking);
}

/* The folder that an action names, or the one that is open where it names none. */
static TernFolder *
find_folder (TernWindow *self, GVariant *parameter)
{
  gint64 id = parameter != NULL ? g_variant_get_int64 (parameter) : 0;

  return id != 0 ? tern_folder_list_get_folder (self->folders, id)
                 : tern_message_list_pane_get_folder (TERN_MESSAGE_LIST_PANE (self->list));
}

static AdwMessageDialog *
ask_new (TernWindow *self, const char *heading, const char *body, const char *verb)
{
  AdwMessageDialog *dialog =
      ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (self), heading, body));

  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "do", verb, NULL);
  adw_message_dialog_set_default_response (dialog, "do");
  adw_message_dialog_set_close_response (dialog, "cancel");
  return dialog;
}

static void
ask (AdwMessageDialog *dialog, GCallback response_cb, Asking fields)
{
  Asking *asking = g_memdup2 (&fields, sizeof fields);

  g_object_ref (asking->window);
  if (asking->folder != NULL)
    tern_folder_ref (asking->folder);
  g_signal_connect_data (dialog, "response", response_cb, asking, asking_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* --- Names --- */

/* A name goes into a path, whose parts the server separates by a sign of its own choice. */
static gboolean
is_name (const char *text)
{
  g_autofree char *name = g_strstrip (g_strdup (text));

  return *name != '\0' && strlen (name) <= 255;
}

static void
name_changed_cb (GtkEditable *entry, AdwMessageDialog *dialog)
{
  adw_message_dialog_set_response_enabled (dialog, "do", is_name (gtk_editable_get_text (entry)));
}

static void
ask_name (TernWindow *self,
          const char *heading,
          const char *verb,
          const char *name,
          GCallback response_cb,
          Asking fields)
{
  AdwMessageDialog *dialog = ask_new (self, heading, NULL, verb);

  fields.window = self;
  fields.entry = gtk_entry_new ();
  gtk_editable_set_text (GTK_EDITABLE (fields.entry), name);
  gtk_entry_set_activates_default (GTK_ENTRY (fields.entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (fields.entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Name"), -1);
  adw_message_dialog_set_extra_child (dialog, fields.entry);
  adw_message_dialog_set_response_appearance (dialog, "do", ADW_RESPONSE_SUGGESTED);
  g_signal_connect_object (fields.entry, "changed", G_CALLBACK (name_changed_cb), dialog, 0);
  name_changed_cb (GTK_EDITABLE (fields.entry), dialog);
  ask (dialog, response_cb, fields);
}

static char *
dup_name (const Asking *asking)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (asking->entry))));
}

static void
new_response_cb (AdwMessageDialog *dialog, const char *response, Asking *asking)
{
  g_autofree char *name = dup_name (asking);

  if (g_strcmp0 (response, "do") != 0 || !is_name (name))
    return;
  tern_window_apply (asking->window,
                     tern_operation_new_create_folder (
                         asking->account_id, asking->folder != NULL ? asking->folder->id : 0, name),
                     /* Translators: %s is a folder. */
                     g_strdup_printf (_ ("Folder %s made"), name));
}

static void
new_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  TernFolder *folder = find_folder (self, parameter);
  g_autofree char *heading = NULL;

  if (folder == NULL)
    return;
  /* Translators: %s is a folder. */
  heading = g_strdup_printf (_ ("New folder inside %s"), tern_format_folder (folder));
  ask_name (self, heading, _ ("_Make"), "", G_CALLBACK (new_response_cb),
            (Asking){ .account_id = folder->account_id, .folder = folder });
}

/* With no account named it is that of the folder that is open. */
static void
new_top_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  gint64 account_id = g_variant_get_int64 (parameter);

  if (account_id == 0)
    account_id = tern_message_list_pane_get_account_id (TERN_MESSAGE_LIST_PANE (self->list));
  if (account_id != 0)
    ask_name (self, _ ("New folder"), _ ("_Make"), "", G_CALLBACK (new_response_cb),
              (Asking){ .account_id = account_id });
}

/* The folder above keeps the same; 0 where there is none that is known. */
static gint64
parent_id (TernWindow *self, const TernFolder *folder)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->folders));

  for (guint i = 0; folder->parent != NULL && i < n; i++)
    {
      g_autoptr (TernFolderItem) item = g_list_model_get_item (G_LIST_MODEL (self->folders), i);
      TernFolder *other = tern_folder_item_get_folder (item);

      if (other != NULL && other->account_id == folder->account_id &&
          g_strcmp0 (other->remote_id, folder->parent) == 0)
        return other->id;
    }
  return 0;
}

static void
rename_response_cb (AdwMessageDialog *dialog, const char *response, Asking *asking)
{
  g_autofree char *name = dup_name (asking);

  if (g_strcmp0 (response, "do") != 0 || !is_name (name) ||
      g_str_equal (name, asking->folder->name))
    return;
  tern_window_apply (asking->window,
                     tern_operation_new_rename_folder (
                         asking->folder->id, parent_id (asking->window, asking->folder), name),
                     /* Translators: %s is the new name of a folder. */
                     g_strdup_printf (_ ("Folder renamed to %s"), name));
}

static void
rename_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  TernFolder *folder = find_folder (self, parameter);
  g_autofree char *heading = NULL;

  if (folder == NULL || folder->role != TERN_FOLDER_ROLE_NONE)
    return;
  /* Translators: %s is a folder. */
  heading = g_strdup_printf (_ ("Rename %s"), tern_format_folder (folder));
  ask_name (self, heading, _ ("_Rename"), folder->name, G_CALLBACK (rename_response_cb),
            (Asking){ .account_id = folder->account_id, .folder = folder });
}

/* --- What cannot be brought back --- */

static void
delete_response_cb (AdwMessageDialog *dialog, const char *response, Asking *asking)
{
  if (g_strcmp0 (response, "do") == 0)
    tern_window_apply (asking->window, tern_operation_new_delete_folder (asking->folder->id), NULL);
}

static void
empty_response_cb (AdwMessageDialog *dialog, const char *response, Asking *asking)
{
  if (g_strcmp0 (response, "do") == 0)
    tern_window_apply_to_folder (asking->window, tern_engine_empty_folder_async, asking->folder->id,
                                 NULL);
}

static void
confirm_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  TernFolder *folder = find_folder (self, parameter);
  gboolean empties = g_str_equal (name, "win.folder-empty");
  g_autofree char *heading = NULL;
  AdwMessageDialog *dialog;

  if (folder == NULL)
    return;
  heading =
      g_strdup_printf (empties ? /* Translators: %s is a folder. */ _ ("Empty %s?")
                               : /* Translators: %s is a folder. */ _ ("Delete the folder %s?"),
                       tern_format_folder (folder));
  dialog = ask_new (self, heading,
                    empties ? _ ("All letters in it are removed from the server and cannot be "
                                 "brought back.")
                            : _ ("The folder and all letters in it are removed from the server and "
                                 "cannot be brought back."),
                    empties ? _ ("_Empty") : _ ("_Delete"));
  adw_message_dialog_set_response_appearance (dialog, "do", ADW_RESPONSE_DESTRUCTIVE);
  ask (dialog, empties ? G_CALLBACK (empty_response_cb) : G_CALLBACK (delete_response_cb),
       (Asking){ .window = self, .account_id = folder->account_id, .folder = folder });
}

/* --- What needs no question --- */

static void
read_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  TernFolder *folder = find_folder (self, parameter);

  if (folder != NULL && folder->unread != 0)
    tern_window_apply_to_folder (
        self, tern_engine_mark_folder_read_async, folder->id,
        /* Translators: %s is a folder. */
        g_strdup_printf (_ ("All letters in %s marked as read"), tern_format_folder (folder)));
}

static void
compact_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  TernFolder *folder = find_folder (self, parameter);

  if (folder != NULL)
    tern_window_apply_to_folder (self, tern_engine_expunge_folder_async, folder->id, NULL);
}

static void
subscribe_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernWindow *self = TERN_WINDOW (widget);
  TernFolder *folder = find_folder (self, parameter);
  gboolean wanted;

  if (folder == NULL)
    return;
  wanted = !folder->subscribed;
  tern_window_apply (
      self, tern_operation_new_subscribe (folder->id, wanted),
      g_strdup_printf (wanted ? /* Translators: %s is a folder. */ _ ("%s is shown from now on")
                              : /* Translators: %s is a folder. */ _ ("%s is not shown any more"),
                       tern_format_folder (folder)));
}

/* Installs the actions on folders. Each takes a folder's id, 0 for the one that is open. */
void
tern_window_add_folder_actions (GtkWidgetClass *klass)
{
  static const struct
  {
    const char *name;
    GtkWidgetActionActivateFunc activate;
  } actions[] = {
    { "win.folder-new", new_cb },         { "win.folder-new-top", new_top_cb },
    { "win.folder-rename", rename_cb },   { "win.folder-delete", confirm_cb },
    { "win.folder-empty", confirm_cb },   { "win.folder-read", read_cb },
    { "win.folder-compact", compact_cb }, { "win.folder-subscribe", subscribe_cb },
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (klass, actions[i].name, "x", actions[i].activate);
  gtk_widget_class_install_action (klass, "win.compact", NULL, compact_cb);
}
