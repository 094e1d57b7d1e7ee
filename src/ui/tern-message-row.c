/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-message-row.h"

#include <glib/gi18n.h>

#include "tern-tags.h"
#include "tern-ui-format.h"

/* More tags than this would leave no room for the subject. */
#define MAX_TAGS 2

struct _TernMessageRow
{
  GtkWidget parent_instance;

  TernMessageItem *item;
  gboolean show_recipients;

  GtkWidget *overlay;
  GtkWidget *dot;
  GtkWidget *sender;
  GtkWidget *time;
  GtkWidget *subject;
  GtkWidget *code;
  GtkWidget *tags;
  GtkWidget *replied;
  GtkWidget *attachment;
  GtkWidget *star;
  GtkWidget *snippet;
  GtkWidget *actions; /* made when the pointer first comes to this row */
  GtkWidget *star_button;
};

G_DEFINE_FINAL_TYPE (TernMessageRow, tern_message_row, GTK_TYPE_WIDGET)

static GtkWidget *
add_action (GtkWidget *box, const char *icon, const char *label, const char *action, gint64 id)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_focusable (button, FALSE);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "x", id);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

/* The code of a letter that came lately; NULL where there is none that is worth a place in a list.
 */
static const char *
get_code (const TernMessageRow *self, const TernMessage *message)
{
  gboolean offered = !self->show_recipients && message->code_is_certain && message->code != NULL &&
                     *message->code != '\0' && tern_message_is_recent (message);

  return offered ? message->code : NULL;
}

/* In two lines the buttons stand beside the code; in three they stand below it. */
static int
get_actions_margin (TernMessageRow *self)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  graphene_rect_t bounds;

  if (!gtk_widget_get_visible (self->code) || gtk_widget_get_visible (self->snippet) ||
      !gtk_widget_compute_bounds (self->code, self->overlay, &bounds))
    return 0;
  return (rtl ? (int) (bounds.origin.x + bounds.size.width)
              : gtk_widget_get_width (self->overlay) - (int) bounds.origin.x) +
         6;
}

static void
show_actions (TernMessageRow *self)
{
  TernMessage *message = tern_message_item_get_message (self->item);
  gint64 id = tern_message_item_get_id (self->item);
  gboolean starred = message != NULL && (message->flags & TERN_FLAGS_FLAGGED) != 0;

  if (self->actions != NULL)
    return;
  self->actions = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (self->actions, "row-actions");
  gtk_widget_set_halign (self->actions, GTK_ALIGN_END);
  gtk_widget_set_valign (self->actions, GTK_ALIGN_END);
  gtk_widget_set_margin_end (self->actions, get_actions_margin (self));
  self->star_button =
      add_action (self->actions, starred ? "starred-symbolic" : "non-starred-symbolic",
                  starred ? _ ("Remove star") : _ ("Star"), "win.row-star", id);
  add_action (self->actions, "tern-archive-symbolic", _ ("Archive"), "win.row-archive", id);
  add_action (self->actions, "user-trash-symbolic", _ ("Delete"), "win.row-delete", id);
  gtk_overlay_add_overlay (GTK_OVERLAY (self->overlay), self->actions);
}

static void
hide_actions (TernMessageRow *self)
{
  if (self->actions == NULL)
    return;
  gtk_overlay_remove_overlay (GTK_OVERLAY (self->overlay), self->actions);
  self->actions = NULL;
  self->star_button = NULL;
}

/* The list's own row around this widget has the pointer and the focus. */
static void
update_actions (TernMessageRow *self)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));
  GtkStateFlags flags = parent != NULL ? gtk_widget_get_state_flags (parent) : 0;
  GtkStateFlags focus = GTK_STATE_FLAG_FOCUSED | GTK_STATE_FLAG_FOCUS_VISIBLE;

  if (self->item != NULL && ((flags & GTK_STATE_FLAG_PRELIGHT) != 0 || (flags & focus) == focus))
    show_actions (self);
  else
    hide_actions (self);
}

