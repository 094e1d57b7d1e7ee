/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-accounts-window.h"
#include "tern-folder-item.h"

G_BEGIN_DECLS

struct _TernAccountsWindow
{
  AdwWindow parent_instance;

  TernEngine *engine;
  GListStore *store; /* TernFolderItem: an account's heading each */
  GHashTable *items; /* gint64 account id → TernFolderItem, unowned */
  GtkFilter *filter;
  GtkSelectionModel *selection;
  char **words;
  GCancellable *cancellable; /* of what runs; NULL for nothing */
  GArray *doomed;            /* gint64: accounts still to be removed */
  guint n_doomed;            /* of them at the beginning */

  GtkWidget *toasts;
  GtkWidget *entry;
  GtkWidget *trouble_button;
  GtkWidget *stack;
  GtkWidget *scrolled;
  GtkWidget *nothing;
  GtkWidget *list_view;
  GtkWidget *count_label;
  GtkWidget *actions;
  GtkWidget *progress;
  GtkWidget *progress_bar;
};

GArray *tern_accounts_window_dup_ids (TernAccountsWindow *self, gboolean all);
void tern_accounts_window_set_busy (TernAccountsWindow *self, gboolean busy);
void tern_accounts_window_tell_progress (goffset done, goffset total, gpointer user_data);
void tern_accounts_window_say (TernAccountsWindow *self, const GError *error);

/* tern-accounts-window-actions.c */
void tern_accounts_window_add_actions (GtkWidgetClass *klass);
void tern_accounts_window_check (TernAccountsWindow *self, GArray *ids);

/* tern-accounts-window-rows.c */
gboolean tern_accounts_window_needs_user (TernFolderItem *item);
void tern_accounts_window_settle (TernAccountsWindow *self, TernFolderItem *item);
GtkListItemFactory *tern_accounts_window_make_factory (void);

G_END_DECLS
