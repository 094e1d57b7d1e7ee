/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-window-private.h"

/* Keys that are no accelerators: those would take letters away from an entry that has the focus.
 * These come last, after every widget has had them. */
static const struct
{
  guint key;
  GdkModifierType modifiers;
  gboolean is_letter; /* whether the preference for single-letter keys is asked */
  const char *action;
} keys[] = {
  { GDK_KEY_j, 0, TRUE, "win.next" },
  { GDK_KEY_n, 0, TRUE, "win.next" },
  { GDK_KEY_k, 0, TRUE, "win.previous" },
  { GDK_KEY_p, 0, TRUE, "win.previous" },
  { GDK_KEY_u, 0, TRUE, "win.toggle-read" },
  { GDK_KEY_s, 0, TRUE, "win.star" },
  { GDK_KEY_e, 0, TRUE, "win.archive" },
  { GDK_KEY_m, 0, TRUE, "win.move" },
  { GDK_KEY_M, GDK_SHIFT_MASK, TRUE, "win.copy" },
  { GDK_KEY_exclam, 0, TRUE, "win.junk" },
  { GDK_KEY_t, 0, TRUE, "win.tags" },
  { GDK_KEY_slash, 0, TRUE, "win.search" },
  { GDK_KEY_x, 0, TRUE, "win.select" },
  { GDK_KEY_z, 0, TRUE, "win.undo" },
  { GDK_KEY_Down, 0, FALSE, "win.next" },
  { GDK_KEY_Up, 0, FALSE, "win.previous" },
  { GDK_KEY_Return, 0, FALSE, "win.open" },
  { GDK_KEY_KP_Enter, 0, FALSE, "win.open" },
  { GDK_KEY_Escape, 0, FALSE, "win.back" },
  { GDK_KEY_Delete, 0, FALSE, "win.delete" },
  { GDK_KEY_KP_Delete, 0, FALSE, "win.delete" },
  { GDK_KEY_Delete, GDK_SHIFT_MASK, FALSE, "win.delete-forever" },
};

static gboolean
is_editing (TernWindow *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  return focus != NULL && GTK_IS_EDITABLE (focus);
}

static gboolean
go (TernWindow *self, guint key)
{
  const char *place = key == GDK_KEY_i   ? "inbox"
                      : key == GDK_KEY_s ? "sent"
                      : key == GDK_KEY_d ? "drafts"
                                         : NULL;

  self->go_pending = FALSE;
  if (place != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.go", "s", place);
  return place != NULL;
}

/* Left and right open and go back, as the panes stand beside each other. */
static const char *
pane_key (TernWindow *self, guint key)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  if (key == (rtl ? GDK_KEY_Left : GDK_KEY_Right))
    return "win.open";
  if (key == (rtl ? GDK_KEY_Right : GDK_KEY_Left))
    return "win.back";
  return NULL;
}

static gboolean
pressed_cb (GtkEventControllerKey *controller,
            guint key,
            guint code,
            GdkModifierType state,
            TernWindow *self)
{
  gboolean letters = g_settings_get_boolean (self->settings, "single-letter-keys");
  GdkModifierType modifiers =
      state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK | GDK_META_MASK);
  const char *action = modifiers == 0 ? pane_key (self, key) : NULL;

  if (is_editing (self))
    return FALSE;
  if (key == GDK_KEY_exclam || key == GDK_KEY_slash) /* where they stand decides about Shift */
    modifiers &= ~(GdkModifierType) GDK_SHIFT_MASK;
  if (self->go_pending && modifiers == 0 && go (self, key))
    return TRUE;
  if (letters && modifiers == 0 && key == GDK_KEY_g)
    {
      self->go_pending = TRUE;
      return TRUE;
    }
  for (guint i = 0; action == NULL && i < G_N_ELEMENTS (keys); i++)
    if (keys[i].key == key && keys[i].modifiers == modifiers && (letters || !keys[i].is_letter))
      action = keys[i].action;
  return action != NULL && gtk_widget_activate_action (GTK_WIDGET (self), action, NULL);
}

/* Listens for the keys of the window. */
void
tern_window_add_keys (TernWindow *self)
{
  GtkEventController *controller = gtk_event_controller_key_new ();

  g_signal_connect (controller, "key-pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
}
