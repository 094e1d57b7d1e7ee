/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "tern-message-list-pane.h"

G_BEGIN_DECLS

struct _TernMessageListPane
{
  GtkWidget parent_instance;

  TernEngine *engine;
  TernFolderList *folders;
  TernStatus *status;        /* of the folder's account */
  GCancellable *cancellable; /* of what was asked for the folder that is open */

  gint64 folder_id; /* 0 for none */
  gint64 account_id;
  TernMessageList *list;
  GtkSliceListModel *shown; /* of the list: its beginning, until that is on screen */
  GtkMultiSelection *selection;
  TernMessageItem *selected; /* what was told last */
  TernRowKey cursor;         /* where the keys go on from; valid with has_cursor */
  gboolean has_cursor;
  gboolean advance; /* whether the next row is selected when the selected ones go */

  GPtrArray *rows;       /* TernMessageRow, not owned: those that show something now */
  GHashTable *requested; /* gint64 ids whose snippets were asked for */
  guint snippets_source;
  guint painted_rows; /* what the trace was told last */
  gulong paint_handler;
  guint grow_callback; /* while frames go by until all rows may be shown */
  gboolean grows_next;
  guint top_callback; /* before the next frame: shows the top of the list */

  TernQuery *query;                /* what is looked for in the folder; NULL for nothing */
  GCancellable *search;            /* of what was asked for it */
  TernSearchResult *search_result; /* of the servers; NULL while they were not asked */
  gboolean is_searching;           /* an answer is to come */
  guint search_source;             /* until the server is asked */

  gboolean starts_window;
  gboolean ends_window;
  gboolean compact;
  gboolean has_struck_out; /* whether a letter is shown that is to be removed */

  GtkWidget *title_button;
  GtkWidget *title;
  GtkWidget *subtitle;
  GtkWidget *route_popover;
  GtkWidget *folder_button;
  GtkWidget *search_bar;
  GtkWidget *search_entry;
  GtkWidget *bar;
  GtkWidget *bar_icon;
  GtkWidget *bar_label;
  GtkWidget *bar_button;
  GtkWidget *stack;
  GtkWidget *scrolled;
  GtkWidget *list_view;
  GtkWidget *page;
  GtkWidget *page_button;
  GtkWidget *page_details;
  GtkWidget *page_technical;
  GtkWidget *progress;
};

/* tern-message-list-pane.c */
void tern_message_list_pane_use_list (TernMessageListPane *self, TernMessageList *list);

/* tern-message-list-pane-search.c */
void tern_message_list_pane_search_changed (TernMessageListPane *self);
void tern_message_list_pane_search_activated (TernMessageListPane *self);
void tern_message_list_pane_search_mode_changed (TernMessageListPane *self);
void tern_message_list_pane_drop_search (TernMessageListPane *self);
const GError *tern_message_list_pane_get_search_error (TernMessageListPane *self);

/* tern-message-list-pane-rows.c */
void tern_message_list_pane_init_rows (TernMessageListPane *self);
void tern_message_list_pane_want_snippets (TernMessageListPane *self);
void tern_message_list_pane_trace_rows (TernMessageListPane *self);
void tern_message_list_pane_clear_rows (TernMessageListPane *self);
gboolean tern_message_list_pane_shows_struck_out (TernMessageListPane *self);
void tern_message_list_pane_show_list (TernMessageListPane *self);

/* tern-message-list-pane-selection.c */
void tern_message_list_pane_selection_changed (TernMessageListPane *self);
void tern_message_list_pane_rows_changed (TernMessageListPane *self);

G_END_DECLS
