/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-letter-attachments.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "tern-mime-header.h"

/* Files of one name that a folder may have before we give up finding a free one. */
#define MAX_NAMESAKES 1000

struct _TernLetterAttachments
{
  GtkBox parent_instance;

  TernEngine *engine;
  gint64 message_id;
  GPtrArray *parts; /* of TernStructure */

  GtkWidget *title;
  GtkWidget *save_all;
  GtkWidget *chips;
};

G_DEFINE_FINAL_TYPE (TernLetterAttachments, tern_letter_attachments, GTK_TYPE_BOX)

/* A part on its way to a file. It goes on when another letter is opened. */
typedef struct
{
  GtkWidget *status; /* the line that says how far it is */
  GtkWidget *save;   /* the button that stops it */
  GFile *file;
  gboolean open; /* when it is there */
} Job;

static void
job_free (Job *job)
{
  g_object_unref (job->status);
  g_object_unref (job->save);
  g_object_unref (job->file);
  g_free (job);
}

static char *
name_of (const TernStructure *part)
{
  if (part->filename == NULL && strcmp (part->mime_type, "message/rfc822") == 0)
    return g_strdup (_ ("Letter.eml"));
  return tern_mime_clean_filename (part->filename, _ ("Unnamed file"));
}

/* Bytes of a part's content: base64 takes a third more on the way. */
static guint64
size_of (const TernStructure *part)
{
  return part->encoding == TERN_ENCODING_BASE64 ? part->size / 4 * 3 : part->size;
}

/* Programs are saved, and not started by a click in a letter. */
static gboolean
is_program (const char *name)
{
  static const char *const TYPES[] = { "application/x-executable", "application/x-desktop",
                                       "application/x-shellscript", "application/x-msdownload",
                                       "application/x-ms-dos-executable" };
  g_autofree char *type = g_content_type_guess (name, NULL, 0, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (TYPES); i++)
    if (g_content_type_is_a (type, TYPES[i]))
      return TRUE;
  return FALSE;
}

static void
say (GtkWidget *status, const char *text)
{
  gtk_label_set_label (GTK_LABEL (status), text);
}

static void
open_file (Job *job)
{
  GtkRoot *root = gtk_widget_get_root (job->status);
  g_autofree char *uri = g_file_get_uri (job->file);

  if (GTK_IS_WINDOW (root)) /* else the reader has closed the letter by now */
    gtk_show_uri (GTK_WINDOW (root), uri, GDK_CURRENT_TIME);
}

/* What a chip is about. */
typedef struct
{
  TernLetterAttachments *self; /* which has the chip inside */
  TernStructure *part;
  GtkWidget *status;
  GtkWidget *save;
  GtkFileChooserNative *chooser;
} Chip;

#define LOADING "tern-loading"

/* While a part is on its way, the button that saves it stops it. What has come by then is kept,
 * and saving goes on from there. */
static void
show_loading (GtkWidget *save, GCancellable *cancellable)
{
  const char *label =
      cancellable != NULL ? _ ("Stop") : g_object_get_data (G_OBJECT (save), "label");

  g_object_set_data_full (G_OBJECT (save), LOADING,
                          cancellable != NULL ? g_object_ref (cancellable) : NULL, g_object_unref);
  gtk_button_set_icon_name (GTK_BUTTON (save), cancellable != NULL ? "process-stop-symbolic"
                                                                   : "document-save-symbolic");
  gtk_widget_set_tooltip_text (save, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (save), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/* Whether there was something to stop. */
static gboolean
stop_loading (GtkWidget *save)
{
  GCancellable *cancellable = g_object_get_data (G_OBJECT (save), LOADING);

  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
  return cancellable != NULL;
}

static void
save_part_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Job *job = user_data;
  g_autoptr (GError) error = NULL;

  show_loading (job->save, NULL);
  if (!tern_engine_save_part_finish (TERN_ENGINE (object), result, &error))
    say (job->status, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
                          ? _ ("Stopped")
                          : _ ("Couldn’t be loaded"));
  else if (job->open)
    {
      say (job->status, "");
      open_file (job);
    }
  else
    say (job->status, _ ("Saved"));
  job_free (job);
}

static void
progress_cb (goffset done, goffset total, gpointer user_data)
{
  Job *job = user_data;
  g_autofree char *text = NULL;

  if (total <= 0)
    return;
  /* Translators: how much of a file has arrived. */
  text = g_strdup_printf (_ ("%d %%"), (int) (100 * MIN (done, total) / total));
  say (job->status, text);
}

static void
start_job (Chip *chip, GFile *file, gboolean open)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TernLetterAttachments *self = chip->self;
  Job *job = g_new0 (Job, 1);

  job->status = g_object_ref (chip->status);
  job->save = g_object_ref (chip->save);
  job->file = g_object_ref (file);
  job->open = open;
  show_loading (chip->save, cancellable);
  say (chip->status, _ ("Loading…"));
  tern_engine_save_part_async (self->engine, self->message_id, chip->part->part_id, file,
                               cancellable, progress_cb, job, save_part_cb, job);
}

