/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-letter-header.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "tern-tags.h"
#include "tern-ui-format.h"

/* People whose names are listed when the recipients are unfolded; a mailing may have thousands. */
#define MAX_LISTED 100

struct _TernLetterHeader
{
  GtkBox parent_instance;

  GtkWidget *avatar;
  GtkWidget *sender;
  GtkWidget *address;
  GtkWidget *date;
  GtkWidget *details_button;
  GtkWidget *recipients;
  GtkWidget *details;
  GtkWidget *tags;
};

G_DEFINE_FINAL_TYPE (TernLetterHeader, tern_letter_header, GTK_TYPE_BOX)

static gboolean
is_same (const char *a, const char *b)
{
  return a != NULL && b != NULL && g_ascii_strcasecmp (a, b) == 0;
}

/* A name that looks like a mail address, but not like the one that the letter came from, is there
 * to be taken for it. */
static gboolean
name_misleads (const TernAddress *from)
{
  g_autofree char *name = NULL;
  g_autofree char *address = NULL;

  if (from->name == NULL || strchr (from->name, '@') == NULL)
    return FALSE;
  name = g_utf8_casefold (from->name, -1);
  address = g_utf8_casefold (from->address, -1);
  return strstr (name, address) == NULL;
}

static void
show_sender (TernLetterHeader *self, const TernMessage *message)
{
  g_autofree char *senders = tern_format_senders (message);
  const TernAddress *from =
      message->from != NULL && message->from->len > 0 ? g_ptr_array_index (message->from, 0) : NULL;

  adw_avatar_set_text (ADW_AVATAR (self->avatar), senders);
  gtk_label_set_label (GTK_LABEL (self->sender), senders);
  gtk_widget_set_tooltip_text (self->sender, from != NULL ? from->address : NULL);
  gtk_label_set_label (GTK_LABEL (self->address), from != NULL ? from->address : "");
  gtk_widget_set_visible (self->address, from != NULL && name_misleads (from));
}

/* The time, and the day before it where that is not today. */
static char *
format_brief (gint64 time)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (time);
  g_autofree char *day = tern_format_row_time (time, now);
  g_autofree char *hour = then != NULL ? tern_format_row_time (time, then) : g_strdup ("");

  if (g_str_equal (day, hour))
    return g_steal_pointer (&hour);
  /* Translators: a day and a time. */
  return g_strdup_printf (_ ("%s, %s"), day, hour);
}

static void
show_date (TernLetterHeader *self, const TernMessage *message)
{
  gint64 time = message->date != 0 ? message->date : message->received;
  g_autofree char *brief = format_brief (time);
  g_autofree char *full = tern_format_full_time (time);

  gtk_label_set_label (GTK_LABEL (self->date), brief);
  gtk_widget_set_tooltip_text (self->date, full);
}

/* "to me, 2 others": whom the reader thinks of first, and how many more there are. */
static char *
describe_recipients (const TernMessage *message, const char *own_address)
{
  GPtrArray *lists[] = { message->to, message->cc };
  const TernAddress *first = NULL;
  gboolean to_me = FALSE;
  guint n = 0;

  for (gsize k = 0; k < G_N_ELEMENTS (lists); k++)
    for (guint i = 0; lists[k] != NULL && i < lists[k]->len; i++)
      {
        const TernAddress *address = g_ptr_array_index (lists[k], i);

        n++;
        if (is_same (address->address, own_address))
          to_me = TRUE;
        else if (first == NULL)
          first = address;
      }
  if (n == 0)
    return g_strdup (_ ("to nobody named"));
  if (to_me && n == 1)
    return g_strdup (_ ("to me"));
  if (to_me)
    return g_strdup_printf (ngettext ("to me, %u other", "to me, %u others", n - 1), n - 1);
  if (n == 1)
    /* Translators: %s is a person's name. */
    return g_strdup_printf (_ ("to %s"), tern_address_get_display (first));
  /* Translators: %s is a person's name. */
  return g_strdup_printf (ngettext ("to %s, %u other", "to %s, %u others", n - 1),
                          tern_address_get_display (first), n - 1);
}

