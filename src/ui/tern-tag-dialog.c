/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-tag-dialog.h"

#include "tern-tags.h"

struct _TernTagDialog
{
  AdwWindow parent_instance;

  GPtrArray *messages; /* TernMessage */
  GHashTable *checks;  /* keyword → GtkCheckButton */

  GtkWidget *group;
  GtkWidget *entry;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TernTagDialog, tern_tag_dialog, ADW_TYPE_WINDOW)

static guint
count_tagged (TernTagDialog *self, const char *keyword)
{
  guint n = 0;

  for (guint i = 0; i < self->messages->len; i++)
    {
      g_auto (GStrv) tags = tern_tags_list (g_ptr_array_index (self->messages, i));

      n += g_strv_contains ((const char *const *) tags, keyword);
    }
  return n;
}

/* Some have it, some do not: so it stays until the user decides. */
static void
toggled_cb (GtkCheckButton *check)
{
  gtk_check_button_set_inconsistent (check, FALSE);
}

static GtkWidget *
add_tag (TernTagDialog *self, const char *keyword)
{
  GtkWidget *check = g_hash_table_lookup (self->checks, keyword);
  guint n = count_tagged (self, keyword);
  g_autofree char *name = NULL;
  GtkWidget *row;

  if (check != NULL)
    return check;
  name = tern_tag_dup_name (keyword);
  check = gtk_check_button_new ();
  row = adw_action_row_new ();
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), n == self->messages->len);
  gtk_check_button_set_inconsistent (GTK_CHECK_BUTTON (check), n > 0 && n < self->messages->len);
  g_signal_connect (check, "toggled", G_CALLBACK (toggled_cb), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), row);
  g_hash_table_insert (self->checks, g_strdup (keyword), check);
  return check;
}

static void
entry_changed_cb (TernTagDialog *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  g_autofree char *keyword = tern_tag_from_name (text);

  if (*text != '\0' && keyword == NULL)
    gtk_widget_add_css_class (self->entry, "error");
  else
    gtk_widget_remove_css_class (self->entry, "error");
}

static void
entry_apply_cb (TernTagDialog *self)
{
  g_autofree char *keyword =
      tern_tag_from_name (gtk_editable_get_text (GTK_EDITABLE (self->entry)));

  if (keyword == NULL)
    return;
  gtk_check_button_set_active (GTK_CHECK_BUTTON (add_tag (self, keyword)), TRUE);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
}

static void
add_word (GString *words, const char *word)
{
  if (words->len > 0)
    g_string_append_c (words, ' ');
  g_string_append (words, word);
}

static gboolean
tern_tag_dialog_close_request (GtkWindow *window)
{
  TernTagDialog *self = TERN_TAG_DIALOG (window);
  g_autoptr (GString) set = g_string_new (NULL);
  g_autoptr (GString) clear = g_string_new (NULL);
  GHashTableIter iter;
  gpointer keyword, check;

  entry_apply_cb (self); /* what stands there is meant, with Enter or without */
  g_hash_table_iter_init (&iter, self->checks);
  while (g_hash_table_iter_next (&iter, &keyword, &check))
    {
      guint n = count_tagged (self, keyword);

      if (gtk_check_button_get_inconsistent (check))
        continue;
      if (gtk_check_button_get_active (check) && n < self->messages->len)
        add_word (set, keyword);
      else if (!gtk_check_button_get_active (check) && n > 0)
        add_word (clear, keyword);
    }
  if (set->len + clear->len > 0)
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0, set->str, clear->str);
  return GTK_WINDOW_CLASS (tern_tag_dialog_parent_class)->close_request (window);
}

static void
tern_tag_dialog_dispose (GObject *object)
{
  TernTagDialog *self = TERN_TAG_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_TAG_DIALOG);
  g_clear_pointer (&self->checks, g_hash_table_unref);
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  G_OBJECT_CLASS (tern_tag_dialog_parent_class)->dispose (object);
}

static void
tern_tag_dialog_class_init (TernTagDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tern_tag_dialog_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = tern_tag_dialog_close_request;

  signals[SIGNAL_CHANGED] =
      g_signal_new ("changed", TERN_TYPE_TAG_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/ternmail/Tern/tern-tag-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, TernTagDialog, group);
  gtk_widget_class_bind_template_child (widget_class, TernTagDialog, entry);
  gtk_widget_class_bind_template_callback (widget_class, entry_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, entry_apply_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
tern_tag_dialog_init (TernTagDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->checks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * tern_tag_dialog_new:
 * @parent: the window
 * @messages: (element-type TernMessage): whose tags are to be changed
 *
 * Makes the dialog that gives letters tags and takes them away.
 *
 * Returns: (transfer none): a new dialog
 */
TernTagDialog *
tern_tag_dialog_new (GtkWindow *parent, GPtrArray *messages)
{
  TernTagDialog *self = g_object_new (TERN_TYPE_TAG_DIALOG, "transient-for", parent, NULL);
  g_auto (GStrv) always = tern_tags_list_common ();

  self->messages = g_ptr_array_ref (messages);
  for (guint i = 0; always[i] != NULL; i++)
    add_tag (self, always[i]);
  for (guint i = 0; i < messages->len; i++)
    {
      g_auto (GStrv) own = tern_tags_list (g_ptr_array_index (messages, i));

      for (guint k = 0; own[k] != NULL; k++)
        add_tag (self, own[k]);
    }
  return self;
}
