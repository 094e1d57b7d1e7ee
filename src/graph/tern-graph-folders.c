/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-requests.h"

#include <string.h>

#include "tern-error.h"
#include "tern-graph-batch-private.h"
#include "tern-graph-folder-private.h"
#include "tern-graph-json-private.h"
#include "tern-graph-url.h"

/* The folders of a mailbox, a level in one request; with the first one goes what each well-known
 * folder is, as the list does not say it. */

#define PAGE 200

static const char *const well_known[] = {
  "inbox", "drafts", "sentitems", "archive", "junkemail", "deleteditems", "outbox",
};
#define N_WELL_KNOWN G_N_ELEMENTS (well_known)

typedef struct
{
  GPtrArray *folders;        /* TernGraphFolder */
  GHashTable *by_id;         /* utf8 → TernGraphFolder */
  char *names[N_WELL_KNOWN]; /* ids */
  GPtrArray *paths;          /* utf8: lists to ask for, and that are being asked for */
  guint round;
} Listing;

static void
listing_free (gpointer data)
{
  Listing *self = data;

  g_ptr_array_unref (self->folders);
  g_hash_table_unref (self->by_id);
  for (guint i = 0; i < N_WELL_KNOWN; i++)
    g_free (self->names[i]);
  g_ptr_array_unref (self->paths);
  g_free (self);
}

static void ask (GTask *task, gboolean is_first);

static char *
make_children_path (const char *id)
{
  g_autofree char *escaped = id != NULL ? tern_graph_url_escape (id) : NULL;

  if (escaped == NULL)
    return g_strdup_printf ("me/mailFolders?$top=%u", PAGE);
  return g_strdup_printf ("me/mailFolders/%s/childFolders?$top=%u", escaped, PAGE);
}

/* A folder that is in the list twice is one; so nothing can be below itself. */
static void
take_folder (Listing *self, JsonObject *object)
{
  g_autoptr (TernGraphFolder) folder = tern_graph_folder_parse (object);

  if (folder == NULL || self->folders->len >= TERN_GRAPH_MAX_FOLDERS ||
      g_hash_table_contains (self->by_id, folder->id))
    return;
  if (folder->children != 0 && self->round + 1 < TERN_GRAPH_MAX_ROUNDS)
    g_ptr_array_add (self->paths, make_children_path (folder->id));
  g_hash_table_insert (self->by_id, folder->id, folder);
  g_ptr_array_add (self->folders, g_steal_pointer (&folder));
}

static gboolean
take_list (Listing *self, TernGraphSession *session, JsonObject *body, GError **error)
{
  JsonArray *list = body != NULL ? tern_graph_json_array (body, "value") : NULL;
  const char *next = body != NULL ? tern_graph_json_string (body, "@odata.nextLink") : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *object = tern_graph_json_element (list, i);

      if (object != NULL)
        take_folder (self, object);
    }
  if (next == NULL || self->folders->len >= TERN_GRAPH_MAX_FOLDERS)
    return TRUE;
  if (!tern_graph_url_check_link (session->base, next, error))
    return FALSE;
  /* A server that leads round in a circle adds nothing. */
  if (list != NULL && json_array_get_length (list) > 0)
    g_ptr_array_add (self->paths, g_strdup (next + strlen (session->base) + 1));
  return TRUE;
}

static void
finish (GTask *task)
{
  Listing *self = g_task_get_task_data (task);

  for (guint i = 0; i < N_WELL_KNOWN; i++)
    {
      TernGraphFolder *folder =
          self->names[i] != NULL ? g_hash_table_lookup (self->by_id, self->names[i]) : NULL;

      if (folder != NULL)
        folder->well_known = well_known[i];
    }
  g_task_return_pointer (task, g_ptr_array_ref (self->folders), (GDestroyNotify) g_ptr_array_unref);
  g_object_unref (task);
}

