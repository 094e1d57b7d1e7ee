/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-apply-private.h"

#include <string.h>

#include "tern-error.h"

/* Flags, moves and removals: what can be asked for twice. */

/* --- Flags --- */

/* 1, 0 or, to leave it, -1. */
static gint
get_wish (const TernGraphApply *self, TernFlags flag)
{
  return (self->set & flag) != 0 ? 1 : (self->clear & flag) != 0 ? 0 : -1;
}

static TernGraphPatch
make_patch (const TernGraphApply *self, const char *id)
{
  TernGraphPatch patch = {
    .id = id,
    .read = get_wish (self, TERN_FLAGS_SEEN),
    .flagged = get_wish (self, TERN_FLAGS_FLAGGED),
    .verb = -1,
  };

  if ((self->set & TERN_FLAGS_FORWARDED) != 0)
    patch.verb = TERN_GRAPH_VERB_FORWARD;
  else if ((self->set & TERN_FLAGS_ANSWERED) != 0)
    patch.verb = TERN_GRAPH_VERB_REPLY;
  else if ((self->clear & (TERN_FLAGS_ANSWERED | TERN_FLAGS_FORWARDED)) != 0)
    patch.verb = TERN_GRAPH_VERB_NONE;
  return patch;
}

static gboolean
is_empty (const TernGraphPatch *patch)
{
  return patch->read == -1 && patch->flagged == -1 && patch->verb == -1;
}

static gboolean
has_keywords (const TernGraphApply *self)
{
  return (self->set_keywords != NULL && *self->set_keywords != '\0') ||
         (self->clear_keywords != NULL && *self->clear_keywords != '\0');
}

static void
patched_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) results =
      tern_graph_results_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (results == NULL)
    {
      tern_graph_apply_fail (self, error);
      return;
    }
  tern_graph_apply_collect (self, results);
  g_hash_table_remove_all (self->outcome->moved); /* they are where they were */
  if (tern_graph_apply_settle (self))
    tern_graph_apply_done (self);
}

static void
add_category (GPtrArray *categories, const char *category)
{
  g_autofree char *keyword = tern_graph_convert_category (category);

  for (guint i = 0; keyword != NULL && i < categories->len; i++)
    {
      g_autofree char *other = tern_graph_convert_category (categories->pdata[i]);

      if (g_strcmp0 (other, keyword) == 0)
        return;
    }
  g_ptr_array_add (categories, g_strdup (category));
}

/* All categories that a message is to have: other programs' names for them are kept. */
static GPtrArray *
change_categories (const TernGraphApply *self, GPtrArray *old)
{
  GPtrArray *out = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) added = g_strsplit (self->set_keywords != NULL ? self->set_keywords : "", " ", -1);

  for (guint i = 0; i < old->len; i++)
    {
      g_autofree char *keyword = tern_graph_convert_category (old->pdata[i]);

      if (keyword == NULL || !tern_keywords_contain (self->clear_keywords, keyword))
        g_ptr_array_add (out, g_strdup (old->pdata[i]));
    }
  for (guint i = 0; added[i] != NULL; i++)
    {
      const char *category = g_hash_table_lookup (self->channel->categories, added[i]);

      if (*added[i] != '\0')
        add_category (out, category != NULL ? category : added[i]);
    }
  return out;
}

/* Categories are set all at once, so those that there are have to be known. */
static void
got_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) messages =
      tern_graph_get_messages_finish (TERN_GRAPH_SESSION (object), result, &error);
  g_autoptr (GPtrArray) lists = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  g_autofree TernGraphPatch *patches = NULL;

  if (messages == NULL)
    {
      tern_graph_apply_fail (self, error);
      return;
    }
  patches = g_new0 (TernGraphPatch, messages->len);
  self->asked = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < messages->len; i++)
    {
      const TernGraphMessage *message = messages->pdata[i];

      g_ptr_array_add (lists, change_categories (self, message->categories));
      g_ptr_array_add (self->asked, g_strdup (message->id));
      patches[i] = make_patch (self, message->id);
      patches[i].categories = lists->pdata[i];
    }
  tern_graph_patch_async (self->session, patches, messages->len,
                          tern_graph_apply_get_cancellable (self), patched_cb, self);
}

static void
patch_all (TernGraphApply *self, GAsyncReadyCallback callback)
{
  g_autofree TernGraphPatch *patches = g_new0 (TernGraphPatch, self->ids->len);

  for (guint i = 0; i < self->ids->len; i++)
    patches[i] = make_patch (self, self->ids->pdata[i]);
  g_clear_pointer (&self->asked, g_ptr_array_unref);
  self->asked = g_ptr_array_ref (self->ids);
  tern_graph_patch_async (self->session, patches, self->ids->len,
                          tern_graph_apply_get_cancellable (self), callback, self);
}

/* Sets and clears flags and keywords. */
void
tern_graph_apply_flags (TernGraphApply *self)
{
  TernGraphPatch patch = make_patch (self, "");

  if (has_keywords (self))
    tern_graph_get_messages_async (self->session, self->ids, TERN_GRAPH_URGENCY_USER,
                                   tern_graph_apply_get_cancellable (self), got_cb, self);
  else if (is_empty (&patch))
    tern_graph_apply_unsupported (self, "set that flag");
  else
    patch_all (self, patched_cb);
}

/* --- Move --- */

static void
target_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) folders =
      tern_graph_get_folders_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (folders == NULL)
    tern_graph_apply_fail (self, error);
  else if (folders->len == 0)
    tern_graph_apply_fail (self, g_error_new_literal (TERN_ERROR, TERN_ERROR_GONE,
                                                      "the target does not exist any more"));
  else
    tern_graph_apply_done (self);
}

static void
moved_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  const char *const target[] = { self->target, NULL };
  GError *error = NULL;
  g_autoptr (GPtrArray) results =
      tern_graph_results_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (results == NULL)
    tern_graph_apply_fail (self, error);
  /* Either all the messages are gone, or it is where they were to go. */
  else if (tern_graph_apply_collect (self, results) == self->ids->len)
    tern_graph_get_folders_async (self->session, target, tern_graph_apply_get_cancellable (self),
                                  target_cb, self);
  else if (tern_graph_apply_settle (self))
    tern_graph_apply_done (self);
}

static void
move (TernGraphApply *self)
{
  g_clear_pointer (&self->asked, g_ptr_array_unref);
  self->asked = g_ptr_array_ref (self->ids);
  tern_graph_move_async (self->session, self->ids, self->target,
                         tern_graph_apply_get_cancellable (self), moved_cb, self);
}

/* Marks that go along with a move are worth no failure. */
static void
marked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  TernGraphApply *self = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) results =
      tern_graph_results_finish (TERN_GRAPH_SESSION (object), result, &error);

  if (results == NULL)
    tern_graph_apply_fail (self, error);
  else
    move (self);
}

/* Moves messages; their ids stay the same. */
void
tern_graph_apply_move (TernGraphApply *self)
{
  TernGraphPatch patch = make_patch (self, "");

  if (is_empty (&patch))
    move (self);
  else
    patch_all (self, marked_cb);
}

/* --- Removal --- */

/* Removes messages for good. */
void
tern_graph_apply_delete (TernGraphApply *self)
{
  self->asked = g_ptr_array_ref (self->ids);
  tern_graph_delete_async (self->session, self->ids, tern_graph_apply_get_cancellable (self),
                           tern_graph_apply_results_cb, self);
}