static void
chip_free (gpointer data)
{
  Chip *chip = data;

  tern_structure_unref (chip->part);
  g_clear_object (&chip->chooser);
  g_free (chip);
}

static void
open_cb (Chip *chip)
{
  g_autofree char *name = name_of (chip->part);
  /* Gone when the user signs out, and nobody else can look into it. */
  g_autofree char *dir = g_build_filename (g_get_user_runtime_dir (), "tern-XXXXXX", NULL);
  g_autoptr (GFile) file = NULL;

  if (g_object_get_data (G_OBJECT (chip->save), LOADING) != NULL)
    return; /* it comes */
  if (g_mkdtemp_full (dir, 0700) == NULL)
    {
      say (chip->status, _ ("Couldn’t be opened"));
      return;
    }
  file = g_file_new_build_filename (dir, name, NULL);
  start_job (chip, file, TRUE);
}

static GtkFileChooserNative *
make_chooser (TernLetterAttachments *self, GtkFileChooserAction action, const char *title)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (
      title, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, action, _ ("_Save"), NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  return chooser;
}

static void
save_response_cb (Chip *chip, int response)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chip->chooser));

      start_job (chip, file, FALSE);
    }
  g_clear_object (&chip->chooser);
}

static void
save_cb (Chip *chip)
{
  g_autofree char *name = name_of (chip->part);

  if (stop_loading (chip->save))
    return;
  g_clear_object (&chip->chooser);
  chip->chooser = make_chooser (chip->self, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("Save attachment"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chip->chooser), name);
  g_signal_connect_swapped (chip->chooser, "response", G_CALLBACK (save_response_cb), chip);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chip->chooser));
}

/* A file in @folder that does not exist yet. */
static GFile *
free_file (GFile *folder, const char *name)
{
  const char *dot = strrchr (name, '.');
  gsize stem = dot != NULL && dot != name ? (gsize) (dot - name) : strlen (name);

  for (guint i = 1; i < MAX_NAMESAKES; i++)
    {
      g_autofree char *numbered =
          i == 1 ? g_strdup (name)
                 : g_strdup_printf ("%.*s (%u)%s", (int) stem, name, i, name + stem);
      g_autoptr (GFile) file = g_file_get_child (folder, numbered);

      if (!g_file_query_exists (file, NULL))
        return g_steal_pointer (&file);
    }
  return NULL;
}

static void
save_all_response_cb (TernLetterAttachments *self, int response, GtkFileChooserNative *chooser)
{
  g_autoptr (GFile) folder = NULL;
  GtkWidget *child = gtk_widget_get_first_child (self->chips);
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (response == GTK_RESPONSE_ACCEPT)
    folder = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  for (; folder != NULL && child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      Chip *chip = g_object_get_data (G_OBJECT (child), "chip");
      g_autofree char *name = name_of (chip->part);
      g_autofree char *unique = g_strdup (name);
      g_autoptr (GFile) file = NULL;

      /* Two attachments of one name: neither file is there yet when the second one starts. */
      for (guint i = 2; g_hash_table_contains (taken, unique); i++)
        {
          g_free (unique);
          unique = g_strdup_printf ("%u %s", i, name);
        }
      file = free_file (folder, unique);
      g_hash_table_add (taken, g_steal_pointer (&unique));
      if (file != NULL && g_object_get_data (G_OBJECT (chip->save), LOADING) == NULL)
        start_job (chip, file, FALSE);
    }
  g_object_unref (chooser);
}

