/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-import-dialog.h"

#include <glib/gi18n.h>
#include <string.h>

#include "tern-import-report-text.h"
#include "tern-ui-error.h"

struct _TernImportDialog
{
  AdwWindow parent_instance;

  TernEngine *engine;
  GCancellable *cancellable;
  GFile *file; /* what is imported in place of the text; NULL for none */
  GPtrArray *lines;
  char *report;

  GtkWidget *cancel_button;
  GtkWidget *import_button;
  GtkWidget *stack;
  GtkWidget *text_view;
  GtkWidget *file_label;
  GtkWidget *group_entry;
  GtkWidget *progress_bar;
  GtkWidget *progress_label;
  GtkWidget *report_view;
};

G_DEFINE_FINAL_TYPE (TernImportDialog, tern_import_dialog, ADW_TYPE_WINDOW)

static void
show_page (TernImportDialog *self, const char *page)
{
  gboolean is_over = g_str_equal (page, "report");

  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), page);
  gtk_widget_set_visible (self->import_button, g_str_equal (page, "list"));
  gtk_button_set_label (GTK_BUTTON (self->cancel_button), is_over ? _ ("_Close") : _ ("_Cancel"));
}

static void
show_text (TernImportDialog *self, const char *text)
{
  g_free (self->report);
  self->report = g_strdup (text);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->report_view)), text, -1);
  show_page (self, "report");
}

static void
show_error (TernImportDialog *self, const GError *error)
{
  g_autofree char *sentence = tern_error_to_sentence (error, NULL);

  show_text (self, sentence);
}

/* --- The engine's work --- */

static void
imported_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImportDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernImportReport) report =
      tern_engine_import_accounts_finish (TERN_ENGINE (object), result, &error);

  if (report == NULL)
    show_error (self, error);
  else
    {
      g_autofree char *text = tern_import_report_to_text (report);

      show_text (self, text);
    }
}

static void
progress_cb (goffset done, goffset total, gpointer user_data)
{
  TernImportDialog *self = user_data;
  /* Translators: how many accounts of how many. */
  g_autofree char *text = g_strdup_printf (_ ("%'u of %'u"), (guint) done, (guint) total);

  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress_bar),
                                 total > 0 ? (double) done / (double) total : 0);
  gtk_label_set_text (GTK_LABEL (self->progress_label), text);
}

static void
start (TernImportDialog *self, gboolean replace)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->group_entry));
  g_autofree char *group = g_strstrip (g_strdup (text));
  g_autoptr (GPtrArray) lines = g_steal_pointer (&self->lines);

  show_page (self, "progress");
  tern_engine_import_accounts_async (
      self->engine, lines, replace, tern_account_is_label (group) ? group : NULL, self->cancellable,
      progress_cb, self, imported_cb, g_object_ref (self));
}

/* --- Those that are there already --- */

static guint
count_duplicates (TernImportDialog *self)
{
  g_autoptr (GPtrArray) accounts = tern_engine_read_accounts (self->engine, NULL);
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = 0;

  for (guint i = 0; accounts != NULL && i < accounts->len; i++)
    g_hash_table_add (known, g_ascii_strdown (((TernAccount *) accounts->pdata[i])->email, -1));
  for (guint i = 0; i < self->lines->len; i++)
    {
      const TernAccountLine *line = g_ptr_array_index (self->lines, i);
      g_autofree char *email = line->email != NULL ? g_ascii_strdown (line->email, -1) : NULL;

      n += email != NULL && g_hash_table_contains (known, email);
    }
  return n;
}

static void
duplicates_cb (TernImportDialog *self, const char *response)
{
  if (g_str_equal (response, "cancel"))
    show_page (self, "list");
  else
    start (self, g_str_equal (response, "replace"));
}

static void
ask_duplicates (TernImportDialog *self, guint n)
{
  g_autofree char *heading = g_strdup_printf (
      ngettext ("%'u account is there already", "%'u accounts are there already", n), n);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (
      GTK_WINDOW (self), heading,
      _ ("Skip them, or let them sign in from now on as the list says? Their mail stays.")));

  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "skip", _ ("_Skip"), "replace",
                                    _ ("_Replace"), NULL);
  adw_message_dialog_set_default_response (dialog, "skip");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (duplicates_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* --- Reading the list --- */

static void
parse_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GBytes *bytes = task_data;
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  GError *error = NULL;
  GPtrArray *lines = tern_account_lines_parse (text != NULL ? text : "", size, &error);

  if (lines == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, lines, (GDestroyNotify) g_ptr_array_unref);
}

static void
parsed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernImportDialog *self = TERN_IMPORT_DIALOG (object);
  g_autoptr (GError) error = NULL;
  guint n;

  g_clear_pointer (&self->lines, g_ptr_array_unref);
  self->lines = g_task_propagate_pointer (G_TASK (result), &error);
  if (self->lines == NULL)
    {
      show_error (self, error);
      return;
    }
  n = count_duplicates (self);
  if (n > 0)
    ask_duplicates (self, n);
  else
    start (self, FALSE);
}

