/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-requests.h"

#include <string.h>

#include "tern-graph-batch-private.h"
#include "tern-graph-json-private.h"
#include "tern-graph-url.h"

#define QUERY                                                                                      \
  "$select=id,name,contentType,size,isInline,microsoft.graph.fileAttachment/contentId&$top=500"

/**
 * tern_graph_attachment_free:
 * @self: (transfer full): an attachment
 *
 * Frees it.
 */
void
tern_graph_attachment_free (TernGraphAttachment *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->type);
  g_free (self->content_id);
  g_free (self);
}

static char *
parse_type (JsonObject *object)
{
  const char *text = tern_graph_json_string (object, "contentType");
  g_autofree char *type = text != NULL ? g_strndup (text, strcspn (text, "; ")) : NULL;
  const char *slash = type != NULL ? strchr (type, '/') : NULL;

  for (const char *p = type; p != NULL && *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      slash = NULL;
  if (slash == NULL || slash == type || slash[1] == '\0' || strlen (type) > 255)
    return g_strdup ("application/octet-stream");
  return g_ascii_strdown (type, -1);
}

static char *
parse_content_id (JsonObject *object)
{
  g_autofree char *text = tern_graph_json_dup_text (object, "contentId");
  gsize length;

  if (text == NULL || *text == '\0')
    return NULL;
  length = strlen (text);
  if (*text == '<' && text[length - 1] == '>')
    return g_strndup (text + 1, length - 2);
  return g_steal_pointer (&text);
}

/* NULL for one that is nothing but a link, which has no content here. */
static TernGraphAttachment *
parse (JsonObject *object)
{
  g_autofree char *id = tern_graph_json_dup_id (object, "id");
  const char *kind = tern_graph_json_string (object, "@odata.type");
  TernGraphAttachment *self;

  if (id == NULL || g_strcmp0 (kind, "#microsoft.graph.referenceAttachment") == 0)
    return NULL;
  self = g_new0 (TernGraphAttachment, 1);
  self->id = g_steal_pointer (&id);
  self->name = tern_graph_json_dup_text (object, "name");
  if (self->name == NULL)
    self->name = g_strdup ("");
  self->is_letter = g_strcmp0 (kind, "#microsoft.graph.itemAttachment") == 0;
  self->type = self->is_letter ? g_strdup ("message/rfc822") : parse_type (object);
  self->size = (guint64) CLAMP (tern_graph_json_int (object, "size", 0), 0, G_MAXINT32);
  self->content_id = parse_content_id (object);
  self->is_inline = tern_graph_json_boolean (object, "isInline");
  return self;
}

static GPtrArray *
parse_all (JsonObject *body)
{
  GPtrArray *out = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_graph_attachment_free);
  JsonArray *list = tern_graph_json_array (body, "value");

  for (guint i = 0;
       list != NULL && i < json_array_get_length (list) && out->len < TERN_GRAPH_MAX_ATTACHMENTS;
       i++)
    {
      JsonObject *object = tern_graph_json_element (list, i);
      TernGraphAttachment *attachment = object != NULL ? parse (object) : NULL;

      if (attachment != NULL)
        g_ptr_array_add (out, attachment);
    }
  return out;
}

static void
unref_list (gpointer data)
{
  if (data != NULL)
    g_ptr_array_unref (data);
}

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GPtrArray) answers =
      tern_graph_batch_finish (TERN_GRAPH_SESSION (object), result, &error);
  GPtrArray *lists;

  if (answers == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  lists = g_ptr_array_new_with_free_func (unref_list);
  for (guint i = 0; i < answers->len; i++)
    {
      const TernGraphBatchAnswer *answer = answers->pdata[i];

      g_ptr_array_add (lists, answer->body != NULL ? parse_all (answer->body) : NULL);
    }
  g_task_return_pointer (task, lists, (GDestroyNotify) g_ptr_array_unref);
}

/**
 * tern_graph_attachments_async:
 * @session: a session
 * @messages: (element-type utf8): ids of messages
 * @urgency: whether somebody waits for it
 * @cancellable: (nullable): a cancellable
 * @callback: called when done
 * @user_data: for @callback
 *
 * Asks which attachments some messages have, without their content.
 */
void
tern_graph_attachments_async (TernGraphSession *session,
                              GPtrArray *messages,
                              TernGraphUrgency urgency,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  GPtrArray *items = tern_graph_batch_items_new ();

  g_task_set_source_tag (task, tern_graph_attachments_async);
  for (guint i = 0; i < messages->len; i++)
    {
      g_autofree char *id = tern_graph_url_escape (messages->pdata[i]);

      tern_graph_batch_items_add (
          items, "GET", g_strdup_printf ("me/messages/%s/attachments?%s", id, QUERY), NULL);
    }
  tern_graph_batch_async (session, "GET attachments", items, urgency, cancellable, answered_cb,
                          task);
}

/**
 * tern_graph_attachments_finish:
 * @session: a session
 * @result: the result
 * @error: return location
 *
 * Returns: (transfer full) (nullable): for each message the attachments (#TernGraphAttachment), or
 *   %NULL where they could not be told
 */
GPtrArray *
tern_graph_attachments_finish (TernGraphSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
