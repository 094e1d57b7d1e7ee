/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-graph-message.h"

#include <string.h>

#include "tern-error.h"
#include "tern-graph-json-private.h"
#include "tern-graph-limits.h"
#include "tern-graph-message-private.h"
#include "tern-graph-url.h"

/* Extended properties, by their tags (MS-OXPROPS). */
#define TAG_SIZE 0x0e08
#define TAG_IN_REPLY_TO 0x1042
#define TAG_REFERENCES 0x1039
#define TAG_VERB 0x1081

static void
address_free (gpointer data)
{
  TernGraphAddress *address = data;

  g_free (address->name);
  g_free (address->address);
  g_free (address);
}

/**
 * tern_graph_message_free:
 * @self: (transfer full): a message
 *
 * Frees it.
 */
void
tern_graph_message_free (TernGraphMessage *self)
{
  g_free (self->id);
  g_free (self->folder);
  g_free (self->subject);
  g_ptr_array_unref (self->from);
  g_ptr_array_unref (self->to);
  g_ptr_array_unref (self->cc);
  g_ptr_array_unref (self->reply_to);
  g_free (self->message_id);
  g_free (self->in_reply_to);
  g_free (self->references);
  g_free (self->preview);
  g_ptr_array_unref (self->categories);
  g_free (self);
}

/* --- Addresses --- */

static void
add_address (GPtrArray *out, JsonObject *recipient)
{
  JsonObject *email = recipient != NULL ? tern_graph_json_object (recipient, "emailAddress") : NULL;
  TernGraphAddress *address;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  if (email == NULL || out->len >= TERN_GRAPH_MAX_ADDRESSES)
    return;
  name = tern_graph_json_dup_text (email, "name");
  text = tern_graph_json_dup_text (email, "address");
  if (name == NULL && text == NULL)
    return;
  address = g_new0 (TernGraphAddress, 1);
  address->name = g_steal_pointer (&name);
  address->address = text != NULL ? g_steal_pointer (&text) : g_strdup ("");
  g_ptr_array_add (out, address);
}

static GPtrArray *
parse_addresses (JsonObject *object, const char *member)
{
  GPtrArray *out = g_ptr_array_new_with_free_func (address_free);
  JsonArray *list = tern_graph_json_array (object, member);

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    add_address (out, tern_graph_json_element (list, i));
  return out;
}

static GPtrArray *
parse_sender (JsonObject *object)
{
  GPtrArray *out = g_ptr_array_new_with_free_func (address_free);

  add_address (out, tern_graph_json_object (object, "from"));
  return out;
}

/* --- The rest --- */

static GPtrArray *
parse_categories (JsonObject *object)
{
  GPtrArray *out = g_ptr_array_new_with_free_func (g_free);
  JsonArray *list = tern_graph_json_array (object, "categories");

  for (guint i = 0;
       list != NULL && i < json_array_get_length (list) && out->len < TERN_GRAPH_MAX_CATEGORIES;
       i++)
    {
      JsonNode *node = json_array_get_element (list, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_ptr_array_add (out, tern_graph_json_make_valid (json_node_get_string (node), 255));
    }
  return out;
}

static void
take_property (TernGraphMessage *self, JsonObject *property)
{
  const char *id = tern_graph_json_string (property, "id");
  const char *tag = id != NULL ? strstr (id, " 0x") : NULL;
  const char *value = tern_graph_json_string (property, "value");

  if (tag == NULL || value == NULL)
    return;
  switch (g_ascii_strtoull (tag + 3, NULL, 16))
    {
    case TAG_SIZE:
      self->size = g_ascii_strtoull (value, NULL, 10);
      if (self->size > G_MAXINT32)
        self->size = 0;
      break;
    case TAG_IN_REPLY_TO:
      g_free (self->in_reply_to);
      self->in_reply_to = tern_graph_json_dup_text (property, "value");
      break;
    case TAG_REFERENCES:
      g_free (self->references);
      self->references = tern_graph_json_dup_text (property, "value");
      break;
    case TAG_VERB:
      self->verb = (TernGraphVerb) MIN (g_ascii_strtoull (value, NULL, 10), 1000);
      break;
    default:
      break;
    }
}

static void
parse_properties (TernGraphMessage *self, JsonObject *object)
{
  JsonArray *list = tern_graph_json_array (object, "singleValueExtendedProperties");

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *property = tern_graph_json_element (list, i);

      if (property != NULL)
        take_property (self, property);
    }
}

static gboolean
is_flagged (JsonObject *object)
{
  JsonObject *flag = tern_graph_json_object (object, "flag");
  const char *status = flag != NULL ? tern_graph_json_string (flag, "flagStatus") : NULL;

  return g_strcmp0 (status, "flagged") == 0;
}

