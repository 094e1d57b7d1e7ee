/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-letter-link.h"

#include "tern-html-policy.h"
#include "tern-mime-text.h"

/**
 * tern_letter_link_open:
 * @from: the widget with the link
 * @url: where a letter's link leads
 *
 * Opens a link that the reader asked for in the desktop's program for it: http, https and mailto;
 * nothing happens for any other.
 */
void
tern_letter_link_open (GtkWidget *from, const char *url)
{
  g_autofree char *clean = tern_html_policy_check_link (url);
  GtkRoot *root = gtk_widget_get_root (from);

  if (clean != NULL)
    gtk_show_uri (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, clean, GDK_CURRENT_TIME);
}

/**
 * tern_letter_link_to_markup:
 * @text: plain text
 *
 * Returns: (transfer full): @text as markup for a label, its web and mail addresses as links
 */
char *
tern_letter_link_to_markup (const char *text)
{
  GString *out = g_string_new (NULL);
  g_autofree char *url = NULL;
  gsize start, length;

  while (tern_mime_find_link (text, &start, &length, &url))
    {
      g_autofree char *before = g_markup_escape_text (text, start);
      g_autofree char *shown = g_markup_escape_text (text + start, length);
      g_autofree char *href = g_markup_escape_text (url, -1);

      g_string_append_printf (out, "%s<a href=\"%s\">%s</a>", before, href, shown);
      text += start + length;
      g_clear_pointer (&url, g_free);
    }
  {
    g_autofree char *rest = g_markup_escape_text (text, -1);

    g_string_append (out, rest);
  }
  return g_string_free (out, FALSE);
}