static void
parent_state_cb (GtkWidget *parent, GtkStateFlags old, TernMessageRow *self)
{
  update_actions (self);
}

static void
parent_cb (TernMessageRow *self, GParamSpec *pspec, gpointer unused)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));

  if (parent != NULL)
    g_signal_connect_object (parent, "state-flags-changed", G_CALLBACK (parent_state_cb), self, 0);
}

static void
show_code (TernMessageRow *self, const TernMessage *message)
{
  const char *code = get_code (self, message);
  g_autofree char *name = NULL;

  gtk_widget_set_visible (self->code, code != NULL);
  if (code == NULL)
    return;
  name = g_strdup_printf (_ ("Copy code %s"), code);
  gtk_button_set_label (GTK_BUTTON (self->code), code);
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (self->code), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_widget_set_tooltip_text (self->code, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->code), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->code), "x", message->id);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->code), "win.copy-code-of");
}

static char *
describe (const TernMessage *message,
          const char *people,
          const char *when,
          const char *tags,
          const char *code)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if ((message->flags & TERN_FLAGS_SEEN) == 0)
    g_string_append_printf (text, "%s, ", _ ("Unread"));
  g_string_append_printf (text, "%s, %s, %s", people, tern_format_subject (message), when);
  if ((message->flags & TERN_FLAGS_FLAGGED) != 0)
    g_string_append_printf (text, ", %s", _ ("Starred"));
  if (message->has_attachments)
    g_string_append_printf (text, ", %s", _ ("Has attachments"));
  if ((message->flags & TERN_FLAGS_ANSWERED) != 0)
    g_string_append_printf (text, ", %s", _ ("Answered"));
  if ((message->flags & TERN_FLAGS_DELETED) != 0)
    g_string_append_printf (text, ", %s", _ ("Removed"));
  if (tags != NULL)
    g_string_append_printf (text, ", %s", tags);
  if (code != NULL)
    {
      g_string_append (text, ", ");
      /* Translators: read out for a letter in the list; the placeholder is a code such as 482913.
       */
      g_string_append_printf (text, _ ("code %s"), code);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
show_blank (TernMessageRow *self)
{
  gtk_label_set_text (GTK_LABEL (self->sender), "");
  gtk_label_set_text (GTK_LABEL (self->time), "");
  gtk_label_set_text (GTK_LABEL (self->subject), "");
  gtk_label_set_text (GTK_LABEL (self->snippet), "");
  gtk_widget_set_opacity (self->dot, 0);
  gtk_widget_hide (self->code);
  gtk_widget_hide (self->tags);
  gtk_widget_hide (self->replied);
  gtk_widget_hide (self->attachment);
  gtk_widget_hide (self->star);
}

static void
show_message (TernMessageRow *self, const TernMessage *message)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *when = tern_format_row_time (message->received, now);
  g_autofree char *people =
      self->show_recipients ? tern_format_recipients (message) : tern_format_senders (message);
  g_autofree char *tags = tern_tags_describe (message);
  g_autofree char *description = describe (message, people, when, tags, get_code (self, message));
  gboolean unread = (message->flags & TERN_FLAGS_SEEN) == 0;
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));

  gtk_label_set_text (GTK_LABEL (self->sender), people);
  gtk_label_set_text (GTK_LABEL (self->time), when);
  gtk_label_set_text (GTK_LABEL (self->subject), tern_format_subject (message));
  gtk_label_set_text (GTK_LABEL (self->snippet), message->snippet != NULL ? message->snippet : "");
  gtk_widget_set_opacity (self->dot, unread ? 1 : 0);
  if (unread)
    gtk_widget_add_css_class (GTK_WIDGET (self), "unread");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "unread");
  if ((message->flags & TERN_FLAGS_DELETED) != 0)
    gtk_widget_add_css_class (GTK_WIDGET (self), "struck-out");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "struck-out");
  show_code (self, message);
  tern_tags_show (self->tags, message, MAX_TAGS);
  gtk_widget_set_visible (self->replied, (message->flags & TERN_FLAGS_ANSWERED) != 0);
  gtk_widget_set_visible (self->attachment, message->has_attachments);
  gtk_widget_set_visible (self->star, (message->flags & TERN_FLAGS_FLAGGED) != 0);
  if (parent != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (parent), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    description, -1);
}