static void
parse (TernImportDialog *self, GBytes *bytes)
{
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, parsed_cb, NULL);

  g_task_set_source_tag (task, parse);
  g_task_set_task_data (task, g_bytes_ref (bytes), (GDestroyNotify) g_bytes_unref);
  g_task_run_in_thread (task, parse_thread);
}

static void
loaded_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImportDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_file_load_bytes_finish (G_FILE (object), result, NULL, &error);

  if (bytes != NULL)
    parse (self, bytes);
  else
    show_text (self, error->message);
}

static void
import_cb (TernImportDialog *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text_view));
  g_autoptr (GBytes) bytes = NULL;
  GtkTextIter start_iter, end_iter;
  char *text;

  show_page (self, "progress");
  if (self->file != NULL)
    {
      g_file_load_bytes_async (self->file, self->cancellable, loaded_cb, g_object_ref (self));
      return;
    }
  gtk_text_buffer_get_bounds (buffer, &start_iter, &end_iter);
  text = gtk_text_buffer_get_text (buffer, &start_iter, &end_iter, FALSE);
  bytes = g_bytes_new_take (text, strlen (text));
  parse (self, bytes);
}

static void
update_button (TernImportDialog *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text_view));

  gtk_widget_set_sensitive (self->import_button,
                            self->file != NULL || gtk_text_buffer_get_char_count (buffer) > 0);
}

static void
chosen_cb (GtkNativeDialog *dialog, int response, TernImportDialog *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autofree char *name = NULL;

      g_clear_object (&self->file);
      self->file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      name = g_file_get_basename (self->file);
      gtk_label_set_text (GTK_LABEL (self->file_label), name);
      gtk_widget_set_sensitive (self->text_view, FALSE);
      update_button (self);
    }
  g_object_unref (dialog);
}

static void
choose_cb (TernImportDialog *self)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _ ("Import accounts"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Choose"), NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* --- The report --- */

static void
copy_cb (TernImportDialog *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->report);
}

static void
saved_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernImportDialog) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!g_file_replace_contents_finish (G_FILE (object), result, NULL, &error))
    show_text (self, error->message);
}

static void
save_chosen_cb (GtkNativeDialog *dialog, int response, TernImportDialog *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autoptr (GBytes) bytes = g_bytes_new (self->report, strlen (self->report));

      g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL,
                                           saved_cb, g_object_ref (self));
    }
  g_object_unref (dialog);
}

static void
save_cb (TernImportDialog *self)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _ ("Save the report"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), NULL);

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), "tern-import.txt");
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (save_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* --- Object --- */

/* While it works the report comes then, with what was done so far; else the dialog goes. */
static void
cancel_cb (TernImportDialog *self)
{
  const char *page = gtk_stack_get_visible_child_name (GTK_STACK (self->stack));

  if (g_str_equal (page, "progress"))
    g_cancellable_cancel (self->cancellable);
  else
    gtk_window_close (GTK_WINDOW (self));
}

static gboolean
tern_import_dialog_close_request (GtkWindow *window)
{
  g_cancellable_cancel (TERN_IMPORT_DIALOG (window)->cancellable);
  return GTK_WINDOW_CLASS (tern_import_dialog_parent_class)->close_request (window);
}

static void
tern_import_dialog_dispose (GObject *object)
{
  TernImportDialog *self = TERN_IMPORT_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_IMPORT_DIALOG);
  g_clear_object (&self->engine);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->file);
  g_clear_pointer (&self->lines, g_ptr_array_unref);
  G_OBJECT_CLASS (tern_import_dialog_parent_class)->dispose (object);
}

static void
tern_import_dialog_finalize (GObject *object)
{
  g_free (TERN_IMPORT_DIALOG (object)->report);
  G_OBJECT_CLASS (tern_import_dialog_parent_class)->finalize (object);
}

static void
tern_import_dialog_class_init (TernImportDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tern_import_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = tern_import_dialog_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = tern_import_dialog_close_request;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/ternmail/Tern/tern-import-dialog.ui");
#define BIND(child) gtk_widget_class_bind_template_child (widget_class, TernImportDialog, child)
  BIND (cancel_button);
  BIND (import_button);
  BIND (stack);
  BIND (text_view);
  BIND (file_label);
  BIND (group_entry);
  BIND (progress_bar);
  BIND (progress_label);
  BIND (report_view);
#undef BIND
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, import_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_cb);
}

static void
tern_import_dialog_init (TernImportDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  g_signal_connect_object (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text_view)), "changed",
                           G_CALLBACK (update_button), self, G_CONNECT_SWAPPED);
}

/**
 * tern_import_dialog_new:
 * @parent: the window
 * @engine: the engine
 *
 * Makes the dialog that keeps the accounts of a list, from a file or as it is pasted, and says what
 * became of it.
 *
 * Returns: (transfer none): a new dialog
 */
TernImportDialog *
tern_import_dialog_new (GtkWindow *parent, TernEngine *engine)
{
  TernImportDialog *self = g_object_new (TERN_TYPE_IMPORT_DIALOG, "transient-for", parent, NULL);

  self->engine = g_object_ref (engine);
  return self;
}
