/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-letter-text.h"

#include <glib/gi18n.h>
#include <string.h>

#include "tern-letter-link.h"
#include "tern-mime-text.h"

/* What is laid out at once: a letter of a megabyte takes a tenth of a second. The rest of a longer
 * one is for a text editor. */
#define MAX_SHOWN (1024 * 1024)
/* A label's layout takes time that grows faster than its text. */
#define MAX_LABEL (16 * 1024)
/* Quotes up to this many lines are shown; longer ones are folded. */
#define MAX_OPEN_QUOTE 6
/* Quotes deeper than this are not moved further in. */
#define MAX_INDENT 5

struct _TernLetterText
{
  GtkBox parent_instance;

  GPtrArray *labels; /* borrowed */
  double zoom;
};

G_DEFINE_FINAL_TYPE (TernLetterText, tern_letter_text, GTK_TYPE_BOX)

static void
apply_zoom (TernLetterText *self, GtkLabel *label)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (self->zoom));
  /* An address that is broken in two must not get a character that it does not have. */
  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
  gtk_label_set_attributes (label, attributes);
}

static void
add_label (TernLetterText *self, GtkBox *box, const char *text, gboolean is_signature)
{
  g_autofree char *markup = tern_letter_link_to_markup (text);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_markup (GTK_LABEL (label), markup);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (is_signature)
    gtk_widget_add_css_class (label, "dim-label");
  apply_zoom (self, GTK_LABEL (label));
  g_ptr_array_add (self->labels, label);
  gtk_box_append (box, label);
}

/* Where a label's text is cut: at a line end, else between two characters. */
static gsize
piece_length (const char *text)
{
  gsize length = strlen (text);
  gsize at;

  if (length <= MAX_LABEL)
    return length;
  for (at = MAX_LABEL; at > MAX_LABEL / 2; at--)
    if (text[at] == '\n')
      return at;
  return g_utf8_find_prev_char (text, text + MAX_LABEL) - text;
}

static void
add_text (TernLetterText *self, GtkBox *box, const char *text, gboolean is_signature)
{
  while (*text != '\0')
    {
      gsize n = piece_length (text);
      g_autofree char *piece = g_strndup (text, n);

      add_label (self, box, piece, is_signature);
      text += n + (text[n] == '\n');
    }
}

static void
strip_blank_lines (char *text)
{
  char *start = text;

  g_strchomp (text);
  for (char *p = text; *p == ' ' || *p == '\t' || *p == '\n'; p++)
    if (*p == '\n')
      start = p + 1;
  memmove (text, start, strlen (start) + 1);
}

static guint
count_lines (const char *text)
{
  guint n = 1;

  while ((text = strchr (text, '\n')) != NULL)
    {
      n++;
      text++;
    }
  return n;
}

static GtkWidget *
make_quote_button (GtkWidget *quote)
{
  GtkWidget *button = gtk_toggle_button_new ();

  gtk_button_set_icon_name (GTK_BUTTON (button), "view-more-horizontal-symbolic");
  gtk_widget_set_tooltip_text (button, _ ("Quoted text"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Quoted text"), -1);
  gtk_widget_add_css_class (button, "quote-button");
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  g_object_bind_property (button, "active", quote, "visible", G_BINDING_SYNC_CREATE);
  return button;
}

/* Adds the run of quoted blocks that starts at @first; returns the place after it. */
static guint
add_quote (TernLetterText *self, GPtrArray *blocks, guint first)
{
  GtkWidget *quote = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  guint i, lines = 0;

  gtk_widget_add_css_class (quote, "letter-quote");
  for (i = first; i < blocks->len; i++)
    {
      const TernTextBlock *block = g_ptr_array_index (blocks, i);
      GtkWidget *inner;

      if (block->quote == 0)
        break;
      strip_blank_lines (block->text);
      if (*block->text == '\0')
        continue;
      inner = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
      gtk_widget_set_margin_start (inner, 12 * MIN (block->quote - 1, MAX_INDENT));
      add_text (self, GTK_BOX (inner), block->text, FALSE);
      gtk_box_append (GTK_BOX (quote), inner);
      lines += count_lines (block->text);
    }
  if (lines > MAX_OPEN_QUOTE)
    gtk_box_append (GTK_BOX (self), make_quote_button (quote));
  gtk_box_append (GTK_BOX (self), quote);
  return i;
}

/**
 * tern_letter_text_set_text:
 * @self: the widget
 * @text: a plain text letter, UTF-8
 * @flowed: whether its part says format=flowed
 *
 * Shows a letter's plain text: addresses as links, quotes behind a line and folded where they are
 * long, the signature dimmed.
 */
void
tern_letter_text_set_text (TernLetterText *self, const char *text, gboolean flowed)
{
  g_autofree char *head = g_utf8_make_valid (text, strnlen (text, MAX_SHOWN));
  g_autoptr (GPtrArray) blocks = tern_mime_split_text (head, flowed);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_box_remove (GTK_BOX (self), child);
  g_ptr_array_set_size (self->labels, 0);

  for (guint i = 0; i < blocks->len;)
    {
      const TernTextBlock *block = g_ptr_array_index (blocks, i);

      if (block->quote > 0)
        {
          i = add_quote (self, blocks, i);
          continue;
        }
      strip_blank_lines (block->text);
      add_text (self, GTK_BOX (self), block->text, block->is_signature);
      i++;
    }
}

/**
 * tern_letter_text_set_zoom:
 * @self: the widget
 * @zoom: 1 for the desktop's size
 *
 * Sets how large the text is.
 */
void
tern_letter_text_set_zoom (TernLetterText *self, double zoom)
{
  self->zoom = zoom;
  for (guint i = 0; i < self->labels->len; i++)
    apply_zoom (self, g_ptr_array_index (self->labels, i));
}

static void
tern_letter_text_finalize (GObject *object)
{
  TernLetterText *self = TERN_LETTER_TEXT (object);

  g_ptr_array_unref (self->labels);
  G_OBJECT_CLASS (tern_letter_text_parent_class)->finalize (object);
}

static void
tern_letter_text_class_init (TernLetterTextClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_letter_text_finalize;
}

static void
tern_letter_text_init (TernLetterText *self)
{
  self->labels = g_ptr_array_new ();
  self->zoom = 1;
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 12);
}
