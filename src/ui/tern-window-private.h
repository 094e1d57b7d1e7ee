/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-message-list-pane.h"
#include "tern-sidebar.h"
#include "tern-window.h"

G_BEGIN_DECLS

struct _TernWindow
{
  AdwApplicationWindow parent_instance;

  TernEngine *engine;
  GSettings *settings;
  TernFolderList *folders;
  TernMessageItem *shown; /* the letter in the last pane */
  gboolean is_read_only;  /* what can be done follows that */
  TernOperation *undo;    /* what Undo takes back */
  AdwToast *toast;        /* that offers it */
  GtkWindow *inspector;   /* NULL while it is closed; weak */
  gboolean go_pending;    /* after g, until the key that says where */

  GtkWidget *toasts;
  GtkWidget *outer;
  GtkWidget *inner;
  GtkWidget *sidebar_pane;
  GtkWidget *sidebar;
  GtkWidget *list_pane;
  GtkWidget *list;
  GtkWidget *letter_pane;
  GtkWidget *letter_stack;
  GtkWidget *letter_view;
  GtkWidget *no_letter;
  GtkWidget *star_button;
  GtkWidget *read_button;
};

/* One of the engine's operations on a whole folder. */
typedef void (*TernWindowFolderFunc) (TernEngine *engine,
                                      gint64 folder_id,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

/* tern-window.c */
gboolean tern_window_letter_is_visible (TernWindow *self);
void tern_window_show_letter (TernWindow *self, TernMessageItem *item);
void tern_window_go_back (TernWindow *self);
void tern_window_toggle_sidebar (TernWindow *self);
void tern_window_find_account (TernWindow *self);

/* tern-window-actions.c */
void tern_window_add_actions (GtkWidgetClass *klass);
void tern_window_update_actions (TernWindow *self);

/* tern-window-operations.c */
void tern_window_apply (TernWindow *self, TernOperation *operation, char *done);
void tern_window_apply_to_folder (TernWindow *self,
                                  TernWindowFolderFunc func,
                                  gint64 folder_id,
                                  char *done);
void tern_window_mark_read (TernWindow *self, TernMessageItem *item);
void tern_window_set_flag (TernWindow *self, GPtrArray *items, TernFlags flag, gboolean on);
void
tern_window_set_keywords (TernWindow *self, GPtrArray *items, const char *set, const char *clear);
void tern_window_mark_junk (TernWindow *self, GPtrArray *items);
void tern_window_copy (TernWindow *self, GPtrArray *items, gint64 folder_id);
void tern_window_move_to_role (TernWindow *self, GPtrArray *items, TernFolderRole role);
void tern_window_move (TernWindow *self, GPtrArray *items, gint64 folder_id);
void tern_window_delete (TernWindow *self, GPtrArray *items);
void tern_window_delete_forever (TernWindow *self, GPtrArray *items);
void tern_window_undo (TernWindow *self);
void tern_window_operation_failed (TernWindow *self, TernOperation *operation, GError *error);

/* tern-window-folders.c */
void tern_window_add_folder_actions (GtkWidgetClass *klass);

/* tern-window-codes.c */
void tern_window_add_code_actions (GtkWidgetClass *klass);

/* tern-window-keys.c */
void tern_window_add_keys (TernWindow *self);

G_END_DECLS
