/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-message-list-pane-private.h"

/* Letters that are shown at most. */
#define LIMIT 500
/* What is kept is looked through with each letter that is typed, the server is asked when so long
 * none was (ms), or at once by Enter. */
#define PAUSE 800

static void ask (TernMessageListPane *self, TernFetchPolicy policy);

static void
forget (TernMessageListPane *self)
{
  g_clear_handle_id (&self->search_source, g_source_remove);
  g_cancellable_cancel (self->search);
  g_clear_object (&self->search);
  g_clear_pointer (&self->query, tern_query_unref);
  g_clear_pointer (&self->search_result, tern_search_result_unref);
  self->is_searching = FALSE;
}

/* --- Answers --- */

static void
take_result (TernMessageListPane *self, TernSearchResult *found)
{
  self->is_searching = FALSE;
  tern_message_list_show_found (self->list, found->messages);
  tern_message_list_pane_update (self);
}

static void
asked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernMessageListPane) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernSearchResult) found =
      tern_engine_search_finish (TERN_ENGINE (object), result, &error);

  /* A newer search has taken its place, or none. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;
  if (found == NULL)
    {
      found = tern_search_result_new ();
      tern_search_result_add_problem (found, self->account_id, error);
    }
  self->search_result = tern_search_result_ref (found);
  take_result (self, found);
}

static gboolean
pause_cb (gpointer user_data)
{
  TernMessageListPane *self = user_data;

  self->search_source = 0;
  ask (self, TERN_FETCH_VALIDATE);
  return G_SOURCE_REMOVE;
}

static void
looked_through_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TernMessageListPane) self = user_data;
  g_autoptr (TernSearchResult) found =
      tern_engine_search_finish (TERN_ENGINE (object), result, NULL);

  if (found == NULL || g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;
  take_result (self, found);
  self->is_searching = TRUE;
  self->search_source = g_timeout_add (PAUSE, pause_cb, self);
  tern_message_list_pane_update (self);
}

/* --- Questions --- */

static void
ask (TernMessageListPane *self, TernFetchPolicy policy)
{
  g_clear_handle_id (&self->search_source, g_source_remove);
  g_cancellable_cancel (self->search);
  g_clear_object (&self->search);
  self->search = g_cancellable_new ();
  self->is_searching = TRUE;
  tern_engine_search_async (
      self->engine, self->account_id, self->folder_id, self->query, LIMIT, policy, self->search,
      policy == TERN_FETCH_CACHED ? looked_through_cb : asked_cb, g_object_ref (self));
  tern_message_list_pane_update (self);
}

/* Shows the whole folder again, where it is not shown. */
static void
show_folder (TernMessageListPane *self)
{
  gboolean had_query = self->query != NULL;

  forget (self);
  if (had_query && self->folder_id != 0)
    tern_message_list_pane_use_list (self, tern_message_list_new (self->engine, self->folder_id));
  tern_message_list_pane_update (self);
}

/**
 * tern_message_list_pane_search_changed:
 * @self: the pane
 *
 * Looks through what is kept of the folder for what is typed now. What cannot be looked for yet,
 * for it is only half typed, leaves what is shown.
 */
void
tern_message_list_pane_search_changed (TernMessageListPane *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  TernQuery *query = tern_query_parse (text, NULL);
  gboolean had_query = self->query != NULL;

  if (*text == '\0' || self->folder_id == 0)
    show_folder (self);
  if (query == NULL || self->folder_id == 0)
    {
      g_clear_pointer (&query, tern_query_unref);
      return;
    }
  forget (self);
  self->query = query;
  if (!had_query)
    tern_message_list_pane_use_list (self,
                                     tern_message_list_new_found (self->engine, self->folder_id));
  ask (self, TERN_FETCH_CACHED);
}

/**
 * tern_message_list_pane_search_activated:
 * @self: the pane
 *
 * Asks the server now, and goes on in the list.
 */
void
tern_message_list_pane_search_activated (TernMessageListPane *self)
{
  if (self->query == NULL)
    return;
  if (self->search_result == NULL)
    ask (self, TERN_FETCH_VALIDATE);
  tern_message_list_pane_grab_focus (self);
}

/**
 * tern_message_list_pane_search_mode_changed:
 * @self: the pane
 *
 * Shows the whole folder again when the search is closed.
 */
void
tern_message_list_pane_search_mode_changed (TernMessageListPane *self)
{
  if (gtk_search_bar_get_search_mode (GTK_SEARCH_BAR (self->search_bar)) || self->engine == NULL)
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  if (self->folder_id == 0)
    return;
  show_folder (self);
  tern_message_list_pane_grab_focus (self);
}

/**
 * tern_message_list_pane_begin_search:
 * @self: the pane
 *
 * Lets the user type what to look for in the folder that is open.
 */
void
tern_message_list_pane_begin_search (TernMessageListPane *self)
{
  if (self->folder_id == 0)
    return;
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->search_bar), TRUE);
  gtk_widget_grab_focus (self->search_entry);
}

/**
 * tern_message_list_pane_end_search:
 * @self: the pane
 *
 * Shows the whole folder again.
 *
 * Returns: whether there was a search
 */
gboolean
tern_message_list_pane_end_search (TernMessageListPane *self)
{
  if (!gtk_search_bar_get_search_mode (GTK_SEARCH_BAR (self->search_bar)))
    return FALSE;
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->search_bar), FALSE);
  return TRUE;
}

/* Ends the search without showing anything: its folder is being closed. */
void
tern_message_list_pane_drop_search (TernMessageListPane *self)
{
  forget (self);
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->search_bar), FALSE);
}

/* (nullable): why the server was not asked, or not to the end. */
const GError *
tern_message_list_pane_get_search_error (TernMessageListPane *self)
{
  if (self->search_result == NULL || self->search_result->problems->len == 0)
    return NULL;
  return ((TernSearchProblem *) self->search_result->problems->pdata[0])->error;
}