/* A list of changes may name no more of a message than what changed. */
static gboolean
is_complete (JsonObject *object)
{
  static const char *const members[] = {
    "receivedDateTime", "subject", "isRead", "flag", "categories", "hasAttachments",
  };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (!json_object_has_member (object, members[i]))
      return FALSE;
  return TRUE;
}

/**
 * tern_graph_message_parse:
 * @object: a message, as the server tells of it
 *
 * Returns: (transfer full) (nullable): the message; %NULL where it has no id
 */
TernGraphMessage *
tern_graph_message_parse (JsonObject *object)
{
  g_autofree char *id = tern_graph_json_dup_id (object, "id");
  TernGraphMessage *self;

  if (id == NULL)
    return NULL;
  self = g_new0 (TernGraphMessage, 1);
  self->id = g_steal_pointer (&id);
  self->folder = tern_graph_json_dup_id (object, "parentFolderId");
  self->is_removed = json_object_has_member (object, "@removed");
  self->is_complete = is_complete (object);
  self->received = tern_graph_json_time (object, "receivedDateTime");
  self->sent = tern_graph_json_time (object, "sentDateTime");
  self->created = tern_graph_json_time (object, "createdDateTime");
  self->subject = tern_graph_json_dup_text (object, "subject");
  if (self->subject == NULL)
    self->subject = g_strdup ("");
  self->from = parse_sender (object);
  self->to = parse_addresses (object, "toRecipients");
  self->cc = parse_addresses (object, "ccRecipients");
  self->reply_to = parse_addresses (object, "replyTo");
  self->message_id = tern_graph_json_dup_text (object, "internetMessageId");
  self->preview = tern_graph_json_dup_text (object, "bodyPreview");
  self->is_read = tern_graph_json_boolean (object, "isRead");
  self->is_draft = tern_graph_json_boolean (object, "isDraft");
  self->is_flagged = is_flagged (object);
  self->has_attachments = tern_graph_json_boolean (object, "hasAttachments");
  self->categories = parse_categories (object);
  parse_properties (self, object);
  return self;
}

/* --- Pages --- */

/**
 * tern_graph_page_free:
 * @self: (transfer full): a page
 *
 * Frees it.
 */
void
tern_graph_page_free (TernGraphPage *self)
{
  g_ptr_array_unref (self->messages);
  g_free (self->next);
  g_free (self->delta);
  g_free (self);
}

static gboolean
take_link (const char *base, JsonObject *object, const char *member, char **link, GError **error)
{
  const char *text = tern_graph_json_string (object, member);

  if (text == NULL)
    return TRUE;
  if (!tern_graph_url_check_link (base, text, error))
    return FALSE;
  *link = g_strdup (text);
  return TRUE;
}

/**
 * tern_graph_page_parse:
 * @base: where the Graph is
 * @body: the body of an answer
 * @error: return location for %TERN_ERROR_PROTOCOL
 *
 * Reads a page of messages. What is no message is left out; a message that stands there twice is
 * given once, as it was told last.
 *
 * Returns: (transfer full) (nullable): the page
 */
TernGraphPage *
tern_graph_page_parse (const char *base, GBytes *body, GError **error)
{
  g_autoptr (JsonObject) object = tern_graph_json_parse (body, error);
  JsonArray *list = object != NULL ? tern_graph_json_array (object, "value") : NULL;
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (TernGraphPage) page = NULL;

  if (list == NULL)
    {
      if (object != NULL)
        g_set_error_literal (error, TERN_ERROR, TERN_ERROR_PROTOCOL, "the answer is no page");
      return NULL;
    }
  page = g_new0 (TernGraphPage, 1);
  page->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_graph_message_free);
  if (!take_link (base, object, "@odata.nextLink", &page->next, error) ||
      !take_link (base, object, "@odata.deltaLink", &page->delta, error))
    return NULL;
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject *element = tern_graph_json_element (list, i);
      TernGraphMessage *message = element != NULL ? tern_graph_message_parse (element) : NULL;
      gpointer place;

      if (message == NULL)
        continue;
      if (g_hash_table_lookup_extended (places, message->id, NULL, &place))
        {
          guint at = GPOINTER_TO_UINT (place);

          g_hash_table_remove (places, message->id);
          tern_graph_message_free (page->messages->pdata[at]);
          page->messages->pdata[at] = message;
          g_hash_table_insert (places, message->id, place);
          continue;
        }
      g_hash_table_insert (places, message->id, GUINT_TO_POINTER (page->messages->len));
      g_ptr_array_add (page->messages, message);
    }
  return g_steal_pointer (&page);
}
