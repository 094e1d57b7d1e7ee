/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-apply-private.h"

#include <string.h>

#include "tern-error.h"

/* Copies and new letters: what must not be asked for twice. The steps, each kept durably before the
 * next:
 *
 *   (none)          asks what is in the target already, by Message-ID
 *   before ID ID…   copies; after a lost answer first finds what has come there since
 *   elsewhere       the same, for what another channel was asked for
 */

#define BEFORE "before"

static gboolean
has_message_id (const TernGraphApply *self, guint index)
{
  return *(const char *) self->message_ids->pdata[index] != '\0';
}

/* Asks for what is in the target of those that can be asked for. */
static void
search (TernGraphApply *self, const char *folder, GAsyncReadyCallback callback)
{
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();

  for (guint i = 0; i < self->message_ids->len; i++)
    if (has_message_id (self, i))
      g_ptr_array_add (wanted, self->message_ids->pdata[i]);
  g_ptr_array_add (wanted, NULL);
  tern_graph_search_id_async (self->session, folder, (const char *const *) wanted->pdata,
                              tern_graph_apply_get_cancellable (self), callback, self);
}

static const char *
get_place (const TernGraphApply *self)
{
  return self->kind == TERN_OPERATION_APPEND ? self->folder : self->target;
}

/* --- The first step --- */

static void
before_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) lists =
      tern_graph_search_id_finish (TERN_GRAPH_SESSION (object), result, &error);
  g_autoptr (GString) step = g_string_new (BEFORE);

  if (lists == NULL)
    {
      tern_graph_apply_fail (self, error);
      return;
    }
  for (guint i = 0; i < lists->len; i++)
    {
      GPtrArray *ids = lists->pdata[i];

      for (guint k = 0; k < ids->len; k++)
        g_string_append_printf (step, " %s", (const char *) ids->pdata[k]);
    }
  self->outcome->step = g_string_free (g_steal_pointer (&step), FALSE);
  tern_graph_apply_done (self);
}

/* --- The second step --- */

static GHashTable *
parse_step (const TernGraphApply *self)
{
  g_auto (GStrv) words = g_strsplit (self->step, " ", -1);
  GHashTable *before = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 1; words[0] != NULL && words[i] != NULL; i++)
    g_hash_table_add (before, g_strdup (words[i]));
  return before;
}

/* The first of these that was not there before, which is taken by that; NULL for none. */
static const char *
take_new (GPtrArray *ids, GHashTable *before)
{
  for (guint i = 0; i < ids->len; i++)
    if (g_hash_table_add (before, g_strdup (ids->pdata[i])))
      return ids->pdata[i];
  return NULL;
}

static void
appended_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  GError *error = NULL;
  g_autofree char *id = tern_graph_id_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (id == NULL)
    {
      tern_graph_apply_fail (self, error);
      return;
    }
  if (*id != '\0')
    self->outcome->created = tern_graph_make_remote_id (id);
  tern_graph_apply_done (self);
}

/* Does what is not done yet. */
static void
do_rest (TernGraphApply *self)
{
  if (self->kind == TERN_OPERATION_APPEND && self->outcome->created == NULL)
    tern_graph_append_async (self->session, self->folder, self->content,
                             tern_graph_apply_get_cancellable (self), appended_cb, self);
  else if (self->kind == TERN_OPERATION_APPEND || self->asked->len == 0)
    tern_graph_apply_done (self);
  else
    tern_graph_copy_async (self->session, self->asked, self->target,
                           tern_graph_apply_get_cancellable (self), tern_graph_apply_results_cb,
                           self);
}

static void
take_found (TernGraphApply *self, GPtrArray *lists)
{
  g_autoptr (GHashTable) before = parse_step (self);

  for (guint i = 0, k = 0; i < self->message_ids->len; i++)
    {
      const char *found =
          has_message_id (self, i) && k < lists->len ? take_new (lists->pdata[k++], before) : NULL;

      if (self->kind == TERN_OPERATION_APPEND)
        self->outcome->created = found != NULL ? tern_graph_make_remote_id (found) : NULL;
      else if (found != NULL)
        g_hash_table_replace (self->outcome->moved, tern_graph_make_remote_id (self->ids->pdata[i]),
                              tern_graph_make_remote_id (found));
      else
        g_ptr_array_add (self->asked, g_strdup (self->ids->pdata[i]));
    }
}

static void
since_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) lists =
      tern_graph_search_id_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (lists == NULL)
    {
      tern_graph_apply_fail (self, error);
      return;
    }
  take_found (self, lists);
  do_rest (self);
}

/* Copies messages, or does the next step of it. */
void
tern_graph_apply_copy (TernGraphApply *self)
{
  self->asked = g_ptr_array_new_with_free_func (g_free);
  if (self->step == NULL)
    search (self, get_place (self), before_cb);
  else if (self->is_resumed)
    search (self, get_place (self), since_cb);
  else
    {
      for (guint i = 0; i < self->ids->len; i++)
        g_ptr_array_add (self->asked, g_strdup (self->ids->pdata[i]));
      do_rest (self);
    }
}

/* Puts a letter into a folder. Graph takes every letter for a draft, so others are refused. */
void
tern_graph_apply_append (TernGraphApply *self)
{
  if (self->content == NULL)
    tern_graph_apply_fail (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_INVALID, "no letter"));
  else if ((self->set & TERN_FLAGS_DRAFT) == 0)
    tern_graph_apply_unsupported (self, "keep a letter that is no draft");
  else
    tern_graph_apply_copy (self);
}
