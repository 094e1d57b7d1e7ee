/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-accounts-window-private.h"

#include <glib/gi18n.h>

static void
labelled_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernAccountsWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!tern_engine_label_finish (TERN_ENGINE (object), result, &error))
    tern_accounts_window_say (self, error);
}

/* --- Groups and tags --- */

typedef void (*LabelFunc) (TernAccountsWindow *self,
                           GArray *ids,
                           const char *response,
                           const char *text);

typedef struct
{
  TernAccountsWindow *window;
  GtkWidget *entry;
  LabelFunc func;
} Question;

static void
question_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

static void
answered_cb (AdwMessageDialog *dialog, const char *response, Question *question)
{
  g_autofree char *text =
      g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (question->entry))));
  g_autoptr (GArray) ids = tern_accounts_window_dup_ids (question->window, FALSE);

  if (!g_str_equal (response, "cancel") && (*text == '\0' || tern_account_is_label (text)))
    question->func (question->window, ids, response, text);
}

/* Asks for a word; @second is another answer that it may be for. */
static void
ask (TernAccountsWindow *self,
     const char *heading,
     const char *body,
     const char *first,
     const char *second,
     LabelFunc func)
{
  AdwMessageDialog *dialog =
      ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (self), heading, body));
  Question *question = g_new0 (Question, 1);

  question->window = self;
  question->func = func;
  question->entry = gtk_entry_new ();
  gtk_entry_set_max_length (GTK_ENTRY (question->entry), TERN_ACCOUNT_LABEL_MAX);
  gtk_entry_set_activates_default (GTK_ENTRY (question->entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (question->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  heading, -1);
  adw_message_dialog_set_extra_child (dialog, question->entry);
  adw_message_dialog_add_response (dialog, "cancel", _ ("_Cancel"));
  if (second != NULL)
    adw_message_dialog_add_response (dialog, "second", second);
  adw_message_dialog_add_response (dialog, "first", first);
  adw_message_dialog_set_response_appearance (dialog, "first", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "first");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (answered_cb), question, question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
set_group (TernAccountsWindow *self, GArray *ids, const char *response, const char *text)
{
  tern_engine_set_group_async (self->engine, (const gint64 *) ids->data, ids->len,
                               *text != '\0' ? text : NULL, NULL, labelled_cb, g_object_ref (self));
}

static void
set_tag (TernAccountsWindow *self, GArray *ids, const char *response, const char *text)
{
  gboolean adds = g_str_equal (response, "first");

  if (*text != '\0')
    tern_engine_change_tags_async (self->engine, (const gint64 *) ids->data, ids->len,
                                   adds ? text : NULL, adds ? NULL : text, NULL, labelled_cb,
                                   g_object_ref (self));
}

static void
group_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask (TERN_ACCOUNTS_WINDOW (widget), _ ("Group"),
       _ ("The group in which the sidebar shows the selected accounts. Empty for none."),
       _ ("_Set"), NULL, set_group);
}

static void
tag_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask (TERN_ACCOUNTS_WINDOW (widget), _ ("Tag"),
       _ ("A word by which you find the selected accounts."), _ ("_Add"), _ ("_Remove"), set_tag);
}

static void
watch_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernAccountsWindow *self = TERN_ACCOUNTS_WINDOW (widget);
  g_autoptr (GArray) ids = tern_accounts_window_dup_ids (self, FALSE);

  tern_engine_set_notify_async (self->engine, (const gint64 *) ids->data, ids->len,
                                g_str_equal (name, "accounts.watch"), NULL, labelled_cb,
                                g_object_ref (self));
}

/* --- Check --- */

static void
checked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernAccountsWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) statuses =
      tern_engine_check_accounts_finish (TERN_ENGINE (object), result, &error);
  guint n = statuses != NULL ? statuses->len : 0;
  guint bad = 0;
  g_autofree char *text = NULL;

  if (self->engine == NULL)
    return; /* closed meanwhile */
  tern_accounts_window_set_busy (self, FALSE);
  if (statuses == NULL)
    {
      tern_accounts_window_say (self, error);
      return;
    }
  for (guint i = 0; i < n; i++)
    bad += ((TernStatus *) statuses->pdata[i])->error != NULL;
  /* What is left to do is what is shown. */
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->trouble_button), bad > 0);
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  text = bad > 0
             ? g_strdup_printf (
                   ngettext ("%'u of %'u account needs you", "%'u of %'u accounts need you", n),
                   bad, n)
             : g_strdup_printf (ngettext ("%'u account signs in", "%'u accounts sign in", n), n);
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), adw_toast_new (text));
}