static void
save_all_cb (TernLetterAttachments *self)
{
  GtkFileChooserNative *chooser =
      make_chooser (self, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("Save all attachments"));

  g_signal_connect_object (chooser, "response", G_CALLBACK (save_all_response_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static GtkWidget *
make_texts (Chip *chip, const char *name)
{
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *title = gtk_label_new (name);
  g_autofree char *size = g_format_size (size_of (chip->part));
  GtkWidget *size_label = gtk_label_new (chip->part->size > 0 ? size : "");

  /* The end of a name says what kind of file it is. */
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (title), 18);
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_add_css_class (size_label, "caption");
  gtk_widget_add_css_class (size_label, "dim-label");
  chip->status = gtk_label_new ("");
  gtk_widget_add_css_class (chip->status, "caption");
  gtk_box_append (GTK_BOX (line), size_label);
  gtk_box_append (GTK_BOX (line), chip->status);
  gtk_box_append (GTK_BOX (texts), title);
  gtk_box_append (GTK_BOX (texts), line);
  return texts;
}

static GtkWidget *
make_main_button (Chip *chip, const char *name)
{
  gboolean opens = !is_program (name);
  g_autofree char *label = g_strdup_printf (opens ? _ ("Open “%s”") : _ ("Save “%s”"), name);
  g_autofree char *type = g_content_type_from_mime_type (chip->part->mime_type);
  g_autoptr (GIcon) icon =
      g_content_type_get_symbolic_icon (type != NULL ? type : "application/octet-stream");
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *button = gtk_button_new ();

  gtk_box_append (GTK_BOX (content), gtk_image_new_from_gicon (icon));
  gtk_box_append (GTK_BOX (content), make_texts (chip, name));
  gtk_button_set_child (GTK_BUTTON (button), content);
  gtk_widget_set_hexpand (button, TRUE);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  g_signal_connect_swapped (button, "clicked", opens ? G_CALLBACK (open_cb) : G_CALLBACK (save_cb),
                            chip);
  return button;
}

static void
add_chip (TernLetterAttachments *self, TernStructure *part)
{
  Chip *chip = g_new0 (Chip, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *child = gtk_flow_box_child_new ();
  GtkWidget *save = gtk_button_new_from_icon_name ("document-save-symbolic");
  g_autofree char *name = name_of (part);
  g_autofree char *label = g_strdup_printf (_ ("Save “%s”"), name);

  chip->self = self;
  chip->part = tern_structure_ref (part);
  gtk_widget_add_css_class (box, "linked");
  gtk_widget_add_css_class (box, "attachment");
  gtk_box_append (GTK_BOX (box), make_main_button (chip, name));
  chip->save = save;
  g_object_set_data_full (G_OBJECT (save), "label", g_strdup (label), g_free);
  show_loading (save, NULL);
  g_signal_connect_swapped (save, "clicked", G_CALLBACK (save_cb), chip);
  gtk_box_append (GTK_BOX (box), save);

  gtk_widget_set_focusable (child, FALSE); /* its buttons are */
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), box);
  g_object_set_data_full (G_OBJECT (child), "chip", chip, chip_free);
  gtk_flow_box_append (GTK_FLOW_BOX (self->chips), child);
}

static void
show_title (TernLetterAttachments *self, guint64 size)
{
  guint n = self->parts->len;
  g_autofree char *amount = g_format_size (size);
  g_autofree char *title = g_strdup_printf (
      /* Translators: how many attachments there are, and how large they are together. */
      ngettext ("%u attachment · %s", "%u attachments · %s", n), n, amount);

  gtk_label_set_label (GTK_LABEL (self->title), title);
  gtk_widget_set_visible (self->save_all, n > 1);
}

/**
 * tern_letter_attachments_set_letter:
 * @self: the widget
 * @engine: (nullable): where the parts are loaded from
 * @letter: (nullable): a letter
 *
 * Lists what was sent along with a letter, each with a way to open and to save it. The widget hides
 * itself where there is nothing.
 */
void
tern_letter_attachments_set_letter (TernLetterAttachments *self,
                                    TernEngine *engine,
                                    TernLetter *letter)
{
  GtkWidget *child;
  guint64 size = 0;

  while ((child = gtk_widget_get_first_child (self->chips)) != NULL)
    gtk_flow_box_remove (GTK_FLOW_BOX (self->chips), child);
  g_clear_pointer (&self->parts, g_ptr_array_unref);
  g_set_object (&self->engine, engine);
  if (letter != NULL && letter->message->structure != NULL)
    self->parts = tern_structure_list_attachments (letter->message->structure);
  gtk_widget_set_visible (GTK_WIDGET (self), self->parts != NULL && self->parts->len > 0);
  if (self->parts == NULL || self->parts->len == 0)
    return;
  self->message_id = letter->message->id;
  for (guint i = 0; i < self->parts->len; i++)
    {
      TernStructure *part = g_ptr_array_index (self->parts, i);

      add_chip (self, part);
      size += size_of (part);
    }
  show_title (self, size);
  gtk_widget_set_sensitive (self->chips, engine != NULL);
  gtk_widget_set_sensitive (self->save_all, engine != NULL);
}

static void
tern_letter_attachments_dispose (GObject *object)
{
  TernLetterAttachments *self = TERN_LETTER_ATTACHMENTS (object);

  g_clear_object (&self->engine);
  g_clear_pointer (&self->parts, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_LETTER_ATTACHMENTS);
  G_OBJECT_CLASS (tern_letter_attachments_parent_class)->dispose (object);
}

static void
tern_letter_attachments_class_init (TernLetterAttachmentsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tern_letter_attachments_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/ternmail/Tern/tern-letter-attachments.ui");
  gtk_widget_class_bind_template_child (widget_class, TernLetterAttachments, title);
  gtk_widget_class_bind_template_child (widget_class, TernLetterAttachments, save_all);
  gtk_widget_class_bind_template_child (widget_class, TernLetterAttachments, chips);
  gtk_widget_class_bind_template_callback (widget_class, save_all_cb);
}

static void
tern_letter_attachments_init (TernLetterAttachments *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
