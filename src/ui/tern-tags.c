/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-tags.h"

#include <string.h>

#include <glib/gi18n.h>

/* Servers bound keywords; the tightest known bound is above this. */
#define MAX_NAME 40

/* The five that several programs share; the others are the user's own words. */
static const struct
{
  const char *keyword;
  const char *name;
  const char *style;
} common[] = {
  { "$label1", NC_ ("tag", "Important"), "important" }, { "$label2", NC_ ("tag", "Work"), "work" },
  { "$label3", NC_ ("tag", "Personal"), "personal" },   { "$label4", NC_ ("tag", "To do"), "todo" },
  { "$label5", NC_ ("tag", "Later"), "later" },
};

static int
find_common (const char *keyword)
{
  for (guint i = 0; i < G_N_ELEMENTS (common); i++)
    if (g_ascii_strcasecmp (keyword, common[i].keyword) == 0)
      return (int) i;
  return -1;
}

/* What programs tell each other by keywords is nothing that a user gave. */
static gboolean
is_tag (const char *keyword)
{
  static const char *const technical[] = { "Junk",       "NonJunk", "NotJunk", "Forwarded",
                                           "Redirected", "MDNSent", "Old",     "Recent" };

  if (find_common (keyword) >= 0)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (technical); i++)
    if (g_ascii_strcasecmp (keyword, technical[i]) == 0)
      return FALSE;
  return *keyword != '\0' && *keyword != '$' && *keyword != '\\';
}

/**
 * tern_tags_list:
 * @message: a message
 *
 * Returns: (transfer full): the keywords of a message that are shown as tags
 */
char **
tern_tags_list (const TernMessage *message)
{
  g_auto (GStrv) words = g_strsplit (message->keywords != NULL ? message->keywords : "", " ", -1);
  GStrvBuilder *tags = g_strv_builder_new ();
  char **list;

  for (guint i = 0; words[i] != NULL; i++)
    if (is_tag (words[i]))
      g_strv_builder_add (tags, words[i]);
  list = g_strv_builder_end (tags);
  g_strv_builder_unref (tags);
  return list;
}

/**
 * tern_tags_list_common:
 *
 * Returns: (transfer full): the keywords of the tags that are always offered
 */
char **
tern_tags_list_common (void)
{
  char **list = g_new0 (char *, G_N_ELEMENTS (common) + 1);

  for (guint i = 0; i < G_N_ELEMENTS (common); i++)
    list[i] = g_strdup (common[i].keyword);
  return list;
}

/* The names of what the server files a message under, but for folders that stand in the sidebar. */
static void
add_labels (GPtrArray *names, const TernMessage *message)
{
  g_auto (GStrv) labels = g_strsplit (message->labels != NULL ? message->labels : "", "\n", -1);

  for (guint i = 0; labels[i] != NULL; i++)
    if (*labels[i] != '\0' && *labels[i] != '\\')
      g_ptr_array_add (names, g_strdup (labels[i]));
}

/**
 * tern_tag_dup_name:
 * @keyword: a keyword that is shown as a tag
 *
 * Returns: (transfer full): its name in the user's language, or in the user's words
 */
char *
tern_tag_dup_name (const char *keyword)
{
  int i = find_common (keyword);

  /* A keyword holds no space. */
  return i >= 0 ? g_strdup (g_dpgettext2 (NULL, "tag", common[i].name))
                : g_strdelimit (g_strdup (keyword), "_", ' ');
}

/**
 * tern_tag_from_name:
 * @name: what the user typed
 *
 * Returns: (transfer full) (nullable): the keyword for it; %NULL where servers take no such one
 */
char *
tern_tag_from_name (const char *name)
{
  g_autofree char *keyword = g_strdelimit (g_strstrip (g_strdup (name)), " ", '_');

  for (const char *p = keyword; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("_-.", *p) == NULL)
      return NULL;
  return strlen (keyword) <= MAX_NAME && is_tag (keyword) ? g_steal_pointer (&keyword) : NULL;
}

/**
 * tern_tag_get_style:
 * @keyword: a keyword that is shown as a tag
 *
 * Returns: (nullable): the style class of its colour
 */
const char *
tern_tag_get_style (const char *keyword)
{
  int i = find_common (keyword);

  return i >= 0 ? common[i].style : NULL;
}

/**
 * tern_tags_describe:
 * @message: a message
 *
 * Returns: (transfer full) (nullable): the names of its tags and labels, to be read out; %NULL for
 *   none
 */
char *
tern_tags_describe (const TernMessage *message)
{
  g_auto (GStrv) tags = tern_tags_list (message);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; tags[i] != NULL; i++)
    g_ptr_array_add (names, tern_tag_dup_name (tags[i]));
  add_labels (names, message);
  if (names->len == 0)
    return NULL;
  g_ptr_array_add (names, NULL);
  return g_strjoinv (", ", (char **) names->pdata);
}

static void
add_label (GtkWidget *box, const char *name, const char *style)
{
  GtkWidget *label = gtk_label_new (name);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 16);
  gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (label, "tag");
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  gtk_box_append (GTK_BOX (box), label);
}

/**
 * tern_tags_show:
 * @box: a #GtkBox
 * @message: a message
 * @most: how many tags there is room for
 *
 * Fills @box with the tags of a message, and with what the server files it under; hides it where
 * there is neither.
 */
void
tern_tags_show (GtkWidget *box, const TernMessage *message, guint most)
{
  g_auto (GStrv) tags = tern_tags_list (message);
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);
  GtkWidget *child;
  guint n = 0;

  add_labels (labels, message);
  gtk_widget_set_visible (box, tags[0] != NULL || labels->len > 0);
  while ((child = gtk_widget_get_first_child (box)) != NULL)
    gtk_box_remove (GTK_BOX (box), child);
  for (; tags[n] != NULL && n < most; n++)
    {
      g_autofree char *name = tern_tag_dup_name (tags[n]);

      add_label (box, name, tern_tag_get_style (tags[n]));
    }
  for (guint i = 0; i < labels->len && n + i < most; i++)
    add_label (box, g_ptr_array_index (labels, i), NULL);
}