/* Signs in with each of these accounts, and shows those for which something is left to do. */
void
tern_accounts_window_check (TernAccountsWindow *self, GArray *ids)
{
  if (self->cancellable != NULL)
    return; /* something else runs */
  tern_accounts_window_set_busy (self, TRUE);
  tern_engine_check_accounts_async (self->engine, (const gint64 *) ids->data, ids->len,
                                    self->cancellable, tern_accounts_window_tell_progress, self,
                                    checked_cb, g_object_ref (self));
}

static void
check_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernAccountsWindow *self = TERN_ACCOUNTS_WINDOW (widget);
  g_autoptr (GArray) ids = tern_accounts_window_dup_ids (self, TRUE);

  tern_accounts_window_check (self, ids);
}

/* --- Removal, asked twice --- */

static void remove_next (TernAccountsWindow *self);

static void
removed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernAccountsWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!tern_engine_remove_account_finish (TERN_ENGINE (object), result, &error))
    g_debug ("remove: %s", error->message);
  if (self->engine != NULL)
    remove_next (self);
}

static void
remove_next (TernAccountsWindow *self)
{
  gint64 id;

  tern_accounts_window_tell_progress (self->n_doomed - self->doomed->len, self->n_doomed, self);
  if (self->doomed->len == 0 || g_cancellable_is_cancelled (self->cancellable))
    {
      tern_accounts_window_set_busy (self, FALSE);
      return;
    }
  id = g_array_index (self->doomed, gint64, self->doomed->len - 1);
  g_array_set_size (self->doomed, self->doomed->len - 1);
  tern_engine_remove_account_async (self->engine, id, NULL, removed_cb, g_object_ref (self));
}

static void
confirmed_cb (TernAccountsWindow *self, const char *response)
{
  if (!g_str_equal (response, "remove"))
    return;
  tern_accounts_window_set_busy (self, TRUE);
  remove_next (self);
}

static AdwMessageDialog *
ask_remove (TernAccountsWindow *self, const char *heading, const char *body, const char *answer)
{
  AdwMessageDialog *dialog =
      ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (self), heading, body));

  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "remove", answer, NULL);
  adw_message_dialog_set_response_appearance (dialog, "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (dialog, "cancel");
  return dialog;
}

static void
asked_cb (TernAccountsWindow *self, const char *response)
{
  guint n = self->doomed->len;
  g_autofree char *heading = g_strdup_printf (
      ngettext ("Really remove %'u account?", "Really remove %'u accounts?", n), n);
  AdwMessageDialog *dialog;

  if (!g_str_equal (response, "remove"))
    return;
  dialog = ask_remove (self, heading,
                       _ ("Their passwords and tokens are forgotten. This cannot be undone."),
                       _ ("_Remove"));
  g_signal_connect_object (dialog, "response", G_CALLBACK (confirmed_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
remove_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TernAccountsWindow *self = TERN_ACCOUNTS_WINDOW (widget);
  g_autofree char *heading = NULL;
  AdwMessageDialog *dialog;

  g_clear_pointer (&self->doomed, g_array_unref);
  self->doomed = tern_accounts_window_dup_ids (self, FALSE);
  self->n_doomed = self->doomed->len;
  heading = g_strdup_printf (
      ngettext ("Remove %'u account?", "Remove %'u accounts?", self->n_doomed), self->n_doomed);
  dialog = ask_remove (
      self, heading,
      _ ("What is kept of them here goes, with changes that wait for their servers. Their mail "
         "on the servers stays."),
      _ ("_Remove…"));
  g_signal_connect_object (dialog, "response", G_CALLBACK (asked_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* Installs the window's actions in its class. */
void
tern_accounts_window_add_actions (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "accounts.group", NULL, group_cb);
  gtk_widget_class_install_action (klass, "accounts.tag", NULL, tag_cb);
  gtk_widget_class_install_action (klass, "accounts.watch", NULL, watch_cb);
  gtk_widget_class_install_action (klass, "accounts.unwatch", NULL, watch_cb);
  gtk_widget_class_install_action (klass, "accounts.check", NULL, check_cb);
  gtk_widget_class_install_action (klass, "accounts.remove", NULL, remove_cb);
}
