/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-route-popover.h"

#include <glib/gi18n.h>

#include "tern-ui-error.h"
#include "tern-ui-format.h"

/**
 * tern_route_describe:
 * @status: (nullable): how the account is doing
 * @validated: when the list was last known to equal the server's, µs of real time; 0 for never
 * @now: the time it is, µs of real time
 *
 * Says in a few words by which way a list came and how old it is.
 *
 * Returns: (transfer full): the words
 */
char *
tern_route_describe (const TernStatus *status, gint64 validated, gint64 now)
{
  g_autofree char *age = validated > 0 ? tern_format_age (validated, now) : NULL;
  const TernRouteEntry *winner =
      status != NULL && status->route != NULL ? tern_route_get_winner (status->route) : NULL;

  if (status != NULL && status->state == TERN_ACCOUNT_STATE_CONNECTING)
    return g_strdup (_ ("Connecting…"));
  if (status != NULL && status->state == TERN_ACCOUNT_STATE_OFFLINE)
    return age != NULL ? g_strdup_printf ("%s · %s", _ ("offline"), age) : g_strdup (_ ("offline"));
  if (status != NULL && status->state == TERN_ACCOUNT_STATE_TROUBLE)
    return age != NULL ? g_strdup_printf ("%s · %s", _ ("waiting for the server"), age)
                       : g_strdup (_ ("waiting for the server"));
  if (status != NULL && status->state == TERN_ACCOUNT_STATE_ONLINE && winner != NULL)
    return age != NULL ? g_strdup_printf ("%s · %s", winner->endpoint->host, age)
                       : g_strdup (winner->endpoint->host);
  if (age != NULL)
    /* Translators: the list comes from this computer; then how old it is, "2 h ago". */
    return g_strdup_printf ("%s · %s", _ ("cached"), age);
  return g_strdup ("");
}

static char *
describe_entry (const TernRouteEntry *entry)
{
  guint ms = (guint) ((entry->ended - entry->started + 500) / 1000);

  switch (entry->outcome)
    {
    case TERN_ROUTE_WON:
      return g_strdup_printf (_ ("Ready after %u ms; this way is in use"), ms);
    case TERN_ROUTE_LOST:
      return g_strdup (_ ("Another way was quicker"));
    case TERN_ROUTE_FAILED:
    default:
      return entry->error != NULL ? tern_error_to_sentence (entry->error, entry->endpoint->host)
                                  : g_strdup (_ ("Failed"));
    }
}

static GtkWidget *
label_new (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
  gtk_widget_set_focusable (label, FALSE);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

/* The protocol, a name, and the network address where one is known. */
static char *
describe_way (const TernRoute *route, const TernRouteEntry *entry)
{
  const char *protocol = g_str_equal (route->channel, "graph") ? "Microsoft Graph" : "IMAP";

  return entry->address != NULL ? g_strdup_printf ("%s · %s", protocol, entry->address)
                                : g_strdup (protocol);
}

static void
add_entry (GtkWidget *box, const TernRoute *route, const TernRouteEntry *entry)
{
  GtkWidget *group = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autofree char *name = tern_endpoint_to_string (entry->endpoint);
  g_autofree char *words = describe_entry (entry);
  g_autofree char *way = describe_way (route, entry);

  gtk_box_append (GTK_BOX (group), label_new (name, "heading"));
  gtk_box_append (GTK_BOX (group), label_new (words, NULL));
  gtk_box_append (GTK_BOX (group), label_new (way, "dim-label"));
  if (entry->error != NULL)
    {
      g_autofree char *technical = tern_error_to_technical (entry->error);
      GtkWidget *label = label_new (technical, "caption");

      gtk_widget_add_css_class (label, "dim-label");
      gtk_box_append (GTK_BOX (group), label);
    }
  gtk_box_append (GTK_BOX (box), group);
}

/* What is wrong, with the server's own words below it. */
static void
add_trouble (GtkWidget *box, const GError *error)
{
  GtkWidget *group = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autofree char *sentence = tern_error_to_sentence (error, NULL);
  g_autofree char *technical = tern_error_to_technical (error);
  GtkWidget *label = label_new (technical, "caption");

  gtk_widget_add_css_class (label, "dim-label");
  gtk_box_append (GTK_BOX (group), label_new (sentence, NULL));
  gtk_box_append (GTK_BOX (group), label);
  gtk_box_append (GTK_BOX (box), group);
}

/* Other protocols, each with why the mail does not come by it. */
static void
add_passed_over (GtkWidget *box, const char *reasons)
{
  GtkWidget *group = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *label = label_new (reasons, "caption");

  gtk_widget_add_css_class (label, "dim-label");
  /* Translators: above the names of protocols by which the mail does not come, and why. */
  gtk_box_append (GTK_BOX (group), label_new (_ ("Not used"), "heading"));
  gtk_box_append (GTK_BOX (group), label);
  gtk_box_append (GTK_BOX (box), group);
}

/**
 * tern_route_popover_new:
 * @status: (nullable): how the account is doing
 *
 * Makes what is shown of how the server was reached: every way that was tried, with its result.
 *
 * Returns: (transfer floating): the content of a popover
 */
GtkWidget *
tern_route_popover_new (const TernStatus *status)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  if (status != NULL && status->error != NULL)
    add_trouble (box, status->error);
  if (status == NULL || status->route == NULL || status->route->entries->len == 0)
    {
      gtk_box_append (GTK_BOX (box),
                      label_new (_ ("The server was not asked since Tern was started."), NULL));
      return box;
    }
  for (guint i = 0; i < status->route->entries->len; i++)
    add_entry (box, status->route, g_ptr_array_index (status->route->entries, i));
  if (status->route->passed_over != NULL)
    add_passed_over (box, status->route->passed_over);
  return box;
}