static void
message_cb (TernMessageRow *self)
{
  TernMessage *message = tern_message_item_get_message (self->item);

  if (message == NULL)
    show_blank (self);
  else
    show_message (self, message);
  hide_actions (self); /* they show and carry the message's state */
  update_actions (self);
}

static void
tern_message_row_dispose (GObject *object)
{
  tern_message_row_unbind (TERN_MESSAGE_ROW (object));
  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_MESSAGE_ROW);
  G_OBJECT_CLASS (tern_message_row_parent_class)->dispose (object);
}

static void
tern_message_row_class_init (TernMessageRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tern_message_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/ternmail/Tern/tern-message-row.ui");
  gtk_widget_class_bind_template_child (widget_class, TernMessageRow, overlay);
  gtk_widget_class_bind_template_child (widget_class, TernMessageRow, dot);
  gtk_widget_class_bind_template_child (widget_class, TernMessageRow, sender);
  gtk_widget_class_bind_template_child (widget_class, TernMessageRow, time);
  gtk_widget_class_bind_template_child (widget_class, TernMessageRow, subject);
  gtk_widget_class_bind_template_child (widget_class, TernMessageRow, code);
  gtk_widget_class_bind_template_child (widget_class, TernMessageRow, tags);
  gtk_widget_class_bind_template_child (widget_class, TernMessageRow, replied);
  gtk_widget_class_bind_template_child (widget_class, TernMessageRow, attachment);
  gtk_widget_class_bind_template_child (widget_class, TernMessageRow, star);
  gtk_widget_class_bind_template_child (widget_class, TernMessageRow, snippet);
}

static void
tern_message_row_init (TernMessageRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "notify::parent", G_CALLBACK (parent_cb), NULL);
}

/**
 * tern_message_row_new:
 *
 * Makes a row of the message list that shows nothing yet. Its height depends on the font alone.
 *
 * Returns: (transfer floating): a new row
 */
GtkWidget *
tern_message_row_new (void)
{
  return g_object_new (TERN_TYPE_MESSAGE_ROW, NULL);
}

/**
 * tern_message_row_bind:
 * @self: a row
 * @item: what it shows from now on, and follows
 * @show_recipients: whether the people shown are those written to
 */
void
tern_message_row_bind (TernMessageRow *self, TernMessageItem *item, gboolean show_recipients)
{
  tern_message_row_unbind (self);
  self->item = g_object_ref (item);
  self->show_recipients = show_recipients;
  g_signal_connect_swapped (item, "notify::message", G_CALLBACK (message_cb), self);
  message_cb (self);
}

/**
 * tern_message_row_unbind:
 * @self: a row
 *
 * Lets go of what it shows.
 */
void
tern_message_row_unbind (TernMessageRow *self)
{
  if (self->item == NULL)
    return;
  if (self->overlay != NULL)
    hide_actions (self);
  g_signal_handlers_disconnect_by_func (self->item, message_cb, self);
  g_clear_object (&self->item);
}

/**
 * tern_message_row_get_item:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): what it shows
 */
TernMessageItem *
tern_message_row_get_item (TernMessageRow *self)
{
  return self->item;
}

/**
 * tern_message_row_set_compact:
 * @self: a row
 * @compact: whether it has two lines instead of three
 */
void
tern_message_row_set_compact (TernMessageRow *self, gboolean compact)
{
  gtk_widget_set_visible (self->snippet, !compact);
}