static char *
list_people (GPtrArray *people)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < people->len && i < MAX_LISTED; i++)
    {
      const TernAddress *person = g_ptr_array_index (people, i);

      if (i > 0)
        g_string_append_c (out, '\n');
      if (person->name != NULL)
        g_string_append_printf (out, "%s <%s>", person->name, person->address);
      else
        g_string_append (out, person->address);
    }
  if (people->len > MAX_LISTED)
    g_string_append_printf (out,
                            ngettext ("\nand %u more", "\nand %u more", people->len - MAX_LISTED),
                            people->len - MAX_LISTED);
  return g_string_free (out, FALSE);
}

static void
add_detail (TernLetterHeader *self, int row, const char *title, const char *text)
{
  GtkWidget *name = gtk_label_new (title);
  GtkWidget *value = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (name), 1);
  gtk_label_set_yalign (GTK_LABEL (name), 0);
  gtk_widget_add_css_class (name, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (value), 0);
  gtk_label_set_wrap (GTK_LABEL (value), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (value), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (value), TRUE);
  gtk_grid_attach (GTK_GRID (self->details), name, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (self->details), value, 1, row, 1, 1);
}

static void
show_details (TernLetterHeader *self, const TernMessage *message)
{
  const struct
  {
    const char *title;
    GPtrArray *people;
  } rows[] = {
    { _ ("From"), message->from },
    { _ ("Answers go to"), message->reply_to },
    { _ ("To"), message->to },
    /* Translators: those who get a copy of a letter. */
    { _ ("Copy"), message->cc },
  };
  g_autofree char *sent = tern_format_full_time (message->date);
  GtkWidget *child;
  int n = 0;

  while ((child = gtk_widget_get_first_child (self->details)) != NULL)
    gtk_grid_remove (GTK_GRID (self->details), child);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].people != NULL && rows[i].people->len > 0)
      {
        g_autofree char *people = list_people (rows[i].people);

        add_detail (self, n++, rows[i].title, people);
      }
  if (message->date != 0)
    add_detail (self, n, C_ ("heading of a date", "Sent"), sent);
}

/**
 * tern_letter_header_set_tags:
 * @self: the widget
 * @message: the message shown
 *
 * Shows the tags that it has now.
 */
void
tern_letter_header_set_tags (TernLetterHeader *self, TernMessage *message)
{
  tern_tags_show (self->tags, message, G_MAXUINT);
}

/**
 * tern_letter_header_set_message:
 * @self: the widget
 * @message: a message
 * @own_address: (nullable): the reader's own address
 *
 * Shows who wrote a letter to whom and when. The recipients are folded into one line.
 */
void
tern_letter_header_set_message (TernLetterHeader *self,
                                TernMessage *message,
                                const char *own_address)
{
  g_autofree char *recipients = describe_recipients (message, own_address);

  show_sender (self, message);
  tern_letter_header_set_tags (self, message);
  show_date (self, message);
  show_details (self, message);
  gtk_label_set_label (GTK_LABEL (self->recipients), recipients);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->details_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, recipients, -1);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->details_button), FALSE);
}

static void
tern_letter_header_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_LETTER_HEADER);
  G_OBJECT_CLASS (tern_letter_header_parent_class)->dispose (object);
}

static void
tern_letter_header_class_init (TernLetterHeaderClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tern_letter_header_dispose;
  g_type_ensure (ADW_TYPE_AVATAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/ternmail/Tern/tern-letter-header.ui");
  gtk_widget_class_bind_template_child (widget_class, TernLetterHeader, avatar);
  gtk_widget_class_bind_template_child (widget_class, TernLetterHeader, sender);
  gtk_widget_class_bind_template_child (widget_class, TernLetterHeader, address);
  gtk_widget_class_bind_template_child (widget_class, TernLetterHeader, date);
  gtk_widget_class_bind_template_child (widget_class, TernLetterHeader, details_button);
  gtk_widget_class_bind_template_child (widget_class, TernLetterHeader, recipients);
  gtk_widget_class_bind_template_child (widget_class, TernLetterHeader, tags);
  gtk_widget_class_bind_template_child (widget_class, TernLetterHeader, details);
}

static void
tern_letter_header_init (TernLetterHeader *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
