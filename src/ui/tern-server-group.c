/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-server-group.h"

#include <stdlib.h>
#include <string.h>

struct _TernServerGroup
{
  AdwPreferencesGroup parent_instance;

  gboolean host_is_mine; /* whether nobody but tern_server_group_guess() wrote it */
  gboolean port_is_mine; /* whether it follows the protection */
  gboolean filling;      /* while one of these is written */

  GtkWidget *remove;
  GtkWidget *host;
  GtkWidget *security;
  GtkWidget *port;
  GtkWidget *consent_row;
  GtkWidget *consent;
};

enum
{
  SIGNAL_CHANGED,
  SIGNAL_REMOVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TernServerGroup, tern_server_group, ADW_TYPE_PREFERENCES_GROUP)

static char *
dup_text (GtkWidget *row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
}

static guint16
get_port (TernServerGroup *self)
{
  g_autofree char *text = dup_text (self->port);
  guint64 port = 0;

  return g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &port, NULL) ? (guint16) port : 0;
}

static TernSecurity
get_security (TernServerGroup *self)
{
  /* The rows of the list are in the order of the enumeration. */
  return (TernSecurity) adw_combo_row_get_selected (ADW_COMBO_ROW (self->security));
}

static gboolean
is_host (const char *text)
{
  return *text != '\0' && strpbrk (text, " /@\\\t") == NULL;
}

static void
mark (GtkWidget *row, gboolean wrong)
{
  if (wrong)
    gtk_widget_add_css_class (row, "error");
  else
    gtk_widget_remove_css_class (row, "error");
}

static gboolean
needs_consent (TernServerGroup *self)
{
  g_autofree char *host = dup_text (self->host);
  g_autoptr (TernEndpoint) endpoint = NULL;

  if (get_security (self) != TERN_SECURITY_NONE || !is_host (host))
    return FALSE;
  endpoint = tern_endpoint_new (host, 143, TERN_SECURITY_NONE);
  return !tern_endpoint_is_loopback (endpoint);
}

static void
changed_cb (TernServerGroup *self)
{
  g_autofree char *host = dup_text (self->host);

  mark (self->host, *host != '\0' && !is_host (host));
  mark (self->port, get_port (self) == 0);
  gtk_widget_set_visible (self->consent_row, needs_consent (self));
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
host_changed_cb (TernServerGroup *self)
{
  if (!self->filling)
    self->host_is_mine = FALSE;
  changed_cb (self);
}

static void
port_changed_cb (TernServerGroup *self)
{
  if (!self->filling)
    self->port_is_mine = FALSE;
  changed_cb (self);
}

static void
security_changed_cb (TernServerGroup *self)
{
  if (self->port_is_mine)
    {
      self->filling = TRUE;
      gtk_editable_set_text (GTK_EDITABLE (self->port),
                             get_security (self) == TERN_SECURITY_TLS ? "993" : "143");
      self->filling = FALSE;
    }
  changed_cb (self);
}

static void
remove_cb (TernServerGroup *self)
{
  g_signal_emit (self, signals[SIGNAL_REMOVED], 0);
}

static void
tern_server_group_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_SERVER_GROUP);
  G_OBJECT_CLASS (tern_server_group_parent_class)->dispose (object);
}

static void
tern_server_group_class_init (TernServerGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tern_server_group_dispose;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", TERN_TYPE_SERVER_GROUP, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_REMOVED] = g_signal_new ("removed", TERN_TYPE_SERVER_GROUP, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/ternmail/Tern/tern-server-group.ui");
  gtk_widget_class_bind_template_child (widget_class, TernServerGroup, remove);
  gtk_widget_class_bind_template_child (widget_class, TernServerGroup, host);
  gtk_widget_class_bind_template_child (widget_class, TernServerGroup, security);
  gtk_widget_class_bind_template_child (widget_class, TernServerGroup, port);
  gtk_widget_class_bind_template_child (widget_class, TernServerGroup, consent_row);
  gtk_widget_class_bind_template_child (widget_class, TernServerGroup, consent);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, host_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, port_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, security_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_cb);
}

static void
tern_server_group_init (TernServerGroup *self)
{
  self->host_is_mine = TRUE;
  self->port_is_mine = TRUE;
  self->filling = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->filling = FALSE;
}

/**
 * tern_server_group_new:
 * @removable: whether it has a button that takes it away
 *
 * Makes the rows in which one way to a mail server is entered.
 *
 * Returns: (transfer floating): a new group
 */
TernServerGroup *
tern_server_group_new (gboolean removable)
{
  TernServerGroup *self = g_object_new (TERN_TYPE_SERVER_GROUP, NULL);

  gtk_widget_set_visible (self->remove, removable);
  self->host_is_mine = !removable;
  return self;
}

/**
 * tern_server_group_guess:
 * @self: the group
 * @domain: the domain of the address, or ""
 *
 * Proposes the server's usual name, as long as the user has not written another.
 */
void
tern_server_group_guess (TernServerGroup *self, const char *domain)
{
  g_autofree char *host = *domain != '\0' ? g_strconcat ("imap.", domain, NULL) : g_strdup ("");

  if (!self->host_is_mine)
    return;
  self->filling = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->host), host);
  self->filling = FALSE;
}

/**
 * tern_server_group_dup_endpoint:
 * @self: the group
 *
 * Returns: (transfer full) (nullable): what was entered; %NULL while it is not complete and right
 */
TernEndpoint *
tern_server_group_dup_endpoint (TernServerGroup *self)
{
  g_autofree char *host = dup_text (self->host);
  guint16 port = get_port (self);

  if (!is_host (host) || port == 0 ||
      (needs_consent (self) && !gtk_check_button_get_active (GTK_CHECK_BUTTON (self->consent))))
    return NULL;
  return tern_endpoint_new (host, port, get_security (self));
}