/* The answers to the lists; those to the well-known names stand before them. */
static gboolean
take_answers (
    Listing *self, TernGraphSession *session, GPtrArray *answers, guint first, GError **error)
{
  for (guint i = first; i < answers->len; i++)
    {
      const TernGraphBatchAnswer *answer = answers->pdata[i];

      /* A folder may go while it is looked into; the mailbox itself may not. */
      if (answer->error != NULL && self->round == 0)
        {
          /* There is no mailbox, or none for programs. */
          if (g_error_matches (answer->error, TERN_ERROR, TERN_ERROR_GONE))
            g_set_error_literal (error, TERN_ERROR, TERN_ERROR_PERMISSION, answer->error->message);
          else
            g_propagate_error (error, g_error_copy (answer->error));
          return FALSE;
        }
      if (!take_list (self, session, answer->body, error))
        return FALSE;
    }
  return TRUE;
}

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  TernGraphSession *session = TERN_GRAPH_SESSION (object);
  Listing *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) answers = tern_graph_batch_finish (session, result, &error);
  guint first = self->round == 0 ? N_WELL_KNOWN : 0;
  guint asked = self->paths->len;

  for (guint i = 0; answers != NULL && i < first; i++)
    {
      const TernGraphBatchAnswer *answer = answers->pdata[i];

      if (answer->body != NULL)
        self->names[i] = tern_graph_json_dup_id (answer->body, "id");
    }
  if (answers == NULL || !take_answers (self, session, answers, first, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  g_ptr_array_remove_range (self->paths, 0, asked);
  self->round++;
  if (self->paths->len > 0 && self->round < TERN_GRAPH_MAX_ROUNDS)
    ask (task, FALSE);
  else
    finish (task);
}

static void
ask (GTask *task, gboolean is_first)
{
  Listing *self = g_task_get_task_data (task);
  GPtrArray *items = tern_graph_batch_items_new ();

  for (guint i = 0; is_first && i < N_WELL_KNOWN; i++)
    tern_graph_batch_items_add (
        items, "GET", g_strdup_printf ("me/mailFolders/%s?$select=id", well_known[i]), NULL);
  for (guint i = 0; i < self->paths->len; i++)
    tern_graph_batch_items_add (items, "GET", g_strdup (self->paths->pdata[i]), NULL);
  tern_graph_batch_async (g_task_get_source_object (task), "GET mailFolders", items,
                          TERN_GRAPH_URGENCY_USER, g_task_get_cancellable (task), answered_cb,
                          task);
}

/**
 * tern_graph_folders_async:
 * @session: a session
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks for all folders with their counts. Those that the server hides are left out.
 */
void
tern_graph_folders_async (TernGraphSession *session,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  Listing *self = g_new0 (Listing, 1);

  g_task_set_source_tag (task, tern_graph_folders_async);
  self->folders = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_graph_folder_free);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->paths = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->paths, make_children_path (NULL));
  g_task_set_task_data (task, self, listing_free);
  ask (task, TRUE);
}

/**
 * tern_graph_folders_finish:
 * @session: a session
 * @result: the result
 * @error: return location
 *
 * Returns: (transfer full) (element-type TernGraphFolder) (nullable): the folders, parents before
 *   children
 */
GPtrArray *
tern_graph_folders_finish (TernGraphSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- Some of them --- */

static void
got_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GPtrArray) answers =
      tern_graph_batch_finish (TERN_GRAPH_SESSION (object), result, &error);
  g_autoptr (GPtrArray) folders =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_graph_folder_free);

  if (answers == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; i < answers->len; i++)
    {
      const TernGraphBatchAnswer *answer = answers->pdata[i];
      TernGraphFolder *folder =
          answer->body != NULL ? tern_graph_folder_parse (answer->body) : NULL;

      if (folder != NULL)
        g_ptr_array_add (folders, folder);
    }
  g_task_return_pointer (task, g_steal_pointer (&folders), (GDestroyNotify) g_ptr_array_unref);
}

/**
 * tern_graph_get_folders_async:
 * @session: a session
 * @ids: ids of folders, or well-known names
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks for some folders with their counts.
 */
void
tern_graph_get_folders_async (TernGraphSession *session,
                              const char *const *ids,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  GPtrArray *items = tern_graph_batch_items_new ();

  g_task_set_source_tag (task, tern_graph_get_folders_async);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autofree char *id = tern_graph_url_escape (ids[i]);

      tern_graph_batch_items_add (items, "GET", g_strconcat ("me/mailFolders/", id, NULL), NULL);
    }
  tern_graph_batch_async (session, "GET mailFolders", items, TERN_GRAPH_URGENCY_USER, cancellable,
                          got_cb, task);
}

/**
 * tern_graph_get_folders_finish:
 * @session: a session
 * @result: the result
 * @error: return location
 *
 * Returns: (transfer full) (element-type TernGraphFolder) (nullable): those that there are, in the
 *   order in which they were asked for
 */
GPtrArray *
tern_graph_get_folders_finish (TernGraphSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
